"""The runs that a search found, each with a title to choose it by, and the words where there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from uringreview.interleave.properties import PROPERTIES
from uringreview.interleave.replay import Divergence
from uringreview.interleave.trace import Outcome, Trace
from uringreview.ui.scenario_matrix import OK_MEANS, CellName


@dataclass(frozen=True, slots=True)
class Known:
    """A run that the search found: what to call it, and the run."""

    title: str
    trace: Trace


def known_runs(outcome: Outcome) -> tuple[Known, ...]:
    """The runs that a search found, the one that a person can follow best first for each violation."""
    runs = []
    for violation in outcome.violations:
        title = PROPERTIES[violation.property].title if violation.property in PROPERTIES else violation.property
        if violation.simplest is not None:
            words = _counted(violation.simplest)
            runs.append(Known(f"{title}: fewest switches ({words})", violation.simplest))
        if violation.simplest is None or violation.trace.schedule != violation.simplest.schedule:
            runs.append(Known(f"{title}: shortest ({_counted(violation.trace)})", violation.trace))
    if outcome.race_detail is not None:
        race = outcome.race_detail
        runs.append(Known(f"data race on {race.thing}.{race.field} ({_counted(race.trace)})", race.trace))
    return tuple(runs)


def followed_in_words(before: Sequence[str], now: Sequence[str], apart: Divergence | None) -> str:
    """What becomes of a run where other patches are applied: "With p4 the run seen before diverges at step 12: ..."."""
    turned = sorted(set(before) ^ set(now))
    how = " and ".join(f"{'with' if each in now else 'without'} {each}" for each in turned)
    if apart is None:
        return f"{how[:1].upper()}{how[1:]} the run seen before goes the same way."
    instead = apart.there or apart.why
    return f"{how[:1].upper()}{how[1:]} the run seen before diverges at step {apart.number}: {instead}"


def _counted(trace: Trace) -> str:
    return f"{len(trace.steps)} steps, {trace.switches} switch{'es' * (trace.switches != 1)}"


def no_run(cell: CellName, outcome: Outcome | None, *, searching: bool = False) -> str:
    """What stands where there is no run to show."""
    if outcome is None and searching:
        return f"{cell.scenario} is being searched. Choose a thread above to step it by hand meanwhile."
    if outcome is None:
        return f"{cell.scenario} is not searched yet: press s to search, or choose a thread above to step it by hand."
    if outcome.ok:
        return f"No violation: {OK_MEANS}, and every interleaving was seen. Choose a thread above to step it by hand."
    return "No violation found, but not every state was seen: this says nothing."
