"""The reply: what was decided, the note and the comments to the left, the mail as it will be sent to the right, live.

Silence is consent on the stable list: a plain "take" writes no mail, and the pane says so. A text without a
Message-ID cannot be answered in its thread: the pane says why and offers the text to copy.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPlainTextEdit,
    QPushButton,
    QSplitter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from uringreview.diff.model import DiffAnchor
from uringreview.mail.subject import Version
from uringreview.review.decisions import Comment, Decision, DecisionKind, Tag
from uringreview.ui.actions import action, shown_key
from uringreview.ui.mail_text import MailText
from uringreview.ui.reply_text import Preview
from uringreview.ui.theme import ONE, THREE, TWO, Theme, fixed_font, row_height
from uringreview.ui.visible import visible

_PAUSE_MS = 250
_KINDS: tuple[tuple[str, DecisionKind | None], ...] = (
    ("not decided", None),
    ("take", DecisionKind.TAKE),
    ("hold", DecisionKind.HOLD),
    ("drop", DecisionKind.DROP),
    ("drop from … and older", DecisionKind.DROP_OLDER),
    ("take only together", DecisionKind.TOGETHER),
    ("not a fix", DecisionKind.NOT_A_FIX),
    ("question", DecisionKind.QUESTION),
)
_QUOTES = (
    ("quote_claim", "claim"),
    ("quote_false", "false claims"),
    ("quote_conflict", "conflict"),
    ("quote_range", "range"),
    ("quote_series", "series"),
    ("quote_trace", "run"),
)
_TAGS = (("no tag", Tag.NONE), ("Acked-by", Tag.ACKED), ("Reviewed-by", Tag.REVIEWED))


class ReplyView(QWidget):
    """Form and preview for one patch."""

    decided = Signal(object)
    """The Decision as the form says it; None to take it back."""
    commented = Signal(object)
    """A Comment to store; without words, to remove."""
    reworded = Signal(str, object)
    """The mail's text was written by hand: patch key and text; None for ours again."""
    action_wanted = Signal(str)
    """An action of the table, by name."""
    told = Signal(str)
    """A sentence for the status line."""
    export_requested = Signal()
    copy_requested = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("reply")
        self.setAccessibleName("Reply")
        self.theme = theme
        self._key = ""
        self._decision: Decision | None = None
        self._comments: tuple[Comment, ...] = ()
        self._draft: Comment | None = None
        self._part = 0
        self._loading = False
        self._mail = MailText()
        self._put_aside: dict[str, str] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_PAUSE_MS)
        self._timer.timeout.connect(self.flush)
        self._build()
        self.show_patch("", None, (), (), Preview("", "Select a patch to write its reply.", ""))

    def _build(self) -> None:
        self.kind = self._combo("decision", "Decision", [text for text, _ in _KINDS])
        self.version = self._combo("drop_from", "Drop from this version and older", [])
        self.tag = self._combo("tag", "Tag to offer", [text for text, _ in _TAGS])
        self.parts = QListWidget(self)
        self.parts.setObjectName("reply_parts")
        self.parts.setAccessibleName("Note and comments of the reply")
        self.editor = QPlainTextEdit(self)
        self.editor.setObjectName("note")
        self.editor.setAccessibleName("Text of the note or comment")
        self.editor.setFont(fixed_font(0.94))
        self.editor.setTabChangesFocus(True)
        self.setFocusProxy(self.editor)
        self.preview = QPlainTextEdit(self)
        self.preview.setObjectName("reply_preview")
        self.preview.setAccessibleName("The mail as it will be sent")
        self.preview.setTabChangesFocus(True)
        self.preview.setFont(fixed_font(0.94))
        self.preview.document().setDocumentMargin(THREE)
        self.preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.notice = QLabel(self)
        self.notice.setObjectName("reply_notice")
        self.notice.setTextFormat(Qt.TextFormat.PlainText)
        self.notice.setWordWrap(True)
        self.notice.setContentsMargins(THREE, ONE, THREE, ONE)
        self.state = QLabel(self)
        self.state.setObjectName("reply_state")
        self.state.setTextFormat(Qt.TextFormat.PlainText)
        self.state.setProperty("role", "muted")
        self.back = QPushButton("Back to ours", self)
        self.back.setObjectName("reply_back")
        self.copy = QPushButton("Copy text", self)
        self.copy.setObjectName("copy_reply")
        self.export = QPushButton("Export replies…", self)
        self.export.setObjectName("export_replies")
        choices = QHBoxLayout()
        choices.setSpacing(TWO)
        for widget in (self.kind, self.version, self.tag):
            choices.addWidget(widget)
        choices.addStretch(1)
        form = QWidget(self)
        left = QVBoxLayout(form)
        left.setContentsMargins(THREE, TWO, THREE, TWO)
        left.setSpacing(TWO)
        left.addLayout(choices)
        left.addLayout(self._quotes())
        left.addWidget(self.parts)
        left.addWidget(self.editor, 1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(THREE, ONE, THREE, ONE)
        buttons.setSpacing(TWO)
        buttons.addWidget(self.notice, 1)
        buttons.addWidget(self.state)
        buttons.addWidget(self.back)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.export)
        shown = QWidget(self)
        right = QVBoxLayout(shown)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addLayout(buttons)
        right.addWidget(self.preview, 1)
        split = QSplitter(Qt.Orientation.Horizontal, self)
        split.setObjectName("reply_split")
        split.setHandleWidth(1)
        split.addWidget(form)
        split.addWidget(shown)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)
        self.kind.activated.connect(self._form_changed)
        self.version.activated.connect(self._form_changed)
        self.tag.activated.connect(self._form_changed)
        self.editor.textChanged.connect(self._typed)
        self.parts.currentRowChanged.connect(self._part_chosen)
        self.preview.textChanged.connect(self._mail_typed)
        self.back.clicked.connect(self._turn_back)
        self.copy.clicked.connect(self.copy_requested)
        self.export.clicked.connect(self.export_requested)

    def _quotes(self) -> QHBoxLayout:
        """One button for each piece of evidence, with its key."""
        row = QHBoxLayout()
        row.setSpacing(ONE)
        label = QLabel("quote", self)
        label.setObjectName("quote_label")
        label.setProperty("role", "muted")
        row.addWidget(label)
        for name, text in _QUOTES:
            one = action(name)
            button = QToolButton(self)
            button.setObjectName(f"button_{name}")
            button.setText(f"{text} {shown_key(one.keys[0])}")
            button.setAccessibleName(one.text)
            button.setToolTip(f"{one.tooltip} ({', '.join(shown_key(key) for key in one.keys)})")
            button.clicked.connect(lambda _checked=False, name=name: self.action_wanted.emit(name))
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _combo(self, name: str, accessible: str, texts: Sequence[str]) -> QComboBox:
        made = QComboBox(self)
        made.setObjectName(name)
        made.setAccessibleName(accessible)
        made.setToolTip(accessible)
        made.addItems(list(texts))
        return made

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.theme = theme

    def show_patch(
        self,
        key: str,
        decision: Decision | None,
        comments: Sequence[Comment],
        versions: Sequence[Version],
        preview: Preview,
    ) -> None:
        """Show the reply of a patch; `versions` are those that it may be dropped from, newest first."""
        if key != self._key:
            self.flush()
            self._draft, self._part = None, 0
        self._loading = True
        self._key, self._decision, self._comments = key, decision, tuple(comments)
        self.setEnabled(bool(key))
        kind = decision.kind if decision else None
        self.kind.setCurrentIndex([each for _, each in _KINDS].index(kind))
        self._versions = tuple(versions)
        self.version.clear()
        self.version.addItems([f"{version} and older" for version in versions])
        if decision and decision.drop_from in self._versions:
            self.version.setCurrentIndex(self._versions.index(decision.drop_from))
        self.version.setVisible(kind is DecisionKind.DROP_OLDER)
        self.tag.setCurrentIndex([each for _, each in _TAGS].index(decision.tag if decision else Tag.NONE))
        self.tag.setVisible(kind is DecisionKind.TAKE)
        self._list_parts()
        self._loading = False
        self.show_preview(preview)

    _versions: tuple[Version, ...] = ()

    def show_preview(self, preview: Preview) -> None:
        """Show the mail, or why there is none."""
        self._mail.show(preview)
        bar = self.preview.verticalScrollBar().value()
        # A mail that is being written keeps its cursor while its date moves on.
        if self._mail.text != self.preview.toPlainText() and not self._same_body():
            loading, self._loading = self._loading, True
            self.preview.setPlainText(self._mail.text)
            self._loading = loading
            self.preview.verticalScrollBar().setValue(bar)
        self.preview.setReadOnly(not preview.body)
        self._say_state(preview)
        self.notice.setText(visible(preview.notice))
        self.notice.setProperty("role", "muted")
        self.copy.setEnabled(bool(preview.to_copy))

    def _same_body(self) -> bool:
        typed = self._mail.body_in(self.preview.toPlainText())
        return self.preview.hasFocus() and typed is not None and typed == self._mail.body

    def _say_state(self, preview: Preview) -> None:
        put_aside = self._put_aside.get(self._key)
        self.state.setText("edited by you" if preview.edited else "")
        self.state.setToolTip("decision, note and comments change it no more" if preview.edited else "")
        self.state.setVisible(preview.edited)
        self.back.setText("Back to ours" if preview.edited else "Back to yours")
        self.back.setVisible(preview.edited or (put_aside is not None and bool(preview.body)))

    def _turn_back(self) -> None:
        """From the reviewer's text to ours, and from ours to his."""
        self.flush()
        if self._mail.edited:
            self._put_aside[self._key] = self._mail.body
            self.reworded.emit(self._key, None)
        elif self._key in self._put_aside:
            self.reworded.emit(self._key, self._put_aside.pop(self._key))

    def begin_mail(self) -> None:
        """Put the cursor into the mail's own text, below its headers."""
        cursor = self.preview.textCursor()
        cursor.setPosition(min(self._mail.head_length, len(self.preview.toPlainText())))
        self.preview.setTextCursor(cursor)
        self.preview.setFocus()

    def written(self) -> tuple[str, Callable[[str], None]]:
        """The text that is being written here, for another editor, and who takes it back: the mail's, else a note's."""
        self.flush()
        if not self.editor.hasFocus() and self._mail.body:
            key = self._key
            return self._mail.body, lambda text: self.reworded.emit(key, text)
        place = self._key, self._part
        return self.editor.toPlainText(), lambda text: self._take(*place, text.rstrip("\n"))

    def _take(self, key: str, part: int, text: str) -> None:
        """Use what was written elsewhere for a patch's note or comment; its reply is shown for it."""
        if key != self._key:
            self.told.emit("The editor's text belongs to another patch: select it, and save there again.")
            return
        self.parts.setCurrentRow(part)
        self.editor.setPlainText(text)
        self.flush()

    def _mail_typed(self) -> None:
        if self._loading or self.preview.isReadOnly():
            return
        if self._mail.body_in(self.preview.toPlainText()) is None:
            # The headers follow from the mail that is answered: they are put back.
            self._loading = True
            self.preview.setPlainText(self._mail.text)
            self._loading = False
            self.begin_mail()
            return
        self._timer.start()

    def _flush_mail(self) -> None:
        body = self._mail.body_in(self.preview.toPlainText())
        if self._key and not self._loading and body is not None and body != self._mail.body:
            self._put_aside.pop(self._key, None)
            self.reworded.emit(self._key, None if body == self._mail.made else body)

    def begin_note(self) -> None:
        """Put the cursor into the note."""
        self.parts.setCurrentRow(0)
        self.editor.setFocus()

    def begin_comment(self, comment: Comment) -> None:
        """Begin a comment on one place of the patch; it is stored with its first word."""
        self.flush()
        self._draft = comment
        self._list_parts()
        self.parts.setCurrentRow(self.parts.count() - 1)
        self.editor.setFocus()

    def flush(self) -> None:
        """Store what was typed."""
        self._timer.stop()
        if not self._key or self._loading:
            return
        self._flush_mail()
        text = self.editor.toPlainText()
        part = self._comment_of(self._part)
        if part is not None:
            if text != part.text:
                changed = replace(part, text=text)
                if part is self._draft:
                    self._draft = None
                self.commented.emit(changed)
        elif self._decision is not None:
            if text != self._decision.note:
                self.decided.emit(replace(self._decision, note=text, made=None))
        elif text.strip():
            self.decided.emit(Decision(self._key, DecisionKind.QUESTION, text))

    def _comment_of(self, part: int) -> Comment | None:
        every = (*self._comments, *((self._draft,) if self._draft else ()))
        return every[part - 1] if 0 < part <= len(every) else None

    def _list_parts(self) -> None:
        loading, self._loading = self._loading, True
        kept = self._part
        self.parts.clear()
        self.parts.addItem("Note")
        for comment in self._comments:
            self.parts.addItem(f"{_where(comment)}: {visible(' '.join(comment.text.split()))}")
        if self._draft is not None:
            self.parts.addItem(f"{_where(self._draft)}: new comment")
        self._part = min(kept, self.parts.count() - 1)
        self.parts.setCurrentRow(self._part)
        self.parts.setVisible(self.parts.count() > 1)
        self.parts.setFixedHeight(row_height() * min(self.parts.count(), 5))
        self._load_part()
        self._loading = loading

    def _load_part(self) -> None:
        comment = self._comment_of(self._part)
        text = comment.text if comment else (self._decision.note if self._decision else "")
        hint = "Your words on this place" if comment else "Note: your own words for the reply (wrapped at 72)"
        self.editor.setPlaceholderText(hint)
        if text != self.editor.toPlainText():
            loading, self._loading = self._loading, True
            self.editor.setPlainText(text)
            self._loading = loading

    def _part_chosen(self, row: int) -> None:
        if self._loading or row < 0:
            return
        self.flush()
        self._part = row
        self._load_part()

    def _typed(self) -> None:
        if not self._loading:
            self._timer.start()

    def _form_changed(self) -> None:
        kind = _KINDS[self.kind.currentIndex()][1]
        if kind is None:
            self.decided.emit(None)
            return
        base = self._decision or Decision(self._key, kind)
        newest = self._versions[max(self.version.currentIndex(), 0)] if self._versions else None
        self.decided.emit(
            replace(
                base,
                kind=kind,
                note=self.editor.toPlainText() if self._part == 0 else base.note,
                tag=_TAGS[self.tag.currentIndex()][1] if kind is DecisionKind.TAKE else Tag.NONE,
                drop_from=newest if kind is DecisionKind.DROP_OLDER else None,
                made=None,
            )
        )


def _where(comment: Comment) -> str:
    if isinstance(comment.place, DiffAnchor):
        hunk = f", hunk {comment.place.hunk + 1}" if comment.place.hunk is not None else ""
        return f"{visible(comment.place.path)}{hunk}"
    return "rationale" if comment.place is not None else "whole patch"
