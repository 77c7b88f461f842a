"""The reply: what was decided, the note and the comments to the left, the mail as it will be sent to the right, live.

Silence is consent on the stable list: a plain "take" writes no mail, and the pane says so. A text without a
Message-ID cannot be answered in its thread: the pane says why and offers the text to copy.
"""

from collections.abc import Sequence
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
    QVBoxLayout,
    QWidget,
)

from uringreview.diff.model import DiffAnchor
from uringreview.mail.subject import Version
from uringreview.review.decisions import Comment, Decision, DecisionKind, Tag
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
    ("question", DecisionKind.QUESTION),
)
_TAGS = (("no tag", Tag.NONE), ("Acked-by", Tag.ACKED), ("Reviewed-by", Tag.REVIEWED))


class ReplyView(QWidget):
    """Form and preview for one patch."""

    decided = Signal(object)
    """The Decision as the form says it; None to take it back."""
    commented = Signal(object)
    """A Comment to store; without words, to remove."""
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
        self.preview = QPlainTextEdit(self)
        self.preview.setObjectName("reply_preview")
        self.preview.setAccessibleName("The mail as it will be sent")
        self.preview.setReadOnly(True)
        self.preview.setFont(fixed_font(0.94))
        self.preview.document().setDocumentMargin(THREE)
        self.preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.notice = QLabel(self)
        self.notice.setObjectName("reply_notice")
        self.notice.setTextFormat(Qt.TextFormat.PlainText)
        self.notice.setWordWrap(True)
        self.notice.setContentsMargins(THREE, ONE, THREE, ONE)
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
        left.addWidget(self.parts)
        left.addWidget(self.editor, 1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(THREE, ONE, THREE, ONE)
        buttons.setSpacing(TWO)
        buttons.addWidget(self.notice, 1)
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
        self.copy.clicked.connect(self.copy_requested)
        self.export.clicked.connect(self.export_requested)

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
        bar = self.preview.verticalScrollBar().value()
        text = "\n".join(visible(line) for line in preview.text.split("\n"))
        if text != self.preview.toPlainText():
            self.preview.setPlainText(text)
            self.preview.verticalScrollBar().setValue(bar)
        self.notice.setText(visible(preview.notice))
        self.notice.setProperty("role", "muted")
        self.copy.setEnabled(bool(preview.to_copy))

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
