"""Where a file's hunks land in a file's bytes, by the rules of git-apply(1) without whitespace options.

The rules were read off git's own behaviour and are pinned by a differential test: a hunk is looked for from its new
start line on, outwards, in the file as the hunks before it left it; the nearest place wins, a later one on a tie;
whole lines must be equal; lines that an earlier hunk wrote are out of bounds. The file is never cut into lines: the
search is `bytes.find`, and only places that begin and end on a line count.
"""

from dataclasses import dataclass

from uringreview.diff.model import Hunk, LineKind


@dataclass(frozen=True, slots=True)
class HunkText:
    """A hunk as the two runs of bytes that it turns into each other, `old` of `old_lines` lines into `new`.

    `old_start` and `new_start` are the header's, 1-based; `leading` and `trailing` count the context lines at its
    ends. `sound` is False where it cannot be a hunk at all: wrong counts, no change, or a missing line end inside.
    `heading` is what stood behind the second @@: the line that git takes for the begin of the function.
    """

    old_start: int
    new_start: int
    old: bytes
    new: bytes
    old_lines: int
    new_lines: int
    leading: int
    trailing: int
    sound: bool = True
    heading: bytes = b""

    @property
    def reversed(self) -> "HunkText":
        """The hunk that takes this one back."""
        return HunkText(
            self.new_start,
            self.old_start,
            self.new,
            self.old,
            self.new_lines,
            self.old_lines,
            self.leading,
            self.trailing,
            self.sound,
            self.heading,
        )


@dataclass(frozen=True, slots=True)
class Fit:
    """How hunks fit a file, one value a hunk; None for one that does not fit.

    `lines` are 0-based line numbers in the file as the earlier hunks left it; `offsets` the distance from where the
    header says, positive is further down. `leaves_nothing` is True where the result is an empty file.
    """

    lines: tuple[int | None, ...]
    offsets: tuple[int | None, ...]
    leaves_nothing: bool

    @property
    def failed(self) -> tuple[int, ...]:
        """The 0-based numbers of the hunks that do not fit."""
        return tuple(number for number, line in enumerate(self.lines) if line is None)


def hunk_text(hunk: Hunk) -> HunkText:
    """The bytes of a parsed hunk; what was no UTF-8 in the mail comes back as the bytes that it was."""
    old, new = [], []
    sound = True
    changes = [number for number, line in enumerate(hunk.lines) if line.kind is not LineKind.CONTEXT]
    for line in hunk.lines:
        text = line.text.encode("utf-8", "surrogateescape") + (b"" if line.no_newline else b"\n")
        if line.kind is not LineKind.ADDED:
            old.append(text)
        if line.kind is not LineKind.REMOVED:
            new.append(text)
    for side in (old, new):
        sound = sound and all(text.endswith(b"\n") for text in side[:-1])
    sound = sound and bool(changes) and (len(old), len(new)) == (hunk.old_count, hunk.new_count)
    leading = changes[0] if changes else len(hunk.lines)
    trailing = len(hunk.lines) - changes[-1] - 1 if changes else len(hunk.lines)
    return HunkText(
        hunk.old_start,
        hunk.new_start,
        b"".join(old),
        b"".join(new),
        len(old),
        len(new),
        leading,
        trailing,
        sound,
        hunk.heading.encode("utf-8", "surrogateescape"),
    )


def fit(hunks: tuple[HunkText, ...], data: bytes) -> tuple[Fit, bytes]:
    """Put `hunks` into `data`, one after the other; returns how they fit and the file that comes out.

    A hunk that does not fit is passed over, as `git apply --reject` does, so that the others are still placed.
    """
    lines: list[int | None] = []
    offsets: list[int | None] = []
    written: list[tuple[int, int]] = []
    for hunk in hunks:
        wanted = hunk.new_start - 1 if hunk.new_start else 0
        place = _place(hunk, data, wanted, written) if hunk.sound else None
        if place is None:
            lines.append(None)
            offsets.append(None)
            continue
        at, end, line = place
        grown = len(hunk.new) - (end - at)
        data = data[:at] + hunk.new + data[end:]
        written = [(start + grown, stop + grown) if start >= end else (start, stop) for start, stop in written]
        if hunk.new:
            written.append((at, at + len(hunk.new)))
        lines.append(line)
        offsets.append(line - wanted)
    return Fit(tuple(lines), tuple(offsets), not data), data


