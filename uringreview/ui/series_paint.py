"""How the boxes and arrows of a series look, and where they stand on the paper, before it is moved or magnified."""

from collections import Counter

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPainterPath, QPen, QPolygonF

from uringreview.kernel.status import Status
from uringreview.series.edge import ReasonKind
from uringreview.ui.series_layout import Box, BoxKind, Drawing, Link
from uringreview.ui.theme import FOUR, ONE, THREE, TWO, Theme, fixed_font, ui_font

WIDTH = 268
GAP = 108
_ARROW = 6.0
_SHOWN = 2
_SHORT = {
    ReasonKind.NUMBERED: "numbered",
    ReasonKind.SAID: "asked for",
    ReasonKind.NAMED: "named",
    ReasonKind.TRAILER: "trailer",
    ReasonKind.POSTING: "one posting",
    ReasonKind.PARENT: "parent",
    ReasonKind.BLOBS: "made on top",
    ReasonKind.SYMBOL: "uses it",
    ReasonKind.LINES: "its lines",
    ReasonKind.APPLIES: "applies after",
    ReasonKind.SIMULATOR: "simulator",
    ReasonKind.PERSON: "a person",
}


class Paper:
    """One drawing with the places of its boxes; `paint` draws what lies inside a part of it."""

    def __init__(self, drawing: Drawing, theme: Theme) -> None:
        self.drawing = drawing
        self.theme = theme
        self._line = QFontMetrics(ui_font()).height() + ONE
        self._height = 4 * self._line + 2 * TWO
        columns = max((box.column for box in drawing.boxes), default=-1) + 1
        rows = max((box.row for box in drawing.boxes), default=-1) + 1
        width = 2 * FOUR + columns * WIDTH + max(columns - 1, 0) * GAP
        height = 2 * FOUR + rows * self._height + max(rows - 1, 0) * FOUR
        self.size = QRectF(0, 0, width, height)
        self.places = [self._place(box) for box in drawing.boxes]
        self._arriving = Counter(link.end for link in drawing.links if link.edge is not None)
        self._ends = [self.places[link.start].united(self.places[link.end]) for link in drawing.links]

    def _place(self, box: Box) -> QRect:
        x, y = FOUR + box.column * (WIDTH + GAP), FOUR + box.row * (self._height + FOUR)
        return QRect(x, y, WIDTH, self._height)

    def box_at(self, at: QPointF) -> int | None:
        """The index of the box at a point of the paper."""
        return next((index for index, place in enumerate(self.places) if QRectF(place).contains(at)), None)

    def link_at(self, at: QPointF) -> Link | None:
        """The arrow that runs near a point of the paper."""
        near = QRectF(at.x() - ONE, at.y() - TWO, 2 * ONE, 2 * TWO)
        for link, ends in zip(self.drawing.links, self._ends, strict=True):
            if QRectF(ends).adjusted(0, -TWO, 0, 2 * TWO).contains(at) and self._path(link).intersects(near):
                return link
        return None

    def paint(
        self, painter: QPainter, part: QRectF, current: str | None, focus: int | None, walked: Link | None
    ) -> None:
        """Draw what lies in `part`: `current` is the chosen patch's key, `focus` a box, `walked` an arrow to light."""
        for link, ends in zip(self.drawing.links, self._ends, strict=True):
            if QRectF(ends).adjusted(-TWO, -FOUR, TWO, FOUR).intersects(part):
                self._draw_link(painter, link, link is walked)
        for index, box in enumerate(self.drawing.boxes):
            if part.intersects(QRectF(self.places[index])):
                self._draw_box(painter, box, self.places[index], current, index == focus)

    def _path(self, link: Link) -> QPainterPath:
        start, end = self.places[link.start], self.places[link.end]
        first = QPointF(start.right() + 1, start.center().y())
        last = QPointF(end.left(), end.center().y())
        skipped = self.drawing.boxes[link.end].column - self.drawing.boxes[link.start].column > 1
        path = QPainterPath(first)
        if link.back or (skipped and start.top() == end.top()):
            # Under the boxes between, so that the arrow is not taken for one of theirs.
            below = float(max(start.bottom(), end.bottom()) + TWO)
            half = GAP / 4
            path.cubicTo(first.x() + half, first.y(), first.x() + half, below, first.x() + half, below)
            path.lineTo(last.x() - half, below)
            path.cubicTo(last.x() - half, below, last.x() - half, last.y(), last.x(), last.y())
        else:
            half = (last.x() - first.x()) / 2
            path.cubicTo(first.x() + half, first.y(), last.x() - half, last.y(), last.x() - 1, last.y())
        return path

    def _draw_link(self, painter: QPainter, link: Link, lit: bool) -> None:
        name = "accent" if lit else "caution" if link.fixes else "contradicted" if link.back else "muted"
        colour = self.theme.color(name)
        style = Qt.PenStyle.DashLine if link.fixes or link.back else Qt.PenStyle.SolidLine
        painter.setPen(QPen(colour, 2.2 if lit else 1.4, style))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(self._path(link))
        end = self.places[link.end]
        last = QPointF(end.left(), end.center().y())
        painter.setPen(QPen(colour, 1))
        painter.setBrush(colour)
        painter.drawPolygon(
            QPolygonF([last, last + QPointF(-_ARROW, -_ARROW / 2), last + QPointF(-_ARROW, _ARROW / 2)])
        )
        if link.edge is None or painter.transform().m11() < 0.6:
            return
        kinds = link.edge.kinds
        words = [_SHORT[kind] for kind in kinds[:_SHOWN]]
        words += [f"+{len(kinds) - _SHOWN}"] if len(kinds) > _SHOWN else []
        painter.setFont(ui_font(0.85))
        painter.setPen(self.theme.color("accent" if lit else "muted"))
        start = self.places[link.start]
        # Arrows that meet before one box tell what they stand for where each begins, others where they end.
        at_end = self._arriving[link.end] < 2 or start.top() == end.top()
        left = end.left() - GAP + ONE if at_end else start.right() + ONE
        area = QRect(left, 0, GAP - 2 * ONE - TWO, self._line * len(words))
        area.moveBottom((end if at_end else start).center().y() - ONE)
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignBottom
        painter.drawText(area, flags, "\n".join(words))

    def _draw_box(self, painter: QPainter, box: Box, place: QRect, current: str | None, focus: bool) -> None:
        theme = self.theme
        chosen = box.key is not None and box.key == current
        border = {BoxKind.LOADED: "faint", BoxKind.MISSING: "contradicted", BoxKind.FIX: "caution"}[box.kind]
        style = Qt.PenStyle.SolidLine if box.kind is BoxKind.LOADED else Qt.PenStyle.DashLine
        painter.setPen(QPen(theme.color("accent" if chosen or focus else border), 2.4 if focus else 1.4, style))
        painter.setBrush(theme.color("selection" if chosen else "surface"))
        painter.drawRoundedRect(QRectF(place).adjusted(0.5, 0.5, -0.5, -0.5), ONE, ONE)
        inside = place.adjusted(THREE, TWO, -THREE, -TWO)
        line = self._line
        painter.setFont(fixed_font())
        painter.setPen(theme.color("muted" if box.kind is BoxKind.MISSING else "text"))
        top = QRect(inside.left(), inside.top(), inside.width(), line)
        painter.drawText(top, Qt.AlignmentFlag.AlignVCenter, box.name)
        painter.setFont(ui_font(0.92))
        painter.setPen(theme.color("muted"))
        asked = f"asked {box.asked}" if box.asked else ""
        painter.drawText(
            top,
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
            "later fix" if box.kind is BoxKind.FIX else asked,
        )
        painter.setFont(ui_font())
        painter.setPen(theme.color("muted" if box.kind is BoxKind.MISSING else "text"))
        subject = QRect(inside.left(), top.bottom(), inside.width(), 2 * line)
        text = QFontMetrics(ui_font()).elidedText(
            box.subject, Qt.TextElideMode.ElideRight, round(subject.width() * 1.75)
        )
        painter.drawText(subject, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap, text)
        last = QRect(inside.left(), subject.bottom(), inside.width(), line)
        if box.kind is BoxKind.LOADED:
            self._draw_statuses(painter, box, last)
            return
        missing = box.kind is BoxKind.MISSING
        painter.setPen(theme.color("contradicted" if missing else "caution"))
        said = "is missing here" if missing else f"seen in {box.asked}"
        said = QFontMetrics(painter.font()).elidedText(said, Qt.TextElideMode.ElideRight, last.width())
        painter.drawText(last, Qt.AlignmentFlag.AlignVCenter, said)

    def _draw_statuses(self, painter: QPainter, box: Box, place: QRect) -> None:
        x = place.left()
        for status, count in counted(box):
            sign = self.theme.status(status)
            text = f"{sign.symbol} {count}"
            painter.setPen(sign.qcolor)
            painter.drawText(QRect(x, place.top(), place.width(), place.height()), Qt.AlignmentFlag.AlignVCenter, text)
            x += QFontMetrics(painter.font()).horizontalAdvance(text) + THREE


def counted(box: Box) -> list[tuple[Status, int]]:
    """How many branches have each status."""
    counts = Counter(cell.status for cell in box.cells)
    return [(status, counts[status]) for status in Status if counts[status]]


def box_in_words(box: Box, theme: Theme) -> str:
    """A box as plain text."""
    lines = [f"{box.name}  {box.subject}"]
    if box.kind is BoxKind.MISSING:
        lines.append("named by the mails, not loaded here")
    lines += [f"{cell.branch}: {theme.status(cell.status).word}" for cell in box.cells]
    return "\n".join(lines)
