"""The parts of a report that say what belongs together, what was fixed later, and what was found of the whole queue."""

from collections.abc import Sequence
from dataclasses import dataclass

from uringreview.review.facts import Desk
from uringreview.review.findings import Finding, find
from uringreview.series.branches import BranchPlan, plan
from uringreview.series.graph import Edge, Group, LaterFix


@dataclass(frozen=True, slots=True)
class ReasonReport:
    """One reason that the patch needs `needs`: its kind, how far it carries, its words, and the row whose mail says it.

    `opposite` where it speaks for the other order.
    """

    needs: str
    kind: str
    strength: str
    text: str
    said_by: str | None
    opposite: bool = False


@dataclass(frozen=True, slots=True)
class NeedReport:
    """A commit that the patch should come after, and why."""

    upstream: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LaterFixReport:
    """A commit that fixes, reverts or names the patch, and where we learnt of it."""

    upstream: str | None
    subject: str
    seen_in: str


@dataclass(frozen=True, slots=True)
class MemberReport:
    """One member of a series, in the order to take them; `loaded` False where it is named but not here."""

    upstream: str
    subject: str
    asked: str
    loaded: bool


@dataclass(frozen=True, slots=True)
class SeriesReport:
    """Patches that belong together; `cyclic` where what was said makes a circle."""

    members: tuple[MemberReport, ...]
    cyclic: bool


@dataclass(frozen=True, slots=True)
class PlanReport:
    """What one branch would get of a series, the one at `series` (from 0) of the report's."""

    series: int
    branch: str
    take: tuple[str, ...]
    present: tuple[str, ...]
    refused: tuple[str, ...]
    missing: tuple[str, ...]
    unasked: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FindingReport:
    """One finding of the queue check; `upstreams` are the commits of the rows that it concerns."""

    kind: str
    severity: str
    about: str
    text: str
    upstreams: tuple[str, ...]


def need(edge: Edge) -> NeedReport:
    """What a patch needs, with the reasons in words."""
    return NeedReport(edge.needs, tuple(reason.text for reason in edge.reasons))


def evidence(edges: Sequence[Edge]) -> tuple[ReasonReport, ...]:
    """Every reason of a patch's needs."""
    ways = [
        (edge, each, opposite)
        for edge in edges
        for opposite in (False, True)
        for each in (edge.against if opposite else edge.reasons)
    ]
    return tuple(
        ReasonReport(edge.needs, each.kind.value, each.strength.word, each.text, each.said_by, opposite)
        for edge, each, opposite in ways
    )


def later_fix(fix: LaterFix) -> LaterFixReport:
    """A later fix."""
    return LaterFixReport(fix.upstream, fix.subject, fix.seen_in)


def series(group: Group) -> SeriesReport:
    """A group."""
    members = tuple(
        MemberReport(each.upstream, each.subject, each.asked, each.key is not None) for each in group.members
    )
    return SeriesReport(members, group.cyclic)


def all_plans(desk: Desk) -> tuple[PlanReport, ...]:
    """What each branch would get of each series."""
    return tuple(
        PlanReport(at, each.branch, each.take, each.present, each.refused, each.missing, each.unasked)
        for at, group in enumerate(desk.groups)
        for each in plans(group, desk)
    )


def plans(group: Group, desk: Desk) -> tuple[BranchPlan, ...]:
    """What the group means for each branch that was asked; nothing without a clone."""
    keys = {member.key for member in group.members}
    own = [each for each in desk.facts if each.key in keys]
    asked = {each.key: each.row.subject.asked for each in own}
    cells = {
        branch: {each.key: cell for each in own for cell in each.cells if cell.branch == branch}
        for branch in desk.branches
    }
    return tuple(plan(group, branch, cells[branch], asked) for branch in desk.branches)


def findings(desk: Desk) -> tuple[FindingReport, ...]:
    """The queue check of the desk."""
    rows = {row.key: row for row in desk.queue.rows}

    def named(finding: Finding) -> tuple[str, ...]:
        return tuple(rows[key].upstream or "" for key in finding.rows if key in rows and rows[key].upstream)

    return tuple(
        FindingReport(each.kind.value, each.severity.word, each.about, each.sentence, named(each))
        for each in find(desk)
    )


def finding_lines(found: Sequence[FindingReport]) -> list[str]:
    """The findings as lines of text: severity, what it is about, what was found."""
    if not found:
        return ["Nothing was found against any patch."]
    return [f"{each.severity:<5} {each.about}{': ' if each.about else ''}{each.text}" for each in found]
