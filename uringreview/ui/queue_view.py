"""The queue pane: one painted row a patch, with its decision, claims and one narrow column a branch.

Columns of less worth step aside when the pane is narrow, so that subjects stay readable; nothing jumps while results
stream in.
"""

from collections.abc import Collection, Iterable, Mapping

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QWidget,
)

from uringreview.rationale.document import VerdictWord
from uringreview.ui.plain_table import PlainTable
from uringreview.ui.queue_delegate import QueueDelegate
from uringreview.ui.queue_model import COLUMN_NAMES, FIRST_BRANCH, Column, QueueModel, claims_text
from uringreview.ui.queue_rows import RowKind, is_reading
from uringreview.ui.theme import GRID, HALF, ONE, TWO, Theme, fixed_font, row_height, ui_font

_NARROWEST_SUBJECT = 220


class QueueView(PlainTable):
    """The list itself."""

    key_changed = Signal(str)
    """Another row was selected; its key, empty where none is."""

    branch_chosen = Signal(str, str)
    """A branch field was double-clicked: patch key and branch."""

    cell_chosen = Signal(str, str)
    """A branch field was clicked, or Enter was pressed in it: patch key and branch."""

    marked = Signal(int)
    """Other rows were selected: how many."""

    def __init__(self, model: QueueModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.queue = model
        self.setObjectName("queue")
        self.setAccessibleName("Queue of patches")
        self.setModel(model)
        self._delegate = QueueDelegate(self, model, theme)
        self.setItemDelegate(self._delegate)
        self._key = ""
        self._top, self._top_key = 0, ""
        self._names: Mapping[str, str] = {}
        self.by_hand = False
        self._anchor = 0
        self._hidden: frozenset[Column] = frozenset()
        self._kept: frozenset[str] = frozenset()
        self._prepare()
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._after_reset)
        self.selectionModel().currentRowChanged.connect(self._row_changed)
        self.selectionModel().selectionChanged.connect(lambda: self.marked.emit(len(self.rows_marked())))
        self.doubleClicked.connect(self._double_clicked)
        self.clicked.connect(self._clicked)

    def _prepare(self) -> None:
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        vertical, horizontal = self.verticalHeader(), self.horizontalHeader()
        vertical.hide()
        vertical.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        vertical.setMinimumSectionSize(GRID)
        vertical.setDefaultSectionSize(row_height())
        horizontal.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        horizontal.setMinimumSectionSize(GRID)
        horizontal.setHighlightSections(False)
        horizontal.setSectionsClickable(False)
        horizontal.setFixedHeight(row_height())

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._delegate.theme = theme
        self.viewport().update()

    @property
    def key(self) -> str:
        """The current row's key; empty where none is."""
        return self._key

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the selected rows that hold a loaded patch, from the top."""
        rows = (self.queue.at(place) for place in self.rows_marked())
        return tuple(row.key for row in rows if row is not None and row.kind is RowKind.PATCH)

    def rows_marked(self) -> list[int]:
        """The places of the selected rows, from the top."""
        return sorted({index.row() for index in self.selectionModel().selectedRows(Column.SUBJECT)})

    def select(self, key: str) -> bool:
        """Select the row with `key`; False where it is not shown."""
        place = self.queue.row_of(key)
        if place is None:
            return False
        self._go(place)
        return True

    def step(self, step: int) -> None:
        """Select the row `step` further down, stopping at the ends."""
        count = self.queue.rowCount()
        if count:
            self._go(min(max(self.currentIndex().row() + step, 0), count - 1))

    def hide_columns(self, names: Iterable[str]) -> None:
        """Hide the columns with these names (`CHOSEN_COLUMNS`), show the others where there is room."""
        self._hidden = frozenset(COLUMN_NAMES[name] for name in names if name in COLUMN_NAMES)
        self.lay_out()

    def extend(self, step: int) -> None:
        """Take the rows up to the one `step` further down into the selection."""
        count = self.queue.rowCount()
        if not count:
            return
        place = min(max(self.currentIndex().row() + step, 0), count - 1)
        self._mark(range(min(self._anchor, place), max(self._anchor, place) + 1), place)

    def mark_keys(self, keys: Collection[str]) -> None:
        """Select the rows with these keys, as far as they are shown; the current one stays if it is among them."""
        places = [place for place, row in enumerate(self.queue.shown) if row.key in keys]
        if places:
            here = self.currentIndex().row()
            self._mark(places, here if here in places else places[0])

    def _mark(self, places: Iterable[int], current: int) -> None:
        chosen, last = QItemSelection(), self.queue.columnCount() - 1
        for place in places:
            chosen.select(self.queue.index(place, 0), self.queue.index(place, last))
        flag = QItemSelectionModel.SelectionFlag
        self.selectionModel().select(chosen, flag.ClearAndSelect)
        index = self.queue.index(current, Column.SUBJECT)
        self.selectionModel().setCurrentIndex(index, flag.NoUpdate)
        self.scrollTo(index)

    def go_end(self, last: bool) -> None:
        """Select the first or the last row."""
        if self.queue.rowCount():
            self._go(self.queue.rowCount() - 1 if last else 0)

    def next_undecided(self) -> bool:
        """Select the next loaded patch without a decision, round the end; False where there is none."""
        rows, here = self.queue.shown, self.currentIndex().row()
        for offset in range(1, len(rows) + 1):
            place = (here + offset) % len(rows)
            if rows[place].kind is RowKind.PATCH and not rows[place].decided and not rows[place].asleep:
                self._go(place)
                return True
        return False

    def _go(self, place: int) -> None:
        self._anchor = place
        here = self.currentIndex().column()
        index = self.queue.index(place, here if here >= FIRST_BRANCH else Column.SUBJECT)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def _go_first_loaded(self) -> None:
        rows = self.queue.shown
        if rows:
            self._go(next((place for place, row in enumerate(rows) if row.kind is RowKind.PATCH), 0))

    def go_on_as(self, names: Mapping[str, str]) -> None:
        """The rows of `names` (old key to new) come back under new keys: what is selected and on top goes with them."""
        self._names = names

    def _remember(self) -> None:
        marked = self.rows_marked()
        self._kept = frozenset(self.keys) if len(marked) > 1 else frozenset()
        self._top = self.verticalScrollBar().value()
        top = self.queue.at(self._top)
        self._top_key = top.key if top is not None else ""

    def _after_reset(self) -> None:
        self.lay_out()
        names, self._names = self._names, {}
        by_hand, before = self.by_hand, self._key
        # Nobody chose the row that the first list began with: the queue begins with its own.
        only_listed = is_reading(before)
        kept = bool(before) and (by_hand or not only_listed) and self.select(names.get(before, before))
        if not kept:
            self._go_first_loaded()
            self._row_changed(self.currentIndex())
        if len(self._kept) > 1:
            self.mark_keys(self._kept)
        self.by_hand = by_hand and kept
        if kept or (only_listed and self._top):
            place = self.queue.row_of(names[self._top_key]) if self._top_key in names else None
            self.verticalScrollBar().setValue(self._top if place is None else place)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click begins a selection anew; Qt itself adds rows by Ctrl and Shift."""
        super().mousePressEvent(event)
        if not event.modifiers():
            self._anchor = max(self.currentIndex().row(), 0)

    def _row_changed(self, index: QModelIndex, _former: QModelIndex | None = None) -> None:
        row = self.queue.at(index) if index.isValid() else None
        key = row.key if row else ""
        if key != self._key:
            self._key = key
            self.by_hand = bool(key)
            self.key_changed.emit(key)

    def _double_clicked(self, index: QModelIndex) -> None:
        branch, row = self.queue.branch_at(index.column()), self.queue.at(index)
        if branch and row:
            self.branch_chosen.emit(row.key, branch)

    def _clicked(self, index: QModelIndex) -> None:
        branch, row = self.queue.branch_at(index.column()), self.queue.at(index)
        if branch and row:
            self.cell_chosen.emit(row.key, branch)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter chooses the field that the arrow keys came to."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._clicked(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The rows; where the filter leaves none, what to do."""
        super().paintEvent(event)
        if not self.queue.shown and self.queue.rows:
            painter = QPainter(self.viewport())
            painter.setFont(ui_font(1.0))
            painter.setPen(QColor(self._delegate.theme.muted))
            words = "No patch passes the filter.\n/ goes there; an empty one shows all."
            painter.drawText(self.viewport().rect(), int(Qt.AlignmentFlag.AlignCenter), words)

    def changeEvent(self, event: QEvent) -> None:
        """Lay columns out anew for another font."""
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.lay_out()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the subject what the others leave."""
        super().resizeEvent(event)
        self.lay_out()

    def lay_out(self) -> None:
        """Set the columns' widths: the subject keeps its room, range and verdict step aside for it."""
        if not hasattr(self, "queue"):
            return
        fixed, small = QFontMetrics(fixed_font(0.92)), QFontMetrics(ui_font(0.85))
        digits = max((len(row.number) for row in self.queue.rows), default=2)
        claims = max((len(claims_text(row)) for row in self.queue.rows), default=4)
        ranges = max((len(str(row.asked)) for row in self.queue.rows if row.asked), default=7)
        widths = {
            Column.DECISION: 8 * GRID - HALF,
            Column.NUMBER: fixed.horizontalAdvance("0" * max(digits, 2)) + TWO,
            Column.RANGE: fixed.horizontalAdvance("0" * ranges) + 2 * TWO,
            Column.VERDICT: QFontMetrics(ui_font(0.92)).horizontalAdvance("yes") + 2 * TWO - ONE,
            Column.CLAIMS: max(fixed.horizontalAdvance("0" * claims), small.horizontalAdvance("claims")) + TWO + ONE,
        }
        heads = (small.horizontalAdvance(self._head(column)) for column in self._branch_columns())
        branch = max(max(heads, default=0) + ONE + HALF, 6 * GRID)
        hidden = set(self._hidden)
        taken = sum(width for column, width in widths.items() if column not in hidden)
        room = self.viewport().width() - branch * len(self.queue.branches) - taken
        # Where every rationale says yes, the column says nothing.
        alike = all(row.verdict in (None, VerdictWord.YES) for row in self.queue.rows)
        verdict = (Column.VERDICT, Column.NUMBER) if alike else (Column.NUMBER, Column.VERDICT)
        for column in (Column.RANGE, *verdict):
            if room < _NARROWEST_SUBJECT and column not in hidden:
                hidden.add(column)
                room += widths[column]
        widths[Column.SUBJECT] = max(room, _NARROWEST_SUBJECT // 2)
        for column in Column:
            self.setColumnHidden(column, column in hidden)
            self.setColumnWidth(column, widths[column])
        for place in self._branch_columns():
            self.setColumnWidth(place, branch)

    def _branch_columns(self) -> range:
        return range(FIRST_BRANCH, FIRST_BRANCH + len(self.queue.branches))

    def _head(self, column: int) -> str:
        return str(self.queue.headerData(column, Qt.Orientation.Horizontal))
