"""The `?` sheet: every key, by menu, over the window; any key or click closes it."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from uringreview.ui.actions import ACTIONS, Menu, shown_key
from uringreview.ui.theme import FOUR, HALF, ONE, TWO, fixed_font, ui_font

_COLUMNS = ((Menu.QUEUE, Menu.HELP), (Menu.FILE, Menu.SIMULATE), (Menu.REVIEW,), (Menu.VIEW,))
_NUMBERED = ("phase_", "thread_")


class KeysSheet(QFrame):
    """All keys on one sheet."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("keys_sheet")
        self.setAccessibleName("Keys")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setAutoFillBackground(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(FOUR, FOUR, FOUR, FOUR)
        layout.setSpacing(TWO)
        columns = QHBoxLayout()
        columns.setSpacing(FOUR + TWO)
        for menus in _COLUMNS:
            column = QVBoxLayout()
            column.setSpacing(ONE)
            for number, menu in enumerate(menus):
                column.addSpacing(TWO if number else 0)
                column.addWidget(self._label(menu.value, head=True))
                column.addLayout(self._keys_of(menu))
            column.addStretch(1)
            columns.addLayout(column)
        layout.addLayout(columns)
        layout.addWidget(
            self._label(
                "Single letters act while a list, the diff or the simulator has the focus; those under Simulate act in"
                " the simulator alone, but for s. Everything can be undone: u."
            )
        )
        self.hide()

    def ask(self) -> None:
        """Show the sheet in the middle of the window."""
        window = self._over
        self.adjustSize()
        size = self.sizeHint().boundedTo(window.size())
        self.resize(size)
        self.move((window.width() - size.width()) // 2, (window.height() - size.height()) // 2)
        self.show()
        self.raise_()
        self.setFocus()

    def _keys_of(self, menu: Menu) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(TWO)
        grid.setVerticalSpacing(HALF)
        shown = [one for one in ACTIONS if one.menu is menu and one.keys and not one.name.startswith(_NUMBERED)]
        rows = [("  ".join(shown_key(key) for key in one.keys), one.text.rstrip("…")) for one in shown]
        if menu is Menu.VIEW:
            rows.insert(2, ("1 … 9", "Phase of the rationale"))
        if menu is Menu.SIMULATE:
            rows.append(("1 … 9", "Step that thread"))
        for number, (keys, text) in enumerate(rows):
            key = self._label(keys)
            key.setFont(fixed_font(0.92))
            grid.addWidget(key, number, 0)
            grid.addWidget(self._label(text), number, 1)
        grid.setColumnStretch(1, 1)
        return grid

    def _label(self, text: str, *, head: bool = False) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setFont(ui_font(0.94, bold=head))
        if head:
            label.setProperty("role", "muted")
        return label

    def close_up(self) -> None:
        """Hide it."""
        if self.isVisible():
            self.hide()
            self.closed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Any key closes."""
        if event.key() not in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_AltGr):
            self.close_up()

    def event(self, event: QEvent) -> bool:
        """Keys that are shortcuts elsewhere close the sheet too."""
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        return super().event(event)

    def mousePressEvent(self, _event: QMouseEvent) -> None:
        """A click closes."""
        self.close_up()
