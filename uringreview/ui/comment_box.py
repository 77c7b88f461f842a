"""The box in which a comment is written under the line that it speaks of.

Enter keeps it, Shift+Enter begins a new line, Escape takes back what was typed; every pause in typing is told, so that
what was typed is stored before it is kept.
"""

from PySide6.QtCore import QEvent, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from uringreview.ui.theme import HALF, ONE, TWO, Theme, fixed_font, ui_font

_PAUSE_MS = 200
_FEWEST, _MOST = 2, 12
_HINT = "Enter keeps · Esc takes back · Shift+Enter new line · Ctrl+Shift+X editor"


class CommentBox(QFrame):
    """A frame with the text; put over the rows that a pane keeps free for it."""

    typed = Signal(str)
    """The text after a pause in typing."""
    closed = Signal(bool)
    """The writer is done: True keeps the text, False takes back what was typed."""
    grew = Signal()
    """It wants another number of rows."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("comment_box")
        self.setAccessibleName("Comment")
        self.text = _Text(self)
        self.text.setFont(fixed_font(0.94))
        self._hint = QLabel(_HINT, self)
        self._hint.setObjectName("comment_hint")
        self._hint.setTextFormat(Qt.TextFormat.PlainText)
        self._hint.setProperty("role", "muted")
        self._hint.setFont(ui_font(0.82))
        self._hint.setMinimumWidth(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(TWO, HALF, ONE, HALF)
        layout.setSpacing(0)
        layout.addWidget(self.text, 1)
        layout.addWidget(self._hint)
        self.setFocusProxy(self.text)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.flush)
        self._rows = self.rows
        self.text.textChanged.connect(self._changed)
        self.text.done.connect(self.closed)
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.setStyleSheet(
            f"#comment_box {{ background: {theme.raised}; border: none; border-left: 3px solid {theme.accent}; }}"
            f" #comment_text {{ background: {theme.raised}; }}"
        )

    @property
    def rows(self) -> int:
        """How many lines of text it shows at once."""
        return min(max(self.text.blockCount(), _FEWEST), _MOST)

    @property
    def wanted_height(self) -> int:
        """Its height in pixels for so many lines."""
        return self.rows * QFontMetrics(self.text.font()).lineSpacing() + self._hint.sizeHint().height() + 2 * TWO

    def begin(self, text: str) -> None:
        """Start with `text`, the cursor at its end."""
        self.text.blockSignals(True)
        self.text.setPlainText(text)
        self.text.blockSignals(False)
        self.text.moveCursor(self.text.textCursor().MoveOperation.End)
        self._rows = self.rows
        self._timer.stop()

    def put_over(self, place: QRect, over: QWidget) -> None:
        """Stand at `place` of the widget `over`."""
        if self.parentWidget() is not over:
            self.setParent(over)
        self.setGeometry(place)
        self.show()
        self.raise_()

    def flush(self) -> None:
        """Tell the text now."""
        self._timer.stop()
        self.typed.emit(self.text.toPlainText())

    def _changed(self) -> None:
        self._timer.start()
        if self.rows != self._rows:
            self._rows = self.rows
            self.grew.emit()


class _Text(QPlainTextEdit):
    """The text widget, with Enter and Escape as ways out."""

    done = Signal(bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("comment_text")
        self.setAccessibleName("Text of the comment")
        self.setTabChangesFocus(True)
        self.setPlaceholderText("Your words on this place")

    def event(self, event: QEvent) -> bool:
        """Escape is ours before it is the window's."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _leaves(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter keeps, Escape takes back; Shift+Enter is a new line."""
        if _leaves(event):
            self.done.emit(event.key() != Qt.Key.Key_Escape)
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # Qt's own Shift+Enter is a line separator inside the paragraph.
            self.insertPlainText("\n")
            self.ensureCursorVisible()
            return
        super().keyPressEvent(event)


def _leaves(event: QKeyEvent) -> bool:
    plain = not event.modifiers() & Qt.KeyboardModifier.ShiftModifier
    return event.key() == Qt.Key.Key_Escape or (event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and plain)
