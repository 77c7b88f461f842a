"""Reading a stable branch's log: our index beside `git log --format=%H%n%B` piped to a file, in one run.

    bench/history.py [--clone DIR] [--commits N] [--runs N]

Without a clone a branch of N commits (default 45,000) is made first, whose messages name upstream commits in the forms
that stable uses. Timed are: git, the index from nothing, the first question after it, a new start on the same tip,
and a new start after 100 new commits. The clone is only read; the new commits go into a repository that borrows it.
"""

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

from uringreview.kernel.clone import open_clone
from uringreview.kernel.history import history

_FORMS = ("commit {} upstream.", "[ Upstream commit {} ]")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clone", type=Path)
    parser.add_argument("--commits", type=int, default=45_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["XDG_CACHE_HOME"] = os.environ["HOME"] = name
        clone = args.clone or made(folder / "made", args.commits)
        branch = open_clone(str(clone)).branches[0]
        rows = [run(clone, folder, number) for number in range(args.runs)]
    print(f"{branch.name} of {clone.name}, median of {args.runs} runs, ms")
    git, index, question, again, newer = (median(column) * 1000 for column in zip(*rows, strict=True))
    print(f"  git log --format=%H%n%B      {git:8.1f}")
    print(f"  index from nothing           {index:8.1f}   {index / git:.2f} x git log")
    print(f"  the first question           {question:8.1f}")
    print(f"  start again and a question   {again:8.1f}")
    print(f"  100 new commits, a question  {newer:8.1f}")
    return 0


def run(path: Path, folder: Path, number: int) -> tuple[float, float, float, float, float]:
    """Seconds of git, index, first question, start again, and start after 100 commits."""
    shutil.rmtree(folder / "uringreview", ignore_errors=True)
    work = borrowed(path, folder / f"work-{number}")
    ref = open_clone(str(work)).branches[0].ref
    start = perf_counter()
    with (folder / "log").open("wb") as log:
        subprocess.run(["git", "-C", str(work), "log", "--format=%H%n%B", ref], stdout=log, check=True)
    git = perf_counter() - start
    clone = open_clone(str(work))
    start = perf_counter()
    known = history(clone, clone.branches[0])
    index = perf_counter() - start
    start = perf_counter()
    known.has("0" * 40)
    question = perf_counter() - start
    again = asked(work)
    commits(work, ref, 100, random.Random(number))
    return git, index, question, again, asked(work)


def asked(path: Path) -> float:
    """Seconds to read the log of the newest branch again and ask it something."""
    clone = open_clone(str(path))
    start = perf_counter()
    history(clone, clone.branches[0]).has("0" * 40)
    return perf_counter() - start


def made(path: Path, count: int) -> Path:
    """A repository with a stable branch of `count` commits."""
    subprocess.run(["git", "init", "-q", "--bare", str(path)], check=True)
    commits(path, "refs/heads/linux-6.12.y", count, random.Random(7))
    return path


def borrowed(path: Path, dest: Path) -> Path:
    """A bare repository with the newest branch of `path`, whose objects are borrowed."""
    clone = open_clone(str(path))
    subprocess.run(["git", "init", "-q", "--bare", str(dest)], check=True)
    (dest / "objects" / "info" / "alternates").write_text(f"{clone.objects}\n")
    branch = clone.branches[0]
    subprocess.run(["git", "-C", str(dest), "update-ref", f"refs/heads/{branch.name}", branch.tip], check=True)
    return dest


def commits(path: Path, ref: str, count: int, rng: random.Random) -> None:
    """Add `count` small commits to `ref` (made where it is not there), through git-fast-import(1)."""
    tip = subprocess.run(
        ["git", "-C", str(path), "rev-parse", "-q", "--verify", ref], capture_output=True, text=True, check=False
    ).stdout.strip()
    stream = []
    for number in range(count):
        form = rng.choice(_FORMS).format(f"{rng.getrandbits(160):040x}")
        title = f"subsys: small fix {rng.randrange(10**6)}"
        text = f"{title}\n\n{form}\n\nWhy it matters.\n\nSigned-off-by: A <a@example.org>\n"
        start = f"from {tip}\n" if tip and number == 0 else ""
        stream.append(
            f"commit {ref}\ncommitter C <c@example.org> {1_800_000_000 + number * 60} +0000\n"
            f"data {len(text)}\n{text}{start}M 100644 inline pad.c\ndata {len(form)}\n{form}\n"
        )
    data = "\n".join(stream).encode()
    subprocess.run(["git", "-C", str(path), "fast-import", "--quiet"], input=data, check=True)


if __name__ == "__main__":
    sys.exit(main())
