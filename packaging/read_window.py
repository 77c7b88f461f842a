#!/usr/bin/python3
"""Read a running window as a screen reader does, over AT-SPI, and press Take: the program seen from outside.

    packaging/with-screen packaging/read_window.py COMMAND...

COMMAND starts the program on a queue. What was read is written as JSON: the cells of the queue, the text of the diff
and of the rationale, the claims, the verdicts of the simulator, the status line before and after Take was pressed, and
the widgets that take the focus and have no name. Needs Debian's python3-gi, gir1.2-atspi-2.0 and at-spi2-core.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

_WAIT_SECONDS = 90
# A table of thousands of cells is read through its own interface, not walked.
_MOST_CHILDREN = 400


def main() -> int:
    program = subprocess.Popen(sys.argv[1:])
    try:
        print(json.dumps(read(program), indent=1))
    finally:
        program.terminate()
        try:
            program.wait(20)
        except subprocess.TimeoutExpired:
            program.kill()
            raise SystemExit("the program did not end when it was asked to (SIGTERM)") from None
    return 0


def read(program: "subprocess.Popen[bytes]") -> dict[str, Any]:
    """All that the window says, before and after Take."""
    window = wait_for(lambda: application(program), "the program on the accessibility bus")
    wait_for(lambda: "apply status" in status(window), "the branches")
    queue = wait_for(lambda: named(window, "table", "Queue of patches"), "the queue")
    before = wait_for(lambda: settled(window), "the end of all work")
    found = {
        "status": before,
        "queue": rows(queue),
        "diff": text(named(window, "text", "Diff text")),
        "rationale": text(named(window, "text", "Rationale with marked claims")),
    }
    press(window, "Take")
    found["after_take"] = wait_for(lambda: status(window) if status(window) != before else None, "Take to be counted")
    press(window, "Run simulator")
    found["verdicts"] = wait_for(lambda: verdicts(window), "every verdict of the simulator")
    press(window, "Claims")
    claims = wait_for(lambda: rows(named(window, "table", "Claims, contradicted ones first")), "the claims")
    found["claims"] = claims
    found["unnamed"] = unnamed(window)
    return found


def unnamed(window: Any) -> list[str]:
    """The widgets that take the focus and have no name.

    Left out are the popups that Qt itself gives to its combo boxes, and labels, whose name is what they say now.
    """
    return [
        f"{each.get_role_name()} in {each.get_parent().get_name()!r} of {each.get_parent().get_parent().get_name()!r}"
        for each in everything(window)
        if not each.get_name()
        and each.get_state_set().contains(Atspi.StateType.FOCUSABLE)
        and each.get_role_name() != "label"
        and each.get_parent().get_role_name() != "combo box"
    ]


def application(program: "subprocess.Popen[bytes]") -> Any:
    """The accessible object of the program once it is on the bus; None before."""
    if program.poll() is not None:
        raise SystemExit(f"the program ended with exit status {program.returncode}")
    desktop = Atspi.get_desktop(0)
    children = (desktop.get_child_at_index(index) for index in range(desktop.get_child_count()))
    return next((each for each in children if each is not None and each.get_name() == "uringreview"), None)


def everything(node: Any) -> Iterator[Any]:
    """`node` and all below it, but for the cells of large tables."""
    yield node
    count = node.get_child_count()
    for index in range(count if count <= _MOST_CHILDREN else 0):
        child = node.get_child_at_index(index)
        if child is not None:
            yield from everything(child)


def named(window: Any, role: str, name: str) -> Any:
    """The widget of that role and accessible name; None where there is none."""
    return next((each for each in everything(window) if each.get_role_name() == role and each.get_name() == name), None)


def status(window: Any) -> str:
    """The status line, its parts joined by a bar."""
    bar = named(window, "filler", "Status")
    return "" if bar is None else " | ".join(filter(None, (each.get_name() for each in everything(bar))))


def settled(window: Any) -> str | None:
    """The status line once it has not changed for a second; None while it does."""
    first = status(window)
    time.sleep(1)
    return first if status(window) == first else None


def press(window: Any, title: str) -> None:
    """Choose the menu item of that title."""
    items = (each for each in everything(window) if each.get_role_name() in ("menu item", "check menu item"))
    item = next(each for each in items if each.get_name().split("\t")[0] == title)
    Atspi.Action.do_action(item, 0)


def verdicts(window: Any) -> list[list[str]] | None:
    """The cells of the simulator's matrix; None while one is still searched."""
    cells = rows(named(window, "table", "Verdict of each scenario with each set of patches"))
    return (
        cells
        if cells and not any("not searched" in each or "searching" in each for row in cells for each in row)
        else None
    )


def rows(table: Any) -> list[list[str]]:
    """The cells of a table, row by row."""
    across, down = Atspi.Table.get_n_columns(table), Atspi.Table.get_n_rows(table)
    return [
        [Atspi.Table.get_accessible_at(table, row, column).get_name() for column in range(across)]
        for row in range(down)
    ]


def text(widget: Any) -> str:
    """All the text of a text widget."""
    return str(Atspi.Text.get_text(widget, 0, Atspi.Text.get_character_count(widget)))


def wait_for(look: Any, what: str) -> Any:
    """What `look` returns once that is something; ends the program where it never is."""
    until = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < until:
        try:
            found = look()
        except GLib.GError:
            # A widget that went while the tree was walked: look again.
            continue
        if found:
            return found
        time.sleep(0.2)
    raise SystemExit(f"waited {_WAIT_SECONDS} s in vain for {what}")


if __name__ == "__main__":
    sys.exit(main())
