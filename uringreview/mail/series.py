"""A quilt series file: which patches of a directory apply, in which order (quilt(1)).

A line names a file below the series' own directory; options such as -p1 and -R may follow, and "#" begins a comment. A
patch that is commented out was switched off on purpose, and so was one behind a "-" (as Armbian writes it).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

_COMMENTED = re.compile(r"#{1,20}\s{0,20}(\S+)\s*(?:-p\d+|-R|#.*)?\s*")
_DEEPER = re.compile(r"-p(?:[2-9]|[1-9]\d)")
_NAMES = ("series", "series.conf")


@dataclass(frozen=True, slots=True)
class Series:
    """The files that a series names, in order, and those that it names but switches off; as written, each once.

    `reversed` are those of `names` with -R, which quilt takes back instead of applying; `deeper` those with -p2 or
    more, whose paths quilt strips further than git does. A comment may hold any word: whether `switched_off` names a
    file, the directory tells.
    """

    names: tuple[str, ...]
    switched_off: tuple[str, ...]
    reversed: frozenset[str] = frozenset()
    deeper: frozenset[str] = frozenset()


def parse_series(text: str) -> Series:
    """Read a series file's text; never raises. -p0 and -p1 are not needed: a diff tells them by its names."""
    names: list[str] = []
    off: list[str] = []
    back: set[str] = set()
    deeper: set[str] = set()
    for line in text.split("\n"):
        before, mark, _ = line.partition("#")
        words = before.split()
        if words and len(words) > 1 and (words[0] == "-" or words[0].startswith("+")):
            # Armbian's "-", and the guard that SUSE puts before what only some builds take.
            off.append(words[1])
        elif words and words[0].startswith("-"):
            off.append(words[0][1:])
        elif words:
            names.append(words[0])
            if "-R" in words[1:]:
                back.add(words[0])
            if any(_DEEPER.fullmatch(word) for word in words[1:]):
                deeper.add(words[0])
        elif mark and (found := _COMMENTED.fullmatch(line.strip())):
            off.append(found[1])
    return Series(tuple(names), tuple(dict.fromkeys(name for name in off if name)), frozenset(back), frozenset(deeper))


def series_name(files: Iterable[str]) -> str | None:
    """Which of a directory's files is the series: quilt's "series", else "series.conf" (SUSE, Armbian)."""
    there = set(files)
    return next((name for name in _NAMES if name in there), None)


def is_series_name(name: str) -> bool:
    """Whether a file is a series or a part of one ("series.drm"), and so no mail."""
    return name == "series" or (name.startswith("series.") and not name.endswith((".mbox", ".eml", ".patch", ".gz")))


def inside(folder: Path, name: str) -> Path | None:
    """The file `name` of a series in `folder`; None where it points out of that folder."""
    path = folder / name
    try:
        resolved, root = path.resolve(), folder.resolve()
    except (OSError, RuntimeError, ValueError):
        return None
    return path if resolved.is_relative_to(root) else None
