"""A newcomer's path through the simulator, with keys alone, on the two real documents.

Open them, press s, read the verdict, step through the run that fails with p1, p2 and p3 in S2, apply p4, see where the
run goes another way, and put it into the reply.
"""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolButton
from pytestqt.qtbot import QtBot

from tests.support.qt import OpenWindow, jobs, no_leaks, open_window, settle, theme
from uringreview.ui.scenario_matrix import CellName
from uringreview.ui.window import Window

__all__ = ["jobs", "no_leaks", "open_window", "theme"]  # fixtures

CONTROL = Qt.KeyboardModifier.ControlModifier


def press(
    qtbot: QtBot, window: Window, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """Press a key where the focus is, and wait for what follows."""
    at = QApplication.focusWidget() or window
    QTest.keyClick(at, key, held)
    qtbot.waitUntil(lambda: window.jobs.idle() and not window.links.waiting, timeout=120_000)


def said(window: Window, name: str) -> str:
    label = window.simulator.findChild(QLabel, name)
    assert label is not None
    return label.text() if label.isVisible() else ""


def test_from_the_mails_to_the_reply_with_keys_alone(qtbot: QtBot, open_window: OpenWindow, shared: Path) -> None:
    window = open_window(shared / "seeds")
    settle(qtbot, window)
    press(qtbot, window, Qt.Key.Key_S)
    facts = window.bench.facts[window.queue_view.key]
    if not (facts.patch.upstream or "").startswith("49ae66eb8c27"):
        press(qtbot, window, Qt.Key.Key_J)
        facts = window.bench.facts[window.queue_view.key]
    assert (facts.patch.upstream or "").startswith("49ae66eb8c27")
    assert window.simulator.outcome is not None
    assert window.simulator.outcome.scenario == "S2"
    assert window.simulator.outcome.applied == ("p1", "p2"), "the two that are loaded are toggled on"

    press(qtbot, window, Qt.Key.Key_3, CONTROL)
    assert "use after free" in said(window, "whatIsWrong")
    walked = window.simulator.current
    assert walked is not None
    assert walked.last.replay.startswith("S2/p1+p2+p3:")
    assert walked.at == walked.length, "it opens where it fails"
    press(qtbot, window, Qt.Key.Key_H)
    assert window.simulator.current is not None
    assert window.simulator.current.at == walked.length - 1
    press(qtbot, window, Qt.Key.Key_X)
    assert window.simulator.current.at == walked.length

    press(qtbot, window, Qt.Key.Key_4, CONTROL)
    assert said(window, "divergence").startswith("With p4 the run seen before diverges at step ")
    assert "no violation in this model" in said(window, "simulatorSaid")
    press(qtbot, window, Qt.Key.Key_4, CONTROL)
    assert window.simulator.matrix.cells.name_at(window.simulator.matrix.currentIndex()) == CellName(
        "S2", ("p1", "p2", "p3")
    )

    press(qtbot, window, Qt.Key.Key_T)
    press(qtbot, window, Qt.Key.Key_Escape)
    press(qtbot, window, Qt.Key.Key_H)
    preview = window.links.preview(window.queue_view.key)
    assert "*** USE AFTER FREE ***" in preview.to_copy
    assert "S2/p1+p2+p3:" in preview.to_copy
    assert "Please hold 49ae66eb8c27" in preview.to_copy
    assert "3d879647fb03" in preview.to_copy


def test_the_next_step_is_always_to_be_seen(qtbot: QtBot, open_window: OpenWindow, shared: Path) -> None:
    window = open_window(shared / "seeds")
    press(qtbot, window, Qt.Key.Key_S)
    press(qtbot, window, Qt.Key.Key_3, CONTROL)
    shown = [each.text() for each in window.simulator.findChildren(QToolButton) if each.isVisible()]
    assert {"◀ h", "l ▶", "failure x", "Reply t"} <= set(shown)
    assert "Ctrl+4 applies it" in said(window, "divergence") or "With p3" in said(window, "divergence")
