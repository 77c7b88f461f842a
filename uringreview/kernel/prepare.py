"""A queued patch made ready for the matrix: its diff forward and backward, and what would prove it in already."""

from dataclasses import dataclass

from uringreview.diff.model import ChangeKind, Diff, DiffState, LineKind
from uringreview.kernel.apply import FilePatch, file_patches
from uringreview.kernel.status import Candidate


@dataclass(frozen=True, slots=True)
class Prepared:
    """`candidate` with its file patches; `backward` is in the order that `git apply -R` takes, last file first.

    `paths` are all that it reads or writes. `provable` says whether its reverse fitting a branch proves anything.
    `refusal` is the sentence for a diff that must not be tried at all, "" for one that may.
    """

    candidate: Candidate
    forward: tuple[FilePatch, ...]
    backward: tuple[FilePatch, ...]
    paths: frozenset[str]
    provable: bool
    refusal: str

    @property
    def label(self) -> str:
        """What a person calls it: twelve digits of the upstream id, else its title."""
        return self.candidate.upstream[:12] if self.candidate.upstream else self.candidate.title


def prepare(candidate: Candidate) -> Prepared:
    """Make a candidate ready to be tried on any branch."""
    diff = candidate.diff
    if diff.appliable:
        forward, backward = file_patches(diff), file_patches(diff, reverse=True)
        corrupt = [patch.path for patch in forward if patch.corrupt]
        refusal = f"the diff of {corrupt[0]} is corrupt" if corrupt else ""
    else:
        forward, backward = (), ()
        refusal = diff.problems[0] if diff.problems else "the diff is damaged"
        if diff.state is DiffState.RESTORED:
            refusal = "restored, but not proven to be what was mailed"
    paths = {path for patch in forward for path in (patch.old_path, patch.new_path) if path is not None}
    return Prepared(candidate, forward, backward, frozenset(paths), _provable(diff), refusal)


def _provable(diff: Diff) -> bool:
    """Whether a branch that the reverse fits must have had the change.

    Lines that were added are proof where they stand; lines that were taken out only where what stood around them
    is now adjacent. A file that is gone, or a mode, proves nothing: the branch may never have had the file.
    """
    for change in diff.files:
        if change.kind is ChangeKind.RENAMED and change.old_path != change.path:
            return True
        for hunk in change.hunks:
            if any(line.kind is LineKind.ADDED and len(line.text.strip()) > 1 for line in hunk.lines):
                return True
            if change.kind is ChangeKind.MODIFIED and sum(line.kind is not LineKind.REMOVED for line in hunk.lines) > 1:
                return True
    return False
