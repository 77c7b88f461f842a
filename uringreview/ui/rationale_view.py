"""The rationale pane: phases that fold, claims underlined by their mark, the evidence, and the raw mail one key away.

All text is put in as plain text with character formats: nothing of a mail is ever taken for markup. The banner that
the text is generated and may be bogus stays visible whatever is shown below it.
"""

from collections.abc import Sequence

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtWidgets import (
    QLabel,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from uringreview.diff.model import DiffAnchor
from uringreview.mail.message import Span
from uringreview.mail.queue import Row
from uringreview.rationale.mark import Mark
from uringreview.review.decisions import Comment
from uringreview.review.facts import PatchFacts
from uringreview.review.proof import whole_lines
from uringreview.ui.comment_places import blocks_with, part_of
from uringreview.ui.header import Header
from uringreview.ui.rationale_edit import RationaleText
from uringreview.ui.rationale_parts import Part, parts_of
from uringreview.ui.rationale_text import (
    Callout,
    blocks,
    callouts,
    open_at_first,
)
from uringreview.ui.raw_view import RawView
from uringreview.ui.theme import Theme

BANNER = "generated, may be completely bogus"


class RationalePane(QWidget):
    """Banner, text and raw mail, with the walk from claim to claim."""

    target_chosen = Signal(object)
    """A place that the chosen claim speaks of: DiffAnchor, Span, BranchTarget or PatchTarget."""

    mark_chosen = Signal(object)
    """The chosen Mark, None where none is."""

    raw_toggled = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rationale_pane")
        self.setAccessibleName("Rationale")
        self._theme = theme
        self._facts: PatchFacts | None = None
        self._row: Row | None = None
        self._parts: tuple[Part, ...] = ()
        self._unfolded: frozenset[str] = frozenset()
        self._selected: int | None = None
        self._spoken: frozenset[int] = frozenset()
        self._folded_by_hand = False
        self._comments: tuple[Comment, ...] = ()
        self._simulator = ""
        self._order: list[int] = []
        self._build()

    def _build(self) -> None:
        self.text = RationaleText(self._theme, self)
        self.raw = RawView(self._theme, self)
        self._empty = QLabel("", self)
        self._empty.setObjectName("rationale_empty")
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setProperty("role", "muted")
        self._stack = QStackedWidget(self)
        for page in (self._empty, self.text, self.raw):
            self._stack.addWidget(page)
        self._raw_button = QToolButton(self)
        self._raw_button.setObjectName("raw_button")
        self._raw_button.setText("raw")
        self._raw_button.setCheckable(True)
        self._raw_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._raw_button.setToolTip("the mail as it came (r)")
        self._raw_button.toggled.connect(self._raw_changed)
        self.header = Header("RATIONALE", self, caption=BANNER, name="rationale_banner")
        self.header.add(self._raw_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self._stack, 1)
        self.text.mark_clicked.connect(self.choose)
        self.text.section_clicked.connect(self.toggle_section)
        self.text.resized.connect(lambda: self._repaint(keep=True))
        self.show_row(None, None)

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = self.text.theme = theme
        self.raw.set_theme(theme)
        self._repaint(keep=True)

    def show_row(self, row: Row | None, facts: PatchFacts | None) -> None:
        """Show a row; the rationale appears once its facts are there, the raw text at once."""
        same = row is not None and self._row is not None and row.key == self._row.key
        kept = facts is not None and self._facts is not None and same
        if not kept:
            self._selected = None
            self._spoken = frozenset()
        self._row, self._facts = row, facts
        self._parts = parts_of(facts) if facts else ()
        self._order = [index for part in self._parts for index in part.marks]
        self._order = list(dict.fromkeys(self._order))
        if not same:
            self._folded_by_hand = False
        if facts and not (kept and self._folded_by_hand):
            self._unfolded = open_at_first(self._parts, facts)
        patch = row.patch if row else None
        self.raw.show_message(patch.message if patch else None)
        self._empty.setText(_why_empty(row, facts))
        self._turn_page()
        self._repaint(keep=kept)

    def set_simulator(self, summary: str) -> None:
        """What the simulator found about this patch, for the callout above the text; empty where nothing."""
        if summary != self._simulator:
            self._simulator = summary
            self._repaint(keep=True)

    def show_comments(self, comments: Sequence[Comment]) -> None:
        """Show the reviewer's comments under the records that they speak of."""
        if tuple(comments) != self._comments:
            self._comments = tuple(comments)
            self._repaint(keep=True)

    def box_place(self, place: Span) -> QRect:
        """Where the room for a comment on `place` stands in the text's viewport; its part is unfolded for it."""
        key = part_of(self._parts, place)
        if self._facts is None or key is None or self.is_raw:
            return QRect()
        if key not in self._unfolded:
            self._folded_by_hand = True
            self._unfolded |= {key}
            self._repaint(keep=True)
            self.text.reveal_box()
        return self.text.box_rect()

    @property
    def selected(self) -> Mark | None:
        """The chosen claim with its mark."""
        if self._facts is None or self._selected is None:
            return None
        return self._facts.marks[self._selected]

    @property
    def selected_index(self) -> int | None:
        """Which of the facts' marks is chosen."""
        return self._selected

    def choose(self, index: int) -> None:
        """Choose the claim with that index: show its evidence and lead to the places that it speaks of."""
        if self._facts is None or not 0 <= index < len(self._facts.marks):
            return
        self._selected = index
        self._spoken = frozenset()
        self._folded_by_hand = True
        self._unfolded |= {part.key for part in self._parts if index in part.marks}
        self._repaint(keep=True)
        self.text.reveal_mark(index)
        mark = self._facts.marks[index]
        if self.is_raw:
            self.raw.light(mark.claim.span)
        self.mark_chosen.emit(mark)
        for target in mark.targets[:1]:
            self.target_chosen.emit(target)

    def walk(self, step: int) -> None:
        """Choose the next (1) or former (-1) claim in reading order, round the ends."""
        if self._order:
            here = self._order.index(self._selected) if self._selected in self._order else (-1 if step > 0 else 0)
            self.choose(self._order[(here + step) % len(self._order)])

    def speak_of(self, anchor: DiffAnchor) -> None:
        """Light every claim that speaks of a place in the diff and choose the first; asked again, the next."""
        if self._facts is None:
            return
        speaking = [n for n in self._order if any(_speaks(t, anchor) for t in self._facts.marks[n].targets)]
        if not speaking:
            if self._spoken:
                self._spoken = frozenset()
                self._repaint(keep=True)
            return
        self._spoken = frozenset(speaking)
        following = speaking.index(self._selected) + 1 if self._selected in speaking else 0
        self._selected = speaking[following % len(speaking)]
        self._folded_by_hand = True
        self._unfolded |= {part.key for part in self._parts if self._spoken & set(part.marks)}
        self._repaint(keep=True)
        self.text.reveal_mark(self._selected)
        self.mark_chosen.emit(self._facts.marks[self._selected])

    def go_phase(self, number: int) -> None:
        """Unfold phase `number` and bring it to the top; in other layouts the heading with that number, else the
        part that comes so far down."""
        numbered = (part.key for part in self._parts if part.number == number)
        key = next(numbered, None)
        if key is None and not any(part.number is not None for part in self._parts) and number <= len(self._parts):
            key = self._parts[number - 1].key
        if key is not None:
            self._folded_by_hand = True
            self._unfolded |= {key}
            self._repaint(keep=True)
            self.text.reveal_section(key)

    def toggle_section(self, key: str) -> None:
        """Fold or unfold one part."""
        self._folded_by_hand = True
        self._unfolded ^= {key}
        self._repaint(keep=True)

    def fold_all(self) -> None:
        """Unfold everything, or fold everything where all is open."""
        self._folded_by_hand = True
        every = frozenset(part.key for part in self._parts)
        self._unfolded = frozenset() if self._unfolded >= every else every
        self._repaint(keep=False)

    @property
    def is_raw(self) -> bool:
        """Whether the raw mail is shown."""
        return self._raw_button.isChecked()

    def toggle_raw(self) -> None:
        """Change between the rationale as read and the raw mail."""
        self._raw_button.toggle()

    def place_to_quote(self) -> tuple[Span, str] | None:
        """The chosen claim, else the record at the cursor: its place and its words as mailed, for a comment."""
        if self._facts is None:
            return None
        body = self._facts.patch.message.body
        block, chosen = self.text.block_at_cursor(), self.selected
        record = block.span if block is not None and self.text.hasFocus() else None
        if chosen is not None and (record is None or record.start <= chosen.claim.span.start < record.end):
            return whole_lines(body, chosen.claim.span)
        return whole_lines(body, record) if record is not None else None

    def _raw_changed(self, on: bool) -> None:
        self._turn_page()
        self.raw.light(self.selected.claim.span if on and self.selected else None)
        patch = self._row.patch if self._row is not None else None
        if on and self.selected is None and patch is not None and patch.rationale is not None:
            self.raw.go_to(patch.rationale.start)
        self.raw_toggled.emit(on)

    def _turn_page(self) -> None:
        loaded = self._row is not None and self._row.patch is not None
        page: QWidget = self._empty
        if loaded:
            page = self.raw if self.is_raw else (self.text if self._facts is not None else self._empty)
        former = self._stack.currentWidget()
        focused = former is not None and former is not page and former.hasFocus()
        self._stack.setCurrentWidget(page)
        if focused:
            page.setFocus()

    def _repaint(self, *, keep: bool) -> None:
        if self._facts is None:
            return
        shown = blocks(self._facts, self._parts, self._unfolded, self._selected, self._callouts())
        shown = blocks_with(shown, self._parts, self._comments)
        self.text.show_blocks(shown, self._facts.marks, self._selected, keep=keep, spoken=self._spoken)

    def _callouts(self) -> tuple[Callout, ...]:
        return callouts(self._facts, self._simulator) if self._facts else ()


def _speaks(target: object, anchor: DiffAnchor) -> bool:
    if not isinstance(target, DiffAnchor) or target.path != anchor.path:
        return False
    return target.hunk is None or anchor.hunk is None or target.hunk == anchor.hunk


def _why_empty(row: Row | None, facts: PatchFacts | None) -> str:
    if row is None:
        return ""
    if row.patch is None:
        return (
            "This patch is named by an overview only and is not loaded.\nFile > Add mail to this queue… fills the row."
        )
    return "" if facts else "Reading the rationale…"
