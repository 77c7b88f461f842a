"""The tree of one rationale: sections, phases, steps, records, verification list and verdict.

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
class Section:
    """One part of a rationale under its heading, whatever the layout; its sub-sections follow as sections of their own.

    `level` is 0 for text that stands under no heading (a preamble, a rationale whose top is lost), 1 for the outermost
    headings, 2 below those. `number` is the heading's own, `title` its words without number and markup. `span` runs
    from the heading to the last line before the next section; the spans of all sections follow each other and leave
    out nothing but white space. `heading` and the records' spans leave out drawn lines (`---`) besides. `phase` is the
    number of one of the nine phases.
    """

    level: int
    number: int | None
    title: str
    records: tuple[Record, ...]
    span: Span
    heading: Span | None = None
    phase: int | None = None


@dataclass(frozen=True, slots=True)
class Rationale:
    """A rationale read; `layout` names the layout that fitted (docs/layouts.md lists them).

    `sections` is the whole text in any layout, phases and Verification list included; `phases`, `verification` and
    `closing` are what the nine-phase layout has besides.
    """

    layout: str
    phases: tuple[Phase, ...]
    verification: tuple[VerificationItem, ...]
    closing: tuple[Record, ...]
    verdict: Verdict
    span: Span | None
    sections: tuple[Section, ...] = ()


@dataclass(frozen=True, slots=True)
class Unverified:
    """One such statement: its words as mailed with white space squeezed, where they stand, and the phase, if any."""

    text: str
    span: Span
    phase: int | None
