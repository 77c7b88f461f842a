"""The matrix: every queued patch tried on every stable branch, in memory.

For each cell the questions come in this order: does the branch have it already (its log names it, it is an ancestor,
the log has its subject by its author, or the branch's files hold it), does it apply as it is, does it apply after
earlier ones of the queue, does it merge, does patch(1) take it with fuzz; else where and why it does not fit.
"""

import re
from collections.abc import Sequence
from contextlib import ExitStack
from time import monotonic

from uringreview.diff.model import DiffState
from uringreview.kernel.apply import BranchTree, Engine, FileOutcome, FilePatch, Outcome, Overlay, Refusal, Tree
from uringreview.kernel.cache import checksum
from uringreview.kernel.cell_cache import CellCache, digest
from uringreview.kernel.clone import Branch, Clone, NotDownloaded, open_clone
from uringreview.kernel.conflict import failed_hunk, place_of
from uringreview.kernel.doubts import doubts, function_name
from uringreview.kernel.fuzz import fuzz_needed
from uringreview.kernel.history import BranchLog, history
from uringreview.kernel.hunks import fit
from uringreview.kernel.merge import Merger
from uringreview.kernel.prepare import Prepared, prepare
from uringreview.kernel.status import Candidate, Cell, FailedHunk, Flag, FlagKind, Status
from uringreview.progress import Progress, Work

_BATCH_SECONDS = 0.03
_EARLIER_TRIED = 60
_FAILED_SHOWN = 20
_GITLINK = 0o160000
_SURE = 7  # digits of a blob id that git itself takes for enough
_CLOCK_SKEW = 90 * 24 * 3600
_ADDRESS = re.compile(r"<([^<>]*)>")


def every_cell(
    clone_path: str, candidates: Sequence[Candidate], branches: Sequence[str] = ()
) -> Work[Cell, tuple[Cell, ...]]:
    """The work behind `status.matrix`; see there."""
    clone = open_clone(clone_path)
    chosen = tuple(clone.branch(name) for name in branches) if branches else clone.branches
    total = len(candidates) * len(chosen)
    yield Progress(0, total, "cells")
    logs = {}
    for branch in chosen:
        logs[branch.name] = history(clone, branch)
        yield Progress(0, total, "cells")
    keys = tuple(candidate.key for candidate in candidates)
    cache = None if clone.partial or clone.shallow or len(set(keys)) < len(keys) else CellCache()
    digests = [digest(candidate) for candidate in candidates] if cache else []
    queue_digest = checksum(str(clone.common_dir).encode(), *(each.encode() for each in keys), *digests)
    runs = {b.name: checksum(queue_digest, b.tip.encode(), logs[b.name].base.encode()) for b in chosen}
    known: dict[str, tuple[Cell, ...]] = {}
    for branch in chosen:
        found = cache.run(runs[branch.name], clone.still_holds, keys, branch.name) if cache else None
        if found is not None:
            known[branch.name] = found
    cells: list[Cell] = []
    sent = 0
    with ExitStack() as stack:
        trial: _Trial | None = None
        if len(known) < len(chosen):
            merger = stack.enter_context(Merger(clone.objects))
            queue = tuple(prepare(candidate) for candidate in candidates)
            if cache:
                cache.expect(digests)
            trial = _Trial(clone, queue, logs, merger, _Held(clone), cache, digests)
        last = monotonic()
        for number in range(len(candidates)):
            for branch in chosen:
                done = known.get(branch.name)
                if done is not None:
                    cells.append(done[number])
                elif trial is not None:
                    cells.append(trial.cell(number, branch))
                if monotonic() - last >= _BATCH_SECONDS:
                    yield Progress(len(cells), total, "cells", tuple(cells[sent:]))
                    sent, last = len(cells), monotonic()
    if sent < len(cells):
        yield Progress(len(cells), total, "cells", tuple(cells[sent:]))
    if cache and trial is not None:
        cache.save()
        for at, branch in enumerate(chosen):
            if branch.name not in known:
                cache.keep_run(runs[branch.name], trial.relied[branch.name], cells[at :: len(chosen)])
    return tuple(cells)


class _Held(dict[str, str]):
    """The whole id of a pre-image by its prefix, "" where the clone does not hold it; each is looked up once."""

    def __init__(self, clone: Clone) -> None:
        super().__init__()
        self._clone = clone

    def __missing__(self, prefix: str) -> str:
        found = self[prefix] = self._clone.blob_id(prefix)
        return found


