"""A conflict laid out: what the patch expects, what stands on the branch, what the patch wants, hunk by hunk.

Two diffs that begin at the same lines: from what is expected to what stands there, and from what is expected to what is
wanted. A "-" in the first column of the one is a line that the branch does not have, a "+" in the second what it has
instead. Beside each other the rows of all three are aligned; under each other both diffs are shown in full.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, zip_longest

from uringreview.diff.model import ChangeKind, Diff, DiffAnchor, FileChange, Hunk, Line, LineKind
from uringreview.kernel.landing import ConflictRegion
from uringreview.ui.diff_rows import Row, RowKind, Rows, Sheet
from uringreview.ui.diff_text import hunk_title, in_one
from uringreview.ui.diff_words import paired
from uringreview.ui.visible import visible


@dataclass(frozen=True, slots=True)
class Conflict:
    """`theirs` and `patch` have the same number of rows; in one column `theirs` holds them all and `patch` is None.

    `places` are, row by row, the places in the mail that it stands for, the first before the others.
    """

    theirs: Sheet
    patch: Sheet | None
    places: tuple[tuple[DiffAnchor, ...], ...]


@dataclass(frozen=True, slots=True)
class _Side:
    """A diff from what is expected to another text: `pairs` of their lines, and where in `hunk` each line is."""

    hunk: Hunk
    pairs: tuple[tuple[int | None, int | None], ...]
    old_at: dict[int, int]
    new_at: dict[int, int]

    def partners(self) -> tuple[dict[int, int], dict[int, list[int]]]:
        """By line that is expected: the other text's line beside it, and those that come after it (-1: before all)."""
        beside: dict[int, int] = {}
        after: dict[int, list[int]] = {}
        last = -1
        for old, new in self.pairs:
            if old is not None:
                last = old
                beside |= {old: new} if new is not None else {}
            elif new is not None:
                after.setdefault(last, []).append(new)
        return beside, after


def lay_out_conflict(regions: Sequence[ConflictRegion], mailed: Diff, branch: str, *, columns: bool) -> Conflict:
    """The rows of what conflicts on `branch`; `mailed` is the whole diff, whose places the rows stand for."""
    maker = _Columns(mailed) if columns else _OneColumn(mailed, branch)
    files = [(path, list(group)) for path, group in groupby(regions, key=lambda region: region.path)]
    for path, group in files:
        maker.file(path, group, named=len(files) > 1)
    return maker.made()


class _Maker:
    """What both layouts share: the rows before a hunk's lines, and where in the mail they stand."""

    def __init__(self, mailed: Diff) -> None:
        self._mailed = {change.path: change for change in mailed.files}
        self._theirs: list[Row] = []
        self._patch: list[Row] = []
        self._places: list[tuple[DiffAnchor, ...]] = []
        self._hunks: list[list[tuple[Hunk, Hunk]]] = []
        self._paths: list[str] = []

    def file(self, path: str, regions: Sequence[ConflictRegion], *, named: bool) -> None:
        """Add the regions of one file; `named` gives it a row with its name."""
        number, change = len(self._paths), self._mailed.get(path)
        self._paths.append(path)
        self._hunks.append([])
        if named:
            self._both(Row(RowKind.FILE, number, text=visible(path)), DiffAnchor(path))
        for note in dict.fromkeys(region.note for region in regions if region.note):
            self._both(Row(RowKind.NOTE, number, text=visible(note)), DiffAnchor(path))
        for region in regions:
            theirs = _side(region, region.theirs, region.theirs_line or 0)
            patch = _side(region, region.patch, region.patch_line)
            self._hunks[-1].append((theirs.hunk, patch.hunk))
            if region.hunk is not None:
                total = len(change.hunks) if change is not None else region.hunk + 1
                where = f"does not fit near line {region.theirs_line}" if region.theirs_line else "fits nowhere"
                self._bar(number, f"{hunk_title(theirs.hunk)} · hunk {region.hunk + 1} of {total} {where}", region)
            self._lines(number, region, theirs, patch)

    def _both(self, row: Row, *places: DiffAnchor) -> None:
        self._theirs.append(row)
        self._patch.append(row)
        self._places.append(places)

    def _bar(self, number: int, title: str, region: ConflictRegion) -> None:
        at = self._number_of_hunk()
        self._both(Row(RowKind.HUNK, number, at, text=title), DiffAnchor(region.path, region.hunk))

    def _number_of_hunk(self) -> int:
        return len(self._hunks[-1]) - 1

    def _lines(self, number: int, region: ConflictRegion, theirs: _Side, patch: _Side) -> None:
        raise NotImplementedError

    def _place(self, region: ConflictRegion, base: int | None, patched: int | None) -> tuple[DiffAnchor, ...]:
        """Where the 0-based lines of what is expected and of what is wanted stand in the mail; the hunk besides."""
        change = self._mailed.get(region.path)
        if change is None or region.hunk is None:
            return (DiffAnchor(region.path),)
        found: list[DiffAnchor] = []
        for at, line in enumerate(change.hunks[region.hunk].lines):
            if patched is not None and line.new == region.patch_line + patched:
                found.insert(0, DiffAnchor(region.path, region.hunk, at))
            elif base is not None and line.old == region.base_line + base:
                found.append(DiffAnchor(region.path, region.hunk, at))
        return tuple(found)


