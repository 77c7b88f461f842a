"""The matrix as a person sees it: one word and one reason for each patch on each branch."""

import multiprocessing
import pickle
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.repos import Repo, checksums, modified
from uringreview.diff.model import Diff, DiffState
from uringreview.diff.parse import parse_diff
from uringreview.errors import EnvironmentProblem, UsageProblem
from uringreview.kernel.status import Candidate, Cell, FlagKind, Status, matrix
from uringreview.progress import finish

OLD, NEW = "linux-6.1.y", "linux-6.12.y"
FIX = "f" * 40


def body(*changes: tuple[str, str]) -> str:
    """A file of forty lines with some replaced, `body(("line 20", "x"))`."""
    text = "".join(f"line {number}\n" for number in range(1, 41))
    for old, new in changes:
        text = text.replace(old + "\n", new + "\n")
    return text


class Desk:
    """A clone with two stable branches, and mainline commits to queue for them."""

    def __init__(self, folder: Path) -> None:
        self.repo = Repo.create(folder / "linux")
        self.repo.release(OLD, "6.1", {"fs/a.c": body()})
        self.repo.release(NEW, "6.12", {"fs/a.c": body()})
        self.mainline = Repo.create(folder / "mainline")
        self.mainline.commit("main", {"fs/a.c": body()})

    def patch(self, files: dict[str, str | None], title: str = "fs: fix") -> Candidate:
        """The next mainline commit, as a candidate."""
        before = self.mainline.git("rev-parse", "main")
        commit = self.mainline.commit("main", dict(files), title)
        diff = parse_diff(self.mainline.diff(before, commit))
        return Candidate(f"<{commit}@x>", commit, title, "A. Author <author@example.org>", diff)

    def cells(self, *queue: Candidate, branches: Sequence[str] = ()) -> list[Cell]:
        return list(finish(matrix(str(self.repo.path), queue, branches)))

    def cell(self, *queue: Candidate, branch: str = NEW) -> Cell:
        """The last candidate's cell."""
        return self.cells(*queue, branches=[branch])[-1]


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_cells_come_patch_by_patch_in_the_order_of_the_branches(desk: Desk) -> None:
    one, two = desk.patch({"fs/a.c": body(("line 9", "x"))}), desk.patch({"fs/b.c": "b\n"})
    cells = desk.cells(one, two)
    assert [(cell.key, cell.branch) for cell in cells] == [
        (one.key, NEW), (one.key, OLD), (two.key, NEW), (two.key, OLD),
    ]  # fmt: skip
    assert [cell.branch for cell in desk.cells(one, branches=[OLD, NEW])] == [OLD, NEW]


def test_parts_of_the_progress_are_all_cells_once(desk: Desk) -> None:
    queue = [desk.patch({"fs/a.c": body(("line 9", f"x{number}"))}) for number in range(5)]
    parts: list[Cell] = []
    cells = finish(matrix(str(desk.repo.path), queue), lambda step: parts.extend(step.parts))
    assert tuple(parts) == cells


def test_a_patch_that_fits_is_clean_and_one_that_moved_says_how_far(desk: Desk) -> None:
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"))})
    desk.repo.commit(OLD, {"fs/a.c": "above\n" * 430 + body()})
    assert [(cell.status, cell.detail, cell.offsets) for cell in desk.cells(patch)] == [
        (Status.CLEAN, "", (0,)),
        (Status.OFFSET, "offset +430", (430,)),
    ]


def test_a_branch_that_has_the_commit_shows_present(desk: Desk) -> None:
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"))})
    commit = desk.repo.commit(OLD, {"fs/b.c": "b\n"}, f"fs: fix\n\ncommit {patch.upstream} upstream.\n")
    cell = desk.cell(patch, branch=OLD)
    assert (cell.status, cell.detail) == (Status.PRESENT, f"commit {commit[:12]}")


def test_a_commit_that_was_reverted_since_is_not_present(desk: Desk) -> None:
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"))})
    message = f"fs: fix\n\ncommit {patch.upstream} upstream.\n"
    commit = desk.repo.commit(NEW, {"fs/a.c": body(("line 20", "twenty"))}, message)
    assert desk.cell(patch).status is Status.PRESENT
    revert = f'Revert "fs: fix"\n\nThis reverts commit {commit} which is commit {patch.upstream} upstream.\n'
    desk.repo.commit(NEW, {"fs/a.c": body()}, revert)
    assert desk.cell(patch).status is Status.CLEAN


