"""Which locks are held for certain where a diff's fields are read and written, before it and after.

For any patch in C: no model is needed, and nothing is claimed. The table is heuristic: locks are told apart by name and
not by object, a lock that both sides hold may be two locks, and a bug of lifetime cannot be seen in it at all. So it
shows only what the patch changes, and what from now on shares no lock with that. It proposes; a scenario disposes.
(After Savage et al., Eraser, 1997; the rules for contexts and wrappers stand in `lockset_words`.)
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from uringreview.diff.functions import touched_functions_with_lines
from uringreview.diff.model import FileChange
from uringreview.interleave.lockset_calls import Place, Reached, Unit
from uringreview.interleave.lockset_code import Field
from uringreview.interleave.lockset_words import RCU, before_shared

HEURISTIC = "heuristic: locks by name, callers as far as they were read; no row is a proof, and lifetimes are not seen"
_DOWN = 4
_MOST_FIELDS, _MOST_ROWS = 40, 60
Locks = frozenset[str]


@dataclass(frozen=True, slots=True)
class LockRow:
    """One way in which a field is read or written: `before` and `after` are the locks held for certain.

    None is "no such access". `context` is where the way begins (hrtimer, task_work, io-wq, elsewhere ...) and `roots`
    the functions that begin it; `function` (in `file`, 1-based `line` after the patch, else before) makes the access.
    `apart` are the changed accesses that share no lock with this one now, and did before; `note` says what else.
    """

    field: str
    access: str
    context: str
    roots: tuple[str, ...]
    function: str
    file: str
    line: int
    before: tuple[str, ...] | None
    after: tuple[str, ...] | None
    apart: tuple[str, ...] = ()
    note: str = ""

    @property
    def changed(self) -> bool:
        """Whether the patch changes this row itself."""
        return self.before != self.after

    @property
    def looser(self) -> bool:
        """Whether less is held than before, by this way or by one beside it that shares no lock any more."""
        gone = self.before is None or self.after is None
        return bool(self.apart) or gone or not set(self.before or ()) <= set(self.after or ())

    @property
    def in_words(self) -> str:
        """What became of the locks: "{timeout_lock} -> none (moves to task_work)"."""
        now = "unchanged" if not self.changed else f"-> {_set(self.after)}"
        was = "new, " if self.before is None else f"{_set(self.before)} "
        words = f"new, {_set(self.after)}" if self.before is None else was + now
        said = [self.note] if self.note else []
        said += [f"shares no lock with {', '.join(self.apart)}"] if self.apart else []
        return f"{words} ({'; '.join(said)})" if said else words


@dataclass(frozen=True, slots=True)
class LockTable:
    """The rows of one diff, `base` being where it was applied ("linux-7.0.y").

    `unparsed` are functions of the diff that could not be read whole; `cut` says that there are more rows than these.
    """

    rows: tuple[LockRow, ...]
    unparsed: tuple[str, ...] = ()
    cut: bool = False
    base: str = ""


@dataclass(frozen=True, slots=True)
class _Key:
    field: Field
    writes: bool
    context: str
    root: str
    function: str

    @property
    def order(self) -> tuple[bool, str, str, str]:
        return not self.writes, self.context, self.function, self.root


@dataclass(frozen=True, slots=True)
class _Use:
    """One key's ways: the sets of locks held, and where to look."""

    ways: frozenset[Locks]
    file: str
    line: int


Uses = Mapping[_Key, _Use]


def compare(before: Unit, after: Unit, changes: Sequence[FileChange], images: Mapping[str, bytes]) -> LockTable:
    """The table of a diff between two readings of the same files; `images` are the touched files before it, by path."""
    touched = _touched(changes, images)
    old, new = before.known(touched), after.known(touched)
    scope = before.below(old, _DOWN) | after.below(new, _DOWN)
    moved = [place for place in scope if before.profile(place) != after.profile(place)]
    first, second = _uses(before, moved), _uses(after, moved)
    changed = [key for key in {**first, **second} if _ways(first, key) != _ways(second, key)]
    fields = sorted({key.field for key in changed}, key=str)
    shown = fields[:_MOST_FIELDS]
    first, second = {**first, **_all_uses(before, shown)}, {**second, **_all_uses(after, shown)}
    groups = [_rows_of([key for key in changed if key.field == field], first, second) for field in shown]
    # Fields that lose a lock somewhere come first.
    rows = [row for group in sorted(groups, key=lambda group: not any(row.looser for row in group)) for row in group]
    unread = [name for path, name in sorted(old | new) if not (before.whole(path, name) and after.whole(path, name))]
    cut = len(rows) > _MOST_ROWS or len(fields) > len(shown)
    return LockTable(tuple(rows[:_MOST_ROWS]), tuple(dict.fromkeys(unread)), cut)


def _touched(changes: Sequence[FileChange], images: Mapping[str, bytes]) -> set[Place]:
    found: set[Place] = set()
    for change in changes:
        for each in touched_functions_with_lines(change, images.get(change.old_path)):
            found |= {(change.path, each.name), (change.old_path, each.name)}
    return found


def _uses(unit: Unit, functions: Iterable[Place]) -> dict[_Key, _Use]:
    return _gathered(each for path, name in sorted(unit.known(functions)) for each in unit.reached(path, name))


