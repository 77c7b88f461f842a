"""What goes into a reply by one key: contradicted claims with their evidence, conflicts, the series, later fixes.

Each is a comment like any other: it quotes what was mailed byte for byte, says in plain words what was found, and can
be edited or deleted. The words are ours and are wrapped when the mail is made; indented lines are never wrapped.
"""

from collections.abc import Sequence
from dataclasses import replace

from uringreview.diff.model import Diff, DiffAnchor, Hunk
from uringreview.interleave.properties import PROPERTIES
from uringreview.interleave.scenario import ModelPatch
from uringreview.interleave.trace import Trace, two_column_text
from uringreview.kernel.status import Cell, FailedHunk, Status, branch_version
from uringreview.mail.message import Span
from uringreview.rationale.claim import ClaimKind
from uringreview.rationale.mark import Mark, MarkWord
from uringreview.review import wording
from uringreview.review.decisions import Comment
from uringreview.review.facts import PatchFacts
from uringreview.review.headers import clean
from uringreview.review.proof import proof, whole_lines

_MOST_LINES = 24
# A count is seen in no one line.
_COUNTS = (ClaimKind.FILES, ClaimKind.INSERTIONS, ClaimKind.DELETIONS, ClaimKind.LINES)
_INDENT = "    "
_COLUMNS = 72 - len(_INDENT)


def claim_comment(facts: PatchFacts, mark: Mark) -> Comment:
    """A comment on one claim: the mailed lines, and what it was held against with the lines or command that show it."""
    place, quote = whole_lines(facts.patch.message.body, mark.claim.span)
    found = proof(mark, facts)
    said = mark.evidence[:1].upper() + mark.evidence[1:]
    opening = {
        MarkWord.CONTRADICTED: f"That is not so. {clean(said)}.",
        MarkWord.VERIFIED: f"Checked: {clean(said)}.",
        MarkWord.UNCHECKABLE: f"I could not check this: {clean(mark.evidence)}.",
    }[mark.word]
    parts = [opening.replace("..", ".")]
    if mark.word is MarkWord.CONTRADICTED and found.lines and mark.claim.kind not in _COUNTS:
        parts.append("\n".join(f"{_INDENT}{line}" for line in found.lines))
    if found.command and found.command not in mark.evidence:
        parts.append(f"{_INDENT}$ {found.command}")
    return Comment(facts.key, "\n\n".join(parts), quote, place)


def contradicted_comments(facts: PatchFacts) -> tuple[Comment, ...]:
    """One comment for each place of the mail that holds contradicted claims, in the order of the mail.

    Claims on the same mailed lines share one comment, so that no line is quoted twice.
    """
    made: dict[Span, Comment] = {}
    for mark in sorted(facts.marks, key=lambda each: each.claim.span.start):
        if mark.word is MarkWord.CONTRADICTED:
            one = claim_comment(facts, mark)
            place, _ = whole_lines(facts.patch.message.body, mark.claim.span)
            known = made.get(place)
            if known is None:
                made[place] = one
            elif one.text not in known.text:
                made[place] = replace(known, text=f"{known.text}\n\n{one.text}")
    return tuple(made.values())


def conflict_comment(facts: PatchFacts, branch: str | None = None) -> Comment | None:
    """A comment on the first hunk that does not fit `branch`, with what stands there instead.

    Without `branch` the newest branch asked for that refuses it is taken. None where nothing conflicts.
    """
    cell = _refusing(facts, branch)
    if cell is None:
        return None
    if not cell.failed:
        return Comment(facts.key, f"On {cell.branch}: {cell.status.value}, {clean(cell.detail)}.")
    failed = cell.failed[0]
    hunk = _hunk_of(facts.diff, failed)
    others = len(cell.failed) - 1
    where = f" near line {failed.line}" if failed.line else ""
    parts = [f"This hunk does not apply to {cell.branch}{where}."]
    if failed.found:
        parts.append(f"{cell.branch} has there:")
        parts.append("\n".join(f"{_INDENT}{line}" for line in _cut(failed.found)))
    else:
        parts.append(f"{cell.branch} has nothing like it in {failed.path}.")
    if others:
        parts.append(f"{others} more {'hunk does' if others == 1 else 'hunks do'} not apply there either.")
    quote = "\n".join(_hunk_lines(facts, hunk)) if hunk is not None else ""
    return Comment(facts.key, "\n\n".join(parts), quote, DiffAnchor(failed.path, failed.hunk))


