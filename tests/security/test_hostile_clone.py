"""A clone that came from somebody else runs nothing, leads nowhere, and is read only if it is one's own.

git-config(1) names the settings that start a program; each is set in the clone to one that leaves a mark.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.program import checksums, run
from tests.support.queues import batch, clone
from uringreview.demo import Demo, build_demo

COMMANDS = (
    *("core.fsmonitor", "core.editor", "core.pager", "core.sshCommand", "core.askPass", "core.gitProxy"),
    *("core.alternateRefsCommand", "diff.external", "diff.evil.textconv", "diff.evil.command", "merge.evil.driver"),
    *("filter.evil.clean", "filter.evil.smudge", "filter.evil.process", "credential.helper", "gpg.program"),
    *("pager.log", "pager.rev-list", "pager.config", "uploadpack.packObjectsHook", "sequence.editor", "alias.rev-list"),
    *("alias.version", "sendemail.tocmd", "interactive.diffFilter", "init.templateDir"),
)


@pytest.fixture
def trapped(tmp_path: Path) -> Path:
    """A clone whose configuration, hooks and attributes would each run a program that makes the file `mark`."""
    path = clone(tmp_path)
    trap = tmp_path / "trap"
    trap.write_text(f"#!/bin/sh\necho \"$0 $*\" >>'{tmp_path}/mark'\n")
    trap.chmod(0o755)
    included = tmp_path / "included"
    for name in COMMANDS:
        value = f"!{trap}" if name.startswith("alias.") else str(trap)
        subprocess.run(["git", "config", "--file", str(included), name, value], check=True)
    git_dir = path / ".git"
    subprocess.run(["git", "-C", str(path), "config", "core.hooksPath", str(git_dir / "hooks")], check=True)
    # Through an include as well as directly: either alone has to do nothing.
    with (git_dir / "config").open("a") as config:
        config.write(included.read_text() + f"[include]\n\tpath = {included}\n")
    (git_dir / "info").mkdir(exist_ok=True)
    (git_dir / "info" / "attributes").write_text("* diff=evil filter=evil merge=evil\n")
    for hook in ("post-checkout", "pre-auto-gc", "reference-transaction", "post-index-change", "fsmonitor-watchman"):
        shutil.copy(trap, git_dir / "hooks" / hook)
    return path


def test_nothing_that_a_clone_names_is_run(trapped: Path, tmp_path: Path) -> None:
    queue, mark = batch(tmp_path), tmp_path / "mark"
    before = checksums(trapped)
    for words in (["report", queue], ["report", queue, "--claims"], ["doctor"]):
        ran = run(*words, "--clone", trapped)
        assert "Traceback" not in ran.err
    assert not mark.exists(), mark.read_text()
    assert checksums(trapped) == before
    # The trap does snap where git is run without care.
    subprocess.run(["git", "-C", str(trapped), "log", "-p", "--ext-diff", "-1", "linux-7.0.y"], capture_output=True)
    subprocess.run(["git", "-C", str(trapped), "status"], capture_output=True)
    assert mark.exists()


def test_git_is_run_with_what_a_clone_could_name_switched_off(
    trapped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, log = shutil.which("git"), tmp_path / "runs"
    (tmp_path / "bin").mkdir()
    spy = tmp_path / "bin" / "git"
    keep = "GIT_NO_LAZY_FETCH=$GIT_NO_LAZY_FETCH GIT_OPTIONAL_LOCKS=$GIT_OPTIONAL_LOCKS GIT_DIR=$GIT_DIR"
    spy.write_text(f"#!/bin/sh\necho \"{keep} $*\" >>'{log}'\nexec '{real}' \"$@\"\n")
    spy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{spy.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    run("report", batch(tmp_path), "--clone", trapped, "--format", "json")
    into_the_clone = [line for line in log.read_text().splitlines() if str(trapped) in line]
    assert into_the_clone
    for line in into_the_clone:
        assert line.startswith("GIT_NO_LAZY_FETCH=1 GIT_OPTIONAL_LOCKS=0 GIT_DIR= ")
        for option in (
            "--no-replace-objects",
            "core.fsmonitor=false",
            "core.hooksPath=/dev/null",
            "protocol.allow=never",
        ):
            assert option in line
        assert "rev-list" in line  # which knows neither textconv nor an external diff


def test_no_program_but_git_is_started_and_nothing_is_connected_to(tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    demo: Demo = build_demo(tmp_path / "demo")
    log = tmp_path / "strace.log"
    traced = (strace, "-f", "-s", "4096", "-e", "trace=execve,connect", "-o", str(log))
    ran = run("report", demo.queue_path, "--clone", demo.clone_path, "--format", "json", before=traced)
    if "ptrace" in ran.err:
        pytest.skip("this machine does not let strace trace")
    text = log.read_text()
    started = re.findall(r'execve\("([^"]+)", \[([^\]]*)\].* = 0', text)
    assert started
    assert {Path(path).name for path, _ in started[1:]} <= {"git", "python", Path(started[0][0]).name}
    assert set(re.findall(r"sa_family=(\w+)", text)) <= {"AF_UNIX"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a clone to another user")
def test_another_users_clone_is_refused_with_gits_own_way_out(tmp_path: Path) -> None:
    path = clone(tmp_path)
    for each in (path, *path.rglob("*")):
        os.chown(each, 12345, 12345)
    ran = run("report", batch(tmp_path), "--clone", path, "--format", "json")
    assert ran.status == 2
    assert "safe.directory" in ran.err
    assert len(ran.err.strip().splitlines()) == 1
