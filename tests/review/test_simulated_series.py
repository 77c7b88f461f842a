"""What the simulator finds that must not be queued alone reaches the series and the reply."""

import re
from functools import cache
from io import BytesIO

import pytest

from tests.support import mail
from tests.support.review import ME
from uringreview.interleave.explore import explore_matrix
from uringreview.interleave.orders import SeriesCheck, check_series, judge
from uringreview.interleave.scenario import Model, load_models
from uringreview.mail.queue import load
from uringreview.progress import finish
from uringreview.review.belonging import with_simulation
from uringreview.review.decisions import Decision, DecisionKind
from uringreview.review.desk import examine
from uringreview.review.facts import Desk
from uringreview.review.reply import compose
from uringreview.series.edge import ReasonKind


@cache
def linked() -> Model:
    return next(model for model in load_models() if model.patch_for("49ae66eb8c27") is not None)


@cache
def judged() -> SeriesCheck:
    """The series check from what the matrix found."""
    check = judge(linked(), finish(explore_matrix(linked(), with_simplest=False)))
    assert check is not None
    return check


def desk() -> Desk:
    """A queue of the first two patches, with what the simulator found."""
    patches = [each for each in linked().patches if each.name in ("p1", "p2")]
    mails = [
        mail.autosel(title=each.subject, position=number, upstream=each.upstream + "0" * 28)
        for number, each in enumerate(patches, 1)
    ]
    return with_simulation(finish(examine(finish(load(["-"], BytesIO(mail.mbox(*mails)))))), judged().requirements)


def test_the_matrix_is_judged_as_a_search_of_its_own_would_be() -> None:
    assert judged() == finish(check_series(linked()))


def test_some_cells_alone_are_not_judged() -> None:
    outcomes = finish(explore_matrix(linked(), ["S1"], with_simplest=False))
    assert judge(linked(), outcomes) is None


def test_a_hold_asks_to_wait_for_what_the_model_needs_and_says_what_it_shows() -> None:
    _first, second = desk().facts
    reply = compose(second.patch, Decision(second.key, DecisionKind.HOLD), ME, facts=second)
    words = re.sub(r"\s+", " ", reply.body)
    assert (
        'Please hold 49ae66eb8c27 ("io_uring: defer linked-timeout chain splice out of hrtimer context") until'
        ' 3d879647fb03 ("io_uring/timeout: splice timed out link in timeout handler") is queued with it: without it, a'
        " model of this code shows use after free and order (scenarios S2, S3, S6, S9)." in words
    )
    assert words.index("3d879647fb03") < words.index("a65855ec34ae")


def test_a_patch_that_needs_nothing_is_held_in_the_usual_words() -> None:
    first, _second = desk().facts
    assert first.holds == ()
    reply = compose(first.patch, Decision(first.key, DecisionKind.HOLD), ME, facts=first)
    assert "model" not in reply.body


@pytest.mark.parametrize("other", ["3d879647fb03", "a65855ec34ae"])
def test_the_series_says_what_has_to_come_with_it(other: str) -> None:
    _first, second = desk().facts
    assert second.group is not None
    (edge,) = [each for each in second.group.edges if other in (each.patch, each.needs)]
    # What is not in the queue comes later, as a fix does: a model tells what belongs together, not the order.
    assert (edge.patch, list(edge.kinds)) == (other, [ReasonKind.SIMULATOR])
    assert second.group is not None
    assert other in {member.upstream for member in second.group.missing}
