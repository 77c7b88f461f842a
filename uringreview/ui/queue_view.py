"""The queue pane: one painted row a patch, with its decision, claims and one narrow column a branch.

What is fine is quiet: the eye should go to what is contradicted, in conflict or held. Brackets in the margin join
the patches of one series. Columns of less worth step aside when the pane is narrow, so that subjects stay readable.
"""

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from uringreview.kernel.status import Status
from uringreview.rationale.check import MarkWord
from uringreview.rationale.document import VerdictWord
from uringreview.ui.queue_model import FIRST_BRANCH, Column, QueueModel, claims_text
from uringreview.ui.queue_rows import Joint, QueueRow, RowKind
from uringreview.ui.theme import GRID, HALF, ONE, TWO, Theme, fixed_font, row_height, ui_font

_NARROWEST_SUBJECT = 200


class QueueDelegate(QStyledItemDelegate):
    """Paints every field of the queue."""

    def __init__(self, view: "QueueView", theme: Theme) -> None:
        super().__init__(view)
        self.theme = theme
        self._view = view
        self._fixed = fixed_font(0.92)
        self._small = ui_font(0.92)
        self._symbol = ui_font(1.0)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one field from the row behind it."""
        model = self._view.queue
        row = model.at(index)
        if row is None:
            return
        painter.save()
        self._ground(painter, option)
        branch = model.branch_at(index.column())
        if branch is not None:
            self._branch(painter, option.rect, model.status(row, branch), model.asked(row, branch))
        else:
            self._field(painter, option.rect, row, Column(index.column()))
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """One row's height; widths are the view's."""
        return QSize(GRID, row_height())

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            active = self._view.hasFocus()
            painter.fillRect(option.rect, QColor(self.theme.selection if active else self.theme.selection_idle))

    def _field(self, painter: QPainter, rect: QRect, row: QueueRow, column: Column) -> None:
        match column:
            case Column.DECISION:
                self._decision(painter, rect, row)
            case Column.NUMBER:
                self._text(painter, rect, row.number, self.theme.muted, self._fixed, Qt.AlignmentFlag.AlignRight)
            case Column.SUBJECT:
                self._subject(painter, rect, row)
            case Column.RANGE:
                asked = str(row.asked) if row.asked else ""
                self._text(painter, rect, asked, self.theme.muted, self._fixed, Qt.AlignmentFlag.AlignLeft)
            case Column.VERDICT:
                self._verdict(painter, rect, row)
            case Column.CLAIMS:
                self._claims(painter, rect, row)

    def _decision(self, painter: QPainter, rect: QRect, row: QueueRow) -> None:
        if row.joint is not Joint.NONE:
            self._bracket(painter, rect, row.joint)
        inner = rect.adjusted(TWO + ONE, 0, 0, 0)
        if row.kind is RowKind.PROBLEM:
            self._text(painter, inner, "⌁", self.theme.contradicted, self._symbol, Qt.AlignmentFlag.AlignHCenter)
        elif row.kind is RowKind.PATCH:
            sign = self.theme.decision(row.decision.kind if row.decision else None)
            font = QFont(self._symbol)
            font.setBold(row.decision is not None)
            self._text(painter, inner, sign.symbol, sign.colour, font, Qt.AlignmentFlag.AlignHCenter)
        else:
            self._text(painter, inner, "·", self.theme.faint, self._symbol, Qt.AlignmentFlag.AlignHCenter)

    def _bracket(self, painter: QPainter, rect: QRect, joint: Joint) -> None:
        painter.setPen(QPen(QColor(self.theme.accent), 1.4))
        x, middle = rect.left() + ONE + 1, rect.center().y()
        top = middle - ONE if joint is Joint.FIRST else rect.top()
        bottom = middle + ONE if joint is Joint.LAST else rect.bottom() + 1
        painter.drawLine(x, top, x, bottom)
        if joint is Joint.FIRST:
            painter.drawLine(x, top, x + ONE, top)
        if joint is Joint.LAST:
            painter.drawLine(x, bottom, x + ONE, bottom)

    def _subject(self, painter: QPainter, rect: QRect, row: QueueRow) -> None:
        font, right = self._symbol, rect.right() - ONE
        metrics = QFontMetrics(font)
        colour = self.theme.text if row.kind is RowKind.PATCH else self.theme.muted
        notes = self._notes(row)
        wanted = metrics.horizontalAdvance(row.title)
        for text, note_colour in reversed(notes):
            room = max(rect.width() - ONE - min(wanted, round(rect.width() * 0.6)) - TWO, 0)
            small = QFontMetrics(self._small)
            shown = small.elidedText(text, Qt.TextElideMode.ElideRight, room)
            width = small.horizontalAdvance(shown)
            if len(shown) > 2:
                place = QRect(right - width, rect.top(), width, rect.height())
                self._text(painter, place, shown, note_colour, self._small, Qt.AlignmentFlag.AlignLeft, pad=0)
                right -= width + TWO
        place = QRect(rect.left() + ONE, rect.top(), max(right - rect.left() - ONE, 0), rect.height())
        title = metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, place.width())
        self._text(painter, place, title, colour, font, Qt.AlignmentFlag.AlignLeft, pad=0)

    def _notes(self, row: QueueRow) -> list[tuple[str, str]]:
        notes: list[tuple[str, str]] = []
        if row.kind is RowKind.PROBLEM:
            notes.append((row.problem, self.theme.contradicted))
        if row.replies:
            count = f"↩{len(row.replies)}" if len(row.replies) > 1 else "↩"
            notes.append((f"{count} {row.words}".strip(), self.theme.caution))
        return notes

    def _verdict(self, painter: QPainter, rect: QRect, row: QueueRow) -> None:
        if row.verdict is None:
            return
        text, colour = {
            VerdictWord.YES: ("yes", self.theme.faint),
            VerdictWord.NO: ("NO", self.theme.contradicted),
            VerdictWord.NONE: ("–", self.theme.muted),
            VerdictWord.ERROR: ("err", self.theme.caution),
        }[row.verdict]
        self._text(painter, rect, text, colour, self._small, Qt.AlignmentFlag.AlignHCenter)

    def _claims(self, painter: QPainter, rect: QRect, row: QueueRow) -> None:
        text = claims_text(row)
        if not text:
            return
        metrics, right = QFontMetrics(self._fixed), rect.right() - ONE
        words = text.split(" ")
        signs = {"!": self.theme.mark(MarkWord.CONTRADICTED), "?": self.theme.mark(MarkWord.UNCHECKABLE)}
        for word in reversed(words):
            sign = signs.get(word[0], self.theme.mark(MarkWord.VERIFIED))
            width = metrics.horizontalAdvance(word)
            if right - width < rect.left():
                break
            font = QFont(self._fixed)
            font.setBold(word[0] == "!")
            place = QRect(right - width, rect.top(), width + 2, rect.height())
            self._text(painter, place, word, sign.colour, font, Qt.AlignmentFlag.AlignLeft, pad=0)
            right -= width + ONE + HALF

    def _branch(self, painter: QPainter, rect: QRect, status: Status | None, asked: bool) -> None:
        if status is None:
            return
        sign = self.theme.status(status)
        quiet = status in (Status.PENDING, Status.MISSING) or not asked
        colour = QColor(self.theme.faint if status is Status.PENDING else sign.colour)
        if not asked and status is not Status.PENDING:
            colour.setAlphaF(0.5)
        painter.setFont(self._small if quiet else self._symbol)
        painter.setPen(colour)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), sign.symbol)

    def _text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        colour: str,
        font: QFont,
        align: Qt.AlignmentFlag,
        pad: int = ONE,
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        flags = int(align) | int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)
        painter.drawText(rect.adjusted(pad, 0, -pad, 0), flags, text)


class QueueView(QTableView):
    """The list itself."""

    key_changed = Signal(str)
    """Another row was selected; its key, empty where none is."""

    branch_chosen = Signal(str, str)
    """A branch field was double-clicked: patch key and branch."""

    def __init__(self, model: QueueModel, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.queue = model
        self.setObjectName("queue")
        self.setAccessibleName("Queue of patches")
        self.setModel(model)
        self._delegate = QueueDelegate(self, theme)
        self.setItemDelegate(self._delegate)
        self._key = ""
        self._prepare()
        model.modelAboutToBeReset.connect(self._remember)
        model.modelReset.connect(self._after_reset)
        self.selectionModel().currentRowChanged.connect(self._row_changed)
        self.doubleClicked.connect(self._double_clicked)

    def _prepare(self) -> None:
        self.setShowGrid(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
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
        """The selected row's key; empty where none is."""
        return self._key

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

    def go_end(self, last: bool) -> None:
        """Select the first or the last row."""
        if self.queue.rowCount():
            self._go(self.queue.rowCount() - 1 if last else 0)

    def next_undecided(self) -> bool:
        """Select the next loaded patch without a decision, round the end; False where there is none."""
        rows, here = self.queue.shown, self.currentIndex().row()
        for offset in range(1, len(rows) + 1):
            place = (here + offset) % len(rows)
            if rows[place].kind is RowKind.PATCH and rows[place].decision is None:
                self._go(place)
                return True
        return False

    def _go(self, place: int) -> None:
        index = self.queue.index(place, Column.SUBJECT)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(index, flags)
        self.scrollTo(index)

    def _go_first_loaded(self) -> None:
        rows = self.queue.shown
        if rows:
            self._go(next((place for place, row in enumerate(rows) if row.kind is RowKind.PATCH), 0))

    def _remember(self) -> None:
        self._top = self.verticalScrollBar().value()

    def _after_reset(self) -> None:
        self.lay_out()
        before = self._key
        if not (before and self.select(before)):
            self._go_first_loaded()
            self._row_changed(self.currentIndex())
        if before == self._key:
            self.verticalScrollBar().setValue(self._top)

    def _row_changed(self, index: QModelIndex, _former: QModelIndex | None = None) -> None:
        row = self.queue.at(index) if index.isValid() else None
        key = row.key if row else ""
        if key != self._key:
            self._key = key
            self.key_changed.emit(key)

    def _double_clicked(self, index: QModelIndex) -> None:
        branch, row = self.queue.branch_at(index.column()), self.queue.at(index)
        if branch and row:
            self.branch_chosen.emit(row.key, branch)

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
        room = self.viewport().width() - branch * len(self.queue.branches) - sum(widths.values())
        hidden: set[Column] = set()
        for column in (Column.RANGE, Column.VERDICT, Column.NUMBER):
            if room < _NARROWEST_SUBJECT:
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
