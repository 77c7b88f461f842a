"""What a reader of one patch asks the clone for: how it looks on each branch, and the rest of a file around its hunks.

Arguments and results are plain values, so that the window may have both worked out in a process of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from uringreview.diff.images import decode_lines, post_image
from uringreview.errors import UringreviewError, UsageProblem
from uringreview.kernel.clone import open_clone
from uringreview.kernel.landing import ConflictRegion, Landing, conflict, landed, whole_text
from uringreview.kernel.status import Candidate
from uringreview.progress import Progress, Work


@dataclass(frozen=True, slots=True)
class Wanted:
    """A branch to look at: whether the patch `lands` there or conflicts, and after which queued patches, in order."""

    branch: str
    lands: bool
    after: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class BranchView:
    """A patch on one branch: as it lands, or the hunks that conflict, or the sentence that says why neither."""

    key: str
    branch: str
    landing: Landing | None = None
    regions: tuple[ConflictRegion, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True)
class WholeFile:
    """The lines of a file before a patch, and where they come from, in words."""

    lines: tuple[str, ...]
    source: str


def branch_views(clone_path: str, candidate: Candidate, wanted: Sequence[Wanted]) -> Work[BranchView, None]:
    """`candidate` on each of the branches, in that order; a branch that fails says so and stops no other."""
    for number, each in enumerate(wanted, 1):
        yield Progress(number, len(wanted), "branches", (_view(clone_path, candidate, each),))


def _view(clone_path: str, candidate: Candidate, wanted: Wanted) -> BranchView:
    try:
        if wanted.lands:
            landing = landed(clone_path, candidate, wanted.branch, wanted.after)
            return BranchView(candidate.key, wanted.branch, landing)
        regions = conflict(clone_path, candidate, wanted.branch, wanted.after)
    except UringreviewError as error:
        return BranchView(candidate.key, wanted.branch, problem=str(error))
    return BranchView(candidate.key, wanted.branch, regions=regions)


def whole_file(
    clone_path: str, candidate: Candidate, file: int, wanted: Wanted | None, clean: Sequence[str]
) -> Work[None, WholeFile]:
    """The whole of file number `file` (0-based) of the diff, as it is before the patch.

    On the branch of `wanted`; with None as it was for the mail: the blob that the `index` line names, else that file on
    the first branch of `clean` (where the patch applies at its very lines) that holds it. Raises UsageProblem with a
    sentence where none of them has it.
    """
    yield Progress(0, 1, "files")
    change = candidate.diff.files[file]
    if wanted is not None:
        data = whole_text(clone_path, wanted.branch, change.old_path, wanted.after)
        on_top = f" with {len(wanted.after)} queued before it" if wanted.after else ""
        return WholeFile(tuple(decode_lines(data)), wanted.branch + on_top)
    clone = open_clone(clone_path)
    named = clone.blob(change.old_blob) if change.old_blob else None
    if named is not None and post_image(change, named) is not None:
        return WholeFile(tuple(decode_lines(named)), f"blob {change.old_blob}, which the mail was made from")
    for branch in clean:
        found = clone.file(branch, change.old_path)
        if found is not None and post_image(change, found) is not None:
            return WholeFile(tuple(decode_lines(found)), f"{branch}, the newest branch where it is clean")
    raise UsageProblem(
        f"No more context for {change.path}: the clone has neither the file that the mail was made from nor a branch "
        "where it is clean."
    )
