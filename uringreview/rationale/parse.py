"""Rationale text becomes a document: sections and records, phases, Verification list, closing words, verdict.

AUTOSEL's layouts changed with the seasons (the mails of May 2025 to May 2026 are the only documentation;
docs/layouts.md has one of each). The nine-phase outline of spring 2026 is read in all the dressings seen there; phases
are keyed on their number because titles vary. What has no phases is read by `outline`, or by `collapsed` where its
lines were lost.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from uringreview.mail.message import Span
from uringreview.mail.patch import Patch
from uringreview.rationale.collapsed import is_collapsed, restored_sections
from uringreview.rationale.document import (
    Phase,
    Rationale,
    Record,
    Section,
    Verdict,
    VerdictWord,
    VerificationItem,
)
from uringreview.rationale.lines import TextLine, bullet_end, ends_on_purpose, join_lines, lines_of, squeeze
from uringreview.rationale.outline import TITLE_ENDS, VERIFICATION, has_words, layout_of, sections_of
from uringreview.rationale.steps import begins_step, filled_over, records_of
from uringreview.rationale.verdict import find_verdict, verdict_line

_PHASE = re.compile(
    r"\s{0,40}(?P<hash>#{1,6}\s{0,4})?(?P<bold>\*\*|__)?\s?phase\s{1,4}(?P<number>\d{1,2})\b(?P<rest>.*)$",
    re.IGNORECASE,
)
# Ten times the longest rationale of May 2025 to May 2026. What is longer was not written to be read.
_LONGEST = 200_000
_VERDICT_WITHIN = 10_000
_ITEM_PHASE = re.compile(
    r"(?:\*\*|__|`)?\[?\s?(?:\*\*)?Phases?\s(?P<number>\d{1,2})(?:\.\d{1,2})?(?P<more>[^\]:*`\n]{0,30}?)"
    r"(?:\*\*|__|`)?\]?(?:\*\*|__|`)?\s?(?P<colon>:?)(?:\*\*)?\s{0,4}",
    re.IGNORECASE,
)
_HEADING = re.compile(r"\s{0,40}(#{1,6})\s{1,4}(?=\S)")


@dataclass(frozen=True, slots=True)
class _Heading:
    """A phase heading: its line's index, how many `#` it has (0: none), number and title, first line after it."""

    index: int
    level: int
    number: int
    title: str
    after: int


def read_rationale(patch: Patch) -> Rationale:
    """Read the rationale of `patch`; all spans are offsets into `patch.message.body`.

    The layouts are "nine-phase", "numbered sections", "headings", "numbered points", "bullets", "prose", "collapsed",
    "error" (the generator's error message stands in the rationale's place), "none" (no text at all) and "raw", which
    is text that fits none of them or is too long to be one.
    """
    body = patch.message.body
    span = patch.rationale
    if span is None or not span.of(body).strip():
        return Rationale("none", (), (), (), Verdict(VerdictWord.NONE, None), span)
    lines = lines_of(body, span)
    if span.end - span.start > _LONGEST:
        return _unread(body, span, lines)
    lost = patch.white_space_lost
    verdict = find_verdict(body, lines)
    if verdict.word is VerdictWord.ERROR:
        return Rationale("error", (), (), (), verdict, span, sections_of(lines, verdict, lost=lost))
    headings = _phase_headings(lines)
    if len(headings) < 2 and not (headings and any(begins_step(line) for line in lines[headings[0].after :])):
        if is_collapsed(lines, lost=lost):
            return Rationale("collapsed", (), (), (), verdict, span, restored_sections(lines))
        sections = sections_of(lines, verdict, lost=lost)
        return Rationale(layout_of(sections, body), (), (), (), verdict, span, sections)
    end = _end_of_phases(lines, headings[-1], verdict)
    phases = _phases(lines, headings, end, lost=lost)
    verification, closing = _tail(lines[end:], verdict, lost=lost)
    top = lines[: headings[0].index]
    above = sections_of(top, verdict, lost=lost, headed=True) if any(has_words(line) for line in top) else ()
    sections = (
        *above,
        *_phase_sections(lines, headings, phases, end, begin=0 if not above else headings[0].index),
        *sections_of(lines[end:], verdict, lost=lost, headed=True),
    )
    return Rationale("nine-phase", phases, verification, closing, verdict, span, sections)


