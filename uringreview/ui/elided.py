"""A label that says by an ellipsis where it had to leave something out."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget


class ElidedLabel(QLabel):
    """One line of plain text; without room its middle goes, or what `mode` says: a path keeps its file's name."""

    def __init__(
        self, parent: QWidget | None = None, mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle, *, text: str = ""
    ) -> None:
        super().__init__(text, parent)
        self._mode = mode

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what there is room for."""
        shown = self.shown_text()
        if shown == self.text():
            super().paintEvent(event)
            return
        painter = QPainter(self)
        flags = int(self.alignment() | Qt.TextFlag.TextSingleLine)
        role = self.foregroundRole()
        self.style().drawItemText(painter, self.contentsRect(), flags, self.palette(), self.isEnabled(), shown, role)

    def shown_text(self) -> str:
        """The text as far as it can be seen."""
        return self.fontMetrics().elidedText(self.text(), self._mode, self.contentsRect().width())
