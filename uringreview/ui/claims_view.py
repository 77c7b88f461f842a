"""The claims pane: every checkable statement of a rationale with its mark, and beside it what a person would look up.

Contradicted ones stand first. Walking the list only shows the evidence; Enter goes to the words in the rationale and
to the hunk, function, commit or branch that they speak of.
"""

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QStackedWidget,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from uringreview.rationale.mark import Mark, MarkWord
from uringreview.review.facts import PatchFacts
from uringreview.review.proof import proof, whole_lines
from uringreview.ui.claims_model import WORST_FIRST, ClaimRow, ClaimsModel, Field
from uringreview.ui.header import Header
from uringreview.ui.theme import GRID, THREE, TWO, Theme, fixed_font, row_height, ui_font
from uringreview.ui.visible import visible

_SHOWS: tuple[MarkWord | None, ...] = (None, *WORST_FIRST)
_FILTER_WIDTH = 200


class ClaimsPane(QWidget):
    """List and evidence."""

    claim_chosen = Signal(str, int)
    """A claim was activated: patch key, and which of its marks."""
    scope_changed = Signal(bool)
    """Whether the whole queue's claims are wanted."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("claims")
        self.setAccessibleName("Claims")
        self.theme = theme
        self.model = ClaimsModel(theme, self)
        self._word: MarkWord | None = None
        self._why_empty = ""
        self._keys: frozenset[str] = frozenset()
        self._settling = self._walked = False
        self._build()
        self.show_facts((), "Select a patch to see what its rationale claims.")

    def _build(self) -> None:
        self.table = QTableView(self)
        self.table.setObjectName("claims_list")
        self.table.setAccessibleName("Claims, contradicted ones first")
        self.table.setModel(self.model)
        self.table.setShowGrid(False)
        self.table.setWordWrap(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setMinimumSectionSize(GRID)
        self.table.verticalHeader().setDefaultSectionSize(row_height())
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head.setMinimumSectionSize(GRID)
        head.setHighlightSections(False)
        self.detail = QPlainTextEdit(self)
        self.detail.setObjectName("claim_evidence")
        self.detail.setAccessibleName("Evidence of the claim")
        self.detail.setReadOnly(True)
        self.detail.setFont(fixed_font(0.92))
        self.detail.document().setDocumentMargin(THREE)
        self._empty = QLabel(self)
        self._empty.setObjectName("claims_empty")
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        self._empty.setProperty("role", "muted")
        self.split = QSplitter(Qt.Orientation.Horizontal, self)
        self.split.setObjectName("claims_split")
        self.split.setHandleWidth(1)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(self.table)
        self.split.addWidget(self.detail)
        self.split.setStretchFactor(0, 3)
        self.split.setStretchFactor(1, 2)
        self.split.splitterMoved.connect(lambda *_: self._lay_out())
        self._stack = QStackedWidget(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.split)
        self._head()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self._stack, 1)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFocusProxy(self.table)
        self.table.selectionModel().currentRowChanged.connect(self._row_changed)
        self.table.activated.connect(self._activated)

    def _head(self) -> None:
        self.header = Header("CLAIMS", self)
        self.words = QLineEdit(self)
        self.words.setObjectName("claims_filter")
        self.words.setAccessibleName("Filter the claims by words, kind or evidence")
        self.words.setPlaceholderText("words, kind or evidence …")
        self.words.setClearButtonEnabled(True)
        self.words.setFixedWidth(_FILTER_WIDTH)
        self.words.setFont(ui_font(0.92))
        self.words.textChanged.connect(lambda _text: self._filter())
        self.words.returnPressed.connect(self.table.setFocus)
        self.header.add(self.words)
        self._shows = [self._switch(f"claims_show_{word.value if word else 'all'}") for word in _SHOWS]
        for button, word in zip(self._shows, _SHOWS, strict=True):
            button.clicked.connect(lambda _checked=False, word=word: self.show_only(word))
        self._whole = self._switch("claims_whole_queue")
        self._whole.setText("whole queue")
        self._whole.setToolTip("the claims of every patch (w)")
        self._whole.toggled.connect(self.scope_changed)

    def _switch(self, name: str) -> QToolButton:
        made = QToolButton(self)
        made.setObjectName(name)
        made.setCheckable(True)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.header.add(made)
        return made

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.theme = self.model.theme = theme
        self.table.viewport().update()

    @property
    def whole_queue(self) -> bool:
        """Whether the claims of every patch are shown."""
        return self._whole.isChecked()

    def toggle_scope(self) -> None:
        """Change between the selected patch and the whole queue."""
        self._whole.toggle()

    def show_only(self, word: MarkWord | None) -> None:
        """Show the claims with one mark; None shows all."""
        self._word = word
        self._filter()

    def next_mark(self) -> None:
        """Show the next mark's claims alone: all, contradicted, not checkable, verified, and round."""
        self.show_only(_SHOWS[(_SHOWS.index(self._word) + 1) % len(_SHOWS)])

    def show_facts(self, facts: Sequence[PatchFacts], why_empty: str) -> None:
        """Show the claims of these patches; `why_empty` is said where they have none."""
        kept, keys = self.current, frozenset(each.key for each in facts)
        if not (keys & self._keys):
            self._walked = False
        self._keys = keys
        self._settling = True
        self.model.set_facts(facts)
        self._why_empty = why_empty
        self._settle(kept)

    @property
    def current(self) -> ClaimRow | None:
        """The claim that is selected."""
        return self.model.at(self.table.currentIndex().row())

    def select(self, key: str, index: int) -> None:
        """Select a patch's claim, where it is shown."""
        row = self.model.row_of(key, index)
        if row is not None and row != self.table.currentIndex().row():
            self._go(row)

    def _go(self, row: int) -> None:
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.table.selectionModel().setCurrentIndex(self.model.index(row, Field.TEXT), flags)
        self.table.scrollTo(self.model.index(row, Field.TEXT))

    def _filter(self) -> None:
        kept = self.current
        self._settling = True
        self.model.set_filter(self._word, self.words.text())
        self._settle(kept)

    def _settle(self, kept: ClaimRow | None) -> None:
        """After the rows changed: counts, widths, and the claim selected that was walked to, else the first."""
        self._settling = True
        counts = self.model.counts()
        total = sum(counts.values())
        for button, word in zip(self._shows, _SHOWS, strict=True):
            sign = self.theme.mark(word) if word else None
            count = counts[word] if word else total
            button.setText(f"{sign.symbol} {count}" if sign else f"all {total}")
            button.setToolTip(f"{count} {sign.word if sign else 'claims'} (f shows the next)")
            button.setAccessibleName(f"show {sign.word if sign else 'all'}: {count}")
            button.setChecked(word is self._word)
        shown = len(self.model.shown)
        self.header.say(f"{shown} of {total}" if shown != total else f"{total}" if total else "")
        none = f"None of the {total} claims here passes this filter: f shows the next mark." if total else ""
        self._empty.setText(none or self._why_empty)
        self._stack.setCurrentIndex(1 if shown else 0)
        self._lay_out()
        place = self.model.row_of(kept.facts.key, kept.index) if kept is not None and self._walked else None
        if shown:
            self._go(place or 0)
        self._row_changed(self.table.currentIndex())
        self._settling = False

    def _lay_out(self) -> None:
        digits = QFontMetrics(fixed_font(0.94))
        words = QFontMetrics(self.table.font())
        shown = self.model.shown
        step = max((len(row.where) for row in shown), default=0)
        widths = {
            Field.MARK: digits.horizontalAdvance("00") + TWO,
            Field.STEP: digits.horizontalAdvance("0" * min(max(step, 6), 16)) + TWO,
            Field.KIND: words.horizontalAdvance("trailers-present") + TWO,
        }
        room = max(self.table.viewport().width() - sum(widths.values()), 200)
        self.table.setColumnHidden(Field.PATCH, not self.whole_queue)
        widths[Field.TEXT] = round(room * 0.6) if self.whole_queue else room
        widths[Field.PATCH] = room - widths[Field.TEXT]
        for field, width in widths.items():
            self.table.setColumnWidth(field, width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the claim's words what the others leave."""
        super().resizeEvent(event)
        self._lay_out()

    def _activated(self, index: QModelIndex) -> None:
        row = self.model.at(index.row())
        if row is not None:
            self.claim_chosen.emit(row.facts.key, row.index)

    def _row_changed(self, index: QModelIndex, _former: QModelIndex | None = None) -> None:
        self._walked |= not self._settling
        row = self.model.at(index.row()) if index.isValid() else None
        text = explained(row.mark, row.facts, self.theme) if row is not None else ""
        if text != self.detail.toPlainText():
            self.detail.setPlainText(text)


def explained(mark: Mark, facts: PatchFacts, theme: Theme) -> str:
    """The evidence of a claim in plain text: the words as mailed, what was found, and where to look."""
    found, sign = proof(mark, facts), theme.mark(mark.word)
    _, words = whole_lines(facts.patch.message.body, mark.claim.span)
    quoted = words.split("\n")
    lead = "" if sign.word in mark.evidence else f"{sign.word}: "
    parts = [
        [f"> {visible(line)}" for line in quoted],
        [f"{sign.symbol} {lead}{visible(mark.evidence)}"],
        ["held against", *(f"  {visible(line)}" for line in found.lines)] if found.lines else [],
        [f"{'branch':8}{visible(branch)}" for branch in found.branches]
        + [f"{'patch' if '@' in commit else 'commit':8}{visible(commit)}" for commit in found.commits],
        ["to see it yourself", f"  {visible(found.command)}"] if found.command else [],
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)