def _unread(body: str, span: Span, lines: Sequence[TextLine]) -> Rationale:
    """Text too long for a rationale: one record as it stands, with the verdict that its first or last lines say."""
    first = [line for line in lines if line.end - span.start <= _VERDICT_WITHIN]
    last = [line for line in lines if span.end - line.start <= _VERDICT_WITHIN]
    verdict = find_verdict(body, [*first, *last])
    whole = Section(0, None, "", (Record(None, "", span.of(body), span),), span)
    return Rationale("raw", (), (), (), verdict, span, (whole,))


def _phase_headings(lines: Sequence[TextLine]) -> list[_Heading]:
    """The phase headings, by rising number; a lower number later on is a mention, not a heading."""
    headings: list[_Heading] = []
    for index, line in enumerate(lines):
        if line.fenced:
            continue
        found = _PHASE.match(line.raw)
        if found is None or (headings and int(found["number"]) <= headings[-1].number):
            continue
        heading = _heading(lines, index, found)
        if heading is not None:
            headings.append(heading)
    return headings


def _heading(lines: Sequence[TextLine], index: int, found: re.Match[str]) -> _Heading | None:
    """The heading at `lines[index]`, or None where the line only speaks of a phase."""
    line = lines[index]
    rest = found["rest"]
    level = len(found["hash"].strip()) if found["hash"] else 0
    above = lines[index - 1] if index else None
    below = lines[index + 1] if index + 1 < len(lines) else None
    after = index + 1
    if level:
        if below is not None and filled_over(lines, index):
            rest, after = join_lines([TextLine(line.start, line.end, rest), below]), index + 2
    elif found["bold"]:
        inside, closed, tail = rest.partition(found["bold"])
        if not closed or len(tail.strip()) > 60 or tail.rstrip().endswith("."):
            return None
        rest = inside + tail
    else:
        drawn = (above is not None and above.rule) or (below is not None and below.rule)
        apart = above is None or above.blank or above.rule
        opens = below is None or below.blank or below.rule or begins_step(below)
        if not drawn and not (apart and opens and not rest.rstrip().endswith(".")):
            return None
        if rest.strip() and not rest.lstrip().startswith((":", "-", "–", "—", ".")):
            return None
    return _Heading(index, level, int(found["number"]), squeeze(rest).strip(TITLE_ENDS), after)


def _end_of_phases(lines: Sequence[TextLine], last: _Heading, verdict: Verdict) -> int:
    """The index of the first line that no longer belongs to the last phase."""
    for index in range(last.after, len(lines)):
        line = lines[index]
        if line.fenced:
            continue
        if VERIFICATION.match(line.raw):
            return index
        heading = _HEADING.match(line.raw)
        if heading is not None and not begins_step(line) and len(heading[1]) <= (last.level or 6):
            return index
        stands = verdict.span is not None and line.start <= verdict.span.start <= line.end
        if stands and verdict_line(line) and not any(not one.blank for one in lines[index + 1 :]):
            return index
    return len(lines)


def _phases(lines: Sequence[TextLine], headings: Sequence[_Heading], end: int, *, lost: bool) -> tuple[Phase, ...]:
    phases = []
    for heading, upto in zip(headings, [*(one.index for one in headings[1:]), end], strict=True):
        own = _trimmed(lines[heading.after : upto])
        records = records_of(own, heading.number, indent_lost=lost)
        last = own[-1].end if own else lines[heading.after - 1].end
        phases.append(Phase(heading.number, heading.title, records, Span(lines[heading.index].start, last)))
    return tuple(phases)


