"""One row of the queue as the list shows it, made from a queue's row and the facts about its patch.

No Qt in here: rows are made, ordered, joined by series brackets and filtered as plain Python values, which takes
well under a millisecond for a batch and can be read and tested without a screen.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING

from uringreview.kernel.status import Cell, branch_version
from uringreview.mail.listing import Entry
from uringreview.mail.message import Source
from uringreview.mail.rows import Note, Problem, Reply, Row
from uringreview.mail.subject import BranchRange, Version
from uringreview.rationale.document import VerdictWord
from uringreview.rationale.mark import MarkWord
from uringreview.ui.visible import visible

if TYPE_CHECKING:  # rows are listed before any of these is known
    from uringreview.kernel.ranges import RangeFinding
    from uringreview.mail.message import Message
    from uringreview.review.decisions import Aside, Decision
    from uringreview.review.facts import Answer, PatchFacts
    from uringreview.review.outcome import Outcome
    from uringreview.ui.simulator_verdict import Verdict


_READING = "reading:"


class RowKind(Enum):
    """What stands behind a row: a mail, a line of an overview, what is unreadable or left out, a mail being read."""

    PATCH = "patch"
    LISTED = "not loaded"
    PROBLEM = "unreadable"
    LEFT_OUT = "left out"
    READING = "reading"


class Joint(Enum):
    """Where a row stands in its series' bracket."""

    NONE = "none"
    FIRST = "first"
    MIDDLE = "middle"
    LAST = "last"


class Grouping(Enum):
    """The orders that the list can have."""

    SERIES = "by series"
    ORDER = "queue order"
    SUBSYSTEM = "by subsystem"
    DECISION = "by decision"


@dataclass(frozen=True, slots=True)
class Mine:
    """What the reviewer has of a patch besides the decision for all branches.

    `single` are the decisions for single branches, `aside` flag, note, snooze and sent; `awake` says that a snooze's
    time has come, `comments` how many comments there are, `outcome` what became of an objection.
    """

    single: "tuple[Decision, ...]" = ()
    aside: "Aside | None" = None
    awake: bool = False
    comments: int = 0
    outcome: "Outcome | None" = None

    def on(self, branch: Version) -> "Decision | None":
        """The decision for that branch alone."""
        return next((each for each in self.single if each.branch == branch), None)


_NOTHING = Mine()


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the list.

    `simulated` is what the simulator says of it, None where no model knows the patch. `series` numbers the group that
    it belongs to (None: alone), `joint` its place in the bracket. `cells` are by short branch name, `ranges` what they
    say of the range that is asked for. `problem` is the reason of an unreadable source. `words` are the first own words
    of people's answers, `answers` the loaded ones. `clear` says that nothing is known against the patch, None before it
    was examined. `mine` is what the reviewer has of it besides the decision. Texts are safe to show.
    """

    key: str
    kind: RowKind
    number: str
    title: str
    asked: BranchRange | None = None
    verdict: VerdictWord | None = None
    verified: int = 0
    contradicted: int = 0
    open: int = 0
    cells: Mapping[str, Cell] | None = None
    ranges: "tuple[RangeFinding, ...]" = ()
    replies: tuple[Reply, ...] = ()
    words: str = ""
    decision: "Decision | None" = None
    series: int | None = None
    joint: Joint = Joint.NONE
    problem: str = ""
    warning: str = ""
    searched: str = ""
    row: Row | None = None
    simulated: "Verdict | None" = None
    answers: "tuple[Answer, ...]" = ()
    clear: bool | None = None
    mine: Mine = _NOTHING

    @property
    def asleep(self) -> bool:
        """Whether the reviewer put it off and the time has not come."""
        return self.mine.aside is not None and self.mine.aside.snooze is not None and not self.mine.awake

    @property
    def decided(self) -> bool:
        """Whether something was decided, for all branches or for one."""
        return self.decision is not None or bool(self.mine.single)

    @property
    def telling(self) -> "Answer | None":
        """The answer that the list names: an objection before other words, a person's before a program's."""
        ranked = sorted(self.answers, key=lambda each: (not each.objects, each.reply.is_bot, each.stance.kind.rank))
        return ranked[0] if ranked else None

    @property
    def answer(self) -> str:
        """What the answers say, for a narrow place: "axboe: needs 9cc6bac1 +2"; their first words where they only
        remark on something."""
        best = self.telling
        if best is None or best.remarks or not best.short:
            return self.words
        more = len(self.replies) - 1
        return visible(best.short) + (f" +{more}" if more else "")

    @property
    def also(self) -> "tuple[Message, ...]":
        """Other mails of the same patch that this row stands for."""
        return self.row.also if self.row is not None else ()

    @property
    def subsystem(self) -> str:
        """What stands before the title's first colon, "io_uring" of "io_uring/wait: honour"."""
        head, colon, _ = self.title.partition(":")
        return head.partition("/")[0].strip().lower() if colon else "~"