def test_an_ancestor_is_present(desk: Desk) -> None:
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"))})
    desk.repo.git("fetch", "-q", str(desk.mainline.path), "main")
    desk.repo.commit("linux-7.0.y", {"fs/a.c": body()}, "later", start=patch.upstream)
    assert desk.cell(patch, branch="linux-7.0.y").detail == "in the branch's history"


def test_a_commit_without_reference_is_known_by_subject_and_author(desk: Desk) -> None:
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"))})
    commit = desk.repo.commit(NEW, {"fs/b.c": "b\n"}, "fs: fix\n\nBackported.\n")
    cell = desk.cell(patch)
    assert (cell.status, cell.detail) == (Status.PRESENT, f"commit {commit[:12]}, by subject and author")


def test_a_change_that_the_files_hold_is_present_by_content(desk: Desk) -> None:
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"))}, "fs: another title")
    desk.repo.commit(NEW, {"fs/a.c": "above\n" + body(("line 20", "twenty"))})
    assert desk.cell(patch).status is Status.PRESENT


def test_a_change_whose_surroundings_changed_later_is_present_by_merge(desk: Desk) -> None:
    desk.repo.git("fetch", "-q", str(desk.mainline.path), "main")
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"))}, "fs: another title")
    desk.repo.commit(NEW, {"fs/a.c": body(("line 20", "twenty"), ("line 22", "changed later"))})
    cell = desk.cell(patch)
    assert (cell.status, cell.detail) == (Status.PRESENT, "by merge: the merged file equals the branch's")


def test_a_file_that_a_branch_never_had_does_not_make_its_removal_present(desk: Desk) -> None:
    desk.mainline.commit("main", {"fs/old.c": body()})
    assert desk.cell(desk.patch({"fs/old.c": None})).status is Status.MISSING


def test_a_patch_that_applies_after_earlier_ones_names_just_those(desk: Desk) -> None:
    first = desk.patch({"fs/a.c": body(("line 20", "twenty"))})
    other = desk.patch({"fs/a.c": body(("line 20", "twenty"), ("line 35", "x"))})
    alien = desk.patch({"fs/b.c": "b\n"})
    last = desk.patch({"fs/a.c": body(("line 20", "twenty, again"), ("line 35", "x"))})
    cell = desk.cell(first, other, alien, last)
    assert first.upstream is not None
    assert (cell.status, cell.needs) == (Status.AFTER, (first.key,))
    assert cell.detail == f"after {first.upstream[:12]}"


def test_a_patch_to_a_file_that_an_earlier_one_makes_comes_after_it(desk: Desk) -> None:
    first, second = desk.patch({"fs/new.c": body()}), desk.patch({"fs/new.c": body(("line 20", "twenty"))})
    assert desk.cell(first, second).needs == (first.key,)
    assert desk.cell(second).status is Status.MISSING


def test_what_the_index_line_names_is_merged_with_when_the_clone_has_it(desk: Desk) -> None:
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"))})
    # Between the branch and the pre-image lines 23 and 24 became one: context differs, the change does not.
    desk.repo.commit(NEW, {"fs/a.c": body(("line 22", "two\nmore"), ("line 23", "x"))})
    assert desk.cell(patch).status is Status.MERGE
    other = Desk(desk.repo.path.parent / "other")
    other.repo = Repo.create(desk.repo.path.parent / "without")
    other.repo.commit(NEW, {"fs/a.c": body(("line 22", "two\nmore"), ("line 23", "x"))})
    assert other.cell(patch).status is Status.FUZZ


def test_fuzz_is_a_status_of_its_own(desk: Desk) -> None:
    desk.mainline.commit("main", {"fs/a.c": body(("line 23", "mainline's own"))})
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"), ("line 23", "mainline's own"))})
    cell = desk.cell(patch)
    assert cell.status is Status.FUZZ
    assert cell.detail.startswith("fuzz 1")


