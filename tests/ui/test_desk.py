"""The desk by keyboard: several patches at once, one branch alone, flags and notes, sessions, exports."""

import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.support import mail
from tests.support.qt import OpenWindow, settle
from tests.support.queues import batch, clone
from uringreview.mail.subject import Version
from uringreview.review.decisions import DecisionKind
from uringreview.review.session_file import sessions
from uringreview.ui.queue_model import Column
from uringreview.ui.window import Window

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def press(
    qtbot: QtBot, window: Window, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """A key in the list."""
    window.focus_queue()
    qtbot.keyClick(window.queue_view, key, modifier)


def answer(qtbot: QtBot, window: Window, text: str) -> None:
    """Type into the line that asks, and press Enter."""
    assert window.chooser.isVisible(), window.status_line.message
    window.chooser.field.clear()
    qtbot.keyClicks(window.chooser.field, text)
    qtbot.keyClick(window.chooser.field, Qt.Key.Key_Return)
    assert not window.chooser.isVisible()


def words(window: Window) -> list[str]:
    """The decisions of the rows, from the top."""
    return [row.decision.kind.value if row.decision else "" for row in window.queue_model.rows]


def tip(window: Window, place: int) -> str:
    """What the decision's field of a row says."""
    model = window.queue_model
    return str(model.data(model.index(place, Column.DECISION), Qt.ItemDataRole.AccessibleTextRole))


@pytest.fixture
def window(open_window: OpenWindow, tmp_path: Path) -> Window:
    """A window on the batch, without a clone."""
    return open_window(batch(tmp_path))


def test_several_selected_patches_are_decided_and_undone_at_once(qtbot: QtBot, window: Window) -> None:
    press(qtbot, window, Qt.Key.Key_J, SHIFT)
    press(qtbot, window, Qt.Key.Key_J, SHIFT)
    assert len(window.queue_view.keys) == 3
    assert window.status_line.message == "3 rows selected"
    press(qtbot, window, Qt.Key.Key_H)
    assert words(window).count("hold") == 3
    assert len(window.queue_view.keys) == 3, "the selection stays, to go on with it"
    press(qtbot, window, Qt.Key.Key_K, SHIFT)
    assert len(window.queue_view.keys) == 2
    press(qtbot, window, Qt.Key.Key_U)
    assert words(window) == ["", "", "", ""]


def test_all_that_the_filter_shows_is_selected_by_one_key(qtbot: QtBot, window: Window) -> None:
    window.filter_box.setText("-wifi -usb")
    press(qtbot, window, Qt.Key.Key_A, CONTROL)
    press(qtbot, window, Qt.Key.Key_D)
    window.filter_box.clear()
    assert words(window) == ["drop", "", "drop", ""]
    press(qtbot, window, Qt.Key.Key_Backspace)
    assert words(window) == ["", "", "", ""]


def test_a_click_with_control_adds_a_row(qtbot: QtBot, window: Window) -> None:
    view = window.queue_view
    for place, modifier in ((1, Qt.KeyboardModifier.NoModifier), (3, CONTROL)):
        centre = view.visualRect(view.model().index(place, Column.SUBJECT)).center()
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, modifier, centre)
    press(qtbot, window, Qt.Key.Key_A)
    shown = [row.decision is not None for row in window.queue_model.shown]
    assert shown == [False, True, False, True]


def test_next_undecided_is_one_key_and_passes_what_is_put_off(qtbot: QtBot, window: Window) -> None:
    press(qtbot, window, Qt.Key.Key_A)
    second = window.queue_model.shown[1].key
    window.queue_view.select(second)
    press(qtbot, window, Qt.Key.Key_W, SHIFT)
    answer(qtbot, window, "3d")
    window.queue_view.go_end(False)
    press(qtbot, window, Qt.Key.Key_N, SHIFT)
    assert window.queue_view.key == window.queue_model.shown[2].key


