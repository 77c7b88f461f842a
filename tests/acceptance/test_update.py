"""An update keeps what the version before has written: sessions, settings, and what was found out about a clone.

The files of tests/data/first-version were made by the first version that was landed (0.1.0, ceb353d), on its demo: a
drop, a hold and a take. Databases are kept as SQL, which a person can read.
"""

import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.support.program import run
from tests.support.qt import OpenWindow, no_leaks, open_window, settle, theme
from uringreview.demo import Demo, build_demo
from uringreview.ui.config import read_config

__all__ = ["no_leaks", "open_window", "theme"]

FIRST = Path(__file__).resolve().parents[1] / "data" / "first-version"


@pytest.fixture
def updated(masked_host: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home in which the first version has worked; the folder of its caches."""
    from platformdirs import user_cache_path, user_config_path

    from uringreview.review.session_file import session_folder

    restore(FIRST / "session.sql", session_folder() / "queue-865be571d3.sqlite")
    cache = user_cache_path("uringreview")
    for name in ("cells-1", "history-2"):
        restore(FIRST / f"{name}.sql", cache / f"{name}.sqlite")
    config = user_config_path("uringreview")
    config.mkdir(parents=True, exist_ok=True)
    (config / "config.toml").write_text((FIRST / "config.toml").read_text())
    return cache


def restore(script: Path, database: Path) -> None:
    database.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(database)) as connection:
        connection.executescript(script.read_text())


@pytest.fixture
def demo(tmp_path: Path) -> Demo:
    return build_demo(tmp_path / "demo")


def test_the_decisions_of_the_first_version_are_there(updated: Path, demo: Demo) -> None:
    listed = run("sessions")
    assert "3 of 11 decided" in listed.out, listed


def test_opening_its_session_brings_the_decisions_back(
    updated: Path, demo: Demo, qtbot: QtBot, open_window: OpenWindow
) -> None:
    window = open_window(demo.queue_path, session="queue-865be571d3")
    settle(qtbot, window)
    session = window.bench.session
    assert session is not None
    assert sorted(decision.kind.value for decision in session.decisions().values()) == ["drop", "hold", "take"]


def test_old_caches_change_no_cell(updated: Path, demo: Demo) -> None:
    with_old = run("report", demo.queue_path, "--clone", demo.clone_path, "--format", "json").json
    for cache in updated.iterdir():
        cache.unlink()
    without = run("report", demo.queue_path, "--clone", demo.clone_path, "--format", "json").json
    assert [each["branches"] for each in with_old["patches"]] == [each["branches"] for each in without["patches"]]


def test_the_settings_are_read(updated: Path) -> None:
    written = tomllib.loads((FIRST / "config.toml").read_text())
    config = read_config()
    assert config.splits == tuple(written["splits"])
    assert config.theme == written["theme"]
