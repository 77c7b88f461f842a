"""Decisions and the reply: stored at once, undone by one key, shown as the mail that will be sent, exported."""

from email import message_from_bytes
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.support import mail
from tests.support.qt import OpenWindow, close
from tests.support.queues import batch, clone
from uringreview.mail.subject import Version
from uringreview.review.decisions import DecisionKind, Tag
from uringreview.ui.window import Window

KEYS = (
    (Qt.Key.Key_A, DecisionKind.TAKE),
    (Qt.Key.Key_H, DecisionKind.HOLD),
    (Qt.Key.Key_D, DecisionKind.DROP),
)


def kind(window: Window) -> DecisionKind | None:
    decision = window.bench.decisions.get(window.queue_view.key)
    return decision.kind if decision else None


def said(window: Window, label: str) -> str:
    """What a part of the status line says."""
    found = window.status_line.findChild(QLabel, label)
    assert isinstance(found, QLabel)
    return found.text()


def preview(window: Window) -> str:
    return window.reply.preview.toPlainText()


def test_one_key_decides_and_one_key_undoes(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path))
    for key, wanted in KEYS:
        qtbot.keyClick(window.queue_view, key)
        assert kind(window) is wanted
    assert "1/4 decided" in said(window, "status_decided")
    for wanted_now in (DecisionKind.HOLD, DecisionKind.TAKE, None):
        qtbot.keyClick(window.queue_view, Qt.Key.Key_U)
        assert kind(window) is wanted_now
    qtbot.keyClick(window.queue_view, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert kind(window) is DecisionKind.TAKE


def test_letters_typed_into_the_filter_or_a_note_decide_nothing(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_Slash)
    assert window.filter_box.hasFocus()
    qtbot.keyClicks(window.filter_box, "had")
    assert window.filter_box.text() == "had"
    assert not window.bench.decisions
    window.filter_box.clear()
    window.actions_.run("reply")
    qtbot.keyClicks(window.reply.editor, "d")
    assert window.reply.editor.toPlainText() == "d"
    assert not window.bench.decisions


def test_a_hold_is_previewed_as_the_mail_that_will_be_sent(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_H)
    text = preview(window)
    assert "Subject: Re: [PATCH AUTOSEL 7.0-6.6] ring: stop at the end of the chain" in text
    assert f"In-Reply-To: <{mail.message_id(1)}>" in text
    assert "Please hold" in text
    window.actions_.run("reply")
    window.reply.editor.setPlainText("A fix is on its way.")
    window.reply.flush()
    assert "A fix is on its way." in preview(window)
    assert window.bench.decisions[window.queue_view.key].note == "A fix is on its way."


def test_take_writes_no_mail_and_says_so_until_a_tag_is_offered(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_A)
    assert preview(window) == ""
    assert "no mail" in window.reply.notice.text()
    window.reply.tag.setCurrentIndex(1)
    window.reply.tag.activated.emit(1)
    assert window.bench.decisions[window.queue_view.key].tag is Tag.ACKED
    assert "Acked-by: Test Person <test@example.org>" in preview(window)


def test_dropping_from_a_version_proposes_the_newest_in_conflict(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path), clone=clone(tmp_path))
    window.queue_view.selectRow(1)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_D, Qt.KeyboardModifier.ShiftModifier)
    decision = window.bench.decisions[window.queue_view.key]
    assert decision.kind is DecisionKind.DROP_OLDER
    assert decision.drop_from == Version(6, 1)
    assert "6.1" in preview(window)
    offered = [window.reply.version.itemText(row) for row in range(window.reply.version.count())]
    assert offered == ["7.0 and older", "6.6 and older", "6.1 and older", "5.10 and older"]
    window.reply.version.setCurrentIndex(1)
    window.reply.version.activated.emit(1)
    assert window.bench.decisions[window.queue_view.key].drop_from == Version(6, 6)


def test_words_typed_for_one_patch_stay_with_it_when_another_is_selected(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    first = window.queue_view.key
    qtbot.keyClick(window.queue_view, Qt.Key.Key_H)
    window.actions_.run("reply")
    window.reply.editor.setPlainText("Only for the first.")
    window.queue_view.selectRow(1)
    assert window.bench.decisions[first].note == "Only for the first."
    assert window.reply.editor.toPlainText() == ""
    assert list(window.bench.decisions) == [first]


def test_decisions_row_and_tab_are_there_again_at_the_next_start(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = batch(tmp_path)
    window = open_window(path)
    window.queue_view.selectRow(2)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_H)
    window.show_tab("thread")
    close(window)
    again = open_window(path)
    assert again.queue_view.currentIndex().row() == 2
    assert again.tab() == "thread"
    assert kind(again) is DecisionKind.HOLD
    qtbot.keyClick(again.queue_view, Qt.Key.Key_U)
    assert kind(again) is None


def test_replies_are_exported_one_file_each_and_takes_are_left_out(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    for key in (Qt.Key.Key_D, Qt.Key.Key_A, Qt.Key.Key_H):
        qtbot.keyClick(window.queue_view, key)
        qtbot.keyClick(window.queue_view, Qt.Key.Key_J)
    written = window.commands.export(tmp_path / "out")
    assert len(written) == 2
    sent = message_from_bytes(written[0].read_bytes())
    assert sent["In-Reply-To"] == f"<{mail.message_id(1)}>"
    assert "2 replies written" in window.status_line.message
    assert "1 taken without mail" in window.status_line.message


def test_a_page_without_message_id_says_why_and_offers_the_text(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    page = tmp_path / "patchew.txt"
    page.write_text(mail.patchew_page(mail.autosel(position=1)), encoding="utf-8")
    window = open_window(page)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_D)
    assert "Message-ID" in window.reply.notice.text()
    window.actions_.run("copy_reply")
    assert "Please drop" in QGuiApplication.clipboard().text()
    assert window.commands.export(tmp_path / "out") == ()
    assert "not written" in window.status_line.message


@pytest.mark.parametrize("part", ["name", "email"])
def test_an_unknown_sender_is_told_with_the_command_that_sets_it(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    monkeypatch.delenv(f"GIT_AUTHOR_{part.upper()}")
    monkeypatch.delenv("EMAIL", raising=False)
    window = open_window(batch(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_H)
    assert f"git config --global user.{part}" in window.reply.notice.text()
