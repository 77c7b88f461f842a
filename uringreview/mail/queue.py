"""The queue: what was opened for review, in order, with people's replies beside the patches they answer."""

from collections import deque
from collections.abc import Sequence
from typing import BinaryIO

from uringreview.mail.answer import own_text
from uringreview.mail.find import Find, Found
from uringreview.mail.gather import change_of, gather, gather_read
from uringreview.mail.head import Head
from uringreview.mail.index import index
from uringreview.mail.message import Message
from uringreview.mail.patch import Patch, read_patch
from uringreview.mail.rows import Listed, Note, Problem, Queue, Reply, Row
from uringreview.mail.sources import read_found
from uringreview.progress import Part, Progress, Work

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
    "read",
]


def load(paths: Sequence[str], stdin: BinaryIO | None = None) -> Work[Head, Queue]:
    """Read every path ("-" is `stdin`) and order what is in them.

    First comes `index`, whose progress carries the heads; then the mails are read, with their number as the total.
    Nothing in the input raises: what cannot be read becomes one of the queue's problems.
    """
    return (yield from read(deque((yield from index(paths, stdin)))))


def read(found: deque[Find]) -> Work[Part, Queue]:
    """Read what `index` found and order it; progress is in mails. `found` is emptied: nothing is kept twice."""
    patches: list[tuple[Message, Patch | None]] = []
    listed: list[Listed] = []
    problems: list[Problem] = []
    notes: list[Note] = []
    total, done = sum(isinstance(one, Found) for one in found), 0
    step = max(16, total // 50)
    while found:
        one = found.popleft()
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
