"""Cells that were kept are those that would be worked out anew, whatever changed meanwhile."""

import random
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kernel.test_matrix import NEW, OLD, Desk, body
from tests.support.repos import Repo, checksums
from uringreview.kernel.status import Candidate, Cell, Status, matrix
from uringreview.progress import finish


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def caches(masked_host: Path) -> Path:
    return masked_host / ".cache" / "uringreview"


def afresh(desk: Desk, caches: Path, queue: list[Candidate]) -> list[Cell]:
    """The cells without any cache; what is cached is left as it is."""
    aside = caches.with_name("aside")
    if caches.exists():
        caches.rename(aside)
    cells = desk.cells(*queue)
    shutil.rmtree(caches, ignore_errors=True)
    if aside.exists():
        aside.rename(caches)
    return cells


def queue_of(desk: Desk) -> list[Candidate]:
    """Patches that apply, that need each other, that conflict and that miss a file."""
    queue = [
        desk.patch({"fs/a.c": body(("line 20", "twenty"))}, "one"),
        desk.patch({"fs/a.c": body(("line 20", "twenty, again"))}, "two"),
        desk.patch({"fs/new.c": body()}, "three"),
        desk.patch({"fs/new.c": body(("line 9", "nine"))}, "four"),
    ]
    desk.mainline.commit("main", {"fs/gone.c": body(), "fs/a.c": body(("line 5", "mainline's"), ("line 9", "x"))})
    queue.append(desk.patch({"fs/gone.c": body(("line 9", "nine"))}, "five"))
    queue.append(desk.patch({"fs/a.c": body(("line 5", "five"), ("line 9", "x"))}, "six"))
    return queue


def changes(desk: Desk) -> Iterator[None]:
    """What may happen to a clone between two runs, one thing after the other."""
    desk.repo.commit(NEW, {"fs/other.c": "x\n"}, "something else")
    yield
    desk.repo.commit(NEW, {"fs/a.c": "above\n" * 3 + body()}, "lines above")
    yield
    desk.repo.commit(OLD, {"fs/sub/gone.c": body()}, "a file that looks like the one that is missing")
    yield
    desk.repo.git("fetch", "-q", str(desk.mainline.path), "main")
    yield
    desk.repo.commit(NEW, {"fs/a.c": body(("line 20", "twenty"))}, "one\n\nBackported.")
    yield
    desk.repo.git("update-ref", f"refs/heads/{NEW}", f"refs/heads/{NEW}~2")
    yield
    desk.repo.commit(OLD, {"fs/a.c": None, "fs": "now a file\n"}, "no folder any more")
    yield


def test_kept_cells_are_those_of_a_run_without_a_cache_after_every_change(desk: Desk, caches: Path) -> None:
    queue = queue_of(desk)
    first = desk.cells(*queue)
    assert {cell.status for cell in first} >= {Status.CLEAN, Status.AFTER, Status.MISSING}
    assert desk.cells(*queue) == first
    for _change in changes(desk):
        assert desk.cells(*queue) == afresh(desk, caches, queue)
        assert desk.cells(*queue) == afresh(desk, caches, queue)


def test_kept_cells_follow_the_queue_that_is_asked_for(desk: Desk, caches: Path) -> None:
    queue = queue_of(desk)
    desk.cells(*queue)
    rng = random.Random(1)
    for _ in range(12):
        some = rng.sample(queue, rng.randrange(1, len(queue)))
        assert desk.cells(*some) == afresh(desk, caches, some)
        assert desk.cells(*some, branches=[OLD]) == [cell for cell in desk.cells(*some) if cell.branch == OLD]


def test_a_commit_to_other_files_leaves_every_kept_cell_of_use(desk: Desk, caches: Path) -> None:
    queue = queue_of(desk)[:3]

    def kept() -> int:
        with sqlite3.connect(caches / "cells-1.sqlite") as base:
            count: int = base.execute("select count(*) from cell").fetchone()[0]
            return count

    desk.cells(*queue)
    before = kept()
    assert before > 0
    desk.repo.commit(NEW, {"fs/other.c": "x\n"}, "something else")
    desk.cells(*queue)
    assert kept() == before


