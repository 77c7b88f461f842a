"""All evidence of a queue is gathered, with a clone and without, and one bad part spoils no other."""

import pickle
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import mail
from tests.support.diffs import as_page_text
from tests.support.repos import Repo
from uringreview.diff.model import DiffState
from uringreview.errors import EnvironmentProblem, UsageProblem
from uringreview.mail.queue import Queue, load
from uringreview.progress import Progress, finish
from uringreview.rationale.check import MarkWord
from uringreview.review.desk import examine, with_clone
from uringreview.review.facts import Desk, PatchFacts

BASE = "".join(f"int line_{n};\n" for n in range(30))
FIXED = BASE.replace("int line_9;\n", "int line_9;\nint added;\n")
RATIONALE = (
    "## Phase 1: Commit Message Forensics\nRecord: subsystem ring.\n\n"
    "## Phase 2: Diff Analysis\nRecord: one file changed, `ring/chain.c`, 7 insertions and 0 deletions.\n\n**YES**\n"
)


@pytest.fixture
def linux(tmp_path: Path) -> Repo:
    """Stable branches that take the patch, take it shifted, and refuse it; and the upstream change itself."""
    repo = Repo.create(tmp_path / "linux")
    base = repo.release("linux-7.0.y", "7.0.1", {"ring/chain.c": BASE})
    repo.commit("linux-6.12.y", {"ring/chain.c": "int first;\n" + BASE}, "shifted", start=base)
    repo.commit("linux-6.6.y", {"ring/chain.c": "int other;\n"}, "rewritten", start=base)
    repo.commit("main", {"ring/chain.c": FIXED}, "ring: add a line\n", start=base)
    return repo


@pytest.fixture
def queue(linux: Repo, tmp_path: Path) -> Queue:
    """The change as an AUTOSEL mail whose rationale miscounts it, and a second mail."""
    change = linux.diff("linux-7.0.y", "main")
    path = tmp_path / "queue.mbox"
    first = mail.autosel(diff=change + "\n" if not change.endswith("\n") else change, rationale=RATIONALE)
    path.write_bytes(mail.mbox(first, mail.autosel(position=2, title="ring: free it")))
    return finish(load([str(path)]))


def statuses(facts: PatchFacts) -> dict[str, str]:
    """Branch and word, as the queue's columns show them."""
    return {cell.branch: cell.status.value for cell in facts.cells}


def test_without_a_clone_claims_are_checked_against_the_mail(queue: Queue) -> None:
    parts: list[PatchFacts] = []
    desk = finish(examine(queue), lambda step: parts.extend(step.parts))
    marks = {mark.claim.kind.value: mark.word for mark in desk.facts[0].marks}
    assert (marks["files"], marks["insertions"]) == (MarkWord.VERIFIED, MarkWord.CONTRADICTED)
    assert tuple(parts) == desk.facts
    assert (desk.branches, desk.clone, desk.facts[0].cells) == ((), None, ())


def test_with_a_clone_every_patch_has_a_cell_a_branch_newest_first(linux: Repo, queue: Queue) -> None:
    desk = finish(with_clone(finish(examine(queue)), str(linux.path)))
    assert desk.branches == ("linux-7.0.y", "linux-6.12.y", "linux-6.6.y")
    assert [cell.branch for cell in desk.facts[0].cells] == list(desk.branches)
    assert statuses(desk.facts[0]) == {"linux-7.0.y": "clean", "linux-6.12.y": "offset", "linux-6.6.y": "conflict"}
    assert desk.clone == str(linux.path)


def test_a_patch_is_handed_out_once_its_cells_are_complete(linux: Repo, queue: Queue) -> None:
    steps: list[Progress[PatchFacts]] = []
    desk = finish(with_clone(finish(examine(queue)), str(linux.path)), steps.append)
    parts = [part for step in steps for part in step.parts]
    assert {part.key for part in parts} == {facts.key for facts in desk.facts}
    assert all(len(part.cells) == 3 for part in parts)
    assert (steps[-1].done, steps[-1].total) == (6, 6)


@pytest.mark.parametrize("names", [("linux-6.6.y", "linux-7.0.y"), ("6.6", "7.0", "6.6")])
def test_branches_can_be_picked_and_keep_their_order(linux: Repo, queue: Queue, names: tuple[str, ...]) -> None:
    desk = finish(with_clone(finish(examine(queue)), str(linux.path), names))
    assert desk.branches == ("linux-7.0.y", "linux-6.6.y")
    assert [cell.branch for cell in desk.facts[0].cells] == ["linux-7.0.y", "linux-6.6.y"]


def test_a_damaged_diff_is_restored_from_the_clone_and_then_tried(linux: Repo, queue: Queue) -> None:
    desk = finish(with_clone(finish(examine(damaged(queue))), str(linux.path)))
    facts = desk.facts[0]
    assert (facts.diff.state, facts.diff.proven) == (DiffState.RESTORED, True)
    assert statuses(facts)["linux-7.0.y"] == "clean"


def test_a_damaged_diff_is_called_damaged_without_a_clone(queue: Queue) -> None:
    assert finish(examine(damaged(queue))).facts[0].diff.state is DiffState.DAMAGED


