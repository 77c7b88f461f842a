#!/usr/bin/env python3
"""Grab each tab of the window on the demo queue into docs/images, light and dark.

Run from a checkout: `python docs/make-screenshots.py [FOLDER]`. Qt draws offscreen unless QT_QPA_PLATFORM says
otherwise (under Xvfb with xcb the fonts are those of the desktop). Needs no network; settings and sessions of the
person who runs it are left alone.
"""

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uringreview.ui.window import Window

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SIZE = (1600, 1000)
# The picture, its tab, and what of the demo to select for it: the beginning of a subject. README.md shows "review".
SHOTS = (
    ("review", "branches", "demo/chain: take a burnt fuse"),
    ("simulator", "simulator", "demo/chain: take a burnt fuse"),
    ("series", "series", "demo/chain: take a burnt fuse"),
    ("branches", "branches", "demo/ledger: keep"),
    ("thread", "thread", "demo/ledger: keep"),
    ("reply", "reply", "demo/chain: take a burnt fuse"),
    ("claims", "claims", "demo/chain: take a burnt fuse"),
    ("check", "check", "demo/chain: take a burnt fuse"),
    ("conflict", "branches", "demo/chain: take a burnt fuse"),
)


def main(folder: Path) -> int:
    """Write the pictures; returns the exit status."""
    with tempfile.TemporaryDirectory(prefix="uringreview-screenshots-") as home:
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
            os.environ[name] = str(Path(home) / name.lower())
        os.environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        os.environ |= {"GIT_AUTHOR_NAME": "Rita Reviewer", "GIT_AUTHOR_EMAIL": "rita@kernel.example"}
        return _grab(folder)


def _grab(folder: Path) -> int:
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from uringreview.review.decisions import DecisionKind
    from uringreview.ui.jobs import Jobs
    from uringreview.ui.theme import apply_theme, theme_for
    from uringreview.ui.window import Window

    app = QApplication(["uringreview"])
    apply_theme(app, theme_for("light"))
    window = Window(Jobs(), "light")
    window.resize(*SIZE)
    window.show()
    window.split_evenly()
    window.actions_.run("open_demo")

    def wait_for(what: str, done: object, seconds: int = 60) -> None:
        for _ in range(seconds * 50):
            if callable(done) and done():
                return
            QTest.qWait(20)
        raise SystemExit(f"the window never showed {what}")

    wait_for("the demo's branches", lambda: window.bench.desk is not None and window.bench.desk.clone is not None)
    window.actions_.run("simulate")
    QTest.qWait(200)
    wait_for("the simulator's results", lambda: not window.jobs.running())
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        window.actions_.run(f"theme_{scheme}")
        for name, tab, subject in SHOTS:
            row = next(row for row in window.queue_model.rows if row.title.startswith(subject))
            window.queue_view.select(row.key)
            if tab == "reply" and row.key not in window.bench.decisions:
                window.bench.decide(row.key, DecisionKind.HOLD, note="Let us take it together with the fix.")
            window.show_tab(tab)
            if tab == "simulator":
                window.actions_.run("simulate")  # no model knows the demo's patches: it shows the one that there is
                wait_for("the simulator's results", lambda: not window.jobs.running())
                _show_a_violation(window)
            if name == "review":
                _choose_a_false_claim(window)
                _show_a_conflict(window)
            failing = _failing(window)
            wide = name == "conflict" and bool(failing)
            if wide:
                window.landings.choose(failing[0])
                window.actions_.run("wide_diff")
            else:
                window.focus_queue()
            QTest.qWait(200)
            wait_for(name, lambda: not window.jobs.running())
            QTest.qWait(200)
            path = folder / f"{name}-{scheme}.png"
            if not window.grab().save(str(path)):
                raise SystemExit(f"{path}: cannot be written")
            print(path)
            if wide:
                window.actions_.run("wide_diff")
    window.close()
    return 0


def _choose_a_false_claim(window: "Window") -> None:
    """Choose the first claim that is contradicted, so that the lines it speaks of are lit."""
    marks = window.bench.facts[window.queue_view.key].marks
    false = [number for number, mark in enumerate(marks) if mark.word.value == "contradicted"]
    if false:
        window.rationale.choose(false[0])


def _show_a_conflict(window: "Window") -> None:
    """Choose the newest branch where the selected patch conflicts, so that its hunk is shown."""
    for branch in _failing(window)[:1]:
        window.branches.show_cell(window.queue_view.key, branch)


def _failing(window: "Window") -> list[str]:
    """The branches where the selected patch conflicts, the newest first."""
    return [cell.branch for cell in window.bench.facts[window.queue_view.key].cells if cell.failed]


def _show_a_violation(window: "Window") -> None:
    """Choose the cell of the simulator's matrix where something goes wrong first, and walk to its end."""
    matrix = window.simulator.matrix
    broken = [name for name, outcome in matrix.cells.outcomes.items() if outcome.violations]
    if broken:
        matrix.setCurrentIndex(matrix.cells.place_of(broken[0]))
        window.simulator.run.to_violation()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "images"))
