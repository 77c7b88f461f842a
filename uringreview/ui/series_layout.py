"""Where the boxes of a series stand, and what is said beside them, before any widget.

Columns run left to right: a patch stands one column after the last that it needs (longest path), a later fix one after
what it fixes. A need that follows from two others is not drawn; the list has it. Where the mails contradict each other
and the needs run in a circle, the group's own order decides and the arrows that run against it are marked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from uringreview.kernel.status import Cell
from uringreview.review.facts import Desk, PatchFacts
from uringreview.review.findings import unequal_ranges
from uringreview.review.report_series import plans
from uringreview.series.edge import Reason, Strength
from uringreview.series.graph import Edge, Group, LaterFix, Member
from uringreview.ui.queue_rows import short_branch
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
    a circle. `edge` holds the reasons, None for a later fix."""

    start: int
    end: int
    fixes: bool = False
    back: bool = False
    edge: Edge | None = field(default=None, compare=False)


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
    known = {each.key: each for each in desk.facts}
    return Drawing(*_laid(members, edges, fixes, known, 0, 0))


def lay_out_all(desk: Desk) -> Drawing:
    """The boxes and arrows of every group of the queue, one below the other."""
    known = {each.key: each for each in desk.facts}
    boxes: list[Box] = []
    links: list[Link] = []
    for group in desk.groups:
        keys = (known.get(member.key) for member in group.members if member.key is not None)
        fixes = tuple(dict.fromkeys(fix for each in keys if each is not None for fix in each.later_fixes))
        top = max((box.row for box in boxes), default=-1) + 1
        more = _laid(group.members, group.edges, fixes, known, top, len(boxes))
        boxes += more[0]
        links += more[1]
    return Drawing(tuple(boxes), tuple(links))


def _laid(
    members: Sequence[Member],
    edges: Sequence[Edge],
    fixes: Sequence[LaterFix],
    known: Mapping[str, PatchFacts],
    top: int,
    first: int,
) -> tuple[tuple[Box, ...], tuple[Link, ...]]:
    """One group: its rows begin at `top`, the indexes of its boxes at `first`."""
    columns = _columns(members, edges)
    boxes = []
    used: dict[int, int] = {}
    for member, column in zip(members, columns, strict=True):
        row = used.setdefault(column, 0)
        boxes.append(_member_box(member, column, top + row, known))
        used[column] += 1
    at = {short(member.upstream): index for index, member in enumerate(members)}
    pairs: dict[tuple[int, int], Edge] = {}
    for edge in edges:
        start, end = at.get(short(edge.needs)), at.get(short(edge.patch))
        if start is not None and end is not None:
            pairs.setdefault((start, end), edge)
    links = [
        Link(first + start, first + end, back=columns[end] <= columns[start], edge=pairs[start, end])
        for start, end in _not_implied(sorted(pairs))
    ]
    for fix in fixes:
        fixed = at.get(short(fix.fixes))
        column = columns[fixed] + 1 if fixed is not None else max(columns, default=-1) + 1
        row = used.setdefault(column, 0)
        used[column] += 1
        name = short(fix.upstream) if fix.upstream else "id not known"
        seen = visible(fix.seen_in.rpartition("/")[2])
        boxes.append(Box(name, BoxKind.FIX, visible(fix.subject), seen, fix.queued, (), column, top + row))
        if fixed is not None:
            links.append(Link(first + fixed, first + len(boxes) - 1, fixes=True))
    return tuple(boxes), tuple(links)


