"""Records become typed claims: one checkable statement each, with its exact words in the mail.

Only statements about the patch itself become claims, and only where they stand plainly: a statement that might speak
of another commit, of a thread's replies or of what would happen is left out, since a wrong "contradicted" costs more
than a claim not looked at.
"""

from collections.abc import Iterator

from uringreview.mail.message import Span
from uringreview.mail.patch import Patch
from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.document import Rationale
from uringreview.rationale.lines import Flat, flatten, lines_of
from uringreview.rationale.said_of_mail import said_of_mail
from uringreview.rationale.said_of_series import said_of_series
from uringreview.rationale.said_of_size import said_of_size
from uringreview.rationale.statements import Statement, plain, statements_of

__all__ = ["Claim", "ClaimKind", "find_claims"]


def find_claims(patch: Patch, rationale: Rationale) -> tuple[Claim, ...]:
    """The checkable claims of a nine-phase `rationale` of `patch`, in the mail's order, each place once.

    Layouts that are only raw text give none: without phases nothing says which commit a sentence speaks of.
    """
    files = patch.diff_text.count("\ndiff --git ") + patch.diff_text.startswith("diff --git ")
    found: dict[tuple[ClaimKind, int, int], Claim] = {}
    for statement in _statements(patch, rationale):
        for claim in (
            *said_of_size(statement, files),
            *said_of_mail(statement),
            *said_of_series(statement),
        ):
            found.setdefault((claim.kind, claim.span.start, claim.span.end), claim)
    return tuple(sorted(found.values(), key=lambda claim: (claim.span.start, claim.span.end)))


def _statements(patch: Patch, rationale: Rationale) -> Iterator[Statement]:
    body, lost = patch.message.body, patch.white_space_lost
    own = patch.upstream or ""

    def flat(span: Span) -> Flat:
        return plain(flatten(lines_of(body, span), indent_lost=lost))

    for phase in rationale.phases:
        for record in phase.records:
            yield from statements_of(flat(record.span), phase.number, record.step, own, label=record.label)
    for item in rationale.verification:
        yield from statements_of(flat(item.span), item.phase, None, own, verified=True)
    for closing in rationale.closing:
        yield from statements_of(flat(closing.span), None, None, own)
