"""A diff laid out as rows of text, side by side or unified, before any widget.

Both sides have the same number of rows, so that two text widgets stay aligned by row number alone; where a side has
no line there is a filler. The first column keeps the diff's own " ", "+" or "-": what is copied out is a diff, and a
screen reader hears what a colour would say. A diff that lost its white space is laid out as the text that was mailed.
"""

import re
from collections.abc import Sequence

from uringreview.diff.model import ChangeKind, Diff, DiffAnchor, DiffState, FileChange, Hunk, LineKind
from uringreview.review.decisions import Comment
from uringreview.ui.diff_gaps import Gaps, gap_rows
from uringreview.ui.diff_rows import LONGEST, Row, RowKind, Rows, Sheet, Stretch
from uringreview.ui.diff_words import paired
from uringreview.ui.visible import visible

MOST_ALIKE = 6000
_FUNCTION = re.compile(r"\b([A-Za-z_]\w*+)\s*+\(")


def raw_rows(text: str) -> tuple[Row, ...]:
    """Mailed text as it is, a row a line; files and hunks are counted, so that a click still leads to its hunk."""
    rows = []
    file = hunk = -1
    for line in text.split("\n"):
        if line.startswith("diff --git "):
            file, hunk = file + 1, -1
        elif line.startswith("@@") and file >= 0:
            hunk += 1
        rows.append(Row(RowKind.RAW, file, hunk, text=visible(line[:LONGEST])))
    return tuple(rows)


def lay_out(
    diff: Diff, raw: str, *, side_by_side: bool, comments: Sequence[Comment] = (), gaps: Gaps | None = None
) -> Sheet:
    """Rows of `diff`; a damaged one as the mailed text `raw`, whose files are known by name only.

    `gaps` says what is shown between the hunks (default: nothing).

    Each of the `comments` stands under the row of its place; those on a damaged diff's lines are left to the reply.
    A file has a row of its own only where there are several: the pane's header names the one in view.
    """
    if diff.state is DiffState.DAMAGED:
        rows = raw_rows(raw.rstrip("\n"))
        known = len(diff.files)
        kept = tuple(row if row.file < known else Row(RowKind.RAW, -1, text=row.text) for row in rows)
        return Sheet(diff.files, Rows(kept), side_by_side=False)
    alike = sum(len(hunk.lines) for change in diff.files for hunk in change.hunks) <= MOST_ALIKE
    rows_of_all: list[Row | Stretch] = []
    for number, change in enumerate(diff.files):
        if len(diff.files) > 1:
            rows_of_all.append(Row(RowKind.FILE, number, text=file_title(change)))
        rows_of_all += (Row(RowKind.NOTE, number, text=note) for note in file_notes(change))
        for at, hunk in enumerate(change.hunks):
            rows_of_all += gap_rows(change, number, at, gaps) if gaps is not None else ()
            rows_of_all.append(Row(RowKind.HUNK, number, at, text=hunk_title(hunk, columns=side_by_side)))
            rows_of_all.append(in_columns(hunk, number, at, alike=alike) if side_by_side else in_one(hunk, number, at))
        rows_of_all += gap_rows(change, number, len(change.hunks), gaps) if gaps is not None else ()
    sheet = Sheet(diff.files, Rows(rows_of_all), side_by_side)
    placed = [(comment, comment.place) for comment in comments if isinstance(comment.place, DiffAnchor)]
    return _with_comments(sheet, placed) if placed else sheet


def _with_comments(sheet: Sheet, placed: Sequence[tuple[Comment, DiffAnchor]]) -> Sheet:
    under: dict[int, list[Row]] = {}
    for comment, place in placed:
        spoken_of = sheet.rows_of(place)
        if not spoken_of:
            continue
        last = spoken_of[0] if place.line is None else spoken_of[-1]
        row = sheet.rows[last]
        under.setdefault(last, []).extend(
            Row(RowKind.COMMENT, row.file, row.hunk, text=f"  ▎ {visible(line)}") for line in comment.text.split("\n")
        )
    rows = [each for number, row in enumerate(sheet.rows) for each in (row, *under.get(number, ()))]
    return Sheet(sheet.files, Rows(rows), sheet.side_by_side)


