"""The matrix: every patch on every branch, with the reason for each cell, and what shows while no clone is read."""

import csv
import io
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.support.qt import OpenWindow, settle
from tests.support.queues import batch, clone
from uringreview.kernel.status import Status
from uringreview.ui.branches_model import FIRST
from uringreview.ui.queue_model import FIRST_BRANCH
from uringreview.ui.window import Window

BRANCHES = ("linux-7.0.y", "linux-6.6.y", "linux-6.1.y", "linux-5.10.y")


def open_matrix(open_window: OpenWindow, tmp_path: Path) -> Window:
    """The window on the batch and its clone, with the matrix in front."""
    window = open_window(batch(tmp_path), clone=clone(tmp_path))
    window.show_tab("branches")
    return window


def detail(window: Window) -> str:
    return window.branches.detail.toPlainText()


def test_every_patch_has_a_cell_on_every_branch(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_matrix(open_window, tmp_path)
    assert window.branches.model.branches == BRANCHES
    cells = window.bench.facts[window.queue_view.key].cells
    assert [cell.status for cell in cells] == [Status.CLEAN, Status.OFFSET, Status.CONFLICT, Status.MISSING]
    texts = [window.branches.model.data(window.branches.model.index(0, FIRST + n)) for n in range(4)]
    assert texts[0] == "✓"
    assert texts[1] == "✓· +7"
    assert texts[2].startswith("✗")
    assert texts[3] == "∅"


def test_a_conflict_says_which_hunk_what_was_expected_and_what_is_there(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_matrix(open_window, tmp_path)
    assert window.branches.show_cell(window.queue_view.key, "linux-6.1.y")
    text = detail(window)
    assert "ring/chain.c: hunk 1 does not fit" in text
    assert "-  \tstruct link *link = ring->head;".replace("  ", " ") in text
    assert "+ \tstruct link *link = ring->first;" in text


def test_the_list_shows_the_branches_that_are_asked_for_with_symbol_and_word(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(batch(tmp_path), clone=clone(tmp_path))
    model = window.queue_model
    heads = [model.headerData(FIRST_BRANCH + n, Qt.Orientation.Horizontal) for n in range(len(model.branches))]
    assert heads == ["7.0", "6.6", "6.1", "5.10"]
    index = model.index(0, FIRST_BRANCH + 2)
    assert model.data(index) == "✗"
    tip = model.data(index, Qt.ItemDataRole.ToolTipRole)
    assert tip.startswith("linux-6.1.y: conflict")
    assert "not asked for" in tip
    window.filter_box.setText("branch:6.6 status:offset")
    assert len(model.shown) == 2


def test_a_double_click_on_a_branch_leads_to_its_cell(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path), clone=clone(tmp_path))
    window.queue_view.doubleClicked.emit(window.queue_model.index(0, FIRST_BRANCH + 2))
    assert window.tab() == "branches"
    assert "linux-6.1.y: conflict" in detail(window)


def test_a_head_sorts_by_what_needs_eyes_first_and_a_third_click_goes_back(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_matrix(open_window, tmp_path)
    model, head = window.branches.model, window.branches.table.horizontalHeader()
    titles = [str(model.data(model.index(row, 2))) for row in range(model.rowCount())]
    head.sectionClicked.emit(2)
    assert [model.data(model.index(row, 2)) for row in range(4)] == sorted(titles)
    head.sectionClicked.emit(2)
    assert [model.data(model.index(row, 2)) for row in range(4)] == sorted(titles, reverse=True)
    head.sectionClicked.emit(2)
    assert [model.data(model.index(row, 2)) for row in range(4)] == titles


def test_the_table_as_csv_has_words_and_runs_nothing_in_a_spreadsheet(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_matrix(open_window, tmp_path)
    rows = list(csv.reader(io.StringIO(window.branches.model.as_csv())))
    assert rows[0] == ["position", "upstream", "subject", *BRANCHES]
    assert rows[1][3] == "clean"
    assert rows[1][5].startswith("conflict")
    assert not any(field.startswith(("=", "+", "-", "@")) for row in rows for field in row)


def test_without_a_clone_the_pane_says_how_to_choose_one(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    window.show_tab("branches")
    assert "--clone DIR" in window.branches.empty_text
    assert "no clone" in window.clone_button.text()


def test_a_path_that_is_no_clone_is_one_sentence_and_the_rest_stays_usable(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    nothing = tmp_path / "nothing"
    nothing.mkdir()
    window = open_window(batch(tmp_path), clone=nothing)
    window.show_tab("branches")
    assert str(nothing) in window.branches.empty_text
    assert "\n" not in window.branches.empty_text
    assert len(window.queue_model.shown) == 4
    window.bench.set_clone(str(clone(tmp_path)))
    settle(qtbot, window)
    assert window.branches.model.branches == BRANCHES
