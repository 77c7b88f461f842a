"""The queue: what was opened for review, in order, with people's replies beside the patches they answer."""

from collections import deque
from collections.abc import Sequence
from typing import BinaryIO

from uringreview.mail.answer import own_text
from uringreview.mail.find import Find, Found, find
from uringreview.mail.gather import change_of, gather, gather_read
from uringreview.mail.head import Head
from uringreview.mail.message import Message
from uringreview.mail.patch import Patch, read_patch
from uringreview.mail.rows import Listed, Note, Problem, Queue, Reply, Row
from uringreview.mail.sources import head_of, read_found
from uringreview.progress import Progress, Work

__all__ = [
    "Head",
    "Listed",
    "Note",
    "Problem",
    "Queue",
    "Reply",
    "Row",
    "change_of",
    "gather",
    "index",
    "load",
    "own_text",
]

_FIRST, _MOST = 32, 1024
ALL = 1024 * 1024 * 1024
"""The most bytes that are read for one queue."""


def index(paths: Sequence[str], stdin: BinaryIO | None = None) -> Work[Head, tuple[Find, ...]]:
    """Find every mail in `paths` ("-" is `stdin`) and read its head; the first of many to list at once.

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
                heads.append(head_of(one))
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


def load(paths: Sequence[str], stdin: BinaryIO | None = None) -> Work[Head, Queue]:
    """Read every path ("-" is `stdin`) and order what is in them.

    First comes `index`, whose progress carries the heads; then the mails are read, with their number as the total.
    Nothing in the input raises: what cannot be read becomes one of the queue's problems.
    """
    found = deque((yield from index(paths, stdin)))
    patches: list[tuple[Message, Patch | None]] = []
    listed: list[Listed] = []
    problems: list[Problem] = []
    notes: list[Note] = []
    total, done = sum(isinstance(one, Found) for one in found), 0
    step = max(16, total // 50)
    while found:
        one = found.popleft()  # what is read is not kept twice
        for item in read_found(one) if isinstance(one, Found) else (one,):
            if isinstance(item, Message):
                patches.append((item, read_patch(item)))
            elif isinstance(item, Listed):
                listed.append(item)
            elif isinstance(item, Note):
                notes.append(item)
            else:
                problems.append(item)
        done += isinstance(one, Found)
        if isinstance(one, Found) and (done % step == 0 or done == total):
            yield Progress(done, total, "mails")
    return gather_read(patches, listed, problems, notes)
