"""Swim lanes: one lane a thread, time downward, the C line of each step beside its dot.

Only one thread moves in a row, so a step's text may run over the lanes to its right; the dashed line of a context
switch runs between two rows and strikes no text. The table of steps holds the same data for screen readers.
"""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from uringreview.ui.theme import FOUR, ONE, TWO, Theme, fixed_font, row_height, ui_font

_DOT = 3.5
_NUMBERS = 26
_MARGIN = 56
_BEND = 5.0
_LAST_LANE = 460
_LOCK_COLOURS = ("status_present", "verified", "status_merge", "caution", "syntax_type")
_BAR = 3


@dataclass(frozen=True, slots=True)
class LaneStep:
    """One row: the 1-based `number`, the `lane` (0-based) that moves, its C line and what it changed.

    `function` is named where the thread enters another one, else empty; `patch` is the model's name of the patch that
    the line belongs to, else empty; `violation` says what goes wrong in this step, else empty. `locks` are the locks
    held after the step, as (number of the lock, lane of its owner).
    """

    number: int
    lane: int
    text: str
    changes: str = ""
    function: str = ""
    patch: str = ""
    violation: str = ""
    locks: tuple[tuple[int, int], ...] = ()

    def in_words(self, lanes: tuple[str, ...]) -> str:
        """The step as one line for the table and the tooltip."""
        parts = [f"{self.number}. {lanes[self.lane]}: {self.text}", self.changes, self.violation]
        return "  ".join(part for part in parts if part)


def lock_colour(lock: int) -> str:
    """The theme's name of the colour in which a lock's bar is drawn, by the lock's number in the model."""
    return _LOCK_COLOURS[lock % len(_LOCK_COLOURS)]


