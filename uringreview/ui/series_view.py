"""The series pane: what belongs with the chosen patch, in which order to take it, who says so, and what is missing."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QScrollArea, QSplitter, QVBoxLayout, QWidget

from uringreview.review.facts import Desk, PatchFacts
from uringreview.ui.plain import plain_tip
from uringreview.ui.series_drawing import SeriesDrawing
from uringreview.ui.series_layout import Entry, EntryKind, entries, lay_out
from uringreview.ui.theme import HALF, ONE, TWO, Theme, ui_font

NOTHING = "Nothing in this queue says that this patch belongs with another."
_KEY = Qt.ItemDataRole.UserRole


class SeriesPane(QWidget):
    """The graph of the chosen patch's group, with a list beside it; `patch_chosen` carries a queue key."""

    patch_chosen = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("seriesPane")
        self.setAccessibleName("Series")
        self._theme = theme
        self._desk: Desk | None = None
        self._facts: PatchFacts | None = None
        self._entries: tuple[Entry, ...] = ()
        self._drawing = SeriesDrawing(theme)
        self._drawing.chosen.connect(self.patch_chosen)
        self._list = QListWidget()
        self._list.setObjectName("seriesList")
        self._list.setAccessibleName("Series members and reasons")
        self._list.setWordWrap(True)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self._list.setSpacing(HALF)
        self._list.setViewportMargins(TWO, ONE, TWO, ONE)
        self._list.itemActivated.connect(self._activated)
        self._empty = QLabel(NOTHING)
        self._empty.setObjectName("seriesEmpty")
        self._empty.setTextFormat(Qt.TextFormat.PlainText)
        self._empty.setWordWrap(True)
        self._empty.setProperty("role", "muted")
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._parts.setObjectName("seriesParts")
        self._parts.setHandleWidth(1)
        scroll = QScrollArea()
        scroll.setObjectName("seriesScroll")
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._drawing)
        self._parts.addWidget(scroll)
        self._parts.addWidget(self._list)
        self._parts.setStretchFactor(0, 3)
        self._parts.setStretchFactor(1, 2)
        self._parts.setSizes([3 * 300, 2 * 300])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._empty, 1)
        column.addWidget(self._parts, 1)
        self.setFocusProxy(self._list)
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self._drawing.set_theme(theme)
        self._fill()

    def show_desk(self, desk: Desk | None) -> None:
        """Take over the queue's evidence; statuses and later fixes come from it."""
        self._desk = desk
        if desk is not None and self._facts is not None:
            self._facts = desk.of(self._facts.key)
        self._fill()

    def show_patch(self, facts: PatchFacts | None) -> None:
        """Show what belongs with this patch."""
        self._facts = facts
        self._fill()

    def _fill(self) -> None:
        facts, desk = self._facts, self._desk
        self._entries = entries(facts, desk) if facts is not None and desk is not None else ()
        self._empty.setVisible(not self._entries)
        self._parts.setVisible(bool(self._entries))
        self._empty.setText(
            NOTHING if facts is not None else "Choose a patch in the queue to see what belongs with it."
        )
        self._list.clear()
        if facts is None or desk is None or not self._entries:
            return
        self._drawing.show_drawing(lay_out(facts, desk), facts.key)
        for entry in self._entries:
            self._list.addItem(self._item(entry, facts.key))

    def _item(self, entry: Entry, current: str) -> QListWidgetItem:
        indent = "      " if entry.kind is EntryKind.REASON else ""
        item = QListWidgetItem(indent + entry.text)
        item.setData(_KEY, entry.key)
        item.setToolTip(plain_tip(entry.text))
        own = entry.kind is EntryKind.MEMBER
        item.setFont(ui_font(bold=own and entry.key == current))
        colours = {EntryKind.WARNING: "contradicted", EntryKind.REASON: "muted", EntryKind.REMARK: "text"}
        item.setForeground(QBrush(self._theme.color(colours.get(entry.kind, "text"))))
        return item

    def _activated(self, item: QListWidgetItem) -> None:
        key = item.data(_KEY)
        if key:
            self.patch_chosen.emit(key)
