"""Comments are written where they stand: on a line, a hunk, a claim, a record; kept, taken back, edited, deleted."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from tests.support.qt import OpenWindow, close
from tests.support.queues import batch
from uringreview.diff.model import DiffAnchor
from uringreview.mail.message import Span
from uringreview.review.decisions import Comment
from uringreview.ui.diff_rows import RowKind
from uringreview.ui.window import Window

LINE, HUNK = DiffAnchor("ring/chain.c", 0, 3), DiffAnchor("ring/chain.c", 0)


def stored(window: Window) -> list[str]:
    return [comment.text for comment in window.bench.comments(window.queue_view.key)]


def preview(window: Window) -> str:
    return window.reply.preview.toPlainText()


def write(qtbot: QtBot, window: Window, text: str, key: Qt.Key = Qt.Key.Key_Return) -> None:
    """Type into the open box and leave it by a key."""
    box = window.commenting.box
    assert box.isVisible()
    assert box.text.hasFocus()
    qtbot.keyClicks(box.text, text)
    qtbot.keyClick(box.text, key)
    assert not box.isVisible()


def test_a_comment_on_a_line_stands_under_it_and_in_the_reply_and_undo_takes_it_out(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_D)
    window.diff.go_to(LINE)
    window.diff.text_edit.setFocus()
    qtbot.keyClick(window.diff.text_edit, Qt.Key.Key_C)
    write(qtbot, window, "Why here?")
    assert window.diff.text_edit.hasFocus()
    assert "> +\tif (!link)\n\nWhy here?" in preview(window)
    rows = window.diff.shown.sheet.rows
    at = next(number for number, row in enumerate(rows) if row.kind is RowKind.COMMENT)
    assert "Why here?" in rows[at].text
    assert window.diff.shown.sheet.anchor(rows[at - 1]) == LINE
    qtbot.keyClick(window.diff.text_edit, Qt.Key.Key_U)
    assert "Why here?" not in preview(window)
    assert not any(row.kind is RowKind.COMMENT for row in window.diff.shown.sheet.rows)
    assert window.bench.decisions


def test_the_box_stands_over_room_that_is_kept_free_for_it(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    window.diff.comment_requested.emit(LINE)
    box, edit = window.commenting.box, window.diff.text_edit
    room = [number for number, row in enumerate(window.diff.shown.sheet.rows) if row.kind is RowKind.COMMENT]
    assert edit.rows_rect(range(room[0], room[-1] + 1)).contains(box.geometry())
    before = len(room)
    for _ in range(4):
        qtbot.keyClick(box.text, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
        qtbot.keyClicks(box.text, "line")
    room = [number for number, row in enumerate(window.diff.shown.sheet.rows) if row.kind is RowKind.COMMENT]
    assert len(room) > before
    assert edit.rows_rect(range(room[0], room[-1] + 1)).contains(box.geometry())
    qtbot.keyClick(box.text, Qt.Key.Key_Return)
    assert stored(window) == ["\nline\nline\nline\nline"]


def test_a_comment_on_a_hunk_quotes_its_head(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_D)
    window.diff.comment_requested.emit(HUNK)
    write(qtbot, window, "Too late here.")
    assert "> @@ -10,6 +10,8 @@ static void ring_walk(struct ring *ring)\n\nToo late here." in preview(window)


def test_a_claim_is_commented_from_the_list_of_patches_the_rationale_and_the_claims(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_D)
    window.show_tab("claims")
    for number, pane in enumerate((window.queue_view, window.rationale.text, window.claims.table)):
        focus(qtbot, window, pane)
        for _ in range(3):
            qtbot.keyClick(pane, Qt.Key.Key_BracketRight)
        qtbot.keyClick(pane, Qt.Key.Key_C)
        assert window.rationale.text.isAncestorOf(window.commenting.box)
        write(qtbot, window, f"claim {number}")
        assert pane.hasFocus()
    text = preview(window)
    body = window.bench.facts[window.queue_view.key].patch.message.body
    for comment in window.bench.comments(window.queue_view.key):
        assert isinstance(comment.place, Span)
        assert comment.quote == comment.place.of(body)
        assert f"> {comment.quote.split(chr(10))[0]}\n" in text
    assert all(f"claim {number}" in text for number in range(3))


def focus(qtbot: QtBot, window: Window, widget: QWidget) -> None:
    widget.setFocus()
    qtbot.waitUntil(widget.hasFocus)
    assert window.isActiveWindow()


def test_a_record_without_claims_is_commented_at_the_cursor(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_D)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_BracketRight)
    text = window.rationale.text
    focus(qtbot, window, text)
    qtbot.keyClick(text, Qt.Key.Key_9)
    qtbot.keyClick(text, Qt.Key.Key_Down)
    qtbot.keyClick(text, Qt.Key.Key_C)
    write(qtbot, window, "Surgical?")
    assert "The generated explanation says (not checked by me):\n> Step 9.1 Record: It is a small" in preview(window)
    assert "Surgical?" in text.toPlainText()


def test_a_comment_is_edited_where_it_stands_and_undo_brings_the_old_words_back(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    window.diff.comment_requested.emit(LINE)
    write(qtbot, window, "Why")
    window.diff.comment_requested.emit(LINE)
    assert window.commenting.box.text.toPlainText() == "Why"
    write(qtbot, window, " here?")
    assert stored(window) == ["Why here?"]
    for wanted in (["Why"], []):
        qtbot.keyClick(window.queue_view, Qt.Key.Key_U)
        assert stored(window) == wanted
    qtbot.keyClick(window.queue_view, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert stored(window) == ["Why"]


def test_escape_takes_back_what_was_typed_and_undo_brings_it_again(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    window.diff.comment_requested.emit(LINE)
    qtbot.keyClicks(window.commenting.box.text, "never mind")
    window.commenting.box.flush()
    assert stored(window) == ["never mind"]
    assert window.commenting.box.text.hasFocus()
    qtbot.keyClick(window.commenting.box.text, Qt.Key.Key_Escape)
    assert stored(window) == []
    assert window.queue_view.hasFocus()
    qtbot.keyClick(window.queue_view, Qt.Key.Key_U)
    assert stored(window) == ["never mind"]


@pytest.mark.parametrize("by_key", [True, False])
def test_a_comment_is_deleted_by_a_key_or_by_leaving_it_empty(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot, by_key: bool
) -> None:
    window = open_window(batch(tmp_path))
    window.diff.comment_requested.emit(LINE)
    write(qtbot, window, "gone soon")
    window.diff.go_to(LINE)
    window.diff.text_edit.setFocus()
    if by_key:
        qtbot.keyClick(window.diff.text_edit, Qt.Key.Key_Delete)
    else:
        qtbot.keyClick(window.diff.text_edit, Qt.Key.Key_C)
        window.commenting.box.text.clear()
        qtbot.keyClick(window.commenting.box.text, Qt.Key.Key_Return)
    assert stored(window) == []
    qtbot.keyClick(window.diff.text_edit, Qt.Key.Key_U)
    assert stored(window) == ["gone soon"]
    qtbot.keyClick(window.diff.text_edit, Qt.Key.Key_G)
    qtbot.keyClick(window.diff.text_edit, Qt.Key.Key_G)


def test_the_box_is_seen_as_a_whole_at_the_end_of_the_text(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    window.resize(1200, 500)
    window.rationale.fold_all()
    while (window.rationale.selected_index or 0) < len(window.bench.facts[window.queue_view.key].marks) - 1:
        qtbot.keyClick(window.queue_view, Qt.Key.Key_BracketRight)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_C)
    box = window.commenting.box
    assert box.isVisible()
    assert box.geometry().bottom() <= window.rationale.text.viewport().height()


def test_letters_typed_into_the_box_decide_nothing(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path))
    window.diff.comment_requested.emit(LINE)
    write(qtbot, window, "a had dd u?")
    assert stored(window) == ["a had dd u?"]
    assert not window.bench.decisions


def test_what_was_typed_is_there_after_another_patch_was_chosen_and_after_a_crash(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = batch(tmp_path)
    window = open_window(path)
    first = window.queue_view.key
    window.diff.comment_requested.emit(LINE)
    qtbot.keyClicks(window.commenting.box.text, "half a th")
    window.commenting.box.flush()
    assert [each.text for each in window.bench.comments(first)] == ["half a th"]
    qtbot.keyClicks(window.commenting.box.text, "ought")
    window.queue_view.selectRow(1)
    assert not window.commenting.box.isVisible()
    assert [each.text for each in window.bench.comments(first)] == ["half a thought"]
    assert stored(window) == []
    close(window)
    again = open_window(path)
    again.queue_view.select(first)
    assert stored(again) == ["half a thought"]


def test_a_place_that_no_pane_shows_is_commented_in_the_reply(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    window.commenting.begin(Comment(window.queue_view.key, ""))
    assert window.tab() == "reply"
    assert window.reply.editor.hasFocus()
    assert not window.commenting.box.isVisible()
