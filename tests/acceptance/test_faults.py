"""What goes wrong on real machines: each costs a sentence and perhaps time, never a decision."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.program import run
from tests.support.queues import batch, clone
from uringreview.errors import EnvironmentProblem
from uringreview.review import session as sessions
from uringreview.review.decisions import Decision, DecisionKind
from uringreview.review.session import open_session

GIGABYTE = 1 << 30


def test_an_empty_file_and_one_of_two_gigabytes_are_a_sentence_each_and_the_rest_is_read(tmp_path: Path) -> None:
    empty, big = tmp_path / "empty.mbox", tmp_path / "big.mbox"
    empty.touch()
    with big.open("wb") as file:
        file.truncate(2 * GIGABYTE)
    ran = run("report", empty, big, batch(tmp_path), "--format", "json")
    assert ran.status == 1
    assert ran.json["queue"]["patches"] == 4
    reasons = {Path(problem["source"]).name: problem["reason"] for problem in ran.json["queue"]["problems"]}
    assert set(reasons) == {"empty.mbox", "big.mbox"}
    assert "larger than 512 MB" in reasons["big.mbox"]


def test_a_home_that_cannot_be_written_costs_time_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, "/proc/nowhere")  # where not even root can make a folder
    ran = run("report", batch(tmp_path), "--clone", clone(tmp_path), "--format", "json")
    assert ran.status in (0, 1)
    assert any(patch["branches"] for patch in ran.json["patches"])
    assert "cannot be written" in ran.err
    assert "Traceback" not in ran.err
    with pytest.raises(EnvironmentProblem, match="cannot be made"):
        open_session(["batch.mbox"])


def test_a_clock_set_back_does_not_bring_an_older_decision_to_the_top(monkeypatch: pytest.MonkeyPatch) -> None:
    with open_session(["batch.mbox"]) as session:
        session.decide(Decision("one@example", DecisionKind.HOLD, "not yet"))
        yesterday = (datetime.now().astimezone() - timedelta(days=1)).isoformat()
        monkeypatch.setattr(sessions, "stamp", lambda: yesterday)
        session.decide(Decision("one@example", DecisionKind.TAKE))
        assert session.decisions()["one@example"].kind is DecisionKind.TAKE
    with open_session(["batch.mbox"]) as session:
        assert session.decisions()["one@example"].kind is DecisionKind.TAKE


def test_a_window_that_is_asked_to_end_leaves_no_process_and_no_lock(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "uringreview", str(batch(tmp_path)), "--clone", str(clone(tmp_path))]
    root = Path(__file__).resolve().parents[2]
    program = subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, start_new_session=True)
    try:
        state = Path(os.environ["XDG_STATE_HOME"])
        # The moment that the mails have been read is the worst: the next work is just being begun.
        while not list(state.rglob("*.sqlite")):
            assert program.poll() is None
            time.sleep(0.005)
        program.send_signal(signal.SIGTERM)
        _, said = program.communicate(timeout=60)
    finally:
        program.kill()
    assert program.returncode == 0
    assert b"Traceback" not in said
    with pytest.raises(ProcessLookupError):
        os.killpg(program.pid, 0)
    with open_session([str(tmp_path / "batch.mbox")]) as session:
        session.decide(Decision("one@example", DecisionKind.TAKE))
