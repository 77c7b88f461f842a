"""The line over the diff: which file, how much of it changes, which hunk, on which branch, and how it is laid out."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSizePolicy, QToolButton, QWidget

from uringreview.diff.model import FileChange
from uringreview.ui.elided import ElidedLabel
from uringreview.ui.plain import plain_tip
from uringreview.ui.theme import ONE, THREE, TWO, Theme, fixed_font, row_height
from uringreview.ui.visible import visible


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of the selector: the branch ("" for the mail's own diff), its words, its symbol, a longer reason."""

    branch: str
    words: str
    symbol: str = ""
    about: str = ""


class DiffHeader(QWidget):
    """The line; `layout_wanted` says that the switch was pressed, `view_wanted` which branch was chosen ("": none)."""

    layout_wanted = Signal()
    view_wanted = Signal(str)

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
        self._choices: tuple[Choice, ...] = ()
        self._branch = ""
        self._view_button = QToolButton()
        self._view_button.setObjectName("diffView")
        self._view_button.setToolTip("As mailed, or on which branch (V; . and , step through them)")
        self._view_button.clicked.connect(lambda _checked=False: self.open_menu())
        self._menu = QMenu(self)
        self._menu.setObjectName("diffViewMenu")
        self._menu.setAccessibleName("The diff as mailed or on a branch")
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
        row.addWidget(self._view_button)
        row.addWidget(self._layout_button)
        self.set_theme(theme)

    _change: FileChange | None = None

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
        if change is not self._change:  # scrolling asks for each line: a long file's are not counted each time
            self._change = change
            self._path.setText(visible(change.path))
            self._path.setToolTip(plain_tip(visible(change.path)))
            self._added.setText(f"+{change.added}")
            self._removed.setText(f"-{change.removed}")
        words = [f"hunk {hunk + 1} of {len(change.hunks)}"] if change.hunks else []
        if files > 1:
            words.append(f"file {file + 1} of {files}")
        self._hunk.setText(" · ".join(words))

    def show_layout(self, *, side_by_side: bool, switchable: bool) -> None:
        """How the diff is laid out; `switchable` where there are two ways."""
        text = "side by side" if side_by_side else "unified"
        self._layout_button.setText(text)
        self._layout_button.setAccessibleName(f"Diff layout: {text}")
        self._layout_button.setVisible(switchable)

    def show_view(self, branch: str, words: str, choices: Sequence[Choice]) -> None:
        """What is shown: the `branch` ("" as mailed) and its words; `choices` are all that can be."""
        self._branch, self._choices = branch, tuple(choices)
        arrow = " ▾" if len(self._choices) > 1 else ""
        self._view_button.setText(f"{words}{arrow}")
        self._view_button.setAccessibleName(f"Diff shown: {words}")
        self._view_button.setEnabled(len(self._choices) > 1)
        self._view_button.setVisible(bool(words))

    @property
    def view_words(self) -> str:
        """What the selector says."""
        return self._view_button.text()

    def open_menu(self) -> QMenu | None:
        """Open the selector's list with the keyboard in it; None where there is nothing to choose."""
        if len(self._choices) < 2:
            return None
        self._menu.clear()
        for choice in self._choices:
            entry = self._menu.addAction(f"{choice.symbol or ' '}  {choice.words}")
            entry.setToolTip(choice.about)
            entry.setCheckable(True)
            entry.setChecked(choice.branch == self._branch)
            entry.triggered.connect(lambda _checked=False, branch=choice.branch: self.view_wanted.emit(branch))
            if choice.branch == self._branch:
                self._menu.setActiveAction(entry)
        self._menu.popup(self._view_button.mapToGlobal(QPoint(0, self._view_button.height())))
        return self._menu


def _label(name: str, *, fixed: bool = False, muted: bool = False) -> QLabel:
    label = ElidedLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if fixed:
        label.setFont(fixed_font())
    if muted:
        label.setProperty("role", "muted")
    return label
