"""Every claim of a batch of 61 mails with a real clone, cold: from the parsed queue to the last mark.

    bench/claims.py [MBOX ...] [--runs N]

Each run is a process of its own with an empty cache, as on the first start: rationales read, the clone opened, its
logs walked, every cell tried, every claim checked. What a user would do instead is to look each one up by hand. Prints
the median in seconds, the time to the first patch that is complete, and the marks. Skips where the folder with real
mails and kernel files is not beside the checkout.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

from uringreview.mail.queue import load
from uringreview.progress import finish
from uringreview.review.desk import examine, with_clone

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
MAILS = 61
BATCHES = ("20260520-3424570-partial", "20260428-2858589", "20260420-986432", "20251009-773732")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mbox", nargs="*", type=Path, default=[SHARED / "corpus" / f"{name}.mbox" for name in BATCHES])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--once", metavar="CLONE", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if not SHARED.is_dir() or not all(path.is_file() for path in args.mbox):
        print("skipped: the shared folder with real mails is not beside the checkout")
        return 0
    if args.once:
        return once(args.mbox, args.once)
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        tool = SHARED / "tools" / "make-kernel-clone"
        subprocess.run([sys.executable, str(tool), str(clone)], check=True, capture_output=True)
        told = [run(args.mbox, clone, Path(folder) / f"home-{number}") for number in range(args.runs)]
    whole, first = median(each[0] for each in told), median(each[1] for each in told)
    print(f"{told[0][2]}; median of {args.runs} cold runs")
    print(f"all claims      {whole:6.2f} s")
    print(f"first patch     {first:6.2f} s")
    return 0


def run(mboxes: list[Path], clone: Path, home: Path) -> tuple[float, float, str]:
    """One cold run in a process of its own: seconds to the end, to the first patch, and what was marked."""
    home.mkdir()
    environment = {**os.environ, "HOME": str(home), "XDG_CACHE_HOME": str(home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, __file__, *map(str, mboxes), "--once", str(clone)]
    shown = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    whole, first, said = shown.strip().split("\t")
    return float(whole), float(first), said


def once(mboxes: list[Path], clone: str) -> int:
    """Time one run and print its three values."""
    queue = finish(load([str(path) for path in mboxes]))
    rows = [row for row in queue.rows if row.patch is not None][:MAILS]
    kept = replace(queue, rows=tuple(rows))
    start = perf_counter()
    seen: list[float] = []
    desk = finish(examine(kept))
    desk = finish(with_clone(desk, clone), lambda step: seen.append(perf_counter()) if step.parts else None)
    end = perf_counter()
    words = Counter(mark.word.value for facts in desk.facts for mark in facts.marks)
    said = f"{len(desk.facts)} mails, {sum(words.values())} claims: " + ", ".join(
        f"{words[word]} {word}" for word in ("verified", "contradicted", "uncheckable")
    )
    print(f"{end - start}\t{(seen[0] if seen else end) - start}\t{said}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
