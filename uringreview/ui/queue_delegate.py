"""Paints the fields of the queue from the rows behind them: decision, subject with its notes, claims, branches.

What is fine is quiet: the eye should go to what is contradicted, in conflict or held. Brackets in the margin join
the patches of one series.
"""

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from uringreview.kernel.status import Status, branch_version
from uringreview.rationale.document import VerdictWord
from uringreview.rationale.mark import MarkWord
from uringreview.review.decisions import DecisionKind
from uringreview.ui.queue_model import Column, QueueModel, claims_text
from uringreview.ui.queue_rows import Joint, QueueRow, RowKind
from uringreview.ui.theme import GRID, HALF, ONE, TWO, Theme, fixed_font, row_height, ui_font


class QueueDelegate(QStyledItemDelegate):
    """Paints every field of the queue."""

    def __init__(self, view: QTableView, model: QueueModel, theme: Theme) -> None:
        super().__init__(view)
        self.theme = theme
        self._view = view
        self._model = model
        self._fixed = fixed_font(0.92)
        self._small = ui_font(0.92)
        self._symbol = ui_font(1.0)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Paint one field from the row behind it."""
        model = self._model
        row = model.at(index)
        if row is None:
            return
        painter.save()
        self._ground(painter, option)
        branch = model.branch_at(index.column())
        if branch is not None:
            self._branch(painter, option.rect, model.status(row, branch), model.asked(row, branch))
            if model.flagged(row, branch):
                self._flag(painter, option.rect)
            own = model.decided_on(row, branch)
            if own is not None:
                self._own(painter, option.rect, own.kind)
        else:
            self._field(painter, option.rect, row, Column(index.column()))
        painter.restore()

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        """One row's height; widths are the view's."""
        return QSize(GRID, row_height())

    def _ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        state = option.state
        if state & QStyle.StateFlag.State_Selected:
            active = self._view.hasFocus()
            painter.fillRect(option.rect, QColor(self.theme.selection if active else self.theme.selection_idle))

    def _field(self, painter: QPainter, rect: QRect, row: QueueRow, column: Column) -> None:
        match column:
            case Column.DECISION:
                self._decision(painter, rect, row)
            case Column.NUMBER:
                self._text(painter, rect, row.number, self.theme.muted, self._fixed, Qt.AlignmentFlag.AlignRight)
            case Column.SUBJECT:
                self._subject(painter, rect, row)
            case Column.RANGE:
                asked = str(row.asked) if row.asked else ""
                self._text(painter, rect, asked, self.theme.muted, self._fixed, Qt.AlignmentFlag.AlignLeft)
            case Column.VERDICT:
                self._verdict(painter, rect, row)
            case Column.CLAIMS:
                self._claims(painter, rect, row)

    def _decision(self, painter: QPainter, rect: QRect, row: QueueRow) -> None:
        if row.joint is not Joint.NONE:
            self._bracket(painter, rect, row.joint)
        inner = rect.adjusted(TWO + ONE, 0, 0, 0)
        if row.kind is RowKind.PROBLEM:
            self._text(painter, inner, "⌁", self.theme.contradicted, self._symbol, Qt.AlignmentFlag.AlignHCenter)
        elif row.kind is RowKind.PATCH:
            sign = self.theme.decision(row.decision.kind if row.decision else None)
            font = QFont(self._symbol)
            font.setBold(row.decision is not None)
            self._text(painter, inner, sign.symbol, sign.colour, font, Qt.AlignmentFlag.AlignHCenter)
        else:
            self._text(painter, inner, "·", self.theme.faint, self._symbol, Qt.AlignmentFlag.AlignHCenter)

    def _bracket(self, painter: QPainter, rect: QRect, joint: Joint) -> None:
        painter.setPen(QPen(QColor(self.theme.accent), 1.4))
        x, middle = rect.left() + ONE + 1, rect.center().y()
        top = middle - ONE if joint is Joint.FIRST else rect.top()
        bottom = middle + ONE if joint is Joint.LAST else rect.bottom() + 1
        painter.drawLine(x, top, x, bottom)
        if joint is Joint.FIRST:
            painter.drawLine(x, top, x + ONE, top)
        if joint is Joint.LAST:
            painter.drawLine(x, bottom, x + ONE, bottom)

    def _subject(self, painter: QPainter, rect: QRect, row: QueueRow) -> None:
        font, right = self._symbol, rect.right() - ONE
        metrics = QFontMetrics(font)
        colour = self.theme.text if row.kind is RowKind.PATCH and not row.asleep else self.theme.muted
        notes = self._notes(row)
        wanted = metrics.horizontalAdvance(row.title)
        for text, note_colour in reversed(notes):
            room = max(rect.width() - ONE - min(wanted, round(rect.width() * 0.52)) - TWO, 0)
            small = QFontMetrics(self._small)
            shown = small.elidedText(text, Qt.TextElideMode.ElideRight, room)
            width = small.horizontalAdvance(shown)
            if len(shown) > 2 or shown == text:
                place = QRect(right - width, rect.top(), width, rect.height())
                self._text(painter, place, shown, note_colour, self._small, Qt.AlignmentFlag.AlignLeft, pad=0)
                right -= width + TWO
        place = QRect(rect.left() + ONE, rect.top(), max(right - rect.left() - ONE, 0), rect.height())
        title = metrics.elidedText(row.title, Qt.TextElideMode.ElideRight, place.width())
        self._text(painter, place, title, colour, font, Qt.AlignmentFlag.AlignLeft, pad=0)

    def _notes(self, row: QueueRow) -> list[tuple[str, str]]:
        notes: list[tuple[str, str]] = []
        if row.kind is RowKind.PROBLEM:
            notes.append((row.problem, self.theme.contradicted))
        if row.replies:
            count = f"↩{len(row.replies)}" if len(row.replies) > 1 and not row.answer else "↩"
            notes.append((f"{count} {row.answer}".strip(), self._answer_colour(row)))
        if row.also:
            notes.append((f"×{len(row.also) + 1}", self.theme.muted))
        notes += self._own_notes(row)
        if any(finding.kind.name == "NOT_TAKEN" for finding in row.ranges):
            notes.append(("⊄", self.theme.caution))
        if row.simulated is not None:
            from uringreview.ui.simulator_verdict import Standing

            symbol, colour = {
                Standing.FAILS: ("◆", self.theme.contradicted),
                Standing.HOLDS: ("◇", self.theme.verified),
                Standing.UNSEARCHED: ("◇", self.theme.muted),
            }[row.simulated.standing]
            notes.append((symbol, colour))
        return notes

    def _own_notes(self, row: QueueRow) -> list[tuple[str, str]]:
        mine, notes = row.mine, list[tuple[str, str]]()
        shown = {branch_version(branch) for branch in self._model.branches}
        for each in mine.single:
            if each.branch not in shown:
                sign = self.theme.decision(each.kind)
                notes.append((f"{each.branch} {sign.symbol}", sign.colour))
        if mine.outcome is not None:
            good = mine.outcome.heeded
            notes.append((mine.outcome.kind.value, self.theme.verified if good else self.theme.contradicted))
        if mine.comments:
            notes.append((f"✎{mine.comments}", self.theme.accent))
        aside = mine.aside
        if aside is None:
            return notes
        if aside.snooze is not None:
            notes.append(
                ("☀" if mine.awake else f"☾ {aside.snooze.until or aside.snooze.commit[:12]}", self.theme.caution)
            )
        notes += [("✉ sent", self.theme.muted)] if aside.sent else []
        notes += [("✍", self.theme.muted)] if aside.note else []
        notes += [("⚑", self.theme.caution)] if aside.flagged else []
        return notes

    def _answer_colour(self, row: QueueRow) -> str:
        best = row.telling
        if best is None or best.reply.is_bot:
            return self.theme.muted if best is not None else self.theme.caution
        if best.objects:
            return self.theme.contradicted
        from uringreview.mail.stance import StanceKind

        quiet = {StanceKind.ACK: self.theme.verified, StanceKind.NOTE: self.theme.muted}
        return quiet.get(best.stance.kind, self.theme.caution)

    def _verdict(self, painter: QPainter, rect: QRect, row: QueueRow) -> None:
        if row.verdict is None:
            return
        text, colour = {
            VerdictWord.YES: ("yes", self.theme.faint),
            VerdictWord.NO: ("NO", self.theme.contradicted),
            VerdictWord.NONE: ("–", self.theme.muted),
            VerdictWord.ERROR: ("err", self.theme.caution),
        }[row.verdict]
        self._text(painter, rect, text, colour, self._small, Qt.AlignmentFlag.AlignHCenter)

    def _claims(self, painter: QPainter, rect: QRect, row: QueueRow) -> None:
        text = claims_text(row)
        if not text:
            return
        metrics, right = QFontMetrics(self._fixed), rect.right() - ONE
        words = text.split(" ")
        signs = {"!": self.theme.mark(MarkWord.CONTRADICTED), "?": self.theme.mark(MarkWord.UNCHECKABLE)}
        for word in reversed(words):
            sign = signs.get(word[0], self.theme.mark(MarkWord.VERIFIED))
            width = metrics.horizontalAdvance(word)
            if right - width < rect.left():
                break
            font = QFont(self._fixed)
            font.setBold(word[0] == "!")
            place = QRect(right - width, rect.top(), width + 2, rect.height())
            self._text(painter, place, word, sign.colour, font, Qt.AlignmentFlag.AlignLeft, pad=0)
            right -= width + ONE + HALF

    def _branch(self, painter: QPainter, rect: QRect, status: Status | None, asked: bool) -> None:
        if status is None:
            return
        sign = self.theme.status(status)
        quiet = status in (Status.PENDING, Status.MISSING) or not asked
        colour = QColor(self.theme.faint if status is Status.PENDING else sign.colour)
        if not asked and status is not Status.PENDING:
            colour.setAlphaF(0.5)
        painter.setFont(self._small if quiet else self._symbol)
        painter.setPen(colour)
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), sign.symbol)

    def _flag(self, painter: QPainter, rect: QRect) -> None:
        """A mark beside the symbol: it applies, and there is a reason not to trust that."""
        font = QFont(self._small)
        font.setBold(True)
        place = rect.adjusted(0, 1, -1, 0)
        painter.setFont(font)
        painter.setPen(QColor(self.theme.caution))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop), "!")

    def _own(self, painter: QPainter, rect: QRect, kind: DecisionKind) -> None:
        """The reviewer's decision for this branch alone, below the status, on a ground of its own."""
        sign = self.theme.decision(kind)
        font = QFont(self._small)
        font.setBold(True)
        painter.setFont(font)
        width = QFontMetrics(font).horizontalAdvance(sign.symbol) + HALF
        place = QRect(rect.right() - width, rect.top() + rect.height() // 2, width, rect.height() // 2)
        painter.fillRect(place, QColor(self.theme.selection_idle))
        painter.setPen(QColor(sign.colour))
        painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), sign.symbol)

    def _text(
        self,
        painter: QPainter,
        rect: QRect,
        text: str,
        colour: str,
        font: QFont,
        align: Qt.AlignmentFlag,
        pad: int = ONE,
    ) -> None:
        painter.setFont(font)
        painter.setPen(QColor(colour))
        flags = int(align) | int(Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine)
        painter.drawText(rect.adjusted(pad, 0, -pad, 0), flags, text)
