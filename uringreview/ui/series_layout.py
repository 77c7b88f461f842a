"""Where the boxes of a series stand, and what is said beside them, before any widget.

Columns run left to right: a patch stands one column after the last that it needs (longest path), a later fix one after
what it fixes. A need that follows from two others is not drawn; the list has it. Where the mails contradict each other
and the needs run in a circle, the group's own order decides and the arrows that run against it are marked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from uringreview.kernel.status import Cell
from uringreview.review.facts import Desk, PatchFacts
from uringreview.series.graph import Edge, Group, LaterFix, Member
from uringreview.ui.visible import visible

_SHOWN_ID = 12


class BoxKind(Enum):
    """How a box is drawn: a patch of this queue, one that is named but not here, a commit that fixes one later."""

    LOADED = "loaded"
    MISSING = "missing"
    FIX = "later fix"


@dataclass(frozen=True, slots=True)
class Box:
    """One box. `column` and `row` are its place in the grid; `key` is the queue's key, None where not loaded."""

    name: str
    kind: BoxKind
    subject: str
    asked: str
    key: str | None
    cells: tuple[Cell, ...]
    column: int
    row: int


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow from one box to the next, by index; `fixes` where the next fixes the first, `back` where it closes
    a circle."""

    start: int
    end: int
    fixes: bool = False
    back: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """Boxes and arrows of one group."""

    boxes: tuple[Box, ...] = ()
    links: tuple[Link, ...] = ()


class EntryKind(Enum):
    """What a line of the list is."""

    REMARK = "remark"
    WARNING = "warning"
    MEMBER = "member"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the list beside the drawing; `key` is the patch that it leads to, None for none."""

    kind: EntryKind
    text: str
    key: str | None = None


def short(upstream: str) -> str:
    """An upstream id as the kernel's trailers write it: 12 digits."""
    return upstream[:_SHOWN_ID]


def lay_out(facts: PatchFacts, desk: Desk) -> Drawing:
    """The boxes and arrows of the group that the patch belongs to; of the patch and its later fixes without one."""
    members = members_of(facts)
    edges = facts.group.edges if facts.group is not None else ()
    fixes = later_fixes(facts, desk)
    if len(members) < 2 and not fixes and not edges:
        return Drawing()
    columns = _columns(members, edges)
    boxes = []
    used: dict[int, int] = {}
    for member, column in zip(members, columns, strict=True):
        boxes.append(_member_box(member, column, used.setdefault(column, 0), desk))
        used[column] += 1
    at = {short(member.upstream): index for index, member in enumerate(members)}
    ends = {(at.get(short(edge.needs)), at.get(short(edge.patch))) for edge in edges}
    pairs = sorted((start, end) for start, end in ends if start is not None and end is not None)
    links = [Link(start, end, back=columns[end] <= columns[start]) for start, end in _not_implied(pairs)]
    for fix in fixes:
        fixed = at.get(short(fix.fixes))
        column = columns[fixed] + 1 if fixed is not None else max(columns, default=-1) + 1
        row = used.setdefault(column, 0)
        used[column] += 1
        name = short(fix.upstream) if fix.upstream else "id not known"
        boxes.append(
            Box(name, BoxKind.FIX, visible(fix.subject), visible(fix.seen_in.rpartition("/")[2]), None, (), column, row)
        )
        if fixed is not None:
            links.append(Link(fixed, len(boxes) - 1, fixes=True))
    return Drawing(tuple(boxes), tuple(links))


