"""The claims of one patch or of the whole queue as a Qt table over plain rows, what is false first.

Sorting and filtering work on a Python list: a queue of 600 patches has ten thousand claims.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QFont

from uringreview.rationale.mark import Mark, MarkWord
from uringreview.review.facts import PatchFacts
from uringreview.ui.plain import plain_tip
from uringreview.ui.theme import Theme, fixed_font
from uringreview.ui.visible import visible

Index = QModelIndex | QPersistentModelIndex

WORST_FIRST = (MarkWord.CONTRADICTED, MarkWord.UNCHECKABLE, MarkWord.VERIFIED)


class Field(IntEnum):
    """The columns."""

    MARK = 0
    STEP = 1
    KIND = 2
    TEXT = 3
    PATCH = 4


_HEADS = ("", "phase", "kind", "claim as mailed", "patch")
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_ACCESSIBLE = int(Qt.ItemDataRole.AccessibleTextRole)
_COLOUR = int(Qt.ItemDataRole.ForegroundRole)
_FONT = int(Qt.ItemDataRole.FontRole)
_ALIGN = int(Qt.ItemDataRole.TextAlignmentRole)


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """One claim: the patch's facts, and which of their marks it is."""

    facts: PatchFacts
    index: int

    @property
    def mark(self) -> Mark:
        """The claim with its mark."""
        return self.facts.marks[self.index]

    @property
    def where(self) -> str:
        """Its phase and step, "2.1"; the section's first words in layouts without phases."""
        claim = self.mark.claim
        if claim.step:
            return claim.step
        return str(claim.phase) if claim.phase is not None else visible(claim.section)

    def matches(self, wanted: str) -> bool:
        """Whether its words, kind, mark or evidence hold `wanted` (lower case)."""
        mark = self.mark
        parts = (mark.claim.text, mark.claim.kind.value, mark.word.value, mark.evidence)
        return any(wanted in part.lower() for part in parts)


class ClaimsModel(QAbstractTableModel):
    """The list of claims."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._rows: list[ClaimRow] = []
        self._shown: list[ClaimRow] = []
        self._word: MarkWord | None = None
        self._wanted = ""
        self._fixed: QFont = fixed_font(0.94)

    @property
    def shown(self) -> Sequence[ClaimRow]:
        """The rows that the filter lets through, in order."""
        return self._shown

    def counts(self) -> Mapping[MarkWord, int]:
        """How many claims bear which mark, whatever the filter shows."""
        words = [row.mark.word for row in self._rows]
        return {word: words.count(word) for word in MarkWord}

    def set_facts(self, facts: Iterable[PatchFacts]) -> None:
        """Show the claims of these patches: contradicted ones first, each mark in the order of queue and mail."""
        rank = {word: place for place, word in enumerate(WORST_FIRST)}
        rows = [ClaimRow(each, index) for each in facts for index in range(len(each.marks))]
        rows.sort(key=lambda row: rank[row.mark.word])
        if [(row.facts.key, row.mark) for row in rows] == [(row.facts.key, row.mark) for row in self._rows]:
            kept = dict(zip(((row.facts.key, row.index) for row in rows), rows, strict=True))
            self._rows = rows
            self._shown = [kept[row.facts.key, row.index] for row in self._shown]
            return
        self._rows = rows
        self._arrange()

    def set_filter(self, word: MarkWord | None, wanted: str) -> None:
        """Let through only claims with that mark (None: any) whose words hold `wanted`."""
        self._word, self._wanted = word, wanted.strip().lower()
        self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        self._shown = [
            row
            for row in self._rows
            if self._word in (None, row.mark.word) and (not self._wanted or row.matches(self._wanted))
        ]
        self.endResetModel()

    def row_of(self, key: str, index: int) -> int | None:
        """Where a patch's claim is shown; None where it is not."""
        places = (place for place, row in enumerate(self._shown) if row.index == index and row.facts.key == key)
        return next(places, None)

    def at(self, row: int) -> ClaimRow | None:
        """The claim of a row."""
        return self._shown[row] if 0 <= row < len(self._shown) else None

    # Qt's side

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """One row a claim."""
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        """Mark, step, kind, words, patch."""
        return 0 if parent.isValid() else len(_HEADS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> Any:
        """Column heads."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == _DISPLAY:
            return _HEADS[section]
        if role in (_TOOLTIP, _ACCESSIBLE):
            return _HEADS[section] or "mark: verified, contradicted (!), not checkable (?)"
        return int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter) if role == _ALIGN else None

    def data(self, index: Index, role: int = _DISPLAY) -> Any:
        """The words of a field; the whole claim and its evidence on hover and for screen readers."""
        if role not in (_DISPLAY, _TOOLTIP, _ACCESSIBLE, _COLOUR, _FONT):
            return None
        row = self.at(index.row())
        if row is None:
            return None
        column, sign = index.column(), self.theme.mark(row.mark.word)
        if role == _DISPLAY:
            return self._text(row, column)
        if role == _ACCESSIBLE:
            return sign.word if column == Field.MARK else self._text(row, column)
        if role == _TOOLTIP:
            words = visible(" ".join(row.mark.claim.text.split()))
            return plain_tip(f"{words}\n{sign.word}: {visible(row.mark.evidence)}")
        if role == _FONT:
            return self._fixed if column in (Field.STEP, Field.MARK) else None
        quiet = row.mark.word is not MarkWord.CONTRADICTED and column != Field.TEXT
        return QColor(sign.colour if column == Field.MARK else self.theme.muted if quiet else self.theme.text)

    def _text(self, row: ClaimRow, column: int) -> str:
        match Field(column):
            case Field.MARK:
                return self.theme.mark(row.mark.word).symbol
            case Field.STEP:
                return row.where
            case Field.KIND:
                return row.mark.claim.kind.value
            case Field.TEXT:
                return visible(" ".join(row.mark.claim.text.split()))
            case _:
                position = row.facts.row.position
                title = visible(row.facts.patch.subject.title)
                return f"{position}  {title}" if position is not None else title
