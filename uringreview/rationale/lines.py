"""Mailed lines, and how they join to text for reading.

AUTOSEL's rationales are filled at 72 columns as Python's textwrap does it: at blanks and after a compound's hyphen
("single-" / "file"), never by adding a hyphen. So a hyphen at a line's end stays and takes no blank after it, and a
line that still had room for the next line's first word was ended on purpose. (Read off the mails, 2025 to 2026.)
"""

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uringreview.mail.message import Span

_WIDTH = 72
_EDITED = 6
# What a continuation line has lost where a page dropped the leading blanks: "1. " asks for three.
_LOST_INDENT = 3
_BULLET = re.compile(r"(?:[-*+•◦–]|\(?\d{1,2}[.)])\s+(?=\S)")
_CHUNK = re.compile(r"[^\s\w]{0,8}\w{1,40}[^\W\d]-(?=\w)")
_SPACE = re.compile(r"[\s\u00a0\u2007\u202f]+")
# A line that opens so is a new record even where the line above it happens to be full.
_OPENS = re.compile(r"[#|>]|(?:\*\*)?Record(?:\s\d{1,2}\.\d{1,2})?:|Step\s\d{1,2}\.\d{1,2}\sRecord:")
_WORDS = re.compile(r"[^\s\u00a0\u2007\u202f]+")
_RULE = re.compile(r"(?:-{3,}|={3,}|\*{3,}|_{3,})$")


@dataclass(frozen=True, slots=True)
class TextLine:
    """One line of the body: its offsets (the line end excluded) and its text as mailed."""

    start: int
    end: int
    raw: str
    fenced: bool = False

    @property
    def text(self) -> str:
        """The line with white space squeezed and none at its ends; no-break spaces count as blanks."""
        return squeeze(self.raw)

    @property
    def indent(self) -> int:
        """How many blanks stand before the text."""
        return len(self.raw) - len(self.raw.lstrip())

    @property
    def blank(self) -> bool:
        """Whether nothing but white space stands in it."""
        return not self.raw.strip()

    @property
    def rule(self) -> bool:
        """Whether it is a drawn line: `---`, `====` and the like."""
        return _RULE.match(self.raw.strip()) is not None

    @property
    def bullet(self) -> bool:
        """Whether it begins a list item: `- `, `* `, `1. `, `2) `."""
        return bullet_end(self.raw.strip()) > 0

    @property
    def quoted(self) -> bool:
        """Whether it is quoted from another mail."""
        return self.raw.lstrip().startswith(">")


def squeeze(text: str) -> str:
    """`text` with every run of white space one blank, none at the ends."""
    return _SPACE.sub(" ", text).strip()


def bullet_end(text: str) -> int:
    """How many characters the list marker that begins `text` takes, 0 where there is none."""
    found = _BULLET.match(text)
    return found.end() if found else 0


def lines_of(body: str, span: Span) -> tuple[TextLine, ...]:
    """The lines of `body` within `span`; those between ``` fences, and the fences, are marked so."""
    lines = []
    start = span.start
    fenced = False
    for raw in span.of(body).split("\n"):
        fence = raw.lstrip().startswith("```")
        lines.append(TextLine(start, start + len(raw), raw, fenced or fence))
        fenced ^= fence
        start += len(raw) + 1
    return tuple(lines)


def ends_on_purpose(line: TextLine, following: TextLine, *, indent_lost: bool = False) -> bool:
    """Whether `line` was ended by its writer, not by the filling at 72 columns, before `following`."""
    if line.blank or following.blank or line.fenced or following.fenced:
        return True
    if following.bullet or _OPENS.match(following.raw.strip()) or line.rule or following.rule:
        return True
    return had_room(line, following, indent_lost=indent_lost)


def had_room(line: TextLine, following: TextLine, *, indent_lost: bool = False) -> bool:
    """Whether the first word of `following` (not blank) would have stood on `line` within the 72 columns."""
    after = following.raw.strip()
    before = line.raw.rstrip()
    found = _CHUNK.match(after)
    chunk = found.group() if found else after.split(None, 1)[0]
    room = _WIDTH - len(before) - (_LOST_INDENT if indent_lost else 0)
    if after[:1].islower() and before[-1:].isalnum():
        room -= _EDITED  # prose goes on, though a word of it was made shorter after it was filled
    return len(chunk) + (0 if _splits_compound(before) else 1) <= room


@dataclass(frozen=True, slots=True)
class Flat:
    """Text joined for reading, with the place of every character: `at[i]` is the body offset of `text[i]`."""

    text: str
    at: "array[int]"

    def span(self, start: int, end: int) -> Span:
        """The span in the body of `text[start:end]` (not empty)."""
        return Span(self.at[start], self.at[end - 1] + 1)


def flatten(lines: Sequence[TextLine], *, indent_lost: bool = False, run_together: bool = False) -> Flat:
    """The lines as text for reading: filled lines joined; list items and lines ended on purpose keep their own.

    `run_together` joins every line, for text whose own lines were lost before it was filled.
    """
    text: list[str] = []
    at = array("q")
    for joint, line in _joined(lines, indent_lost=indent_lost, run_together=run_together):
        if joint:
            text.append(joint)
            at.append(line.start)
        plain = line.raw.strip()
        if " ".join(plain.split()) == plain:  # nothing in it moves
            text.append(plain)
            begin = line.start + len(line.raw) - len(line.raw.lstrip())
            at.extend(range(begin, begin + len(plain)))
            continue
        for number, found in enumerate(_WORDS.finditer(line.raw)):
            if number:
                text.append(" ")
                at.append(line.start + found.start() - 1)
            text.append(found.group())
            at.extend(range(line.start + found.start(), line.start + found.end()))
    return Flat("".join(text), at)


def join_lines(lines: Sequence[TextLine], *, indent_lost: bool = False) -> str:
    """The text of `flatten`."""
    return "".join(
        joint + " ".join(line.raw.split())
        for joint, line in _joined(lines, indent_lost=indent_lost, run_together=False)
    )


def _joined(lines: Sequence[TextLine], *, indent_lost: bool, run_together: bool) -> Iterator[tuple[str, TextLine]]:
    """The lines that have words, each behind what joins it to the text before: a line end, a blank or nothing."""
    last: TextLine | None = None
    begun = False
    for line in lines:
        if line.blank or (line.rule and not run_together):
            last = last if run_together else None
            continue
        if begun and (last is None or (not run_together and ends_on_purpose(last, line, indent_lost=indent_lost))):
            yield "\n", line
        elif last is not None and not _splits_compound(last.raw.rstrip()):
            yield " ", line
        else:
            yield "", line
        begun, last = True, line


def _splits_compound(text: str) -> bool:
    return text.endswith("-") and len(text) > 1 and (text[-2].isalnum() or text[-2] in "`'\"’”)")
