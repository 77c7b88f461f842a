"""Sections and records of text that keeps its lines, whatever its headings are made of.

Headings are, by rank: `#` lines, lines that are bold from end to end, lines that stand short above a list or a
paragraph, and bullets that hold nothing but a title for the bullets below them. (Read off the mails of July 2025 to
May 2026; docs/layouts.md shows one of each.) A record is a paragraph, a list item with all that is indented under it,
a table or a fenced block. What fits nowhere is a record all the same: nothing is dropped.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uringreview.mail.message import Span
from uringreview.rationale.document import Record, Section, Verdict
from uringreview.rationale.lines import TextLine, bullet_end, ends_on_purpose, had_room, join_lines, squeeze
from uringreview.rationale.steps import begins_step, filled_over, records_of
from uringreview.rationale.verdict import verdict_line

_HASH = re.compile(r"\s{0,8}(#{1,6})\s{1,8}(?=\S)")
_BOLD = re.compile(r"(?:\*\*|__)(?P<title>[^*\n]{2,100})(?:\*\*|__)(?P<colon>:?)")
_NUMBER = re.compile(r"[\s*_]{0,6}(?:(?:section|point|part|step)\s)?(?P<number>\d{1,2})[.):]\s{1,4}", re.IGNORECASE)
VERIFICATION = re.compile(
    r"\s{0,8}(?:#{1,6}\s{0,4})?(?:\*\*|__)?\s?Verification"
    r"(?:\s(?:list|summary|log|notes|steps|section|results?|details?))?\s?:?\s?(?:\*\*|__)?\s?:?\s{0,8}$",
    re.IGNORECASE,
)
TITLE_ENDS = " \t:.–—-*_#"
_PLAIN_LONGEST = 66
_PLAIN_WORDS = 9
_BOLD_RANK, _PLAIN_RANK, _BULLET_RANK = 7, 8, 9


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that was found: its line's index, the first line after it, and its rank (1 to 6: so many `#`)."""

    index: int
    after: int
    rank: int
    number: int | None
    title: str


def sections_of(
    lines: Sequence[TextLine], verdict: Verdict, *, lost: bool, above: int = 0, headed: bool = False
) -> tuple[Section, ...]:
    """The sections of `lines`, which are in order and leave out nothing but white space.

    Headings get levels from `above` + 1 on. `headed` says that the text around `lines` has headings of its own, so
    that a short plain line is none. `lost` says that leading blanks are gone from the lines.
    """
    headings = _headings(lines, verdict, lost=lost, headed=headed)
    first = headings[0].index if headings else len(lines)
    sections = []
    if any(has_words(line) for line in lines[:first]) or (not headings and any(not line.blank for line in lines)):
        sections.append(Section(0, None, "", _records(lines[:first], lost=lost), _extent(lines[:first])))
        begin = first
    else:
        begin = 0  # lines drawn above the first heading go with it
    open_ranks: list[int] = []
    ends = [one.index for one in headings[1:]] + [len(lines)]
    for heading, upto in zip(headings, ends, strict=False):
        while open_ranks and open_ranks[-1] >= heading.rank:
            open_ranks.pop()
        open_ranks.append(heading.rank)
        own = lines[heading.after : upto]
        records = _records(own, lost=lost) if any(has_words(line) for line in own) else ()
        sections.append(
            Section(
                above + len(open_ranks),
                heading.number,
                heading.title,
                records,
                _extent(lines[begin:upto]),
                Span(lines[heading.index].start, lines[heading.after - 1].end),
            )
        )
        begin = upto
    return tuple(sections)


def layout_of(sections: Sequence[Section], body: str) -> str:
    """The name of the layout that `sections` of lines make; "raw" where it is none of the known ones."""
    if sum(section.number is not None for section in sections) >= 2:
        return "numbered sections"
    heads = [section.heading.of(body).lstrip() for section in sections if section.heading is not None]
    if heads:
        return "bullets" if all(bullet_end(head) for head in heads) else "headings"
    starts = [body[one.span.start : one.span.start + 16].lstrip(" \t*_") for part in sections for one in part.records]
    items = [start for start in starts if bullet_end(f"{start}x")]
    if items:
        numbered = sum(start[0].isdigit() or start[0] == "(" for start in items)
        return "numbered points" if 2 * numbered > len(items) else "bullets"
    prose = any(_is_prose(record.text) for section in sections for record in section.records)
    return "prose" if prose else "raw"


def numbered_title(text: str) -> tuple[int | None, str]:
    """A heading's number and its words, without markup: "**1. What it does:**" gives (1, "What it does")."""
    found = _NUMBER.match(text)
    number = int(found["number"]) if found else None
    words = text[found.end() :] if found else text
    words = squeeze(words.replace("**", "")).strip(TITLE_ENDS)
    return (number, words) if words else (None, squeeze(text).strip(TITLE_ENDS))


def _headings(lines: Sequence[TextLine], verdict: Verdict, *, lost: bool, headed: bool) -> list[Heading]:
    found = list(_marked(lines, verdict, lost=lost))
    if found or headed:
        return found
    return list(_plain(lines, verdict, lost=lost)) or _titled_bullets(lines)


