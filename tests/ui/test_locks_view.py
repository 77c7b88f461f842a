"""The locks pane: looked up when asked for, for the patch that is shown, and said to be heuristic."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from tests.support.mail import autosel
from tests.support.qt import OpenWindow, settle
from tests.support.repos import Repo
from uringreview.ui.window import Window

SOURCE = (
    "struct item { struct owner *own; int n; };\n\nstatic void fired(struct item *it)\n{\n"
    "\tspin_lock(&it->own->t_lock);\n\tit->n = 0;\n\tspin_unlock(&it->own->t_lock);\n}\n\n"
    "void arm(struct item *it)\n{\n\thrtimer_setup(&it->timer, fired, 0, 0);\n}\n"
)
DIFF = (
    "diff --git a/ring/a.c b/ring/a.c\nindex 1111111111111..2222222222222 100644\n--- a/ring/a.c\n+++ b/ring/a.c\n"
    "@@ -2,7 +2,5 @@\n \n static void fired(struct item *it)\n {\n-\tspin_lock(&it->own->t_lock);\n \tit->n = 0;\n"
    "-\tspin_unlock(&it->own->t_lock);\n }\n"
)


@pytest.fixture
def opened(open_window: OpenWindow, tmp_path: Path) -> Window:
    repo = Repo.create(tmp_path / "linux")
    repo.commit("linux-6.12.y", {"ring/a.c": SOURCE})
    path = tmp_path / "one.eml"
    path.write_bytes(autosel(diff=DIFF))
    return open_window(path, clone=repo.path)


def said(window: Window) -> str:
    return window.simulator.locks.accessibleDescription()


def test_nothing_is_looked_up_before_it_is_asked_for(opened: Window) -> None:
    assert said(opened).startswith("Shift+L looks up")
    assert opened.simulator.locks.rows.rowCount() == 0


def test_one_key_shows_the_locks_of_the_patch(opened: Window, qtbot: QtBot) -> None:
    pytest.importorskip("tree_sitter_c")
    QTest.keyClick(opened.queue_view, Qt.Key.Key_L, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: opened.simulator.locks.rows.rowCount() > 0, timeout=30_000)
    settle(qtbot, opened)
    rows = opened.simulator.locks.rows
    assert [rows.data(rows.index(0, column)) for column in range(4)] == [
        "hrtimer",
        "write",
        "{t_lock} -> {}",
        "item->n",
    ]
    assert "heuristic" in said(opened)
    assert "linux-6.12.y" in said(opened)


def test_without_tree_sitter_the_pane_says_how_to_get_it(
    opened: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "tree_sitter", None)
    QTest.keyClick(opened.queue_view, Qt.Key.Key_L, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: "pip install" in said(opened), timeout=30_000)


def test_a_scenario_is_written_once_and_named(opened: Window, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    opened.actions_.run("write_scenario")
    assert "set $VISUAL or $EDITOR" in opened.status_line.message
    assert "stop-at-the-end-of-the-chain.toml" in opened.status_line.message
    opened.actions_.run("simulate")
    facts = opened.bench.facts[opened.queue_view.key]
    assert opened.simulator.model_of(facts.patch.upstream) is not None
    assert opened.simulator.matrix.isVisible()


def test_a_scenario_that_is_wrong_is_told_with_its_place_and_the_window_goes_on(
    opened: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    from uringreview.interleave.own import scenarios_folder

    opened.actions_.run("write_scenario")
    (path,) = scenarios_folder().glob("*.toml")
    path.write_text(path.read_text(encoding="utf-8").replace("A.state = 1 ", "A.colour = 1"), encoding="utf-8")
    opened.actions_.run("simulate")
    settle(qtbot, opened)
    note = opened.simulator.note
    assert f"{path}:" in note
    assert 'no field is called "colour"' in note
