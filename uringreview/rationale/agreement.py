"""Statements that cannot both stand: two of one rationale, or those of two patches of one series.

Which of the two is wrong is not told, so nothing is looked up: the later statement of one rationale is marked, and of
two rationales each its own. A release candidate and its release agree, and so do a subject and a part of it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from uringreview.mail.patch import Patch
from uringreview.mail.subject import SubjectKind
from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.mark import Mark, MarkWord, PatchTarget, Target
from uringreview.rationale.statements import same_commit

_OF_MEMBER = re.compile(r"patch \d{1,3}/\d{1,3} \(", re.IGNORECASE)
_VERSION = re.compile(r"\d{1,2}\.\d{1,3}")
_UNLIKE = 0.6
_SHOWN = 90


@dataclass(frozen=True, slots=True)
class Said:
    """A patch and the claims of its rationale."""

    patch: Patch
    claims: tuple[Claim, ...]

    def names(self, other: Patch) -> bool:
        """Whether a claim of this rationale counts the other patch into its series."""
        return any(
            same_commit(name, other.upstream or "")
            for claim in self.claims
            if claim.kind is ClaimKind.SERIES
            for name in claim.names
        )


def disagreements(own: Said, others: Sequence[Said]) -> tuple[Mark, ...]:
    """A mark for each claim of `own` that cannot stand beside another of its own, or one of the series' `others`."""
    found = [*_within(own), *(mark for other in others for mark in _between(own, other))]
    kept = {mark.claim.span: mark for mark in reversed(found)}
    return tuple(kept[span] for span in sorted(kept, key=lambda span: span.start))


def _within(own: Said) -> Iterator[Mark]:
    for number, claim in enumerate(own.claims):
        for before in own.claims[:number]:
            if _opposed(claim, before):
                yield _mark(claim, f"{_place(before)} says {_quoted(before)}: not both can be", (before.span,))
                break


def _between(own: Said, other: Said) -> Iterator[Mark]:
    target: tuple[Target, ...] = (PatchTarget(other.patch.key),)
    who = f'{(other.patch.upstream or "")[:12]} ("{other.patch.subject.title}")'
    member = own.names(other.patch) or other.names(own.patch)
    for claim in own.claims:
        for theirs in other.claims:
            shared = claim.kind in (ClaimKind.COMMIT, ClaimKind.FIRST_IN) and _opposed(claim, theirs)
            numbered = (
                _own_number(claim) is not None
                and _OF_MEMBER.match(theirs.text) is not None
                and same_commit(theirs.names[0], own.patch.upstream or "")
                and theirs.numbers != claim.numbers
            )
            if shared or numbered:
                yield _mark(claim, f"the rationale of {who} says {_quoted(theirs)}: not both can be", target)
                break
        if member and claim.kind is ClaimKind.RANGE and (asked := _asks_for(claim, own.patch, other.patch)):
            yield _mark(claim, f"{who} of the same series {asked}", target)


def _asks_for(claim: Claim, own: Patch, other: Patch) -> str:
    """What the other patch's subject asks for, where this claim says that those trees cannot take the series as is."""
    mine, theirs = own.subject.asked, other.subject.asked
    if mine is None or theirs is None or SubjectKind.AUTOSEL not in (own.subject.kind, other.subject.kind):
        return ""
    asked = f"asks for {theirs.newest}" + (f" down to {theirs.oldest}" if theirs.oldest != theirs.newest else "")
    if not claim.names and theirs.oldest < mine.oldest:
        return f"{asked}, older than this one's {mine.oldest}"
    older = next(
        (name for name in claim.names if theirs.oldest <= type(theirs.oldest).parse(name) <= theirs.newest), ""
    )
    return f"{asked}, {older} among them" if older else ""


def _opposed(one: Claim, other: Claim) -> bool:
    if {one.kind, other.kind} == {ClaimKind.RANGE, ClaimKind.APPLIES}:
        trees = {
            _VERSION.search(name) for claim in (one, other) if claim.kind is ClaimKind.APPLIES for name in claim.names
        }
        work = one if one.kind is ClaimKind.RANGE else other
        return any(found is not None and found.group() in work.names for found in trees)
    if one.kind is not other.kind:
        return False
    if one.kind is ClaimKind.SERIES:
        return _own_number(one) is not None and _own_number(other) is not None and one.numbers != other.numbers
    if one.kind not in (ClaimKind.COMMIT, ClaimKind.FIRST_IN) or not same_commit(one.names[0], other.names[0]):
        return False
    if one.kind is ClaimKind.FIRST_IN:
        return one.names[1].partition("-rc")[0] != other.names[1].partition("-rc")[0]
    first, second = (_folded(claim.names[1]) for claim in (one, other))
    if first in second or second in first:
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() < _UNLIKE


def _own_number(claim: Claim) -> tuple[int, ...] | None:
    """The number that a rationale gives its own patch: "this is patch 2/3"."""
    if claim.kind is not ClaimKind.SERIES or not claim.numbers or _OF_MEMBER.match(claim.text):
        return None
    return claim.numbers


def _mark(claim: Claim, evidence: str, targets: tuple[Target, ...]) -> Mark:
    return Mark(replace(claim, kind=ClaimKind.AGREEMENT), MarkWord.CONTRADICTED, evidence, targets)


def _place(claim: Claim) -> str:
    return f"phase {claim.phase}" if claim.phase is not None else "the same rationale"


def _quoted(claim: Claim) -> str:
    return f'"{claim.text[:_SHOWN]}"'


def _folded(subject: str) -> str:
    return re.sub(r"[\s`\"'.…]+", " ", subject).strip().casefold()
