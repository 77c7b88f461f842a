"""One cell of the matrix: what becomes of one patch on one branch, and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from uringreview.mail.subject import Version
from uringreview.progress import Work

if TYPE_CHECKING:  # a cell's words are on the first screen, diffs are not
    from uringreview.diff.model import Diff


class Status(Enum):
    """A cell's status, in the house's words; PENDING is shown while work is under way."""

    PRESENT = "present"
    CLEAN = "clean"
    OFFSET = "offset"
    FUZZ = "fuzz"
    MERGE = "merge"
    AFTER = "after"
    CONFLICT = "conflict"
    MISSING = "missing"
    DAMAGED = "damaged"
    ERROR = "error"
    PENDING = "pending"

    @property
    def applies(self) -> bool:
        """Whether git apply would take the patch on the branch as it is."""
        return self in (Status.CLEAN, Status.OFFSET)


@dataclass(frozen=True, slots=True)
class FailedHunk:
    """A hunk that does not fit: its file, 0-based index, the line where it should stand, expected and found text.

    `line` is the 1-based line of the intended place in the branch's file, None where no place was found; `found` is
    what stands there instead, `expected` the hunk's old side.
    """

    path: str
    hunk: int
    line: int | None
    expected: tuple[str, ...]
    found: tuple[str, ...]


def branch_version(branch: str) -> Version | None:
    """The version in a stable branch's short name, "linux-6.12.y" is 6.12; None for another name."""
    name = branch.removeprefix("linux-").removesuffix(".y")
    try:
        return Version.parse(name)
    except ValueError:
        return None


class FlagKind(Enum):
    """Why a maintainer should not trust that a patch applies; the value is for a filter and for a person."""

    REVERSE_FITS = "in already"
    OTHER_FUNCTION = "another function"
    SEVERAL_PLACES = "several places"


@dataclass(frozen=True, slots=True)
class Flag:
    """One reason to look before trusting a cell that applies; `sentence` says it in words.

    `path` and `hunk` (0-based) name the place in the diff, "" and None for the whole patch. `landed` and `meant` are
    the functions of an OTHER_FUNCTION, `places` how many of a SEVERAL_PLACES there are (counted up to 10).
    """

    kind: FlagKind
    sentence: str
    path: str = ""
    hunk: int | None = None
    landed: str = ""
    meant: str = ""
    places: int = 0


@dataclass(frozen=True, slots=True)
class Cell:
    """One patch on one branch.

    `key` is the patch's key, `branch` the short name ("linux-6.12.y"), `detail` one line for a person ("offset +430",
    "1 of 3 hunks", "after 20c39819a276", "by merge: the merged file equals the branch's"). `offsets` are line offsets
    per hunk in file and hunk order, `needs` the keys of queued patches to apply first. `flags` are reasons not to trust
    a cell that applies; `detail` holds the first one's sentence.
    """

    key: str
    branch: str
    status: Status
    detail: str
    offsets: tuple[int, ...] = ()
    failed: tuple[FailedHunk, ...] = ()
    needs: tuple[str, ...] = ()
    flags: tuple[Flag, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One queued patch as the matrix needs it; picklable, so that another process may do the work.

    `upstream` is the 40-digit id that it names, `title` its subject without prefixes, `author` "Name <address>".
    """

    key: str
    upstream: str | None
    title: str
    author: str
    diff: "Diff"


def matrix(
    clone_path: str, candidates: Sequence[Candidate], branches: Sequence[str] = ()
) -> Work[Cell, tuple[Cell, ...]]:
    """Every cell of `candidates`, in the order to take them, on `branches` (names; empty: all of the clone's).

    Yields progress with the cells that became ready, and returns them all, candidate by candidate, in the order of
    the branches (the clone's: newest first). All arguments are picklable, so that the work may run in a spawned
    process. Raises, at the first step, EnvironmentProblem for a clone that cannot be read and UsageProblem for a
    branch that it does not have.
    """
    from uringreview.kernel.matrix import every_cell  # it needs the types above

    return every_cell(clone_path, candidates, branches)
