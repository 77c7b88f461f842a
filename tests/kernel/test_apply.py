"""The engine agrees with git apply, on random damage and on the rules that it is known for."""

import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.kernel.differential import Judge, case
from tests.support.repos import Repo
from uringreview.diff.parse import parse_diff
from uringreview.kernel.apply import BranchTree, Engine, Outcome, Refusal, file_patches
from uringreview.kernel.clone import open_clone

BRANCH = "linux-6.12.y"


def numbered(count: int, **changed: str) -> str:
    """`count` lines "line N", some of them replaced: `numbered(9, l3="x")`."""
    return "".join(changed.get(f"l{number}", f"line {number}") + "\n" for number in range(1, count + 1))


def tried(repo: Repo, diff: str, reverse: bool = False) -> Outcome:
    """The outcome of a diff on the branch of `repo`."""
    parsed = parse_diff(diff)
    assert parsed.appliable, parsed.problems
    clone = open_clone(str(repo.path))
    engine = Engine(lambda blob: clone.read(blob, blob))
    return engine.try_on(BranchTree(clone, clone.branch(BRANCH).tip), file_patches(parsed, reverse))


def change(tmp_path: Path, old: str | bytes, new: str | bytes, *options: str) -> str:
    """The diff of a.c from `old` to `new`, made in a repository of its own."""
    repo = Repo.create(tmp_path / "change")
    first = repo.commit("main", {"a.c": old})
    return repo.diff(first, repo.commit("main", {"a.c": new}), *options)


def branch_with(tmp_path: Path, text: str | bytes, path: str = "a.c") -> Repo:
    repo = Repo.create(tmp_path / "linux")
    repo.commit(BRANCH, {path: text})
    return repo


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Judge:
    return Judge(tmp_path_factory.mktemp("judge") / "judge")


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None)
@given(seed=st.integers(0, 2**32), context=st.integers(0, 5), reverse=st.booleans())
def test_every_file_of_a_random_diff_fares_as_with_git_apply(
    judge: Judge, seed: int, context: int, reverse: bool
) -> None:
    assert judge.disagreements(case(random.Random(seed)), context, reverse) == []


def test_a_hunk_that_moved_applies_with_its_offset(tmp_path: Path) -> None:
    diff = change(tmp_path, numbered(30), numbered(30, l20="changed"))
    outcome = tried(branch_with(tmp_path, "above\n" * 430 + numbered(30)), diff)
    assert outcome.applies
    assert outcome.offsets == (430,)


def test_of_two_places_the_nearest_wins_and_the_later_one_on_a_tie(tmp_path: Path) -> None:
    block = "a\nb\nc\nold\nd\ne\nf\n"
    diff = change(tmp_path, "x\n" * 20 + block + "x\n" * 20, "x\n" * 20 + block.replace("old", "new") + "x\n" * 20)
    nearer = branch_with(tmp_path / "nearer", "x\n" * 10 + block + "x\n" * 5 + block + "x\n" * 20)
    assert tried(nearer, diff).offsets == (2,)
    tie = branch_with(tmp_path / "tie", "x\n" * 10 + block + "x\n" * 13 + block + "x\n" * 20)
    assert tried(tie, diff).offsets == (10,)


def test_a_hunk_may_not_match_lines_that_an_earlier_one_wrote(tmp_path: Path) -> None:
    text = "1\n2\n3\nold\nc\nc\nc\ngap\ngap\nc\nc\nc\nold\n4\n5\n6\n"
    diff = change(tmp_path, text, text.replace("old", "new"))
    squeezed = text.replace("gap\ngap\nc\nc\nc\n", "")
    assert [file.failed for file in tried(branch_with(tmp_path, squeezed), diff).files] == [(1,)]


def test_a_hunk_without_trailing_context_fits_at_the_end_only(tmp_path: Path) -> None:
    diff = change(tmp_path, numbered(9), numbered(9, l9="last"))
    assert tried(branch_with(tmp_path / "same", numbered(9)), diff).applies
    assert not tried(branch_with(tmp_path / "longer", numbered(9) + "more\n"), diff).applies


def test_a_carriage_return_is_part_of_the_line(tmp_path: Path) -> None:
    diff = change(tmp_path, numbered(9), numbered(9, l5="five"))
    assert not tried(branch_with(tmp_path, numbered(9).replace("\n", "\r\n")), diff).applies


def test_bytes_that_are_no_utf8_are_matched_as_bytes(tmp_path: Path) -> None:
    old = b"one\ntwo \xe9\nthree\n"
    diff = change(tmp_path, old, old.replace(b"three", b"four"))
    assert tried(branch_with(tmp_path / "same", old), diff).applies
    assert not tried(branch_with(tmp_path / "utf8", old.replace(b"\xe9", "é".encode())), diff).applies


def test_a_removal_must_leave_nothing(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "change")
    first = repo.commit("main", {"a.c": numbered(5), "b.c": "b\n"})
    diff = repo.diff(first, repo.commit("main", {"a.c": None}))
    assert tried(branch_with(tmp_path / "same", numbered(5)), diff).applies
    refused = tried(branch_with(tmp_path / "longer", "more\n" + numbered(5)), diff)
    assert not refused.applies


def test_a_new_file_that_exists_already_is_refused(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "change")
    first = repo.commit("main", {"b.c": "b\n"})
    diff = repo.diff(first, repo.commit("main", {"a.c": "a\n"}))
    assert [file.refusal for file in tried(branch_with(tmp_path / "there", "z\n"), diff).files] == [Refusal.EXISTS]
    assert tried(branch_with(tmp_path / "free", "z\n", "other.c"), diff).applies


def test_a_file_that_fails_fails_the_whole_diff(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "change")
    first = repo.commit("main", {"a.c": numbered(9), "b.c": numbered(9)})
    diff = repo.diff(first, repo.commit("main", {"a.c": numbered(9, l4="x"), "b.c": numbered(9, l4="x")}))
    outcome = tried(branch_with(tmp_path, numbered(9)), diff)
    assert [file.refusal for file in outcome.files] == [None, Refusal.MISSING]
    assert not outcome.applies


def test_a_path_out_of_the_tree_is_refused(tmp_path: Path) -> None:
    diff = change(tmp_path, numbered(9), numbered(9, l4="x")).replace("a.c", "../a.c")
    assert [file.refusal for file in tried(branch_with(tmp_path, numbered(9)), diff).files] == [Refusal.PATH]


def test_what_applies_can_be_taken_back(tmp_path: Path) -> None:
    diff = change(tmp_path, numbered(9), numbered(9, l4="four"))
    with_it = branch_with(tmp_path, numbered(9, l4="four"))
    assert tried(with_it, diff, reverse=True).applies
    assert not tried(with_it, diff).applies
