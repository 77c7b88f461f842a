"""Which locks the fields of the selected patch are used under, before it and after: the lockset table.

It needs a clone and no model. It is heuristic, and the line above it says so.
"""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QBrush, QShowEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QLabel, QTableView, QVBoxLayout, QWidget

from uringreview.diff.model import Diff, DiffState
from uringreview.errors import UringreviewError
from uringreview.interleave.lockset import HEURISTIC, LockRow, LockTable
from uringreview.review.locks import locks_of_diff
from uringreview.ui.jobs import Jobs
from uringreview.ui.plain import plain_tip
from uringreview.ui.theme import ONE, THREE, Theme, fixed_font, row_height
from uringreview.ui.visible import visible

LOCKS = "locks"
_PAUSE_MS = 150
_HEADS = ("context", "access", "locks", "field", "where")
_Index = QModelIndex | QPersistentModelIndex


class LocksModel(QAbstractTableModel):
    """One row a way to use a field."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[LockRow, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme

    def show_rows(self, rows: tuple[LockRow, ...]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """The number of rows."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Context, access, locks, field, where."""
        return 0 if parent.isValid() else len(_HEADS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A row's part; what lost a lock is in the colour of a contradiction."""
        row = self._rows[index.row()]
        if role == int(Qt.ItemDataRole.DisplayRole):
            where = f"{row.function}()  {row.file}:{row.line}"
            return visible((row.context, row.access, row.in_words, row.field, where)[index.column()])
        if role in (int(Qt.ItemDataRole.ToolTipRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            via = ", ".join(f"{root}()" for root in row.roots)
            words = f"{row.access} of {row.field} in {row.function}(), {row.context}, from {via}: {row.in_words}"
            words = visible(words)
            return plain_tip(words) if role == int(Qt.ItemDataRole.ToolTipRole) else words
        if role == int(Qt.ItemDataRole.ForegroundRole) and index.column() == 2:
            return QBrush(self._theme.color("contradicted" if row.looser else "text"))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The columns' names."""
        if orientation == Qt.Orientation.Horizontal and role == int(Qt.ItemDataRole.DisplayRole):
            return _HEADS[section]
        if role == int(Qt.ItemDataRole.TextAlignmentRole):
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None


class LocksView(QWidget):
    """The table with its heading. Nothing is read from the clone before `want` was called once."""

    def __init__(self, jobs: Jobs, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("locks")
        self.setAccessibleName("Locks of this patch")
        self._jobs = jobs
        self._clone = ""
        self._diff: Diff | None = None
        self._asked: tuple[str, Diff] | None = None
        self._wanted = False
        # Who walks the list does not start a look-up for each patch that is passed.
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._look_up)
        self.rows = LocksModel(theme, self)
        self.table = QTableView()
        self.table.setObjectName("locksTable")
        self.table.setAccessibleName("Locks under which the patch's fields are used")
        self.table.setModel(self.rows)
        self.table.setFont(fixed_font(0.92))
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(row_height())
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setStretchLastSection(True)
        head.setHighlightSections(False)
        digit = self.table.fontMetrics().horizontalAdvance("0")
        for column, digits in enumerate((14, 7, 74, 24)):
            self.table.setColumnWidth(column, digits * digit)
        self._said = QLabel()
        self._said.setObjectName("locksSaid")
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setWordWrap(True)
        self._said.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._said.setProperty("role", "muted")
        self._said.setContentsMargins(THREE, ONE, THREE, ONE)
        column_ = QVBoxLayout(self)
        column_.setContentsMargins(0, 0, 0, 0)
        column_.setSpacing(0)
        column_.addWidget(self._said)
        column_.addWidget(self.table, 1)
        self.setFocusProxy(self.table)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self.rows.set_theme(theme)
        self.table.viewport().update()

    def want(self) -> None:
        """Look the locks up, of this patch and of those that are turned to later."""
        self._wanted = True
        self._ask()

    def set_clone(self, path: str) -> None:
        """The clone to read from; empty for none."""
        self._clone = path
        self._ask()

    def show_diff(self, diff: Diff | None) -> None:
        """Turn to a patch; None where its mail is not loaded."""
        self._diff = diff
        self._ask()

    def showEvent(self, event: QShowEvent) -> None:
        """Work it out for what is shown now."""
        super().showEvent(event)
        self._ask()

    def _ask(self) -> None:
        if not self.isVisible():
            return
        if self._diff is None or self._diff.state is DiffState.NONE:
            self._show((), "This patch has no diff that was read, so there are no locks to look up.")
        elif not self._clone:
            self._show((), "Choose a kernel clone (File menu) to see under which locks the patch's fields are used.")
        elif not self._wanted:
            self._show((), "Shift+L looks up under which locks the patch's fields are used, before it and after.")
        elif self._asked != (self._clone, self._diff):
            self._show((), "Reading the patch's files from the clone…")
            self._pause.start()

    def _look_up(self) -> None:
        if self._diff is not None and self._clone and self.isVisible():
            self._asked = (self._clone, self._diff)
            self._jobs.start_process(
                "looking up locks", locks_of_diff, (self._clone, self._diff), None, self._done, self._failed, LOCKS
            )

    def _done(self, table: LockTable) -> None:
        unread = f" Not read whole: {', '.join(f'{name}()' for name in table.unparsed)}." if table.unparsed else ""
        more = " There is more than is shown." if table.cut else ""
        if table.rows:
            self._show(table.rows, f"Locks on {table.base}, {HEURISTIC}.{unread}{more}")
        else:
            none = f"On {table.base} no lock changes over a field that is written and locked somewhere."
            self._show((), f"{none} ({HEURISTIC}.){unread}")

    def _failed(self, problem: BaseException) -> None:
        self._show((), str(problem) if isinstance(problem, UringreviewError) else f"The look-up ended early: {problem}")

    def _show(self, rows: tuple[LockRow, ...], said: str) -> None:
        self._said.setText(visible(said))
        self.rows.show_rows(rows)
        self.table.setVisible(bool(rows))
        self.setAccessibleDescription(said)
