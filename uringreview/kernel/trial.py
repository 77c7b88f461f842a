"""One patch on one branch: the questions of the matrix in their order, the answer as a cell.

Does the branch have it already (its log names it, it is an ancestor, the log has its subject by its author, or the
branch's files hold it), does it apply as it is, does it apply after earlier ones of the queue, does it merge, does
patch(1) take it with fuzz; else where and why it does not fit.
"""

from collections import defaultdict
from collections.abc import Sequence

from uringreview.diff.model import DiffState
from uringreview.errors import EnvironmentProblem
from uringreview.kernel.apply import BranchTree, Engine, FileOutcome, Outcome, Refusal
from uringreview.kernel.cache import checksum
from uringreview.kernel.cell_cache import CellCache
from uringreview.kernel.clone import Branch, Clone, NotDownloaded
from uringreview.kernel.conflict import place_of
from uringreview.kernel.merge import Merger
from uringreview.kernel.prepare import Prepared
from uringreview.kernel.prerequisites import Prerequisites
from uringreview.kernel.presence import Presence
from uringreview.kernel.scrutiny import Scrutiny
from uringreview.kernel.status import Cell, FailedHunk, Flag, FlagKind, Status

_GITLINK = 0o160000
_SURE = 7  # digits of a blob id that git itself takes for enough


class Trial:
    """One run over the queue: what it remembers from cell to cell.

    `relied` are, by branch, the pre-images (by the prefix that a diff gives) that cells were worked out from; `unread`
    the branches of which an object could not be read: their cells are not to be kept.
    """

    def __init__(
        self,
        clone: Clone,
        queue: Sequence[Prepared],
        presence: Presence,
        engine: Engine,
        merger: Merger,
        cache: CellCache | None,
        digests: Sequence[bytes],
    ) -> None:
        self.relied: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self.unread: set[str] = set()
        self._clone = clone
        self._queue = queue
        self._presence = presence
        self._engine = engine
        self._closer = Scrutiny(clone, engine, merger)
        self._prerequisites = Prerequisites(queue, engine)
        self._cache = cache
        self._digests = digests
        self._present: set[tuple[int, str]] = set()

    def cell(self, number: int, branch: Branch) -> Cell:
        """The cell of patch `number` on `branch`; the patches before it must have been asked for there."""
        prepared = self._queue[number]
        try:
            cell = self._cell(number, prepared, branch)
        except (NotDownloaded, EnvironmentProblem) as problem:
            self.unread.add(branch.name)
            cell = _cell(prepared, branch, Status.ERROR, str(problem))
        if cell.status is Status.PRESENT:
            self._present.add((number, branch.name))
        return cell

    def _cell(self, number: int, prepared: Prepared, branch: Branch) -> Cell:
        said = self._presence.said(prepared.candidate, branch)
        if said:
            return _cell(prepared, branch, Status.PRESENT, said)
        if prepared.candidate.diff.state is DiffState.NONE:
            return _cell(prepared, branch, Status.ERROR, "no diff in this mail")
        if prepared.refusal:
            return _cell(prepared, branch, Status.DAMAGED, prepared.refusal)
        pool = self._prerequisites.pool(number, lambda each: (each, branch.name) in self._present)
        if self._cache is None:
            return self._tried(prepared, branch, pool, number)
        key = self._key(number, branch, pool)
        earlier = tuple(self._queue[each].candidate.key for each in pool)
        cell = self._cache.cell(key, prepared.candidate.key, branch.name, earlier)
        if cell is None:
            cell = self._tried(prepared, branch, pool, number)
            self._cache.keep(key, self._digests[number], cell, earlier)
        if not cell.status.applies:
            bases = (patch.old_blob for patch in prepared.forward if patch.old_blob)
            self.relied[branch.name].update((prefix, self._closer.holds[prefix]) for prefix in bases)
        return cell

    def _key(self, number: int, branch: Branch, pool: Sequence[int]) -> bytes:
        """All that the cell depends on but the log, which was asked before: see `cell_cache`."""
        prepared = self._queue[number]
        paths = sorted(prepared.paths.union(*(self._queue[each].paths for each in pool)))
        parts = [self._digests[number]]
        for path in paths:
            entry = self._clone.trees.entry(branch.tip, path)
            linked = self._clone.trees.beyond_link(branch.tip, path)
            parts.append(repr((path, entry and entry.mode, entry and entry.id, linked)).encode())
            if entry is None and any(patch.old_path == path for patch in prepared.forward):
                parts.append(self._clone.trees.root(branch.tip).encode())  # it is looked for all over the tree
        for patch in prepared.forward:
            if patch.old_blob:
                parts.append(self._closer.holds[patch.old_blob].encode())
        return checksum(*parts, *(self._digests[each] for each in pool))

    def _tried(self, prepared: Prepared, branch: Branch, pool: Sequence[int], number: int) -> Cell:
        tree = BranchTree(self._clone, branch.tip)
        forward = self._engine.try_on(tree, prepared.forward)
        backward = self._engine.try_on(tree, prepared.backward)
        if forward.applies:
            return self._applying(prepared, branch, forward, backward)
        if prepared.provable and backward.applies:
            return _cell(prepared, branch, Status.PRESENT, "by content: the branch has every line of it")
        if any(file.refusal is Refusal.BINARY for file in forward.files):
            said = "; ".join(_binary(file) for file in forward.files if file.refusal is Refusal.BINARY)
            others = [file for file in forward.files if file.refusal not in (None, Refusal.BINARY)]
            if not others:
                return _cell(prepared, branch, Status.ERROR, f"not checkable: {said}; the rest of it applies")
            if any(file.refusal is not Refusal.HUNKS for file in others):
                return self._refused(prepared, branch, forward, backward, self._closer.failing(forward))
            return _cell(
                prepared, branch, Status.ERROR, f"not checkable: {said}; other files' hunks do not fit as they are"
            )
        merges, equal = self._closer.merge(forward, backward)
        if equal and prepared.provable:
            return _cell(prepared, branch, Status.PRESENT, "by merge: the merged file equals the branch's")
        needs = self._prerequisites.needs(number, pool, tree)
        if needs:
            keys = tuple(self._queue[each].candidate.key for each in needs)
            detail = "after " + ", ".join(self._queue[each].label for each in needs)
            return Cell(prepared.candidate.key, branch.name, Status.AFTER, detail, needs=keys)
        failing = self._closer.failing(forward)
        if merges:
            return Cell(prepared.candidate.key, branch.name, Status.MERGE, "three-way merge", failed=failing)
        fuzz = self._closer.fuzz(forward)
        if fuzz is not None:
            detail = f"fuzz {fuzz}: patch(1) takes it, git apply does not"
            return Cell(prepared.candidate.key, branch.name, Status.FUZZ, detail, failed=failing)
        return self._refused(prepared, branch, forward, backward, failing)

    def _applying(self, prepared: Prepared, branch: Branch, forward: Outcome, backward: Outcome) -> Cell:
        offsets = forward.offsets
        flags = [flag for file in forward.files for flag in self._closer.doubts(file)]
        if prepared.provable and _reverse_fits(forward, backward):
            # Git would take it a second time: it cannot see that the branch has it.
            flags.insert(0, Flag(FlagKind.REVERSE_FITS, "is in already: the reverse fits at no larger offset"))
        moved = _offset_detail(offsets) if any(offsets) else ""
        detail = "; ".join(filter(None, (moved, flags[0].sentence if flags else "")))
        status = Status.OFFSET if moved else Status.CLEAN
        return Cell(prepared.candidate.key, branch.name, status, detail, offsets, flags=tuple(flags))

    def _refused(
        self, prepared: Prepared, branch: Branch, forward: Outcome, backward: Outcome, failing: tuple[FailedHunk, ...]
    ) -> Cell:
        refused = [file for file in forward.files if file.refusal is not None]
        missing = [file for file in refused if file.refusal is Refusal.MISSING]
        if missing:
            detail = "; ".join(self._missing(file, branch) for file in missing[:3])
            if len(missing) > 3:
                detail += f"; and {len(missing) - 3} more"
            return Cell(prepared.candidate.key, branch.name, Status.MISSING, detail, failed=failing)
        total = sum(len(file.patch.hunks) for file in forward.files)
        failed = sum(len(file.failed) for file in refused if file.refusal is Refusal.HUNKS)
        parts = [
            f"{file.patch.path}: {file.refusal.value}" for file in refused if file.refusal not in (None, Refusal.HUNKS)
        ]
        if failed:
            parts.insert(0, f"{failed} of {total} hunks")
        here = sum(
            len(set(ahead.failed) - set(back.failed))
            for ahead, back in zip(forward.files, reversed(backward.files), strict=True)
            if ahead.refusal is Refusal.HUNKS and back.fit is not None
        )
        if here:
            parts.append(f"{here} in already" if here < failed else "in already, in part")
        parts += self._closer.absent(refused)
        return Cell(prepared.candidate.key, branch.name, Status.CONFLICT, "; ".join(parts), failed=failing)

    def _missing(self, file: FileOutcome, branch: Branch) -> str:
        sides = [hunk.old for hunk in file.patch.hunks]
        return place_of(self._clone, branch, file.patch.old_path or file.patch.path, sides, self._engine.text)[1]


