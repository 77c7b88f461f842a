"""A rationale as parts that fold, whatever its layout: nine phases, headings, numbered points, bullets, bare prose.

There is one way for all layouts: the sections of the document, in order. Those of the outermost level that parts the
text fold, what lies deeper stands inside under a heading of its own. No word of the rationale is left out: text that
no record holds becomes a block too.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from uringreview.mail.message import Span
from uringreview.rationale.document import Record, Section
from uringreview.rationale.mark import Mark
from uringreview.review.facts import PatchFacts
from uringreview.ui.visible import visible

OTHER = "other"
# Looks only: every character stays, the marks among them.
_MARKUP = re.compile(r"```(?:[^`]|`(?!``)){1,20000}```|(?<!`)`[^`\n]{1,300}`(?!`)|\*\*[^*\n]{1,300}\*\*")
_OPENING, _WHOLE = "Opening words", "Text"


class BlockKind(Enum):
    """How a block looks."""

    CALLOUT = "callout"
    HEADING = "heading"
    SUBHEADING = "subheading"
    RECORD = "record"
    EVIDENCE = "evidence"
    COMMENT = "comment"
    VERDICT = "verdict"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Run:
    """Text with the marks (indexes into the facts' marks) that speak of it; `role` is "", "step", "strong", "muted",
    a mark's word, "code", "bold", "comment", or "box" for the room that a comment is written in."""

    text: str
    marks: tuple[int, ...] = ()
    role: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph; `section` names the fold that it belongs to, `span` the place in the body, `right` what stands at
    the right edge."""

    kind: BlockKind
    runs: tuple[Run, ...]
    section: str = ""
    span: Span | None = None
    right: tuple[Run, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One part that folds; `number` is its heading's own. A phase's key is its number, so that a digit finds it."""

    key: str
    number: int | None
    title: str
    marks: tuple[int, ...] = ()
    body: tuple[Block, ...] = field(default=())


def parts_of(facts: PatchFacts) -> tuple[Part, ...]:
    """The rationale's parts in order; every mark is in at least one of them."""
    rationale, body = facts.rationale, facts.patch.message.body
    made: list[Part] = []
    placed: set[int] = set()
    for key, members in _folds(rationale.sections):
        blocks = [block for place, each in enumerate(members) for block in _section(each, key, place > 0, facts, body)]
        inside = dict.fromkeys(index for block in blocks for run in block.runs for index in run.marks)
        placed.update(inside)
        first = members[0]
        title = first.title or (_OPENING if len(rationale.sections) > 1 else _WHOLE)
        made.append(Part(key, first.number, visible(title), tuple(inside), tuple(blocks)))
    if rationale.span is not None:
        made += _not_in_sections(rationale.span, rationale.sections, body)
    rest = tuple(index for index in range(len(facts.marks)) if index not in placed)
    if rest:
        blocks = [_plain(facts.marks[n].claim.text, facts.marks[n].claim.span, OTHER, (n,)) for n in rest]
        made.append(Part(OTHER, None, "Claims of other places", rest, tuple(blocks)))
    return tuple(made)


def _folds(sections: Sequence[Section]) -> list[tuple[str, list[Section]]]:
    """Keys with the sections that fold under them: the outermost level that has two or more parts the text."""
    levels = [section.level for section in sections if section.level]
    folding = next((level for level in sorted(set(levels)) if levels.count(level) > 1), 1)
    found: list[tuple[str, list[Section]]] = []
    keys: set[str] = set()
    for place, section in enumerate(sections):
        if found and section.level > folding:
            found[-1][1].append(section)
            continue
        key = str(section.phase) if section.phase is not None else f"part {place}"
        key = key if key not in keys else f"part {place}"
        keys.add(key)
        found.append((key, [section]))
    return found


def _section(section: Section, key: str, inner: bool, facts: PatchFacts, body: str) -> list[Block]:
    """The blocks of one section, its heading too where it stands `inner` in another one's fold."""
    blocks: list[Block] = []
    if inner and section.heading is not None:
        number = f"{section.number}. " if section.number is not None else ""
        head = Run(f"{number}{visible(section.title)}", role="strong")
        blocks.append(Block(BlockKind.SUBHEADING, (head,), key, section.heading))
    held = [record.span for record in section.records]
    told = [(record.span, _record(record)) for record in section.records]
    heading = [section.heading] if section.heading is not None else []
    told += [(gap, ("", gap.of(body).strip())) for gap in _gaps(section.span, [*heading, *held], body)]
    for span, (step, text) in sorted(told, key=lambda each: each[0].start):
        own = [n for n, mark in enumerate(facts.marks) if span.start <= mark.claim.span.start < max(span.end, 1)]
        runs, _ = place(text, span, own, facts.marks)
        lead = (Run(f"{step} ", role="step"),) if step else ()
        blocks.append(Block(BlockKind.RECORD, (*lead, *runs), key, span))
    return blocks


def _not_in_sections(whole: Span, sections: Sequence[Section], body: str) -> list[Part]:
    gaps = _gaps(whole, [section.span for section in sections], body)
    blocks = [_plain(text, span, "rest", ()) for gap in gaps for text, span in _paragraphs(gap.of(body), gap.start)]
    return [Part("rest", None, _WHOLE if not sections else "More text", (), tuple(blocks))] if blocks else []


def _gaps(whole: Span, held: Iterable[Span], body: str) -> list[Span]:
    """The stretches of `whole` that have words and lie in none of `held`."""
    found, at = [], whole.start
    for span in sorted(held, key=lambda each: each.start):
        if span.start > at:
            found.append(Span(at, span.start))
        at = max(at, span.end)
    if whole.end > at:
        found.append(Span(at, whole.end))
    return [gap for gap in found if any(char.isalnum() for char in gap.of(body))]


def _plain(text: str, span: Span, key: str, marks: tuple[int, ...]) -> Block:
    return Block(BlockKind.RECORD, (Run(_shown(text), marks),), key, span)


def _paragraphs(text: str, offset: int) -> list[tuple[str, Span]]:
    found, at = [], 0
    for part in text.split("\n\n"):
        if part.strip():
            found.append((part.strip("\n"), Span(offset + at, offset + at + len(part))))
        at += len(part) + 2
    return found


def _record(record: Record) -> tuple[str, str]:
    label = record.label if record.label and record.label.lower() not in ("record", "") else ""
    text = f"{label}: {record.text}" if label and not record.text.startswith(label) else record.text
    return record.step or "", text


def place(text: str, span: Span, own: Sequence[int], marks: Sequence[Mark]) -> tuple[tuple[Run, ...], tuple[int, ...]]:
    """Cut `text`, a record that stands at `span`, into runs so that the claims `own` are runs of their own.

    Returns the runs and the indexes of the claims that were found in it.
    """
    letters = [(place_, char) for place_, char in enumerate(text) if char.isalnum()]
    squeezed = "".join(char for _, char in letters).lower()
    covered: list[tuple[int, int, int]] = []
    for index in own:
        claim = marks[index].claim
        wanted = "".join(char for char in claim.text if char.isalnum()).lower()
        share = (claim.span.start - span.start) / max(span.end - span.start, 1)
        start = _nearest(squeezed, wanted, round(share * len(squeezed)))
        if start is not None:
            covered.append((letters[start][0], letters[start + len(wanted) - 1][0] + 1, index))
    looks = [(found.start(), found.end(), "bold" if found[0][0] == "*" else "code") for found in _MARKUP.finditer(text)]
    bounds = [(start, end) for start, end, _ in (*covered, *looks)]
    edges = sorted({0, len(text), *(edge for bound in bounds for edge in bound)})
    runs, at = [], 0
    for start, end in pairwise(edges):
        inside = tuple(index for low, high, index in covered if low <= start and end <= high)
        while at < len(looks) and looks[at][1] <= start:
            at += 1
        role = looks[at][2] if at < len(looks) and looks[at][0] <= start else ""
        runs.append(Run(_shown(text[start:end]), inside, role))
    return tuple(runs), tuple(index for _, _, index in covered)


def _nearest(text: str, wanted: str, near: int) -> int | None:
    if not wanted:
        return None
    best: int | None = None
    at = text.find(wanted)
    while at != -1:
        if best is None or abs(at - near) < abs(best - near):
            best = at
        at = text.find(wanted, at + 1)
    return best


def _shown(text: str) -> str:
    # U+2028 breaks the line inside a paragraph: a record stays one text block however many lines it has.
    return "\u2028".join(visible(line) for line in text.split("\n"))
