"""What a stable branch's log says it has: every commit from the mainline release that it began at to its tip.

A walk of 46,000 commits takes a good part of a second, so what was read is kept by `log_cache`; an advanced branch
walks only its new commits. A question is answered from the few commits that bear on it: those that name the commit
asked for, what reverts them, what reverts that. They are played from the oldest on: what came, what was taken back,
what came again.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import islice

from uringreview.kernel.clone import Branch, Clone
from uringreview.kernel.log_cache import Head, LogCache
from uringreview.kernel.log_stream import Logged
from uringreview.kernel.messages import named

_MOST_COMMITS = 300_000
_KEY = 8  # digits that are enough to look an id up by; longer prefixes are then compared
_ID, _AUTHOR, _UPSTREAM, _REVERTS, _FIXES, _DEP_OF, _SUBJECT = range(7)  # the fields of a line of the log


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


@dataclass(slots=True)
class _Story:
    """What some commits of a log, played in order, leave behind: ids that are there, titles, ids that were reverted."""

    upstream: dict[str, list[tuple[str, LogEntry]]] = field(default_factory=dict)
    titles: dict[tuple[str, str], LogEntry] = field(default_factory=dict)
    reverted: dict[str, list[tuple[str, LogEntry]]] = field(default_factory=dict)


class BranchLog:
    """A branch's log from `base` (the mainline release, "" where none was found) to its tip.

    `complete` is False where the log ends early: a shallow clone, or more commits than are walked. Nothing is read
    before the first question.
    """

    def __init__(self, branch: Branch, base: str, complete: bool, lines: Callable[[], list[str]]) -> None:
        self.branch = branch
        self.base = base
        self.complete = complete
        self._lines = lines
        self._stories: dict[tuple[str, ...], _Story] = {}

    @property
    def entries(self) -> tuple[LogEntry, ...]:
        """Every commit, newest first."""
        return tuple(_entry(self._row(place)) for place in reversed(range(len(self._log))))

    def contains(self, commit: str) -> bool:
        """Whether the commit with that 40-digit id is itself in this log."""
        return any(self._log[place].startswith(commit) for place in self._at(commit[:_KEY]))

    def has(self, upstream: str) -> LogEntry | None:
        """The commit that names `upstream` as what it is, if it was not reverted since."""
        return _lookup(self._story((upstream,)).upstream, upstream)

    def reverted(self, upstream: str) -> LogEntry | None:
        """The commit that took `upstream` back, if it was not applied again since."""
        return _lookup(self._story((upstream,)).reverted, upstream)

    def titled(self, subject: str, author: str) -> LogEntry | None:
        """The commit with that subject by the author with that address, if it was not reverted since."""
        folded, author = _folded(subject), author.lower()
        ids = [row[_ID] for row in self._subjects.get(folded, ()) if row[_AUTHOR] == author]
        return self._story(tuple(ids)).titles.get((folded, author)) if ids else None

    def naming(self, ids: frozenset[str]) -> Iterator[LogEntry]:
        """The commits, newest first, that fix or revert one whose id begins with one of `ids`, of 8 digits each."""
        for line in reversed(self._log):
            row = line.split("\t", _SUBJECT)
            if (row[_FIXES] or row[_REVERTS]) and any(one[:_KEY] in ids for one in _mentioned(row, _FIXES)):
                yield _entry(row)

    @cached_property
    def _log(self) -> list[str]:
        return self._lines()

    def _row(self, place: int) -> list[str]:
        return self._log[place].split("\t", _SUBJECT)

    @cached_property
    def _places(self) -> dict[str, int | list[int]]:
        """Where in the log each commit is named as itself, as what came or as what was reverted, by eight digits.

        Nearly every commit is named once: a list for each would cost more than all the rest.
        """
        found: dict[str, int | list[int]] = {}
        for place, line in enumerate(self._log):
            commit, _author, upstream, reverts, _others = line.split("\t", _FIXES)
            ids = [commit, *upstream.split(), *reverts.replace(":", " ").split()] if upstream or reverts else [commit]
            for one in ids:
                key = one[:_KEY]
                others = found.get(key)
                if others is None:
                    found[key] = place
                elif isinstance(others, int):
                    found[key] = [others, place]
                else:
                    others.append(place)
        return found

    def _at(self, key: str) -> Sequence[int]:
        places = self._places.get(key, ())
        return (places,) if isinstance(places, int) else places

    @cached_property
    def _subjects(self) -> dict[str, list[list[str]]]:
        found: dict[str, list[list[str]]] = {}
        for place in range(len(self._log)):
            row = self._row(place)
            found.setdefault(_folded(row[_SUBJECT]), []).append(row)
        return found

    def _story(self, about: tuple[str, ...]) -> _Story:
        """The story of all commits that are tied to those ids by naming each other."""
        known = self._stories.get(about)
        if known is None:
            told: set[int] = set()
            asked: set[str] = set()
            waiting = [one[:_KEY] for one in about if len(one) >= _KEY]
            while waiting:
                key = waiting.pop()
                if key in asked:
                    continue
                asked.add(key)
                for place in self._at(key):
                    if place not in told:
                        told.add(place)
                        waiting += [one[:_KEY] for one in _mentioned(self._row(place), _UPSTREAM)]
                        waiting.append(self._log[place][:_KEY])
            known = self._stories[about] = _played([_entry(self._row(place)) for place in sorted(told)])
        return known


def history(clone: Clone, branch: Branch) -> BranchLog:
    """The log of `branch`, from the cache as far as it holds it, the rest walked (and then cached).

    Never walks farther back than the mainline release that the branch is named for: its tag `vX.Y`, else the
    commit `Linux X.Y`. Raises EnvironmentProblem where the clone's history is damaged, here or at the first question.
    """
    cache = LogCache(str(clone.common_dir), branch)
    # What a shallow clone holds below the same tip changes when it is deepened: its short log is walked each time.
    known = None if clone.shallow else cache.head()
    if known is not None and known.tip == branch.tip:
        return _kept(clone, branch, cache, known, [])
    straight = _straight(clone, branch, known.tip if known is not None else "")
    if known is not None:
        newer = straight.lines if straight.base == known.tip else None
        if straight.lines is None and _leads_to(clone, known.tip, branch.tip):
            newer = [_line(commit) for commit in clone.walk(branch.tip, _given(known.tip, known.base))][::-1]
        if newer is not None:
            return _kept(clone, branch, cache, known, newer)
    base, lines, complete = _whole(clone, branch, cache, straight)
    return BranchLog(branch, base, complete, lambda: lines)


def _kept(clone: Clone, branch: Branch, cache: LogCache, known: Head, newer: list[str]) -> BranchLog:
    """The log of which the cache holds all but the `newer` lines, oldest first; those are kept too."""
    tip = known.tip
    if newer and cache.append(known, newer):
        tip, newer = branch.tip, []

    def stored() -> list[str]:
        older = cache.lines(tip)
        return _whole(clone, branch, cache, _straight(clone, branch, ""))[1] if older is None else older + newer

    return BranchLog(branch, known.base, known.complete, stored)


def _leads_to(clone: Clone, older: str, tip: str) -> bool:
    return clone.commit(older) is not None and clone.is_ancestor(older, tip)


@dataclass(frozen=True, slots=True)
class _Straight:
    """The log from a tip down to `base`, oldest first; `lines` is None where a merge stands in the way."""

    base: str
    lines: list[str] | None


def _whole(clone: Clone, branch: Branch, cache: LogCache, straight: _Straight) -> tuple[str, list[str], bool]:
    """The branch's base, its whole log (oldest first) and whether that is complete; kept for the next time."""
    base, lines = straight.base, straight.lines
    if lines is None:
        newest = (_line(commit) for commit in clone.walk(branch.tip, _given(base)))
        lines = list(islice(newest, _MOST_COMMITS))[::-1]
    complete = not clone.shallow and len(lines) < _MOST_COMMITS
    if not clone.shallow:
        cache.save(base, complete, lines)
    return base, lines, complete


