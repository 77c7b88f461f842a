"""Which diff was made on top of which, and which of them stand on lines that another one brought.

The `index A..B` line of a diff (git-diff(1)) names a file before and after: where one patch's B is another's A, the
second was made on top of the first, and line numbers can be followed from the one to the other. A hunk whose old side
holds a line that an earlier patch added, or two neighbours that it made neighbours, cannot apply before it: that is
certain. Else the ids tell only in which order the mails were made, which is no proof of a series: a hint.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from uringreview.diff.model import Diff, FileChange, LineKind
from uringreview.mail.patch import Patch
from uringreview.series.edge import Direction, Reason, ReasonKind, Strength, Tie, canonical

_SURE = 7  # digits of a blob id that git itself takes for enough
_LONGEST = 200  # patches on top of each other that are followed back

_Made = Mapping[tuple[str, str], Sequence[tuple[Patch, FileChange]]]


def from_blobs(patches: Sequence[Patch], diffs: Mapping[str, Diff]) -> Iterator[Tie]:
    """What the blob ids and line numbers of the queue's diffs tell; `diffs` are by patch key."""
    made: dict[tuple[str, str], list[tuple[Patch, FileChange]]] = defaultdict(list)
    known = [patch for patch in patches if patch.upstream and patch.key in diffs]
    for patch in known:
        for change in diffs[patch.key].files:
            if change.new_blob and len(change.new_blob) >= _SURE and change.new_blob.strip("0"):
                made[change.path, change.new_blob[:_SURE]].append((patch, change))
    for patch in known:
        seen: set[tuple[str | None, bool]] = set()
        for change in diffs[patch.key].files:
            for other, near, rests in _below(patch, change, made):
                if (near or rests) and (other.upstream, rests) not in seen:
                    seen.add((other.upstream, rests))
                    yield _tie(patch, other, change, rests)


def _below(patch: Patch, change: FileChange, made: _Made) -> Iterator[tuple[Patch, bool, bool]]:
    """The patches under a file's change: each, whether it is the next below, and whether the change stands on it."""
    runs = _old_sides(change)
    near = True
    for _ in range(_LONGEST):
        found = _left(patch, change, made)
        if found is None:
            return
        other, change = found
        runs, rests = _followed(runs, change)
        yield other, near, rests
        near = False


def _left(patch: Patch, change: FileChange, made: _Made) -> tuple[Patch, FileChange] | None:
    """The patch of the queue that left the file as `change` found it."""
    old = change.old_blob or ""
    for other, left in made.get((change.old_path, old[:_SURE]), ()) if len(old) >= _SURE else ():
        new = left.new_blob or ""
        if left is not change and other.upstream != patch.upstream and (new.startswith(old) or old.startswith(new)):
            return other, left
    return None


def _old_sides(change: FileChange) -> list[list[int]]:
    """The line numbers of each hunk's old side."""
    return [[line.old for line in hunk.lines if line.old is not None] for hunk in change.hunks]


def _followed(runs: Sequence[Sequence[int]], below: FileChange) -> tuple[list[list[int]], bool]:
    """Runs of lines of the file that `below` left, as runs of the file before it; whether any stands on its change."""
    back = _Back(below)
    made, rests = [], False
    for run in runs:
        before = [back.line(number) for number in run]
        kept: list[int] = []
        for number in before:
            if number is None:
                rests = True
                continue
            if kept and number != kept[-1] + 1:
                rests = True
                made.append(kept)
                kept = []
            kept.append(number)
        if kept:
            made.append(kept)
    return made, rests


class _Back:
    """Line numbers after a change, as those before it."""

    def __init__(self, change: FileChange) -> None:
        self._kept: dict[int, int] = {}
        self._added: set[int] = set()
        self._shifts: list[tuple[int, int]] = []  # (first line behind a hunk, by how much it moved)
        moved = 0
        for hunk in change.hunks:
            for line in hunk.lines:
                if line.kind is LineKind.ADDED and line.new is not None:
                    self._added.add(line.new)
                elif line.old is not None and line.new is not None:
                    self._kept[line.new] = line.old
            moved += hunk.new_count - hunk.old_count
            self._shifts.append((hunk.new_start + hunk.new_count, moved))

    def line(self, number: int) -> int | None:
        """Where that line stood before; None where the change added it."""
        if number in self._added:
            return None
        if number in self._kept:
            return self._kept[number]
        return number - max((each for each in self._shifts if each[0] <= number), default=(0, 0))[1]


def _tie(patch: Patch, other: Patch, change: FileChange, rests: bool) -> Tie:
    if rests:
        text = f"as mailed it stands on lines of {change.old_path} that {canonical(other.upstream or '')} brings"
        reason = Reason(text, patch.key, None, ReasonKind.LINES, Strength.CERTAIN)
    else:
        text = f"as mailed, {change.old_path} is {change.old_blob} before it, which the other leaves"
        reason = Reason(text, patch.key, None, ReasonKind.BLOBS, Strength.HINT)
    direction = Direction.MAILS_APPLY if rests else Direction.MAILED
    return Tie(canonical(patch.upstream or ""), canonical(other.upstream or ""), direction, reason)
