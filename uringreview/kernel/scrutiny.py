"""What is worked out of a file's part beyond its verdict, once for each (file patch, contents of the file).

Where it fits: what makes it doubtful that it landed where it was meant to. Where it does not: whether it merges,
whether patch(1) would take it, which hunks fail and what stands there instead.
"""

from collections.abc import Sequence

from uringreview.kernel.apply import Engine, FileOutcome, FilePatch, Outcome, Refusal
from uringreview.kernel.clone import Clone
from uringreview.kernel.conflict import failed_hunk
from uringreview.kernel.doubts import doubts, function_name
from uringreview.kernel.fuzz import fuzz_needed
from uringreview.kernel.hunks import fit
from uringreview.kernel.merge import Merger
from uringreview.kernel.status import FailedHunk, Flag

_FAILED_SHOWN = 20


class Scrutiny:
    """Looks closer at outcomes of `engine`; `merger` borrows the clone's objects."""

    def __init__(self, clone: Clone, engine: Engine, merger: Merger) -> None:
        self.holds = Held(clone)
        self._clone = clone
        self._engine = engine
        self._merger = merger
        self._bases: dict[str, bytes | None] = {}
        self._merged: dict[tuple[FilePatch, str], bytes | None] = {}
        self._failed: dict[tuple[FilePatch, str], tuple[FailedHunk, ...]] = {}
        self._doubted: dict[tuple[FilePatch, str], tuple[Flag, ...]] = {}

    def doubts(self, file: FileOutcome) -> tuple[Flag, ...]:
        """What makes it doubtful that the file's hunks landed where they were meant to."""
        if file.fit is None or file.entry is None or not file.patch.hunks:
            return ()
        if file.patch.old_blob and file.entry.id.startswith(file.patch.old_blob):
            return ()  # the very file that the patch was made for
        key = (file.patch, file.entry.id)
        if key not in self._doubted:
            before = self._engine.text(file.entry.id)
            self._doubted[key] = doubts(file.patch.path, file.patch.hunks, file.fit, before)
        return self._doubted[key]

    def merge(self, forward: Outcome, backward: Outcome) -> tuple[bool, bool]:
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
            merged = self._merge_file(ahead)
            if merged is None or ahead.entry is None:
                return False, False
            equal = equal and merged == self._engine.text(ahead.entry.id)
        return merges, equal

    def _merge_file(self, file: FileOutcome) -> bytes | None:
        """What the file becomes by a three-way merge with the pre-image that its `index` line names."""
        patch, entry = file.patch, file.entry
        if file.refusal is not Refusal.HUNKS or entry is None or not patch.old_blob:
            return None
        key = (patch, entry.id)
        if key not in self._merged:
            if patch.old_blob not in self._bases:
                full = self.holds[patch.old_blob]
                self._bases[patch.old_blob] = self._clone.read(full, f"blob {full[:12]}") if full else None
            base = self._bases[patch.old_blob]
            self._merged[key] = None
            if base is not None:
                fitted, theirs = fit(patch.hunks, base)
                if not fitted.failed:
                    self._merged[key] = self._merger.merge(base, self._engine.text(entry.id), theirs)
        return self._merged[key]

    def fuzz(self, forward: Outcome) -> int | None:
        """The fuzz factor with which patch(1) would take every file that is refused; None where it would not."""
        worst = 0
        for file in forward.files:
            if file.refusal is None:
                continue
            if file.refusal is not Refusal.HUNKS or file.entry is None:
                return None
            data = self._engine.text(file.entry.id)
            fuzz = fuzz_needed(file.patch.hunks, data, removes=file.patch.new_path is None)
            if fuzz is None:
                return None
            worst = max(worst, fuzz)
        return worst

    def failing(self, forward: Outcome) -> tuple[FailedHunk, ...]:
        """The hunks that do not fit, and what stands there instead; the first of them where there are very many."""
        found: list[FailedHunk] = []
        for file in forward.files:
            if file.refusal is Refusal.HUNKS and file.entry is not None and len(found) < _FAILED_SHOWN:
                key = (file.patch, file.entry.id)
                if key not in self._failed:
                    data = self._engine.text(file.entry.id)
                    self._failed[key] = tuple(
                        failed_hunk(file.patch.path, at, file.patch.hunks[at], data)
                        for at in file.failed[:_FAILED_SHOWN]
                    )
                found += self._failed[key]
        return tuple(found[:_FAILED_SHOWN])

    def absent(self, refused: Sequence[FileOutcome]) -> list[str]:
        """The functions that failed hunks stand in and that the branch's file does not name."""
        found: dict[str, None] = {}
        for file in refused:
            if file.refusal is Refusal.HUNKS and file.entry is not None:
                data = self._engine.text(file.entry.id)
                names = (function_name(file.patch.hunks[at].heading) for at in file.failed)
                found |= {name.decode("ascii"): None for name in names if name and name not in data}
        return [f"no {name}() in this branch's file" for name in list(found)[:2]]


class Held(dict[str, str]):
    """The whole id of a pre-image by its prefix, "" where the clone does not hold it; each is looked up once."""

    def __init__(self, clone: Clone) -> None:
        super().__init__()
        self._clone = clone

    def __missing__(self, prefix: str) -> str:
        found = self[prefix] = self._clone.blob_id(prefix)
        return found
