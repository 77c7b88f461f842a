"""A button over each swim lane: the thread, what it would do next or what it waits for; pressing it steps it."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QWidget

from uringreview.interleave.replay import Choice
from uringreview.ui.lanes import LanesView
from uringreview.ui.plain import plain_tip
from uringreview.ui.theme import HALF, ONE, TWO, Theme, fixed_font, ui_font


class LaneHead(QPushButton):
    """One thread's button; drawn as two lines, the title and what comes next."""

    def __init__(self, title: str, number: int, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName(f"step_thread_{number}")
        self._title = title
        self._number = number
        self._next = ""
        self._theme = theme
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self.update()

    def show_choice(self, choice: Choice) -> None:
        """What the thread could do now."""
        self.setEnabled(choice.enabled)
        if choice.enabled:
            self._next = choice.c_text
            words = f"Step {self._title}: {choice.c_text}"
        else:
            self._next = choice.waits_for if choice.waits_for in ("", "ended") else f"waits {choice.waits_for}"
            words = f"{self._title} cannot move{': ' + self._next if self._next else ''}"
        self.setAccessibleName(words)
        key = f"  ({self._number})" if self._number < 10 else ""
        self.setToolTip(plain_tip(words + key))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Title over next step, without a frame; underlined while it has the focus."""
        painter = QPainter(self)
        theme = self._theme
        if self.underMouse() and self.isEnabled():
            painter.fillRect(self.rect(), theme.color("selection_idle"))
        half = self.height() // 2
        room = self.width() - TWO
        for top, text, font, colour in (
            (0, self._title, ui_font(), "text" if self.isEnabled() else "muted"),
            (half, self._next, fixed_font(0.85), "muted" if self.isEnabled() else "faint"),
        ):
            painter.setFont(font)
            painter.setPen(theme.color(colour))
            shown = QFontMetrics(font).elidedText(text, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QRect(ONE, top, room, half), Qt.AlignmentFlag.AlignVCenter, shown)
        if self.hasFocus():
            painter.fillRect(QRect(0, self.height() - HALF, self.width(), HALF), theme.color("accent"))
        painter.end()


class LaneHeads(QWidget):
    """The buttons in a row, standing on their lanes; `thread_chosen` carries a thread's name."""

    thread_chosen = Signal(str)

    def __init__(self, theme: Theme, lanes: LanesView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("laneHeads")
        self.setAccessibleName("Threads")
        self._theme = theme
        self._lanes = lanes
        self._heads: list[LaneHead] = []
        self._names: tuple[str, ...] = ()
        self.setFixedHeight(2 * QFontMetrics(ui_font()).height() + ONE)
        # The lanes get their width after the buttons above them have theirs.
        lanes.viewport().installEventFilter(self)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        for head in self._heads:
            head.set_theme(theme)

    def show_choices(self, titles: Sequence[str], choices: Sequence[Choice]) -> None:
        """A button for each thread, with what it could do now."""
        names = tuple(choice.thread for choice in choices)
        if names != self._names:
            self._rebuild(titles, names)
        for head, choice in zip(self._heads, choices, strict=True):
            head.show_choice(choice)
        self.place()

    def _rebuild(self, titles: Sequence[str], names: tuple[str, ...]) -> None:
        for head in self._heads:
            head.hide()
            head.deleteLater()
        self._names = names
        self._heads = []
        for number, (title, name) in enumerate(zip(titles, names, strict=True), 1):
            head = LaneHead(title, number, self._theme, self)
            head.clicked.connect(lambda _checked=False, name=name: self.thread_chosen.emit(name))
            head.show()
            self._heads.append(head)

    def name_of(self, number: int) -> str | None:
        """The thread whose button is the `number`th, from 1."""
        return self._names[number - 1] if 0 < number <= len(self._names) else None

    def place(self) -> None:
        """Put each button on its lane."""
        for number, head in enumerate(self._heads):
            left = self._lanes.lane_x(number)
            right = self._lanes.lane_x(number + 1)
            head.setGeometry(left, 0, right - left - ONE, self.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the lanes when they move."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Show):
            self.place()
        return super().eventFilter(watched, event)
