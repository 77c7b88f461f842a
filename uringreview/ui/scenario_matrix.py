"""The matrix scenario x subset of patches: which interleavings fail with which patches applied.

A cell is a short verdict; its tooltip and its accessible text say it in words, with the number of states that were
searched. Subsets stand in the order in which a maintainer would apply the series, the others after them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QBrush, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from uringreview.interleave.properties import PROPERTIES, RACE
from uringreview.interleave.scenario import Model
from uringreview.interleave.trace import Outcome
from uringreview.ui.plain import plain_tip
from uringreview.ui.theme import Theme, fixed_font, row_height

OK_MEANS = "ok = no violation in this model"
RACE_MARK = "⇄"
_SHORT = {"DOUBLE-ISSUE": "2×ISSUE", "DOUBLE-CQE": "2×CQE", "TORN-WALK": "TORN", "REF-UNDERFLOW": "REF"}
_Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class CellName:
    """One cell: a scenario with a set of patches, in the model's order."""

    scenario: str
    applied: tuple[str, ...]


def short_verdict(outcome: Outcome) -> str:
    """The verdict of one cell in a few characters: "✓", "UAF", "UAF +2", with a mark for a race."""
    if not outcome.violations:
        text = "✓" if outcome.exhaustive else "?"
    else:
        first, *others = (_SHORT.get(name, name) for name in outcome.names)
        text = f"{first} +{len(others)}" if others else first
    return f"{text} {RACE_MARK}" if outcome.race else text


def verdict_in_words(model: Model, outcome: Outcome) -> str:
    """The same in words, with what was searched."""
    scenario = model.scenario(outcome.scenario)
    lines = [f"{outcome.scenario} {scenario.title if scenario else ''}, {applied_in_words(model, outcome.applied)}"]
    lines += left_out_in_words(model, outcome)
    for violation in outcome.violations:
        found = PROPERTIES.get(violation.property)
        meaning = f": {found.meaning}" if found else ""
        lines.append(f"{violation.property}, {found.title if found else violation.property}{meaning}")
    if outcome.race:
        lines.append(f"{RACE_MARK} {RACE.title}: {RACE.meaning}")
    if not outcome.violations:
        lines.append(OK_MEANS if outcome.exhaustive else "no violation found, but not every state was seen")
    lines.append(figures(outcome))
    if scenario is not None and scenario.realism:
        lines.append(scenario.realism)
    return "\n".join(lines)


def figures(outcome: Outcome) -> str:
    """States, transitions, time, and whether that was all."""
    took = f"{outcome.seconds * 1000:.0f} ms" if outcome.seconds < 1 else f"{outcome.seconds:.1f} s"
    complete = "exhaustive" if outcome.exhaustive else "NOT exhaustive"
    return f"{outcome.states:,} states · {outcome.transitions:,} transitions · {took} · {complete}"


def left_out_in_words(model: Model, outcome: Outcome) -> list[str]:
    """Which of the applied patches do not apply, and what each lacks; a sentence each."""
    lacks = {patch.name: [name for name in patch.needs if name not in outcome.applied] for patch in model.patches}
    return [
        f"{name} does not apply without {' and '.join(lacks[name]) or 'what it needs'}: its lines are left out"
        for name in outcome.left_out
    ]


def applied_in_words(model: Model, applied: Iterable[str]) -> str:
    """ "p1, p2 applied", or "no patch applied"."""
    names = ", ".join(applied)
    return f"{names} applied" if names else "no patch applied"


def ordered_subsets(model: Model, subsets: Iterable[Iterable[str]]) -> tuple[tuple[str, ...], ...]:
    """Subsets as columns: first those that applying the series one by one passes through, then the others by size."""
    order = {patch.name: number for number, patch in enumerate(model.patches)}
    found = {tuple(sorted(subset, key=order.__getitem__)) for subset in subsets}
    series = tuple(patch.name for patch in model.patches if any(patch.name in subset for subset in found))
    on_the_way = [series[:count] for count in range(len(series) + 1) if series[:count] in found]
    others = sorted(found - set(on_the_way), key=lambda subset: (len(subset), [order[name] for name in subset]))
    return (*on_the_way, *others)


def column_title(subset: Sequence[str]) -> str:
    """A subset as a column's head: "1 2 3" for p1, p2, p3."""
    return " ".join(name[1:] if name[:1] == "p" and name[1:].isdigit() else name for name in subset) or "none"


