"""What a stable branch's log says it has: every commit from the mainline release that it began at to its tip.

A walk of 46,000 commits takes a second, so what was read is kept in SQLite under the user's cache folder, by clone
and branch; an advanced branch walks only its new commits. The cache is never trusted with more than time: a damaged
one is thrown away and made again, and without one everything works, slower.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from uringreview.kernel.clone import Branch, Clone
from uringreview.kernel.messages import named

_LAYOUT = 1
_MOST_COMMITS = 300_000
_KEY = 8  # digits that are enough to look an id up by; longer prefixes are then compared
_ROW = re.compile(r"[0-9a-f]{40}")

_TABLES = """
create table if not exists branch (
    number integer primary key, clone text not null, name text not null, tip text not null, base text not null,
    complete integer not null, unique (clone, name)
);
create table if not exists entry (
    branch integer not null references branch (number) on delete cascade, place integer not null, id text not null,
    subject text not null, author text not null, upstream text not null, reverts text not null, fixes text not null,
    stable_dep_of text not null, primary key (branch, place)
) without rowid;
"""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One commit of a branch's log; `author` is the bare address in lower case. Ids as in `messages.Named`."""

    id: str
    subject: str
    author: str
    upstream: tuple[str, ...]
    reverts: tuple[tuple[str, str], ...]
    fixes: tuple[str, ...]
    stable_dep_of: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BranchLog:
    """A branch's log from `base` (the mainline release, "" where none was found) to its tip, newest first.

    `complete` is False where the log ends early: a shallow clone, or more commits than are walked.
    """

    branch: Branch
    base: str
    complete: bool
    entries: tuple[LogEntry, ...]
    _upstream: dict[str, list[tuple[str, LogEntry]]] = field(repr=False, compare=False)
    _titles: dict[tuple[str, str], LogEntry] = field(repr=False, compare=False)
    _reverted: dict[str, list[tuple[str, LogEntry]]] = field(repr=False, compare=False)
    _ids: frozenset[str] = field(repr=False, compare=False)

    def contains(self, commit: str) -> bool:
        """Whether the commit with that 40-digit id is itself in this log."""
        return commit in self._ids

    def has(self, upstream: str) -> LogEntry | None:
        """The commit that names `upstream` as what it is, if it was not reverted since."""
        return _lookup(self._upstream, upstream)

    def reverted(self, upstream: str) -> LogEntry | None:
        """The commit that took `upstream` back, if it was not applied again since."""
        return _lookup(self._reverted, upstream)

    def titled(self, subject: str, author: str) -> LogEntry | None:
        """The commit with that subject by the author with that address, if it was not reverted since."""
        return self._titles.get((_folded(subject), author.lower()))


def history(clone: Clone, branch: Branch) -> BranchLog:
    """The log of `branch`, from the cache as far as it holds it, the rest walked (and then cached).

    Never walks farther back than the mainline release that the branch is named for: its tag `vX.Y`, else the
    commit `Linux X.Y`. Raises EnvironmentProblem where the clone's history is damaged.
    """
    cache = _Cache(str(clone.common_dir))
    known = None if clone.shallow else cache.load(branch)
    if known is not None and known[0] == branch.tip:
        return _log(branch, known[1], known[2], known[3])
    if known is not None and clone.commit(known[0]) and clone.is_ancestor(known[0], branch.tip):
        base, complete = known[1], known[2]
        entries = (*_walk(clone, branch.tip, (known[0], base)), *known[3])
    else:
        base = _base(clone, branch)
        entries = tuple(islice(_walk(clone, branch.tip, (base,)), _MOST_COMMITS))
        complete = not clone.shallow and len(entries) < _MOST_COMMITS
    # What a shallow clone holds below the same tip changes when it is deepened: its short log is walked each time.
    if not clone.shallow:
        cache.save(branch, base, complete, entries)
    return _log(branch, base, complete, entries)


def _base(clone: Clone, branch: Branch) -> str:
    """The mainline release under `branch`; "" where there is neither its tag nor its commit."""
    release = clone.tagged(f"v{branch.version}")
    if release is not None and clone.is_ancestor(release, branch.tip):
        return release
    wanted = f"Linux {branch.version}"
    for commit in islice(clone.walk(branch.tip, first_parent=True), _MOST_COMMITS):
        if commit.raw_message.startswith(wanted.encode()) and commit.message.partition("\n")[0] == wanted:
            return str(commit.id)
    return ""


def _walk(clone: Clone, tip: str, hide: tuple[str, ...]) -> Iterator[LogEntry]:
    for commit in clone.walk(tip, tuple(each for each in hide if each)):
        message = commit.raw_message.decode("utf-8", "replace")
        says = named(message)
        yield LogEntry(
            str(commit.id),
            message.partition("\n")[0],
            commit.author.email.lower(),
            says.upstream,
            says.reverts,
            says.fixes,
            says.stable_dep_of,
        )


