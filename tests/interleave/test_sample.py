"""Random runs: what they find is real, and finding nothing claims nothing."""

import pytest

from tests.support.interleave import small_model
from uringreview.errors import UsageProblem
from uringreview.interleave.replay import replay
from uringreview.interleave.sample import LONGEST_RUN, sample
from uringreview.interleave.scenario import Model, load_models
from uringreview.progress import finish

SERIES = frozenset({"p1", "p2", "p3"})


@pytest.fixture(scope="module")
def model() -> Model:
    (found,) = (model for model in load_models() if model.name == "io_uring-linked")
    return found


def test_pct_finds_the_use_after_free_of_the_series_and_its_run_can_be_replayed(model: Model) -> None:
    found = finish(sample(model, "S2", SERIES, 400, seed=1, depth=3))
    (hit,) = found.hits
    assert hit.property == "UAF"
    assert replay(model, "S2", SERIES, hit.trace.schedule) == hit.trace
    assert hit.trace.violation == "UAF"


def test_pct_hits_it_more_often_than_uniform_random_does(model: Model) -> None:
    by_pct = finish(sample(model, "S2", SERIES, 600, seed=7, depth=4))
    by_chance = finish(sample(model, "S2", SERIES, 600, seed=7))
    assert sum(hit.runs for hit in by_pct.hits) > 3 * sum(hit.runs for hit in by_chance.hits)


def test_the_same_seed_gives_the_same_runs(model: Model) -> None:
    once, again, other = (finish(sample(model, "S4", frozenset({"p2"}), 100, seed, 4)) for seed in (3, 3, 4))
    assert once == again
    assert once != other


def test_a_violation_after_which_the_run_goes_on_does_not_hide_the_next(model: Model) -> None:
    found = finish(sample(model, "S7", frozenset({"p2"}), 300, seed=1))
    assert {hit.property for hit in found.hits} == {"UAF", "TORN-WALK"}
    assert all(hit.trace.violation == hit.property for hit in found.hits)


def test_what_holds_is_never_hit(model: Model) -> None:
    assert finish(sample(model, "S2", SERIES | {"p4"}, 100, seed=1, depth=3)).hits == ()


def test_an_endless_loop_is_cut_and_counted() -> None:
    endless = small_model("fn t1():\n    while 1:\n        flag = 1\n")
    found = finish(sample(endless, "T", frozenset(), 2, seed=1))
    assert (found.cut, found.hits) == (2, ())
    assert LONGEST_RUN >= 1_000


def test_numbers_that_make_no_sense_are_refused(model: Model) -> None:
    with pytest.raises(UsageProblem, match="at least 1"):
        finish(sample(model, "S2", SERIES, 0, seed=1))
