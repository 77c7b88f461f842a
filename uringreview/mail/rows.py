"""The types of the queue: rows, people's replies, mails that are only named, and input that cannot be read.

`queue.py` makes them; they stand here so that what reads the input and what orders it can both name them.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from uringreview.mail.message import Message, Source
from uringreview.mail.subject import Subject

if TYPE_CHECKING:  # mails are listed before one of them is taken apart
    from uringreview.mail.patch import Patch

# An answer that quotes the patch from its beginning quotes the line that names the upstream commit.
_QUOTED_COMMIT = re.compile(r"^> {0,4}\[ Upstream commit ([0-9a-f]{40}) \]$", re.MULTILINE | re.IGNORECASE)
_QUOTED_WITHIN = 10_000


@dataclass(frozen=True, slots=True)
class Listed:
    """A mail that a page's thread overview names but whose text is not here.

    `position` is the line's place among the overview's patches, or for replies that of the patch answered.
    `date` is None where the overview's time could not be read. `thread` names the overview's thread: the Message-ID
    of its root as far as the page tells it. `here` marks the page's own message, whose text is loaded beside it.
    """

    source: Source
    subject: Subject
    subject_text: str
    sender: str
    date: datetime | None
    position: int | None
    thread: str = ""
    here: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the input that could not be read: where, and why in one sentence."""

    source: Source
    reason: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the input that is no fault of it but that the reader must know, in one sentence."""

    source: Source
    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in the thread. `message` is None where only an overview names it (then `listed` is set)."""

    sender: str
    date: datetime | None
    message: Message | None
    listed: Listed | None
    is_bot: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the queue: a loaded patch, or an index entry whose mail is not loaded; exactly one is set.

    `also` are other mails of the same patch: the same upstream commit, branches and change, sent at another time
    under another Message-ID; oldest first. The row shows the newest.
    """

    patch: "Patch | None"
    listed: Listed | None
    batch: str
    replies: tuple[Reply, ...] = ()
    also: tuple[Message, ...] = ()

    @property
    def key(self) -> str:
        """What names the row across runs."""
        if self.patch is not None:
            return self.patch.key
        assert self.listed is not None
        return f"{self.batch}#{self.listed.position}:{self.listed.subject_text}"

    @property
    def subject(self) -> Subject:
        """The subject, loaded or listed."""
        if self.patch is not None:
            return self.patch.subject
        assert self.listed is not None
        return self.listed.subject

    @property
    def upstream(self) -> str | None:
        """The upstream commit that the patch names; where it is not loaded, the one that an answer quotes from it."""
        if self.patch is not None:
            return self.patch.upstream
        for reply in self.replies:
            found = _QUOTED_COMMIT.search(reply.message.body, 0, _QUOTED_WITHIN) if reply.message else None
            if found is not None:
                return found[1].lower()
        return None

    @property
    def position(self) -> int | None:
        """Place in the batch, where known."""
        if self.patch is not None:
            return self.patch.position
        assert self.listed is not None
        return self.listed.position


@dataclass(frozen=True, slots=True)
class Queue:
    """Rows by batch and position; `loose` are replies whose patch is neither loaded nor listed.

    `others` are mails that are neither patch nor answer, such as cover letters. `notes` name what was left out on
    purpose, such as the lines of a quilt series that are switched off.
    """

    rows: tuple[Row, ...]
    loose: tuple[Reply, ...] = ()
    problems: tuple[Problem, ...] = ()
    others: tuple[Message, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def patches(self) -> "tuple[Patch, ...]":
        """The loaded patches, in queue order."""
        return tuple(row.patch for row in self.rows if row.patch is not None)

    @property
    def not_loaded(self) -> int:
        """How many rows have no text yet."""
        return sum(row.patch is None for row in self.rows)

    @property
    def replies(self) -> tuple[Reply, ...]:
        """All replies, those with a row first, in queue order."""
        return tuple(reply for row in self.rows for reply in row.replies) + self.loose
