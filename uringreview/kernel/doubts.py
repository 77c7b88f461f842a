"""Whether a hunk that applies may have landed in the wrong place: git cannot say so, and a maintainer has to know.

Two signs: the hunk's old side stands at more than one place in the file, or the function that it landed in is not the
one that its heading names. The begin of a function is what git's own hunk headings take for it: the nearest line
above that begins with a letter, an underscore or a dollar sign and is no label.
"""

import re

from uringreview.kernel.hunks import Fit, HunkText, old_lines, places
from uringreview.kernel.status import Flag, FlagKind

_MOST_COUNTED = 10
_NAME = re.compile(rb"\b([A-Za-z_][A-Za-z0-9_]*+)[ \t]*+\(")
_BEGIN = re.compile(rb"[A-Za-z_$]")
_LABEL = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*:[ \t\r]*(?:$|/[/*])")


def doubts(path: str, hunks: tuple[HunkText, ...], fitted: Fit, before: bytes) -> tuple[Flag, ...]:
    """A flag for each doubt about where the hunks landed; `before` is the file on the branch, `path` its name."""
    found = []
    moved = any(fitted.offsets)
    for number, (hunk, line) in enumerate(zip(hunks, old_lines(hunks, fitted), strict=True)):
        if line is None:
            continue
        meant = function_name(hunk.heading)
        landed = function_name(function_line(before, line)) if meant and moved else None
        if meant and landed and meant != landed:
            names = (_text(landed), _text(meant))
            said = f"hunk {number + 1} lands in {names[0]}(), its heading names {names[1]}()"
            found.append(Flag(FlagKind.OTHER_FUNCTION, said, path, number, landed=names[0], meant=names[1]))
        count = places(hunk, before, _MOST_COUNTED)
        if count > 1:
            many = f"{count} places" if count < _MOST_COUNTED else f"{count} places or more"
            said = f"hunk {number + 1} fits at {many}"
            found.append(Flag(FlagKind.SEVERAL_PLACES, said, path, number, places=count))
    return tuple(found)


def function_name(heading: bytes) -> bytes | None:
    """The function that a hunk's heading names; None where it names a structure, a macro's use or nothing."""
    found = _NAME.search(heading)
    if found is None or found[1].isupper() or heading.rstrip().endswith(b";"):
        return None
    return found[1]


def function_line(data: bytes, line: int) -> bytes:
    """What git would write behind the second @@ of a hunk that begins at the 0-based `line`."""
    for above in reversed(data.split(b"\n", line)[:line]):
        if _BEGIN.match(above) and not _LABEL.match(above):
            return above
    return b""


def _text(name: bytes) -> str:
    return name.decode("ascii")
