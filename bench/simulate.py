"""Searching every interleaving: our explorer beside spin, end to end, on the same cells in the same run.

    bench/simulate.py [--spin-cells N | --all] [--bound STATES]

First the 108 cells of the linked-timeout model (9 scenarios x the 8 subsets of p1 p2 p3 and the 4 with p2 and p4) by
our search alone: each cell cold (its steps compiled, then searched), then warm, then the whole matrix. Then N of them
(or all) in turn by our search and by spin as a user would run it: `spin -a`, `gcc -O2`, `./pan`. Prints medians, the
ratio, and whether verdicts and counts of states agree; exits 1 where they do not. Last, the memory of a search that
fills its bound.
"""

import argparse
import multiprocessing
import resource
import shutil
import subprocess
import sys
import tempfile
from itertools import combinations
from pathlib import Path
from statistics import median
from time import perf_counter

from uringreview.interleave.explore import MOST_STATES, explore, explore_matrix
from uringreview.interleave.promela import SpinVerdict, as_promela, read_spin
from uringreview.interleave.reader import parse_model
from uringreview.interleave.scenario import Model, load_models
from uringreview.interleave.trace import Outcome
from uringreview.progress import finish

SERIES = ("p1", "p2", "p3")
_COUNTERS = """\
[model]
title = "four threads that count: more states than any bound"
objects = ["A"]
[fields]
n = { A = 0 }
[threads]
t1 = { title = "1", runs = "count" }
t2 = { title = "2", runs = "count" }
t3 = { title = "3", runs = "count" }
t4 = { title = "4", runs = "count" }
[scenarios.T]
title = "counting"
threads = ["t1", "t2", "t3", "t4"]
[code]
text = '''
fn count():
    i = 0
    while i < 15:
        A.n = i
        i = i + 1
        j = 0
        while j < 15:
            A.n = j
            j = j + 1
'''
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spin-cells", type=int, default=12, metavar="N")
    parser.add_argument("--all", action="store_true", help="spin on every cell: some minutes")
    parser.add_argument("--bound", type=int, default=MOST_STATES, metavar="STATES")
    args = parser.parse_args()
    (model,) = (each for each in load_models() if each.name == "io_uring-linked")
    columns = [frozenset(chosen) for size in range(4) for chosen in combinations(SERIES, size)]
    columns += [each | {"p4"} for each in columns if "p2" in each]
    cells = [(scenario.name, chosen) for scenario in model.scenarios for chosen in columns]
    ours(model, cells, columns)
    wrong = 0
    if shutil.which("spin") and shutil.which("gcc"):
        count = len(cells) if args.all else max(1, min(args.spin_cells, len(cells)))
        # Spread over scenarios and patches alike: 7 has no factor in common with the 12 columns.
        wrong = beside_spin(model, [cells[number * 7 % len(cells)] for number in range(count)])
    else:
        print("spin or gcc is not installed: no comparison")
    memory(args.bound)
    return 1 if wrong else 0


def ours(model: Model, cells: list[tuple[str, frozenset[str]]], columns: list[frozenset[str]]) -> None:
    """Time our search alone."""
    cold, warm = [], []
    for scenario, chosen in cells:
        seconds, outcome = timed(model, scenario, chosen)
        cold.append((seconds, scenario, outcome))
    for scenario, chosen in cells:
        warm.append(timed(model, scenario, chosen)[0])
    began = perf_counter()
    finish(explore_matrix(model, None, columns))
    matrix = perf_counter() - began
    began = perf_counter()
    finish(explore_matrix(model, None, columns, with_simplest=False))
    verdicts = perf_counter() - began
    slowest = max(cold, key=lambda each: each[0])
    states = [outcome.states for _, _, outcome in cold]
    print(f"{len(cells)} cells, {min(states):,} to {max(states):,} states each, all traces")
    print(f"  cold: median {median(each[0] for each in cold) * 1000:.0f} ms", end=", ")
    print(f"slowest {slowest[0] * 1000:.0f} ms ({slowest[1]} {'+'.join(slowest[2].applied)})")
    print(f"  warm: median {median(warm) * 1000:.0f} ms, slowest {max(warm) * 1000:.0f} ms")
    print(f"  whole matrix: {matrix:.2f} s; without the runs of fewest switches {verdicts:.2f} s")


def timed(model: Model, scenario: str, chosen: frozenset[str]) -> tuple[float, Outcome]:
    began = perf_counter()
    outcome = finish(explore(model, scenario, chosen))
    return perf_counter() - began, outcome


def beside_spin(model: Model, cells: list[tuple[str, frozenset[str]]]) -> int:
    """Both on the same cells, in turn; how many disagree."""
    by_us, by_spin, runs = [], [], []
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for scenario, chosen in cells:
            seconds, outcome = timed(model, scenario, chosen)
            by_us.append(seconds)
            text = as_promela(model, scenario, chosen)
            theirs, whole, run = by_spin_alone(Path(folder), text)
            by_spin.append(whole)
            runs.append(run)
            same = theirs.names == outcome.names and theirs.race == outcome.race and theirs.exhaustive
            if not same or (not outcome.violations and theirs.states != outcome.states):
                wrong += 1
                print(f"  DISAGREE: {scenario} {sorted(chosen)}: {outcome.names} {outcome.states}, spin says {theirs}")
    print(f"{len(cells)} cells beside spin, {wrong} disagree in verdict, race or (where nothing is violated) states")
    print(f"  ours: median {median(by_us) * 1000:.0f} ms, compiling included")
    print(f"  spin: median {median(by_spin) * 1000:.0f} ms end to end, of which the run {median(runs) * 1000:.0f} ms")
    ratios = [theirs / mine for theirs, mine in zip(by_spin, by_us, strict=True)]
    print(f"  spin takes {median(ratios):.0f} times as long (median of the cells' ratios, {min(ratios):.0f} at least)")
    return wrong


def by_spin_alone(folder: Path, text: str) -> tuple[SpinVerdict, float, float]:
    """Generate, compile, run: the verdict, the seconds of all three, and those of the run alone."""
    (folder / "cell.pml").write_text(text, encoding="utf-8")
    began = perf_counter()
    subprocess.run(["spin", "-a", "cell.pml"], cwd=folder, check=True, capture_output=True)
    compile_line = ["gcc", "-O2", "-w", "-DSAFETY", "-DNOREDUCE", "-o", "pan", "pan.c"]
    subprocess.run(compile_line, cwd=folder, check=True)
    compiled = perf_counter()
    ran = subprocess.run(["./pan", "-c0", "-m100000", "-w20"], cwd=folder, check=False, capture_output=True, text=True)
    ended = perf_counter()
    return read_spin(ran.stdout), ended - began, ended - compiled


def memory(bound: int) -> None:
    """The peak of a process that fills the bound, less that of one that hardly searches."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        (small, _, _), (large, states, seconds) = pool.map(fill, [1, bound], chunksize=1)
    print(f"a search that fills the bound: not exhaustive: {states:,} states, {seconds:.1f} s", end=", ")
    print(f"{(large - small) / 1024:.0f} MB, {(large - small) * 1024 / max(states, 1):.0f} bytes a state")


def fill(bound: int) -> tuple[int, int, float]:
    """Peak memory in KB, states, seconds."""
    began = perf_counter()
    outcome = finish(explore(parse_model("counters.toml", "counters", _COUNTERS), "T", frozenset(), bound))
    assert not outcome.exhaustive
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, outcome.states, perf_counter() - began


if __name__ == "__main__":
    sys.exit(main())
