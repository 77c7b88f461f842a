"""The graph of what needs what: edges with reasons, groups in order, and what is missing.

A group is what edges connect; its order is that of the edges (graphlib), then the queue's. A circle of reasons is shown
as such and never fatal: reasons are what people and programs wrote.
"""

import graphlib
import heapq
import itertools
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from uringreview.mail.queue import Queue, Row
from uringreview.mail.trailers import Trailer
from uringreview.series.edge import Edge, Reason, canonical, reaches
from uringreview.series.names import Names

__all__ = ["Edge", "FixKind", "Group", "LaterFix", "Member", "Reason", "canonical", "groups", "later_fixes", "order"]

_QUOTED = re.compile(r"[`*]{0,3}\s?[\s(:,—-]{1,6}[`\"“']{1,2}([^`\"”\n]{8,200})[`\"”]")
_FIXED = re.compile(r"[0-9a-f]{7,40}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a group; `key` is the queue's patch key, None where the member is not loaded ("missing here").

    `row` is the key of the queue's row where there is one, loaded or only listed.
    """

    upstream: str
    key: str | None
    subject: str
    asked: str
    number: int | None = None
    row: str | None = None


class FixKind(Enum):
    """What a later commit does to a queued one; the value is for a sentence."""

    FIXES = "fixed later"
    REVERTS = "reverted later"
    NAMES = "named later"


@dataclass(frozen=True, slots=True)
class LaterFix:
    """A commit that fixes, reverts or names a queued patch: its id where known, its subject, and how we know it.

    `queued` is the key of its own row where the queue asks for it too.
    """

    fixes: str
    upstream: str | None
    subject: str
    seen_in: str
    how: FixKind = FixKind.FIXES
    queued: str | None = None

    @property
    def sentence(self) -> str:
        """What it means for the patch: "fixed later by 3d879647fb03 ("io_uring/timeout: ..."), not in this queue"."""
        quoted = f'("{self.subject}")' if self.subject else ""
        name = f"{canonical(self.upstream)} {quoted}".strip() if self.upstream else f'"{self.subject}"'
        return f"{self.how.value} by {name}, {'also in' if self.queued else 'not in'} this queue"


@dataclass(frozen=True, slots=True)
class Group:
    """Patches that belong together, in the order to take them."""

    members: tuple[Member, ...]
    edges: tuple[Edge, ...]
    cyclic: bool = False

    @property
    def missing(self) -> tuple[Member, ...]:
        """Members that are named but not loaded."""
        return tuple(member for member in self.members if member.key is None)


def groups(queue: Queue, edges: Sequence[Edge]) -> tuple[Group, ...]:
    """The patches that edges connect, each group in the order to take it, groups in queue order.

    A member whose patch is not loaded has key None. Its subject is known only where a reason quotes it beside the id;
    a row of the overview with that subject then tells which branches it asks for.
    """
    rows = Names(queue).rows
    found: list[Group] = []
    for names in _connected(edges):
        if not any(name in rows for name in names):
            continue
        own = tuple(edge for edge in edges if edge.patch in names)
        ordered, cyclic = _ordered(names, own, list(rows))
        batches = Counter(row.batch for name in names for row in rows.get(name, ()))
        members = tuple(_member(name, rows.get(name, ()), batches, own, queue) for name in ordered)
        found.append(Group(members, own, cyclic))
    place = {name: number for number, name in enumerate(rows)}
    return tuple(sorted(found, key=lambda group: min(place.get(one.upstream, len(place)) for one in group.members)))


def order(
    queue: Queue, groups: Sequence[Group], mailed: Sequence[tuple[str, str]] = (), *, as_mailed: bool = False
) -> tuple[str, ...]:
    """The keys of the loaded patches in the order to take them: what is needed first, else the queue's order.

    `mailed` are pairs (patch, what its diff was made on top of), as `edge.mailed_order` gives them. They are heeded
    where nothing that is needed speaks against them; with `as_mailed` they go first, which is the order to try in.
    """
    keys = [patch.key for patch in queue.patches]
    place = {key: number for number, key in enumerate(keys)}
    loaded: dict[str, list[str]] = defaultdict(list)
    for patch in queue.patches:
        if patch.upstream:
            loaded[canonical(patch.upstream)].append(patch.key)
    chains = [[member.key for member in group.members if member.key is not None] for group in groups]
    needed = [(second, first) for chain in chains for first, second in itertools.pairwise(chain)]
    made = [pair for name, under in mailed for pair in itertools.product(loaded[name], loaded[under])]
    before: dict[str, set[str]] = defaultdict(set)
    for second, first in (*made, *needed) if as_mailed else (*needed, *made):
        if not reaches(before, first, second):
            before[second].add(first)
    return tuple(_topological(keys, before, place)[0])


def later_fixes(queue: Queue) -> tuple[LaterFix, ...]:
    """Loaded mails whose `Fixes:` trailer names a queued patch: patches of the queue, and mails beside it."""
    names = Names(queue)
    found: dict[tuple[str, str], LaterFix] = {}
    for patch in queue.patches:
        for trailer in patch.trailers:
            fixed = _fixed(trailer, names)
            if fixed is not None and not (patch.upstream and canonical(patch.upstream) == fixed):
                subject = patch.subject.title
                # A plain [PATCH] is how a fix is posted to its own list: nobody asks for it here.
                queued = patch.key if patch.upstream else None
                fix = LaterFix(fixed, patch.upstream, subject, str(patch.message.source), queued=queued)
                found.setdefault((fixed, subject), fix)
    return tuple(found.values())


def _fixed(trailer: Trailer, names: Names) -> str | None:
    """The queued commit that a `Fixes:` trailer names."""
    named = _FIXED.match(trailer.value.strip()) if trailer.key.lower() == "fixes" else None
    fixed = names.resolve(named[0]) if named is not None else None
    return fixed if fixed in names.rows else None


def _connected(edges: Iterable[Edge]) -> list[set[str]]:
    """Sets of ids that edges connect."""
    whole: dict[str, set[str]] = {}
    for edge in edges:
        joined = whole.get(edge.patch, {edge.patch}) | whole.get(edge.needs, {edge.needs})
        for name in joined:
            whole[name] = joined
    unique: dict[int, set[str]] = {id(names): names for names in whole.values()}
    return list(unique.values())


def _ordered(names: Iterable[str], edges: Sequence[Edge], queued: Sequence[str]) -> tuple[list[str], bool]:
    """The ids in the order to take them, and whether the edges go round in a circle."""
    place = {name: number for number, name in enumerate(queued)}
    before: dict[str, set[str]] = defaultdict(set)
    for edge in edges:
        before[edge.patch].add(edge.needs)
    return _topological(sorted(names, key=lambda one: (place.get(one, len(place)), one)), before, place)


def _topological(
    names: Sequence[str], before: Mapping[str, Iterable[str]], place: Mapping[str, int]
) -> tuple[list[str], bool]:
    """`names` with what each needs before it, ties in the given order; in a circle the given order stands."""
    sorter: graphlib.TopologicalSorter[str] = graphlib.TopologicalSorter({name: before.get(name, ()) for name in names})
    try:
        sorter.prepare()
    except graphlib.CycleError:
        return list(names), True
    ready: list[tuple[int, str]] = []
    done: list[str] = []
    while sorter.is_active():
        for name in sorter.get_ready():
            heapq.heappush(ready, (place.get(name, len(place)), name))
        _place, name = heapq.heappop(ready)
        done.append(name)
        sorter.done(name)
    return done, False


def _member(name: str, rows: Sequence[Row], batches: Counter[str], edges: Sequence[Edge], queue: Queue) -> Member:
    """A member of a group; of several mails with one commit the one from the batch that holds most of the group."""
    if rows:
        row = max(rows, key=lambda one: (one.patch is not None, batches[one.batch]))
        asked = row.subject.asked
        key = row.key if row.patch is not None else None
        return Member(name, key, row.subject.title, str(asked) if asked else "", row.position, row.key)
    title = _quoted_subject(name, edges)
    listed = next((row for row in queue.rows if title and row.patch is None and row.subject.title == title), None)
    asked = listed.subject.asked if listed else None
    place, key = (listed.position, listed.key) if listed else (None, None)
    return Member(name, None, title, str(asked) if asked else "", place, key)


def _quoted_subject(name: str, edges: Sequence[Edge]) -> str:
    """The subject that some reason quotes right behind the id; empty where none does."""
    for edge in edges:
        for reason in (*edge.reasons, *edge.against) if name in (edge.patch, edge.needs) else ():
            for found in re.finditer(rf"\b{re.escape(name)}[0-9a-f]{{0,28}}", reason.text):
                quoted = _QUOTED.match(reason.text, found.end())
                if quoted is not None and "()" not in quoted[1].split(" ", 1)[0]:
                    return quoted[1].strip()
    return ""
