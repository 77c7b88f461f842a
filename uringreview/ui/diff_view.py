"""The diff pane: the patch's change as mailed or on a branch, with the places lit that a claim or a step speaks of.

The columns scroll and walk together, row by row. A diff that was damaged on its way or put back from the clone says so
in a banner, in words; where there is none to show the pane says why. Whatever is shown, the anchors that go in and
out are places of the mail.
"""

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from uringreview.diff.model import DiffAnchor
from uringreview.mail.queue import Row as QueueRow
from uringreview.review.decisions import Comment
from uringreview.review.facts import PatchFacts
from uringreview.ui.diff_columns import DiffColumns
from uringreview.ui.diff_content import EMPTY, Content, Shown, as_mailed, begins, lay_out_content
from uringreview.ui.diff_edit import DiffEdit
from uringreview.ui.diff_gaps import Gaps
from uringreview.ui.diff_header import DiffHeader
from uringreview.ui.diff_rows import Row, RowKind
from uringreview.ui.theme import THREE, TWO, Theme

_FEWEST_COLUMNS = 60
"""Side by side, each half has room for so many characters of a line at least, or for the longest there is."""


class DiffPane(QWidget):
    """Shows the diff of one patch.

    `anchor_clicked` carries the `DiffAnchor` of the line that the caret came to, `line_clicked` its text without the
    first column, `comment_requested` the `DiffAnchor` that a comment is wanted for, `layout_chosen` whether
    the reviewer wants the two sides beside each other. `mailed_wanted` asks for the mail's own diff, `more_wanted` for
    the whole of a file (0-based) to open a gap with. `told` is a sentence for the status line.
    """

    anchor_clicked = Signal(object)
    line_clicked = Signal(str)
    comment_requested = Signal(object)
    layout_chosen = Signal(bool)
    mailed_wanted = Signal()
    more_wanted = Signal(int)
    told = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("diffPane")
        self.setAccessibleName("Diff")
        self._theme = theme
        self._facts: PatchFacts | None = None
        self._content = Content()
        self._shown = EMPTY
        self._gaps = Gaps()
        self._waiting_gap: tuple[int, int] | None = None
        self._lit: frozenset[int] = frozenset()
        self._comments: tuple[Comment, ...] = ()
        self._chosen_columns: bool | None = None
        self._columns = DiffColumns(theme)
        self.header = DiffHeader(theme)
        self.header.layout_wanted.connect(self.toggle_layout)
        self._banner = _label("diffBanner")
        self._empty = _label("diffEmpty", muted=True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._banner)
        column.addWidget(self._empty, 1)
        column.addWidget(self._columns, 1)
        self.setFocusProxy(self._columns)
        self._columns.row_chosen.connect(self._chosen)
        self._columns.row_clicked.connect(self._clicked)
        self._columns.scrolled.connect(self._update_header)
        self._columns.menu_wanted.connect(self._show_menu)
        self.set_theme(theme)
        self.show_patch(None)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self._columns.set_theme(theme)
        self._colour_banner()
        self.header.set_theme(theme)

    def _colour_banner(self) -> None:
        """What was proven is said quietly, what cannot be trusted is not."""
        theme = self._theme
        trusted = self._content.trusted
        ground, edge = (theme.surface, theme.verified) if trusted else (theme.callout, theme.contradicted)
        self._banner.setStyleSheet(
            f"#diffBanner {{ background: {ground}; border-left: 3px solid {edge}; padding: {TWO}px {THREE}px; }}"
        )

    # What is shown

    def show_patch(self, facts: PatchFacts | None, row: QueueRow | None = None) -> None:
        """Show the diff of `facts` as mailed, or say why there is none; `row` is the queue's row, without facts.

        Nothing moves where the same diff is shown already (evidence from the clone arrives later). The comments of
        another patch are taken away.
        """
        same = facts is not None and self._facts is not None and facts.key == self._facts.key
        if not same:
            self._comments = ()
        self._facts = facts
        self.show_content(as_mailed(facts, row if facts is None else None))

    def show_content(self, content: Content) -> None:
        """Show the patch in another way; the mail's line that the caret is on stays, where it is there too."""
        if content == self._content:
            return
        kept = self.current_anchor() if content.mailed == self._content.mailed else None
        self._content = content
        self._gaps = Gaps(self._gaps.offered)
        self._waiting_gap = None
        self._lit = frozenset()
        self._fill()
        rows = self._shown.rows_of(kept) if kept is not None else ()
        self._put_caret(rows[0] if rows else self._shown.sheet.rows.first_line())

    @property
    def content(self) -> Content:
        """What is shown."""
        return self._content

    def _fill(self) -> None:
        content = self._content
        self._empty.setText(content.empty)
        self._empty.setVisible(bool(content.empty))
        self._columns.setVisible(not content.empty)
        self._banner.setText(content.banner)
        self._banner.setVisible(bool(content.banner))
        self._colour_banner()
        self._shown = lay_out_content(content, self._comments, self._gaps, columns=self._wants_columns())
        if self._shown.patch is not None:
            titles = ("the patch expects", f"{content.branch} has", "the patch wants")
            self._columns.show_three(self._shown.sheet, self._shown.patch, titles)
        else:
            self._columns.show_sheet(self._shown.sheet)
        self.header.show_layout(side_by_side=self._wants_columns(), switchable=content.switchable)
        self._update_header()

    def _fill_again(self) -> None:
        kept, top = self._columns.caret_row, self._columns.first_row
        anchor = self.current_anchor()
        caret = self._shown.sheet.rows[kept] if kept < len(self._shown.sheet.rows) else None
        lit = [self._shown.sheet.rows[number] for number in self._lit]
        self._fill()
        self._light(self._shown.sheet.rows_like(lit))
        rows = self._shown.rows_of(anchor) if anchor is not None and anchor.hunk is not None else ()
        if rows:
            self._put_caret(rows[0])
        elif caret is not None:
            same = next((at for at, row in enumerate(self._shown.sheet.rows) if row == caret), kept)
            self._columns.scroll_to(top)
            self._put_caret(min(same, len(self._shown.sheet.rows) - 1))

    def show_comments(self, comments: Sequence[Comment]) -> None:
        """Show the reviewer's comments on this patch under the lines that they speak of."""
        if tuple(comments) != self._comments:
            self._comments = tuple(comments)
            self._fill_again()

    # Side by side or not

    def toggle_layout(self) -> None:
        """Side by side becomes unified and back; the line that was in view stays in view."""
        self._chosen_columns = not self._wants_columns()
        self._fill_again()
        self.layout_chosen.emit(self._chosen_columns)

    def choose_layout(self, side_by_side: bool | None) -> None:
        """Use what the reviewer chose before; None: what fits."""
        self._chosen_columns = side_by_side
        if self._content.switchable:
            self._fill_again()

    def _wants_columns(self) -> bool:
        """What the reviewer chose; before that, columns where half the pane holds enough of a line to read it.

        A conflict is shown in three columns whatever the room: that the three stand beside each other is its point.
        """
        if self._chosen_columns is not None:
            return self._chosen_columns
        room = self._columns.room(2)
        return bool(self._content.regions) or room >= _FEWEST_COLUMNS or _fits(self._content, room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A pane that becomes narrow shows one column, until the reviewer chooses."""
        super().resizeEvent(event)
        if self._content.switchable and self._shown.sheet.side_by_side != self._wants_columns():
            self._fill_again()

    @property
    def shown(self) -> Shown:
        """The rows that are shown, and their places in the mail."""
        return self._shown

    @property
    def text_edit(self) -> DiffEdit:
        """The side in which comments stand."""
        return self._columns.new

    @property
    def is_side_by_side(self) -> bool:
        """Whether the two sides stand beside each other."""
        return self._shown.sheet.side_by_side

    # Places

    def current_anchor(self) -> DiffAnchor | None:
        """The place of the mail that the caret is on; None where the mail does not have that line."""
        return self._shown.anchor(self._columns.caret_row)

    def go_to(self, anchor: DiffAnchor) -> None:
        """Bring `anchor` into view, with the caret on its first row, and light it."""
        rows = self._rows_of([anchor])
        if rows:
            self._light(frozenset(rows) if anchor.line is not None or anchor.hunk is not None else frozenset())
            self._put_caret(rows[0])

    def highlight_anchors(self, anchors: Iterable[DiffAnchor]) -> None:
        """Light every line that a claim speaks of, and bring the first into view; none takes the light away."""
        rows = self._rows_of(list(anchors))
        self._light(frozenset(rows))
        if rows:
            self._put_caret(rows[0])

    def _rows_of(self, anchors: Sequence[DiffAnchor]) -> list[int]:
        """The rows of any of the anchors; where a branch's view has none of them, the mail's own diff is shown."""
        rows = sorted({row for anchor in anchors for row in self._shown.rows_of(anchor)})
        if not rows and anchors and self._content.branch:
            self.mailed_wanted.emit()
            rows = sorted({row for anchor in anchors for row in self._shown.rows_of(anchor)})
        return rows

    def light(self, c_text: str | None, upstream: str | None) -> None:
        """Light the lines that stand for the C line `c_text`, if this patch is `upstream` or no id is given.

        Several lines of `c_text` are alternatives, the nearest first: a step's own line, then the calls that led to it.
        """
        ours = self._facts.patch.upstream if self._facts is not None else None
        rows: list[int] = []
        if c_text and (upstream is None or ours is None or ours.startswith(upstream) or upstream.startswith(ours)):
            rows = self._shown.rows_saying(c_text)
        self._light(frozenset(rows))
        if rows and not any(self._columns.shows(row) for row in rows):
            self._columns.bring_into_view(rows[0])

    def light_lines(self, texts: Iterable[str]) -> None:
        """Light every line that stands for one of the C texts; the view stays where it is."""
        self._light(frozenset(row for text in texts for row in self._shown.rows_saying(text)))

    @property
    def lit_rows(self) -> frozenset[int]:
        """The rows that are lit."""
        return self._lit

    def _light(self, rows: frozenset[int]) -> None:
        self._lit = rows
        self._columns.light(rows)

    def comment_here(self) -> bool:
        """Ask for a comment on the line that the caret is on; False where there is no diff to comment on."""
        if not self._shown.sheet.rows:
            return False
        anchor = self.current_anchor()
        if anchor is not None:
            self.comment_requested.emit(anchor)
        else:
            self.told.emit("Comments attach to lines as mailed, and this line is not in the mail; m shows what is.")
        return True

    # Walking

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
        self._columns.page(1)

    def page_up(self) -> None:
        """Scroll a page back."""
        self._columns.page(-1)

    def _step(self, kind: RowKind, *, forward: bool) -> None:
        rows = tuple(self._shown.sheet.rows)
        starts = [number for number in range(len(rows)) if begins(rows, number, kind)]
        here = self._columns.caret_row
        after = [start for start in starts if start > here]
        before = [start for start in starts if start <= here]
        if forward and after:
            self._put_caret(after[0])
        elif not forward and len(before) > 1:
            self._put_caret(before[-2])
        elif not forward and before:
            self._put_caret(before[0])

    def _put_caret(self, row: int) -> None:
        self._columns.put_caret(row)
        self._update_header()

    # Gaps

    def offer_context(self, offered: bool) -> None:
        """Say whether there is a clone to take the lines from that the mail leaves out."""
        if offered != self._gaps.offered:
            self._gaps = Gaps(offered)
            self._fill_again()

    def expand(self) -> None:
        """Show more of the lines that are left out nearest to the caret."""
        rows, here = self._shown.sheet.rows, self._columns.caret_row
        gaps = [number for number, row in enumerate(rows) if row.kind is RowKind.GAP]
        if gaps:
            self._open_gap(rows[min(gaps, key=lambda number: (abs(number - here), number < here))])
        elif self._content.regions:
            self.told.emit("A conflict is shown hunk by hunk; . steps to a branch where the patch lands.")
        else:
            said = "Nothing is left out here."
            self.told.emit(said if self._gaps.offered else "More lines come from a kernel clone: choose one first.")

    def _open_gap(self, row: Row) -> None:
        if row.file not in self._gaps.files:
            self._waiting_gap = (row.file, row.gap)
            self.more_wanted.emit(row.file)
        elif self._content.diff is not None:
            change = self._content.diff.files[row.file]
            self._gaps = self._gaps.opening(change, row.file, row.gap)
            self._fill_again()

    def take_file(self, file: int, lines: tuple[str, ...]) -> None:
        """The whole of a file before the patch, as `more_wanted` asked for it; its gap opens."""
        self._gaps = self._gaps.with_file(file, lines)
        waiting, self._waiting_gap = self._waiting_gap, None
        if waiting is not None and waiting[0] == file and self._content.diff is not None:
            self._gaps = self._gaps.opening(self._content.diff.files[file], *waiting)
        self._fill_again()

    # From the columns

    def _clicked(self, number: int) -> None:
        rows = self._shown.sheet.rows
        if number < len(rows) and rows[number].kind is RowKind.GAP:
            self._open_gap(rows[number])

    def _chosen(self, number: int, new_side: bool) -> None:
        row = self._shown.sheet.rows[number]
        self._update_header()
        anchor = self._shown.anchor(number)
        if anchor is not None:
            self.anchor_clicked.emit(anchor)
        line = self._shown.sheet.line(row, new_side=new_side)
        if line is not None:
            self.line_clicked.emit(line.text)
        elif row.kind is RowKind.RAW and row.hunk >= 0:
            self.line_clicked.emit(row.text[1:])

    def _update_header(self) -> None:
        rows = self._shown.sheet.rows
        number = min(self._header_row(), len(rows) - 1)
        row = rows[number] if rows else None
        files = self._shown.sheet.files
        if row is None or row.file < 0:
            self.header.show_place(None, 0, 0, 0)
            return
        change, hunk = files[row.file], row.hunk
        anchor = self._shown.anchor(number)
        if self._content.regions and self._content.mailed is not None and anchor is not None:
            # A conflict shows some hunks of the patch: it is the patch's own that are counted.
            change = next((one for one in self._content.mailed.files if one.path == anchor.path), change)
            hunk = anchor.hunk if anchor.hunk is not None else -1
        self.header.show_place(change, max(hunk, 0), row.file, len(files))

    def _header_row(self) -> int:
        """The caret's row while it is in view, else the first row in view: what the header speaks of."""
        caret = self._columns.caret_row
        return caret if self._columns.shows(caret) else self._columns.first_row

    def _show_menu(self, edit: DiffEdit, at: QPoint) -> None:
        self.menu_at(edit).popup(edit.viewport().mapToGlobal(at))

    def menu_at(self, edit: DiffEdit) -> QMenu:
        """The context menu of one column."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = _action(menu, "Copy", edit.copy)
        copy.setEnabled(edit.textCursor().hasSelection())
        anchor = self.current_anchor()
        _action(menu, "Comment on This Line", self.comment_here).setEnabled(anchor is not None)
        menu.addSeparator()
        path = anchor.path if anchor is not None else ""
        _action(menu, "Copy File Name", lambda: QGuiApplication.clipboard().setText(path)).setEnabled(bool(path))
        _action(menu, "Show More Lines", self.expand).setEnabled(self._gaps.offered)
        _action(menu, "Switch Layout", self.toggle_layout).setEnabled(self._content.switchable)
        return menu

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """The sides have their own menus."""
        event.ignore()


def _fits(content: Content, room: int) -> bool:
    """Whether every line of a diff, its sign included, takes no more than `room` characters on the screen."""
    files = content.diff.files if content.diff is not None else ()
    lines = (line.text for change in files for hunk in change.hunks for line in hunk.lines)
    return all(len(text.expandtabs(8)) + 2 <= room for text in lines)


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
