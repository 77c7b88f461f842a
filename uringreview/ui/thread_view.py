"""The people's answers to the selected patch, as plain text: their own words plain, what they quote dimmed.

An answer that only an overview names has no text here, and that is said; the times are relative, the full one shows
on hover.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from PySide6.QtGui import QColor, QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from uringreview.mail.message import Message
from uringreview.mail.queue import Reply, Row
from uringreview.review.facts import Answer
from uringreview.ui.theme import THREE, Theme, fixed_font, ui_font
from uringreview.ui.visible import visible

_UNITS = ((365 * 86400, "year"), (30 * 86400, "month"), (86400, "day"), (3600, "hour"), (60, "minute"))


class ThreadView(QPlainTextEdit):
    """Answers, one after the other."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("thread")
        self.setAccessibleName("Answers of people")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.document().setDocumentMargin(THREE)
        self.setFont(fixed_font(0.94))
        self.theme = theme
        self._row: Row | None = None
        self._loose: tuple[Reply, ...] = ()
        self._answers: tuple[Answer, ...] = ()
        self.show_row(None, ())

    def set_theme(self, theme: Theme) -> None:
        """Use other colours."""
        self.theme = theme
        self.show_row(self._row, self._loose, self._answers)

    def show_row(self, row: Row | None, loose: Sequence[Reply], answers: Sequence[Answer] = ()) -> None:
        """Show the answers to `row`; `loose` are answers whose patch is not in the queue, `answers` what they say."""
        self._row, self._loose, self._answers = row, tuple(loose), tuple(answers)
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        if row is not None and row.patch is not None and row.also:
            self._sent_again(cursor, row.patch.message, row.also)
        replies = row.replies if row is not None else ()
        if not replies:
            words = "Nobody has answered this patch." if row is not None else "Select a patch to see its answers."
            self._line(cursor, words, self.theme.muted, ui=True)
        for reply in replies:
            self._reply(cursor, reply)
        if self._loose:
            count = len(self._loose)
            what = "1 answer" if count == 1 else f"{count} answers"
            self._line(cursor, f"{what} to patches that are not in this queue:", self.theme.muted, ui=True)
            for reply in self._loose:
                self._reply(cursor, reply)
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _sent_again(self, cursor: QTextCursor, shown: Message, others: Sequence[Message]) -> None:
        """The mails that one row stands for, the shown one first."""
        count = len(others) + 1
        self._line(cursor, f"This patch was sent {count} times with the same change:", self.theme.text, ui=True)
        for mail in (shown, *reversed(others)):
            when = mail.date.strftime("%d %b %Y %H:%M %z").strip() if mail.date is not None else "no date"
            said = "  (shown)" if mail is shown else ""
            self._line(cursor, f"  {when}  {visible(mail.message_id or str(mail.source))}{said}", self.theme.muted)
        self._line(cursor, "", self.theme.muted)

    def _reply(self, cursor: QTextCursor, reply: Reply) -> None:
        bot = "  (a bot)" if reply.is_bot else ""
        self._line(cursor, f"{visible(reply.sender)}{bot}", self.theme.text, ui=True, bold=True)
        if reply.date is not None:
            full = reply.date.strftime("%a, %d %b %Y %H:%M %z").strip()
            self._line(cursor, f"{ago(reply.date)}  ·  {full}", self.theme.muted, ui=True)
        said = next((each.stance for each in self._answers if each.reply is reply or each.reply == reply), None)
        if said is not None:
            colour = self.theme.contradicted if said.kind.objects and not reply.is_bot else self.theme.muted
            words = f": “{visible(said.words)}”" if said.words else ""
            self._line(cursor, f"read as {said.kind.value}{words}", colour, ui=True)
        if reply.message is None:
            self._line(cursor, "Named by the overview only; its text is not loaded.", self.theme.muted, ui=True)
        else:
            for line in reply.message.body.strip("\n").split("\n"):
                quoted = line.lstrip().startswith(">")
                self._line(cursor, visible(line), self.theme.muted if quoted else self.theme.text)
        self._line(cursor, "", self.theme.muted)

    def _line(self, cursor: QTextCursor, text: str, colour: str, *, ui: bool = False, bold: bool = False) -> None:
        look = QTextCharFormat()
        look.setForeground(QColor(colour))
        look.setFont(ui_font(bold=bold) if ui else fixed_font(0.94))
        if self.document().characterCount() > 1:
            cursor.insertBlock(QTextBlockFormat(), look)
        cursor.insertText(text, look)


def ago(when: datetime, now: datetime | None = None) -> str:
    """How long ago, in words: "3 days ago", "just now"."""
    here = now or datetime.now(UTC)
    aware = when if when.tzinfo is not None else when.replace(tzinfo=UTC)
    seconds = round((here - aware).total_seconds())
    for length, name in _UNITS:
        count = abs(seconds) // length
        if count:
            what = f"{count} {name}{'s' * (count != 1)}"
            return f"{what} ago" if seconds > 0 else f"in {what}"
    return "just now"
