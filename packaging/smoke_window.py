"""Open the installed program's window on the demo, wait for its branches, and say what it shows."""

import sys

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import uringreview
from uringreview.ui.jobs import Jobs
from uringreview.ui.theme import apply_theme, theme_for
from uringreview.ui.window import Window


def main() -> int:
    """Exit status 0 where the demo's rows and cells are on the screen within a minute, else 1."""
    app = QApplication(["uringreview"])
    apply_theme(app, theme_for("light"))
    window = Window(Jobs(), "light")
    window.show()
    window.actions_.run("open_demo")
    for _ in range(600):
        QTest.qWait(100)
        desk = window.bench.desk
        if desk is not None and desk.clone is not None:
            break
    else:
        print("the window never showed the demo's branches")
        return 1
    rows, cells = len(window.queue_model.rows), sum(len(each.cells) for each in desk.facts)
    print(f"{app.platformName()}: {rows} rows, {cells} cells, from {uringreview.__file__}")
    window.close()
    return 0 if rows >= 8 and cells > rows else 1


if __name__ == "__main__":
    sys.exit(main())
