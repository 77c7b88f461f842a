"""The list of claims: what is false first, its evidence beside it, one key to its words and one to the object."""

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.support.qt import OpenWindow
from tests.support.queues import batch, clone
from uringreview.rationale.mark import MarkWord
from uringreview.ui.claims_model import Field
from uringreview.ui.queue_model import Column
from uringreview.ui.window import Window


def listed(window: Window) -> list[tuple[str, str]]:
    """Mark and words of each row."""
    model = window.claims.model
    rows = range(model.rowCount())
    return [(str(model.data(model.index(r, Field.MARK))), str(model.data(model.index(r, Field.TEXT)))) for r in rows]


def claims_of_the_false_one(open_window: OpenWindow, folder: Path, qtbot: QtBot) -> Window:
    """A window on the second patch of the batch, whose counts are wrong, with its claims open and focused."""
    window = open_window(batch(folder), clone=clone(folder))
    window.queue_view.selectRow(1)
    for _ in range(2):
        qtbot.keyClick(window.queue_view, Qt.Key.Key_6, Qt.KeyboardModifier.AltModifier)
    assert window.claims.table.hasFocus()
    return window


def test_contradicted_claims_stand_first_with_their_evidence_beside_them(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = claims_of_the_false_one(open_window, tmp_path, qtbot)
    marks = [mark for mark, _ in listed(window)]
    assert marks == sorted(marks, key="!?✓".index)
    assert marks.count("!") >= 2
    assert listed(window)[0][1].startswith("9 insertions")
    evidence = window.claims.detail.toPlainText()
    assert "> Step 2.1 Record: One file changed" in evidence
    assert "contradicted: the diff has 2 insertions" in evidence
    assert "git show --numstat" in evidence


def test_walking_the_list_shows_evidence_and_enter_goes_to_the_words_and_the_place(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = claims_of_the_false_one(open_window, tmp_path, qtbot)
    first = window.claims.detail.toPlainText()
    qtbot.keyClick(window.claims.table, Qt.Key.Key_Down)
    assert window.claims.detail.toPlainText() != first
    assert window.rationale.selected is None
    row = window.claims.current
    assert row is not None
    qtbot.keyClick(window.claims.table, Qt.Key.Key_Return)
    assert window.rationale.selected == row.mark
    assert window.diff.lit_rows or window.diff.current_anchor() is not None
    assert window.tab() == "claims"


def test_the_list_follows_the_claim_that_is_chosen_in_the_rationale(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = claims_of_the_false_one(open_window, tmp_path, qtbot)
    for _ in range(3):
        qtbot.keyClick(window.claims.table, Qt.Key.Key_BracketRight)
        row = window.claims.current
        assert row is not None
        assert row.mark == window.rationale.selected
    assert window.tab() == "claims"


def test_the_whole_queues_claims_lead_to_their_patch(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path))
    window.show_tab("claims")
    one = window.claims.model.rowCount()
    qtbot.keyClick(window.queue_view, Qt.Key.Key_W)
    assert window.claims.whole_queue
    assert window.claims.model.rowCount() > one
    assert not window.claims.table.isColumnHidden(Field.PATCH)
    assert listed(window)[0][0] == "!"
    window.claims.table.setFocus()
    qtbot.keyClick(window.claims.table, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window.claims.table, Qt.Key.Key_Return)
    assert window.windowTitle().startswith("wifi: count the frames")
    assert window.rationale.selected is not None


def test_what_is_found_false_later_comes_into_view_unless_the_list_was_walked(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = claims_of_the_false_one(open_window, tmp_path, qtbot)
    facts = window.bench.facts[window.queue_view.key]
    quiet = replace(facts, marks=tuple(replace(mark, word=MarkWord.VERIFIED) for mark in facts.marks))
    window.claims.show_facts([quiet], "")
    window.claims.show_facts([facts], "")
    assert window.claims.table.currentIndex().row() == 0
    for _ in range(2):
        qtbot.keyClick(window.claims.table, Qt.Key.Key_Down)
    walked = window.claims.current
    assert walked is not None
    window.claims.show_facts([quiet], "")
    now = window.claims.current
    assert now is not None
    assert now.index == walked.index


def test_quick_filters_show_one_mark_and_words_narrow_further(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = claims_of_the_false_one(open_window, tmp_path, qtbot)
    every = len(listed(window))
    for word in (MarkWord.CONTRADICTED, MarkWord.UNCHECKABLE, MarkWord.VERIFIED):
        qtbot.keyClick(window.claims.table, Qt.Key.Key_F)
        assert {row.mark.word for row in window.claims.model.shown} <= {word}
        window.claims.table.setFocus()
    qtbot.keyClick(window.queue_view, Qt.Key.Key_F)
    assert len(listed(window)) == every
    window.claims.words.setText("insertions")
    assert 0 < len(listed(window)) < every
    window.claims.words.setText("no claim says this")
    assert not window.claims.table.isVisible()


def test_a_patch_without_claims_says_so(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path), clone=clone(tmp_path))
    window.show_tab("claims")
    assert window.claims.model.rowCount()
    window.queue_view.selectRow(2)
    assert window.claims.model.rowCount() == 0
    assert not window.claims.table.isVisible()


def test_the_queue_counts_marks_and_filters_by_false_claims(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    window.filter_box.setText("claim:false")
    shown = window.queue_model.shown
    assert [row.title for row in shown] == ["wifi: count the frames", "usb: name the port"]
    assert shown[0].contradicted >= 2
    assert "!" in window.queue_model.data(window.queue_model.index(0, Column.CLAIMS))


def test_a_patchs_page_is_saved_and_never_over_another_file(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    facts = window.bench.facts[window.queue_view.key]
    for name in ("page.html", "page-2.html"):
        window.commands.export_page(tmp_path / "page.html", facts)
        assert str(tmp_path / name) in window.status_line.message
        assert (tmp_path / name).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    window.commands.export_page(tmp_path / "nowhere" / "page.html", facts)
    assert "cannot be written" in window.status_line.message
