"""A diff whose white space a web page dropped, put back from the file that it was made against, and proven.

Context and removed lines come from the pre-image (the `index` line's old blob, else the same file on any branch); the
indentation of added lines is guessed. A guess counts only where git's own arithmetic agrees: sha1 of the post-image
must begin with the `index` line's new id. The search is bounded; what it cannot prove is marked so and never applied.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from uringreview.diff.align import Placed, readings, squeeze
from uringreview.diff.images import blob_id, decode_lines, post_image
from uringreview.diff.indent import C_LIKE, Scope, gap_guesses, guesses
from uringreview.diff.model import ChangeKind, Diff, DiffState, FileChange, Hunk, Line, LineKind
from uringreview.diff.parse import LOST, parse_diff
from uringreview.errors import UnreadableError

_READINGS = 12
_BEAM = 16
_RENDERINGS = 60
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
    style = _Style.of(change.path, before)
    hunks: list[list[tuple[int, Hunk]]] = []
    for hunk in change.hunks:
        rendered = _render(hunk, before, squeezed, style)
        if not rendered:
            return None
        hunks.append(rendered)
    wanted = change.new_blob if change.new_blob and len(change.new_blob) >= _MINIMUM_ID else None
    if change.kind is ChangeKind.DELETED:
        chosen = _with_hunks(change, [rendered[0][1] for rendered in hunks])
        return _Restored(chosen, source, post_image(chosen, pre_image) == b"")
    tries = min(_TRIES, max(50, _BYTES // (len(pre_image) + 1)))
    exact = change.kind is ChangeKind.NEW or _is_blob(pre_image, change.old_blob)
    if wanted is not None and exact:
        for picked in _cheapest_first(hunks, tries):
            chosen = _with_hunks(change, picked)
            after = post_image(chosen, pre_image)
            if after is not None and blob_id(after).startswith(wanted):
                return _Restored(chosen, source, True)
    return _Restored(_with_hunks(change, [rendered[0][1] for rendered in hunks]), source, False)


def _is_blob(data: bytes, wanted: str | None) -> bool:
    return wanted is not None and len(wanted) >= _MINIMUM_ID and blob_id(data).startswith(wanted)


def _with_hunks(change: FileChange, hunks: Sequence[Hunk]) -> FileChange:
    return FileChange(
        change.kind, change.path, change.old_path, change.old_mode, change.new_mode, change.old_blob, change.new_blob,
        tuple(hunks),
    )  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class _Style:
    """How a file indents."""

    c_like: bool
    spaces: bool

    @classmethod
    def of(cls, path: str, lines: Sequence[str]) -> "_Style":
        tabs = sum(line.startswith("\t") for line in lines)
        blanks = sum(line.startswith("  ") for line in lines)
        return cls(path.endswith(C_LIKE), blanks > tabs)


def _render(hunk: Hunk, before: Sequence[str], squeezed: Sequence[str], style: _Style) -> list[tuple[int, Hunk]]:
    """Whole hunks, by rising cost: readings of the hunk, each with guesses of its added lines' indentation."""
    for start in _starts(hunk, squeezed):
        rendered: list[tuple[int, Hunk]] = []
        for number, (cost, placed) in enumerate(readings(hunk, before, squeezed, start)):
            if number == _READINGS:
                break
            rendered += [(cost + more, one) for more, one in _indented(hunk, placed, before, start, style)]
        if rendered:
            return sorted(rendered, key=lambda item: item[0])[:_RENDERINGS]
    return []


def _starts(hunk: Hunk, squeezed: Sequence[str]) -> Iterator[int]:
    """0-based places to try, the header's own first, then wherever the first words stand, nearest first."""
    stated = hunk.old_start - 1 if hunk.old_count else hunk.old_start
    yield stated
    words = next(
        (squeeze(line.text) for line in hunk.lines if line.kind is not LineKind.ADDED and line.text.strip()), None
    )
    if words is None:
        return
    found = [at - gap for at, line in enumerate(squeezed) if line == words for gap in range(4)]
    yield from [at for at in sorted(found, key=lambda at: abs(at - stated)) if at != stated][:200]


