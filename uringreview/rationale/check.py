"""Claim and evidence in, mark out: verified, contradicted, or not checkable, with what a person would look up.

"Contradicted" is said only where the mail or its diff plainly says otherwise; where a claim could be meant in a way
that the evidence does not show, it is not checkable and the evidence tells why.
"""

from collections.abc import Callable, Mapping, Sequence

from uringreview.rationale.check_mail import check_absent, check_author, check_present, check_upstream
from uringreview.rationale.check_place import check_applies, check_series
from uringreview.rationale.check_size import check_count, check_files, check_functions, check_lines
from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.mark import BranchTarget, Evidence, Mark, MarkWord, PatchTarget, Target

__all__ = ["BranchTarget", "Evidence", "Mark", "MarkWord", "PatchTarget", "Target", "check"]

_CHECKS: Mapping[ClaimKind, Callable[[Claim, Evidence], Mark]] = {
    ClaimKind.FILES: check_files,
    ClaimKind.INSERTIONS: check_count,
    ClaimKind.DELETIONS: check_count,
    ClaimKind.LINES: check_lines,
    ClaimKind.FUNCTIONS: check_functions,
    ClaimKind.TRAILERS_PRESENT: check_present,
    ClaimKind.TRAILERS_ABSENT: check_absent,
    ClaimKind.UPSTREAM: check_upstream,
    ClaimKind.AUTHOR: check_author,
    ClaimKind.SERIES: check_series,
    ClaimKind.APPLIES: check_applies,
}


def check(claims: Sequence[Claim], evidence: Evidence) -> tuple[Mark, ...]:
    """Mark each of `claims`, in order, against `evidence` of the same patch."""
    return tuple(_CHECKS[claim.kind](claim, evidence) for claim in claims)
