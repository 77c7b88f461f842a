"""Opening a clone: every kind of repository that git opens, or one sentence that says what is wrong."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.support.repos import Repo, checksums
from uringreview.errors import EnvironmentProblem, UsageProblem
from uringreview.kernel.clone import NotDownloaded, open_clone


@pytest.fixture
def linux(tmp_path: Path) -> Repo:
    repo = Repo.create(tmp_path / "linux")
    repo.release("linux-6.12.y", "6.12", {"fs/a.c": "old\n", "fs/b.c": "b\n"})
    repo.release("linux-6.12.y", "6.12.1", {"fs/a.c": "newer\n"})
    repo.commit("linux-7.0.y", {"fs/a.c": "newest\n"}, "Linux 7.0")
    repo.commit("linux-5.10.y", {"fs/a.c": "old\n"}, "Linux 5.10")
    return repo


def test_stable_branches_are_listed_newest_first(linux: Repo) -> None:
    linux.commit("topic", {"x": "x"})
    linux.commit("linux-6.12.y-backup", {"x": "x"})
    assert [branch.name for branch in open_clone(str(linux.path)).branches] == [
        "linux-7.0.y",
        "linux-6.12.y",
        "linux-5.10.y",
    ]


def test_a_local_branch_wins_over_a_remote_tracking_one_and_the_newer_remote_over_the_older(linux: Repo) -> None:
    linux.commit("refs/remotes/stable/linux-6.12.y", {"a": "1"})
    linux.commit("refs/remotes/stable/linux-6.6.y", {"a": "1"})
    newer = linux.commit("refs/remotes/origin/linux-6.6.y", {"a": "2"})
    clone = open_clone(str(linux.path))
    assert clone.branch("linux-6.12.y").ref == "refs/heads/linux-6.12.y"
    assert clone.branch("6.6").tip == newer


def test_packed_refs_are_read(linux: Repo) -> None:
    before = open_clone(str(linux.path)).branches
    linux.git("pack-refs", "--all")
    linux.git("gc", "-q")
    assert open_clone(str(linux.path)).branches == before


def test_worktrees_bare_repositories_and_git_folders_all_open(linux: Repo, tmp_path: Path) -> None:
    linux.git("worktree", "add", "-q", str(tmp_path / "tree"), "linux-6.12.y")
    subprocess.run(
        ["git", "clone", "-q", "--bare", str(linux.path), str(tmp_path / "bare")], check=True, capture_output=True
    )
    expected = open_clone(str(linux.path)).branches
    for path in (tmp_path / "tree", tmp_path / "bare", linux.path / ".git", tmp_path / "tree" / ".git"):
        clone = open_clone(str(path))
        assert clone.branches == expected
        assert clone.file("linux-6.12.y", "fs/a.c") == b"newer\n"
    assert open_clone(str(tmp_path / "tree")).common_dir == (linux.path / ".git").resolve()


def test_a_path_that_is_no_clone_gets_a_sentence(linux: Repo, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    empty = Repo.create(tmp_path / "empty")
    for path, words in (
        (tmp_path / "nowhere", "no such path"),
        (tmp_path / "file", "not a git repository"),
        (tmp_path / "folder", "not a git repository"),
        (empty.path, "no branch called linux-X.Y.y"),
    ):
        with pytest.raises(EnvironmentProblem, match=words):
            open_clone(str(path))


def test_repositories_of_a_kind_that_cannot_be_read_get_a_sentence(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", "--object-format=sha256", str(tmp_path / "sha")], check=True)
    reftable = Repo.create(tmp_path / "reftable")
    reftable.git("config", "core.repositoryformatversion", "1")
    # Written into the file: git older than 2.45 refuses to touch such a repository again.
    with (reftable.git_dir / "config").open("a") as config:
        config.write("[extensions]\n\trefStorage = reftable\n")
    for path, words in ((tmp_path / "sha", "SHA-256"), (reftable.path, "reftable")):
        with pytest.raises(EnvironmentProblem, match=words):
            open_clone(str(path))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_clone_of_another_user_is_refused_with_the_line_that_allows_it(linux: Repo) -> None:
    for path in (linux.path, *linux.path.rglob("*")):
        os.chown(path, 12345, 12345)
    with pytest.raises(EnvironmentProblem, match=r"safe\.directory"):
        open_clone(str(linux.path))


def test_an_unknown_branch_is_named_with_those_that_there_are(linux: Repo) -> None:
    with pytest.raises(UsageProblem, match=r"no branch linux-9\.9\.y; it has linux-7\.0\.y, "):
        open_clone(str(linux.path)).file("linux-9.9.y", "fs/a.c")


def test_blobs_and_commits_are_found_by_the_begin_of_their_id(linux: Repo) -> None:
    clone = open_clone(str(linux.path))
    blob = linux.git("rev-parse", "linux-6.12.y:fs/a.c")
    assert clone.blob(blob[:13]) == b"newer\n"
    tip = linux.git("rev-parse", "linux-6.12.y")
    found = clone.commit(tip[:12])
    assert found is not None
    assert (found.id, found.subject, found.author) == (tip, "Linux 6.12.1", "A. Author <author@example.org>")
    assert clone.blob(tip) is None
    assert [clone.blob(text) for text in ("ffffffffffff", "", "xyz", "ab", "0" * 41)] == [None] * 5


def test_contents_of_a_path_come_newest_first_each_once(linux: Repo) -> None:
    found = list(open_clone(str(linux.path)).contents("fs/a.c"))
    assert found == [("linux-7.0.y", b"newest\n"), ("linux-6.12.y", b"newer\n"), ("v6.12", b"old\n")]


def test_a_partial_clone_says_what_is_not_downloaded_and_fetches_nothing(linux: Repo, tmp_path: Path) -> None:
    linux.git("config", "uploadpack.allowFilter", "true")
    partial = tmp_path / "partial"
    subprocess.run(
        ["git", "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{linux.path}", str(partial)],
        check=True,
        capture_output=True,
    )
    before = checksums(partial)
    clone = open_clone(str(partial))
    assert clone.partial
    assert clone.file("linux-6.12.y", "fs/absent.c") is None
    with pytest.raises(NotDownloaded, match="not downloaded"):
        clone.file("linux-6.12.y", "fs/a.c")
    assert list(clone.contents("fs/a.c")) == []
    assert clone.blob(linux.git("rev-parse", "linux-6.12.y:fs/a.c")) is None
    assert checksums(partial) == before


def test_a_repack_while_the_clone_is_open_goes_unnoticed(linux: Repo) -> None:
    linux.git("gc", "-q")
    clone = open_clone(str(linux.path))
    linux.commit("topic", {"x": "x"})
    linux.git("repack", "-a", "-d", "-q")
    assert clone.file("linux-6.12.y", "fs/b.c") == b"b\n"


def test_file_names_that_are_not_utf8_do_not_disturb(linux: Repo) -> None:
    linux.commit("linux-6.12.y", {"fs/\udce9.c": "e\n"})
    clone = open_clone(str(linux.path))
    assert clone.file("linux-6.12.y", "fs/\udce9.c") == b"e\n"
    assert clone.trees.files_named(clone.branch("6.12").tip, "\udce9.c") == ("fs/\udce9.c",)