class MatrixModel(QAbstractTableModel):
    """Rows are the model's scenarios, columns subsets; cells fill as the search comes along."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._model: Model | None = None
        self._subsets: tuple[tuple[str, ...], ...] = ()
        self._outcomes: dict[CellName, Outcome] = {}

    def set_theme(self, theme: Theme) -> None:
        """Other colours."""
        self._theme = theme
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, max(0, self.columnCount() - 1))

    def show_model(self, model: Model | None, subsets: Sequence[tuple[str, ...]]) -> None:
        """Another model: every cell is unknown."""
        self.beginResetModel()
        self._model, self._subsets, self._outcomes = model, tuple(subsets), {}
        self.endResetModel()

    def put(self, outcome: Outcome) -> None:
        """One cell is known."""
        name = CellName(outcome.scenario, outcome.applied)
        self._outcomes[name] = outcome
        place = self.place_of(name)
        if place is not None:
            self.dataChanged.emit(place, place)

    @property
    def outcomes(self) -> Mapping[CellName, Outcome]:
        """Every cell that is known, also of subsets that have no column."""
        return self._outcomes

    def name_at(self, index: _Index) -> CellName | None:
        """The cell under an index."""
        if self._model is None or not index.isValid():
            return None
        return CellName(self._model.scenarios[index.row()].name, self._subsets[index.column()])

    def place_of(self, name: CellName) -> QModelIndex | None:
        """Where a cell stands; None where its subset has no column."""
        rows = [scenario.name for scenario in self._model.scenarios] if self._model is not None else []
        if name.scenario not in rows or name.applied not in self._subsets:
            return None
        return self.index(rows.index(name.scenario), self._subsets.index(name.applied))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """The number of scenarios."""
        return 0 if parent.isValid() or self._model is None else len(self._model.scenarios)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """The number of subsets."""
        return 0 if parent.isValid() else len(self._subsets)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """A cell's verdict."""
        name = self.name_at(index)
        if name is None or self._model is None:
            return None
        outcome = self._outcomes.get(name)
        if role == int(Qt.ItemDataRole.DisplayRole):
            return "…" if outcome is None else short_verdict(outcome)
        if role in (int(Qt.ItemDataRole.ToolTipRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            words = "not searched yet" if outcome is None else verdict_in_words(self._model, outcome)
            return plain_tip(words) if role == int(Qt.ItemDataRole.ToolTipRole) else words
        if role == int(Qt.ItemDataRole.ForegroundRole):
            return QBrush(self._theme.color(_colour(outcome)))
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Scenario names, and subsets as numbers; both in full on hover."""
        if self._model is None:
            return None
        across = orientation == Qt.Orientation.Horizontal
        if role == int(Qt.ItemDataRole.DisplayRole):
            return column_title(self._subsets[section]) if across else self._model.scenarios[section].name
        if role in (int(Qt.ItemDataRole.ToolTipRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            words = self._subset_in_words(section) if across else self._scenario_in_words(section)
            return plain_tip(words) if role == int(Qt.ItemDataRole.ToolTipRole) else words
        if role == int(Qt.ItemDataRole.TextAlignmentRole):
            sideways = Qt.AlignmentFlag.AlignLeft if across else Qt.AlignmentFlag.AlignHCenter
            return int(sideways | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _subset_in_words(self, section: int) -> str:
        assert self._model is not None
        chosen = [patch for patch in self._model.patches if patch.name in self._subsets[section]]
        lines = [f"{patch.name} {patch.upstream or 'hypothetical'} {patch.subject}" for patch in chosen]
        return "\n".join(["applied:", *lines]) if lines else "no patch applied"

    def _scenario_in_words(self, section: int) -> str:
        assert self._model is not None
        scenario = self._model.scenarios[section]
        return f"{scenario.name} {scenario.title}\n{scenario.realism}".strip()


def _colour(outcome: Outcome | None) -> str:
    if outcome is None or (not outcome.violations and not outcome.exhaustive):
        return "muted"
    return "verified" if outcome.ok else "contradicted"


class _VerdictDelegate(QStyledItemDelegate):
    """Keeps a verdict's colour where its cell is selected."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        """As the model says, selected or not."""
        super().initStyleOption(option, index)
        colour = index.data(Qt.ItemDataRole.ForegroundRole)
        if isinstance(colour, QBrush):
            palette = option.palette
            palette.setBrush(QPalette.ColorRole.HighlightedText, colour)
            option.palette = palette


class ScenarioMatrix(QTableView):
    """The table; `cell_chosen` carries the `CellName` that the reviewer went to."""

    cell_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("scenarioMatrix")
        self.setAccessibleName("Verdict of each scenario with each set of patches")
        self.cells = MatrixModel(theme, self)
        self.setModel(self.cells)
        self.setItemDelegate(_VerdictDelegate(self))
        self.setFont(fixed_font(0.92))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setCornerButtonEnabled(False)
        across, down = self.horizontalHeader(), self.verticalHeader()
        for head in (across, down):
            head.setFont(fixed_font(0.92))
            head.setHighlightSections(False)
            head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        across.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        digit = self.fontMetrics().horizontalAdvance("0")
        across.setDefaultSectionSize(9 * digit)
        across.setFixedHeight(row_height())
        down.setDefaultSectionSize(row_height())
        down.setFixedWidth(4 * digit + 8)
        self.selectionModel().currentChanged.connect(self._went)
        self._telling = True

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self.cells.set_theme(theme)
        self.viewport().update()

    def mark(self, name: CellName) -> None:
        """Put the cursor on a cell without telling anyone; takes it away where the subset has no column."""
        place = self.cells.place_of(name)
        self._telling = False
        if place is None:
            self.selectionModel().clear()
        else:
            self.setCurrentIndex(place)
        self._telling = True

    def _went(self, current: QModelIndex, _before: QModelIndex) -> None:
        name = self.cells.name_at(current)
        if self._telling and name is not None:
            self.cell_chosen.emit(name)
