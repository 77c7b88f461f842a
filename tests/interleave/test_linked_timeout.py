"""The verdicts of the linked-timeout model, cell by cell.

The table was found with spin on a model written by hand and with two explorers that share no code with this one; the
window, the command line and replies all rest on it.
"""

import pytest

from uringreview.interleave.explore import explore, explore_matrix, subsets
from uringreview.interleave.scenario import Model, load_models
from uringreview.interleave.trace import Outcome
from uringreview.progress import finish


@pytest.fixture(scope="module")
def model() -> Model:
    (found,) = (model for model in load_models() if model.name == "io_uring-linked")
    return found


@pytest.fixture(scope="module")
def matrix(model: Model) -> dict[tuple[str, frozenset[str]], Outcome]:
    outcomes = finish(explore_matrix(model))
    return {(each.scenario, frozenset(each.applied)): each for each in outcomes}


UAF_ISSUE = ("UAF DOUBLE-ISSUE race", "UAF")
EXPECTED = {
    # Scenario: what p2 alone, p1p2, p2p3, p1p2p3, p2p4 and p1p2p4, p2p3p4 and p1p2p3p4 lead to; without p2 all is well.
    "S1": ("", "", "", "", "", ""),
    "S2": ("UAF DOUBLE-ISSUE race", "UAF", "UAF DOUBLE-ISSUE race", "UAF", "", ""),
    "S3": ("UAF ORDER race", "UAF ORDER", "UAF ORDER race", "UAF ORDER", "", ""),
    "S4": ("UAF TORN-WALK race", "UAF TORN-WALK race", "", "", "UAF TORN-WALK race", ""),
    "S5": ("TORN-WALK race", "TORN-WALK race", "", "", "TORN-WALK race", ""),
    "S6": ("UAF DOUBLE-ISSUE race", "UAF", "UAF DOUBLE-ISSUE race", "UAF", "", ""),
    "S7": (
        *("UAF DOUBLE-CQE TORN-WALK race", "UAF TORN-WALK race", "UAF DOUBLE-CQE TORN-WALK race"),
        *("UAF TORN-WALK race", "UAF TORN-WALK race", "UAF TORN-WALK race"),
    ),
    "S8": ("", "", "", "", "", ""),
    "S9": ("UAF DOUBLE-ISSUE race", "UAF", "UAF DOUBLE-ISSUE race", "UAF", "", ""),
}
COLUMN = {"p2": 0, "p1p2": 1, "p2p3": 2, "p1p2p3": 3, "p2p4": 4, "p1p2p4": 4, "p2p3p4": 5, "p1p2p3p4": 5}


def verdict(outcome: Outcome) -> str:
    return " ".join((*outcome.names, *(["race"] if outcome.race else [])))


@pytest.mark.parametrize("scenario", EXPECTED)
def test_every_set_of_patches_has_its_true_verdict(
    scenario: str, model: Model, matrix: dict[tuple[str, frozenset[str]], Outcome]
) -> None:
    assert len(subsets(model)) == 16
    for chosen in subsets(model):
        column = COLUMN.get("".join(sorted(chosen)))
        wanted = EXPECTED[scenario][column] if column is not None else ""
        outcome = matrix[scenario, chosen]
        assert (sorted(chosen), verdict(outcome)) == (sorted(chosen), wanted)
        assert outcome.exhaustive


@pytest.mark.parametrize("scenario", EXPECTED)
def test_with_the_splice_under_timeout_lock_too_nothing_is_left(scenario: str, model: Model) -> None:
    assert verdict(finish(explore(model, scenario, frozenset({"p1", "p2", "p3", "p4", "p5"})))) == ""
