"""Claim and evidence in, mark out: verified, contradicted, or not checkable, with what a person would look up.

"Contradicted" is said only where the mail or its diff plainly says otherwise; where a claim could be meant in a way
that the evidence does not show, it is not checkable and the evidence tells why.
"""

from collections.abc import Callable, Mapping, Sequence

from uringreview.rationale.check_code import check_code
from uringreview.rationale.check_mail import check_absent, check_author, check_present, check_upstream
from uringreview.rationale.check_place import check_applies, check_series
from uringreview.rationale.check_review import check_maintainer, check_range, check_verdict
from uringreview.rationale.check_size import check_count, check_files, check_functions, check_lines
from uringreview.rationale.check_thread import check_link, check_thread
from uringreview.rationale.check_trees import check_commit, check_contains, check_exists, check_first
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
    ClaimKind.CONTAINS: check_contains,
    ClaimKind.EXISTS: check_exists,
    ClaimKind.MAINTAINER: check_maintainer,
    ClaimKind.COMMIT: check_commit,
    ClaimKind.FIRST_IN: check_first,
    ClaimKind.ADDS: check_code,
    ClaimKind.REMOVES: check_code,
    ClaimKind.THREAD: check_thread,
    ClaimKind.LINK: check_link,
    ClaimKind.RANGE: check_range,
    ClaimKind.VERDICT: check_verdict,
}


def check(claims: Sequence[Claim], evidence: Evidence) -> tuple[Mark, ...]:
    """Mark each of `claims`, in order, against `evidence` of the same patch."""
    return tuple(_CHECKS[claim.kind](claim, evidence) for claim in claims)
