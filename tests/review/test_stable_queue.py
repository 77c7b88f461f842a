"""What was taken goes out as stable-queue directories that git-am, git-quiltimport and quilt apply."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.support import mail
from tests.support.repos import Repo
from uringreview.errors import UsageProblem
from uringreview.mail.queue import load
from uringreview.mail.subject import Version
from uringreview.progress import finish
from uringreview.review.decisions import Decision, DecisionKind
from uringreview.review.desk import examine, with_clone
from uringreview.review.facts import Desk
from uringreview.review.stable_queue import QueueFolder, write_stable_queues

BASE = "".join(f"int line_{n};\n" for n in range(40))
FIRST = BASE.replace("int line_9;\n", "int line_9;\nint added;\n")
SECOND = FIRST.replace("int added;\n", "int added = 1;\n")
THIRD = {"usb/port.c": "int port;\n"}


@pytest.fixture
def linux(tmp_path: Path) -> Repo:
    """Stable branches that take the patches, take them moved, refuse them, and the three changes on main."""
    repo = Repo.create(tmp_path / "linux")
    base = repo.release("linux-7.0.y", "7.0.1", {"ring/chain.c": BASE})
    repo.commit("linux-6.12.y", {"ring/chain.c": "int moved;\n" * 7 + BASE.replace("line_22;", "moved;")}, start=base)
    repo.commit("linux-6.6.y", {"ring/chain.c": "int other;\n"}, start=base)
    repo.commit("main", {"ring/chain.c": FIRST}, "ring: add a line\n", start=base)
    repo.commit("main", {"ring/chain.c": SECOND}, "ring: give it a value\n")
    repo.commit("main", THIRD, "usb: name the port\n")
    return repo


@pytest.fixture
def desk(linux: Repo, tmp_path: Path) -> Desk:
    """The three as mails, the fix before what it fixes, with what the clone says."""
    ids = linux.git("rev-list", "--reverse", "linux-7.0.y..main").split()
    diffs = [linux.diff(f"{each}^", each) + "\n" for each in ids]
    path = tmp_path / "batch.mbox"
    path.write_bytes(
        mail.mbox(
            mail.autosel(
                title="ring: give it a value",
                position=1,
                upstream=ids[1],
                diff=diffs[1],
                trailers=(
                    f'Fixes: {ids[0][:12]} ("ring: add a line")',
                    "Signed-off-by: Ada Author <ada@kernel.example>",
                ),
            ),
            mail.autosel(title="ring: add a line", position=2, upstream=ids[0], diff=diffs[0]),
            mail.autosel(title="../usb: näme the $(port)", position=3, upstream=ids[2], diff=diffs[2], asked="7.0"),
        )
    )
    found = finish(examine(finish(load([str(path)]))))
    return finish(with_clone(found, str(linux.path)))


def takes(desk: Desk) -> Mapping[str, Decision]:
    """Everything taken."""
    return {each.key: Decision(each.key, DecisionKind.TAKE) for each in desk.facts}


def written(desk: Desk, folder: Path, single: Mapping[str, Sequence[Decision]] | None = None) -> dict[str, QueueFolder]:
    """The folders by branch, everything taken."""
    return {each.branch: each for each in finish(write_stable_queues(folder, desk, takes(desk), single or {}))}


def work_tree(linux: Repo, branch: str, folder: Path) -> Path:
    """A checkout of the branch."""
    linux.git("worktree", "add", "-q", "--detach", str(folder), branch)
    return folder


def test_each_branch_gets_what_it_is_asked_for_in_the_order_to_apply(desk: Desk, tmp_path: Path) -> None:
    found = written(desk, tmp_path / "out")
    assert found["linux-7.0.y"].written == (
        "ring-add-a-line.patch",
        "ring-give-it-a-value.patch",
        "usb-n-me-the-port.patch",
    )
    assert found["linux-6.12.y"].written == ("ring-add-a-line.patch", "ring-give-it-a-value.patch")
    assert found["linux-6.6.y"].written == ()
    assert [each.partition(":")[0] for each in found["linux-6.6.y"].left_out] == ["ring", "ring"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["queue-6.12", "queue-6.6", "queue-7.0"]
    series = (tmp_path / "out" / "queue-6.6" / "series").read_text()
    assert all(line.startswith("# left out: ring") for line in series.splitlines())


def test_each_patch_names_its_commit_its_author_and_no_rationale(desk: Desk, tmp_path: Path) -> None:
    folder = written(desk, tmp_path / "out")["linux-7.0.y"].path
    for name in (folder / "series").read_text().split():
        text = (folder / name).read_text()
        title = text.partition("Subject: [PATCH] ")[2].partition("\n")[0]
        (facts,) = [each for each in desk.facts if each.patch.upstream and each.patch.upstream in text]
        assert f"\n\ncommit {facts.patch.upstream} upstream.\n\nWalking an empty" in text, title
        assert "From: Ada Author <ada@kernel.example>\n" in text
        assert "Upstream commit" not in text
        assert "Phase 1" not in text


@pytest.mark.parametrize("branch", ["linux-7.0.y", "linux-6.12.y"])
def test_git_am_takes_the_series(desk: Desk, linux: Repo, tmp_path: Path, branch: str) -> None:
    folder = written(desk, tmp_path / "out")[branch].path
    work = work_tree(linux, branch, tmp_path / "work")
    names = [str(folder / name) for name in (folder / "series").read_text().split()]
    subprocess.run(["git", "-C", str(work), "am", "-q", *names], check=True, capture_output=True)
    assert (work / "ring/chain.c").read_text().count("int added = 1;") == 1
    log = subprocess.run(
        ["git", "-C", str(work), "log", "--format=%an %s", f"{branch}.."], check=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert len(log) == len(names)
    assert log[-1] == "Ada Author ring: add a line"
    assert not any("PATCH" in line for line in log)


@pytest.mark.parametrize("branch", ["linux-7.0.y", "linux-6.12.y"])
def test_git_quiltimport_takes_the_directory(desk: Desk, linux: Repo, tmp_path: Path, branch: str) -> None:
    folder = written(desk, tmp_path / "out")[branch].path
    work = work_tree(linux, branch, tmp_path / "work")
    subprocess.run(["git", "-C", str(work), "quiltimport", "--patches", str(folder)], check=True, capture_output=True)
    assert (work / "ring/chain.c").read_text().count("int added = 1;") == 1


@pytest.mark.parametrize("branch", ["linux-7.0.y", "linux-6.12.y"])
def test_quilt_pushes_the_directory_without_fuzz(desk: Desk, linux: Repo, tmp_path: Path, branch: str) -> None:
    if shutil.which("quilt") is None:
        pytest.skip("quilt is not installed")
    folder = written(desk, tmp_path / "out")[branch].path
    work = work_tree(linux, branch, tmp_path / "work")
    shutil.copytree(folder, work / "patches")
    done = subprocess.run(["quilt", "push", "-a"], cwd=work, check=True, capture_output=True, text=True)
    assert "fuzz" not in done.stdout
    assert "offset" not in done.stdout
    assert (work / "ring/chain.c").read_text().count("int added = 1;") == 1


def test_a_decision_for_one_branch_counts_there_alone(desk: Desk, tmp_path: Path) -> None:
    usb = desk.facts[2].key
    ring = [each.key for each in desk.facts[:2]]
    single = {
        usb: (Decision(usb, DecisionKind.TAKE, branch=Version(6, 12)),),
        **{key: (Decision(key, DecisionKind.DROP, branch=Version(6, 12)),) for key in ring},
    }
    assert written(desk, tmp_path / "out", single)["linux-6.12.y"].written == ("usb-n-me-the-port.patch",)


def test_what_the_branch_has_already_is_left_out_and_said(desk: Desk, linux: Repo, tmp_path: Path) -> None:
    first = desk.facts[1]
    linux.commit(
        "linux-7.0.y", {"ring/chain.c": FIRST}, f"ring: add a line\n\ncommit {first.patch.upstream} upstream.\n"
    )
    again = finish(with_clone(desk, str(linux.path)))
    found = written(again, tmp_path / "out")["linux-7.0.y"]
    assert "ring-add-a-line.patch" not in found.written
    assert any("has it already" in each for each in found.left_out)


def test_an_existing_directory_is_not_written_into(desk: Desk, tmp_path: Path) -> None:
    first = written(desk, tmp_path / "out")["linux-7.0.y"].path
    before = {path: path.read_bytes() for path in first.iterdir()}
    second = written(desk, tmp_path / "out")["linux-7.0.y"].path
    assert second.name == "queue-7.0-2"
    assert {path: path.read_bytes() for path in first.iterdir()} == before


def test_without_a_clone_the_next_step_is_said(desk: Desk, tmp_path: Path) -> None:
    bare = finish(examine(desk.queue))
    with pytest.raises(UsageProblem, match="Choose a kernel clone"):
        finish(write_stable_queues(tmp_path, bare, takes(desk), {}))
