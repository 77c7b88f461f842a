"""The list of mails found, which stands before one of them is read: what it shows, and that nothing jumps after it."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from tests.support import mail
from tests.support.qt import close, settle
from uringreview.ui.jobs import Jobs
from uringreview.ui.queue_rows import RowKind
from uringreview.ui.window import Window

ROOT = Path(__file__).resolve().parents[2]
TITLES = [f"sub{number % 7}: mend the thing number {number}" for number in range(1, 81)]

# What the first screen of a start does without; each of these costs a start more than listing a hundred mails.
_LATE = (
    "pygit2",
    "unidiff",
    "tree_sitter",
    "sqlite3",
    "difflib",
    "tomllib",
    "multiprocessing",
    "email.message",
    "email.parser",
    "uringreview.diff",
    "uringreview.series",
    "uringreview.interleave",
    "uringreview.rationale.parse",
    "uringreview.review.facts",
    "uringreview.review.session",
    "uringreview.review.reply",
    "uringreview.kernel.clone",
    "uringreview.kernel.matrix",
    "uringreview.mail.queue",
    "uringreview.mail.stance",
    "uringreview.ui.simulator_view",
    "uringreview.ui.diff_view",
    "uringreview.ui.rationale_view",
    "uringreview.ui.series_view",
    "uringreview.ui.reply_view",
    "uringreview.ui.palette",
    "uringreview.ui.keys_sheet",
)
_START = """
import sys
from PySide6.QtWidgets import QApplication
from uringreview.cli import main
from uringreview.ui.first_list import FirstList
show = FirstList.show
def shown(self):
    show(self)
    print(self.parent().queue_model.rowCount(), *sys.modules)
    sys.stdout.flush()
    self.parent().close()
