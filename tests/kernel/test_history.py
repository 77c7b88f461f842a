"""What a branch's log says it has, in every form that the stable trees use, and what was taken back since."""

import sqlite3
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.repos import Repo
from uringreview.errors import EnvironmentProblem
from uringreview.kernel.clone import open_clone
from uringreview.kernel.fixes import later_fixes
from uringreview.kernel.history import BranchLog, history
from uringreview.kernel.messages import named

A, B, C = "a" * 40, "b" * 39 + "1", "c" * 40
BRANCH = "linux-6.12.y"


@pytest.fixture
def linux(tmp_path: Path) -> Repo:
    repo = Repo.create(tmp_path / "linux")
    repo.commit(BRANCH, {"a.c": "0\n"}, f"before the release\n\ncommit {C} upstream.\n")
    repo.release(BRANCH, "6.12", {"a.c": "1\n"})
    return repo


def log(repo: Repo) -> BranchLog:
    clone = open_clone(str(repo.path))
    return history(clone, clone.branch(BRANCH))


def add(repo: Repo, subject: str, body: str) -> str:
    return repo.commit(BRANCH, message=f"{subject}\n\n{body}\n")


@pytest.mark.parametrize(
    "reference",
    [
        f"commit {A} upstream.",
        f"commit {A} upstream",
        f"Commit {A} upstream.",
        f"[ Upstream commit {A} ]",
        f"[ upstream commit {A} ]",
        f"Upstream commit {A}",
        f"upstream commit {A}.",
        f"commit {A[:12]} upstream.",
        f"(cherry picked from commit {A})",
    ],
)
def test_every_form_of_reference_names_the_upstream_commit(linux: Repo, reference: str) -> None:
    commit = add(linux, "fs: fix", f"{reference}\n\nWhy.\n\nSigned-off-by: A <a@example.org>")
    entry = log(linux).has(A)
    assert entry is not None
    assert entry.id == commit


@pytest.mark.parametrize(
    "prose",
    [
        f"This was broken by\ncommit {A} upstream, which is wrong.",
        f"As said in commit {A} upstream, this is wrong.",
        f"Some words and then\ncommit {A} upstream.",
        f'Fixes: {A[:12]} ("x")',
    ],
)
def test_a_commit_that_is_only_spoken_of_is_not_had(linux: Repo, prose: str) -> None:
    add(linux, "fs: fix", prose)
    assert log(linux).has(A) is None


def test_a_revert_names_what_went_not_what_came(linux: Repo) -> None:
    commit = add(linux, "fs: fix", f"commit {A} upstream.")
    assert log(linux).has(A)
    add(linux, 'Revert "fs: fix"', f"This reverts commit {commit} which is\ncommit {A} upstream.\n\nIt broke.")
    assert log(linux).has(A) is None
    assert log(linux).titled("fs: fix", "author@example.org") is None
    assert log(linux).reverted(A)


def test_a_commit_reverted_and_applied_again_is_had(linux: Repo) -> None:
    commit = add(linux, "fs: fix", f"commit {A} upstream.")
    revert = add(linux, 'Revert "fs: fix"', f"This reverts commit {commit} which is commit {A} upstream.")
    again = add(linux, "fs: fix", f"commit {A} upstream.")
    assert getattr(log(linux).has(A), "id", None) == again
    add(linux, 'Revert "fs: fix"', f"This reverts commit {again}.")
    assert log(linux).has(A) is None
    add(linux, 'Revert "Revert "fs: fix""', f"This reverts commit {revert}.")
    assert log(linux).has(A)


def test_the_backport_of_an_upstream_revert_is_had_and_takes_the_other_back(linux: Repo) -> None:
    add(linux, "fs: fix", f"commit {A} upstream.")
    add(linux, 'Revert "fs: fix"', f"commit {B} upstream.\n\nThis reverts commit {A}.")
    assert log(linux).has(A) is None
    assert log(linux).has(B)


def test_a_commit_is_known_by_its_subject_and_author(linux: Repo) -> None:
    add(linux, "fs: fix  it", "No reference at all.")
    assert log(linux).titled("fs: fix it", "Author@example.org")
    assert log(linux).titled("fs: fix it", "else@example.org") is None


def test_the_walk_ends_at_the_mainline_release(linux: Repo) -> None:
    add(linux, "fs: fix", f"commit {A} upstream.")
    assert [entry.subject for entry in log(linux).entries] == ["fs: fix"]
    assert log(linux).has(C) is None


