"""What `uringreview simulate` reports: a model's scenarios for subsets of its patches, each searched to the end.

A cell without a violation means "none in this model" and no more; whether every state was seen stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from uringreview.errors import UsageProblem
from uringreview.interleave.explore import MOST_STATES, explore, explore_matrix
from uringreview.interleave.orders import SeriesCheck, Tree, check_series
from uringreview.interleave.own import all_models
from uringreview.interleave.promela import as_promela
from uringreview.interleave.sample import Sample, sample
from uringreview.interleave.scenario import Model, Scenario, load_model
from uringreview.interleave.trace import Outcome, RaceReport, RaceSide, Trace, two_column_text
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
class AccessReport:
    """One of two racing accesses: who makes it, in which C line, and under which locks."""

    thread: str
    function: str
    text: str
    model_line: int
    writes: bool
    locks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DataRaceReport:
    """Two accesses to one field of one object that can both be next; `replay` leads to where they are."""

    thing: str
    field: str
    accesses: tuple[AccessReport, AccessReport]
    replay: str


@dataclass(frozen=True, slots=True)
class CellReport:
    """One scenario with one subset of the patches; `violations` are the properties' names, `race` a flag of its own.

    `left_out` are patches that do not apply because one that they need is not there. `traces` are the shortest run
    to each violation; these and `data_race` are there only where traces are asked for.
    """

    scenario: str
    applied: tuple[str, ...]
    violations: tuple[str, ...]
    race: bool
    states: int
    transitions: int
    seconds: float
    exhaustive: bool
    traces: tuple[TraceReport, ...] = ()
    left_out: tuple[str, ...] = ()
    data_race: DataRaceReport | None = None


@dataclass(frozen=True, slots=True)
class SimulationReport:
    """The cells that were asked for."""

    model: str
    cells: tuple[CellReport, ...]


def simulate(
    scenario: str | None = None,
    applied: str | None = None,
    model: str | None = None,
    traces: bool = False,
    max_states: int = MOST_STATES,
) -> Work[CellReport, SimulationReport]:
    """Search the scenario called `scenario` (None: all) with the patches `applied`.

    `applied` is a comma-separated list of model names (p1) and upstream ids, or "none"; None means every subset of
    the real patches. `model` names a model that comes with the program or a file, None is the first that has the
    scenario. A search ends after `max_states`. Raises UsageProblem for a name that nothing has.
    """
    chosen = model_called(model, scenario)
    races = [each.name for each in _races(chosen, scenario)]
    patches = None if applied is None else (_applied(chosen, applied),)
    cells: list[CellReport] = []
    work = explore_matrix(chosen, races, patches, max_states, with_simplest=False)
    while True:
        try:
            step = next(work)
        except StopIteration:
            return SimulationReport(chosen.name, tuple(cells))
        ready = tuple(_cell(outcome, traces) for outcome in step.parts)
        cells += ready
        yield Progress(step.done, step.total, step.what, ready)


def export(scenario: str, applied: str, model: str | None = None, max_states: int = MOST_STATES) -> Work[object, str]:
    """One cell as Promela, with what the search of it found in its header; see `simulate` for the names."""
    chosen = model_called(model, scenario)
    (race,) = _races(chosen, scenario)
    patches = _applied(chosen, applied)
    outcome = yield from explore(chosen, race.name, patches, max_states, with_simplest=False)
    return as_promela(chosen, race.name, patches, outcome)


def series(
    order: str | None = None, model: str | None = None, scenario: str | None = None
) -> Work[object, SeriesCheck]:
    """Judge every tree that a comma-separated `order` of patches passes through; None is the model's own order."""
    chosen = model_called(model, scenario)
    names = [_patch(chosen, word) for word in order.split(",")] if order is not None else None
    races = [each.name for each in _races(chosen, scenario)]
    return (yield from _quiet(check_series(chosen, names, races)))


def sampled(
    scenario: str, applied: str, runs: int, seed: int, depth: int = 0, model: str | None = None
) -> Work[object, Sample]:
    """Make random runs of one cell, by PCT where `depth` is its d; see `simulate` for the names."""
    chosen = model_called(model, scenario)
    (race,) = _races(chosen, scenario)
    return (yield from sample(chosen, race.name, _applied(chosen, applied), runs, seed, depth))


def as_text(report: SimulationReport) -> str:
    """The report for reading: one line a cell, with the traces below where they are asked for."""
    lines = [f"model {shown(report.model)}; a cell without violation means: no violation in this model"]
    for cell in report.cells:
        found = " ".join(cell.violations) or "no violation in this model"
        if not cell.exhaustive and not cell.violations:
            found = "nothing found in what was seen"
        race = " race" if cell.race else ""
        seen = "exhaustive" if cell.exhaustive else f"not exhaustive: {cell.states:,} states"
        figures = f"{cell.states:,} states, {cell.transitions:,} transitions, {cell.seconds:.3f} s, {seen}"
        left_out = f" ({', '.join(cell.left_out)} left out: does not apply)" if cell.left_out else ""
        lines.append(f"{cell.scenario:<4} {'+'.join(cell.applied) or _NONE:<14} {found}{race}{left_out}  ({figures})")
        for trace in cell.traces:
            lines += ["", f"{trace.property}: {trace.replay}", "", trace.columns]
        if cell.data_race is not None:
            lines += ["", *_race_lines(cell.data_race), ""]
    return "\n".join(lines) + "\n"


