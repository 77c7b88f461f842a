"""Whole hunks out of squeezed ones: each reading of a hunk with its added lines indented, the likeliest first.

A beam goes over the lines: each added line is tried with a few indentations and gaps, and what it leaves open (see
`indent.Scope`) says how the next one would stand. Context and removed lines are the file's own.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from uringreview.diff.align import Placed, readings, squeeze
from uringreview.diff.indent import C_LIKE, Scope, gap_guesses, guesses, kind_of_place, went_by
from uringreview.diff.model import Hunk, Line, LineKind

_READINGS = 12
_BEAM = 24
_RENDERINGS = 120
_PLACES = 200
_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Style:
    """How a file indents: by the rules of C, by blanks instead of tabs."""

    c_like: bool
    spaces: bool

    @classmethod
    def of(cls, path: str, lines: Sequence[str]) -> "Style":
        """Judged by the file's name and its lines."""
        tabs = sum(line.startswith("\t") for line in lines)
        blanks = sum(line.startswith("  ") for line in lines)
        return cls(path.endswith(C_LIKE), blanks > tabs)


def render(hunk: Hunk, before: Sequence[str], squeezed: Sequence[str], style: Style) -> list[tuple[int, Hunk]]:
    """Whole hunks that the squeezed one may have been, with their cost, the likeliest first; empty where none fits.

    `before` are the lines of the file before the change, `squeezed` the same with their white space squeezed.
    """
    for start in _starts(hunk, squeezed):
        rendered: list[tuple[int, Hunk]] = []
        for number, (cost, placed) in enumerate(readings(hunk, before, squeezed, start)):
            if number == _READINGS:
                break
            rendered += [(cost + more, one) for more, one in _indented(hunk, placed, before, start, style)]
        if rendered:
            return sorted(rendered, key=lambda item: item[0])[:_RENDERINGS]
    return []


