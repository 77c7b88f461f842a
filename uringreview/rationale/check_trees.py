"""Claims on releases and commits, against the clone's own trees and history.

A tree that the clone lacks is not checkable, whatever its neighbours hold. A commit that is not there may just not be
fetched. So "contradicted" needs the tree or the commit itself.
"""

import re
from difflib import SequenceMatcher

from uringreview.kernel.lookup import Held, Lookup, Place
from uringreview.mail.message import Span
from uringreview.rationale.claim import Claim
from uringreview.rationale.mark import BranchTarget, Evidence, Mark, MarkWord, PatchTarget, Target
from uringreview.rationale.statements import same_commit

_NO_CLONE = "no clone is open: not checkable"
_SAME = 0.9  # subjects that agree so far differ by a slip of the pen, and prove nothing


def check_exists(claim: Claim, evidence: Evidence) -> Mark:
    """Whether the lines that the patch starts from stand in the named tree."""
    place, refusal = _place(claim, evidence)
    if place is None or evidence.lookup is None:
        return Mark(claim, MarkWord.UNCHECKABLE, refusal)
    standing = evidence.lookup.standing(place, evidence.diff)
    target = _targets(place, evidence)
    shown = f"git show {place.name}:{standing.path}"
    if standing.held is Held.ALL:
        return Mark(claim, MarkWord.VERIFIED, f"{shown} has every line that the patch removes or stands on", target)
    if standing.held is Held.REMOVED:
        said = f"{shown} has every line that the patch removes, and most of those around"
        return Mark(claim, MarkWord.VERIFIED, said, target)
    if standing.held is Held.NONE and standing.path in {change.old_path for change in evidence.diff.files}:
        return Mark(claim, MarkWord.CONTRADICTED, f"{shown} has none of the lines that the patch starts from", target)
    if standing.held is Held.NO_FILE:
        said = f"{place.name} has no {standing.path}, nor another file of that name: not checkable"
    elif standing.held is Held.PART:
        said = f"{shown} has a part of the lines that the patch starts from: not checkable"
    else:
        said = f"the patch starts from no lines that could be looked for in {place.name}: not checkable"
    return Mark(claim, MarkWord.UNCHECKABLE, said, target)


def check_contains(claim: Claim, evidence: Evidence) -> Mark:
    """Whether the named tree has the patch, or the commit that the claim names, or has not."""
    place, refusal = _place(claim, evidence)
    if place is None or evidence.lookup is None:
        return Mark(claim, MarkWord.UNCHECKABLE, refusal)
    own = evidence.patch.upstream or ""
    wanted = claim.names[0] if len(claim.names) > 1 else own
    held, said = _in_history(wanted, place, evidence.lookup) if wanted else (None, "the mail names no upstream commit")
    if held is None and (len(claim.names) == 1 or same_commit(wanted, own)):
        held, said = _in_content(place, evidence, evidence.lookup)
    if held is None:
        return Mark(claim, MarkWord.UNCHECKABLE, f"{said}: not checkable", _targets(place, evidence))
    word = MarkWord.VERIFIED if held is not claim.denied else MarkWord.CONTRADICTED
    return Mark(claim, word, said, _targets(place, evidence))


def check_commit(claim: Claim, evidence: Evidence) -> Mark:
    """Whether the commit has the quoted subject: by the mail, the queue, the clone, or a backport in the clone."""
    commit, subject = claim.names
    known = _subject_of(commit, evidence)
    if known is None:
        where = "your clone" if evidence.lookup is not None else "this queue, and no clone is open"
        return Mark(claim, MarkWord.UNCHECKABLE, f"commit {commit} is not in {where}: not checkable")
    there, source, targets = known
    found = f'{source}: {commit[:12]} ("{there}")'
    one, other = _folded(subject), _folded(there)
    if one in other or other in one:
        return Mark(claim, MarkWord.VERIFIED, found, targets)
    if SequenceMatcher(None, one, other, autojunk=False).ratio() >= _SAME:
        return Mark(claim, MarkWord.UNCHECKABLE, f"{found}; the subjects differ by little", targets)
    return Mark(claim, MarkWord.CONTRADICTED, found, targets)


