"""Several files as one: who calls whom, in which context each function runs, and what is held where it is entered.

Callers are followed upwards to where a function is handed to something that calls it back (hrtimer_setup(),
INIT_WORK(), io_task_work.func ...), or to where the files that were read end. Ways with different locks stay apart.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from uringreview.interleave.lockset_code import Access, Field, LockDeed, Registered, walk
from uringreview.interleave.lockset_expressions import Types
from uringreview.interleave.lockset_flow import Flow, Held, flow
from uringreview.interleave.lockset_read import FoundFunction, SourceFile
from uringreview.interleave.lockset_words import ELSEWHERE, called_back, named_entry

_DEEPEST, _MOST_ABOVE, _MOST_WAYS, _MOST_CALLERS = 6, 300, 150, 40
_EFFECT_DEPTH = 3
MANY = "many functions"
Place = tuple[str, str]
"""A function: its file and its name."""
_AROUND = re.compile(rb"\b(\w++)[ \t]*+\(([^()]*+)\Z")


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One way into a function: the context's name, the function that it begins with, and what is held by then."""

    context: str
    root: str
    locks: frozenset[str]


@dataclass(frozen=True, slots=True)
class Reached:
    """An access in `function`, as made by one way in; `locks` are held there for certain."""

    access: Access
    function: str
    file: str
    context: str
    root: str
    locks: frozenset[str]


