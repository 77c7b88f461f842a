"""What the program never does, whatever it is given: write to the clone, reach the network, lose the rest.

A user's clone holds years of work and the input is hostile mail; these are promises, so they are tried from outside.
"""

import re
import shutil
from pathlib import Path

import pytest

from tests.support.program import checksums, run
from uringreview.demo import Demo, build_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return build_demo(tmp_path_factory.mktemp("demo"))


def test_the_clone_is_left_byte_for_byte_as_it_was(demo: Demo) -> None:
    before = checksums(demo.clone_path)
    ran = run("report", demo.queue_path, "--clone", demo.clone_path, "--format", "json")
    assert ran.status in (0, 1), ran.err
    assert any(patch["branches"] for patch in ran.json["patches"])
    assert checksums(demo.clone_path) == before


def test_a_run_connects_to_nothing(demo: Demo, tmp_path: Path) -> None:
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace is not installed")
    log = tmp_path / "strace.log"
    traced = (strace, "-f", "-e", "trace=network", "-o", str(log))
    ran = run("report", demo.queue_path, "--clone", demo.clone_path, "--format", "text", before=traced)
    if "ptrace" in ran.err:
        pytest.skip("this machine does not let strace trace")
    assert ran.status in (0, 1), ran.err
    families = re.findall(r"connect\(\d+, \{sa_family=(\w+)", log.read_text())
    assert set(families) <= {"AF_UNIX"}


@pytest.mark.parametrize("name", ["empty", "folder", "pdf", "absent"])
def test_bad_input_gets_one_sentence_and_the_rest_stays_usable(demo: Demo, tmp_path: Path, name: str) -> None:
    bad = tmp_path / name
    if name == "empty":
        bad.write_bytes(b"")
    elif name == "folder":
        bad.mkdir()
    elif name == "pdf":
        bad.write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< >>\nendobj\n")
    ran = run("report", bad, demo.queue_path, "--format", "json")
    assert ran.status == 1
    assert ran.json["queue"]["patches"] >= 8
    about = [problem for problem in ran.json["queue"]["problems"] if name in problem["source"]]
    assert len(about) == 1
    assert about[0]["reason"].strip()
    assert "\n" not in about[0]["reason"]


def test_a_truncated_mbox_keeps_the_mails_before_the_cut(demo: Demo, tmp_path: Path) -> None:
    whole = demo.queue_path.read_bytes()
    cut = tmp_path / "cut.mbox"
    cut.write_bytes(whole[: len(whole) * 3 // 5])
    ran = run("report", cut, "--format", "json")
    assert ran.status in (0, 1)
    assert ran.json["queue"]["patches"] >= 4
    assert "Traceback" not in ran.err


def test_a_clone_that_is_no_repository_is_one_sentence_and_status_two(demo: Demo, tmp_path: Path) -> None:
    ran = run("report", demo.queue_path, "--clone", tmp_path, "--format", "json")
    assert ran.status == 2
    assert "Traceback" not in ran.err
    assert len(ran.err.strip().splitlines()) == 1


def test_the_simulator_finds_the_use_after_free_from_the_patches_alone() -> None:
    ran = run("simulate", "--scenario", "S2", "--format", "json")
    cells = {frozenset(cell["applied"]): cell for cell in ran.json["cells"]}
    assert ran.status == 0
    assert len(cells) == 16
    assert "UAF" in str(cells[frozenset(("p1", "p2", "p3"))]["violations"])
    for safe in ((), ("p1", "p2", "p3", "p4")):
        assert cells[frozenset(safe)]["violations"] == []
    assert all(cell["exhaustive"] for cell in cells.values())
