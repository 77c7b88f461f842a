"""What a reviewer can say of a patch."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from uringreview.diff.model import DiffAnchor
from uringreview.mail.message import Span
from uringreview.mail.subject import Version


class DecisionKind(Enum):
    """The vocabulary. DROP_OLDER is "drop from X.Y and older"."""

    TAKE = "take"
    HOLD = "hold"
    DROP = "drop"
    DROP_OLDER = "drop-older"
    QUESTION = "question"


class Tag(Enum):
    """What a "take" may offer; nothing is written unless it is asked for."""

    NONE = ""
    ACKED = "Acked-by"
    REVIEWED = "Reviewed-by"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision on one patch. `drop_from` is set for DROP_OLDER only: drop from it and older branches."""

    key: str
    kind: DecisionKind
    note: str = ""
    tag: Tag = Tag.NONE
    drop_from: Version | None = None
    made: datetime | None = None


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
    place: DiffAnchor | Span | None = None
    number: int = 0
    made: datetime | None = None
