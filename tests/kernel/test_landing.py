"""A patch as it lands on a branch is what git would write there; where it does not land, three sides are shown."""

import os
import pickle
import random
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.repos import Repo, checksums
from uringreview.diff.model import Diff
from uringreview.diff.parse import parse_diff
from uringreview.errors import UsageProblem
from uringreview.kernel.branch_views import BranchView, Wanted, branch_views, whole_file
from uringreview.kernel.fuzz import with_fuzz
from uringreview.kernel.hunks import hunk_text
from uringreview.kernel.landing import conflict, landed, whole_text
from uringreview.kernel.status import Candidate
from uringreview.progress import finish

BRANCH = "linux-6.12.y"


def lines(count: int, **changed: str) -> str:
    """The numbered lines of a C file in a function for each ten, some of them replaced: `lines(30, l5="x")`."""
    text = ""
    for number in range(1, count + 1):
        text += f"int fn{number}(void)\n" if number % 10 == 1 else ""
        text += changed.get(f"l{number}", f"\tline {number};") + "\n"
    return text


class Desk:
    """A branch, and patches made in another repository."""

    def __init__(self, folder: Path, branch: dict[str, str], before: dict[str, str]) -> None:
        self.repo = Repo.create(folder / "linux")
        self.repo.commit(BRANCH, dict(branch))
        self.mainline = Repo.create(folder / "mainline")
        self.mainline.commit("main", dict(before))
        self.path = str(self.repo.path)

    def patch(self, files: dict[str, str | None], *options: str) -> Candidate:
        before = self.mainline.git("rev-parse", "main")
        commit = self.mainline.commit("main", dict(files))
        return Candidate(commit, commit, "fix", "a@x", parse_diff(self.mainline.diff(before, commit, *options)))

    def by_git(self, diff: str) -> Diff:
        """What `git diff` says after `git apply` of `diff` to the branch's files, in an index of the test's own."""
        environment = {**os.environ, "GIT_INDEX_FILE": str(self.repo.path.parent / "index")}

        def git(*args: str, stdin: bytes = b"") -> bytes:
            command = ["git", "-C", self.path, *args]
            return subprocess.run(command, input=stdin, env=environment, capture_output=True, check=True).stdout

        git("read-tree", BRANCH)
        git("apply", "--cached", stdin=diff.encode("utf-8", "surrogateescape"))
        shown = git("diff", "--cached", "--no-ext-diff", "--full-index", "-M", BRANCH)
        return parse_diff(shown.decode("utf-8", "surrogateescape"))


def test_a_moved_patch_is_shown_with_the_branch_s_numbers_context_and_function(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"a.c": "above\n" * 7 + lines(40).replace("fn21", "renamed")}, {"a.c": lines(40)})
    shown = landed(desk.path, desk.patch({"a.c": lines(40, l25="\tfixed;")}, "-U1"), BRANCH)
    assert shown.offsets == (7,)
    (hunk,) = shown.diff.files[0].hunks
    assert (hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count) == (32, 7, 32, 7)
    assert hunk.heading == "int renamed(void)"
    assert [line.text for line in hunk.lines][:4] == ["\tline 22;", "\tline 23;", "\tline 24;", "\tline 25;"]
    assert hunk.lines[4].new == 35


