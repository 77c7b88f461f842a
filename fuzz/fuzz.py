"""Coverage-guided fuzzing of what reads other people's text (atheris, libFuzzer underneath).

    fuzz/fuzz.py [TARGET ...] [--minutes N] [--seed N]

Targets: mail, page, diff, scenario, rationale; without one, all of them, each in a process of its own with an equal
share of the time. A target may raise only what its door says that it raises (uringreview.errors). What crashes is kept
by libFuzzer in build/fuzz/TARGET; make it a test before mending it. Exit status 1 where anything crashed.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGETS = ("mail", "page", "diff", "scenario", "rationale")
LONGEST = 8192
SLOWEST_SECONDS = 10


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("targets", nargs="*", metavar="TARGET")
    parser.add_argument("--minutes", type=float, default=60.0, help="for all targets together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inside", choices=TARGETS, help=argparse.SUPPRESS)
    args, options_of_libfuzzer = parser.parse_known_args()
    if args.inside:
        return fuzz(args.inside, [*options_of_libfuzzer, *args.targets])
    names = args.targets or TARGETS
    if unknown := set(names) - set(TARGETS):
        parser.error(f"no such target: {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}")
    bad = []
    for name in names:
        folder = ROOT / "build" / "fuzz" / name
        corpus = folder / "corpus"
        corpus.mkdir(parents=True, exist_ok=True)
        options = [f"-max_total_time={max(1, round(args.minutes * 60 / len(names)))}", f"-max_len={LONGEST}"]
        options += [f"-seed={args.seed}", f"-timeout={SLOWEST_SECONDS}", f"-artifact_prefix={folder}/", "-verbosity=0"]
        command = [sys.executable, __file__, "--inside", name, *options, "-print_final_stats=1", str(corpus)]
        done = subprocess.run(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, errors="replace", check=False)
        runs = next((line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line), "?")
        print(
            f"{name:<10} {runs:>9} runs, {len(list(corpus.iterdir())):>5} in the corpus, exit status {done.returncode}"
        )
        if done.returncode:
            bad.append(name)
            print(done.stderr[-3000:])
    return int(bool(bad))


def fuzz(name: str, options: list[str]) -> int:
    """Fuzz one target in this process; never returns while all is well, libFuzzer ends it."""
    sys.path.insert(0, str(ROOT))
    import atheris

    with atheris.instrument_imports(include=["uringreview"]):
        from uringreview.diff import parse as diff
        from uringreview.errors import UringreviewError
        from uringreview.interleave import reader
        from uringreview.mail import message, page, patch
        from uringreview.mail.message import Source
        from uringreview.rationale import parse as rationale
    from tests.support import mail
    from tests.support.interleave import small_text
    from tests.support.queues import SERIES_RATIONALE

    source = Source("fuzz", "")
    head, _, foot = mail.autosel(rationale="@@EXPLAINED@@").partition(b"@@EXPLAINED@@")

    def text(data: bytes) -> str:
        return data.decode("utf-8", "surrogateescape")

    def read_mail(data: bytes) -> None:
        patch.read_patch(message.read_message(data, source))

    def read_rationale(data: bytes) -> None:
        found = patch.read_patch(message.read_message(head + data + foot, source))
        if found is not None:
            rationale.read_rationale(found)

    doors: dict[str, tuple[Callable[[bytes], object], bytes]] = {
        "mail": (read_mail, mail.autosel()),
        "page": (lambda data: list(page.read_page(text(data), source)), mail.lore_page(mail.autosel()).encode()),
        "diff": (lambda data: diff.parse_diff(text(data)), mail.DIFF.encode()),
        "scenario": (
            lambda data: reader.parse_model("fuzz.toml", "fuzz", data.decode("utf-8", "replace")),
            small_text("fn t1()\n  lock mutex\n  flag = 1\n  unlock mutex").encode(),
        ),
        "rationale": (read_rationale, SERIES_RATIONALE.encode()),
    }
    door, seed = doors[name]
    (ROOT / "build" / "fuzz" / name / "corpus" / "seed").write_bytes(seed)

    def one(data: bytes) -> None:
        try:
            door(data)
        except UringreviewError:
            return

    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
