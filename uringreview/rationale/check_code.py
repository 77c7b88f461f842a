"""Claims on code that is added or removed, against the diff's lines.

White space and line ends do not count. A rationale may shorten code or write it as it reads afterwards, so code that
is not found as written contradicts nothing while any of its names is in the diff.
"""

import re

from uringreview.diff.model import Diff, DiffAnchor, LineKind
from uringreview.rationale.claim import Claim, ClaimKind
from uringreview.rationale.mark import Evidence, Mark, MarkWord

_WORD = re.compile(r"[A-Za-z_]\w{2,}")
_KEPT = 400


def check_code(claim: Claim, evidence: Evidence) -> Mark:
    """Whether the named code stands in added (or removed) lines."""
    diff, code = evidence.diff, claim.names[0]
    kind = LineKind.ADDED if claim.kind is ClaimKind.ADDS else LineKind.REMOVED
    word = "adds" if kind is LineKind.ADDED else "removes"
    if not diff.files or any(change.binary for change in diff.files):
        return Mark(claim, MarkWord.UNCHECKABLE, "the diff was not read in full")
    line = _line_with(diff, kind, code)
    if line is not None:
        shown = _text(diff, line).strip()[:_KEPT]
        return Mark(claim, MarkWord.VERIFIED, f"the diff {word}: {shown}", (line,))
    if _runs_on(diff, kind, code):
        return Mark(claim, MarkWord.VERIFIED, f"the diff {word} it, over more than one line")
    names = _WORD.findall(code)
    words = _all_words(diff)
    plain = re.fullmatch(r"[A-Za-z]\w{2,}(?:\(\))?", code) is not None
    if plain and not any(names[0] in word for word in words):
        return Mark(claim, MarkWord.CONTRADICTED, f"no line of the diff has {code}")
    return Mark(claim, MarkWord.UNCHECKABLE, f"no line that the diff {word} has it as written")


def _line_with(diff: Diff, kind: LineKind, code: str) -> DiffAnchor | None:
    wanted = re.sub(r"\s+", "", code)
    call = re.fullmatch(r"(\w+)\(\)", wanted)
    for change in diff.files:
        for hunk_at, hunk in enumerate(change.hunks):
            for line_at, line in enumerate(hunk.lines):
                if line.kind is not kind:
                    continue
                if _holds(line.text, wanted if call is None else call[1], bare=call is not None):
                    return DiffAnchor(change.path, hunk_at, line_at)
    return None


def _holds(line: str, wanted: str, *, bare: bool) -> bool:
    if bare or wanted.isidentifier():
        return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", line) is not None
    return wanted.rstrip(";") in re.sub(r"\s+", "", line)


def _runs_on(diff: Diff, kind: LineKind, code: str) -> bool:
    wanted = re.sub(r"\s+", "", code).rstrip(";")
    for change in diff.files:
        for hunk in change.hunks:
            text = "".join(line.text for line in hunk.lines if line.kind is kind)
            if len(wanted) > 8 and wanted in re.sub(r"\s+", "", text):
                return True
    return False


def _all_words(diff: Diff) -> frozenset[str]:
    found: set[str] = set()
    for change in diff.files:
        found.update(_WORD.findall(change.path))
        for hunk in change.hunks:
            found.update(_WORD.findall(hunk.heading))
            for line in hunk.lines:
                found.update(_WORD.findall(line.text))
    return frozenset(found)


def _text(diff: Diff, at: DiffAnchor) -> str:
    change = next(one for one in diff.files if one.path == at.path)
    return change.hunks[at.hunk or 0].lines[at.line or 0].text