def range_comment(facts: PatchFacts) -> Comment | None:
    """Which branches of the range that the subject asks for refuse the patch; None where none does."""
    said = wording.range_said(facts.patch.subject.asked, facts.cells)
    return Comment(facts.key, said) if said else None


def series_comment(facts: PatchFacts) -> Comment | None:
    """A comment on what belongs with the patch: what it needs, what is missing, and later fixes; None for none."""
    said = []
    known = {member.upstream: member.subject for member in facts.group.members} if facts.group is not None else {}
    for edge in facts.needs:
        name = _commit(edge.needs, known.get(edge.needs, ""))
        seen = next((clean(reason.text).rstrip(".") for reason in edge.reasons if reason.said_by is None), "")
        # What only a mail says of it is no finding of ours.
        said.append(f"It needs {name} first: {seen}." if seen else f"It is said to come after {name}; I did not check.")
    needed = {edge.needs for edge in facts.needs}
    for member in facts.group.missing if facts.group is not None else ():
        if member.upstream not in needed:
            said.append(f"{_commit(member.upstream, member.subject)} belongs with it and is not in this batch.")
    for fix in facts.later_fixes:
        seen = f", which is in {fix.seen_in}" if branch_version(fix.seen_in) is not None else ""
        said.append(f"It is {fix.how.value} by {wording.commit_name(fix.upstream, fix.subject)}{seen}.")
    return Comment(facts.key, "\n\n".join(said)) if said else None


def trace_comment(facts: PatchFacts, trace: Trace, patches: Sequence[ModelPatch]) -> Comment:
    """A comment that shows one run of the simulator in columns, with the patches of its model that were applied.

    What is said holds in the model and no further, and the comment says so.
    """
    applied = [wording.commit_name(each.upstream, each.subject) for each in patches if each.name in trace.applied]
    bad = PROPERTIES[trace.violation].title if trace.violation in PROPERTIES else ""
    ends = f"ends in a {bad}" if bad else "ends without a violation"
    what = f"With {', '.join(applied)} applied" if applied else "Without these patches"
    run = "\n".join(f"{_INDENT}{line}".rstrip() for line in two_column_text(trace, _COLUMNS).rstrip("\n").split("\n"))
    return Comment(
        facts.key,
        f"{what}, this order of steps {ends}, in a model of the code (nothing outside the model was looked at):"
        f"\n\n{run}\n\nThe run again in uringreview: {trace.replay}",
    )


def _refusing(facts: PatchFacts, branch: str | None) -> Cell | None:
    asked = facts.patch.subject.asked
    bad = [cell for cell in facts.cells if cell.status in (Status.CONFLICT, Status.MISSING)]
    if branch is not None:
        return next((cell for cell in bad if cell.branch == branch), None)
    inside = [
        cell for cell in bad if asked is None or (version := branch_version(cell.branch)) is None or version in asked
    ]
    return next(iter(inside), None)


def _hunk_of(diff: Diff, failed: FailedHunk) -> Hunk | None:
    change = next((one for one in diff.files if failed.path in (one.path, one.old_path)), None)
    return change.hunks[failed.hunk] if change is not None and failed.hunk < len(change.hunks) else None


def _hunk_lines(facts: PatchFacts, hunk: Hunk) -> Sequence[str]:
    """The hunk as it was mailed, or nothing where it cannot be found there line by line."""
    made = [f"{line.kind.value}{line.text}" for line in hunk.lines]
    mailed = facts.patch.diff_text
    return _cut(made) if all(line in mailed for line in made) else ()


def _cut(lines: Sequence[str]) -> Sequence[str]:
    return lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], "[ ... ]"]


def _commit(upstream: str, subject: str) -> str:
    return wording.commit_name(upstream, subject) if subject else upstream[:12]
