"""Which view of the selected patch the diff pane shows: as mailed, as it lands on a branch, where it conflicts there.

The views come from the clone, worked out beside the window and kept by patch and branch for as long as the cell says
the same; what comes late for another patch is dropped.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from uringreview.errors import UringreviewError
from uringreview.kernel.status import Cell, Status
from uringreview.mail.queue import Row
from uringreview.progress import Progress
from uringreview.review.facts import PatchFacts
from uringreview.ui.diff_content import Content, on_branch
from uringreview.ui.diff_header import Choice
from uringreview.ui.visible import visible

if TYPE_CHECKING:
    from uringreview.kernel.branch_views import BranchView, Wanted, WholeFile
    from uringreview.ui.window import Window

LANDS = frozenset({Status.CLEAN, Status.OFFSET, Status.FUZZ, Status.MERGE, Status.AFTER})
_VIEWS, _CONTEXT = "views on branches", "context"


class Landings(QObject):
    """Chooses, asks for and keeps the views of the selected patch."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self.setObjectName("landings")
        self._window = window
        self._pane = window.diff
        self._facts: PatchFacts | None = None
        self._row: Row | None = None
        self._key = ""
        self._branch = ""
        self._views: dict[tuple[str, str], tuple[Cell, BranchView]] = {}
        self._files: dict[tuple[str, str, int], WholeFile] = {}
        self._pane.header.view_wanted.connect(self.choose)
        self._pane.mailed_wanted.connect(lambda: self.choose(""))
        self._pane.more_wanted.connect(self._more)
        self._pane.told.connect(window.status_line.say)

    @property
    def branch(self) -> str:
        """The branch that is looked at; empty for the mail's own diff."""
        return self._branch

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """What the table's actions about the diff's view do."""
        return {
            "choose_view": self._pane.header.open_menu,
            "next_view": lambda: self.step(1),
            "previous_view": lambda: self.step(-1),
            "as_mailed": lambda: self.choose(""),
            "expand_context": self._pane.expand,
            "wide_diff": self._window.toggle_wide,
        }

    def show_patch(self, facts: PatchFacts | None, row: Row | None) -> None:
        """Show another patch as mailed, or news of the same one where it is looked at."""
        key = facts.key if facts is not None else row.key if row is not None else ""
        if key != self._key:
            self._branch = ""
        self._key, self._facts, self._row = key, facts, row
        bench = self._window.bench
        self._pane.offer_context(bool(bench.clone) and not bench.clone_problem)
        self._show()

    def forget(self) -> None:
        """The clone was read anew: what was worked out from it may not be so any more."""
        self._views.clear()
        self._files.clear()
        if self._branch:
            self._show()

    def choose(self, branch: str) -> None:
        """Show the patch as mailed (""), or on `branch`."""
        if self._facts is not None:
            self._branch = branch
            self._show()
            if branch:
                self._window.branches.show_cell(self._key, branch)

    def step(self, step: int) -> None:
        """Show the patch on the next branch, or the one before; "as mailed" stands before the first."""
        branches = [choice.branch for choice in self.choices()]
        if len(branches) < 2:
            self._window.status_line.say("No branch is checked yet: choose a kernel clone, or wait for it to be read.")
            return
        here = branches.index(self._branch) if self._branch in branches else 0
        self.choose(branches[(here + step) % len(branches)])

    def choices(self) -> tuple[Choice, ...]:
        """All that can be shown of the patch: as mailed, then every branch that was checked, newest first."""
        if self._facts is None or not self._facts.diff.files:
            return ()
        theme = self._window.theme
        found = [Choice("", "as mailed")]
        for cell in self._facts.cells:
            if cell.status is not Status.PENDING:
                about = f"{cell.status.value}: {visible(cell.detail)}" if cell.detail else cell.status.value
                found.append(Choice(cell.branch, _words(cell), theme.status(cell.status).symbol, about))
        return tuple(found)

    def _cell(self, branch: str) -> Cell | None:
        cells = self._facts.cells if self._facts is not None else ()
        return next((cell for cell in cells if cell.branch == branch), None)

    def _show(self) -> None:
        facts, branch = self._facts, self._branch
        choices = self.choices()
        if self._window.bench.only_listed:
            self._pane.show_content(Content(empty="This mail is being read."))
            self._pane.header.show_view("", "", choices)
            return
        if facts is None or not branch:
            self._pane.show_patch(facts, self._row)
            self._pane.header.show_view("", self._pane.content.words, choices)
            return
        cell = self._cell(branch)
        words = _words(cell) if cell is not None else branch
        view = self._kept(cell)
        if view is None and cell is not None and (cell.status in LANDS or cell.status is Status.CONFLICT):
            self._pane.header.show_view(branch, f"reading {branch}…", choices)
            self._ask(facts, branch)
            return
        self._pane.show_content(on_branch(facts, branch, view, _why_not(cell, branch), words))
        self._pane.header.show_view(branch, words, choices)

    def _kept(self, cell: Cell | None) -> "BranchView | None":
        kept = self._views.get((self._key, cell.branch)) if cell is not None else None
        return kept[1] if kept is not None and kept[0] == cell else None

    # Asking the clone

    def _ask(self, facts: PatchFacts, first: str) -> None:
        """Have the view on `first` worked out, and those on the other branches behind it."""
        from uringreview.kernel.branch_views import branch_views

        cells = [cell for cell in facts.cells if cell.status in LANDS or cell.status is Status.CONFLICT]
        cells = [cell for cell in cells if cell.branch == first or self._kept(cell) is None]
        cells.sort(key=lambda cell: cell.branch != first)
        wanted = tuple(self._wanted(cell) for cell in cells)
        by_branch = {cell.branch: cell for cell in cells}

        def came(step: "Progress[BranchView]") -> None:
            for view in step.parts:
                self._views[view.key, view.branch] = (by_branch[view.branch], view)
                if (view.key, view.branch) == (self._key, self._branch):
                    self._show()

        self._window.jobs.start_process(
            "laying out on branches",
            branch_views,
            (self._window.bench.clone, facts.candidate, wanted),
            came,
            on_error=self._failed,
            key=_VIEWS,
        )

    def _wanted(self, cell: Cell) -> "Wanted":
        from uringreview.kernel.branch_views import Wanted

        facts = self._window.bench.facts
        after = tuple(facts[key].candidate for key in cell.needs if key in facts)
        return Wanted(cell.branch, cell.status in LANDS, after)

    def _more(self, file: int) -> None:
        from uringreview.kernel.branch_views import whole_file

        facts, place = self._facts, (self._key, self._branch, file)
        if facts is None:
            return
        known = self._files.get(place)
        if known is not None:
            self._pane.take_file(file, known.lines)
            return
        cell = self._cell(self._branch) if self._branch else None
        candidate = facts.candidate
        if cell is not None and self._pane.content.diff is not None:
            # Files that the branch has already are left out of a merge's diff: its numbers are not the mail's.
            candidate = replace(candidate, diff=self._pane.content.diff)
        clean = tuple(each.branch for each in facts.cells if each.status is Status.CLEAN)

        def came(found: "WholeFile") -> None:
            self._files[place] = found
            if place[:2] == (self._key, self._branch):
                self._pane.take_file(file, found.lines)
                self._window.status_line.say(f"Lines from {visible(found.source)}.")

        self._window.jobs.start_process(
            "reading a file",
            whole_file,
            (self._window.bench.clone, candidate, file, self._wanted(cell) if cell is not None else None, clean),
            on_done=came,
            on_error=self._failed,
            key=_CONTEXT,
        )

    def _failed(self, problem: BaseException) -> None:
        if isinstance(problem, UringreviewError):
            self._window.status_line.say(str(problem))
        else:
            self._window.bench.crashed.emit(problem)


def _words(cell: Cell) -> str:
    """What the selector calls a branch."""
    if cell.status in LANDS:
        return f"as it lands on {cell.branch}"
    if cell.status is Status.CONFLICT:
        return f"conflict on {cell.branch}"
    return f"{cell.branch}: {cell.status.value}"


def _why_not(cell: Cell | None, branch: str) -> str:
    """Why there is nothing to show on a branch, in one sentence."""
    if cell is None or cell.status is Status.PENDING:
        return f"{branch} is not checked yet."
    said = {
        Status.PRESENT: f"{branch} has it already",
        Status.MISSING: f"A file of it is missing on {branch}",
        Status.DAMAGED: f"Its diff is damaged, so that it was not tried on {branch}",
    }.get(cell.status, f"It could not be checked on {branch}")
    return f"{said}: {visible(cell.detail)}." if cell.detail else f"{said}."