FirstList.show = shown
app = QApplication(["uringreview"])
sys.exit(main(sys.argv[1:]))
"""


def big_batch(folder: Path, *more: bytes) -> Path:
    """An mbox of 80 patches and an answer, in no order."""
    mails = [mail.autosel(title=title, position=place, rationale=None) for place, title in enumerate(TITLES, 1)]
    mails += [mail.reply(to=2, title=TITLES[1]), *more]
    random.Random(1).shuffle(mails)
    path = folder / "big.mbox"
    path.write_bytes(mail.mbox(*mails))
    return path


@pytest.fixture
def listed(qtbot: QtBot, theme: object, tmp_path: Path) -> Iterator[Window]:
    """A window on the big batch, all of it listed and none of it read until `may_read` is set."""
    window = Window(Jobs(), "light")
    window.resize(1600, 1000)
    window.show()
    window.bench.may_read.clear()
    with qtbot.waitSignal(window.bench.listed, timeout=10_000):
        window.commands.open_paths([str(big_batch(tmp_path))])
    yield window
    close(window)


def read(qtbot: QtBot, window: Window) -> None:
    """Let the window read what it has listed."""
    window.bench.may_read.set()
    qtbot.waitUntil(lambda: bool(window.bench.rows), timeout=20_000)
    settle(qtbot, window)


def test_mails_are_listed_with_subject_range_and_place_before_one_is_read(listed: Window) -> None:
    rows = listed.queue_model.shown
    assert [row.title for row in rows] == TITLES
    assert [row.number for row in rows] == [str(place) for place in range(1, 81)]
    assert {str(row.asked) for row in rows} == {"7.0-6.6"}
    assert {row.kind for row in rows} == {RowKind.READING}
    assert "81 mails found" in listed.queue_header.text()


def test_the_queue_has_the_order_of_the_list_that_stood_before_it(listed: Window, qtbot: QtBot) -> None:
    before = [(row.number, row.title, row.asked) for row in listed.queue_model.shown]
    widths = [listed.queue_view.columnWidth(column) for column in range(3)]
    read(qtbot, listed)
    assert [(row.number, row.title, row.asked) for row in listed.queue_model.shown] == before
    assert [listed.queue_view.columnWidth(column) for column in range(3)] == widths
    assert {row.kind for row in listed.queue_model.shown} == {RowKind.PATCH}


def test_a_row_chosen_while_mails_are_only_listed_stays_chosen_and_in_its_place(listed: Window, qtbot: QtBot) -> None:
    view = listed.queue_view
    view.step(60)
    qtbot.waitUntil(lambda: "This mail is being read." in [label.text() for label in listed.diff.findChildren(QLabel)])
    top = view.verticalScrollBar().value()
    assert top > 0
    read(qtbot, listed)
    row = listed.queue_model.at(view.currentIndex())
    assert row is not None
    assert row.title == TITLES[60]
    assert view.key == row.key
    assert view.verticalScrollBar().value() == top
    assert listed.windowTitle().startswith(TITLES[60])


def test_a_list_that_was_scrolled_without_a_choice_stays_there(listed: Window, qtbot: QtBot) -> None:
    listed.queue_view.verticalScrollBar().setValue(33)
    read(qtbot, listed)
    assert listed.queue_view.verticalScrollBar().value() == 33
    assert listed.queue_view.currentIndex().row() == 0


def test_the_choice_goes_with_a_mail_that_is_folded_into_its_newer_sending(
    qtbot: QtBot, theme: object, tmp_path: Path
) -> None:
    older = mail.autosel(title="usb: name the port", position=200, batch="20260510111111.1111", upstream="a" * 40)
    path = tmp_path / "two.mbox"
    path.write_bytes(
        mail.mbox(
            older,
            mail.autosel(title="wifi: count", position=1),
            mail.autosel(title="usb: name the port", position=2, upstream="a" * 40),
        )
    )
    window = Window(Jobs(), "light")
    window.show()
    window.bench.may_read.clear()
    with qtbot.waitSignal(window.bench.listed, timeout=10_000):
        window.commands.open_paths([str(path)])
    assert [row.title for row in window.queue_model.shown].count("usb: name the port") == 2
    window.queue_view.go_end(last=True)
    window.queue_view.go_end(last=False)
    read(qtbot, window)
    row = window.queue_model.at(window.queue_view.currentIndex())
    assert row is not None
    assert (row.title, len(row.also)) == ("usb: name the port", 1)
    close(window)


def test_a_window_that_lists_first_completes_itself_and_reads(qtbot: QtBot, theme: object, tmp_path: Path) -> None:
    window = Window(Jobs(), "light", list_first=True)
    seen: list[tuple[bool, int]] = []
    window.bench.listed.connect(lambda: seen.append((window.is_complete, window.queue_model.rowCount())))
    window.resize(1600, 1000)
    window.open([str(big_batch(tmp_path))])
    window.show()
    before = window.queue_view.geometry(), window.upper.sizes(), window.outer.sizes()
    qtbot.waitUntil(lambda: bool(window.bench.rows), timeout=20_000)
    settle(qtbot, window)
    assert seen == [(False, 80)]
    assert (window.queue_view.geometry(), window.upper.sizes(), window.outer.sizes()) == before
    assert window.diff.isVisible()
    assert window.windowTitle().startswith(TITLES[0])
    assert window.actions_.get("take").isEnabled()
    close(window)


def test_a_window_closed_before_it_is_complete_leaves_nothing_running(
    qtbot: QtBot, theme: object, tmp_path: Path
) -> None:
    window = Window(Jobs(), "light", list_first=True)
    window.bench.listed.connect(window.close)
    window.open([str(big_batch(tmp_path))])
    window.show()
    qtbot.waitUntil(lambda: not window.isVisible(), timeout=10_000)
    assert not window.is_complete
    close(window)


def test_a_path_that_is_not_there_is_said_by_a_window_that_lists_first(
    qtbot: QtBot, theme: object, tmp_path: Path
) -> None:
    window = Window(Jobs(), "light", list_first=True)
    window.open([str(tmp_path / "gone.mbox")])
    window.show()
    qtbot.waitUntil(lambda: window.is_complete and window.queue_model.rowCount() == 1, timeout=20_000)
    row = window.queue_model.shown[0]
    assert row.kind is RowKind.PROBLEM
    assert "no such file" in row.problem
    close(window)


def test_the_first_list_is_shown_without_what_later_screens_need(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", _START, str(big_batch(tmp_path))],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )
    rows, *modules = done.stdout.splitlines()[0].split()
    assert rows == "80"
    loaded = [name for name in modules if any(name == late or name.startswith(f"{late}.") for late in _LATE)]
    assert loaded == []
