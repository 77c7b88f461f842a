"""One checkable statement of a rationale, with its exact words in the mail."""

from dataclasses import dataclass
from enum import Enum

from uringreview.mail.message import Span


class ClaimKind(Enum):
    """What a claim is about; the value is the word used in the report and in filters.

    AGREEMENT is another claim once more, held against what a rationale of the same series, or the same one, says.
    """

    FILES = "files"
    INSERTIONS = "insertions"
    DELETIONS = "deletions"
    LINES = "lines"
    FUNCTIONS = "functions"
    TRAILERS_PRESENT = "trailers-present"
    TRAILERS_ABSENT = "trailers-absent"
    UPSTREAM = "upstream"
    AUTHOR = "author"
    SERIES = "series"
    APPLIES = "applies"
    CONTAINS = "contains"
    EXISTS = "exists"
    MAINTAINER = "maintainer"
    COMMIT = "commit"
    FIRST_IN = "first-in"
    ADDS = "adds"
    REMOVES = "removes"
    THREAD = "thread"
    RANGE = "range"
    VERDICT = "verdict"
    LINK = "link"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True)
class Claim:
    """One checkable statement.

    `phase` is None outside the phases (Verification names its own). `text` is the statement's words as mailed, with
    white space squeezed; `span` is where they stand in the body. `numbers` and `names` are its objects: counts for
    FILES/INSERTIONS/DELETIONS/LINES (LINES: changed lines, however counted); paths, functions, trailer keys or lines,
    commit ids, people, branches or tags for the other kinds; for a count, the path that it is of. `exclusive` is True
    where the claim says "only" or lists all there are; `hedged` where it is said loosely ("about 20 lines added"), so
    that a near miss contradicts nothing; `denied` where it says that something is not so ("not in v7.0.9"). `section`
    is the title of the section that it stands in, where a layout has no phases; empty above the first heading.
    """

    kind: ClaimKind
    phase: int | None
    step: str | None
    text: str
    span: Span
    numbers: tuple[int, ...] = ()
    names: tuple[str, ...] = ()
    exclusive: bool = False
    hedged: bool = False
    section: str = ""
    denied: bool = False
