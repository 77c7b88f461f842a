"""Patches made out of a clone itself, for holding the engine against git on more than the mails at hand.

Each is a git-diff(1) between two of the clone's branches or release tags, cut down to a few files and mailed as
git-format-patch(1) would: forward and reversed, with 0 to 5 lines of context, renames and copies found or not, modes,
binary contents with and without their bytes.
"""

import random
import subprocess
from collections.abc import Sequence
from pathlib import Path

from uringreview.kernel.clone import open_clone

_OPTIONS = (("-M",), ("-M", "-C"), ("-M40%", "-C40%", "--find-copies-harder"), ("--no-renames",), ("-D",), ("-B", "-M"))


def write_mails(path: Path, count: int, dest: Path, seed: int = 7) -> Path:
    """An mbox at `dest` with at most `count` patches out of the clone at `path`; the same for the same `seed`."""
    rng = random.Random(seed)
    clone = open_clone(str(path))
    tips = sorted({branch.tip for branch in clone.branches} | {release.tip for release in clone.releases()})
    changed: dict[tuple[str, str], list[str]] = {}
    mails = []
    for number in range(count):
        old, new = pair = tuple(rng.sample(tips, 2))
        if pair not in changed:
            names = _git(path, "diff", "--name-only", "-z", "--no-renames", old, new).decode("utf-8", "surrogateescape")
            changed[pair] = [name for name in names.split("\0") if name]
        if not changed[pair]:
            continue
        mails.append(_mail(path, rng, number, old, new, changed[pair]))
    dest.write_bytes(b"".join(mail for mail in mails if mail))
    return dest


def _mail(path: Path, rng: random.Random, number: int, old: str, new: str, names: Sequence[str]) -> bytes:
    first = rng.randrange(len(names))
    paths = [*names[first : first + rng.randrange(1, 4)], *rng.sample(names, min(rng.randrange(2), len(names)))]
    options = [f"-U{rng.choice((0, 1, 2, 3, 3, 3, 4, 5))}", *rng.choice(_OPTIONS)]
    options += rng.choice(((), (), ("-R",))) + rng.choice(((), ("--binary",), ("--full-index",)))
    # The whole context of a pair of kernels is megabytes long; only so many bytes are a patch that someone would mail.
    diff = _git(path, "diff", *options, old, new, "--", *dict.fromkeys(paths))
    if not diff or len(diff) > 200_000:
        return b""
    head = (
        f"From {new} Mon Sep 17 00:00:00 2001\nFrom: A. Author <a@example.org>\nDate: Mon, 1 Jun 2026 12:00:00 +0000\n"
        f"Message-Id: <made-{number}@example.org>\nMIME-Version: 1.0\nContent-Transfer-Encoding: 8bit\n"
        f"Content-Type: text/plain; charset=utf-8\nSubject: [PATCH] made {number}: {' '.join(options)} {old[:8]}"
        f"..{new[:8]}\n\nWhy.\n---\n\n"
    )
    return head.encode() + diff + b"-- \n2.39.5\n\n"


def _git(path: Path, *args: str) -> bytes:
    return subprocess.run(["git", "-C", str(path), *args], check=True, capture_output=True).stdout
