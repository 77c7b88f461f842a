"""Makes the menu bar, the shortcuts and the enabling out of the action table.

A key that could be typed as text acts only inside the lists, the diff and the simulator; all others act in the whole
window. The simulator's own keys are its run's to hear. A handler is the one that `Commands` keeps by the action's name.
"""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from uringreview.ui.actions import ACTIONS, Action, Menu, Needs, acts_in_lists, shown_key
from uringreview.ui.commands import Commands

if TYPE_CHECKING:
    from uringreview.ui.window import Window


class ActionSet(QObject):
    """The window's QActions, by name."""

    def __init__(self, window: "Window", commands: Commands) -> None:
        super().__init__(window)
        self._window = window
        self._commands = commands
        self._made: dict[str, QAction] = {}
        self._keys: dict[str, list[QAction]] = {}
        for menu in Menu:
            self._fill(menu)
        window.grouping.setMenu(self._grouping_menu())

    def _fill(self, menu: Menu) -> None:
        bar = self._window.menus.addMenu(menu.value)
        bar.setObjectName(f"menu_{menu.value.lower()}")
        bar.setToolTipsVisible(True)
        bar.aboutToShow.connect(self.refresh)
        group = 0
        for one in ACTIONS:
            if one.menu is not menu:
                continue
            if one.group != group:
                bar.addSeparator()
                group = one.group
            bar.addAction(self._make(one))

    def _make(self, one: Action) -> QAction:
        # The key is written in our own notation behind a tab; the shortcuts themselves sit on actions without a menu,
        # because one action has one reach and "u" and Ctrl+Z reach differently far.
        key = f"\t{shown_key(one.keys[0])}" if one.keys else ""
        made = QAction(f"{one.text}{key}", self)
        made.setObjectName(one.name)
        made.setToolTip(one.tooltip)
        made.setCheckable(one.check)
        made.triggered.connect(lambda _checked=False, name=one.name: self.run(name))
        self._made[one.name] = made
        # The simulator and the drawn series hear their own keys themselves: there they go before those of the lists.
        self._keys[one.name] = (
            [] if one.in_simulator or one.in_series else [self._key(one, sequence) for sequence in one.keys]
        )
        return made

    def _key(self, one: Action, sequence: str) -> QAction:
        key = QAction(one.text, self)
        key.setShortcut(QKeySequence(sequence))
        key.triggered.connect(lambda _checked=False, name=one.name: self.run(name))
        if acts_in_lists(sequence):
            key.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            for pane in self._window.letter_panes():
                pane.addAction(key)
        else:
            key.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
            self._window.addAction(key)
        return key

    def _grouping_menu(self) -> QMenu:
        menu = QMenu(self._window)
        menu.setObjectName("grouping_menu")
        menu.setAccessibleName("Order of the queue")
        for name in ("by_series", "by_order", "by_subsystem", "by_decision"):
            menu.addAction(self._made[name])
        menu.aboutToShow.connect(self.refresh)
        return menu

    def get(self, name: str) -> QAction:
        """The menu's QAction of an action."""
        return self._made[name]

    def run(self, name: str) -> None:
        """Do what the action called `name` does, where it can be done now."""
        one = next(action for action in ACTIONS if action.name == name)
        if self.usable(one):
            self._commands.run(name)
        self.refresh()

    def usable(self, one: Action) -> bool:
        """Whether the action can be used now."""
        bench = self._window.bench
        key = self._window.queue_view.key
        match one.needs:
            case Needs.QUEUE:
                return bench.has_queue
            case Needs.PATCH:
                row = bench.row(key)
                return row is not None and row.patch is not None
            case Needs.DECIDED:
                return key in bench.decisions
            case Needs.CLONE:
                return bool(bench.branches)
            case Needs.UNDO | Needs.REDO:
                return bench.session is not None
            case Needs.RUN:
                return self._window.simulator.current is not None
            case Needs.WORK:
                return bool(self._window.jobs.running())
            case _:
                return True

    def refresh(self) -> None:
        """Enable and tick the menus' actions as things stand."""
        chosen = self._commands.chosen()
        for one in ACTIONS:
            made = self._made[one.name]
            usable = self.usable(one)
            made.setEnabled(usable)
            for key in self._keys[one.name]:
                key.setEnabled(usable)
            if one.check:
                made.setChecked(one.name in chosen)
