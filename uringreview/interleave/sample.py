"""Single runs instead of all: uniform random schedules, and PCT, for models too large to search to the end.

A run that violates something is as good as one from the search; a run that does not says nothing. PCT gives each
thread a random priority and lowers it at d - 1 random steps, so that a bug of depth d is hit with probability at least
1 / (n * k ** (d - 1)) for n threads and k steps (Burckhardt, Kothari, Musuvathi, Nagarakatte, "A Randomized Scheduler
with Probabilistic Guarantees of Finding Bugs", ASPLOS 2010). The same seed gives the same runs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from uringreview.errors import UsageProblem
from uringreview.interleave.generate import BLOCKED
from uringreview.interleave.machine import Machine, machine_for
from uringreview.interleave.properties import in_order
from uringreview.interleave.replay import replay_on
from uringreview.interleave.scenario import Model
from uringreview.interleave.trace import Trace
from uringreview.progress import Progress, Work

LONGEST_RUN = 5_000
_REPORT_EVERY = 200


@dataclass(frozen=True, slots=True)
class Hit:
    """A property that runs violated: in how many runs, first in which (from 1), and that run."""

    property: str
    runs: int
    first: int
    trace: Trace


@dataclass(frozen=True, slots=True)
class Sample:
    """What `runs` random runs of one cell showed. `depth` is PCT's d, 0 for uniform random; `cut` runs did not end.

    No hit claims nothing: states that no run came to were not seen.
    """

    scenario: str
    applied: tuple[str, ...]
    seed: int
    depth: int
    runs: int
    hits: tuple[Hit, ...]
    cut: int


def sample(
    model: Model, scenario: str, applied: frozenset[str], runs: int, seed: int, depth: int = 0
) -> Work[object, Sample]:
    """Run `scenario` with the patches `applied` `runs` times: by PCT with `depth` d, or uniformly where that is 0.

    Raises UsageProblem for an unknown scenario or patch and for numbers that make no sense.
    """
    if runs < 1 or depth < 0:
        raise UsageProblem("The number of runs is at least 1, and the depth of PCT, too.")
    machine = machine_for(model, scenario, applied)
    random = Random(seed)
    found: dict[str, list[tuple[int, tuple[int, ...]]]] = {}
    longest, cut = 1, 0
    for number in range(1, runs + 1):
        choose = _priorities(random, len(machine.threads), depth, longest) if depth else _uniform(random)
        schedule, names, ended = _run(machine, choose)
        longest = max(longest, len(schedule))
        cut += not ended
        for name, length in names.items():
            found.setdefault(name, []).append((number, schedule[:length]))
        if number % _REPORT_EVERY == 0:
            yield Progress(number, runs, "runs")
    hits = []
    for name in in_order(set(found)):
        first, schedule = found[name][0]
        trace = replay_on(machine, (machine.threads[thread].spec.name for thread in schedule))
        hits.append(Hit(name, len(found[name]), first, trace))
    return Sample(scenario, model.in_order(applied), seed, depth, runs, tuple(hits), cut)


def _run(machine: Machine, choose: Callable[[int, list[int]], int]) -> tuple[tuple[int, ...], dict[str, int], bool]:
    """One run: who moved, what was violated after how many steps, and whether the run came to an end."""
    state = machine.initial
    schedule: list[int] = []
    violated: dict[str, int] = {}
    threads = range(len(machine.threads))
    while len(schedule) < LONGEST_RUN:
        enabled = [thread for thread in threads if machine.take(state, thread) != BLOCKED]
        machine.soft.clear()
        if not enabled:
            broken = machine.stuck(state)
            if broken is not None:
                violated.setdefault(broken.property, len(schedule))
            return tuple(schedule), violated, True
        thread = choose(len(schedule), enabled)
        schedule.append(thread)
        state = machine.take(state, thread)
        for code in (*machine.soft, *((state,) if state < BLOCKED else ())):
            violated.setdefault(machine.broken(code).property, len(schedule))
        machine.soft.clear()
        if state < BLOCKED:
            return tuple(schedule), violated, True
    return tuple(schedule), violated, False


def _uniform(random: Random) -> Callable[[int, list[int]], int]:
    return lambda _, enabled: random.choice(enabled)


def _priorities(random: Random, threads: int, depth: int, steps: int) -> Callable[[int, list[int]], int]:
    """PCT: the enabled thread of the highest priority goes; at the i-th change point that thread gets priority i."""
    priority = [depth + each for each in random.sample(range(threads), threads)]
    changes = {random.randint(0, max(steps - 1, 0)): lowered for lowered in range(1, depth)}

    def choose(step: int, enabled: list[int]) -> int:
        thread = max(enabled, key=priority.__getitem__)
        if step in changes:
            priority[thread] = changes[step]
            thread = max(enabled, key=priority.__getitem__)
        return thread

    return choose
