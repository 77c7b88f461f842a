"""The simulator pane: verdicts in short and in words, the failing run step by step, and what it lights in the diff."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from tests.support.panes import CHAIN, facts
from uringreview.interleave.explore import explore, subsets
from uringreview.interleave.scenario import Model, load_models
from uringreview.interleave.trace import Outcome, parse_replay
from uringreview.mail.queue import Queue
from uringreview.progress import finish
from uringreview.review.facts import Desk
from uringreview.ui.jobs import Jobs
from uringreview.ui.scenario_matrix import (
    OK_MEANS,
    CellName,
    MatrixModel,
    ordered_subsets,
    short_verdict,
    verdict_in_words,
)
from uringreview.ui.simulator_verdict import Standing, sentence
from uringreview.ui.simulator_view import SimulatorPane
from uringreview.ui.simulator_walk import chain_boxes, walk
from uringreview.ui.theme import Theme

P2_UPSTREAM = "49ae66eb8c27"
SERIES = ("p1", "p2", "p3")
WITH_FIX = (*SERIES, "p4")


@cache
def linked() -> Model:
    """The linked-timeout model that comes with the program."""
    return next(model for model in load_models() if model.patch_for(P2_UPSTREAM) is not None)


@cache
def searched(scenario: str, *applied: str) -> Outcome:
    """One cell of it."""
    return finish(explore(linked(), scenario, frozenset(applied)))


@pytest.fixture
def pane(qtbot: QtBot, theme: Theme, jobs: Jobs) -> SimulatorPane:
    """The pane with a model of S2 alone, so that a whole matrix is quickly searched."""
    s2 = linked().scenario("S2")
    assert s2 is not None
    made = SimulatorPane(jobs, theme, models=(replace(linked(), scenarios=(s2,)),))
    qtbot.addWidget(made)
    made.resize(1400, 400)
    made.show()
    queue = [facts(CHAIN, upstream=patch.upstream + "0" * 28) for patch in linked().patches[:3]]
    made.show_queue(Desk(Queue(()), tuple(queue)))
    made.show_patch(queue[1])
    return made


@pytest.fixture
def failing(pane: SimulatorPane, jobs: Jobs, qtbot: QtBot) -> SimulatorPane:
    """The same, turned to the run that fails with p1, p2 and p3."""
    pane.matrix.cell_chosen.emit(CellName("S2", SERIES))
    wait_until(qtbot, lambda: jobs.idle())
    return pane


def wait_until(qtbot: QtBot, holds: Callable[[], bool]) -> None:
    qtbot.waitUntil(holds, timeout=60_000)


def said(pane: SimulatorPane, name: str) -> str:
    label = pane.findChild(QLabel, name)
    assert label is not None
    return label.text() if label.isVisible() else ""


def rows(pane: SimulatorPane) -> list[list[str]]:
    table = pane.run.table.steps
    return [[str(table.data(table.index(row, column))) for column in range(4)] for row in range(table.rowCount())]


def at(pane: SimulatorPane) -> int:
    assert pane.current is not None
    return pane.current.at


def test_a_short_verdict_names_the_worst_and_marks_a_race() -> None:
    assert short_verdict(searched("S2", *WITH_FIX)) == "✓"
    assert short_verdict(searched("S2", *SERIES)) == "UAF"
    assert short_verdict(searched("S2", "p2")) == "UAF +1 ⇄"
    assert short_verdict(replace(searched("S2", *WITH_FIX), exhaustive=False)) == "?"


def test_a_verdict_in_words_says_what_ok_means_and_how_much_was_searched() -> None:
    words = verdict_in_words(linked(), searched("S2", *WITH_FIX))
    assert OK_MEANS in words
    assert "exhaustive" in words
    assert f"{searched('S2', *WITH_FIX).states:,} states" in words
    bounded = verdict_in_words(linked(), replace(searched("S2", *WITH_FIX), exhaustive=False))
    assert OK_MEANS not in bounded
    assert "not every state was seen" in bounded
    assert "a field of a freed object" in verdict_in_words(linked(), searched("S2", *SERIES))


def test_columns_begin_with_the_trees_that_taking_the_series_passes_through() -> None:
    columns = ordered_subsets(linked(), subsets(linked()))
    assert columns[:5] == ((), ("p1",), ("p1", "p2"), SERIES, WITH_FIX)
    assert len(columns) == len(set(columns)) == 16


def test_the_sentence_on_a_patch_names_set_scenarios_blame_and_cure(theme: Theme) -> None:
    cells = MatrixModel(theme)
    model = linked()
    cells.show_model(model, ordered_subsets(model, subsets(model)))
    for scenario in ("S1", "S2"):
        for applied in (SERIES, WITH_FIX, ("p1", "p3"), ("p2", "p3"), ("p1", "p2")):
            cells.put(searched(scenario, *applied))
    by_name = {patch.name: patch for patch in model.patches}
    assert sentence(model, cells.outcomes, by_name["p2"], SERIES) == (
        "Simulator: use after free with p1, p2, p3 applied (S2); gone with 3d879647fb03"
    )
    assert "with or without this patch" in sentence(model, cells.outcomes, by_name["p1"], SERIES)
    assert sentence(model, cells.outcomes, by_name["p4"], SERIES) == ""


def test_nothing_is_said_of_a_patch_before_the_search_has_looked(pane: SimulatorPane) -> None:
    assert pane.summary_for(P2_UPSTREAM) == ""
    assert pane.summary_for("f" * 40) == ""


def test_the_matrix_fills_and_the_pane_turns_to_what_fails(pane: SimulatorPane, jobs: Jobs, qtbot: QtBot) -> None:
    pane.start()
    wait_until(qtbot, lambda: jobs.idle())
    cells = pane.matrix.cells
    texts = [cells.data(cells.index(0, column)) for column in range(cells.columnCount())]
    assert texts[:5] == ["✓", "✓", "UAF", "UAF", "✓"]
    assert "…" not in texts
    assert "use after free" in said(pane, "whatIsWrong")
    assert pane.summary_for(P2_UPSTREAM).startswith("Simulator: use after free with p1, p2, p3 applied (S2)")


def test_the_failing_run_opens_at_the_violation_with_the_freed_request_crossed_out(failing: SimulatorPane) -> None:
    walked = failing.current
    assert walked is not None
    assert walked.at == walked.length == walked.violation_at()
    assert [box.name for box in chain_boxes(walked) if box.freed] == ["L"]
    assert "use after free" in rows(failing)[-1][3]
    assert failing.run.lanes.accessibleDescription().startswith("3 threads")


def test_keys_step_and_stop_at_the_ends(failing: SimulatorPane) -> None:
    end = at(failing)
    lanes = failing.run.lanes
    for key, expected in (
        (Qt.Key.Key_Right, end),
        (Qt.Key.Key_Left, end - 1),
        (Qt.Key.Key_H, end - 2),
        (Qt.Key.Key_L, end - 1),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Left, 0),
        (Qt.Key.Key_X, end),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_End, end),
    ):
        QTest.keyClick(lanes, key)
        assert at(failing) == expected
    assert said(failing, "stepPlace") == f"step {end} of {end}"


def test_the_line_of_the_step_is_told_with_the_patch_that_it_belongs_to(failing: SimulatorPane, qtbot: QtBot) -> None:
    assert failing.current is not None
    steps = failing.current.last.steps
    mine = next(step for step in steps if step.patch == "p1")
    with qtbot.waitSignal(failing.step_lit) as lit:
        failing.run.go_to_step(mine.number)
    assert lit.args is not None
    assert lit.args[0].split("\n")[0] == mine.c_text
    assert lit.args[1] == "20c39819a276"


def test_nothing_stays_lit_when_the_pane_is_hidden(failing: SimulatorPane, qtbot: QtBot) -> None:
    with qtbot.waitSignal(failing.step_lit) as lit:
        failing.hide()
    assert lit.args == ["", ""]
    with qtbot.assertNotEmitted(failing.step_lit):
        failing.run.step_back()


def test_a_clicked_diff_line_leads_to_its_first_step(failing: SimulatorPane) -> None:
    failing.run.first()
    failing.run.jump_to_line("\t\tmutex_lock( &ctx->uring_lock );".replace("( ", "(").replace(" )", ")"))
    assert failing.current is not None
    assert failing.current.step is not None
    assert failing.current.step.c_text == "mutex_lock(&ctx->uring_lock);"
    before = at(failing)
    failing.run.jump_to_line("nothing_of_the_kind();")
    assert at(failing) == before


def test_choosing_the_thread_that_the_run_takes_stays_on_it_and_another_leaves_it(failing: SimulatorPane) -> None:
    failing.run.first()
    walked = failing.current
    assert walked is not None
    taken = [choice.thread for choice in walked.choices()].index(walked.last.schedule[0]) + 1
    failing.run.choose_thread(taken)
    assert failing.current is not None
    assert not failing.current.own
    other = next(
        number
        for number, choice in enumerate(failing.current.choices(), 1)
        if choice.enabled and choice.thread != failing.current.last.schedule[1]
    )
    failing.run.choose_thread(other)
    assert failing.current.own
    assert at(failing) == failing.current.length == 2
    assert "your own order" in said(failing, "stepPlace")


def head(pane: SimulatorPane, number: int) -> QPushButton:
    found = pane.findChild(QPushButton, f"step_thread_{number}")
    assert found is not None
    return found


def test_a_blocked_thread_cannot_be_chosen_and_names_the_lock_it_waits_for(failing: SimulatorPane) -> None:
    assert failing.current is not None
    waiting = None
    for number in range(failing.current.length):
        failing.run.go_to_step(number)
        for index, choice in enumerate(failing.current.choices(), 1):
            if "held by" in choice.waits_for:
                waiting = (index, choice)
    assert waiting is None or not waiting[1].enabled
    # Take the timer into its section, then let the worker run into the same lock.
    failing.run.first()
    names = [choice.thread for choice in failing.current.choices()]
    for _ in range(2):
        failing.run.choose_thread(names.index("HR") + 1)
    worker = names.index("WRK") + 1
    for _ in range(60):
        if not head(failing, worker).isEnabled():
            break
        failing.run.choose_thread(worker)
    assert not head(failing, worker).isEnabled()
    assert "waits for timeout_lock, held by HR" in head(failing, worker).accessibleName()
    before = at(failing)
    failing.run.choose_thread(worker)
    assert at(failing) == before


def test_a_toggled_patch_is_searched_and_ok_is_explained(failing: SimulatorPane, jobs: Jobs, qtbot: QtBot) -> None:
    toggle = failing.findChild(QToolButton, "toggle_p4")
    assert toggle is not None
    assert not toggle.isChecked()
    QTest.mouseClick(toggle, Qt.MouseButton.LeftButton)
    wait_until(qtbot, lambda: jobs.idle())
    assert OK_MEANS in said(failing, "simulatorSaid")
    assert "exhaustive" in said(failing, "cellFigures")
    assert said(failing, "assumptions").startswith(OK_MEANS)
    # The run that was looked at is followed up to where it goes another way, and past it as far as it leads.
    words = said(failing, "divergence")
    assert words.startswith("With p4 the run seen before diverges at step ")
    assert at(failing) == int(words.removeprefix("With p4 the run seen before diverges at step ").partition(":")[0])
    assert words in said(failing, "simulatorSaid")
    failing.run.first()
    failing.run.choose_thread(1)
    assert len(rows(failing)) == 1


def test_the_step_at_which_one_patch_more_would_go_another_way_is_named(failing: SimulatorPane) -> None:
    words = said(failing, "divergence")
    assert words.startswith("With p4 this run diverges at step ")
    number = int(words.removeprefix("With p4 this run diverges at step ").partition(";")[0])
    assert words.endswith("Ctrl+4 applies it.")
    assert failing.current is not None
    steps = failing.current.last.steps
    ours = walk(linked(), "S2", WITH_FIX, [step.thread for step in steps[: number - 1]])
    nexts = {choice.thread: choice.c_text for choice in ours.to(number).choices()}
    assert nexts[steps[number - 1].thread] != steps[number - 1].c_text


def test_the_run_can_be_copied_as_replay_and_as_text(failing: SimulatorPane) -> None:
    failing.run.copy_replay()
    replayed = parse_replay(QGuiApplication.clipboard().text())
    assert failing.current is not None
    assert (replayed.scenario, replayed.applied) == ("S2", SERIES)
    assert replayed.schedule == failing.current.last.schedule
    failing.run.copy_text()
    text = QGuiApplication.clipboard().text()
    assert "USE AFTER FREE" in text
    assert failing.current.last.replay in text


def test_the_list_holds_what_the_lanes_show_and_moves_with_them(failing: SimulatorPane) -> None:
    listed = failing.findChild(QToolButton, "stepsList")
    assert listed is not None
    if not listed.isChecked():
        QTest.mouseClick(listed, Qt.MouseButton.LeftButton)
    assert failing.run.table.isVisible()
    assert failing.current is not None
    assert [row[2] for row in rows(failing)] == [step.text for step in failing.current.last.steps]
    failing.run.table.setFocus()
    failing.run.table.selectRow(3)
    assert at(failing) == 4


def test_another_queue_is_judged_by_its_own_patches_and_a_chosen_cell_stays(
    pane: SimulatorPane, jobs: Jobs, qtbot: QtBot
) -> None:
    first_two = tuple(facts(CHAIN, upstream=patch.upstream + "0" * 28) for patch in linked().patches[:2])
    pane.show_queue(Desk(Queue(()), first_two))
    assert pane.side.toggles.applied() == ("p1", "p2")
    pane.matrix.cell_chosen.emit(CellName("S2", SERIES))
    wait_until(qtbot, lambda: jobs.idle())
    pane.show_queue(Desk(Queue(()), first_two[:1]))
    assert pane.side.toggles.applied() == SERIES
    assert "use after free" in said(pane, "whatIsWrong")


def test_a_patch_without_a_model_says_so_and_offers_locks_and_a_scenario(pane: SimulatorPane) -> None:
    known = facts(CHAIN, upstream=linked().patches[1].upstream + "0" * 28)
    pane.show_patch(facts(CHAIN, upstream="f" * 40))
    assert said(pane, "simulatorNote").startswith("No model knows this patch. s shows the models")
    assert "Shift+A" in said(pane, "simulatorNote")
    assert "Choose a kernel clone" in said(pane, "locksSaid")
    assert not pane.matrix.isVisible()
    pane.show_patch(known)
    assert pane.matrix.isVisible()
    assert not pane.locks.isVisible()
    pane.toggle_locks()
    assert pane.locks.isVisible()
    assert pane.matrix.isVisible()
    assert not pane.run.isVisible()
    pane.toggle_locks()
    assert pane.run.isVisible()


def test_a_queues_modelled_patch_is_judged_while_another_patch_is_looked_at(
    pane: SimulatorPane, jobs: Jobs, qtbot: QtBot
) -> None:
    pane.show_patch(facts(CHAIN, upstream="f" * 40))
    pane.search_queue()
    wait_until(qtbot, lambda: jobs.idle())
    verdict = pane.verdict_for(P2_UPSTREAM)
    assert verdict is not None
    assert verdict.standing is Standing.FAILS


def test_a_run_says_which_step_of_another_thread_each_step_comes_after(failing: SimulatorPane) -> None:
    after = [row[3] for row in rows(failing) if "after step" in row[3]]
    assert any("(lock timeout_lock)" in text for text in after)
    assert any("(queue task_work)" in text for text in after)


def test_every_part_of_the_pane_has_a_name(failing: SimulatorPane) -> None:
    for widget in failing.findChildren(QWidget):
        if (
            widget.isVisible()
            and widget.focusPolicy() != Qt.FocusPolicy.NoFocus
            and not widget.objectName().startswith("qt_")
        ):
            assert widget.objectName(), type(widget).__name__
            assert widget.accessibleName() or isinstance(widget, QLabel), widget.objectName()


def test_the_models_that_there_are_can_be_looked_at_from_a_patch_that_none_knows(
    pane: SimulatorPane, jobs: Jobs, qtbot: QtBot
) -> None:
    # Incident: on the demo, whose patches no model knows, the simulator could not be reached at all.
    pane.show_patch(facts(CHAIN, upstream="f" * 40))
    pane.start()
    wait_until(qtbot, lambda: jobs.idle())
    assert pane.matrix.isVisible()
    assert said(pane, "simulatorNote").startswith(
        "No model knows this patch. This one is about something else: io_uring"
    )
    pane.show_patch(facts(CHAIN, upstream="e" * 40))
    assert not pane.matrix.isVisible()
