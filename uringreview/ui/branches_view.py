"""The whole patch x branch matrix with the detail of one cell beside it: which hunks fail, what was expected and found.

A click on a head sorts by what needs eyes first, a third click goes back to queue order. Progress and "cancel" stand
in the line above while the clone is read.
"""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPalette, QTextBlockFormat, QTextCharFormat, QTextCursor, QTextFormat
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QPlainTextEdit,
    QSplitter,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from uringreview.kernel.status import Cell, FailedHunk, Status
from uringreview.review.facts import PatchFacts
from uringreview.ui.branches_model import FIRST, NUMBER, SUBJECT, UPSTREAM, BranchesModel
from uringreview.ui.header import Header
from uringreview.ui.plain_table import PlainTable
from uringreview.ui.theme import FOUR, GRID, THREE, TWO, Theme, fixed_font, row_height
from uringreview.ui.visible import visible

_SHOWN_LINES = 40


class _Colours(QStyledItemDelegate):
    """Keeps a cell's own colour while it is selected."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Use the status colour as the selected text's colour."""
        super().initStyleOption(option, index)
        if not option.state & QStyle.StateFlag.State_Selected:
            return
        colour = index.data(Qt.ItemDataRole.ForegroundRole)
        if isinstance(colour, QColor):
            option.palette.setColor(QPalette.ColorRole.HighlightedText, colour)


