"""What a reviewer can say of a patch, for all branches or for one, and what is kept beside it for oneself."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING

from uringreview.mail.subject import Version

if TYPE_CHECKING:  # the window's first list names decisions before any diff is read
    from uringreview.diff.model import DiffAnchor
    from uringreview.mail.message import Span


class DecisionKind(Enum):
    """The vocabulary. DROP_OLDER is "drop from X.Y and older", TOGETHER "take only together with another commit"."""

    TAKE = "take"
    HOLD = "hold"
    DROP = "drop"
    DROP_OLDER = "drop-older"
    TOGETHER = "together"
    NOT_A_FIX = "not-a-fix"
    QUESTION = "question"

    @property
    def objects(self) -> bool:
        """Whether it asks for something else than to take the patch as it is."""
        return self not in (DecisionKind.TAKE, DecisionKind.QUESTION)


class Tag(Enum):
    """What a "take" may offer; nothing is written unless it is asked for."""

    NONE = ""
    ACKED = "Acked-by"
    REVIEWED = "Reviewed-by"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on one patch.

    `drop_from` is set for DROP_OLDER only: drop from it and older branches. `branch` limits the decision to one stable
    branch, None means all of them; on its branch it stands before the one for all.
    """

    key: str
    kind: DecisionKind
    note: str = ""
    tag: Tag = Tag.NONE
    drop_from: Version | None = None
    made: datetime | None = None
    branch: Version | None = None

    @property
    def silent(self) -> bool:
        """Whether the stable list needs no mail to know it: silence is consent."""
        return self.kind is DecisionKind.TAKE and self.tag is Tag.NONE and not self.note.strip()


@dataclass(frozen=True, slots=True)
class Snooze:
    """Out of sight until a day comes, or until a commit is in the clone; one of the two is given.

    `commit` is an id of 7 to 40 hex digits, as the mainline has it: a backport of it counts too.
    """

    until: date | None = None
    commit: str = ""

    def __str__(self) -> str:
        return f"until {self.until}" if self.until is not None else f"until {self.commit[:12]} is in the clone"


@dataclass(frozen=True, slots=True)
class Aside:
    """What the reviewer keeps beside the decision on a patch: none of it is ever written into a mail.

    `sent` says when the reply went out, by the person's word or because it was found in the thread.
    """

    key: str
    flagged: bool = False
    note: str = ""
    snooze: Snooze | None = None
    sent: datetime | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """One line of a patch's history: what was done, in words, and whether an undo took it back since."""

    made: datetime
    words: str
    undone: bool


@dataclass(frozen=True, slots=True)
class Comment:
    """Something said about one place of a patch, for the reply's interleaved quotes.

    `quote` is what is spoken of, byte for byte as mailed (LF between lines, none at the end). `place` is where it
    stands: a `DiffAnchor` for diff lines, a `Span` of the body for a rationale record, None for the patch as a whole.
    `number` names a stored comment (0 while it is not stored).
    """

    key: str
    text: str
    quote: str = ""
    place: "DiffAnchor | Span | None" = None
    number: int = 0
    made: datetime | None = None


def standing_on(branch: Version, decisions: Iterable[Decision]) -> DecisionKind | None:
    """What a patch's decisions, for all branches and for single ones, come to on `branch`; None while undecided.

    "Drop from X.Y and older" is a take on newer branches and a drop on the others; "not a fix" is a drop.
    """
    every = list(decisions)
    found = next((one for one in every if one.branch == branch), None)
    found = found or next((one for one in every if one.branch is None), None)
    if found is None:
        return None
    if found.kind is DecisionKind.DROP_OLDER and found.drop_from is not None:
        return DecisionKind.DROP if branch <= found.drop_from else DecisionKind.TAKE
    return DecisionKind.DROP if found.kind is DecisionKind.NOT_A_FIX else found.kind
