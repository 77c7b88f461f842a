"""The list: one row a patch, filtered and ordered as asked, and nothing of a mail that could mislead."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.support import mail
from tests.support.qt import OpenWindow, settle
from tests.support.queues import CHAIN, batch
from tests.support.repos import Repo
from uringreview.ui.filters import HELP, parse_filter
from uringreview.ui.queue_model import FIRST_BRANCH, Column
from uringreview.ui.queue_rows import Grouping, Joint, RowKind
from uringreview.ui.window import Window


def titles(window: Window) -> list[str]:
    return [row.title for row in window.queue_model.shown]


def type_filter(window: Window, text: str) -> list[str]:
    window.filter_box.setText(text)
    return titles(window)


def test_each_patch_is_a_row_with_number_subject_range_verdict_and_claims(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(batch(tmp_path))
    model = window.queue_model
    assert titles(window) == [
        "ring: stop at the end of the chain",
        "wifi: count the frames",
        "ring/wait: keep the order",
        "usb: name the port",
    ]
    fields = [str(model.data(model.index(1, column))) for column in Column]
    assert fields[:5] == ["○", "2", "wifi: count the frames", "7.0-5.10", "yes"]
    assert "!" in fields[Column.CLAIMS]
    assert model.data(model.index(3, Column.VERDICT)) == "NO"


def test_the_head_counts_patches_and_answers(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    assert "4 patches · 1 reply" in window.queue_header.text()


def test_the_answer_of_a_person_shows_its_words_beside_the_patch(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    row = window.queue_model.shown[1]
    assert row.words == "Please drop this one."
    tip = window.queue_model.data(window.queue_model.index(1, Column.SUBJECT), Qt.ItemDataRole.ToolTipRole)
    assert "Rita Reviewer" in tip


FILTERS: tuple[tuple[str, list[str]], ...] = (
    ("wifi", ["wifi: count the frames"]),
    ("-keep -wifi", ["ring: stop at the end of the chain", "usb: name the port"]),
    ("claim:false -usb", ["wifi: count the frames"]),
    ("verdict:no", ["usb: name the port"]),
    ("branch:6.1", ["wifi: count the frames"]),
    ("branch:7.0 -claim:false ring", ["ring: stop at the end of the chain", "ring/wait: keep the order"]),
    ("replies:yes", ["wifi: count the frames"]),
    ("status:pending", []),
    ("decision:none wait", ["ring/wait: keep the order"]),
    ("chain.c verdict:yes,none claim:true", ["ring: stop at the end of the chain", "wifi: count the frames"]),
    ("claim:contra -usb", ["wifi: count the frames"]),
    ("no such words", []),
)


def test_the_filter_lets_through_what_it_says(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    for text, found in FILTERS:
        assert type_filter(window, text) == found, text


def test_a_filter_term_that_means_nothing_is_told_and_hides_nothing(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    assert len(type_filter(window, "status:confilct")) == 4
    assert "status:confilct is none of" in window.status_line.message
    type_filter(window, "status:conf")
    assert window.status_line.message == ""


def test_the_filter_follows_decisions(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_H)
    assert type_filter(window, "decision:hold") == ["ring: stop at the end of the chain"]
    assert len(type_filter(window, "decision:none")) == 3


def test_orders_keep_series_together_or_follow_subsystem_and_queue(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    window.commands.group(Grouping.SUBSYSTEM)
    assert [row.subsystem for row in window.queue_model.shown] == ["ring", "ring", "usb", "wifi"]
    window.commands.group(Grouping.ORDER)
    assert [row.number for row in window.queue_model.shown] == ["1", "2", "3", "4"]


def test_members_of_a_series_stand_together_under_one_bracket(open_window: OpenWindow, tmp_path: Path) -> None:
    first, third = mail.upstream_id(1), mail.upstream_id(3)
    path = tmp_path / "series.mbox"
    said = "## Phase 3: History\nStep 3.1 Record: patch 2/2 of a series; it depends on commit `{}`.\n\n**YES**\n"
    path.write_bytes(
        mail.mbox(
            mail.autosel(title="ring: take the lock", position=1, rationale="**YES**\n"),
            mail.autosel(title="usb: name the port", position=2, rationale="**YES**\n"),
            mail.autosel(title="ring: drop the lock", position=3, rationale=said.format(first[:12])),
        )
    )
    window = open_window(path)
    assert third not in first
    rows = window.queue_model.shown
    assert [row.number for row in rows] == ["1", "3", "2"]
    assert [row.joint for row in rows] == [Joint.FIRST, Joint.LAST, Joint.NONE]
    window.commands.group(Grouping.ORDER)
    assert [row.joint for row in window.queue_model.shown] == [Joint.NONE] * 3


def test_what_cannot_be_read_is_a_row_with_its_reason(open_window: OpenWindow, tmp_path: Path) -> None:
    picture = tmp_path / "scan.pdf"
    picture.write_bytes(b"%PDF-1.7\n\x00\x01\x02binary")
    window = open_window(batch(tmp_path), picture)
    assert len(window.queue_model.shown) == 5
    row = window.queue_model.shown[-1]
    assert row.kind is RowKind.PROBLEM
    assert row.title == "scan.pdf"
    assert row.problem


def test_a_listed_mail_is_shown_muted_and_filled_when_it_is_added(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    page = tmp_path / "page.txt"
    overview = [
        "2026-05-20 12:00 [PATCH AUTOSEL 7.0-6.6] ring: stop at the end of the chain Sam Stable",
        "2026-05-20 12:00 ` [PATCH AUTOSEL 7.0] usb: name the port Sam Stable",
    ]
    page.write_text(mail.lore_page(mail.autosel(position=1), overview=overview), encoding="utf-8")
    window = open_window(page)
    assert [row.kind for row in window.queue_model.shown] == [RowKind.PATCH, RowKind.LISTED]
    assert "1 not loaded" in window.queue_header.text()
    late = tmp_path / "late.eml"
    late.write_bytes(mail.autosel(title="usb: name the port", asked="7.0", position=2))
    window.commands.open_paths([str(late)], add=True)
    settle(qtbot, window)
    assert [row.kind for row in window.queue_model.shown] == [RowKind.PATCH, RowKind.PATCH]


@pytest.mark.parametrize("hostile", ["\u202egnp.exe", "\u200b\u2066", "\x1b[31m", "<b>bold</b>"])
def test_text_that_hides_or_marks_up_is_shown_as_it_is(open_window: OpenWindow, tmp_path: Path, hostile: str) -> None:
    window = open_window(batch(tmp_path, hostile=hostile))
    model = window.queue_model
    index = model.index(3, Column.SUBJECT)
    shown = str(model.data(index))
    for char in "\u202e\u200b\u2066\x1b":
        assert char not in shown
    tip = str(model.data(index, Qt.ItemDataRole.ToolTipRole))
    assert "<b>" not in tip


def test_every_word_of_the_filters_help_is_understood() -> None:
    for term in HELP.split():
        assert parse_filter(term).problem == "", term


def test_a_cell_that_applies_but_is_doubted_is_marked_and_can_be_filtered(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    repo = Repo.create(tmp_path / "linux")
    base = repo.release("main", "5.10", {"Makefile": "all:\n"})
    # The patch fits at two places, and git would take the first without a word.
    repo.commit("linux-7.0.y", {"ring/chain.c": CHAIN + CHAIN.replace("ring_walk", "ring_more")}, start=base)
    window = open_window(batch(tmp_path), clone=repo.path)
    flagged = [row for row in window.queue_model.rows if any(cell.flags for cell in (row.cells or {}).values())]
    assert flagged
    branch = window.queue_model.branches[0]
    assert window.queue_model.flagged(flagged[0], branch)
    place = window.queue_model.index(window.queue_model.row_of(flagged[0].key) or 0, FIRST_BRANCH)
    cell = (flagged[0].cells or {})[branch]
    assert cell.flags[0].sentence in str(window.queue_model.data(place, Qt.ItemDataRole.AccessibleTextRole))
    window.filter_box.setText("flag:any")
    assert [row.key for row in window.queue_model.shown] == [row.key for row in flagged]
