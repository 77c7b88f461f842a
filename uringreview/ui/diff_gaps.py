"""The lines between the hunks that a mail leaves out: how many, which of them are open, and their rows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from uringreview.diff.model import ChangeKind, FileChange
from uringreview.ui.diff_rows import LONGEST, Row, RowKind
from uringreview.ui.visible import visible

_AT_ONCE = 20


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is known and open of the gaps of a diff.

    `offered` tells whether there is a clone to take lines from. `files` are whole files before the patch by the file's
    0-based number. `opened` says of each gap (file, the hunk under it, or the number of hunks for the file's end) how
    many lines are shown at its top and at its bottom.
    """

    offered: bool = False
    files: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    opened: Mapping[tuple[int, int], tuple[int, int]] = field(default_factory=dict)

    def with_file(self, file: int, lines: tuple[str, ...]) -> "Gaps":
        """The same with one more file known."""
        return replace(self, files={**self.files, file: lines})

    def opening(self, change: FileChange, file: int, gap: int) -> "Gaps":
        """The same with more of one gap shown: 20 lines at each end, or all where no more than 40 are hidden."""
        first, last, _shift = _extent(change, gap, self.files.get(file))
        top, bottom = self.opened.get((file, gap), (0, 0))
        hidden = (last if last is not None else first) - first - top - bottom
        if hidden <= 2 * _AT_ONCE and gap < len(change.hunks):
            top += hidden
        else:
            top += _AT_ONCE if gap else 0
            bottom += _AT_ONCE if gap < len(change.hunks) else 0
        return replace(self, opened={**self.opened, (file, gap): (top, bottom)})


def gap_rows(change: FileChange, file: int, gap: int, gaps: Gaps) -> Iterator[Row]:
    """The rows of the gap above hunk number `gap`, or under the last one; none where there is nothing hidden."""
    if not gaps.offered or not change.hunks or change.kind in (ChangeKind.NEW, ChangeKind.DELETED):
        return
    lines = gaps.files.get(file)
    first, last, shift = _extent(change, gap, lines)
    top, bottom = gaps.opened.get((file, gap), (0, 0)) if lines is not None else (0, 0)
    if lines is not None and last is not None:
        top = min(top, last - first)
        bottom = min(bottom, last - first - top)
        yield from (_more(file, gap, at, shift, lines[at]) for at in range(first, first + top))
    hidden = last - first - top - bottom if last is not None else None
    if hidden is None or hidden > 0:
        count = "more lines" if hidden is None else f"{hidden} {'line' if hidden == 1 else 'lines'}"
        yield Row(RowKind.GAP, file, text=f"… {count}, + to show", gap=gap)
    if lines is not None and last is not None:
        yield from (_more(file, gap, at, shift, lines[at]) for at in range(last - bottom, last))


def _more(file: int, gap: int, at: int, shift: int, text: str) -> Row:
    numbers = (at + 1, at + 1 + shift)
    return Row(RowKind.MORE, file, text=" " + visible(text[:LONGEST]), gap=gap, numbers=numbers)


def _extent(change: FileChange, gap: int, lines: tuple[str, ...] | None) -> tuple[int, int | None, int]:
    """The gap's first line and the one behind its last, 0-based in the old file, and what the new file is ahead.

    None where the gap goes on to the end of a file that is not known.
    """
    first, shift = 0, 0
    if gap:
        above = change.hunks[gap - 1]
        first = above.old_start - (above.old_count > 0) + above.old_count
        shift = above.new_start - (above.new_count > 0) + above.new_count - first
    if gap < len(change.hunks):
        below = change.hunks[gap]
        return first, max(below.old_start - (below.old_count > 0), first), shift
    return first, max(len(lines), first) if lines is not None else None, shift
