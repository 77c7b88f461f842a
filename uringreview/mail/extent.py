"""Where the parts of a mailed patch begin and end: the `---`, the diffstat, the diff.

git-mailinfo(1) ends the commit message at the first `---`, `diff -` or `Index:` line; git-apply(1) reads each hunk for
exactly as many lines as its header counts. Between the two AUTOSEL puts a rationale that may itself quote `---`, `@@`
and diff lines, so the diff is looked for behind the diffstat that stands right before it.
"""

import re
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from uringreview.mail.message import Span

_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_EXTENDED = re.compile(
    r"(?:index [0-9a-f]|old mode |new mode |new file mode |deleted file mode |copy from |copy to |rename from "
    r"|rename to |similarity index |dissimilarity index |Binary files |GIT binary patch|--- |\+\+\+ )"
)
_SUMMARY = re.compile(r" ?(\d{1,6}) files? changed(?:, \d{1,9} insertions?\(\+\))?(?:, \d{1,9} deletions?\(-\))?\s*")
_STAT = re.compile(r" ?\S.*\|\s+(?:\d+ ?[+-]*|Bin\b.*|Unmerged)\s*")
_MODE = re.compile(r" ?(?:create mode|delete mode|mode change|rename|copy|rewrite) \S.*")
_FILE_HEADS = ("diff --git ", "Index: ", "--- ")
_VERSION = re.compile(r"\d+\.\d+")
_SIGNED = re.compile(r"\n-- ?\n\d+\.\d[^\n]{0,80}\s*\Z")
_BINARY_SIZE = re.compile(r"(?:literal|delta) \d+")


class Line(NamedTuple):
    """One line of a body: its text without the line end, and where it starts and ends (line end excluded).

    A named tuple, for a box of 70 MB has more than a million of them.
    """

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class DiffExtent:
    """Lines `first` up to, not including, `last` hold the diff.

    `whole` says that every hunk had the lines that its header counts; `short` that the text ended inside a hunk;
    `unmarked` counts the lines within hunks that carry none of the marks " ", "+", "-", "\\".
    """

    first: int
    last: int
    whole: bool
    short: bool
    unmarked: int


def lines_of(body: str) -> list[Line]:
    """`body` cut at its LFs alone; other line separators are text here."""
    texts = body.split("\n")
    after = list(accumulate((len(text) + 1 for text in texts), initial=0))
    return [Line(text, start, start + len(text)) for text, start in zip(texts, after, strict=False)]


def is_signed(body: str) -> bool:
    """Whether `body` ends in the signature that git format-patch writes: then nothing broke off."""
    return _SIGNED.search(body, max(0, len(body) - 200)) is not None


def message_end(lines: list[Line], first: int) -> int:
    """The index of the line at or after `first` that ends the commit message (git's own rule); len(lines) if none."""
    for at in range(first, len(lines)):
        text = lines[at].text
        if text.startswith(("diff -", "Index: ")) or (text.startswith("---") and not text[3:].strip()):
            return at
        if text.startswith("--- ") and text[4:5].strip():
            return at
    return len(lines)


def find_diff(lines: list[Line], first: int) -> DiffExtent | None:
    """The diff at or after line `first`; None where there is none."""
    heads = [at for at in range(first, len(lines)) if lines[at].text.startswith(_FILE_HEADS)]
    starts = [at for at in heads if _starts_file(lines, at)]
    if not starts:
        return None
    git = [at for at in starts if lines[at].text.startswith("diff --git ")]
    begin = next((at for at in starts if find_diffstat(lines, first, at) is not None), (git or starts)[0])
    return _walk(lines, begin)


def find_diffstat(lines: list[Line], first: int, end: int) -> tuple[int, int] | None:
    """The diffstat that ends right before line `end`, as a half-open pair of line indices; None where there is none.

    Its summary says how many files changed, so a table above it is never taken in.
    """
    at = end - 1
    while at >= first and not lines[at].text.strip():
        at -= 1
    last = at + 1
    while at >= first and _MODE.fullmatch(lines[at].text):
        at -= 1
    summary = _SUMMARY.fullmatch(lines[at].text) if at >= first else None
    if summary is None:
        return None
    files = int(summary[1])
    while files and at > first and _STAT.fullmatch(lines[at - 1].text):
        at, files = at - 1, files - 1
    return at, last


def lacks_counted(lines: list[Line], diff: DiffExtent, stat: tuple[int, int]) -> bool:
    """Whether the diff has fewer added or removed lines than the diffstat's summary counts: the mail broke off."""
    summary = next(found for n in range(*stat) if (found := _SUMMARY.fullmatch(lines[n].text)))
    counts = [int(number) for number in re.findall(r"\b(\d++) (?:insertion|deletion)", summary[0])]
    texts = [lines[n].text for n in range(diff.first, diff.last)]
    changed = sum(text[:1] in ("+", "-") and text[:4] not in ("+++ ", "--- ") for text in texts)
    return changed < sum(counts)


