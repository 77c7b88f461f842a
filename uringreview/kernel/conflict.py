"""Where a hunk that does not fit was meant to go, and where a file that is not there may have gone.

The hunk's rarer lines vote for its place: a line that stands in the file once says more than a brace. Around that
place the file's own lines are shown beside what the hunk expects. For a missing file, files of the same name are
ranked by how many of the hunks' old lines they hold.
"""

from collections.abc import Callable, Iterable, Sequence
from difflib import SequenceMatcher

from uringreview.kernel.clone import Branch, Clone
from uringreview.kernel.hunks import HunkText
from uringreview.kernel.status import FailedHunk

_COMMON = 8  # a line that stands in the file more often says nothing of a place
_ALIKE = 0.75
_TOO_COMMON = frozenset({"Makefile", "Kconfig", "Kbuild"})


def failed_hunk(path: str, number: int, hunk: HunkText, data: bytes) -> FailedHunk:
    """What hunk `number` (0-based) of `path` expects, where in `data` it was meant to go, and what stands there."""
    expected = _lines(hunk.old)
    start = _place(expected, data, max(hunk.old_start - 1, 0))
    if start is None:
        return FailedHunk(path, number, None, _text(expected), ())
    low, high = max(start - 3, 0), start + len(expected) + 3
    window = _lines(b"\n".join(data.split(b"\n", high)[low:high]) + b"\n")
    blocks = [b for b in SequenceMatcher(None, expected, window, autojunk=False).get_matching_blocks() if b.size]
    if blocks:
        # As much before the first common line, and after the last, as the hunk itself has there.
        first = max(blocks[0].b - blocks[0].a, 0)
        last = min(blocks[-1].b + len(expected) - blocks[-1].a, len(window))
        low, window = low + first, window[first:last]
    return FailedHunk(path, number, low + 1, _text(expected), _text(window))


def place_of(
    clone: Clone, branch: Branch, path: str, old_sides: Sequence[bytes], read: Callable[[str], bytes]
) -> tuple[str, str]:
    """The path on `branch` that a missing `path` most likely stands under ("" for none), and a sentence about it.

    `old_sides` are the old sides of its hunks, `read` gives a blob by its id.
    Raises NotDownloaded where a partial clone lacks a candidate.
    """
    names = [*clone.trees.files_named(branch.tip, path.rpartition("/")[2]), *_split(clone, branch, path)]
    entries = ((name, clone.trees.entry(branch.tip, name)) for name in names)
    contents = ((name, read(entry.id)) for name, entry in entries if entry is not None)
    found = likely_moved(path, old_sides, contents)
    if found is None:
        return "", f"no {path} on this branch"
    return found[0], f"no {path} on this branch; {found[0]} holds {found[1]}% of its lines"


def likely_moved(
    path: str, old_sides: Iterable[bytes], candidates: Iterable[tuple[str, bytes]]
) -> tuple[str, int] | None:
    """The candidate that best holds the hunks' old lines, with the percentage that it holds; None where none is alike.

    `candidates` are same-named files; one under the same top folders is taken where shares are equal.
    """
    if path.rpartition("/")[2] in _TOO_COMMON:
        return None
    wanted = {line for side in old_sides for line in _lines(side) if len(line.strip()) > 2}
    best: tuple[float, int, str] | None = None
    for name, data in candidates:
        held = set(_lines(data))
        share = sum(line in held for line in wanted) / len(wanted) if wanted else 0.0
        rank = (share, _shared_folders(path, name), name)
        if best is None or rank > best:
            best = rank
    if best is None or best[0] < _ALIKE:
        return None
    return best[2], int(best[0] * 100)


def _split(clone: Clone, branch: Branch, path: str) -> list[str]:
    """Where code stands that was split or moved: fs/io_uring.c became a folder in 6.0.

    Only paths under other names count: the same name elsewhere is found without this.
    """
    if path.startswith("io_uring/"):
        return ["fs/io_uring.c", "fs/io-wq.c"]
    if path in ("fs/io_uring.c", "fs/io-wq.c"):
        return list(clone.trees.files_under(branch.tip, "io_uring"))
    return []


def _place(expected: Sequence[bytes], data: bytes, header: int) -> int | None:
    """The 0-based line where the hunk's first line should stand; the header's place breaks a tie."""
    offsets = sorted(
        (at, index, len(places))
        for index, line in enumerate(expected)
        if line.strip() and 0 < len(places := _places(line, data)) <= _COMMON
        for at in places
    )
    weights: dict[int, float] = {}
    line = counted = 0
    for at, index, times in offsets:
        line += data.count(b"\n", counted, at)
        counted = at
        weights[line - index] = weights.get(line - index, 0.0) + 1 / times
    if not weights:
        return None
    # Lines that were inserted in between shift the votes a little: neighbours count for each other by half.
    near = {
        start: weight + sum(weights.get(start + step, 0.0) for step in (-3, -2, -1, 1, 2, 3)) / 2
        for start, weight in weights.items()
    }
    return max(max(near, key=lambda start: (near[start], -abs(start - header))), 0)


def _places(line: bytes, data: bytes) -> list[int]:
    """Where `line` stands as a whole line, as byte offsets; one more than is looked at where it is common."""
    found = [0] if data.startswith(line + b"\n") else []
    wanted = b"\n" + line + b"\n"
    at = data.find(wanted)
    while at >= 0 and len(found) <= _COMMON:
        found.append(at + 1)
        at = data.find(wanted, at + 1)
    return found


def _shared_folders(one: str, other: str) -> int:
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count


def _lines(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    return lines[:-1] if lines and not lines[-1] else lines


def _text(lines: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(line.decode("utf-8", "surrogateescape") for line in lines)
