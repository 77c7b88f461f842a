"""What the diff pane shows of a patch: as it was mailed, as it lands on a branch, or where it conflicts there.

Values only: which diff is laid out, what is said above it, and which place of the mail each row stands for. Comments
and claims speak of the mail's own lines, whatever is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from uringreview.diff.model import Diff, DiffAnchor, DiffState
from uringreview.diff.same_lines import Places, same_lines
from uringreview.interleave.binding import matches
from uringreview.mail.queue import Row as QueueRow
from uringreview.review.decisions import Comment
from uringreview.review.facts import PatchFacts
from uringreview.ui.diff_gaps import Gaps
from uringreview.ui.diff_rows import Row, RowKind, Rows, Sheet
from uringreview.ui.diff_said import STATE_WORDS, banner_of, why_empty
from uringreview.ui.diff_text import lay_out
from uringreview.ui.visible import visible

if TYPE_CHECKING:
    from uringreview.kernel.branch_views import BranchView
    from uringreview.kernel.landing import ConflictRegion, Landing

_NAMED = 3
"""So many hunks that do not fit are named above the diff."""


@dataclass(frozen=True, slots=True)
class Content:
    """One thing to show.

    `branch` is "" for the mail's own diff, `key` the patch's. `diff` is laid out, or `regions` are; where neither is,
    `empty` says why. `mailed` is the mail's diff, `raw` its text. `places` says where lines of `diff` stand in the
    mail, None where they are the mail's. `trusted` tells whether the banner only informs.
    """

    branch: str = ""
    key: str = ""
    words: str = ""
    diff: Diff | None = None
    mailed: Diff | None = None
    raw: str = ""
    regions: "tuple[ConflictRegion, ...]" = ()
    places: Places | None = None
    empty: str = ""
    banner: str = ""
    trusted: bool = True

    @property
    def switchable(self) -> bool:
        """Whether there is more than one layout."""
        if self.regions:
            return True
        return self.diff is not None and bool(self.diff.files) and self.diff.state is not DiffState.DAMAGED


@dataclass(frozen=True, slots=True)
class Shown:
    """Content laid out: its rows, and the mail's place of each of them. `patch` is a conflict's third column."""

    sheet: Sheet
    patch: Sheet | None = None
    places: Places | None = None
    by_row: tuple[tuple[DiffAnchor, ...], ...] | None = None

    def anchor(self, number: int) -> DiffAnchor | None:
        """The place in the mail that row `number` stands for; None where the mail does not have it."""
        if not 0 <= number < len(self.sheet.rows):
            return None
        if self.by_row is not None:
            return next(iter(self.by_row[number]), None)
        here = self.sheet.anchor(self.sheet.rows[number])
        return here if here is None or self.places is None else self.places.to_mailed(here)

    def rows_of(self, anchor: DiffAnchor) -> Sequence[int]:
        """The rows that show the mail's `anchor`: a file, a hunk or a line; none where it is not shown."""
        if self.by_row is not None:
            return [number for number, places in enumerate(self.by_row) if any(_in(each, anchor) for each in places)]
        here = anchor if self.places is None else self.places.to_shown(anchor)
        return self.sheet.rows_of(here) if here is not None else ()

    def rows_saying(self, c_text: str) -> list[int]:
        """The rows of the first of several C texts, one a line, that has any; changed lines before context."""
        for wanted in c_text.split("\n"):
            changed: list[int] = []
            context: list[int] = []
            for number, row in enumerate(self.sheet.rows):
                if any(matches(wanted, text) for text in self._texts(row)):
                    (context if row.old == row.new and row.kind is RowKind.LINE else changed).append(number)
            if changed or context:
                return changed or context
        return []

    def _texts(self, row: Row) -> tuple[str, ...]:
        if row.kind is RowKind.RAW:
            return (row.text[1:],) if row.hunk >= 0 else ()
        sides = (self.sheet.line(row, new_side=side) for side in (True, False))
        return tuple(dict.fromkeys(side.text for side in sides if side is not None))


def _in(place: DiffAnchor, anchor: DiffAnchor) -> bool:
    return (
        place.path == anchor.path
        and (anchor.hunk is None or place.hunk == anchor.hunk)
        and (anchor.line is None or place.line == anchor.line)
    )


EMPTY = Shown(Sheet((), Rows(), side_by_side=False))