def _not_implied(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The needs that do not follow from others: where A -> B -> C is drawn, A -> C says nothing more."""

    def reaches(start: int, end: int, without: tuple[int, int]) -> bool:
        seen, todo = {start}, [start]
        while todo:
            here = todo.pop()
            onward = {b for a, b in pairs if a == here and (a, b) != without} - seen
            seen |= onward
            todo += onward
        return end in seen

    return [pair for pair in pairs if not reaches(*pair, without=pair)]


def members_of(facts: PatchFacts) -> tuple[Member, ...]:
    """The group's members in the order to take them; the patch alone where it has no group."""
    if facts.group is not None:
        return facts.group.members
    patch = facts.patch
    return (Member(patch.upstream or patch.key, patch.key, patch.subject.title, _asked(facts)),)


def _asked(facts: PatchFacts) -> str:
    asked = facts.patch.subject.asked
    return "" if asked is None else str(asked)


def later_fixes(facts: PatchFacts, desk: Desk) -> tuple[LaterFix, ...]:
    """Commits known to fix any member of the patch's group, each once."""
    keys = {member.key for member in members_of(facts)}
    found = [fix for each in desk.facts if each.key in keys for fix in each.later_fixes] or list(facts.later_fixes)
    return tuple(dict.fromkeys(found))


def _member_box(member: Member, column: int, row: int, desk: Desk) -> Box:
    known = desk.of(member.key) if member.key is not None else None
    kind = BoxKind.MISSING if member.key is None else BoxKind.LOADED
    cells = known.cells if known is not None else ()
    return Box(
        short(member.upstream), kind, visible(member.subject), visible(member.asked), member.key, cells, column, row
    )


def _columns(members: Sequence[Member], edges: Sequence[Edge]) -> list[int]:
    """For each member, the length of the longest chain of needs before it, along the group's order only."""
    at = {short(member.upstream): index for index, member in enumerate(members)}
    columns = [0] * len(members)
    for index, member in enumerate(members):
        needs = [at[short(e.needs)] for e in edges if short(e.patch) == short(member.upstream) and short(e.needs) in at]
        columns[index] = max((columns[need] + 1 for need in needs if need < index), default=0)
    return columns


def entries(facts: PatchFacts, desk: Desk) -> tuple[Entry, ...]:
    """The same as words: what is wrong first, then each member in the order to take, with the reasons for its place."""
    members = members_of(facts)
    fixes = later_fixes(facts, desk)
    group = facts.group
    if group is None and not fixes:
        return ()
    lines = [Entry(EntryKind.WARNING, text) for text in warnings(group)] if group is not None else []
    if group is not None and not group.cyclic:
        lines.append(Entry(EntryKind.REMARK, "Order to take: " + ", ".join(short(m.upstream) for m in members)))
    for number, member in enumerate(members, 1):
        lines.append(Entry(EntryKind.MEMBER, _member_line(number, member), member.key))
        lines += _reasons(member, group, desk)
        for fix in fixes:
            if short(fix.fixes) == short(member.upstream):
                lines.append(Entry(EntryKind.WARNING, _fix_line(fix)))
    return tuple(lines)


def warnings(group: Group) -> tuple[str, ...]:
    """What a reviewer must know of the group before taking any of it."""
    said = []
    if group.cyclic:
        said.append("The mails contradict each other on what comes first: there is no order that satisfies them all.")
    said += [f"{short(member.upstream)} is missing here: named by the mails, not loaded." for member in group.missing]
    asked = {member.asked for member in group.members if member.key is not None and member.asked}
    if len(asked) > 1:
        parts = ", ".join(
            f"{short(m.upstream)} {visible(m.asked)}" for m in group.members if m.key is not None and m.asked
        )
        said.append(f"Unequal ranges: {parts}. Some branches would get only part of the series.")
    return tuple(said)


def _member_line(number: int, member: Member) -> str:
    parts = [f"{number}. {short(member.upstream)}", visible(member.subject), visible(member.asked)]
    return "  ".join(part for part in parts if part) + ("  (missing here)" if member.key is None else "")


def _reasons(member: Member, group: Group | None, desk: Desk) -> list[Entry]:
    lines = []
    for edge in group.edges if group is not None else ():
        if short(edge.patch) != short(member.upstream):
            continue
        for reason in edge.reasons:
            who = _who(reason.said_by, desk)
            said = f", says {who}" if who else ""
            key = reason.said_by if reason.said_by is not None and desk.of(reason.said_by) is not None else None
            lines.append(
                Entry(EntryKind.REASON, f"needs {short(edge.needs)}{said}: {visible(_one_line(reason.text))}", key)
            )
    return lines


def _who(said_by: str | None, desk: Desk) -> str:
    if said_by is None:
        return ""
    known = desk.of(said_by)
    if known is None:
        return visible(said_by)
    return short(known.patch.upstream) if known.patch.upstream else visible(known.patch.subject.title)


def _fix_line(fix: LaterFix) -> str:
    name = f"{short(fix.upstream)} " if fix.upstream else ""
    return f"fixed later by {name}“{visible(fix.subject)}”, seen in {visible(fix.seen_in.rpartition('/')[2])}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
