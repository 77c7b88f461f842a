"""Where a mail belongs: the branch of its folder, its batch, its place in that batch.

All of it is told by header and file name, so that mails can be listed in their order before one of them is read whole.
A batch is one sending: the thread under its first mail (References, RFC 5322), for AUTOSEL itself a patch.
"""

import os.path
import re
from collections.abc import Iterable
from typing import Protocol

from uringreview.mail.message import Source
from uringreview.mail.subject import BranchRange, Subject, Version

# git send-email makes them: time, process, number in the sending, who sent it.
_NUMBERED_ID = re.compile(r"(\d{14}\.\d{1,10})-(\d{1,5})-([^@]+@.+)")
_QUEUE = re.compile(r"(?:queue|pending|backport|hack|patches)-(\d{1,3})\.(\d{1,3})")
_RELEASE = re.compile(r"(\d{1,3})\.(\d{1,3})(?:\.\d{1,4})?")


class Threaded(Protocol):
    """A mail, read or only listed: its id, and the first mail of its thread that it names."""

    @property
    def message_id(self) -> str | None:
        """Its Message-ID without angle brackets; None or empty where it has none."""
        ...

    @property
    def above(self) -> str | None:
        """The first of its References, else its In-Reply-To; None where it answers nothing."""
        ...


def folder_range(source: Source) -> BranchRange | None:
    """The branch whose queue the file's folder is: queue-6.6, releases/6.6.15 (stable-queue), pending-6.12 (OpenWrt).

    Only the nearest folders count; a file in an unnamed place asks for no branch.
    """
    if source.path == "-":
        return None
    parts = os.path.abspath(source.series or source.path).split(os.sep)[-4:-1]
    for folder, above in zip(reversed(parts), [*reversed(parts[:-1]), ""], strict=False):
        found = _QUEUE.fullmatch(folder) or (_RELEASE.fullmatch(folder) if above == "releases" else None)
        if found:
            version = Version(int(found[1]), int(found[2]))
            return BranchRange(version, version)
    return None


def position(source: Source, subject: Subject, message_id: str | None) -> int | None:
    """The place in the batch: by the series file, the subject's NN/MM or the Message-ID; None where unknown."""
    if source.place is not None:
        return source.place
    if subject.number is not None:
        return subject.number
    found = _NUMBERED_ID.fullmatch(message_id or "")
    return int(found[2]) if found else None


def sending(message_id: str) -> tuple[str, str] | None:
    """What the Message-IDs of one `git send-email` run share (time and process, sender); None for any other id."""
    found = _NUMBERED_ID.fullmatch(message_id)
    return (found[1], found[3]) if found else None


def roots(mails: Iterable[Threaded]) -> dict[str, str]:
    """For each Message-ID the id of its thread's root, as far as `mails` tell."""
    by_id = {mail.message_id: mail for mail in mails if mail.message_id}
    found: dict[str, str] = {}
    for start in by_id:
        at, trail = start, {start}
        while (mail := by_id.get(at)) is not None:
            if mail.above is None or mail.above in trail:
                break
            trail.add(mail.above)
            at = found.get(mail.above, mail.above)
        found[start] = at
    return found


def batch_of(mail: Threaded, source: Source, thread_roots: dict[str, str]) -> str:
    """What names the batch of a mail that was read at `source`; `thread_roots` are those of `roots`."""
    if source.series:
        return source.series
    if mail.message_id:
        return thread_roots[mail.message_id]
    if mail.above:
        return thread_roots.get(mail.above, mail.above)
    # git format-patch and quilt write no ids: the files of a directory belong together.
    return source.path if source.part else os.path.dirname(source.path) or "."
