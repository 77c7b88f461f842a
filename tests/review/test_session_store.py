"""Sessions as files: renamed, archived, merged, handed over, and two windows on one."""

import json
import os
import stat
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.support import mail
from tests.support.sessions import make_first_version
from uringreview.errors import UnreadableError, UsageProblem
from uringreview.mail.queue import load
from uringreview.mail.subject import Version
from uringreview.progress import finish
from uringreview.review.decisions import Comment, Decision, DecisionKind, Snooze
from uringreview.review.fingerprint import Fingerprint, fingerprints
from uringreview.review.handover import export_session, import_session
from uringreview.review.session import open_session
from uringreview.review.session_file import ARCHIVE, session_folder, sessions
from uringreview.review.session_store import archive, merge, rename

ONE, TWO = Fingerprint("one@example", "1" * 40, "a" * 64, "one"), Fingerprint("two@example", "2" * 40, "b" * 64, "two")
AGAIN = Fingerprint("one-again@example", "1" * 40, "a" * 64, "one")
CHANGED = Fingerprint("two-again@example", "2" * 40, "c" * 64, "two")
HOLD = Decision(ONE.key, DecisionKind.HOLD, "a fix is coming")


def begin(name: str | None, *patches: Fingerprint, path: str = "batch.mbox") -> None:
    """A session of the queue at `path`, in which the first patch is held."""
    with open_session([path], patches, name=name) as session:
        session.decide(Decision(patches[0].key, DecisionKind.HOLD, "a fix is coming"))


def test_a_renamed_session_is_found_by_its_name_and_by_its_queue() -> None:
    begin(None, ONE)
    (info,) = sessions()
    rename(info.name, "monday")
    for paths, name in (([], "monday"), (["batch.mbox"], None)):
        with open_session(paths, [ONE] if paths else [], name=name) as session:
            assert session.name == "monday"
            assert list(session.decisions()) == [ONE.key]
    assert [each.name for each in sessions()] == ["monday"]


def test_a_name_that_is_taken_or_impossible_is_refused() -> None:
    begin("monday", ONE)
    begin("tuesday", TWO, path="other.mbox")
    archive("tuesday")
    for new in ("monday", "tuesday", "../x", ""):
        with pytest.raises(UsageProblem):
            rename("monday", new)
    with pytest.raises(UsageProblem, match="stored are: monday"):
        rename("friday", "sunday")


def test_an_archived_session_leaves_the_list_and_comes_back_when_opened() -> None:
    begin(None, ONE)
    (info,) = sessions()
    archive(info.name)
    assert sessions() == ()
    assert [each.name for each in sessions(session_folder() / ARCHIVE)] == [info.name]
    assert stat.S_IMODE((session_folder() / ARCHIVE).stat().st_mode) == 0o700
    with open_session(["batch.mbox"], [ONE]) as session:
        assert list(session.decisions()) == [ONE.key]
    assert [each.name for each in sessions()] == [info.name]


def test_a_session_that_is_open_is_not_moved() -> None:
    with open_session(["batch.mbox"], [ONE], name="monday") as session:
        session.decide(HOLD)
        with pytest.raises(UsageProblem, match="open in a window"):
            rename("monday", "tuesday")
        with pytest.raises(UsageProblem, match="open in a window"):
            archive("monday")
        session.decide(Decision(ONE.key, DecisionKind.DROP))
    with open_session([], name="monday") as session:
        assert session.decisions()[ONE.key].kind is DecisionKind.DROP


def test_a_batch_sent_again_brings_its_decisions_along() -> None:
    sent = datetime(2026, 5, 20, tzinfo=UTC)
    with open_session(["first.mbox"], [ONE, TWO], name="first") as session:
        session.decide(HOLD, Decision(TWO.key, DecisionKind.DROP))
        session.decide(Decision(ONE.key, DecisionKind.DROP, branch=Version(6, 6)))
        session.snooze(Snooze(until=date(2026, 6, 1)), ONE.key)
        session.mark_sent(sent, ONE.key)
        session.comment(Comment(ONE.key, "why?", "+\tif (x)"))
        session.set_reply_text(ONE.key, "My own words.")
    with open_session(["second.mbox"], [AGAIN, CHANGED], name="second"):
        pass
    assert str(merge("first", "second")).startswith("1 patches are in both, 1 of them sent again")
    with open_session([], name="second") as session:
        assert session.decisions()[AGAIN.key].note == "a fix is coming"
        assert [str(each.branch) for each in session.branch_decisions()[AGAIN.key]] == ["6.6"]
        assert session.asides()[AGAIN.key].snooze == Snooze(until=date(2026, 6, 1))
        assert session.asides()[AGAIN.key].sent is None
        assert [each.text for each in session.comments(AGAIN.key)] == ["why?"]
        assert session.reply_text(AGAIN.key) == "My own words."
        assert CHANGED.key not in session.decisions(), "a changed diff has to be looked at again"
        assert merge("first", "second").patches == 0
        session.undo()
        assert session.decisions() == {}


def test_of_two_reviewers_the_later_decision_stands_and_the_earlier_one_is_history() -> None:
    now = datetime.now(UTC)
    with open_session(["batch.mbox"], [ONE, TWO], name="mine") as session:
        session.decide(Decision(ONE.key, DecisionKind.TAKE, made=now))
        session.decide(Decision(TWO.key, DecisionKind.TAKE, made=now - timedelta(hours=2)))
    with open_session(["batch.mbox"], [ONE, TWO], name="theirs") as session:
        session.decide(Decision(ONE.key, DecisionKind.DROP, made=now - timedelta(hours=1)))
        session.decide(Decision(TWO.key, DecisionKind.DROP, made=now - timedelta(hours=1)))
    merge("theirs", "mine")
    with open_session([], name="mine") as session:
        found = {key: each.kind.value for key, each in session.decisions().items()}
        assert found == {ONE.key: "take", TWO.key: "drop"}
        assert [event.words for event in session.history(TWO.key)] == ["taken", "dropped"]


