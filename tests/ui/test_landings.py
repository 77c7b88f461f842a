"""The diff on a branch: as it lands, where it conflicts, what is around it; and what is said where neither is shown."""

from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMenu
from pytestqt.qtbot import QtBot

from tests.support.qt import OpenWindow, settle
from tests.support.queues import batch, clone
from uringreview.diff.model import DiffAnchor
from uringreview.review.decisions import Comment
from uringreview.ui.diff_edit import DiffEdit
from uringreview.ui.queue_model import FIRST_BRANCH
from uringreview.ui.window import Window


def opened(open_window: OpenWindow, tmp_path: Path) -> Window:
    window = open_window(batch(tmp_path), clone=clone(tmp_path))
    window.diff.choose_layout(True)
    return window


def side(window: Window, name: str) -> DiffEdit:
    found = window.diff.findChild(DiffEdit, name)
    assert found is not None
    return found


def rows(window: Window, name: str) -> list[str]:
    return side(window, name).toPlainText().split("\n")


def said(window: Window, name: str) -> str:
    label = window.diff.findChild(QLabel, name)
    assert label is not None
    return label.text() if label.isVisible() else ""


def press(window: Window, key: Qt.Key, qtbot: QtBot) -> None:
    QTest.keyClick(window.queue_view, key)
    settle(qtbot, window)


