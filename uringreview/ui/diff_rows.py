"""The rows of a laid-out diff: what each of them is, which line it shows, which place it stands for."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

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
class Sheet:
    """A laid-out diff; rows refer into `files`."""

    files: tuple[FileChange, ...]
    rows: tuple[Row, ...]
    side_by_side: bool

    def line(self, row: Row, *, new_side: bool) -> Line | None:
        """The diff line that `row` shows on one side; in a unified sheet on its only one."""
        if row.kind is not RowKind.LINE:
            return None
        at = (row.new if new_side else row.old) if self.side_by_side else max(row.old, row.new)
        return self.files[row.file].hunks[row.hunk].lines[at] if at >= 0 else None

    def texts(self, *, new_side: bool) -> list[str]:
        """The text of every row on one side, as it is put on the screen."""
        texts = []
        hunks = [[hunk.lines for hunk in change.hunks] for change in self.files]
        columns = self.side_by_side
        for row in self.rows:
            if row.kind is not RowKind.LINE:
                texts.append(self._heading(row, new_side=new_side))
                continue
            # The same as `line`, in place: this runs for each of what may be twenty thousand rows.
            at = (row.new if new_side else row.old) if columns else max(row.old, row.new)
            texts.append(shown(hunks[row.file][row.hunk][at]) if at >= 0 else "")
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


def shown(line: Line) -> str:
    """A diff line as it is put on the screen: first column, visible text, and what would not be seen otherwise."""
    kind = line.kind
    sign = " " if kind is LineKind.CONTEXT else "+" if kind is LineKind.ADDED else "-"
    text = sign + visible(line.text[:LONGEST])
    if len(line.text) > LONGEST:
        text += f" … {len(line.text) - LONGEST} more characters"
    return text + "  ⟦no newline at end of file⟧" if line.no_newline else text