def _marked(lines: Sequence[TextLine], verdict: Verdict, *, lost: bool) -> Iterator[Heading]:
    """Headings by their own marks: `#`, bold from end to end, the word Verification."""
    done = 0
    for index, line in enumerate(lines):
        if index < done or line.blank or line.fenced or line.quoted or begins_step(line):
            continue
        found = _HASH.match(line.raw)
        if found is not None:
            done = index + 1
            rest = line.raw[found.end() :]
            if len(rest) <= 200 and filled_over(lines, index):
                rest, done = f"{rest.rstrip()} {lines[index + 1].raw.strip()}", index + 2
            number, title = numbered_title(rest)
            yield Heading(index, done, len(found[1]), number, title)
        elif VERIFICATION.match(line.raw):
            yield Heading(index, index + 1, _BOLD_RANK, None, squeeze(line.raw).strip(TITLE_ENDS))
        elif len(line.raw) <= 120 and not _holds(line, verdict) and not verdict_line(line):
            bold = _BOLD.fullmatch(line.raw.strip())
            apart = index == 0 or _stands_apart(lines[index - 1])
            apart = apart or (lost and ends_on_purpose(lines[index - 1], line, indent_lost=lost))
            if bold is not None and apart and not bold["title"].rstrip().endswith((".", "!", "?", ",", ";")):
                number, title = numbered_title(bold["title"])
                yield Heading(index, index + 1, _BOLD_RANK, number, title)


def _plain(lines: Sequence[TextLine], verdict: Verdict, *, lost: bool) -> Iterator[Heading]:
    """Short lines that stand above a list, a paragraph or a drawn line, and end in no stop."""
    for index, line in enumerate(lines[:-1]):
        if line.blank or line.fenced or line.quoted or line.bullet or line.rule or len(line.raw) > _PLAIN_LONGEST:
            continue
        words = line.text
        if not words[:1].isupper() or words.endswith((".", ",", ";", ":", "!")) or words.count(" ") >= _PLAIN_WORDS:
            continue
        if _holds(line, verdict) or verdict_line(line) or (index and not _stands_apart(lines[index - 1])):
            continue
        below = lines[index + 1]
        if below.blank and index + 2 < len(lines):
            titles = lines[index + 2].bullet
        else:
            titles = not below.blank and ends_on_purpose(line, below, indent_lost=lost)
        if titles:
            number, title = numbered_title(words)
            yield Heading(index, index + 1, _PLAIN_RANK, number, title)


def _titled_bullets(lines: Sequence[TextLine]) -> list[Heading]:
    """Bullets at the margin as headings, where each of them is but a title over bullets of its own."""
    found = []
    for index, line in enumerate(lines):
        if line.fenced or not line.bullet or line.indent:
            continue
        below = lines[index + 1] if index + 1 < len(lines) else None
        if below is None or not below.bullet or not below.indent or line.text.endswith((".", ";", ",")):
            return []
        number, title = numbered_title(line.raw if line.raw[0].isdigit() else line.raw[bullet_end(line.raw) :])
        found.append(Heading(index, index + 1, _BULLET_RANK, number, title))
    return found if len(found) >= 2 else []


def _records(lines: Sequence[TextLine], *, lost: bool) -> tuple[Record, ...]:
    if any(begins_step(line) for line in lines):
        return records_of(_filled(lines), None, indent_lost=lost)
    return tuple(
        Record(None, "", join_lines(part, indent_lost=lost), Span(part[0].start, part[-1].end))
        for part in _blocks(lines, lost=lost)
    )


def _blocks(lines: Sequence[TextLine], *, lost: bool) -> Iterator[list[TextLine]]:
    """Paragraphs, list items with what is indented under them, fenced blocks."""
    block: list[TextLine] = []
    base: int | None = None  # the current item's indent; None in a paragraph
    gap = False
    for before, line in zip([None, *lines], lines, strict=False):
        if line.blank and not line.fenced:
            gap = True
            continue
        if line.rule and not line.fenced:
            if block:
                yield block
            block, base, gap = [], None, False
            continue
        if _continues(line, before, block, base, gap=gap, lost=lost):
            block.append(line)
        else:
            if block:
                yield block
            block = [line]
            base = line.indent if line.bullet and not line.fenced else None
        gap = False
    if block:
        yield block


def _continues(
    line: TextLine, before: TextLine | None, block: list[TextLine], base: int | None, *, gap: bool, lost: bool
) -> bool:
    """Whether `line` belongs to the block that is open; `gap` says that an empty line stands between."""
    if not block or before is None:
        return False
    if line.fenced and before.fenced and not gap:
        return True
    if line.fenced:
        return base is not None and (line.indent > base or not gap)
    if base is None:
        return not gap and not block[-1].fenced and not (line.bullet and _begins_list(before, line, lost=lost))
    if line.bullet:
        return line.indent > base
    if line.indent > base:
        return True
    return not gap and not block[-1].fenced and not ends_on_purpose(block[-1], line, indent_lost=lost)


def _begins_list(above: TextLine, line: TextLine, *, lost: bool) -> bool:
    """Whether the marker at the start of `line`, right under a paragraph's line, is a list's and not filled there."""
    if had_room(above, line, indent_lost=lost):
        return True
    return above.raw.rstrip().endswith(":") and not line.raw.lstrip().startswith("(")


def _filled(lines: Sequence[TextLine]) -> Sequence[TextLine]:
    """`lines` without empty ones and drawn rules at both ends."""
    filled = [index for index, line in enumerate(lines) if has_words(line)]
    return lines[filled[0] : filled[-1] + 1] if filled else ()


def _extent(lines: Sequence[TextLine]) -> Span:
    """From the first to the last line that is not empty."""
    filled = [line for line in lines if not line.blank]
    return Span(filled[0].start, filled[-1].end)


def has_words(line: TextLine) -> bool:
    return not line.blank and not line.rule


def _stands_apart(above: TextLine) -> bool:
    return above.blank or above.rule or verdict_line(above) or _HASH.match(above.raw) is not None


def _holds(line: TextLine, verdict: Verdict) -> bool:
    return verdict.span is not None and line.start <= verdict.span.start <= line.end


def _is_prose(text: str) -> bool:
    return not text.startswith(("```", "|", ">")) and len(text.split(None, 5)) > 4