def _starts_file(lines: list[Line], at: int) -> bool:
    text = lines[at].text
    following = lines[at + 1].text if at + 1 < len(lines) else ""
    if text.startswith("diff --git "):
        return _EXTENDED.match(following) is not None or following.startswith("diff --git ")
    if text.startswith("Index: "):
        return following.startswith(("====", "--- "))
    return (
        text.startswith("--- ")
        and following.startswith("+++ ")
        and at + 2 < len(lines)
        and _HUNK.match(lines[at + 2].text) is not None
    )


def _walk(lines: list[Line], begin: int) -> DiffExtent:
    """Follow the diff from its first line, file by file and hunk by hunk, to the line after its last."""
    at = last = begin
    whole, short, unmarked = True, False, 0
    signature = _signature(lines, begin)
    while at < len(lines):
        text = lines[at].text
        hunk = _HUNK.match(text)
        if hunk and at == last:
            end, missing, odd = _hunk_end(lines, at + 1, hunk)
            if missing:
                whole = False
                # The counts are of no use here: go to the next header, or to what closes the mail.
                # A hunk below the signature has nothing to close it: going back to it would never end.
                close = signature if signature > at else len(lines)
                end = next((n for n in range(at + 1, close) if _opens(lines, n)), close)
                short = end == len(lines)
                odd = sum(lines[n].text[:1] not in (" ", "+", "-", "\\", "") for n in range(at + 1, end))
            unmarked += odd
            at = last = end
        elif at == last and (text.startswith(("diff --git ", "Index: ", "====")) or _EXTENDED.match(text)):
            at += 1
            if text.startswith("GIT binary patch"):
                at = _binary_end(lines, at)
            last = at
        elif at >= last and _starts_file(lines, at):
            last = at
        else:
            at += 1
    while last > begin + 1 and not lines[last - 1].text.strip() and not whole:
        last -= 1
    return DiffExtent(begin, last, whole, short, unmarked)


def _opens(lines: list[Line], at: int) -> bool:
    return _HUNK.match(lines[at].text) is not None or _starts_file(lines, at)


def _hunk_end(lines: list[Line], at: int, hunk: re.Match[str]) -> tuple[int, bool, int]:
    """The line after the hunk whose body starts at `at`, whether it lacks lines, and its unmarked lines."""
    old, new = (int(hunk[n]) if hunk[n] is not None else 1 for n in (2, 4))
    unmarked = 0
    while (old or new) and at < len(lines):
        text = lines[at].text
        mark = text[:1]
        if mark in ("", " "):
            if mark == "" and at == len(lines) - 1:
                break
            old, new = old - 1, new - 1
        elif mark == "-":
            # A version under `-- ` is no hunk line: this is the signature of a mail that lacks a removed line.
            if text in ("-- ", "--") and at + 1 < len(lines) and _VERSION.match(lines[at + 1].text):
                return at, True, unmarked
            old -= 1
        elif mark == "+":
            new -= 1
        elif mark != "\\":
            return at, True, unmarked + 1
        if old < 0 or new < 0:
            return at, True, unmarked
        at += 1
    while at < len(lines) and lines[at].text.startswith("\\ "):
        at += 1
    return at, bool(old or new), unmarked


def _signature(lines: list[Line], begin: int) -> int:
    """The line that closes a mail whose hunks cannot be counted: the last `-- ` with a version or little behind it."""
    for at in range(len(lines) - 1, begin, -1):
        if lines[at].text.rstrip() == "--":
            return at
    return len(lines)


def _binary_end(lines: list[Line], at: int) -> int:
    """After "GIT binary patch": one or two blocks, each a size line, data lines and a blank line."""
    while at < len(lines) and _BINARY_SIZE.fullmatch(lines[at].text):
        at += 1
        while at < len(lines) and lines[at].text:
            at += 1
        at += 1
    return min(at, len(lines))


def span(lines: list[Line], first: int, last: int, line_end: bool = False) -> Span:
    """The characters of lines `first` up to `last`; with `line_end` the last line's LF too, where there is one."""
    if first >= last:
        start = lines[first].start if first < len(lines) else lines[-1].end
        return Span(start, start)
    end = lines[last - 1].end
    return Span(lines[first].start, end + 1 if line_end and last < len(lines) else end)


def trimmed(lines: list[Line], first: int, last: int) -> tuple[int, int]:
    """The range without the blank lines at its ends."""
    while first < last and not lines[first].text.strip():
        first += 1
    while last > first and not lines[last - 1].text.strip():
        last -= 1
    return first, last
