"""Several windows in one process: a later start opens its mail in the first process, and ends."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.support import mail
from uringreview.instance import Request
from uringreview.ui.windows import Windows

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def windows(theme: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Windows]:
    """The windows of a process that listens, as on a real screen."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("QT_QPA_PLATFORM", "xcb")
    made = Windows("light")
    made.open(Request())
    made.listen()
    yield made
    made.close()
    for window in list(made.open_windows):
        window.deleteLater()
    made.deleteLater()


def start(*words: str | Path) -> "subprocess.Popen[str]":
    """A later start; without a display of its own it fails unless the first window takes it over."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "uringreview", *map(str, words)]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, cwd=ROOT)


def test_a_later_start_opens_its_mail_in_a_second_window_and_ends(
    qtbot: QtBot, windows: Windows, tmp_path: Path
) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(mail.autosel(title="net: one", position=1))
    later = start(path)
    qtbot.waitUntil(lambda: later.poll() is not None, timeout=30_000)
    assert later.returncode == 0
    assert len(windows.open_windows) == 2
    model = windows.open_windows[1].queue_model
    qtbot.waitUntil(lambda: model.rowCount() == 1, timeout=30_000)


def test_a_later_start_without_paths_opens_nothing_new(qtbot: QtBot, windows: Windows) -> None:
    later = start()
    qtbot.waitUntil(lambda: later.poll() is not None, timeout=30_000)
    assert later.returncode == 0
    assert len(windows.open_windows) == 1


def test_after_the_last_window_nothing_is_taken_over(windows: Windows, monkeypatch: pytest.MonkeyPatch) -> None:
    windows.close()
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    later = start()
    assert later.wait(30) == 2
    assert "display" in (later.stderr.read() if later.stderr else "")
