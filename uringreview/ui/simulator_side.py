"""What stands beside the swim lanes: which patches are applied, what was searched, and the state after the step.

Everything a reviewer must know to weigh a verdict is printed here: how realistic the scenario is, how much was
searched, what "ok" means, and what the model leaves out.
"""

from collections.abc import Iterable

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from uringreview.interleave.scenario import Model, ModelPatch, Scenario
from uringreview.interleave.trace import Outcome
from uringreview.ui.chain_drawing import ChainBox, ChainDrawing
from uringreview.ui.lanes_drawing import lock_colour
from uringreview.ui.plain import plain_tip
from uringreview.ui.scenario_matrix import OK_MEANS, figures, left_out_in_words
from uringreview.ui.theme import HALF, ONE, THREE, TWO, Theme, fixed_font, ui_font


class PatchToggles(QWidget):
    """A button for each patch of the model; `changed` carries the names of those that are applied, in order."""

    changed = Signal(tuple)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("patchToggles")
        self.setAccessibleName("Applied patches")
        self._theme = theme
        self._buttons: dict[str, QToolButton] = {}
        self._supposed: dict[str, QAction] = {}
        self._menu = QMenu(self)
        self._more = QToolButton(self)
        self._more.setObjectName("hypotheticalPatches")
        self._more.setAccessibleName("Hypothetical patches")
        self._more.setToolTip("Changes that were never posted, and deliberate mistakes that the search must find")
        self._more.setText("…")
        self._more.setMenu(self._menu)
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(ONE)
        self._row.addWidget(self._more)
        self._row.addStretch(1)

    def show_model(self, model: Model | None, here: Iterable[str]) -> None:
        """Buttons for the patches of `model`; those named in `here` are loaded in this queue."""
        for button in self._buttons.values():
            self._row.removeWidget(button)
            button.deleteLater()
        self._buttons = {}
        self._menu.clear()
        self._supposed = {}
        loaded = set(here)
        for patch in model.patches if model is not None else ():
            if patch.hypothetical:
                self._add_hypothetical(patch)
                continue
            button = QToolButton(self)
            button.setObjectName(f"toggle_{patch.name}")
            button.setText(patch.name)
            button.setCheckable(True)
            button.setFont(fixed_font())
            where = "" if patch.name in loaded else " (not in this queue)"
            words = f"{patch.name} {patch.upstream}{where}\n{patch.subject}"
            button.setToolTip(plain_tip(words))
            button.setAccessibleName(f"Apply {words}")
            button.clicked.connect(self._clicked)
            self._row.insertWidget(self._row.count() - 2, button)
            self._buttons[patch.name] = button
        self._more.setVisible(bool(self._supposed))
        self.set_theme(self._theme)

    def _add_hypothetical(self, patch: ModelPatch) -> None:
        action = self._menu.addAction(f"{patch.name}: {patch.subject}".replace("&", "&&"))
        action.setCheckable(True)
        action.triggered.connect(lambda _checked=False: self._clicked())
        self._supposed[patch.name] = action

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        room = f"{HALF}px {ONE + HALF}px"
        self.setStyleSheet(
            f"QToolButton {{ border: 1px solid {theme.hairline}; border-radius: {ONE}px; padding: {room}; }}"
            f"QToolButton:checked {{ border-color: {theme.accent}; color: {theme.accent};"
            f" background: {theme.selection}; }}"
            f"QToolButton:focus {{ border-color: {theme.text}; }}"
        )

    def set_applied(self, applied: Iterable[str]) -> None:
        """Press the buttons of `applied` without telling anyone."""
        chosen = set(applied)
        for name, button in self._buttons.items():
            button.setChecked(name in chosen)
        for name, action in self._supposed.items():
            action.setChecked(name in chosen)
        self._more.setText("… " + ", ".join(name for name in self._supposed if name in chosen))

    def applied(self) -> tuple[str, ...]:
        """The patches whose buttons are pressed, and the hypothetical ones that are ticked."""
        pressed = tuple(name for name, button in self._buttons.items() if button.isChecked())
        return (*pressed, *(name for name, action in self._supposed.items() if action.isChecked()))

    def _clicked(self) -> None:
        self.changed.emit(self.applied())


