"""The command line as scripts rely on it: exit status, what goes to which stream, what is imported when."""

import json
import os
import pty
import subprocess
import sys
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from tests.support import mail, repos
from tests.support.program import run
from uringreview.cli import main
from uringreview.review.decisions import Decision, DecisionKind
from uringreview.review.fingerprint import Fingerprint
from uringreview.review.session import open_session


@pytest.fixture
def queue(tmp_path: Path) -> Path:
    """Three mails: two patches and an answer to the second."""
    path = tmp_path / "queue.mbox"
    path.write_bytes(mail.mbox(mail.autosel(), mail.autosel(position=2, title="ring: free it"), mail.reply(to=2)))
    return path


@pytest.fixture(autouse=True)
def identity(masked_host: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reviewer whom git knows."""
    config = masked_host / "gitconfig"
    config.write_text("[user]\n\tname = Rita Reviewer\n\temail = rita@kernel.example\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.delenv("GIT_AUTHOR_NAME")
    monkeypatch.delenv("GIT_AUTHOR_EMAIL")


def test_version_is_told_without_qt_and_without_the_clone_library() -> None:
    script = (
        "import sys\nfrom uringreview.cli import main\n"
        "try:\n    main(['--version'])\nexcept SystemExit as end:\n    print(end.code)\n"
        "print([name for name in ('PySide6', 'pygit2', 'unidiff', 'sqlite3') if name in sys.modules])\n"
    )
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    version, code, imported = out.splitlines()
    assert version.startswith("uringreview ")
    assert (code, imported) == ("0", "[]")


@pytest.mark.parametrize(
    "words",
    [
        ["report"],
        ["report", "x", "--format", "xml"],
        ["report", "x", "--only", "verified"],
        ["report", "x", "--claims", "--html", "y"],
        ["report", "x", "--claims", "--format", "json"],
        ["reply"],
        ["--nonsense"],
    ],
)
def test_wrong_usage_is_status_two(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


def test_a_report_counts_patches_and_answers(queue: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(queue), "--format", "json"]) == 0
    out, err = capsys.readouterr()
    found = json.loads(out)["queue"]
    assert (found["patches"], found["not_loaded"], found["replies"], err) == (2, 0, 1, "")


def test_a_file_called_like_a_command_is_read_by_that_command(
    queue: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    queue.rename(queue.with_name("report"))
    monkeypatch.chdir(queue.parent)
    assert main(["report", "report", "--summary"]) == 0
    assert "2 patches" in capsys.readouterr().out


def test_standard_input_is_a_queue(queue: Path) -> None:
    ran = run("report", "-", "--format", "json", stdin=queue.read_bytes())
    assert (ran.status, ran.json["queue"]["patches"]) == (0, 2)


def test_what_cannot_be_read_is_said_once_and_the_rest_is_reported(
    queue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.eml"
    empty.touch()
    assert main(["report", str(queue), str(empty)]) == 1
    out, err = capsys.readouterr()
    assert "2 patches" in out
    assert len(err.splitlines()) == 1
    assert "empty.eml" in err


def test_a_clone_that_is_none_leaves_the_mails_reported(
    queue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["report", str(queue), "--clone", str(tmp_path / "nowhere"), "--format", "json"]) == 2
    out, err = capsys.readouterr()
    assert json.loads(out)["queue"]["patches"] == 2
    assert len(err.splitlines()) == 1


def test_a_branch_that_the_clone_lacks_is_status_two(
    queue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clone = repos.Repo.create(tmp_path / "clone")
    clone.commit("linux-6.6.y", {"ring/chain.c": "int x;\n"})
    assert main(["report", str(queue), "--clone", str(clone.path), "--branch", "linux-4.4.y"]) == 2
    assert "linux-6.6.y" in capsys.readouterr().err


def test_a_reader_that_stops_early_is_no_error(queue: Path) -> None:
    queue.write_bytes(mail.mbox(*(mail.autosel(position=n, title=f"t{n} {'x' * 400}") for n in range(1, 200))))
    command = f"{sys.executable} -m uringreview report {queue} --format json | head -c 10; exit ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, check=False)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_without_a_display_the_window_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main(["--demo"]) == 2
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "display" in err


def test_a_path_with_a_slash_is_opened_in_the_window_even_if_it_is_called_like_a_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main(["./report"]) == 2
    assert "no display" in capsys.readouterr().err


def test_progress_is_shown_to_a_person_only(queue: Path) -> None:
    try:
        leader, follower = pty.openpty()
    except OSError as error:
        pytest.skip(f"this machine has no terminal to offer: {error}")
    command = [sys.executable, "-m", "uringreview", "report", str(queue), "--summary"]
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=follower, check=True)
    os.close(follower)
    shown = os.read(leader, 65536)
    os.close(leader)
    assert b"mails 1/4" in shown
    assert shown.endswith(b"\r\x1b[K")
    assert b"\x1b" not in ran.stdout
    assert subprocess.run(command, capture_output=True, check=True).stderr == b""


def test_a_reply_is_written_and_its_path_printed(
    queue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["reply", str(queue), "--upstream", mail.upstream_id(2)[:12], "--decision", "drop"]
    assert main([*words, "--note", "It leaks.", "--out", str(tmp_path / "out")]) == 0
    path = Path(capsys.readouterr().out.strip())
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    assert message["In-Reply-To"] == f"<{mail.message_id(2)}>"
    assert "It leaks." in path.read_text()


def test_drop_older_names_its_branch(queue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["reply", str(queue), "--upstream", mail.upstream_id(2), "--decision", "drop-older", "--from", "6.12"]
    assert main([*words, "--out", str(tmp_path)]) == 0
    assert "from 6.12 and older" in Path(capsys.readouterr().out.strip()).read_text()


def test_a_take_writes_nothing_unless_asked(queue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["reply", str(queue), "--upstream", mail.upstream_id(2), "--decision", "take", "--out", str(tmp_path / "o")]
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert out == ""
    assert "--ack" in err
    assert main([*words, "--ack"]) == 0
    assert "Acked-by: Rita Reviewer <rita@kernel.example>" in Path(capsys.readouterr().out.strip()).read_text()


@pytest.mark.parametrize("upstream", ["ffffffffffff", "", "xyz", "../x"])
def test_an_id_that_names_no_patch_is_status_two(
    queue: Path, tmp_path: Path, upstream: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["reply", str(queue), f"--upstream={upstream}", "--decision", "hold", "--out", str(tmp_path)]
    assert main(words) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_question_without_a_note_is_status_two(
    queue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["reply", str(queue), "--upstream", mail.upstream_id(1), "--decision", "question", "--out", str(tmp_path)]
    assert main(words) == 2
    assert "question" in capsys.readouterr().err


def test_simulate_gives_each_subset_a_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--scenario", "S2", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    cells = {tuple(cell["applied"]): cell for cell in found["cells"]}
    assert cells[("p1", "p2", "p3")]["violations"] == ["UAF"]
    assert cells[()]["violations"] == cells[("p1", "p2", "p3", "p4")]["violations"] == []
    assert all(cell["exhaustive"] and cell["states"] > 0 for cell in found["cells"])


@pytest.mark.parametrize("applied", ["p1,p2,p3", "20c39819a276,49ae66eb,a65855ec34aed", "p3, p1 ,49ae66eb"])
def test_simulate_takes_names_and_upstream_ids(applied: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--scenario", "S2", "--applied", applied, "--format", "json", "--trace"]) == 0
    (cell,) = json.loads(capsys.readouterr().out)["cells"]
    assert (cell["applied"], cell["violations"]) == (["p1", "p2", "p3"], ["UAF"])
    assert cell["traces"]


def test_simulate_of_no_patch_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", "--scenario", "S2", "--applied", "none"]) == 0
    assert "no violation in this model" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--scenario", "S99"], ["--applied", "p77"], ["--applied", "0000000"]])
def test_simulate_names_what_there_is(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["simulate", *words]) == 2
    err = capsys.readouterr().err
    assert "S2" in err or "p1" in err


def test_sessions_are_listed_with_what_was_opened(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sessions"]) == 0
    assert "No sessions" in capsys.readouterr().out
    with open_session(["batch.mbox"], [Fingerprint("one@example")], name="monday") as session:
        session.decide(Decision("one@example", DecisionKind.HOLD))
    assert main(["sessions"]) == 0
    out = capsys.readouterr().out
    assert "monday" in out
    assert "1 of 1 decided" in out
    assert "batch.mbox" in out


def test_doctor_says_what_is_there_and_how_to_get_what_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    for name in ("python", "PySide6", "pygit2", "unidiff", "git", "send-email", "spin", "display", "cache"):
        assert name in out
    assert main(["doctor", "--clone", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().out


def test_sessions_are_renamed_merged_handed_over_and_archived(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with open_session(["batch.mbox"], [Fingerprint("one@example")], name="monday") as session:
        session.decide(Decision("one@example", DecisionKind.HOLD))
    file = str(tmp_path / "handed.json")
    for words in (["rename", "monday", "mine"], ["export", "mine", file], ["import", file, "theirs"]):
        assert main(["sessions", *words]) == 0
    capsys.readouterr()
    assert main(["sessions", "merge", "mine", "theirs"]) == 0
    assert capsys.readouterr().out.startswith("1 patches are in both; 0 got")
    assert main(["sessions", "archive", "mine", "theirs"]) == 0
    capsys.readouterr()
    assert main(["sessions", "list"]) == 0
    assert "No sessions" in capsys.readouterr().out
    assert main(["sessions", "--archived"]) == 0
    assert "mine" in capsys.readouterr().out
    assert main(["sessions", "rename", "nobody", "else"]) == 2
    with pytest.raises(SystemExit):
        main(["sessions", "merge", "one"])


def test_claims_are_listed_and_pages_written(queue: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", str(queue), "--claims", "--only", "verified"]) == 0
    assert "claims: " in capsys.readouterr().out
    assert main(["report", str(queue), "--html", str(tmp_path / "pages")]) == 0
    written = capsys.readouterr().out.split()
    assert sorted(written) == sorted(str(path) for path in (tmp_path / "pages").iterdir())


def test_doctor_looks_at_the_clone_that_the_window_remembers(masked_host: Path, tmp_path: Path) -> None:
    repository = repos.Repo.create(tmp_path / "linux")
    repository.release("linux-6.12.y", "6.12", {"a.c": "int a;\n"})
    config = masked_host / ".config" / "uringreview" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'clone = "{repository.path}"\n')
    assert f"{repository.path}: linux-6.12.y" in run("doctor").out
    config.write_text("clone = 7\n")
    assert "none chosen" in run("doctor").out
