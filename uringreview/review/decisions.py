"""What a reviewer can say of a patch."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

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
