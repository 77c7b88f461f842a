"""Runs a model step by step: a schedule into a trace, or by hand, one choice after the other.

The same machine runs here as in the search, so a trace shows what the search saw. A `Run` never changes: taking a
step gives a new one, and going back is keeping the old one.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from uringreview.errors import UsageProblem
from uringreview.interleave.generate import BLOCKED
from uringreview.interleave.graph import Node
from uringreview.interleave.language import CodeLine
from uringreview.interleave.machine import Broken, Machine, machine_for
from uringreview.interleave.properties import PROPERTIES
from uringreview.interleave.scenario import Model
from uringreview.interleave.trace import ObjectState, StateView, Step, Trace


@dataclass(frozen=True, slots=True)
class Choice:
    """What one thread could do next: `enabled`, or why it waits ("for uring_lock, held by TW"; "ended").

    `c_text` is the C line of its next step, the model's own code where that has none, "" at its end.
    """

    thread: str
    enabled: bool
    waits_for: str
    c_text: str
    function: str = ""
    model_line: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """One run so far. Made by `start`; `step` gives the next one."""

    machine: Machine = field(repr=False, compare=False)
    packed: int
    trace: Trace
    broken: Broken | None = None

    @property
    def violation(self) -> str | None:
        """The property that the last step violates, or the end that it led to; else None.

        A torn walk violates its property and the run can still go on; anything else ends it.
        """
        return self.trace.violation or None

    @property
    def ended(self) -> bool:
        """Whether no thread can move, or a violation ended the run."""
        return self.broken is not None or not any(choice.enabled for choice in self.choices())

    @property
    def state(self) -> StateView:
        """The state now."""
        return view(self.machine, self.packed)

    def choices(self) -> tuple[Choice, ...]:
        """Every thread with what it would do next, in the scenario's order."""
        found = []
        for number, thread in enumerate(self.machine.threads):
            node = self.machine.node(self.packed, number)
            if node is None:
                found.append(Choice(thread.spec.name, False, "ended", ""))
                continue
            blocked = self.machine.take(self.packed, number) == BLOCKED
            self.machine.soft.clear()
            why = self.machine.waits_for(self.packed, number) if blocked else ""
            line = _shown(node)
            found.append(
                Choice(
                    thread.spec.name,
                    not blocked and self.broken is None,
                    why,
                    line.c_text or line.code,
                    node.function,
                    line.place.line,
                )
            )
        return tuple(found)

    def step(self, thread: str) -> "Run":
        """The run after the next step of `thread`; UsageProblem where that cannot move."""
        return self._after(thread, look_for_end=True)

    def _after(self, thread: str, look_for_end: bool) -> "Run":
        machine = self.machine
        number = machine.thread_number(thread)
        node = machine.node(self.packed, number)
        at = len(self.trace.steps) + 1
        if self.broken is not None:
            raise UsageProblem(f"The run ended at step {at - 1} with {self.broken.property}; go back to go on.")
        if node is None:
            raise UsageProblem(f"Step {at}: {thread} has ended.")
        machine.soft.clear()
        after = machine.take(self.packed, number)
        if after == BLOCKED:
            raise UsageProblem(f"Step {at}: {thread} waits {machine.waits_for(self.packed, number)}.")
        soft = [machine.broken(code) for code in machine.soft]
        machine.soft.clear()
        broken = machine.broken(after) if after < BLOCKED else None
        note = "; ".join(self._sentence(each) for each in ([broken] if broken is not None else soft))
        packed = after if broken is None else self.packed
        step = _step(machine, at, thread, node, self.packed, packed, note)
        stuck = None
        if (
            look_for_end
            and broken is None
            and all(machine.take(packed, each) == BLOCKED for each in range(len(machine.threads)))
        ):
            stuck = machine.stuck(packed)
        machine.soft.clear()
        worst = broken or (soft[0] if soft else None)
        last = worst or stuck
        where = f"step {at}, {thread} in {node.function}(): " if worst is not None else ""
        ending = where + self._sentence(last) if last is not None else ""
        trace = Trace(
            (*self.trace.schedule, thread),
            (*self.trace.steps, step),
            self.trace.scenario,
            self.trace.applied,
            last.property if last is not None else "",
            ending,
        )
        return Run(machine, packed, trace, broken or stuck)

    def _sentence(self, broken: Broken) -> str:
        """What happened; for a use after free also where the object was freed."""
        text = f"{PROPERTIES[broken.property].title}, {broken.what}"
        for step in self.trace.steps:
            if broken.freed and f"{broken.freed} freed" in step.changes:
                text += f" (step {step.number}, {step.thread}: {step.text})"
        return text


def start(model: Model, scenario: str, applied: Iterable[str]) -> Run:
    """A run of `scenario` with exactly the patches `applied`, before its first step."""
    return first_run(machine_for(model, scenario, applied))


def first_run(machine: Machine) -> Run:
    """A run of `machine` before its first step."""
    return Run(machine, machine.initial, Trace((), (), machine.scenario.name, machine.model.in_order(machine.asked)))


def replay(model: Model, scenario: str, applied: Iterable[str], schedule: Iterable[str]) -> Trace:
    """Run `schedule` (a thread's name for each step); UsageProblem where a thread cannot move when it is told to."""
    return replay_on(machine_for(model, scenario, applied), schedule)


