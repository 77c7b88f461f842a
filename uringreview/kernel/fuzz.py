"""Whether patch(1) would take a file's hunks by ignoring lines of context, and how many: its fuzz factor.

GNU patch's rules (its locate_hunk): hunks are matched against the file as it was, the last hunk's offset is carried to
the next, and up to two outer lines of context may differ. A fuzzy hunk can land in the wrong place, so that fuzz is a
warning and never "applies".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uringreview.kernel.hunks import HunkText

_MOST = 2  # patch(1)'s default


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a hunk goes: the 0-based line that its old side begins at, and the fuzz factor that it needs there."""

    fuzz: int
    line: int


def fuzz_needed(hunks: Sequence[HunkText], data: bytes, removes: bool = False) -> int | None:
    """The largest fuzz factor (0 to 2) that a hunk needs for all to fit `data`; None where one does not fit so.

    Where the patch `removes` the file its hunks must leave nothing of it: patch(1) fails else, and keeps the file.
    """
    places = _places(hunks, data)
    if places is None or (removes and with_fuzz(hunks, data)):
        return None
    return max((place.fuzz for place in places), default=0)


def with_fuzz(hunks: Sequence[HunkText], data: bytes) -> bytes | None:
    """What patch(1) makes of `data`: lines of context that it ignored stay as the file has them. None as above."""
    places = _places(hunks, data)
    if places is None:
        return None
    lines = _cut(data)
    made: list[bytes] = []
    taken = 0
    for hunk, place in zip(hunks, places, strict=True):
        made += lines[taken : place.line + hunk.leading]
        made += _cut(hunk.new)[hunk.leading : hunk.new_lines - hunk.trailing]
        taken = place.line + hunk.old_lines - hunk.trailing
    return b"".join([*made, *lines[taken:]])


def _places(hunks: Sequence[HunkText], data: bytes) -> list[_Place] | None:
    total = data.count(b"\n") + (bool(data) and not data.endswith(b"\n"))
    frozen = carried = 0
    found = []
    for hunk in hunks:
        context = max(hunk.leading, hunk.trailing)
        first = hunk.old_start + (0 if hunk.old_lines else 1)
        for fuzz in range(min(_MOST, context) + 1):
            where = _locate(hunk, data, total, fuzz, first + carried, frozen)
            if where is not None:
                carried = where - first
                # The next hunk may begin in the lines that this one only has as context at its end.
                frozen = where + hunk.old_lines - hunk.trailing - 1
                found.append(_Place(fuzz, where - 1))
                break
        else:
            return None
    return found


def _locate(hunk: HunkText, data: bytes, total: int, fuzz: int, guess: int, frozen: int) -> int | None:
    """The 1-based line where the hunk's old side stands, outer context lines aside; None where it does not.

    `total` is the number of lines of `data`, `guess` where the hunk is looked for first, `frozen` the last line that
    an earlier hunk changed.
    """
    if not hunk.old:
        return guess
    context = max(hunk.leading, hunk.trailing)
    skip_first, skip_last = fuzz + hunk.leading - context, fuzz + hunk.trailing - context
    lowest, highest = max(frozen + 1, 1), total - hunk.old_lines + max(skip_last, 0) + 1
    if skip_first < 0 and hunk.old_start <= 1:
        highest = min(highest, 1)
    if skip_last < 0:
        lowest = max(lowest, total - hunk.old_lines + 1)
    skip_first, skip_last = max(skip_first, 0), max(skip_last, 0)
    middle = b"".join(_cut(hunk.old)[skip_first : hunk.old_lines - skip_last])
    if not middle:
        return min(max(guess, lowest), highest) if lowest <= highest else None
    starts = (line + 1 - skip_first for line in _lines_of(middle, data))
    fitting = [where for where in starts if lowest <= where <= highest]
    return min(fitting, key=lambda where: (abs(where - guess), where < guess), default=None)


def _lines_of(middle: bytes, data: bytes) -> Iterator[int]:
    """The 0-based lines of `data` at which `middle` stands as whole lines."""
    at = data.find(middle)
    line = counted = 0
    while at >= 0:
        end = at + len(middle)
        if (not at or data[at - 1] == 0x0A) and (middle.endswith(b"\n") or end == len(data)):
            line += data.count(b"\n", counted, at)
            counted = at
            yield line
        at = data.find(middle, at + 1)


def _cut(data: bytes) -> list[bytes]:
    """Lines with their ends; only LF ends a line."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