def _binary(file: FileOutcome) -> str:
    """What is known of a file that only its bytes, which mails seldom carry, could tell more of."""
    if file.entry is not None and file.entry.mode == _GITLINK:
        return f"{file.patch.path} is a submodule on this branch"
    if file.patch.old_path is None:
        return f"{file.patch.path} is a new binary file, its place is free here"
    made = "removed" if file.patch.new_path is None else "changed"
    base = file.patch.old_blob
    if base and file.entry is not None and len(base) >= _SURE and file.entry.id.startswith(base):
        return f"{file.patch.path} is a {made} binary file, here the very one that it was made for"
    return f"{file.patch.path} is a {made} binary file"


def _reverse_fits(forward: Outcome, backward: Outcome) -> bool:
    """Whether the branch's files seem to hold the change: the reverse fits, no farther away than the patch itself."""
    if not backward.applies:
        return False
    pairs = zip(forward.files, reversed(backward.files), strict=True)
    fits = [(ahead.fit, back.fit) for ahead, back in pairs]
    return all(
        abs(back or 0) <= abs(ahead or 0)
        for one, other in fits
        if one is not None and other is not None
        for ahead, back in zip(one.offsets, other.offsets, strict=True)
    )


def _cell(prepared: Prepared, branch: Branch, status: Status, detail: str) -> Cell:
    return Cell(prepared.candidate.key, branch.name, status, detail)


def _offset_detail(offsets: Sequence[int]) -> str:
    if len(set(offsets)) == 1:
        return f"offset {offsets[0]:+d}"
    if len(offsets) <= 4:
        return "offsets " + ", ".join(f"{offset:+d}" if offset else "0" for offset in offsets)
    low, high = min(offsets), max(offsets)
    return f"offsets {low:+d} to {high:+d}"