def old_lines(hunks: tuple[HunkText, ...], fitted: Fit) -> tuple[int | None, ...]:
    """Where each hunk's old side stands in the file before any of them, as 0-based lines; None where it does not fit.

    `Fit.lines` count in the file as the earlier hunks left it: what those that landed above added is taken off.
    """
    landed: list[list[int]] = []  # of each hunk placed so far: its line now, its line at first, how much it added
    found: list[int | None] = []
    for hunk, line in zip(hunks, fitted.lines, strict=True):
        if line is None:
            found.append(None)
            continue
        first = line - sum(added for now, _first, added in landed if now < line)
        added = hunk.new_lines - hunk.old_lines
        for each in landed:
            each[0] += added if each[0] >= line else 0
        landed.append([line, first, added])
        found.append(first)
    return tuple(found)


def places(hunk: HunkText, data: bytes, limit: int) -> int:
    """How many places in `data` could take the hunk's old side as whole lines, counted up to `limit`.

    A hunk that is bound to the file's start or end has one place at most.
    """
    if hunk.old_start <= 1 or not hunk.trailing:
        return 1
    found = 0
    at = data.find(hunk.old) if hunk.old else -1
    while at >= 0 and found < limit:
        found += _end(data, at, hunk.old) is not None
        at = data.find(hunk.old, at + 1)
    return found


def _place(hunk: HunkText, data: bytes, wanted: int, written: list[tuple[int, int]]) -> tuple[int, int, int] | None:
    """First byte, end and 0-based line of where `hunk` goes; None where it does not fit."""
    old = hunk.old
    # A hunk that starts at line 0 or 1 must stand at the file's start, one without trailing context at its end.
    at_start = hunk.old_start <= 1
    at_end = not hunk.trailing
    if at_start or at_end:
        at = 0 if at_start else len(data) - len(old)
        end = _end(data, at, old) if at >= 0 and data.startswith(old, at) else None
        if end is None or (at_end and at + len(old) != len(data)) or _overlaps(at, end, written):
            return None
        return at, end, _line_of(data, at)
    best: tuple[int, int, int] | None = None
    at = data.find(old)
    if at < 0:
        return None
    line, counted = 0, 0
    clamped = False
    while at >= 0:
        end = _end(data, at, old)
        if end is not None and not _overlaps(at, end, written):
            line += data.count(b"\n", counted, at)
            counted = at
            if best is not None:
                if not clamped:
                    wanted, clamped = min(wanted, _line_of(data, len(data))), True
                if abs(line - wanted) > abs(best[2] - wanted):
                    break  # from here on it is only farther away
            best = at, end, line
        # The next place begins on a later line.
        next_line = data.find(b"\n", at)
        at = data.find(old, next_line + 1) if next_line >= 0 else -1
    return best


def _end(data: bytes, at: int, old: bytes) -> int | None:
    """Where the whole lines end that `old` matches at `at`; None where the match begins or ends inside a line.

    An old side whose last line has no line end ("\\ No newline at end of file") matches a line that goes on with
    blanks only, its line end among them: git compares lines by a hash that leaves white space out, then by the bytes
    that the hunk has.
    """
    end = at + len(old)
    if not old:
        return end
    if at and data[at - 1] != 0x0A:
        return None
    if old.endswith(b"\n") or end == len(data):
        return end
    next_line = data.find(b"\n", end) + 1 or len(data)
    return next_line if not data[end:next_line].strip(b" \t\r\n") else None


def _overlaps(at: int, end: int, written: list[tuple[int, int]]) -> bool:
    return any(at < stop and start < end for start, stop in written)


def _line_of(data: bytes, at: int) -> int:
    """The 0-based number of the line that begins at `at`; at the end, the number of lines."""
    return data.count(b"\n", 0, at) + (at == len(data) and bool(data) and not data.endswith(b"\n"))