def test_a_diff_that_no_clone_proves_is_never_called_appliable(tmp_path: Path, queue: Queue) -> None:
    other = Repo.create(tmp_path / "other")
    other.release("linux-7.0.y", "7.0.1", {"ring/chain.c": "int unrelated;\n"})
    facts = finish(with_clone(finish(examine(damaged(queue))), str(other.path))).facts[0]
    assert not facts.diff.appliable
    assert statuses(facts) == {"linux-7.0.y": "damaged"}


def test_a_mail_that_lost_white_space_by_itself_is_restored_only_where_that_is_proven(
    linux: Repo, queue: Queue, tmp_path: Path
) -> None:
    hurt = damaged(queue, known=False)
    facts = finish(with_clone(finish(examine(hurt)), str(linux.path))).facts[0]
    assert (facts.diff.state, facts.diff.proven) == (DiffState.RESTORED, True)
    other = Repo.create(tmp_path / "other")
    other.release("linux-7.0.y", "7.0.1", {"ring/chain.c": BASE.replace("int line_20;", "int other;")})
    facts = finish(with_clone(finish(examine(hurt)), str(other.path))).facts[0]
    assert (facts.diff.state, facts.diff.proven) == (DiffState.DAMAGED, False)


def damaged(queue: Queue, known: bool = True) -> Queue:
    """The queue with its first mail as a page shows it, leading blanks gone; `known` whether it says so."""
    first, *others = queue.rows
    assert first.patch is not None
    message = first.patch.message
    text = as_page_text(first.patch.diff_text)
    assert first.patch.diff is not None
    start = first.patch.diff.start
    body = message.body[:start] + text
    span = replace(first.patch.diff, end=start + len(text))
    patch = replace(first.patch, message=replace(message, body=body), diff=span, white_space_lost=known)
    return replace(queue, rows=(replace(first, patch=patch), *others))


def test_a_later_fix_that_a_branch_has_is_named_with_its_id(linux: Repo, queue: Queue) -> None:
    fixed, fixing = mail.upstream_id(1), "f" * 40
    message = f'ring: add it right\n\ncommit {fixing} upstream.\n\nFixes: {fixed[:12]} ("ring: stop")\n'
    linux.commit("linux-7.0.y", {"ring/other.c": "int x;\n"}, message)
    facts = finish(with_clone(finish(examine(queue)), str(linux.path))).facts
    assert [(fix.upstream, fix.subject) for fix in facts[0].later_fixes] == [(fixing, "ring: add it right")]
    assert facts[1].later_fixes == ()


def test_what_goes_to_a_worker_and_comes_back_is_the_same(linux: Repo, queue: Queue) -> None:
    desk = finish(examine(queue))
    sent: Desk = pickle.loads(pickle.dumps(desk))
    assert sent == desk
    done = finish(with_clone(sent, str(linux.path)))
    assert pickle.loads(pickle.dumps(done)) == done


def test_a_clone_that_is_none_and_a_branch_that_is_not_there_are_told_apart(
    linux: Repo, queue: Queue, tmp_path: Path
) -> None:
    desk = finish(examine(queue))
    with pytest.raises(EnvironmentProblem):
        finish(with_clone(desk, str(tmp_path / "nowhere")))
    with pytest.raises(UsageProblem, match=r"linux-6\.12\.y"):
        finish(with_clone(desk, str(linux.path), ["linux-4.4.y"]))


def test_a_patch_is_named_by_the_start_of_its_upstream_id(queue: Queue) -> None:
    desk = finish(examine(queue))
    wanted = mail.upstream_id(2)
    assert desk.named(wanted[:12]).patch.upstream == wanted
    assert desk.named(wanted[:8].upper()).patch.upstream == wanted
    for text in ("", "zz", "abc", "0" * 40):
        with pytest.raises(UsageProblem):
            desk.named(text)


def test_an_empty_queue_is_a_desk_too(linux: Repo) -> None:
    desk = finish(with_clone(finish(examine(Queue(()))), str(linux.path)))
    assert (desk.facts, len(desk.branches)) == ((), 3)


def test_cancelled_work_can_be_begun_again(linux: Repo, queue: Queue) -> None:
    desk = finish(examine(queue))
    work = with_clone(desk, str(linux.path))
    next(work)
    next(work)
    work.close()
    assert len(finish(with_clone(desk, str(linux.path))).facts[0].cells) == 3


def test_a_release_named_in_a_rationale_is_tried_on_its_own_tree(linux: Repo, tmp_path: Path) -> None:
    linux.commit("linux-7.0.y", {"ring/chain.c": "int other;\n"}, "rewritten since")
    said = "## Phase 6: Stable Tree Analysis\nRecord: it applies cleanly to `v7.0.1`, and to `v7.0.2`.\n\n"
    said += "## Phase 9: Final Synthesis\nRecord: it applies cleanly to `v7.0.1`. The crash is UNVERIFIED.\n\n**YES**\n"
    path = tmp_path / "one.mbox"
    path.write_bytes(mail.mbox(mail.autosel(diff=linux.diff("main~1", "main"), rationale=said)))
    facts = finish(with_clone(finish(examine(finish(load([str(path)])))), str(linux.path))).facts[0]
    assert statuses(facts)["linux-7.0.y"] == "conflict"
    assert [mark.word for mark in facts.marks if mark.claim.phase == 9] == [MarkWord.VERIFIED]
    assert [one.text for one in facts.unverified] == ["The crash is UNVERIFIED."]
