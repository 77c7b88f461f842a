"""The steps of a run as a table: the same data as the swim lanes, for the keyboard and for screen readers."""

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from uringreview.ui.lanes_drawing import LaneStep
from uringreview.ui.plain import plain_tip
from uringreview.ui.theme import Theme, fixed_font, row_height

_HEADS = ("step", "thread", "C line", "changes")
_Index = QModelIndex | QPersistentModelIndex


class StepsModel(QAbstractTableModel):
    """One row a step."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._lanes: tuple[str, ...] = ()
        self._steps: tuple[LaneStep, ...] = ()

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme

    def show_steps(self, lanes: tuple[str, ...], steps: tuple[LaneStep, ...]) -> None:
        """Replace all rows."""
        if (lanes, steps) != (self._lanes, self._steps):
            self.beginResetModel()
            self._lanes, self._steps = lanes, steps
            self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """The number of steps."""
        return 0 if parent.isValid() else len(self._steps)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """Number, thread, C line, changes."""
        return 0 if parent.isValid() else len(_HEADS)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A step's part; the last column also says what goes wrong."""
        step = self._steps[index.row()]
        if role == int(Qt.ItemDataRole.DisplayRole):
            waited = ", ".join(each.words for each in step.after)
            changes = "; ".join(part for part in (step.changes, waited, step.violation) if part)
            return (str(step.number), self._lanes[step.lane], step.text, changes)[index.column()]
        if role == int(Qt.ItemDataRole.ToolTipRole):
            return plain_tip(step.in_words(self._lanes))
        if role == int(Qt.ItemDataRole.ForegroundRole) and step.violation:
            return QBrush(self._theme.color("contradicted"))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The columns' names."""
        if orientation == Qt.Orientation.Horizontal and role == int(Qt.ItemDataRole.DisplayRole):
            return _HEADS[section]
        if role == int(Qt.ItemDataRole.TextAlignmentRole):
            return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        return None


class StepsTable(QTableView):
    """The table; `step_chosen` carries the number of the step that the reviewer went to."""

    step_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("stepsTable")
        self.setAccessibleName("Steps of the run")
        self.steps = StepsModel(theme, self)
        self.setModel(self.steps)
        self.setFont(fixed_font(0.92))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(row_height())
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.setStretchLastSection(True)
        head.setHighlightSections(False)
        digit = self.fontMetrics().horizontalAdvance("0")
        for column, digits in enumerate((5, 8, 44)):
            self.setColumnWidth(column, digits * digit)
        self._telling = True
        self.selectionModel().currentChanged.connect(self._went)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self.steps.set_theme(theme)
        self.viewport().update()

    def mark(self, number: int) -> None:
        """Put the cursor on a step without telling anyone; 0 takes it away."""
        self._telling = False
        if 0 < number <= self.steps.rowCount():
            self.setCurrentIndex(self.steps.index(number - 1, 2))
        else:
            self.selectionModel().clear()
        self._telling = True

    def _went(self, current: QModelIndex, _before: QModelIndex) -> None:
        if self._telling and current.isValid():
            self.step_chosen.emit(current.row() + 1)
