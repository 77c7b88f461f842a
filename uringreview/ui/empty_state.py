"""What the window says when nothing is open: what to open, and how."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from uringreview.ui.theme import FOUR, THREE, TWO, fixed_font, ui_font

_WAYS = (
    ("open_files", "Open mail…", "Ctrl+O, or drop files here: mbox, .eml, .patch, a saved lore or patchew page"),
    ("open_folder", "Open folder…", "a directory of mails or patches, with or without a series file"),
    ("open_demo", "Open the demo", "eleven patches and a small clone of our own making; no network"),
)


class EmptyState(QWidget):
    """Three ways to begin."""

    asked = Signal(str)
    """The name of the action that was clicked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("empty_state")
        self.setAccessibleName("Nothing is open")
        grid = QGridLayout()
        grid.setHorizontalSpacing(FOUR)
        grid.setVerticalSpacing(THREE)
        self.buttons: list[QPushButton] = []
        for row, (name, text, about) in enumerate(_WAYS):
            button = QPushButton(text, self)
            button.setObjectName(f"begin_{name}")
            button.clicked.connect(lambda _checked=False, chosen=name: self.asked.emit(chosen))
            self.buttons.append(button)
            grid.addWidget(button, row, 0)
            grid.addWidget(self._label(about, muted=True), row, 1)
        clone = self._label(
            "To see what applies where, choose a kernel clone: File > Choose kernel clone…, or --clone DIR.\n"
            "It is only ever read; the choice is remembered.",
            muted=True,
        )
        command = self._label("uringreview PATH… --clone ~/linux-stable        uringreview --demo", muted=True)
        command.setFont(fixed_font(0.94))
        title = self._label("Open a batch of stable patches to review.")
        title.setFont(ui_font(1.3))
        column = QVBoxLayout()
        column.setSpacing(FOUR)
        for item in (title, grid, clone, command):
            if isinstance(item, QGridLayout):
                column.addLayout(item)
            else:
                column.addWidget(item)
        outer = QGridLayout(self)
        outer.addLayout(column, 1, 1)
        for edge in (0, 2):
            outer.setRowStretch(edge, 1)
            outer.setColumnStretch(edge, 1)
        outer.setContentsMargins(TWO, TWO, TWO, TWO)

    def _label(self, text: str, *, muted: bool = False) -> QLabel:
        label = QLabel(text, self)
        label.setTextFormat(Qt.TextFormat.PlainText)
        if muted:
            label.setProperty("role", "muted")
        return label
