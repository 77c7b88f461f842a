"""A damaged diff is put back from the upstream commit where the clone has it; and the order of trying."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support import mail
from tests.support.diffs import as_page_text
from tests.support.repos import Repo
from uringreview.diff.model import DiffState
from uringreview.diff.parse import parse_diff
from uringreview.mail.queue import Queue, load
from uringreview.progress import finish
from uringreview.review.desk import examine, with_clone
from uringreview.review.facts import PatchFacts
from uringreview.review.upstream import from_upstream

# Old files with an odd shape that no guess at indentation puts back.
OLD = "int first(void)\n{\n\tint a;\n\n\n  return  1;\n}\n\nint last;\n"
NEW = OLD.replace("  return  1;\n", "   \t return\t 2;  /* two */\n\n")


@pytest.fixture
def linux(tmp_path: Path) -> Repo:
    """A stable branch that stands above the change's pre-image, and mainline with the change."""
    repo = Repo.create(tmp_path / "linux")
    base = repo.commit("main", {"ring/chain.c": OLD}, "ring: begin\n")
    repo.commit("main", {"ring/chain.c": NEW}, "ring: return two\n")
    repo.release("linux-7.0.y", "7.0.1")
    repo.commit("linux-7.0.y", {"ring/chain.c": "int inserted;\n" + OLD}, "shifted", start=base)
    return repo


def opened(tmp_path: Path, diff: str, upstream: str) -> Queue:
    """A queue of the one mail, as a page shows its diff."""
    path = tmp_path / "mail.eml"
    path.write_bytes(mail.autosel(diff=diff, upstream=upstream))
    queue = finish(load([str(path)]))
    (row,) = queue.rows
    assert row.patch is not None
    assert row.patch.diff is not None
    text = as_page_text(row.patch.diff_text)
    body = row.patch.message.body[: row.patch.diff.start] + text
    patch = replace(
        row.patch,
        message=replace(row.patch.message, body=body),
        diff=replace(row.patch.diff, end=row.patch.diff.start + len(text)),
        white_space_lost=True,
    )
    return replace(queue, rows=(replace(row, patch=patch),))


def examined(linux: Repo, queue: Queue) -> PatchFacts:
    return finish(with_clone(finish(examine(queue)), str(linux.path))).facts[0]


def test_the_upstream_commits_own_diff_is_used_and_said_so(linux: Repo, tmp_path: Path) -> None:
    change, upstream = linux.diff("main^", "main"), linux.git("rev-parse", "main")
    facts = examined(linux, opened(tmp_path, change, upstream))
    assert (facts.diff.state, facts.diff.proven) == (DiffState.RESTORED, True)
    assert facts.diff.restored_from == f"upstream commit {upstream[:12]} in the clone"
    assert [file.hunks for file in facts.diff.files] == [file.hunks for file in parse_diff(change).files]
    assert [cell.status.value for cell in facts.cells] == ["offset"]


def test_a_commit_that_says_something_else_is_named_and_not_used(linux: Repo, tmp_path: Path) -> None:
    change, upstream = linux.diff("main^", "main"), linux.git("rev-parse", "main")
    facts = examined(linux, opened(tmp_path, change.replace("two */", "2 */"), upstream))
    assert f"upstream commit {upstream[:12]} in the clone differs" in facts.diff.problems[-1]
    assert "upstream" not in facts.diff.restored_from
    assert not facts.diff.proven


def test_line_numbers_and_ids_stay_those_of_the_mail(linux: Repo) -> None:
    change = linux.diff("main^", "main")
    shifted = change.replace("@@ -3,", "@@ -103,").replace(" +3,", " +104,")
    assert shifted != change
    restored = from_upstream(as_page_text(shifted), change, "f" * 40)
    assert restored is not None
    assert restored.files == parse_diff(shifted).files


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("+\t", "+x"),
        ("-  return", "-  goto"),
        ("return\t 2", "return 3"),
        ("ring/chain.c", "ring/other.c"),
        (",7 ", ",6 "),
    ],
)
def test_a_diff_that_says_anything_else_is_not_the_same(linux: Repo, old: str, new: str) -> None:
    change = linux.diff("main^", "main").replace("+   \t", "+\t")
    upstream = linux.diff("main^", "main")
    assert old in change
    assert from_upstream(as_page_text(change), upstream, "f" * 40) is not None
    assert from_upstream(as_page_text(change.replace(old, new)), upstream, "f" * 40) is None


def test_patches_are_tried_in_the_order_to_take_and_come_back_in_the_queues(tmp_path: Path) -> None:
    repo = Repo.create(tmp_path / "linux")
    lines = "".join(f"int line_{n};\n" for n in range(20))
    one, two = lines.replace("line_9;", "line_9, a;"), lines.replace("line_9;", "line_9, a, b;")
    base = repo.release("linux-7.0.y", "7.0.1", {"ring/chain.c": lines})
    first = repo.commit("main", {"ring/chain.c": one}, "ring: a\n", start=base)
    second = repo.commit("main", {"ring/chain.c": two}, "ring: b\n")
    path = tmp_path / "queue.mbox"
    path.write_bytes(
        mail.mbox(
            mail.autosel(
                position=14,
                title="ring: b",
                upstream=second,
                diff=repo.diff(first, second),
                rationale=f'## Phase 1: Series\nRecord: This patch depends on {first[:12]} ("ring: a").\n\n**YES**\n',
            ),
            mail.autosel(position=27, title="ring: a", upstream=first, diff=repo.diff(base, first)),
        )
    )
    desk = finish(with_clone(finish(examine(finish(load([str(path)])))), str(repo.path)))
    assert [facts.patch.position for facts in desk.facts] == [14, 27]
    assert [facts.cells[0].status.value for facts in desk.facts] == ["after", "clean"]
    assert desk.facts[0].cells[0].needs == (desk.facts[1].key,)
