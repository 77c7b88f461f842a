"""One run of the simulator: the line with the buttons, the threads, the swim lanes, and the list beside them.

Here a run is walked: forth and back, to the step that fails, or off the run by choosing the next thread oneself.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAccessible, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from uringreview.interleave.scenario import Model, Scenario
from uringreview.interleave.trace import Trace, two_column_text
from uringreview.ui.actions import ACTIONS
from uringreview.ui.lane_heads import LaneHeads
from uringreview.ui.lanes import LanesView
from uringreview.ui.lanes_drawing import LaneStep
from uringreview.ui.simulator_bar import SimulatorBar
from uringreview.ui.simulator_runs import Known
from uringreview.ui.simulator_walk import Walk, lane_steps, walk, walk_along
from uringreview.ui.steps_model import StepsTable
from uringreview.ui.theme import ONE, THREE, Theme

_MOVES = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End)


class RunView(QWidget):
    """The middle of the simulator. `moved` says that `walk` is another, `begun` carries the `Trace` that a walk
    begins on."""

    moved = Signal()
    begun = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("run")
        self.setAccessibleName("Run")
        self._model: Model | None = None
        self._scenario: Scenario | None = None
        self._applied: tuple[str, ...] = ()
        self._runs: tuple[Known, ...] = ()
        self._diverges: int | None = None
        self.walk: Walk | None = None
        self.bar = SimulatorBar()
        self.lanes = LanesView(theme)
        self.heads = LaneHeads(theme, self.lanes)
        self.table = StepsTable(theme)
        self._said = QLabel()
        self._said.setObjectName("simulatorSaid")
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        self._said.setProperty("role", "muted")
        self._said.setContentsMargins(THREE, ONE, THREE, ONE)
        self._keys = self._keys_of_table()
        self._arrange()
        self._join()
        self.table.setVisible(QAccessible.isActive())
        self.bar.show_list(QAccessible.isActive())
        self._show()

    def _arrange(self) -> None:
        left = QWidget()
        drawing = QVBoxLayout(left)
        drawing.setContentsMargins(0, 0, 0, 0)
        drawing.setSpacing(0)
        drawing.addWidget(self.heads)
        drawing.addWidget(self.lanes, 1)
        steps = QSplitter(Qt.Orientation.Horizontal)
        steps.setObjectName("simulatorSteps")
        steps.setHandleWidth(1)
        steps.setChildrenCollapsible(False)
        for widget, stretch in ((left, 3), (self.table, 2)):
            steps.addWidget(widget)
            steps.setStretchFactor(steps.count() - 1, stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self._said)
        column.addWidget(steps, 1)
        self.setFocusProxy(self.lanes)

    def _join(self) -> None:
        self.lanes.step_chosen.connect(self.go_to_step)
        self.table.step_chosen.connect(self.go_to_step)
        self.heads.thread_chosen.connect(self.step_thread)
        self.bar.first.connect(self.first)
        self.bar.back.connect(self.step_back)
        self.bar.forward.connect(self.step_forward)
        self.bar.last.connect(self.last)
        self.bar.to_violation.connect(self.to_violation)
        self.bar.copy_replay.connect(self.copy_replay)
        self.bar.copy_text.connect(self.copy_text)
        self.bar.run_chosen.connect(self._choose_run)
        self.bar.list_wanted.connect(self.table.setVisible)
        for widget in (self.lanes, self.table):
            widget.installEventFilter(self)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        for part in (self.lanes, self.heads, self.table):
            part.set_theme(theme)

    def show_cell(
        self, model: Model, scenario: Scenario, applied: Sequence[str], runs: tuple[Known, ...], said: str
    ) -> None:
        """Turn to a cell: the first of its `runs`, or with the words `said` to the point before the first step."""
        self._model, self._scenario, self._applied = model, scenario, tuple(applied)
        self._runs = runs
        self.bar.show_runs([run.title for run in runs])
        self.say(said)
        self._begin(runs[0].trace if runs else None)

    def follow(self, trace: Trace, number: int | None) -> None:
        """Go along another variant's run as far as it leads here, to the step `number` at which it is left."""
        if self._model is not None and self._scenario is not None:
            self._diverges = number
            found = walk_along(self._model, self._scenario.name, self._applied, trace.schedule)
            self._move(found.to(number if number is not None else found.length))

    def say(self, text: str) -> None:
        """Words over the lanes; empty for none."""
        self._said.setText(text)
        self._said.setVisible(bool(text))

    def show_divergence(self, number: int | None) -> None:
        """Mark the step at which another set of patches would go another way."""
        self._diverges = number
        self._show()

    def _choose_run(self, number: int) -> None:
        if 0 <= number < len(self._runs):
            self._begin(self._runs[number].trace)

    def _begin(self, trace: Trace | None) -> None:
        """Turn to a run, at the step that fails; without one, to the point before the first step."""
        if self._model is None or self._scenario is None:
            return
        self._diverges = None
        begun = walk(self._model, self._scenario.name, self._applied, trace.schedule if trace is not None else ())
        self._move(begun.to(begun.violation_at() or 0))
        if trace is not None:
            self.begun.emit(trace)

    def _move(self, to: Walk) -> None:
        self.walk = to
        self._show()
        self.moved.emit()

    def go_to_step(self, number: int) -> None:
        """Go to the point after step `number`; 0 is before the first."""
        if self.walk is not None:
            self._move(self.walk.to(number))

    def step_forward(self) -> None:
        """Make the next step of this run."""
        if self.walk is not None:
            self.go_to_step(self.walk.at + 1)

    def step_back(self) -> None:
        """Take the last step back."""
        if self.walk is not None:
            self.go_to_step(self.walk.at - 1)

    def first(self) -> None:
        """Go to the point before the first step."""
        self.go_to_step(0)

    def last(self) -> None:
        """Go to the end of this run."""
        if self.walk is not None:
            self.go_to_step(self.walk.length)

    def to_violation(self) -> None:
        """Go to the step that violates a property, where this run has one."""
        at = self.walk.violation_at() if self.walk is not None else None
        if at is not None:
            self.go_to_step(at)

    def choose_thread(self, number: int) -> None:
        """Step the `number`th thread (from 1); where that leaves the run that the search found, a new one begins."""
        name = self.heads.name_of(number)
        if name is not None:
            self.step_thread(name)

    def step_thread(self, name: str) -> None:
        """Step the thread called `name`, where it can move."""
        if self.walk is None:
            return
        after = self.walk.take(name)
        if after.own:
            self._diverges = None
        self._move(after)

    def jump_to_line(self, text: str) -> None:
        """Go to the first step that stands for the diff line `text`, where this run has one."""
        found = self.walk.find(text) if self.walk is not None else None
        if found is not None:
            self.go_to_step(found)

    def copy_replay(self) -> None:
        """Put the text that names this run on the clipboard."""
        if self.walk is not None:
            QGuiApplication.clipboard().setText(self.walk.last.replay)

    def copy_text(self) -> None:
        """Put the run on the clipboard as plain text in columns, with the text that names it."""
        if self.walk is not None:
            trace = self.walk.last
            QGuiApplication.clipboard().setText(f"{two_column_text(trace)}\n {trace.replay}\n")

    def rows(self) -> tuple[tuple[str, ...], tuple[LaneStep, ...]]:
        """The threads' titles and the steps as they are drawn; both empty where there is no run."""
        if self.walk is None or self._scenario is None or self._model is None:
            return (), ()
        names = tuple(thread.name for thread in self._scenario.threads)
        return tuple(thread.title for thread in self._scenario.threads), lane_steps(self.walk, self._model, names)

    def _show(self) -> None:
        if self.walk is None or self._scenario is None or self._model is None:
            self.lanes.show_steps((), (), 0, None)
            self.bar.show_place("", usable=False)
            return
        titles, steps = self.rows()
        self.lanes.show_steps(titles, steps, self.walk.at, self._diverges)
        self.heads.show_choices(titles, self.walk.choices())
        self.table.steps.show_steps(titles, steps)
        self.table.mark(self.walk.at)
        order = " · your own order" if self.walk.own else ""
        self.bar.show_place(f"step {self.walk.at} of {self.walk.length}{order}", usable=True)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys that step, while the lanes, the list or whoever installed this filter has the focus."""
        return self.hear(event, moves=watched is self.lanes) or super().eventFilter(watched, event)

    def hear(self, event: QEvent, *, moves: bool = False) -> bool:
        """Do what a key means here; False where it means nothing. `moves`: arrows and ends are for the run too."""
        if not isinstance(event, QKeyEvent):
            return False
        if event.type() not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride):
            return False
        act = self._act_for(event, moves=moves)
        if act is None:
            return False
        if event.type() == QEvent.Type.KeyPress:
            act()
        event.accept()
        return True

    def _act_for(self, event: QKeyEvent, *, moves: bool) -> Callable[[], None] | None:
        """What a key does; arrows and ends belong to the tables where those have the focus."""
        plain = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier, Qt.KeyboardModifier.ShiftModifier)
        if event.modifiers() not in plain or (event.key() in _MOVES and not moves):
            return None
        shift = Qt.KeyboardModifier.ShiftModifier in event.modifiers()
        return self._keys.get((event.key(), shift))

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """What the actions of the simulator do, by their names in the table."""
        return {
            "step_forward": self.step_forward,
            "step_back": self.step_back,
            "first_step": self.first,
            "last_step": self.last,
            "to_violation": self.to_violation,
            "copy_replay": self.copy_replay,
            "copy_run": self.copy_text,
            **{f"thread_{n}": partial(self.choose_thread, n) for n in range(1, 10)},
        }

    def _keys_of_table(self) -> Mapping[tuple[int, bool], Callable[[], None]]:
        acts = self.handlers()
        return {_stroke(sequence): acts[one.name] for one in ACTIONS if one.in_simulator for sequence in one.keys}


def _stroke(sequence: str) -> tuple[int, bool]:
    """The key of a sequence of the table, "Shift+Y", and whether Shift is held."""
    head, _, last = sequence.rpartition("+")
    return Qt.Key[f"Key_{last}"].value, head == "Shift"
