"""One step is one undo, whatever it holds and however many patches: decisions, comments, flags, notes, snoozes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.support.sessions import make_first_version
from uringreview.mail.subject import Version
from uringreview.review.decisions import Aside, Comment, Decision, DecisionKind, Snooze, Tag, standing_on
from uringreview.review.schema import MIGRATIONS
from uringreview.review.session import Session, open_session
from uringreview.review.session_file import sessions

ONE, TWO = "one@example", "two@example"
OLD, NEW = Version(6, 6), Version(6, 12)


@pytest.fixture
def session() -> Iterator[Session]:
    """A new session."""
    with open_session(["batch.mbox"]) as made:
        yield made


def decided(session: Session) -> dict[str, str]:
    """Key and word of each decision for all branches."""
    return {key: decision.kind.value for key, decision in session.decisions().items()}


def on_branches(session: Session, key: str) -> list[str]:
    """A patch's decisions for single branches, newest first."""
    return [f"{each.branch} {each.kind.value}" for each in session.branch_decisions().get(key, ())]


def test_a_branch_keeps_a_decision_of_its_own(session: Session) -> None:
    session.decide(Decision(ONE, DecisionKind.TAKE))
    session.decide(Decision(ONE, DecisionKind.DROP, branch=OLD), Decision(ONE, DecisionKind.HOLD, branch=NEW))
    assert decided(session) == {ONE: "take"}
    assert on_branches(session, ONE) == ["6.12 hold", "6.6 drop"]
    session.decide(Decision(ONE, DecisionKind.DROP))
    assert on_branches(session, ONE) == ["6.12 hold", "6.6 drop"]
    session.undo()
    session.undo()
    assert decided(session) == {ONE: "take"}
    assert on_branches(session, ONE) == []


def test_undecided_again_means_on_every_branch_and_is_one_step(session: Session) -> None:
    session.decide(Decision(ONE, DecisionKind.TAKE), Decision(ONE, DecisionKind.DROP, branch=OLD))
    session.withdraw(ONE, TWO)
    assert (decided(session), on_branches(session, ONE)) == ({}, [])
    assert session.undo() == f"withdrawal of {ONE} and 1 more"
    session.withdraw_on(OLD, ONE, TWO)
    assert (decided(session), on_branches(session, ONE)) == ({ONE: "take"}, [])


def test_many_patches_decided_at_once_are_one_step(session: Session) -> None:
    session.decide(*(Decision(f"{n}@example", DecisionKind.HOLD) for n in range(120)))
    assert len(decided(session)) == 120
    assert session.undo() == "hold of 0@example and 119 more"
    assert decided(session) == {}
    session.redo()
    assert len(decided(session)) == 120


@pytest.mark.parametrize(
    ("kind", "older", "newer"),
    [("take", "take", "take"), ("drop", "drop", "drop"), ("drop-older", "drop", "take"), (None, None, None)],
)
def test_what_stands_on_a_branch(kind: str | None, older: str | None, newer: str | None) -> None:
    every = [Decision(ONE, DecisionKind(kind), drop_from=OLD if kind == "drop-older" else None)] if kind else []
    found = [standing_on(version, every) for version in (OLD, NEW)]
    assert [each.value if each else None for each in found] == [older, newer]
    own = [*every, Decision(ONE, DecisionKind.QUESTION, branch=OLD)]
    assert standing_on(OLD, own) is DecisionKind.QUESTION


def test_flag_note_snooze_and_sent_are_kept_and_undone_like_decisions(session: Session) -> None:
    sent = datetime(2026, 5, 21, 8, 30, tzinfo=UTC)
    session.flag(True, ONE, TWO)
    session.note("ask Ada  ", ONE)
    session.snooze(Snooze(until=date(2026, 6, 1)), ONE)
    session.mark_sent(sent, ONE)
    assert session.asides() == {
        ONE: Aside(ONE, True, "ask Ada", Snooze(until=date(2026, 6, 1)), sent),
        TWO: Aside(TWO, True),
    }
    assert session.undo() == f"sent of {ONE}"
    assert session.undo() == f"snooze of {ONE}"
    assert session.undo() == f"note of {ONE}"
    assert session.undo() == f"flag of {ONE} and 1 more"
    assert session.asides() == {}
    session.snooze(Snooze(commit="0123456789ab"), ONE)
    assert session.asides()[ONE].snooze == Snooze(commit="0123456789ab")
    session.snooze(None, ONE)
    assert session.asides() == {}


def test_undo_reaches_comments_and_steps_of_an_earlier_run() -> None:
    with open_session(["batch.mbox"]) as session:
        session.decide(Decision(ONE, DecisionKind.HOLD))
        made = session.comment(Comment(ONE, "why?"))
        session.remove_comment(made.number)
    with open_session(["batch.mbox"]) as session:
        assert session.comments(ONE) == ()
        assert session.undo() == f"comment of {ONE}"
        assert [each.text for each in session.comments(ONE)] == ["why?"]
        assert session.undo() == f"comment of {ONE}"
        assert session.comments(ONE) == ()
        assert session.undo() == f"hold of {ONE}"
        assert [session.redo(), session.redo()] == [f"hold of {ONE}", f"comment of {ONE}"]
        assert [each.text for each in session.comments(ONE)] == ["why?"]


def test_the_history_names_everything_and_what_was_undone(session: Session) -> None:
    session.decide(Decision(ONE, DecisionKind.HOLD))
    session.decide(Decision(ONE, DecisionKind.DROP_OLDER, drop_from=NEW))
    session.undo()
    session.decide(Decision(ONE, DecisionKind.TAKE, tag=Tag.ACKED, branch=OLD))
    session.flag(True, ONE)
    session.snooze(Snooze(commit="0123456789abcdef"), ONE)
    session.withdraw(ONE)
    found = session.history(ONE)
    assert [(event.words, event.undone) for event in found] == [
        ("held", False),
        ("dropped from 6.12 and older", True),
        ("taken on 6.6, Acked-by", False),
        ("flagged", False),
        ("snoozed until 0123456789ab is in the clone", False),
        ("undecided again", False),
        ("undecided again on 6.6", False),
    ]
    assert session.history(TWO) == ()


def test_a_file_of_the_first_version_opens_with_all_that_it_holds(tmp_path: Path) -> None:
    make_first_version(tmp_path / "old.sqlite")
    (info,) = sessions(tmp_path)
    assert (info.patches, info.decided, info.problem) == (2, 2, "")
    with open_session([], folder=tmp_path, name="old") as session:
        assert decided(session) == {ONE: "drop", TWO: "drop-older"}
        assert session.decisions()[TWO].drop_from == NEW
        assert [event.words for event in session.history(ONE)] == ["held", "dropped"]
        assert [each.text for each in session.comments(ONE)] == ["why?"]
        assert session.reply_text(ONE) == "My own words."
        assert session.redo() == f"take of {TWO}"
        assert session.undo() == f"take of {TWO}"
        assert session.undo() == f"drop of {ONE} and 1 more"
        assert decided(session) == {ONE: "hold"}


def test_a_migration_that_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    make_first_version(tmp_path / "old.sqlite")
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as connection:
        connection.execute("CREATE TABLE step (in_the_way)")
    with pytest.raises(Exception, match="step already exists"):
        open_session([], folder=tmp_path, name="old")
    with closing(sqlite3.connect(tmp_path / "old.sqlite")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == 1
        assert connection.execute("SELECT count(*) FROM decision").fetchone()[0] == 4


def test_an_opened_file_is_of_the_newest_version(session: Session) -> None:
    with closing(sqlite3.connect(session.path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
