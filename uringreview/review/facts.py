"""All that is known of one patch, and of the whole queue: what the reviewer looks at.

Values only, so that they travel between processes; `desk` gathers them.
"""

from dataclasses import dataclass

from uringreview.diff.model import Diff
from uringreview.kernel.status import Cell
from uringreview.mail.patch import Patch
from uringreview.mail.queue import Problem, Queue, Row
from uringreview.rationale.check import Mark
from uringreview.rationale.document import Rationale
from uringreview.series.graph import Edge, Group, LaterFix


@dataclass(frozen=True, slots=True)
class PatchFacts:
    """The evidence beside one loaded patch.

    `cells` are in the order of `Desk.branches`, empty while no clone was asked. `group` is None where nothing ties the
    patch to another. `needs` are the edges from this patch to what it should come after. `not_done` says in one
    sentence what could not be examined; it is empty where all was.
    """

    row: Row
    rationale: Rationale
    diff: Diff
    marks: tuple[Mark, ...] = ()
    cells: tuple[Cell, ...] = ()
    group: Group | None = None
    needs: tuple[Edge, ...] = ()
    later_fixes: tuple[LaterFix, ...] = ()
    not_done: str = ""

    @property
    def patch(self) -> Patch:
        """The patch itself."""
        assert self.row.patch is not None
        return self.row.patch

    @property
    def key(self) -> str:
        """The patch's key."""
        return self.row.key


@dataclass(frozen=True, slots=True)
class Desk:
    """A queue with its evidence.

    `facts` holds the loaded patches in row order. `branches` are newest first; `clone` is the path that was asked,
    None before. `problems` are the queue's and those met on the way.
    """

    queue: Queue
    facts: tuple[PatchFacts, ...]
    groups: tuple[Group, ...] = ()
    branches: tuple[str, ...] = ()
    clone: str | None = None
    problems: tuple[Problem, ...] = ()

    def of(self, key: str) -> PatchFacts | None:
        """The facts of the patch with that key, None where it is not loaded."""
        return next((each for each in self.facts if each.key == key), None)
