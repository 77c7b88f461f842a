"""What a search and a replay give back: steps, traces, violations, outcomes; and their plain-text forms.

All of it is plain data that can be pickled, compared and kept. A schedule is the threads' names in the order in which
they moved; together with scenario and patches it is everything that is needed to see the same run again.
"""

import re
from dataclasses import dataclass
from itertools import groupby

from uringreview.errors import UsageProblem
from uringreview.interleave.properties import PROPERTIES

_MOVE = re.compile(r"(?P<thread>[A-Za-z_]\w*)(?:\*(?P<count>\d{1,4}))?\Z")
_LONGEST = 10_000


@dataclass(frozen=True, slots=True)
class ObjectState:
    """One object in one state; `link` is what its chain field names, None where the model has no chain.

    `fields` are the other fields that it has, as (name, value) texts.
    """

    name: str
    alive: bool
    link: str | None
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StateView:
    """A whole state as texts: objects, globals, queues with their entries, and locks with their owner ("" if free)."""

    objects: tuple[ObjectState, ...]
    globals: tuple[tuple[str, str], ...]
    queues: tuple[tuple[str, tuple[str, ...]], ...]
    locks: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step: who, where, which C line, and what it changed.

    `number` counts from 1. `c_text` is the kernel line that the step stands for, "" where the model gives none;
    `code` the model's own line, `model_line` its line in the scenario file. `patch` is the patch whose prefixed line
    this is, or through whose line the function was called; `added` is False where that patch takes the line away.
    `calls` are the C texts of the calls that led here. `locks` are the (lock, owner) held after the step, `chain` the
    objects after it. `note` says what is wrong, in the step that violates a property.
    """

    number: int
    thread: str
    function: str
    c_text: str
    model_line: int
    patch: str | None
    changes: tuple[str, ...]
    locks: tuple[tuple[str, str], ...]
    chain: tuple[ObjectState, ...]
    note: str = ""
    code: str = ""
    calls: tuple[str, ...] = ()
    added: bool = True

    @property
    def text(self) -> str:
        """The line to show: the C text, or the model's own code where it stands for none."""
        return self.c_text or self.code


@dataclass(frozen=True, slots=True)
class Trace:
    """One run from the start.

    `violation` is the property that its last state violates ("" for none), `ending` says how.
    """

    schedule: tuple[str, ...]
    steps: tuple[Step, ...]
    scenario: str = ""
    applied: tuple[str, ...] = ()
    violation: str = ""
    ending: str = ""

    @property
    def switches(self) -> int:
        """How often another thread goes on."""
        return sum(1 for _ in groupby(self.schedule)) - 1 if self.schedule else 0

    @property
    def replay(self) -> str:
        """The text that names this run, "S2/p1+p2+p3:WRK*3,HR"."""
        return format_replay(self.scenario, self.applied, self.schedule)


@dataclass(frozen=True, slots=True)
class Violation:
    """A violated property with its shortest run, and the one with the fewest context switches (None: not found
    within the bound)."""

    property: str
    trace: Trace
    simplest: Trace | None


@dataclass(frozen=True, slots=True)
class RaceSide:
    """One of two racing accesses: the step that makes it, and the locks that its thread holds then."""

    thread: str
    function: str
    c_text: str
    model_line: int
    writes: bool
    locks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RaceReport:
    """Two accesses to `thing`.`field` that can both be next; `trace` leads there by the shortest way."""

    thing: str
    field: str
    first: RaceSide
    second: RaceSide
    trace: Trace


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the search of one cell found.

    `exhaustive` is True only where every reachable state was seen. `violations` are in the order of
    `properties.PROPERTIES`. No violation means: none in this model. `left_out` are patches of `applied` that do not
    apply, because one that they need is not applied: the search ran without them.
    """

    scenario: str
    applied: tuple[str, ...]
    violations: tuple[Violation, ...]
    race: bool
    race_detail: RaceReport | None
    states: int
    transitions: int
    seconds: float
    exhaustive: bool
    left_out: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Every state was seen and no property is violated. (A race alone is shown, and is no violation.)"""
        return self.exhaustive and not self.violations

    @property
    def names(self) -> tuple[str, ...]:
        """The violated properties' names."""
        return tuple(violation.property for violation in self.violations)


@dataclass(frozen=True, slots=True)
class Replay:
    """A parsed replay text."""

    scenario: str
    applied: tuple[str, ...]
    schedule: tuple[str, ...]


def format_replay(scenario: str, applied: tuple[str, ...], schedule: tuple[str, ...]) -> str:
    """The text that names a run: "S2/p1+p2+p3:HR,WRK*3,TW"; "none" stands for no patches."""
    moves = []
    for thread, run in groupby(schedule):
        count = sum(1 for _ in run)
        moves.append(thread if count == 1 else f"{thread}*{count}")
    return f"{scenario}/{'+'.join(applied) or 'none'}:{','.join(moves)}"


def parse_replay(text: str) -> Replay:
    """Read what `format_replay` wrote; UsageProblem where it is not of that form."""
    cell, colon, moves = text.strip().partition(":")
    scenario, slash, patches = cell.partition("/")
    if not (colon and slash and scenario and patches):
        raise UsageProblem(f'"{text[:80]}" is no replay; it looks like S2/p1+p2+p3:HR,WRK*3,TW.')
    schedule: list[str] = []
    for move in moves.split(",") if moves else ():
        found = _MOVE.match(move.strip())
        if found is None:
            raise UsageProblem(f'"{move[:40]}" is no move of a replay; it looks like WRK or WRK*3.')
        schedule += [found["thread"]] * int(found["count"] or 1)
        if len(schedule) > _LONGEST:
            raise UsageProblem(f"A replay has at most {_LONGEST} moves.")
    return Replay(scenario, () if patches == "none" else tuple(patches.split("+")), tuple(schedule))


def two_column_text(trace: Trace, width: int = 76) -> str:
    """The run as plain text, a column for each thread, as lockdep prints an unsafe locking scenario.

    Only one thread moves in each row, so a text may run on through the columns right of it. Columns stand as far
    apart as lets every row end before `width`, and no further than 24 characters; nothing is ever cut.
    """
    threads = tuple(dict.fromkeys(step.thread for step in trace.steps))
    margin = len(str(len(trace.steps))) + 2
    gap = max(4, *(len(thread) + 2 for thread in threads)) if threads else 4
    wanted = [(threads.index(step.thread), len(step.text)) for step in trace.steps]
    fitting = [(width - margin - length) // column for column, length in wanted if column]
    gap = max(gap, min(24, *fitting)) if fitting else gap
    rows = [" " * margin + "".join(f"{thread:<{gap}}" for thread in threads)]
    rows.append(" " * margin + "".join(f"{'-' * len(thread):<{gap}}" for thread in threads))
    for step in trace.steps:
        rows.append(f"{step.number:>{margin - 2}}  {' ' * gap * threads.index(step.thread)}{step.text}")
    if trace.violation:
        title = PROPERTIES[trace.violation].title if trace.violation in PROPERTIES else trace.violation
        rows += ["", f" *** {title.upper()} ***", f" {trace.ending}"]
    return "\n".join(row.rstrip() for row in rows) + "\n"
