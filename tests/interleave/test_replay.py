"""Stepping by hand, replays, and the text for a mail: what a person does with a counterexample."""

import pickle
import random

import pytest

from tests.support.interleave import NaiveRun
from uringreview.errors import UsageProblem
from uringreview.interleave.explore import explore, subsets
from uringreview.interleave.layout import Layout
from uringreview.interleave.replay import divergence, replay, start
from uringreview.interleave.scenario import Model, load_models
from uringreview.interleave.trace import Outcome, Trace, format_replay, parse_replay, two_column_text
from uringreview.progress import finish

SERIES = frozenset({"p1", "p2", "p3"})


@pytest.fixture(scope="module")
def model() -> Model:
    (found,) = (model for model in load_models() if model.name == "io_uring-linked")
    return found


@pytest.fixture(scope="module")
def outcome(model: Model) -> Outcome:
    return finish(explore(model, "S2", SERIES))


@pytest.fixture(scope="module")
def simplest(outcome: Outcome) -> Trace:
    (violation,) = outcome.violations
    assert violation.simplest is not None
    return violation.simplest


def test_the_simplest_use_after_free_of_the_series_tells_the_known_story(simplest: Trace) -> None:
    """The worker drops the last reference, the timer gets none, task_work frees L unspliced, the worker follows it."""
    assert simplest.violation == "UAF"
    assert simplest.switches == 3
    assert list(dict.fromkeys(simplest.schedule)) == ["WRK", "HR", "TW"]
    assert simplest.schedule[-1] == "WRK"
    story = [
        ("WRK", "refs P 1->0"),
        ("HR", "head L P->NULL"),
        ("TW", "L freed"),
    ]
    at = [next(s.number for s in simplest.steps if s.thread == who and what in s.changes) for who, what in story]
    assert at == sorted(at)
    assert any(step.thread == "HR" and step.c_text == "prev = NULL;" for step in simplest.steps)
    last = simplest.steps[-1]
    assert last.function == "io_req_find_next"
    assert "opcode == IORING_OP_LINK_TIMEOUT" in last.c_text
    assert "after L was freed" in last.note
    freed = {each.name: each for each in last.chain}
    assert not freed["L"].alive
    assert (freed["P"].alive, freed["P"].link) == (True, "L")


def test_no_run_to_a_violation_is_shorter_than_the_shortest(outcome: Outcome, simplest: Trace) -> None:
    shortest = outcome.violations[0].trace
    assert len(shortest.steps) <= len(simplest.steps)
    assert shortest.switches >= simplest.switches


def test_a_replay_text_gives_the_same_trace_again(model: Model, simplest: Trace) -> None:
    again = parse_replay(simplest.replay)
    assert again.scenario == "S2"
    assert again.applied == ("p1", "p2", "p3")
    assert replay(model, again.scenario, again.applied, again.schedule) == simplest


def test_replay_texts_are_short_and_read_back() -> None:
    text = format_replay("S2", ("p1", "p2"), ("HR", "WRK", "WRK", "WRK", "TW"))
    assert text == "S2/p1+p2:HR,WRK*3,TW"
    assert parse_replay(text).schedule == ("HR", "WRK", "WRK", "WRK", "TW")
    assert parse_replay("S2/none:").applied == ()


@pytest.mark.parametrize(
    "text", ["", "S2", "S2/p1", "S2:HR", "/p1:HR", "S2/p1:HR*x", "S2/p1:HR,,TW", "S2/p1:HR*999999"]
)
def test_what_is_no_replay_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UsageProblem, match=r"replay|moves"):
        parse_replay(text)


def test_a_schedule_that_cannot_be_followed_names_step_and_reason(model: Model) -> None:
    with pytest.raises(UsageProblem, match=r"Step 1: TW waits until len\(task_work\) > 0"):
        replay(model, "S2", SERIES, ["TW"])
    with pytest.raises(UsageProblem, match="no thread XX"):
        replay(model, "S2", SERIES, ["XX"])
    with pytest.raises(UsageProblem, match="no scenario S99"):
        replay(model, "S99", SERIES, [])
    with pytest.raises(UsageProblem, match="no patch p99"):
        replay(model, "S2", {"p99"}, [])


def test_a_blocked_thread_names_the_lock_and_its_owner(model: Model) -> None:
    run = start(model, "S2", SERIES).step("WRK").step("HR").step("HR")
    while run.choices()[1].function != "io_req_find_next" or not run.choices()[1].waits_for:
        run = run.step("WRK")
    choices = {choice.thread: choice for choice in run.choices()}
    assert not choices["WRK"].enabled
    assert choices["WRK"].waits_for == "for timeout_lock, held by HR"
    assert "raw_spin_lock_irq(&ctx->timeout_lock)" in choices["WRK"].c_text
    assert choices["HR"].enabled
    assert dict(run.state.locks)["timeout_lock"] == "HR"