class _Trial:
    """One run over the queue: what it remembers from cell to cell."""

    def __init__(
        self,
        clone: Clone,
        queue: Sequence[Prepared],
        logs: dict[str, BranchLog],
        merger: Merger,
        holds: "_Held",
        cache: CellCache | None,
        digests: Sequence[bytes],
    ) -> None:
        self.holds = holds
        self.cache = cache
        self.digests = digests
        self.relied: dict[str, dict[str, str]] = {name: {} for name in logs}
        self.earlier = _earlier_sharing(queue)
        self.clone = clone
        self.queue = queue
        self.logs = logs
        self.merger = merger
        self.engine = Engine(lambda blob: clone.read(blob, f"blob {blob[:12]}"))
        self.present: set[tuple[int, str]] = set()
        self.merged: dict[tuple[FilePatch, str], bytes | None] = {}
        self.failed: dict[tuple[FilePatch, str], tuple[FailedHunk, ...]] = {}
        self.doubted: dict[tuple[FilePatch, str], tuple[Flag, ...]] = {}
        self.bases: dict[str, bytes | None] = {}

    def cell(self, number: int, branch: Branch) -> Cell:
        prepared = self.queue[number]
        try:
            cell = self._cell(number, prepared, branch)
        except NotDownloaded as problem:
            cell = _cell(prepared, branch, Status.ERROR, str(problem))
        if cell.status is Status.PRESENT:
            self.present.add((number, branch.name))
        return cell

    def _cell(self, number: int, prepared: Prepared, branch: Branch) -> Cell:
        said = self._said_present(prepared.candidate, branch)
        if said:
            return _cell(prepared, branch, Status.PRESENT, said)
        if prepared.candidate.diff.state is DiffState.NONE:
            return _cell(prepared, branch, Status.ERROR, "no diff in this mail")
        if prepared.refusal:
            return _cell(prepared, branch, Status.DAMAGED, prepared.refusal)
        pool = self._pool(number, branch)
        if self.cache is None:
            return self._tried(prepared, branch, pool, number)
        key = self._key(number, branch, pool)
        earlier = tuple(self.queue[each].candidate.key for each in pool)
        cell = self.cache.cell(key, prepared.candidate.key, branch.name, earlier)
        if cell is None:
            cell = self._tried(prepared, branch, pool, number)
            self.cache.keep(key, self.digests[number], cell, earlier)
        if not cell.status.applies:
            bases = (patch.old_blob for patch in prepared.forward if patch.old_blob)
            self.relied[branch.name].update((prefix, self.holds[prefix]) for prefix in bases)
        return cell

    def _key(self, number: int, branch: Branch, pool: Sequence[int]) -> bytes:
        """All that the cell depends on but the log, which was asked before: see `cell_cache`."""
        prepared = self.queue[number]
        paths = sorted(prepared.paths.union(*(self.queue[each].paths for each in pool)))
        parts = [self.digests[number]]
        for path in paths:
            entry = self.clone.trees.entry(branch.tip, path)
            linked = self.clone.trees.beyond_link(branch.tip, path)
            parts.append(repr((path, entry and entry.mode, entry and entry.id, linked)).encode())
            if entry is None and any(patch.old_path == path for patch in prepared.forward):
                parts.append(self.clone.trees.root(branch.tip).encode())  # it is looked for all over the tree
        for patch in prepared.forward:
            if patch.old_blob:
                parts.append(self.holds[patch.old_blob].encode())
        return checksum(*parts, *(self.digests[each] for each in pool))

    def _tried(self, prepared: Prepared, branch: Branch, pool: Sequence[int], number: int) -> Cell:
        tree = BranchTree(self.clone, branch.tip)
        forward = self.engine.try_on(tree, prepared.forward)
        backward = self.engine.try_on(tree, prepared.backward)
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
                return self._refused(prepared, branch, forward, backward, self._failing(forward))
            return _cell(
                prepared, branch, Status.ERROR, f"not checkable: {said}; other files' hunks do not fit as they are"
            )
        merges, equal = self._merge(prepared, forward, backward)
        if equal and prepared.provable:
            return _cell(prepared, branch, Status.PRESENT, "by merge: the merged file equals the branch's")
        needs = self._needs(number, pool, tree)
        if needs:
            keys = tuple(self.queue[each].candidate.key for each in needs)
            detail = "after " + ", ".join(self.queue[each].label for each in needs)
            return Cell(prepared.candidate.key, branch.name, Status.AFTER, detail, needs=keys)
        failing = self._failing(forward)
        if merges:
            return Cell(prepared.candidate.key, branch.name, Status.MERGE, "three-way merge", failed=failing)
        fuzz = self._fuzz(forward)
        if fuzz is not None:
            detail = f"fuzz {fuzz}: patch(1) takes it, git apply does not"
            return Cell(prepared.candidate.key, branch.name, Status.FUZZ, detail, failed=failing)
        return self._refused(prepared, branch, forward, backward, failing)

    def _said_present(self, candidate: Candidate, branch: Branch) -> str:
        """Why the log or the history says that the branch has it; "" where they do not."""
        log = self.logs[branch.name]
        if candidate.upstream:
            upstream = candidate.upstream.lower()
            entry = log.has(upstream)
            if entry is not None:
                return f"commit {entry.id[:12]}"
            if log.reverted(upstream):
                return ""
            if self._ancestor(upstream, branch, log):
                return "in the branch's history"
        address = _ADDRESS.search(candidate.author)
        titled = log.titled(candidate.title, address[1] if address else candidate.author)
        return f"commit {titled.id[:12]}, by subject and author" if titled else ""

    def _ancestor(self, upstream: str, branch: Branch, log: BranchLog) -> bool:
        """Whether the commit itself is under the branch's tip: in its log, or under the release that it began at."""
        committed = self.clone.committed(upstream)
        if not committed:
            return False
        if log.contains(upstream):
            return True
        under = log.base or branch.tip
        # A commit made long after that release cannot be under it: spares a walk for nearly every queued patch.
        return committed <= self.clone.committed(under) + _CLOCK_SKEW and self.clone.is_ancestor(upstream, under)

    def _applying(self, prepared: Prepared, branch: Branch, forward: Outcome, backward: Outcome) -> Cell:
        offsets = forward.offsets
        flags = [flag for file in forward.files for flag in self._doubts(file)]
        if prepared.provable and _reverse_fits(forward, backward):
            # Git would take it a second time: it cannot see that the branch has it.
            flags.insert(0, Flag(FlagKind.REVERSE_FITS, "is in already: the reverse fits at no larger offset"))
        moved = _offset_detail(offsets) if any(offsets) else ""
        detail = "; ".join(filter(None, (moved, flags[0].sentence if flags else "")))
        status = Status.OFFSET if moved else Status.CLEAN
        return Cell(prepared.candidate.key, branch.name, status, detail, offsets, flags=tuple(flags))

    def _doubts(self, file: FileOutcome) -> tuple[Flag, ...]:
        """What makes it doubtful that the file's hunks landed where they were meant to."""
        if file.fit is None or file.entry is None or not file.patch.hunks:
            return ()
        if file.patch.old_blob and file.entry.id.startswith(file.patch.old_blob):
            return ()  # the very file that the patch was made for
        key = (file.patch, file.entry.id)
        if key not in self.doubted:
            before = self.engine.text(file.entry.id)
            self.doubted[key] = doubts(file.patch.path, file.patch.hunks, file.fit, before)
        return self.doubted[key]

    def _merge(self, prepared: Prepared, forward: Outcome, backward: Outcome) -> tuple[bool, bool]:
        """Whether every file that does not fit merges, and whether the branch has every file's change already."""
        merges = equal = True
        for ahead, back in zip(forward.files, reversed(backward.files), strict=True):
            if back.refusal is None:
                # This file's change is in; but a removed file that is not there may never have been there.
                merges = merges and ahead.refusal is not Refusal.MISSING
                continue
            if ahead.refusal is None:
                equal = False
                continue
            merged = self._merged(ahead)
            if merged is None or ahead.entry is None:
                return False, False
            equal = equal and merged == self.engine.text(ahead.entry.id)
        return merges, equal

    def _merged(self, file: FileOutcome) -> bytes | None:
        """What the file becomes by a three-way merge with the pre-image that its `index` line names."""
        patch, entry = file.patch, file.entry
        if file.refusal is not Refusal.HUNKS or entry is None or not patch.old_blob:
            return None
        key = (patch, entry.id)
        if key not in self.merged:
            if patch.old_blob not in self.bases:
                full = self.holds[patch.old_blob]
                self.bases[patch.old_blob] = self.clone.read(full, f"blob {full[:12]}") if full else None
            base = self.bases[patch.old_blob]
            self.merged[key] = None
            if base is not None:
                fitted, theirs = fit(patch.hunks, base)
                if not fitted.failed:
                    self.merged[key] = self.merger.merge(base, self.engine.text(entry.id), theirs)
        return self.merged[key]

    def _pool(self, number: int, branch: Branch) -> tuple[int, ...]:
        """The earlier patches, newest first, that share files with patch `number`, directly or through each other.

        Those that the branch has already are no part of it.
        """
        paths = set(self.queue[number].paths)
        pool: list[int] = []
        for earlier in self.earlier[number]:
            other = self.queue[earlier]
            if not paths.isdisjoint(other.paths) and (earlier, branch.name) not in self.present:
                paths |= other.paths
                pool.append(earlier)
                if len(pool) == _EARLIER_TRIED:
                    break
        return tuple(pool)

    def _needs(self, number: int, pool: Sequence[int], tree: Tree) -> tuple[int, ...]:
        """The smallest run of patches of `pool` after which patch `number` applies; () where none does.

        All of them are tried, in the queue's order, then one is dropped at a time.
        """
        needed: list[int] = []
        over = Overlay(tree, {})
        for earlier in reversed(pool):
            outcome = self.engine.try_on(over, self.queue[earlier].forward)
            if outcome.applies:
                over = over.over(outcome.writes)
                needed.append(earlier)
        if not needed or not self.engine.try_on(over, self.queue[number].forward).applies:
            return ()
        for one in tuple(needed):
            fewer = [each for each in needed if each != one]
            if self._works(tree, [*fewer, number]):
                needed = fewer
        return tuple(needed)

    def _works(self, tree: Tree, numbers: Sequence[int]) -> bool:
        over = Overlay(tree, {})
        for number in numbers:
            outcome = self.engine.try_on(over, self.queue[number].forward)
            if not outcome.applies:
                return False
            over = over.over(outcome.writes)
        return True

    def _fuzz(self, forward: Outcome) -> int | None:
        worst = 0
        for file in forward.files:
            if file.refusal is None:
                continue
            if file.refusal is not Refusal.HUNKS or file.entry is None:
                return None
            fuzz = fuzz_needed(file.patch.hunks, self.engine.text(file.entry.id))
            if fuzz is None:
                return None
            worst = max(worst, fuzz)
        return worst

    def _failing(self, forward: Outcome) -> tuple[FailedHunk, ...]:
        found: list[FailedHunk] = []
        for file in forward.files:
            if file.refusal is Refusal.HUNKS and file.entry is not None and len(found) < _FAILED_SHOWN:
                key = (file.patch, file.entry.id)
                if key not in self.failed:
                    data = self.engine.text(file.entry.id)
                    self.failed[key] = tuple(
                        failed_hunk(file.patch.path, at, file.patch.hunks[at], data)
                        for at in file.failed[:_FAILED_SHOWN]
                    )
                found += self.failed[key]
        return tuple(found[:_FAILED_SHOWN])

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
        parts += self._absent(refused)
        return Cell(prepared.candidate.key, branch.name, Status.CONFLICT, "; ".join(parts), failed=failing)

    def _missing(self, file: FileOutcome, branch: Branch) -> str:
        sides = [hunk.old for hunk in file.patch.hunks]
        return place_of(self.clone, branch, file.patch.old_path or file.patch.path, sides, self.engine.text)[1]

    def _absent(self, refused: Sequence[FileOutcome]) -> list[str]:
        """The functions that failed hunks stand in and that the branch's file does not name."""
        found: dict[str, None] = {}
        for file in refused:
            if file.refusal is Refusal.HUNKS and file.entry is not None:
                data = self.engine.text(file.entry.id)
                names = (function_name(file.patch.hunks[at].heading) for at in file.failed)
                found |= {name.decode("ascii"): None for name in names if name and name not in data}
        return [f"no {name}() in this branch's file" for name in list(found)[:2]]


def _earlier_sharing(queue: Sequence[Prepared]) -> list[list[int]]:
    """For each patch the earlier ones, newest first, that are tied to it by shared files, directly or not."""
    by_path: dict[str, list[int]] = {}
    found = []
    for number, prepared in enumerate(queue):
        tied: set[int] = set()
        paths: set[str] = set()
        waiting = [number]
        while waiting:
            for path in queue[waiting.pop()].paths - paths:
                paths.add(path)
                fresh = [each for each in by_path.get(path, ()) if each not in tied]
                tied.update(fresh)
                waiting += fresh
        found.append(sorted(tied, reverse=True))
        for path in prepared.paths if prepared.forward else ():
            by_path.setdefault(path, []).append(number)
    return found


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
