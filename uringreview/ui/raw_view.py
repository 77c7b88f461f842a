"""The mail as it came, as plain text in the fixed font, with what hides made visible and one place lit.

Nothing is reflowed, followed or loaded. Where the mail was transfer-encoded, the decoded body follows the raw text,
because places in a mail are counted in its decoded body.
"""

from PySide6.QtGui import QColor, QShowEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QWidget

from uringreview.mail.message import Message, Span
from uringreview.ui.theme import TWO, Theme, fixed_font
from uringreview.ui.visible import visible

_RULE = "\n\n──── the body, decoded ────\n\n"


class RawView(QPlainTextEdit):
    """Raw text of one mail."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("raw")
        self.setAccessibleName("Raw mail")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setFont(fixed_font(0.92))
        self.document().setDocumentMargin(TWO)
        self._theme = theme
        self._message: Message | None = None
        self._text = ""
        self._body_at = 0

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self._theme = theme

    def show_message(self, message: Message | None) -> None:
        """Show a mail; None empties the view. While the view is hidden only the mail is kept."""
        self._message = message
        if self.isVisible() or message is None:
            self._load()

    def showEvent(self, event: QShowEvent) -> None:
        """Lay out the mail that was kept."""
        self._load()
        super().showEvent(event)

    def _load(self) -> None:
        text, self._body_at = whole_text(self._message) if self._message is not None else ("", 0)
        if text != self._text:
            self._text = text
            self.setPlainText(shown(text))

    def go_to(self, offset: int) -> None:
        """Scroll until the character `offset` of the body stands near the top."""
        self._load()
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._position(offset))
        self.setTextCursor(cursor)
        self.verticalScrollBar().setValue(max(cursor.blockNumber() - 3, 0))

    def light(self, span: Span | None) -> None:
        """Light the place `span` of the body and scroll to it; None puts the light out."""
        if span is None:
            self.setExtraSelections([])
            return
        self._load()
        cursor = QTextCursor(self.document())
        cursor.setPosition(self._position(span.start))
        cursor.setPosition(self._position(span.end), QTextCursor.MoveMode.KeepAnchor)
        chosen = QTextEdit.ExtraSelection()
        look = QTextCharFormat()
        look.setBackground(QColor(self._theme.lit))
        chosen.format = look
        chosen.cursor = cursor
        self.setExtraSelections([chosen])
        cursor.clearSelection()
        self.setTextCursor(cursor)
        self.centerCursor()

    def _position(self, offset: int) -> int:
        # QTextDocument counts UTF-16 units, and a mark may be longer than what it stands for.
        before = shown(self._text[: self._body_at + offset])
        return len(before.encode("utf-16-le", "surrogatepass")) // 2


def whole_text(message: Message) -> tuple[str, int]:
    """What to show of a mail, and the offset at which its decoded body stands in it."""
    raw = message.raw.replace("\r\n", "\n")
    body = message.body
    at = raw.find(body) if body.strip() else -1
    if at != -1:
        return raw, at
    if not body:
        return raw, len(raw)
    return raw + _RULE + body, len(raw) + len(_RULE)


def shown(text: str) -> str:
    """`text` with every control, bidi and zero-width character of its lines made visible."""
    return "\n".join(visible(line) for line in text.split("\n"))