def in_one(hunk: Hunk, file: int, at: int) -> Stretch:
    """The rows of hunk number `at` of file number `file`, unified."""
    added, removed = LineKind.ADDED, LineKind.REMOVED
    old = [-1 if line.kind is added else i for i, line in enumerate(hunk.lines)]
    new = [-1 if line.kind is removed else i for i, line in enumerate(hunk.lines)]
    return Stretch(file, at, old, new)


def in_columns(hunk: Hunk, file: int, at: int, *, alike: bool = True) -> Stretch:
    """The rows of a hunk side by side; `alike` as `side_by_side` has it."""
    pairs = side_by_side(hunk, alike=alike)
    old = [-1 if old is None else old for old, _new in pairs]
    new = [-1 if new is None else new for _old, new in pairs]
    return Stretch(file, at, old, new)


def side_by_side(hunk: Hunk, *, alike: bool = True) -> list[tuple[int | None, int | None]]:
    """Pairs of line indexes (old side, new side) of one hunk, None where a side has a filler.

    A context line stands on both sides; a removed line stands beside the added line that it became. Without `alike`
    a change block is paired by position alone, for diffs of many thousand lines.
    """
    pairs: list[tuple[int | None, int | None]] = []
    removed: list[int] = []
    added: list[int] = []

    def flush() -> None:
        if not removed or not added:
            pairs.extend((each, None) for each in removed)
            pairs.extend((None, each) for each in added)
            removed.clear()
            added.clear()
            return
        texts = ([hunk.lines[i].text for i in removed], [hunk.lines[i].text for i in added])
        block = paired(*texts) if alike else paired_by_place(len(removed), len(added))
        pairs.extend((None if o is None else removed[o], None if n is None else added[n]) for o, n in block)
        removed.clear()
        added.clear()

    for i, line in enumerate(hunk.lines):
        if line.kind is LineKind.REMOVED:
            if added:
                flush()
            removed.append(i)
        elif line.kind is LineKind.ADDED:
            added.append(i)
        else:
            if removed or added:
                flush()
            pairs.append((i, i))
    flush()
    return pairs


def paired_by_place(removed: int, added: int) -> list[tuple[int | None, int | None]]:
    """The first removed line beside the first added one, and so on."""
    return [(i if i < removed else None, i if i < added else None) for i in range(max(removed, added))]


def file_title(change: FileChange) -> str:
    """A file's header in words: path, what was added and removed."""
    counts = "" if change.binary else f"   +{change.added} -{change.removed}"
    return f"{visible(change.path)}{counts}"


def file_notes(change: FileChange) -> list[str]:
    """What happens to the file besides its lines."""
    notes = []
    if change.kind is ChangeKind.NEW:
        notes.append(f"new file{_mode(change.new_mode)}")
    elif change.kind is ChangeKind.DELETED:
        notes.append("file deleted")
    elif change.kind in (ChangeKind.RENAMED, ChangeKind.COPIED):
        notes.append(f"{change.kind.value} from {visible(change.old_path)}")
    if change.kind is not ChangeKind.NEW and change.new_mode and change.old_mode and change.new_mode != change.old_mode:
        notes.append(f"mode {change.old_mode} becomes {change.new_mode}")
    if change.binary:
        notes.append("binary file: its content is not shown")
    elif not change.hunks and not notes:
        notes.append("no line changes")
    return notes


def _mode(mode: str | None) -> str:
    return f", mode {mode}" if mode else ""


def hunk_title(hunk: Hunk, *, columns: bool = False) -> str:
    """The bar over a hunk: the function that git names in its heading, and the first line on the new side; in
    `columns`, where the new side has a bar of its own, on the old one."""
    line = hunk.old_start if columns else hunk.new_start
    found = _FUNCTION.search(hunk.heading[:LONGEST])
    where = f"{found[1]}()" if found else visible(hunk.heading[:LONGEST].strip())
    return f"@@ {where} · line {line}" if where else f"@@ line {line}"
