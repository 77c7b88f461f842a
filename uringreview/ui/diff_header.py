"""The line over the diff: which file, how much of it changes, which hunk, and how it is laid out."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolButton, QWidget

from uringreview.diff.model import FileChange
from uringreview.ui.plain import plain_tip
from uringreview.ui.theme import ONE, THREE, TWO, Theme, fixed_font, row_height
from uringreview.ui.visible import visible


class DiffHeader(QWidget):
    """The line; `layout_wanted` says that the switch was pressed."""

    layout_wanted = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diffHeader")
        self.setProperty("role", "header")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground, True)
        self.setFixedHeight(row_height() + ONE)
        self._path = _label("diffPath", fixed=True)
        self._path.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self._path.setMinimumWidth(4 * THREE)
        self._added = _label("diffAdded", fixed=True)
        self._removed = _label("diffRemoved", fixed=True)
        self._hunk = _label("diffHunk", muted=True)
        self._state = _label("diffState", muted=True)
        self._layout_button = QToolButton()
        self._layout_button.setObjectName("diffLayout")
        self._layout_button.setToolTip("Switch between side by side and unified (v)")
        self._layout_button.clicked.connect(lambda _checked=False: self.layout_wanted.emit())
        row = QHBoxLayout(self)
        row.setContentsMargins(THREE, 0, TWO, 0)
        row.setSpacing(TWO)
        for widget in (self._path, self._added, self._removed, self._hunk):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._state)
        row.addWidget(self._layout_button)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._added.setStyleSheet(f"color: {theme.added_text};")
        self._removed.setStyleSheet(f"color: {theme.removed_text};")

    def show_place(self, change: FileChange | None, hunk: int, file: int, files: int) -> None:
        """The file and, 0-based, the hunk that one stands in; `file` of `files`. None: there is no diff."""
        for label in (self._path, self._added, self._removed, self._hunk):
            label.setVisible(change is not None)
        if change is None:
            return
        self._path.setText(visible(change.path))
        self._path.setToolTip(plain_tip(visible(change.path)))
        self._added.setText(f"+{change.added}")
        self._removed.setText(f"-{change.removed}")
        words = [f"hunk {hunk + 1} of {len(change.hunks)}"] if change.hunks else []
        if files > 1:
            words.append(f"file {file + 1} of {files}")
        self._hunk.setText(" · ".join(words))

    def show_layout(self, state: str, *, side_by_side: bool, switchable: bool) -> None:
        """How far the diff is the mail's own, and the layout; `switchable` where there are two."""
        self._state.setText(state)
        text = "side by side" if side_by_side else "unified"
        self._layout_button.setText(text)
        self._layout_button.setAccessibleName(f"Diff layout: {text}")
        self._layout_button.setVisible(switchable)


def _label(name: str, *, fixed: bool = False, muted: bool = False) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if fixed:
        label.setFont(fixed_font())
    if muted:
        label.setProperty("role", "muted")
    return label
