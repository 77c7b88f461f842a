"""The rationale pane: every claim marked where it stands, its evidence one click away, the raw mail one key away."""

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from tests.support import mail
from tests.support.qt import OpenWindow
from tests.support.queues import FALSE_RATIONALE, SERIES_RATIONALE, batch
from uringreview.diff.model import DiffAnchor
from uringreview.mail.message import Span
from uringreview.rationale.check import Mark, MarkWord
from uringreview.rationale.claims import Claim, ClaimKind
from uringreview.ui.rationale_parts import parts_of, place
from uringreview.ui.rationale_view import BANNER
from uringreview.ui.window import Window


def shown(window: Window) -> str:
    return window.rationale.text.toPlainText()


def lit_words(window: Window) -> str:
    """What is lit in the raw text, without white space."""
    selections = window.rationale.raw.extraSelections()
    return "".join(selections[0].cursor.selectedText().replace("\u2029", "\n").split())


def select(window: Window, title: str) -> None:
    key = next(row.key for row in window.queue_model.rows if row.title.startswith(title))
    assert window.queue_view.select(key)


def test_the_banner_is_there_whatever_is_shown(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    for row in range(4):
        window.queue_view.selectRow(row)
        assert BANNER in window.rationale.header.text()
        assert window.rationale.header.isVisible()
    window.rationale.toggle_raw()
    assert window.rationale.header.isVisible()


def test_phases_fold_and_show_the_counts_of_their_marks(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path))
    select(window, "wifi")
    text = shown(window)
    assert "▾ 2  Diff Analysis" in text
    heading = next(line for line in text.split("\n") if "Diff Analysis" in line)
    assert "!2" in heading
    assert "✓" in heading
    window.rationale.toggle_section("2")
    assert "▸ 2  Diff Analysis" in shown(window)
    assert "Modified function" not in shown(window)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_2)
    assert "Modified function" in shown(window)


def test_a_contradicted_claim_says_its_evidence_without_being_asked(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    select(window, "wifi")
    assert "contradicted: " in shown(window)
    select(window, "ring: stop")
    assert "contradicted: " not in shown(window)


def test_brackets_walk_the_claims_and_lead_to_the_diff(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path))
    select(window, "wifi")
    seen: list[Mark] = []
    targets: list[object] = []
    window.rationale.mark_chosen.connect(seen.append)
    window.rationale.target_chosen.connect(targets.append)
    count = len(window.bench.facts[window.queue_view.key].marks)
    for _ in range(count):
        qtbot.keyClick(window.queue_view, Qt.Key.Key_BracketRight)
    assert len({id(mark) for mark in seen}) == count
    assert any(isinstance(target, DiffAnchor) and target.path == "ring/chain.c" for target in targets)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_BracketLeft)
    assert seen[-1] is seen[-3]
    assert f"verified: {seen[-1].evidence}" in shown(window) or seen[-1].word is not MarkWord.VERIFIED


def test_a_click_on_a_claim_shows_its_evidence(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path))
    select(window, "ring: stop")
    window.rationale.go_phase(2)
    text = window.rationale.text
    at = text.toPlainText().index("ring_walk()")
    cursor = QTextCursor(text.document())
    cursor.setPosition(at + 2)
    rect = text.cursorRect(cursor)
    qtbot.mouseClick(text.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(rect.left() + 1, rect.center().y()))
    selected = window.rationale.selected
    assert selected is not None
    assert selected.claim.kind is ClaimKind.FUNCTIONS
    assert f"verified: {selected.evidence}" in shown(window)


