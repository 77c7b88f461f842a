"""What the rationale pane says, as blocks of runs: callouts, the headings of its parts, records, evidence, verdict.

Values only; how a rationale falls into parts stands in `rationale_parts`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from uringreview.rationale.document import VerdictWord
from uringreview.rationale.mark import Mark, MarkWord
from uringreview.review.facts import PatchFacts
from uringreview.review.tally import is_empty
from uringreview.ui.rationale_parts import Block, BlockKind, Part, Run
from uringreview.ui.visible import visible

_WORST_FIRST = (MarkWord.CONTRADICTED, MarkWord.UNCHECKABLE, MarkWord.VERIFIED)


@dataclass(frozen=True, slots=True)
class Callout:
    """A finding that stands above the rationale: its lead words and the rest."""

    lead: str
    text: str


def worst(indexes: Sequence[int], marks: Sequence[Mark]) -> MarkWord:
    """The mark that the eye should see where several claims share words."""
    words = {marks[index].word for index in indexes}
    return next(word for word in _WORST_FIRST if word in words)


def open_at_first(parts: Sequence[Part], facts: PatchFacts) -> frozenset[str]:
    """Which parts are unfolded at first.

    Of the nine phases those with something false or open, else the one with the most claims. Other layouts are short
    enough to be read as a whole.
    """
    marks = facts.marks
    if not facts.rationale.phases:
        return frozenset(part.key for part in parts)
    doubtful = {part.key for part in parts if any(marks[n].word is not MarkWord.VERIFIED for n in part.marks)}
    if doubtful or not parts:
        return frozenset(doubtful)
    return frozenset({max(parts, key=lambda part: len(part.marks)).key})


def blocks(
    facts: PatchFacts,
    parts: Sequence[Part],
    unfolded: frozenset[str],
    selected: int | None,
    callouts: Sequence[Callout],
) -> list[Block]:
    """Everything that the pane shows, top to bottom."""
    shown = [Block(BlockKind.CALLOUT, (Run(f"{c.lead} ", role="strong"), Run(visible(c.text)))) for c in callouts]
    if facts.rationale.span is None or is_empty(facts):
        why = "The rationale's heading stands over nothing." if is_empty(facts) else "This mail holds no rationale."
        shown.append(Block(BlockKind.NOTE, (Run(why, role="muted"),)))
    for part in parts:
        is_open = part.key in unfolded
        number = f"{part.number}  " if part.number is not None else ""
        head = (Run("▾ " if is_open else "▸ ", role="muted"), Run(f"{number}{part.title}", role="heading"))
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
        queued = "also in this queue" if fix.queued else "not in this queue"
        found.append(Callout(fix.how.value.capitalize(), f"by {name}, {queued}{where}."))
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
