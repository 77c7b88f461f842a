"""Draws swim lanes: one lane a thread, time downward, the C line of each step beside its dot.

Only one thread moves in a row, so a step's text may run over the lanes to its right; the dashed line of a context
switch runs between two rows and strikes no text, and happens-before arrows run behind the text. The window scrolls
through such a drawing, an exported picture holds all of it.
"""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPainterPath, QPen, QPolygonF

from uringreview.ui.theme import FOUR, ONE, TWO, Theme, fixed_font, row_height, ui_font

_DOT = 3.5
_NUMBERS = 26
_MARGIN = 56
_BEND = 5.0
_LAST_LANE = 460
_LOCK_COLOURS = ("status_present", "verified", "status_merge", "caution", "syntax_type")
_BAR = 3
_ARROW = 5.0


@dataclass(frozen=True, slots=True)
class After:
    """An arrow from the step `number` of another thread; `lock` is the number of the lock that it is about, None for a
    reference count or a queue; `words` says it."""

    number: int
    words: str
    lock: int | None


@dataclass(frozen=True, slots=True)
class LaneStep:
    """One row: the 1-based `number`, the `lane` (0-based) that moves, its C line and what it changed.

    `function` is named where the thread enters another one, else empty; `patch` is the model's name of the patch that
    the line belongs to, else empty; `violation` says what goes wrong in this step, else empty. `locks` are the locks
    held after the step, as (number of the lock, lane of its owner); `after` are the steps of other threads that it
    comes after, with why.
    """

    number: int
    lane: int
    text: str
    changes: str = ""
    function: str = ""
    patch: str = ""
    violation: str = ""
    locks: tuple[tuple[int, int], ...] = ()
    after: tuple["After", ...] = ()

    def in_words(self, lanes: tuple[str, ...]) -> str:
        """The step as one line for the table and the tooltip."""
        waited = ", ".join(each.words for each in self.after)
        parts = [f"{self.number}. {lanes[self.lane]}: {self.text}", self.changes, waited, self.violation]
        return "  ".join(part for part in parts if part)


def lock_colour(lock: int) -> str:
    """The theme's name of the colour in which a lock's bar is drawn, by the lock's number in the model."""
    return _LOCK_COLOURS[lock % len(_LOCK_COLOURS)]


