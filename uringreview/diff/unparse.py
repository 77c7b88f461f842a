"""A diff as text again, in the words of git-diff(1), "generating patch text with -p", for git-apply(1) and patch(1)."""

import re
from collections.abc import Iterator

from uringreview.diff.model import ChangeKind, Diff, FileChange, Hunk

_TO_QUOTE = re.compile('[\x00-\x1f\x7f"\\\\]')
_NAMED = {"\n": "\\n", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def diff_text(diff: Diff) -> str:
    """The text of `diff`, LF after every line; the changes of binary files are not in it."""
    return "".join(f"{line}\n" for change in diff.files for line in _file(change))


def _file(change: FileChange) -> Iterator[str]:
    old, new = _name("a/", change.old_path), _name("b/", change.path)
    yield f"diff --git {old} {new}"
    match change.kind:
        case ChangeKind.NEW:
            yield f"new file mode {change.new_mode or '100644'}"
        case ChangeKind.DELETED:
            yield f"deleted file mode {change.old_mode or '100644'}"
        case _:
            if change.old_mode and change.new_mode and change.old_mode != change.new_mode:
                yield f"old mode {change.old_mode}"
                yield f"new mode {change.new_mode}"
    if change.kind in (ChangeKind.RENAMED, ChangeKind.COPIED):
        word = "rename" if change.kind is ChangeKind.RENAMED else "copy"
        yield f"{word} from {_name('', change.old_path)}"
        yield f"{word} to {_name('', change.path)}"
    if not change.hunks and change.kind not in (ChangeKind.NEW, ChangeKind.DELETED):
        return
    zero = "0" * 12
    before = zero if change.kind is ChangeKind.NEW else change.old_blob or zero
    after = zero if change.kind is ChangeKind.DELETED else change.new_blob or zero
    yield f"index {before[:40]}..{after[:40]}"
    if change.hunks:
        yield "--- /dev/null" if change.kind is ChangeKind.NEW else f"--- {old}{_end(old)}"
        yield "+++ /dev/null" if change.kind is ChangeKind.DELETED else f"+++ {new}{_end(new)}"
    for hunk in change.hunks:
        yield from _hunk(hunk)


def _hunk(hunk: Hunk) -> Iterator[str]:
    heading = f" {hunk.heading}" if hunk.heading else ""
    yield f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@{heading}"
    for line in hunk.lines:
        yield f"{line.kind.value}{line.text}"
        if line.no_newline:
            yield "\\ No newline at end of file"


def _name(prefix: str, path: str) -> str:
    if not _TO_QUOTE.search(path):
        return prefix + path
    return f'"{prefix}{_TO_QUOTE.sub(_escaped, path)}"'


def _escaped(found: re.Match[str]) -> str:
    return _NAMED.get(found[0]) or f"\\{ord(found[0]):03o}"


def _end(name: str) -> str:
    # patch(1) ends a name at a blank unless a tab follows it; git writes the tab.
    return "\t" if " " in name else ""
