"""Where each part of a state stands in the one integer that holds it.

A state is program counters, lock owners, which objects are alive, their fields, globals, queues and the threads' own
variables, each a few bits wide. One integer is small, quick to hash and quick to compare, which is what an exhaustive
search spends its time on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from uringreview.interleave.forms import LARGEST
from uringreview.interleave.scenario import NUMBER, OBJECT, Model

COUNTER_BITS = 8
OWNER_BITS = 4
SLOT_BITS = 4
LENGTH_BITS = 4


@dataclass(frozen=True, slots=True)
class Bits:
    """`width` bits from bit `offset`, holding at most `largest`."""

    offset: int
    width: int
    largest: int

    @property
    def mask(self) -> int:
        """The value's bits, unshifted."""
        return (1 << self.width) - 1

    def read(self, state: int) -> int:
        """The value in `state`."""
        return state >> self.offset & self.mask

    def write(self, state: int, value: int) -> int:
        """`state` with this value."""
        return state & ~(self.mask << self.offset) | value << self.offset


@dataclass(frozen=True, slots=True)
class QueueBits:
    """A queue: how many entries, then the entries, oldest lowest; `parts` are the widths of an entry's parts."""

    length: Bits
    offset: int
    parts: tuple[Bits, ...]
    entry_width: int
    room: int

    @property
    def mask(self) -> int:
        """All entries, unshifted."""
        return (1 << self.entry_width * self.room) - 1

    def entries(self, state: int) -> tuple[tuple[int, ...], ...]:
        """The entries in `state`, oldest first."""
        found = []
        for index in range(self.length.read(state)):
            entry = state >> self.offset + index * self.entry_width
            found.append(tuple(part.read(entry) for part in self.parts))
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Layout:
    """The place of everything. `alive` and each of `fields` are the bits of object 0, which is NULL and never
    alive; object i follows i widths later."""

    counters: tuple[Bits, ...]
    locks: Mapping[str, Bits]
    alive: int
    fields: Mapping[str, Bits]
    globals: Mapping[str, Bits]
    queues: Mapping[str, QueueBits]
    slots: tuple[int, ...]
    width: int

    def slot(self, thread: int, number: int) -> Bits:
        """Variable slot `number` of thread `thread`."""
        return Bits(self.slots[thread] + number * SLOT_BITS, SLOT_BITS, LARGEST)

    def is_alive(self, state: int, thing: int) -> bool:
        """Whether object number `thing` is alive."""
        return bool(state >> self.alive + thing & 1)

    def field(self, name: str, thing: int) -> Bits:
        """Field `name` of object number `thing`."""
        first = self.fields[name]
        return Bits(first.offset + thing * first.width, first.width, first.largest)


def lay_out(model: Model, slots: tuple[int, ...]) -> Layout:
    """Lay out a state of `model` for threads that need `slots` variables each."""
    at = 0

    def take(width: int) -> int:
        nonlocal at
        at += width
        return at - width

    def bits(kind: str, copies: int = 1) -> Bits:
        largest = _largest(model, kind)
        width = max(1, largest.bit_length())
        return Bits(take(width * copies), width, largest)

    counters = tuple(Bits(take(COUNTER_BITS), COUNTER_BITS, (1 << COUNTER_BITS) - 1) for _ in slots)
    locks = {lock.name: Bits(take(OWNER_BITS), OWNER_BITS, LARGEST) for lock in model.locks}
    things = len(model.objects) + 1
    alive = take(things)
    fields = {each.name: bits(each.kind, things) for each in model.fields}
    shared = {each.name: bits(each.kind) for each in model.globals}
    queues = {}
    for queue in model.queues:
        length = Bits(take(LENGTH_BITS), LENGTH_BITS, LARGEST)
        parts = []
        width = 0
        for kind in queue.holds:
            largest = _largest(model, kind)
            parts.append(Bits(width, max(1, largest.bit_length()), largest))
            width += parts[-1].width
        queues[queue.name] = QueueBits(length, take(width * queue.length), tuple(parts), width, queue.length)
    return Layout(counters, locks, alive, fields, shared, queues, tuple(take(SLOT_BITS * count) for count in slots), at)


def _largest(model: Model, kind: str) -> int:
    if kind == NUMBER:
        return LARGEST
    if kind == OBJECT:
        return len(model.objects)
    return next(len(enum.members) - 1 for enum in model.enums if enum.name == kind)


def initial_state(model: Model, layout: Layout, start: Mapping[str, int]) -> int:
    """The state before any thread has run, with `start` overriding initial values by name."""
    state = 0
    for number, thing in enumerate(model.objects, start=1):
        state |= 1 << layout.alive + number
        for each in model.fields:
            value = start.get(f"{thing}.{each.name}", dict(each.initial).get(thing, 0))
            state = layout.field(each.name, number).write(state, value)
    for shared in model.globals:
        state = layout.globals[shared.name].write(state, start.get(shared.name, shared.initial))
    return state