def test_one_branch_has_a_decision_of_its_own_in_list_filter_and_reply(qtbot: QtBot, window: Window) -> None:
    press(qtbot, window, Qt.Key.Key_A)
    press(qtbot, window, Qt.Key.Key_O, SHIFT)
    answer(qtbot, window, "drop on 6.6")
    (single,) = window.bench.branch_decisions[window.queue_view.key]
    assert (single.kind, single.branch) == (DecisionKind.DROP, Version(6, 6))
    assert "6.6: drop" in tip(window, 0)
    assert "Please drop this from 6.6: " in window.reply.preview.toPlainText()
    for text, count in (("branch:6.6 decision:drop", 1), ("branch:7.0 decision:drop", 0), ("has:branch", 1)):
        window.filter_box.setText(text)
        assert len(window.queue_model.shown) == count, text
    window.filter_box.clear()
    press(qtbot, window, Qt.Key.Key_O, SHIFT)
    answer(qtbot, window, "as for all on 6.6")
    assert window.bench.branch_decisions == {}


def test_flag_note_and_sent_are_kept_told_and_found(qtbot: QtBot, window: Window) -> None:
    press(qtbot, window, Qt.Key.Key_D)
    press(qtbot, window, Qt.Key.Key_F, SHIFT)
    press(qtbot, window, Qt.Key.Key_M, SHIFT)
    answer(qtbot, window, "ask Ada")
    press(qtbot, window, Qt.Key.Key_E, SHIFT)
    assert {"flagged", "note: ask Ada"} <= set(tip(window, 0).split("\n"))
    assert "reply sent" in tip(window, 0)
    assert "ask Ada" not in window.reply.preview.toPlainText()
    for text, count in (("has:flag", 1), ("has:note", 1), ("has:sent", 1), ("-has:flag", 3), ("has:snooze", 0)):
        window.filter_box.setText(text)
        assert len(window.queue_model.shown) == count, text
    window.filter_box.clear()
    press(qtbot, window, Qt.Key.Key_F, SHIFT)
    assert "flagged" not in tip(window, 0)


def test_the_history_tells_what_was_decided_when(qtbot: QtBot, window: Window) -> None:
    press(qtbot, window, Qt.Key.Key_H)
    press(qtbot, window, Qt.Key.Key_D)
    press(qtbot, window, Qt.Key.Key_U)
    press(qtbot, window, Qt.Key.Key_H, SHIFT)
    lines = [window.chooser.list.item(place).text() for place in range(window.chooser.list.count())]
    assert [line.split()[0] for line in lines] == ["dropped", "held"]
    assert lines[0].endswith("undone")
    qtbot.keyClick(window.chooser.field, Qt.Key.Key_Escape)
    assert window.queue_view.hasFocus()


def test_the_end_of_the_queue_says_what_came_of_it(qtbot: QtBot, window: Window) -> None:
    press(qtbot, window, Qt.Key.Key_A, CONTROL)
    press(qtbot, window, Qt.Key.Key_A)
    window.queue_view.go_end(False)
    press(qtbot, window, Qt.Key.Key_D)
    assert window.status_line.message == "4 patches: 3 take, 1 drop; 1 reply to send"
    press(qtbot, window, Qt.Key.Key_E, SHIFT)
    press(qtbot, window, Qt.Key.Key_I, CONTROL)
    assert window.status_line.message == "4 patches: 3 take, 1 drop; 0 replies to send, 1 sent"


@pytest.mark.parametrize("text", ["usb name", "0f98b1f7ed", "2 wifi"])
def test_go_to_finds_a_patch_by_subject_id_or_position(qtbot: QtBot, window: Window, text: str) -> None:
    window.filter_box.setText("keep")
    press(qtbot, window, Qt.Key.Key_G, CONTROL)
    answer(qtbot, window, text)
    found = {"usb name": "usb: name the port", "2 wifi": "wifi: count the frames"}
    title = next(row.title for row in window.queue_model.rows if row.key == window.queue_view.key)
    assert title == found.get(text, "ring: stop at the end of the chain")


