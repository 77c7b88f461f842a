"""The window as a whole: what opens, where keys and clicks lead, what it says when something is wrong, how it ends."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from tests.support import mail
from tests.support.qt import OpenWindow, close, settle
from tests.support.queues import batch, clone
from uringreview.kernel.status import Status
from uringreview.progress import Progress, Work
from uringreview.rationale.check import BranchTarget, PatchTarget
from uringreview.ui.actions import ACTIONS
from uringreview.ui.config import change_config, read_config
from uringreview.ui.crash_dialog import CrashDialog, CrashRelay
from uringreview.ui.jobs import Jobs
from uringreview.ui.simulator_verdict import Standing
from uringreview.ui.window import TABS, Window
from uringreview.ui.workbench import ONE, Workbench


def test_every_action_of_the_table_has_a_handler_and_a_menu_entry(open_window: OpenWindow) -> None:
    window = open_window()
    for one in ACTIONS:
        assert callable(window.commands.handler(one.name))
        assert window.actions_.get(one.name).text().startswith(one.text)


def test_a_start_without_anything_says_what_to_open_and_how(open_window: OpenWindow) -> None:
    window = open_window()
    assert window.empty.isVisible()
    words = " ".join(label.text() for label in window.empty.findChildren(QLabel))
    for hint in ("Ctrl+O", "drop files", "uringreview --demo", "--clone"):
        assert hint in words
    assert not window.actions_.get("take").isEnabled()
    assert window.actions_.get("open_files").isEnabled()


def test_why_something_cannot_be_read_is_said_in_full_where_it_is_chosen(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(tmp_path / "not-there.mbox")
    assert "no such file or directory" in window.status_line.message


def test_escape_in_the_filter_shows_all_again_and_goes_back_to_the_list(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    window.actions_.run("filter")
    qtbot.keyClicks(window.filter_box, "wifi")
    assert window.queue_model.rowCount() == 1
    qtbot.keyClick(window.filter_box, Qt.Key.Key_Escape)
    assert window.queue_model.rowCount() == 4
    assert window.filter_box.text() == ""
    assert window.queue_view.hasFocus()


@pytest.mark.parametrize(
    ("tab", "focused"),
    [("tab_branches", "matrix"), ("tab_thread", "thread"), ("tab_reply", "note"), ("tab_claims", "claims_list")],
)
def test_the_key_of_a_tab_pressed_again_leads_to_what_can_be_walked_in_it(
    open_window: OpenWindow, tmp_path: Path, tab: str, focused: str
) -> None:
    window = open_window(batch(tmp_path), clone=clone(tmp_path))
    window.actions_.run(tab)
    assert window.queue_view.hasFocus()
    window.actions_.run(tab)
    found = QApplication.focusWidget()
    assert found is not None
    assert found.objectName() == focused


def test_j_and_k_walk_and_every_pane_follows(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path))
    assert window.queue_view.currentIndex().row() == 0
    qtbot.keyClick(window.queue_view, Qt.Key.Key_J)
    assert window.windowTitle().startswith("wifi: count the frames")
    qtbot.keyClick(window.queue_view, Qt.Key.Key_G, Qt.KeyboardModifier.ShiftModifier)
    assert window.queue_view.currentIndex().row() == 3
    qtbot.keyClick(window.queue_view, Qt.Key.Key_K)
    assert window.queue_view.currentIndex().row() == 2
    qtbot.keyClick(window.queue_view, Qt.Key.Key_G)
    qtbot.keyClick(window.queue_view, Qt.Key.Key_G)
    assert window.queue_view.currentIndex().row() == 0
    window.rationale.toggle_raw()
    assert "stop at the end" in window.rationale.raw.toPlainText()


def test_the_letters_act_from_the_diff_and_the_rationale_too(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    for pane in (window.rationale.text, window.thread_view):
        window.show_tab("thread")
        pane.setFocus()
        before = window.queue_view.key
        qtbot.keyClick(pane, Qt.Key.Key_J)
        assert window.queue_view.key != before


def test_a_tab_is_shown_without_taking_the_letters_away_and_escape_comes_back(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    for _ in range(2):
        qtbot.keyClick(window.queue_view, Qt.Key.Key_5, Qt.KeyboardModifier.AltModifier)
        assert window.tab() == "reply"
    focused = QApplication.focusWidget()
    assert focused is not None
    assert window.reply.isAncestorOf(focused), focused
    window.actions_.run("reply")
    assert window.reply.editor.hasFocus()
    qtbot.keyClick(window.reply.editor, Qt.Key.Key_Escape)
    assert window.queue_view.hasFocus()


def test_the_palette_runs_a_command_and_gives_the_focus_back(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert window.palette_.field.hasFocus()
    qtbot.keyClicks(window.palette_.field, "branches")
    qtbot.keyClick(window.palette_.field, Qt.Key.Key_Return)
    assert window.tab() == "branches"
    assert not window.palette_.isVisible()
    qtbot.keyClick(window.queue_view, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window.palette_.field, Qt.Key.Key_Escape)
    assert window.queue_view.hasFocus()


def test_the_sheet_of_keys_opens_and_any_key_closes_it(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_window(batch(tmp_path))
    window.actions_.run("keys")
    assert window.keys_sheet.isVisible()
    words = {label.text() for label in window.keys_sheet.findChildren(QLabel)}
    assert {"Take", "Hold", "Next hunk", "j"} <= words
    qtbot.keyClick(window.keys_sheet, Qt.Key.Key_X)
    assert not window.keys_sheet.isVisible()
    assert window.queue_view.hasFocus()


def test_the_status_line_counts_decisions_cells_and_claims(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path), clone=clone(tmp_path))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_H)
    words = " ".join(label.text() for label in window.status_line.findChildren(QLabel))
    assert "1/4 decided" in words
    assert "1 hold" in words
    assert "apply status 16/16" in words
    assert "contradicted" in words
    assert "session " in words


def test_a_claim_leads_to_a_branch_or_to_another_patch(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path), clone=clone(tmp_path))
    window.rationale.target_chosen.emit(BranchTarget("linux-6.1.y"))
    assert window.tab() == "branches"
    assert "linux-6.1.y" in window.branches.detail.toPlainText()
    window.rationale.target_chosen.emit(PatchTarget(window.queue_model.shown[2].key))
    assert window.queue_view.currentIndex().row() == 2


def test_colours_change_at_once_and_are_remembered(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    window.actions_.run("theme_dark")
    assert window.theme.is_dark
    assert window.queue_model.theme.is_dark
    assert read_config().theme == "dark"
    window.actions_.run("theme_light")
    assert not window.theme.is_dark


def drop(window: Window, *urls: QUrl) -> None:
    """Drop these on the window."""
    data = QMimeData()
    data.setUrls(urls)
    event = QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)


def test_files_and_folders_can_be_dropped_and_links_are_not_fetched(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window()
    link = QUrl("https://lore.example/all/some-mail/")
    drop(window, link)
    assert window.status_line.message.startswith("Links are not fetched")
    assert not window.bench.has_queue
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "five.eml").write_bytes(mail.autosel(title="hid: mind the gap", position=5))
    drop(window, QUrl.fromLocalFile(str(batch(tmp_path))), link, QUrl.fromLocalFile(str(folder)))
    assert window.status_line.message.startswith("Links are not fetched")
    settle(qtbot, window)
    assert len(window.queue_model.shown) == 5


@pytest.mark.parametrize("bad", ["empty", "no mail", "pdf", "missing"])
def test_bad_input_is_a_row_with_a_sentence_and_the_window_stays_usable(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot, bad: str
) -> None:
    path = tmp_path / "input"
    if bad == "empty":
        path.write_bytes(b"")
    elif bad == "no mail":
        path.mkdir()
    elif bad == "pdf":
        path.write_bytes(b"%PDF-1.7\n\x00\xff")
    window = open_window(path)
    rows = window.queue_model.shown
    assert len(rows) == 1
    assert rows[0].problem
    window.commands.open_paths([str(batch(tmp_path))])
    settle(qtbot, window)
    assert len(window.queue_model.shown) == 4


def test_f5_reads_mail_again_and_keeps_the_place(open_window: OpenWindow, tmp_path: Path, qtbot: QtBot) -> None:
    path = batch(tmp_path)
    window = open_window(path)
    window.queue_view.selectRow(2)
    path.write_bytes(path.read_bytes() + mail.mbox(mail.autosel(title="net: one more", position=9)))
    qtbot.keyClick(window.queue_view, Qt.Key.Key_F5)
    settle(qtbot, window)
    assert len(window.queue_model.shown) == 5
    assert window.queue_view.currentIndex().row() == 2


def test_every_widget_that_takes_focus_or_shows_text_has_a_name(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    kinds = (QAbstractItemView, QLineEdit, QPlainTextEdit, QTextEdit)
    for widget in window.findChildren(QWidget):
        # A combo box's popup, a table's heads and its corner are Qt's own parts of a widget that is named.
        own = isinstance(widget, QAbstractItemView) and type(widget.parentWidget()).__name__ == "QFrame"
        own = own or isinstance(widget, QHeaderView) or isinstance(widget.parentWidget(), QTableView)
        if isinstance(widget, kinds) and not widget.objectName().startswith("qt_") and not own:
            assert widget.objectName(), widget
            assert widget.accessibleName(), widget.objectName()
        own = own or widget.objectName().startswith("qt_")
        if isinstance(widget, QAbstractButton) and widget.isVisible() and not own:
            assert widget.accessibleName() or widget.text() or widget.toolTip(), widget.objectName()


def test_a_first_start_fits_the_screen(qtbot: QtBot, theme: object) -> None:
    window = Window(Jobs(serial=True), "light")
    try:
        screen = window.screen().availableSize()
        assert window.size().boundedTo(screen) == window.size()
        assert window.width() == min(1600, screen.width())
    finally:
        close(window)


@pytest.mark.parametrize("size", [(1280, 720), (2560, 1440)])
def test_nothing_pushes_the_window_wider_than_the_screen(
    open_window: OpenWindow, tmp_path: Path, size: tuple[int, int]
) -> None:
    window = open_window(batch(tmp_path), clone=clone(tmp_path))
    for name in TABS:
        window.show_tab(name)
        window.resize(*size)
        assert (window.width(), window.height()) == size
    assert window.queue_view.columnWidth(2) >= 150


def test_a_fault_is_a_dialog_with_text_to_copy_and_the_window_goes_on(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    relay = CrashRelay(window)
    relay.report("LookupError: no such row", "Traceback ...")
    relay.report("LookupError: again", "Traceback ...")
    qtbot.waitUntil(lambda: window.findChild(CrashDialog) is not None)
    dialogs = window.findChildren(CrashDialog)
    assert len(dialogs) == 1
    assert dialogs[0].text.toPlainText() == "Traceback ..."
    dialogs[0].reject()
    qtbot.waitUntil(lambda: window.findChild(CrashDialog) is None)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.focus_queue()
    qtbot.keyClick(window.queue_view, Qt.Key.Key_J)
    assert window.queue_view.currentIndex().row() == 1


def test_mail_in_a_thread_and_clone_in_a_process_fill_the_same_window(
    qtbot: QtBot, theme: object, tmp_path: Path
) -> None:
    window = Window(Jobs(), "light")
    window.show()
    window.bench.set_clone(str(clone(tmp_path)))
    window.commands.open_paths([str(batch(tmp_path))])
    qtbot.waitUntil(lambda: bool(window.bench.desk and window.bench.desk.clone), timeout=30_000)
    cells = window.bench.facts[window.queue_view.key].cells
    assert [cell.status for cell in cells] == [Status.CLEAN, Status.OFFSET, Status.CONFLICT, Status.MISSING]
    close(window)


def test_closing_in_the_middle_of_work_leaves_nothing_running(qtbot: QtBot, theme: object, tmp_path: Path) -> None:
    window = Window(Jobs(), "light")
    window.show()
    window.bench.set_clone(str(clone(tmp_path)))
    window.commands.open_paths([str(batch(tmp_path))])
    qtbot.waitUntil(lambda: any(job.key == "clone" for job in window.jobs.running()), timeout=30_000)
    close(window)


def test_a_patch_read_before_its_turn_is_not_read_on_when_all_have_been(
    qtbot: QtBot, theme: object, tmp_path: Path
) -> None:
    threaded = Jobs()
    bench = Workbench(threaded)

    def slow() -> Work[None, None]:
        while True:
            time.sleep(0.002)
            yield Progress(0, 0, "")

    threaded.start("reading this patch", slow, key=ONE)
    bench.open([str(batch(tmp_path))])
    try:
        qtbot.waitUntil(lambda: bench.desk is not None, timeout=30_000)
        assert [job.key for job in threaded.running()] == []
    finally:
        bench.close()
        threaded.shutdown()


def test_cancelling_the_clone_keeps_the_list(qtbot: QtBot, theme: object, tmp_path: Path) -> None:
    window = Window(Jobs(), "light")
    window.show()
    window.bench.set_clone(str(clone(tmp_path)))
    window.commands.open_paths([str(batch(tmp_path))])
    qtbot.waitUntil(lambda: any(job.key == "clone" for job in window.jobs.running()), timeout=30_000)
    window.actions_.run("cancel_work")
    assert window.jobs.running() == ()
    assert window.status_line.message.startswith("Cancelled: ")
    assert "apply status" in window.status_line.message
    assert len(window.queue_model.shown) == 4
    close(window)


def test_what_was_chosen_is_remembered_and_a_broken_file_counts_as_empty(masked_host: Path) -> None:
    change_config(clone='/a "quoted" \\ folder/ü', theme="dark")
    assert read_config().clone == '/a "quoted" \\ folder/ü'
    assert change_config(grouping="ORDER").theme == "dark"
    path = masked_host / ".config" / "uringreview" / "config.toml"
    path.write_text("clone = [broken", encoding="utf-8")
    assert read_config().clone == ""


def test_a_line_of_the_diff_leads_to_its_step_and_a_bound_patch_is_judged_without_asking(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    path = tmp_path / "linked.eml"
    path.write_bytes(mail.autosel(title="io_uring: defer the splice", upstream="49ae66eb8c27" + 28 * "0"))
    window = open_window(path)
    row = window.queue_model.rows[0]
    assert row.simulated is not None
    assert row.simulated.standing is Standing.FAILS
    assert "use after free with p2 applied" in row.simulated.words
    assert row.simulated.words in str(
        window.queue_model.data(window.queue_model.index(0, 2), Qt.ItemDataRole.ToolTipRole)
    )
    assert "use after free" in window.rationale.text.toPlainText()
    walked = window.simulator.current
    assert walked is not None
    step = next(step for step in walked.last.steps if step.c_text)
    window.diff.line_clicked.emit(f"\t{step.c_text}")
    assert window.simulator.current is not None
    assert window.simulator.current.step is not None
    assert window.simulator.current.step.number == walked.find(step.c_text) != walked.at


def test_a_queue_without_a_modelled_patch_is_not_searched(open_window: OpenWindow, tmp_path: Path) -> None:
    window = open_window(batch(tmp_path))
    assert not window.simulator.matrix.cells.outcomes
    assert all(row.simulated is None for row in window.queue_model.rows)


def test_letters_of_the_simulator_go_before_those_of_the_lists_there(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    window = open_window(batch(tmp_path))
    window.actions_.run("thread_1")
    assert window.simulator.current is not None
    before = window.simulator.current.at
    assert before == 1
    toggle = window.simulator.side.toggles.findChildren(QAbstractButton)[1]
    toggle.setFocus()
    qtbot.keyClick(toggle, Qt.Key.Key_H)
    assert window.simulator.current.at == before - 1
    assert not window.bench.decisions
    key = window.queue_view.key
    qtbot.keyClick(toggle, Qt.Key.Key_J)
    assert window.queue_view.key != key


def test_the_header_counts_what_the_rationales_say_and_the_list_what_people_answer(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    window = open_window(batch(tmp_path))
    assert "1 NO" in window.queue_header.text()
    wifi = next(row for row in window.queue_model.rows if row.title.startswith("wifi"))
    assert wifi.answer.endswith(": drop")
    for term, titles in (
        ("stance:drop", ["wifi"]),
        ("answer:any", ["wifi"]),
        ("-answer:any", ["ring", "ring/wait", "usb"]),
        ("verdict:no", ["usb"]),
    ):
        window.filter_box.setText(term)
        assert [row.title.partition(":")[0] for row in window.queue_model.shown] == titles
    window.filter_box.setText("against:none")
    assert "wifi" not in [row.title.partition(":")[0] for row in window.queue_model.shown]


def test_a_patch_that_was_sent_again_is_one_row_that_names_both_mails(open_window: OpenWindow, tmp_path: Path) -> None:
    path = tmp_path / "twice.mbox"
    first, again = mail.autosel(), mail.autosel(batch="20260521101010.99")
    path.write_bytes(mail.mbox(first, again))
    window = open_window(path)
    assert len(window.queue_model.rows) == 1
    assert len(window.queue_model.rows[0].also) == 1
    said = window.thread_view.toPlainText()
    for message in (window.queue_model.rows[0].also[0], window.bench.queue.patches[0].message):
        assert message.message_id is not None
        assert message.message_id in said