class LanesView(QAbstractScrollArea):
    """The drawing; `step_chosen` carries the number of the step that was clicked."""

    step_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("lanes")
        self.setAccessibleName("Swim lanes")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._theme = theme
        self._lanes: tuple[str, ...] = ()
        self._steps: tuple[LaneStep, ...] = ()
        self._current = 0
        self._diverges: int | None = None
        self._row = row_height(fixed_font())

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self.viewport().update()

    def show_steps(
        self, lanes: tuple[str, ...], steps: tuple[LaneStep, ...], current: int, diverges: int | None
    ) -> None:
        """Show `steps` of the threads `lanes`; `current` steps have been made, `diverges` is the step at which one
        more or one less patch would go another way, None where it would not."""
        self._lanes, self._steps, self._current, self._diverges = lanes, steps, current, diverges
        self._measure()
        self._bring_into_view(current)
        here = steps[current - 1].in_words(lanes) if 0 < current <= len(steps) else "before the first step"
        self.setAccessibleDescription(f"{len(lanes)} threads, {len(steps)} steps; at {here}")
        self.viewport().update()

    def lane_x(self, lane: int) -> int:
        """Where a lane's line runs, in the viewport; the buttons above the lanes stand on it."""
        usable = self.viewport().width() - _MARGIN
        count = max(1, len(self._lanes))
        # The last lane has no neighbour whose room its text could use.
        last = max(usable // count, min(_LAST_LANE, usable * 9 // 20))
        if lane >= count:
            return self.viewport().width()
        return _MARGIN + lane * (usable - last) // max(1, count - 1)

    def step_at(self, at: QPoint) -> int | None:
        """The number of the step in the row under a point."""
        index = (at.y() + self.verticalScrollBar().value() - TWO) // self._row
        return index + 1 if 0 <= index < len(self._steps) else None

    def _measure(self) -> None:
        height = len(self._steps) * self._row + 2 * TWO
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._row)
        bar.setRange(0, max(0, height - self.viewport().height()))

    def _bring_into_view(self, number: int) -> None:
        bar = self.verticalScrollBar()
        top = (number - 1) * self._row
        page = self.viewport().height()
        if top - self._row < bar.value():
            bar.setValue(top - self._row)
        elif top + 3 * self._row > bar.value() + page:
            bar.setValue(top + 3 * self._row - page)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The part that fits changes."""
        super().resizeEvent(event)
        self._measure()
        self._bring_into_view(self._current)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Everything is painted anew: there is little of it."""
        self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click goes to the step of that row."""
        number = self.step_at(event.position().toPoint())
        if number is not None:
            self.step_chosen.emit(number)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows in view."""
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), self._theme.color("background"))
        painter.setPen(QPen(self._theme.color("hairline"), 1))
        for lane in range(len(self._lanes)):
            painter.drawLine(self.lane_x(lane), 0, self.lane_x(lane), self.viewport().height())
        top = self.verticalScrollBar().value()
        first = max(0, (top - TWO) // self._row - 1)
        last = min(len(self._steps), (top + self.viewport().height()) // self._row + 2)
        for index in range(first, last):
            if index + 1 == self._current:
                place = QRect(0, self._y(index) - self._row // 2, self.viewport().width(), self._row)
                painter.fillRect(place, self._theme.color("selection"))
        for index in range(first, last):
            self._draw_locks(painter, index)
        for index in range(max(first, 1), last):
            self._draw_switch(painter, index)
        for index in range(first, last):
            self._draw_step(painter, index)
        painter.end()

    def _y(self, index: int) -> int:
        return TWO + index * self._row + self._row // 2 - self.verticalScrollBar().value()

    def _draw_locks(self, painter: QPainter, index: int) -> None:
        """A bar beside the owner's lane for each lock that is held, from the row that takes it on."""
        step = self._steps[index]
        before = self._steps[index - 1].locks if index else ()
        after = self._steps[index + 1].locks if index + 1 < len(self._steps) else ()
        for lock, lane in step.locks:
            top = self._y(index) - (self._row // 2 if (lock, lane) in before else 0)
            bottom = self._y(index) + self._row // 2
            if (lock, lane) not in after and index + 1 < len(self._steps):
                bottom = self._y(index + 1)
            x = self.lane_x(lane) - 2 * ONE - lock * (_BAR + 2)
            painter.fillRect(QRect(x, top, _BAR, bottom - top), self._theme.color(lock_colour(lock)))

    def _draw_switch(self, painter: QPainter, index: int) -> None:
        before, after = self._steps[index - 1], self._steps[index]
        if before.lane == after.lane:
            return
        done = index < self._current
        painter.setPen(QPen(self._theme.color("accent" if done else "faint"), 1.2, Qt.PenStyle.DashLine))
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
        theme, step = self._theme, self._steps[index]
        y, x = self._y(index), self.lane_x(step.lane)
        done = index < self._current
        bad = bool(step.violation)
        colour = theme.color("contradicted" if bad else "accent" if done else "faint")
        painter.setPen(QPen(colour, 1.4))
        painter.setBrush(colour if done or bad else theme.color("background"))
        painter.drawEllipse(QPointF(x, y), _DOT, _DOT)
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(fixed_font(0.85))
        painter.setPen(theme.color("faint"))
        numbers = QRect(0, y - self._row // 2, _NUMBERS, self._row)
        painter.drawText(numbers, middle | Qt.AlignmentFlag.AlignRight, str(step.number))
        if self._diverges == step.number:
            painter.setPen(QPen(theme.color("caution"), 1, Qt.PenStyle.DotLine))
            top = y - self._row // 2
            painter.drawLine(0, top, self.viewport().width(), top)
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
        room = max(0, self.viewport().width() - x - ONE)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
        # Text may run over the lanes to the right: their lines stop before and after it.
        ground = self._theme.color("selection" if self._y(self._current - 1) == y else "background")
        painter.fillRect(QRect(x, y - self._row // 2 + 2, metrics.horizontalAdvance(shown), self._row - 4), ground)
        painter.setPen(self._theme.color(colour))
        painter.drawText(QRect(x, y - self._row // 2, room, self._row), Qt.AlignmentFlag.AlignVCenter, shown)
        return x + metrics.horizontalAdvance(shown)