class _Columns(_Maker):
    def made(self) -> Conflict:
        """Two sheets with the same rows."""
        files = list(zip(self._paths, self._hunks, strict=True))
        theirs = tuple(_file(path, [one for one, _ in pairs]) for path, pairs in files)
        patch = tuple(_file(path, [one for _, one in pairs]) for path, pairs in files)
        return Conflict(
            Sheet(theirs, Rows(self._theirs), side_by_side=True),
            Sheet(patch, Rows(self._patch), side_by_side=True),
            tuple(self._places),
        )

    def _lines(self, number: int, region: ConflictRegion, theirs: _Side, patch: _Side) -> None:
        at = self._number_of_hunk()
        for base, stands, wanted in _in_three(theirs, patch):
            self._theirs.append(_row(number, at, theirs, base, stands))
            self._patch.append(_row(number, at, patch, base, wanted))
            self._places.append(self._place(region, base, wanted))


class _OneColumn(_Maker):
    def __init__(self, mailed: Diff, branch: str) -> None:
        super().__init__(mailed)
        self._branch = branch

    def made(self) -> Conflict:
        """One sheet in which each region has two diffs, one after the other."""
        pairs = zip(self._paths, self._hunks, strict=True)
        files = tuple(_file(path, [hunk for pair in hunks for hunk in pair]) for path, hunks in pairs)
        return Conflict(Sheet(files, Rows(self._theirs), side_by_side=False), None, tuple(self._places))

    def _number_of_hunk(self) -> int:
        return 2 * (len(self._hunks[-1]) - 1)

    def _lines(self, number: int, region: ConflictRegion, theirs: _Side, patch: _Side) -> None:
        at = self._number_of_hunk()
        titles = (f"from what the patch expects (-) to what {self._branch} has (+)", "what the patch wants there")
        for side, hunk, title in ((theirs, at, titles[0]), (patch, at + 1, titles[1])):
            if not side.hunk.lines:
                continue
            self._both(Row(RowKind.NOTE, number, text=title), DiffAnchor(region.path, region.hunk))
            old_of, new_of = ({there: here for here, there in each.items()} for each in (side.old_at, side.new_at))
            for row in Rows([in_one(side.hunk, number, hunk)]):
                wanted = new_of.get(row.new) if side is patch else None
                self._both(row, *self._place(region, old_of.get(row.old), wanted))


def what_stands(region: ConflictRegion) -> str:
    """The first line that the branch does not have as the patch expects it, and what stands there instead."""
    if region.hunk is None or not region.theirs:
        return visible(region.note)
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, region.base, region.theirs, autojunk=False).get_opcodes():
        expected = next((line.strip() for line in region.base[i1:i2] if line.strip()), "")
        stands = next((line.strip() for line in region.theirs[j1:j2] if line.strip()), "")
        line = (region.theirs_line or 1) + j1
        if tag == "equal" or not (expected or stands):
            continue
        if not stands:
            return f"line {line} should be “{visible(expected)}”, which is not there"
        if not expected:
            return f"line {line} is “{visible(stands)}”, which the patch does not expect"
        return f"line {line} is “{visible(stands)}”, the patch expects “{visible(expected)}”"
    return f"its lines stand near line {region.theirs_line}, and do not fit as a whole"


def _in_three(theirs: _Side, patch: _Side) -> Iterator[tuple[int | None, int | None, int | None]]:
    """Aligned lines: of what is expected, of what stands there, of what is wanted."""
    (stands, more), (wanted, added) = theirs.partners(), patch.partners()
    for base in range(-1, len(theirs.old_at)):
        if base >= 0:
            yield base, stands.get(base), wanted.get(base)
        for one, other in zip_longest(more.get(base, ()), added.get(base, ())):
            yield None, one, other


def _side(region: ConflictRegion, other: Sequence[str], other_line: int) -> _Side:
    pairs: list[tuple[int | None, int | None]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, region.base, other, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += zip(range(i1, i2), range(j1, j2), strict=True)
        else:
            block = paired(region.base[i1:i2], other[j1:j2])
            pairs += ((None if o is None else i1 + o, None if n is None else j1 + n) for o, n in block)
    lines: list[Line] = []
    old_at: dict[int, int] = {}
    new_at: dict[int, int] = {}
    removed: list[int] = []
    added: list[int] = []

    def flush() -> None:
        for at in removed:
            old_at[at] = len(lines)
            lines.append(Line(LineKind.REMOVED, region.base[at], region.base_line + at, None))
        for at in added:
            new_at[at] = len(lines)
            lines.append(Line(LineKind.ADDED, other[at], None, other_line + at))
        removed.clear()
        added.clear()

    for old, new in pairs:
        if old is not None and new is not None and region.base[old] == other[new]:
            flush()
            old_at[old] = new_at[new] = len(lines)
            lines.append(Line(LineKind.CONTEXT, region.base[old], region.base_line + old, other_line + new))
            continue
        removed += [old] if old is not None else []
        added += [new] if new is not None else []
    flush()
    hunk = Hunk(region.base_line, len(region.base), other_line, len(other), region.heading, tuple(lines))
    return _Side(hunk, tuple(pairs), old_at, new_at)


def _row(file: int, hunk: int, side: _Side, old: int | None, new: int | None) -> Row:
    left = side.old_at[old] if old is not None else -1
    right = side.new_at[new] if new is not None else -1
    return Row(RowKind.LINE, file, hunk, left, right)


def _file(path: str, hunks: Sequence[Hunk]) -> FileChange:
    return FileChange(ChangeKind.MODIFIED, path, path, None, None, None, None, tuple(hunks))
