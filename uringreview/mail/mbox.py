"""An mbox cut into its mails.

RFC 4155 describes the format; the quoting is mboxrd's (one `>` off every `>From `), as lore and `git format-patch
--pretty=mboxrd` write it. A rationale may hold a line that begins "From ", so a separator counts only in the forms that
git, lore and mail programs write (all end in a date), at the start or after a blank line.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_SEPARATOR = re.compile(
    rb"From (?P<who>[^\s]{1,500})[ \t]{1,8}" + _DAY + rb",? {1,3}"
    rb"(?:" + _MONTH + rb" {1,3}\d{1,2}|\d{1,2} {1,3}" + _MONTH + rb") {1,3}"
    rb"(?:\d{4} {1,3})?\d{1,2}:\d\d(?::\d\d)?(?: {1,3}[A-Z]{1,5}| {1,3}[+-]\d{4})?(?: {1,3}\d{4})?"
    rb"(?: {1,3}[+-]\d{4})?[ \t]{0,8}\r?"
)
_QUOTED_FROM = re.compile(rb"(?m)^>(>*From )")


@dataclass(frozen=True, slots=True)
class Piece:
    """One mail of an mbox, unquoted; `ended` says that a line end closed it."""

    number: int
    raw: bytes
    ended: bool


def is_mbox(data: bytes) -> bool:
    """Whether `data` begins with a separator line."""
    return _SEPARATOR.fullmatch(data[:2000].split(b"\n", 1)[0]) is not None


def split_mbox(data: bytes) -> Iterator[Piece]:
    """The mails of `data`, whose first line is a separator, in order."""
    number, start, quoting = 0, -1, False
    for at, line_end, separator in _separators(data):
        if start >= 0:
            number += 1
            yield _piece(number, data, start, at, quoting)
        start, quoting = line_end, len(separator["who"]) != 40
    if start >= 0:
        yield _piece(number + 1, data, start, len(data), quoting)


def _separators(data: bytes) -> Iterator[tuple[int, int, re.Match[bytes]]]:
    """Where each separator line starts, where the line after it starts, and its match."""
    at = 0
    while at >= 0:
        newline = data.find(b"\n", at)
        line_end = len(data) if newline < 0 else newline + 1
        after_blank = at == 0 or data[at - 2 : at] == b"\n\n" or data[at - 3 : at] == b"\n\r\n"
        if after_blank and line_end - at < 1000:
            found = _SEPARATOR.fullmatch(data[at:line_end].rstrip(b"\n"))
            if found:
                yield at, line_end, found
        following = data.find(b"\nFrom ", at)
        at = following + 1 if following >= 0 else -1


def _piece(number: int, data: bytes, start: int, end: int, quoting: bool) -> Piece:
    # git format-patch writes a commit id into the separator, and quotes nothing unless asked to.
    ended = start < end and data[end - 1 : end] == b"\n"
    raw = data[start : end - 1] if end - start > 1 and data[end - 2 : end] == b"\n\n" else data[start:end]
    return Piece(number, _QUOTED_FROM.sub(rb"\1", raw) if quoting and b">From " in raw else raw, ended)