def _straight(clone: Clone, branch: Branch, known: str) -> _Straight:
    """The log down to the commit `known` ("" for none) or to the mainline release under `branch`, whichever is met.

    A stable branch is one line of commits: one pass from its tip reads it. Where a merge is met on the way, the log has
    to be walked with the release left out.
    """
    release = clone.tagged(f"v{branch.version}") or ""
    wanted = f"Linux {branch.version}".encode()
    lines: list[str] | None = []
    with closing(clone.line(branch.tip, _MOST_COMMITS)) as line:
        for commit in line:
            if commit.id in (known, release):
                return _Straight(commit.id, None if lines is None else lines[::-1])
            if commit.message.startswith(wanted) and commit.message.partition(b"\n")[0].rstrip() == wanted:
                if release and clone.is_ancestor(release, branch.tip):
                    return _Straight(release, None)
                return _Straight(commit.id, None if lines is None else lines[::-1])
            if len(commit.parents) > 1:
                lines = None
                if release:
                    if clone.is_ancestor(release, branch.tip):
                        return _Straight(release, None)
                    release = ""
            if lines is not None:
                lines.append(_line(commit))
    if release and clone.is_ancestor(release, branch.tip):
        return _Straight(release, None)
    return _Straight("", None if lines is None else lines[::-1])


def _given(*commits: str) -> tuple[str, ...]:
    return tuple(commit for commit in commits if commit)


def _line(commit: Logged) -> str:
    """One commit as a line of text: fields between tabs, ids between blanks, the subject last."""
    message = commit.message
    says = named(message)
    reverts = " ".join([f"{taken}:{upstream}" for taken, upstream in says.reverts]) if says.reverts else ""
    fixes, dep_of = " ".join(says.fixes), " ".join(says.stable_dep_of)
    subject = _plain(message.partition(b"\n")[0])
    author = _address(commit.author)
    return f"{commit.id}\t{author}\t{' '.join(says.upstream)}\t{reverts}\t{fixes}\t{dep_of}\t{subject}"


@lru_cache(maxsize=4096)
def _address(text: bytes) -> str:
    return _plain(text).lower()


def _plain(text: bytes) -> str:
    decoded = text.decode("utf-8", "replace")
    return decoded if decoded.isprintable() else " ".join(decoded.split())


def _mentioned(row: Sequence[str], first: int) -> list[str]:
    """The ids in the fields `first` and that of the reverts."""
    ids = row[first].split()
    if row[_REVERTS]:
        ids += row[_REVERTS].replace(":", " ").split()
    return ids


def _entry(row: Sequence[str]) -> LogEntry:
    pairs = tuple((taken, above) for taken, _colon, above in (each.partition(":") for each in row[_REVERTS].split()))
    lists = tuple(tuple(row[at].split()) for at in (_UPSTREAM, _FIXES, _DEP_OF))
    return LogEntry(row[_ID], row[_SUBJECT], row[_AUTHOR], lists[0], pairs, lists[1], lists[2])


def _played(entries: Sequence[LogEntry]) -> _Story:
    """What came, what was taken back, what came again; `entries` are oldest first."""
    story = _Story()
    upstream, titles, reverted = story.upstream, story.titles, story.reverted
    by_id: dict[str, list[tuple[str, LogEntry]]] = {}
    for entry in entries:
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
    return story


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