class Unit:
    """Some files of one tree, read together. `like` is another reading of them, to share its work where it can be."""

    def __init__(self, files: Sequence[SourceFile], like: "Unit | None" = None) -> None:
        self.files = tuple(files)
        members: dict[tuple[str, str], str] = {}
        loops: dict[str, tuple[tuple[str, ...], tuple[tuple[str, str], ...]]] = {}
        self._callers: dict[str, list[tuple[SourceFile, FoundFunction]]] = {}
        self._by_file = {file.path: file for file in files}
        for file in files:
            members.update(file.members)
            loops.update(file.loops)
            for each in file.functions.values():
                for name in each.calls:
                    self._callers.setdefault(name, []).append((file, each))
        types = Types(members, loops)
        self._types: Types = like._types if like is not None and like._types == types else types
        self._flows: dict[Place, Flow] = {}
        self._entries: dict[Place, tuple[Entry, ...]] = {}
        self._effects: dict[Place, Held | None] = {}

    def find(self, name: str, near: str) -> tuple[SourceFile, FoundFunction] | None:
        """The function called `name` as the file `near` sees it: its own, else one that is not static."""
        own = self._by_file.get(near)
        if own is not None and name in own.functions:
            return own, own.functions[name]
        for file in self.files:
            found = file.functions.get(name)
            if found is not None and (not found.static or file.path.endswith(".h")):
                return file, found
        return None

    def reaching(self, member: str) -> Iterator[tuple[SourceFile, FoundFunction]]:
        """The functions that name the member, or walk it by a loop macro."""
        loops = {f"{name}()" for name, (_, reads) in self._types.loops.items() if any(m == member for _, m in reads)}
        for file in self.files:
            for each in file.functions.values():
                if member in each.members or each.members & loops:
                    yield file, each

    def below(self, start: Iterable[Place], depth: int) -> set[Place]:
        """The (file, function)s of `start` and what they call, `depth` calls down."""
        found = set(start)
        edge = set(start)
        for _ in range(depth):
            reached = set()
            for path, name in edge:
                for called in self._by_file[path].functions[name].calls:
                    known = self.find(called, path)
                    if known is not None:
                        reached.add((known[0].path, called))
            edge = reached - found
            found |= edge
        return found

    def known(self, places: Iterable[Place]) -> set[Place]:
        """Those of `places` that the files define."""
        return {
            (path, name) for path, name in places if path in self._by_file and name in self._by_file[path].functions
        }

    def whole(self, path: str, name: str) -> bool:
        """Whether all of a function could be parsed, where the files define it."""
        return not self.known([(path, name)]) or self._by_file[path].code(name, self._types).whole

    def profile(self, place: Place) -> tuple[frozenset[Entry], frozenset[tuple[Field, bool, Held]]] | None:
        """What can tell two readings of a function apart here: the ways into it, and its accesses with their locks."""
        if not self.known([place]):
            return None
        accesses = frozenset((each.field, each.writes, held) for each, held in self._flow(*place).accesses)
        return (frozenset(self.entries(*place)), accesses) if accesses else (frozenset(), accesses)

    def reached(self, path: str, name: str) -> Iterator[Reached]:
        """Every access of a function by every way into it; of those alike in field, kind and locks the first."""
        first: dict[tuple[Field, bool, Held], Access] = {}
        for access, held in self._flow(path, name).accesses:
            first.setdefault((access.field, access.writes, held), access)
        ways = self.entries(path, name) if first else ()
        for (_, _, held), access in first.items():
            for way in ways:
                yield Reached(access, name, path, way.context, way.root, held.over(way.locks))

    def entries(self, path: str, name: str) -> tuple[Entry, ...]:
        """Every way into a function."""
        key = (path, name)
        if key not in self._entries:
            self._settle(self._above(key))
        return self._entries[key]

    def _above(self, key: Place) -> list[Place]:
        """A function and those that lead to it, as far as they are not settled yet."""
        found, edge = {key: None}, [key]
        for _ in range(_DEEPEST):
            callers = [
                (file.path, caller.name)
                for path, name in edge
                if named_entry(name) is None
                for file, caller in self._callers_of(path, name)
            ]
            edge = [each for each in dict.fromkeys(callers) if each not in found and each not in self._entries]
            found.update(dict.fromkeys(edge))
            if len(found) > _MOST_ABOVE:
                break
        return list(found)

    def _settle(self, places: Sequence[Place]) -> None:
        """Hand what is held at each call down to the called, until nothing new comes."""
        ways: dict[Place, set[Entry]] = {key: self._begun(*key) for key in places}
        inside = set(places)
        called: dict[Place, list[Place]] = {}
        for key in places:
            callers = self._callers_at(key)
            for caller in callers:
                if caller in inside:
                    called.setdefault(caller, []).append(key)
                elif caller in self._entries:
                    ways[key] |= self._handed(caller, key, self._entries[caller])
            lost = any(caller not in inside and caller not in self._entries for caller in callers)
            if lost or not (callers or ways[key]):
                ways[key].add(Entry(ELSEWHERE.name, key[1], frozenset()))
        waiting = [key for key in places if ways[key]]
        if not waiting:  # they only call each other
            ways[places[0]].add(Entry(ELSEWHERE.name, places[0][1], frozenset()))
            waiting = [places[0]]
        while waiting:
            key = waiting.pop()
            for other in called.get(key, ()):
                known = ways[other]
                merged = _fewer(known | self._handed(key, other, ways[key]))
                if merged != known:
                    ways[other] = merged
                    waiting.append(other)
        for key in places:
            self._entries[key] = tuple(sorted(ways[key], key=lambda e: (e.context, e.root, sorted(e.locks))))

    def _begun(self, path: str, name: str) -> set[Entry]:
        """The ways that begin with a function itself."""
        context = named_entry(name)
        if context is not None:
            return {Entry(context.name, name, context.locks)}
        found = {Entry(each.context.name, name, each.context.locks) for each in self._registered(path, name)}
        if name in self._by_file[path].exported:
            found.add(Entry(ELSEWHERE.name, name, frozenset()))
        return found

    def _callers_at(self, key: Place) -> list[Place]:
        if named_entry(key[1]) is not None:
            return []
        return [(file.path, caller.name) for file, caller in self._callers_of(*key)]

    def _handed(self, caller: Place, called: Place, ways: Iterable[Entry]) -> set[Entry]:
        """The ways into `called` that come through `caller`."""
        held = {held for call, held in self._flow(*caller).calls if call.function == called[1]}
        return {Entry(way.context, way.root, each.over(way.locks)) for way in ways for each in held}

    def _callers_of(self, path: str, name: str) -> list[tuple[SourceFile, FoundFunction]]:
        own = self._by_file[path].functions[name]
        found = [
            (file, caller)
            for file, caller in self._callers.get(name, ())
            if caller.name != name and (file.path == path or not own.static or path.endswith(".h"))
            if name not in file.functions or file.path == path
        ]
        return found[:_MOST_CALLERS]

    def _registered(self, path: str, name: str) -> Iterator[Registered]:
        """Where a function is handed over to be called back, in any of the files."""
        static = self._by_file[path].functions[name].static
        for file in self.files:
            if static and file.path != path and not path.endswith(".h"):
                continue
            yield from (each for each in file.registered if each.function == name)
            for at in file.handed.get(name, ()):
                inside = next((f for f in file.functions.values() if f.start <= at < f.end), None)
                if inside is not None:
                    code = file.code(inside.name, self._types)
                    yield from (each for each in code.registered if each.function == name)
                else:
                    yield from _declared_work(file.source, at, name)

    def _flow(self, path: str, name: str) -> Flow:
        key = (path, name)
        known = self._flows.get(key)
        if known is None:
            code = self._by_file[path].code(name, self._types)
            known = self._flows[key] = flow(code, lambda called: self._effect(called, path, 0))
        return known

    def _effect(self, name: str, near: str, depth: int) -> Held | None:
        """What a call leaves behind: locks taken, dropped, or stated to be held."""
        found = self.find(name, near)
        if found is None or depth > _EFFECT_DEPTH:
            return None
        file, _ = found
        key = (file.path, name)
        if key in self._effects:
            return self._effects[key]
        self._effects[key] = None
        code = file.code(name, self._types)
        parts = list(walk(code.body))
        if any(isinstance(part, LockDeed) for part in parts) or code.acquires or code.releases or code.held:
            self._effects[key] = flow(code, lambda called: self._effect(called, file.path, depth + 1)).leaves
        return self._effects[key]


def _fewer(ways: set[Entry]) -> set[Entry]:
    """Where there are very many ways, those that differ only in the function that they begin with count as one."""
    if len(ways) <= _MOST_WAYS and not any(way.root == MANY for way in ways):
        return ways
    return {Entry(way.context, MANY, way.locks) for way in ways}


def _declared_work(source: bytes, at: int, name: str) -> Iterator[Registered]:
    """DECLARE_WORK(x, name) and its like, outside functions."""
    found = _AROUND.search(source, max(at - 200, 0), at)
    if found is not None:
        place = found[2].count(b",")
        for wanted, context in called_back(found[1].decode()):
            if wanted == place:
                yield Registered(name, context)
