"""What a search claims, and what it must not claim."""

import pytest

from tests.support.interleave import small_model
from uringreview.errors import UsageProblem
from uringreview.interleave.explore import explore, explore_matrix, subsets
from uringreview.interleave.place import ModelError
from uringreview.interleave.scenario import Model, load_models
from uringreview.interleave.trace import Outcome
from uringreview.progress import Progress, finish

NONE = frozenset[str]()


@pytest.fixture(scope="module")
def model() -> Model:
    (found,) = (model for model in load_models() if model.name == "io_uring-linked")
    return found


def test_every_state_of_two_counters_is_counted_once() -> None:
    """Two threads of two steps each: 3 x 3 positions, and four transitions along each side."""
    steps = "    flag = 0\n    flag = 0\n"
    outcome = finish(explore(small_model(f"fn t1():\n{steps}fn t2():\n{steps}"), "T", NONE))
    assert (outcome.states, outcome.transitions) == (9, 12)


def test_dead_variables_do_not_make_states_differ() -> None:
    code = "fn t1():\n    seen = total\n    flag = seen\n    flag = 0\n    flag = 0\n"
    with_dead = finish(explore(small_model(code + "fn t2():\n    total = 1\n"), "T", NONE))
    # `seen` matters only between the first step and the second: 2 x 5 positions, and one state more there.
    assert with_dead.states == 11 + 1


def test_a_search_that_reaches_its_bound_claims_nothing(model: Model) -> None:
    outcome = finish(explore(model, "S2", NONE, max_states=100))
    assert not outcome.exhaustive
    assert not outcome.ok
    assert outcome.violations == ()
    assert 100 <= outcome.states <= 110
    with pytest.raises(UsageProblem, match="at least 1"):
        finish(explore(model, "S2", NONE, max_states=0))


def test_an_endless_loop_is_searched_to_its_end() -> None:
    """It has few states, however long its runs are."""
    outcome = finish(explore(small_model("fn t1():\n    while 1:\n        flag = 1\n        flag = 0\n"), "T", NONE))
    assert outcome.ok
    assert outcome.states <= 4


def test_a_violation_found_before_the_bound_is_kept(model: Model) -> None:
    outcome = finish(explore(model, "S2", frozenset({"p2"}), max_states=2_500))
    assert "UAF" in outcome.names
    assert not outcome.exhaustive
    assert not outcome.ok


def test_a_search_for_verdicts_alone_leaves_out_the_simplest_run(model: Model) -> None:
    whole = finish(explore(model, "S2", frozenset({"p2"})))
    quick = finish(explore(model, "S2", frozenset({"p2"}), with_simplest=False))
    assert quick.names == whole.names
    assert [each.trace for each in quick.violations] == [each.trace for each in whole.violations]
    assert all(each.simplest is None for each in quick.violations)


def test_a_bound_that_is_not_reached_changes_nothing(model: Model) -> None:
    free = finish(explore(model, "S1", NONE))
    bound = finish(explore(model, "S1", NONE, max_states=free.states))
    assert bound.exhaustive
    assert (bound.states, bound.transitions) == (free.states, free.transitions)


def test_the_default_columns_are_the_sixteen_sets_of_posted_patches(model: Model) -> None:
    assert subsets(model)[0] == NONE
    assert subsets(model)[-1] == {"p1", "p2", "p3", "p4"}
    assert len(set(subsets(model))) == 16


def test_a_patch_whose_base_is_absent_is_left_out_and_said_so(model: Model) -> None:
    outcome = finish(explore(model, "S2", frozenset({"p1", "p4"})))
    assert outcome.applied == ("p1", "p4")
    assert outcome.left_out == ("p4",)
    assert finish(explore(model, "S2", frozenset({"p2", "p4"}))).left_out == ()


def test_a_matrix_hands_out_every_cell_as_it_is_found(model: Model) -> None:
    parts: list[Outcome] = []

    def keep(progress: Progress[Outcome]) -> None:
        parts.extend(progress.parts)

    columns = [NONE, frozenset({"p1", "p2"}), frozenset({"p1", "p2", "p3"})]
    outcomes = finish(explore_matrix(model, ["S1", "S2"], columns), keep)
    assert tuple(parts) == outcomes
    assert [(each.scenario, frozenset(each.applied)) for each in outcomes] == [
        (row, column) for row in ("S1", "S2") for column in columns
    ]


def test_a_cell_of_a_matrix_is_what_its_own_search_finds(model: Model) -> None:
    """p3 makes no difference in S2, so the matrix searches p1p2 only; the outcome still says p1, p2, p3."""
    shared = finish(explore_matrix(model, ["S2"], [frozenset({"p1", "p2"}), frozenset({"p1", "p2", "p3"})]))[1]
    alone = finish(explore(model, "S2", frozenset({"p1", "p2", "p3"})))
    assert shared.applied == alone.applied
    assert shared.violations == alone.violations
    assert (shared.states, shared.transitions, shared.race) == (alone.states, alone.transitions, alone.race)


def test_a_search_can_be_dropped_half_way(model: Model) -> None:
    work = explore_matrix(model)
    next(work)
    work.close()
    assert next(explore_matrix(model, ["S1"], [NONE])).total == 1


def test_a_race_names_both_accesses_and_the_locks_that_they_do_not_share(model: Model) -> None:
    report = finish(explore(model, "S2", frozenset({"p2"}))).race_detail
    assert report is not None
    assert report.field == "link"
    assert report.first.writes or report.second.writes
    assert not set(report.first.locks) & set(report.second.locks)
    assert report.trace.schedule


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("fn t1():\n    total = total - 1\n", r"small.toml:\d+:5: a value is not in 0 to 15"),
        ("fn t1():\n    while 1:\n        total = total + 1\n", "a value is not in 0 to 15"),
        ("fn t1():\n    while 1:\n        push(todo, A)\n", "todo is full"),
        ("fn t1():\n    b = pop(todo)\n", "todo is empty"),
        ("fn t1():\n    x = 5\n    A.link = x\n", "not in 0 to 2"),
        ("fn t1():\n    atomic:\n        while flag == 0:\n            total = 1\n", "goes round more than"),
        ("fn t1():\n    x = 1\n    while x:\n        x = 1\n", "no step in which other threads"),
        ("fn t1():\n    t1()\n", "functions cannot call themselves"),
        ("fn t1():\n    x = f()\nfn f():\n    flag = 1\n", "returns no value"),
        ("fn t1():\n    if flag == 1:\n        x = 1\n    total = x\n", "t1.x can be read before"),
        ("fn t1():\n    break\n", "outside a loop"),
        ("fn t1():\n    if A == 1:\n        flag = 1\n    x = A.link == 1\n", "compares an object with a number"),
    ],
)
def test_a_model_that_goes_wrong_when_it_runs_is_told_where(code: str, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        finish(explore(small_model(code), "T", NONE))