def test_stepping_leaves_the_run_before_as_it_was(model: Model) -> None:
    first = start(model, "S2", SERIES)
    before = first.state
    second = first.step("HR").step("HR").step("HR")
    assert first.state == before
    assert first.trace.steps == ()
    assert ("head", "NULL") in second.state.objects[1].fields
    assert second.trace.steps[-1].changes == ("head L P->NULL",)


def test_a_run_stops_at_its_violation(model: Model, simplest: Trace) -> None:
    run = start(model, "S2", SERIES)
    for thread in simplest.schedule:
        assert run.violation is None
        run = run.step(thread)
    assert run.violation == "UAF"
    assert run.ended
    assert not any(choice.enabled for choice in run.choices())
    with pytest.raises(UsageProblem, match="go back"):
        run.step("HR")


def test_with_the_later_fix_the_same_schedule_goes_another_way(model: Model, simplest: Trace) -> None:
    leaves = divergence(model, simplest, SERIES | {"p4"})
    assert leaves is not None
    assert simplest.steps[leaves.number - 1].thread == "HR"
    assert leaves.here == "prev = NULL;"
    assert divergence(model, simplest, SERIES) is None


def test_a_step_of_a_patched_line_names_its_patch(model: Model, simplest: Trace) -> None:
    named = {(step.patch, step.c_text) for step in simplest.steps if step.patch}
    assert ("p1", "mutex_lock(&ctx->uring_lock);") in named
    fixed = replay(model, "S2", SERIES | {"p4"}, ["WRK"] * 8 + ["HR"] * 5)
    assert fixed.steps[-1].patch == "p4"
    assert fixed.steps[-1].function == "io_remove_next_linked"
    assert "io_remove_next_linked(prev);" in fixed.steps[-1].calls


def test_the_mail_text_has_a_column_for_each_thread_and_cuts_nothing(simplest: Trace) -> None:
    text = two_column_text(simplest)
    lines = text.splitlines()
    columns = {thread: lines[0].index(thread) for thread in ("WRK", "HR", "TW")}
    assert sorted(columns.values()) == list(columns.values())
    for step, line in zip(simplest.steps, lines[2:], strict=False):
        assert line.index(step.text) == columns[step.thread]
        assert line.split()[0] == str(step.number)
    assert "*** USE AFTER FREE ***" in text
    assert "L was freed" in text
    assert "\t" not in text
    assert two_column_text(Trace((), ())).strip() == ""


def test_results_can_be_pickled(outcome: Outcome, model: Model) -> None:
    assert pickle.loads(pickle.dumps(outcome)) == outcome
    assert pickle.loads(pickle.dumps(model)).scenarios == model.scenarios


@pytest.mark.parametrize("scenario", ["S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9"])
def test_random_runs_are_the_same_for_a_naive_interpreter(scenario: str, model: Model) -> None:
    """Same choices, same state, same violation at every step of a random run with each set of patches."""
    spec = model.scenario(scenario)
    assert spec is not None
    dice = random.Random(scenario)
    for applied in [*subsets(model), frozenset({"p1", "p2", "p3", "p4", "p5"}), frozenset({"p2", "no_head_check"})]:
        run = start(model, scenario, applied)
        naive = NaiveRun(model, spec, model.effective(applied))
        while True:
            enabled = [choice.thread for choice in run.choices() if choice.enabled]
            for choice in run.choices():
                if not choice.enabled:
                    assert naive.move(choice.thread) in ("blocked", "ended")
            if not enabled:
                assert run.violation == naive.stuck()
                break
            thread = dice.choice(enabled)
            run = run.step(thread)
            what = naive.move(thread)
            if run.broken is not None and what != "moved":
                assert run.violation == what
                break
            assert what == "moved"
            assert bool(run.trace.steps[-1].note) == bool(naive.soft)
            same_state(model, run.packed, naive, run.machine.layout)


def same_state(model: Model, packed: int, naive: NaiveRun, layout: Layout) -> None:
    for number, name in enumerate(model.objects, start=1):
        assert layout.is_alive(packed, number) == (number in naive.alive)
        for each in model.fields:
            if name in dict(each.initial):
                assert layout.field(each.name, number).read(packed) == naive.fields[number, each.name]
    for each_global in model.globals:
        assert layout.globals[each_global.name].read(packed) == naive.shared[each_global.name]
    for queue in model.queues:
        assert list(layout.queues[queue.name].entries(packed)) == naive.queues[queue.name]
    for lock in model.locks:
        owner = layout.locks[lock.name].read(packed)
        held = naive.locks.get(lock.name)
        assert (owner == 0) == (held is None)
