"""Every decision is on the disk when the call returns, and nothing that was decided is ever lost."""

import os
import signal
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from uringreview.diff.model import DiffAnchor
from uringreview.errors import EnvironmentProblem, UsageProblem
from uringreview.mail.message import Span
from uringreview.mail.subject import Version
from uringreview.review.decisions import Comment, Decision, DecisionKind, Tag
from uringreview.review.fingerprint import Fingerprint
from uringreview.review.session import Place, open_session
from uringreview.review.session_file import session_folder, sessions

HOLD = Decision("one@example", DecisionKind.HOLD, "a fix is coming")
DROP = Decision("two@example", DecisionKind.DROP_OLDER, drop_from=Version.parse("6.12"))


def words(decisions: object) -> dict[str, str]:
    """Key and word of each decision, what a person sees in the queue."""
    assert isinstance(decisions, dict)
    return {key: decision.kind.value for key, decision in decisions.items()}


def test_a_decision_is_there_at_the_next_start() -> None:
    with open_session(["batch.mbox"]) as session:
        session.decide(HOLD, DROP)
        session.decide(Decision("three@example", DecisionKind.TAKE, tag=Tag.ACKED))
    with open_session(["batch.mbox"]) as again:
        found = again.decisions()
        assert words(found) == {"one@example": "hold", "two@example": "drop-older", "three@example": "take"}
        assert found["one@example"].note == "a fix is coming"
        assert found["two@example"].drop_from == Version(6, 12)
        assert found["three@example"].tag is Tag.ACKED
        assert found["one@example"].made is not None


