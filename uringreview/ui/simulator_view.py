"""The simulator pane: every interleaving of the modelled race, and each step of the one that fails.

Home is the matrix of scenarios and sets of patches. The run of the chosen cell stands beside it as swim lanes; the
reviewer steps through it, leaves it by choosing the next thread, and sees the diff line of each step lit. "ok" never
means more than "no violation in this model", and the pane says so.
"""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from uringreview.errors import UringreviewError
from uringreview.interleave.binding import diff_lines, texts_of
from uringreview.interleave.explore import subsets
from uringreview.interleave.orders import judge
from uringreview.interleave.replay import divergence
from uringreview.interleave.scenario import Model, Scenario
from uringreview.interleave.trace import Outcome, Trace
from uringreview.review.facts import Desk, PatchFacts
from uringreview.ui.jobs import Jobs
from uringreview.ui.locks_view import LocksView
from uringreview.ui.run_view import RunView
from uringreview.ui.scenario_matrix import OK_MEANS, CellName, ScenarioMatrix, ordered_subsets
from uringreview.ui.simulator_models import ModelShelf
from uringreview.ui.simulator_runs import followed_in_words, known_runs, no_run
from uringreview.ui.simulator_search import SimulatorSearch
from uringreview.ui.simulator_side import SimulatorSide
from uringreview.ui.simulator_verdict import Verdict, here_of, sentence, verdict_of
from uringreview.ui.simulator_walk import Walk, chain_boxes
from uringreview.ui.theme import ONE, THREE, Theme
from uringreview.ui.visible import visible

_NO_MODEL = (
    "No model knows this patch. s shows the models that there are; Shift+A writes the template of a scenario for it "
    "and opens your editor."
)
_OTHER_MODEL = "No model knows this patch. This one is about something else: {}."


