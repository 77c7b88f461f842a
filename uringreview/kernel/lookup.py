"""What a rationale's claims are looked up in: the clone's tags, branches, trees, commits and MAINTAINERS.

A tag or a branch that the clone does not have is None everywhere, never guessed from its neighbours. Trees are tried
as in the matrix, in memory, and every answer is kept: the mails of a batch ask the same tags over and over.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from uringreview.diff.model import ChangeKind, Diff, FileChange, LineKind
from uringreview.errors import UringreviewError, UsageProblem
from uringreview.kernel.apply import BranchTree, Engine
from uringreview.kernel.clone import Clone, Commit, NotDownloaded, Release
from uringreview.kernel.history import BranchLog, history
from uringreview.kernel.maintainers import Maintainers, read_maintainers
from uringreview.kernel.prepare import Prepared, prepare
from uringreview.kernel.status import Candidate

_TAG = re.compile(r"v?(\d{1,2}\.\d{1,3}(?:\.\d{1,4})?(?:-rc\d{1,3})?)")
_BRANCH = re.compile(r"(?:[\w./-]{0,40}/)?(?:linux-)?(\d{1,2}\.\d{1,3})(?:\.y)?")
_MOST_FILES = 8
_TELLING = 12  # a shorter line stands in too many places
_GITLINK = 0o160000


@dataclass(frozen=True, slots=True)
class Place:
    """A tree that a claim names and the clone has: `name` as git knows it, `commit` its 40 digits."""

    name: str
    commit: str
    is_tag: bool


class Held(Enum):
    """How much of a patch's old side stands in a tree."""

    ALL = "all"
    REMOVED = "every removed line, and most of those around"
    PART = "part"
    NONE = "none"
    NO_FILE = "no file"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether the lines that a patch starts from stand in a tree, and in which file (`path`, `line` 1-based)."""

    held: Held
    path: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Tried:
    """A diff tried on a tree: `applies` as `git apply --check` would say, `offset` where lines have moved.

    `reversible` is True where the tree holds every line of the change, so that git could take it back. `detail` says
    what refused it.
    """

    applies: bool
    offset: bool
    reversible: bool
    detail: str


class Lookup:
    """An open clone for the checkers; of one thread, not picklable."""

    def __init__(self, clone: Clone) -> None:
        self.clone = clone
        self._engine = Engine(lambda blob: clone.read(blob, f"blob {blob[:12]}"))
        self._prepared: dict[int, tuple[Diff, Prepared]] = {}
        self._tried: dict[tuple[int, str], Tried | None] = {}
        self._lines: dict[str, frozenset[bytes]] = {}
        self._logs: dict[str, BranchLog | None] = {}
        self._maintainers: list[tuple[str, Maintainers]] = []
        self._maintainers_unread = clone.contents("MAINTAINERS")
        self._names: dict[str, frozenset[str]] = {}
        self._people: dict[str, tuple[str, str]] = {}

    def place(self, name: str) -> Place | None:
        """The tree of "v7.0.9" (a tag), "7.0.y", "linux-7.0.y", "stable/linux-7.0.y" or "7.0" (a branch).

        A tag is never taken for its branch; None where the clone does not have it.
        """
        tag = _TAG.fullmatch(name)
        if tag is not None and (name.startswith("v") or name.count(".") == 2):
            commit = self.clone.tagged(f"v{tag[1]}")
            return Place(f"v{tag[1]}", commit, True) if commit else None
        branch = _BRANCH.fullmatch(name)
        if branch is None:
            return None
        try:
            found = self.clone.branch(branch[1])
        except UsageProblem:
            return None
        return Place(found.name, found.tip, False)

    def tried(self, place: Place, diff: Diff) -> Tried | None:
        """What becomes of `diff` on that tree; None where it must not be tried or a partial clone lacks files."""
        key = (id(diff), place.commit)
        if key not in self._tried:
            prepared = self._ready(diff)
            try:
                self._tried[key] = None if prepared.refusal else self._try(place, prepared)
            except NotDownloaded:
                self._tried[key] = None
        return self._tried[key]

    def standing(self, place: Place, diff: Diff) -> Standing:
        """Whether the lines that `diff` starts from stand in that tree, at their own or a moved path."""
        tried = self.tried(place, diff)
        try:
            if tried is not None and tried.applies and not tried.reversible:
                change = next((one for one in diff.files if one.hunks and one.kind is ChangeKind.MODIFIED), None)
                return Standing(Held.ALL, change.path) if change is not None else Standing(Held.UNKNOWN)
            found = [one for change in diff.files if (one := self._stands(place, change)) is not None]
        except NotDownloaded:
            return Standing(Held.UNKNOWN)
        if not found:
            return Standing(Held.UNKNOWN)
        for held in (Held.UNKNOWN, Held.NO_FILE, Held.PART):
            worst = next((one for one in found if one.held is held), None)
            if worst is not None:
                return worst
        words = {one.held for one in found}
        if words == {Held.ALL, Held.REMOVED}:
            return next(one for one in found if one.held is Held.REMOVED)
        return found[0] if len(words) == 1 else Standing(Held.PART, found[0].path)

    def commit(self, id_prefix: str) -> Commit | None:
        """The commit whose id begins so; None where the clone has none, or more than one."""
        return self.clone.commit(id_prefix)

    def backport(self, upstream: str, place: Place) -> str | None:
        """The id of the commit of that tree's history that names `upstream` as what it is the backport of."""
        branch = place.name if not place.is_tag else _branch_of(place.name)
        log = self._log(branch)
        entry = log.has(upstream.lower()) if log is not None else None
        if entry is None or (place.is_tag and not self.clone.is_ancestor(entry.id, place.commit)):
            return None
        return entry.id

    def logged(self, upstream: str) -> tuple[str, str, str] | None:
        """(branch, id, subject) of a stable commit that names `upstream`; the newest branch's."""
        for branch in self.clone.branches:
            log = self._log(branch.name)
            entry = log.has(upstream.lower()) if log is not None else None
            if entry is not None:
                return branch.name, entry.id, entry.subject
        return None

    def under(self, commit: str, place: Place) -> bool:
        """Whether the commit with that 40-digit id is in the history of the tree."""
        return self.clone.is_ancestor(commit, place.commit)

    def mainline(self) -> tuple[Release, ...]:
        """The clone's mainline release tags (vX.Y and vX.Y-rcN), oldest first."""
        return tuple(release for release in reversed(self.clone.releases()) if release.order[2] == 0)

    def maintainers(self) -> Iterator[tuple[str, Maintainers]]:
        """MAINTAINERS of every branch and tag, as (label, file), newest first, each content once."""
        yield from self._maintainers
        for label, data in self._maintainers_unread:
            sections = read_maintainers(data.decode("utf-8", "replace"), self._people)
            self._maintainers.append((label, Maintainers(sections, self._names)))
            yield self._maintainers[-1]

    def added(self, place: Place, diff: Diff) -> Standing:
        """How many of the lines that `diff` adds stand in that tree's files of the same path."""
        found: list[Standing] = []
        try:
            for change in diff.files:
                words = _words(change, (LineKind.ADDED,)) - _words(change, (LineKind.REMOVED, LineKind.CONTEXT))
                if not words or change.binary:
                    continue
                if self.clone.trees.entry(place.commit, change.path) is None:
                    found.append(Standing(Held.NO_FILE, change.path))
                    continue
                here = words & self._line_set(place, change.path)
                held = Held.NONE if not here else Held.ALL if here == words else Held.PART
                found.append(Standing(held, change.path))
        except NotDownloaded:
            return Standing(Held.UNKNOWN)
        words_found = {one.held for one in found}
        if not found:
            return Standing(Held.UNKNOWN)
        return found[0] if len(words_found) == 1 else Standing(Held.PART, found[0].path)

    def _ready(self, diff: Diff) -> Prepared:
        known = self._prepared.get(id(diff))
        if known is None:  # the diff is kept beside it, so that its id stays its own
            known = self._prepared[id(diff)] = (diff, prepare(Candidate("", None, "", "", diff)))
        return known[1]

    def _try(self, place: Place, prepared: Prepared) -> Tried:
        tree = BranchTree(self.clone, place.commit)
        forward = self._engine.try_on(tree, prepared.forward)
        backward = self._engine.try_on(tree, prepared.backward)
        total = sum(len(file.patch.hunks) for file in forward.files)
        refused = [file for file in forward.files if file.refusal is not None]
        failed = sum(len(file.failed) for file in refused)
        detail = "; ".join(f"{file.patch.path}: {file.refusal.value}" for file in refused if file.refusal)
        if failed:
            detail += f" ({failed} of {total} hunks)"
        return Tried(forward.applies, any(forward.offsets), prepared.provable and backward.applies, detail)

    def _stands(self, place: Place, change: FileChange) -> Standing | None:
        """Of one file's part; None where it starts from no lines worth looking for."""
        removed = _words(change, (LineKind.REMOVED,))
        around = _words(change, (LineKind.CONTEXT,))
        if change.kind is not ChangeKind.MODIFIED or change.binary or not (removed or around):
            return None
        best: Standing | None = None
        for path in self._paths(place, change.old_path):
            lines = self._line_set(place, path)
            if removed <= lines and around <= lines:
                return Standing(Held.ALL, path)
            held = Held.PART if (removed | around) & lines else Held.NONE
            telling = any(len(line) >= _TELLING for line in removed)
            if telling and removed <= lines and len(around & lines) * 2 >= len(around):
                return Standing(Held.REMOVED, path)
            if best is None or (held is Held.PART and best.held is Held.NONE):
                best = Standing(held, path)
        return best or Standing(Held.NO_FILE, change.old_path)

    def _paths(self, place: Place, path: str) -> Sequence[str]:
        if self.clone.trees.entry(place.commit, path) is not None:
            return (path,)
        return self.clone.trees.files_named(place.commit, path.rpartition("/")[2])[:_MOST_FILES]

    def _line_set(self, place: Place, path: str) -> frozenset[bytes]:
        entry = self.clone.trees.entry(place.commit, path)
        if entry is None or entry.mode == _GITLINK:
            return frozenset()
        if entry.id not in self._lines:
            self._lines[entry.id] = frozenset(
                b"".join(line.split()) for line in self._engine.text(entry.id).split(b"\n")
            )
        return self._lines[entry.id]

    def _log(self, branch_name: str) -> BranchLog | None:
        if branch_name not in self._logs:
            try:
                self._logs[branch_name] = history(self.clone, self.clone.branch(branch_name))
            except UringreviewError:
                self._logs[branch_name] = None
        return self._logs[branch_name]


def _branch_of(tag: str) -> str:
    found = re.match(r"v(\d{1,2}\.\d{1,3})", tag)
    return f"linux-{found[1]}.y" if found else tag


def _words(change: FileChange, kinds: Sequence[LineKind]) -> frozenset[bytes]:
    """The lines of those kinds without white space; braces and the like say nothing and are left out."""
    found = (
        "".join(line.text.split()).encode("utf-8", "surrogateescape")
        for hunk in change.hunks
        for line in hunk.lines
        if line.kind in kinds
    )
    return frozenset(one for one in found if len(re.findall(rb"\w", one)) > 2)