def _indented(
    hunk: Hunk, placed: Sequence[Placed], before: Sequence[str], start: int, style: _Style
) -> Iterator[tuple[int, Hunk]]:
    """The reading with its added lines indented, the likeliest guesses first: a beam over the lines."""
    scope = Scope()
    above = ""
    for line in before[_scope_start(before, start) : start]:
        scope = scope.then(line)
        above = line if line.strip() else above
    beam: list[tuple[int, tuple[str, ...], Scope, str]] = [(0, (), scope, above)]
    for number, one in enumerate(placed):
        if one.old is not None:
            text = before[one.old]
            if one.kind is LineKind.REMOVED:
                continue
            beam = [
                (cost, done, scope.then(text), text if text.strip() else above) for cost, done, scope, above in beam
            ]
        elif not one.text:
            beam = [(cost, (*done, ""), scope, above) for cost, done, scope, above in beam]
        else:
            below = _below(placed, number, before, start + hunk.old_count)
            gone = [before[other.old] for other in placed if other.kind is LineKind.REMOVED and other.old is not None]
            beam = _grown(beam, one.text, below, gone, style)
    for cost, done, _scope, _above in beam:
        yield cost, _hunk_of(hunk, placed, before, start, done)


def _grown(
    beam: Sequence[tuple[int, tuple[str, ...], Scope, str]], text: str, below: str, gone: Sequence[str], style: _Style
) -> list[tuple[int, tuple[str, ...], Scope, str]]:
    """The beam with one more added line, cheapest first."""
    grown = []
    for cost, done, scope, above in beam:
        lines = [white + text for white in guesses(text, scope, above, below, style.c_like, style.spaces)]
        likeliest = lines[0][: len(lines[0]) - len(text)]
        lines[1:1] = [likeliest + wide for wide in gap_guesses(text, above, below)]
        same = [line.lstrip() for line in gone if squeeze(line) == text and line.lstrip() != text]
        lines[:0] = [likeliest + line for line in dict.fromkeys(same)]
        for rank, line in enumerate(dict.fromkeys(lines)):
            grown.append((cost + 2 * rank, (*done, line), scope.then(line), line))
    return sorted(grown, key=lambda item: item[0])[:_BEAM]


def _scope_start(before: Sequence[str], start: int) -> int:
    """The line to read brackets from: the nearest above that begins a definition at column 0."""
    at = start - 1
    while at > 0:
        first = before[at][:1]
        if (
            (first.isalpha() or first == "_")
            and not before[at].rstrip().endswith(":")
            and before[at - 1][:1] in ("", "}", " ", "#")
        ):
            return at
        at -= 1
    return 0


def _below(placed: Sequence[Placed], number: int, before: Sequence[str], end: int) -> str:
    """The next line with text that is known in full, under the added line `number`."""
    for one in placed[number + 1 :]:
        if one.kind is LineKind.CONTEXT and one.old is not None and before[one.old].strip():
            return before[one.old]
    return next((line for line in before[end : end + 3] if line.strip()), "")


def _hunk_of(hunk: Hunk, placed: Sequence[Placed], before: Sequence[str], start: int, added: Sequence[str]) -> Hunk:
    """The hunk with full text and line numbers."""
    old = start + 1 if hunk.old_count else start
    shift = hunk.new_start - hunk.old_start if hunk.old_count and hunk.new_count else 0
    new = old + shift if hunk.old_count and hunk.new_count else hunk.new_start
    first_old, first_new = old, new
    rest = iter(added)
    lines = []
    for one in placed:
        text = before[one.old] if one.old is not None else next(rest)
        here_old = None if one.kind is LineKind.ADDED else old
        here_new = None if one.kind is LineKind.REMOVED else new
        lines.append(Line(one.kind, text, here_old, here_new, one.no_newline))
        old += one.kind is not LineKind.ADDED
        new += one.kind is not LineKind.REMOVED
    old_start = first_old if hunk.old_count else hunk.old_start
    return Hunk(old_start, hunk.old_count, first_new, hunk.new_count, hunk.heading, tuple(lines))