def test_a_decision_outlives_a_killed_program(tmp_path: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from uringreview.review.session import open_session\n"
        "from uringreview.review.decisions import Decision, DecisionKind\n"
        "session = open_session(['batch.mbox'], folder=Path(sys.argv[1]), name='killed')\n"
        "session.decide(Decision('one@example', DecisionKind.DROP))\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)
    assert ended.returncode == -signal.SIGKILL
    with open_session([], folder=tmp_path, name="killed") as session:
        assert words(session.decisions()) == {"one@example": "drop"}


def test_the_latest_decision_stands_and_the_earlier_one_is_kept() -> None:
    with open_session(["batch.mbox"]) as session:
        session.decide(HOLD)
        session.decide(Decision("one@example", DecisionKind.TAKE))
        assert words(session.decisions()) == {"one@example": "take"}
        assert [each.words for each in session.history("one@example")] == ["held", "taken"]


def test_undo_walks_back_over_patches_and_redo_forward_again() -> None:
    with open_session(["batch.mbox"]) as session:
        session.decide(HOLD)
        session.decide(Decision("two@example", DecisionKind.TAKE))
        session.decide(Decision("one@example", DecisionKind.DROP))
        assert session.undo() == "drop of one@example"
        assert words(session.decisions()) == {"one@example": "hold", "two@example": "take"}
        assert session.undo() == "take of two@example"
        assert session.redo() == "take of two@example"
        assert session.redo() == "drop of one@example"
        assert session.redo() is None
        assert words(session.decisions()) == {"two@example": "take", "one@example": "drop"}


def test_a_new_decision_after_undo_ends_redo() -> None:
    with open_session(["batch.mbox"]) as session:
        session.decide(HOLD)
        session.undo()
        session.decide(Decision("two@example", DecisionKind.TAKE))
        assert session.redo() is None
        assert session.undo() == "take of two@example"
        assert session.undo() is None
        assert words(session.decisions()) == {}


def test_decisions_made_together_are_undone_together() -> None:
    with open_session(["batch.mbox"]) as session:
        session.decide(HOLD, DROP)
        assert session.undo() == "hold of one@example and 1 more"
        assert words(session.decisions()) == {}


def test_a_withdrawn_decision_comes_back_by_undo() -> None:
    with open_session(["batch.mbox"]) as session:
        session.decide(HOLD)
        session.withdraw("one@example")
        session.withdraw("never-decided@example")
        assert words(session.decisions()) == {}
        assert session.undo() == "withdrawal of one@example"
        assert words(session.decisions()) == {"one@example": "hold"}


def test_a_comment_keeps_its_place_and_its_quote_byte_for_byte() -> None:
    on_line = Comment("one@example", "why?", "+\tif (!link) \udce4", DiffAnchor("ring/ch\udce4in.c", 0, 3))
    on_record = Comment("one@example", "is it?", "Record: obviously correct.", Span(10, 36))
    with open_session(["batch.mbox"]) as session:
        stored = session.comment(on_line)
        session.comment(on_record)
    with open_session(["batch.mbox"]) as session:
        first, second = session.comments("one@example")
        assert (first.text, first.quote, first.place) == ("why?", on_line.quote, on_line.place)
        assert (second.text, second.place) == ("is it?", Span(10, 36))
        session.remove_comment(stored.number)
        assert [each.text for each in session.comments("one@example")] == ["is it?"]
        session.undo()
        assert len(session.comments("one@example")) == 2
        assert session.comments("two@example") == ()


def test_a_changed_comment_replaces_itself_only() -> None:
    with open_session(["batch.mbox"]) as session:
        stored = session.comment(Comment("one@example", "why?"))
        session.comment(Comment("one@example", "and this?"))
        session.comment(Comment("one@example", "why here?", number=stored.number))
        assert [each.text for each in session.comments("one@example")] == ["why here?", "and this?"]


def test_place_reply_text_and_patch_list_are_restored() -> None:
    with open_session(["batch.mbox"], [Fingerprint("one@example"), Fingerprint("two@example")]) as session:
        assert session.place is None
        session.set_place(Place("two@example", "series"))
        session.set_reply_text("one@example", "My own words.\n")
    with open_session(["batch.mbox"], [Fingerprint("one@example"), Fingerprint("two@example")]) as session:
        assert session.place == Place("two@example", "series")
        assert session.keys == ("one@example", "two@example")
        assert session.reply_text("one@example") == "My own words.\n"
        session.set_reply_text("one@example", None)
        assert session.reply_text("one@example") is None


def test_any_text_that_a_window_can_hold_is_stored() -> None:
    with open_session(["batch.mbox"]) as session:
        session.decide(
            Decision("k\udcff", DecisionKind.QUESTION, "lone \ud800 surrogate, NUL \0, '); DROP TABLE decision;")
        )
        (decision,) = session.decisions().values()
        assert decision.key == "k\udcff"
        assert decision.note.endswith("'); DROP TABLE decision;")


def test_folder_and_file_are_the_users_alone() -> None:
    with open_session(["batch.mbox"]) as session:
        session.decide(HOLD)
        modes = {part.name: stat.S_IMODE(part.stat().st_mode) for part in session.path.parent.iterdir()}
        assert set(modes.values()) == {0o600}
        assert stat.S_IMODE(session.path.parent.stat().st_mode) == 0o700


def test_two_programs_may_have_one_session_open() -> None:
    with open_session(["batch.mbox"]) as one, open_session(["batch.mbox"]) as two:
        one.decide(HOLD)
        two.decide(DROP)
        assert words(one.decisions()) == words(two.decisions()) == {"one@example": "hold", "two@example": "drop-older"}


@pytest.mark.parametrize("damage", ["header", "middle", "text"])
def test_a_damaged_file_is_set_aside_and_said_so(damage: str) -> None:
    with open_session(["batch.mbox"]) as session:
        for number in range(200):
            session.decide(Decision(f"{number}@example", DecisionKind.HOLD, "x" * 200))
        path = session.path
    content = bytearray(path.read_bytes())
    if damage == "header":
        content[:100] = b"\xff" * 100
    elif damage == "middle":
        content[4096:] = os.urandom(len(content) - 4096)
    else:
        content = bytearray(b"not a database at all, but a note of mine\n" * 20)
    path.write_bytes(content)
    with open_session(["batch.mbox"]) as again:
        assert again.decisions() == {}
        assert "damaged" in again.problem
        kept = [part for part in path.parent.iterdir() if ".damaged-" in part.name]
        assert [part.read_bytes() for part in kept] == [bytes(content)]
        assert str(kept[0]) in again.problem
        again.decide(HOLD)
        assert words(again.decisions()) == {"one@example": "hold"}


def test_a_file_of_a_newer_version_is_left_alone() -> None:
    with open_session(["batch.mbox"]) as session:
        path = session.path
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(EnvironmentProblem, match="newer uringreview"):
        open_session(["batch.mbox"])


def test_the_same_files_are_the_same_session_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with open_session(["a.mbox", "b.mbox"]) as session:
        first = session.name
    with open_session([str(tmp_path / "b.mbox"), str(tmp_path / "a.mbox")]) as session:
        assert session.name.rsplit("-", 1)[1] == first.rsplit("-", 1)[1]
    with open_session(["c.mbox"]) as session:
        assert session.name != first


def test_a_session_name_cannot_leave_its_folder() -> None:
    with pytest.raises(UsageProblem):
        open_session([], name="../elsewhere")


def test_an_unwritable_state_folder_is_one_sentence(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where a folder should be")
    with pytest.raises(EnvironmentProblem, match="cannot be made"):
        open_session(["batch.mbox"], folder=blocked / "sessions")


def test_the_list_of_sessions_counts_and_names_what_was_opened() -> None:
    with open_session(
        ["batch.mbox"], [Fingerprint("one@example"), Fingerprint("two@example")], name="monday"
    ) as session:
        session.decide(HOLD)
    (session_folder() / "broken.sqlite").write_bytes(b"no database" * 100)
    found = {info.name: info for info in sessions()}
    assert (found["monday"].patches, found["monday"].decided) == (2, 1)
    assert [Path(path).name for path in found["monday"].opened] == ["batch.mbox"]
    assert found["broken"].problem
    assert sessions(Path("no/such/folder")) == ()
