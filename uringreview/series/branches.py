"""What a series means for one branch: what to take in which order, what is missing, what is there already.

And the other way round: what the branches tell of a series. A cell "after" was tried: the patch as mailed applies to
that branch only behind the others that the cell names.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from uringreview.kernel.clone import Clone
from uringreview.kernel.status import Cell, Status, branch_version
from uringreview.mail.patch import Patch
from uringreview.mail.subject import BranchRange
from uringreview.series.edge import Direction, Reason, ReasonKind, Strength, Tie, canonical
from uringreview.series.graph import Group

_BRANCHES_NAMED = 4


@dataclass(frozen=True, slots=True)
class BranchPlan:
    """One group on one branch; ids have 12 digits and stand in the order to take them.

    `take` are members that apply there, each alone or behind those before it; `refused` are loaded members that do not
    apply, `unasked` the loaded ones among them all whose subject does not ask for the branch; `missing` are named and
    not loaded.
    """

    branch: str
    take: tuple[str, ...]
    present: tuple[str, ...]
    refused: tuple[str, ...]
    missing: tuple[str, ...]
    unasked: tuple[str, ...]

    @property
    def asked(self) -> bool:
        """Whether any member that is not there yet asks for the branch."""
        return bool({*self.take, *self.refused} - set(self.unasked))

    @property
    def whole(self) -> bool:
        """Whether taking what is asked for leaves the branch with all of the series that is known."""
        return not self.refused and not self.missing and not self.unasked


def plan(group: Group, branch: str, cells: Mapping[str, Cell], asked: Mapping[str, BranchRange | None]) -> BranchPlan:
    """What the group means for `branch`; `cells` are that branch's, `asked` the subjects' ranges, both by patch key."""
    version = branch_version(branch)
    take: list[str] = []
    present: list[str] = []
    refused: list[str] = []
    missing: list[str] = []
    unasked: list[str] = []
    for member in group.members:
        cell = cells.get(member.key) if member.key is not None else None
        if member.key is None or cell is None:
            missing.append(member.upstream)
            continue
        wanted = asked.get(member.key)
        if cell.status is Status.PRESENT:
            present.append(member.upstream)
            continue
        applies = cell.status.applies or cell.status in (Status.AFTER, Status.MERGE, Status.FUZZ)
        (take if applies else refused).append(member.upstream)
        if wanted is not None and version is not None and version not in wanted:
            unasked.append(member.upstream)
    return BranchPlan(branch, tuple(take), tuple(present), tuple(refused), tuple(missing), tuple(unasked))


def from_cells(patches: Sequence[Patch], cells: Mapping[str, Sequence[Cell]]) -> Iterator[Tie]:
    """Patches that apply to some branch only behind others of the queue; `cells` are by patch key."""
    names = {patch.key: canonical(patch.upstream) for patch in patches if patch.upstream}
    for key, name in names.items():
        behind: dict[str, list[str]] = {}
        for cell in cells.get(key, ()):
            for need in cell.needs if cell.status is Status.AFTER else ():
                if need in names:
                    behind.setdefault(names[need], []).append(cell.branch)
        for other, branches in behind.items():
            shown = ", ".join(branches[:_BRANCHES_NAMED])
            more = f" and {len(branches) - _BRANCHES_NAMED} more" if len(branches) > _BRANCHES_NAMED else ""
            text = f"as mailed it applies to {shown}{more} only after {other}"
            reason = Reason(text, key, None, ReasonKind.APPLIES, Strength.CERTAIN)
            yield Tie(name, other, Direction.MAILS_APPLY, reason)


def from_parents(patches: Sequence[Patch], clone: Clone) -> Iterator[Tie]:
    """Patches that follow each other upstream, by one author on one day, as far as the clone holds the commits."""
    queued = {patch.upstream: patch for patch in patches if patch.upstream and len(patch.upstream) == 40}
    for upstream, patch in queued.items():
        commit = clone.commit(upstream)
        for parent in commit.parents[:1] if commit is not None else ():
            before = clone.commit(parent) if parent in queued else None
            if commit is None or before is None or before.author != commit.author:
                continue
            if clone.authored(upstream).date() != clone.authored(parent).date():
                continue
            text = f"{canonical(parent)} is its parent upstream, by the same author on the same day"
            reason = Reason(text, patch.key, None, ReasonKind.PARENT)
            yield Tie(canonical(upstream), canonical(parent), Direction.UPSTREAM, reason)