def test_the_palette_finds_patches_and_decisions_for_a_branch(qtbot: QtBot, window: Window) -> None:
    window.actions_.run("palette")
    qtbot.keyClicks(window.palette_.field, "hold on 6.6")
    qtbot.keyClick(window.palette_.field, Qt.Key.Key_Return)
    assert [each.kind for each in window.bench.branch_decisions[window.queue_view.key]] == [DecisionKind.HOLD]


def test_hidden_columns_stay_hidden_at_the_next_start(qtbot: QtBot, open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    assert not window.queue_view.isColumnHidden(Column.CLAIMS)
    window.actions_.run("columns")
    answer(qtbot, window, "hide claims")
    assert window.queue_view.isColumnHidden(Column.CLAIMS)
    assert open_window(batch(tmp_path)).queue_view.isColumnHidden(Column.CLAIMS)


def test_what_was_opened_is_opened_again_by_a_key(qtbot: QtBot, open_window: OpenWindow, tmp_path: Path) -> None:
    open_window(batch(tmp_path)).close()
    window = open_window()
    window.actions_.run("open_recent")
    answer(qtbot, window, "batch")
    settle(qtbot, window)
    assert len(window.queue_model.rows) == 4


def test_another_windows_decision_is_seen_here(qtbot: QtBot, open_window: OpenWindow, tmp_path: Path) -> None:
    path = batch(tmp_path)
    first, second = open_window(path), open_window(path)
    key = first.queue_view.key
    second.bench.decide(key, DecisionKind.DROP)
    qtbot.waitUntil(lambda: words(first)[0] == "drop", timeout=5000)
    first.bench.decide(key, DecisionKind.HOLD)
    qtbot.waitUntil(lambda: words(second)[0] == "hold", timeout=5000)
    assert [event.words for event in second.bench.history(key)] == ["dropped", "held"]


def test_a_session_is_renamed_archived_and_merged_without_leaving_the_window(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(batch(tmp_path), session="monday")
    press(qtbot, window, Qt.Key.Key_H)
    window.actions_.run("session_rename")
    answer(qtbot, window, "mine")
    assert window.bench.session is not None
    assert window.bench.session.name == "mine"
    press(qtbot, window, Qt.Key.Key_J)
    press(qtbot, window, Qt.Key.Key_D)
    window.close()
    again = open_window(batch(tmp_path), session="other")
    assert words(again) == ["", "", "", ""]
    again.actions_.run("session_merge")
    answer(qtbot, again, "mine")
    assert [word for word in words(again) if word] == ["hold", "drop"]
    assert again.status_line.message.startswith("4 patches are in both")
    press(qtbot, again, Qt.Key.Key_U)
    assert words(again) == ["", "", "", ""]
    again.actions_.run("session_archive")
    answer(qtbot, again, "mine")
    assert [each.name for each in sessions()] == ["other"]


def test_a_session_is_opened_by_its_name(qtbot: QtBot, open_window: OpenWindow, tmp_path: Path) -> None:
    first = open_window(batch(tmp_path), session="monday")
    press(qtbot, first, Qt.Key.Key_H)
    first.close()
    window = open_window()
    window.actions_.run("sessions")
    answer(qtbot, window, "monday")
    settle(qtbot, window)
    assert window.bench.session is not None
    assert window.bench.session.name == "monday"
    assert words(window)[0] == "hold"


def test_a_bad_new_name_is_a_sentence_and_the_session_stays(qtbot: QtBot, window: Window) -> None:
    press(qtbot, window, Qt.Key.Key_H)
    window.actions_.run("session_rename")
    answer(qtbot, window, "../x")
    assert "letters, digits" in window.status_line.message
    assert words(window)[0] == "hold"
    press(qtbot, window, Qt.Key.Key_D)
    assert words(window)[0] == "drop"


def test_only_the_selected_replies_go_out_and_a_script_sends_them(qtbot: QtBot, window: Window, tmp_path: Path) -> None:
    press(qtbot, window, Qt.Key.Key_A, CONTROL)
    press(qtbot, window, Qt.Key.Key_D)
    window.queue_view.go_end(False)
    press(qtbot, window, Qt.Key.Key_J, SHIFT)
    window.commands.export(tmp_path / "out")
    found = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert len([name for name in found if name.endswith(".eml")]) == 2
    assert "send.sh" in found
    assert "2 replies written" in window.status_line.message
    assert "2 to look at: No reason is given" in window.status_line.message
    window.queue_view.go_end(False)
    window.desk_commands.export_mbox(tmp_path / "out.mbox")
    assert (tmp_path / "out.mbox").read_bytes().count(b"From mboxrd@z") == 4


def test_what_was_taken_goes_out_as_stable_queue_directories(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(batch(tmp_path), clone=clone(tmp_path))
    press(qtbot, window, Qt.Key.Key_A, CONTROL)
    press(qtbot, window, Qt.Key.Key_A)
    window.desk_commands.export_queue(tmp_path / "out")
    settle(qtbot, window)
    assert (
        (tmp_path / "out" / "queue-7.0" / "series").read_text().startswith("ring-stop-at-the-end-of-the-chain.patch\n")
    )
    assert "queue-7.0 (" in window.status_line.message


def test_a_put_off_patch_wakes_when_the_commit_is_in_the_clone(
    qtbot: QtBot, open_window: OpenWindow, tmp_path: Path
) -> None:
    path, linux = batch(tmp_path), clone(tmp_path)
    window = open_window(path, clone=linux)
    there = subprocess.run(
        ["git", "-C", str(linux), "rev-parse", "linux-6.6.y"], check=True, capture_output=True, text=True
    ).stdout.strip()
    for commit, woken in (("0123456789abcdef", False), (there, True)):
        press(qtbot, window, Qt.Key.Key_W, SHIFT)
        answer(qtbot, window, commit)
        settle(qtbot, window)
        row = window.queue_model.rows[0]
        assert (row.asleep, row.mine.awake) == (not woken, woken)


def test_ones_own_answer_in_the_thread_counts_as_sent(
    open_window: OpenWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_EMAIL", "rita@kernel.example")
    path = tmp_path / "b.mbox"
    path.write_bytes(mail.mbox(mail.autosel(), mail.reply(own="Please drop this.")))
    window = open_window(path)
    window.bench.decide(window.queue_view.key, DecisionKind.DROP)
    assert "reply sent 2026" in tip(window, 0)


def test_every_new_widget_has_a_name(window: Window) -> None:
    for widget in (window.chooser, *window.chooser.findChildren(QWidget)):
        if widget.objectName() and not widget.objectName().startswith("qt_"):
            assert widget.accessibleName() or widget.objectName().endswith("_title")


def test_a_command_goes_before_patches_whose_letters_fit_too(qtbot: QtBot, window: Window) -> None:
    window.actions_.run("palette")
    qtbot.keyClicks(window.palette_.field, "stop at the end")
    assert "ring: stop at the end" in window.palette_.list.item(0).text()
    window.palette_.field.clear()
    qtbot.keyClicks(window.palette_.field, "ses")
    assert window.palette_.list.item(0).text().startswith("File: ")
    qtbot.keyClick(window.palette_.field, Qt.Key.Key_Escape)


@pytest.mark.parametrize(
    ("key", "kind"), [(Qt.Key.Key_T, DecisionKind.TOGETHER), (Qt.Key.Key_X, DecisionKind.NOT_A_FIX)]
)
def test_every_decision_of_the_vocabulary_has_a_key(
    qtbot: QtBot, window: Window, key: Qt.Key, kind: DecisionKind
) -> None:
    press(qtbot, window, key, SHIFT)
    window.show_tab("reply")
    assert window.bench.decisions[window.queue_view.key].kind is kind
    assert window.reply.kind.currentText() in ("take only together", "not a fix")


def test_next_undecided_says_so_where_nothing_is_left(qtbot: QtBot, window: Window) -> None:
    # Incident: N stayed on the row without a word, and the next key decided that one again.
    window.actions_.run("select_all")
    window.actions_.run("take")
    window.actions_.run("next_undecided")
    assert "left undecided" in window.status_line.message
