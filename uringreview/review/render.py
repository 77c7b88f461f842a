"""A report as text for a terminal, as JSON for programs, as CSV for a spreadsheet."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence

from uringreview.rationale.document import VerdictWord
from uringreview.review.report import ClaimReport, PatchReport, ReplyReport, Report, as_json
from uringreview.review.report_series import finding_lines
from uringreview.review.tally import Tally
from uringreview.review.terminal import cell, one_line, shown

_MARKS = ("verified", "contradicted", "uncheckable")


def as_json_text(report: Report) -> str:
    """The report by docs/report.schema.json; ASCII only, so that no byte of a mail acts on a terminal."""
    return json.dumps(as_json(report), indent=2, ensure_ascii=True) + "\n"


def as_csv(report: Report) -> str:
    """One row a patch, one column a branch; no cell is a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    first = ("position", "upstream", "subject", "author", "range", "verdict", *_MARKS, "diff", "added", "removed")
    last = ("needs", "later_fixes", "replies", "loaded", "message_id", "source", "stances", "against")
    writer.writerow([*first, *map(cell, report.branches), *last])
    for patch in report.patches:
        marks = _counts(patch)
        statuses = {each.branch: each.status for each in patch.branches}
        writer.writerow(
            [
                "" if patch.position is None else patch.position,
                patch.upstream or "",
                cell(patch.subject),
                cell(patch.author or ""),
                _range(patch),
                patch.verdict,
                *(marks[word] for word in _MARKS),
                patch.diff.state,
                sum(file.added for file in patch.diff.files),
                sum(file.removed for file in patch.diff.files),
                *(statuses.get(branch, "") for branch in report.branches),
                cell(" ".join(need.upstream[:12] for need in patch.needs)),
                cell("; ".join(_commit(fix.upstream, fix.subject) for fix in patch.later_fixes)),
                len(patch.replies),
                "yes" if patch.loaded else "no",
                cell(patch.message_id or ""),
                cell(patch.source),
                cell("; ".join(f"{each.from_}: {each.stance}" for each in patch.replies if each.stance)),
                cell("; ".join(patch.against)),
            ]
        )
    return out.getvalue()


def as_text(report: Report, summary: bool = False) -> str:
    """The report for reading; `summary` gives one line a patch, and tables of what was found."""
    return "\n".join(_lines(report, summary)) + "\n"


def as_findings(report: Report) -> str:
    """The queue check alone: a line a finding, the most serious first."""
    return "".join(f"{one_line(line)}\n" for line in finding_lines(report.findings))


def _lines(report: Report, summary: bool) -> Iterator[str]:
    queue = report.queue
    patches, replies = _many(queue.patches, "patch", "patches"), _many(queue.replies, "reply", "replies")
    unreadable = f", {len(queue.problems)} unreadable" if queue.problems else ""
    yield f"{patches}, {queue.not_loaded} not loaded, {replies}{unreadable}"
    if report.clone is not None:
        yield f"clone {one_line(report.clone)}: {', '.join(map(one_line, report.branches)) or 'no stable branches'}"
    yield from (f"{one_line(note.source)}: {one_line(note.text)}" for note in report.notes)
    for patch in report.patches:
        if summary:
            yield _summary(patch)
        elif patch.loaded:
            yield ""
            yield from _patch(patch)
    missing = [patch for patch in report.patches if not patch.loaded]
    if missing and not summary:
        yield ""
        yield "Not loaded:"
        for patch in missing:
            yield f"  {_number(patch)} {one_line(patch.subject)}"
            yield from (f"       {line}" for reply in patch.replies for line in _reply(reply))
    for group in report.series:
        yield ""
        yield "Series, in this order:" if not group.cyclic else "Series (what the mails say makes a circle):"
        for member in group.members:
            here = "" if member.loaded else ", missing here"
            yield f"  {_commit(member.upstream, member.subject)}{here}"
    if summary:
        yield ""
        yield from _tally(report.tally)


def _tally(counts: Tally) -> Iterator[str]:
    rows: list[tuple[str | int, ...]] = [("rationales", *(word.value for word in VerdictWord), "all")]
    rows += [(each.layout, each.yes, each.no, each.none, each.error, each.total) for each in counts.layouts]
    yield from _table(rows)
    yield f"{counts.empty} empty, {_many(counts.without, 'patch', 'patches')} without a rationale"
    yield ""
    if counts.stances:
        yield from _table(
            [("answers", "people", "bots"), *((each.stance, each.people, each.bots) for each in counts.stances)]
        )
        yield ""
    yield (
        f"{counts.mails} mails, {_many(counts.patches, 'patch', 'patches')}, "
        f"{_many(counts.replies, 'reply', 'replies')}, {_many(counts.problems, 'problem', 'problems')}, "
        f"{_many(counts.duplicates, 'duplicate', 'duplicates')}"
    )
    yield f"{counts.objected} that a person objected to, {counts.clear} with nothing known against them"