class LocksHeld(QWidget):
    """The locks that are held and by whom, each in the colour of its bar in the lanes."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("locksHeld")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._locks: list[tuple[str, str, int]] = []
        self.show_locks([])

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self.update()

    def show_locks(self, locks: list[tuple[str, str, int]]) -> None:
        """Show (lock, owner, number of the lock)."""
        self._locks = locks
        words = ", ".join(f"{lock} held by {owner}" for lock, owner, _ in locks) or "no lock held"
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A line for each lock."""
        return QSize(0, max(1, len(self._locks)) * QFontMetrics(fixed_font(0.92)).lineSpacing())

    def paintEvent(self, event: QPaintEvent) -> None:
        """A bar and the lock's name and owner."""
        painter = QPainter(self)
        painter.setFont(fixed_font(0.92))
        line = QFontMetrics(painter.font()).lineSpacing()
        for row, (lock, owner, number) in enumerate(self._locks):
            painter.fillRect(QRect(0, row * line + 1, 3, line - 2), self._theme.color(lock_colour(number)))
            painter.setPen(self._theme.color("text"))
            place = QRect(TWO, row * line, self.width() - TWO, line)
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, f"{lock}: {owner}")
        if not self._locks:
            painter.setPen(self._theme.color("muted"))
            painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, "no lock held")
        painter.end()


class SimulatorSide(QScrollArea):
    """The column at the right."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("simulatorSide")
        self.setAccessibleName("Scenario and state")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # Room for the buttons of five patches.
        self.setMinimumWidth(32 * self.fontMetrics().horizontalAdvance("0"))
        inside = QWidget()
        inside.setObjectName("simulatorSideInside")
        column = QVBoxLayout(inside)
        column.setContentsMargins(THREE, TWO, THREE, TWO)
        column.setSpacing(ONE)
        self.toggles = PatchToggles(theme)
        self._title = _label("scenarioTitle")
        self._realism = _label("scenarioRealism", muted=True)
        self._figures = _label("cellFigures", muted=True)
        self._left_out = _label("leftOut")
        self._left_out.hide()
        self._wrong = _label("whatIsWrong")
        self._wrong.hide()
        self._chain = ChainDrawing(theme)
        self._locks = LocksHeld(theme)
        self._diverges = _label("divergence")
        self._assumptions = _label("assumptions", muted=True)
        for widget in (
            *(self.toggles, self._left_out, self._title, self._realism, self._figures, self._wrong),
            *(self._chain, self._locks, self._diverges, self._assumptions),
        ):
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidget(inside)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self.toggles.set_theme(theme)
        self._chain.set_theme(theme)
        self._locks.set_theme(theme)
        self._wrong.setStyleSheet(f"color: {theme.contradicted};")
        self._diverges.setStyleSheet(f"color: {theme.caution};")
        self._left_out.setStyleSheet(f"color: {theme.caution};")

    def show_cell(self, model: Model, scenario: Scenario, outcome: Outcome | None, *, searching: bool) -> None:
        """What was searched, and with which result; None where it is not known yet."""
        self._title.setText(f"{scenario.name} {scenario.title}")
        self._realism.setText(scenario.realism)
        self._realism.setVisible(bool(scenario.realism))
        pending = "searching every interleaving…" if searching else "not searched yet"
        self._figures.setText(pending if outcome is None else figures(outcome))
        left_out = left_out_in_words(model, outcome) if outcome is not None else []
        self._left_out.setText("".join(f"{line}." for line in left_out))
        self._left_out.setVisible(bool(left_out))
        assumed = "; ".join(model.assumptions)
        self._assumptions.setText(f"{OK_MEANS}. Assumes: {assumed}." if assumed else f"{OK_MEANS}.")

    def show_state(self, boxes: tuple[ChainBox, ...], locks: Iterable[tuple[str, str, int]]) -> None:
        """The chain and the locks after the current step; `locks` are (lock, owner, number of the lock)."""
        self._chain.show_boxes(boxes)
        self._chain.setVisible(bool(boxes))
        self._locks.show_locks([each for each in locks if each[1]])

    def say_wrong(self, text: str) -> None:
        """What goes wrong in the current step; empty for nothing."""
        self._wrong.setText(text)
        self._wrong.setVisible(bool(text))

    def say_divergence(self, text: str) -> None:
        """What one patch more or less would change in this run; empty for nothing to say."""
        self._diverges.setText(text)
        self._diverges.setVisible(bool(text))


def _label(name: str, *, muted: bool = False, fixed: bool = False) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
    label.setFont(fixed_font(0.92) if fixed else ui_font(0.92 if muted else 1.0))
    if muted:
        label.setProperty("role", "muted")
    return label
