"""The text widget of the rationale pane: blocks of runs painted with character formats, and what a click means.

A claim's runs carry the indexes of its marks as a property, a heading the key of its part; everything else is text.
"""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextOption,
)
from PySide6.QtWidgets import QTextEdit, QToolTip, QWidget

from uringreview.rationale.mark import Mark, MarkWord
from uringreview.ui.plain import plain_tip
from uringreview.ui.rationale_parts import Block, BlockKind, Run
from uringreview.ui.rationale_text import worst
from uringreview.ui.theme import HALF, ONE, THREE, TWO, Theme, fixed_font, ui_font

_MARKS = int(QTextFormat.Property.UserProperty) + 1
_SECTION = int(QTextFormat.Property.UserProperty) + 2
_KIND = int(QTextFormat.Property.UserProperty) + 3


class RationaleText(QTextEdit):
    """The rationale as read, painted from blocks of runs."""

    mark_clicked = Signal(int)
    section_clicked = Signal(str)
    resized = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("rationale")
        self.setAccessibleName("Rationale with marked claims")
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAcceptRichText(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        # A bar that came and went with each fold would move every line.
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(TWO)
        self.viewport().setMouseTracking(True)
        self.theme = theme
        self._marks: Sequence[Mark] = ()
        self._blocks: list[Block] = []
        self._selected: int | None = None
        self._lit: frozenset[int] = frozenset()
        self._pressed = QPoint()

    def show_blocks(
        self,
        shown: list[Block],
        marks: Sequence[Mark],
        selected: int | None,
        *,
        keep: bool,
        spoken: frozenset[int] = frozenset(),
    ) -> None:
        """Paint `shown`; `keep` holds the scroll position, the marks `spoken` are lit beside the selected one."""
        at = self.verticalScrollBar().value() if keep else 0
        line = self.textCursor().blockNumber() if keep else 0
        self._blocks, self._marks, self._selected = shown, marks, selected
        self._lit = spoken | ({selected} if selected is not None else frozenset())
        self.setUpdatesEnabled(False)
        self.document().clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for number, block in enumerate(shown):
            if number:
                cursor.insertBlock()
            self._insert(cursor, block)
        cursor.endEditBlock()
        self.setTextCursor(QTextCursor(self.document().findBlockByNumber(line)))
        self.setUpdatesEnabled(True)
        self.verticalScrollBar().setValue(at)

    def reveal_mark(self, index: int) -> None:
        """Scroll until the claim is seen."""
        block = self.document().begin()
        while block.isValid():
            iterator = block.begin()
            while not iterator.atEnd():
                fragment = iterator.fragment()
                if index in _marks_of(fragment.charFormat()):
                    self._reveal(block, fragment.position())
                    return
                iterator += 1
            block = block.next()

    def reveal_section(self, key: str) -> None:
        """Scroll until the heading of a part stands at the top."""
        block = self._heading_block(key)
        if block is not None:
            top = self.document().documentLayout().blockBoundingRect(block).top()
            self.verticalScrollBar().setValue(round(top) - TWO)
            self.setTextCursor(QTextCursor(block))

    def block_at_cursor(self) -> Block | None:
        """What the text cursor stands in."""
        place = self.textCursor().blockNumber()
        return self._blocks[place] if 0 <= place < len(self._blocks) else None

    def box_rect(self) -> QRect:
        """Where the room for a comment's box stands in the viewport; invalid where there is none."""
        number = next((n for n, each in enumerate(self._blocks) if each.runs and each.runs[0].role == "box"), None)
        if number is None:
            return QRect()
        rect = self.document().documentLayout().blockBoundingRect(self.document().findBlockByNumber(number))
        return rect.translated(0, -self.verticalScrollBar().value()).toRect()

    def reveal_box(self) -> None:
        """Scroll until the room for a comment's box is seen."""
        rect, bar = self.box_rect(), self.verticalScrollBar()
        if rect.isValid() and (rect.top() < 0 or rect.bottom() > self.viewport().height()):
            bar.setValue(bar.value() + rect.top() - self.viewport().height() // 3)

    def _reveal(self, block: QTextBlock, position: int) -> None:
        cursor = QTextCursor(self.document())
        cursor.setPosition(position)
        self.setTextCursor(cursor)
        rect = self.document().documentLayout().blockBoundingRect(block)
        bar, page = self.verticalScrollBar(), self.viewport().height()
        if rect.top() < bar.value() or rect.bottom() > bar.value() + page:
            bar.setValue(round(rect.top() - page / 3))

    def _heading_block(self, key: str) -> QTextBlock | None:
        block = self.document().begin()
        while block.isValid():
            shape = block.blockFormat()
            if shape.property(_KIND) == BlockKind.HEADING.value and shape.property(_SECTION) == key:
                return block
            block = block.next()
        return None

    def _insert(self, cursor: QTextCursor, block: Block) -> None:
        cursor.setBlockFormat(self._shape(block))
        for run in block.runs:
            cursor.insertText(run.text, self._look(run, block))
        if block.right:
            cursor.insertText("\t", self._look(Run(""), block))
            for number, run in enumerate(block.right):
                cursor.insertText(("  " if number else "") + run.text, self._look(run, block))

    def _shape(self, block: Block) -> QTextBlockFormat:
        shape = QTextBlockFormat()
        shape.setProperty(_SECTION, block.section)
        shape.setProperty(_KIND, block.kind.value)
        inner = self.viewport().width() - 2 * TWO
        shape.setTabPositions([QTextOption.Tab(max(inner - TWO, 60), QTextOption.TabType.RightTab)])
        shape.setLineHeight(118.0, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        match block.kind:
            case BlockKind.CALLOUT:
                shape.setBackground(QColor(self.theme.callout))
                shape.setLeftMargin(TWO)
                shape.setRightMargin(ONE)
                shape.setTopMargin(HALF)
                shape.setBottomMargin(ONE)
            case BlockKind.HEADING:
                shape.setTopMargin(TWO)
                shape.setBottomMargin(ONE)
            case BlockKind.COMMENT:
                shape.setLeftMargin(2 * TWO + HALF)
                shape.setBottomMargin(ONE)
                shape.setBackground(QColor(self.theme.raised))
            case BlockKind.RECORD | BlockKind.EVIDENCE | BlockKind.NOTE | BlockKind.SUBHEADING:
                shape.setLeftMargin(2 * TWO + HALF)
                shape.setBottomMargin(ONE)
            case BlockKind.VERDICT:
                shape.setTopMargin(THREE)
        return shape

    def _look(self, run: Run, block: Block) -> QTextCharFormat:
        theme, look = self.theme, QTextCharFormat()
        look.setFont(ui_font(0.96))
        look.setForeground(QColor(theme.text))
        colours = {
            "muted": theme.muted,
            "step": theme.faint,
            "caution": theme.caution,
            **{word.value: theme.mark(word).colour for word in MarkWord},
        }
        if run.role in colours:
            look.setForeground(QColor(colours[run.role]))
        if run.role in ("comment", "box"):
            look.setFont(fixed_font(0.92))
            look.setForeground(QColor(theme.accent))
        if run.role == "code":
            look.setFont(fixed_font(0.92))
        if run.role == "bold":
            self._weigh(look, QFont.Weight.DemiBold)
        if run.role == "step":
            look.setFont(fixed_font(0.86))
        if run.role in ("strong", "heading"):
            self._weigh(look, QFont.Weight.DemiBold)
        if run.role == "strong" and block.kind is BlockKind.CALLOUT:
            look.setForeground(QColor(theme.contradicted))
        if run.role == MarkWord.CONTRADICTED.value and block.kind is BlockKind.HEADING:
            self._weigh(look, QFont.Weight.Bold)
        if run.marks and block.kind is BlockKind.RECORD:
            self._underline(look, run, lit=bool(self._lit & set(run.marks)))
        if run.marks:
            look.setProperty(_MARKS, ",".join(str(index) for index in run.marks))
        return look

    @staticmethod
    def _weigh(look: QTextCharFormat, weight: QFont.Weight) -> None:
        font = look.font()
        font.setWeight(weight)
        look.setFont(font)

    def _underline(self, look: QTextCharFormat, run: Run, *, lit: bool) -> None:
        word = worst(run.marks, self._marks)
        look.setUnderlineColor(QColor(self.theme.mark(word).colour))
        look.setUnderlineStyle(
            QTextCharFormat.UnderlineStyle.DotLine
            if word is MarkWord.UNCHECKABLE
            else QTextCharFormat.UnderlineStyle.SingleUnderline
        )
        if lit:
            look.setBackground(QColor(self.theme.lit))
        elif word is MarkWord.CONTRADICTED:
            look.setBackground(QColor(self.theme.callout))

    # Qt's side

    def paintEvent(self, event: QPaintEvent) -> None:
        """The text, then hairlines over headings and the bar at the side of callouts."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        offset = QPointF(0, -self.verticalScrollBar().value())
        layout, bottom = self.document().documentLayout(), self.viewport().height()
        block = self.document().begin()
        while block.isValid():
            kind = block.blockFormat().property(_KIND)
            rect = layout.blockBoundingRect(block).translated(offset)
            if rect.top() > bottom:
                break
            if kind in (BlockKind.HEADING.value, BlockKind.VERDICT.value):
                painter.setPen(QColor(self.theme.hairline))
                y = round(rect.top()) - (ONE if kind == BlockKind.HEADING.value else TWO)
                painter.drawLine(0, y, self.viewport().width(), y)
            elif kind == BlockKind.CALLOUT.value:
                bar = QRectF(rect.left(), rect.top(), HALF + 1, rect.height())
                painter.fillRect(bar, QColor(self.theme.contradicted))
            elif kind == BlockKind.COMMENT.value:
                painter.fillRect(QRectF(0, rect.top(), HALF + 1, rect.height()), QColor(self.theme.accent))
            block = block.next()
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Right-aligned counts move with the edge."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.resized.emit()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Remember the place: a click is a press and a release at one place."""
        self._pressed = event.position().toPoint()
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a claim chooses it, on a heading folds it; a drag selects text as ever."""
        super().mouseReleaseEvent(event)
        where = event.position().toPoint()
        if event.button() != Qt.MouseButton.LeftButton or (where - self._pressed).manhattanLength() > ONE:
            return
        marks = self._marks_at(where)
        if marks:
            following = marks.index(self._selected) + 1 if self._selected in marks else 0
            self.mark_clicked.emit(marks[following % len(marks)])
            return
        shape = self.cursorForPosition(where).blockFormat()
        if shape.property(_KIND) == BlockKind.HEADING.value:
            self.section_clicked.emit(str(shape.property(_SECTION)))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """A hand over what can be clicked."""
        super().mouseMoveEvent(event)
        where = event.position().toPoint()
        heading = self.cursorForPosition(where).blockFormat().property(_KIND) == BlockKind.HEADING.value
        hand = heading or bool(self._marks_at(where))
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.IBeamCursor)

    def viewportEvent(self, event: QEvent) -> bool:
        """The evidence of the claim under the mouse, as a tooltip in plain text."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            marks = self._marks_at(event.pos())
            text = "\n".join(f"{self._marks[n].word.value}: {self._marks[n].evidence}" for n in marks)
            QToolTip.showText(event.globalPos(), plain_tip(text), self.viewport())
            return True
        return super().viewportEvent(event)

    def _marks_at(self, where: QPoint) -> tuple[int, ...]:
        anchor = self.cursorForPosition(where)
        position = (
            self.document()
            .documentLayout()
            .hitTest(QPointF(where.x(), where.y() + self.verticalScrollBar().value()), Qt.HitTestAccuracy.ExactHit)
        )
        if position < 0:
            return ()
        anchor.setPosition(min(position + 1, self.document().characterCount() - 1))
        return _marks_of(anchor.charFormat())


def _marks_of(look: QTextCharFormat) -> tuple[int, ...]:
    text = look.property(_MARKS)
    return tuple(int(part) for part in str(text).split(",")) if text else ()
