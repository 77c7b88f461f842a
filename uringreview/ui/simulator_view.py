"""The simulator pane: every interleaving of the modelled race, and each step of the one that fails.

Home is the matrix of scenarios and sets of patches. The run of the chosen cell stands beside it as swim lanes; the
reviewer steps through it, leaves it by choosing the next thread, and sees the diff line of each step lit. "ok" never
means more than "no violation in this model", and the pane says so.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QAccessible, QGuiApplication, QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from uringreview.errors import UringreviewError
from uringreview.interleave.binding import texts_of
from uringreview.interleave.explore import explore, explore_matrix, subsets
from uringreview.interleave.properties import PROPERTIES
from uringreview.interleave.replay import divergence
from uringreview.interleave.scenario import Model, Scenario, load_models
from uringreview.interleave.trace import Outcome, Trace, two_column_text
from uringreview.progress import Progress
from uringreview.review.facts import Desk, PatchFacts
from uringreview.ui.jobs import Jobs
from uringreview.ui.lane_heads import LaneHeads
from uringreview.ui.lanes import LanesView
from uringreview.ui.scenario_matrix import OK_MEANS, CellName, ScenarioMatrix, ordered_subsets
from uringreview.ui.simulator_side import SimulatorSide
from uringreview.ui.simulator_verdict import here_of, sentence
from uringreview.ui.simulator_walk import Walk, chain_boxes, lane_steps, walk
from uringreview.ui.steps_model import StepsTable
from uringreview.ui.theme import HALF, ONE, THREE, TWO, Theme

MATRIX, CELL, DIVERGENCE = "simulator", "simulator cell", "simulator divergence"


@dataclass(frozen=True, slots=True)
class Known:
    """A run that the search found: what to call it, and the run."""

    title: str
    trace: Trace


class SimulatorPane(QWidget):
    """The pane.

    `models` are the models to choose from; by default those that come with the program, read at first use.
    `step_lit` carries the C line of the current step, with the calls that led to it on further lines, and the
    upstream id of the patch that it belongs to; both are empty where there is none. `verdicts_changed` says that
    `summary_for` may answer otherwise now.
    """

    step_lit = Signal(str, str)
    verdicts_changed = Signal()

    def __init__(
        self, jobs: Jobs, theme: Theme, parent: QWidget | None = None, models: tuple[Model, ...] | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("simulatorPane")
        self.setAccessibleName("Simulator")
        self._jobs = jobs
        self._theme = theme
        self._models = models
        self._model: Model | None = None
        self._here: tuple[str, ...] = ()
        self._upstreams: tuple[str, ...] = ()
        self._cell: CellName | None = None
        self._chosen_by_hand = False
        self._started = False
        self._runs: tuple[Known, ...] = ()
        self._walk: Walk | None = None
        self._diverges: tuple[str, int] | None = None
        self.matrix = ScenarioMatrix(theme)
        self.lanes = LanesView(theme)
        self.heads = LaneHeads(theme, self.lanes)
        self.table = StepsTable(theme)
        self.side = SimulatorSide(theme)
        self._note = _label("simulatorNote")
        self._said = _label("simulatorSaid")
        self._place = QLabel()
        self._place.setObjectName("stepPlace")
        self._which = QComboBox()
        self._which.setObjectName("whichRun")
        self._which.setAccessibleName("Which run")
        self._which.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._buttons: list[QToolButton] = []
        self._list_button = self._button(
            "stepsList", "List", "Show the steps as a list beside the lanes", self._toggle_list
        )
        self._list_button.setCheckable(True)
        self._arrange()
        self._join()
        self.table.setVisible(QAccessible.isActive())
        self._list_button.setChecked(QAccessible.isActive())
        self._show_walk()

    # What it is made of

    def _arrange(self) -> None:
        bar = QWidget()
        bar.setObjectName("simulatorBar")
        row = QHBoxLayout(bar)
        row.setContentsMargins(TWO, HALF, TWO, HALF)
        row.setSpacing(ONE)
        for name, text, tip, act in (
            ("stepFirst", "|◀", "First step (Home)", self.first),
            ("stepBack", "◀", "Step back (left, h)", self.step_back),
            ("stepForward", "▶", "Step forward (right, l)", self.step_forward),
            ("stepLast", "▶|", "Last step (End)", self.last),
            ("toViolation", "to the violation", "Go to the step that fails (x)", self.to_violation),
        ):
            row.addWidget(self._button(name, text, tip, act))
        row.addWidget(self._place)
        row.addWidget(self._which)
        row.addStretch(1)
        row.addWidget(self._list_button)
        row.addWidget(self._button("copyReplay", "Copy replay", "Copy the text that names this run", self.copy_replay))
        row.addWidget(self._button("copyText", "Copy text", "Copy the run in columns, for a mail", self.copy_text))
        steps = QSplitter(Qt.Orientation.Horizontal)
        steps.setObjectName("simulatorSteps")
        steps.setHandleWidth(1)
        steps.setChildrenCollapsible(False)
        left = QWidget()
        drawing = QVBoxLayout(left)
        drawing.setContentsMargins(0, 0, 0, 0)
        drawing.setSpacing(0)
        drawing.addWidget(self.heads)
        drawing.addWidget(self.lanes, 1)
        steps.addWidget(left)
        steps.addWidget(self.table)
        steps.setStretchFactor(0, 3)
        steps.setStretchFactor(1, 2)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(bar)
        column.addWidget(self._said)
        column.addWidget(steps, 1)
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._parts.setObjectName("simulatorParts")
        self._parts.setHandleWidth(1)
        for widget, stretch in ((self.matrix, 0), (middle, 1), (self.side, 0)):
            self._parts.addWidget(widget)
            self._parts.setStretchFactor(self._parts.count() - 1, stretch)
        self._parts.setSizes([350, 900, 290])
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._note)
        whole.addWidget(self._parts, 1)
        self.setFocusProxy(self.lanes)

    def _button(self, name: str, text: str, tip: str, act: Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda _checked=False: act())
        self._buttons.append(button)
        return button

    def _join(self) -> None:
        self.matrix.cell_chosen.connect(self._choose_cell)
        self.lanes.step_chosen.connect(self.go_to_step)
        self.table.step_chosen.connect(self.go_to_step)
        self.heads.thread_chosen.connect(self._step_thread)
        self.side.toggles.changed.connect(self._choose_applied)
        self._which.activated.connect(self._choose_run)
        for widget in (self.lanes, self.table, self.matrix):
            widget.installEventFilter(self)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        for part in (self.matrix, self.lanes, self.heads, self.table, self.side):
            part.set_theme(theme)
        self._show_walk()

    # What is looked at

    def models(self) -> tuple[Model, ...]:
        """The models that come with the program, read at first use."""
        if self._models is None:
            try:
                self._models = load_models()
            except UringreviewError as problem:
                self._models = ()
                self._say(str(problem))
        return self._models

    def show_queue(self, desk: Desk | None) -> None:
        """Take over which patches are loaded: the set that is judged is theirs."""
        patches = [facts.patch for facts in desk.facts] if desk is not None else []
        self._upstreams = tuple(patch.upstream for patch in patches if patch.upstream)
        if self._model is not None:
            self._settle_here(self._model)

    def show_patch(self, facts: PatchFacts | None) -> None:
        """Turn to the model that knows this patch, or say that there is none."""
        upstream = facts.patch.upstream if facts is not None and facts.row.patch is not None else None
        known = self.model_of(upstream)
        if known is not None:
            self._use(known)
            self._say("")
            if self._walk is not None:
                self._light(self._walk)
            return
        if self._model is None and self.models():
            self._use(self.models()[0])
        if facts is None:
            self._say("")
            return
        there = "; ".join(f"{model.title} ({_ids(model)})" for model in self.models())
        self._say(f"No model for this patch. There is: {there}." if there else "No model for this patch.")

    def model_of(self, upstream: str | None) -> Model | None:
        """The model that has a patch with this upstream id; None where none has."""
        if not upstream:
            return None
        return next((model for model in self.models() if model.patch_for(upstream) is not None), None)

    def _use(self, model: Model) -> None:
        if model is self._model:
            return
        self._model = model
        self._started = False
        self._chosen_by_hand = False
        self.matrix.cells.show_model(model, ordered_subsets(model, subsets(model)))
        self._settle_here(model)

    def _settle_here(self, model: Model) -> None:
        here = here_of(model, self._upstreams)
        if here == self._here and self._cell is not None and self._cell.scenario in _names(model):
            return
        self._here = here
        self.side.toggles.show_model(model, here)
        if not self._chosen_by_hand:
            self._show_cell(CellName(model.scenarios[0].name, here))
        self.verdicts_changed.emit()

    def _say(self, text: str) -> None:
        self._note.setText(text)
        self._note.setVisible(bool(text))

    # Searching

    def start(self) -> None:
        """Search every cell of the matrix in the background; nothing is done twice."""
        if self._model is None and self.models():
            self._use(self.models()[0])
        if self._model is None or self._started:
            return
        self._started = True
        self._jobs.start_process(
            "simulating", explore_matrix, (self._model,), self._some_cells, self._all_cells, self._failed, MATRIX
        )

    def _some_cells(self, step: Progress[Outcome]) -> None:
        for outcome in step.parts:
            self.matrix.cells.put(outcome)
            if self._cell == CellName(outcome.scenario, outcome.applied):
                self._show_cell(self._cell)

    def _all_cells(self, _outcomes: tuple[Outcome, ...]) -> None:
        if self._model is not None and not self._chosen_by_hand:
            found = self.matrix.cells.outcomes
            cells = [CellName(name, self._here) for name in _names(self._model)]
            failing = [cell for cell in cells if cell in found and found[cell].violations]
            if failing:
                self._show_cell(failing[0])
        self.verdicts_changed.emit()

    def _failed(self, problem: BaseException) -> None:
        self._started = False
        self._say(str(problem) if isinstance(problem, UringreviewError) else f"The search ended early: {problem}")

    def summary_for(self, upstream: str) -> str:
        """What the search says of the patch with this upstream id; empty where it found nothing wrong, or has not
        looked yet."""
        model = self.model_of(upstream)
        patch = model.patch_for(upstream) if model is not None else None
        if model is None or patch is None or model is not self._model:
            return ""
        return sentence(model, self.matrix.cells.outcomes, patch, self._here)

    # The cell

    def _choose_cell(self, cell: CellName) -> None:
        self._chosen_by_hand = True
        self._show_cell(cell)

    def _choose_applied(self, applied: tuple[str, ...]) -> None:
        if self._cell is not None:
            self._choose_cell(CellName(self._cell.scenario, applied))

    def _show_cell(self, cell: CellName) -> None:
        model, scenario = self._model, self._scenario(cell)
        if model is None or scenario is None:
            return
        self._cell = cell
        outcome = self.matrix.cells.outcomes.get(cell)
        self.matrix.mark(cell)
        self.side.toggles.set_applied(cell.applied)
        self.side.show_cell(model, scenario, outcome)
        self._runs = known_runs(outcome) if outcome is not None else ()
        self._which.clear()
        self._which.addItems([run.title for run in self._runs])
        self._which.setVisible(bool(self._runs))
        self._said.setText(_said(cell, outcome))
        self._said.setVisible(not self._runs)
        self._begin(self._runs[0].trace if self._runs else None)
        if outcome is None and self._chosen_by_hand:
            self._search_cell(model, cell)

    def _search_cell(self, model: Model, cell: CellName) -> None:
        """One cell that the reviewer wants to see now: the matrix has no column for it, or has not come to it yet."""
        self._jobs.start_process(
            f"simulating {cell.scenario}",
            explore,
            (model, cell.scenario, frozenset(cell.applied)),
            None,
            self._one_cell,
            self._failed,
            CELL,
        )

    def _one_cell(self, outcome: Outcome) -> None:
        self.matrix.cells.put(outcome)
        if self._cell == CellName(outcome.scenario, outcome.applied):
            self._show_cell(self._cell)

    def _scenario(self, cell: CellName | None) -> Scenario | None:
        return self._model.scenario(cell.scenario) if self._model is not None and cell is not None else None

    # The run

    def _choose_run(self, number: int) -> None:
        if 0 <= number < len(self._runs):
            self._begin(self._runs[number].trace)

    def _begin(self, trace: Trace | None) -> None:
        """Turn to a run, at the step that fails; without one, to the point before the first step."""
        self._diverges = None
        self._jobs.cancel(DIVERGENCE)
        if self._model is None or self._cell is None:
            self._walk = None
        else:
            schedule = trace.schedule if trace is not None else ()
            begun = walk(self._model, self._cell.scenario, self._cell.applied, schedule)
            self._walk = begun.to(begun.violation_at() or 0)
            if trace is not None:
                self._ask_divergence(self._model, trace)
        self._show_walk()

    def _ask_divergence(self, model: Model, trace: Trace) -> None:
        """Where one posted patch more would make the same schedule go another way."""

        def search() -> Generator[Progress[tuple[str, int]], None, tuple[str, int] | None]:
            others = [
                patch.name for patch in model.patches if not patch.hypothetical and patch.name not in trace.applied
            ]
            for done, name in enumerate(others):
                found = divergence(model, trace, (*trace.applied, name))
                if found is not None:
                    return name, found.number
                yield Progress(done + 1, len(others), "patches")
            return None

        self._jobs.start("comparing", search, None, self._learn_divergence, self._failed, DIVERGENCE)

    def _learn_divergence(self, found: tuple[str, int] | None) -> None:
        self._diverges = found
        self._show_walk()

    @property
    def current(self) -> Walk | None:
        """The run being looked at, with the place in it."""
        return self._walk

    def go_to_step(self, number: int) -> None:
        """Go to the point after step `number`; 0 is before the first."""
        if self._walk is not None:
            self._walk = self._walk.to(number)
            self._show_walk()

    def step_forward(self) -> None:
        """Make the next step of this run."""
        if self._walk is not None:
            self.go_to_step(self._walk.at + 1)

    def step_back(self) -> None:
        """Take the last step back."""
        if self._walk is not None:
            self.go_to_step(self._walk.at - 1)

    def first(self) -> None:
        """Go to the point before the first step."""
        self.go_to_step(0)

    def last(self) -> None:
        """Go to the end of this run."""
        if self._walk is not None:
            self.go_to_step(self._walk.length)

    def to_violation(self) -> None:
        """Go to the step that violates a property, where this run has one."""
        at = self._walk.violation_at() if self._walk is not None else None
        if at is not None:
            self.go_to_step(at)

    def choose_thread(self, number: int) -> None:
        """Step the `number`th thread (from 1); where that leaves the run that the search found, a new one begins."""
        name = self.heads.name_of(number)
        if name is not None:
            self._step_thread(name)

    def _step_thread(self, name: str) -> None:
        if self._walk is not None:
            self._walk = self._walk.take(name)
            if self._walk.own:
                self._diverges = None
            self._show_walk()

    def jump_to_line(self, text: str) -> None:
        """Go to the first step that stands for the diff line `text`, where this run has one."""
        found = self._walk.find(text) if self._walk is not None else None
        if found is not None:
            self.go_to_step(found)

    def copy_replay(self) -> None:
        """Put the text that names this run on the clipboard."""
        if self._walk is not None:
            QGuiApplication.clipboard().setText(self._walk.last.replay)

    def copy_text(self) -> None:
        """Put the run on the clipboard as plain text in columns, with the text that names it."""
        if self._walk is not None:
            trace = self._walk.last
            QGuiApplication.clipboard().setText(f"{two_column_text(trace)}\n {trace.replay}\n")

    def _show_walk(self) -> None:
        walked, scenario = self._walk, self._scenario(self._cell)
        for button in self._buttons:
            button.setEnabled(walked is not None)
        if walked is None or scenario is None:
            self.lanes.show_steps((), (), 0, None)
            self._place.setText("")
            self.side.say_wrong("")
            self.side.say_divergence("")
            return
        titles = tuple(thread.title for thread in scenario.threads)
        names = tuple(thread.name for thread in scenario.threads)
        locks = tuple(lock.name for lock in self._model.locks) if self._model is not None else ()
        steps = lane_steps(walked, names, locks)
        self.lanes.show_steps(titles, steps, walked.at, self._diverges[1] if self._diverges else None)
        self.heads.show_choices(titles, walked.choices())
        self.table.steps.show_steps(titles, steps)
        self.table.mark(walked.at)
        self._place.setText(f"step {walked.at} of {walked.length}" + (" · your own order" if walked.own else ""))
        self.side.show_state(
            chain_boxes(walked), [(lock, owner, locks.index(lock)) for lock, owner in walked.here.state.locks]
        )
        self.side.say_wrong(walked.wrong)
        self.side.say_divergence(
            f"With {self._diverges[0]} this run goes another way at step {self._diverges[1]}." if self._diverges else ""
        )
        self._light(walked)

    def _light(self, walked: Walk) -> None:
        """Tell which C line the current step stands for; only while the pane is seen."""
        if not self.isVisible():
            return
        step = walked.step
        if step is None or self._model is None:
            self.step_lit.emit("", "")
            return
        patch = self._model.patch_for(step.patch) if step.patch else None
        self.step_lit.emit("\n".join(texts_of(step)), patch.upstream if patch is not None else "")

    def showEvent(self, event: QShowEvent) -> None:
        """The current step is lit again."""
        super().showEvent(event)
        if self._walk is not None:
            self._light(self._walk)

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing stays lit for a step that is not seen."""
        super().hideEvent(event)
        self.step_lit.emit("", "")

    # Keys

    def _toggle_list(self) -> None:
        self.table.setVisible(self._list_button.isChecked())

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        """Keys that step, while the lanes, the list or the matrix have the focus."""
        if isinstance(event, QKeyEvent) and event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            act = self._act_for(event, moves=watched is self.lanes)
            if act is not None:
                if event.type() == QEvent.Type.KeyPress:
                    act()
                event.accept()
                return True
        return super().eventFilter(watched, event)  # type: ignore[arg-type]

    def _act_for(self, event: QKeyEvent, *, moves: bool) -> Callable[[], None] | None:
        """What a key does; arrows and ends belong to the tables where those have the focus."""
        if event.modifiers() not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier):
            return None
        key = Qt.Key(event.key())
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            number = key - Qt.Key.Key_0
            return lambda: self.choose_thread(number)
        keys = {Qt.Key.Key_H: self.step_back, Qt.Key.Key_L: self.step_forward, Qt.Key.Key_X: self.to_violation}
        if moves:
            keys |= {
                Qt.Key.Key_Left: self.step_back,
                Qt.Key.Key_Right: self.step_forward,
                Qt.Key.Key_Up: self.step_back,
                Qt.Key.Key_Down: self.step_forward,
                Qt.Key.Key_Home: self.first,
                Qt.Key.Key_End: self.last,
            }
        return keys.get(key)


