"""The queue as a Qt table over plain rows: what each column says in words, and which rows the filter lets through.

Painting is the delegate's; the words here are what screen readers, tooltips and tests see. Sorting and filtering
work on Python lists (under a millisecond for thousands of rows, a proxy model takes a second).
"""

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from uringreview.kernel.status import Status, branch_version
from uringreview.rationale.document import VerdictWord
from uringreview.ui.changed import changed_runs
from uringreview.ui.filters import Filter, parse_filter
from uringreview.ui.plain import plain_tip
from uringreview.ui.queue_rows import Grouping, Mine, QueueRow, RowKind, in_order, short_branch
from uringreview.ui.theme import Theme
from uringreview.ui.visible import visible

if TYPE_CHECKING:
    from uringreview.review.decisions import Aside, Decision

Index = QModelIndex | QPersistentModelIndex

_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
_ALIGN = int(Qt.ItemDataRole.TextAlignmentRole)


class Column(IntEnum):
    """The columns before the branches'."""

    DECISION = 0
    NUMBER = 1
    SUBJECT = 2
    RANGE = 3
    VERDICT = 4
    CLAIMS = 5


FIRST_BRANCH = len(Column)
CHOSEN_COLUMNS = (
    ("position", "position in the batch"),
    ("asked", "stable branches that the subject asks for"),
    ("says", "the rationale's own verdict"),
    ("claims", "claims verified, contradicted, not checkable"),
)
"""The columns that can be hidden: name and what they show."""
COLUMN_NAMES = {"position": Column.NUMBER, "asked": Column.RANGE, "says": Column.VERDICT, "claims": Column.CLAIMS}
_HEADS = {
    Column.DECISION: ("", "your decision"),
    Column.NUMBER: ("#", "position in the batch"),
    Column.SUBJECT: ("subject", "subject without its prefix"),
    Column.RANGE: ("asked", "stable branches that the subject asks for"),
    Column.VERDICT: ("says", "the rationale's own verdict"),
    Column.CLAIMS: ("claims", "claims verified, contradicted (!), not checkable (?)"),
}
_VERDICTS = {
    VerdictWord.YES: "yes",
    VerdictWord.NO: "NO",
    VerdictWord.NONE: "–",
    VerdictWord.ERROR: "error",
}


