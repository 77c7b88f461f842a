"""The chain of linked requests as boxes and arrows; freed ones are crossed out.

The same is said in words in the widget's accessible description and tooltip ("P -> L -> N, L freed").
"""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from uringreview.ui.theme import FOUR, HALF, ONE, TWO, Theme, fixed_font

_GAP = 34
_ARROW = 6.0


@dataclass(frozen=True, slots=True)
class ChainBox:
    """An object of the model: what its link points to ("" for NULL), and whether it has been freed."""

    name: str
    target: str
    freed: bool = False
    changed: bool = False


def in_words(boxes: tuple[ChainBox, ...]) -> str:
    """The chain as text, "P -> L, L -> N, N -> NULL; L freed"."""
    links = ", ".join(f"{box.name} -> {box.target or 'NULL'}" for box in boxes if not box.freed)
    freed = ", ".join(box.name for box in boxes if box.freed)
    return "; ".join(part for part in (links, f"freed: {freed}" if freed else "") if part)


class ChainDrawing(QWidget):
    """Draws the boxes in the model's order."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("chain")
        self.setAccessibleName("Chain of requests")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._theme = theme
        self._boxes: tuple[ChainBox, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self.update()

    def show_boxes(self, boxes: tuple[ChainBox, ...]) -> None:
        """Show the state of the chain after a step."""
        self._boxes = boxes
        self.setAccessibleDescription(in_words(boxes))
        self.setToolTip(in_words(boxes))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """A row of boxes with room for arcs above and below."""
        return QSize(len(self._boxes) * (self._side() + _GAP), self._side() + 2 * FOUR)

    minimumSizeHint = sizeHint

    def _side(self) -> int:
        return QFontMetrics(fixed_font()).height() + TWO

    def paintEvent(self, event: QPaintEvent) -> None:
        """Arrows, boxes, crosses."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = {box.name: self._place(index) for index, box in enumerate(self._boxes)}
        for box in self._boxes:
            self._draw_link(painter, box, places)
        for box in self._boxes:
            self._draw_box(painter, box, places[box.name])
        painter.end()

    def _place(self, index: int) -> QRectF:
        side = self._side()
        return QRectF(1 + index * (side + _GAP), FOUR, side + HALF, side)

    def _draw_link(self, painter: QPainter, box: ChainBox, places: dict[str, QRectF]) -> None:
        theme = self._theme
        start = places[box.name]
        name = "faint" if box.freed else "caution" if box.changed else "text"
        painter.setPen(QPen(theme.color(name), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        tail = QPointF(start.right(), start.center().y())
        end = places.get(box.target)
        if end is None:
            # A link to nothing ends in a bar, as in circuit drawings.
            tip = tail + QPointF(_GAP / 3, 0)
            painter.drawLine(tail, tip)
            painter.drawLine(tip + QPointF(0, -ONE), tip + QPointF(0, ONE))
            return
        if abs(end.left() - start.right() - _GAP) < ONE:
            head = QPointF(end.left() - 1, end.center().y())
            painter.drawLine(tail, head)
            points = [head, head + QPointF(-_ARROW, -_ARROW / 2), head + QPointF(-_ARROW, _ARROW / 2)]
        else:
            top = QPointF(start.center().x(), start.top())
            head = QPointF(end.center().x(), end.top() - 1)
            high = start.top() - 1.6 * FOUR
            path = QPainterPath(top)
            path.cubicTo(QPointF(top.x(), high), QPointF(head.x(), high), head)
            painter.drawPath(path)
            points = [head, head + QPointF(-_ARROW / 2, -_ARROW), head + QPointF(_ARROW / 2, -_ARROW)]
        painter.setBrush(theme.color(name))
        painter.drawPolygon(QPolygonF(points))

    def _draw_box(self, painter: QPainter, box: ChainBox, place: QRectF) -> None:
        theme = self._theme
        painter.setPen(QPen(theme.color("contradicted" if box.freed else "faint"), 1))
        painter.setBrush(theme.color("surface"))
        painter.drawRoundedRect(place, HALF, HALF)
        painter.setFont(fixed_font())
        painter.setPen(theme.color("muted" if box.freed else "text"))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, box.name)
        if box.freed:
            painter.setPen(QPen(theme.color("contradicted"), 1.4))
            painter.drawLine(place.topLeft(), place.bottomRight())
            painter.drawLine(place.topRight(), place.bottomLeft())
