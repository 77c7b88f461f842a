"""One side of a diff on the screen: a read-only text widget that paints only what can be seen.

Text stays text (selectable, walkable with the arrow keys, readable by a screen reader); line numbers, backgrounds and
C colours are made for the visible blocks in the paint event. QSyntaxHighlighter would colour all lines first, which
takes four times as long on 20,000 lines.
"""

from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetrics,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from uringreview.diff.model import LineKind
from uringreview.ui.diff_colours import DiffColours
from uringreview.ui.diff_rows import Row, RowKind, Rows, Sheet, Stretch
from uringreview.ui.theme import ONE, TWO, Theme, fixed_font

_TAB_STOP, _NARROW_TAB_STOP = 8, 4
_FIRST = 2000
"""So many rows are put in before the first paint; the rest of a longer diff follows right after it."""


class DiffEdit(QPlainTextEdit):
    """Shows one side of a `Sheet`; `new_side` says which (a unified sheet is shown by the new side alone)."""

    row_chosen = Signal(int)
    """The caret came to another row by mouse or key."""
    row_clicked = Signal(int)
    """A row was clicked."""

    def __init__(self, theme: Theme, *, new_side: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._new_side = new_side
        self._sheet = Sheet((), Rows(), side_by_side=False)
        self._lit: frozenset[int] = frozenset()
        self._formatted: set[int] = set()
        self._named: dict[str, QColor] = {}
        self._visible: tuple[tuple[float, ...], list[tuple[int, QTextBlock, int, int]]] = ((), [])
        self._colours = DiffColours(self._sheet, theme, new_side=new_side)
        self._row = -1
        self._digits = (0, 0)
        self._filling = False
        self._gutter = _Gutter(self)
        self._rest: list[str] = []
        self._later = QTimer(self, singleShot=True)
        self._later.timeout.connect(self.complete)
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFont(fixed_font())
        self.setCursorWidth(1)
        self.document().setDocumentMargin(0)
        self.use_narrow_tabs(False)
        self.updateRequest.connect(self._move_gutter)
        self.cursorPositionChanged.connect(self._caret_moved)

    @property
    def new_side(self) -> bool:
        """Whether this widget shows the lines after the patch (or, unified, both)."""
        return self._new_side

    def use_narrow_tabs(self, narrow: bool) -> None:
        """Let a tab take four columns instead of eight: three files beside each other have little room."""
        columns = _NARROW_TAB_STOP if narrow else _TAB_STOP
        self.setTabStopDistance(columns * QFontMetrics(self.font()).horizontalAdvance("0"))

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self._colours = DiffColours(self._sheet, theme, new_side=self._new_side)
        self._formatted.clear()
        self._visible = ((), [])
        self._named.clear()
        self.viewport().update()
        self._gutter.update()

    def show_sheet(self, sheet: Sheet) -> None:
        """Replace all rows."""
        self._sheet = sheet
        self._lit = frozenset()
        self._formatted.clear()
        self._colours = DiffColours(sheet, self._theme, new_side=self._new_side)
        self._row = -1
        self._visible = ((), [])
        # The margin first: it makes the text beside it be looked over, which the new one need not be twice.
        self._set_margin()
        self._filling = True
        texts = sheet.texts(new_side=self._new_side)
        self._rest = texts[_FIRST:]
        self.setPlainText("\n".join(texts[:_FIRST]))
        self._filling = False

    def complete(self) -> None:
        """Put in the rows that were left for after the first paint, if there are any."""
        if self._rest:
            rest, self._rest = self._rest, []
            self._filling = True
            end = QTextCursor(self.document())
            end.movePosition(QTextCursor.MoveOperation.End)
            end.insertText("\n" + "\n".join(rest))
            self._filling = False

    def light_rows(self, rows: frozenset[int]) -> None:
        """Give these rows the background of what is spoken of."""
        self._lit = rows
        self.viewport().update()
        self._gutter.update()

    def put_caret(self, row: int) -> None:
        """Move the caret to the start of `row` without telling anyone."""
        if row >= self.blockCount():
            self.complete()
        if row == self._row or not 0 <= row < self.blockCount():
            return
        self._filling = True
        self.setTextCursor(QTextCursor(self.document().findBlockByNumber(row)))
        self._filling = False
        self._row = row
        self.viewport().update()

    @property
    def caret_row(self) -> int:
        """The row that the caret is on."""
        return self.textCursor().blockNumber()

    def page_rows(self) -> int:
        """How many rows fit on the screen."""
        return max(1, self.viewport().height() // QFontMetrics(self.font()).lineSpacing())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A click on the row where the caret already is tells of it again."""
        self._row = -1
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self._caret_moved()
            self.row_clicked.emit(self.caret_row)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the gutter at the left edge."""
        super().resizeEvent(event)
        inside = self.contentsRect()
        self._gutter.setGeometry(QRect(inside.left(), inside.top(), self.viewportMargins().left(), inside.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Backgrounds and C colours of the visible rows, then the text."""
        painter = QPainter(self.viewport())
        width = self.viewport().width()
        runs: list[tuple[QColor, int, int]] = []
        for number, _, top, height in self.visible_rows():
            colour = self.ground(number)
            if runs and runs[-1][0] is colour:
                runs[-1] = (colour, runs[-1][1], top + height)
            else:
                runs.append((colour, top, top + height))
        for colour, top, bottom in runs:
            painter.fillRect(0, top, width, bottom - top, colour)
        painter.end()
        super().paintEvent(event)
        if self._rest:
            self._later.start(0)

    def visible_rows(self) -> list[tuple[int, QTextBlock, int, int]]:
        """Row number, block, top and height in the viewport of each row that can be seen; they have their colours."""
        rows: list[tuple[int, QTextBlock, int, int]] = []
        block = self.firstVisibleBlock()
        offset = self.contentOffset()
        bottom = self.viewport().height()
        known = (block.blockNumber(), offset.y(), bottom, self.fontMetrics().lineSpacing())
        if self._visible[0] == known:  # the gutter is painted right after the text
            return self._visible[1]
        number, last = block.blockNumber(), len(self._sheet.rows)
        top = self.blockBoundingGeometry(block).top() + offset.y()
        while block.isValid() and number < last and top <= bottom:
            if number not in self._formatted:
                self._formatted.add(number)  # before it is measured: a line that gets colours is laid out anew
                block.layout().setFormats(self._colours.formats(number))
            below = top + self.blockBoundingRect(block).height()
            rows.append((number, block, round(top), round(below) - round(top)))
            block, number, top = block.next(), number + 1, below
        self._visible = (known, rows)
        return rows

    def rows_rect(self, rows: range) -> QRect:
        """Where `rows` stand in the viewport, in view or not."""
        if rows[0] >= self.blockCount():
            self.complete()
        first = self.document().findBlockByNumber(rows[0])
        box = self.blockBoundingGeometry(first).translated(self.contentOffset())
        return QRect(0, round(box.top()), self.viewport().width(), round(box.height()) * len(rows))

    def ground(self, number: int) -> QColor:
        """The background of a row."""
        name = self._ground_name(number)
        colour = self._named.get(name)
        if colour is None:
            colour = self._named[name] = self._theme.color(name)
        return colour

    def _ground_name(self, number: int) -> str:
        row = self._sheet.rows[number]
        if number in self._lit:
            return "lit"
        if row.kind is RowKind.HUNK or row.kind is RowKind.FILE:
            return "hunk_header" if row.kind is RowKind.HUNK else "raised"
        if row.kind is RowKind.GAP and number != self._row:
            return "surface"
        ground = self._line_ground(row)
        if ground is not None:
            return ground
        return "selection_idle" if number == self._row else "background"

    def _line_ground(self, row: Row) -> str | None:
        if row.kind is RowKind.RAW:
            return _RAW_GROUNDS.get(row.text[:1]) if row.hunk >= 0 else None
        if row.kind is not RowKind.LINE:
            return None
        line = self._sheet.line(row, new_side=self._new_side)
        if line is None:
            return "surface"
        return "added" if line.kind is LineKind.ADDED else "removed" if line.kind is LineKind.REMOVED else None

    def number_of(self, number: int) -> tuple[str, str]:
        """The old and new line numbers that the gutter shows for a row; one of them is empty side by side."""
        row = self._sheet.rows[number]
        if row.kind is RowKind.MORE:
            return self._beside(*row.numbers)
        line = self._sheet.line(row, new_side=self._new_side)
        return self._beside(line.old, line.new) if line is not None else ("", "")

    def _beside(self, old: int | None, new: int | None) -> tuple[str, str]:
        if not self._sheet.side_by_side:
            return _number(old), _number(new)
        return ("", _number(new)) if self._new_side else (_number(old), "")

    @property
    def theme(self) -> Theme:
        """The colours in use."""
        return self._theme

    def caret_ground(self, number: int) -> bool:
        """Whether the gutter marks this row as the caret's."""
        return number == self._row

    def is_lit(self, number: int) -> bool:
        """Whether the row is spoken of."""
        return number in self._lit

    def is_comment(self, number: int) -> bool:
        """Whether the row is the reviewer's."""
        return self._sheet.rows[number].kind is RowKind.COMMENT

    def gutter_columns(self) -> tuple[int, int]:
        """Digits of the old and of the new column; 0 where the column is not shown."""
        return self._digits

    def _count_digits(self) -> tuple[int, int]:
        lines = [hunk for change in self._sheet.files for hunk in change.hunks]
        parts = self._sheet.rows.parts
        more = [row.numbers for row in parts if isinstance(row, Row) and row.kind is RowKind.MORE]
        old = max([hunk.old_start + hunk.old_count for hunk in lines] + [number for number, _ in more], default=0)
        new = max([hunk.new_start + hunk.new_count for hunk in lines] + [number for _, number in more], default=0)
        if not any(isinstance(part, Stretch) or part.kind is RowKind.LINE for part in parts):
            return 0, 0
        digits_old, digits_new = max(3, len(str(old))), max(3, len(str(new)))
        if not self._sheet.side_by_side:
            return digits_old, digits_new
        return (0, digits_new) if self._new_side else (digits_old, 0)

    def _set_margin(self) -> None:
        self._digits = self._count_digits()
        old, new = self._digits
        digit = QFontMetrics(self.font()).horizontalAdvance("0")
        width = sum(digits * digit + TWO for digits in (old, new) if digits) + ONE
        self.setViewportMargins(width, 0, 0, 0)
        inside = self.contentsRect()
        self._gutter.setGeometry(QRect(inside.left(), inside.top(), width, inside.height()))
        self._gutter.update()

    def _caret_moved(self) -> None:
        row = self.textCursor().blockNumber()
        if self._filling or row == self._row:
            return
        self._row = row
        self.viewport().update()
        self._gutter.update()
        if row < len(self._sheet.rows):
            self.row_chosen.emit(row)

    def _move_gutter(self, area: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())


class _Gutter(QWidget):
    """Line numbers beside a `DiffEdit`; the text widget itself is what a screen reader reads."""

    def __init__(self, edit: DiffEdit) -> None:
        super().__init__(edit)
        self._edit = edit
        self.setObjectName("diffGutter")
        self.setAccessibleName("Line numbers")

    def sizeHint(self) -> QSize:
        """As wide as the margin that the text leaves."""
        return QSize(self._edit.viewportMargins().left(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The numbers of the rows that can be seen."""
        edit = self._edit
        painter = QPainter(self)
        painter.fillRect(event.rect(), edit.theme.color("background"))
        painter.setFont(fixed_font(0.92))
        digit = QFontMetrics(edit.font()).horizontalAdvance("0")
        old, new = edit.gutter_columns()
        aligned = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        muted, accent = edit.theme.color("muted"), edit.theme.color("accent")
        painter.setPen(muted)
        width = self.width()
        for number, _, top, height in edit.visible_rows():
            painter.fillRect(0, top, width, height, edit.ground(number))
            left, right = edit.number_of(number)
            x = ONE
            for digits, text in ((old, left), (new, right)):
                if digits and text:
                    painter.drawText(QRect(x, top, digits * digit, height), aligned, text)
                if digits:
                    x += digits * digit + TWO
            if edit.caret_ground(number) or edit.is_lit(number) or edit.is_comment(number):
                painter.fillRect(QRect(0, top, 2, height), accent)
        painter.end()


_RAW_GROUNDS = {"+": "added", "-": "removed", "@": "hunk_header"}


def _number(value: int | None) -> str:
    return "" if value is None else str(value)
