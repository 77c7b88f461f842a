"""Which locks are held for certain at each point of a function, by its own doing.

A forward walk: where ways join, a lock is held only if it is held on each of them, and counts as dropped if any of
them dropped it. What the caller holds is not known here: `Held.over` adds it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from uringreview.interleave.lockset_code import (
    Access,
    Block,
    Call,
    Case,
    Choice,
    Code,
    Jump,
    Label,
    LockDeed,
    Loop,
    Part,
    Switch,
    Way,
)
from uringreview.interleave.lockset_words import Deed

_MOST_PASSES = 4
_MOST_NESTED = 6


@dataclass(frozen=True, slots=True)
class Held:
    """What a function has taken since it was entered and what of its caller's it may have dropped."""

    taken: frozenset[str] = frozenset()
    dropped: frozenset[str] = frozenset()

    def take(self, locks: frozenset[str]) -> "Held":
        """After taking `locks`."""
        return Held(self.taken | locks, self.dropped - locks)

    def drop(self, locks: frozenset[str]) -> "Held":
        """After dropping `locks`."""
        return Held(self.taken - locks, self.dropped | locks)

    def after(self, call: "Held") -> "Held":
        """After a call that did `call`."""
        return Held((self.taken - call.dropped) | call.taken, (self.dropped | call.dropped) - call.taken)

    def over(self, entry: frozenset[str]) -> frozenset[str]:
        """What is held where the function was entered with `entry`."""
        return (entry - self.dropped) | self.taken


@dataclass(frozen=True, slots=True)
class Flow:
    """Every access and call of a function with what is held there, and what it leaves behind (None: never returns)."""

    accesses: tuple[tuple[Access, Held], ...]
    calls: tuple[tuple[Call, Held], ...]
    leaves: Held | None


def flow(code: Code, effect: Callable[[str], Held | None]) -> Flow:
    """Walk `code`; `effect` says what a called function does to locks, None where it is not known or does nothing."""
    walker = _Walker(effect)
    start = Held(code.held)
    for _ in range(_MOST_PASSES):
        known = dict(walker.labels)
        walker.begin()
        end = walker.block(code.body, start)
        if walker.labels == known:
            break
    leaves = _meet([*walker.returned, *([end] if end is not None else [])])
    if leaves is not None:
        leaves = leaves.after(Held(code.acquires, code.releases))
    return Flow(tuple(walker.accesses), tuple(walker.calls), leaves)


@dataclass(slots=True)
class _Walker:
    effect: Callable[[str], Held | None]
    labels: dict[str, Held] = field(default_factory=dict)
    accesses: list[tuple[Access, Held]] = field(default_factory=list)
    calls: list[tuple[Call, Held]] = field(default_factory=list)
    returned: list[Held] = field(default_factory=list)
    scopes: list[set[str]] = field(default_factory=list)
    # For each loop or switch around: what is held where it is broken off, or gone on with.
    broken: list[tuple[int, list[Held]]] = field(default_factory=list)
    continued: list[tuple[int, list[Held]]] = field(default_factory=list)

    def begin(self) -> None:
        self.accesses, self.calls, self.returned = [], [], []

    def block(self, block: Block, held: Held | None) -> Held | None:
        self.scopes.append(set())
        for part in block.parts:
            held = self.part(part, held)
        scoped = self.scopes.pop()
        return held.drop(frozenset(scoped)) if held is not None and scoped else held

    def part(self, part: Part, held: Held | None) -> Held | None:
        if isinstance(part, Label):
            return _meet([each for each in (held, self.labels.get(part.name)) if each is not None])
        if isinstance(part, Switch):
            return self.switch(part, held)
        if held is None:
            # Unreachable but for labels and cases inside.
            return self.inside(part)
        if isinstance(part, Access):
            self.accesses.append((part, held))
        elif isinstance(part, Call):
            self.calls.append((part, held))
            done = self.effect(part.function)
            return held.after(done) if done is not None else held
        elif isinstance(part, LockDeed):
            return self.lock(part, held)
        elif isinstance(part, Block):
            return self.block(part, held)
        elif isinstance(part, Choice):
            ways = [self.block(way, held) for way in part.ways]
            return _meet([way for way in ways if way is not None])
        elif isinstance(part, Loop):
            return self.loop(part, held)
        elif isinstance(part, Jump):
            self.jump(part, held)
            return None
        return held

    def inside(self, part: Part) -> Held | None:
        """A part that is not reached from above; a label in it may be."""
        if isinstance(part, Block):
            return self.block(part, None)
        if isinstance(part, Choice):
            return _meet([way for way in (self.block(each, None) for each in part.ways) if way is not None])
        return self.block(part.body, None) if isinstance(part, Loop) else None

    def lock(self, deed: LockDeed, held: Held) -> Held:
        locks = frozenset((deed.lock,))
        if deed.deed is Deed.DROPS:
            return held.drop(locks)
        if deed.scoped and self.scopes:
            self.scopes[-1].add(deed.lock)
        return held.take(locks)

    def loop(self, loop: Loop, held: Held) -> Held | None:
        entry = held
        kept = len(self.accesses), len(self.calls), len(self.returned)
        # Deep nests are walked once each: what is lost is only a lock that a later turn of the loop drops.
        for _ in range(2 if len(self.broken) < _MOST_NESTED else 1):
            del self.accesses[kept[0] :], self.calls[kept[1] :], self.returned[kept[2] :]
            self.broken.append((len(self.scopes), []))
            self.continued.append((len(self.scopes), []))
            end = self.block(loop.body, entry)
            out, again = self.broken.pop()[1], self.continued.pop()[1]
            ends = [*again, *([end] if end is not None else [])]
            entry = _meet([held, *ends]) or held
        after = ends if loop.once else [held, *ends]
        return _meet([*after, *out])

    def switch(self, switch: Switch, held: Held | None) -> Held | None:
        if held is None:
            return self.block(switch.body, None)
        self.broken.append((len(self.scopes), []))
        self.scopes.append(set())
        now: Held | None = None
        for part in switch.body.parts:
            now = _meet([held, *([now] if now is not None else [])]) if isinstance(part, Case) else self.part(part, now)
        self.scopes.pop()
        out = self.broken.pop()[1]
        return _meet([held, *out, *([now] if now is not None else [])])

    def jump(self, jump: Jump, held: Held) -> None:
        if jump.way is Way.RETURN:
            self.returned.append(self.out_of(0, held))
        elif jump.way is Way.GOTO:
            known = self.labels.get(jump.label)
            self.labels[jump.label] = _meet([held, *([known] if known is not None else [])]) or held
        else:
            around = self.broken if jump.way is Way.BREAK else self.continued
            if around:
                depth, ends = around[-1]
                ends.append(self.out_of(depth, held))

    def out_of(self, depth: int, held: Held) -> Held:
        """After leaving every block that was entered since `depth` of them were open."""
        scoped = frozenset(lock for scope in self.scopes[depth:] for lock in scope)
        return held.drop(scoped) if scoped else held


def _meet(ways: list[Held]) -> Held | None:
    """What is certain where these ways join; None where there is none."""
    if not ways:
        return None
    taken, dropped = ways[0].taken, ways[0].dropped
    for way in ways[1:]:
        taken, dropped = taken & way.taken, dropped | way.dropped
    return Held(taken, dropped)
