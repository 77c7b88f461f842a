"""One key each puts evidence into the reply: the chosen claim, all contradicted ones, a conflict, a run."""

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.support.qt import OpenWindow
from tests.support.queues import batch, clone
from uringreview.diff.model import DiffAnchor
from uringreview.ui.window import Window


def comments(window: Window) -> list[str]:
    return [comment.text for comment in window.bench.comments(window.queue_view.key)]


def test_one_key_quotes_every_contradicted_claim_and_one_key_takes_them_out(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    window.queue_view.selectRow(1)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_B, Qt.KeyboardModifier.ShiftModifier)
    assert len(comments(window)) == 2
    assert all(text.startswith("That is not so.") for text in comments(window))
    assert "once you decide" in window.status_line.message
    qtbot.keyClick(window.queue_view, Qt.Key.Key_H)
    text = window.reply.preview.toPlainText()
    assert "> - [Phase 2] Diff analysis: 9 insertions in `ring/chain.c`." in text
    assert "That is not so. The diff has 2 insertions" in text
    qtbot.keyClick(window.queue_view, Qt.Key.Key_B, Qt.KeyboardModifier.ShiftModifier)
    assert len(comments(window)) == 2
    assert "already" in window.status_line.message
    for _ in range(2):
        qtbot.keyClick(window.queue_view, Qt.Key.Key_U)
    assert comments(window) == []


def test_the_chosen_claim_is_quoted_from_the_rationale_and_from_the_list(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_B)
    assert comments(window) == []
    assert "No claim is chosen" in window.status_line.message
    qtbot.keyClick(window.queue_view, Qt.Key.Key_BracketRight)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_B)
    assert len(comments(window)) == 1
    window.show_tab("claims")
    window.claims.toggle_scope()
    window.claims.table.setFocus()
    row = window.claims.current
    assert row is not None
    assert row.facts.key != window.queue_view.key
    qtbot.keyClick(window.claims.table, Qt.Key.Key_B)
    assert [comment.quote for comment in window.bench.comments(row.facts.key)]
    assert len(comments(window)) == 1


def test_a_conflict_is_quoted_with_what_the_branch_has(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path), clone=clone(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_X)
    assert comments(window) == []
    assert "Nothing is known to conflict" in window.status_line.message
    window.show_tab("branches")
    window.branches.show_cell(window.queue_view.key, "linux-6.1.y")
    qtbot.keyClick(window.queue_view, Qt.Key.Key_X)
    (comment,) = window.bench.comments(window.queue_view.key)
    assert "linux-6.1.y has there:" in comment.text
    assert isinstance(comment.place, DiffAnchor)
    assert "+\tif (!link)" in comment.quote


def test_what_is_not_there_to_quote_is_said(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path))
    window.queue_view.selectRow(3)
    for key, words in ((Qt.Key.Key_I, "Nothing is known that this patch needs"), (Qt.Key.Key_T, "No model")):
        qtbot.keyClick(window.queue_view, key)
        assert words in window.status_line.message
    assert comments(window) == []


def test_a_long_sentence_below_does_not_widen_the_window(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    before = window.status_line.minimumSizeHint().width()
    window.status_line.say("word " * 400)
    assert window.status_line.minimumSizeHint().width() <= before
    assert window.status_line.message.startswith("word word")