class QueueModel(QAbstractTableModel):
    """The list's rows, ordered and filtered."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.branches: tuple[str, ...] = ()
        self.grouping = Grouping.SERIES
        self.filter = parse_filter("")
        self._all: list[QueueRow] = []
        self._shown: list[QueueRow] = []

    @property
    def shown(self) -> Sequence[QueueRow]:
        """The rows that the filter lets through, in order."""
        return self._shown

    @property
    def rows(self) -> Sequence[QueueRow]:
        """All rows, in queue order."""
        return self._all

    def set_rows(self, rows: Sequence[QueueRow], branches: Sequence[str] | None = None) -> None:
        """Show `rows`; rows that only changed their content stay where they are and nothing jumps."""
        self._all = list(rows)
        if branches is not None and tuple(branches) != self.branches:
            self.beginResetModel()
            self.branches = tuple(branches)
            self._shown = self._arranged()
            self.endResetModel()
            return
        self._show(self._arranged())

    def set_filter(self, text: str) -> Filter:
        """Let only matching rows through; returns what was understood."""
        self.filter = parse_filter(text)
        self._show(self._arranged())
        return self.filter

    def set_grouping(self, grouping: Grouping) -> None:
        """Change the order."""
        self.grouping = grouping
        self._show(self._arranged())

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.theme = theme
        self._changed()

    def row_of(self, key: str) -> int | None:
        """Where the row with `key` is shown; None where it is filtered out or not there."""
        return next((place for place, row in enumerate(self._shown) if row.key == key), None)

    def at(self, index: Index | int) -> QueueRow | None:
        """The row at an index or a row number."""
        place = index if isinstance(index, int) else index.row()
        return self._shown[place] if 0 <= place < len(self._shown) else None

    def branch_at(self, column: int) -> str | None:
        """The branch that a column shows."""
        place = column - FIRST_BRANCH
        return self.branches[place] if 0 <= place < len(self.branches) else None

    def _arranged(self) -> list[QueueRow]:
        tests = self.filter.tests
        accepted = [row for row in self._all if self.filter.accepts(row)] if tests else self._all
        return in_order(accepted, self.grouping)

    def _show(self, rows: list[QueueRow]) -> None:
        if [row.key for row in rows] == [row.key for row in self._shown]:
            former, self._shown = self._shown, rows
            for first, last in changed_runs(former, rows):
                self.dataChanged.emit(self.index(first, 0), self.index(last, self.columnCount() - 1))
            return
        self.beginResetModel()
        self._shown = rows
        self.endResetModel()

    def _changed(self) -> None:
        if self._shown:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._shown) - 1, self.columnCount() - 1))

    # Qt's side

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """How many rows the filter lets through."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """The fixed columns and one a branch."""
        return 0 if parent.isValid() else FIRST_BRANCH + len(self.branches)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Column heads and what they mean."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        branch = self.branch_at(section)
        if role == _DISPLAY:
            return short_branch(branch) if branch else _HEADS[Column(section)][0]
        if role in (_TOOLTIP, _ACCESSIBLE):
            return branch or _HEADS[Column(section)][1]
        if role == _ALIGN:
            left = section == Column.SUBJECT
            return int(Qt.AlignmentFlag.AlignLeft if left else Qt.AlignmentFlag.AlignHCenter) | int(
                Qt.AlignmentFlag.AlignVCenter
            )
        return None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """The words of a field; painting takes its symbols from the row itself."""
        if role not in (_DISPLAY, _TOOLTIP, _ACCESSIBLE):
            return None
        row = self.at(index)
        if row is None:
            return None
        column = index.column()
        if role == _DISPLAY:
            return self._text(row, column)
        words = self._words(row, column)
        return plain_tip(words) if role == _TOOLTIP else words

    def _text(self, row: QueueRow, column: int) -> str:
        branch = self.branch_at(column)
        if branch is not None:
            status = self.status(row, branch)
            return self.theme.status(status).symbol if status is not None else ""
        match Column(column):
            case Column.DECISION:
                return self.theme.decision(row.decision.kind if row.decision else None).symbol
            case Column.NUMBER:
                return row.number
            case Column.SUBJECT:
                return row.title
            case Column.RANGE:
                return str(row.asked) if row.asked else ""
            case Column.VERDICT:
                return _VERDICTS.get(row.verdict, "") if row.verdict else ""
            case _:
                return claims_text(row)

    def _words(self, row: QueueRow, column: int) -> str:
        branch = self.branch_at(column)
        if branch is not None:
            status = self.status(row, branch)
            if status is None:
                return ""
            from uringreview.ui.branches_model import cell_lines

            cell = (row.cells or {}).get(branch)
            detail = "".join(f"\n{line}" for line in cell_lines(cell)) if cell else ""
            asked = "" if self.asked(row, branch) else "\nnot asked for"
            own = self.decided_on(row, branch)
            mine = f"\nyour decision here: {self.theme.decision(own.kind).word}" if own else ""
            return f"{branch}: {self.theme.status(status).word}{detail}{asked}{mine}"
        match Column(column):
            case Column.DECISION:
                if row.kind is not RowKind.PATCH:
                    return str(row.kind.value)
                return self._decision_words(row)
            case Column.CLAIMS:
                if row.verdict is None:
                    return ""
                return f"claims: {row.verified} verified, {row.contradicted} contradicted, {row.open} not checkable"
            case Column.VERDICT:
                return f"the rationale's own verdict: {row.verdict.value}" if row.verdict else ""
            case Column.RANGE:
                asked = f"asked for {row.asked}" if row.asked else "asks for no branch"
                return "\n".join([asked, *(finding.sentence for finding in row.ranges)])
            case _:
                return self._about(row)

    def _decision_words(self, row: QueueRow) -> str:
        lines = [self.theme.decision(row.decision.kind if row.decision else None).word]
        lines += [f"{each.branch}: {self.theme.decision(each.kind).word}" for each in row.mine.single]
        if row.mine.aside is not None:
            lines += aside_lines(row.mine.aside, row.mine.awake)
        if row.mine.outcome is not None:
            lines.append(f"{row.mine.outcome.kind.value}: {visible(row.mine.outcome.words)}")
        return "\n".join(lines)

    def _about(self, row: QueueRow) -> str:
        lines = [row.title]
        if row.mine != Mine():
            lines += self._decision_words(row).split("\n")
        if row.kind is not RowKind.PATCH:
            lines.append(row.problem or row.kind.value)
        if row.asked:
            lines.append(f"asked for {row.asked}")
        lines += [finding.sentence for finding in row.ranges]
        if row.replies:
            count = len(row.replies)
            lines.append(f"{count} {'reply' if count == 1 else 'replies'}: " + ", ".join(r.sender for r in row.replies))
        for answer in row.answers:
            bot = " (a bot)" if answer.reply.is_bot else ""
            lines.append(f"{visible(answer.reply.sender)}{bot}: {answer.stance.kind.value}")
            lines += [f"    “{visible(answer.stance.words)}”"] if answer.stance.words else []
        if row.words and not row.answers:
            lines.append(f"“{row.words}”")
        lines += [f"also sent as {visible(mail.message_id or str(mail.source))}" for mail in row.also]
        if row.warning:
            lines.append(row.warning)
        if row.simulated is not None:
            lines.append(row.simulated.words)
        return "\n".join(lines)

    def status(self, row: QueueRow, branch: str) -> Status | None:
        """What the row's cell on `branch` shows; None where there is nothing to show."""
        if row.kind is not RowKind.PATCH:
            return None
        cell = (row.cells or {}).get(branch)
        return cell.status if cell is not None else Status.PENDING

    def flagged(self, row: QueueRow, branch: str) -> bool:
        """Whether the row's patch applies on `branch` and should not be trusted to."""
        cell = (row.cells or {}).get(branch)
        return cell is not None and bool(cell.flags)

    def decided_on(self, row: QueueRow, branch: str) -> "Decision | None":
        """The reviewer's decision for that branch alone."""
        version = branch_version(branch) if row.mine.single else None
        return row.mine.on(version) if version is not None else None

    def asked(self, row: QueueRow, branch: str) -> bool:
        """Whether the row's subject asks for `branch` (True where it names no range at all)."""
        version = branch_version(branch)
        return row.asked is None or version is None or version in row.asked


def aside_lines(aside: "Aside", awake: bool) -> list[str]:
    """What the reviewer keeps beside the decision, in words."""
    lines = ["flagged"] if aside.flagged else []
    lines += [f"note: {visible(aside.note)}"] if aside.note else []
    if aside.snooze is not None:
        lines.append(f"{'its time has come: it was put off' if awake else 'put off'} {aside.snooze}")
    lines += [f"reply sent {aside.sent.astimezone():%Y-%m-%d %H:%M}"] if aside.sent else []
    return lines


def claims_text(row: QueueRow) -> str:
    """The counts as the list shows them: "17 !1 ?2"; empty where nothing was claimed."""
    parts = [str(row.verified)] if row.verified or row.contradicted or row.open else []
    if row.contradicted:
        parts.append(f"!{row.contradicted}")
    if row.open:
        parts.append(f"?{row.open}")
    return " ".join(parts)
