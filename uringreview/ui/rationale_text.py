"""What the rationale pane says, as blocks of runs: headings, records with their claims placed in them, evidence.

Values only. A claim's words are looked for in the record's joined text by letters and digits alone, because the mail
wraps them and puts hyphens at line ends; a claim that cannot be placed is listed by itself, never dropped.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

from uringreview.mail.message import Span
from uringreview.rationale.check import Mark, MarkWord
from uringreview.rationale.document import Record, VerdictWord
from uringreview.review.facts import PatchFacts
from uringreview.ui.visible import visible

_WORST_FIRST = (MarkWord.CONTRADICTED, MarkWord.UNCHECKABLE, MarkWord.VERIFIED)

TEXT, VERIFICATION, CLOSING, OTHER = "text", "verification", "closing", "other"


class BlockKind(Enum):
    """How a block looks."""

    CALLOUT = "callout"
    HEADING = "heading"
    RECORD = "record"
    EVIDENCE = "evidence"
    VERDICT = "verdict"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Run:
    """Text with the marks (indexes into the facts' marks) that speak of it; `role` is "", "step", "strong", "muted"
    or a mark's word."""

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
class Section:
    """One part that folds: a phase, the verification list, the rest."""

    key: str
    title: str
    marks: tuple[int, ...]
    body: tuple[Block, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Callout:
    """A finding that stands above the rationale: its lead words and the rest."""

    lead: str
    text: str


def sections(facts: PatchFacts, body: str) -> tuple[Section, ...]:
    """The rationale's parts in order; every mark is in at least one of them."""
    rationale = facts.rationale
    made: list[Section] = []
    placed: set[int] = set()

    def add(key: str, title: str, records: Sequence[tuple[str, str, Span]], number: int | None = None) -> None:
        blocks: list[Block] = []
        inside: list[int] = []
        for step, text, span in records:
            own = [index for index, mark in enumerate(facts.marks) if _within(mark.claim.span, span)]
            runs, found = place(text, span, own, facts.marks)
            placed.update(found)
            inside += [index for index in found if index not in inside]
            lead = (Run(f"{step} ", role="step"),) if step else ()
            blocks.append(Block(BlockKind.RECORD, (*lead, *runs), key, span))
        if number is not None:
            inside += [
                index
                for index, mark in enumerate(facts.marks)
                if mark.claim.phase == number and index not in inside and not _elsewhere(mark, facts)
            ]
        made.append(Section(key, title, tuple(sorted(inside)), tuple(blocks)))

    for phase in rationale.phases:
        add(str(phase.number), phase.title, [_record(record) for record in phase.records], phase.number)
    if rationale.verification:
        add(VERIFICATION, "Verification", [("–", item.text, item.span) for item in rationale.verification])
    if rationale.closing:
        add(CLOSING, "Closing", [_record(record) for record in rationale.closing])
    if not made and rationale.span is not None:
        text = rationale.span.of(body).strip("\n")
        paragraphs = _paragraphs(text, rationale.span.start + rationale.span.of(body).find(text))
        add(TEXT, "Text", [("", part, span) for part, span in paragraphs])
    rest = [index for index in range(len(facts.marks)) if index not in placed]
    if rest:
        blocks = tuple(
            Block(BlockKind.RECORD, (Run(visible(facts.marks[n].claim.text), (n,)),), OTHER, facts.marks[n].claim.span)
            for n in rest
        )
        made.append(Section(OTHER, "Claims of other places", tuple(rest), blocks))
    return tuple(made)


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
    edges = sorted({0, len(text), *(edge for start, end, _ in covered for edge in (start, end))})
    runs = []
    for start, end in pairwise(edges):
        inside = tuple(index for low, high, index in covered if low <= start and end <= high)
        runs.append(Run(_shown(text[start:end]), inside))
    return tuple(runs), tuple(index for _, _, index in covered)


def worst(indexes: Sequence[int], marks: Sequence[Mark]) -> MarkWord:
    """The mark that the eye should see where several claims share words."""
    words = {marks[index].word for index in indexes}
    return next(word for word in _WORST_FIRST if word in words)


def open_at_first(parts: Sequence[Section], marks: Sequence[Mark]) -> frozenset[str]:
    """Which parts are unfolded at first: those with something false or open, else the one with the most claims."""
    doubtful = {part.key for part in parts if any(marks[n].word is not MarkWord.VERIFIED for n in part.marks)}
    if doubtful or not parts:
        return frozenset(doubtful)
    return frozenset({max(parts, key=lambda part: len(part.marks)).key})


def blocks(
    facts: PatchFacts,
    parts: Sequence[Section],
    unfolded: frozenset[str],
    selected: int | None,
    callouts: Sequence[Callout],
) -> list[Block]:
    """Everything that the pane shows, top to bottom."""
    shown = [Block(BlockKind.CALLOUT, (Run(f"{c.lead} ", role="strong"), Run(visible(c.text)))) for c in callouts]
    if facts.rationale.span is None:
        shown.append(Block(BlockKind.NOTE, (Run("This mail holds no rationale.", role="muted"),)))
    for part in parts:
        is_open = part.key in unfolded
        number = f"{part.key}  " if part.key.isdigit() else ""
        head = (Run("▾ " if is_open else "▸ ", role="muted"), Run(f"{number}{visible(part.title)}", role="heading"))
        shown.append(Block(BlockKind.HEADING, head, part.key, None, counts(part.marks, facts.marks)))
        if is_open:
            for block in part.body:
                shown.append(block)
                shown += _evidence(block, facts.marks, selected)
    shown.append(_verdict(facts))
    return shown


def counts(indexes: Sequence[int], marks: Sequence[Mark]) -> tuple[Run, ...]:
    """How many of the claims bear which mark, "✓4 !1 ?2", what is none left out."""
    words = [marks[index].word for index in indexes]
    runs = []
    for word, symbol in ((MarkWord.VERIFIED, "✓"), (MarkWord.CONTRADICTED, "!"), (MarkWord.UNCHECKABLE, "?")):
        if words.count(word):
            runs.append(Run(f"{symbol}{words.count(word)}", role=word.value))
    return tuple(runs)


def _evidence(block: Block, marks: Sequence[Mark], selected: int | None) -> list[Block]:
    inside = dict.fromkeys(index for run in block.runs for index in run.marks)
    told = [index for index in inside if marks[index].word is MarkWord.CONTRADICTED or index == selected]
    words = {MarkWord.UNCHECKABLE: "not checkable"}
    return [
        Block(
            BlockKind.EVIDENCE,
            (
                Run(
                    f"{words.get(marks[n].word, marks[n].word.value)}: {visible(marks[n].evidence)}",
                    (n,),
                    marks[n].word.value,
                ),
            ),
            block.section,
        )
        for n in told
    ]


def _verdict(facts: PatchFacts) -> Block:
    words = {
        VerdictWord.YES: "YES",
        VerdictWord.NO: "NO",
        VerdictWord.NONE: "No verdict found",
        VerdictWord.ERROR: "An error message instead of a rationale",
    }
    asked = facts.patch.subject.asked
    about = f"asks for {asked}" if asked else "asks for no branch"
    runs = (Run(words[facts.rationale.verdict.word], role="strong"), Run(f"  {about}", role="muted"))
    return Block(BlockKind.VERDICT, runs, "", facts.rationale.verdict.span, _unequal(facts))


def _unequal(facts: PatchFacts) -> tuple[Run, ...]:
    asked = {member.asked for member in facts.group.members if member.asked} if facts.group else set()
    return (Run("unequal ranges", role="caution"),) if len(asked) > 1 else ()


def callouts(facts: PatchFacts, simulator: str) -> tuple[Callout, ...]:
    """What a reviewer should know before reading: the simulator's finding, later fixes, missing members, gaps."""
    found: list[Callout] = []
    if simulator:
        lead, colon, rest = simulator.partition(":")
        found.append(Callout(f"{lead}:", rest.strip()) if colon else Callout("Simulator:", simulator))
    for fix in facts.later_fixes:
        name = f"{fix.upstream[:12]} (“{fix.subject}”)" if fix.upstream else f"“{fix.subject}”"
        # Where it was seen is a branch, or a mail's place: of a path the last part says enough.
        where = f", seen in {fix.seen_in.rpartition('/')[2]}" if fix.seen_in else ""
        found.append(Callout("Fixed later", f"by {name}{where}."))
    if facts.group is not None and facts.group.missing:
        names = ", ".join(
            f"{member.upstream[:12]} (“{member.subject}”)" if member.subject else member.upstream[:12]
            for member in facts.group.missing
        )
        verb = "is" if len(facts.group.missing) == 1 else "are"
        found.append(Callout("Not loaded:", f"{names} of this series {verb} missing here."))
    if facts.not_done:
        found.append(Callout("Not examined:", facts.not_done))
    return tuple(found)


def _record(record: Record) -> tuple[str, str, Span]:
    step = record.step or ""
    label = record.label if record.label and record.label.lower() not in ("record", "") else ""
    return (
        step,
        f"{label}: {record.text}" if label and not record.text.startswith(label) else record.text,
        record.span,
    )


def _paragraphs(text: str, offset: int) -> list[tuple[str, Span]]:
    found, at = [], 0
    for part in text.split("\n\n"):
        if part.strip():
            found.append((part.strip("\n"), Span(offset + at, offset + at + len(part))))
        at += len(part) + 2
    return found


def _within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _elsewhere(mark: Mark, facts: PatchFacts) -> bool:
    spans = [item.span for item in facts.rationale.verification] + [r.span for r in facts.rationale.closing]
    return any(_within(mark.claim.span, span) for span in spans)


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
