"""What the code itself shows: a patch that uses a function, macro or type which another patch of the queue adds.

Names are read off the hunks as `diff.functions` reads C. A need for a name is one in any order of the mails.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from uringreview.diff.functions import enclosing_functions
from uringreview.diff.model import Diff, FileChange, Hunk, LineKind
from uringreview.mail.patch import Patch
from uringreview.series.edge import Direction, Reason, ReasonKind, Tie, canonical

_WORD = re.compile(r"[A-Za-z_]\w{5,}")
_MACRO = re.compile(r"#\s*define\s+([A-Za-z_]\w{5,})")
_TYPE = re.compile(r"(?:typedef\s+)?(?:struct|union|enum)\s+([A-Za-z_]\w{5,})\s*\{")
_STATIC = re.compile(r"\bstatic\b")
_COMMENT = re.compile(r"/\*.*?(?:\*/|$)|//.*$|^\s*\*.*$")
_C_FILES = (".c", ".h")


def from_symbols(patches: Sequence[Patch], diffs: Mapping[str, Diff]) -> Iterator[Tie]:
    """Patches that use a function, macro or type which another patch of the queue adds.

    A name counts where exactly one patch adds it and that patch's own context and removed lines do not have it already;
    it is too plain to tell anything without an underscore. What is static is used in its own file only.
    """
    defined: dict[str, list[tuple[Patch, str, bool]]] = defaultdict(list)
    for patch in patches:
        for change in _changes(patch, diffs):
            for name, static in _definitions(change).items():
                defined[name].append((patch, change.path, static))
    single = {name: found[0] for name, found in defined.items() if len({each[0].upstream for each in found}) == 1}
    for patch in patches:
        seen: set[str | None] = set()
        for change in _changes(patch, diffs):
            for name in _used(change) & single.keys():
                other, path, static = single[name]
                known = other.upstream in seen or other.upstream == patch.upstream
                if known or (static and change.path != path) or not change.path.endswith(_C_FILES):
                    continue
                seen.add(other.upstream)
                text = f"uses {name}, which the other adds in {path}"
                reason = Reason(text, patch.key, None, ReasonKind.SYMBOL)
                ends = canonical(patch.upstream or ""), canonical(other.upstream or "")
                yield Tie(*ends, Direction.UPSTREAM, reason)


def _changes(patch: Patch, diffs: Mapping[str, Diff]) -> tuple[FileChange, ...]:
    diff = diffs.get(patch.key) if patch.upstream else None
    return diff.files if diff is not None else ()


def _definitions(change: FileChange) -> dict[str, bool]:
    """The names that a C file's change defines anew, and whether each is static."""
    if not change.path.endswith(_C_FILES):
        return {}
    found: dict[str, bool] = {}
    known: set[str] = set()
    for hunk in change.hunks:
        for line in hunk.lines:
            if line.kind is not LineKind.ADDED:
                known.update(_WORD.findall(line.text))
        found |= _defined_in(hunk)
    return {name: static for name, static in found.items() if name not in known and "_" in name}


def _defined_in(hunk: Hunk) -> dict[str, bool]:
    new = [line for line in hunk.lines if line.kind is not LineKind.REMOVED]
    inside = enclosing_functions((line.text for line in new), hunk.heading)
    found: dict[str, bool] = {}
    for at, line in enumerate(new):
        if line.kind is not LineKind.ADDED:
            continue
        named = _MACRO.match(line.text) or _TYPE.match(line.text)
        if named is not None:
            found[named[1]] = False
            continue
        name = inside[at]
        # A function is defined where its body begins among the added lines, below a head that is added too.
        if name and len(name) > 5 and line.text[:1] == "{" and at and new[at - 1].kind is LineKind.ADDED:
            head = at
            while head and inside[head - 1] == name and new[head - 1].kind is LineKind.ADDED:
                head -= 1
            text = " ".join(each.text for each in new[head:at])
            if re.search(rf"\b{re.escape(name)}\s*\(", text):
                found[name] = bool(_STATIC.search(text)) and "inline" not in text
    return found


def _used(change: FileChange) -> set[str]:
    """The words of the lines that a change adds, and of its context: what stands there was there before it."""
    found: set[str] = set()
    for hunk in change.hunks:
        for line in hunk.lines:
            if line.kind is not LineKind.REMOVED:
                found.update(_WORD.findall(_COMMENT.sub("", line.text)))
    return found
