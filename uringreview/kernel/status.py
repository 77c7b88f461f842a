"""One cell of the matrix: what becomes of one patch on one branch, and why."""

from dataclasses import dataclass
from enum import Enum


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


@dataclass(frozen=True, slots=True)
class Cell:
    """One patch on one branch.

    `key` is the patch's key, `branch` the short name ("linux-6.12.y"), `detail` one line for a person ("offset +430",
    "1 of 3 hunks", "after 20c39819a276", "by merge: the merged file equals the branch's"). `offsets` are line offsets
    per hunk in file and hunk order, `needs` the keys of queued patches to apply first.
    """

    key: str
    branch: str
    status: Status
    detail: str
    offsets: tuple[int, ...] = ()
    failed: tuple[FailedHunk, ...] = ()
    needs: tuple[str, ...] = ()