def test_the_keys_step_through_the_branches_and_back(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = opened(open_window, tmp_path)
    seen = [window.diff.header.view_words]
    for _ in range(5):
        press(window, Qt.Key.Key_Period, qtbot)
        seen.append(window.diff.header.view_words)
    assert [words.removesuffix(" ▾") for words in seen] == [
        "as mailed",
        "as it lands on linux-7.0.y",
        "as it lands on linux-6.6.y",
        "conflict on linux-6.1.y",
        "linux-5.10.y: missing",
        "as mailed",
    ]
    press(window, Qt.Key.Key_Comma, qtbot)
    assert window.landings.branch == "linux-5.10.y"
    press(window, Qt.Key.Key_M, qtbot)
    assert window.landings.branch == ""


def test_a_landing_has_the_branch_s_line_numbers_and_says_how_far_it_moved(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = opened(open_window, tmp_path)
    mailed = side(window, "diffNew").number_of(5)
    window.landings.choose("linux-6.6.y")
    settle(qtbot, window)
    assert "offset +7" in said(window, "diffBanner")
    assert int(side(window, "diffNew").number_of(5)[1]) == int(mailed[1]) + 7


def test_a_conflict_has_three_columns_and_names_what_stands_there(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = opened(open_window, tmp_path)
    window.landings.choose("linux-6.1.y")
    settle(qtbot, window)
    base, theirs, patch = (rows(window, name) for name in ("diffOld", "diffTheirs", "diffNew"))
    assert len(base) == len(theirs) == len(patch)
    at = base.index("-\tstruct link *link = ring->head;")
    assert theirs[at] == "+\tstruct link *link = ring->first;"
    assert patch[at] == " \tstruct link *link = ring->head;"
    assert "is “struct link *link = ring->first;”, the patch expects “struct link *link = ring->head;”" in said(
        window, "diffBanner"
    )
    assert [said(window, f"diffTitle{n}") for n in range(3)] == [
        "the patch expects",
        "linux-6.1.y has",
        "the patch wants",
    ]
    window.diff.toggle_layout()
    assert "+\tstruct link *link = ring->first;" in rows(window, "diffNew")
    assert not side(window, "diffTheirs").isVisible()


def test_a_missing_file_is_one_sentence(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = opened(open_window, tmp_path)
    window.landings.choose("linux-5.10.y")
    settle(qtbot, window)
    assert said(window, "diffEmpty").startswith("A file of it is missing on linux-5.10.y: no ring/chain.c")
    assert not side(window, "diffNew").isVisible()


def test_another_patch_is_shown_as_mailed(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = opened(open_window, tmp_path)
    window.landings.choose("linux-6.6.y")
    press(window, Qt.Key.Key_J, qtbot)
    assert window.landings.branch == ""
    assert said(window, "diffBanner") == ""


def test_a_click_on_a_branch_and_enter_in_the_matrix_open_the_diff_there(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = opened(open_window, tmp_path)
    view, table = window.queue_view, window.branches.table
    at = view.visualRect(window.queue_model.index(0, FIRST_BRANCH + 2)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    settle(qtbot, window)
    assert window.landings.branch == "linux-6.1.y"
    QTest.keyClick(view, Qt.Key.Key_Left)
    press(window, Qt.Key.Key_Return, qtbot)
    assert window.landings.branch == "linux-6.6.y"
    press(window, Qt.Key.Key_J, qtbot)
    press(window, Qt.Key.Key_Return, qtbot)
    assert window.landings.branch == "linux-6.6.y"
    window.show_tab("branches")
    window.branches.show_cell(window.queue_view.key, "linux-7.0.y")
    QTest.keyClick(table, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert window.landings.branch == "linux-7.0.y"


def test_the_selector_opens_by_key_and_chooses_by_enter(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = opened(open_window, tmp_path)
    QTest.keyClick(window.queue_view, Qt.Key.Key_V, Qt.KeyboardModifier.ShiftModifier)
    menu = window.diff.findChild(QMenu, "diffViewMenu")
    assert menu is not None
    assert menu.isVisible()
    QTest.keyClick(menu, Qt.Key.Key_Down)
    QTest.keyClick(menu, Qt.Key.Key_Return)
    settle(qtbot, window)
    assert window.landings.branch == "linux-7.0.y"


def test_a_comment_on_a_branch_s_line_is_one_on_the_mailed_line(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = opened(open_window, tmp_path)
    key = window.queue_view.key
    path = window.bench.facts[key].diff.files[0].path
    lines = window.bench.facts[key].diff.files[0].hunks[0].lines
    added = next(at for at, line in enumerate(lines) if line.kind.value == "+")
    place = DiffAnchor(path, 0, added)
    window.bench.comment(Comment(key, "Why?", f"+{lines[added].text}", place))
    for branch in ("linux-6.6.y", "linux-6.1.y"):
        window.landings.choose(branch)
        settle(qtbot, window)
        window.diff.go_to(place)
        assert window.landings.branch == branch
        assert window.diff.current_anchor() == place
    window.landings.choose("linux-6.6.y")
    at = rows(window, "diffNew").index(f"+{lines[added].text}")
    assert rows(window, "diffNew")[at + 1].strip(" ▎") == "Why?"


def test_a_line_that_is_only_on_the_branch_cannot_be_commented_and_says_so(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = opened(open_window, tmp_path)
    window.landings.choose("linux-6.6.y")
    settle(qtbot, window)
    window.diff.expand()
    settle(qtbot, window)
    new = side(window, "diffNew")
    at = next(n for n in range(new.blockCount()) if new.number_of(n)[1] == "1")
    block = new.document().findBlockByNumber(at)
    cursor = new.textCursor()
    cursor.setPosition(block.position())
    new.setTextCursor(cursor)
    assert window.diff.comment_here()
    assert "Comments attach" in window.status_line.message or window.commenting.is_open


def test_what_the_mail_leaves_out_comes_from_the_clone(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = opened(open_window, tmp_path)
    gaps = [row for row in rows(window, "diffOld") if row.startswith("…")]
    assert gaps
    before = len(rows(window, "diffOld"))
    press(window, Qt.Key.Key_Plus, qtbot)
    assert len(rows(window, "diffOld")) > before
    assert window.status_line.message.startswith("Lines from ")
    window.landings.choose("linux-6.6.y")
    settle(qtbot, window)
    press(window, Qt.Key.Key_Plus, qtbot)
    assert window.status_line.message == "Lines from linux-6.6.y."


def test_a_click_on_the_gap_opens_it(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = opened(open_window, tmp_path)
    old = side(window, "diffOld")
    number = next(n for n, row in enumerate(rows(window, "diffOld")) if row.startswith("…"))
    top = next(top for row, _, top, _ in old.visible_rows() if row == number)
    before = old.blockCount()
    QTest.mouseClick(old.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, top + 3))
    settle(qtbot, window)
    assert old.blockCount() > before


def test_a_claim_s_place_that_a_branch_does_not_show_is_shown_as_mailed(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = opened(open_window, tmp_path)
    window.landings.choose("linux-5.10.y")
    settle(qtbot, window)
    path = window.bench.facts[window.queue_view.key].diff.files[0].path
    window.diff.highlight_anchors([DiffAnchor(path, 0, 3)])
    assert window.landings.branch == ""
    assert window.diff.lit_rows


def test_the_wide_diff_has_the_window_s_width_and_escape_gives_it_back(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = opened(open_window, tmp_path)
    press(window, Qt.Key.Key_O, qtbot)
    assert not window.queue_view.isVisible()
    assert not window.rationale.isVisible()
    QTest.keyClick(side(window, "diffNew"), Qt.Key.Key_Escape)
    assert window.queue_view.isVisible()
    assert window.rationale.isVisible()
