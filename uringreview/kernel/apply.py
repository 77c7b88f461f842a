"""A whole diff tried on a tree in memory: the verdict of `git apply --check --cached`, without an index or a process.

`hunks` places hunks in one file; here are git-apply(1)'s rules for the files of a diff: what must exist and what must
not, file types, removals that must leave nothing, renames and copies that read the tree as it was, and one file's
failure failing all. A tree is anything that says what stands at a path, so a branch and a branch with earlier patches
on it are tried alike. Every (file patch, contents) pair is worked out once: branches that share a blob share the work.
"""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from uringreview.diff.model import ChangeKind, Diff, FileChange
from uringreview.kernel.clone import Clone, NotDownloaded
from uringreview.kernel.hunks import Fit, HunkText, fit, hunk_text
from uringreview.kernel.trees import Entry

_TYPE = 0o170000
_GITLINK = 0o160000
_BYTES_KEPT = 96 * 1024 * 1024
EMPTY = ""  # the contents id of a file that is not there yet


class Refusal(Enum):
    """Why a file's part of a diff cannot be applied; the value is for a person."""

    HUNKS = "hunks do not fit"
    MISSING = "no such file"
    EXISTS = "the file exists already"
    GONE = "the diff itself removed the file before"
    TYPE = "another type of file"
    LEFT_OVER = "the removal leaves lines behind"
    LINK = "the path leads through a symbolic link"
    PATH = "not a path inside the tree"
    CORRUPT = "the diff is corrupt"
    BINARY = "a binary file, not checkable here"


@dataclass(frozen=True, slots=True, eq=False)
class FilePatch:
    """One file's part of a diff, ready to be tried; two are the same only if they are the same object.

    `old_path` is None for a creation, `new_path` for a removal. Modes are numbers, None where the diff names none.
    """

    old_path: str | None
    new_path: str | None
    old_mode: int | None
    new_mode: int | None
    moved: bool  # a rename or a copy
    renamed: bool
    old_blob: str | None
    new_blob: str | None
    binary: bool
    hunks: tuple[HunkText, ...]
    corrupt: bool

    @property
    def path(self) -> str:
        """The path to name it by: the new one, for a removal the old one."""
        return self.new_path or self.old_path or ""


