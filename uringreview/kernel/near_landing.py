"""A patch as it lands where git apply refuses it: by a three-way merge, or with fuzz as patch(1) would take it.

The file that comes out is compared with the branch's own, because neither way keeps the mailed hunks apart.
"""

from dataclasses import dataclass, replace

from uringreview.diff.images import blob_id
from uringreview.diff.model import Diff, FileChange
from uringreview.kernel.apply import Engine, FileOutcome, Outcome, Refusal
from uringreview.kernel.clone import Clone
from uringreview.kernel.fuzz import fuzz_needed, with_fuzz
from uringreview.kernel.hunks import fit
from uringreview.kernel.merge import Merger
from uringreview.kernel.remake import hunks_between


@dataclass(frozen=True, slots=True)
class NearLanding:
    """The files as they change on the branch, and `how`: "three-way merge" or "fuzz 1"."""

    files: tuple[FileChange, ...]
    how: str


def merged_files(clone: Clone, engine: Engine, diff: Diff, forward: Outcome, backward: Outcome) -> NearLanding | None:
    """What a three-way merge through the pre-images of the `index` lines makes of the branch; None where it conflicts.

    `forward` and `backward` are the diff tried on the branch, and its reverse: where a file's reverse fits, the branch
    has that file's change already, and the file is left out.
    """
    files = []
    with Merger(clone.objects) as merger:
        for change, ahead, back in zip(diff.files, forward.files, reversed(backward.files), strict=True):
            if ahead.refusal is not None and back.refusal is None and ahead.refusal is not Refusal.MISSING:
                continue
            after = _merged(clone, engine, merger, ahead)
            if after is None:
                return None
            made = _changed(engine, change, ahead, after)
            files += [made] if made is not None else []
    return NearLanding(tuple(files), "three-way merge")


def fuzzed_files(engine: Engine, diff: Diff, forward: Outcome) -> NearLanding | None:
    """What patch(1) makes of the branch with a fuzz of at most 2; None where it does not take every hunk."""
    files, worst = [], 0
    for change, ahead in zip(diff.files, forward.files, strict=True):
        before = engine.text(ahead.entry.id) if ahead.entry is not None else b""
        if ahead.refusal is None:
            after: bytes | None = _as_is(engine, ahead)
        elif ahead.refusal is Refusal.HUNKS and ahead.entry is not None:
            after = with_fuzz(ahead.patch.hunks, before)
            worst = max(worst, fuzz_needed(ahead.patch.hunks, before) or 0)
        else:
            after = None
        if after is None:
            return None
        made = _changed(engine, change, ahead, after)
        files += [made] if made is not None else []
    return NearLanding(tuple(files), f"fuzz {worst}")


def _merged(clone: Clone, engine: Engine, merger: Merger, ahead: FileOutcome) -> bytes | None:
    if ahead.refusal is None:
        return _as_is(engine, ahead)
    if ahead.refusal is not Refusal.HUNKS or ahead.entry is None or not ahead.patch.old_blob:
        return None
    base = clone.blob(ahead.patch.old_blob)
    if base is None:
        return None
    fitted, theirs = fit(ahead.patch.hunks, base)
    return None if fitted.failed else merger.merge(base, engine.text(ahead.entry.id), theirs)


def _as_is(engine: Engine, ahead: FileOutcome) -> bytes:
    content = ahead.entry.id if ahead.entry is not None else ""
    return engine.text(engine.made(ahead.patch, content)) if ahead.patch.hunks else engine.text(content)


def _changed(engine: Engine, change: FileChange, ahead: FileOutcome, after: bytes) -> FileChange | None:
    before = engine.text(ahead.entry.id) if ahead.entry is not None else b""
    hunks = hunks_between(before, after)
    if not hunks and change.hunks:
        return None  # the merge left the file as it was
    return replace(
        change,
        hunks=hunks,
        old_blob=blob_id(before) if ahead.entry is not None else None,
        new_blob=blob_id(after) if ahead.patch.new_path is not None else None,
    )