class RowMaker:
    """Makes the rows of a queue, anew only where what they show has changed.

    Facts of a large queue stream in for seconds: making a thousand rows for each of them would stall the window.
    """

    def __init__(self) -> None:
        self._made: dict[str, tuple[_Shown, QueueRow]] = {}

    def make(
        self,
        rows: Mapping[str, Row],
        facts: "Mapping[str, PatchFacts]",
        groups: Sequence[frozenset[str]],
        decisions: "Mapping[str, Decision]",
        own_words: Mapping[str, str],
        simulated: "Callable[[str | None], Verdict | None]" = lambda _upstream: None,
        mine: Mapping[str, Mine] = MappingProxyType({}),
    ) -> list[QueueRow]:
        """The rows in queue order.

        `facts` are by patch key, as far as they are known; `groups` the keys that belong together; `own_words` the
        short text of the answers, by patch key; `simulated` tells the simulator's verdict by upstream id; `mine` is
        what the reviewer has of a patch besides the decision, by key.
        """
        series = {key: number for number, group in enumerate(groups) for key in group if len(group) > 1}
        former, self._made = self._made, {}
        made = []
        for key, row in rows.items():
            verdict = simulated(row.patch.upstream) if row.patch is not None else None
            words = own_words.get(key, "")
            own = mine.get(key, _NOTHING)
            shown = _Shown(row, facts.get(key), decisions.get(key), series.get(key), words, verdict, own)
            known = former.get(key)
            line = known[1] if known is not None and known[0].same(shown) else _row(key, shown)
            self._made[key] = (shown, line)
            made.append(line)
        return made


@dataclass(frozen=True, slots=True)
class _Shown:
    """What one row is made of."""

    row: Row
    facts: "PatchFacts | None"
    decision: "Decision | None"
    series: int | None
    words: str
    simulated: "Verdict | None"
    mine: Mine

    def same(self, other: "_Shown") -> bool:
        """Whether nothing changed; rows and facts are compared by identity, they are replaced as wholes."""
        return (
            self.row is other.row
            and self.facts is other.facts
            and self.decision == other.decision
            and self.series == other.series
            and self.words == other.words
            and self.simulated == other.simulated
            and self.mine == other.mine
        )


def problem_row(problem: Problem) -> QueueRow:
    """The row of something that could not be read."""
    where = visible(str(problem.source))
    reason = visible(problem.reason)
    return QueueRow(
        key=f"problem:{problem.source}:{problem.reason}",
        kind=RowKind.PROBLEM,
        number="",
        title=where.rpartition("/")[2] or where,
        problem=reason,
        searched=f"{where} {reason}".lower(),
    )


def note_row(note: Note) -> QueueRow:
    """The row of something that was left out on purpose, such as a line of a quilt series that is switched off."""
    text = visible(note.text)
    return QueueRow(f"note:{note.source}:{note.text}", RowKind.LEFT_OUT, "", text, searched=text.lower())


def reading_row(entry: Entry) -> QueueRow:
    """The row of a mail that was found and is not read yet."""
    title = visible(entry.subject.title) or "(no subject)"
    return QueueRow(
        key=reading_key(entry.source),
        kind=RowKind.READING,
        number=str(entry.position) if entry.position is not None else "",
        title=title,
        asked=entry.subject.asked,
        searched=title.lower(),
    )


def reading_key(source: Source) -> str:
    """What names the row of a mail that is not read yet."""
    return f"{_READING}{source}"