def known_runs(outcome: Outcome) -> tuple[Known, ...]:
    """The runs that a search found, the one that a person can follow best first for each violation."""
    runs = []
    for violation in outcome.violations:
        title = PROPERTIES[violation.property].title if violation.property in PROPERTIES else violation.property
        if violation.simplest is not None:
            words = _counted(violation.simplest)
            runs.append(Known(f"{title}: fewest switches ({words})", violation.simplest))
        if violation.simplest is None or violation.trace.schedule != violation.simplest.schedule:
            runs.append(Known(f"{title}: shortest ({_counted(violation.trace)})", violation.trace))
    if outcome.race_detail is not None:
        race = outcome.race_detail
        runs.append(Known(f"data race on {race.thing}.{race.field} ({_counted(race.trace)})", race.trace))
    return tuple(runs)


def _counted(trace: Trace) -> str:
    return f"{len(trace.steps)} steps, {trace.switches} switch{'es' * (trace.switches != 1)}"


def _said(cell: CellName, outcome: Outcome | None) -> str:
    """What stands where there is no run to show."""
    if outcome is None:
        return f"{cell.scenario} has not been searched yet. Choose a thread above to step it by hand."
    if outcome.ok:
        return f"No violation: {OK_MEANS}, and every interleaving was seen. Choose a thread above to step it by hand."
    return "No violation found, but not every state was seen: this says nothing."


def _ids(model: Model) -> str:
    return ", ".join(patch.upstream for patch in model.patches if patch.upstream)


def _names(model: Model) -> tuple[str, ...]:
    return tuple(scenario.name for scenario in model.scenarios)


def _label(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setProperty("role", "muted")
    label.setContentsMargins(THREE, ONE, THREE, ONE)
    return label
