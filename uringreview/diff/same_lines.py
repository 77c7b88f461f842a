"""Which line of one diff is which line of another layout of the same change.

A patch that lands on a branch keeps the lines that it adds and removes, in their order; what is around them is the
branch's own. So changed lines are the same by their order in the file, and a line of context is the same where its
text stands as far from the same changed line.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from uringreview.diff.model import Diff, DiffAnchor, FileChange, Line, LineKind

_FARTHEST = 12


@dataclass(frozen=True, slots=True)
class Places:
    """Where what is shown stands in the mail, and back. Places that the other diff does not have are not in there."""

    mailed: Mapping[DiffAnchor, DiffAnchor]
    shown: Mapping[DiffAnchor, DiffAnchor]

    def to_mailed(self, anchor: DiffAnchor) -> DiffAnchor | None:
        """The mailed line, hunk or file that the shown `anchor` is."""
        return anchor if anchor.hunk is None else self.mailed.get(anchor)

    def to_shown(self, anchor: DiffAnchor) -> DiffAnchor | None:
        """Where the mailed `anchor` is shown."""
        return anchor if anchor.hunk is None else self.shown.get(anchor)


@dataclass(frozen=True, slots=True)
class _Spot:
    line: Line
    hunk: int
    at: int


def same_lines(mailed: Diff, shown: Diff) -> Places:
    """The places of `mailed` in `shown`, another layout of it, and back."""
    to_mailed: dict[DiffAnchor, DiffAnchor] = {}
    by_path = {change.path: change for change in shown.files}
    for change in mailed.files:
        other = by_path.get(change.path)
        if other is not None:
            to_mailed |= _of_file(change, other)
    return Places(to_mailed, {there: here for here, there in reversed(to_mailed.items())})


def _of_file(mailed: FileChange, shown: FileChange) -> dict[DiffAnchor, DiffAnchor]:
    found: dict[DiffAnchor, DiffAnchor] = {}
    hunks: dict[DiffAnchor, DiffAnchor] = {}
    ours, theirs = _changed(mailed), _changed(shown)
    if [_said(spot) for spot in ours] != [_said(spot) for spot in theirs]:
        ours, theirs = _unique(ours, theirs)
    for here, there in zip(theirs, ours, strict=True):
        found[DiffAnchor(shown.path, here.hunk, here.at)] = DiffAnchor(mailed.path, there.hunk, there.at)
        hunks.setdefault(DiffAnchor(shown.path, here.hunk), DiffAnchor(mailed.path, there.hunk))
        for step in (-1, 1):
            for distance in range(step, step * (_FARTHEST + 1), step):
                left, right = _context(shown, here, distance), _context(mailed, there, distance)
                if left is None or right is None or left.text != right.text:
                    break
                place = DiffAnchor(shown.path, here.hunk, here.at + distance)
                found.setdefault(place, DiffAnchor(mailed.path, there.hunk, there.at + distance))
    return found | hunks


def _changed(change: FileChange) -> list[_Spot]:
    return [
        _Spot(line, number, at)
        for number, hunk in enumerate(change.hunks)
        for at, line in enumerate(hunk.lines)
        if line.kind is not LineKind.CONTEXT
    ]


def _said(spot: _Spot) -> tuple[LineKind, str]:
    return spot.line.kind, spot.line.text


def _unique(ours: list[_Spot], theirs: list[_Spot]) -> tuple[list[_Spot], list[_Spot]]:
    """The pairs of changed lines that each diff has exactly once: after a merge some may be gone."""
    there = [_said(spot) for spot in theirs]
    here = [_said(spot) for spot in ours]
    kept = [spot for spot in ours if here.count(_said(spot)) == there.count(_said(spot)) == 1]
    return kept, [theirs[there.index(_said(spot))] for spot in kept]


def _context(change: FileChange, spot: _Spot, distance: int) -> Line | None:
    lines, at = change.hunks[spot.hunk].lines, spot.at + distance
    if not 0 <= at < len(lines) or lines[at].kind is not LineKind.CONTEXT:
        return None
    return lines[at]
