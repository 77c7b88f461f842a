"""The queue check: everything that speaks against taking a batch as it is, on one page, the most serious first.

A finding is one sentence about one patch, or about patches that belong together, and says where to look. Nothing is
found here that was not found before: this puts in order what the mails, the clone and people's answers tell.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum

from uringreview.diff.model import DiffState
from uringreview.kernel.ranges import RangeKind, named_in, range_findings
from uringreview.mail.queue import Row
from uringreview.mail.subject import Version
from uringreview.rationale.document import VerdictWord
from uringreview.rationale.mark import MarkWord
from uringreview.review.facts import Answer, Desk, PatchFacts, answers_of
from uringreview.series.edge import ReasonKind, canonical
from uringreview.series.graph import Edge, FixKind, Group, Member


class Severity(IntEnum):
    """How much a finding matters: stop before taking it, look at it first, or know of it."""

    NOTE = 1
    LOOK = 2
    STOP = 3

    @property
    def word(self) -> str:
        """In lower case, for a person and for programs."""
        return self.name.lower()


class FindingKind(Enum):
    """What was found; the value is for a filter and for programs."""

    LATER_FIX = "fixed later"
    REVERTED = "reverted later"
    OBJECTION = "a person objects"
    NOT_IN_QUEUE = "needed and not here"
    NEEDS_OBJECTED = "needs what a person objects to"
    VERDICT_NO = "verdict no"
    UNEQUAL_RANGES = "unequal ranges"
    NOT_TAKEN = "does not apply where it is asked for"
    CONTRADICTED = "claims contradicted"
    DAMAGED = "diff damaged"
    NOT_EXAMINED = "not examined"
    CIRCLE = "order in a circle"
    UNREADABLE = "unreadable"
    ORDER = "order differs from upstream"
    WITHDRAWN = "reported as dropped"
    FIX_QUEUED = "fixed by a queued patch"
    NAMED = "named by a later commit"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: `about` names the patch as a reply would, `sentence` says what is wrong with it.

    `key` is the row to look at, None where there is none; `rows` are all rows that it concerns.
    """

    kind: FindingKind
    severity: Severity
    about: str
    sentence: str
    key: str | None = None
    rows: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The whole of it on one line."""
        return f"{self.about}: {self.sentence}" if self.about else self.sentence


_UPSTREAM = (ReasonKind.NUMBERED, ReasonKind.TRAILER, ReasonKind.POSTING, ReasonKind.PARENT, ReasonKind.SYMBOL)
_TEXTUAL = frozenset((ReasonKind.LINES, ReasonKind.APPLIES, ReasonKind.BLOBS))
_STOP, _LOOK, _NOTE = Severity.STOP, Severity.LOOK, Severity.NOTE


def find(desk: Desk) -> tuple[Finding, ...]:
    """The findings of a whole queue, the most serious first, within one severity by kind and then in queue order."""
    rows = {row.key: row for row in desk.queue.rows}
    facts = {each.key: each for each in desk.facts}
    answers = {key: facts[key].answers if key in facts else answers_of(row) for key, row in rows.items() if row.replies}
    found: list[Finding] = []
    for row in desk.queue.rows:
        known = facts.get(row.key)
        found += _of_people(row, answers.get(row.key, ()))
        if known is not None:
            found += _of_patch(known)
    for group in desk.groups:
        found += _of_group(group, rows, answers)
    found += [
        Finding(FindingKind.UNREADABLE, _LOOK, "", f"{each.source}: {each.reason}") for each in desk.queue.problems
    ]
    order = list(FindingKind)
    return tuple(sorted(found, key=lambda each: (-each.severity, order.index(each.kind))))


def as_text(findings: Sequence[Finding]) -> str:
    """The findings as plain text, for a terminal or a reply: a heading a severity, a line a finding."""
    if not findings:
        return "Nothing was found against any patch.\n"
    heads = {_STOP: "Stop before taking these:", _LOOK: "Look at these first:", _NOTE: "Know of these:"}
    parts = []
    for severity, head in heads.items():
        lines = [f"- {' '.join(each.text.split())}" for each in findings if each.severity is severity]
        parts += ["\n".join([head, *lines])] if lines else []
    return "\n\n".join(parts) + "\n"


def _about(row: Row) -> str:
    quoted = f'("{row.subject.title}")'
    return f"{canonical(row.upstream)} {quoted}" if row.upstream else quoted[1:-1]


def _made(row: Row) -> Callable[[FindingKind, Severity, str], Finding]:
    return lambda kind, severity, sentence: Finding(kind, severity, _about(row), sentence, row.key, (row.key,))


def _of_people(row: Row, answers: Sequence[Answer]) -> Iterator[Finding]:
    made = _made(row)
    for answer in answers:
        who = answer.reply.sender
        if answer.objects:
            yield made(FindingKind.OBJECTION, _STOP, f"{who} says {answer.stance.kind.value}: {answer.stance.words}")
        elif answer.stance.withdrawn and not answer.reply.is_bot:
            yield made(FindingKind.WITHDRAWN, _NOTE, f"{who} reports that it was dropped: {answer.stance.words}")


def _of_patch(facts: PatchFacts) -> Iterator[Finding]:
    made = _made(facts.row)
    for fix in (*facts.later_fixes, *facts.named_by):
        kinds = {FixKind.FIXES: FindingKind.LATER_FIX, FixKind.REVERTS: FindingKind.REVERTED}
        kind = FindingKind.FIX_QUEUED if fix.queued else kinds.get(fix.how, FindingKind.NAMED)
        lesser = kind in (FindingKind.FIX_QUEUED, FindingKind.NAMED)
        yield made(kind, _NOTE if lesser else _STOP, f"{fix.sentence}; seen in {fix.seen_in.rpartition('/')[2]}")
    if facts.rationale.verdict.word is VerdictWord.NO:
        yield made(FindingKind.VERDICT_NO, _STOP, "the rationale's own verdict is NO")
    false = [mark.claim.text for mark in facts.marks if mark.word is MarkWord.CONTRADICTED]
    if false:
        more = f" and {len(false) - 1} more" if len(false) > 1 else ""
        yield made(FindingKind.CONTRADICTED, _LOOK, f'contradicted: "{" ".join(false[0].split())}"{more}')
    if facts.diff.state is DiffState.NONE or not facts.diff.appliable:
        state = "no diff was read" if facts.diff.state is DiffState.NONE else "its diff is damaged and was not proven"
        yield made(FindingKind.DAMAGED, _LOOK, state)
    if facts.not_done:
        yield made(FindingKind.NOT_EXAMINED, _LOOK, facts.not_done)
    for each in range_findings(facts.row.subject.asked, facts.cells) if facts.cells else ():
        if each.kind is RangeKind.NOT_TAKEN:
            yield made(FindingKind.NOT_TAKEN, _LOOK, each.sentence)


def _of_group(group: Group, rows: Mapping[str, Row], answers: Mapping[str, Sequence[Answer]]) -> Iterator[Finding]:
    keys = tuple(member.row for member in group.members if member.row is not None)
    of = {member.upstream: member for member in group.members}
    for edge in group.edges:
        row = rows.get(of[edge.patch].row or "")
        needed = of[edge.needs]
        if row is None or needed.row is None:
            # Either end may be the one that is not here: the one that is here says so.
            here = row or rows.get(needed.row or "")
            absent = needed if row is not None else of[edge.patch]
            if here is not None:
                first = (edge.reasons or edge.against)[0]
                # A person's words stand in a finding of their own.
                why = first.text.partition(": ")[0] if first.kind is ReasonKind.PERSON else first.text
                word = "needs" if row is not None else "belongs with"
                sentence = f"{word} {_named(absent)}, which is not among the loaded mails: {' '.join(why.split())}"
                yield _made(here)(FindingKind.NOT_IN_QUEUE, _STOP, sentence)
            continue
        for answer in answers.get(needed.row, ()):
            if answer.objects:
                sentence = f"needs {_named(needed)}, to which {answer.reply.sender} objects: {answer.stance.words}"
                yield _made(row)(FindingKind.NEEDS_OBJECTED, _STOP, sentence)
        yield from _of_order(edge, row, rows[needed.row], needed)
    about = ", ".join(member.upstream for member in group.members)
    head = keys[0] if keys else None
    if group.cyclic:
        sentence = "what is said of them makes a circle: there is no order that satisfies all of it"
        yield Finding(FindingKind.CIRCLE, _LOOK, about, sentence, head, keys)
    unequal = unequal_ranges(group, rows)
    if unequal:
        yield Finding(FindingKind.UNEQUAL_RANGES, _LOOK, about, unequal, head, keys)


def _of_order(edge: Edge, row: Row, needed: Row, member: Member) -> Iterator[Finding]:
    turned = [each for each in edge.against if each.kind in _UPSTREAM]
    forced = [each for each in edge.reasons if each.kind in _TEXTUAL]
    if turned and forced:
        sentence = f"{forced[0].text}; upstream the order is the other one: {turned[0].text}"
        yield _made(row)(FindingKind.ORDER, _NOTE, sentence)
        return
    told = any(each.kind in _UPSTREAM for each in edge.reasons)
    places = (row.position, needed.position)
    if told and row.batch == needed.batch and None not in places and (row.position or 0) < (needed.position or 0):
        sentence = (
            f"is mail {row.position} of its batch, before {_named(member)}, mail {needed.position}, that it needs"
        )
        yield _made(row)(FindingKind.ORDER, _NOTE, sentence)


def unequal_ranges(group: Group, rows: Mapping[str, Row]) -> str:
    """What the members' ranges leave out: "asked for 7.0-6.6 / 7.0 / 7.0: 6.18 to 6.6 would get 1 of 3"; else "".

    Counted over the ends of the ranges and the longterm kernels between them.
    """
    if all(_TEXTUAL.issuperset(edge.kinds) for edge in group.edges):
        return ""
    known = [rows[each.row].subject.asked for each in group.members if each.row is not None and each.row in rows]
    asked = [each for each in known if each is not None]
    if len(asked) < 2 or len({str(each) for each in asked}) == 1:
        return ""
    versions = sorted({one for each in asked for one in named_in(each)}, reverse=True)
    # What a model alone asks for is no part of the series that was posted.
    posted = {one for edge in group.edges if edge.kinds != (ReasonKind.SIMULATOR,) for one in (edge.patch, edge.needs)}
    total = len(posted)
    counted = [(version, sum(version in each for each in asked)) for version in versions]
    most = max(count for _version, count in counted)
    runs: list[tuple[list[Version], int]] = []
    for version, count in counted:
        if runs and runs[-1][1] == count:
            runs[-1][0].append(version)
        else:
            runs.append(([version], count))
    said = [f"{_span(found)} would get {count} of {total}" for found, count in runs if count < most]
    return f"unequal ranges {' / '.join(map(str, asked))}: {', '.join(said)}" if said else ""


def _span(versions: Sequence[Version]) -> str:
    return f"{versions[0]} to {versions[-1]}" if len(versions) > 1 else str(versions[0])


def _named(member: Member) -> str:
    return f'{member.upstream} ("{member.subject}")' if member.subject else member.upstream
