"""The lockset table over every C hunk of real batches that touches a lock: time for each, and whether it holds up.

    bench/lockset.py [--clone DIR] [PATH...]

PATH are mails, by default the corpus beside the checkout; DIR is a kernel clone, by default built by the shared tool in
a temporary folder. A hunk touches a lock where one of its lines names one that the table knows. Prints the time of each
hunk (a patch's time, shared out over its hunks; parsing and looking up included), patches that have no table with the
reason, and exits 1 at a traceback.
"""

import argparse
import re
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path
from statistics import median
from time import perf_counter

from uringreview.diff.model import Diff
from uringreview.diff.parse import parse_diff
from uringreview.diff.repair import restore
from uringreview.errors import UringreviewError
from uringreview.interleave.lockset_clone import Reader, lock_table
from uringreview.interleave.lockset_words import guard_word, lock_word
from uringreview.kernel.clone import Clone, open_clone
from uringreview.mail.patch import Patch
from uringreview.mail.queue import load
from uringreview.progress import finish

SHARED = Path(__file__).resolve().parents[2] / "shared"
_CALLED = re.compile(r"\b(\w+)\s*\(")
_GUARD = re.compile(r"\b(?:scoped_)?guard\((\w+)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", metavar="PATH")
    parser.add_argument("--clone", metavar="DIR")
    args = parser.parse_args()
    paths = args.paths or [str(SHARED / "corpus")]
    if args.clone is None and not SHARED.is_dir():
        print("no clone: give --clone DIR and mails")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        where = args.clone or str(Path(folder) / "clone")
        if args.clone is None:
            subprocess.run(
                [sys.executable, str(SHARED / "tools" / "make-kernel-clone"), where], check=True, capture_output=True
            )
        return measure(open_clone(where), paths)


def measure(clone: Clone, paths: list[str]) -> int:
    queue = finish(load(paths))
    reader = Reader(clone)
    per_hunk: list[tuple[float, str]] = []
    why: Counter[str] = Counter()
    tables = rows = looser = unread = failed = 0
    seen = set()
    for patch in queue.patches:
        if patch.diff is None or patch.upstream in seen:
            continue
        seen.add(patch.upstream)
        try:
            diff = diff_of(patch, clone)
            hunks = locking_hunks(diff)
            if not hunks:
                continue
            began = perf_counter()
            table = lock_table(reader, diff)
            took = perf_counter() - began
        except UringreviewError as problem:
            why[re.sub(r"\S*/\S+|\b[0-9a-f]{7,}\b", "...", str(problem))] += 1
            continue
        except Exception:  # noqa: BLE001 what is counted here is exactly that
            failed += 1
            print(f"TRACEBACK on {patch.upstream} {patch.subject.title}")
            traceback.print_exc(file=sys.stdout)
            continue
        tables += 1
        per_hunk += [(took / hunks, f"{(patch.upstream or '')[:12]} {patch.subject.title[:60]}")] * hunks
        rows += len(table.rows)
        looser += sum(bool(row.apart) for row in table.rows)
        unread += len(table.unparsed)
    times = sorted(took for took, _ in per_hunk)
    print(f"{len(times)} hunks that touch a lock, in {tables} patches of {len(seen)}; {failed} tracebacks")
    if times:
        slowest = sorted(set(per_hunk), reverse=True)[:3]
        print(
            f"  a hunk: median {median(times) * 1000:.0f} ms, 95% within {times[len(times) * 95 // 100] * 1000:.0f} ms"
        )
        for took, name in slowest:
            print(f"  slowest: {took * 1000:.0f} ms  {name}")
    print(
        f"  {rows} rows, {looser} of them unchanged and newly without a shared lock; {unread} functions not read whole"
    )
    for reason, count in why.most_common():
        print(f"  {count} without a table: {reason}")
    return 1 if failed else 0


def diff_of(patch: Patch, clone: Clone) -> Diff:
    diff = parse_diff(patch.diff_text, patch.white_space_lost)
    return restore(patch.diff_text, clone) if patch.white_space_lost else diff


def locking_hunks(diff: Diff) -> int:
    """How many hunks of .c files have a line that names a lock function or a guard."""
    count = 0
    for change in diff.files:
        for hunk in change.hunks if change.path.endswith(".c") else ():
            text = "\n".join(line.text for line in hunk.lines)
            names = any(lock_word(name) for name in _CALLED.findall(text))
            count += names or any(guard_word(kind) for kind in _GUARD.findall(text))
    return count


if __name__ == "__main__":
    sys.exit(main())
