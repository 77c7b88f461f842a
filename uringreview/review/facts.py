"""All that is known of one patch, and of the whole queue: what the reviewer looks at.

Values only, so that they travel between processes; `desk` gathers them.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uringreview.diff.model import Diff, DiffState
from uringreview.errors import UsageProblem
from uringreview.kernel.status import Candidate, Cell, Status, branch_version
from uringreview.mail.message import Address
from uringreview.mail.patch import Patch
from uringreview.mail.queue import Problem, Queue, Reply, Row
from uringreview.mail.stance import Stance, StanceKind, classify, short
from uringreview.rationale.document import Rationale, Unverified, VerdictWord
from uringreview.rationale.mark import Mark, MarkWord
from uringreview.series.edge import Tie
from uringreview.series.graph import Edge, Group, LaterFix

if TYPE_CHECKING:
    from uringreview.interleave.orders import Requirement

_ID = re.compile(r"[0-9a-f]{4,40}")
_REFUSED = (Status.CONFLICT, Status.MISSING, Status.ERROR)


@dataclass(frozen=True, slots=True)
class Answer:
    """A loaded answer to a patch, and what its author says of the patch."""

    reply: Reply
    stance: Stance

    @property
    def objects(self) -> bool:
        """Whether a person objects: a bot states findings and never counts as a person."""
        return not self.reply.is_bot and self.stance.kind.objects

    @property
    def remarks(self) -> bool:
        """Whether it only remarks on something."""
        return self.stance.kind is StanceKind.NOTE

    @property
    def short(self) -> str:
        """For a narrow column: "axboe: needs 9cc6bac1"."""
        return short(self.stance, self.reply.message.sender if self.reply.message else self.reply.sender)


def answers_of(row: Row) -> tuple[Answer, ...]:
    """The loaded answers to a row, oldest first; what the patch's own poster says is told apart."""
    poster = row.patch.message.sender if row.patch is not None else None
    return tuple(answer for answer in (answer_of(reply, poster) for reply in row.replies) if answer is not None)


def answer_of(reply: Reply, poster: Address | None = None) -> Answer | None:
    """One reply with its stance, `poster` being who mailed the patch; None where its text is not loaded."""
    return Answer(reply, classify(reply.message, poster)) if reply.message is not None else None