def _phase_sections(
    lines: Sequence[TextLine], headings: Sequence[_Heading], phases: Sequence[Phase], end: int, *, begin: int
) -> Iterator[Section]:
    """The phases as sections; the first takes the lines from `begin` on, drawn above its heading."""
    for heading, phase, upto in zip(headings, phases, [*(one.index for one in headings[1:]), end], strict=True):
        filled = [line for line in lines[begin:upto] if not line.blank]
        place = Span(lines[heading.index].start, lines[heading.after - 1].end)
        whole = Span(filled[0].start, max(place.end, filled[-1].end))
        yield Section(1, phase.number, phase.title, phase.records, whole, place, phase.number)
        begin = max(upto, heading.after)


def _trimmed(lines: Sequence[TextLine]) -> Sequence[TextLine]:
    """`lines` without empty ones and drawn rules at both ends."""
    filled = [index for index, line in enumerate(lines) if not line.blank and not line.rule]
    return lines[filled[0] : filled[-1] + 1] if filled else ()


def _tail(
    lines: Sequence[TextLine], verdict: Verdict, *, lost: bool
) -> tuple[tuple[VerificationItem, ...], tuple[Record, ...]]:
    """What stands after the phases: the Verification list and the closing paragraphs, verdict line left out."""
    items: list[list[TextLine]] = []
    closing: list[list[TextLine]] = []
    labels: list[str] = []
    label = ""
    listing = False
    base = 0
    previous: TextLine | None = None
    for line in lines:
        before, previous = previous, line
        if line.blank or line.rule:
            continue
        heading = _HEADING.match(line.raw)
        if not line.fenced and VERIFICATION.match(line.raw):
            listing = True
        elif verdict_line(line):
            listing = False
        elif heading is not None and not line.fenced:
            listing, label = False, line.text.strip(TITLE_ENDS)
        elif listing and _begins_item(line, before, base if items else None, lost=lost):
            base = min(base, line.indent) if items else line.indent
            items.append([line])
        elif listing and items and _continues_item(line, before, base, lost=lost):
            items[-1].append(line)
        else:
            listing = listing and not items
            if closing and before is not None and not before.blank and closing[-1][-1] is before:
                closing[-1].append(line)
            else:
                closing.append([line])
                labels.append(label)
                label = ""
    records = tuple(
        Record(None, name, join_lines(part, indent_lost=lost), Span(part[0].start, part[-1].end))
        for name, part in zip(labels, closing, strict=True)
        if not _holds_only(part, verdict)
    )
    return tuple(_item(part, lost=lost) for part in items), records


def _begins_item(line: TextLine, before: TextLine | None, base: int | None, *, lost: bool) -> bool:
    if line.bullet:
        return base is None or line.indent <= base
    named = line.text.lower().lstrip("*[`").startswith(("phase ", "unverified"))
    return named and (before is None or ends_on_purpose(before, line, indent_lost=lost))


def _continues_item(line: TextLine, before: TextLine | None, base: int, *, lost: bool) -> bool:
    if line.bullet or line.indent > base:
        return True
    return before is not None and not before.blank and not ends_on_purpose(before, line, indent_lost=lost)


def _item(part: Sequence[TextLine], *, lost: bool) -> VerificationItem:
    text = join_lines(part, indent_lost=lost)
    text = text[bullet_end(text) :]
    found = _ITEM_PHASE.match(text)
    number = int(found["number"]) if found else None
    if found is not None and not found["more"].strip(" -–—/,&.0123456789and"):
        text = text[found.end() :].lstrip(" -–—:") or text
    return VerificationItem(number, text, Span(part[0].start, part[-1].end))


def _holds_only(part: Sequence[TextLine], verdict: Verdict) -> bool:
    """Whether the paragraph is nothing but the verdict's own line."""
    return verdict.span is not None and len(part) == 1 and verdict_line(part[0])
