"""Which step of another thread a step waited for, or built on: the happens-before edges of one run.

Three kinds, read off what each step changed: a lock that one thread released and another takes, a reference count that
both change, a queue that one fills and the other empties. (Lamport, 1978; the order inside a thread is plain to see.)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from uringreview.interleave.scenario import Model
from uringreview.interleave.trace import Step, Trace

_COUNT = re.compile(r"(?P<field>\w*ref\w*) (?:(?P<object>\w+) )?\d+->\d+")
_ENTRY = re.compile(r"(?P<queue>\w+) (?P<sign>[+-])(?P<entry>.*)")


class Tie(Enum):
    """What makes one step come before another."""

    LOCK = "lock"
    REFERENCE = "reference"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Before:
    """Step `first` (its number) of another thread comes before step `second`, by the lock, count or queue `what`."""

    tie: Tie
    what: str
    first: int
    second: int

    @property
    def in_words(self) -> str:
        """ "after step 11 (lock uring_lock)"."""
        return f"after step {self.first} ({self.tie.value} {self.what})"


def happens_before(model: Model, trace: Trace) -> tuple[Before, ...]:
    """The edges between steps of different threads, in the order of their second steps."""
    queues = {queue.name for queue in model.queues}
    threads = {step.number: step.thread for step in trace.steps}
    last: dict[tuple[Tie, str], int] = {}
    waiting: dict[tuple[str, str], list[int]] = {}
    found: list[Before] = []
    held: frozenset[tuple[str, str]] = frozenset()
    for step in trace.steps:
        now = frozenset(step.locks)
        for lock, _owner in sorted(now - held):
            found += _from(last.get((Tie.LOCK, lock)), Tie.LOCK, lock, step)
        for lock, _owner in held - now:
            last[Tie.LOCK, lock] = step.number
        held = now
        for tie, what, entry, adds in _changed(step, queues):
            if tie is Tie.REFERENCE:
                found += _from(last.get((tie, what)), tie, what, step)
                last[tie, what] = step.number
            elif adds:
                waiting.setdefault((what, entry), []).append(step.number)
            elif waiting.get((what, entry)):
                found += _from(waiting[what, entry].pop(0), tie, what, step)
    return tuple(each for each in found if threads[each.first] != threads[each.second])


def _changed(step: Step, queues: set[str]) -> Iterator[tuple[Tie, str, str, bool]]:
    """Counts and queues that a step changes: (kind, name, the queue's entry, whether it was added)."""
    for change in step.changes:
        count, entry = _COUNT.fullmatch(change), _ENTRY.fullmatch(change)
        if count is not None:
            name = f"{count['object']}->{count['field']}" if count["object"] else count["field"]
            yield Tie.REFERENCE, name, "", False
        elif entry is not None and entry["queue"] in queues:
            yield Tie.QUEUE, entry["queue"], entry["entry"], entry["sign"] == "+"


def _from(first: int | None, tie: Tie, what: str, step: Step) -> list[Before]:
    return [Before(tie, what, first, step.number)] if first is not None else []
