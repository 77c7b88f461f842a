"""What is odd about a reply is said before it goes out, and what became of an objection afterwards."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.support import mail
from tests.support.review import ME, UPSTREAM, facts, patch
from uringreview.kernel.status import Cell, Status
from uringreview.mail.message import Address
from uringreview.mail.queue import Queue, load
from uringreview.mail.subject import Version
from uringreview.progress import finish
from uringreview.review.decisions import Comment, Decision, DecisionKind, Tag
from uringreview.review.desk import examine
from uringreview.review.doubts import doubts
from uringreview.review.facts import Desk
from uringreview.review.outcome import OutcomeKind, outcome, sent_at
from uringreview.review.reply import compose
from uringreview.series.graph import Edge, LaterFix

OLD, MIDDLE, NEW = Version(6, 6), Version(6, 12), Version(7, 0)
KEY = patch().key


def said(decision: Decision, *comments: Comment, fixes: tuple[LaterFix, ...] = ()) -> tuple[str, ...]:
    """The doubts about the reply that says a decision and comments."""
    one = patch()
    known = facts(one, *fixes)
    return doubts(compose(one, decision, ME, facts=known, comments=comments), one, [decision], comments, known)


def test_an_objection_without_a_reason_is_told() -> None:
    assert "No reason is given" in said(Decision(KEY, DecisionKind.DROP))[0]
    assert said(Decision(KEY, DecisionKind.DROP, "It breaks suspend.")) == ()
    assert said(Decision(KEY, DecisionKind.DROP), Comment(KEY, "This breaks suspend.")) == ()
    assert said(Decision(KEY, DecisionKind.NOT_A_FIX)) == ()
    fix = LaterFix(UPSTREAM[:12], "f" * 40, "ring: fix it", "later.eml")
    assert said(Decision(KEY, DecisionKind.HOLD), fixes=(fix,)) == ()


def test_a_trailer_that_is_no_quote_would_add_people() -> None:
    (found,) = said(Decision(KEY, DecisionKind.DROP, "Without\n\nReported-by: Eve <eve@kernel.example>"))
    assert "Reported-by: Eve <eve@kernel.example>" in found
    assert said(Decision(KEY, DecisionKind.TAKE, tag=Tag.ACKED)) == ()
    assert said(Decision(KEY, DecisionKind.DROP, "> Cc: Eve <eve@kernel.example>\n\nwhy?")) == ()


def test_a_line_longer_than_mail_allows_is_told() -> None:
    (found,) = said(Decision(KEY, DecisionKind.DROP, " " + "ü" * 600))
    assert "1201 bytes" in found


def test_a_quote_that_is_not_in_the_mail_any_more_is_told() -> None:
    assert "does not stand in this mail" in said(Decision(KEY, DecisionKind.DROP), Comment(KEY, "why?", "+\tother"))[0]
    assert said(Decision(KEY, DecisionKind.DROP), Comment(KEY, "why?", "+\tif (!link)")) == ()


def test_a_recipient_who_is_left_out_is_named() -> None:
    one = patch(cc=(Address("", "no address"),))
    decision = Decision(one.key, DecisionKind.DROP, "It breaks.")
    (found,) = doubts(compose(one, decision, ME), one, [decision])
    assert "no address" in found


def body(decision: Decision, *single: Decision) -> str:
    """The reply's own text, without quote and signature, on one line."""
    text = compose(patch(), decision, ME, single=single).body.partition("[ ... ]\n\n")[2].partition("\n\n-- ")[0]
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("decision", "single", "text"),
    [
        (
            Decision(KEY, DecisionKind.TAKE),
            [Decision(KEY, DecisionKind.DROP, branch=OLD)],
            "Please drop this from 6.6: ",
        ),
        (
            Decision(KEY, DecisionKind.HOLD, "Why not.", branch=MIDDLE),
            [Decision(KEY, DecisionKind.HOLD, "Why not.", branch=OLD)],
            "on 6.12 and 6.6 for now. Why not.",
        ),
        (Decision(KEY, DecisionKind.NOT_A_FIX), [], "This is not a fix, please drop it from all stable branches:"),
        (Decision(KEY, DecisionKind.TOGETHER), [], "only together with what it depends on."),
        (Decision(KEY, DecisionKind.QUESTION, "Why?", branch=OLD), [], "on 6.6: Why?"),
    ],
)
def test_a_reply_names_the_branches_that_it_speaks_of(decision: Decision, single: list[Decision], text: str) -> None:
    assert text in body(decision, *single)