def _all_uses(unit: Unit, fields: Sequence[Field]) -> dict[_Key, _Use]:
    """Every access of some fields in all of the unit."""
    wanted = set(fields)
    names = {(file.path, each.name) for field in fields for file, each in unit.reaching(field.path.split(".")[-1])}
    found = (each for path, name in sorted(names) for each in unit.reached(path, name))
    return _gathered(each for each in found if each.access.field in wanted)


def _gathered(every: Iterable[Reached]) -> dict[_Key, _Use]:
    ways: dict[_Key, set[Locks]] = defaultdict(set)
    places: dict[_Key, tuple[str, int]] = {}
    for each in every:
        if not before_shared(each.function):
            key = _Key(each.access.field, each.access.writes, each.context, each.root, each.function)
            ways[key].add(each.locks)
            places.setdefault(key, (each.file, each.access.line))
    return {key: _Use(frozenset(found), *places[key]) for key, found in ways.items()}


def _ways(uses: Uses, key: _Key) -> frozenset[Locks]:
    return uses[key].ways if key in uses else frozenset()


def _rows_of(changed: Sequence[_Key], first: Uses, second: Uses) -> list[LockRow]:
    """The rows of one field: what changed, then what now shares no lock with it.

    There are none where the field is never written, or never under a lock: such a field is not shared by locks.
    """
    every = [key for key in {**first, **second} if key.field == changed[0].field]
    locked = any(way for uses in (first, second) for key in every for way in _ways(uses, key))
    if not locked or not any(key.writes for key in every):
        return []
    rows: list[LockRow] = []
    for key in sorted(changed, key=lambda each: each.order):
        twin = replace(key, writes=True)
        # A read beside a write of the same function under the same locks says nothing more.
        if not key.writes and (_ways(first, key) - _ways(first, twin) == _ways(second, key) - _ways(second, twin)):
            continue
        rows += _changed_rows(key, first, second)
    rows = _merged(rows)
    to = ", ".join(dict.fromkeys(row.context for row in rows if row.access == "write" and row.before is None))
    rows = [
        replace(row, note=f"moves to {to}") if row.after is None and row.access == "write" and to else row
        for row in rows
    ]
    return rows + _merged(_apart(every, changed, first, second)) if rows else []


def _changed_rows(key: _Key, first: Uses, second: Uses) -> Iterator[LockRow]:
    """Ways that went and ways that came, each that went beside the one that came which is most like it."""
    gone = sorted(_ways(first, key) - _ways(second, key), key=sorted)
    came = sorted(_ways(second, key) - _ways(first, key), key=sorted)
    for was in gone:
        best = min(came, key=lambda now: (len(was ^ now), sorted(now)), default=None)
        if best is not None:
            came.remove(best)
        elif key in second:  # it goes a way now that there was before
            best = min(_ways(second, key), key=lambda now: (len(was ^ now), sorted(now)))
        yield _row(key, first, second, was, best)
    for now in came:
        # One way more says something only where it holds less than every way that was there.
        if not any(way <= now for way in _ways(first, key)):
            yield _row(key, first, second, None, now)


def _row(key: _Key, first: Uses, second: Uses, was: Locks | None, now: Locks | None) -> LockRow:
    use = second.get(key) or first[key]
    return LockRow(
        str(key.field),
        "write" if key.writes else "read",
        key.context,
        (key.root,),
        key.function,
        use.file,
        use.line,
        None if was is None else tuple(sorted(was)),
        None if now is None else tuple(sorted(now)),
    )


def _apart(every: Sequence[_Key], changed: Sequence[_Key], first: Uses, second: Uses) -> Iterator[LockRow]:
    """Unchanged ways that shared a lock with every changed access before, and share none with one of them now."""
    for key in sorted(set(every) - set(changed), key=lambda each: each.order):
        clashing = [other for other in changed if other.writes or key.writes]
        was = [way for other in clashing for way in _ways(first, other)]
        for mine in sorted(_ways(second, key), key=sorted):
            if not was or not all(_share(mine, way) for way in was):
                continue
            names = [
                f"{other.function}() in {other.context}"
                for other in clashing
                if not all(_share(mine, way) for way in _ways(second, other) - _ways(first, other))
            ]
            if names:
                yield replace(_row(key, first, second, mine, mine), apart=tuple(dict.fromkeys(names)))


def _merged(rows: Iterable[LockRow]) -> list[LockRow]:
    """Rows that differ only in the function that their way begins with, as one."""
    found: dict[LockRow, tuple[str, ...]] = {}
    for row in rows:
        found[replace(row, roots=())] = found.get(replace(row, roots=()), ()) + row.roots
    merged = [replace(row, roots=tuple(dict.fromkeys(roots))) for row, roots in found.items()]
    writes = {replace(row, access="", line=0) for row in merged if row.access == "write"}
    return [row for row in merged if row.access == "write" or replace(row, access="", line=0) not in writes]


def _share(one: Locks, other: Locks) -> bool:
    return bool((one & other) - {RCU})


def _set(locks: tuple[str, ...] | None) -> str:
    return "none" if locks is None else f"{{{', '.join(locks)}}}"
