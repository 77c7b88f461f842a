"""What is checked before a window opens, and faults that must not end the program."""

import subprocess
import sys
import threading

import pytest

from uringreview.errors import EnvironmentProblem
from uringreview.ui import guard


def test_this_pyside_keeps_its_references_to_none() -> None:
    guard.require_sound_pyside()


def test_a_pyside_that_loses_none_is_refused_with_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = iter((10_000, 9_900))
    monkeypatch.setattr(sys, "getrefcount", lambda _value: next(counts))
    with pytest.raises(EnvironmentProblem) as raised:
        guard.check_none_count(lambda: lambda _name: None, "6.12.0")
    sentence = str(raised.value)
    assert "PySide6 6.12.0" in sentence
    assert "pip install" in sentence
    assert "\n" not in sentence


def test_no_display_is_one_sentence_that_names_the_way_out() -> None:
    with pytest.raises(EnvironmentProblem, match="uringreview report"):
        guard.require_display({})
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        guard.require_display({name: "x"})


def test_a_platform_that_needs_a_display_has_none_without_one() -> None:
    # Incident: with QT_QPA_PLATFORM=xcb in the environment and no display, Qt aborted the process.
    with pytest.raises(EnvironmentProblem, match="no display"):
        guard.require_display({"QT_QPA_PLATFORM": "xcb"})
    guard.require_display({"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":0"})
    guard.require_display({"QT_QPA_PLATFORM": "offscreen"})


def test_a_child_process_never_imports_qt() -> None:
    code = "import sys, uringreview.ui.child; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_faults_of_any_thread_are_reported_and_the_hooks_go_back(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[tuple[str, str]] = []
    before = (sys.excepthook, threading.excepthook)
    restore = guard.install_hooks(lambda sentence, text: told.append((sentence, text)))
    try:
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        try:
            raise LookupError("no such row")
        except LookupError as problem:
            sys.excepthook(LookupError, problem, problem.__traceback__)
    finally:
        restore()
    assert [sentence for sentence, _ in told] == ["ZeroDivisionError: division by zero", "LookupError: no such row"]
    assert "Traceback" in told[0][1]
    assert (sys.excepthook, threading.excepthook) == before
    assert "ZeroDivisionError" in capsys.readouterr().err
