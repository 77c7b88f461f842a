"""All that is known of one patch, and of the whole queue: what the reviewer looks at.

Values only, so that they travel between processes; `desk` gathers them.
"""

import re
from dataclasses import dataclass

from uringreview.diff.model import Diff
from uringreview.errors import UsageProblem
from uringreview.kernel.status import Cell
from uringreview.mail.patch import Patch
from uringreview.mail.queue import Problem, Queue, Row
from uringreview.rationale.check import Mark
from uringreview.rationale.document import Rationale
from uringreview.series.graph import Edge, Group, LaterFix

_ID = re.compile(r"[0-9a-f]{4,40}")


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

    def named(self, upstream: str) -> PatchFacts:
        """The patch whose upstream id begins with `upstream` (4 digits or more).

        Raises UsageProblem where none does, or more than one.
        """
        prefix = upstream.strip().lower()
        if not _ID.fullmatch(prefix):
            raise UsageProblem(f"{upstream!r} is no commit id; give at least 4 of its hex digits.")
        found = [each for each in self.facts if each.patch.upstream and each.patch.upstream.startswith(prefix)]
        if not found:
            known = ", ".join(each.patch.upstream[:12] for each in self.facts if each.patch.upstream)
            raise UsageProblem(
                f"No loaded patch is upstream commit {upstream}; loaded are: {known or 'none with an id'}."
            )
        if len(found) > 1:
            places = "; ".join(str(each.patch.message.source) for each in found)
            raise UsageProblem(
                f"{upstream} names {len(found)} of the loaded patches ({places}); open only one of them."
            )
        return found[0]
