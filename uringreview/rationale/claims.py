"""Records become typed claims: one checkable statement each, with its exact words in the mail.

Only statements about the patch itself become claims, and only where they stand plainly: a statement that might speak
of another commit, of a thread's replies or of what would happen is left out, since a wrong "contradicted" costs more
than a claim not looked at.
"""

import re
from collections.abc import Iterator

from uringreview.mail.message import Span
from uringreview.mail.patch import Patch
from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.document import Rationale, VerdictWord
from uringreview.rationale.lines import Flat, flatten, lines_of, squeeze
from uringreview.rationale.said_of_code import said_of_code
from uringreview.rationale.said_of_mail import said_of_mail
from uringreview.rationale.said_of_people import said_of_people
from uringreview.rationale.said_of_review import said_of_review
from uringreview.rationale.said_of_series import said_of_series
from uringreview.rationale.said_of_size import said_of_size
from uringreview.rationale.said_of_trees import said_of_trees
from uringreview.rationale.statements import Statement, commit_ids, plain, same_commit, statements_of

__all__ = ["Claim", "ClaimKind", "find_claims", "statements"]

_OF_OTHERS = re.compile(
    r"similar|compar|histor|precedent|dependenc|prerequisite|previous|related|reference|example|other commit|pattern"
    r"|series",
    re.IGNORECASE,
)
_OTHER_COMMIT = re.compile(r"similar commits?\b|reference commits?\b|commits? #\d|commits #", re.IGNORECASE)


def find_claims(patch: Patch, rationale: Rationale) -> tuple[Claim, ...]:
    """The checkable claims of the `rationale` of `patch`, in the mail's order, each place once.

    Where a layout has no phases, fewer kinds are taken: nothing but the section says which commit is spoken of.
    """
    files = patch.diff_text.count("\ndiff --git ") + patch.diff_text.startswith("diff --git ")
    found: dict[tuple[ClaimKind, int, int], Claim] = {}
    for statement in statements(patch, rationale):
        for claim in (
            *said_of_size(statement, files),
            *said_of_mail(statement),
            *said_of_series(statement),
            *said_of_trees(statement),
            *said_of_people(statement),
            *said_of_review(statement),
            *said_of_code(statement),
        ):
            found.setdefault((claim.kind, claim.span.start, claim.span.end), claim)
    verdict = _verdict(patch, rationale)
    if verdict is not None:
        found.setdefault((verdict.kind, verdict.span.start, verdict.span.end), verdict)
    return tuple(sorted(found.values(), key=lambda claim: (claim.span.start, claim.span.end)))


def _verdict(patch: Patch, rationale: Rationale) -> Claim | None:
    """A verdict NO, which is about the mail that carries it; a YES says nothing that could be looked up."""
    verdict = rationale.verdict
    if verdict.span is None or verdict.word is not VerdictWord.NO:
        return None
    text = squeeze(verdict.span.of(patch.message.body))
    return Claim(ClaimKind.VERDICT, None, None, text, verdict.span, denied=True)


def statements(patch: Patch, rationale: Rationale) -> Iterator[Statement]:
    """The sentences that claims are taken from, with the phase or section that says what they are about."""
    body, lost = patch.message.body, patch.white_space_lost
    own = patch.upstream or ""

    def flat(span: Span) -> Flat:
        return plain(flatten(lines_of(body, span), indent_lost=lost))

    for section in rationale.sections if rationale.phases else ():
        for record in section.records if section.level == 0 else ():
            if record.step is not None:  # a step of a phase whose heading is lost
                number = int(record.step.partition(".")[0])
                yield from statements_of(flat(record.span), number, record.step, own, label=record.label)
    for phase in rationale.phases:
        for record in phase.records:
            yield from statements_of(flat(record.span), phase.number, record.step, own, label=record.label)
    for item in rationale.verification:
        yield from statements_of(flat(item.span), item.phase, None, own, verified=True)
    for closing in rationale.closing:
        yield from statements_of(flat(closing.span), None, None, own)
    if not rationale.phases and rationale.layout != "raw":
        yield from _of_sections(patch, rationale)


def _of_sections(patch: Patch, rationale: Rationale) -> Iterator[Statement]:
    """The sentences of a layout without phases, where a section speaks of this patch until it names another commit."""
    body, own = patch.message.body, patch.upstream or ""
    together = rationale.layout == "collapsed"
    elsewhere: int | None = None  # the level of the section of others that we are in
    for section in rationale.sections:
        if elsewhere is not None and section.level > elsewhere:
            continue
        elsewhere = section.level if _OF_OTHERS.search(section.title) else None
        if elsewhere is not None:
            continue
        for record in section.records:
            lines = lines_of(body, record.span)
            if record.text.startswith("```"):
                continue
            said = lines if together else [line for line in lines if not line.fenced]
            joined = plain(flatten(said, indent_lost=patch.white_space_lost, run_together=together))
            if _turns_to_others(joined.text, own):
                break
            yield from statements_of(joined, None, None, own, section=section.title)


def _turns_to_others(text: str, own: str) -> bool:
    return _OTHER_COMMIT.search(text) is not None or any(not same_commit(one, own) for one in commit_ids(text))
