"""One, two or three columns of diff text that scroll, walk and are lit together, row by row."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollBar, QSplitter, QVBoxLayout, QWidget

from uringreview.ui.diff_edit import DiffEdit
from uringreview.ui.diff_rows import Sheet
from uringreview.ui.theme import HALF, TWO, Theme, fixed_font, ui_font

_GUTTER_COLUMNS = 6


class DiffColumns(QWidget):
    """The columns: the old side, what stands on a branch (in a conflict), the new side or, alone, the unified text."""

    row_chosen = Signal(int, bool)
    """The caret came to another row, by key or mouse: the row, and whether on the new side."""
    row_clicked = Signal(int)
    """A row was clicked."""
    scrolled = Signal()
    menu_wanted = Signal(object, QPoint)
    """A context menu is asked for: the `DiffEdit`, and where in it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diffBody")
        self.setAccessibleName("Diff columns")
        self.old = _named(DiffEdit(theme, new_side=False), "diffOld", "Before the patch")
        self.theirs = _named(DiffEdit(theme, new_side=True), "diffTheirs", "What stands on the branch")
        self.new = _named(DiffEdit(theme, new_side=True), "diffNew", "After the patch")
        self._edits = (self.old, self.theirs, self.new)
        self._titles = tuple(self._title(number) for number in range(3))
        self._arrange()
        self._join()
        self.setFocusProxy(self.new)

    def _title(self, number: int) -> QLabel:
        label = QLabel(self)
        label.setObjectName(f"diffTitle{number}")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setProperty("role", "muted")
        label.setFont(ui_font(0.9))
        label.setContentsMargins(TWO, HALF, TWO, HALF)
        label.setMinimumWidth(TWO)
        return label

    def _arrange(self) -> None:
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setObjectName("diffColumns")
        self._split.setHandleWidth(1)
        self._split.setChildrenCollapsible(False)
        for edit in self._edits:
            self._split.addWidget(edit)
        self._split.setSizes([1, 1, 1])
        for edit in self._edits[:2]:
            edit.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        heads = QHBoxLayout()
        heads.setContentsMargins(0, 0, 0, 0)
        heads.setSpacing(0)
        for label in self._titles:
            heads.addWidget(label, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(heads)
        column.addWidget(self._split, 1)

    def _join(self) -> None:
        for one in self._edits:
            for other in self._edits:
                if one is not other:
                    _follow(one.verticalScrollBar(), other.verticalScrollBar())
                    _follow(one.horizontalScrollBar(), other.horizontalScrollBar())
            one.row_chosen.connect(lambda row, edit=one: self._chosen(edit, row))
            one.row_clicked.connect(self.row_clicked)
            one.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            one.customContextMenuRequested.connect(lambda at, edit=one: self.menu_wanted.emit(edit, at))
        self.new.verticalScrollBar().valueChanged.connect(lambda _value: self.scrolled.emit())

    def _chosen(self, edit: DiffEdit, row: int) -> None:
        for other in self._edits:
            if other is not edit:
                other.put_caret(row)
        self.row_chosen.emit(row, edit.new_side)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        for edit in self._edits:
            edit.set_theme(theme)

    def show_sheet(self, sheet: Sheet) -> None:
        """Show a diff in two columns, or in one where it is laid out so."""
        self._show((sheet if sheet.side_by_side else None, None, sheet), ())
        self.new.setAccessibleName("After the patch" if sheet.side_by_side else "Diff text")

    def show_three(self, theirs: Sheet, patch: Sheet, titles: Sequence[str]) -> None:
        """Show a conflict: `theirs` leads from what is expected to what stands there, `patch` to what is wanted."""
        self._show((theirs, theirs, patch), titles)
        self.new.setAccessibleName(titles[-1])

    def _show(self, sheets: tuple[Sheet | None, Sheet | None, Sheet], titles: Sequence[str]) -> None:
        three = bool(titles)
        for label, text in zip(self._titles, titles or ("", "", ""), strict=True):
            label.setText(text)
            label.setToolTip(text)
            label.setVisible(three)
        for edit, sheet in zip(self._edits, sheets, strict=True):
            edit.setVisible(sheet is not None)
            edit.use_narrow_tabs(three)
            if sheet is not None:
                edit.show_sheet(sheet)

    def put_caret(self, row: int) -> None:
        """Move the caret of every column to the start of `row`, and bring it into view."""
        for edit in self._edits:
            edit.put_caret(row)
        self.bring_into_view(row)

    def light(self, rows: frozenset[int]) -> None:
        """Light these rows in every column."""
        for edit in self._edits:
            edit.light_rows(rows)

    @property
    def caret_row(self) -> int:
        """The row that the caret is on."""
        return self.new.caret_row

    @property
    def first_row(self) -> int:
        """The first row in view."""
        return self.new.verticalScrollBar().value()

    def shows(self, row: int) -> bool:
        """Whether `row` is in view."""
        return self.first_row <= row < self.first_row + self.new.page_rows()

    def bring_into_view(self, row: int) -> None:
        """Scroll, where need be, until `row` is in view with some lines above it."""
        self._reach(row)
        bar, page = self.new.verticalScrollBar(), self.new.page_rows()
        if not bar.value() + 1 <= row < bar.value() + page - 2:
            bar.setValue(max(0, row - page // 4))

    def scroll_to(self, row: int) -> None:
        """Make `row` the first in view."""
        self._reach(row)
        self.new.verticalScrollBar().setValue(row)

    def _reach(self, row: int) -> None:
        """Have `row`, and a page behind it, put into the columns that show anything."""
        if row + self.new.page_rows() >= self.new.blockCount():
            for edit in self._edits:
                edit.complete()

    def page(self, direction: int) -> None:
        """Scroll a page on (1) or back (-1)."""
        bar = self.new.verticalScrollBar()
        bar.setValue(bar.value() + direction * max(1, self.new.page_rows() - 2))

    def room(self, columns: int) -> int:
        """How many characters of a line each of so many columns can show."""
        digit = QFontMetrics(fixed_font()).horizontalAdvance("0")
        bar = self.new.verticalScrollBar().sizeHint().width()
        return (self.width() - bar) // columns // digit - _GUTTER_COLUMNS


def _follow(one: QScrollBar, other: QScrollBar) -> None:
    one.valueChanged.connect(other.setValue)


def _named(edit: DiffEdit, name: str, accessible: str) -> DiffEdit:
    edit.setObjectName(name)
    edit.setAccessibleName(accessible)
    return edit