def _not_implied(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The needs that do not follow from others: where A -> B -> C is drawn, A -> C says nothing more."""
    onward: dict[int, list[int]] = {}
    for start, end in pairs:
        onward.setdefault(start, []).append(end)

    def reaches(start: int, end: int) -> bool:
        """Whether `end` is reached from `start` otherwise than by the arrow between them."""
        seen = {start}
        waiting = [each for each in onward[start] if each != end]
        while waiting:
            here = waiting.pop()
            if here == end:
                return True
            if here not in seen:
                seen.add(here)
                waiting += onward.get(here, ())
        return False

    return [(start, end) for start, end in pairs if len(onward[start]) < 2 or not reaches(start, end)]


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


def _member_box(member: Member, column: int, row: int, facts: Mapping[str, PatchFacts]) -> Box:
    known = facts.get(member.key) if member.key is not None else None
    kind = BoxKind.MISSING if member.key is None else BoxKind.LOADED
    cells = known.cells if known is not None else ()
    name, subject, asked = short(member.upstream), visible(member.subject), visible(member.asked)
    return Box(name, kind, subject, asked, member.row or member.key, cells, column, row)


def _columns(members: Sequence[Member], edges: Sequence[Edge]) -> list[int]:
    """For each member, the length of the longest chain of needs before it, along the group's order only."""
    at = {short(member.upstream): index for index, member in enumerate(members)}
    before: dict[int, list[int]] = {}
    for edge in edges:
        patch, need = at.get(short(edge.patch)), at.get(short(edge.needs))
        if patch is not None and need is not None and need < patch:
            before.setdefault(patch, []).append(need)
    columns: list[int] = []
    for index in range(len(members)):
        columns.append(max((columns[need] + 1 for need in before.get(index, ())), default=0))
    return columns


def entries(facts: PatchFacts, desk: Desk) -> tuple[Entry, ...]:
    """The same as words: what is wrong first, then each member in the order to take, with the reasons for its place."""
    return _entries(members_of(facts), facts.group, later_fixes(facts, desk), desk)


def group_entries(group: Group, desk: Desk) -> tuple[Entry, ...]:
    """The same of a group, none of whose members may be loaded."""
    keys = {member.key for member in group.members}
    fixes = tuple(dict.fromkeys(fix for each in desk.facts if each.key in keys for fix in each.later_fixes))
    return _entries(group.members, group, fixes, desk)


def _entries(
    members: Sequence[Member], group: Group | None, fixes: Sequence[LaterFix], desk: Desk
) -> tuple[Entry, ...]:
    if group is None and not fixes:
        return ()
    lines = [Entry(EntryKind.WARNING, text) for text in warnings(group, desk)] if group is not None else []
    if group is not None and not group.cyclic:
        lines.append(Entry(EntryKind.REMARK, "Order to take: " + ", ".join(short(m.upstream) for m in members)))
        lines += [Entry(EntryKind.REMARK, text) for text in branch_lines(group, desk)]
    for number, member in enumerate(members, 1):
        lines.append(Entry(EntryKind.MEMBER, _member_line(number, member), member.row or member.key))
        lines += _reasons(member, group, desk)
        for fix in fixes:
            if short(fix.fixes) == short(member.upstream):
                lines.append(Entry(EntryKind.WARNING, _fix_line(fix)))
    return tuple(lines)


def warnings(group: Group, desk: Desk) -> tuple[str, ...]:
    """What a reviewer must know of the group before taking any of it."""
    said = []
    if group.cyclic:
        said.append("The mails contradict each other on what comes first: there is no order that satisfies them all.")
    for member in group.missing:
        where = "listed, not loaded" if member.row is not None else "named by the mails, not loaded"
        said.append(f"{short(member.upstream)} is missing here: {where}.")
    rows = {each.key: each.row for each in desk.facts} | {row.key: row for row in desk.queue.rows}
    unequal = unequal_ranges(group, rows)
    if unequal:
        said.append(f"{unequal[:1].upper()}{visible(unequal[1:])}.")
    return tuple(said)


def branch_lines(group: Group, desk: Desk) -> tuple[str, ...]:
    """What each branch would get, one line for all branches that would get the same, those asked for first."""
    found: dict[str, list[str]] = {}
    for each in sorted(plans(group, desk), key=lambda one: not one.asked):
        parts = [
            f"{word} {', '.join(ids)}"
            for word, ids in (
                ("take", each.take),
                ("has already", each.present),
                ("does not apply:", each.refused),
                ("missing here:", each.missing),
                ("not asked for there:", each.unasked),
            )
            if ids
        ]
        found.setdefault("; ".join(parts), []).append(short_branch(each.branch))
    return tuple(f"{', '.join(branches)}: {words}" for words, branches in found.items())


def _member_line(number: int, member: Member) -> str:
    parts = [f"{number}. {short(member.upstream)}", visible(member.subject), visible(member.asked)]
    return "  ".join(part for part in parts if part) + ("  (missing here)" if member.key is None else "")


def _reasons(member: Member, group: Group | None, desk: Desk) -> list[Entry]:
    lines = []
    for edge in group.edges if group is not None else ():
        if short(edge.patch) == short(member.upstream):
            for reason, words in (
                *((r, "needs") for r in edge.reasons),
                *((r, "but goes before") for r in edge.against),
            ):
                key = reason.said_by if reason.said_by is not None and desk.of(reason.said_by) is not None else None
                text = f"{words} {short(edge.needs)}, {in_words(reason, desk)}"
                lines.append(Entry(EntryKind.REASON, text, key))
    return lines


def in_words(reason: Reason, desk: Desk) -> str:
    """A reason with its kind, how far it carries and whose mail says it, on one line."""
    who = _who(reason.said_by, desk)
    strength = "" if reason.strength is Strength.STRONG else f" ({reason.strength.word})"
    text = visible(" ".join(reason.text.split()))
    return f"{reason.kind.value}{strength}{f', in {who}' if who else ''}: {text}"


def why(edge: Edge, desk: Desk) -> str:
    """An edge as a paragraph: what comes after what, and every reason on a line of its own."""
    head = f"{short(edge.patch)} after {short(edge.needs)}"
    lines = [in_words(each, desk) for each in edge.reasons]
    lines += [f"but the other way round, {in_words(each, desk)}" for each in edge.against]
    return "\n".join([head, *lines])


def _who(said_by: str | None, desk: Desk) -> str:
    if said_by is None:
        return ""
    known = desk.of(said_by)
    if known is None:
        return visible(said_by)
    return short(known.patch.upstream) if known.patch.upstream else visible(known.patch.subject.title)


def _fix_line(fix: LaterFix) -> str:
    return f"{visible(fix.sentence)}, seen in {visible(fix.seen_in.rpartition('/')[2])}"
