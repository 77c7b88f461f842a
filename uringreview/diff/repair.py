"""A diff whose white space a web page dropped, put back from the file that it was made against, and proven.

Context and removed lines come from the pre-image (the `index` line's old blob, else the same file on any branch); the
indentation of added lines is guessed. A guess counts only where git's own arithmetic agrees: sha1 of the post-image
must begin with the `index` line's new id. The search is bounded; what it cannot prove is marked so and never applied.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from uringreview.diff.align import squeeze
from uringreview.diff.images import blob_id, decode_lines, post_image
from uringreview.diff.model import ChangeKind, Diff, DiffState, FileChange, Hunk
from uringreview.diff.parse import LOST, parse_diff
from uringreview.diff.render import Style, render
from uringreview.errors import UnreadableError

_TRIES = 6_000
_BYTES = 400_000_000
_MINIMUM_ID = 7


class BlobSource(Protocol):
    """Where pre-images come from: a clone."""

    def blob(self, id_prefix: str) -> bytes | None:
        """The contents of the blob whose id begins so; None where it is not there."""
        ...

    def contents(self, path: str) -> Iterator[tuple[str, bytes]]:
        """Each version of a file that branches hold, as (branch or tag, contents), newest first."""
        ...


@dataclass(frozen=True, slots=True)
class _Restored:
    change: FileChange
    source: str
    proven: bool
    problem: str = ""


def restore(diff_text: str, blobs: BlobSource) -> Diff:
    """The diff of a page's text with its white space put back.

    `diff_text` has lost the leading blanks of its lines and its blank context lines. RESTORED where every hunk was
    found in a pre-image, with `proven` only where every post-image has the `index` line's new id; else DAMAGED, with
    the files that were found put back all the same and a sentence for each that was not.
    """
    lost = parse_diff(diff_text, white_space_lost=True)
    if not lost.files:
        return lost
    files = [_restore_file(change, blobs) for change in lost.files]
    problems = [problem for problem in lost.problems if problem != LOST]
    problems += [file.problem for file in files if file.problem]
    found = all(file.source for file in files) and not lost.problems[1:]
    proven = found and all(file.proven for file in files)
    if found and not proven:
        unproven = ", ".join(file.change.path for file in files if not file.proven)
        problems.append(f"the indentation of added lines in {unproven} is a guess that no blob id proves")
    return Diff(
        DiffState.RESTORED if found else DiffState.DAMAGED,
        tuple(file.change for file in files),
        tuple(problems) if found else (LOST, *problems),
        "; ".join(dict.fromkeys(file.source for file in files if file.source)),
        proven,
    )


def _restore_file(change: FileChange, blobs: BlobSource) -> _Restored:
    """One file put back, from its own pre-image or, unproven, from another version of it."""
    if change.binary:
        return _Restored(change, "", False, f"{change.path} is binary: the page does not hold its contents")
    if not change.hunks:
        return _Restored(change, "the mail", True)
    if change.kind is ChangeKind.NEW:
        return _search(change, b"", f"{change.path} is new") or _Restored(change, "", False, _not_fitting(change))
    versions = 0
    for source, data in _pre_images(change, blobs):
        versions += 1
        restored = _search(change, data, source)
        if restored is not None:
            return restored
    if versions:
        return _Restored(change, "", False, _not_fitting(change))
    return _Restored(change, "", False, f"the clone has no version of {change.old_path} to restore it from")


def _not_fitting(change: FileChange) -> str:
    return f"the hunks of {change.path} fit no version of the file in the clone"


def _pre_images(change: FileChange, blobs: BlobSource) -> Iterator[tuple[str, bytes]]:
    """Candidates: the very blob that the `index` line names, then any branch's version of the file."""
    wanted = change.old_blob
    if wanted is not None and len(wanted) >= _MINIMUM_ID:
        try:
            data = blobs.blob(wanted)
        except UnreadableError:
            data = None
        if data is not None:
            yield f"blob {wanted[:12]} of {change.old_path}", data
    for label, data in blobs.contents(change.old_path):
        yield f"{change.old_path} of {label}", data


def _search(change: FileChange, pre_image: bytes, source: str) -> _Restored | None:
    """The likeliest reading, or the one that the new blob id proves; None where a hunk fits nowhere."""
    before = decode_lines(pre_image)
    squeezed = [squeeze(line) for line in before]
    style = Style.of(change.path, before)
    hunks: list[list[tuple[int, Hunk]]] = []
    for hunk in change.hunks:
        rendered = render(hunk, before, squeezed, style)
        if not rendered:
            return None
        hunks.append(rendered)
    wanted = change.new_blob if change.new_blob and len(change.new_blob) >= _MINIMUM_ID else None
    if change.kind is ChangeKind.DELETED:
        chosen = replace(change, hunks=tuple(rendered[0][1] for rendered in hunks))
        return _Restored(chosen, source, post_image(chosen, pre_image) == b"")
    tries = min(_TRIES, max(50, _BYTES // (len(pre_image) + 1)))
    exact = change.kind is ChangeKind.NEW or _is_blob(pre_image, change.old_blob)
    if wanted is not None and exact:
        for picked in _cheapest_first(hunks, tries):
            chosen = replace(change, hunks=tuple(picked))
            after = post_image(chosen, pre_image)
            if after is not None and blob_id(after).startswith(wanted):
                return _Restored(chosen, source, True)
    return _Restored(replace(change, hunks=tuple(rendered[0][1] for rendered in hunks)), source, False)


def _is_blob(data: bytes, wanted: str | None) -> bool:
    return wanted is not None and len(wanted) >= _MINIMUM_ID and blob_id(data).startswith(wanted)


def _cheapest_first(hunks: Sequence[Sequence[tuple[int, Hunk]]], limit: int) -> Iterator[list[Hunk]]:
    """Combinations of one rendering a hunk, by rising cost, at most `limit` of them."""
    first = (0,) * len(hunks)
    waiting = [(sum(rendered[0][0] for rendered in hunks), first)]
    seen = {first}
    for _ in range(limit):
        if not waiting:
            return
        cost, picked = heapq.heappop(waiting)
        yield [rendered[at][1] for rendered, at in zip(hunks, picked, strict=True)]
        for number, at in enumerate(picked):
            if at + 1 < len(hunks[number]):
                following = (*picked[:number], at + 1, *picked[number + 1 :])
                if following not in seen:
                    seen.add(following)
                    more = hunks[number][at + 1][0] - hunks[number][at][0]
                    heapq.heappush(waiting, (cost + more, following))
