"""The swim lanes of a run in the window: scrolled, clicked, described. `lanes_drawing` draws them.

The table of steps holds the same data for screen readers.
"""

from dataclasses import replace

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from uringreview.ui.lanes_drawing import LanesDrawing, LaneStep
from uringreview.ui.theme import TWO, Theme, fixed_font, row_height


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
        return self._drawing().lane_x(lane)

    def drawing(self, theme: Theme, width: int) -> LanesDrawing:
        """All of what is shown, in other colours and for another width."""
        return LanesDrawing(theme, self._lanes, self._steps, self._current, self._diverges, width)

    def _drawing(self) -> LanesDrawing:
        return replace(self.drawing(self._theme, self.viewport().width()), top=self.verticalScrollBar().value())

    def step_at(self, at: QPoint) -> int | None:
        """The number of the step in the row under a point."""
        index = (at.y() + self.verticalScrollBar().value() - TWO) // self._row
        return index + 1 if 0 <= index < len(self._steps) else None

    def _measure(self) -> None:
        height = self._drawing().height
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
        painter.fillRect(event.rect(), self._theme.color("background"))
        self._drawing().draw(painter, self.viewport().height())
        painter.end()
