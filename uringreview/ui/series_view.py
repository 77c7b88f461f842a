"""The series pane: what belongs with the chosen patch, in which order to take it, who says so, and what is missing.

The drawing shows one series or those of the whole queue; the list beside it holds the chosen patch's series in words.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QShowEvent
from PySide6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QSizePolicy, QSplitter, QVBoxLayout, QWidget

from uringreview.review.facts import Desk, PatchFacts
from uringreview.series.graph import Group
from uringreview.ui.header import Header
from uringreview.ui.plain import plain_tip
from uringreview.ui.series_drawing import SeriesDrawing
from uringreview.ui.series_layout import Entry, EntryKind, Link, entries, group_entries, lay_out, lay_out_all, why
from uringreview.ui.theme import HALF, ONE, TWO, Theme, ui_font

NOTHING = "Nothing in this queue says that this patch belongs with another."
HINT = (
    "Arrow keys walk along the arrows, Enter goes to the patch, + and - magnify; an arrow says here what it stands for."
)
_KEY = Qt.ItemDataRole.UserRole
_REASONS_SHOWN = 2
_WIDE = 150  # characters of a reason that are shown below the drawing; the list has all of it


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
        self._key = ""
        self.whole_queue = False
        self.drawing = SeriesDrawing(theme, self._why)
        self.drawing.chosen.connect(self.patch_chosen)
        self.drawing.walked.connect(self._say_why)
        self._said = QLabel(HINT)
        self._said.setObjectName("seriesWhy")
        self._said.setAccessibleName("Why")
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._said.setProperty("role", "muted")
        self._said.setContentsMargins(TWO, ONE, TWO, ONE)
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
        self._header = Header("SERIES", self, name="series_header")
        self._place()
        self.setFocusProxy(self.drawing)
        self._fill()

    def _place(self) -> None:
        drawn = QWidget()
        drawn.setObjectName("seriesDrawn")
        inside = QVBoxLayout(drawn)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addWidget(self.drawing, 1)
        inside.addWidget(self._said)
        self._parts = QSplitter(Qt.Orientation.Horizontal)
        self._parts.setObjectName("seriesParts")
        self._parts.setHandleWidth(1)
        self._parts.addWidget(drawn)
        self._parts.addWidget(self._list)
        self._parts.setStretchFactor(0, 3)
        self._parts.setStretchFactor(1, 2)
        self._parts.setSizes([3 * 300, 2 * 300])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addWidget(self._empty, 1)
        column.addWidget(self._parts, 1)

    def set_theme(self, theme: Theme) -> None:
        """Repaint in other colours."""
        self._theme = theme
        self.drawing.set_theme(theme)
        self._fill()

    def show_desk(self, desk: Desk | None) -> None:
        """Take over the queue's evidence; statuses and later fixes come from it."""
        self._desk = desk
        if desk is not None and self._facts is not None:
            self._facts = desk.of(self._facts.key)
        self._fill()

    def show_patch(self, facts: PatchFacts | None, key: str = "") -> None:
        """Show what belongs with this patch; `key` is its row's, for one that is listed and not loaded."""
        self._facts, self._key = facts, key
        self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        """Fill what was not filled while another tab was open."""
        super().showEvent(event)
        self._fill()

    def toggle_scope(self) -> None:
        """Draw the series of the whole queue, or the chosen patch's own again."""
        self.whole_queue = not self.whole_queue
        self._fill()

    def handlers(self) -> Mapping[str, Callable[[], None]]:
        """What the actions of the drawing do, by their names."""
        return self.drawing.handlers()

    def _fill(self) -> None:
        if not self.isVisible():
            return
        facts, desk = self._facts, self._desk
        listed = self._listed_in()
        if desk is None:
            self._entries = ()
        elif facts is not None:
            self._entries = entries(facts, desk)
        else:
            self._entries = group_entries(listed, desk) if listed is not None else ()
        all_of_them = self.whole_queue and desk is not None and bool(desk.groups)
        shown = bool(self._entries) or all_of_them
        self._empty.setVisible(not shown)
        self._parts.setVisible(shown)
        self._list.setVisible(bool(self._entries))
        self._empty.setText(
            NOTHING if facts is not None else "Choose a patch in the queue to see what belongs with it."
        )
        count = len(desk.groups) if desk is not None else 0
        scope = "of the whole queue" if self.whole_queue else "of this patch"
        self._header.say(f"{scope} · {count} series in the queue")
        self._list.clear()
        if desk is None or not shown:
            return
        current = facts.key if facts is not None else self._key or None
        if all_of_them:
            self.drawing.show_drawing(lay_out_all(desk), current)
        elif facts is not None:
            self.drawing.show_drawing(lay_out(facts, desk), current)
        elif listed is not None:
            self.drawing.show_drawing(lay_out_all(replace(desk, groups=(listed,))), current)
        for entry in self._entries:
            self._list.addItem(self._item(entry, current))

    def _listed_in(self) -> Group | None:
        """The group of a row that is listed and not loaded."""
        if self._desk is None or self._facts is not None or not self._key:
            return None
        groups = self._desk.groups
        return next((each for each in groups if any(one.row == self._key for one in each.members)), None)

    def _item(self, entry: Entry, current: str | None) -> QListWidgetItem:
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

    def _why(self, link: Link) -> str:
        if self._desk is None or link.edge is None:
            return "fixed later by this commit" if link.fixes else ""
        return why(link.edge, self._desk)

    def _say_why(self, link: object) -> None:
        words = self._why(link) if isinstance(link, Link) else ""
        lines = words.split("\n")
        more = len(lines) - 1 - _REASONS_SHOWN
        cut = [line if len(line) <= _WIDE else f"{line[:_WIDE]}…" for line in lines[: 1 + _REASONS_SHOWN]]
        cut[0] += f", for {len(lines) - 1} reasons: the list has all" if more > 0 else ""
        shown = cut
        self._said.setText("\n".join(shown) if words else HINT)
