"""The simulator's searches as jobs: the whole matrix, one cell that is wanted now, where a run would go another way.

Results come as signals in the window's thread; what came too late for another question is dropped by the job runner.
"""

from collections.abc import Generator

from PySide6.QtCore import QObject, Signal

from uringreview.interleave.explore import explore, explore_matrix
from uringreview.interleave.replay import divergence
from uringreview.interleave.scenario import Model
from uringreview.interleave.trace import Outcome, Trace
from uringreview.progress import Progress
from uringreview.ui.jobs import Jobs
from uringreview.ui.scenario_matrix import CellName

MATRIX, CELL, DIVERGENCE = "simulator", "simulator cell", "simulator divergence"


class SimulatorSearch(QObject):
    """`found` carries the `Outcome`s that became ready, `complete` all of a matrix, `diverges` a patch's name with the
    number of the step, `failed` the exception of a search that ended early."""

    found = Signal(tuple)
    complete = Signal(tuple)
    diverges = Signal(str, int)
    failed = Signal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._begun: Model | None = None

    def begun(self, model: Model) -> bool:
        """Whether the matrix of `model` is searched, or being searched."""
        return model is self._begun

    def matrix(self, model: Model) -> None:
        """Search every cell in the background; nothing is done twice."""
        if model is not self._begun:
            self._begun = model
            self._jobs.start_process(
                "simulating", explore_matrix, (model,), self._some, self.complete.emit, self._matrix_failed, MATRIX
            )

    def cell(self, model: Model, cell: CellName) -> None:
        """One cell that the reviewer wants to see now: the matrix has no column for it, or has not come to it yet."""
        self._jobs.start_process(
            f"simulating {cell.scenario}",
            explore,
            (model, cell.scenario, frozenset(cell.applied)),
            None,
            lambda outcome: self.found.emit((outcome,)),
            self.failed.emit,
            CELL,
        )

    def divergence(self, model: Model, trace: Trace) -> None:
        """Ask where one posted patch more would make the same schedule go another way."""
        others = [each.name for each in model.patches if not each.hypothetical and each.name not in trace.applied]

        def search() -> Generator[Progress[object], None, tuple[str, int] | None]:
            for done, name in enumerate(others, 1):
                found = divergence(model, trace, (*trace.applied, name))
                if found is not None:
                    return name, found.number
                yield Progress(done, len(others), "patches")
            return None

        self._jobs.start("comparing", search, None, self._diverged, self.failed.emit, DIVERGENCE)

    def forget_divergence(self) -> None:
        """Another run is looked at."""
        self._jobs.cancel(DIVERGENCE)

    def _some(self, step: Progress[Outcome]) -> None:
        if step.parts:
            self.found.emit(step.parts)

    def _diverged(self, found: tuple[str, int] | None) -> None:
        if found is not None:
            self.diverges.emit(*found)

    def _matrix_failed(self, problem: BaseException) -> None:
        self._begun = None
        self.failed.emit(problem)