def test_a_fuzzy_hunk_may_begin_in_the_context_that_ends_the_one_before(desk: Desk) -> None:
    more = ("line 12", "line 12\nmore 1\nmore 2\nmore 3\nmore 4")
    desk.mainline.commit("main", {"fs/a.c": body(more)})
    cell = desk.cell(desk.patch({"fs/a.c": body(more, ("line 10", "ten"), ("line 14", "fourteen"))}))
    assert (cell.status, cell.detail[:6]) == (Status.FUZZ, "fuzz 2")


def test_a_removal_that_would_leave_lines_behind_is_a_conflict_for_patch_too(desk: Desk) -> None:
    desk.repo.commit(NEW, {"fs/a.c": body() + "the branch's own\n"})
    cell = desk.cell(desk.patch({"fs/a.c": None}))
    assert (cell.status, cell.detail) == (Status.CONFLICT, "1 of 1 hunks")


def test_a_conflict_counts_its_hunks_and_shows_what_stands_there(desk: Desk) -> None:
    text = body(("line 5", "five"), ("line 20", "twenty"), ("line 35", "thirty-five"))
    patch = desk.patch({"fs/a.c": text})
    desk.repo.commit(NEW, {"fs/a.c": "above\n" * 7 + body(("line 20", "something else"))})
    cell = desk.cell(patch)
    assert (cell.status, cell.detail) == (Status.CONFLICT, "1 of 3 hunks")
    (failed,) = cell.failed
    assert (failed.path, failed.hunk, failed.line) == ("fs/a.c", 1, 24)
    assert failed.expected == tuple(f"line {number}" for number in range(17, 24))
    assert failed.found == (*failed.expected[:3], "something else", *failed.expected[4:])


def test_a_conflict_says_how_much_is_in_already(desk: Desk) -> None:
    patch = desk.patch({"fs/a.c": body(("line 5", "five"), ("line 20", "twenty"))})
    desk.repo.commit(NEW, {"fs/a.c": body(("line 5", "five"), ("line 20", "something else"))})
    assert desk.cell(patch).detail == "2 of 2 hunks; 1 in already"


def test_a_missing_file_says_where_one_like_it_stands(desk: Desk) -> None:
    desk.mainline.commit("main", {"fs/new/b.c": body()})
    patch = desk.patch({"fs/new/b.c": body(("line 20", "twenty"))})
    desk.repo.commit(NEW, {"fs/old/b.c": body(), "fs/other/b.c": "nothing like it\n"})
    cell = desk.cell(patch)
    assert cell.status is Status.MISSING
    assert cell.detail == "no fs/new/b.c on this branch; fs/old/b.c holds 100% of its lines"


def test_a_binary_file_is_not_checkable_and_what_is_known_of_it_is_said(desk: Desk) -> None:
    picture = "\0\1" * 50
    new = desk.patch({"fs/b.png": picture, "fs/a.c": body(("line 9", "x"))})
    desk.repo.commit(NEW, {"fs/c.png": picture, "fs/d.png": picture})
    assert (desk.cell(new).status, desk.cell(new).detail) == (
        Status.ERROR,
        "not checkable: fs/b.png is a new binary file, its place is free here; the rest of it applies",
    )
    desk.mainline.commit("main", {"fs/c.png": picture, "fs/d.png": picture + "\0"})
    same = desk.patch({"fs/c.png": picture * 2})
    assert desk.cell(same).detail == (
        "not checkable: fs/c.png is a changed binary file, here the very one that it was made for; "
        "the rest of it applies"
    )
    assert "fs/d.png is a changed binary file;" in desk.cell(desk.patch({"fs/d.png": "\0"})).detail


def test_a_damaged_diff_is_never_called_appliable(desk: Desk) -> None:
    whole = desk.patch({"fs/a.c": body(("line 20", "twenty"))})
    for diff, status, words in (
        (
            Diff(DiffState.DAMAGED, whole.diff.files, ("line 3 lost its blank",)),
            Status.DAMAGED,
            "line 3 lost its blank",
        ),
        (Diff(DiffState.RESTORED, whole.diff.files), Status.DAMAGED, "restored, but not proven to be what was mailed"),
        (Diff(DiffState.NONE, ()), Status.ERROR, "no diff in this mail"),
    ):
        cell = desk.cell(Candidate("k", FIX, "t", "a", diff))
        assert (cell.status, cell.detail) == (status, words)
        assert not cell.status.applies
    proven = Diff(DiffState.RESTORED, whole.diff.files, proven=True)
    assert desk.cell(Candidate("k", FIX, "t", "a", proven)).status is Status.CLEAN


