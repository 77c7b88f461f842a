"""Two small questions about places: which branches a queue speaks of, and which mailed line stands at an anchor."""

import re
from collections.abc import Sequence

from uringreview.diff.model import DiffAnchor, DiffState
from uringreview.kernel.status import branch_version
from uringreview.mail.queue import Queue
from uringreview.review.facts import PatchFacts


def asked_branches(branches: Sequence[str], queue: Queue) -> tuple[str, ...]:
    """The branches that some patch of the queue asks for, for the list's narrow columns; all where none is named."""
    asked = [row.subject.asked for row in queue.rows if row.subject.asked is not None]
    unnamed = any(row.subject.asked is None for row in queue.rows)
    if not asked or unnamed:
        return tuple(branches)
    named = {branch: branch_version(branch) for branch in branches}
    kept = tuple(b for b, version in named.items() if version is None or any(version in each for each in asked))
    return kept or tuple(branches)


def quote_of(facts: PatchFacts, anchor: DiffAnchor) -> str:
    """The line at `anchor` as it was mailed, its hunk's head where no line is named; empty where it was not mailed."""
    change = next((change for change in facts.diff.files if change.path == anchor.path), None)
    if change is None or anchor.hunk is None or anchor.hunk >= len(change.hunks):
        return ""
    hunk = change.hunks[anchor.hunk]
    mailed = facts.patch.diff_text.split("\n")
    if anchor.line is None or anchor.line >= len(hunk.lines):
        head = re.compile(rf"@@ -{hunk.old_start}(?:,\d+)? \+{hunk.new_start}(?:,\d+)? @@")
        return next((text for text in mailed if head.match(text)), "")
    line = hunk.lines[anchor.line]
    shown = f"{line.kind.value}{line.text}"
    if facts.diff.state is DiffState.EXACT or shown in mailed:
        return shown
    bare = "".join(shown.split())
    return next((text for text in mailed if "".join(text.split()) == bare), "")
