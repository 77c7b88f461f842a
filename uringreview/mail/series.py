"""A quilt series file: which patches of a directory apply, in which order (quilt(1)).

A line names a file below the series' own directory; options such as -p1 and -R may follow, and "#" begins a comment. A
patch that is commented out was switched off on purpose, and so was one behind a "-" (as Armbian writes it).
"""

import re
from dataclasses import dataclass
from pathlib import Path

_COMMENTED = re.compile(r"#\s{0,20}(\S+)")


@dataclass(frozen=True, slots=True)
class Series:
    """The files that a series names, in order, and those that it names in comments; as written."""

    names: tuple[str, ...]
    switched_off: frozenset[str]


def parse_series(text: str) -> Series:
    """Read a series file's text; never raises."""
    names: list[str] = []
    off: set[str] = set()
    for line in text.split("\n"):
        before, mark, _ = line.partition("#")
        words = before.split()
        if words[:1] == ["-"]:
            off.update(words[1:2])
        elif words:
            names.append(words[0])
        elif mark and (found := _COMMENTED.match(line.strip())):
            off.add(found[1])
    return Series(tuple(names), frozenset(off))


def inside(folder: Path, name: str) -> Path | None:
    """The file `name` of a series in `folder`; None where it points out of that folder."""
    path = folder / name
    try:
        resolved, root = path.resolve(), folder.resolve()
    except (OSError, RuntimeError, ValueError):
        return None
    return path if resolved.is_relative_to(root) else None
