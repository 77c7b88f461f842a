"""The command palette: type a few letters of a command, press Enter (Ctrl+K).

Letters match in order; beginnings of words and unbroken runs count more. The list is the action table, so whatever
the window can do is found here with its key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from uringreview.ui.actions import Action, shown_key
from uringreview.ui.theme import TWO, row_height

_SHOWN = 14


@dataclass(frozen=True, slots=True)
class Match:
    """An action that fits what was typed, the better the higher."""

    action: Action
    score: int


def matches(text: str, actions: Sequence[Action]) -> list[Match]:
    """The actions whose text holds the letters of `text` in order, best first; all of them for an empty text."""
    found = []
    for one in actions:
        score = fuzzy_score(text, f"{one.menu.value}: {one.text}")
        if score is not None:
            found.append(Match(one, score))
    return sorted(found, key=lambda match: -match.score)


def fuzzy_score(wanted: str, text: str) -> int | None:
    """How well `wanted` fits into `text`; None where its letters are not there in order."""
    letters = wanted.lower().replace(" ", "")
    low, at, score, former = text.lower(), 0, 0, -2
    for letter in letters:
        place = low.find(letter, at)
        if place == -1:
            return None
        begins = place == 0 or not low[place - 1].isalnum()
        # A word's beginning further on is what people mean: prefer it to a letter in the middle of a word.
        if not begins and place != former + 1:
            later = next((n for n in range(place, len(low)) if low[n] == letter and not low[n - 1].isalnum()), None)
            if later is not None and all(rest in low[later:] for rest in letters):
                place, begins = later, True
        score += 8 if begins else (5 if place == former + 1 else 1)
        former, at = place, place + 1
    return score * 100 - len(text)


class Palette(QFrame):
    """A field and a list over the window; hidden until `ask`."""

    chosen = Signal(str)
    """The name of the action that was picked."""
    closed = Signal()

    def __init__(self, actions: Sequence[Action], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAccessibleName("Command palette")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._over = parent
        self._actions = list(actions)
        self._enabled: Callable[[Action], bool] = lambda _action: True
        self.field = QLineEdit(self)
        self.field.setObjectName("palette_field")
        self.field.setAccessibleName("Command to find")
        self.field.setPlaceholderText("command…")
        self.list = QListWidget(self)
        self.list.setObjectName("palette_list")
        self.list.setAccessibleName("Commands found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(TWO, TWO, TWO, TWO)
        layout.setSpacing(TWO)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._pick)
        self.list.itemClicked.connect(self._pick)
        self.field.installEventFilter(self)
        self.hide()

    def ask(self, enabled: Callable[[Action], bool]) -> None:
        """Show the palette; `enabled` tells which actions can be used now."""
        self._enabled = enabled
        window = self._over
        width = min(640, window.width() - 80)
        self.setGeometry((window.width() - width) // 2, 60, width, row_height() * (_SHOWN + 2) + 4 * TWO)
        self.field.clear()
        self._fill("")
        self.show()
        self.raise_()
        self.field.setFocus()

    def close_up(self) -> None:
        """Hide it."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Arrows move in the list while the field keeps the focus; Escape and leaving close."""
        if event.type() == QEvent.Type.FocusOut and watched is self.field:
            self.close_up()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + step) % self.list.count())
                return True
            if event.key() == Qt.Key.Key_Escape:
                self.close_up()
                return True
        return super().eventFilter(watched, event)

    def _fill(self, text: str) -> None:
        self.list.clear()
        usable = [action for action in self._actions if action.name != "palette" and self._enabled(action)]
        for match in matches(text, usable):
            keys = "   ".join(shown_key(key) for key in match.action.keys)
            item = QListWidgetItem(
                f"{match.action.menu.value}: {match.action.text}" + (f"      {keys}" if keys else "")
            )
            item.setData(Qt.ItemDataRole.UserRole, match.action.name)
            item.setToolTip(match.action.tooltip)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def _pick(self) -> None:
        item = self.list.currentItem()
        self.close_up()
        if item is not None:
            self.chosen.emit(str(item.data(Qt.ItemDataRole.UserRole)))
