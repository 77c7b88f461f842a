"""The command palette: type a few letters of a command, press Enter (Ctrl+K).

The list is the action table, so whatever the window can do is found here with its key; patches (by subject, id or
position) and decisions for one branch stand behind the commands.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from uringreview.ui.actions import Action, shown_key
from uringreview.ui.chooser import Chooser, Entry, fuzzy_score

_COMMAND = 100_000
__all__ = ["Match", "Palette", "fuzzy_score", "matches"]


@dataclass(frozen=True, slots=True)
class Match:
    """An action that fits what was typed, the better the higher."""

    action: Action
    score: int


def matches(text: str, actions: Sequence[Action]) -> list[Match]:
    """The actions whose text holds the letters of `text` in order, best first; all of them for an empty text."""
    found = []
    for one in actions:
        score = fuzzy_score(text, f"{one.menu.value}: {one.text}")
        if score is not None:
            found.append(Match(one, score))
    return sorted(found, key=lambda match: -match.score)


class Palette(Chooser):
    """The chooser over the action table."""

    chosen = Signal(str)
    """What was picked: an action's name, or the value of one of the other entries."""

    def __init__(self, actions: Sequence[Action], parent: QWidget) -> None:
        super().__init__(parent, "palette", "Command to find")
        self._actions = list(actions)
        self.field.setPlaceholderText("command, branch or patch…")

    def score(self, text: str, entry: Entry) -> int | None:
        """Commands before patches that fit alike; of commands that do the shortest is meant."""
        found = super().score(text, entry)
        if found is None or ":" in entry.value:
            return found
        return found + _COMMAND - 2 * len(entry.text)

    def ask(self, enabled: Callable[[Action], bool], others: Sequence[Entry] = ()) -> None:
        """Show the palette; `enabled` tells which actions can be used now, `others` stand behind the actions."""
        usable = [one for one in self._actions if one.name != "palette" and enabled(one)]
        entries = [
            Entry(f"{one.menu.value}: {one.text}", one.name, "   ".join(map(shown_key, one.keys)), one.tooltip)
            for one in usable
        ]
        self.ask_among("", [*entries, *others], self.chosen.emit)