def test_a_pre_image_that_came_since_is_merged_with(desk: Desk) -> None:
    patch = desk.patch({"fs/a.c": body(("line 20", "twenty"))})
    other = Repo.create(desk.repo.path.parent / "without")
    other.commit(NEW, {"fs/a.c": body(("line 22", "two\nmore"), ("line 23", "x"))})
    desk.repo = other
    assert [cell.status for cell in desk.cells(patch)] == [Status.FUZZ]
    other.git("fetch", "-q", str(desk.mainline.path), "main")
    assert [cell.status for cell in desk.cells(patch)] == [Status.MERGE]


@pytest.mark.parametrize("damage", ["no database", "changed text", "cut off", "empty"])
def test_a_damaged_cache_is_made_again(desk: Desk, caches: Path, damage: str) -> None:
    queue = queue_of(desk)
    first = desk.cells(*queue)
    for cache in caches.glob("*.sqlite"):
        if damage == "changed text":
            with sqlite3.connect(cache) as base:
                for table in ("run", "cell", "chunk"):
                    column = "lines" if table == "chunk" else "text"
                    if base.execute("select 1 from sqlite_master where name = ?", (table,)).fetchone():
                        base.execute(f"update {table} set {column} = replace({column}, 'clean', 'merge') || ' '")
        else:
            whole = cache.read_bytes()
            cache.write_bytes({"no database": b"x" * 9000, "cut off": whole[: len(whole) // 2], "empty": b""}[damage])
    assert desk.cells(*queue) == first
    assert desk.cells(*queue) == first


def test_a_full_disk_costs_only_time(desk: Desk, caches: Path) -> None:
    queue = queue_of(desk)
    expected = afresh(desk, caches, queue)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        assert desk.cells(*queue) == expected
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert desk.cells(*queue) == expected
    assert desk.cells(*queue) == expected


def test_a_process_killed_at_any_time_leaves_a_cache_that_serves_the_next(desk: Desk, caches: Path) -> None:
    for number in range(3):
        desk.repo.commit(NEW, message=f"fs: fix {number}\n\ncommit {number:040x} upstream.\n")
    queue = queue_of(desk)
    expected = afresh(desk, caches, queue)
    code = (
        "import sys\nfrom uringreview.kernel.clone import open_clone\n"
        "from uringreview.kernel.history import history\nclone = open_clone(sys.argv[1])\n"
        "from uringreview.kernel.log_cache import LogCache\nprint('ready', flush=True)\n"
        "while True:\n    for branch in clone.branches:\n        history(clone, branch)\n"
        "        LogCache('another clone', branch).save('', True, ['x' * 999] * 5000)\n"
    )
    before = checksums(desk.repo.path)
    for delay in (0.0, 0.01, 0.02, 0.05, 0.09):
        with subprocess.Popen([sys.executable, "-c", code, str(desk.repo.path)], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None
            child.stdout.readline()
            time.sleep(delay)
            child.send_signal(signal.SIGKILL)
        for cache in caches.glob("*.sqlite"):
            with sqlite3.connect(cache) as base:
                assert base.execute("pragma integrity_check").fetchone() == ("ok",)
    assert desk.cells(*queue) == expected
    assert checksums(desk.repo.path) == before


def test_a_clone_that_is_fetched_into_and_repacked_while_it_is_read_gives_the_same_cells(
    desk: Desk, caches: Path
) -> None:
    queue = queue_of(desk)
    desk.repo.git("fetch", "-q", str(desk.mainline.path), "main:refs/heads/elsewhere")
    expected = afresh(desk, caches, queue)
    work = matrix(str(desk.repo.path), queue)
    next(work)
    other = Repo.create(desk.repo.path.parent / "other")
    other.commit("main", {"x": "y"})
    desk.repo.git("fetch", "-q", str(other.path), "main:refs/heads/other")
    next(work)
    desk.repo.git("repack", "-q", "-a", "-d", "--no-write-bitmap-index")
    desk.repo.git("prune-packed")
    assert list(finish(work)) == expected
    assert desk.repo.git("fsck", "--no-dangling") == ""