def test_without_the_tag_the_walk_ends_at_the_commit_of_that_name(linux: Repo) -> None:
    linux.git("tag", "-d", "v6.12")
    add(linux, "fs: fix", f"commit {A} upstream.")
    assert [entry.subject for entry in log(linux).entries] == ["fs: fix"]


def test_an_advanced_and_a_rewritten_branch_are_read_anew(linux: Repo) -> None:
    first = add(linux, "fs: one", f"commit {A} upstream.")
    assert log(linux).has(A)
    add(linux, "fs: two", f"commit {B} upstream.")
    assert [entry.subject for entry in log(linux).entries] == ["fs: two", "fs: one"]
    linux.git("update-ref", f"refs/heads/{BRANCH}", f"{first}~1")
    assert log(linux).entries == ()


ODD_MESSAGES = (
    b"fs: fix\n\ncommit %s upstream.\n" % A.encode(),
    b"no end of line",
    b"",
    b"\n\nblank lines first\n\n\n",
    b"caf\xe9 in latin-1\n\n[ Upstream commit %s ]\n" % B.encode(),
    "snowman \N{SNOWMAN}\r\n\r\nand carriage returns\r\n".encode(),
    b"a\tb\x01c\n",
)


def test_git_and_libgit2_read_the_same_commits(linux: Repo) -> None:
    for number, message in enumerate(ODD_MESSAGES):
        author = f"A. \N{LATIN SMALL LETTER E WITH ACUTE} <a{number}@Example.ORG>"
        linux.commit(BRANCH, message=message.decode("utf-8", "surrogateescape"), author=author)
    linux.commit("side", {"b.c": "1\n"}, "aside", start="v6.12")
    linux.commit(BRANCH, message="Merge the side", parents=["side"])
    clone = open_clone(str(linux.path))
    tip = clone.branch(BRANCH).tip
    by_git = list(clone.line(tip, 100))
    assert by_git == list(clone.walk(tip, first_parent=True))
    assert [len(commit.parents) for commit in by_git] == [2, *[1] * 8, 0]
    assert list(clone.line(tip, 2)) == by_git[:2]


def test_a_merge_into_a_branch_brings_what_it_merged_at_once_or_later(linux: Repo) -> None:
    add(linux, "fs: first", f"commit {A} upstream.")
    before = log(linux)
    linux.commit("side", message=f"fs: aside\n\ncommit {B} upstream.\n", start="v6.12")
    linux.commit(BRANCH, message="Merge the side", parents=["side"])
    advanced = log(linux)
    assert (before.has(B), advanced.has(B) is not None, advanced.has(A) is not None) == (None, True, True)
    linux.commit(BRANCH, message="later")
    assert [entry.id for entry in log(linux).entries][1:] == [entry.id for entry in advanced.entries]
    assert advanced.has(C) is None  # under the release


