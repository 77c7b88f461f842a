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

from uringreview.mail.message import Span
from uringreview.mail.queue import Queue, Row
from uringreview.mail.trailers import Trailer

_DIGITS = 12
_QUOTED = re.compile(r"[`*]{0,3}\s?[\s(:,—-]{1,6}[`\"“']{1,2}([^`\"”\n]{8,200})[`\"”]")
_FIXED = re.compile(r"[0-9a-f]{7,40}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why `Edge.patch` needs `Edge.needs`: one sentence, whose mail said so, and where (None for other evidence)."""

    text: str
    said_by: str | None
    span: Span | None


@dataclass(frozen=True, slots=True)
class Edge:
    """`patch` (an upstream id, 12 digits) should come after `needs` (the same)."""

    patch: str
    needs: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a group; `key` is the queue's patch key, None where the member is not loaded ("missing here")."""

    upstream: str
    key: str | None
    subject: str
    asked: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class LaterFix:
    """A commit that fixes a queued patch: its id where known, its subject, and how we know it."""

    fixes: str
    upstream: str | None
    subject: str
    seen_in: str


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


def canonical(commit: str) -> str:
    """What names a commit here: the first 12 digits of its id, lower case."""
    return commit[:_DIGITS].lower()


def groups(queue: Queue, edges: Sequence[Edge]) -> tuple[Group, ...]:
    """The patches that edges connect, each group in the order to take it, groups in queue order.

    A member whose patch is not loaded has key None. Its subject is known only where a reason quotes it beside the id;
    a row of the overview with that subject then tells which branches it asks for.
    """
    rows = _rows(queue)
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


def order(queue: Queue, groups: Sequence[Group]) -> tuple[str, ...]:
    """The keys of the loaded patches in the order to take them: what is needed first, else the queue's order."""
    keys = [patch.key for patch in queue.patches]
    place = {key: number for number, key in enumerate(keys)}
    before: dict[str, set[str]] = defaultdict(set)
    for group in groups:
        loaded = [member.key for member in group.members if member.key is not None]
        for first, second in itertools.pairwise(loaded):
            before[second].add(first)
    return tuple(_topological(keys, before, place)[0])


def later_fixes(queue: Queue) -> tuple[LaterFix, ...]:
    """Loaded mails whose `Fixes:` trailer names a queued patch: patches of the queue, and mails beside it."""
    rows = _rows(queue)
    found: dict[tuple[str, str], LaterFix] = {}
    for patch in queue.patches:
        for trailer in patch.trailers:
            fixed = _fixed(trailer, rows)
            if fixed is not None and not (patch.upstream and canonical(patch.upstream) == fixed):
                subject = patch.subject.title
                found.setdefault((fixed, subject), LaterFix(fixed, patch.upstream, subject, str(patch.message.source)))
    return tuple(found.values())


def _fixed(trailer: Trailer, rows: Mapping[str, Sequence[Row]]) -> str | None:
    """The queued commit that a `Fixes:` trailer names."""
    if trailer.key.lower() != "fixes":
        return None
    named = _FIXED.match(trailer.value.strip())
    if named is None:
        return None
    written = canonical(named[0])
    if len(written) == _DIGITS:
        return written if written in rows else None
    return next((one for one in rows if one.startswith(written)), None)


def _rows(queue: Queue) -> dict[str, list[Row]]:
    """Loaded rows by their 12-digit upstream id, in queue order."""
    rows: dict[str, list[Row]] = {}
    for row in queue.rows:
        if row.patch is not None and row.patch.upstream:
            rows.setdefault(canonical(row.patch.upstream), []).append(row)
    return rows


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
        row = max(rows, key=lambda one: batches[one.batch])
        assert row.patch is not None
        asked = row.subject.asked
        return Member(name, row.key, row.subject.title, str(asked) if asked else "", row.position)
    title = _quoted_subject(name, edges)
    listed = next((row for row in queue.rows if title and row.patch is None and row.subject.title == title), None)
    asked = listed.subject.asked if listed else None
    return Member(name, None, title, str(asked) if asked else "", listed.position if listed else None)


def _quoted_subject(name: str, edges: Sequence[Edge]) -> str:
    """The subject that some reason quotes right behind the id; empty where none does."""
    for edge in edges:
        for reason in edge.reasons if name in (edge.patch, edge.needs) else ():
            for found in re.finditer(rf"\b{re.escape(name)}[0-9a-f]{{0,28}}", reason.text):
                quoted = _QUOTED.match(reason.text, found.end())
                if quoted is not None and "()" not in quoted[1].split(" ", 1)[0]:
                    return quoted[1].strip()
    return ""
