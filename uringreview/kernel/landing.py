"""A patch as it lands on a branch, and where it does not: from memory, without a checkout.

`landed` gives the diff anew with the branch's own lines and numbers, `conflict` three sides of every hunk that does
not fit (what the patch expects, what stands on the branch, what the patch wants), `whole_text` the file around either.
The verdicts are those of the matrix: the same engine, the same order of questions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from uringreview.diff.images import blob_id
from uringreview.diff.model import ChangeKind, Diff, DiffState, FileChange
from uringreview.errors import UsageProblem
from uringreview.kernel.apply import BranchTree, Engine, FileOutcome, Outcome, Overlay, Refusal, Tree
from uringreview.kernel.clone import Branch, Clone, open_clone
from uringreview.kernel.conflict import failed_hunk, place_of
from uringreview.kernel.near_landing import fuzzed_files, merged_files
from uringreview.kernel.prepare import Prepared, prepare
from uringreview.kernel.remake import lines_of, remade
from uringreview.kernel.status import Candidate


@dataclass(frozen=True, slots=True)
class Landing:
    """A patch as it lands on `branch`, once those of `after` (keys) are on it.

    `diff` turns the branch's files into what the patch makes of them: line numbers, context and function names are the
    branch's, blob ids whole. `offsets` tell how far each mailed hunk moved, in file and hunk order. `how` is empty
    where git apply takes it as it is, else "three-way merge" or "fuzz 1"; files whose change the branch has already
    are left out of the diff then.
    """

    key: str
    branch: str
    diff: Diff
    offsets: tuple[int, ...]
    after: tuple[str, ...] = ()
    how: str = ""


@dataclass(frozen=True, slots=True)
class ConflictRegion:
    """One hunk that does not fit, from three sides; line numbers are 1-based.

    `base` is what the patch expects from `base_line` of its own tree's file on, `patch` what it makes of that, and
    `theirs` what stands on the branch from `theirs_line` of `theirs_path` on: there the hunk was meant to go. Where no
    such place is known `theirs` is empty and `theirs_line` None. `hunk` is 0-based, None where the file as a whole is
    refused; `note` then says why, and also where the file was looked for under another name.
    """

    path: str
    hunk: int | None
    heading: str
    base: tuple[str, ...]
    base_line: int
    theirs: tuple[str, ...]
    theirs_line: int | None
    theirs_path: str
    patch: tuple[str, ...]
    patch_line: int
    note: str = ""


def landed(clone_path: str, candidate: Candidate, branch: str, after: Sequence[Candidate] = ()) -> Landing:
    """`candidate` as it lands on `branch`, on top of the queued patches of `after` in that order.

    As in the matrix: as `git apply` would have it, else by a three-way merge, else as patch(1) would with fuzz.

    Raises UsageProblem, with a sentence, where it or one of those does not apply there or its diff must not be tried,
    NotDownloaded where a partial clone lacks a file, EnvironmentProblem for a clone that cannot be read.
    """
    clone, on, engine = _opened(clone_path, branch)
    tree = _with(clone, on, engine, after)
    prepared = _ready(candidate)
    outcome = engine.try_on(tree, prepared.forward)
    keys = tuple(each.key for each in after)
    if not outcome.applies:
        backward = engine.try_on(tree, prepared.backward)
        found = merged_files(clone, engine, candidate.diff, outcome, backward) or fuzzed_files(
            engine, candidate.diff, outcome
        )
        if found is None:
            raise UsageProblem(f"{prepared.label} does not apply on {on.name}: there is no diff as it lands there")
        return Landing(candidate.key, on.name, Diff(DiffState.EXACT, found.files), (), keys, found.how)
    files = tuple(
        _remade(engine, change, file) for change, file in zip(candidate.diff.files, outcome.files, strict=True)
    )
    return Landing(candidate.key, on.name, Diff(DiffState.EXACT, files), outcome.offsets, keys)


def conflict(
    clone_path: str, candidate: Candidate, branch: str, after: Sequence[Candidate] = ()
) -> tuple[ConflictRegion, ...]:
    """Every hunk of `candidate` that does not fit `branch` (on top of `after`), in the order of the diff.

    () where the patch applies. Raises as `landed` does, but for a patch that does not apply.
    """
    clone, on, engine = _opened(clone_path, branch)
    outcome = engine.try_on(_with(clone, on, engine, after), _ready(candidate).forward)
    return tuple(region for file in outcome.files for region in _regions(clone, on, engine, file))


@dataclass(frozen=True, slots=True)
class Stacked:
    """A run of patches applied one on top of the other to a branch or tag, in memory.

    `failed` is the key of the first that does not apply on what those before it left, "" where all do. `blobs` names
    every path that was changed up to there with its new blob's id, None where it is gone.
    """

    failed: str
    blobs: tuple[tuple[str, str | None], ...]


def stacked(clone_path: str, queue: Sequence[Candidate], base: str) -> Stacked:
    """`queue` applied in order to a stable branch or a tag ("linux-7.0.y", "v7.0.9"): what git-am(1) would leave.

    Raises UsageProblem where the clone has no such branch or tag, or a diff must not be tried; else as `landed` does.
    """
    clone = open_clone(clone_path)
    tip = clone.tagged(base) or clone.branch(base).tip
    engine = Engine(lambda blob: clone.read(blob, f"blob {blob[:12]}"))
    over = Overlay(BranchTree(clone, tip), {})
    failed = ""
    for candidate in queue:
        outcome = engine.try_on(over, _ready(candidate).forward)
        if not outcome.applies:
            failed = candidate.key
            break
        over = over.over(outcome.writes)
    blobs = {path: blob_id(engine.text(entry.id)) if entry else None for path, entry in over.paths.items()}
    return Stacked(failed, tuple(sorted(blobs.items())))


def whole_text(clone_path: str, branch: str, path: str, after: Sequence[Candidate] = ()) -> bytes:
    """The file at `path` on `branch`, on top of the queued patches of `after`.

    Raises UsageProblem where there is no such file, otherwise as `landed` does.
    """
    clone, on, engine = _opened(clone_path, branch)
    entry = _with(clone, on, engine, after).entry(path)
    if entry is None:
        raise UsageProblem(f"{on.name} has no file {path}")
    return engine.text(entry.id)


def _opened(clone_path: str, branch: str) -> tuple[Clone, Branch, Engine]:
    clone = open_clone(clone_path)
    return clone, clone.branch(branch), Engine(lambda blob: clone.read(blob, f"blob {blob[:12]}"))


def _ready(candidate: Candidate) -> Prepared:
    prepared = prepare(candidate)
    if candidate.diff.state is DiffState.NONE:
        raise UsageProblem(f"{prepared.label} has no diff")
    if prepared.refusal:
        raise UsageProblem(f"{prepared.label} cannot be tried: {prepared.refusal}")
    return prepared


def _with(clone: Clone, branch: Branch, engine: Engine, after: Sequence[Candidate]) -> Tree:
    """The branch's tree with the patches of `after` on it."""
    over = Overlay(BranchTree(clone, branch.tip), {})
    for earlier in after:
        prepared = _ready(earlier)
        outcome: Outcome = engine.try_on(over, prepared.forward)
        if not outcome.applies:
            raise UsageProblem(f"{prepared.label}, which was to come first, does not apply on {branch.name}")
        over = over.over(outcome.writes)
    return over


