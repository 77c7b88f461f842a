"""Every interleaving of a scenario: breadth first over all states, so that the first violation is the shortest.

Nothing is pruned: two states are one only where they are equal in everything that can still matter (dead variables
are cleared, see `program`). A search that reaches its bound says so and claims nothing. A second search orders runs by
context switches instead of steps, because a run with three switches is the one that a person can follow.
"""

import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import NamedTuple

from uringreview.errors import UsageProblem
from uringreview.interleave.generate import BLOCKED
from uringreview.interleave.graph import Node
from uringreview.interleave.machine import Access, Machine, StepFunction, machine_for
from uringreview.interleave.properties import in_order
from uringreview.interleave.relevant import relevant_patches
from uringreview.interleave.replay import replay_on
from uringreview.interleave.scenario import Model
from uringreview.interleave.switches import fewest_switches
from uringreview.interleave.trace import Outcome, RaceReport, RaceSide, Trace, Violation
from uringreview.progress import Progress, Work

MOST_STATES = 2_000_000
"""Where a search stops by itself: about half a gigabyte of states."""
_REPORT_EVERY = 20_000
_END = -1
"""Stands for the thread of a violation that is no step: nothing can move and the end is not a good one."""


def subsets(model: Model) -> tuple[frozenset[str], ...]:
    """Every set of the patches that were really posted, small sets first, in the model's order."""
    names = [patch.name for patch in model.patches if not patch.hypothetical]
    return tuple(frozenset(chosen) for size in range(len(names) + 1) for chosen in combinations(names, size))


def explore(
    model: Model, scenario: str, applied: frozenset[str], max_states: int = MOST_STATES, with_simplest: bool = True
) -> Work[object, Outcome]:
    """Search one cell: `scenario` with exactly the patches `applied`.

    Stops after `max_states` states, and then the outcome is not exhaustive. The run with the fewest switches takes a
    second search wherever something is violated; without `with_simplest` it is left out. Raises UsageProblem for a
    scenario or patch that the model does not have, ModelError for a mistake in the model that shows only when it runs.
    """
    if max_states < 1:
        raise UsageProblem("The bound on states is at least 1.")
    began = time.perf_counter()
    machine = machine_for(model, scenario, applied)
    moves = _MoveTable(machine)
    search = _Search(machine, moves)
    yield from search.run(max_states)
    simplest: dict[str, tuple[int, ...]] = {}
    if search.found and with_simplest:
        simplest = yield from fewest_switches(machine, set(search.found), 4 * max_states)
    violations = tuple(
        Violation(
            name,
            _trace(machine, search.schedule(*search.found[name])),
            _trace(machine, simplest[name]) if name in simplest else None,
        )
        for name in in_order(set(search.found))
    )
    report = search.race_report()
    return Outcome(
        scenario,
        model.in_order(applied),
        violations,
        report is not None,
        report,
        len(search.parents),
        search.transitions,
        time.perf_counter() - began,
        search.exhaustive,
        model.in_order(machine.asked - machine.applied),
    )


def explore_matrix(
    model: Model,
    scenarios: Iterable[str] | None = None,
    chosen: Iterable[frozenset[str]] | None = None,
    max_states: int = MOST_STATES,
    with_simplest: bool = True,
) -> Work[Outcome, tuple[Outcome, ...]]:
    """Search every cell of `scenarios` x `chosen` (default: all scenarios, all `subsets`), row by row.

    Each outcome is handed out as a part of the progress as soon as it is there. Cells whose patches differ only in
    lines that the scenario's threads never come to are searched once; such an outcome has `seconds` of that search.
    """
    rows = tuple(scenarios) if scenarios is not None else tuple(each.name for each in model.scenarios)
    columns = tuple(chosen) if chosen is not None else subsets(model)
    known: dict[tuple[str, frozenset[str]], Outcome] = {}
    outcomes: list[Outcome] = []
    for row in rows:
        relevant = relevant_patches(model, row)
        for column in columns:
            key = (row, model.effective(column) & relevant)
            if key not in known:
                work = explore(model, row, column, max_states, with_simplest)
                known[key] = yield from _quietly(work)
            left_out = model.in_order(column - model.effective(column))
            outcomes.append(_renamed(known[key], model.in_order(column), left_out))
            yield Progress(len(outcomes), len(rows) * len(columns), "cells", (outcomes[-1],))
    return tuple(outcomes)


def _quietly(work: Work[object, Outcome]) -> Generator[Progress[Outcome], None, Outcome]:
    """Run a cell's search inside that of a matrix, passing on its progress without its parts."""
    while True:
        try:
            step = next(work)
        except StopIteration as end:
            value: Outcome = end.value
            return value
        yield Progress(step.done, step.total, step.what)


def _renamed(outcome: Outcome, applied: tuple[str, ...], left_out: tuple[str, ...]) -> Outcome:
    """The same outcome for another set of patches that makes no difference."""
    if outcome.applied == applied:
        return outcome
    violations = tuple(
        Violation(
            each.property,
            replace(each.trace, applied=applied),
            replace(each.simplest, applied=applied) if each.simplest is not None else None,
        )
        for each in outcome.violations
    )
    race = outcome.race_detail
    if race is not None:
        race = replace(race, trace=replace(race.trace, applied=applied))
    return replace(outcome, applied=applied, violations=violations, race_detail=race, left_out=left_out)


def _trace(machine: Machine, schedule: tuple[int, ...]) -> Trace:
    return replay_on(machine, (machine.threads[thread].spec.name for thread in schedule))


