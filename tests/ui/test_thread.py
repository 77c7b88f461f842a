"""The thread: people's words plain, quotes dimmed, and what only an overview names said to be not loaded."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtGui import QColor

from tests.support import mail
from tests.support.qt import OpenWindow
from tests.support.queues import batch
from uringreview.ui.thread_view import ago
from uringreview.ui.window import Window


def colour_of(window: Window, words: str) -> QColor:
    """The colour in which the line that begins with `words` is written."""
    block = window.thread_view.document().begin()
    while block.isValid():
        if block.text().startswith(words):
            return block.begin().fragment().charFormat().foreground().color()
        block = block.next()
    raise AssertionError(f"no line begins with {words!r}")


def test_an_answer_is_shown_with_its_quotes_dimmed(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    window.queue_view.selectRow(1)
    assert colour_of(window, "Please drop this one.") == QColor(window.theme.text)
    assert colour_of(window, "> **YES**") == QColor(window.theme.muted)
    assert window.tabs.tabText(3) == "Thread (1)"


def test_a_patch_that_nobody_answered_says_so(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    window.queue_view.selectRow(0)
    assert "Nobody has answered this patch." in window.thread_view.toPlainText()


def test_an_answer_that_an_overview_names_is_said_to_be_not_loaded(open_window: OpenWindow, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    overview = [
        "2026-05-20 12:00 [PATCH AUTOSEL 7.0-6.6] ring: stop at the end of the chain Sam Stable",
        "2026-05-20 13:00 ` Rita Reviewer",
    ]
    page.write_text(mail.lore_page(mail.autosel(position=1), overview=overview), encoding="utf-8")
    window = open_window(page)
    text = window.thread_view.toPlainText()
    assert "Rita Reviewer" in text
    assert "not loaded" in text


def test_control_characters_of_an_answer_are_visible(open_window: OpenWindow, tmp_path: Path) -> None:
    path = tmp_path / "batch.mbox"
    path.write_bytes(
        mail.mbox(
            mail.autosel(position=1),
            mail.reply(to=1, own="good\u202e bad\x1b[2J", headers=("Content-Type: text/plain; charset=UTF-8",)),
        )
    )
    window = open_window(path)
    text = window.thread_view.toPlainText()
    assert "good⟦U+202E⟧ bad⟦ESC⟧[2J" in text


@pytest.mark.parametrize(
    ("past", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(hours=5, minutes=59), "5 hours ago"),
        (timedelta(days=3), "3 days ago"),
        (timedelta(days=70), "2 months ago"),
        (timedelta(hours=-2), "in 2 hours"),
    ],
)
def test_times_are_relative(past: timedelta, words: str) -> None:
    now = datetime(2026, 5, 25, 12, tzinfo=UTC)
    assert ago(now - past, now) == words
