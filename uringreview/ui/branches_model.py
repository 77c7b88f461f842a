"""Every loaded patch on every branch, as a Qt table over the facts; sorted in Python by what needs eyes first."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from uringreview.kernel.status import Cell, Status, branch_version
from uringreview.review.facts import PatchFacts
from uringreview.ui.changed import changed_runs
from uringreview.ui.plain import plain_tip
from uringreview.ui.queue_rows import short_branch
from uringreview.ui.theme import Theme, fixed_font
from uringreview.ui.visible import visible

Index = QModelIndex | QPersistentModelIndex

NUMBER, UPSTREAM, SUBJECT, FIRST = 0, 1, 2, 3
_HEADS = ("#", "upstream", "subject")
_WORST = (
    Status.ERROR,
    Status.CONFLICT,
    Status.DAMAGED,
    Status.FUZZ,
    Status.MERGE,
    Status.AFTER,
    Status.MISSING,
    Status.PENDING,
    Status.OFFSET,
    Status.CLEAN,
    Status.PRESENT,
)
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
_COLOUR = int(Qt.ItemDataRole.ForegroundRole)
_FONT = int(Qt.ItemDataRole.FontRole)
_ALIGN = int(Qt.ItemDataRole.TextAlignmentRole)


class BranchesModel(QAbstractTableModel):
    """The matrix."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.branches: tuple[str, ...] = ()
        self._facts: list[PatchFacts] = []
        self._places: dict[str, int] = {}
        self._order: tuple[int, Qt.SortOrder] | None = None
        self._fixed: QFont = fixed_font(0.94)

    def set_facts(self, facts: Sequence[PatchFacts], branches: Sequence[str]) -> None:
        """Show these patches on these branches."""
        same = tuple(branches) == self.branches and [f.key for f in facts] == [f.key for f in self._facts]
        if same and self._order is None:
            # Facts are replaced as wholes: what is not the same object is shown anew.
            former, self._facts = [id(each) for each in self._facts], list(facts)
            for first, last in changed_runs(former, [id(each) for each in self._facts]):
                self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))
            return
        self.beginResetModel()
        self._facts, self.branches = list(facts), tuple(branches)
        self._places.clear()
        self._sort()
        self.endResetModel()

    def facts_at(self, row: int) -> PatchFacts | None:
        """The patch of a row."""
        return self._facts[row] if 0 <= row < len(self._facts) else None

    def row_of(self, key: str) -> int | None:
        """The row of a patch."""
        if not self._places:
            self._places.update((facts.key, row) for row, facts in enumerate(self._facts))
        return self._places.get(key)

    def column_of(self, branch: str) -> int | None:
        """The column of a branch."""
        return self.branches.index(branch) + FIRST if branch in self.branches else None

    def worst_column(self, row: int) -> int:
        """The column of a row that needs eyes first, among the branches that the patch asks for."""
        facts = self.facts_at(row)
        asked = facts.patch.subject.asked if facts is not None else None
        columns = []
        for column, branch in enumerate(self.branches, FIRST):
            version = branch_version(branch)
            if facts is not None and (asked is None or version is None or version in asked):
                columns.append((_rank(facts, branch), column))
        return min(columns)[1] if columns else FIRST

    def cell(self, index: Index) -> Cell | None:
        """The cell at an index; None where it is no branch's or not known yet."""
        facts, column = self.facts_at(index.row()), index.column() - FIRST
        if facts is None or not 0 <= column < len(self.branches):
            return None
        return next((cell for cell in facts.cells if cell.branch == self.branches[column]), None)

    def as_csv(self) -> str:
        """The table with status words and details, for a spreadsheet."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["position", "upstream", "subject", *self.branches])
        for facts in self._facts:
            cells = {cell.branch: _in_words(cell) for cell in facts.cells}
            head = [facts.row.position or "", facts.patch.upstream or "", facts.patch.subject.title]
            fields = [*head, *(cells.get(branch, "pending") for branch in self.branches)]
            writer.writerow([_harmless(visible(str(text))) for text in fields])
        return out.getvalue()

    # Qt's side

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """One row a patch."""
        return 0 if parent.isValid() else len(self._facts)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Number, id, subject, then one column a branch."""
        return 0 if parent.isValid() else FIRST + len(self.branches)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Column heads."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        branch = self.branches[section - FIRST] if section >= FIRST else None
        if role == _DISPLAY:
            return f"{short_branch(branch)}" if branch else _HEADS[section]
        if role == _TOOLTIP:
            return branch or _HEADS[section]
        if role == _ALIGN:
            side = Qt.AlignmentFlag.AlignRight if section == NUMBER else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        return None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """Symbol and short detail; the word on hover."""
        facts = self.facts_at(index.row())
        if facts is None:
            return None
        if index.column() < FIRST:
            return self._about(facts, index.column(), role)
        cell = self.cell(index)
        status = cell.status if cell else Status.PENDING
        sign = self.theme.status(status)
        if role == _DISPLAY:
            return f"{sign.symbol} {short_detail(cell)}".strip() if cell else sign.symbol
        if role in (_TOOLTIP, _ACCESSIBLE):
            words = f"{self.branches[index.column() - FIRST]}: {sign.word}"
            words += "".join(f"\n{line}" for line in cell_lines(cell)) if cell else ""
            return plain_tip(words) if role == _TOOLTIP else words
        if role == _COLOUR:
            return QColor(self.theme.caution if cell and cell.flags else sign.colour)
        return self._fixed if role == _FONT else None

    def _about(self, facts: PatchFacts, column: int, role: int) -> Any:
        if role in (_DISPLAY, _ACCESSIBLE):
            texts = (
                str(facts.row.position or ""),
                (facts.patch.upstream or "")[:12],
                visible(facts.patch.subject.title),
            )
            return texts[column]
        if role == _TOOLTIP and column == SUBJECT:
            return plain_tip(visible(facts.patch.subject.title))
        if role == _COLOUR:
            return QColor(self.theme.text if column == SUBJECT else self.theme.muted)
        if role == _FONT and column != SUBJECT:
            return self._fixed
        if role == _ALIGN and column == NUMBER:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; a branch's by what needs eyes first. Column -1 is queue order."""
        self._order = (column, order) if column >= 0 else None
        self.beginResetModel()
        self._places.clear()
        self._sort()
        self.endResetModel()

    def _sort(self) -> None:
        if self._order is None:
            return
        column, order = self._order
        backwards = order == Qt.SortOrder.DescendingOrder
        if column >= FIRST and column - FIRST < len(self.branches):
            branch = self.branches[column - FIRST]
            self._facts.sort(key=lambda facts: _rank(facts, branch), reverse=backwards)
        elif column == SUBJECT:
            self._facts.sort(key=lambda facts: facts.patch.subject.title.lower(), reverse=backwards)
        elif column == UPSTREAM:
            self._facts.sort(key=lambda facts: facts.patch.upstream or "~", reverse=backwards)
        else:
            self._facts.sort(key=lambda facts: facts.row.position or 0, reverse=backwards)