@pytest.mark.parametrize("seed", range(25))
def test_random_patches_land_as_git_writes_them(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    before = lines(60)
    changed = {f"l{n}": rng.choice([f"\tnew {n};", f"\tnew {n};\n\tmore {n};"]) for n in rng.sample(range(8, 53), 5)}
    dropped = rng.sample(range(8, 53), 3)
    after = lines(60, **changed)
    for number in dropped:
        after = after.replace(f"\tline {number};\n", "")
    branch = "above\n" * rng.randrange(9) + before
    desk = Desk(tmp_path, {"a.c": branch, "old.c": before}, {"a.c": before, "old.c": before})
    base = desk.mainline.git("rev-parse", "main")
    commit = desk.mainline.commit(
        "main", {"a.c": after, "old.c": None, "new.c": lines(60, l2="x"), "d/e.c": "no line end"}
    )
    text = desk.mainline.diff(base, commit, f"-U{rng.randrange(1, 6)}")
    theirs = desk.by_git(text)
    ours = landed(desk.path, Candidate("k", None, "t", "a", parse_diff(text)), BRANCH).diff
    assert {file.path: (file.kind, file.old_path, file.hunks) for file in ours.files} == {
        file.path: (file.kind, file.old_path, file.hunks) for file in theirs.files
    }
    ids = {file.path: (file.old_blob, file.new_blob) for file in theirs.files}
    for file in ours.files:
        for mine, git in zip((file.old_blob, file.new_blob), ids[file.path], strict=True):
            assert mine is None or git is None or mine == git


def test_a_patch_lands_on_top_of_those_that_it_needs(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"a.c": lines(40)}, {"a.c": lines(40)})
    first = desk.patch({"a.c": lines(40, l4="\tfour;\n\tmore;", l25="\tfirst;")})
    second = desk.patch({"a.c": lines(40, l4="\tfour;\n\tmore;", l25="\tsecond;")})
    with pytest.raises(UsageProblem, match=r"does not apply on linux-6\.12\.y"):
        landed(desk.path, second, BRANCH)
    shown = landed(desk.path, second, BRANCH, after=(first,))
    assert shown.after == (first.key,)
    (hunk,) = shown.diff.files[0].hunks
    assert (hunk.old_start, [line.text for line in hunk.lines][3]) == (26, "\tfirst;")
    assert conflict(desk.path, second, BRANCH, after=(first,)) == ()


def test_a_conflict_is_shown_from_three_sides(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"a.c": "above\n" * 3 + lines(40, l25="\ttheirs;")}, {"a.c": lines(40)})
    patch = desk.patch({"a.c": lines(40, l5="\tfits;", l25="\tfixed;")})
    (region,) = conflict(desk.path, patch, BRANCH)
    assert (region.path, region.hunk, region.theirs_path, region.theirs_line) == ("a.c", 1, "a.c", 28)
    assert region.base[3] == "\tline 25;"
    assert region.theirs[3] == "\ttheirs;"
    assert region.patch[3] == "\tfixed;"
    assert len(region.base) == len(region.theirs) == len(region.patch)
    assert pickle.loads(pickle.dumps(region)) == region


def test_a_file_that_moved_is_looked_at_where_it_stands_now(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"fs/old/a.c": "above\n" + lines(40)}, {"fs/new/a.c": lines(40)})
    (region,) = conflict(desk.path, desk.patch({"fs/new/a.c": lines(40, l25="\tfixed;")}), BRANCH)
    assert (region.theirs_path, region.theirs_line) == ("fs/old/a.c", 26)
    assert region.note == "no fs/new/a.c on this branch; fs/old/a.c holds 100% of its lines"


def test_a_file_that_is_refused_as_a_whole_says_why(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"a.c": lines(9), "new.c": "there\n"}, {"a.c": lines(8)})
    (new,) = conflict(desk.path, desk.patch({"new.c": "mine\n"}), BRANCH)
    assert (new.note, new.patch) == ("new.c: the file exists already", ("mine",))
    (gone,) = conflict(desk.path, desk.patch({"a.c": None}), BRANCH)
    assert gone.path == "a.c"


def test_a_merge_and_a_fuzz_land_as_git_and_patch_write_them(tmp_path: Path) -> None:
    before = lines(60)
    above = before.replace("\tline 22;", "\tother 22;")  # the outer line of the context: fuzz, and a merge too
    desk = Desk(tmp_path, {"a.c": above}, {"a.c": before})
    patch = desk.patch({"a.c": lines(60, l25="\tfixed;", l44="\tmore;\n\tlines;")})
    by_fuzz = landed(desk.path, patch, BRANCH)
    assert by_fuzz.how == "fuzz 1"
    desk.repo.git("fetch", "-q", str(desk.mainline.path), "main")
    merged = landed(desk.path, patch, BRANCH)
    assert merged.how == "three-way merge"
    assert [file.hunks for file in merged.diff.files] == [file.hunks for file in by_fuzz.diff.files]
    (first, second) = merged.diff.files[0].hunks
    assert first.lines[0].text == "\tother 22;"
    assert (second.old_start, second.heading) == (46, "int fn41(void)")


