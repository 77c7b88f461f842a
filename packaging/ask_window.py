#!/usr/bin/python3
"""Answers what a screen reader finds in a window: one question a line on standard input, one JSON answer a line.

Run by the system's Python, which has the accessibility bindings. A question is `PID WORD ARGUMENT...`, parted by tabs,
of the process whose window is meant; an answer is null while the window, or the widget asked for, is not there.
"""

import json
import sys
from typing import Any

import read_window as window
from gi.repository import Atspi, GLib

_CELLS = ("table cell", "list item", "tree item", "table column header", "table row header", "page tab")


def application(process: int) -> Any:
    """The accessible object of the program with that process id; None where it is not on the bus."""
    desktop = Atspi.get_desktop(0)
    every = (desktop.get_child_at_index(index) for index in range(desktop.get_child_count()))
    return next((each for each in every if each is not None and each.get_process_id() == process), None)


class Reader:
    """The windows that were asked about, and the widgets found in them: a window that is asked often has work to do."""

    def __init__(self) -> None:
        self._found: dict[tuple[int, str, str], Any] = {}

    def answer(self, process: int, word: str, *arguments: str) -> Any:
        """What the window of `process` says to one question."""
        if word == "focus":
            found = application(process)
            return focus(found) if found is not None else None
        role, name = arguments[:2] if arguments else ("filler", "Status")
        widget = self._widget(process, role, name)
        if widget is None:
            return None
        if word == "status":
            return " | ".join(filter(None, (each.get_name() for each in window.everything(widget))))
        if word == "text":
            return window.text(widget)
        if word == "count":
            return Atspi.Table.get_n_rows(widget)
        return column(widget, int(arguments[2]))

    def forget(self, process: int) -> None:
        """Look for the widgets of that process anew."""
        self._found = {place: widget for place, widget in self._found.items() if place[0] != process}

    def _widget(self, process: int, role: str, name: str) -> Any:
        found = self._found.get((process, role, name))
        if found is None:
            top = application(process)
            found = window.named(top, role, name) if top is not None else None
            if found is not None:
                self._found[process, role, name] = found
        return found


def focus(found: Any) -> list[str]:
    """The accessible names of what has the focus: a widget, and those that hand it on to that one."""
    focused = Atspi.StateType.FOCUSED
    # Qt says so of a table's current cell even while another widget has the focus.
    widgets = (each for each in window.everything(found) if each.get_role_name() not in _CELLS)
    return [each.get_name() for each in widgets if each.get_state_set().contains(focused)]


def column(table: Any, number: int) -> list[str]:
    """The cells of one column of a table."""
    return [
        Atspi.Table.get_accessible_at(table, row, number).get_name() for row in range(Atspi.Table.get_n_rows(table))
    ]


def main() -> None:
    """Answer until the questions end."""
    reader = Reader()
    for line in sys.stdin:
        process, *question = line.rstrip("\n").split("\t")
        try:
            found = reader.answer(int(process), *question)
        except (GLib.GError, AttributeError):
            # A widget went while the tree was walked: as good as not there yet.
            reader.forget(int(process))
            found = None
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
