"""The report: everything that is known of a queue, in the shape that programs may rely on.

The shape is docs/report.schema.json, explained in docs/report.md; names and meanings in it are stable, and only
additions keep `SCHEMA`'s first number. A field called `from_` is written "from".
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import TypeAlias

from uringreview.diff.model import Diff
from uringreview.kernel.ranges import range_findings
from uringreview.kernel.status import Cell
from uringreview.mail.queue import Reply, Row, own_text
from uringreview.mail.subject import BranchRange
from uringreview.rationale.document import Phase, Rationale, Record
from uringreview.rationale.mark import Mark
from uringreview.review.facts import Answer, Desk, PatchFacts, answer_of, answers_of
from uringreview.review.proof import proof
from uringreview.review.report_series import (
    FindingReport,
    LaterFixReport,
    NeedReport,
    PlanReport,
    ReasonReport,
    SeriesReport,
    all_plans,
    evidence,
    findings,
    later_fix,
    need,
    series,
)
from uringreview.review.tally import Tally, tally

SCHEMA = "1.3"
_SURROGATE = re.compile("[\ud800-\udfff]")
Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


@dataclass(frozen=True, slots=True)
class ProblemReport:
    """Something that could not be read: where, and why."""

    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class QueueReport:
    """Counts over the whole queue."""

    patches: int
    not_loaded: int
    replies: int
    problems: tuple[ProblemReport, ...]


@dataclass(frozen=True, slots=True)
class NoteReport:
    """What was left out of the input on purpose, such as a line that a series file disables."""

    source: str
    text: str


@dataclass(frozen=True, slots=True)
class RangeReport:
    """The branches asked for, or the ends of a list of branches; both None where the subject names none."""

    newest: str | None
    oldest: str | None


@dataclass(frozen=True, slots=True)
class RecordReport:
    """One record of a phase."""

    step: str | None
    text: str


@dataclass(frozen=True, slots=True)
class PhaseReport:
    """One phase of the rationale."""

    number: int
    title: str
    records: tuple[RecordReport, ...]


@dataclass(frozen=True, slots=True)
class SectionReport:
    """One section of a rationale in any layout; `level` 0 is text under no heading, 1 the outermost heading."""

    level: int
    number: int | None
    title: str
    phase: int | None
    records: tuple[RecordReport, ...]


@dataclass(frozen=True, slots=True)
class RationaleReport:
    """The rationale as read; `sections` hold all of it, whatever the layout, the phases among them."""

    layout: str
    phases: tuple[PhaseReport, ...]
    sections: tuple[SectionReport, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimReport:
    """A claim and its mark; `lines` are those it was held against, `command` would show it in a kernel clone."""

    phase: int | None
    kind: str
    text: str
    verdict: str
    evidence: str
    section: str = ""
    step: str | None = None
    lines: tuple[str, ...] = ()
    command: str = ""


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file of a diff."""

    path: str
    added: int
    removed: int


@dataclass(frozen=True, slots=True)
class DiffReport:
    """The diff; `proven` is True where every restored file hashes to the blob id that the mail names."""

    state: str
    files: tuple[FileReport, ...]
    problems: tuple[str, ...] = ()
    restored_from: str = ""
    proven: bool = False


@dataclass(frozen=True, slots=True)
class BranchReport:
    """One cell of the matrix; `flags` are sentences, each a reason not to trust that it applies."""

    branch: str
    status: str
    detail: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyReport:
    """An answer in the thread; `text` is its author's own words, None where only an overview names the answer.

    `stance` is what it says of the patch, None too where the text is not here; `words` is the deciding sentence and
    `ids` are the commits that the author names.
    """

    from_: str
    date: str | None
    text: str | None
    bot: bool
    stance: str | None = None
    words: str = ""
    ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PatchReport:
    """One row of the queue; what a row that is not loaded cannot know is None or empty.

    `against` are sentences, each a reason not to take the patch as it is; empty where nothing is known against it.
    `also` are the Message-IDs of older sendings of the same patch. `asks` is what the subject asks for in words, a
    range or a list, and `range_findings` hold that against what applies.
    """

    position: int | None
    message_id: str | None
    subject: str
    author: str | None
    upstream: str | None
    range: RangeReport
    stable_base: str | None
    verdict: str
    rationale: RationaleReport
    claims: tuple[ClaimReport, ...]
    diff: DiffReport
    branches: tuple[BranchReport, ...]
    needs: tuple[NeedReport, ...]
    later_fixes: tuple[LaterFixReport, ...]
    loaded: bool
    source: str
    replies: tuple[ReplyReport, ...]
    not_done: str
    against: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    asks: str = ""
    range_findings: tuple[str, ...] = ()
    evidence: tuple[ReasonReport, ...] = ()
    fixed_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report."""

    schema: str
    queue: QueueReport
    clone: str | None
    branches: tuple[str, ...]
    patches: tuple[PatchReport, ...]
    series: tuple[SeriesReport, ...]
    loose_replies: tuple[ReplyReport, ...]
    tally: Tally
    notes: tuple[NoteReport, ...] = ()
    findings: tuple[FindingReport, ...] = ()
    branch_plans: tuple[PlanReport, ...] = ()


def build_report(desk: Desk) -> Report:
    """The report of a desk; every row of the queue is in it, loaded or not, in queue order."""
    facts = {each.key: each for each in desk.facts}
    return Report(
        schema=SCHEMA,
        queue=QueueReport(
            patches=len(desk.queue.patches),
            not_loaded=desk.queue.not_loaded,
            replies=len(desk.queue.replies),
            problems=tuple(ProblemReport(str(each.source), each.reason) for each in desk.problems),
        ),
        clone=desk.clone,
        branches=desk.branches,
        patches=tuple(_patch(row, facts.get(row.key)) for row in desk.queue.rows),
        series=tuple(series(group) for group in desk.groups),
        loose_replies=tuple(_reply(each, answer_of(each)) for each in desk.queue.loose),
        tally=tally(desk),
        notes=tuple(NoteReport(str(each.source), each.text) for each in desk.queue.notes),
        findings=findings(desk),
        branch_plans=all_plans(desk),
    )


def as_json(value: object) -> Json:
    """A report, or a part of one, as what `json.dumps` takes; bytes that were no UTF-8 become U+FFFD."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name.rstrip("_"): as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub("\ufffd", value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Enum):
        return as_json(value.value)
    if isinstance(value, Sequence | frozenset):
        return [as_json(each) for each in value]
    raise TypeError(f"a report holds no {type(value).__name__}")


