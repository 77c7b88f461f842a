"""While results stream in or a key is held, what has not changed is not painted again."""

from PySide6.QtCore import QEvent, QObject, QStringListModel
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from uringreview.ui.changed import changed_runs
from uringreview.ui.plain_table import PlainTable
from uringreview.ui.queue_model import QueueModel
from uringreview.ui.queue_rows import QueueRow, RowKind
from uringreview.ui.theme import apply_theme, theme_for


class Painted(QObject):
    """How high what was painted of a viewport is, in all."""

    def __init__(self) -> None:
        super().__init__()
        self.height = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.height += event.rect().height()
        return super().eventFilter(watched, event)


def test_scrolling_by_a_row_paints_that_row_alone(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, theme_for("light"))
    table, model = PlainTable(), QStringListModel([str(number) for number in range(200)])
    qtbot.addWidget(table)
    table.setModel(model)
    table.resize(300, 400)
    table.show()
    qtbot.waitExposed(table)
    qtbot.wait(20)
    painted = Painted()
    table.viewport().installEventFilter(painted)
    table.verticalScrollBar().setValue(3)
    qtbot.waitUntil(lambda: painted.height > 0)
    assert painted.height <= 4 * table.rowHeight(0)


def test_the_ground_below_the_last_row_is_painted(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, theme_for("dark"))
    table = PlainTable()
    qtbot.addWidget(table)
    table.setModel(QStringListModel(["one"]))
    table.resize(300, 400)
    table.show()
    qtbot.waitExposed(table)
    below = table.viewport().grab().toImage().pixelColor(20, 300)
    assert below.name() == theme_for("dark").background


def test_rows_that_did_not_change_are_not_shown_anew(qapp: QApplication) -> None:
    model, told = QueueModel(theme_for("light")), list[tuple[int, int]]()
    rows = [QueueRow(str(number), RowKind.PATCH, "", f"title {number}") for number in range(9)]
    model.set_rows(rows, ())
    model.dataChanged.connect(lambda first, last, _roles: told.append((first.row(), last.row())))
    changed = [QueueRow(str(number), RowKind.PATCH, "", f"title {number}") for number in range(9)]
    for place in (2, 3, 7):
        changed[place] = QueueRow(str(place), RowKind.PATCH, "", "another title")
    model.set_rows(changed)
    assert told == [(2, 3), (7, 7)]
    assert model.shown[3].title == "another title"


def test_runs_reach_both_ends() -> None:
    assert list(changed_runs("abcd", "xbcx")) == [(0, 0), (3, 3)]
    assert list(changed_runs("ab", "xy")) == [(0, 1)]
    assert list(changed_runs("ab", "ab")) == []