class _Moves(NamedTuple):
    """What can move where the program counters are these: threads with their step functions, and the threads whose
    next steps could race. (A tuple, because there are about as many of them as states.)"""

    steps: tuple[tuple[int, StepFunction], ...]
    racy: tuple[int, ...]


class _Half(dict[int, tuple[tuple[tuple[int, StepFunction], ...], tuple[int, ...], bool]]):
    """What can move of some of the threads by program counters: steps, who touches a watched field, and if to write."""

    def __init__(self, machine: Machine, numbers: range) -> None:
        super().__init__()
        # For each step of each thread: the step as `_Moves` holds it, and whether it touches a watched field.
        self._threads = tuple(
            (
                bits.offset,
                bits.mask,
                tuple((thread, function) if function is not None else None for function in machine.steps[thread]),
                machine.racy[thread],
            )
            for thread, bits in ((number, machine.layout.counters[number]) for number in numbers)
        )

    def __missing__(self, counters: int) -> tuple[tuple[tuple[int, StepFunction], ...], tuple[int, ...], bool]:
        steps = []
        racy = []
        writes = False
        for offset, mask, functions, touches in self._threads:
            counter = counters >> offset & mask
            step = functions[counter]
            if step is not None:
                steps.append(step)
                if touches[counter]:
                    racy.append(step[0])
                    writes = writes or touches[counter] == 2
        found = self[counters] = (tuple(steps), tuple(racy), writes)
        return found


class _MoveTable(dict[int, _Moves]):
    """Moves by program counters (the lowest bits of a state), found when they are first asked for.

    They are put together from two halves of the threads, which have few different counters each.
    """

    def __init__(self, machine: Machine) -> None:
        super().__init__()
        count = len(machine.threads)
        bits = machine.layout.counters[count // 2].offset
        self._low_mask, self._high_mask = (1 << bits) - 1, machine.counters >> bits << bits
        self._low, self._high = _Half(machine, range(count // 2)), _Half(machine, range(count // 2, count))

    def __missing__(self, counters: int) -> _Moves:
        steps, racy, writes = self._low[counters & self._low_mask]
        others, theirs, write = self._high[counters & self._high_mask]
        racing = racy + theirs if writes or write else ()
        moves = self[counters] = _Moves(steps + others, racing if len(racing) > 1 else ())
        return moves


@dataclass(slots=True)
class _Search:
    """The breadth-first search: `parents` holds every state seen, with the one it was first reached from."""

    machine: Machine
    moves: _MoveTable
    parents: dict[int, int] = field(default_factory=dict)
    found: dict[str, tuple[int, int]] = field(default_factory=dict)
    racing: tuple[int, tuple[int, int, Access, Access]] | None = None
    transitions: int = 0
    exhaustive: bool = False

    def run(self, max_states: int) -> Generator[Progress[object], None, None]:
        """Search until every state is seen or there are `max_states`."""
        machine, parents = self.machine, self.parents
        counters, soft, moves = machine.counters, machine.soft, self.moves
        frontier = [machine.initial]
        parents[machine.initial] = machine.initial
        reported = transitions = 0
        while frontier:
            following: list[int] = []
            for state in frontier:
                steps, racy = moves[state & counters]
                waiting = 0
                for thread, step in steps:
                    after = step(state)
                    if after >= 0:
                        if after not in parents:
                            parents[after] = state
                            following.append(after)
                    elif after == BLOCKED:
                        waiting += 1
                    else:
                        self._violates(machine.broken(after).property, state, thread)
                    if soft:
                        for code in soft:
                            self._violates(machine.broken(code).property, state, thread)
                        soft.clear()
                transitions += len(steps) - waiting
                if waiting == len(steps):
                    broken = machine.stuck(state)
                    if broken is not None:
                        self._violates(broken.property, state, _END)
                if racy and self.racing is None:
                    race = machine.race(state, racy)
                    if race is not None:
                        self.racing = (state, race)
                if len(parents) > max_states:
                    self.transitions = transitions
                    return
                if len(parents) - reported >= _REPORT_EVERY:
                    reported = len(parents)
                    yield Progress(reported, 0, "states")
            frontier = following
        self.transitions = transitions
        self.exhaustive = True

    def _violates(self, name: str, state: int, thread: int) -> None:
        self.found.setdefault(name, (state, thread))

    def schedule(self, state: int, thread: int) -> tuple[int, ...]:
        """The threads' numbers on the way to `state`, and then `thread` (unless it is _END)."""
        way = [] if thread == _END else [thread]
        machine = self.machine
        while state != machine.initial:
            before = self.parents[state]
            way.append(next(each for each in range(len(machine.threads)) if machine.take(before, each) == state))
            state = before
        machine.soft.clear()
        return tuple(reversed(way))

    def race_report(self) -> RaceReport | None:
        """The first race found, as texts."""
        if self.racing is None:
            return None
        machine = self.machine
        state, (first, second, one, other) = self.racing
        return RaceReport(
            machine.model.objects[one.thing - 1],
            one.field,
            self._side(state, first, one),
            self._side(state, second, other),
            _trace(machine, self.schedule(state, _END)),
        )

    def _side(self, state: int, thread: int, access: Access) -> RaceSide:
        machine = self.machine
        node = machine.node(state, thread)
        assert isinstance(node, Node)
        held = tuple(
            lock.name for lock in machine.model.locks if machine.layout.locks[lock.name].read(state) == thread + 1
        )
        return RaceSide(
            machine.threads[thread].spec.name,
            node.function,
            node.line.c_text or node.line.code,
            node.line.place.line,
            access.writes,
            held,
        )
