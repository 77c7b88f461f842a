"""What became of a reply: whether it went out, and whether an objection was acted on.

Only what the mails and the clone show: the own mail in the thread, the poster's "dropped", the patch mailed again for
review of a release, the commit on a branch. Where none of it is there, nothing is claimed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from uringreview.kernel.status import Status, branch_version
from uringreview.mail.queue import Row
from uringreview.mail.subject import SubjectKind, Version
from uringreview.review.decisions import Decision, DecisionKind, standing_on
from uringreview.review.facts import PatchFacts


class OutcomeKind(Enum):
    """What is seen of an objection's effect."""

    DROPPED = "dropped"
    QUEUED = "queued"
    TAKEN = "taken"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is seen, and the sentence that says where."""

    kind: OutcomeKind
    words: str

    @property
    def heeded(self) -> bool:
        """Whether the objection was acted on."""
        return self.kind is OutcomeKind.DROPPED


def sent_at(row: Row, own_address: str) -> datetime | None:
    """When the reviewer's own answer to the row was sent, by its Date; None where none is in the thread."""
    for reply in row.replies:
        message = reply.message
        if message is not None and message.sender.address.lower() == own_address.lower():
            return message.date
    return None


def outcome(facts: PatchFacts, decisions: Sequence[Decision], others: Iterable[Row] = ()) -> Outcome | None:
    """What became of the objection that `decisions` make to the patch; None where there is none, or nothing is seen.

    `others` are the queue's rows: among them may be the same commit, mailed later for the review of a release.
    """
    if not any(each.kind.objects for each in decisions):
        return None
    taken = [
        f"{cell.branch}{f' ({cell.detail})' if cell.detail else ''}"
        for cell in facts.cells
        if cell.status is Status.PRESENT and _against(branch_version(cell.branch), decisions)
    ]
    if taken:
        return Outcome(OutcomeKind.TAKEN, f"The clone has it on {', '.join(taken)}.")
    for answer in facts.answers:
        if answer.stance.withdrawn and not answer.reply.is_bot:
            return Outcome(OutcomeKind.DROPPED, f"{answer.reply.sender} reports: {answer.stance.words}")
    made = min((each.made for each in decisions if each.made is not None), default=None)
    for row in others:
        if _mailed_again(row, facts, decisions, made):
            assert row.patch is not None
            date = row.patch.message.date
            when = f" on {date:%Y-%m-%d}" if date else ""
            return Outcome(OutcomeKind.QUEUED, f"Mailed for review of {row.subject.asked}{when}.")
    return None


def _against(version: Version | None, decisions: Sequence[Decision]) -> bool:
    kind = standing_on(version, decisions) if version is not None else None
    return kind is not None and kind not in (DecisionKind.TAKE, DecisionKind.QUESTION)


def _mailed_again(row: Row, facts: PatchFacts, decisions: Sequence[Decision], made: datetime | None) -> bool:
    patch = row.patch
    if patch is None or patch.upstream is None or patch.upstream != facts.patch.upstream or row.key == facts.key:
        return False
    if patch.subject.kind is not SubjectKind.RC_REVIEW or patch.subject.asked is None:
        return False
    date = patch.message.date
    later = made is None or date is None or date >= made
    return later and _against(patch.subject.asked.newest, decisions)
