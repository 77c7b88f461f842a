"""Draws a series as boxes and arrows, left to right, in the order to take them.

The list beside it holds the same data for the keyboard and for screen readers; here a click on a box chooses its patch.
"""

from collections import Counter

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QHelpEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QToolTip, QWidget

from uringreview.kernel.status import Status
from uringreview.ui.plain import plain_tip
from uringreview.ui.series_layout import Box, BoxKind, Drawing, Link
from uringreview.ui.theme import FOUR, ONE, THREE, TWO, Theme, fixed_font, ui_font

_WIDTH = 268
_GAP = 56
_ARROW = 6.0


class SeriesDrawing(QWidget):
    """The painted graph; `chosen` carries the key of the box that was clicked."""

    chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("seriesDrawing")
        self.setAccessibleName("Series graph")
        self._theme = theme
        self._drawing = Drawing()
        self._current: str | None = None
        self.setMouseTracking(True)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self.update()

    def show_drawing(self, drawing: Drawing, current: str | None) -> None:
        """Show `drawing`, with the box of the patch `current` marked."""
        self._drawing, self._current = drawing, current
        names = [f"{box.name} ({box.kind.value})" for box in drawing.boxes]
        self.setAccessibleDescription(f"{len(names)} commits from left to right: {', '.join(names)}" if names else "")
        self.setMinimumSize(self.sizeHint())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As large as its boxes."""
        columns = max((box.column for box in self._drawing.boxes), default=-1) + 1
        rows = max((box.row for box in self._drawing.boxes), default=-1) + 1
        height = self._box_height()
        return QSize(
            2 * FOUR + columns * _WIDTH + max(columns - 1, 0) * _GAP, 2 * FOUR + rows * height + max(rows - 1, 0) * FOUR
        )

    def _line(self) -> int:
        return QFontMetrics(ui_font()).height() + ONE

    def _box_height(self) -> int:
        return 4 * self._line() + 2 * TWO

    def place(self, box: Box) -> QRect:
        """Where a box stands, in the widget."""
        height = self._box_height()
        x = FOUR + box.column * (_WIDTH + _GAP)
        y = FOUR + box.row * (height + FOUR)
        return QRect(x, y, _WIDTH, height)

    def box_at(self, at: QPointF) -> Box | None:
        """The box under a point."""
        return next((box for box in self._drawing.boxes if QRectF(self.place(box)).contains(at)), None)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Arrows, then boxes over them."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), self._theme.color("background"))
        for link in self._drawing.links:
            self._draw_link(painter, link)
        for box in self._drawing.boxes:
            self._draw_box(painter, box)
        painter.end()

    def _draw_link(self, painter: QPainter, link: Link) -> None:
        start, end = self.place(self._drawing.boxes[link.start]), self.place(self._drawing.boxes[link.end])
        colour = self._theme.color("caution" if link.fixes else "contradicted" if link.back else "muted")
        style = Qt.PenStyle.DashLine if link.fixes or link.back else Qt.PenStyle.SolidLine
        painter.setPen(QPen(colour, 1.4, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        first = QPointF(start.right() + 1, start.center().y())
        last = QPointF(end.left(), end.center().y())
        skipped = self._drawing.boxes[link.end].column - self._drawing.boxes[link.start].column > 1
        path = QPainterPath(first)
        if link.back or (skipped and start.top() == end.top()):
            # Under the boxes between, so that the arrow is not taken for one of theirs.
            below = float(max(start.bottom(), end.bottom()) + TWO)
            half = _GAP / 2
            path.cubicTo(first.x() + half, first.y(), first.x() + half, below, first.x() + half, below)
            path.lineTo(last.x() - half, below)
            path.cubicTo(last.x() - half, below, last.x() - half, last.y(), last.x(), last.y())
        else:
            half = (last.x() - first.x()) / 2
            path.cubicTo(first.x() + half, first.y(), last.x() - half, last.y(), last.x() - 1, last.y())
        painter.drawPath(path)
        painter.setPen(QPen(colour, 1))
        painter.setBrush(colour)
        tip = QPolygonF([last, last + QPointF(-_ARROW, -_ARROW / 2), last + QPointF(-_ARROW, _ARROW / 2)])
        painter.drawPolygon(tip)

    def _draw_box(self, painter: QPainter, box: Box) -> None:
        theme = self._theme
        place = self.place(box)
        current = box.key is not None and box.key == self._current
        border = {BoxKind.LOADED: "faint", BoxKind.MISSING: "contradicted", BoxKind.FIX: "caution"}[box.kind]
        style = Qt.PenStyle.SolidLine if box.kind is BoxKind.LOADED else Qt.PenStyle.DashLine
        painter.setPen(QPen(theme.color("accent" if current else border), 1.6 if current else 1, style))
        painter.setBrush(theme.color("selection" if current else "surface"))
        painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), ONE, ONE)
        inside = place.adjusted(THREE, TWO, -THREE, -TWO)
        line = self._line()
        painter.setFont(fixed_font())
        painter.setPen(theme.color("muted" if box.kind is BoxKind.MISSING else "text"))
        top = QRect(inside.left(), inside.top(), inside.width(), line)
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, box.name)
        painter.setFont(ui_font(0.92))
        painter.setPen(theme.color("muted"))
        beside = {BoxKind.LOADED: f"asked {box.asked}" if box.asked else "", BoxKind.FIX: "later fix"}.get(box.kind, "")
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, beside)
        painter.setFont(ui_font())
        painter.setPen(theme.color("muted" if box.kind is BoxKind.MISSING else "text"))
        subject = QRect(inside.left(), top.bottom(), inside.width(), 2 * line)
        painter.drawText(
            subject, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, _two_lines(box.subject, subject)
        )
        last = QRect(inside.left(), subject.bottom(), inside.width(), line)
        if box.kind is BoxKind.MISSING:
            painter.setPen(theme.color("contradicted"))
            painter.drawText(last, Qt.AlignmentFlag.AlignVCenter, f"{box.name} is missing here")
        elif box.kind is BoxKind.FIX:
            painter.setPen(theme.color("caution"))
            seen = QFontMetrics(painter.font()).elidedText(
                f"seen in {box.asked}", Qt.TextElideMode.ElideRight, last.width()
            )
            painter.drawText(last, Qt.AlignmentFlag.AlignVCenter, seen)
        else:
            self._draw_statuses(painter, box, last)

    def _draw_statuses(self, painter: QPainter, box: Box, place: QRect) -> None:
        x = place.left()
        for status, count in _counted(box):
            sign = self._theme.status(status)
            text = f"{sign.symbol} {count}"
            painter.setPen(sign.qcolor)
            painter.drawText(QRect(x, place.top(), place.width(), place.height()), Qt.AlignmentFlag.AlignVCenter, text)
            x += QFontMetrics(painter.font()).horizontalAdvance(text) + THREE

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on a loaded patch chooses it."""
        box = self.box_at(event.position())
        if box is not None and box.key is not None:
            self.chosen.emit(box.key)

    def event(self, event: QEvent) -> bool:
        """The tooltip says in words what a box shows by signs."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            box = self.box_at(QPointF(event.pos()))
            if box is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), plain_tip(in_words(box, self._theme)), self)
            return True
        return super().event(event)


def in_words(box: Box, theme: Theme) -> str:
    """A box as plain text."""
    lines = [f"{box.name}  {box.subject}"]
    if box.kind is BoxKind.MISSING:
        lines.append("named by the mails, not loaded here")
    lines += [f"{cell.branch}: {theme.status(cell.status).word}" for cell in box.cells]
    return "\n".join(lines)


def _counted(box: Box) -> list[tuple[Status, int]]:
    counts = Counter(cell.status for cell in box.cells)
    return [(status, counts[status]) for status in Status if counts[status]]


def _two_lines(text: str, place: QRect) -> str:
    """`text` cut so that it wraps into at most two lines of `place`."""
    metrics = QFontMetrics(ui_font())
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, round(place.width() * 1.75))
