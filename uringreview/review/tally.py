"""Counts over a whole queue: mails, answers by what they say, and rationales by layout and verdict.

The window's header and `uringreview report --summary` show the same counts, made here once.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from uringreview.mail.stance import StanceKind
from uringreview.rationale.document import VerdictWord
from uringreview.review.facts import Answer, Desk, PatchFacts, answer_of, answers_of


@dataclass(frozen=True, slots=True)
class LayoutCount:
    """How many rationales have one layout, by their verdicts' words; `layout` is as in docs/report.md."""

    layout: str
    yes: int
    no: int
    none: int
    error: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.yes + self.no + self.none + self.error


@dataclass(frozen=True, slots=True)
class StanceCount:
    """How many answers say so: `people` and `bots` apart."""

    stance: str
    people: int
    bots: int


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of a queue.

    `mails` are all that were read, folded duplicates among them; `duplicates` are the mails that were folded into a
    row of another. `no`, `error` and `empty` count rationales whose verdict is NO, that hold an error message, and
    whose heading stands over nothing; `without` counts patches that have no rationale at all. `objected` counts the
    patches that a person objected to, `clear` those against which nothing is known. Layouts and stances are the
    commonest first.
    """

    mails: int
    patches: int
    not_loaded: int
    replies: int
    problems: int
    duplicates: int
    no: int
    error: int
    empty: int
    without: int
    objected: int
    clear: int
    layouts: tuple[LayoutCount, ...]
    stances: tuple[StanceCount, ...]


def tally(desk: Desk) -> Tally:
    """Count what a desk holds."""
    queue = desk.queue
    duplicates = sum(len(row.also) for row in queue.rows)
    answers = [answer for row in queue.rows for answer in answers_of(row)]
    answers += [answer for reply in queue.loose if (answer := answer_of(reply)) is not None]
    return Tally(
        mails=len(queue.patches) + duplicates + len(answers) + len(queue.others),
        patches=len(queue.patches),
        not_loaded=queue.not_loaded,
        replies=len(queue.replies),
        problems=len(desk.problems),
        duplicates=duplicates,
        no=_verdicts(desk.facts, VerdictWord.NO),
        error=_verdicts(desk.facts, VerdictWord.ERROR),
        empty=sum(is_empty(facts) for facts in desk.facts),
        without=sum(facts.patch.rationale is None for facts in desk.facts),
        objected=sum(facts.objected for facts in desk.facts),
        clear=sum(facts.clear for facts in desk.facts),
        layouts=_layouts(desk.facts),
        stances=_stances(answers),
    )


def is_empty(facts: PatchFacts) -> bool:
    """Whether the mail has the heading of a rationale and nothing under it."""
    span = facts.patch.rationale
    return span is not None and not span.of(facts.patch.message.body).strip()


def _verdicts(every: Iterable[PatchFacts], word: VerdictWord) -> int:
    return sum(facts.rationale.verdict.word is word for facts in every)


def _layouts(every: Iterable[PatchFacts]) -> tuple[LayoutCount, ...]:
    words = Counter((facts.rationale.layout, facts.rationale.verdict.word) for facts in every)
    found = [
        LayoutCount(name, *(words[name, word] for word in VerdictWord))
        for name in dict.fromkeys(layout for layout, _ in words)
    ]
    return tuple(sorted(found, key=lambda each: (-each.total, each.layout)))


def _stances(answers: Iterable[Answer]) -> tuple[StanceCount, ...]:
    said = Counter((answer.stance.kind, answer.reply.is_bot) for answer in answers)
    found = [StanceCount(kind.value, said[kind, False], said[kind, True]) for kind in StanceKind]
    return tuple(sorted((each for each in found if each.people + each.bots), key=lambda each: -each.people - each.bots))