def _starts(hunk: Hunk, squeezed: Sequence[str]) -> Iterator[int]:
    """0-based places to try, the header's own first, then wherever the first words stand, nearest first."""
    stated = hunk.old_start - 1 if hunk.old_count else hunk.old_start
    yield stated
    known = (squeeze(line.text) for line in hunk.lines if line.kind is not LineKind.ADDED and line.text.strip())
    words = next(known, None)
    if words is None:
        return
    found = [at - gap for at, line in enumerate(squeezed) if line == words for gap in range(4)]
    places = max(2, min(_PLACES, _CELLS // ((len(hunk.lines) + 1) * (hunk.old_count + 1))))
    yield from [at for at in sorted(found, key=lambda at: abs(at - stated)) if at != stated][:places]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One way to indent the added lines so far: what it costs, the lines, what they leave open, the line above.

    `ways` is what lines went by, for each kind of place: the file's own lines teach it, added lines follow it. `gap` is
    which of its guesses at gaps the last line took.
    """

    cost: int
    added: tuple[str, ...]
    scope: Scope
    above: str
    ways: tuple[tuple[str, str], ...] = ()
    gap: int = 0

    def past(self, text: str) -> "_Entry":
        """Behind one more line that was there before."""
        if not text.strip():
            return self
        ways = _with(self.ways, kind_of_place(text.strip(), self.scope), went_by(text, self.scope))
        return replace(self, scope=self.scope.then(text), above=text, ways=ways, gap=0)


def _with(ways: tuple[tuple[str, str], ...], place: str, way: str) -> tuple[tuple[str, str], ...]:
    """`ways` with what the last line in such a place went by."""
    if (place, way) in ways:
        return ways
    return (*(one for one in ways if one[0] != place), (place, way))


def _indented(
    hunk: Hunk, placed: Sequence[Placed], before: Sequence[str], start: int, style: Style
) -> Iterator[tuple[int, Hunk]]:
    """The reading with its added lines indented."""
    entry = _Entry(0, (), Scope(), "")
    for line in before[_scope_start(before, start) : start]:
        entry = entry.past(line)
    beam = [entry]
    gone = [before[one.old] for one in placed if one.kind is LineKind.REMOVED and one.old is not None]
    near = _lined_up(before[start : start + hunk.old_count])
    for number, one in enumerate(placed):
        if one.kind is LineKind.REMOVED:
            continue
        if one.old is not None:
            beam = [entry.past(before[one.old]) for entry in beam]
        elif not one.text:
            beam = [replace(entry, added=(*entry.added, "")) for entry in beam]
        else:
            below = _below(placed, number, before, start + hunk.old_count)
            beam = _grown(beam, one.text, below, near, gone, style)
    for entry in beam:
        yield entry.cost, _hunk_of(hunk, placed, before, start, entry.added)


def _grown(
    beam: Sequence[_Entry], text: str, below: str, near: Sequence[str], gone: Sequence[str], style: Style
) -> list[_Entry]:
    """The beam with one more added line, cheapest first.

    What the last line in such a place went by costs nothing: a file that goes its own way does so line after line.
    """
    grown: list[tuple[int, _Entry, str, str, str, int]] = []
    same = [line.lstrip() for line in gone if squeeze(line) == text and line.lstrip() != text]
    for entry in beam:
        place = kind_of_place(text, entry.scope)
        way = dict(entry.ways).get(place)
        ranked = guesses(text, entry.scope, entry.above, below, c_like=style.c_like, spaces=style.spaces, learned=way)
        texts = list(dict.fromkeys([*same, text, *gap_guesses(text, [entry.above, below, *near])]))
        for rank, guess in enumerate(ranked):
            price = 0 if guess.by == way or (rank == 0 and way is None) else 2 + rank
            for number, wide in enumerate(texts if rank <= 1 else texts[:1]):
                cost = entry.cost + price + (2 * number if number != entry.gap else 0)
                grown.append((cost, entry, guess.white + wide, place, guess.by, number))
    kept = sorted(grown, key=lambda one: one[0])[:_BEAM]
    behind: dict[tuple[Scope, str], Scope] = {}
    entries = []
    for cost, entry, line, place, by, number in kept:
        known = (entry.scope, line)
        if known not in behind:
            behind[known] = entry.scope.then(line)
        ways = _with(entry.ways, place, by)
        entries.append(_Entry(cost, (*entry.added, line), behind[known], line, ways, number))
    return entries


def _lined_up(lines: Sequence[str]) -> list[str]:
    """Lines that line things up with wide gaps, one for each manner, at most three."""
    wide = [line for line in lines if "\t" in line.strip() or "  " in line.strip()]
    manners = {tuple(re.findall(r"[ \t]+", line.strip())): line for line in wide}
    return list(manners.values())[:3]


def _scope_start(before: Sequence[str], start: int) -> int:
    """The line to read brackets from: the nearest above that begins a definition at column 0."""
    at = start - 1
    while at > 0:
        first = before[at][:1]
        begins = (first.isalpha() or first == "_") and not before[at].rstrip().endswith(":")
        if begins and before[at - 1][:1] in ("", "}", " ", "#"):
            return at
        at -= 1
    return 0


def _below(placed: Sequence[Placed], number: int, before: Sequence[str], end: int) -> str:
    """The next line with text that is known in full, under the added line `number`."""
    for one in placed[number + 1 :]:
        if one.kind is LineKind.CONTEXT and one.old is not None and before[one.old].strip():
            return before[one.old]
    return next((line for line in before[end : end + 3] if line.strip()), "")


def _hunk_of(hunk: Hunk, placed: Sequence[Placed], before: Sequence[str], start: int, added: Sequence[str]) -> Hunk:
    """The hunk with full text and line numbers."""
    old = start + 1 if hunk.old_count else hunk.old_start
    new = old + hunk.new_start - hunk.old_start if hunk.old_count and hunk.new_count else hunk.new_start
    first_old, first_new = old, new
    rest = iter(added)
    lines = []
    for one in placed:
        text = before[one.old] if one.old is not None else next(rest)
        here_old = None if one.kind is LineKind.ADDED else old
        here_new = None if one.kind is LineKind.REMOVED else new
        lines.append(Line(one.kind, text, here_old, here_new, one.no_newline))
        old += one.kind is not LineKind.ADDED
        new += one.kind is not LineKind.REMOVED
    return Hunk(first_old, hunk.old_count, first_new, hunk.new_count, hunk.heading, tuple(lines))
