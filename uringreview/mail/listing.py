"""The queue as far as heads tell it, for the list that stands before one mail is read whole.

Its rows are those that `gather` will make of the same mails, in the same order, so that nothing jumps when they have
been read. What only bodies tell is not known yet: which mail is a patch where its subject does not say, and which
patch was sent twice.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from time import monotonic
from typing import BinaryIO

from uringreview.mail.find import Find
from uringreview.mail.head import Head
from uringreview.mail.index import index
from uringreview.mail.message import Source
from uringreview.mail.place import batch_of, folder_range, position, roots
from uringreview.mail.subject import Subject, parse_subject
from uringreview.progress import Progress, Work

_SHORT = 0.2
"""Seconds that nobody minds to wait for the whole list."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A mail that will be a row: where it lies, its subject taken apart, its place in its batch where that is known."""

    source: Source
    subject: Subject
    position: int | None


@dataclass(frozen=True, slots=True)
class Listing:
    """The entries of `mails` mails found so far; `whole` says that none is still to come."""

    entries: tuple[Entry, ...] = ()
    mails: int = 0
    whole: bool = False


def find_and_list(paths: Sequence[str], stdin: BinaryIO | None = None) -> Work[Listing, deque[Find]]:
    """Find every mail in `paths` ("-" is `stdin`) and list it; returns the texts, for `read`.

    Progress carries the whole listing at the end. Where that takes long, so does some of it on the way: each with at
    least twice the mails of the one before.
    """
    heads: list[Head] = []
    listed, told = 0, monotonic()
    work = index(paths, stdin)
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            yield Progress(len(heads), 0, "mails", (Listing(entries(heads), len(heads), whole=True),))
            return deque(end.value)
        heads += step.parts
        if len(heads) >= 2 * listed and monotonic() - told > _SHORT:
            listed, told = len(heads), monotonic()
            yield Progress(step.done, 0, "mails", (Listing(entries(heads), len(heads)),))
        else:
            yield Progress(step.done, 0, "mails")


def entries(heads: Iterable[Head]) -> tuple[Entry, ...]:
    """The mails of `heads` that may be patches, by batch and place; answers, cover letters and doubles left out."""
    known: dict[tuple[str, str], Head] = {}
    for head in heads:
        # The same mail in two quilt series is two backports, elsewhere it is one mail read twice.
        known.setdefault((head.source.series, head.message_id or str(head.source)), head)
    every = list(known.values())
    thread_roots = roots(every)
    met: dict[str, int] = {}
    found: list[tuple[int, bool, int, Entry]] = []
    for head in every:
        subject = parse_subject(head.subject)
        if subject.is_reply or subject.number == 0:
            continue
        if subject.asked is None:
            subject = replace(subject, asked=folder_range(head.source))
        place = position(head.source, subject, head.message_id)
        batch = met.setdefault(batch_of(head, head.source, thread_roots), len(met))
        found.append((batch, place is None, place or 0, Entry(head.source, subject, place)))
    return tuple(entry for *_, entry in sorted(found, key=lambda each: each[:3]))
