"""The series pane: order, reasons, what is missing, unequal ranges and later fixes, drawn and in words."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QListWidget
from pytestqt.qtbot import QtBot

from tests.support.panes import CHAIN, facts
from uringreview.kernel.status import Cell, Status
from uringreview.mail.queue import Queue
from uringreview.mail.subject import asked_range
from uringreview.review.facts import Desk, PatchFacts
from uringreview.series.graph import Edge, Group, LaterFix, Member, Reason
from uringreview.ui.series_drawing import SeriesDrawing
from uringreview.ui.series_layout import BoxKind, Link, lay_out, lay_out_all
from uringreview.ui.series_view import SeriesPane
from uringreview.ui.theme import Theme

FIRST, SECOND, THIRD = "1" * 12, "2" * 12, "3" * 12
SAID = "the series is 1/3, 2/3, 3/3"


def member(upstream: str, key: str | None, asked: str = "7.0-6.6") -> Member:
    return Member(upstream, key, f"ring: part {upstream[0]}", asked, row=key)


def edge(patch: str, needs: str, said_by: str | None = "a") -> Edge:
    return Edge(patch, needs, (Reason(SAID, said_by, None),))


def queue(group: Group | None, fixes: tuple[LaterFix, ...] = ()) -> Desk:
    """A desk of the two loaded patches "a" and "b"."""
    made = []
    for key, upstream, asked in (("a", FIRST, "7.0-6.6"), ("b", SECOND, "7.0")):
        one = facts(CHAIN, upstream=upstream)
        message = replace(one.patch.message, message_id=key)
        subject = replace(one.patch.subject, asked=asked_range(f"[PATCH AUTOSEL {asked}] ring: part"))
        row = replace(one.row, patch=replace(one.patch, message=message, subject=subject))
        cells = (Cell(key, "linux-7.0.y", Status.CLEAN, ""), Cell(key, "linux-6.6.y", Status.CONFLICT, ""))
        mine = tuple(fix for fix in fixes if fix.fixes == upstream)
        made.append(replace(one, row=row, group=group, cells=cells, later_fixes=mine))
    return Desk(Queue(()), tuple(made), (group,) if group else (), ("linux-7.0.y", "linux-6.6.y"))


SERIES = Group(
    (member(FIRST, "a"), member(SECOND, "b", "7.0"), member(THIRD, None, "")),
    (edge(SECOND, FIRST), edge(THIRD, SECOND), edge(THIRD, FIRST)),
)


def of(desk: Desk, key: str) -> PatchFacts:
    found = desk.of(key)
    assert found is not None
    return found


def test_members_stand_in_the_order_of_their_needs_and_implied_needs_are_not_drawn() -> None:
    desk = queue(SERIES)
    drawing = lay_out(of(desk, "a"), desk)
    assert [(box.name, box.column, box.kind) for box in drawing.boxes] == [
        (FIRST, 0, BoxKind.LOADED),
        (SECOND, 1, BoxKind.LOADED),
        (THIRD, 2, BoxKind.MISSING),
    ]
    assert set(drawing.links) == {Link(0, 1), Link(1, 2)}


def test_a_later_fix_stands_after_what_it_fixes() -> None:
    desk = queue(SERIES, (LaterFix(SECOND, "4" * 40, "ring: repair part 2", "linux-7.1.y"),))
    drawing = lay_out(of(desk, "a"), desk)
    fix = drawing.boxes[-1]
    assert (fix.kind, fix.name, fix.column, fix.row) == (BoxKind.FIX, "4" * 12, 2, 1)
    assert drawing.links[-1] == Link(1, 3, fixes=True)


def test_needs_that_run_in_a_circle_are_drawn_and_said() -> None:
    circle = Group((member(FIRST, "a"), member(SECOND, "b")), (edge(SECOND, FIRST), edge(FIRST, SECOND)), cyclic=True)
    desk = queue(circle)
    drawing = lay_out(of(desk, "a"), desk)
    assert [box.column for box in drawing.boxes] == [0, 1]
    assert set(drawing.links) == {Link(0, 1), Link(1, 0, back=True)}


@pytest.fixture
def pane(qtbot: QtBot, theme: Theme) -> SeriesPane:
    made = SeriesPane(theme)
    qtbot.addWidget(made)
    made.resize(1400, 300)
    made.show()
    return made


def lines(pane: SeriesPane) -> list[str]:
    found = pane.findChild(QListWidget, "seriesList")
    assert found is not None
    return [found.item(i).text().strip() for i in range(found.count())]


def test_the_list_says_what_the_drawing_shows_and_who_said_it(pane: SeriesPane) -> None:
    desk = queue(SERIES, (LaterFix(SECOND, "4" * 40, "ring: repair part 2", "linux-7.1.y"),))
    pane.show_desk(desk)
    pane.show_patch(desk.of("b"))
    assert lines(pane) == [
        f"{THIRD} is missing here: named by the mails, not loaded.",
        "Unequal ranges 7.0-6.6 / 7.0: 6.18 to 6.6 would get 1 of 3.",
        f"Order to take: {FIRST}, {SECOND}, {THIRD}",
        f"7.0: take {FIRST}, {SECOND}; missing here: {THIRD}",
        f"6.6: does not apply: {FIRST}, {SECOND}; missing here: {THIRD}; not asked for there: {SECOND}",
        f"1. {FIRST}  ring: part 1  7.0-6.6",
        f"2. {SECOND}  ring: part 2  7.0",
        f"needs {FIRST}, rationale asks for it, in {FIRST}: {SAID}",
        f'fixed later by {"4" * 12} ("ring: repair part 2"), not in this queue, seen in linux-7.1.y',
        f"3. {THIRD}  ring: part 3  (missing here)",
        f"needs {SECOND}, rationale asks for it, in {FIRST}: {SAID}",
        f"needs {FIRST}, rationale asks for it, in {FIRST}: {SAID}",
    ]


def test_no_order_is_invented_where_the_mails_contradict_each_other(pane: SeriesPane) -> None:
    circle = Group((member(FIRST, "a"), member(SECOND, "b")), (edge(SECOND, FIRST), edge(FIRST, SECOND)), cyclic=True)
    desk = queue(circle)
    pane.show_desk(desk)
    pane.show_patch(desk.of("a"))
    assert "no order that satisfies them all" in lines(pane)[0]
    assert not any(line.startswith("Order to take") for line in lines(pane))


def test_a_click_on_a_box_chooses_its_patch_and_a_missing_one_chooses_nothing(pane: SeriesPane, qtbot: QtBot) -> None:
    desk = queue(SERIES)
    pane.show_desk(desk)
    pane.show_patch(desk.of("a"))
    drawing = pane.findChild(SeriesDrawing, "seriesDrawing")
    assert drawing is not None
    with qtbot.waitSignal(pane.patch_chosen) as chosen:
        QTest.mouseClick(drawing, Qt.MouseButton.LeftButton, pos=drawing.place(1).center().toPoint())
    assert chosen.args == ["b"]
    with qtbot.assertNotEmitted(pane.patch_chosen):
        QTest.mouseClick(drawing, Qt.MouseButton.LeftButton, pos=drawing.place(2).center().toPoint())


def test_return_in_the_list_chooses_the_member(pane: SeriesPane, qtbot: QtBot) -> None:
    desk = queue(SERIES)
    pane.show_desk(desk)
    pane.show_patch(desk.of("a"))
    found = pane.findChild(QListWidget, "seriesList")
    assert found is not None
    found.setCurrentRow(next(i for i, line in enumerate(lines(pane)) if line.startswith("2.")))
    with qtbot.waitSignal(pane.patch_chosen) as chosen:
        QTest.keyClick(found, Qt.Key.Key_Return)
    assert chosen.args == ["b"]


def test_a_patch_that_stands_alone_says_so(pane: SeriesPane) -> None:
    desk = queue(None)
    pane.show_desk(desk)
    pane.show_patch(desk.of("a"))
    empty = pane.findChild(QLabel, "seriesEmpty")
    assert empty is not None
    assert empty.isVisible()
    assert empty.text() == "Nothing in this queue says that this patch belongs with another."


def drawn(pane: SeriesPane) -> SeriesDrawing:
    desk = queue(SERIES)
    pane.show_desk(desk)
    pane.show_patch(desk.of("a"))
    pane.drawing.setFocus()
    return pane.drawing


def test_the_arrow_keys_walk_along_the_arrows_and_it_is_said_what_they_stand_for(pane: SeriesPane) -> None:
    drawing = drawn(pane)
    said = pane.findChild(QLabel, "seriesWhy")
    assert said is not None
    assert drawing.focused == 0
    QTest.keyClick(drawing, Qt.Key.Key_Right)
    assert drawing.focused == 1
    assert said.text().splitlines() == [f"{SECOND} after {FIRST}", f"rationale asks for it, in {FIRST}: {SAID}"]
    QTest.keyClick(drawing, Qt.Key.Key_Right)
    QTest.keyClick(drawing, Qt.Key.Key_Right)
    assert drawing.focused == 2
    QTest.keyClick(drawing, Qt.Key.Key_Left)
    assert drawing.focused == 1
    QTest.keyClick(drawing, Qt.Key.Key_Up)
    assert drawing.focused == 0
    assert said.text().startswith("Arrow keys walk")


def test_return_in_the_drawing_goes_to_the_patch(pane: SeriesPane, qtbot: QtBot) -> None:
    drawing = drawn(pane)
    QTest.keyClick(drawing, Qt.Key.Key_Right)
    with qtbot.waitSignal(pane.patch_chosen) as chosen:
        QTest.keyClick(drawing, Qt.Key.Key_Return)
    assert chosen.args == ["b"]


def test_keys_magnify_and_a_drag_moves_but_chooses_nothing(pane: SeriesPane, qtbot: QtBot) -> None:
    drawing = drawn(pane)
    before = drawing.scale
    QTest.keyClick(drawing, Qt.Key.Key_Plus)
    QTest.keyClick(drawing, Qt.Key.Key_Plus)
    assert drawing.scale > before
    place = drawing.place(0)
    with qtbot.assertNotEmitted(pane.patch_chosen):
        start = QPoint(40, 100)
        QTest.mousePress(drawing, Qt.MouseButton.LeftButton, pos=start)
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(120, 100),
            drawing.mapToGlobal(QPointF(120, 100)),
            Qt.MouseButton.NoButton,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
        drawing.mouseMoveEvent(move)
        QTest.mouseRelease(drawing, Qt.MouseButton.LeftButton, pos=QPoint(120, 100))
    assert drawing.place(0).left() > place.left()
    QTest.keyClick(drawing, Qt.Key.Key_0)
    assert drawing.scale == before


def test_a_drawing_fits_the_room_it_gets_until_it_is_magnified_by_hand(pane: SeriesPane) -> None:
    drawing = drawn(pane)
    whole = drawing.sizeHint()
    drawing.resize(whole)
    assert drawing.scale == 1.0
    drawing.resize(int(whole.width() * 0.8), whole.height())
    assert drawing.scale == pytest.approx(0.8, abs=0.01)
    QTest.keyClick(drawing, Qt.Key.Key_Plus)
    magnified = drawing.scale
    drawing.resize(whole)
    assert drawing.scale == magnified


def test_the_series_of_the_whole_queue_are_drawn_below_each_other(pane: SeriesPane) -> None:
    desk = replace(queue(SERIES), groups=(SERIES, SERIES))
    assert [box.row for box in lay_out_all(desk).boxes] == [0, 0, 0, 1, 1, 1]
    pane.show_desk(desk)
    pane.show_patch(desk.of("a"))
    assert len(pane.drawing.drawing.boxes) == 3
    pane.toggle_scope()
    assert len(pane.drawing.drawing.boxes) == 6
    assert {link.start for link in pane.drawing.drawing.links} == {0, 1, 3, 4}
