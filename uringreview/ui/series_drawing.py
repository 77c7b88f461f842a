"""The drawn graph of a series: moved by dragging, magnified by Ctrl and the wheel, walked box by box with the arrows.

The list beside it holds the same data for the keyboard and for screen readers; what an arrow means is said below the
drawing while one walks along it. The keys are in the table of `actions` and act here alone.
"""

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from uringreview.ui.actions import ACTIONS
from uringreview.ui.plain import plain_tip
from uringreview.ui.series_layout import Drawing, Link
from uringreview.ui.series_paint import Paper, box_in_words
from uringreview.ui.theme import FOUR, Theme

_SMALLEST, _LARGEST, _STEP = 0.15, 2.5, 1.2
_PAN = 80.0


class SeriesDrawing(QWidget):
    """The painted graph.

    `chosen` carries the key of the box that was clicked or entered, `walked` the arrow that was walked along (None
    where one moved without), for the words below.
    """

    chosen = Signal(str)
    walked = Signal(object)

    def __init__(self, theme: Theme, why: Callable[[Link], str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("seriesDrawing")
        self.setAccessibleName("Series graph")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self._theme = theme
        self._why = why
        self._paper = Paper(Drawing(), theme)
        self._current: str | None = None
        self._focus: int | None = None
        self._link: Link | None = None
        self._scale = 1.0
        self._offset = QPointF()
        self._pressed: QPointF | None = None
        self._dragged = False
        self._by_hand = False

    # What is shown

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self._paper = Paper(self._paper.drawing, theme)
        self.update()

    def show_drawing(self, drawing: Drawing, current: str | None) -> None:
        """Show `drawing`, with the box of the patch `current` marked; the view stays where the boxes are the same."""
        former = [box.name for box in self._paper.drawing.boxes]
        same = former == [box.name for box in drawing.boxes]
        if same and drawing == self._paper.drawing and current == self._current:
            return
        self._paper, self._current = Paper(drawing, self._theme), current
        names = [f"{box.name} ({box.kind.value})" for box in drawing.boxes[:50]]
        more = f" and {len(drawing.boxes) - 50} more" if len(drawing.boxes) > 50 else ""
        text = f"{len(drawing.boxes)} commits from left to right: {', '.join(names)}{more}" if names else ""
        self.setAccessibleDescription(text)
        place = next((at for at, box in enumerate(drawing.boxes) if box.key is not None and box.key == current), None)
        if not same or place is not None:
            self._focus, self._link = place, None
        if not same:
            self.fit()
        elif place is not None:
            self.bring(place)
        self.update()

    @property
    def drawing(self) -> Drawing:
        """What is drawn."""
        return self._paper.drawing

    @property
    def focused(self) -> int | None:
        """The index of the box that the keyboard is at."""
        return self._focus

    @property
    def scale(self) -> float:
        """How much it is magnified."""
        return self._scale

    def sizeHint(self) -> QSize:
        """As large as its boxes."""
        return self._paper.size.size().toSize()

    def place(self, index: int) -> QRectF:
        """Where a box stands in the widget now."""
        place = self._paper.places[index]
        corner = QPointF(place.topLeft()) * self._scale + self._offset
        return QRectF(corner.x(), corner.y(), place.width() * self._scale, place.height() * self._scale)

    # Moving and magnifying

    def fit(self) -> None:
        """Show as much as can be read: all of it where it fits at half size or more, else its upper left."""
        size = self._paper.size
        if size.isEmpty() or self.width() < FOUR or self.height() < FOUR:
            return
        self._by_hand = False
        fitting = min(self.width() / size.width(), self.height() / size.height())
        self._scale = min(max(fitting, 0.7), 1.0)
        self._offset = QPointF()
        if self._focus is not None:
            self.bring(self._focus)
        self._keep_near()
        self.update()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Magnify, with the point `at` (default: the middle) staying where it is."""
        point = at if at is not None else QPointF(self.width() / 2, self.height() / 2)
        scale = min(max(self._scale * factor, _SMALLEST), _LARGEST)
        self._offset = point - (point - self._offset) * (scale / self._scale)
        self._scale = scale
        self._by_hand = True
        self._keep_near()
        self.update()

    def pan(self, x: float, y: float) -> None:
        """Move what is shown by that many pixels."""
        self._offset += QPointF(x, y)
        self._by_hand = True
        self._keep_near()
        self.update()

    def bring(self, index: int) -> None:
        """Move as little as shows the whole box."""
        place, room = self.place(index), QRectF(self.rect()).adjusted(FOUR, FOUR, -FOUR, -FOUR)
        x = max(room.left() - place.left(), 0.0) or min(room.right() - place.right(), 0.0)
        y = max(room.top() - place.top(), 0.0) or min(room.bottom() - place.bottom(), 0.0)
        self._offset += QPointF(x, y)
        self.update()

    def _keep_near(self) -> None:
        # Nothing is ever dragged quite out of sight.
        size = self._paper.size.size() * self._scale
        for room, extent, get, put in (
            (self.width(), size.width(), self._offset.x, self._offset.setX),
            (self.height(), size.height(), self._offset.y, self._offset.setY),
        ):
            least, most = min(room - extent, 0.0), max(room - extent, 0.0) if extent < room else 0.0
            put(min(max(get(), least), most))

    # Walking

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """What the actions of the drawing do, by their names."""
        return {
            "series_along": lambda: self.walk(1),
            "series_back": lambda: self.walk(-1),
            "series_below": lambda: self.step(1),
            "series_above": lambda: self.step(-1),
            "series_choose": self.choose,
            "series_larger": lambda: self.zoom(_STEP),
            "series_smaller": lambda: self.zoom(1 / _STEP),
            "series_fit": self.fit,
            "series_pan_left": lambda: self.pan(_PAN, 0),
            "series_pan_right": lambda: self.pan(-_PAN, 0),
            "series_pan_up": lambda: self.pan(0, _PAN),
            "series_pan_down": lambda: self.pan(0, -_PAN),
        }

    def walk(self, step: int) -> None:
        """Along an arrow from the box: forward (1) to what needs it, back (-1) to what it needs; the first of several,
        whose neighbours are a step above and below."""
        links = self.drawing.links
        if self._focus is None:
            self._go(0 if self.drawing.boxes else None, None)
            return
        link = next((one for one in links if (one.start if step > 0 else one.end) == self._focus), None)
        if link is not None:
            self._go(link.end if step > 0 else link.start, link)

    def step(self, step: int) -> None:
        """To the next box below (1) or above (-1) in the same column; at its end to the next column."""
        boxes = self.drawing.boxes
        ordered = sorted(range(len(boxes)), key=lambda at: (boxes[at].column, boxes[at].row))
        if self._focus is None:
            self._go(ordered[0] if ordered else None, None)
            return
        place = ordered.index(self._focus) + step
        if 0 <= place < len(ordered):
            self._go(ordered[place], None)

    def choose(self) -> None:
        """Choose the patch of the box that the keyboard is at."""
        box = self.drawing.boxes[self._focus] if self._focus is not None else None
        if box is not None and box.key is not None:
            self.chosen.emit(box.key)

    def _go(self, index: int | None, link: Link | None) -> None:
        self._focus, self._link = index, link
        if index is not None:
            self.bring(index)
        self.walked.emit(link)
        self.update()

    # Events

    def paintEvent(self, event: QPaintEvent) -> None:
        """Only what is in sight."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(event.rect(), self._theme.color("background"))
        painter.translate(self._offset)
        painter.scale(self._scale, self._scale)
        area = QRectF(event.rect())
        part = QRectF((area.topLeft() - self._offset) / self._scale, area.size() / self._scale)
        focus = self._focus if self.hasFocus() else None
        self._paper.paint(painter, part, self._current, focus, self._link)
        painter.end()

    def _on_paper(self, at: QPointF) -> QPointF:
        return (at - self._offset) / self._scale

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A drag begins, or a click."""
        self._pressed, self._dragged = event.position(), False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Dragging moves the paper."""
        if self._pressed is None or not event.buttons():
            return
        moved = event.position() - self._pressed
        if self._dragged or moved.manhattanLength() >= QApplication.startDragDistance():
            self._dragged = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.pan(moved.x(), moved.y())
            self._pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click on a patch chooses it, one on an arrow says what it stands for."""
        self.unsetCursor()
        if self._pressed is None or self._dragged:
            self._pressed = None
            return
        self._pressed = None
        at = self._on_paper(event.position())
        index = self._paper.box_at(at)
        if index is not None:
            self._go(index, None)
            self.choose()
        else:
            self._link = self._paper.link_at(at)
            self.walked.emit(self._link)
            self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Ctrl and the wheel magnify, the wheel alone moves."""
        turned = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta() / 2
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(_STEP ** (event.angleDelta().y() / 120), event.position())
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.pan(turned.y() or turned.x(), 0)
        else:
            self.pan(turned.x(), turned.y())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The keys that act in the drawing."""
        act = self._act_for(event)
        if act is not None:
            act()
        else:
            super().keyPressEvent(event)

    def _act_for(self, event: QKeyEvent) -> Callable[[], None] | None:
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        stroke = QKeySequence(plain.value | event.key()).toString()
        name = next((one.name for one in ACTIONS if one.in_series and stroke in one.keys), "")
        return self.handlers().get(name)

    def event(self, event: QEvent) -> bool:
        """Its own keys go before those of the lists; the tooltip says in words what boxes and arrows show."""
        key = event if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride else None
        if key is not None and self._act_for(key) is not None:
            event.accept()
            return True
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            at = self._on_paper(QPointF(event.pos()))
            index, link = self._paper.box_at(at), self._paper.link_at(at)
            words = box_in_words(self.drawing.boxes[index], self._theme) if index is not None else ""
            words = words or (self._why(link) if link is not None else "")
            if words:
                QToolTip.showText(event.globalPos(), plain_tip(words), self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The box that the keyboard is at is marked."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """And not while the keyboard is elsewhere."""
        super().focusOutEvent(event)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the drawing in, or keep in sight what was moved or magnified by hand."""
        super().resizeEvent(event)
        if self._by_hand:
            self._keep_near()
        else:
            self.fit()