class SimulatorPane(QWidget):
    """The pane.

    `models` are the models to choose from; by default those that come with the program, read at first use.
    `step_lit` carries the C line of the current step, with the calls that led to it on further lines, and the
    upstream id of the patch that it belongs to; both are empty where there is none. `verdicts_changed` says that
    `summary_for` may answer otherwise now. `judged` carries the `Requirement`s of the model: what must not be queued
    alone.
    """

    step_lit = Signal(str, str)
    verdicts_changed = Signal()
    judged = Signal(tuple)

    def __init__(
        self, jobs: Jobs, theme: Theme, parent: QWidget | None = None, models: tuple[Model, ...] | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("simulatorPane")
        self.setAccessibleName("Simulator")
        self._shelf = ModelShelf(models)
        self._model: Model | None = None
        self._here: tuple[str, ...] = ()
        self._upstreams: tuple[str, ...] = ()
        self._cell: CellName | None = None
        self._facts: PatchFacts | None = None
        self._chosen_by_hand = False
        self._followed: Trace | None = None
        self._locks_wanted = False
        self.matrix = ScenarioMatrix(theme)
        self.run = RunView(theme)
        self.locks = LocksView(jobs, theme)
        self.side = SimulatorSide(theme)
        self._search = SimulatorSearch(jobs, self)
        self._note = QLabel()
        self._note.setObjectName("simulatorNote")
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setWordWrap(True)
        self._note.setProperty("role", "muted")
        self._note.setContentsMargins(THREE, ONE, THREE, ONE)
        parts = QSplitter(Qt.Orientation.Horizontal)
        parts.setObjectName("simulatorParts")
        parts.setHandleWidth(1)
        for widget, stretch in ((self.matrix, 0), (self.run, 1), (self.locks, 1), (self.side, 0)):
            parts.addWidget(widget)
            parts.setStretchFactor(parts.count() - 1, stretch)
        parts.setSizes([350, 900, 500, 290])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._note)
        whole.addWidget(parts, 1)
        self.setFocusProxy(self.run)
        self.matrix.cell_chosen.connect(self._choose_cell)
        self.matrix.installEventFilter(self.run)
        self.side.toggles.changed.connect(self._choose_applied)
        self.run.moved.connect(self._moved)
        self.run.begun.connect(self._ask_divergence)
        self._search.found.connect(self._found)
        self._search.complete.connect(self._all_cells)
        self._search.diverges.connect(self._learn_divergence)
        self._search.failed.connect(self._failed)
        self._say("")
        self._arrange(True)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        for part in (self.matrix, self.run, self.locks, self.side):
            part.set_theme(theme)

    # What is looked at

    def models(self) -> tuple[Model, ...]:
        """The program's models and the user's own, read at first use."""
        return self._shelf.models

    def reload(self) -> None:
        """Read the user's models again: one may have been written since."""
        self._shelf.reload()
        if self._model is not None and self._model not in self._shelf.models:
            self._model = None
        self.show_patch(self._facts)

    def show_queue(self, desk: Desk | None) -> None:
        """Take over which patches are loaded: the set that is judged is theirs."""
        patches = [facts.patch for facts in desk.facts] if desk is not None else []
        self._upstreams = tuple(patch.upstream for patch in patches if patch.upstream)
        if self._model is not None:
            self._settle_here(self._model)

    def show_patch(self, facts: PatchFacts | None) -> None:
        """Turn to the model that knows this patch; without one, to the locks that the patch is about."""
        self._facts = facts
        upstream = facts.patch.upstream if facts is not None and facts.row.patch is not None else None
        known = self.model_of(upstream)
        self.locks.show_diff(facts.diff if facts is not None else None)
        if known is not None:
            self._use(known)
            self._say("")
        elif facts is None:
            if self._model is None and self.models():
                self._use(self.models()[0])
            self._say("")
        else:
            self._say(_NO_MODEL)
        self._arrange(known is not None or facts is None)
        if known is not None:
            self._light()

    def _arrange(self, modelled: bool) -> None:
        """With a model the matrix with a run, or with the locks where they are wanted; without one the locks alone."""
        for part in (self.matrix, self.side):
            part.setVisible(modelled)
        self.run.setVisible(modelled and not self._locks_wanted)
        self.locks.setVisible(not modelled or self._locks_wanted)
        self.setFocusProxy(self.run if modelled and not self._locks_wanted else self.locks)

    def toggle_locks(self) -> None:
        """Show the locks in place of the run, or the run again; without a model look them up."""
        modelled = self.matrix.isVisibleTo(self)
        self._locks_wanted = not (self._locks_wanted and modelled)
        self.locks.want()
        self._arrange(modelled)

    def model_of(self, upstream: str | None) -> Model | None:
        """The model that has a patch with this upstream id; None where none has."""
        return self._shelf.model_of(upstream)

    def bound_lines(self, upstream: str | None) -> tuple[str, ...]:
        """The C lines of the patch with this upstream id that its model has; none where there is no model."""
        model = self.model_of(upstream)
        patch = model.patch_for(upstream) if model is not None and upstream else None
        if model is None or patch is None:
            return ()
        return tuple(dict.fromkeys(line.c_text for line in diff_lines(model, patch.name)))

    def _use(self, model: Model) -> None:
        if model is self._model:
            return
        self._model = model
        self._chosen_by_hand = False
        self._cell = None
        self._followed = None
        self.matrix.cells.show_model(model, ordered_subsets(model, subsets(model)))
        self._settle_here(model)

    def _settle_here(self, model: Model) -> None:
        here = here_of(model, self._upstreams)
        if here == self._here and self._cell is not None:
            return
        self._here = here
        self.side.toggles.show_model(model, here)
        if self._cell is not None and self._chosen_by_hand:
            self.side.toggles.set_applied(self._cell.applied)
        else:
            self._show_default(model)
        self.verdicts_changed.emit()

    def _say(self, text: str) -> None:
        said = "\n".join([*([text] if text else []), *map(visible, self._shelf.problems[:3])])
        self._note.setText(said)
        self._note.setVisible(bool(said))

    # Searching

    def start(self) -> None:
        """Search every cell of the matrix in the background; nothing is done twice.

        For a patch that no model knows the matrix of another model is shown, and said to be that.
        """
        if self._model is None and self.models():
            self._use(self.models()[0])
        if self._model is not None and not self.matrix.isVisibleTo(self):
            self._say(_OTHER_MODEL.format(self._model.title))
            self._arrange(True)
        if self._model is not None and not self._search.begun(self._model):
            self._search.matrix(self._model)
            if self._cell is not None and self.outcome is None:
                self._show_cell(self._cell)

    def search_queue(self) -> None:
        """Search by itself where the queue holds a patch that a model knows; else nothing is done."""
        known = next((model for model in map(self.model_of, self._upstreams) if model is not None), None)
        if known is not None and (self._model is None or not here_of(self._model, self._upstreams)):
            self._use(known)
        if known is not None and known is self._model:
            self._search.matrix(known)

    def _found(self, outcomes: tuple[Outcome, ...]) -> None:
        for outcome in outcomes:
            self.matrix.cells.put(outcome)
            if self._cell == CellName(outcome.scenario, outcome.applied):
                self._show_cell(self._cell)

    def _all_cells(self, outcomes: tuple[Outcome, ...]) -> None:
        check = judge(self._model, outcomes) if self._model is not None else None
        if check is not None:
            self.judged.emit(check.requirements)
        if self._model is not None and not self._chosen_by_hand:
            self._show_default(self._model)
        self.verdicts_changed.emit()

    def _show_default(self, model: Model) -> None:
        """The first scenario that is known to fail with the patches of this queue, else the first."""
        found = self.matrix.cells.outcomes
        cells = [CellName(scenario.name, self._here) for scenario in model.scenarios]
        self._show_cell(next((cell for cell in cells if cell in found and found[cell].violations), cells[0]))

    def _failed(self, problem: BaseException) -> None:
        self._say(str(problem) if isinstance(problem, UringreviewError) else f"The search ended early: {problem}")

    def summary_for(self, upstream: str) -> str:
        """What the search says of the patch with this upstream id; empty where it found nothing wrong, or has not
        looked yet."""
        model = self.model_of(upstream)
        patch = model.patch_for(upstream) if model is not None else None
        if model is None or patch is None or model is not self._model:
            return ""
        return sentence(model, self.matrix.cells.outcomes, patch, self._here)

    def verdict_for(self, upstream: str | None) -> Verdict | None:
        """How the patch with this upstream id stands, for a small mark; None where no model knows it."""
        model = self.model_of(upstream)
        patch = model.patch_for(upstream) if model is not None and upstream else None
        if model is None or patch is None:
            return None
        outcomes = self.matrix.cells.outcomes if model is self._model else {}
        return verdict_of(model, outcomes, patch, self._here)

    # The cell

    def _choose_cell(self, cell: CellName) -> None:
        self._chosen_by_hand = True
        self._followed = None
        self._show_cell(cell)

    def _choose_applied(self, applied: tuple[str, ...]) -> None:
        """Other patches, the same scenario: where the run that was looked at goes another way is shown."""
        if self._cell is None:
            return
        walked = self.current
        seen = walked.last if walked is not None and not walked.own and walked.length else self._followed
        self._chosen_by_hand = True
        self._followed = seen
        self._show_cell(CellName(self._cell.scenario, applied))

    def toggle_patch(self, number: int) -> None:
        """Apply the model's `number`th posted patch (from 1), or take it away."""
        posted = [each.name for each in self._model.patches if not each.hypothetical] if self._model else []
        if self._cell is not None and self._model is not None and 0 < number <= len(posted):
            self._choose_applied(self._model.in_order({*self._cell.applied} ^ {posted[number - 1]}))

    def _show_cell(self, cell: CellName) -> None:
        model, scenario = self._model, self._scenario(cell)
        if model is None or scenario is None:
            return
        self._cell = cell
        outcome = self.matrix.cells.outcomes.get(cell)
        self.matrix.mark(cell)
        self.side.toggles.set_applied(cell.applied)
        searching = self._search.begun(model) or self._chosen_by_hand
        self.side.show_cell(model, scenario, outcome, searching=searching)
        self._search.forget_divergence()
        self.side.say_divergence("")
        runs = known_runs(outcome) if outcome is not None else ()
        self.run.show_cell(
            model, scenario, cell.applied, runs, "" if runs else no_run(cell, outcome, searching=searching)
        )
        if self._followed is not None:
            self._follow(model, self._followed, cell, run_of_its_own=bool(runs))
        if outcome is None and self._chosen_by_hand:
            self._search.cell(model, cell)

    def _follow(self, model: Model, seen: Trace, cell: CellName, *, run_of_its_own: bool) -> None:
        """Show what becomes of the run `seen` with the patches of `cell`."""
        if seen.applied == cell.applied:
            return
        apart = divergence(model, seen, cell.applied)
        words = followed_in_words(seen.applied, cell.applied, apart)
        self.side.say_divergence(words)
        if not run_of_its_own:
            self.run.follow(seen, apart.number if apart is not None else None)
            self.run.say(f"{words} {OK_MEANS}." if apart is not None else words)

    def _scenario(self, cell: CellName | None) -> Scenario | None:
        return self._model.scenario(cell.scenario) if self._model is not None and cell is not None else None

    # The run

    def _ask_divergence(self, trace: Trace) -> None:
        """Where one posted patch more would make the same schedule go another way."""
        if self._model is not None and self._followed is None:
            self.side.say_divergence("")
            self._search.divergence(self._model, trace)

    def _learn_divergence(self, patch: str, number: int) -> None:
        if self.current is not None and not self.current.own:
            self.run.show_divergence(number)
            place = [each.name for each in self._model.patches].index(patch) + 1 if self._model is not None else 0
            self.side.say_divergence(f"With {patch} this run diverges at step {number}; Ctrl+{place} applies it.")

    def _moved(self) -> None:
        walked = self.run.walk
        if walked is None or self._model is None:
            return
        if walked.own:
            self.side.say_divergence("")
        numbers = [lock.name for lock in self._model.locks]
        held = [(lock, owner, numbers.index(lock)) for lock, owner in walked.here.state.locks]
        self.side.show_state(chain_boxes(walked), held)
        self.side.say_wrong(walked.wrong)
        self._light()

    def _light(self) -> None:
        """Tell which C line the current step stands for; only while the pane is seen."""
        walked = self.run.walk
        if not self.isVisible() or walked is None or self._model is None:
            return
        step = walked.step
        if step is None:
            self.step_lit.emit("", "")
            return
        patch = self._model.patch_for(step.patch) if step.patch else None
        self.step_lit.emit("\n".join(texts_of(step)), patch.upstream if patch is not None else "")

    def event(self, event: QEvent) -> bool:
        """The simulator's own keys, wherever in it the focus is."""
        return self.run.hear(event) or super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """The current step is lit again."""
        super().showEvent(event)
        self._light()

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing stays lit for a step that is not seen."""
        super().hideEvent(event)
        self.step_lit.emit("", "")

    @property
    def note(self) -> str:
        """What stands over the pane; empty for nothing."""
        return self._note.text()

    @property
    def model(self) -> Model | None:
        """The model being looked at."""
        return self._model

    @property
    def outcome(self) -> Outcome | None:
        """What the search of the cell being looked at found; None before."""
        return self.matrix.cells.outcomes.get(self._cell) if self._cell is not None else None

    @property
    def current(self) -> Walk | None:
        """The run being looked at, with the place in it."""
        return self.run.walk