@pytest.mark.skipif(not shutil.which("patch"), reason="patch(1) is not installed")
@pytest.mark.parametrize("seed", range(25))
def test_what_fuzz_makes_of_a_file_is_what_patch_makes(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    before = lines(60)
    after = lines(60, **{f"l{n}": f"\tnew {n};" for n in rng.sample(range(8, 53), 3)})
    damaged = {f"l{n}": f"\tother {n};" for n in rng.sample(range(8, 53), 6)}
    ours = "above\n" * rng.randrange(4) + lines(60, **damaged)
    desk = Desk(tmp_path, {"a.c": ours}, {"a.c": before})
    base = desk.mainline.git("rev-parse", "main")
    text = desk.mainline.diff(base, desk.mainline.commit("main", {"a.c": after}))
    hunks = tuple(hunk_text(hunk) for hunk in parse_diff(text).files[0].hunks)
    (tmp_path / "a.c").write_text(ours)
    said = subprocess.run(
        ["patch", "-p1", "--no-backup-if-mismatch", "-r", "-"], cwd=tmp_path, input=text.encode(), capture_output=True
    )
    made = with_fuzz(hunks, ours.encode())
    assert (made is None) is bool(said.returncode)
    assert made is None or made == (tmp_path / "a.c").read_bytes()


def test_the_whole_file_is_that_of_the_branch_with_what_was_queued_before(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"a.c": lines(40)}, {"a.c": lines(40)})
    first = desk.patch({"a.c": lines(40, l4="\tfour;")})
    assert whole_text(desk.path, BRANCH, "a.c") == lines(40).encode()
    assert whole_text(desk.path, BRANCH, "a.c", (first,)) == lines(40, l4="\tfour;").encode()
    with pytest.raises(UsageProblem, match="has no file none"):
        whole_text(desk.path, BRANCH, "none")


def test_what_is_around_the_mailed_hunks_comes_from_the_pre_image_or_a_branch_where_it_is_clean(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"a.c": lines(40) + "\tmore of the branch;\n"}, {"a.c": lines(40)})
    patch = desk.patch({"a.c": lines(40, l25="\tfixed;")})
    found = finish(whole_file(desk.path, patch, 0, None, (BRANCH,)))
    assert found.source == f"{BRANCH}, the newest branch where it is clean"
    assert found.lines[-1] == "\tmore of the branch;"
    desk.repo.git("fetch", "-q", str(desk.mainline.path), "main")
    found = finish(whole_file(desk.path, patch, 0, None, (BRANCH,)))
    assert found.source.startswith("blob ")
    assert found.lines[-1] == "\tline 40;"
    assert finish(whole_file(desk.path, patch, 0, Wanted(BRANCH, True), ())).source == BRANCH


def test_no_more_context_is_a_sentence(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"a.c": lines(40)}, {"a.c": lines(40, l25="\tmine;")})
    with pytest.raises(UsageProblem, match="neither the file that the mail was made from nor a branch"):
        finish(whole_file(desk.path, desk.patch({"a.c": lines(40)}), 0, None, (BRANCH,)))


def test_each_branch_is_looked_at_by_itself(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"a.c": lines(40, l25="\ttheirs;")}, {"a.c": lines(40)})
    desk.repo.commit("linux-6.6.y", {"a.c": lines(40)})
    patch = desk.patch({"a.c": lines(40, l25="\tfixed;")})
    wanted = (Wanted(BRANCH, False), Wanted(BRANCH, True), Wanted("linux-6.6.y", True), Wanted("6.1", True))
    seen: list[BranchView] = []
    finish(branch_views(desk.path, patch, wanted), lambda step: seen.extend(step.parts))
    assert [bool(view.regions) for view in seen] == [True, False, False, False]
    assert [bool(view.landing) for view in seen] == [False, False, True, False]
    assert "does not apply on linux-6.12.y" in seen[1].problem
    assert "has no branch 6.1" in seen[3].problem


def test_the_clone_is_only_read(tmp_path: Path) -> None:
    desk = Desk(tmp_path, {"a.c": lines(40, l25="\ttheirs;")}, {"a.c": lines(40)})
    patch = desk.patch({"a.c": lines(40, l5="\tfits;")})
    before = checksums(desk.repo.path)
    landed(desk.path, patch, BRANCH)
    conflict(desk.path, desk.patch({"a.c": lines(40, l5="\tfits;", l25="\tx;")}), BRANCH)
    assert checksums(desk.repo.path) == before