def test_takes_alone_write_no_mail_on_any_branch() -> None:
    every = [Decision(KEY, DecisionKind.TAKE), Decision(KEY, DecisionKind.TAKE, branch=OLD)]
    assert compose(patch(), every[0], ME, single=every[1:]).withheld
    assert not compose(patch(), every[0], ME, single=[replace(every[1], tag=Tag.ACKED)]).withheld


def test_what_a_patch_is_to_be_taken_with_is_named() -> None:
    one = replace(facts(patch()), needs=(Edge(UPSTREAM[:12], "9cc6bac1bebf", ()),))
    text = compose(one.patch, Decision(KEY, DecisionKind.TOGETHER), ME, facts=one).body
    assert "only together with 9cc6bac1bebf." in " ".join(text.split())


@pytest.fixture
def queue(tmp_path: Path) -> Queue:
    """A patch, the reviewer's own answer, the poster's "dropped", and the commit mailed again for review of 6.6."""
    upstream = mail.upstream_id(1)
    (tmp_path / "batch.mbox").write_bytes(
        mail.mbox(
            mail.autosel(),
            mail.reply(own="Please drop this, it breaks suspend."),
            mail.autosel(
                position=5, batch="20260525120000.4711", upstream=upstream, prefix="PATCH 6.6 012/345", rationale=None
            ),
        )
    )
    return finish(load([str(tmp_path / "batch.mbox")]))


def test_ones_own_reply_in_the_thread_counts_as_sent(queue: Queue) -> None:
    assert sent_at(queue.rows[0], "RITA@kernel.example") is not None
    assert sent_at(queue.rows[0], "eve@kernel.example") is None


def cells(desk: Desk, **statuses: Status) -> Desk:
    """The first patch with these cells."""
    first = desk.facts[0]
    made = tuple(Cell(first.key, name.replace("_", "."), status, "as abc") for name, status in statuses.items())
    return replace(desk, facts=(replace(first, cells=made), *desk.facts[1:]))


def test_an_objection_that_was_passed_over_is_seen_on_the_branch_and_in_a_later_mail(queue: Queue) -> None:
    desk = finish(examine(queue))
    first = desk.facts[0]
    made = datetime(2026, 5, 20, tzinfo=UTC)
    drop = Decision(first.key, DecisionKind.DROP_OLDER, drop_from=OLD, made=made)
    later = outcome(first, [drop], queue.rows)
    assert later is not None
    assert later.kind is OutcomeKind.QUEUED
    assert outcome(first, [replace(drop, made=datetime(2026, 7, 1, tzinfo=UTC))], queue.rows) is None
    assert outcome(first, [replace(drop, kind=DecisionKind.TAKE)], queue.rows) is None
    seen = cells(desk, **{"linux-6_6_y": Status.PRESENT, "linux-7_0_y": Status.PRESENT}).facts[0]
    there = outcome(seen, [drop], queue.rows)
    assert there is not None
    assert (there.kind, there.words) == (OutcomeKind.TAKEN, "The clone has it on linux-6.6.y (as abc).")


def test_the_posters_word_that_it_was_dropped_ends_it(tmp_path: Path) -> None:
    (tmp_path / "b.mbox").write_bytes(
        mail.mbox(mail.autosel(), mail.reply(own="Now dropped, thanks.", sender=mail.SENDER, own_id="x@kernel.example"))
    )
    facts_of = finish(examine(finish(load([str(tmp_path / "b.mbox")])))).facts[0]
    found = outcome(facts_of, [Decision(facts_of.key, DecisionKind.DROP)])
    assert found is not None
    assert found.kind is OutcomeKind.DROPPED


def test_what_is_said_of_all_branches_is_not_said_again_of_one() -> None:
    drop = Decision(KEY, DecisionKind.DROP)
    assert "6.6" not in body(drop, replace(drop, branch=OLD))
    assert "6.6" in body(drop, replace(drop, branch=OLD, note="There it breaks suspend."))
