"""A file before and after a change: the hunks laid onto it at exactly the lines that they name.

No search and no fuzz: this proves a restored diff and reads functions in whole files. Whether a patch fits a branch is
the kernel room's question.
"""

import hashlib

from uringreview.diff.model import FileChange, LineKind


def decode_lines(data: bytes) -> list[str]:
    """The lines of a file, without their LF; bytes that are not UTF-8 become surrogates."""
    text = data.decode("utf-8", "surrogateescape")
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    return lines


def blob_id(data: bytes) -> str:
    """The id that git gives these contents in a SHA-1 repository."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def post_image(change: FileChange, pre_image: bytes) -> bytes | None:
    """`pre_image` with `change` made to it; None where a hunk's old lines are not what stands at its place."""
    before = decode_lines(pre_image)
    ends_bare = bool(pre_image) and not pre_image.endswith(b"\n")
    after: list[str] = []
    taken = 0
    for hunk in change.hunks:
        start = hunk.old_start - 1 if hunk.old_count else hunk.old_start
        if start < taken or start > len(before):
            return None
        after += before[taken:start]
        taken = start
        for line in hunk.lines:
            if line.kind is not LineKind.ADDED:
                if taken >= len(before) or before[taken] != line.text:
                    return None
                if line.no_newline and not (ends_bare and taken == len(before) - 1):
                    return None
                taken += 1
            if line.kind is not LineKind.REMOVED:
                after.append(line.text)
    after += before[taken:]
    bare = _ends_bare(change, ends_bare, taken < len(before))
    text = "\n".join(after) + ("" if bare or not after else "\n")
    return text.encode("utf-8", "surrogateescape")


def _ends_bare(change: FileChange, before: bool, tail_untouched: bool) -> bool:
    """Whether the file ends without a line end after the change."""
    if tail_untouched or not change.hunks:
        return before
    last = next((line for line in reversed(change.hunks[-1].lines) if line.kind is not LineKind.REMOVED), None)
    return last is not None and last.no_newline