class BranchesView(QWidget):
    """Table and detail."""

    cell_chosen = Signal(str, str)
    """A cell was activated: patch key, branch."""
    cancel_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("branches")
        self.setAccessibleName("Patches by branch")
        self.theme = theme
        self.model = BranchesModel(theme, self)
        self._titles: dict[str, str] = {}
        self._sorted: tuple[int, int] = (-1, 0)
        self._build()

    def _build(self) -> None:
        self.table = PlainTable(self)
        self.table.setObjectName("matrix")
        self.table.setAccessibleName("Status of each patch on each branch")
        self.table.setModel(self.model)
        self.table.setItemDelegate(_Colours(self.table))
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setMinimumSectionSize(GRID)
        self.table.verticalHeader().setDefaultSectionSize(row_height())
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.sectionClicked.connect(self._sort_by)
        self.detail = QPlainTextEdit(self)
        self.detail.setObjectName("cell_detail")
        self.detail.setAccessibleName("Why the patch does or does not apply here")
        self.detail.setReadOnly(True)
        self.detail.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.detail.setFont(fixed_font(0.92))
        self.detail.document().setDocumentMargin(THREE)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setObjectName("branches_split")
        split.setHandleWidth(1)
        split.addWidget(self.table)
        split.addWidget(self.detail)
        split.setStretchFactor(0, 3)
        split.setStretchFactor(1, 2)
        self._empty = QLabel("", self)
        self._empty.setObjectName("branches_empty")
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setProperty("role", "muted")
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(split)
        self._cancel = QToolButton(self)
        self._cancel.setObjectName("cancel_clone")
        self._cancel.setText("cancel")
        self._cancel.setToolTip("stop reading the clone (Escape)")
        self._cancel.clicked.connect(self.cancel_requested)
        self._cancel.hide()
        self.header = Header("BRANCHES", self)
        self.header.add(self._cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self._stack, 1)
        self.table.selectionModel().currentChanged.connect(self._cell_changed)
        self.table.clicked.connect(self._activated)
        self.table.activated.connect(self._activated)
        self.setFocusProxy(self.table)
        self.model.modelReset.connect(self._lay_out)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.theme = self.model.theme = theme
        self.table.viewport().update()
        self._cell_changed(self.table.currentIndex())

    def show_facts(self, facts: Sequence[PatchFacts], branches: Sequence[str], why_empty: str) -> None:
        """Show the matrix; `why_empty` is the sentence to show while there is no branch or no patch."""
        kept = self._selected()
        self._titles = {each.key: (each.patch.upstream or "")[:12] or each.patch.subject.title for each in facts}
        self.model.set_facts(facts, branches)
        self._empty.setText(why_empty)
        self._stack.setCurrentIndex(1 if facts and branches else 0)
        if kept is not None:
            self.show_cell(*kept)
        self._cell_changed(self.table.currentIndex())

    @property
    def empty_text(self) -> str:
        """What is said in the matrix' place."""
        return self._empty.text()

    def show_progress(self, text: str, busy: bool) -> None:
        """Say how far the clone has been read."""
        self.header.say(text)
        self._cancel.setVisible(busy)

    def show_cell(self, key: str, branch: str | None) -> bool:
        """Select the cell of a patch on a branch (None: keep the column); False where it is not there."""
        row = self.model.row_of(key)
        if row is None:
            return False
        column = self.model.column_of(branch) if branch else None
        if column is None:
            here = self.table.currentIndex().column()
            column = here if here >= FIRST else self.model.worst_column(row)
        index = self.model.index(row, min(column, self.model.columnCount() - 1))
        self.table.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self.table.scrollTo(index)
        return True

    def _selected(self) -> tuple[str, str | None] | None:
        index = self.table.currentIndex()
        facts = self.model.facts_at(index.row()) if index.isValid() else None
        if facts is None:
            return None
        place = index.column() - FIRST
        return facts.key, self.model.branches[place] if 0 <= place < len(self.model.branches) else None

    @property
    def branch(self) -> str | None:
        """The branch whose cell is selected; None where none is."""
        chosen = self._selected()
        return chosen[1] if chosen is not None else None

    def _lay_out(self) -> None:
        fixed = QFontMetrics(fixed_font(0.94))
        widths = {
            NUMBER: fixed.horizontalAdvance("000") + TWO,
            UPSTREAM: fixed.horizontalAdvance("0" * 12) + FOUR,
            SUBJECT: fixed.horizontalAdvance("0" * 34),
        }
        for column in range(self.model.columnCount()):
            self.table.setColumnWidth(column, widths.get(column, fixed.horizontalAdvance("✓· +0000") + TWO))

    def sort_here(self) -> None:
        """Sort by the column of the selected cell, as a click on its head does."""
        self._sort_by(max(self.table.currentIndex().column(), NUMBER))

    def _sort_by(self, column: int) -> None:
        former, times = self._sorted
        times = times + 1 if column == former else 1
        self._sorted = (column, times) if times < 3 else (-1, 0)
        kept = self._selected()
        order = Qt.SortOrder.AscendingOrder if times == 1 else Qt.SortOrder.DescendingOrder
        self.model.sort(column if times < 3 else NUMBER, order if times < 3 else Qt.SortOrder.AscendingOrder)
        if kept is not None:
            self.show_cell(*kept)

    def _activated(self, index: QModelIndex) -> None:
        facts, place = self.model.facts_at(index.row()), index.column() - FIRST
        if facts is not None:
            self.cell_chosen.emit(facts.key, self.model.branches[place] if place >= 0 else "")

    def _cell_changed(self, index: QModelIndex, _former: QModelIndex | None = None) -> None:
        self.detail.clear()
        facts = self.model.facts_at(index.row()) if index.isValid() else None
        if facts is None:
            return
        cell, place = self.model.cell(index), index.column() - FIRST
        title = f"{facts.row.position or ''} {visible(facts.patch.subject.title)}".strip()
        if place < 0:
            self._say(title, self.theme.text)
            for branch in self.model.branches:
                found = next((c for c in facts.cells if c.branch == branch), None)
                sign = self.theme.status(found.status if found else Status.PENDING)
                detail = f"  {visible(found.detail)}" if found else ""
                self._say(f"{sign.symbol:3}{branch}{detail}", sign.colour)
        else:
            self._explain(title, self.model.branches[place], cell)
        self.detail.moveCursor(QTextCursor.MoveOperation.Start)

    def _explain(self, title: str, branch: str, cell: Cell | None) -> None:
        sign = self.theme.status(cell.status if cell else Status.PENDING)
        self._say(f"{title}", self.theme.text)
        self._say(f"{sign.symbol} {branch}: {sign.word}", sign.colour)
        if cell is None:
            return
        if cell.detail:
            self._say(visible(cell.detail), self.theme.text)
        for flag in cell.flags:
            self._say(f"! look before you trust it: {visible(flag.sentence)}", self.theme.caution)
        if any(cell.offsets):
            self._say("offsets by hunk: " + ", ".join(f"{offset:+d}" for offset in cell.offsets), self.theme.muted)
        for key in cell.needs:
            self._say(f"needs {visible(self._titles.get(key, key))} first", self.theme.caution)
        for failed in cell.failed:
            self._failed(failed)

    def _failed(self, failed: FailedHunk) -> None:
        where = f" near line {failed.line}" if failed.line else ", no place found for it"
        self._say("", self.theme.muted)
        self._say(f"{visible(failed.path)}: hunk {failed.hunk + 1} does not fit{where}", self.theme.contradicted)
        expected, found = set(failed.expected), set(failed.found)
        self._say("expected", self.theme.muted)
        for line in failed.expected[:_SHOWN_LINES]:
            differs = line not in found
            ground = self.theme.removed if differs else ""
            self._say(f"{'-' if differs else ' '} {visible(line)}", self.theme.text, ground)
        self._say("the branch has", self.theme.muted)
        if not failed.found:
            self._say("  nothing like it", self.theme.muted)
        for line in failed.found[:_SHOWN_LINES]:
            differs = line not in expected
            self._say(
                f"{'+' if differs else ' '} {visible(line)}", self.theme.text, self.theme.added if differs else ""
            )

    def _say(self, text: str, colour: str, ground: str = "") -> None:
        look = QTextCharFormat()
        look.setForeground(QColor(colour))
        shape = QTextBlockFormat()
        if ground:
            look.setBackground(QColor(ground))
            shape.setBackground(QColor(ground))
            shape.setProperty(QTextFormat.Property.FullWidthSelection, True)
        cursor = QTextCursor(self.detail.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if self.detail.document().characterCount() > 1:
            cursor.insertBlock(shape, look)
        cursor.insertText(text, look)
