"""What was opened is watched: mail that comes in later appears, and nothing that was chosen or decided is lost."""

import os
from pathlib import Path

from pytestqt.qtbot import QtBot

from tests.support import mail
from tests.support.qt import OpenWindow, settle
from tests.support.queues import batch
from uringreview.review.decisions import DecisionKind
from uringreview.ui.watch import Watch


def test_mail_that_is_delivered_into_an_open_mbox_appears(
    open_window: OpenWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    path = batch(tmp_path)
    window = open_window(path)
    window.queue_view.selectRow(2)
    key = window.queue_view.key
    window.bench.decide(key, DecisionKind.HOLD)
    more = mail.mbox(mail.autosel(title="hid: mind the gap", position=5))
    with path.open("ab") as file:
        file.write(more)
    qtbot.waitUntil(lambda: len(window.queue_model.rows) == 5, timeout=10_000)
    settle(qtbot, window)
    assert window.queue_view.key == key
    assert window.bench.decisions[key].kind is DecisionKind.HOLD
    assert window.status_line.message == "1 new mail"


def test_a_file_in_a_folder_and_one_that_is_replaced_are_seen(qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "queue-6.6"
    folder.mkdir()
    (folder / "one.patch").write_text("one\n")
    watch = Watch()
    watch.watch([str(folder)])
    with qtbot.waitSignal(watch.changed, timeout=10_000):
        (folder / "two.patch").write_text("two\n")
    with qtbot.waitSignal(watch.changed, timeout=10_000):
        (tmp_path / "new").write_text("one, changed\n")
        os.replace(tmp_path / "new", folder / "one.patch")
    watch.watch([])


def test_a_path_that_is_gone_is_waited_for(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "one.mbox"
    path.write_text("one\n")
    watch = Watch()
    watch.watch([str(path)])
    with qtbot.assertNotEmitted(watch.changed, wait=1200):
        path.unlink()
    with qtbot.waitSignal(watch.changed, timeout=10_000):
        path.write_text("another\n")
    watch.watch([])


def test_what_is_only_looked_at_is_not_a_change(qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "one.mbox"
    path.write_text("one\n")
    watch = Watch()
    watch.watch([str(path)])
    with qtbot.assertNotEmitted(watch.changed, wait=1200):
        path.read_text()
        path.chmod(0o600)
    watch.watch([])
