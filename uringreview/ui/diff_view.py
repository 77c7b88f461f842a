"""The diff pane: the patch's change, side by side or unified, with the places lit that a claim or a step speaks of.

Two text widgets scroll and walk together, row by row. A diff that was damaged on its way or put back from the clone
says so in a banner, in words; a patch without a diff says why nothing is shown.
"""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QFontMetrics, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QScrollBar, QSplitter, QVBoxLayout, QWidget

from uringreview.diff.model import DiffAnchor, DiffState
from uringreview.interleave.binding import matches
from uringreview.mail.queue import Row as QueueRow
from uringreview.review.decisions import Comment
from uringreview.review.facts import PatchFacts
from uringreview.ui.diff_edit import DiffEdit
from uringreview.ui.diff_header import DiffHeader
from uringreview.ui.diff_said import STATE_WORDS, banner_of, why_empty
from uringreview.ui.diff_text import Row, RowKind, Sheet, lay_out
from uringreview.ui.theme import THREE, TWO, Theme, fixed_font

_FEWEST_COLUMNS = 60
"""Side by side, each half has room for so many characters of a line at least, or for the longest there is."""

_GUTTER_COLUMNS = 6

_EMPTY = Sheet((), (), side_by_side=False)


class DiffPane(QWidget):
    """Shows the diff of one patch.

    `anchor_clicked` carries the `DiffAnchor` of the line that the caret came to, `line_clicked` its text without the
    first column, `comment_requested` the `DiffAnchor` that a comment is wanted for, `layout_chosen` whether
    the reviewer wants the two sides beside each other.
    """

    anchor_clicked = Signal(object)
    line_clicked = Signal(str)
    comment_requested = Signal(object)
    layout_chosen = Signal(bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diffPane")
        self.setAccessibleName("Diff")
        self._theme = theme
        self._facts: PatchFacts | None = None
        self._queue_row: QueueRow | None = None
        self._switchable = False
        self._sheet = _EMPTY
        self._lit: frozenset[int] = frozenset()
        self._comments: tuple[Comment, ...] = ()
        self._chosen_columns: bool | None = None
        self._longest = 0
        self._old = _named(DiffEdit(theme, new_side=False), "diffOld", "Before the patch")
        self._new = _named(DiffEdit(theme, new_side=True), "diffNew", "After the patch")
        self._header = DiffHeader(theme)
        self._header.layout_wanted.connect(self.toggle_layout)
        self._banner = _label("diffBanner")
        self._empty = _label("diffEmpty", muted=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._arrange()
        self._join()
        self.set_theme(theme)
        self.show_patch(None)

    def _arrange(self) -> None:
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        self._columns.setObjectName("diffColumns")
        self._columns.setHandleWidth(1)
        self._columns.setChildrenCollapsible(False)
        self._columns.addWidget(self._old)
        self._columns.addWidget(self._new)
        self._columns.setSizes([1, 1])
        self._old.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._banner)
        column.addWidget(self._empty, 1)
        column.addWidget(self._columns, 1)
        self.setFocusProxy(self._new)

    def _join(self) -> None:
        _together(self._old.verticalScrollBar(), self._new.verticalScrollBar())
        _together(self._old.horizontalScrollBar(), self._new.horizontalScrollBar())
        self._old.row_chosen.connect(self._old_chosen)
        self._new.row_chosen.connect(self._new_chosen)
        self._new.verticalScrollBar().valueChanged.connect(lambda _value: self._update_header())
        for edit in (self._old, self._new):
            edit.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            edit.customContextMenuRequested.connect(self._menu_for(edit))

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self._old.set_theme(theme)
        self._new.set_theme(theme)
        self._colour_banner()
        self._header.set_theme(theme)

    def _colour_banner(self) -> None:
        """What was proven is said quietly, what cannot be trusted is not."""
        theme, diff = self._theme, self._facts.diff if self._facts is not None else None
        proven = diff is not None and diff.proven
        ground, edge = (theme.surface, theme.verified) if proven else (theme.callout, theme.contradicted)
        self._banner.setStyleSheet(
            f"#diffBanner {{ background: {ground}; border-left: 3px solid {edge}; padding: {TWO}px {THREE}px; }}"
        )

    def show_patch(self, facts: PatchFacts | None, row: QueueRow | None = None) -> None:
        """Show the diff of `facts`, or say why there is none; `row` is the queue's row, where facts are not there yet.

        Nothing moves where the same diff is shown already (evidence from the clone arrives later). The comments of
        another patch are taken away.
        """
        self._queue_row = row if facts is None else None
        same = facts is not None and self._facts is not None and facts.key == self._facts.key
        if same and facts is not None and self._facts is not None and facts.diff == self._facts.diff:
            self._facts = facts
            return
        self._facts = facts
        self._longest = _longest_line(facts)
        self._lit = frozenset()
        self._comments = ()
        self._fill()
        first = next((i for i, row in enumerate(self._sheet.rows) if row.kind is RowKind.LINE), 0)
        self._put_caret(first)

    def _fill(self) -> None:
        diff = self._facts.diff if self._facts is not None else None
        reason = why_empty(self._facts, self._queue_row)
        self._empty.setText(reason)
        self._empty.setVisible(bool(reason))
        self._columns.setVisible(not reason)
        patch = self._facts.row.patch if self._facts is not None else None
        banner = banner_of(diff, white_space_lost=patch is not None and patch.white_space_lost) if diff else ""
        self._banner.setText(banner)
        self._banner.setVisible(bool(banner))
        self._colour_banner()
        if diff is None or reason:
            self._sheet = _EMPTY
        else:
            self._sheet = lay_out(diff, self._raw(), side_by_side=self._wants_columns(), comments=self._comments)
        self._old.setVisible(self._sheet.side_by_side)
        if self._sheet.side_by_side:
            self._old.show_sheet(self._sheet)
        self._new.show_sheet(self._sheet)
        self._new.setAccessibleName("After the patch" if self._sheet.side_by_side else "Diff text")
        self._switchable = diff is not None and bool(diff.files) and diff.state is not DiffState.DAMAGED
        words = STATE_WORDS[diff.state] if diff is not None else ""
        self._header.show_layout(words, side_by_side=self._wants_columns(), switchable=self._switchable)
        self._update_header()

    def _raw(self) -> str:
        patch = self._facts.row.patch if self._facts is not None else None
        return patch.diff_text if patch is not None else ""

    def show_comments(self, comments: Sequence[Comment]) -> None:
        """Show the reviewer's comments on this patch under the lines that they speak of."""
        if tuple(comments) != self._comments:
            self._comments = tuple(comments)
            self._fill_again()

    def toggle_layout(self) -> None:
        """Side by side becomes unified and back; the line that was in view stays in view."""
        self._chosen_columns = not self._wants_columns()
        self._fill_again()
        self.layout_chosen.emit(self._chosen_columns)

    def choose_layout(self, side_by_side: bool | None) -> None:
        """Use what the reviewer chose before; None: what fits."""
        self._chosen_columns = side_by_side
        if self._switchable:
            self._fill_again()

    def _wants_columns(self) -> bool:
        """What the reviewer chose; before that, columns where half the pane holds enough of a line to read it."""
        if self._chosen_columns is not None:
            return self._chosen_columns
        digit = QFontMetrics(fixed_font()).horizontalAdvance("0")
        bar = self._new.verticalScrollBar().sizeHint().width()
        room = (self.width() - bar) // 2 - _GUTTER_COLUMNS * digit
        return room >= min(_FEWEST_COLUMNS, self._longest) * digit

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A pane that becomes narrow shows one column, until the reviewer chooses."""
        super().resizeEvent(event)
        if self._switchable and self._sheet.side_by_side != self._wants_columns():
            self._fill_again()

    def _fill_again(self) -> None:
        kept = self.current_anchor()
        lit = [self._sheet.rows[number] for number in self._lit]
        self._fill()
        self._light(self._sheet.rows_like(lit))
        rows = self._sheet.rows_of(kept) if kept is not None else range(0)
        if rows:
            self._put_caret(rows[0])

    @property
    def is_side_by_side(self) -> bool:
        """Whether the two sides stand beside each other."""
        return self._sheet.side_by_side

    def current_anchor(self) -> DiffAnchor | None:
        """The place that the caret is on."""
        row = self._new.caret_row
        return self._sheet.anchor(self._sheet.rows[row]) if row < len(self._sheet.rows) else None

    def go_to(self, anchor: DiffAnchor) -> None:
        """Bring `anchor` into view, with the caret on its first row, and light it."""
        rows = self._sheet.rows_of(anchor)
        if rows:
            self._light(frozenset(rows) if anchor.line is not None or anchor.hunk is not None else frozenset())
            self._put_caret(rows[0])

    def highlight_anchors(self, anchors: Iterable[DiffAnchor]) -> None:
        """Light every line that a claim speaks of, and bring the first into view; none takes the light away."""
        rows = sorted({row for anchor in anchors for row in self._sheet.rows_of(anchor)})
        self._light(frozenset(rows))
        if rows:
            self._put_caret(rows[0])

    def light(self, c_text: str | None, upstream: str | None) -> None:
        """Light the lines that stand for the C line `c_text`, if this patch is `upstream` or no id is given.

        Several lines of `c_text` are alternatives, the nearest first: a step's own line, then the calls that led to it.
        """
        ours = self._upstream()
        rows: list[int] = []
        if c_text and (upstream is None or ours is None or ours.startswith(upstream) or upstream.startswith(ours)):
            rows = self._rows_with(c_text)
        self._light(frozenset(rows))
        first = self._new.verticalScrollBar().value()
        if rows and not any(first <= row < first + self._new.page_rows() for row in rows):
            self._bring_into_view(rows[0])

    def light_lines(self, texts: Iterable[str]) -> None:
        """Light every line that stands for one of the C texts; the view stays where it is."""
        self._light(frozenset(row for text in texts for row in self._rows_with(text)))

    @property
    def lit_rows(self) -> frozenset[int]:
        """The rows that are lit."""
        return self._lit

    def _upstream(self) -> str | None:
        patch = self._facts.row.patch if self._facts is not None else None
        return patch.upstream if patch is not None else None

    def _rows_with(self, c_text: str) -> list[int]:
        """The rows of the first of several C texts that has any; changed lines before context."""
        for wanted in c_text.split("\n"):
            changed: list[int] = []
            context: list[int] = []
            for number, row in enumerate(self._sheet.rows):
                if any(matches(wanted, text) for text in self._row_texts(row)):
                    (context if row.old == row.new and row.kind is RowKind.LINE else changed).append(number)
            if changed or context:
                return changed or context
        return []

    def _row_texts(self, row: Row) -> tuple[str, ...]:
        if row.kind is RowKind.RAW:
            return (row.text[1:],) if row.hunk >= 0 else ()
        sides = (self._sheet.line(row, new_side=True), self._sheet.line(row, new_side=False))
        return tuple(dict.fromkeys(side.text for side in sides if side is not None))

    def next_hunk(self) -> None:
        """Move the caret to the next hunk."""
        self._step(RowKind.HUNK, forward=True)

    def previous_hunk(self) -> None:
        """Move the caret to the hunk before."""
        self._step(RowKind.HUNK, forward=False)

    def next_file(self) -> None:
        """Move the caret to the next file."""
        self._step(RowKind.FILE, forward=True)

    def previous_file(self) -> None:
        """Move the caret to the file before."""
        self._step(RowKind.FILE, forward=False)

    def page_down(self) -> None:
        """Scroll a page on."""
        self._page(1)

    def page_up(self) -> None:
        """Scroll a page back."""
        self._page(-1)

    def _page(self, direction: int) -> None:
        bar = self._new.verticalScrollBar()
        bar.setValue(bar.value() + direction * max(1, self._new.page_rows() - 2))

    def comment_here(self) -> None:
        """Ask for a comment on the line that the caret is on."""
        anchor = self.current_anchor()
        if anchor is not None:
            self.comment_requested.emit(anchor)

    def _step(self, kind: RowKind, *, forward: bool) -> None:
        starts = [i for i, row in enumerate(self._sheet.rows) if _begins(self._sheet.rows, i, kind)]
        here = self._new.caret_row
        after = [start for start in starts if start > here]
        before = [start for start in starts if start <= here]
        if forward and after:
            self._put_caret(after[0])
        elif not forward and len(before) > 1:
            self._put_caret(before[-2])
        elif not forward and before:
            self._put_caret(before[0])

    def _light(self, rows: frozenset[int]) -> None:
        self._lit = rows
        self._old.light_rows(rows)
        self._new.light_rows(rows)

    def _put_caret(self, row: int) -> None:
        self._old.put_caret(row)
        self._new.put_caret(row)
        self._bring_into_view(row)
        self._update_header()

    def _bring_into_view(self, row: int) -> None:
        bar = self._new.verticalScrollBar()
        page = self._new.page_rows()
        if not bar.value() + 1 <= row < bar.value() + page - 2:
            bar.setValue(max(0, row - page // 4))

    def _old_chosen(self, row: int) -> None:
        self._new.put_caret(row)
        self._chosen(row, new_side=False)

    def _new_chosen(self, row: int) -> None:
        self._old.put_caret(row)
        self._chosen(row, new_side=True)

    def _chosen(self, number: int, *, new_side: bool) -> None:
        row = self._sheet.rows[number]
        self._update_header()
        anchor = self._sheet.anchor(row)
        if anchor is not None:
            self.anchor_clicked.emit(anchor)
        line = self._sheet.line(row, new_side=new_side)
        if line is not None:
            self.line_clicked.emit(line.text)
        elif row.kind is RowKind.RAW and row.hunk >= 0:
            self.line_clicked.emit(row.text[1:])

    def _update_header(self) -> None:
        rows = self._sheet.rows
        row = rows[self._header_row()] if rows else None
        change = self._sheet.files[row.file] if row is not None and row.file >= 0 else None
        if change is None or row is None:
            self._header.show_place(None, 0, 0, 0)
        else:
            self._header.show_place(change, max(row.hunk, 0), row.file, len(self._sheet.files))

    def _header_row(self) -> int:
        """The caret's row while it is in view, else the first row in view: what the header speaks of."""
        first = self._new.verticalScrollBar().value()
        caret = self._new.caret_row
        at = caret if first <= caret < first + self._new.page_rows() else first
        return min(at, len(self._sheet.rows) - 1)

    def _menu_for(self, edit: DiffEdit) -> Callable[[QPoint], None]:
        def show(at: QPoint) -> None:
            menu = self.menu_at(edit)
            menu.popup(edit.viewport().mapToGlobal(at))

        return show

    def menu_at(self, edit: DiffEdit) -> QMenu:
        """The context menu of one side."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = _action(menu, "Copy", edit.copy)
        copy.setEnabled(edit.textCursor().hasSelection())
        anchor = self.current_anchor()
        _action(menu, "Comment on This Line", self.comment_here).setEnabled(anchor is not None)
        menu.addSeparator()
        path = anchor.path if anchor is not None else ""
        _action(menu, "Copy File Name", lambda: QGuiApplication.clipboard().setText(path)).setEnabled(bool(path))
        _action(menu, "Switch Layout", self.toggle_layout).setEnabled(self._switchable)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The sides have their own menus."""
        event.ignore()


def _longest_line(facts: PatchFacts | None) -> int:
    """How many characters the longest line of a diff takes on the screen, its sign included."""
    lines = (line.text for change in facts.diff.files for hunk in change.hunks for line in hunk.lines) if facts else ()
    return max((len(text.expandtabs(8)) + 2 for text in lines), default=0)


def _begins(rows: tuple[Row, ...], at: int, kind: RowKind) -> bool:
    """Whether a hunk or file begins at this row, in laid-out and in raw sheets."""
    row = rows[at]
    if row.kind is not RowKind.RAW:
        return row.kind is kind
    before = rows[at - 1] if at else None
    if kind is RowKind.HUNK:
        return row.hunk >= 0 and (before is None or (before.file, before.hunk) != (row.file, row.hunk))
    return row.file >= 0 and (before is None or before.file != row.file)


def _together(one: QScrollBar, other: QScrollBar) -> None:
    one.valueChanged.connect(other.setValue)
    other.valueChanged.connect(one.setValue)


def _named(edit: DiffEdit, name: str, accessible: str) -> DiffEdit:
    edit.setObjectName(name)
    edit.setAccessibleName(accessible)
    return edit


def _label(name: str, *, muted: bool = False) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    if muted:
        label.setProperty("role", "muted")
    return label


def _action(menu: QMenu, text: str, run: Callable[[], object]) -> QAction:
    action = menu.addAction(text)
    action.triggered.connect(lambda _checked=False: run())
    return action
