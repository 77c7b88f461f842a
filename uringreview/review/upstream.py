"""A damaged diff put back from the upstream commit itself, where the clone has it and it says the same.

A page's text keeps the words of every line and loses white space, so the commit's diff is taken only where every file,
hunk and line of the mail has the same words; white space and blank context lines are then the commit's. Line numbers
and blob ids stay the mail's: the patch was mailed for a stable tree.
"""

from dataclasses import replace

from uringreview.diff.model import Diff, DiffState, FileChange, Hunk, Line, LineKind
from uringreview.diff.parse import parse_diff


def from_upstream(mailed: str, upstream: str, commit: str) -> Diff | None:
    """The diff text `mailed`, white space restored from `upstream`, the diff text of the commit with the id `commit`.

    RESTORED and proven where both have the same words; None where they differ in anything else.
    """
    lost, whole = parse_diff(mailed, white_space_lost=True), parse_diff(upstream)
    theirs = {change.path: change for change in whole.files}
    if whole.state is not DiffState.EXACT or len(lost.files) != len(whole.files) or len(theirs) != len(whole.files):
        return None
    files: list[FileChange] = []
    for change in lost.files:
        restored = _file(change, theirs.get(change.path))
        if restored is None:
            return None
        files.append(restored)
    return Diff(
        DiffState.RESTORED, tuple(files), restored_from=f"upstream commit {commit[:12]} in the clone", proven=True
    )


def _file(mailed: FileChange, theirs: FileChange | None) -> FileChange | None:
    if theirs is None or mailed.binary or theirs.binary or len(mailed.hunks) != len(theirs.hunks):
        return None
    if (mailed.kind, mailed.old_path) != (theirs.kind, theirs.old_path):
        return None
    hunks = [_hunk(one, other) for one, other in zip(mailed.hunks, theirs.hunks, strict=True)]
    found = tuple(hunk for hunk in hunks if hunk is not None)
    return replace(mailed, hunks=found) if len(found) == len(hunks) else None


def _hunk(mailed: Hunk, theirs: Hunk) -> Hunk | None:
    counts = (mailed.old_count, mailed.new_count) == (theirs.old_count, theirs.new_count)
    if not counts or _words(mailed) != _words(theirs):
        return None
    old, new = mailed.old_start - theirs.old_start, mailed.new_start - theirs.new_start
    return replace(mailed, lines=tuple(_moved(line, old, new) for line in theirs.lines))


def _moved(line: Line, old: int, new: int) -> Line:
    return replace(
        line,
        old=line.old + old if line.old is not None else None,
        new=line.new + new if line.new is not None else None,
    )


def _words(hunk: Hunk) -> list[tuple[str, bool]]:
    """Each line's mark and words without any white space; blank context lines, which a page loses, are left out.

    Context whose own first character is a "-" or "+" cannot be told from a mark any more, so both count as text.
    """
    found = []
    for line in hunk.lines:
        mark = "" if line.kind is LineKind.CONTEXT else line.kind.value
        text = mark + "".join(line.text.split())
        if text:
            found.append((text, line.no_newline))
    return found
