"""Claims on the series and on where the patch applies, against the queue and the clone's branches.

A tag (v7.0.9) lies behind its branch's tip, and a branch has moved since the rationale was written: so a branch where
the patch applies bears the claim out, and one where it does not proves nothing.
"""

import re

from uringreview.kernel.status import Cell, Status
from uringreview.mail.patch import Patch
from uringreview.rationale.claim import Claim
from uringreview.rationale.mark import BranchTarget, Evidence, Mark, MarkWord, PatchTarget
from uringreview.rationale.statements import same_commit

_VERSION = re.compile(r"(\d{1,2})\.(\d{1,3})")


def check_series(claim: Claim, evidence: Evidence) -> Mark:
    """Whether the members that the claim names are in the queue."""
    numbered = f" (that it is {claim.numbers[0]}/{claim.numbers[1]} the mail does not show)" if claim.numbers else ""
    if not claim.names:
        said = "no member is named, and the mail does not carry its number in the upstream series"
        return Mark(claim, MarkWord.UNCHECKABLE, said)
    there = {name: _loaded(name, evidence) for name in claim.names}
    targets = tuple(PatchTarget(patch.key) for patch in there.values() if patch is not None)
    missing = [name for name, patch in there.items() if patch is None]
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        return Mark(
            claim, MarkWord.UNCHECKABLE, f"{', '.join(missing)} {verb} not in this queue: not checkable", targets
        )
    found = ", ".join(f'{name[:12]} ("{patch.subject.title}")' for name, patch in there.items() if patch is not None)
    return Mark(claim, MarkWord.VERIFIED, f"in this queue: {found}{numbered}", targets)


def check_applies(claim: Claim, evidence: Evidence) -> Mark:
    """Whether the patch applies on the named branches, or on those of the named tags."""
    if not evidence.branches and not evidence.cells:
        return Mark(claim, MarkWord.UNCHECKABLE, "no clone is open: not checkable")
    targets = []
    found = []
    borne_out = True
    cells = {cell.branch: cell for cell in evidence.cells}
    for name in claim.names:
        branch = _branch_of(name)
        known = branch in cells or branch in evidence.branches
        if branch is None or not known:
            found.append(f"your clone has no {branch or name}: not checkable")
            borne_out = False
            continue
        targets.append(BranchTarget(branch))
        cell = cells.get(branch)
        borne_out = borne_out and cell is not None and cell.status.applies
        found.append(_said_of_cell(name, branch, cell))
    word = MarkWord.VERIFIED if borne_out and found else MarkWord.UNCHECKABLE
    return Mark(claim, word, "; ".join(found), tuple(targets))


def _said_of_cell(name: str, branch: str, cell: Cell | None) -> str:
    tip = f"the tip of {branch}" + ("" if "." not in name or name.endswith(".y") else f", not {name} itself")
    if cell is None or cell.status is Status.PENDING:
        return f"{branch} is not tried yet"
    if cell.status is Status.CLEAN:
        return f"applies to {tip}"
    if cell.status.applies:
        return f"applies to {tip} ({cell.detail})"
    if cell.status is Status.PRESENT:
        return f"{branch} has it already: what was true of {name} is not checkable"
    return f"on {tip} now: {cell.status.value}{f' ({cell.detail})' if cell.detail else ''}; not checkable for then"


def _branch_of(name: str) -> str | None:
    """The stable branch of a tag, a version or a branch name: "v7.0.9", "7.0.y" and "linux-7.0.y" alike."""
    found = _VERSION.search(name)
    return f"linux-{found[1]}.{found[2]}.y" if found else None


def _loaded(name: str, evidence: Evidence) -> Patch | None:
    return next((one for one in evidence.queue.patches if same_commit(name, one.upstream or "")), None)
