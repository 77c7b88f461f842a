"""Markdown whose lines were run together before it was filled, restored to headings, paragraphs, items and fences.

From May to July 2025 the mails' rationales lost every line end: `## Headings`, `- items`, `1. items` and ```fences
stand in the middle of lines that were then filled at 72 columns. A mark is taken for one only where a writer would
have begun a line with it; where a heading ends is told by its bold marks, its colon, or the capitals of its words.
What is cut wrongly is still all there: the pieces follow each other and leave out nothing.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from uringreview.mail.message import Span
from uringreview.rationale.document import Record, Section
from uringreview.rationale.lines import Flat, TextLine, flatten
from uringreview.rationale.outline import numbered_title

_MARK = re.compile(
    r"(?<!`)(?P<fence>```)(?!`)"
    r"|(?:(?<=\s)|^)(?:(?P<hash>\#{2,6})\s(?=\S)"
    r"|(?P<bullet>[-•])\s(?=\*\*|[\"“'(]?[A-Z]|[`✅✓✔❌])"
    r"|(?:\*\*)?(?P<number>\d{1,2})\.\s(?=\*\*|[A-Z`])"
    r"|(?P<tick>[✅❌✓✔☑])"
    r"|(?P<lead>\*\*)(?=[A-Z`][^*]{1,100}(?::\*\*|\*\*:)))"
)
_MID_HEADING = re.compile(r"\S\s#{2,6}\s(?=[A-Z*`\d])")
_MID_LIST = re.compile(r"\S\s(?:[-•]|\d{1,2}\.)\s\*\*|\S\s\*\*\d{1,2}\.\s|\S\s[✅❌✓✔]\s|\S\s```")
_MID_LEAD = re.compile(r"[.!?:;)`]\s\*\*[A-Z`][^*]{1,100}(?::\*\*|\*\*:)")
_VERDICT_BEFORE = re.compile(r"\b(?:YES|NO)[*_]{0,2}\s$")
_STOP_BEFORE = re.compile(r"[.!?:;)`*\"”]\s$")
_BOLD_TITLE = re.compile(r"(?:(?P<number>\d{1,2})[.):]\s)?\*\*[^*]{1,140}\*\*:?(?=\s|$)")
_TITLE_WORD = re.compile(r"\S+")
# Words that a title writes small, and those that begin a sentence even where all around is capitals.
_SMALL = frozenset(
    ("a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "is", "its", "nor", "of", "on",
     "onto", "or", "over", "per", "the", "this", "to", "via", "vs", "vs.", "with", "without")
)  # fmt: skip
_OPENERS = frozenset(
    ("The", "This", "These", "That", "Those", "It", "In", "A", "An", "If", "When", "While", "Without", "With",
     "Looking", "Based", "Before", "After", "All", "Both", "Only", "Since", "As", "By", "From", "For", "Given",
     "There", "Here", "No", "Not", "Any", "Each", "Yes", "We", "I", "Although", "Because", "However")
)  # fmt: skip
_TITLE_LONGEST = 14


@dataclass(frozen=True, slots=True)
class _Piece:
    """`text[start:end]` of the joined rationale; `level` is a heading's number of `#`, 0 for any other text."""

    start: int
    end: int
    level: int = 0
    number: int | None = None
    title: str = ""


def is_collapsed(lines: Sequence[TextLine], *, lost: bool) -> bool:
    """Whether marks that begin lines stand in the middle of lines, and no empty line does.

    `lost` says that a page took the empty lines away: there their absence says nothing.
    """
    body = [line for line in lines if not line.blank]
    gaps = len(lines) - len(body)
    headings = sum(_MID_HEADING.search(line.raw) is not None for line in body if not (line.fenced and gaps))
    if gaps or lost:
        return headings >= 2
    if headings or any(_MID_LIST.search(line.raw) for line in body):
        return True
    return sum(_MID_LEAD.search(line.raw) is not None for line in body) >= 2


