"""The lockset table of a diff from the reviewer's clone: the files as a branch has them, and as the diff leaves them.

The diff is applied in memory by the matrix's own engine. Beside the files that it changes, those of the same folder are
read: that is where the callers and the other users of a subsystem's structures nearly always are.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from uringreview.diff.functions import changed_functions
from uringreview.diff.images import post_image
from uringreview.diff.model import ChangeKind, Diff, FileChange
from uringreview.errors import UsageProblem
from uringreview.interleave.lockset import LockTable, compare
from uringreview.interleave.lockset_calls import Unit
from uringreview.interleave.lockset_read import SourceFile
from uringreview.kernel.apply import BranchTree, Engine
from uringreview.kernel.clone import Clone, NotDownloaded
from uringreview.kernel.prepare import prepare
from uringreview.kernel.status import Candidate

_C = (".c", ".h")
_MOST_BYTES = 2_000_000
_LARGEST = 600_000


@dataclass(slots=True)
class Reader:
    """Parsed files by their blob's id, so that the patches of a queue share the work."""

    clone: Clone
    _files: dict[tuple[str, str], SourceFile] = field(default_factory=dict)

    def text(self, commit: str, path: str) -> bytes:
        """The contents of a file that is in that commit; empty where a partial clone lacks it."""
        try:
            entry = self.clone.trees.entry(commit, path)
            return self.clone.read(entry.id, path) if entry is not None else b""
        except NotDownloaded:
            return b""

    def at(self, commit: str, path: str) -> SourceFile:
        """The same, parsed."""
        entry = self.clone.trees.entry(commit, path)
        key = (path, entry.id if entry is not None else "")
        known = self._files.get(key)
        if known is None:
            known = self._files[key] = SourceFile(path, self.text(commit, path))
        return known


@dataclass(frozen=True, slots=True)
class _Sides:
    """The changed files before and after, by path, and the commit whose other files are read with them."""

    base: str
    commit: str
    before: Mapping[str, bytes]
    after: Mapping[str, bytes]


def lock_table(reader: Reader, diff: Diff, branch: str | None = None) -> LockTable:
    """The table of `diff` on `branch`, or on the newest stable branch that it applies to.

    Raises UsageProblem where the diff changes no C file or fits nothing that the clone has, EnvironmentProblem where
    tree-sitter is not installed.
    """
    changes = tuple(change for change in diff.files if change.path.endswith(_C) and change.hunks)
    if not changes:
        raise UsageProblem("The patch changes no C file, so there are no locks to look up.")
    sides = _on_branch(reader.clone, diff, branch) or _by_blobs(reader.clone, changes, branch)
    if sides is None:
        where = f"to {branch}" if branch else "to any branch of the clone"
        raise UsageProblem(f"The patch does not apply {where}, so its locks cannot be looked up there.")
    touched = {path for path in (*sides.before, *sides.after) if path.endswith(_C)}
    others = _others(reader, sides, changes, touched)
    before = Unit([*(SourceFile(path, data) for path, data in sides.before.items() if path in touched), *others])
    after = [SourceFile(path, data) for path, data in sides.after.items() if path in touched]
    table = compare(before, Unit([*after, *others], before), changes, sides.before)
    return replace(table, base=sides.base)


def _on_branch(clone: Clone, diff: Diff, branch: str | None) -> _Sides | None:
    """The newest branch that takes the whole diff; else the one that takes the most of its C files."""
    prepared = prepare(Candidate("", None, "", "", diff))
    if prepared.refusal:
        return None
    engine = Engine(lambda blob: clone.read(blob, f"blob {blob[:12]}"))
    best: _Sides | None = None
    total = sum(patch.path.endswith(_C) for patch in prepared.forward)
    for each in (clone.branch(branch),) if branch else clone.branches:
        try:
            outcome = engine.try_on(BranchTree(clone, each.tip), prepared.forward)
        except NotDownloaded:
            continue
        files = [file for file in outcome.files if file.refusal is None and file.patch.path.endswith(_C)]
        before = {f.patch.old_path: engine.text(f.entry.id) for f in files if f.entry and f.patch.old_path}
        after = {path: engine.text(entry.id) for path, entry in outcome.writes.items() if entry is not None}
        if outcome.applies:
            return _Sides(each.name, each.tip, before, after)
        if len(before) > (len(best.before) if best is not None else 0):
            best = _Sides(f"{each.name}, {len(before)} of {total} files", each.tip, before, after)
    return best


def _by_blobs(clone: Clone, changes: Iterable[FileChange], branch: str | None) -> _Sides | None:
    """The very files that the mail's index lines name, with the newest branch's own beside them."""
    before: dict[str, bytes] = {}
    after: dict[str, bytes] = {}
    for change in changes:
        old = b"" if change.kind is ChangeKind.NEW else clone.blob(change.old_blob) if change.old_blob else None
        new = post_image(change, old) if old is not None else None
        if old is None or new is None:
            return None
        before[change.old_path], after[change.path] = old, new
    tips = [each for each in clone.branches if branch in (None, each.name)]
    return _Sides("the files that the mail names", tips[0].tip, before, after) if tips and before else None


def _others(reader: Reader, sides: _Sides, changes: Iterable[FileChange], touched: set[str]) -> list[SourceFile]:
    """The rest of the folders: all of it, or of a large one the files that name a changed function."""
    folders = {path.rpartition("/")[0]: path for path in sorted(touched)}
    paths = [each for path in folders.values() for each in reader.clone.trees.beside(sides.commit, path)]
    texts = {path: reader.text(sides.commit, path) for path in paths if path.endswith(_C) and path not in touched}
    texts = {path: text for path, text in texts.items() if len(text) <= _LARGEST}
    if sum(map(len, texts.values())) > _MOST_BYTES:
        names = {name for change in changes for name in changed_functions(change, sides.before.get(change.old_path))}
        wanted = re.compile(rb"\b(?:" + b"|".join(re.escape(name.encode()) for name in sorted(names)) + rb")\b")
        texts = {path: text for path, text in texts.items() if names and wanted.search(text)}
    found, total = [], 0
    for path, text in texts.items():
        total += len(text)
        if total <= _MOST_BYTES:
            found.append(reader.at(sides.commit, path))
    return found
