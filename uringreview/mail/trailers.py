"""The trailers that close a commit message: Fixes, Link, Signed-off-by and their like.

git-interpret-trailers(1) takes the last paragraph where it holds trailers; kernel mail also puts maintainers' notes in
square brackets between them, wraps long ones, and sometimes leaves a blank line in between.
"""

import re
from dataclasses import dataclass

from uringreview.mail.extent import Line
from uringreview.mail.message import Span

_TRAILER = re.compile(r"([A-Za-z][A-Za-z0-9]{0,30}(?:-[A-Za-z0-9]{1,30}){0,6})[ \t]?:[ \t]*(\S.*)")
_USUAL = re.compile(
    r"(?:[a-z]+(?:-[a-z]+)*-by|fixes|link|closes|cc|bugzilla|bug|references|depends-on|message-id|change-id|reviewed-on"
    r"|reported-and-[a-z-]+|cve|cve-[0-9-]+|assisted-by|stable-dep-of|patchwork-link|buglink|addresses-coverity[a-z-]*)",
    re.IGNORECASE,
)
_PICKED = re.compile(r"\(cherry picked from commit [0-9a-f]{7,40}\b.*")


@dataclass(frozen=True, slots=True)
class Trailer:
    """One trailer line of the commit message (git-interpret-trailers(1)): "Fixes" and what follows the colon.

    `span` covers the whole trailer, continuation lines included, in the mail's body.
    """

    key: str
    value: str
    span: Span


def find_trailers(lines: list[Line]) -> tuple[Trailer, ...]:
    """The trailers at the end of the commit message that `lines` hold (blank ends already cut off), in order."""
    first = _block_start(lines)
    found: list[Trailer] = []
    noted = False
    for line in lines[first:]:
        text = line.text
        if not text.strip():
            continue
        match = _TRAILER.fullmatch(text)
        usual = match is not None and _USUAL.fullmatch(match[1]) is not None
        if (noted and not usual) or text.lstrip().startswith("["):
            noted = not text.rstrip().endswith("]")
            continue
        noted = False
        if _PICKED.match(text):
            continue
        if match is not None:
            found.append(Trailer(match[1], match[2].strip(), Span(line.start, line.start + len(text.rstrip()))))
        elif found:
            last = found[-1]
            end = line.start + len(text.rstrip())
            found[-1] = Trailer(last.key, f"{last.value} {text.strip()}", Span(last.span.start, end))
    return tuple(found)


def _block_start(lines: list[Line]) -> int:
    """Where the block of trailers begins; len(lines) where there is none."""
    start = at = len(lines)
    while at > 0:
        paragraph_end = at
        while at > 0 and lines[at - 1].text.strip():
            at -= 1
        begin = _trailers_of(lines, at, paragraph_end)
        if begin == paragraph_end:
            break
        start = begin
        if begin > at:
            break
        while at > 0 and not lines[at - 1].text.strip():
            at -= 1
    return start


def _trailers_of(lines: list[Line], begin: int, end: int) -> int:
    """The first line of the run of trailers that closes the paragraph `begin` to `end`; `end` where there is none.

    Every run holds a usual trailer; an unusual key ("Note: ...") counts only below one or where the whole paragraph is
    made of trailers, for prose may look like one.
    """
    start, at = end, end - 1
    while at >= begin:
        text = lines[at].text
        found = _TRAILER.fullmatch(text)
        if (found and _USUAL.fullmatch(found[1])) or _PICKED.match(text):
            start = at
        elif not found:
            note = _note_start(lines, begin, at)
            if note is None and not _continues(lines, begin, at):
                break
            if note is not None:
                at = note
        at -= 1
    return begin if at < begin and start < end else start


def _note_start(lines: list[Line], begin: int, at: int) -> int | None:
    """The first line of the bracketed note that ends on line `at`; None where none does."""
    if not lines[at].text.rstrip().endswith("]"):
        return None
    for n in range(at, max(begin, at - 8) - 1, -1):
        if lines[n].text.lstrip().startswith("["):
            return n
    return None


def _continues(lines: list[Line], begin: int, at: int) -> bool:
    """Whether line `at` is the wrapped rest of a trailer right above it (at most two lines up)."""
    for n in range(at - 1, max(begin, at - 3) - 1, -1):
        found = _TRAILER.fullmatch(lines[n].text)
        if found:
            return _USUAL.fullmatch(found[1]) is not None
    return False