def _log(branch: Branch, base: str, complete: bool, entries: tuple[LogEntry, ...]) -> BranchLog:
    """Play the log from its oldest commit on: what came, what was taken back, what came again."""
    upstream: dict[str, list[tuple[str, LogEntry]]] = {}
    reverted: dict[str, list[tuple[str, LogEntry]]] = {}
    titles: dict[tuple[str, str], LogEntry] = {}
    by_id: dict[str, list[tuple[str, LogEntry]]] = {}
    for entry in reversed(entries):
        for taken, taken_upstream in entry.reverts:
            own = _lookup(by_id, taken)
            if own is not None and own.reverts:  # a revert of a revert brings back
                for again, again_upstream in own.reverts:
                    first = _lookup(by_id, again)
                    for one in filter(None, (again, again_upstream, *(first.upstream if first else ()))):
                        _forget(reverted, one)
                        _add(upstream, one, entry)
                    if first is not None:
                        titles[_folded(first.subject), first.author] = entry
                continue
            gone = own or _lookup(upstream, taken_upstream or taken)
            for one in filter(None, (taken, taken_upstream, *(gone.upstream if gone else ()))):
                _forget(upstream, one)
                _add(reverted, one, entry)
            if gone is not None:
                titles.pop((_folded(gone.subject), gone.author), None)
        for one in entry.upstream:
            _forget(reverted, one)
            _add(upstream, one, entry)
        if not entry.reverts or entry.upstream:
            titles[_folded(entry.subject), entry.author] = entry
        _add(by_id, entry.id, entry)
    ids = frozenset(entry.id for entry in entries)
    return BranchLog(branch, base, complete, entries, upstream, titles, reverted, ids)


def _folded(subject: str) -> str:
    return " ".join(subject.split()).casefold()


def _lookup(table: dict[str, list[tuple[str, LogEntry]]], wanted: str) -> LogEntry | None:
    """The newest entry under an id of which `wanted` is a prefix or that is a prefix of `wanted`."""
    found = [entry for key, entry in table.get(wanted[:_KEY], ()) if key.startswith(wanted) or wanted.startswith(key)]
    return found[-1] if found and len(wanted) >= _KEY else None


def _add(table: dict[str, list[tuple[str, LogEntry]]], key: str, entry: LogEntry) -> None:
    table.setdefault(key[:_KEY], []).append((key, entry))


def _forget(table: dict[str, list[tuple[str, LogEntry]]], key: str) -> None:
    kept = [pair for pair in table.get(key[:_KEY], ()) if not (pair[0].startswith(key) or key.startswith(pair[0]))]
    if kept:
        table[key[:_KEY]] = kept
    else:
        table.pop(key[:_KEY], None)


class _Cache:
    """The SQLite file; each failure of it only costs time."""

    def __init__(self, clone: str) -> None:
        import platformdirs

        self.clone = clone
        self.path = Path(platformdirs.user_cache_dir("uringreview")) / f"history-{_LAYOUT}.sqlite"

    def load(self, branch: Branch) -> tuple[str, str, bool, tuple[LogEntry, ...]] | None:
        """The cached tip, base, completeness and entries of a branch; None where there are none to trust."""
        if not self.path.exists():
            return None
        try:
            with closing(self._open()) as base:
                row = base.execute(
                    "select number, tip, base, complete from branch where clone = ? and name = ?",
                    (self.clone, branch.name),
                ).fetchone()
                if row is None:
                    return None
                number, tip, start, complete = row
                entries = base.execute(
                    "select id, subject, author, upstream, reverts, fixes, stable_dep_of from entry "
                    "where branch = ? order by place",
                    (number,),
                ).fetchall()
            return tip, start, bool(complete), tuple(_entry(*columns) for columns in entries)
        except sqlite3.OperationalError:
            return None  # busy, or not readable: walk instead
        except (sqlite3.DatabaseError, ValueError, TypeError):
            with suppress(OSError):
                self.path.unlink()
            return None

    def save(self, branch: Branch, base: str, complete: bool, entries: Iterable[LogEntry]) -> None:
        """Put a branch's log in the place of what is cached of it."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.parent.chmod(0o700)
            with closing(self._open()) as connection, connection:
                connection.executescript(_TABLES)
                known = (self.clone, branch.name)
                connection.execute(
                    "delete from entry where branch in (select number from branch where clone = ? and name = ?)", known
                )
                connection.execute("delete from branch where clone = ? and name = ?", known)
                number = connection.execute(
                    "insert into branch (clone, name, tip, base, complete) values (?, ?, ?, ?, ?)",
                    (*known, branch.tip, base, complete),
                ).lastrowid
                connection.executemany(
                    "insert into entry values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    ((number, place, *_columns(entry)) for place, entry in enumerate(entries)),
                )
        except (sqlite3.Error, OSError):
            return

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self.path, timeout=2)


def _columns(entry: LogEntry) -> tuple[str, ...]:
    reverts = " ".join(f"{taken}:{upstream}" for taken, upstream in entry.reverts)
    lists = (" ".join(entry.upstream), reverts, " ".join(entry.fixes), " ".join(entry.stable_dep_of))
    return (entry.id, entry.subject, entry.author, *lists)


def _entry(
    commit: str, subject: str, author: str, upstream: str, reverts: str, fixes: str, stable_dep_of: str
) -> LogEntry:
    if not _ROW.fullmatch(commit):
        raise ValueError(commit)
    pairs = tuple((taken, above) for taken, _colon, above in (each.partition(":") for each in reverts.split()))
    return LogEntry(
        commit, subject, author, tuple(upstream.split()), pairs, tuple(fixes.split()), tuple(stable_dep_of.split())
    )