@dataclass(frozen=True, slots=True)
class FileOutcome:
    """What became of one file's part: `refusal` is None where it fits; `fit` is None where hunks were not tried.

    `entry` is what stood at the old path, None for a creation or where nothing did.
    """

    patch: FilePatch
    refusal: Refusal | None
    fit: Fit | None
    entry: Entry | None

    @property
    def failed(self) -> tuple[int, ...]:
        """The 0-based numbers of the hunks that do not fit: all of them where the file itself was refused."""
        if self.fit is None:
            return tuple(range(len(self.patch.hunks))) if self.refusal else ()
        return self.fit.failed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a whole diff. `writes` are the paths that it changes, None where it removes one."""

    files: tuple[FileOutcome, ...]
    writes: Mapping[str, Entry | None]

    @property
    def applies(self) -> bool:
        """Whether git apply would take it."""
        return all(file.refusal is None for file in self.files)

    @property
    def offsets(self) -> tuple[int, ...]:
        """Line offsets of the hunks that fit, in file and hunk order."""
        fits = [file.fit for file in self.files if file.fit is not None]
        return tuple(offset for each in fits for offset in each.offsets if offset is not None)


class Tree(Protocol):
    """Anything that says what stands at a path."""

    def entry(self, path: str) -> Entry | None:
        """The file at `path`; None where there is none."""

    def beyond_link(self, path: str) -> bool:
        """Whether a folder on the way to `path` is a symbolic link."""


@dataclass(frozen=True, slots=True)
class BranchTree:
    """The tree of a commit in the clone."""

    clone: Clone
    commit: str

    def entry(self, path: str) -> Entry | None:
        """See `Tree`; raises NotDownloaded where a partial clone lacks a folder on the way."""
        return self.clone.trees.entry(self.commit, path)

    def beyond_link(self, path: str) -> bool:
        """See `Tree`."""
        return self.clone.trees.beyond_link(self.commit, path)


@dataclass(frozen=True, slots=True)
class Overlay:
    """A tree with some paths replaced (or removed: None), as a diff applied to it leaves it."""

    below: Tree
    paths: Mapping[str, Entry | None]

    def entry(self, path: str) -> Entry | None:
        """See `Tree`."""
        return self.paths[path] if path in self.paths else self.below.entry(path)

    def beyond_link(self, path: str) -> bool:
        """See `Tree`; links that the diff itself makes are not looked at."""
        return self.below.beyond_link(path)

    def over(self, writes: Mapping[str, Entry | None]) -> "Overlay":
        """The same with more paths replaced."""
        return Overlay(self.below, {**self.paths, **writes})


def file_patches(diff: Diff, reverse: bool = False) -> tuple[FilePatch, ...]:
    """The files of a diff, ready to be tried forward, or backward (and last file first) as `git apply -R` does."""
    patches = tuple(_file_patch(change, reverse) for change in diff.files)
    return patches[::-1] if reverse else patches


class Engine:
    """Tries file patches on contents, and remembers every answer by (file patch, contents id).

    `read` gives the bytes of a blob by its 40-digit id. Contents that an overlay made are named by what they were
    made from, so that they too are worked out once.
    """

    def __init__(self, read: Callable[[str], bytes]) -> None:
        self._read = read
        self._fits: dict[tuple[FilePatch, str], Fit] = {}
        self._made: dict[str, tuple[FilePatch, str]] = {}
        self._names: dict[tuple[FilePatch, str], str] = {}
        self._texts: OrderedDict[str, bytes] = OrderedDict()
        self._held = 0

    def text(self, content: str) -> bytes:
        """The bytes of a contents id: a blob's, or what a patch made of one."""
        if content == EMPTY:
            return b""
        data = self._texts.get(content)
        if data is not None:
            self._texts.move_to_end(content)
            return data
        made = self._made.get(content)
        data = self._read(content) if made is None else fit(made[0].hunks, self.text(made[1]))[1]
        self._texts[content] = data
        self._held += len(data)
        while self._held > _BYTES_KEPT and len(self._texts) > 1:
            self._held -= len(self._texts.popitem(last=False)[1])
        return data

    def fit(self, patch: FilePatch, content: str) -> Fit:
        """How the hunks of `patch` fit the contents."""
        key = (patch, content)
        known = self._fits.get(key)
        if known is None:
            try:
                text = self.text(content)
            except NotDownloaded as problem:
                raise NotDownloaded(f"{patch.old_path}: {problem}") from problem
            known = self._fits[key] = fit(patch.hunks, text)[0]
        return known

    def made(self, patch: FilePatch, content: str) -> str:
        """The contents id of what `patch` makes of `content`; only for a patch that fits."""
        if not patch.hunks:
            return content
        key = (patch, content)
        name = self._names.get(key)
        if name is None:
            name = self._names[key] = f"made {len(self._names)}"
            self._made[name] = key
        return name

    def try_on(self, tree: Tree, patches: tuple[FilePatch, ...]) -> Outcome:
        """Try all files of a diff on `tree`, by the rules above; nothing is changed but the memory of answers."""
        leaving = {patch.old_path for patch in patches if patch.new_path is None or patch.renamed}
        done: dict[str, Entry | None] = {}
        outcomes = []
        for patch in patches:
            outcome = self._try_file(tree, patch, leaving, done)
            outcomes.append(outcome)
            if outcome.refusal is not None:
                continue
            # In this order: as in git, what became of a path last is what later parts of the diff find.
            if patch.new_path is not None:
                done[patch.new_path] = self._result(patch, outcome)
                leaving.discard(patch.new_path)
            if patch.old_path is not None and (patch.new_path is None or patch.renamed):
                done[patch.old_path] = None
                leaving.add(patch.old_path)
        return Outcome(tuple(outcomes), done)

    def _try_file(
        self, tree: Tree, patch: FilePatch, leaving: set[str | None], done: Mapping[str, Entry | None]
    ) -> FileOutcome:
        def refuse(why: Refusal, fitted: Fit | None = None, entry: Entry | None = None) -> FileOutcome:
            return FileOutcome(patch, why, fitted, entry)

        if patch.corrupt:
            return refuse(Refusal.CORRUPT)
        if not all(_inside(path) for path in (patch.old_path, patch.new_path) if path is not None):
            return refuse(Refusal.PATH)
        if any(tree.beyond_link(path) for path in (patch.old_path, patch.new_path) if path is not None):
            return refuse(Refusal.LINK)
        entry = None
        if patch.old_path is not None:
            # Renames and copies read the tree as it was, other changes what the diff made of the file so far.
            if not patch.moved and patch.old_path in done:
                entry = done[patch.old_path]
                if entry is None:
                    return refuse(Refusal.GONE)
            else:
                entry = tree.entry(patch.old_path)
            if entry is None:
                return refuse(Refusal.MISSING)
            if patch.old_mode is not None and (patch.old_mode ^ entry.mode) & _TYPE:
                return refuse(Refusal.TYPE, None, entry)
        appears = patch.new_path if patch.old_path is None or patch.moved else None
        if appears is not None and appears not in leaving and tree.entry(appears) is not None:
            return refuse(Refusal.EXISTS, None, entry)
        old_mode = patch.old_mode or (entry.mode if entry else None)
        if old_mode and patch.new_mode and patch.old_path and (old_mode ^ patch.new_mode) & _TYPE:
            return refuse(Refusal.TYPE, None, entry)
        if patch.binary or (entry is not None and entry.mode == _GITLINK):
            return refuse(Refusal.BINARY, None, entry)
        fitted = self.fit(patch, entry.id if entry else EMPTY)
        if fitted.failed:
            return refuse(Refusal.HUNKS, fitted, entry)
        if patch.new_path is None and not fitted.leaves_nothing:
            return refuse(Refusal.LEFT_OVER, fitted, entry)
        return FileOutcome(patch, None, fitted, entry)

    def _result(self, patch: FilePatch, outcome: FileOutcome) -> Entry:
        before = outcome.entry
        mode = patch.new_mode or patch.old_mode or (before.mode if before else 0o100644)
        return Entry(mode, self.made(patch, before.id if before else EMPTY))