def as_mailed(facts: PatchFacts | None, row: QueueRow | None) -> Content:
    """The mail's own diff, or why there is none; `row` is the queue's, where the facts are not there yet."""
    empty = why_empty(facts, row)
    if facts is None:
        return Content(empty=empty)
    diff = facts.diff
    banner = banner_of(diff, white_space_lost=facts.patch.white_space_lost) if diff else ""
    return Content(
        key=facts.key,
        words=STATE_WORDS[diff.state] if diff else "",
        diff=None if empty else diff,
        mailed=diff,
        raw=facts.patch.diff_text,
        empty=empty,
        banner=banner,
        trusted=diff is not None and diff.proven,
    )


def on_branch(facts: PatchFacts, branch: str, view: "BranchView | None", why_not: str, words: str) -> Content:
    """The patch on `branch`: the `view` of it, or the sentence `why_not`; `words` are the selector's."""
    mailed = facts.diff
    content = Content(branch, facts.key, words, mailed=mailed)
    if view is None or view.problem:
        return replace(content, empty=visible(view.problem if view is not None else why_not))
    if view.landing is not None:
        landing = view.landing
        places = same_lines(mailed, landing.diff)
        banner = _said_of(landing, mailed)
        return replace(
            content,
            diff=landing.diff,
            places=places,
            banner=banner,
            trusted=not landing.how,
        )
    from uringreview.ui.conflict_text import what_stands  # no conflict is shown at the start

    if not view.regions:
        return replace(content, empty=f"Nothing of it conflicts on {branch}.")
    hunks = sum(region.hunk is not None for region in view.regions)
    total = sum(len(change.hunks) for change in mailed.files)
    banner = f"{hunks} of {total} hunks {'does' if hunks == 1 else 'do'} not fit {branch}." if hunks else ""
    for region in view.regions[:_NAMED]:
        number = f"Hunk {region.hunk + 1}: " if region.hunk is not None else ""
        banner += f"\n{number}{what_stands(region)}." if what_stands(region) else ""
    banner += f"\nand {len(view.regions) - _NAMED} more" if len(view.regions) > _NAMED else ""
    return replace(content, regions=view.regions, banner=banner, trusted=False)


def _said_of(landing: "Landing", mailed: Diff) -> str:
    """How it lands, in one line: the offsets, what comes before it, and by which way."""
    moved = [offset for offset in landing.offsets if offset]
    if landing.how:
        way = "by a three-way merge" if landing.how == "three-way merge" else f"with {landing.how}, as patch(1) would"
        said = f"As it lands on {landing.branch} {way}: git apply does not take it."
    elif not moved:
        said = f"As it lands on {landing.branch}, at the very lines that it names."
    else:
        every = ", ".join(f"{offset:+d}" if offset else "0" for offset in landing.offsets)
        few = set(landing.offsets)
        words = f"offset {moved[0]:+d}" if len(few) == 1 else f"offsets by hunk {every}"
        said = f"As it lands on {landing.branch}, {words}."
    left = len(mailed.files) - len(landing.diff.files)
    said += f" {left} of its {len(mailed.files)} files {'is' if left == 1 else 'are'} in already." if left > 0 else ""
    count = len(landing.after)
    return said + (f" It comes after {count} queued {'patch' if count == 1 else 'patches'}." if count else "")


def lay_out_content(content: Content, comments: Sequence[Comment], gaps: Gaps, *, columns: bool) -> Shown:
    """The rows of `content`, with the comments under their lines and what is open of the gaps."""
    if content.regions and content.mailed is not None:
        from uringreview.ui.conflict_text import lay_out_conflict  # no conflict is shown at the start

        conflict = lay_out_conflict(content.regions, content.mailed, content.branch, columns=columns)
        return Shown(conflict.theirs, conflict.patch, by_row=conflict.places)
    if content.diff is None:
        return EMPTY
    placed = comments if content.places is None else _placed(comments, content.places)
    sheet = lay_out(content.diff, content.raw, side_by_side=columns, comments=placed, gaps=gaps)
    return Shown(sheet, places=content.places)


def _placed(comments: Sequence[Comment], places: Places) -> list[Comment]:
    found = []
    for comment in comments:
        here = places.to_shown(comment.place) if isinstance(comment.place, DiffAnchor) else None
        found += [replace(comment, place=here)] if here is not None else []
    return found


def begins(rows: Sequence[Row], at: int, kind: RowKind) -> bool:
    """Whether a hunk or file begins at this row, in laid-out and in raw sheets."""
    row = rows[at]
    if row.kind is not RowKind.RAW:
        return row.kind is kind
    before = rows[at - 1] if at else None
    if kind is RowKind.HUNK:
        return row.hunk >= 0 and (before is None or (before.file, before.hunk) != (row.file, row.hunk))
    return row.file >= 0 and (before is None or before.file != row.file)