def test_what_is_not_downloaded_is_an_error_with_a_sentence(desk: Desk, tmp_path: Path) -> None:
    desk.repo.git("config", "uploadpack.allowFilter", "true")
    partial = Repo.create(tmp_path / "partial")
    partial.git("remote", "add", "origin", f"file://{desk.repo.path}")
    partial.git("fetch", "-q", "--filter=blob:none", "origin")
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"))})
    before = checksums(partial.path)
    (cell, _old) = finish(matrix(str(partial.path), [patch]))
    assert cell.status is Status.ERROR
    assert "not downloaded" in cell.detail
    assert checksums(partial.path) == before


def test_a_run_leaves_the_clone_byte_identical(desk: Desk) -> None:
    desk.repo.git("fetch", "-q", str(desk.mainline.path), "main")
    queue = [
        desk.patch({"fs/a.c": body(("line 20", "twenty"))}),
        desk.patch({"fs/a.c": body(("line 20", "twenty, again"))}),
        desk.patch({"fs/a.c": body(("line 20", "twenty, again"), ("line 5", "five"))}),
    ]
    desk.repo.commit(NEW, {"fs/a.c": body(("line 20", "twenty"), ("line 22", "later"))})
    before, times = checksums(desk.repo.git_dir), modified(desk.repo.git_dir)
    assert {cell.status for cell in desk.cells(*queue)} >= {Status.PRESENT, Status.CLEAN, Status.AFTER}
    assert checksums(desk.repo.git_dir) == before
    assert modified(desk.repo.git_dir) == times