def _remade(engine: Engine, change: FileChange, file: FileOutcome) -> FileChange:
    patch = file.patch
    before = engine.text(file.entry.id) if file.entry else b""
    after = engine.text(engine.made(patch, file.entry.id if file.entry else "")) if patch.hunks else before
    hunks = remade(change.hunks, patch.hunks, file.fit, before, after) if file.fit is not None else ()
    old_mode = f"{file.entry.mode:06o}" if file.entry and change.old_mode else change.old_mode
    return replace(
        change,
        hunks=hunks,
        old_mode=old_mode,
        old_blob=None if change.kind is ChangeKind.NEW else blob_id(before),
        new_blob=None if change.kind is ChangeKind.DELETED else blob_id(after),
    )


def _regions(clone: Clone, branch: Branch, engine: Engine, file: FileOutcome) -> list[ConflictRegion]:
    if file.refusal is None:
        return []
    patch = file.patch
    path, note, data = patch.path, "", None
    if file.entry is not None and file.refusal is Refusal.HUNKS:
        data = engine.text(file.entry.id)
        path = patch.old_path or path
    elif file.refusal is Refusal.MISSING:
        sides = [hunk.old for hunk in patch.hunks]
        path, note = place_of(clone, branch, patch.old_path or path, sides, engine.text)
        data = clone.file(branch.name, path) if path else None
    else:
        note = f"{path}: {file.refusal.value}"
    regions = []
    for number in file.failed:
        hunk = patch.hunks[number]
        found = failed_hunk(patch.path, number, hunk, data or b"")
        regions.append(
            ConflictRegion(
                path=patch.path,
                hunk=number,
                heading=hunk.heading.decode("utf-8", "surrogateescape"),
                base=found.expected,
                base_line=hunk.old_start,
                theirs=found.found,
                theirs_line=found.line,
                theirs_path=path if found.line is not None else "",
                patch=_shown(hunk.new),
                patch_line=hunk.new_start,
                note=note,
            )
        )
    if not regions:
        standing = _shown(engine.text(file.entry.id)) if file.entry and file.refusal is Refusal.LEFT_OVER else ()
        line = 1 if standing else None
        regions.append(
            ConflictRegion(patch.path, None, "", (), 0, standing, line, path if standing else "", (), 0, note)
        )
    return regions


def _shown(data: bytes) -> tuple[str, ...]:
    return tuple(line.removesuffix(b"\n").decode("utf-8", "surrogateescape") for line in lines_of(data))