def test_a_click_in_the_diff_finds_the_claim_that_speaks_of_it(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    select(window, "ring: stop")
    window.diff.anchor_clicked.emit(DiffAnchor("ring/chain.c", 0, 3))
    assert window.rationale.selected is not None


def test_the_raw_mail_is_one_key_away_and_lights_the_claim(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    select(window, "wifi")
    qtbot.keyClick(window.queue_view, Qt.Key.Key_BracketRight)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_R)
    raw = window.rationale.raw
    assert raw.isVisible()
    assert raw.toPlainText().startswith("From: Sam Stable")
    assert window.rationale.selected is not None
    assert lit_words(window) == "".join(window.rationale.selected.claim.text.split())
    qtbot.keyClick(raw, Qt.Key.Key_R)
    assert window.rationale.text.isVisible()


def test_what_hides_in_a_mail_is_visible_in_the_raw_text_and_moves_no_light(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "hostile.eml"
    told = SERIES_RATIONALE.replace("Subsystem is", "Sub\u202esystem \U0001f600 is")
    path.write_bytes(mail.autosel(rationale=told, headers=("Content-Type: text/plain; charset=UTF-8",)))
    window = open_window(path)
    window.rationale.go_phase(2)
    select(window, "ring")
    window.rationale.walk(1)
    window.rationale.toggle_raw()
    raw = window.rationale.raw
    assert "\u202e" not in raw.toPlainText()
    assert "⟦U+202E⟧" in raw.toPlainText()
    assert window.rationale.selected is not None
    assert lit_words(window) == "".join(window.rationale.selected.claim.text.split())


def test_a_mail_without_rationale_says_so_and_a_text_without_phases_is_shown(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(batch(tmp_path))
    select(window, "ring/wait")
    assert "This mail holds no rationale." in shown(window)
    select(window, "usb")
    assert "Text without phases" in shown(window)
    assert "NO" in shown(window)


def test_markup_in_a_rationale_stays_text(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path, hostile=" <b>bold</b><img src='http://h.example/x'>"))
    select(window, "usb")
    assert "<b>bold</b><img src='http://h.example/x'>" in shown(window)


def test_every_claim_of_a_patch_can_be_reached(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    for facts in window.bench.facts.values():
        parts = parts_of(facts)
        assert {index for part in parts for index in part.marks} == set(range(len(facts.marks)))


def test_a_claim_is_found_across_the_line_breaks_and_hyphens_of_the_mail() -> None:
    body = "A single-\nfile change: two   inser-\n  tions and “3 deletions” in single file."
    joined = "A single-file change: two insertions and “3 deletions” in single file."
    claim = Claim(ClaimKind.INSERTIONS, 2, "2.1", "two inser- tions", Span(body.index("two"), body.index(" and")))
    runs, found = place(joined, Span(0, len(body)), [0], [Mark(claim, MarkWord.VERIFIED, "counted")])
    assert found == (0,)
    assert [run.text for run in runs if run.marks] == ["two insertions"]
    assert "".join(run.text for run in runs) == joined


def test_of_equal_words_the_ones_at_the_claims_place_are_marked() -> None:
    body = FALSE_RATIONALE
    text = "one file here, and much later one file there"
    claim = Claim(ClaimKind.FILES, 2, "2.1", "one file", Span(30, 38))
    runs, _ = place(text, Span(0, len(text)), [0], [Mark(claim, MarkWord.VERIFIED, "counted")])
    assert body
    assert [run.text for run in runs] == ["one file here, and much later ", "one file", " there"]


LAYOUTS = {
    "headings": "## What it does\nIt stops at the end.\n\n## Risk\n- Small.\n- Contained.\n\n**YES**\n",
    "numbered": "**1. Bug nature:** it reads NULL.\n\n**2. Risk:** low.\n\n**YES**\n",
    "bullets": "YES\n\n- `ring/chain.c:12` now stops.\n- Nothing else changes.\n",
    "prose": "This commit stops the walk at the end of the chain. It should be backported.\n\nYES\n",
    "nine-phase": SERIES_RATIONALE,
    "unknown": "%%% stop\n==> chain\n\tNULL?!\n",
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_no_word_of_a_rationale_is_out_of_reach_in_any_layout(
    open_window: OpenWindow, tmp_path: Path, layout: str
) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(mail.autosel(rationale=LAYOUTS[layout]))
    window = open_window(path)
    window.rationale.fold_all()
    if "▸" in shown(window):
        window.rationale.fold_all()
    told = set(re.findall(r"\w+", shown(window)))
    wanted = set(re.findall(r"\w+", LAYOUTS[layout]))
    assert wanted - told <= {"Phase", "Step", "Record"}


def test_headings_of_any_layout_fold_and_digits_find_them(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "one.eml"
    path.write_bytes(mail.autosel(rationale=LAYOUTS["headings"]))
    window = open_window(path)
    assert "▾ Risk" in shown(window)
    window.rationale.fold_all()
    assert "▸ Risk" in shown(window)
    assert "Contained" not in shown(window)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_2)
    assert "Contained" in shown(window)


def test_every_record_that_speaks_of_a_hunk_is_lit(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    select(window, "ring: stop")
    facts = window.bench.facts[window.queue_view.key]
    speaking = [
        mark
        for mark in facts.marks
        if any(isinstance(t, DiffAnchor) and t.path == "ring/chain.c" for t in mark.targets)
    ]
    window.diff.anchor_clicked.emit(DiffAnchor("ring/chain.c", 0, 3))
    document = window.rationale.text.document()
    lit, block = "", document.begin()
    while block.isValid():
        place = block.begin()
        while not place.atEnd():
            if place.fragment().charFormat().background().color().name() == window.theme.lit.lower():
                lit += place.fragment().text()
            place += 1
        block = block.next()
    letters = re.sub(r"\W", "", lit)
    assert speaking
    for mark in speaking:
        assert re.sub(r"\W", "", mark.claim.text) in letters