def replay_on(machine: Machine, schedule: Iterable[str]) -> Trace:
    """The same on a machine that is there already."""
    run = first_run(machine)
    threads = tuple(schedule)
    for number, thread in enumerate(threads, 1):
        # From an end nobody can move, so it is enough to look for one behind the last step.
        run = run.step(thread) if number == len(threads) else run._after(thread, look_for_end=False)
    return run.trace


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where another variant leaves a schedule: at `number` (counted from 1) it would run `there`, not `here`.

    Where it cannot follow at all, `there` is "" and `why` says what stands in the way.
    """

    number: int
    here: str
    there: str
    why: str


def divergence(model: Model, trace: Trace, applied: Iterable[str]) -> Divergence | None:
    """The first step at which the patches `applied` make the same schedule go another way; None where none does."""
    run = start(model, trace.scenario, applied)
    for step in trace.steps:
        try:
            run = run.step(step.thread)
        except UsageProblem as problem:
            return Divergence(step.number, step.text, "", str(problem))
        there = run.trace.steps[-1]
        if (there.model_line, there.calls) != (step.model_line, step.calls):
            return Divergence(step.number, step.text, there.text, "")
        if there.note != step.note:
            return Divergence(step.number, step.text, there.text, there.note or "this step violates nothing here")
    return None


def view(machine: Machine, state: int) -> StateView:
    """`state` as texts."""
    model, layout = machine.model, machine.layout
    return StateView(
        _chain(machine, state),
        tuple((each.name, model.show(each.kind, layout.globals[each.name].read(state))) for each in model.globals),
        tuple((each.name, _entries(machine, state, each.name)) for each in model.queues),
        tuple((lock.name, _owner(machine, state, lock.name)) for lock in model.locks),
    )


def _shown(node: Node) -> CodeLine:
    """The line that stands for a step: of an atomic block without C text of its own, the first line that has one."""
    if node.line.c_text:
        return node.line
    waiting = list(node.blocks)
    while waiting:
        block = waiting.pop(0)
        if block.line.c_text:
            return block.line
        waiting[:0] = [*block.body, *block.orelse]
    return node.line


def _step(machine: Machine, number: int, thread: str, node: Node, before: int, after: int, note: str) -> Step:
    line = _shown(node)
    when = next((each.when for each in (line, *reversed(node.calls)) if each.when is not None), None)
    return Step(
        number,
        thread,
        node.function,
        line.c_text,
        line.place.line,
        when.patch if when is not None else None,
        _changes(machine, before, after),
        tuple((lock.name, owner) for lock in machine.model.locks if (owner := _owner(machine, after, lock.name))),
        _chain(machine, after),
        note,
        line.code,
        tuple(call.c_text or call.code for call in node.calls),
        when.added if when is not None else True,
    )


def _chain(machine: Machine, state: int) -> tuple[ObjectState, ...]:
    model, layout = machine.model, machine.layout
    found = []
    owners = [(each, {name for name, _ in each.initial}) for each in model.fields]
    for number, name in enumerate(model.objects, start=1):
        link = None
        fields = []
        for each, having in owners:
            if name not in having:
                continue
            value = model.show(each.kind, layout.field(each.name, number).read(state))
            if each.name == model.chain:
                link = value
            else:
                fields.append((each.name, value))
        found.append(ObjectState(name, layout.is_alive(state, number), link, tuple(fields)))
    return tuple(found)


def _entries(machine: Machine, state: int, name: str) -> tuple[str, ...]:
    kinds = next(queue.holds for queue in machine.model.queues if queue.name == name)
    return tuple(
        " ".join(machine.model.show(kind, value) for kind, value in zip(kinds, entry, strict=True))
        for entry in machine.layout.queues[name].entries(state)
    )


def _owner(machine: Machine, state: int, lock: str) -> str:
    owner = machine.layout.locks[lock].read(state)
    return machine.threads[owner - 1].spec.name if owner else ""


def _changes(machine: Machine, before: int, after: int) -> tuple[str, ...]:
    if before == after:
        return ()
    model, layout = machine.model, machine.layout
    differs = before ^ after
    found = []
    for number, name in enumerate(model.objects, start=1):
        if layout.is_alive(before, number) and not layout.is_alive(after, number):
            found.append(f"{name} freed")
        for each in model.fields:
            first = layout.fields[each.name]
            if not differs >> first.offset + number * first.width & (1 << first.width) - 1:
                continue
            bits = layout.field(each.name, number)
            old, new = bits.read(before), bits.read(after)
            if old != new:
                found.append(f"{each.name} {name} {model.show(each.kind, old)}->{model.show(each.kind, new)}")
    for shared in model.globals:
        old, new = layout.globals[shared.name].read(before), layout.globals[shared.name].read(after)
        if old != new:
            found.append(f"{shared.name} {model.show(shared.kind, old)}->{model.show(shared.kind, new)}")
    for queue in model.queues:
        where = layout.queues[queue.name]
        if not where.length.read(differs) and not differs >> where.offset & where.mask:
            continue
        found += _queue_changes(queue.name, _entries(machine, before, queue.name), _entries(machine, after, queue.name))
    for lock in model.locks:
        old_owner, new_owner = _owner(machine, before, lock.name), _owner(machine, after, lock.name)
        if old_owner != new_owner:
            found.append(f"{lock.name} {'taken' if new_owner else 'released'}")
    return tuple(found)


def _queue_changes(name: str, before: tuple[str, ...], after: tuple[str, ...]) -> list[str]:
    """A queue loses entries at its head and gains them at its end."""
    gone = 0
    while before[gone:] != after[: len(before) - gone]:
        gone += 1
    lost = [f"{name} -{entry}" for entry in before[:gone]]
    return lost + [f"{name} +{entry}" for entry in after[len(before) - gone :]]
