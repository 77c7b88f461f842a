"""A field and a list over the window: type a few letters, press Enter. The palette and every question are made of it.

Letters match in order; beginnings of words and unbroken runs count more. A question may also take what was typed
itself (a day, a note, a new name): then that is the list's first line. Escape, or leaving the field, means nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from uringreview.ui.theme import TWO, row_height
from uringreview.ui.visible import visible

_SHOWN = 14
_MOST = 400
# What stands in an entry just as it was typed goes before what only holds its letters.
_AS_TYPED = 1_000_000


@dataclass(frozen=True, slots=True)
class Entry:
    """One line to choose: `text` is searched, `value` is what the choice means, `tip` is told on hover.

    `beside` stands behind the text (a key, a date) and is searched too.
    """

    text: str
    value: str
    beside: str = ""
    tip: str = ""


Then = Callable[[str], object]
Typed = Callable[[str], Entry | None]


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


class Chooser(QFrame):
    """The field and the list; hidden until `ask_among`."""

    closed = Signal()

    def __init__(self, parent: QWidget, name: str = "chooser", accessible: str = "Choose") -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setAccessibleName(accessible)
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self._over = parent
        self._entries: Sequence[Entry] = ()
        self._typed: Typed | None = None
        self._then: Then = lambda _value: None
        self.title = QLabel(self)
        self.title.setObjectName(f"{name}_title")
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.title.setProperty("role", "muted")
        self.field = QLineEdit(self)
        self.field.setObjectName(f"{name}_field")
        self.field.setAccessibleName(accessible)
        self.list = QListWidget(self)
        self.list.setObjectName(f"{name}_list")
        self.list.setAccessibleName("What was found")
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(TWO, TWO, TWO, TWO)
        layout.setSpacing(TWO)
        layout.addWidget(self.title)
        layout.addWidget(self.field)
        layout.addWidget(self.list)
        self.field.textChanged.connect(self._fill)
        self.field.returnPressed.connect(self._pick)
        self.list.itemClicked.connect(self._pick)
        self.field.installEventFilter(self)
        self.hide()

    def ask_among(
        self, title: str, entries: Sequence[Entry], then: Then, *, typed: Typed | None = None, text: str = ""
    ) -> None:
        """Ask: `then` hears the value of the entry that is chosen.

        `typed` makes an entry of what stands in the field, None where that means nothing; `text` stands there first.
        """
        self._entries, self._then, self._typed = entries, then, typed
        self.title.setText(title)
        self.title.setVisible(bool(title))
        width = min(720, self._over.width() - 80)
        self.setGeometry((self._over.width() - width) // 2, 60, width, self.height())
        self.field.setText(text)
        self.field.selectAll()
        self._fill(text)
        self.show()
        self.raise_()
        self.field.setFocus()

    def score(self, text: str, entry: Entry) -> int | None:
        """How well an entry fits what was typed; of equals the first one in the list stays first."""
        searched = f"{entry.text} {entry.beside}"
        found = fuzzy_score(text, searched)
        if found is None:
            return None
        return found + len(searched) + (_AS_TYPED if text.lower().strip() in searched.lower() else 0)

    def close_up(self) -> None:
        """Hide it."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """A hairline round it, which dark styles leave out."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setPen(self.palette().mid().color())
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

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
        own = self._typed(text) if self._typed is not None else None
        if own is not None:
            self._add(own)
        if not text:
            found = list(self._entries)
        else:
            rated = [(self.score(text, each), each) for each in self._entries]
            fitting = [(score, each) for score, each in rated if score is not None]
            found = [each for _, each in sorted(fitting, key=lambda pair: -pair[0])]
        for each in found[:_MOST]:
            self._add(each)
        self.list.setCurrentRow(0)
        lines = min(max(self.list.count(), 1), _SHOWN)
        height = row_height() * (lines + 1 + (not self.title.isHidden())) + 7 * TWO
        self.resize(self.width(), min(height, self._over.height() - 80))

    def _add(self, entry: Entry) -> None:
        text = visible(entry.text) + (f"      {visible(entry.beside)}" if entry.beside else "")
        item = QListWidgetItem(text)
        item.setData(Qt.ItemDataRole.UserRole, entry.value)
        if entry.tip:
            item.setToolTip(visible(entry.tip))
        self.list.addItem(item)

    def _pick(self) -> None:
        item = self.list.currentItem()
        then = self._then
        self.close_up()
        if item is not None:
            then(str(item.data(Qt.ItemDataRole.UserRole)))