def _file_patch(change: FileChange, reverse: bool) -> FilePatch:
    old_path = None if change.kind is ChangeKind.NEW else change.old_path
    new_path = None if change.kind is ChangeKind.DELETED else change.path
    hunks = tuple(hunk_text(hunk) for hunk in change.hunks)
    corrupt = (
        any(not hunk.sound for hunk in hunks)
        or (old_path is None and any(hunk.old_lines for hunk in hunks))
        or (new_path is None and any(hunk.new_lines for hunk in hunks))
    )
    old = (old_path, _mode(change.old_mode), change.old_blob)
    new = (new_path, _mode(change.new_mode), change.new_blob)
    if reverse:
        old, new = new, old
        hunks = tuple(hunk.reversed for hunk in hunks)
    return FilePatch(
        old_path=old[0],
        new_path=new[0],
        old_mode=old[1],
        new_mode=new[1],
        moved=change.kind in (ChangeKind.RENAMED, ChangeKind.COPIED),
        renamed=change.kind is ChangeKind.RENAMED,
        old_blob=old[2],
        new_blob=new[2],
        binary=change.binary,
        hunks=hunks,
        corrupt=corrupt,
    )


def _mode(text: str | None) -> int | None:
    try:
        return int(text, 8) if text else None
    except ValueError:
        return None


def _inside(path: str) -> bool:
    """Whether git takes the path: relative, without empty, "." or ".." parts, and not into a .git folder."""
    return all(part not in ("", ".", "..") and part.lower() != ".git" for part in path.split("/"))
