"""Where comments stand in the panes: under which row of the diff, under which record of the rationale.

Values only: rows of a sheet and blocks of the rationale in, places out.
"""

from collections.abc import Sequence
from dataclasses import replace

from uringreview.diff.model import DiffAnchor
from uringreview.mail.message import Span
from uringreview.review.decisions import Comment
from uringreview.ui.diff_content import Shown
from uringreview.ui.diff_rows import RowKind, Sheet
from uringreview.ui.rationale_parts import Block, BlockKind, Part, Run
from uringreview.ui.visible import visible


def with_room(comments: Sequence[Comment], edited: Comment | None, rows: int) -> tuple[Comment, ...]:
    """The comments as a pane shows them while `edited` is written in a box of `rows` rows: its text is blank."""
    if edited is None:
        return tuple(comments)
    blank = replace(edited, text="\n" * (rows - 1))
    same = [edited.number != 0 and each.number == edited.number for each in comments]
    kept = tuple(blank if own else each for each, own in zip(comments, same, strict=True))
    return kept if any(same) else (*kept, blank)


def rows_under(view: Shown, shown: Sequence[Comment], comment: Comment) -> range:
    """The rows in which `comment`, one of those `shown`, stands; empty where its place is not in view."""
    if not isinstance(comment.place, DiffAnchor):
        return range(0)
    sheet, spoken_of = view.sheet, view.rows_of(comment.place)
    if not spoken_of:
        return range(0)
    at = spoken_of[0] if comment.place.line is None else spoken_of[-1]
    while at + 1 < len(sheet.rows) and sheet.rows[at].kind is RowKind.COMMENT:
        at += 1
    first = at + 1
    for each in shown:
        if each.place != comment.place:
            continue
        lines = each.text.count("\n") + 1
        if each.number == comment.number:
            there = first < len(sheet.rows) and sheet.rows[first].kind is RowKind.COMMENT
            return range(first, first + lines) if there else range(0)
        first += lines
    return range(0)


def comment_at(view: Shown, shown: Sequence[Comment], row: int) -> Comment | None:
    """The comment that stands in a row, or under the line of it; None where there is none."""
    for comment in shown:
        rows = rows_under(view, shown, comment)
        if rows and row in range(_line_above(view.sheet, rows[0]), rows[-1] + 1):
            return comment
    return None


def comment_on(shown: Sequence[Comment], place: Span) -> Comment | None:
    """The comment on exactly these lines of the mail; None where there is none."""
    return next((each for each in shown if each.place == place), None)


def blocks_with(shown: list[Block], parts: Sequence[Part], comments: Sequence[Comment]) -> list[Block]:
    """The rationale's blocks with each comment under the record of its place, or counted in the heading of its fold."""
    under: dict[int, list[Block]] = {}
    folded: dict[str, int] = {}
    for comment in comments:
        if not isinstance(comment.place, Span):
            continue
        at = _record_of(shown, comment.place)
        if at is not None:
            under.setdefault(at, []).append(_block(comment, shown[at].section))
            continue
        key = part_of(parts, comment.place)
        if key is not None:
            folded[key] = folded.get(key, 0) + 1
    made: list[Block] = []
    for number, block in enumerate(shown):
        if block.kind is BlockKind.HEADING and block.section in folded:
            block = replace(block, right=(Run(f"✎{folded[block.section]}", role="step"), *block.right))
        made += [block, *under.get(number, ())]
    return made


def part_of(parts: Sequence[Part], place: Span) -> str | None:
    """The key of the part that holds a place."""
    holding = (part.key for part in parts for block in part.body if block.span and _overlap(block.span, place))
    return next(holding, None)


def _line_above(sheet: Sheet, row: int) -> int:
    while row > 0 and sheet.rows[row].kind is RowKind.COMMENT:
        row -= 1
    return row


def _record_of(shown: Sequence[Block], place: Span) -> int | None:
    """The last block of the record at `place`, its evidence included."""
    found: int | None = None
    for number, block in enumerate(shown):
        record = block.kind is BlockKind.RECORD and block.span is not None and _overlap(block.span, place)
        if record or (block.kind is BlockKind.EVIDENCE and found == number - 1):
            found = number
    return found


def _block(comment: Comment, section: str) -> Block:
    text = "\u2028".join(f"▎ {visible(line)}" for line in comment.text.split("\n"))
    span = comment.place if isinstance(comment.place, Span) else None
    return Block(BlockKind.COMMENT, (Run(text, role="comment" if comment.text.strip() else "box"),), section, span)


def _overlap(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end
