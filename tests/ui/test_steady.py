"""A held key moves the list; the panes follow at a pause, and before anything is done with what they show."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from uringreview.ui.steady import Pace


def test_panes_show_the_row_that_was_come_to_last_and_no_other(qapp: QApplication, qtbot: QtBot) -> None:
    owner, seen = QObject(), list[str]()
    pace = Pace(seen.append, owner, at_once=False)
    for key in ("one", "two", "three"):
        pace.moved(key)
    assert seen == []
    with qtbot.waitSignal(pace.shown):
        assert pace.waiting
    assert seen == ["three"]


def test_what_waits_is_shown_before_it_is_used_and_only_once(qapp: QApplication, qtbot: QtBot) -> None:
    owner, seen = QObject(), list[str]()
    pace = Pace(seen.append, owner, at_once=False)
    pace.moved("one")
    pace.catch_up()
    pace.catch_up()
    qtbot.wait(5)
    assert seen == ["one"]


def test_at_once_nothing_waits(qapp: QApplication) -> None:
    owner, seen = QObject(), list[str]()
    pace = Pace(seen.append, owner, at_once=True)
    pace.moved("one")
    pace.moved("two")
    assert seen == ["one", "two"]
    assert not pace.waiting


def test_panes_follow_a_held_key_that_never_pauses(qapp: QApplication, qtbot: QtBot) -> None:
    owner, seen = QObject(), list[str]()
    pace = Pace(seen.append, owner, at_once=False)
    for number in range(40):
        pace.moved(str(number))
        qtbot.wait(5)
    assert len(seen) > 1
