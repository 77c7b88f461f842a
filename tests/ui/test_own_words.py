"""The mail can be written by hand, here or in one's own editor; what the program would write stays one key away."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from tests.support.qt import OpenWindow, close
from tests.support.queues import batch
from uringreview.diff.model import DiffAnchor
from uringreview.errors import EnvironmentProblem
from uringreview.ui.config import change_config
from uringreview.ui.own_editor import editor_command
from uringreview.ui.window import Window


def dropped(open_window: OpenWindow, folder: Path, qtbot: QtBot) -> Window:
    """A window whose first patch is dropped, with the cursor in the mail."""
    window = open_window(batch(folder))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_D)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    assert window.reply.preview.hasFocus()
    return window


def own(window: Window) -> str | None:
    return window.bench.reply_text(window.queue_view.key)


def test_an_edited_mail_is_kept_marked_exported_and_can_be_set_back(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = dropped(open_window, tmp_path, qtbot)
    mail = window.reply.preview
    mail.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(mail, "PS: thanks")
    window.reply.flush()
    assert window.reply.state.text() == "edited by you"
    assert mail.hasFocus()
    assert (own(window) or "").endswith("-- \nTest Person\nPS: thanks")
    (path,) = window.commands.export(tmp_path / "out")
    assert path.read_bytes().endswith(b"PS: thanks")
    window.reply.back.click()
    assert own(window) is None
    assert "PS: thanks" not in mail.toPlainText()
    assert window.reply.state.isHidden()
    window.reply.back.click()
    assert "PS: thanks" in mail.toPlainText()


def test_an_edited_mail_is_there_again_at_the_next_start(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = batch(tmp_path)
    window = open_window(path)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_D)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(window.reply.preview, "Hello. ")
    close(window)
    again = open_window(path)
    assert (own(again) or "").startswith("Hello. ")
    assert again.reply.state.text() == "edited by you"


def test_the_headers_cannot_be_edited(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = dropped(open_window, tmp_path, qtbot)
    before = window.reply.preview.toPlainText()
    window.reply.preview.moveCursor(QTextCursor.MoveOperation.Start)
    qtbot.keyClicks(window.reply.preview, "x")
    assert window.reply.preview.toPlainText() == before
    window.reply.flush()
    assert own(window) is None


def test_lines_that_were_not_touched_stay_byte_for_byte(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path, hostile="\u202e\u200b"))
    window.queue_view.selectRow(3)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_D)
    made = window.links.preview(window.queue_view.key).body
    assert "\u202e" not in window.reply.preview.toPlainText()
    qtbot.keyClick(window.queue_view, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    window.reply.preview.moveCursor(QTextCursor.MoveOperation.End)
    qtbot.keyClicks(window.reply.preview, "end")
    window.reply.flush()
    assert own(window) == made + "end"


def test_a_comment_that_came_after_the_edit_is_told(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = dropped(open_window, tmp_path, qtbot)
    qtbot.keyClicks(window.reply.preview, "Mine. ")
    window.reply.flush()
    window.focus_queue()
    window.diff.comment_requested.emit(DiffAnchor("ring/chain.c", 0, 3))
    qtbot.keyClicks(window.commenting.box.text, "Too late")
    qtbot.keyClick(window.commenting.box.text, Qt.Key.Key_Return)
    assert "1 comment is not in the edited text." in window.reply.notice.text()


def test_there_is_no_mail_to_edit_before_a_decision(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_R, Qt.KeyboardModifier.ShiftModifier)
    assert "no mail to edit yet" in window.status_line.message
    assert window.reply.preview.isReadOnly()


def editor(folder: Path, words: str) -> None:
    """Make the reviewer's editor a script that saves `words` after what it is given."""
    script = folder / "editor.sh"
    script.write_text(f"#!/bin/sh\nprintf '%s' '{words}' >> \"$1\"\n", encoding="utf-8")
    script.chmod(0o755)
    change_config(editor=str(script))


def test_what_the_own_editor_saves_comes_back_into_comment_and_mail(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    editor(tmp_path, " and more")
    window.diff.comment_requested.emit(DiffAnchor("ring/chain.c", 0, 3))
    qtbot.keyClicks(window.commenting.box.text, "words")
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window.commenting.box.text, Qt.Key.Key_X, keys)
    qtbot.waitUntil(lambda: window.commenting.box.text.toPlainText() == "words and more", timeout=10_000)
    qtbot.keyClick(window.commenting.box.text, Qt.Key.Key_Return)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_D)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_X, keys)
    qtbot.waitUntil(lambda: own(window) is not None, timeout=10_000)
    assert (own(window) or "").endswith("-- \nTest Person\n and more")
    assert "words and more" in (own(window) or "")


@pytest.mark.parametrize(
    ("command", "said"), [("/nonexistent/editor", "could not be started"), ("false", "ended with status 1")]
)
def test_an_editor_that_fails_is_one_sentence_and_the_text_is_kept(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot, command: str, said: str
) -> None:
    window = open_window(batch(tmp_path))
    window.diff.comment_requested.emit(DiffAnchor("ring/chain.c", 0, 3))
    qtbot.keyClicks(window.commenting.box.text, "words")
    change_config(editor=command)
    window.actions_.run("edit_outside")
    qtbot.waitUntil(lambda: said in window.status_line.message, timeout=10_000)
    assert window.commenting.box.text.toPlainText() == "words"


def test_a_terminal_editor_gets_a_terminal_and_what_is_missing_is_said(tmp_path: Path) -> None:
    terminal = tmp_path / "x-terminal-emulator"
    terminal.write_text("#!/bin/sh\n", encoding="utf-8")
    terminal.chmod(0o755)
    there, bare = str(tmp_path), str(tmp_path / "empty")
    assert editor_command("", {"EDITOR": "vim -n", "PATH": there}) == ["x-terminal-emulator", "-e", "vim", "-n"]
    assert editor_command("", {"VISUAL": "gvim -f", "EDITOR": "vi", "PATH": bare}) == ["gvim", "-f"]
    assert editor_command("foot -e vim", {"EDITOR": "kate"}) == ["foot", "-e", "vim"]
    for environment, said in (({}, "set \\$EDITOR"), ({"EDITOR": "vi", "PATH": bare}, "needs a terminal")):
        with pytest.raises(EnvironmentProblem, match=said):
            editor_command("", environment)
    with pytest.raises(EnvironmentProblem, match="cannot be read as a command"):
        editor_command("vim 'oops", {})
