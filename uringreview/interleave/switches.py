"""The run with the fewest context switches to each violation: the one that a person can follow.

The search orders runs by switches and then by steps (Dijkstra's algorithm, with a list for each cost). What is visited
is a pair of a state and the thread that goes on from there; when a state is first reached, with whatever cost, no
later way to it can be a cheaper start for any other thread, so that each pair makes its step once.
"""

from collections.abc import Generator
from typing import TypeAlias

from uringreview.interleave.generate import BLOCKED
from uringreview.interleave.machine import Machine
from uringreview.progress import Progress

_REPORT_EVERY = 20_000
_NOBODY = -1
_THREAD_BITS = 4
Pair: TypeAlias = tuple[int, int, int, int]
"""A state, the thread that goes on from it, the state before it, and the thread that led here."""


def fewest_switches(
    machine: Machine, wanted: set[str], bound: int
) -> Generator[Progress[object], None, dict[str, tuple[int, ...]]]:
    """For each wanted property the run with the fewest context switches, and of those the shortest.

    Gives up after `bound` pairs: then some are not found.
    """
    return (yield from _Switches(machine, wanted).run(bound))


class _Switches:
    """One search.

    `before[t]` holds each state from which thread t went on, with the state before it and the thread that led there
    packed into one number: half a million pairs of numbers would keep the garbage collector busy.
    """

    def __init__(self, machine: Machine, wanted: set[str]) -> None:
        self.machine = machine
        self.wanted = set(wanted)
        ends = {"DEADLOCK", *(final.property for final in machine.model.finals)}
        self.ends = self.wanted & ends
        self.found: dict[str, tuple[int, ...]] = {}
        self.before: tuple[dict[int, int], ...] = tuple({} for _ in machine.threads)
        self.reached: set[int] = set()
        self.steps = machine.steps
        self.counters = tuple((bits.offset, bits.mask) for bits in machine.layout.counters)

    def run(self, bound: int) -> Generator[Progress[object], None, dict[str, tuple[int, ...]]]:
        """Search until all that is wanted is found, everything is seen, or `bound` pairs are."""
        threads = range(len(self.machine.threads))
        start = self.machine.initial
        self.reached.add(start)
        # By steps taken: pairs whose thread goes on, and states from which another thread takes over.
        going: dict[int, list[Pair]] = {}
        taken_over: dict[int, list[Pair]] = {0: [(start, _NOBODY, start, _NOBODY)]}
        self._look_for_end(start, start, _NOBODY)
        pairs = reported = 0
        while self.wanted and taken_over:
            switched: dict[int, list[Pair]] = {}
            while self.wanted and (going or taken_over):
                steps = min((*going, *taken_over))
                pending = [
                    (state, thread, before, came)
                    for state, last, before, came in taken_over.pop(steps, ())
                    for thread in threads
                    if thread != last and state not in self.before[thread]
                ]
                pending += going.pop(steps, ())
                staying: list[Pair] = []
                leaving: list[Pair] = []
                self._visit(pending, staying, leaving)
                pairs += len(pending)
                if staying:
                    going.setdefault(steps + 1, []).extend(staying)
                if leaving:
                    switched.setdefault(steps + 1, []).extend(leaving)
                if pairs > bound:
                    return self.found
                if pairs - reported >= _REPORT_EVERY:
                    reported = pairs
                    yield Progress(pairs, 0, "states")
            taken_over = switched
        return self.found

    def _visit(self, pending: list[Pair], staying: list[Pair], leaving: list[Pair]) -> None:
        """Take the step of each pair. This is the innermost loop, so it has its names at hand."""
        visited, steps, counters, reached = self.before, self.steps, self.counters, self.reached
        soft, ends = self.machine.soft, bool(self.ends)
        for state, thread, before, came in pending:
            seen = visited[thread]
            if state in seen:
                continue
            offset, mask = counters[thread]
            step = steps[thread][state >> offset & mask]
            if step is None:
                continue
            after = step(state)
            if after == BLOCKED:
                continue
            seen[state] = before << _THREAD_BITS | came + 1
            if after < 0 or soft:
                for code in (*soft, *((after,) if after < 0 else ())):
                    self._keep(self.machine.broken(code).property, state, thread)
                soft.clear()
                if after < 0:
                    continue
            pair = (after, thread, state, thread)
            staying.append(pair)
            if after not in reached:
                reached.add(after)
                leaving.append(pair)
                if ends:
                    self._look_for_end(after, state, thread)

    def _look_for_end(self, state: int, before: int, came: int) -> None:
        if not self.ends:
            return
        try:
            if any(self.machine.take(state, thread) != BLOCKED for thread in range(len(self.steps))):
                return
        finally:
            self.machine.soft.clear()
        broken = self.machine.stuck(state)
        if broken is not None:
            self._keep(broken.property, before, came)

    def _keep(self, name: str, state: int, last: int) -> None:
        """Note the run that ends with the step of `last` in `state`: the first one found is the cheapest."""
        if name not in self.wanted:
            return
        way: list[int] = []
        while last != _NOBODY:
            way.append(last)
            packed = self.before[last][state]
            state, last = packed >> _THREAD_BITS, (packed & (1 << _THREAD_BITS) - 1) - 1
        self.found[name] = tuple(reversed(way))
        self.wanted.discard(name)
        self.ends.discard(name)
