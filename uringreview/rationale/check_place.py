"""Claims on the series and on where the patch applies, against the queue and the clone's branches.

A tag (v7.0.9) is a tree of its own, and only that tree is asked. A branch has moved since the rationale was written:
one where the patch applies bears the claim out, one where it does not proves nothing alone.
"""

import re

from uringreview.kernel.status import Cell, Status
from uringreview.mail.patch import Patch
from uringreview.rationale.claim import Claim
from uringreview.rationale.mark import BranchTarget, Evidence, Mark, MarkWord, PatchTarget, Target
from uringreview.rationale.statements import commit_ids, same_commit

_VERSION_TAG = re.compile(r"\d{1,2}\.\d{1,3}\.\d{1,4}")
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
    counted = next((one for one in there.values() if one is not None and _counts(one, missing, evidence)), None)
    if missing and counted is not None:
        more = f"{', '.join(name[:12] for name in missing)} {'is' if len(missing) == 1 else 'are'} not"
        found = (
            f'{(counted.upstream or "")[:12]} ("{counted.subject.title}") is in this queue and names the same series'
        )
        return Mark(claim, MarkWord.VERIFIED, f"{found}; {more} loaded{numbered}", targets)
    if missing:
        verb = "is" if len(missing) == 1 else "are"
        return Mark(
            claim, MarkWord.UNCHECKABLE, f"{', '.join(missing)} {verb} not in this queue: not checkable", targets
        )
    found = ", ".join(f'{name[:12]} ("{patch.subject.title}")' for name, patch in there.items() if patch is not None)
    return Mark(claim, MarkWord.VERIFIED, f"in this queue: {found}{numbered}", targets)


def check_applies(claim: Claim, evidence: Evidence) -> Mark:
    """Whether the patch applies to the named tags and branches; a tag is tried on its own tree only.

    The tip of a branch that takes the patch bears the claim out. One that does not proves nothing alone, since it has
    moved on; then the release that the mail says it was made on (X-stable-base) is asked.
    """
    if not evidence.branches and not evidence.cells:
        return Mark(claim, MarkWord.UNCHECKABLE, "no clone is open: not checkable")
    answers = [_applies_to(name, evidence) for name in claim.names]
    words = [word for word, _said, _targets in answers]
    if MarkWord.CONTRADICTED in words:
        word = MarkWord.UNCHECKABLE if claim.hedged else MarkWord.CONTRADICTED
    else:
        word = MarkWord.VERIFIED if words and set(words) == {MarkWord.VERIFIED} else MarkWord.UNCHECKABLE
    said = "; ".join(said for _word, said, _targets in answers)
    return Mark(claim, word, said, tuple(target for _word, _said, targets in answers for target in targets))


_Answer = tuple[MarkWord, str, tuple[Target, ...]]


def _applies_to(name: str, evidence: Evidence) -> _Answer:
    branch = _branch_of(name)
    cell = next((one for one in evidence.cells if one.branch == branch), None)
    known = branch is not None and (cell is not None or branch in evidence.branches)
    targets = (BranchTarget(branch),) if branch is not None and known else ()
    if is_tag(name):
        return (*_applies_to_tag(name, branch if known else None, cell, evidence), targets)
    if branch is None or not known:
        return MarkWord.UNCHECKABLE, f"your clone has no {branch or name}: not checkable", ()
    if cell is None or cell.status is Status.PENDING:
        return MarkWord.UNCHECKABLE, f"{branch} is not tried yet", targets
    if cell.status.applies:
        detail = f" ({cell.detail})" if cell.status is not Status.CLEAN and cell.detail else ""
        return MarkWord.VERIFIED, f"applies to the tip of {branch}{detail}", targets
    if cell.status is Status.PRESENT:
        return MarkWord.UNCHECKABLE, f"{branch} has it already: what was true before is not checkable", targets
    now = f"on the tip of {branch} now: {cell.status.value}{f' ({cell.detail})' if cell.detail else ''}"
    base = _VERSION_TAG.search(evidence.patch.stable_base or "")
    if base is not None and _branch_of(base.group()) == branch:
        word, said = _applies_to_tag(f"v{base.group()}", branch, cell, evidence)
        return word, f"{said}, which the mail was made on; {now}", targets
    return MarkWord.UNCHECKABLE, f"{now}; not checkable for then", targets


def _applies_to_tag(name: str, branch: str | None, cell: Cell | None, evidence: Evidence) -> tuple[MarkWord, str]:
    tag = f"v{name.lstrip('v')}"
    place = evidence.lookup.place(tag) if evidence.lookup is not None else None
    if place is None or evidence.lookup is None:
        tip = ""
        if branch is not None and cell is not None and cell.status is not Status.PENDING:
            took = "takes it" if cell.status.applies else f"says {cell.status.value}"
            tip = f"; the tip of {branch} {took}"
        return MarkWord.UNCHECKABLE, f"your clone has no {tag}{tip}: not checkable"
    tried = evidence.lookup.tried(place, evidence.diff)
    if tried is None:
        return MarkWord.UNCHECKABLE, f"the diff as mailed cannot be tried on {tag}: not checkable"
    if tried.applies:
        return MarkWord.VERIFIED, f"git apply --check takes it on {tag}{' with an offset' if tried.offset else ''}"
    if tried.reversible:
        return MarkWord.UNCHECKABLE, f"{tag} has it already, line by line: not checkable"
    if cell is not None and cell.status is Status.AFTER:
        return MarkWord.UNCHECKABLE, f"{tag} alone does not take it ({tried.detail}), but {branch} does {cell.detail}"
    return MarkWord.CONTRADICTED, f"git apply --check on {tag}: {tried.detail}"


def _counts(other: Patch, missing: list[str], evidence: Evidence) -> bool:
    """Whether the rationale of `other`, a loaded member, names this patch and the missing ones, beside "series"."""
    text = other.rationale_text
    own = evidence.patch.upstream or ""
    ids = commit_ids(text)
    return "series" in text and all(any(same_commit(name, one) for one in ids) for name in (own, *missing))


def is_tag(name: str) -> bool:
    """Whether a tree is named as a release, "v7.0.9", "v6.15" or "6.12.90"; "7.0" and "7.0.y" are branches."""
    return name.startswith("v") or (name.count(".") == 2 and not name.endswith(".y"))


def _branch_of(name: str) -> str | None:
    """The stable branch of a tag, a version or a branch name: "v7.0.9", "7.0.y" and "linux-7.0.y" alike."""
    found = _VERSION.search(name)
    return f"linux-{found[1]}.{found[2]}.y" if found else None


def _loaded(name: str, evidence: Evidence) -> Patch | None:
    return next((one for one in evidence.queue.patches if same_commit(name, one.upstream or "")), None)
