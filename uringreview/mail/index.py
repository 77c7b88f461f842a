"""Every mail found and its head read, before one of them is read whole: the first of many to list at once."""

from collections.abc import Sequence
from typing import BinaryIO

from uringreview.mail.find import Find, Form, Found, find
from uringreview.mail.head import Head, patch_title, read_head
from uringreview.mail.rows import Problem
from uringreview.progress import Progress, Work

_FIRST, _MOST = 32, 1024
ALL = 1024 * 1024 * 1024
"""The most bytes that are read for one queue."""


def index(paths: Sequence[str], stdin: BinaryIO | None = None) -> Work[Head, tuple[Find, ...]]:
    """Find every mail in `paths` ("-" is `stdin`) and read its head.

    Yields progress in mails with the heads found since, in chunks that grow; returns the texts, undecoded.
    """
    found: list[Find] = []
    heads: list[Head] = []
    done, chunk, size = 0, _FIRST, 0
    for path in paths:
        for one in find(path, stdin):
            if isinstance(one, Found):
                size += len(one.data)
                if size > ALL:
                    reason = f"{one.source}: the rest is left out, more than {ALL >> 20} MB in all; open less at once."
                    found.append(Problem(one.source, reason))
                    break
                heads.append(_head_of(one))
                done += 1
            found.append(one)
            if done and len(heads) >= chunk:
                yield Progress(done, 0, "mails", tuple(heads))
                heads.clear()
                chunk = min(chunk * 2, _MOST)
        if size > ALL:
            break
    if heads:
        yield Progress(done, 0, "mails", tuple(heads))
    return tuple(found)


def _head_of(found: Found) -> Head:
    if found.form is Form.PATCH:
        return Head(found.source, patch_title(found.data[:65536].decode("utf-8", "surrogateescape"), found.source))
    return read_head(found.data, found.source)
