"""Fetching from the window: off until the reviewer switches it on, and then only after the command was shown."""

import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.support import mail
from tests.support.qt import OpenWindow, settle
from uringreview.ui.config import change_config


@pytest.fixture
def b4(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A b4 that writes one thread and says that it ran; the file that it leaves."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (tmp_path / "thread.mbox").write_bytes(mail.mbox(mail.autosel(title="net: fetched")))
    script = folder / "b4"
    script.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\ncat {tmp_path}/thread.mbox\n")
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return tmp_path / "ran"


def test_fetching_is_off_by_default_and_says_how_to_switch_it_on(open_window: OpenWindow, b4: Path) -> None:
    window = open_window()
    window.actions_.run("fetch_thread")
    assert 'fetch_with = "b4"' in window.status_line.message
    assert not window.chooser.isVisible()
    assert not b4.exists()


def test_the_command_is_shown_and_runs_on_enter_alone(qtbot: QtBot, open_window: OpenWindow, b4: Path) -> None:
    change_config(fetch_with="b4")
    window = open_window()
    window.actions_.run("fetch_thread")
    qtbot.keyClicks(window.chooser.field, "https://lore.kernel.org/stable/one@kernel.example/")
    assert window.chooser.list.item(0).text() == "run: b4 mbox -o - one@kernel.example"
    assert not b4.exists()
    qtbot.keyClick(window.chooser.field, Qt.Key.Key_Return)
    settle(qtbot, window)
    qtbot.waitUntil(lambda: window.queue_model.rowCount() == 1)
    assert b4.exists()
