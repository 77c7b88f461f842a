"""What a maintainer who queues patches one by one must know: which trees on the way fail, and what belongs together."""

import pickle

import pytest

from tests.support.interleave import small_model
from uringreview.errors import UsageProblem
from uringreview.interleave.orders import SeriesCheck, check_series
from uringreview.interleave.scenario import Model, load_models
from uringreview.progress import finish


@pytest.fixture(scope="module")
def model() -> Model:
    (found,) = (model for model in load_models() if model.name == "io_uring-linked")
    return found


@pytest.fixture(scope="module")
def check(model: Model) -> SeriesCheck:
    return finish(check_series(model))


def test_the_order_of_the_series_passes_through_two_failing_trees(check: SeriesCheck) -> None:
    assert [tree.applied for tree in check.trees] == [
        (),
        ("p1",),
        ("p1", "p2"),
        ("p1", "p2", "p3"),
        ("p1", "p2", "p3", "p4"),
    ]
    assert [tree.applied for tree in check.failing_trees] == [("p1", "p2"), ("p1", "p2", "p3")]
    assert check.trees[0].failing == check.trees[1].failing == ()
    assert check.trees[3].violations == ("UAF", "ORDER", "TORN-WALK")
    assert all(tree.exhaustive for tree in check.trees)


def test_what_fails_with_all_patches_too_is_named_apart(check: SeriesCheck) -> None:
    assert check.left_over == ("S7",)
    assert check.safe_sets == ((), ("p1",), ("p3",), ("p1", "p3"))
    assert check.mended_sets == (("p2", "p3", "p4"), ("p1", "p2", "p3", "p4"))


def test_the_splice_and_its_later_fix_are_one_step_behind_the_walks_lock(check: SeriesCheck) -> None:
    assert check.steps == (("p1",), ("p2", "p4"), ("p3",))
    both = ("p2", "p4")
    assert set(check.safe_orders) == {
        (("p1",), ("p3",), both),
        (("p3",), ("p1",), both),
        (("p3",), both, ("p1",)),
    }


def test_a_reply_can_ask_to_hold_the_splice_until_its_fix_is_queued_with_it(check: SeriesCheck) -> None:
    first, together = check.holds_for("p2")
    assert together.sentence.startswith(
        'Please hold 49ae66eb8c27 ("io_uring: defer linked-timeout chain splice out of hrtimer context") until'
        ' 3d879647fb03 ("io_uring/timeout: splice timed out link in timeout handler") is queued with it: '
    )
    assert together.scenarios == ("S2", "S3", "S6", "S9")
    assert "is queued before it" in first.sentence
    assert first.other.name == "p3"
    assert first.scenarios == ("S4", "S5")
    assert check.holds_for("p1") == check.holds_for("p4") == ()


def test_a_series_without_its_later_fix_is_told_of_it(model: Model) -> None:
    """AUTOSEL sent p1, p2, p3; the fix was posted later. No order of the three is safe."""
    check = finish(check_series(model, ["p1", "p2", "p3"], ["S2", "S4"]))
    assert check.safe_orders == ()
    assert check.safe_sets == ((), ("p1",), ("p3",), ("p1", "p3"))
    assert check.mended_sets == ()
    assert "p4" in {each.other.name for each in check.holds_for("p2")}


def test_a_series_that_makes_no_difference_asks_for_nothing() -> None:
    small = small_model("fn t1():\n    flag = 1\nfn t2():\n+fix|    total = 1\n    flag = 1\n")
    check = finish(check_series(small, ["fix"]))
    assert (check.requirements, check.left_over) == ((), ())
    assert check.safe_orders == ((("fix",),),)


def test_a_search_that_was_cut_short_clears_no_tree(model: Model) -> None:
    check = finish(check_series(model, scenarios=["S1"], max_states=50))
    assert check.safe_sets == ()
    assert not check.trees[0].exhaustive


def test_a_check_can_be_kept_and_sent_to_another_process(check: SeriesCheck) -> None:
    assert pickle.loads(pickle.dumps(check)) == check


def test_orders_that_make_no_sense_are_refused(model: Model) -> None:
    for order, sentence in ((["p1", "p1"], "each patch once"), (["p9"], "no patch p9")):
        with pytest.raises(UsageProblem, match=sentence):
            finish(check_series(model, order))
    every = [patch.name for patch in model.patches]
    with pytest.raises(UsageProblem, match="At most 6 patches"):
        finish(check_series(model, every))
