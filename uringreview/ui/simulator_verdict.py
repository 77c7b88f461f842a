"""What the simulator has to say of a patch, in one sentence, from the outcomes of all cells.

The set that is judged is the one in this queue. "gone with X" is said only where one more posted patch makes every
violation of the same scenarios go away; scenarios that still fail are named.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from uringreview.interleave.properties import PROPERTIES
from uringreview.interleave.scenario import Model, ModelPatch
from uringreview.interleave.trace import Outcome
from uringreview.ui.scenario_matrix import OK_MEANS, CellName

WITH_OR_WITHOUT = "with or without this patch"


class Standing(Enum):
    """How far the simulator is with a patch that a model knows."""

    UNSEARCHED = "unsearched"
    FAILS = "fails"
    HOLDS = "holds"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the simulator's mark on a patch says."""

    standing: Standing
    words: str


def verdict_of(model: Model, outcomes: Mapping[CellName, Outcome], patch: ModelPatch, here: Sequence[str]) -> Verdict:
    """How `patch` stands in `model` with the patches `here` applied, as far as `outcomes` go."""
    applied = _ordered(model, {*here, patch.name})
    found = [outcomes.get(CellName(scenario.name, applied)) for scenario in model.scenarios]
    said = sentence(model, outcomes, patch, here)
    if said:
        return Verdict(Standing.FAILS, said)
    if any(outcome is None or not outcome.exhaustive for outcome in found):
        return Verdict(Standing.UNSEARCHED, f"Simulator: {patch.name} of a model; press s to search")
    return Verdict(Standing.HOLDS, f"Simulator: holds with {', '.join(applied)} applied ({OK_MEANS})")


def here_of(model: Model, upstreams: Iterable[str]) -> tuple[str, ...]:
    """The names of the model's patches among the upstream ids `upstreams`, in the model's order."""
    found = {patch.name for upstream in upstreams if (patch := model.patch_for(upstream)) is not None}
    return tuple(patch.name for patch in model.patches if patch.name in found)


def sentence(model: Model, outcomes: Mapping[CellName, Outcome], patch: ModelPatch, here: Sequence[str]) -> str:
    """The verdict on `patch` with the patches `here` applied; empty where nothing is violated or cells are missing.

    "Simulator: use after free with p1, p2, p3 applied (S2, S3); gone with 3d879647fb03".
    """
    applied = _ordered(model, {*here, patch.name})
    failing = _failing(model, outcomes, applied)
    if not failing:
        return ""
    worst = next(name for name in PROPERTIES if any(name in outcome.names for outcome in failing))
    where = ", ".join(outcome.scenario for outcome in failing if worst in outcome.names)
    without = _failing(model, outcomes, _ordered(model, set(applied) - {patch.name}))
    blame = f", {WITH_OR_WITHOUT}" if {o.scenario for o in failing} <= {o.scenario for o in without} else ""
    return f"Simulator: {PROPERTIES[worst].title} with {', '.join(applied)} applied ({where}){blame}" + _cure(
        model, outcomes, applied, failing
    )


def _cure(
    model: Model, outcomes: Mapping[CellName, Outcome], applied: tuple[str, ...], failing: Sequence[Outcome]
) -> str:
    """Which one posted patch more makes it hold, and where it still does not."""
    best: tuple[int, str] | None = None
    for more in model.patches:
        if more.hypothetical or more.name in applied:
            continue
        wider = _ordered(model, {*applied, more.name})
        if any(CellName(outcome.scenario, wider) not in outcomes for outcome in failing):
            continue
        left = _failing(model, outcomes, wider)
        if len(left) < len(failing) and (best is None or len(left) < best[0]):
            apart = f", {', '.join(outcome.scenario for outcome in left)} apart" if left else ""
            best = (len(left), f"; gone with {more.upstream or more.name}{apart}")
    return best[1] if best is not None else ""


def _failing(model: Model, outcomes: Mapping[CellName, Outcome], applied: tuple[str, ...]) -> list[Outcome]:
    found = (outcomes.get(CellName(scenario.name, applied)) for scenario in model.scenarios)
    return [outcome for outcome in found if outcome is not None and outcome.violations]


def _ordered(model: Model, names: Iterable[str]) -> tuple[str, ...]:
    chosen = set(names)
    return tuple(patch.name for patch in model.patches if patch.name in chosen)
