"""The lockset rows of the three linked-timeout patches, from the real mails and the real clone.

The rows are those that a person read off v7.0's io_uring/: where ->link is used, in which context, under which locks.
"""

from pathlib import Path
from typing import Any

import pytest

from tests.support.program import Ran, checksums, run

pytest.importorskip("tree_sitter_c", reason="the lockset table needs tree-sitter: pip install 'uringreview[lockset]'")

P1, P2, P3 = "20c39819a276", "49ae66eb8c27", "a65855ec34ae"
COMPLETION, TIMEOUT, URING = "completion_lock", "timeout_lock", "uring_lock"


@pytest.fixture(scope="module")
def locks(shared: Path, kernel_clone: Path) -> Ran:
    """`simulate --lockset` on the batch of 20 May 2026, with the clone's files checked to be left as they were."""
    before = checksums(kernel_clone / ".git")
    mails = shared / "corpus" / "20260520-3424570-partial.mbox"
    ran = run("simulate", "--lockset", mails, "--clone", kernel_clone, "--format", "json")
    assert checksums(kernel_clone / ".git") == before
    return ran


def link_rows(ran: Ran, upstream: str) -> list[dict[str, Any]]:
    (patch,) = (each for each in ran.json["patches"] if each["upstream"][:12] == upstream)
    assert patch["problem"] == ""
    assert patch["unparsed"] == []
    return [row for row in patch["rows"] if row["field"] == "io_kiocb->link"]


def of(rows: list[dict[str, Any]], context: str, function: str) -> list[tuple[str, Any, Any]]:
    mine = [row for row in rows if (row["context"], row["function"]) == (context, function)]
    return [(row["access"], row["before"], row["after"]) for row in mine]


def test_it_says_that_it_is_heuristic(locks: Ran) -> None:
    assert locks.status == 0, locks.err
    assert locks.json["note"].startswith("heuristic")


def test_the_first_patch_puts_the_worker_under_uring_lock(locks: Ran) -> None:
    assert of(link_rows(locks, P1), "io-wq", "io_req_find_next") == [("write", [], [URING])]


def test_the_second_moves_the_write_from_the_timer_to_task_work(locks: Ran) -> None:
    rows = link_rows(locks, P2)
    assert of(rows, "hrtimer", "io_remove_next_linked") == [("write", [TIMEOUT], None)]
    assert of(rows, "task_work", "io_req_task_link_timeout") == [("write", None, [URING])]


def test_the_walk_of_io_wq_cancel_shares_no_lock_with_it_any_more(locks: Ran) -> None:
    (row,) = (each for each in link_rows(locks, P2) if each["context"] == "io-wq cancel")
    assert (row["access"], row["before"], row["after"]) == ("read", [TIMEOUT], [TIMEOUT])
    assert row["apart"] == ["io_req_task_link_timeout() in task_work"]
    assert row["roots"] == ["io_cancel_task_cb"]


def test_nor_does_the_workers_own_splice_which_is_the_crash(locks: Ran) -> None:
    rows = [each for each in link_rows(locks, P2) if each["context"] == "io-wq" and each["apart"]]
    assert any(each["function"] == "io_remove_next_linked" and each["access"] == "write" for each in rows)


def test_the_third_puts_the_exit_paths_walk_under_uring_lock(locks: Ran) -> None:
    rows = link_rows(locks, P3)
    wanted = [("read", [COMPLETION, TIMEOUT], [COMPLETION, TIMEOUT, URING])]
    assert of(rows, "workqueue", "io_match_task") == wanted
    assert of(rows, "elsewhere", "io_match_task") == wanted