def restored_sections(lines: Sequence[TextLine]) -> tuple[Section, ...]:
    """The sections of collapsed text; every record's span is exact in the mail."""
    flat = flatten(lines, run_together=True)
    sections: list[Section] = []
    levels: list[int] = []
    for heading, texts in _grouped(_pieces(flat.text)):
        records = tuple(
            Record(None, "", flat.text[one.start : one.end], flat.span(one.start, one.end)) for one in texts
        )
        if heading is None:
            sections.append(Section(0, None, "", records, Span(records[0].span.start, records[-1].span.end)))
            continue
        while levels and levels[-1] >= heading.level:
            levels.pop()
        levels.append(heading.level)
        place = flat.span(heading.start, heading.end)
        whole = Span(place.start, records[-1].span.end if records else place.end)
        sections.append(Section(len(levels), heading.number, heading.title, records, whole, place))
    return tuple(sections)


def _record(flat: Flat, piece: _Piece) -> Record:
    return Record(None, "", flat.text[piece.start : piece.end], flat.span(piece.start, piece.end))


def _grouped(pieces: Iterable[_Piece]) -> Iterator[tuple[_Piece | None, list[_Piece]]]:
    """Each heading with the pieces under it; None for those before the first."""
    heading: _Piece | None = None
    texts: list[_Piece] = []
    for piece in pieces:
        if not piece.level:
            texts.append(piece)
            continue
        if heading is not None or texts:
            yield heading, texts
        heading, texts = piece, []
    if heading is not None or texts:
        yield heading, texts


def _pieces(text: str) -> Iterator[_Piece]:
    """Headings, paragraphs, items and fenced blocks of `text`, without gaps but for blanks."""
    start = 0
    for at, mark in _cuts(text):
        if at < start:  # inside the heading's own title
            continue
        yield from _trimmed(text, start, at)
        start = at
        if mark is not None:
            start = _title_end(text, mark.end())
            number, title = numbered_title(text[mark.end() : start])
            yield _Piece(at, start, len(mark["hash"]), number, title)
    yield from _trimmed(text, start, len(text))


def _cuts(text: str) -> Iterator[tuple[int, re.Match[str] | None]]:
    """Where a line began: the offset, and the mark where it is a heading's."""
    fenced = False
    counted = after_mark = 0
    for mark in _MARK.finditer(text):
        at = mark.start()
        if mark["fence"]:
            fenced = not fenced
            yield (at if fenced else mark.end()), None
        elif fenced:
            continue
        elif mark["hash"]:
            counted = 0
            yield at, mark
        elif mark["number"]:
            if int(mark["number"]) in (1, counted + 1):
                counted, after_mark = int(mark["number"]), mark.end()
                yield at, None
        elif mark["tick"]:
            yield at, None
        elif mark["lead"]:
            if at != after_mark and _STOP_BEFORE.search(text, max(0, at - 2), at):
                yield at, None
        elif not _VERDICT_BEFORE.search(text, max(0, at - 6), at):
            yield at, None


def _trimmed(text: str, start: int, end: int) -> Iterator[_Piece]:
    while start < end and text[start] == " ":
        start += 1
    while end > start and text[end - 1] == " ":
        end -= 1
    if start < end:
        yield _Piece(start, end)


def _title_end(text: str, start: int) -> int:
    """Where the title that begins at `text[start]` ends: at bold marks, at a colon, or where prose begins."""
    bold = _BOLD_TITLE.match(text, start)
    if bold is not None:
        return bold.end()
    words: list[re.Match[str]] = []
    for word in _TITLE_WORD.finditer(text, start, start + 400):
        if words and (len(words) > _TITLE_LONGEST or _begins_line(text, word)):
            break
        if words and not _may_stand_in_title(word.group()):
            while len(words) > 1 and words[-1].group() in _SMALL:
                words.pop()
            if len(words) > 1 and not (word.group()[0] in "`" and words[-1].group() not in _OPENERS):
                words.pop()
            break
        words.append(word)
        if word.group().endswith((":", ":**")):
            break
    return words[-1].end() if words else start


def _begins_line(text: str, word: re.Match[str]) -> bool:
    return _MARK.match(text, word.start()) is not None or word.group().startswith("**")


def _may_stand_in_title(word: str) -> bool:
    bare = word.strip("()\"'“”&/")
    return not bare or bare[0].isupper() or bare[0].isdigit() or bare in _SMALL
