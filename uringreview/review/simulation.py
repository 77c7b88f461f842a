"""What `uringreview simulate` reports: a model's scenarios for subsets of its patches, each searched to the end.

A cell without a violation means "none in this model" and no more; whether every state was seen stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from uringreview.errors import UsageProblem
from uringreview.interleave.explore import explore_matrix
from uringreview.interleave.scenario import Model, Scenario, load_models
from uringreview.interleave.trace import Outcome, Trace, two_column_text
from uringreview.progress import Progress, Work
from uringreview.review.terminal import shown

_NONE = "none"


@dataclass(frozen=True, slots=True)
class StepReport:
    """One step of a trace; `text` is the C line, `patch` the patch that brings or takes it (None: neither)."""

    number: int
    thread: str
    function: str
    text: str
    patch: str | None
    changes: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class TraceReport:
    """One run: its `replay` string names it for ever, `columns` is its plain-text form."""

    property: str
    replay: str
    switches: int
    steps: tuple[StepReport, ...]
    columns: str


@dataclass(frozen=True, slots=True)
class CellReport:
    """One scenario with one subset of the patches; `violations` are the properties' names, `race` a flag of its own."""

    scenario: str
    applied: tuple[str, ...]
    violations: tuple[str, ...]
    race: bool
    states: int
    transitions: int
    seconds: float
    exhaustive: bool
    traces: tuple[TraceReport, ...] = ()


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """The cells that were asked for."""

    model: str
    cells: tuple[CellReport, ...]


def simulate(
    scenario: str | None = None, applied: str | None = None, model: str | None = None, traces: bool = False
) -> Work[CellReport, SimulationReport]:
    """Search the scenario called `scenario` (None: all) with the patches `applied`.

    `applied` is a comma-separated list of model names (p1) and upstream ids, or "none"; None means every subset of
    the real patches. `model` names the model, None is the first that has the scenario. Raises UsageProblem for a name
    that nothing has.
    """
    chosen = _model(load_models(), model, scenario)
    races = [each for each in chosen.scenarios if scenario is None or _same(each, scenario)]
    patches = None if applied is None else (_applied(chosen, applied),)
    cells: list[CellReport] = []
    work = explore_matrix(chosen, [race.name for race in races], patches)
    while True:
        try:
            step = next(work)
        except StopIteration:
            return SimulationReport(chosen.name, tuple(cells))
        ready = tuple(_cell(outcome, traces) for outcome in step.parts)
        cells += ready
        yield Progress(step.done, step.total, step.what, ready)


def as_text(report: SimulationReport) -> str:
    """The report for reading: one line a cell, with the traces below where they are asked for."""
    lines = [f"model {shown(report.model)}; a cell without violation means: no violation in this model"]
    for cell in report.cells:
        found = " ".join(cell.violations) or "no violation in this model"
        race = " race" if cell.race else ""
        seen = "exhaustive" if cell.exhaustive else "NOT exhaustive"
        figures = f"{cell.states:,} states, {cell.transitions:,} transitions, {cell.seconds:.3f} s, {seen}"
        lines.append(f"{cell.scenario:<4} {'+'.join(cell.applied) or _NONE:<14} {found}{race}  ({figures})")
        for trace in cell.traces:
            lines += ["", f"{trace.property}: {trace.replay}", "", trace.columns]
    return "\n".join(lines) + "\n"


def _model(models: Sequence[Model], name: str | None, scenario: str | None) -> Model:
    named = [each for each in models if name is None or each.name == name]
    if not named:
        raise UsageProblem(f"There is no model {name}; there are: {', '.join(each.name for each in models)}.")
    having = [each for each in named if scenario is None or any(_same(race, scenario) for race in each.scenarios)]
    if not having:
        known = ", ".join(race.name for each in named for race in each.scenarios)
        raise UsageProblem(f"There is no scenario {scenario}; there are: {known}.")
    return having[0]


def _same(scenario: Scenario, name: str) -> bool:
    return scenario.name.lower() == name.strip().lower()


def _applied(model: Model, text: str) -> frozenset[str]:
    words = [word.strip() for word in text.split(",")]
    if words == [_NONE]:
        return frozenset()
    names = set()
    for word in words:
        patch = model.patch_for(word)
        if patch is None:
            known = ", ".join(f"{each.name} ({each.upstream or 'hypothetical'})" for each in model.patches)
            raise UsageProblem(f"The model {model.name} has no patch {word!r}; it has: {known}; or give none.")
        names.add(patch.name)
    return frozenset(names)


def _cell(outcome: Outcome, traces: bool) -> CellReport:
    cell = CellReport(
        outcome.scenario,
        outcome.applied,
        outcome.names,
        outcome.race,
        outcome.states,
        outcome.transitions,
        round(outcome.seconds, 4),
        outcome.exhaustive,
    )
    if not traces:
        return cell
    return replace(cell, traces=tuple(_trace(each.trace) for each in outcome.violations))


def _trace(trace: Trace) -> TraceReport:
    steps = tuple(
        StepReport(step.number, step.thread, step.function, step.text, step.patch, step.changes, step.note)
        for step in trace.steps
    )
    return TraceReport(trace.violation, trace.replay, trace.switches, steps, two_column_text(trace))