@dataclass(frozen=True, slots=True)
class PatchFacts:
    """The evidence beside one loaded patch.

    `cells` are in the order of `Desk.branches`, empty while no clone was asked. `group` is None where nothing ties the
    patch to another. `needs` are the edges from this patch to what it should come after. `not_done` says in one
    sentence what could not be examined; it is empty where all was. `answers` are the loaded replies with their stances.
    `later_fixes` fix or revert it, `named_by` are later commits that only name it. `unverified` is what the rationale
    itself says that it did not verify. `holds` is what a model of the simulator shows that the patch has to wait for;
    empty while no model was searched.
    """

    row: Row
    rationale: Rationale
    diff: Diff
    marks: tuple[Mark, ...] = ()
    cells: tuple[Cell, ...] = ()
    group: Group | None = None
    needs: tuple[Edge, ...] = ()
    later_fixes: tuple[LaterFix, ...] = ()
    named_by: tuple[LaterFix, ...] = ()
    not_done: str = ""
    answers: tuple[Answer, ...] = ()
    unverified: tuple[Unverified, ...] = ()
    holds: "tuple[Requirement, ...]" = ()

    @property
    def objected(self) -> bool:
        """Whether a person objected: drop, NAK, hold, or something else needed with it."""
        return any(answer.objects for answer in self.answers)

    @property
    def clear(self) -> bool:
        """Whether nothing is known against the patch."""
        return not self.reasons_against

    @property
    def reasons_against(self) -> tuple[str, ...]:
        """What is known against taking the patch as it is, in sentences: people's objections first.

        Objections, a verdict NO, contradicted claims, later fixes, commits that it needs and that are not here, a diff
        that cannot be applied, and branches among those asked for where it conflicts or its files are missing.
        """
        found = [
            f"{answer.reply.sender} says {answer.stance.kind.value}: {answer.stance.words}"
            for answer in self.answers
            if answer.objects
        ]
        found += [
            f"{answer.reply.sender} reports that it was dropped: {answer.stance.words}"
            for answer in self.answers
            if answer.stance.withdrawn and not answer.reply.is_bot
        ]
        if self.rationale.verdict.word is VerdictWord.NO:
            found.append("the rationale's own verdict is NO")
        false = sum(mark.word is MarkWord.CONTRADICTED for mark in self.marks)
        if false:
            found.append(
                f"{false} claim{'s' * (false != 1)} of the rationale {'are' if false != 1 else 'is'} contradicted"
            )
        found += [fix.sentence for fix in self.later_fixes]
        absent = {each.upstream: each.subject for each in self.group.missing} if self.group is not None else {}
        found += [
            f"needs {_named(edge.needs, absent[edge.needs])}, which is not here"
            for edge in self.needs
            if edge.needs in absent
        ]
        if self.diff.state is DiffState.NONE:
            found.append("no diff was read")
        elif not self.diff.appliable:
            found.append("its diff is damaged and could not be proven")
        for status in _REFUSED:
            where = [cell.branch for cell in self.cells if cell.status is status and self._asked(cell.branch)]
            if where:
                found.append(f"{status.value} on {', '.join(where)}")
        if self.not_done:
            found.append(f"not examined: {self.not_done}")
        return tuple(found)

    def _asked(self, branch: str) -> bool:
        asked, version = self.row.subject.asked, branch_version(branch)
        return asked is None or version is None or version in asked

    @property
    def patch(self) -> Patch:
        """The patch itself."""
        assert self.row.patch is not None
        return self.row.patch

    @property
    def key(self) -> str:
        """The patch's key."""
        return self.row.key

    @property
    def candidate(self) -> Candidate:
        """The patch as the matrix needs it."""
        patch = self.patch
        return Candidate(self.key, patch.upstream, patch.subject.title, str(patch.author), self.diff)


@dataclass(frozen=True, slots=True)
class Desk:
    """A queue with its evidence.

    `facts` holds the loaded patches in row order. `branches` are newest first; `clone` is the path that was asked,
    None before. `problems` are the queue's and those met on the way. `ties` are all reasons that patches belong
    together, `order` the keys of the loaded patches in the order to take them.
    """

    queue: Queue
    facts: tuple[PatchFacts, ...]
    groups: tuple[Group, ...] = ()
    branches: tuple[str, ...] = ()
    clone: str | None = None
    problems: tuple[Problem, ...] = ()
    ties: tuple[Tie, ...] = ()
    order: tuple[str, ...] = ()

    def of(self, key: str) -> PatchFacts | None:
        """The facts of the patch with that key, None where it is not loaded."""
        return next((each for each in self.facts if each.key == key), None)

    def named(self, upstream: str) -> PatchFacts:
        """The patch whose upstream id begins with `upstream` (4 digits or more).

        Raises UsageProblem where none does, or more than one.
        """
        prefix = upstream.strip().lower()
        if not _ID.fullmatch(prefix):
            raise UsageProblem(f"{upstream!r} is no commit id; give at least 4 of its hex digits.")
        found = [each for each in self.facts if each.patch.upstream and each.patch.upstream.startswith(prefix)]
        if not found:
            known = ", ".join(each.patch.upstream[:12] for each in self.facts if each.patch.upstream)
            raise UsageProblem(
                f"No loaded patch is upstream commit {upstream}; loaded are: {known or 'none with an id'}."
            )
        if len(found) > 1:
            places = "; ".join(str(each.patch.message.source) for each in found)
            raise UsageProblem(
                f"{upstream} names {len(found)} of the loaded patches ({places}); open only one of them."
            )
        return found[0]


def _named(upstream: str, subject: str) -> str:
    quoted = f'("{subject}")' if subject else ""
    return f"{upstream[:12]} {quoted}".strip()
