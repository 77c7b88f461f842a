"""A file's hunks written anew against a branch's own file: its line numbers, its context, its function names.

A hunk that moved is shown by its mail with the lines and numbers of another tree. Here the same change is laid out as
`git diff` would after applying it: three lines of the branch's file around each change, neighbours joined into one
hunk, and behind the second @@ the nearest line above that git takes for the begin of a function.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from uringreview.diff.model import Hunk, Line, LineKind
from uringreview.kernel.doubts import function_line
from uringreview.kernel.hunks import Fit, HunkText, old_lines

_CONTEXT = 3
_HEADING = 80  # bytes of a heading that git writes


@dataclass(frozen=True, slots=True)
class _Edit:
    """The lines `first` to `last` (0-based, `last` not included) of the old file become `added`."""

    first: int
    last: int
    added: tuple[bytes, ...]


def remade(
    mailed: Sequence[Hunk], hunks: tuple[HunkText, ...], fitted: Fit, before: bytes, after: bytes
) -> tuple[Hunk, ...]:
    """The hunks that turn `before`, the branch's file, into `after`, what `hunks` made of it as `fitted` says.

    `mailed` are the same hunks as they were parsed; which lines they add and remove is kept.
    """
    old = lines_of(before)
    edits = sorted(_edits(mailed, old_lines(hunks, fitted)), key=lambda edit: edit.first)
    if b"".join(_applied(old, edits)) != after:
        # Where git takes a last line that lacks only blanks for the same, the hunk's lines are not the file's.
        new = lines_of(after)
        blocks = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        edits = [_Edit(i1, i2, tuple(new[j1:j2])) for tag, i1, i2, j1, j2 in blocks if tag != "equal"]
    return tuple(_hunks(old, edits, before))


def hunks_between(before: bytes, after: bytes) -> tuple[Hunk, ...]:
    """The hunks that turn one file into the other, where nobody knows which lines were edited: after a merge."""
    import pygit2

    old, new = lines_of(before), lines_of(after)
    edits = []
    for hunk in pygit2.Patch.create_from(before, after, context_lines=0, interhunk_lines=0).hunks:
        # A side without lines is named by the line before it.
        first = hunk.old_start - (hunk.old_lines > 0)
        begin = hunk.new_start - (hunk.new_lines > 0)
        edits.append(_Edit(first, first + hunk.old_lines, tuple(new[begin : begin + hunk.new_lines])))
    return tuple(_hunks(old, edits, before))


def lines_of(data: bytes) -> list[bytes]:
    """The lines of a file with their ends; only LF ends a line."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _edits(mailed: Sequence[Hunk], starts: Sequence[int | None]) -> Iterator[_Edit]:
    for hunk, start in zip(mailed, starts, strict=True):
        at = first = start or 0
        added: list[bytes] = []
        for line in hunk.lines:
            if line.kind is LineKind.ADDED:
                added.append(line.text.encode("utf-8", "surrogateescape") + (b"" if line.no_newline else b"\n"))
                continue
            if line.kind is LineKind.CONTEXT:
                if added or at > first:
                    yield _Edit(first, at, tuple(added))
                    added = []
                first = at + 1
            at += 1
        if added or at > first:
            yield _Edit(first, at, tuple(added))


def _applied(old: Sequence[bytes], edits: Sequence[_Edit]) -> Iterator[bytes]:
    at = 0
    for edit in edits:
        yield from old[at : edit.first]
        yield from edit.added
        at = edit.last
    yield from old[at:]


def _hunks(old: Sequence[bytes], edits: Sequence[_Edit], before: bytes) -> Iterator[Hunk]:
    """Edits that are at most six unchanged lines apart stand in one hunk, as in git's own diffs."""
    group: list[_Edit] = []
    grown = 0
    for edit in edits:
        if group and edit.first - group[-1].last > 2 * _CONTEXT:
            yield _hunk(old, group, before, grown)
            grown += sum(len(each.added) - (each.last - each.first) for each in group)
            group = []
        group.append(edit)
    if group:
        yield _hunk(old, group, before, grown)


def _hunk(old: Sequence[bytes], edits: Sequence[_Edit], before: bytes, grown: int) -> Hunk:
    first, last = max(edits[0].first - _CONTEXT, 0), min(edits[-1].last + _CONTEXT, len(old))
    lines: list[Line] = []
    at, new = first, first + grown

    def same(until: int) -> None:
        nonlocal at, new
        while at < until:
            lines.append(_line(LineKind.CONTEXT, old[at], at + 1, new + 1))
            at, new = at + 1, new + 1

    for edit in edits:
        same(edit.first)
        while at < edit.last:
            lines.append(_line(LineKind.REMOVED, old[at], at + 1, None))
            at += 1
        for text in edit.added:
            lines.append(_line(LineKind.ADDED, text, None, new + 1))
            new += 1
    same(last)
    old_count, new_count = last - first, new - first - grown
    heading = function_line(before, first)[:_HEADING].rstrip().decode("utf-8", "surrogateescape")
    # A side without lines is named by the line before it, as in every unified diff.
    return Hunk(first + (old_count > 0), old_count, first + grown + (new_count > 0), new_count, heading, tuple(lines))


def _line(kind: LineKind, text: bytes, old: int | None, new: int | None) -> Line:
    bare = not text.endswith(b"\n")
    shown = text if bare else text[:-1]
    return Line(kind, shown.decode("utf-8", "surrogateescape"), old, new, bare)
