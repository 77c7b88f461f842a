"""The diff pane as a reviewer meets it: what it shows, where the keys lead, what it says of a diff it cannot trust."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.support.panes import CHAIN, OTHER, facts
from uringreview.diff.model import Diff, DiffAnchor, DiffState
from uringreview.diff.parse import parse_diff
from uringreview.kernel.status import Cell, Status
from uringreview.review.decisions import Comment
from uringreview.review.facts import PatchFacts
from uringreview.ui.diff_edit import DiffEdit
from uringreview.ui.diff_view import DiffPane
from uringreview.ui.theme import Theme


@pytest.fixture
def pane(qtbot: QtBot, theme: Theme) -> DiffPane:
    made = DiffPane(theme)
    qtbot.addWidget(made)
    made.resize(900, 400)
    made.show()
    return made


def _side(pane: DiffPane, name: str) -> DiffEdit:
    found = pane.findChild(DiffEdit, name)
    assert found is not None
    return found


def _said(pane: DiffPane, name: str) -> str:
    label = pane.findChild(QLabel, name)
    assert label is not None
    return label.text() if label.isVisible() else ""


def _caret_text(pane: DiffPane) -> str:
    return _side(pane, "diffNew").textCursor().block().text()


def test_the_two_sides_show_old_and_new_lines_in_the_same_rows(pane: DiffPane) -> None:
    pane.show_patch(facts(CHAIN))
    old, new = (_side(pane, name).toPlainText().split("\n") for name in ("diffOld", "diffNew"))
    at = new.index("+\tring_claim(link, true);")
    assert old[at] == "-\tring_claim(link, false);"
    assert _said(pane, "diffPath") == "ring/chain.c"


def test_unified_shows_the_diff_as_mailed_and_keeps_the_line(pane: DiffPane) -> None:
    pane.show_patch(facts(CHAIN))
    pane.go_to(DiffAnchor("ring/chain.c", 0, 5))
    kept = _caret_text(pane)
    pane.toggle_layout()
    assert not _side(pane, "diffOld").isVisible()
    assert _caret_text(pane) == kept == "+\t\treturn;"
    mailed = [line for line in CHAIN.split("\n")[5:] if line and not line.startswith("@@")]
    assert [line for line in _side(pane, "diffNew").toPlainText().split("\n") if not line.startswith("@@")] == mailed


def test_a_narrow_pane_shows_one_column_until_the_reviewer_chooses(pane: DiffPane) -> None:
    pane.show_patch(facts(CHAIN))
    assert pane.is_side_by_side
    pane.next_hunk()
    kept = pane.current_anchor()
    pane.resize(300, 400)
    assert not pane.is_side_by_side
    assert pane.current_anchor() == kept
    pane.toggle_layout()
    assert pane.is_side_by_side
    pane.resize(250, 400)
    assert pane.is_side_by_side


def test_hunks_and_files_are_walked_in_order_and_stop_at_the_ends(pane: DiffPane) -> None:
    pane.show_patch(facts(CHAIN + OTHER))
    seen = [_said(pane, "diffHunk")]
    for _ in range(4):
        pane.next_hunk()
        seen.append(_said(pane, "diffHunk"))
    assert seen == [
        "hunk 1 of 2 · file 1 of 2",
        "hunk 2 of 2 · file 1 of 2",
        "hunk 1 of 1 · file 2 of 2",
        "hunk 1 of 1 · file 2 of 2",
        "hunk 1 of 1 · file 2 of 2",
    ]
    pane.previous_hunk()
    assert _said(pane, "diffHunk") == "hunk 2 of 2 · file 1 of 2"
    pane.next_file()
    assert _said(pane, "diffPath") == "ring/stop.c"


def test_a_click_tells_the_place_and_the_line(pane: DiffPane, qtbot: QtBot) -> None:
    pane.show_patch(facts(CHAIN))
    new = _side(pane, "diffNew")
    row = new.toPlainText().split("\n").index("+\t\treturn;")
    at = new.cursorRect(new.textCursor()).center()
    top = next(top for number, _, top, _ in new.visible_rows() if number == row)
    at.setY(top + 3)
    with qtbot.waitSignal(pane.anchor_clicked) as clicked, qtbot.waitSignal(pane.line_clicked) as line:
        QTest.mouseClick(new.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert clicked.args == [DiffAnchor("ring/chain.c", 0, 5)]
    assert line.args == ["\t\treturn;"]


def test_arrow_keys_walk_both_sides_and_stay_read_only(pane: DiffPane) -> None:
    pane.show_patch(facts(CHAIN))
    new, old = _side(pane, "diffNew"), _side(pane, "diffOld")
    before, text = new.caret_row, new.toPlainText()
    QTest.keyClick(new, Qt.Key.Key_Down)
    QTest.keyClick(new, Qt.Key.Key_X)
    assert new.caret_row == old.caret_row == before + 1
    assert new.toPlainText() == text


def _lit(pane: DiffPane) -> list[str]:
    new = _side(pane, "diffNew")
    return [new.document().findBlockByNumber(row).text() for row in range(new.blockCount()) if new.is_lit(row)]


def test_the_line_of_a_simulated_step_is_lit_whatever_its_white_space(pane: DiffPane) -> None:
    pane.show_patch(facts(CHAIN, upstream="49ae66eb" + "0" * 32))
    pane.light("ring_claim(link,  true);", "49ae66eb")
    assert _lit(pane) == ["+\tring_claim(link, true);"]
    pane.light("link->refs++;\nif (!link)", "49ae66eb")
    assert _lit(pane) == ["+\tif (!link)"]
    pane.light("ring_claim(link, true);", "a65855ec")
    assert _lit(pane) == []


def test_a_claims_places_are_lit_together_and_survive_a_change_of_layout(pane: DiffPane) -> None:
    pane.show_patch(facts(CHAIN + OTHER))
    pane.highlight_anchors([DiffAnchor("ring/chain.c", 0, 4), DiffAnchor("ring/stop.c", 0, 1)])
    assert _lit(pane) == ["+\tif (!link)", "+int b;"]
    pane.toggle_layout()
    assert _lit(pane) == ["+\tif (!link)", "+int b;"]
    pane.highlight_anchors([])
    assert _lit(pane) == []


def test_a_comment_is_asked_for_at_the_carets_line(pane: DiffPane, qtbot: QtBot) -> None:
    pane.show_patch(facts(CHAIN))
    pane.go_to(DiffAnchor("ring/chain.c", 0, 4))
    with qtbot.waitSignal(pane.comment_requested) as asked:
        pane.comment_here()
    assert asked.args == [DiffAnchor("ring/chain.c", 0, 4)]


@pytest.mark.parametrize("columns", [True, False])
def test_a_comment_stands_under_its_line_and_moves_nothing(pane: DiffPane, columns: bool) -> None:
    shown = facts(CHAIN)
    pane.show_patch(shown)
    if not columns:
        pane.toggle_layout()
    place = DiffAnchor("ring/chain.c", 0, 5)
    pane.go_to(place)
    pane.show_comments([Comment(shown.key, "Why not\nBUG()?", place=place)])
    lines = _side(pane, "diffNew").toPlainText().split("\n")
    at = lines.index("+\t\treturn;")
    assert [line.strip(" ▎") for line in lines[at + 1 : at + 3]] == ["Why not", "BUG()?"]
    assert pane.current_anchor() == place
    assert _side(pane, "diffOld").blockCount() == len(lines) or not columns


def test_evidence_that_arrives_later_does_not_move_the_diff(pane: DiffPane) -> None:
    shown = facts(CHAIN)
    pane.show_patch(shown)
    pane.next_hunk()
    before = pane.current_anchor()
    pane.show_patch(replace(shown, cells=(Cell(shown.key, "linux-7.0.y", Status.CLEAN, ""),)))
    assert pane.current_anchor() == before


def _restored(proven: bool) -> PatchFacts:
    diff = replace(parse_diff(CHAIN), state=DiffState.RESTORED, restored_from="linux-7.0.y", proven=proven)
    return facts(CHAIN, diff=diff, white_space_lost=True)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (facts(CHAIN), ""),
        (_restored(True), "restored from linux-7.0.y, proven by the blob id in its index line"),
        (_restored(False), "not proven: not tried on any branch"),
        (facts(CHAIN, white_space_lost=True), "White space lost, not appliable"),
        (facts(CHAIN.replace("-10,7", "-10,9")), "Damaged, not appliable"),
    ],
)
def test_the_banner_says_how_far_a_diff_can_be_trusted(pane: DiffPane, shown: PatchFacts, words: str) -> None:
    pane.show_patch(shown)
    assert words in _said(pane, "diffBanner")
    assert bool(_said(pane, "diffBanner")) is bool(words)


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (None, "Choose a patch"),
        (facts("", diff=Diff(DiffState.NONE, ())), "This mail carries no diff."),
    ],
)
def test_an_empty_pane_says_why(pane: DiffPane, shown: PatchFacts | None, words: str) -> None:
    pane.show_patch(facts(CHAIN))
    pane.show_patch(shown)
    assert words in _said(pane, "diffEmpty")
    assert not _side(pane, "diffNew").isVisible()


@pytest.mark.parametrize("path", ["ring/ch\u202eain.c", "ring/\u200bchain.c"])
def test_a_file_name_that_hides_something_shows_it(pane: DiffPane, path: str) -> None:
    diff = parse_diff(CHAIN)
    pane.show_patch(facts(CHAIN, diff=replace(diff, files=(replace(diff.files[0], path=path),))))
    assert "⟦U+20" in _said(pane, "diffPath")


def test_colours_can_change_while_a_diff_is_shown(pane: DiffPane) -> None:
    pane.show_patch(facts(CHAIN))
    before = pane.grab().toImage()
    pane.set_theme(Theme.dark())
    assert pane.grab().toImage() != before


def _long(lines: int) -> PatchFacts:
    body = "".join(f"+\tring_{n}();\n" for n in range(lines))
    head = "diff --git a/ring/long.c b/ring/long.c\nnew file mode 100644\nindex 0000000..1111111\n"
    return facts(f"{head}--- /dev/null\n+++ b/ring/long.c\n@@ -0,0 +1,{lines} @@\n{body}")


def test_a_long_diff_is_whole_when_its_end_is_asked_for_before_it_was_painted(pane: DiffPane) -> None:
    pane.show_patch(_long(9000))
    pane.go_to(DiffAnchor("ring/long.c", 0, 8999))
    assert _caret_text(pane) == "+\tring_8999();"
    assert pane.text_edit.visible_rows()[-1][0] >= 8999


def test_a_long_diff_is_whole_after_its_first_paint(pane: DiffPane, qtbot: QtBot) -> None:
    pane.show_patch(_long(9000))
    qtbot.waitUntil(lambda: pane.text_edit.blockCount() == len(pane.shown.sheet.rows) > 9000)
    assert pane.text_edit.toPlainText().endswith("\n+\tring_8999();")
    assert pane.text_edit.caret_row == pane.shown.sheet.rows.first_line()


def test_what_was_left_of_a_long_diff_does_not_come_into_the_next_patch(pane: DiffPane, qtbot: QtBot) -> None:
    pane.show_patch(_long(9000))
    pane.show_patch(facts(CHAIN))
    qtbot.wait(50)
    assert "ring_8999" not in pane.text_edit.toPlainText()