def is_reading(key: str) -> bool:
    """Whether `key` names a row whose mail is not read yet."""
    return key.startswith(_READING)


def in_order(rows: Iterable[QueueRow], grouping: Grouping) -> list[QueueRow]:
    """The rows in the order asked for, with the brackets of neighbours that belong together."""
    ordered = list(rows)
    if grouping is Grouping.SERIES:
        first: dict[int, int] = {}
        for place, row in enumerate(ordered):
            if row.series is not None:
                first.setdefault(row.series, place)
        places = [first[row.series] if row.series is not None else place for place, row in enumerate(ordered)]
        ordered = [ordered[place] for place in sorted(range(len(ordered)), key=places.__getitem__)]
    elif grouping is Grouping.SUBSYSTEM:
        ordered.sort(key=lambda row: row.subsystem)
    elif grouping is Grouping.DECISION:
        ordered.sort(key=lambda row: "" if row.decision is None else row.decision.kind.value)
    return _bracketed(ordered)


def _bracketed(rows: Sequence[QueueRow]) -> list[QueueRow]:
    made = list(rows)
    for place, row in enumerate(rows):
        if row.series is None and row.joint is Joint.NONE:
            continue
        above = place > 0 and rows[place - 1].series == row.series is not None
        below = place + 1 < len(rows) and rows[place + 1].series == row.series is not None
        joint = {
            (False, False): Joint.NONE,
            (False, True): Joint.FIRST,
            (True, True): Joint.MIDDLE,
            (True, False): Joint.LAST,
        }[above, below]
        if row.joint is not joint:
            made[place] = replace(row, joint=joint)
    return made


def _row(key: str, shown: _Shown) -> QueueRow:
    row, facts = shown.row, shown.facts
    marks = [mark.word for mark in facts.marks] if facts else []
    title = visible(row.subject.title or (row.listed.subject_text if row.listed else ""))
    position = row.position if row.position is not None else row.subject.number
    return QueueRow(
        key=key,
        kind=RowKind.PATCH if row.patch is not None else RowKind.LISTED,
        number=str(position) if position is not None else "",
        title=title or "(no subject)",
        asked=row.subject.asked,
        verdict=facts.rationale.verdict.word if facts else None,
        verified=marks.count(MarkWord.VERIFIED),
        contradicted=marks.count(MarkWord.CONTRADICTED),
        open=marks.count(MarkWord.UNCHECKABLE),
        cells={cell.branch: cell for cell in facts.cells} if facts else None,
        ranges=_ranges(row, facts) if facts is not None and facts.cells else (),
        replies=row.replies,
        words=visible(shown.words),
        decision=shown.decision,
        series=shown.series,
        warning=_warning(facts),
        searched=_searched(row, facts, title),
        row=row,
        answers=facts.answers if facts else (),
        clear=_clear(row, facts),
        simulated=shown.simulated,
        mine=shown.mine,
    )


def _ranges(row: Row, facts: "PatchFacts") -> "tuple[RangeFinding, ...]":
    from uringreview.kernel.ranges import range_findings  # there are no cells before the clone was read

    return range_findings(row.subject.asked, facts.cells)


def _warning(facts: "PatchFacts | None") -> str:
    if facts is None or not facts.later_fixes:
        return ""
    return visible(facts.later_fixes[0].sentence)


def _clear(row: Row, facts: "PatchFacts | None") -> bool | None:
    # A person's answer whose text is not loaded may well be an objection.
    unread = any(reply.message is None and not reply.is_bot for reply in row.replies)
    return facts.clear and not unread if facts is not None else None


def _searched(row: Row, facts: "PatchFacts | None", title: str) -> str:
    parts = [title]
    if row.patch is not None:
        parts += [str(row.patch.author), row.patch.upstream or "", row.patch.message.message_id or ""]
    if facts is not None:
        parts += [changed.path for changed in facts.diff.files]
    return " ".join(parts).lower()


def short_branch(branch: str) -> str:
    """A branch's name as a column head: "6.12" for "linux-6.12.y", else its last part."""
    version = branch_version(branch)
    return str(version) if version is not None else branch.rpartition("/")[2]
