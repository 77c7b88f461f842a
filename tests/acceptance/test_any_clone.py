"""Clones as people have them, on the command line: the right cells, or one sentence that says what to do."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.program import checksums, run
from tests.support.repos import Repo

BODY = "".join(f"line {number}\n" for number in range(1, 41))
BRANCH = "linux-6.12.y"


@pytest.fixture
def linux(tmp_path: Path) -> Repo:
    repo = Repo.create(tmp_path / "linux")
    repo.release(BRANCH, "6.12", {"fs/a.c": BODY})
    repo.commit("main", {"fs/a.c": BODY.replace("line 20\n", "twenty\n")}, "fs: fix", start="v6.12")
    (tmp_path / "fix.patch").write_text(repo.git("format-patch", "-1", "--stdout", "main") + "\n")
    return repo


def cells(tmp_path: Path, clone: Path) -> list[tuple[str, str, str]]:
    """(branch, status, detail) of the one patch, as the report has them; the clone stays as it was."""
    before = checksums(clone)
    ran = run("report", tmp_path / "fix.patch", "--clone", clone, "--format", "json")
    assert (ran.status, ran.err) == (0, "")
    assert checksums(clone) == before
    (patch,) = ran.json["patches"]
    return [(cell["branch"], cell["status"], cell["detail"]) for cell in patch["branches"]]


def cloned(linux: Repo, dest: Path, *options: str) -> Path:
    linux.git("config", "uploadpack.allowFilter", "true")
    command = ["git", "clone", "-q", *options, f"file://{linux.path}", str(dest)]
    subprocess.run(command, check=True, capture_output=True)
    return dest


def with_many_tags(linux: Repo, dest: Path) -> Path:
    tip = linux.tip(f"refs/heads/{BRANCH}")
    refs = "".join(f"create refs/tags/v6.12.{number} {tip}\n" for number in range(1, 3000))
    linux.git("update-ref", "--stdin", stdin=refs.encode())
    linux.git("pack-refs", "--all")
    return linux.path


def with_broken_head(linux: Repo, dest: Path) -> Path:
    (linux.git_dir / "HEAD").write_text("ref: refs/heads/nowhere\n")
    return linux.path


def with_replaced_blob(linux: Repo, dest: Path) -> Path:
    other = linux.git("hash-object", "-w", "--stdin", stdin=b"something else\n")
    linux.git("replace", linux.git("rev-parse", f"{BRANCH}:fs/a.c"), other)
    return linux.path


def with_a_graft(linux: Repo, dest: Path) -> Path:
    (linux.git_dir / "info" / "grafts").write_text(linux.git("rev-parse", BRANCH) + "\n")
    return linux.path


def with_a_worktree(linux: Repo, dest: Path) -> Path:
    linux.git("worktree", "add", "-q", str(dest), BRANCH)
    return dest


@pytest.mark.parametrize(
    "make",
    [
        lambda linux, dest: cloned(linux, dest, "--bare"),
        lambda linux, dest: cloned(linux, dest, "--depth=1", "--no-single-branch"),
        lambda linux, dest: cloned(linux, dest, "--no-checkout"),
        lambda linux, dest: cloned(linux, dest, "-s", "--reference", str(linux.path)),
        with_a_worktree,
        with_many_tags,
        with_broken_head,
        with_replaced_blob,
        with_a_graft,
    ],
    ids=[
        "bare", "shallow", "remote", "alternates", "worktree", "many tags", "broken HEAD", "replaced", "grafts",
    ],
)  # fmt: skip
def test_a_clone_of_any_kind_has_its_cells(linux: Repo, tmp_path: Path, make: Callable[[Repo, Path], Path]) -> None:
    assert cells(tmp_path, make(linux, tmp_path / "other")) == [(BRANCH, "clean", "")]


def test_a_partial_clone_names_the_file_that_it_lacks(linux: Repo, tmp_path: Path) -> None:
    partial = cloned(linux, tmp_path / "partial", "--no-checkout", "--filter=blob:none")
    ((_branch, status, detail),) = cells(tmp_path, partial)
    assert status == "error"
    assert detail.startswith("fs/a.c: blob ")
    assert "not downloaded" in detail


def test_a_branch_whose_commit_cannot_be_read_is_left_out_and_said_so(linux: Repo, tmp_path: Path) -> None:
    (linux.git_dir / "refs" / "heads" / "linux-6.6.y").write_text("1" * 40 + "\n")
    ran = run("report", tmp_path / "fix.patch", "--clone", linux.path, "--format", "json")
    assert [cell["branch"] for cell in ran.json["patches"][0]["branches"]] == [BRANCH]
    assert "linux-6.6.y is left out: its commit cannot be read" in ran.err
    assert "linux-6.6.y cannot be read" in run("doctor", "--clone", linux.path).out


def test_a_damaged_file_is_a_cell_in_error_and_is_tried_again_once_mended(linux: Repo, tmp_path: Path) -> None:
    blob = linux.git("rev-parse", f"{BRANCH}:fs/a.c")
    linux.git("gc", "-q")
    (pack,) = (linux.git_dir / "objects" / "pack").glob("*.pack")
    moved = tmp_path / "moved.pack"
    pack.rename(moved)
    for index in (linux.git_dir / "objects" / "pack").glob("*"):
        index.unlink()
    linux.git("unpack-objects", "-q", stdin=moved.read_bytes())
    loose = linux.git_dir / "objects" / blob[:2] / blob[2:]
    whole = loose.read_bytes()
    loose.chmod(0o644)
    loose.write_bytes(whole[:10] + b"damage" + whole[16:])
    ((_branch, status, detail),) = cells(tmp_path, linux.path)
    assert (status, "git fsck" in detail) == ("error", True)
    loose.write_bytes(whole)
    assert cells(tmp_path, linux.path) == [(BRANCH, "clean", "")]


@pytest.mark.parametrize("damage", ["cut off", "no index"])
def test_a_clone_without_one_readable_branch_is_refused_with_the_command_to_try(
    linux: Repo, tmp_path: Path, damage: str
) -> None:
    linux.git("gc", "-q")
    (pack,) = (linux.git_dir / "objects" / "pack").glob("*.pack")
    if damage == "cut off":
        pack.chmod(0o644)
        os.truncate(pack, 50)
    else:
        pack.with_suffix(".idx").unlink()
    ran = run("report", tmp_path / "fix.patch", "--clone", linux.path)
    assert ran.status == 2
    assert f"has {BRANCH}, but no commit of them can be read; try git fsck there" in ran.err
    assert ran.err.count("\n") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small file system")
def test_a_full_disk_under_the_cache_costs_time_and_is_said(linux: Repo, tmp_path: Path, masked_host: Path) -> None:
    cache = masked_host / ".cache"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(cache)], capture_output=True)
    if mounted.returncode:
        pytest.skip("no file system can be mounted here")
    try:
        (cache / "uringreview").mkdir()
        (cache / "uringreview" / "fill").write_bytes(b"x" * 1_040_000)
        ran = run("report", tmp_path / "fix.patch", "--clone", linux.path, "--format", "json")
        (cell,) = ran.json["patches"][0]["branches"]
        assert (ran.status, cell["status"]) == (0, "clean")
        assert f"The cache folder {cache / 'uringreview'} cannot be written (No space left on device)" in ran.err
        assert "worked out anew at every start" in run("doctor").out
        (cache / "uringreview" / "fill").unlink()
        assert cells(tmp_path, linux.path) == [(BRANCH, "clean", "")]
    finally:
        subprocess.run(["umount", str(cache)], check=True)
    assert cells(tmp_path, linux.path) == [(BRANCH, "clean", "")]
