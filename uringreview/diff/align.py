"""Where the lines of a hunk that lost its white space stand in the file that the hunk was made against.

A page keeps a hunk's words but neither its indentation nor its blank context lines. Laid beside the file, context and
removed lines find their originals by their words, and a blank line of the file that no hunk line accounts for was
blank context. Where a blank line meets added lines there is more than one reading; the likelier comes first.
"""

import heapq
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uringreview.diff.indent import looks_declared
from uringreview.diff.model import Hunk, Line, LineKind

_CELLS = 400_000
_STEPS = 20_000
_CHECKS = ("if (!", "if (ret", "if (err", "if (rc", "if (IS_ERR")
_FIRST_WORD = re.compile(r"\W?\w+")


@dataclass(frozen=True, slots=True)
class Placed:
    """One line of a hunk put in its place: a pre-image line by index, or an added line by its squeezed words."""

    kind: LineKind
    text: str
    old: int | None
    no_newline: bool = False


def squeeze(text: str) -> str:
    """The words of a line, one blank between them."""
    return " ".join(text.split())


def readings(
    hunk: Hunk, before: Sequence[str], squeezed: Sequence[str], start: int
) -> Iterator[tuple[int, tuple[Placed, ...]]]:
    """Ways to lay the hunk over `before[start : start + old_count]`, as (cost, lines), the likeliest first.

    `squeezed` are the words of `before`'s lines. Ends without a reading where the words do not fit.
    """
    width = hunk.old_count
    if start < 0 or start + width > len(before) or (len(hunk.lines) + 1) * (width + 1) > _CELLS:
        return
    window = squeezed[start : start + width]
    raw = [_Raw.of(line) for line in hunk.lines]
    if Counter(line.whole for line in raw if not line.mark) - Counter(window):
        return
    fits = _feasible(raw, window)
    if not fits[0][0]:
        return
    waiting: list[tuple[int, int, int, int, _Path | None]] = [(0, 0, 0, 0, None)]
    count = 0
    while waiting and count < _STEPS:
        cost, _order, at, taken, path = heapq.heappop(waiting)
        if at == len(raw) and taken == width:
            lines = _unroll(path)
            if sum(line.kind is not LineKind.REMOVED for line in lines) == hunk.new_count:
                yield (
                    cost,
                    tuple(
                        Placed(line.kind, line.text, None if line.old is None else start + line.old, line.no_newline)
                        for line in lines
                    ),
                )
            continue
        for more, next_at, next_taken, line in _steps(raw, window, at, taken):
            if fits[next_at][next_taken]:
                count += 1
                heapq.heappush(waiting, (cost + more, -count, next_at, next_taken, _Path(line, path)))


@dataclass(frozen=True, slots=True)
class _Raw:
    """A page line: its words as they stand, and without a mark."""

    whole: str
    bare: str
    mark: str
    no_newline: bool

    @classmethod
    def of(cls, line: Line) -> "_Raw":
        mark = "" if line.kind is LineKind.CONTEXT else line.kind.value
        return cls(squeeze(mark + line.text), squeeze(line.text), mark, line.no_newline)


@dataclass(frozen=True, slots=True)
class _Path:
    line: Placed
    before: "_Path | None"


def _unroll(path: _Path | None) -> list[Placed]:
    lines = []
    while path is not None:
        lines.append(path.line)
        path = path.before
    return lines[::-1]


def _feasible(raw: Sequence[_Raw], window: Sequence[str]) -> list[list[bool]]:
    """Whether the rest of the hunk from each line on can be laid over the rest of the window."""
    height, width = len(raw), len(window)
    fits = [[False] * (width + 1) for _ in range(height + 1)]
    fits[height][width] = True
    for at in range(height, -1, -1):
        for taken in range(width, -1, -1):
            if at == height and taken == width:
                continue
            fits[at][taken] = any(fits[a][t] for _cost, a, t, _line in _steps(raw, window, at, taken))
    return fits


def _steps(raw: Sequence[_Raw], window: Sequence[str], at: int, taken: int) -> Iterator[tuple[int, int, int, Placed]]:
    """What can come next: (cost, hunk lines used, window lines used, the line)."""
    blank_here = taken < len(window) and not window[taken]
    if at < len(raw):
        line = raw[at]
        if line.mark == "+":
            yield (
                _cost_of_adding(raw, at, blank_here),
                at + 1,
                taken,
                Placed(LineKind.ADDED, line.bare, None, line.no_newline),
            )
        if taken < len(window):
            if line.mark == "-" and line.bare == window[taken]:
                yield 0, at + 1, taken + 1, Placed(LineKind.REMOVED, line.bare, taken, line.no_newline)
            if line.whole == window[taken]:
                cost = 0 if not line.mark else 3
                yield cost, at + 1, taken + 1, Placed(LineKind.CONTEXT, line.whole, taken, line.no_newline)
    if blank_here:
        yield _cost_of_blank(raw, at), at, taken + 1, Placed(LineKind.CONTEXT, "", taken)


def _group(raw: Sequence[_Raw], at: int) -> tuple[int, int]:
    """The run of added lines around `at`: half-open."""
    first = last = at
    while first > 0 and raw[first - 1].mark == "+":
        first -= 1
    while last < len(raw) and raw[last].mark == "+":
        last += 1
    return first, last


def _blank_goes_first(raw: Sequence[_Raw], first: int, last: int) -> bool:
    """Whether a blank context line more likely stands above this run of added lines than below it.

    Below: under removed lines, which the run replaces; under what the run goes on with (a declaration, a check of the
    call above it, one more of the same). Above otherwise, and where the run itself ends in a blank line.
    """
    top, bottom = raw[first].bare, raw[last - 1].bare
    if not top:
        return False
    if not bottom:
        return True
    above = raw[first - 1] if first > 0 else None
    if above is not None and (above.mark == "-" or _goes_on(above.bare, top, bottom)):
        return False
    return not looks_declared(top) and not top.startswith(_CHECKS)


def _goes_on(above: str, top: str, bottom: str) -> bool:
    """Whether a run reads like one more of what stands above it."""
    begins, one = _FIRST_WORD.match(above), _FIRST_WORD.match(top)
    if begins and one and begins[0] == one[0]:
        return True
    return above.endswith("},") and bottom.endswith("},")


def _cost_of_adding(raw: Sequence[_Raw], at: int, blank_here: bool) -> int:
    """Adding while a blank context line waits: free where the blank belongs below the run."""
    if not blank_here:
        return 0
    first, last = _group(raw, at)
    if at == first and _blank_goes_first(raw, first, last):
        return 1
    return 0


def _cost_of_blank(raw: Sequence[_Raw], at: int) -> int:
    """A blank context line here: dear in the middle of a run of added lines."""
    inside_above = at > 0 and raw[at - 1].mark == "+"
    inside_below = at < len(raw) and raw[at].mark == "+"
    if inside_above and inside_below:
        return 3
    if inside_below and not _blank_goes_first(raw, *_group(raw, at)):
        return 1
    return 0
