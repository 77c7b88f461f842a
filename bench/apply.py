"""Applying a queue to every stable branch: our engine beside git and patch(1), in one run.

    bench/apply.py [MBOX...] [--from-clone N] [--clone DIR] [--runs N] [--worktree]

Every patch with a whole diff (default: all of the corpus) is tried on every stable branch (default: nine real ones).
First the verdicts: clean or offset exactly when `git apply --check --cached` passes, and where it does not, patch(1)'s
fuzz factor as `patch --dry-run` has it; every disagreement is printed. Then the time: what a user would do instead is
the shell loop, one ready temporary index a branch, one git process a cell; `--worktree` also checks one branch out and
runs `git apply --check` there. Cold is a new process without any cache of ours, warm one that finds its cells kept.
Skips where neither a clone nor the folder with real mails and kernel files is at hand.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from clone_patches import write_mails

from uringreview.diff.parse import parse_diff
from uringreview.kernel.apply import BranchTree, Engine, Refusal, file_patches
from uringreview.kernel.clone import open_clone
from uringreview.kernel.fuzz import fuzz_needed
from uringreview.kernel.status import Candidate, Status, matrix
from uringreview.kernel.sweep import sweep
from uringreview.mail.patch import Patch
from uringreview.mail.queue import load
from uringreview.progress import finish

SHARED = Path(__file__).resolve().parents[2] / "shared"
GIT = ("git", "-c", "apply.whitespace=nowarn", "-c", "apply.ignoreWhitespace=no")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mbox", nargs="*", type=Path)
    parser.add_argument("--clone", type=Path)
    parser.add_argument("--runs", type=int, default=1, help="0: the verdicts only")
    parser.add_argument("--worktree", action="store_true")
    parser.add_argument("--from-clone", type=int, default=0, metavar="N", help="N patches made of the clone itself")
    parser.add_argument("--seed", type=int, default=7, help="of --from-clone")
    parser.add_argument("--timed", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not SHARED.is_dir() and not (args.clone and (args.mbox or args.from_clone)):
        print("skipped: the shared folder with real mails is not beside the checkout")
        return 0
    if args.timed:
        patches = whole_diffs(args.mbox)
        print(by_matrix(args.clone, patches), by_matrix(args.clone, patches))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = os.environ["HOME"] = folder
        os.environ["GIT_CONFIG_NOSYSTEM"] = "1"
        clone = args.clone
        if clone is None:
            clone = Path(folder) / "clone"
            tool = SHARED / "tools" / "make-kernel-clone"
            subprocess.run([sys.executable, str(tool), str(clone)], check=True, capture_output=True)
        mboxes = args.mbox or sorted((SHARED / "corpus").glob("*.mbox"))
        if args.from_clone:
            mboxes = [write_mails(clone, args.from_clone, Path(folder) / "made.mbox", args.seed)]
        return compare(clone, Path(folder), whole_diffs(mboxes), mboxes, args.runs, args.worktree)


def whole_diffs(mboxes: Sequence[Path]) -> list[Patch]:
    """The patches of those mails that have a diff which git apply would look at."""
    every = finish(load([str(mbox) for mbox in mboxes])).patches
    return [patch for patch in every if parse_diff(patch.diff_text, patch.white_space_lost).appliable]


def compare(
    clone: Path, folder: Path, patches: Sequence[Patch], mboxes: Sequence[Path], runs: int, worktree: bool
) -> int:
    """Print agreement and times; 1 where a verdict differs."""
    indexes = ready_indexes(clone, folder)
    cells = len(patches) * len(indexes)
    print(f"{len(patches)} patches x {len(indexes)} branches = {cells} cells")
    theirs, _seconds = by_git(clone, indexes, patches)
    ours, _seconds = by_engine(clone, patches)
    names = [(patch.subject.title, branch) for patch in patches for branch in indexes]
    differ = [
        f"{branch}: git {'takes' if left else 'refuses'} it, we say otherwise: {title}"
        for (title, branch), left, right in zip(names, theirs, ours, strict=True)
        if left != right
    ]
    agree("git apply and the engine", cells, len(differ))
    tried, wrong = fuzz_levels(clone, patches)
    agree("patch(1)'s fuzz, by file", tried, len(wrong))
    lies = matrix_lies(clone, patches, theirs)
    agree("git apply and the matrix", cells, len(lies))
    differ += wrong + lies
    for each in differ:
        print("  differs:", each)
    if runs:
        times(clone, folder, patches, mboxes, runs, indexes, worktree)
    return 1 if differ else 0


def times(
    clone: Path,
    folder: Path,
    patches: Sequence[Patch],
    mboxes: Sequence[Path],
    runs: int,
    indexes: dict[str, Path],
    worktree: bool,
) -> None:
    """Print what each way takes, measured one after the other in every run."""
    cells = len(patches) * len(indexes)
    git_ms, engine_ms, cold_ms, kept_ms, warm_ms = [], [], [], [], []
    for _run in range(runs):
        git_ms.append(by_git(clone, indexes, patches)[1] * 1000 / cells)
        engine_ms.append(by_engine(clone, patches)[1] * 1000 / cells)
        shutil.rmtree(folder / "uringreview", ignore_errors=True)
        cold_ms.append(in_new_process(clone, mboxes)[0] * 1000 / cells)
        kept, again = in_new_process(clone, mboxes)
        kept_ms.append(kept * 1000 / cells)
        warm_ms.append(again * 1000 / cells)
    git = median(git_ms)
    print(f"median of {runs} runs, ms a cell")
    print(f"  git apply --check --cached   {git:8.3f}")
    for name, times in (
        ("engine, the same verdict", engine_ms),
        ("matrix, cold", cold_ms),
        ("matrix, kept, new process", kept_ms),
        ("matrix, warm", warm_ms),
    ):
        print(f"  {name:28} {median(times):8.3f}   {git / median(times):6.1f} x as fast")
    if worktree:
        there = in_worktree(clone, folder, next(iter(indexes.items())), patches)
        print(f"  git apply --check, worktree  {there:8.3f}   {there / median(engine_ms):6.1f} x as slow as the engine")


def agree(name: str, cells: int, differ: int) -> None:
    print(f"  {name:28} {cells:8d} cells {cells - differ:8d} agree {differ:4d} differ")


def in_new_process(clone: Path, mboxes: Sequence[Path]) -> tuple[float, float]:
    """Seconds that the matrix takes in a process of its own, and once more there; reading the mails is not counted."""
    command = [sys.executable, __file__, "--timed", "--clone", str(clone), *map(str, mboxes)]
    first, second = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(first), float(second)


def in_worktree(clone: Path, folder: Path, index: tuple[str, Path], patches: Sequence[Patch]) -> float:
    """Milliseconds a patch that `git apply --check` takes where the branch is checked out."""
    tree = folder / "tree"
    environment = {**os.environ, "GIT_INDEX_FILE": str(index[1])}
    tree.mkdir()
    objects = open_clone(str(clone)).common_dir
    command = [*GIT, f"--git-dir={objects}", f"--work-tree={tree}", "checkout-index", "-a", "-q"]
    subprocess.run(command, env=environment, check=True)
    texts = [patch.diff_text.encode("utf-8", "surrogateescape") for patch in patches]
    start = perf_counter()
    for text in texts:
        subprocess.run([*GIT, "apply", "--check"], cwd=tree, input=text, capture_output=True, check=False)
    return (perf_counter() - start) * 1000 / len(texts)


def fuzz_levels(path: Path, patches: Sequence[Patch]) -> tuple[int, list[str]]:
    """How many cells with failing hunks were tried with patch(1), and those where its fuzz factor is another."""
    clone = open_clone(str(path))
    engine = Engine(lambda blob: clone.read(blob, blob))
    tried, wrong = 0, []
    for patch in patches:
        files = file_patches(parse_diff(patch.diff_text, patch.white_space_lost))
        for branch in clone.branches:
            outcome = engine.try_on(BranchTree(clone, branch.tip), files)
            refused = [file for file in outcome.files if file.refusal is not None]
            if not refused or any(file.refusal is not Refusal.HUNKS or file.entry is None for file in refused):
                continue
            if len({file.patch.path for file in refused}) < len(refused):
                continue
            for file in refused:
                tried += 1
                assert file.entry is not None
                data = engine.text(file.entry.id)
                ours = fuzz_needed(file.patch.hunks, data, removes=file.patch.new_path is None)
                theirs = by_patch(patch, file.patch.path, data)
                if ours != theirs:
                    title = patch.subject.title
                    wrong.append(f"{branch.name}: {file.patch.path}: patch(1) fuzz {theirs}, we say {ours}: {title}")
    return tried, wrong


def by_patch(patch: Patch, path: str, data: bytes) -> int | None:
    """patch(1)'s fuzz factor for one file's part; None where it rejects a hunk."""
    begin = r"^(?=diff --git )" if "diff --git " in patch.diff_text else r"^(?=--- [^\n]*\n\+\+\+ )"
    named = re.compile(rf"^(?:---|\+\+\+|diff --git) [^\n]*/{re.escape(path)}(?:\s|$)", re.MULTILINE)
    part = next(each for each in re.split(f"(?m){begin}", patch.diff_text) if named.search(each))
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "file"
        target.write_bytes(data)
        command = ["patch", "--dry-run", "--force", "--no-backup-if-mismatch", "-p1", str(target)]
        raw = part.encode("utf-8", "surrogateescape")
        done = subprocess.run(command, input=raw, cwd=folder, capture_output=True, check=False)
    if done.returncode:
        return None
    return max([int(level) for level in re.findall(rb"with fuzz (\d+)", done.stdout)], default=0)


def matrix_lies(clone: Path, patches: Sequence[Patch], theirs: Sequence[bool]) -> list[str]:
    """Cells that are called clean or offset and that git refuses, or the other way round unless they are present."""
    cells = finish(matrix(str(clone), candidates(patches)))
    return [
        f"{cell.branch}: called {cell.status.value}, git {'takes' if takes else 'refuses'} it: {cell.key}"
        for cell, takes in zip(cells, theirs, strict=True)
        if cell.status.applies != takes and cell.status is not Status.PRESENT
    ]


def ready_indexes(clone: Path, folder: Path) -> dict[str, Path]:
    """One temporary index a branch, made before any clock starts."""
    found = {}
    for branch in open_clone(str(clone)).branches:
        index = found[branch.name] = folder / f"index-{branch.name}"
        environment = {**os.environ, "GIT_INDEX_FILE": str(index)}
        subprocess.run([*GIT, "-C", str(clone), "read-tree", branch.tip], env=environment, check=True)
    return found


def by_git(clone: Path, indexes: dict[str, Path], patches: Sequence[Patch]) -> tuple[list[bool], float]:
    texts = [patch.diff_text.encode("utf-8", "surrogateescape") for patch in patches]
    command = [*GIT, "-C", str(clone), "apply", "--check", "--cached"]
    verdicts = []
    start = perf_counter()
    for text in texts:
        for index in indexes.values():
            environment = {**os.environ, "GIT_INDEX_FILE": str(index)}
            done = subprocess.run(command, input=text, env=environment, capture_output=True, check=False)
            verdicts.append(done.returncode == 0)
    return verdicts, perf_counter() - start


def by_engine(path: Path, patches: Sequence[Patch]) -> tuple[list[bool], float]:
    """Cold: the clone is opened within the time; the diffs were parsed when the mails were read."""
    diffs = [parse_diff(patch.diff_text, patch.white_space_lost) for patch in patches]
    start = perf_counter()
    clone = open_clone(str(path))
    engine = Engine(lambda blob: clone.read(blob, blob))
    trees = [BranchTree(clone, branch.tip) for branch in clone.branches]
    queue = [file_patches(diff) for diff in diffs]
    wanted = ((patch, branch) for files in queue for patch in files for branch in clone.branches)
    for _file in sweep(clone, engine, wanted):
        pass
    verdicts = [engine.try_on(tree, files).applies for files in queue for tree in trees]
    return verdicts, perf_counter() - start


def by_matrix(clone: Path, patches: Sequence[Patch]) -> float:
    queue = candidates(patches)
    start = perf_counter()
    finish(matrix(str(clone), queue))
    return perf_counter() - start


def candidates(patches: Sequence[Patch]) -> list[Candidate]:
    return [
        Candidate(
            patch.key,
            patch.upstream,
            patch.subject.title,
            str(patch.author),
            parse_diff(patch.diff_text, patch.white_space_lost),
        )
        for patch in patches
    ]


if __name__ == "__main__":
    sys.exit(main())
