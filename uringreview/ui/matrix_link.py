"""Keeps the branches tab up to date: its cells, how far the clone is read, or why there is nothing to show."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uringreview.ui.window import Window


class MatrixLink:
    """The arrow from the workbench to the matrix. `stale` says that it was not filled while its tab was closed."""

    def __init__(self, window: "Window") -> None:
        self._window = window
        self.stale = False

    def show(self) -> None:
        """Bring the matrix up to date; while its tab is closed, only note that it has to be."""
        bench = self._window.bench
        self.stale = self._window.tab() != "branches"
        if not self.stale:
            facts = [bench.facts[key] for key in bench.rows if key in bench.facts]
            self._window.branches.show_facts(facts, bench.branches, self._why_empty())
            self.show_progress()

    def _why_empty(self) -> str:
        bench = self._window.bench
        if bench.clone_problem:
            return bench.clone_problem
        if not bench.clone:
            return (
                "No kernel clone is chosen: File > Choose kernel clone…, or start with --clone DIR.\nIt is only read."
            )
        return "Reading the clone…" if bench.queue.patches else "No patch is loaded."

    def show_progress(self) -> None:
        """Say over the matrix how far the clone is read: the count, and an estimate."""
        from uringreview.ui.status_bar import progress_text

        running = next((job for job in self._window.jobs.running() if job.key == "clone"), None)
        model = self._window.branches.model
        words = f"{model.rowCount()} patches × {len(model.branches)} branches" if model.branches else ""
        if running is not None and running.progress.what:
            words = f"{words}   {progress_text(running)}".strip()
        self._window.branches.show_progress(words, running is not None)
