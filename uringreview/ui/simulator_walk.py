"""Walking through one run: forth and back along a trace, or off it by choosing the next thread oneself.

Pure data over `interleave.replay`, so that it can be tested without a screen. A `Run` never changes; a walk keeps
those that it passed, and a step that leaves the trace forgets what lay ahead.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from uringreview.errors import UsageProblem
from uringreview.interleave.binding import lights
from uringreview.interleave.happens import Tie, happens_before
from uringreview.interleave.replay import Choice, Run, start
from uringreview.interleave.scenario import Model
from uringreview.interleave.trace import Step, Trace
from uringreview.ui.chain_drawing import ChainBox
from uringreview.ui.lanes_drawing import After, LaneStep


@dataclass(frozen=True, slots=True)
class Walk:
    """`runs[k]` is the run after k steps; `at` steps have been made. `own` is True where the reviewer left the
    trace that the search found."""

    runs: tuple[Run, ...]
    at: int = 0
    own: bool = False

    @property
    def here(self) -> Run:
        """The run at this point."""
        return self.runs[self.at]

    @property
    def last(self) -> Trace:
        """The whole run that is known, ahead and behind."""
        return self.runs[-1].trace

    @property
    def length(self) -> int:
        """How many steps are known."""
        return len(self.runs) - 1

    @property
    def step(self) -> Step | None:
        """The step made last; None before the first."""
        return self.last.steps[self.at - 1] if self.at else None

    def to(self, number: int) -> "Walk":
        """The walk with `number` steps made, as near as there are."""
        return Walk(self.runs, min(max(number, 0), self.length), self.own)

    def take(self, thread: str) -> "Walk":
        """The walk after the next step of `thread`; stays where that thread cannot move."""
        if self.at < self.length and self.last.schedule[self.at] == thread:
            return self.to(self.at + 1)
        if not any(choice.enabled and choice.thread == thread for choice in self.here.choices()):
            return self
        return Walk((*self.runs[: self.at + 1], self.here.step(thread)), self.at + 1, True)

    def violation_at(self) -> int | None:
        """The number of the step that violates a property, None where none of this run does."""
        for step in self.last.steps:
            if step.note:
                return step.number
        return self.length if self.last.violation else None

    @property
    def wrong(self) -> str:
        """What is wrong at this point, in a sentence; empty where nothing is."""
        if self.at == self.length and self.last.ending:
            return self.last.ending
        return self.step.note if self.step is not None else ""

    def choices(self) -> tuple[Choice, ...]:
        """What each thread could do next."""
        return self.here.choices()

    def find(self, text: str) -> int | None:
        """The first step that stands for the diff line `text`, itself or by a call through which it runs."""
        return next((step.number for step in self.last.steps if lights(step, text)), None)


def walk(model: Model, scenario: str, applied: Sequence[str], schedule: Sequence[str] = ()) -> Walk:
    """A walk along `schedule`, at its start; UsageProblem where a thread cannot move when it is told to."""
    runs = [start(model, scenario, applied)]
    for thread in schedule:
        runs.append(runs[-1].step(thread))
    return Walk(tuple(runs))


def walk_along(model: Model, scenario: str, applied: Sequence[str], schedule: Sequence[str]) -> Walk:
    """A walk along `schedule` as far as it leads with the patches `applied`, at its start."""
    runs = [start(model, scenario, applied)]
    for thread in schedule:
        try:
            runs.append(runs[-1].step(thread))
        except UsageProblem:
            break
    return Walk(tuple(runs))


def lane_steps(walk: Walk, model: Model, threads: Sequence[str]) -> tuple[LaneStep, ...]:
    """The steps as the swim lanes show them, each with the steps of other threads that it comes after."""
    rows = []
    locks = [lock.name for lock in model.locks]
    arrows: dict[int, list[After]] = {}
    for each in happens_before(model, walk.last):
        lock = locks.index(each.what) if each.tie is Tie.LOCK else None
        arrows.setdefault(each.second, []).append(After(each.first, each.in_words, lock))
    function: dict[str, str] = {}
    for step in walk.last.steps:
        entered = step.function if function.get(step.thread) != step.function else ""
        function[step.thread] = step.function
        rows.append(
            LaneStep(
                step.number,
                threads.index(step.thread),
                step.text,
                ", ".join(change.replace("->", "→") for change in step.changes),
                f"{entered}()" if entered else "",
                step.patch or "",
                step.note,
                tuple((locks.index(lock), threads.index(owner)) for lock, owner in step.locks if owner in threads),
                tuple(arrows.get(step.number, ())),
            )
        )
    if rows and walk.last.violation and not any(row.violation for row in rows):
        rows[-1] = replace(rows[-1], violation=walk.last.ending)
    return tuple(rows)


def chain_boxes(walk: Walk) -> tuple[ChainBox, ...]:
    """The chain after the step made last, with what that step changed."""
    now = walk.here.state.objects
    before = {each.name: each.link for each in walk.runs[max(walk.at - 1, 0)].state.objects}
    return tuple(
        ChainBox(
            each.name,
            "" if each.link in (None, "NULL") else str(each.link),
            not each.alive,
            before[each.name] != each.link,
        )
        for each in now
        if each.link is not None
    )