@dataclass(frozen=True, slots=True)
class LanesDrawing:
    """Steps of the threads `lanes`, laid out for a `width`; `top` is what is scrolled away.

    `current` steps have been made, `diverges` is the step at which one more or one less patch would go another way,
    None where it would not.
    """

    theme: Theme
    lanes: tuple[str, ...]
    steps: tuple[LaneStep, ...]
    current: int
    diverges: int | None
    width: int
    top: int = 0

    @property
    def row(self) -> int:
        """A row's height in pixels."""
        return row_height(fixed_font())

    @property
    def height(self) -> int:
        """The height of all rows."""
        return len(self.steps) * self.row + 2 * TWO

    def lane_x(self, lane: int) -> int:
        """Where a lane's line runs, in the viewport; the buttons above the lanes stand on it."""
        usable = self.width - _MARGIN
        count = max(1, len(self.lanes))
        # The last lane has no neighbour whose room its text could use.
        last = max(usable // count, min(_LAST_LANE, usable * 9 // 20))
        if lane >= count:
            return self.width
        return _MARGIN + lane * (usable - last) // max(1, count - 1)

    def draw(self, painter: QPainter, height: int) -> None:
        """Draw what is seen in a viewport of that height."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.theme.color("hairline"), 1))
        for lane in range(len(self.lanes)):
            painter.drawLine(self.lane_x(lane), 0, self.lane_x(lane), height)
        first = max(0, (self.top - TWO) // self.row - 1)
        last = min(len(self.steps), (self.top + height) // self.row + 2)
        if first < self.current <= last:
            place = QRect(0, self._y(self.current - 1) - self.row // 2, self.width, self.row)
            painter.fillRect(place, self.theme.color("selection"))
        for index in range(first, last):
            self._draw_locks(painter, index)
        for step in self.steps:
            for after in step.after:
                if first < step.number and after.number <= last:
                    self._draw_arrow(painter, step, after)
        for index in range(max(first, 1), last):
            self._draw_switch(painter, index)
        for index in range(first, last):
            self._draw_step(painter, index)

    def _draw_arrow(self, painter: QPainter, step: LaneStep, after: After) -> None:
        """From the step that came before to this one; strong where one of the two is the current step."""
        here = self.current in (step.number, after.number)
        colour = self.theme.color(lock_colour(after.lock) if after.lock is not None else "accent")
        colour.setAlphaF(0.95 if here else 0.35)
        start = QPointF(self.lane_x(self.steps[after.number - 1].lane), self._y(after.number - 1))
        end = QPointF(self.lane_x(step.lane), self._y(step.number - 1))
        side = 1 if end.x() > start.x() else -1
        tip = QPointF(end.x() - side * (_DOT + 1), end.y() - _DOT)
        painter.setPen(QPen(colour, 1.8 if here else 1.1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        path = QPainterPath(start)
        path.cubicTo(QPointF(start.x() + side * 2 * FOUR, start.y()), QPointF(tip.x() - side * 2 * FOUR, tip.y()), tip)
        painter.drawPath(path)
        painter.setBrush(colour)
        painter.setPen(Qt.PenStyle.NoPen)
        back = tip.x() - side * _ARROW
        painter.drawPolygon(QPolygonF([tip, QPointF(back, tip.y() - _ARROW / 2), QPointF(back, tip.y() + _ARROW / 2)]))

    def _y(self, index: int) -> int:
        return TWO + index * self.row + self.row // 2 - self.top

    def _draw_locks(self, painter: QPainter, index: int) -> None:
        """A bar beside the owner's lane for each lock that is held, from the row that takes it on."""
        step = self.steps[index]
        before = self.steps[index - 1].locks if index else ()
        after = self.steps[index + 1].locks if index + 1 < len(self.steps) else ()
        for lock, lane in step.locks:
            top = self._y(index) - (self.row // 2 if (lock, lane) in before else 0)
            bottom = self._y(index) + self.row // 2
            if (lock, lane) not in after and index + 1 < len(self.steps):
                bottom = self._y(index + 1)
            x = self.lane_x(lane) - 2 * ONE - lock * (_BAR + 2)
            painter.fillRect(QRect(x, top, _BAR, bottom - top), self.theme.color(lock_colour(lock)))

    def _draw_switch(self, painter: QPainter, index: int) -> None:
        before, after = self.steps[index - 1], self.steps[index]
        if before.lane == after.lane:
            return
        done = index < self.current
        painter.setPen(QPen(self.theme.color("accent" if done else "faint"), 1.2, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        start = QPointF(self.lane_x(before.lane), self._y(index - 1) + _DOT)
        end = QPointF(self.lane_x(after.lane), self._y(index) - _DOT)
        between = (start.y() + end.y()) / 2
        bend = _BEND if end.x() > start.x() else -_BEND
        path = QPainterPath(start)
        path.quadTo(QPointF(start.x(), between), QPointF(start.x() + bend, between))
        path.lineTo(end.x() - bend, between)
        path.quadTo(QPointF(end.x(), between), end)
        painter.drawPath(path)

    def _draw_step(self, painter: QPainter, index: int) -> None:
        theme, step = self.theme, self.steps[index]
        y, x = self._y(index), self.lane_x(step.lane)
        done = index < self.current
        bad = bool(step.violation)
        colour = theme.color("contradicted" if bad else "accent" if done else "faint")
        painter.setPen(QPen(colour, 1.4))
        painter.setBrush(colour if done or bad else theme.color("background"))
        painter.drawEllipse(QPointF(x, y), _DOT, _DOT)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(fixed_font(0.85))
        painter.setPen(theme.color("faint"))
        numbers = QRect(0, y - self.row // 2, _NUMBERS, self.row)
        painter.drawText(numbers, middle | Qt.AlignmentFlag.AlignRight, str(step.number))
        if self.diverges == step.number:
            painter.setPen(QPen(theme.color("caution"), 1, Qt.PenStyle.DotLine))
            top = y - self.row // 2
            painter.drawLine(0, top, self.width, top)
        code, plain = fixed_font(), ui_font(0.92)
        code.setBold(bad)
        at = x + 3 * ONE
        if step.patch:
            at = self._draw_text(painter, step.patch, at, y, plain, "caution") + ONE
        at = self._draw_text(painter, step.text, at, y, code, "contradicted" if bad else "text" if done else "muted")
        at = self._draw_text(painter, step.changes, at + FOUR, y, code, "caution" if done else "muted")
        if bad:
            self._draw_text(painter, step.violation, at + FOUR, y, ui_font(bold=True), "contradicted")
        elif step.function:
            self._draw_text(painter, step.function, at + FOUR, y, plain, "faint")

    def _draw_text(self, painter: QPainter, text: str, x: int, y: int, font: QFont, colour: str) -> int:
        """Draw as much of `text` as fits from `x` on; returns where it ends."""
        painter.setFont(font)
        metrics = QFontMetrics(painter.font())
        room = max(0, self.width - x - ONE)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        # Text may run over the lanes to the right: their lines stop before and after it.
        ground = self.theme.color("selection" if self._y(self.current - 1) == y else "background")
        painter.fillRect(QRect(x, y - self.row // 2 + 2, metrics.horizontalAdvance(shown), self.row - 4), ground)
        painter.setPen(self.theme.color(colour))
        painter.drawText(QRect(x, y - self.row // 2, room, self.row), Qt.AlignmentFlag.AlignVCenter, shown)
        return x + metrics.horizontalAdvance(shown)
