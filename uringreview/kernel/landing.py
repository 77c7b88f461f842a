"""Whether a hunk that applies may have landed in the wrong place: git cannot say so, and a maintainer has to know.

Two signs: the hunk's old side stands at more than one place in the file, or the function that it landed in is not the
one that its heading names. The begin of a function is what git's own hunk headings take for it: the nearest line
above that begins with a letter, an underscore or a dollar sign and is no label.
"""

import re
from collections.abc import Sequence

from uringreview.kernel.hunks import Fit, HunkText, places

_NAME = re.compile(rb"([A-Za-z_][A-Za-z0-9_]*)[ \t]*\(")
_BEGIN = re.compile(rb"[A-Za-z_$]")
_LABEL = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*:[ \t\r]*(?:$|/[/*])")


def doubts(hunks: Sequence[HunkText], fitted: Fit, before: bytes, after: bytes) -> tuple[str, ...]:
    """A sentence for each doubt about the hunks that moved; `before` is the branch's file, `after` the patched one."""
    found = []
    for number, (hunk, line, offset) in enumerate(zip(hunks, fitted.lines, fitted.offsets, strict=True), 1):
        if not offset or line is None:
            continue
        meant = function_name(hunk.heading)
        landed = function_name(_heading(after, line)) if meant else None
        if meant and landed and meant != landed:
            found.append(f"hunk {number} lands in {_text(landed)}(), its heading names {_text(meant)}()")
        elif places(hunk, before, 2) > 1:
            found.append(f"hunk {number} fits at more than one place")
    return tuple(found)


def function_name(heading: bytes) -> bytes | None:
    """The function that a hunk's heading names; None where it names a structure, a macro's use or nothing."""
    found = _NAME.search(heading)
    if found is None or found[1].isupper() or heading.rstrip().endswith(b";"):
        return None
    return found[1]


def _heading(data: bytes, line: int) -> bytes:
    """What git would write behind the second @@ of a hunk that begins at the 0-based `line`."""
    for above in reversed(data.split(b"\n", line)[:line]):
        if _BEGIN.match(above) and not _LABEL.match(above):
            return above
    return b""


def _text(name: bytes) -> str:
    return name.decode("ascii")