def _table(rows: Sequence[tuple[str | int, ...]]) -> Iterator[str]:
    first = max(len(one_line(str(row[0]))) for row in rows)
    for row in rows:
        yield f"{one_line(str(row[0])):<{first}}" + "".join(f"{value:>8}" for value in row[1:])


def _summary(patch: PatchReport) -> str:
    if not patch.loaded:
        return f"{_number(patch)} {'not loaded':<12} {one_line(patch.subject)}"
    marks = _counts(patch)
    branches = " ".join(f"{one_line(each.branch).removeprefix('linux-')}:{each.status}" for each in patch.branches)
    claims = f"{marks['verified']}+ {marks['contradicted']}- {marks['uncheckable']}?"
    tail = f"  [{branches}]" if branches else ""
    people = [each for each in patch.replies if each.stance and not each.bot]
    tail += "".join(f"  ({one_line(each.from_)}: {each.stance})" for each in people if each.stance != "note")
    return f"{_number(patch)} {_id(patch)} {patch.verdict:<5} {claims:<12} {one_line(patch.subject)}{tail}"


def _patch(patch: PatchReport) -> Iterator[str]:
    yield f"{_number(patch)} {one_line(patch.subject)}"
    yield f"     {_id(patch)}  {one_line(patch.author or '')}  {one_line(patch.stable_base or '')}".rstrip()
    phases = f", {len(patch.rationale.phases)} phases" if patch.rationale.phases else ""
    yield f"     rationale: {patch.rationale.layout}{phases}; verdict: {patch.verdict}"
    marks = _counts(patch)
    yield f"     claims: {', '.join(f'{marks[word]} {word}' for word in _MARKS)}"
    yield from (f"       {line}" for claim in patch.claims if claim.verdict == "contradicted" for line in _claim(claim))
    restored = f", restored from {one_line(patch.diff.restored_from)}" if patch.diff.restored_from else ""
    proven = ", proven" if patch.diff.proven else ""
    yield f"     diff: {patch.diff.state}{restored}{proven}"
    for file in patch.diff.files:
        yield f"       {one_line(file.path)}  +{file.added} -{file.removed}"
    yield from (f"       {one_line(problem)}" for problem in patch.diff.problems)
    for branch in patch.branches:
        detail = f"  {one_line(branch.detail)}" if branch.detail else ""
        yield f"     {one_line(branch.branch):<16} {branch.status}{detail}"
        yield from (f"       {one_line(flag)}" for flag in branch.flags if flag not in branch.detail)
    yield from (f"     {one_line(finding)}" for finding in patch.range_findings)
    yield from (f"     sent before as {one_line(message)}" for message in patch.also)
    for need in patch.needs:
        yield f"     needs {need.upstream[:12]} first:"
        for each in patch.evidence:
            if each.needs == need.upstream:
                yield f"       {'but the other way round, ' if each.opposite else ''}{each.kind}: {one_line(each.text)}"
    for fix, sentence in zip(patch.later_fixes, patch.fixed_by, strict=True):
        yield f"     {one_line(sentence)} (seen in {one_line(fix.seen_in)})"
    for reply in patch.replies:
        yield from (f"     {line}" for line in _reply(reply))
    if patch.against:
        yield "     against it:"
        yield from (f"       {one_line(reason)}" for reason in patch.against)
    if patch.not_done:
        yield f"     not done: {one_line(patch.not_done)}"


def _claim(claim: ClaimReport) -> Iterator[str]:
    place = f"phase {claim.phase}, " if claim.phase is not None else ""
    yield f"{claim.verdict}: {place}{claim.kind}: {one_line(claim.text)}"
    yield f"  {one_line(claim.evidence)}"


def _reply(reply: ReplyReport) -> Iterator[str]:
    who = f"reply from {one_line(reply.from_)}{' (bot)' if reply.bot else ''}, {reply.date or 'no date'}"
    if reply.text is None:
        yield f"{who}: not loaded"
        return
    yield f"{who}: {reply.stance}" if reply.stance else f"{who}:"
    yield from (f"  {shown(line.expandtabs())}" for line in reply.text.strip().split("\n"))


def _counts(patch: PatchReport) -> Counter[str]:
    return Counter(claim.verdict for claim in patch.claims)


def _commit(upstream: str | None, subject: str) -> str:
    quoted = f'("{one_line(subject)}")' if subject else ""
    return f"{(upstream or '')[:12]} {quoted}".strip()


def _number(patch: PatchReport) -> str:
    return f"{patch.position if patch.position is not None else '-':>4}"


def _id(patch: PatchReport) -> str:
    return f"{(patch.upstream or '')[:12]:<12}"


def _range(patch: PatchReport) -> str:
    newest, oldest = patch.range.newest, patch.range.oldest
    return "" if newest is None else newest if newest == oldest else f"{newest}-{oldest}"


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"
