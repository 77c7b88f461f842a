"""A table that scrolls by moving what is painted: a held key then costs the one row that comes into sight.

Qt repaints the whole of a viewport that it does not know to be opaque, and under a style sheet it knows of none. It
also asks the screen where the pointer is at every step, and waits for the answer.
"""

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QTableView, QWidget


class PlainTable(QTableView):
    """A table over a plain ground, all of whose rows are there from the start."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ground, which an opaque viewport owes, then the rows."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), self.palette().base())
        painter.end()
        super().paintEvent(event)

    def verticalScrollbarValueChanged(self, _value: int) -> None:
        """Nothing waits to be fetched at the end, and no row looks different below the pointer."""
