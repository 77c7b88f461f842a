"""Writing comments where they stand: which place is meant, the box over it, and what becomes of the text.

What is typed is stored at each pause. Escape takes back what was typed since the box opened, and undo brings that
back too: nothing that was written is ever lost.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect
from PySide6.QtWidgets import QApplication, QWidget

from uringreview.diff.model import DiffAnchor
from uringreview.mail.message import Span
from uringreview.review.decisions import Comment
from uringreview.ui.comment_box import CommentBox
from uringreview.ui.comment_places import comment_at, comment_on, rows_under, with_room
from uringreview.ui.places import quote_of
from uringreview.ui.theme import ONE, Theme

if TYPE_CHECKING:
    from uringreview.ui.window import Window


class Commenting(QObject):
    """The one box of the window and the handlers of the actions around comments."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._bench = window.bench
        self.box = CommentBox(window.theme, window)
        self._edited: Comment | None = None
        self._former = ""
        self._line_meant = False
        self._back: QWidget | None = None
        self.box.typed.connect(self._typed)
        self.box.closed.connect(self.close_box)
        self.box.grew.connect(self._make_room)
        window.diff.text_edit.updateRequest.connect(lambda *_: self._place())
        window.rationale.text.verticalScrollBar().valueChanged.connect(lambda _value: self._place())
        window.rationale.text.document().contentsChanged.connect(self._place)
        window.diff.anchor_clicked.connect(lambda _anchor: self._mean(line=True))
        window.rationale.text.mark_clicked.connect(lambda _index: self._mean(line=False))

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """What the actions do, by name."""
        return {
            "comment": self.comment,
            "delete_comment": self.delete,
            "next_hunk": lambda: self._walked(self._window.diff.next_hunk, line=True),
            "previous_hunk": lambda: self._walked(self._window.diff.previous_hunk, line=True),
            "next_claim": lambda: self._walked(lambda: self._window.rationale.walk(1), line=False),
            "previous_claim": lambda: self._walked(lambda: self._window.rationale.walk(-1), line=False),
        }

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.box.set_theme(theme)

    def _mean(self, *, line: bool) -> None:
        self._line_meant = line

    def _walked(self, walk: Callable[[], object], *, line: bool) -> None:
        walk()
        self._mean(line=line)

    # What is meant

    def comment(self) -> None:
        """Write on the chosen claim or record, on the caret's line, else on the patch; edit what stands there."""
        claims = self._window.claims
        row = claims.current if claims.table.hasFocus() else None
        if row is not None:
            claims.claim_chosen.emit(row.facts.key, row.index)
        found = self.here()
        if found is None and self._in_diff() and self._window.diff.comment_here():
            return
        self.begin(found if found is not None else Comment(self._window.queue_view.key, ""))

    def here(self) -> Comment | None:
        """The comment at the place that is meant, a new one where none stands; None where no place is."""
        w, key = self._window, self._window.queue_view.key
        facts = self._bench.facts.get(key)
        if facts is None:
            return None
        comments = self._bench.comments(key)
        if not self._in_diff():
            place = w.rationale.place_to_quote()
            if place is not None:
                return comment_on(comments, place[0]) or Comment(key, "", place[1], place[0])
        anchor = w.diff.current_anchor()
        if anchor is None:
            return None
        standing = comment_at(w.diff.shown, comments, w.diff.text_edit.caret_row)
        return standing or Comment(key, "", quote_of(facts, anchor), anchor)

    def _in_diff(self) -> bool:
        w, focus = self._window, QApplication.focusWidget()
        if focus is not None and (w.rationale.isAncestorOf(focus) or w.claims.isAncestorOf(focus)):
            return False
        if focus is not None and w.diff.isAncestorOf(focus):
            return True
        return self._line_meant or w.rationale.selected is None

    def on_line(self, anchor: DiffAnchor) -> None:
        """Write on a line of the diff."""
        key = self._window.queue_view.key
        facts = self._bench.facts.get(key)
        if facts is not None:
            same = [each for each in self._bench.comments(key) if each.place == anchor]
            self.begin(same[0] if same else Comment(key, "", quote_of(facts, anchor), anchor))

    def delete(self) -> None:
        """Take out the comment at the place that is meant."""
        found = self.here()
        if found is None or not found.number:
            self._window.status_line.say("No comment stands here.")
            return
        self._bench.comment(replace(found, text=""))
        self._window.status_line.say("The comment is taken out; u brings it back.")

    # The box

    def begin(self, comment: Comment) -> None:
        """Open the box at the comment's place; in the reply where no pane shows that place."""
        if self._edited is not None:
            self.close_box(True)
        focus = QApplication.focusWidget()
        self._back = focus if focus is not None and not self.box.isAncestorOf(focus) else None
        self._edited, self._former = comment, comment.text
        self.box.begin(comment.text)
        self._make_room()
        if not self.box.isVisible() and isinstance(comment.place, DiffAnchor) and self._window.diff.content.branch:
            self._window.diff.mailed_wanted.emit()
            self._make_room()
        if not self.box.isVisible():
            self._edited = None
            self._show_comments()
            self._window.commands.begin_comment(comment)
            return
        self._reveal(comment)
        self.box.text.setFocus()

    def _reveal(self, comment: Comment) -> None:
        """Scroll until the whole box is seen."""
        edit = self._window.diff.text_edit
        if isinstance(comment.place, Span):
            self._window.rationale.text.reveal_box()
        elif self.box.geometry().bottom() > edit.viewport().height():
            bar = edit.verticalScrollBar()
            bar.setValue(bar.value() + self._rows)
        self._place()

    def close_box(self, keep: bool) -> None:
        """Close the box; without `keep` what was typed in it is taken back."""
        edited = self._edited
        if edited is None:
            return
        if keep:
            self.box.flush()
            edited = self._edited or edited
        self._bench.end_typing()
        self._edited = None
        self.box.hide()
        if keep and edited.number and not self.box.text.toPlainText().strip():
            self._bench.comment(replace(edited, text=""))
        elif not keep and edited.number and edited.text != self._former:
            self._bench.comment(replace(edited, text=self._former))
            self._window.status_line.say("What was typed is taken back; u brings it again.")
        self._bench.end_typing()
        self._show_comments()
        (self._back or self._window.queue_view).setFocus()

    def show(self, key: str) -> None:
        """Show the comments of a patch where they stand; what was being written on another one is kept."""
        if self._edited is not None and self._edited.key != key:
            self.close_box(True)
        self._show_comments()
        self._place()

    def written(self) -> tuple[str, Callable[[str], None]]:
        """The text in the box, for another editor, and who takes what was written there."""
        meant = self._edited
        return self.box.text.toPlainText(), lambda text: self._take(meant, text.rstrip("\n"))

    def _take(self, meant: Comment | None, words: str) -> None:
        edited = self._edited
        if meant is None:
            return
        if edited is not None and (edited.key, edited.place) == (meant.key, meant.place):
            self.box.text.setPlainText(words)
            self.box.flush()
            return
        # The box was closed meanwhile, or stands elsewhere.
        same = [each for each in self._bench.comments(meant.key) if each.place == meant.place]
        self._bench.comment(replace(same[0] if same else replace(meant, number=0), text=words))

    @property
    def is_open(self) -> bool:
        """Whether a comment is being written in the box."""
        return self._edited is not None

    def _typed(self, text: str) -> None:
        edited = self._edited
        if edited is not None and text != edited.text and text.strip():
            self._edited = replace(edited, text=text)
            self._edited = self._bench.comment(self._edited)
            self._show_comments()
            self._place()

    def shown(self, key: str) -> tuple[Comment, ...]:
        """The comments of a patch as its panes show them, with room for the box."""
        edited = self._edited if self._edited is not None and self._edited.key == key else None
        return with_room(self._bench.comments(key), edited, self._rows)

    _rows = 1

    def _make_room(self) -> None:
        if self._edited is not None:
            line = max(self._window.diff.text_edit.fontMetrics().lineSpacing(), 1)
            self._rows = -(-self.box.wanted_height // line)
        self._show_comments()
        self._place()

    def _show_comments(self) -> None:
        w, key = self._window, self._window.queue_view.key
        bar = w.diff.text_edit.verticalScrollBar()
        at = bar.value()
        w.diff.show_comments(self.shown(key))
        bar.setValue(at)
        w.rationale.show_comments(self.shown(key))

    def _place(self) -> None:
        """Put the box over the rows that are kept free for it."""
        edited, w = self._edited, self._window
        if edited is None:
            return
        if isinstance(edited.place, Span):
            over, place = w.rationale.text.viewport(), w.rationale.box_place(edited.place)
        else:
            rows = rows_under(w.diff.shown, self.shown(edited.key), edited)
            over, place = w.diff.text_edit.viewport(), w.diff.text_edit.rows_rect(rows) if rows else QRect()
        if place.isValid() and over.isVisible():
            self.box.put_over(place.adjusted(ONE, 0, -ONE, 0), over)
        # Rows are laid out anew while one types: a box that was hidden for that moment would lose the focus.
