"""Whether patch(1) would take a file's hunks by ignoring lines of context, and how many: its fuzz factor.

GNU patch's rules (its locate_hunk): hunks are matched against the file as it was, the last hunk's offset is carried to
the next, and up to two outer lines of context may differ. A fuzzy hunk can land in the wrong place, so that fuzz is a
warning and never "applies".
"""

from collections.abc import Sequence

from uringreview.kernel.hunks import HunkText

_MOST = 2  # patch(1)'s default


def fuzz_needed(hunks: Sequence[HunkText], data: bytes) -> int | None:
    """The largest fuzz factor (0 to 2) that a hunk needs for all to fit `data`; None where one does not fit so."""
    lines = _cut(data)
    frozen = carried = worst = 0
    for hunk in hunks:
        old = _cut(hunk.old)
        most = min(_MOST, max(hunk.leading, hunk.trailing))
        for fuzz in range(most + 1):
            first = hunk.old_start + (0 if hunk.old_lines else 1)
            where = _locate(hunk, old, lines, fuzz, first + carried, frozen)
            if where is not None:
                carried = where - first
                frozen = where + len(old) - 1
                worst = max(worst, fuzz)
                break
        else:
            return None
    return worst


def _locate(
    hunk: HunkText, old: Sequence[bytes], lines: Sequence[bytes], fuzz: int, guess: int, frozen: int
) -> int | None:
    """The 1-based line where the hunk's old side stands, outer context lines aside; None where it does not."""
    context = max(hunk.leading, hunk.trailing)
    skip_first = fuzz + hunk.leading - context
    skip_last = fuzz + hunk.trailing - context
    if not old:
        return guess
    lowest, highest = max(frozen + 1, 1), len(lines) - (len(old) - max(skip_last, 0)) + 1
    if skip_first < 0 and hunk.old_start <= 1:
        return 1 if lowest <= 1 <= highest and _match(old, lines, 1, 0, max(skip_last, 0)) else None
    skip_first = max(skip_first, 0)
    if skip_last < 0:
        only = len(lines) - len(old) + 1
        return only if only >= lowest and _match(old, lines, only, skip_first, 0) else None
    for offset in range(max(highest - guess, guess - lowest, 0) + 1):
        for where in (guess + offset, guess - offset):
            if lowest <= where <= highest and _match(old, lines, where, skip_first, skip_last):
                return where
    return None


def _match(old: Sequence[bytes], lines: Sequence[bytes], where: int, skip_first: int, skip_last: int) -> bool:
    wanted = old[skip_first : len(old) - skip_last]
    start = where - 1 + skip_first
    return len(lines) >= start + len(wanted) and all(lines[start + i] == line for i, line in enumerate(wanted))


def _cut(data: bytes) -> list[bytes]:
    """Lines with their ends; only LF ends a line."""
    cut = [line + b"\n" for line in data.split(b"\n")]
    last = cut.pop()[:-1]
    return [*cut, last] if last else cut
