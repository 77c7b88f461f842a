"""The demo really holds every situation that it is there to show, and is the same every time."""

import hashlib
from pathlib import Path

import pytest

from uringreview.demo import Demo, build_demo
from uringreview.diff.functions import changed_functions
from uringreview.diff.model import DiffState
from uringreview.diff.parse import parse_diff
from uringreview.kernel.status import Candidate, Cell, Status, matrix
from uringreview.mail.patch import Patch
from uringreview.mail.queue import Queue, load
from uringreview.mail.subject import SubjectKind
from uringreview.progress import finish
from uringreview.rationale.document import VerdictWord
from uringreview.rationale.parse import read_rationale
from uringreview.series.evidence import find_edges
from uringreview.series.graph import groups, later_fixes


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return build_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def queue(demo: Demo) -> Queue:
    return finish(load([str(demo.queue_path)]))


@pytest.fixture(scope="module")
def cells(demo: Demo, queue: Queue) -> dict[tuple[str, str], Cell]:
    """Cells by a word of the patch's title and the branch's number."""
    candidates = [
        Candidate(one.key, one.upstream, one.subject.title, str(one.author), parse_diff(one.diff_text))
        for one in queue.patches
    ]
    titles = {one.key: one.subject.title for one in queue.patches}
    found = finish(matrix(str(demo.clone_path), candidates))
    return {(titles[cell.key], cell.branch.removeprefix("linux-").removesuffix(".y")): cell for cell in found}


def patch(queue: Queue, words: str) -> Patch:
    """The patch whose title holds these words."""
    (found,) = [one for one in queue.patches if words in one.subject.title]
    return found


def status(cells: dict[tuple[str, str], Cell], words: str, branch: str) -> Status:
    (found,) = [cell.status for (title, at), cell in cells.items() if words in title and at == branch]
    return found


def test_two_builds_are_the_same_to_the_byte(demo: Demo, tmp_path: Path) -> None:
    again = build_demo(tmp_path)
    digests = [hashlib.sha256(one.queue_path.read_bytes()).hexdigest() for one in (demo, again)]
    assert digests[0] == digests[1]
    refs = [(one.clone_path / ".git" / "refs" / "heads" / "linux-7.0.y").read_text() for one in (demo, again)]
    assert refs[0] == refs[1]


def test_a_folder_relative_to_where_one_stands_will_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    demo = build_demo(Path("demo"))
    assert demo.queue_path == tmp_path / "demo" / "queue.mbox"
    assert (demo.clone_path / ".git").is_dir()


def test_the_queue_opens_without_a_problem(queue: Queue) -> None:
    assert queue.problems == ()
    assert queue.not_loaded == 0
    kinds = [one.subject.kind for one in queue.patches]
    assert (kinds.count(SubjectKind.AUTOSEL), kinds.count(SubjectKind.PLAIN)) == (10, 1)


def test_three_patches_are_a_series_with_unequal_ranges(queue: Queue) -> None:
    (group,) = [one for one in groups(queue, find_edges(queue, {})) if len(one.members) == 3]
    assert [member.asked for member in group.members] == ["7.0-6.6", "7.0", "7.0"]
    assert [member.subject.partition(":")[0] for member in group.members] == ["demo/chain"] * 3
    assert group.missing == ()


def test_a_rationale_claims_what_its_diff_contradicts(queue: Queue) -> None:
    fuse = patch(queue, "burnt fuse")
    (change,) = parse_diff(fuse.diff_text).files
    said = " ".join(fuse.rationale_text.split())
    assert f"{change.added} insertions" in said
    assert "4 deletions" in said
    assert change.removed != 4
    assert "Only `fuse_burn()` is modified." in said
    assert changed_functions(change) == ("fuse_disarm", "fuse_burnt_work", "fuse_burn")


@pytest.mark.parametrize(
    ("words", "branch", "wanted"),
    [
        ("hold chain->lock when", "7.0", Status.CLEAN),
        ("hold chain->lock when", "6.6", Status.OFFSET),
        ("hold chain->lock when", "6.1", Status.CONFLICT),
        ("hold chain->lock when", "7.2", Status.PRESENT),
        ("burnt fuse", "6.18", Status.CONFLICT),
        ("across cancel_fuses", "6.1", Status.MISSING),
        ("wait for a channel", "6.12", Status.PRESENT),
        ("wait for a channel", "6.1", Status.CONFLICT),
        ("dropped sample", "6.6", Status.PRESENT),
        ("below the ledger's limit", "7.0", Status.AFTER),
        ("more than a page", "7.0", Status.DAMAGED),
    ],
)
def test_every_status_that_is_promised_is_there(
    cells: dict[tuple[str, str], Cell], words: str, branch: str, wanted: Status
) -> None:
    assert status(cells, words, branch) is wanted


def test_what_is_present_is_so_by_name_once_and_by_content_once(cells: dict[tuple[str, str], Cell]) -> None:
    (named,) = [cell for (title, at), cell in cells.items() if "wait for a channel" in title and at == "6.12"]
    (alike,) = [cell for (title, at), cell in cells.items() if "dropped sample" in title and at == "6.6"]
    assert named.detail.startswith("commit ")
    assert "content" in alike.detail


def test_verdicts_are_yes_no_and_error_and_every_other_rationale_has_nine_phases(queue: Queue) -> None:
    read = {one.subject.title: read_rationale(one) for one in queue.patches if one.subject.kind is SubjectKind.AUTOSEL}
    words = [each.verdict.word for each in read.values()]
    assert (words.count(VerdictWord.YES), words.count(VerdictWord.NO), words.count(VerdictWord.ERROR)) == (8, 1, 1)
    whole = [each for each in read.values() if each.verdict.word is not VerdictWord.ERROR]
    assert all([phase.number for phase in each.phases] == list(range(1, 10)) for each in whole)


def test_a_person_answers_that_another_patch_is_needed_first(queue: Queue) -> None:
    (row,) = [row for row in queue.rows if row.replies]
    (reply,) = row.replies
    assert reply.message is not None
    needed = patch(queue, "refuse a page count").upstream
    assert needed is not None
    assert f"needs {needed[:12]}" in reply.message.body
    assert "ledger's limit" in row.subject.title


def test_a_later_fix_names_a_patch_of_the_series(queue: Queue) -> None:
    (fix,) = [one for one in later_fixes(queue) if one.upstream is None]
    assert fix.fixes == (patch(queue, "burnt fuse").upstream or "")[:12]
    assert fix.subject == "demo/chain: let go of a fuse whose job is gone"


def test_one_diff_is_damaged_and_all_others_are_exact(queue: Queue) -> None:
    states = {one.subject.title: parse_diff(one.diff_text).state for one in queue.patches}
    assert [title for title, state in states.items() if state is DiffState.DAMAGED] == [
        "demo/echo: refuse to keep more than a page"
    ]
    assert list(states.values()).count(DiffState.EXACT) == len(states) - 1
