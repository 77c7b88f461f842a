"""The queue check's page: the most serious first, a key away from the patch, and as text for a reply."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListView
from pytestqt.qtbot import QtBot

from tests.support import mail
from tests.support.qt import OpenWindow
from uringreview.review.decisions import DecisionKind
from uringreview.review.findings import find
from uringreview.ui.check_view import CheckPane
from uringreview.ui.header import Header
from uringreview.ui.theme import theme_for
from uringreview.ui.window import Window

A = mail.upstream_id(1)
SERIES = f"Record: this is patch 2/2; patch 1/2 (`{A[:12]}`) comes first.\n\n**YES**\n"


def batch(folder: Path) -> Path:
    path = folder / "queue.mbox"
    mails = (
        mail.autosel(position=1, asked="7.0-6.6"),
        mail.autosel(position=2, asked="7.0", rationale=SERIES),
        mail.autosel(position=3, title="ring: alone"),
        mail.reply(to=3, title="ring: alone", own="Please drop this patch."),
    )
    path.write_bytes(mail.mbox(*mails))
    return path


def key_of(window: Window, place: str) -> str:
    return next(row.key for row in window.queue_model.rows if place in row.key)


def test_nothing_is_said_of_a_queue_that_is_not_checked_yet(qtbot: QtBot) -> None:
    pane = CheckPane(theme_for("light"))
    qtbot.addWidget(pane)
    header = pane.findChild(Header, "check_header")
    assert header is not None
    assert header.text() == "QUEUE CHECK"


def test_findings_stand_most_serious_first_and_enter_goes_to_the_patch(tmp_path: Path, open_window: OpenWindow) -> None:
    window = open_window(batch(tmp_path))
    window.actions_.run("tab_check")
    model = window.check.model
    texts = [str(model.data(model.index(row))) for row in range(model.rowCount())]
    assert [text[0] for text in texts] == ["✗", "!"]
    assert "Rita Reviewer says drop" in texts[0]
    assert "6.18 to 6.6 would get 1 of 2" in texts[1]
    found = window.check.findChild(QListView, "checkList")
    assert found is not None
    for row, end in ((0, "-3-sam@kernel.example"), (1, "-1-sam@kernel.example")):
        found.setCurrentIndex(model.index(row))
        QTest.keyClick(found, Qt.Key.Key_Return)
        assert window.queue_view.key.endswith(end)


def test_the_page_goes_to_the_clipboard_as_plain_text(tmp_path: Path, open_window: OpenWindow) -> None:
    window = open_window(batch(tmp_path))
    window.actions_.run("copy_findings")
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Stop before taking these:\n- ")
    assert "Look at these first:" in text


def test_one_key_selects_a_series_and_a_decision_takes_all_of_it(
    tmp_path: Path, open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    window.queue_view.select(key_of(window, "-2-"))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
    assert len(window.queue_view.keys) == 2
    assert window.status_line.message.startswith("2 patches of the series are selected")
    window.actions_.run("together")
    assert [decision.kind for decision in window.bench.decisions.values()] == [DecisionKind.TOGETHER] * 2
    for key, other in (("-1-", 2), ("-2-", 1)):
        shown = window.links.preview(key_of(window, key))
        wanted = f'only together with {mail.upstream_id(other)[:12]} ("ring: stop at the end of the chain")'
        assert wanted in " ".join(shown.to_copy.split())
    window.actions_.run("undo")
    assert not window.bench.decisions


def test_a_patch_alone_has_no_series_to_select(tmp_path: Path, open_window: OpenWindow) -> None:
    window = open_window(batch(tmp_path))
    window.queue_view.select(key_of(window, "-3-"))
    window.actions_.run("select_series")
    assert "Nothing else that is loaded belongs" in window.status_line.message


def test_a_row_that_is_only_listed_shows_what_a_person_asked_to_take_with_it(
    shared: Path, open_window: OpenWindow
) -> None:
    window = open_window(shared / "seeds", shared / "corpus" / "20260520-3424570-partial.mbox")
    desk = window.bench.desk
    assert desk is not None
    finding = next(each for each in find(desk) if "9cc6bac1bebf, which" in each.text)
    assert finding.key is not None
    window.queue_view.select(finding.key)
    window.show_tab("series")
    assert [box.name for box in window.series.drawing.drawing.boxes] == ["9cc6bac1bebf", "45d2b37a37ab"]
