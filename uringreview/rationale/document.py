"""The tree of one rationale: phases, steps, records, verification list and verdict.

Every node carries its span in the mail's body, so that what is shown can always be traced to what was mailed.
"""

from dataclasses import dataclass
from enum import Enum

from uringreview.mail.message import Span


class VerdictWord(Enum):
    """The rationale's own conclusion. ERROR: the mail holds an error message instead of a rationale."""

    YES = "yes"
    NO = "no"
    NONE = "none"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The verdict and where it stands; `span` is None where none was found."""

    word: VerdictWord
    span: Span | None


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a phase: `step` is "2.3" or "5.3-5.4", None where the record is unnumbered.

    `text` has its lines joined for reading and matching (hyphens that a wrap put at line ends are taken out of words,
    bullets keep their own lines); `span` covers the record as mailed.
    """

    step: str | None
    label: str
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Phase:
    """One numbered phase; its title is the mail's own wording."""

    number: int
    title: str
    records: tuple[Record, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class VerificationItem:
    """One bullet of the Verification list; `phase` is the number that it names, None for UNVERIFIED and the like."""

    phase: int | None
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Rationale:
    """A rationale read; `layout` names the layout that fitted ("nine-phase", "raw", "none")."""

    layout: str
    phases: tuple[Phase, ...]
    verification: tuple[VerificationItem, ...]
    closing: tuple[Record, ...]
    verdict: Verdict
    span: Span | None