def _patch(row: Row, facts: PatchFacts | None) -> PatchReport:
    answers = {id(each.reply): each for each in (facts.answers if facts is not None else answers_of(row))}
    replies = tuple(_reply(each, answers.get(id(each)) or answer_of(each)) for each in row.replies)
    asked = _range(row.subject.asked)
    if row.listed is not None or row.patch is None or facts is None:
        listed = row.listed
        return PatchReport(
            position=row.position,
            message_id=row.patch.message.message_id if row.patch else None,
            subject=row.patch.message.subject if row.patch else listed.subject_text if listed else "",
            author=str(row.patch.author) if row.patch else None,
            upstream=row.patch.upstream if row.patch else None,
            range=asked,
            stable_base=row.patch.stable_base if row.patch else None,
            verdict="none",
            rationale=RationaleReport("none", ()),
            claims=(),
            diff=DiffReport("none", ()),
            branches=(),
            needs=(),
            later_fixes=(),
            loaded=row.patch is not None,
            source=str(row.patch.message.source if row.patch else listed.source if listed else ""),
            replies=replies,
            not_done="" if row.patch is None else "could not be examined",
            asks=str(row.subject.asked or ""),
        )
    patch = row.patch
    return PatchReport(
        position=patch.position,
        message_id=patch.message.message_id,
        subject=patch.message.subject,
        author=str(patch.author),
        upstream=patch.upstream,
        range=asked,
        stable_base=patch.stable_base,
        verdict=facts.rationale.verdict.word.value,
        rationale=_rationale(facts.rationale),
        claims=tuple(_claim(mark, facts) for mark in facts.marks),
        diff=_diff(facts.diff),
        branches=tuple(_branch(each) for each in facts.cells),
        needs=tuple(need(edge) for edge in facts.needs),
        later_fixes=tuple(later_fix(fix) for fix in facts.later_fixes),
        loaded=True,
        source=str(patch.message.source),
        replies=replies,
        not_done=facts.not_done,
        against=facts.reasons_against,
        also=tuple(each.message_id or str(each.source) for each in row.also),
        asks=str(row.subject.asked or ""),
        range_findings=tuple(each.sentence for each in range_findings(row.subject.asked, facts.cells))
        if facts.cells
        else (),
        evidence=evidence(facts.needs),
        fixed_by=tuple(fix.sentence for fix in facts.later_fixes),
    )


def _range(asked: BranchRange | None) -> RangeReport:
    return RangeReport(str(asked.newest), str(asked.oldest)) if asked else RangeReport(None, None)


def _rationale(read: Rationale) -> RationaleReport:
    sections = tuple(
        SectionReport(each.level, each.number, each.title, each.phase, _records(each.records)) for each in read.sections
    )
    return RationaleReport(read.layout, tuple(_phase(phase) for phase in read.phases), sections)


def _phase(phase: Phase) -> PhaseReport:
    return PhaseReport(phase.number, phase.title, _records(phase.records))


def _records(records: Sequence[Record]) -> tuple[RecordReport, ...]:
    return tuple(RecordReport(each.step, each.text) for each in records)


def _claim(mark: Mark, facts: PatchFacts) -> ClaimReport:
    claim, found = mark.claim, proof(mark, facts)
    return ClaimReport(
        phase=claim.phase,
        kind=claim.kind.value,
        text=claim.text,
        verdict=mark.word.value,
        evidence=mark.evidence,
        section=claim.section,
        step=claim.step,
        lines=found.lines,
        command=found.command,
    )


def _diff(diff: Diff) -> DiffReport:
    files = tuple(FileReport(each.path, each.added, each.removed) for each in diff.files)
    return DiffReport(diff.state.value, files, diff.problems, diff.restored_from, diff.proven)


def _branch(cell: Cell) -> BranchReport:
    flags = tuple(flag.sentence for flag in cell.flags)
    return BranchReport(cell.branch, cell.status.value, cell.detail, flags)


def _reply(reply: Reply, answer: Answer | None) -> ReplyReport:
    date = reply.date.isoformat() if reply.date else None
    if reply.message is None or answer is None:
        return ReplyReport(reply.sender, date, None, reply.is_bot)
    said = answer.stance
    return ReplyReport(reply.sender, date, own_text(reply.message), reply.is_bot, said.kind.value, said.words, said.ids)