def series_text(check: SeriesCheck) -> str:
    """The judgement of an order for reading."""
    lines = [f"model {shown(check.model)}; every line says what this model shows, and no more", ""]
    for tree in check.trees:
        lines.append(f"{'+'.join(tree.applied) or _NONE:<14} {_tree_text(tree, check.left_over)}")
    lines += ["", "sets of patches without any violation:"]
    lines += [f"  {'+'.join(each) or _NONE}" for each in check.safe_sets]
    if check.mended_sets:
        lines.append(f"sets that fail only in {', '.join(check.left_over)}, where all the patches together fail, too:")
        lines += [f"  {'+'.join(each)}" for each in check.mended_sets]
    lines.append("orders that pass through these sets only (+ joins what must be taken in one step):")
    lines += [f"  {', '.join('+'.join(step) for step in order)}" for order in check.safe_orders] or ["  none"]
    for each in check.requirements:
        lines += ["", each.sentence]
    return "\n".join(lines) + "\n"


def sample_text(found: Sample) -> str:
    """What random runs showed, for reading."""
    how = f"PCT with d = {found.depth}" if found.depth else "uniform random"
    lines = [f"{found.runs:,} runs of {found.scenario}/{'+'.join(found.applied) or _NONE}, {how}, seed {found.seed}"]
    if found.cut:
        lines.append(f"{found.cut:,} of them did not come to an end")
    for hit in found.hits:
        lines += ["", f"{hit.property}: in {hit.runs:,} runs, first in run {hit.first}: {hit.trace.replay}"]
        lines += ["", two_column_text(hit.trace)]
    if not found.hits:
        lines.append("no run violated anything; this claims nothing")
    return "\n".join(lines) + "\n"


def _tree_text(tree: Tree, left_over: tuple[str, ...]) -> str:
    failing = [each for each in tree.verdicts if each.violations]
    if not failing:
        return "no violation" if tree.exhaustive else "nothing found, but not every state was seen"
    words = ", ".join(f"{each.scenario} {' '.join(each.violations)}" for each in failing)
    return ("fails where all the patches fail: " if set(tree.failing) <= set(left_over) else "FAILS: ") + words


def _race_lines(race: DataRaceReport) -> list[str]:
    """A race as KCSAN words one: both accesses, who makes them, and what they hold."""
    lines = [f"data-race in {race.accesses[0].function} / {race.accesses[1].function}: {race.thing}->{race.field}"]
    for each in race.accesses:
        lines.append(f"  {'write' if each.writes else 'read'} by {each.thread} in {each.function}(): {each.text}")
        lines.append(f"    holding {', '.join(each.locks) or 'no lock'} (line {each.model_line} of the model)")
    return [*lines, f"  replay: {race.replay}"]


def model_called(name: str | None, scenario: str | None = None) -> Model:
    """The model called `name`, the program's or one of the user's, or the file that it names ("./mine.toml").

    None is the first that has `scenario`.
    """
    if name is not None and (name.endswith(".toml") or "/" in name):
        return load_model(Path(name))
    return _model(all_models().models, name, scenario)


def _races(model: Model, scenario: str | None) -> list[Scenario]:
    found = [each for each in model.scenarios if scenario is None or _same(each, scenario)]
    if not found:
        known = ", ".join(each.name for each in model.scenarios)
        raise UsageProblem(f"There is no scenario {scenario}; there are: {known}.")
    return found


def _quiet(work: Work[Outcome, SeriesCheck]) -> Work[object, SeriesCheck]:
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            value: SeriesCheck = end.value
            return value
        yield Progress(step.done, step.total, step.what)


def _model(models: Sequence[Model], name: str | None, scenario: str | None) -> Model:
    named = [each for each in models if name is None or each.name == name]
    if not named:
        known = ", ".join(each.name for each in models)
        raise UsageProblem(f"There is no model {name}; there are: {known}. A file is given as ./NAME.toml.")
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
    return frozenset(_patch(model, word) for word in words)


def _patch(model: Model, word: str) -> str:
    patch = model.patch_for(word)
    if patch is None:
        known = ", ".join(f"{each.name} ({each.upstream or 'hypothetical'})" for each in model.patches)
        raise UsageProblem(f"The model {model.name} has no patch {word.strip()!r}; it has: {known}; or give none.")
    return patch.name


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
        left_out=outcome.left_out,
    )
    if not traces:
        return cell
    race = _data_race(outcome.race_detail) if outcome.race_detail is not None else None
    return replace(cell, traces=tuple(_trace(each.trace) for each in outcome.violations), data_race=race)


def _data_race(race: RaceReport) -> DataRaceReport:
    return DataRaceReport(race.thing, race.field, (_access(race.first), _access(race.second)), race.trace.replay)


def _access(side: RaceSide) -> AccessReport:
    return AccessReport(side.thread, side.function, side.c_text, side.model_line, side.writes, side.locks)


def _trace(trace: Trace) -> TraceReport:
    steps = tuple(
        StepReport(step.number, step.thread, step.function, step.text, step.patch, step.changes, step.note)
        for step in trace.steps
    )
    return TraceReport(trace.violation, trace.replay, trace.switches, steps, two_column_text(trace))
