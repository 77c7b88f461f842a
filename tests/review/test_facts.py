"""Nothing is against a patch only where nothing is known against it."""

from dataclasses import replace

import pytest

from tests.support import mail
from tests.support.review import DIFF, facts, patch
from uringreview.diff.model import DiffState
from uringreview.diff.parse import parse_diff
from uringreview.kernel.status import Cell, Status
from uringreview.mail.message import Source, Span, read_message
from uringreview.mail.queue import Reply, Row
from uringreview.rationale.check import Mark, MarkWord
from uringreview.rationale.claims import Claim, ClaimKind
from uringreview.rationale.document import Verdict, VerdictWord
from uringreview.review.facts import PatchFacts, answers_of
from uringreview.series.graph import Edge, Group, LaterFix, Member


def sound() -> PatchFacts:
    """A patch with a whole diff and nothing against it."""
    return replace(facts(patch()), diff=parse_diff(DIFF))


def answered(own: str, sender: str = "Rita Reviewer <rita@kernel.example>", bot: bool = False) -> PatchFacts:
    """The same with one answer."""
    known = sound()
    message = read_message(mail.reply(own=own, sender=sender), Source("answer.eml"))
    row = Row(known.patch, None, "batch", (Reply(message.sender.name, None, message, None, bot),))
    return replace(known, row=row, answers=answers_of(row))


def test_a_patch_that_nobody_speaks_against_is_clear() -> None:
    assert (sound().clear, sound().objected, sound().reasons_against) == (True, False, ())
    assert answered("Thanks, nice.").clear
    assert answered("Why is this needed?").clear


@pytest.mark.parametrize(
    "own", ["Please drop this.", "NAK.", "This needs c0ffee123456 first.", "Please hold off on this."]
)
def test_a_patch_that_a_person_objected_to_is_never_clear(own: str) -> None:
    known = answered(own)
    assert known.objected
    assert not known.clear
    assert known.reasons_against[0].endswith(own)


def test_a_bot_and_the_poster_never_object_but_a_dropped_patch_is_not_clear() -> None:
    bot = answered("Found 3 issues. Please drop this.", "review-bot@kernel.example", bot=True)
    assert (bot.objected, bot.clear) == (False, True)
    dropped = answered("Dropped, thanks!", mail.SENDER)
    assert (dropped.objected, dropped.clear) == (False, False)


def test_the_column_says_who_wants_what() -> None:
    assert [answer.short for answer in answered("This needs c0ffee123456 first.").answers] == ["rita: needs c0ffee12"]


def cell(branch: str, status: Status) -> Cell:
    return Cell(sound().key, branch, status, "")


CLAIM = Claim(ClaimKind.FILES, 2, "2.1", "two files", Span(0, 3), (2,))
EDGE = Edge("0123456789ab", "aaaaaaaaaaaa", ())
GROUP = Group(
    (Member("aaaaaaaaaaaa", None, "ring: first", ""), Member("0123456789ab", "key", "ring: second", "")), (EDGE,)
)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"marks": (Mark(CLAIM, MarkWord.CONTRADICTED, "one file"),)}, "1 claim of the rationale is contradicted"),
        (
            {"later_fixes": (LaterFix("0123456789ab", "f" * 40, "ring: mend", "x"),)},
            'fixed later by ffffffffffff ("ring: mend"), not in this queue',
        ),
        ({"needs": (EDGE,), "group": GROUP}, 'needs aaaaaaaaaaaa ("ring: first"), which is not here'),
        ({"cells": (cell("linux-6.6.y", Status.CONFLICT),)}, "conflict on linux-6.6.y"),
        ({"cells": (cell("linux-6.12.y", Status.MISSING),)}, "missing on linux-6.12.y"),
        ({"not_done": "the diff is odd"}, "not examined: the diff is odd"),
        ({"diff": replace(parse_diff(DIFF), state=DiffState.DAMAGED)}, "its diff is damaged and could not be proven"),
    ],
)
def test_each_reason_is_told_in_a_sentence(change: dict[str, object], reason: str) -> None:
    known = replace(sound(), **change)  # type: ignore[arg-type]  # each case names one field
    assert known.reasons_against == (reason,)


def test_a_verdict_no_is_a_reason() -> None:
    known = sound()
    no = replace(known, rationale=replace(known.rationale, verdict=Verdict(VerdictWord.NO, None)))
    assert no.reasons_against == ("the rationale's own verdict is NO",)


def test_only_the_branches_asked_for_count() -> None:
    known = replace(sound(), cells=(cell("linux-6.1.y", Status.CONFLICT), cell("linux-7.0.y", Status.CLEAN)))
    assert known.clear


def test_a_needed_patch_that_is_here_is_no_reason() -> None:
    here = replace(GROUP, members=(replace(GROUP.members[0], key="other"), GROUP.members[1]))
    assert replace(sound(), needs=(EDGE,), group=here).clear