def test_without_git_the_log_is_read_all_the_same(
    linux: Repo, masked_host: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(linux, "fs: fix", f"commit {A} upstream.")
    clone = open_clone(str(linux.path))
    monkeypatch.setenv("PATH", str(masked_host))
    found = history(clone, clone.branch(BRANCH))
    assert found.has(A) is not None
    assert (len(found.entries), found.base != "") == (1, True)


def test_a_history_with_a_commit_missing_says_so(linux: Repo) -> None:
    gone = add(linux, "fs: gone", "x")
    add(linux, "fs: fix", "y")
    clone = open_clone(str(linux.path))
    (linux.git_dir / "objects" / gone[:2] / gone[2:]).unlink()
    with pytest.raises(EnvironmentProblem, match=r"history of .* cannot be read"):
        history(clone, clone.branch(BRANCH))


def test_the_cache_is_private_and_a_damaged_one_is_made_again(linux: Repo, masked_host: Path) -> None:
    add(linux, "fs: fix", f"commit {A} upstream.")
    whole = log(linux)
    folder = masked_host / ".cache" / "uringreview"
    (cache,) = folder.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    cache.write_bytes(b"no database at all" * 500)
    assert log(linux).entries == whole.entries
    with sqlite3.connect(cache) as connection:
        connection.execute("update chunk set lines = 'x'")
    assert log(linux).entries == whole.entries
    assert log(linux).entries == whole.entries


def test_a_cache_that_cannot_be_written_costs_only_time(linux: Repo, masked_host: Path) -> None:
    add(linux, "fs: fix", f"commit {A} upstream.")
    (masked_host / ".cache" / "uringreview").write_text("a file where the folder should be")
    assert log(linux).has(A)


def test_fixes_and_reverts_of_a_queued_commit_are_found_on_any_branch(linux: Repo) -> None:
    add(linux, "fs: fix", f"commit {A} upstream.")
    add(linux, "fs: fix the fix", f'commit {B} upstream.\n\nFixes: {A[:12]} ("fs: fix")')
    linux.commit("linux-7.0.y", message=f'Revert "fs: fix"\n\ncommit {C} upstream.\n\nThis reverts commit {A}.\n')
    found = later_fixes(open_clone(str(linux.path)), [A])
    assert [(each.fixing, each.subject, each.branch, each.reverts) for each in found] == [
        (C, 'Revert "fs: fix"', "linux-7.0.y", True),
        (B, "fs: fix the fix", BRANCH, False),
    ]
    assert later_fixes(open_clone(str(linux.path)), ["d" * 40]) == ()


def found_fixes(repo: Repo, *commits: str) -> list[tuple[str, str, str, bool, bool]]:
    found = later_fixes(open_clone(str(repo.path)), commits)
    return [(each.fixing, each.subject, each.branch, each.reverts, each.mentions) for each in found]


def test_a_fix_that_only_mainline_has_is_found_there(linux: Repo) -> None:
    queued = linux.commit("master", message="fs: fix\n")
    fixing = linux.commit("master", message=f'fs: mend the fix\n\nFixes: {queued[:12]} ("fs: fix")\n')
    reverting = linux.commit("master", message=f'Revert "fs: fix"\n\nThis reverts commit {queued}.\n')
    naming = linux.commit("next", message=f"fs: go on\n\nSince commit {queued[:12]} it is so.\n", start="master")
    linux.commit("next", message=f"fs: sent\n\nLink: https://lore.example/{queued[:14]}.1-2-a@b.example\n")
    assert found_fixes(linux, queued) == [
        (reverting, 'Revert "fs: fix"', "master", True, False),
        (fixing, "fs: mend the fix", "master", False, False),
        (naming, "fs: go on", "next", False, True),
    ]


def test_the_same_fix_on_a_stable_branch_is_told_once_and_from_there(linux: Repo) -> None:
    queued = linux.commit("master", message="fs: fix\n")
    fixing = linux.commit("master", message=f'fs: mend\n\nFixes: {queued[:12]} ("fs: fix")\n')
    add(linux, "fs: mend", f'commit {fixing} upstream.\n\nFixes: {queued[:12]} ("fs: fix")')
    assert found_fixes(linux, queued) == [(fixing, "fs: mend", BRANCH, False, False)]


def test_only_new_commits_are_walked_and_a_rewritten_branch_is_no_answer(linux: Repo, masked_host: Path) -> None:
    queued = linux.commit("master", message="fs: fix\n")
    first = linux.commit("next", message=f'fs: mend\n\nFixes: {queued[:12]} ("fs: fix")\n', start="master")
    assert [fixing for fixing, *_ in found_fixes(linux, queued)] == [first]
    second = linux.commit("next", message=f'fs: mend more\n\nFixes: {queued[:12]} ("fs: fix")\n')
    assert [fixing for fixing, *_ in found_fixes(linux, queued)] == [second, first]
    linux.git("update-ref", "refs/heads/next", queued)
    assert found_fixes(linux, queued) == []
    (cache,) = (masked_host / ".cache" / "uringreview").glob("naming-*.sqlite")
    cache.write_bytes(b"no database at all" * 500)
    assert found_fixes(linux, queued) == []


@given(st.text(alphabet=f"commit upstream{A[:8]}\n[]() .:FixesThis reverts which", max_size=300))
def test_no_message_makes_the_reader_fail(message: str) -> None:
    says = named(message.encode())
    assert all(len(one) >= 8 for one in says.upstream)


def test_a_shallow_clone_is_read_as_far_as_it_goes_and_said_to_be_incomplete(linux: Repo, tmp_path: Path) -> None:
    for number in range(6):
        add(linux, f"fs: fix {number}", f"commit {number}{A[1:]} upstream.")
    shallow = Repo(tmp_path / "shallow")
    linux.git("clone", "-q", "--depth=3", "--branch", BRANCH, f"file://{linux.path}", str(shallow.path))
    short = log(shallow)
    assert not short.complete
    assert [entry.subject for entry in short.entries] == ["fs: fix 5", "fs: fix 4", "fs: fix 3"]
    assert log(linux).complete
    shallow.git("fetch", "-q", "--unshallow")
    assert [entry.subject for entry in log(shallow).entries] == [f"fs: fix {number}" for number in (5, 4, 3, 2, 1, 0)]
