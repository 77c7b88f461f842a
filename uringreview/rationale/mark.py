"""A claim's mark, and what it is checked against."""

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias, Union

if TYPE_CHECKING:  # the window's first list needs the words of a mark and nothing else
    from uringreview.diff.model import Diff, DiffAnchor
    from uringreview.kernel.lookup import Lookup
    from uringreview.kernel.status import Cell
    from uringreview.mail.message import Span
    from uringreview.mail.patch import Patch
    from uringreview.mail.queue import Queue
    from uringreview.rationale.claim import Claim


class MarkWord(Enum):
    """A mark; the value is the report's word."""

    VERIFIED = "verified"
    CONTRADICTED = "contradicted"
    UNCHECKABLE = "uncheckable"


@dataclass(frozen=True, slots=True)
class BranchTarget:
    """A branch to show."""

    branch: str


@dataclass(frozen=True, slots=True)
class PatchTarget:
    """Another patch of the queue to show, by key."""

    key: str


Target: TypeAlias = Union["DiffAnchor", "Span", BranchTarget, PatchTarget]


@dataclass(frozen=True, slots=True)
class Mark:
    """A claim with its mark. `evidence` is one sentence of what was found; `targets` are the places to light up."""

    claim: "Claim"
    word: MarkWord
    evidence: str
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a patch's claims are checked against.

    `diff` is the patch's parsed diff, restored where it was; `queue` the whole queue. `changed` are the functions that
    the diff changes, each with the place of its first changed line; `whole_files` is True where they were read from
    the files before and after, not guessed from hunk headings. `cells` are this patch's cells, empty without a clone;
    `branches` the short names of the branches that the clone has, empty without one. `lookup` asks the clone's tags,
    trees and commits, None without a clone.
    """

    patch: "Patch"
    diff: "Diff"
    queue: "Queue"
    changed: "tuple[tuple[str, DiffAnchor], ...]" = ()
    cells: "tuple[Cell, ...]" = ()
    branches: tuple[str, ...] = ()
    whole_files: bool = False
    lookup: "Lookup | None" = None
