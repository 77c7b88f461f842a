"""A diff written as text is the diff that was read, and git takes it."""

import subprocess
from pathlib import Path

import pytest

from tests.support.repos import Repo
from uringreview.diff.parse import parse_diff
from uringreview.diff.unparse import diff_text

NAMES = ["plain.c", "with blank.c", 'quo"te.c', "back\\slash.c", "tab\tname.c", "ünïcode.c"]
BEFORE = "".join(f"int line_{n};\n" for n in range(30))


@pytest.mark.parametrize("name", NAMES)
def test_git_applies_what_was_written_under_any_name(tmp_path: Path, name: str) -> None:
    repo = Repo.create(tmp_path / "repo")
    repo.commit("old", {f"d/{name}": BEFORE, "gone": "x\n", "moved from": BEFORE, "end": "no line end"})
    changed = BEFORE.replace("line_9", "line_nine") + "int last;"
    repo.commit(
        "new",
        {f"d/{name}": changed, "gone": None, "moved from": None, "moved to": BEFORE, "end": "none", "made": "y\n"},
        start="old",
        modes={"made": "100755"},
    )
    text = repo.git("diff", "-M", "old", "new") + "\n"
    written = diff_text(parse_diff(text))
    assert diff_text(parse_diff(written)) == written
    work = tmp_path / "work"
    repo.git("worktree", "add", "-q", str(work), "old")
    subprocess.run(["git", "-C", str(work), "apply", "--index", "-"], input=written.encode(), check=True)
    tree = subprocess.run(["git", "-C", str(work), "write-tree"], check=True, capture_output=True, text=True).stdout
    assert tree.strip() == repo.git("rev-parse", "new^{tree}")
