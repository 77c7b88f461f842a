"""The diff of a commit out of the clone says what git's own diff says."""

import re
from pathlib import Path

import pytest

from tests.support.repos import Repo, checksums
from uringreview.kernel.clone import open_clone

TEXT = "".join(f"int line_{n};\n" for n in range(30))


@pytest.fixture
def linux(tmp_path: Path) -> Repo:
    repo = Repo.create(tmp_path / "linux")
    repo.release("linux-7.0.y", "7.0", {"ring/a.c": TEXT, "ring/old.c": TEXT.replace("int", "long")})
    return repo


def plain(diff: str) -> str:
    """A diff without how far its ids are cut, and without the share that a rename kept, which is an estimate."""
    diff = re.sub(r"(?m)^similarity index \d+%$", "similarity", diff)
    return re.sub(r"(?m)^index ([0-9a-f]{7})[0-9a-f]*\.\.([0-9a-f]{7})[0-9a-f]*", r"index \1..\2", diff).rstrip("\n")


def test_it_is_what_git_writes_renames_modes_and_odd_bytes_included(linux: Repo) -> None:
    moved = TEXT.replace("int", "long").replace("line_3;", "line_3 ;").encode() + b"/* \xe9 */\n"
    head = linux.commit(
        "linux-7.0.y",
        {
            "ring/a.c": TEXT.replace("line_9;", "line_9, more;"),
            "ring/old.c": None,
            "ring/new.c": moved,
            "run.sh": "#!/bin/sh",
        },
        modes={"run.sh": "100755"},
    )
    linux.git("config", "diff.context", "9")
    linux.git("config", "diff.noprefix", "true")
    before = checksums(linux.path)
    found = open_clone(str(linux.path)).diff_of(head[:12])
    assert checksums(linux.path) == before
    linux.git("config", "--unset", "diff.context")
    linux.git("config", "--unset", "diff.noprefix")
    assert found is not None
    assert plain(found) == plain(linux.diff(f"{head}^", head))


def test_a_first_commit_adds_every_file_and_a_merge_has_no_diff(linux: Repo) -> None:
    clone = open_clone(str(linux.path))
    first = linux.git("rev-parse", "linux-7.0.y")
    found = clone.diff_of(first)
    assert found is not None
    assert found.count("new file mode 100644") == 2
    other = linux.commit("topic", {"x": "x\n"}, start=first)
    merge = linux.commit("linux-7.0.y", {"x": "x\n"}, "merge", parents=[other])
    assert clone.diff_of(merge) is None


def test_what_the_clone_does_not_have_has_no_diff(linux: Repo) -> None:
    clone = open_clone(str(linux.path))
    assert clone.diff_of("0" * 40) is None
    assert clone.diff_of("no id") is None
    assert clone.diff_of(linux.git("rev-parse", "linux-7.0.y:ring/a.c")) is None