def short_detail(cell: Cell) -> str:
    """What fits beside a symbol: the largest offset, how many hunks fail, how many patches come first; "!" where it
    applies and should not be trusted."""
    if cell.flags:
        return "!"
    if cell.status is Status.OFFSET and cell.offsets:
        largest = max(cell.offsets, key=abs)
        return f"{largest:+d}" if largest else ""
    if cell.status is Status.CONFLICT and cell.failed:
        return str(len(cell.failed))
    if cell.status is Status.AFTER and cell.needs:
        return str(len(cell.needs))
    return ""


def cell_lines(cell: Cell) -> list[str]:
    """What is said of a cell besides its status: the detail, then every reason not to trust it."""
    flags = [visible(flag.sentence) for flag in cell.flags]
    detail = visible(cell.detail)
    return [*([detail] if detail and detail not in flags else []), *flags]


def _in_words(cell: Cell) -> str:
    word, detail = cell.status.value, cell.detail
    return detail if detail.startswith(word) else f"{word} {detail}".strip()


def _rank(facts: PatchFacts, branch: str) -> int:
    status = next((cell.status for cell in facts.cells if cell.branch == branch), Status.PENDING)
    return _WORST.index(status)


def _harmless(text: str) -> str:
    # A field that begins like a formula would be run by a spreadsheet.
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text
