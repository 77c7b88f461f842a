"""The rows of a laid-out diff: what each of them is, which line it shows, which place it stands for."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import overload

from uringreview.diff.model import DiffAnchor, FileChange, Line, LineKind
from uringreview.ui.visible import visible

LONGEST = 2000


class RowKind(Enum):
    """What a row is: a file's header, a hunk's bar, a line of the diff, a remark of ours, mailed text as it is,
    a line of the reviewer's comment on the row above, lines that are left out, or one of those that was shown."""

    FILE = "file"
    HUNK = "hunk"
    LINE = "line"
    NOTE = "note"
    RAW = "raw"
    COMMENT = "comment"
    GAP = "gap"
    MORE = "more"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `file`, `hunk`, `old` and `new` are 0-based indexes (file, hunk in file, line in hunk), -1 for none.

    `old` and `new` are the same for a context line. `text` is set for every kind but LINE. `gap` is the number of the
    hunk under a GAP or MORE row, or of hunks for the file's end; `numbers` are a MORE row's line, old and new.
    """

    kind: RowKind
    file: int
    hunk: int = -1
    old: int = -1
    new: int = -1
    text: str = ""
    gap: int = -1
    numbers: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Stretch:
    """The LINE rows of one hunk in one: `old` and `new` are those of each row, as `Row` has them."""

    file: int
    hunk: int
    old: Sequence[int]
    new: Sequence[int]


class Rows(Sequence[Row]):
    """The rows of a sheet. Those of a `Stretch` are made when they are asked for: a screen shows fifty of them, and a
    diff may have twenty thousand. Walking through them all makes them all, once."""

    def __init__(self, parts: Iterable[Row | Stretch] = ()) -> None:
        self.parts = tuple(parts)
        self._starts: list[int] = []
        self._length = 0
        self._asked: dict[int, Row] = {}
        self._made: tuple[Row, ...] | None = None
        for part in self.parts:
            self._starts.append(self._length)
            self._length += 1 if isinstance(part, Row) else len(part.old)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Row, ...]: ...
    def __getitem__(self, at: int | slice) -> Row | tuple[Row, ...]:
        if self._made is not None or isinstance(at, slice):
            return self._every()[at]
        known = self._asked.get(at)
        if known is not None:
            return known
        number = at + self._length if at < 0 else at
        if not 0 <= number < self._length:
            raise IndexError(at)
        place = bisect_right(self._starts, number) - 1
        part = self.parts[place]
        row = self._asked[at] = part if isinstance(part, Row) else _line_row(part, number - self._starts[place])
        return row

    def __iter__(self) -> Iterator[Row]:
        return iter(self._every())

    def first_line(self) -> int:
        """The number of the first row that shows a line of the diff; 0 where none does."""
        lines = (
            start
            for start, part in zip(self._starts, self.parts, strict=True)
            if (part.kind is RowKind.LINE if isinstance(part, Row) else part.old)
        )
        return next(lines, 0)

    def _every(self) -> tuple[Row, ...]:
        if self._made is None:
            made: list[Row] = []
            for part in self.parts:
                if isinstance(part, Row):
                    made.append(part)
                else:
                    made += (_line_row(part, at) for at in range(len(part.old)))
            self._made = tuple(made)
        return self._made


def _line_row(stretch: Stretch, at: int) -> Row:
    return Row(RowKind.LINE, stretch.file, stretch.hunk, stretch.old[at], stretch.new[at])


@dataclass(frozen=True, slots=True)
class Sheet:
    """A laid-out diff; rows refer into `files`."""

    files: tuple[FileChange, ...]
    rows: Rows
    side_by_side: bool

    def line(self, row: Row, *, new_side: bool) -> Line | None:
        """The diff line that `row` shows on one side; in a unified sheet on its only one."""
        if row.kind is not RowKind.LINE:
            return None
        at = (row.new if new_side else row.old) if self.side_by_side else max(row.old, row.new)
        return self.files[row.file].hunks[row.hunk].lines[at] if at >= 0 else None

    def texts(self, *, new_side: bool) -> list[str]:
        """The text of every row on one side, as it is put on the screen."""
        texts: list[str] = []
        for part in self.rows.parts:
            if isinstance(part, Stretch):
                lines = shown_lines(self.files[part.file].hunks[part.hunk].lines)
                if self.side_by_side:
                    texts += [lines[at] if at >= 0 else "" for at in (part.new if new_side else part.old)]
                else:
                    texts += lines
            elif part.kind is RowKind.LINE:
                line = self.line(part, new_side=new_side)
                texts.append(shown(line) if line is not None else "")
            else:
                texts.append(self._heading(part, new_side=new_side))
        return texts

    def _heading(self, row: Row, *, new_side: bool) -> str:
        if not self.side_by_side or row.kind is RowKind.MORE:
            return row.text
        if row.kind is RowKind.HUNK and new_side:
            return f"@@ line {self.files[row.file].hunks[row.hunk].new_start}"
        # A comment stands under the line as it will be, everything else where reading begins.
        return row.text if new_side is (row.kind is RowKind.COMMENT) else ""

    def anchor(self, row: Row) -> DiffAnchor | None:
        """The place that `row` stands for: its new line, else its old one; None where there is no file."""
        if row.file < 0:
            return None
        line = max(row.new, -1) if row.new >= 0 else row.old
        return DiffAnchor(self.files[row.file].path, row.hunk if row.hunk >= 0 else None, line if line >= 0 else None)

    def rows_of(self, anchor: DiffAnchor) -> range:
        """The rows that `anchor` speaks of: a file's, a hunk's or a line's; empty where it is not in this diff."""
        files = [i for i, change in enumerate(self.files) if anchor.path in (change.path, change.old_path)]
        found = [
            i
            for i, row in enumerate(self.rows)
            if row.file in files
            and (anchor.hunk is None or row.hunk == anchor.hunk)
            and (anchor.line is None or (row.kind is RowKind.LINE and anchor.line in (row.old, row.new)))
        ]
        return range(found[0], found[-1] + 1) if found else range(0)

    def rows_like(self, others: Iterable[Row]) -> frozenset[int]:
        """The rows that show a line which `others`, rows of another layout of the same diff, show."""
        wanted = {(row.file, row.hunk, at) for row in others for at in (row.old, row.new) if at >= 0}
        return frozenset(
            number
            for number, row in enumerate(self.rows)
            if wanted and not wanted.isdisjoint({(row.file, row.hunk, row.old), (row.file, row.hunk, row.new)})
        )


def shown_lines(lines: Sequence[Line]) -> list[str]:
    """`shown` of each line; most hunks have nothing in them that needs a look line by line."""
    added, removed = LineKind.ADDED, LineKind.REMOVED
    texts = [("+" if line.kind is added else "-" if line.kind is removed else " ") + line.text for line in lines]
    whole = "".join(texts)
    plain = whole.isascii() and whole.replace("\t", " ").isprintable()
    if not plain or max(map(len, texts), default=0) > LONGEST or any(line.no_newline for line in lines):
        return [shown(line) for line in lines]
    return texts


def shown(line: Line) -> str:
    """A diff line as it is put on the screen: first column, visible text, and what would not be seen otherwise."""
    kind = line.kind
    sign = " " if kind is LineKind.CONTEXT else "+" if kind is LineKind.ADDED else "-"
    text = sign + visible(line.text[:LONGEST])
    if len(line.text) > LONGEST:
        text += f" … {len(line.text) - LONGEST} more characters"
    return text + "  ⟦no newline at end of file⟧" if line.no_newline else text