def check_first(claim: Claim, evidence: Evidence) -> Mark:
    """Whether a commit came first with the named mainline release, by the clone's tags (git describe --contains)."""
    name, tag = claim.names
    lookup = evidence.lookup
    if lookup is None:
        return Mark(claim, MarkWord.UNCHECKABLE, _NO_CLONE)
    commit = lookup.commit(name)
    place = lookup.place(tag)
    if commit is None or place is None:
        lacking = f"commit {name}" if commit is None else tag
        return Mark(claim, MarkWord.UNCHECKABLE, f"your clone has no {lacking}: not checkable")
    if lookup.clone.shallow:
        return Mark(claim, MarkWord.UNCHECKABLE, "your clone is shallow: its history is not whole")
    tags = lookup.mainline()
    first = next((one for one in tags if lookup.clone.is_ancestor(commit.id, one.tip)), None)
    if first is None:
        return Mark(claim, MarkWord.CONTRADICTED, f"git tag --contains {name}: none of your clone's, {tag} among them")
    if first.name == place.name:
        return Mark(claim, MarkWord.VERIFIED, f"git tag --contains {name}: {first.name} is the first of your clone's")
    if first.name.startswith(f"{place.name}-rc"):  # "v6.9" for what came with v6.9-rc1
        return Mark(claim, MarkWord.VERIFIED, f"git tag --contains {name}: first {first.name}, so {place.name} has it")
    return Mark(claim, MarkWord.CONTRADICTED, f"git tag --contains {name}: {first.name} is the first of your clone's")


def _place(claim: Claim, evidence: Evidence) -> tuple[Place | None, str]:
    name = claim.names[-1]
    if evidence.lookup is None:
        return None, _NO_CLONE
    place = evidence.lookup.place(name)
    return place, "" if place is not None else f"your clone has no {named(name)}: not checkable"


def named(tree: str) -> str:
    """A tree's name as git knows it: a branch "6.6" or "6.6.y" is linux-6.6.y, a release stays as it is."""
    found = re.fullmatch(r"(?:stable/)?(?:linux-)?(\d{1,2}\.\d{1,3})(?:\.y)?", tree)
    return f"linux-{found[1]}.y" if found else tree


def _in_history(commit: str, place: Place, lookup: Lookup) -> tuple[bool | None, str]:
    backport = lookup.backport(commit, place)
    if backport is not None:
        return True, f"{place.name} has it as commit {backport[:12]}"
    found = lookup.commit(commit)
    if found is None:
        return None, f"your clone has no commit {commit[:12]}"
    command = f"git merge-base --is-ancestor {commit[:12]} {place.name}"
    if lookup.under(found.id, place):
        return True, f"{command}: it is"
    if lookup.clone.shallow:
        return None, "your clone is shallow"
    return False, f"{command}: it is not, and no commit there names it"


def _in_content(place: Place, evidence: Evidence, lookup: Lookup) -> tuple[bool | None, str]:
    tried = lookup.tried(place, evidence.diff)
    if tried is None:
        return None, f"the diff as mailed cannot be tried on {place.name}"
    if tried.reversible and not tried.applies:
        return True, f"git apply --check -R takes it on {place.name}: every line of it is there"
    if tried.reversible:
        return None, f"{place.name} takes the patch forward and backward"
    if tried.applies:
        return False, f"git apply --check takes it on {place.name}, and no commit there names it"
    added = lookup.added(place, evidence.diff)
    if added.held is Held.NONE:
        return False, f"git show {place.name}:{added.path} has none of the lines that the patch adds"
    return None, f"{place.name} has a part of the patch's lines, or not its files"


def _subject_of(commit: str, evidence: Evidence) -> tuple[str, str, tuple[Target, ...]] | None:
    patch = evidence.patch
    for trailer in patch.trailers:
        found = re.match(r"([0-9a-f]{8,40})\s+\([\"'](.{4,300})[\"']\)", trailer.value)
        if found is not None and same_commit(found[1], commit):
            spans: tuple[Target, ...] = (trailer.span,)
            return found[2], f"the mail's own {trailer.key}: line", spans
    if patch.upstream and same_commit(commit, patch.upstream):
        return patch.subject.title, "the mail's subject", (_head(patch.commit_message),)
    for other in evidence.queue.patches:
        if other.upstream and same_commit(commit, other.upstream):
            return other.subject.title, "in this queue", (PatchTarget(other.key),)
    if evidence.lookup is None:
        return None
    known = evidence.lookup.commit(commit)
    if known is not None:
        return known.subject, "git show", ()
    logged = evidence.lookup.logged(commit)
    if logged is not None:
        return logged[2], f"{logged[0]} has it as {logged[1][:12]}", (BranchTarget(logged[0]),)
    return None


def _head(span: Span) -> Span:
    return Span(span.start, min(span.end, span.start + 1))


def _targets(place: Place, evidence: Evidence) -> tuple[Target, ...]:
    found = re.search(r"\d{1,2}\.\d{1,3}", place.name)
    name = f"linux-{found.group()}.y" if found else place.name
    return (BranchTarget(name),) if name in evidence.branches else ()


def _folded(subject: str) -> str:
    return re.sub(r"[\s`\"'.…]+", " ", subject).strip().casefold()
