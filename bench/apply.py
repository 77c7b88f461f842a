"""Applying a queue to every stable branch: our engine beside `git apply --check --cached`, in one run.

    bench/apply.py [MBOX] [--runs N]

Both judge the same cells (every patch of MBOX with a whole diff, on each of nine real branches), one after the other
and in turn, so that a busy machine slows both. What a user would do instead is the shell loop: one ready temporary
index a branch, one git process a cell. Prints medians in milliseconds a cell, the ratio, and whether every verdict
agrees. Skips where the folder with real mails and kernel files is not beside the checkout.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

from uringreview.diff.parse import parse_diff
from uringreview.kernel.apply import BranchTree, Engine, file_patches
from uringreview.kernel.clone import open_clone
from uringreview.kernel.status import Candidate, matrix
from uringreview.mail.patch import Patch
from uringreview.mail.queue import load
from uringreview.progress import finish

SHARED = Path(__file__).resolve().parents[2] / "shared"
GIT = ("git", "-c", "apply.whitespace=nowarn", "-c", "apply.ignoreWhitespace=no")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mbox", nargs="?", type=Path, default=SHARED / "corpus" / "20251025-3857885.mbox")
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    if not SHARED.is_dir() or not args.mbox.is_file():
        print("skipped: the shared folder with real mails is not beside the checkout")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = os.environ["HOME"] = folder
        clone = Path(folder) / "clone"
        tool = SHARED / "tools" / "make-kernel-clone"
        subprocess.run([sys.executable, str(tool), str(clone)], check=True, capture_output=True)
        patches = [patch for patch in finish(load([str(args.mbox)])).patches if parse_diff(patch.diff_text).appliable]
        return compare(clone, Path(folder), patches, args.runs)


def compare(clone: Path, folder: Path, patches: Sequence[Patch], runs: int) -> int:
    """Time both, `runs` times in turn, and print the table; 1 where a verdict differs."""
    indexes = ready_indexes(clone, folder)
    cells = len(patches) * len(indexes)
    git_ms, engine_ms, matrix_ms = [], [], []
    differ = 0
    for _ in range(runs):
        theirs, seconds = by_git(clone, indexes, patches)
        git_ms.append(seconds * 1000 / cells)
        ours, seconds = by_engine(clone, patches)
        engine_ms.append(seconds * 1000 / cells)
        matrix_ms.append(by_matrix(clone, patches) * 1000 / cells)
        differ = sum(left != right for left, right in zip(ours, theirs, strict=True))
    print(f"{len(patches)} patches x {len(indexes)} branches = {cells} cells, median of {runs} runs, ms a cell")
    print(f"  git apply --check --cached   {median(git_ms):8.3f}")
    print(
        f"  engine, the same verdict     {median(engine_ms):8.3f}   {median(git_ms) / median(engine_ms):6.1f} x as fast"
    )
    print(
        f"  matrix: log, merge, fuzz, why{median(matrix_ms):8.3f}   {median(git_ms) / median(matrix_ms):6.1f} x as fast"
    )
    print(f"  verdicts that differ         {differ:8d}")
    return 1 if differ else 0


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
    """Cold: the clone is opened and the diffs are parsed within the time."""
    start = perf_counter()
    clone = open_clone(str(path))
    engine = Engine(lambda blob: clone.read(blob, blob))
    trees = [BranchTree(clone, branch.tip) for branch in clone.branches]
    verdicts = []
    for patch in patches:
        files = file_patches(parse_diff(patch.diff_text))
        verdicts += [engine.try_on(tree, files).applies for tree in trees]
    return verdicts, perf_counter() - start


def by_matrix(clone: Path, patches: Sequence[Patch]) -> float:
    candidates = [
        Candidate(patch.key, patch.upstream, patch.subject.title, str(patch.author), parse_diff(patch.diff_text))
        for patch in patches
    ]
    start = perf_counter()
    finish(matrix(str(clone), candidates))
    return perf_counter() - start


if __name__ == "__main__":
    sys.exit(main())