def test_the_same_patch_in_another_mail_has_the_same_fingerprint(tmp_path: Path) -> None:
    for name, batch, lines in (("a", 1, "10,3"), ("b", 2, "17,3"), ("c", 3, "10,3")):
        text = mail.autosel(title="ring: stop", position=1).replace(b"20260520120000", b"2026052%d120000" % batch)
        changed = text.replace(b"+\t", b"+\t\t") if name == "c" else text.replace(b"@@ -10,3", b"@@ -" + lines.encode())
        (tmp_path / f"{name}.mbox").write_bytes(mail.mbox(changed))
    found = [fingerprints(finish(load([str(tmp_path / f"{name}.mbox")])).rows)[0] for name in "abc"]
    assert found[0].key != found[1].key
    assert found[0].same(found[1])
    assert not found[0].same(found[2])


def test_a_session_travels_as_one_private_json_file(tmp_path: Path) -> None:
    with open_session(["batch.mbox"], [ONE, TWO], name="mine") as session:
        session.decide(HOLD, Decision("k\udcff", DecisionKind.QUESTION, "bytes \udcff"))
        session.decide(Decision(ONE.key, DecisionKind.DROP, branch=Version(6, 6)))
        session.undo()
        session.note("for me", ONE.key)
        session.comment(Comment(ONE.key, "why?", "+\tx \udce4"))
        before = (session.decisions(), session.asides(), session.patches, session.history(ONE.key))
    path = export_session("mine", tmp_path / "mine.json")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(UsageProblem, match="there already"):
        export_session("mine", path)
    assert import_session(path) == "mine-2"
    with open_session([], name="mine-2") as session:
        assert (session.decisions(), session.asides(), session.patches, session.history(ONE.key)) == before
        assert [each.quote for each in session.comments(ONE.key)] == ["+\tx \udce4"]
        assert session.undo() == f"comment of {ONE.key}"


def test_an_export_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    tables = {
        "decision": [
            {"number": 1, "step": 1, "key": "one@example", "kind": "hold", "note": "", "tag": "", "drop_from": None}
            | {"made": "2026-05-20T10:42:00+00:00", "state": "live"}
        ]
    }
    (tmp_path / "old.json").write_text(json.dumps({"uringreview-session": 1, "name": "old", "tables": tables}))
    assert import_session(tmp_path / "old.json", "new") == "new"
    with open_session([], name="new") as session:
        assert [each.kind.value for each in session.decisions().values()] == ["hold"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        "[" * 100_000,
        '{"uringreview-session": 99, "tables": {}}',
        '{"uringreview-session": 2, "tables": []}',
        '{"uringreview-session": 2, "tables": {"decision": {"number": 1}}}',
        '{"uringreview-session": 2, "tables": {"decision": [{"number": "x"}]}}',
        '{"uringreview-session": 2, "tables": {"step": [{"number": 1, "state": "odd", "made": "x"}]}}',
        '{"uringreview-session": 2, "tables": {"decision": [{"number": 99999999999999999999999}]}}',
        '{"uringreview-session": 2, "tables": {"about": [{"name": "paths", "value": "nonsense"}]}}',
        '{"uringreview-session": 1, "tables": {"decision": [{"number": 1, "step": 1, "key": "k", "kind": "odd",'
        ' "note": "", "tag": "", "made": "2026-05-20T10:42:00+00:00", "state": "live"}]}}',
    ],
)
def test_what_is_no_export_makes_no_session(tmp_path: Path, text: str) -> None:
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(UnreadableError):
        import_session(tmp_path / "x.json")
    assert sessions() == ()


def test_columns_and_tables_of_others_are_left_out(tmp_path: Path) -> None:
    tables = {"step (x); DROP TABLE step": [{}], "about": [{"name": "paths", "value": "[]", "a) VALUES (1); --": 1}]}
    (tmp_path / "x.json").write_text(json.dumps({"uringreview-session": 2, "name": "../../evil", "tables": tables}))
    assert import_session(tmp_path / "x.json") == "imported"


def test_another_windows_decision_is_noticed_and_the_last_one_stands() -> None:
    with open_session(["batch.mbox"], [ONE]) as mine, open_session(["batch.mbox"], [ONE]) as theirs:
        mine.changed_elsewhere()
        mine.decide(HOLD)
        assert not mine.changed_elsewhere()
        theirs.decide(Decision(ONE.key, DecisionKind.DROP))
        assert mine.changed_elsewhere()
        assert not mine.changed_elsewhere()
        assert mine.decisions()[ONE.key].kind is DecisionKind.DROP
        assert [event.words for event in mine.history(ONE.key)] == ["held", "dropped"]


def test_a_file_of_the_second_version_gets_room_for_fingerprints(tmp_path: Path) -> None:
    make_first_version(tmp_path / "old.sqlite")
    with open_session([], folder=tmp_path, name="old") as session:
        assert [each.key for each in session.patches] == ["one@example", "two@example"]
        assert {each.upstream for each in session.patches} == {""}
        assert [os.path.basename(path) for path in session.opened] == ["batch.mbox"]