def test_a_wrong_clone_or_branch_is_said_at_once(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(EnvironmentProblem, match="not a git repository"):
        finish(matrix(str(tmp_path), []))
    with pytest.raises(UsageProblem, match="has no branch linux-1"):
        finish(matrix(str(desk.repo.path), [], ["linux-1.0.y"]))


def work(path: str, queue: tuple[Candidate, ...]) -> tuple[Cell, ...]:
    return finish(matrix(path, queue))


def test_the_work_runs_in_a_spawned_process(desk: Desk) -> None:
    queue = (desk.patch({"fs/a.c": body(("line 20", "twenty"))}),)
    assert pickle.loads(pickle.dumps(queue)) == queue
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(work, (str(desk.repo.path), queue)) == tuple(desk.cells(*queue))


def function(name: str, inner: str) -> str:
    """A C function of some lines around `inner`."""
    return f"int {name}(void)\n{{\n\tint a;\n\n\tfirst();\n\tsecond();\n\t{inner}\n\tthird();\n\tfourth();\n}}\n\n"


def test_a_hunk_that_lands_in_another_function_is_pointed_out(desk: Desk) -> None:
    desk.mainline.commit("main", {"fs/a.c": function("meant", "old();") + body()})
    patch = desk.patch({"fs/a.c": function("meant", "new();") + body()})
    desk.repo.commit(NEW, {"fs/a.c": "above\n" + function("other", "old();") + body()})
    cell = desk.cell(patch)
    assert cell.status is Status.OFFSET
    assert cell.detail == "offset +1; hunk 1 lands in other(), its heading names meant()"
    assert [(flag.kind, flag.landed, flag.meant) for flag in cell.flags] == [
        (FlagKind.OTHER_FUNCTION, "other", "meant")
    ]


def test_a_hunk_that_fits_more_than_once_is_flagged_with_how_often(desk: Desk) -> None:
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"))})
    desk.repo.commit(NEW, {"fs/a.c": body() + body() + body()})
    cell = desk.cell(patch)
    assert (cell.status, cell.detail) == (Status.CLEAN, "hunk 1 fits at 3 places")
    assert [(flag.kind, flag.path, flag.hunk, flag.places) for flag in cell.flags] == [
        (FlagKind.SEVERAL_PLACES, "fs/a.c", 0, 3)
    ]


def test_a_hunk_bound_to_the_start_of_the_file_has_one_place(desk: Desk) -> None:
    patch = desk.patch({"fs/a.c": body(("line 1", "one"))})
    desk.repo.commit(NEW, {"fs/a.c": body() + body()})
    assert desk.cell(patch).flags == ()


def test_the_very_file_that_the_patch_was_made_for_raises_no_doubt(desk: Desk) -> None:
    desk.mainline.commit("main", {"fs/a.c": body() + body()})
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"))[: len(body()) + 1] + body()})
    desk.repo.commit(NEW, {"fs/a.c": body() + body()})
    assert [(cell.status, cell.flags) for cell in desk.cells(patch, branches=[NEW])] == [(Status.CLEAN, ())]


def test_what_git_would_take_a_second_time_is_flagged_as_in_already(desk: Desk) -> None:
    entry = "one,\ntwo,\nthree,\n"
    desk.mainline.commit("main", {"fs/t.c": entry})
    patch = desk.patch({"fs/t.c": entry + "four,\n" + entry}, "fs: add an entry")
    context = parse_diff(
        "diff --git a/fs/t.c b/fs/t.c\n--- a/fs/t.c\n+++ b/fs/t.c\n@@ -2,2 +2,3 @@\n one,\n+new,\n two,\n"
    )
    desk.repo.commit(NEW, {"fs/t.c": "zero,\none,\nnew,\ntwo,\none,\ntwo,\n"})
    cell = desk.cell(Candidate(patch.key, patch.upstream, "fs: add an entry", patch.author, context))
    assert cell.status.applies
    assert [flag.kind for flag in cell.flags] == [FlagKind.REVERSE_FITS]
    assert cell.detail.endswith("is in already: the reverse fits at no larger offset")


def test_a_function_that_the_patch_itself_renames_is_the_one_that_is_meant(desk: Desk) -> None:
    text = function("meant", "old();")
    desk.mainline.commit("main", {"fs/a.c": text + body()})
    renamed = text.replace("meant", "__meant").replace("fourth", "later")
    patch = desk.patch({"fs/a.c": renamed + body()})
    desk.repo.commit(NEW, {"fs/a.c": "above\n" * 9 + text + body()})
    assert desk.cell(patch).flags == ()


def test_a_conflict_in_a_function_that_the_branch_lacks_says_so(desk: Desk) -> None:
    desk.mainline.commit("main", {"fs/a.c": function("meant", "old();")})
    patch = desk.patch({"fs/a.c": function("meant", "new();")})
    desk.repo.commit(NEW, {"fs/a.c": function("other", "older();")})
    assert desk.cell(patch).detail == "1 of 1 hunks; no meant() in this branch's file"


def test_io_uring_before_it_became_a_folder_is_found(desk: Desk) -> None:
    desk.mainline.commit("main", {"io_uring/timeout.c": body()})
    patch = desk.patch({"io_uring/timeout.c": body(("line 20", "twenty"))})
    desk.repo.commit(NEW, {"fs/io_uring.c": "above\n" * 100 + body()})
    assert desk.cell(patch).detail == "no io_uring/timeout.c on this branch; fs/io_uring.c holds 100% of its lines"


def test_a_mainline_commit_under_the_release_is_present_and_one_beside_it_is_not(desk: Desk) -> None:
    inside = desk.patch({"fs/a.c": body(("line 20", "twenty"))})
    beside = desk.patch({"fs/a.c": body(("line 20", "twenty"), ("line 5", "five"))})
    desk.repo.git("fetch", "-q", str(desk.mainline.path), "main")
    release = desk.repo.commit("linux-7.0.y", {"fs/a.c": body()}, "Linux 7.0", start=inside.upstream)
    desk.repo.tag("v7.0", release)
    desk.repo.commit("linux-7.0.y", {"fs/a.c": body(("line 20", "twenty"))}, "something")
    cells = desk.cells(inside, beside, branches=["linux-7.0.y"])
    assert [cell.status for cell in cells] == [Status.PRESENT, Status.CLEAN]
    assert cells[0].detail == "in the branch's history"
