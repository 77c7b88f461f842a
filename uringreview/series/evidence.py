"""Each reason to think that one patch of the queue needs another, as the mails themselves give it.

What rationales say of numbers, series and companions is read here (see `words`); the trailers and the postings stand in
`posting`, what the diffs show in `stacked` and `code`, what people answer in `people`. A commit that is merely
mentioned is a hint and makes no edge by itself: a wrong group is worse than none.
"""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from uringreview.diff.model import Diff
from uringreview.mail.message import Span
from uringreview.mail.patch import Patch
from uringreview.mail.queue import Queue
from uringreview.series.code import from_symbols
from uringreview.series.edge import Direction, Edge, Reason, ReasonKind, Strength, Tie, canonical, join
from uringreview.series.names import Names
from uringreview.series.people import Heard, from_replies
from uringreview.series.posting import from_postings, from_trailers
from uringreview.series.stacked import from_blobs
from uringreview.series.words import Said, compares, ids_in, read_sentences

_BULLET = re.compile(r"^\s*[-*•]\s+")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_SENTENCE_WORDS = 80
_INTRODUCED = 200  # characters before an id in which its sentence, or the one above a list, speaks of it


@dataclass(frozen=True, slots=True)
class Statement:
    """One record of a rationale: its text with lines joined, and where it stands in the mail's body."""

    text: str
    span: Span


def find_edges(
    queue: Queue,
    statements: Mapping[str, Sequence[Statement]],
    diffs: Mapping[str, Diff] | None = None,
    heard: Mapping[str, Sequence[Heard]] | None = None,
) -> tuple[Edge, ...]:
    """Every edge that the queue's own mails give reason for, in queue order; arguments as for `find_ties`."""
    return join(find_ties(queue, statements, diffs, heard), Names(queue).queued)


def find_ties(
    queue: Queue,
    statements: Mapping[str, Sequence[Statement]],
    diffs: Mapping[str, Diff] | None = None,
    heard: Mapping[str, Sequence[Heard]] | None = None,
) -> tuple[Tie, ...]:
    """Every single reason that the queue's own mails give.

    `statements` holds each rationale's records and `diffs` each parsed diff by `Patch.key`, `heard` the loaded answers
    by the key of their row. Where a patch has no statements, its rationale is read paragraph by paragraph. A commit
    that is not in the queue is tied only where a rationale numbers it, lists it in the series or asks for it to be
    taken together, or where a person says that it is needed. Ids of any length of one commit are one, 12 digits long.
    """
    names = Names(queue)
    ties: list[Tie] = []
    for patch in queue.patches:
        if patch.upstream:
            said = tuple(statements.get(patch.key) or _paragraphs(patch))
            spoken = _from_rationale(patch, said, names)
            ties += spoken
            ties += _named(patch, said, names, {one for tie in spoken for one in (tie.patch, tie.needs)})
            ties += from_trailers(patch, names)
    ties += from_postings(queue.patches)
    ties += from_replies(queue, heard or {}, names)
    if diffs:
        ties += from_blobs(queue.patches, diffs)
        ties += from_symbols(queue.patches, diffs)
    return tuple(ties)


def _paragraphs(patch: Patch) -> Iterator[Statement]:
    """A rationale without records, paragraph by paragraph."""
    if patch.rationale is None:
        return
    text, at = patch.rationale_text, 0
    for end in [*(found.start() for found in _PARAGRAPH.finditer(text)), len(text)]:
        if text[at:end].strip():
            yield Statement(text[at:end].strip(), Span(patch.rationale.start + at, patch.rationale.start + end))
        at = end


def _from_rationale(patch: Patch, statements: Sequence[Statement], names: Names) -> list[Tie]:
    """What one mail's rationale says."""
    assert patch.upstream is not None
    own = canonical(patch.upstream)
    heard = [
        (said, _reason(patch, said, statement)) for statement in statements for said in read_sentences(statement.text)
    ]
    own_number = next((said.own for said, _ in heard if said.own), None)
    numbers: dict[str, tuple[int, int]] = {own: own_number} if own_number else {}
    for said, _ in heard:
        for written, number, total in said.numbered:
            if name := names.resolve(written):
                numbers.setdefault(name, (number, total))
    ties: list[Tie] = []
    for said, reason in heard:
        ties += _by_number(own, said, numbers, reason, names)
        ties += _by_list(own, said, reason, names)
        ties += _by_request(own, said, numbers, reason, names)
    return ties


def _reason(patch: Patch, said: Said, statement: Statement) -> Reason:
    """The sentence as one line, and where it stands: the whole record where its words cannot be found again."""
    words = _BULLET.sub("", said.text).split()
    text = " ".join(words)
    area = statement.span.of(patch.message.body)
    found = None
    if len(words) <= _SENTENCE_WORDS:
        found = re.search(r"\s+".join(re.escape(word) for word in words), area)
    start = statement.span.start
    span = Span(start + found.start(), start + found.end()) if found else statement.span
    kind = ReasonKind.NUMBERED if said.numbered or said.own or said.listed else ReasonKind.SAID
    return Reason(text, patch.key, span, kind)


def _named(patch: Patch, statements: Sequence[Statement], names: Names, told: Set[str]) -> list[Tie]:
    """Hints: other patches of the queue that the rationale names, each at its first place, without those `told`."""
    assert patch.upstream is not None
    own = canonical(patch.upstream)
    found: dict[str, Tie] = {}
    for statement in statements:
        for one in ids_in(statement.text):
            other = names.resolve(one[0])
            if other and other != own and other in names.rows and other not in told and other not in found:
                if compares(statement.text[max(0, one.start() - _INTRODUCED) : one.start()]):
                    continue
                words = " ".join(_around(statement.text, one.start(), one.end()).split())
                reason = Reason(words, patch.key, statement.span, ReasonKind.NAMED, Strength.HINT)
                found[other] = Tie(own, other, Direction.GUESSED, reason)
    return list(found.values())


def _around(text: str, start: int, end: int) -> str:
    """The line that holds a place, cut to some words on either side."""
    first = max(text.rfind("\n", 0, start) + 1, start - 120)
    last = text.find("\n", end)
    return text[first : min(last if last >= 0 else len(text), end + 120)]


def _by_number(own: str, said: Said, numbers: Mapping[str, tuple[int, int]], reason: Reason, names: Names) -> list[Tie]:
    """Consecutive members among those whose numbers the mail gives; this sentence speaks for those that it names."""
    here = {name for written, _n, _t in said.numbered if (name := names.resolve(written))}
    if not here:
        return []
    total = next(numbers[name][1] for name in here)
    if own in numbers and numbers[own][1] == total:
        here.add(own)
    members = sorted((numbers[name][0], name) for name in numbers if numbers[name][1] == total)
    pairs = [(first[1], second[1]) for first, second in itertools.pairwise(members) if first[0] < second[0]]
    return [Tie(second, first, Direction.NUMBERS, reason) for first, second in pairs if first in here or second in here]


def _by_list(own: str, said: Said, reason: Reason, names: Names) -> list[Tie]:
    """A series counted out in order, the mail's own patch among it."""
    members = [name for written in said.listed if (name := names.resolve(written))]
    if own not in members:
        return []
    return [Tie(second, first, Direction.WORDS, reason) for first, second in itertools.pairwise(members)]


def _by_request(
    own: str, said: Said, numbers: Mapping[str, tuple[int, int]], reason: Reason, names: Names
) -> list[Tie]:
    """Companions to take together, what the patch comes after, what comes after it."""
    ties = []
    for written in said.together:
        other = names.resolve(written)
        if other and other != own:
            ties.append(_companion(own, other, numbers, reason))
    for written in said.before:
        other = names.resolve(written)
        if other and other != own and other in names.rows:
            ties.append(Tie(own, other, Direction.WORDS, reason))
    for written in said.behind:
        other = names.resolve(written)
        if other and other != own and (other in names.rows or written in said.together):
            ties.append(Tie(other, own, Direction.WORDS, reason))
    return ties


def _companion(own: str, other: str, numbers: Mapping[str, tuple[int, int]], reason: Reason) -> Tie:
    """Two to take together: the numbers say which comes first; without them the mail's own comes last, by guess."""
    mine, its = numbers.get(own), numbers.get(other)
    if mine and its and mine[1] == its[1] and mine[0] != its[0]:
        return Tie(*((own, other) if mine[0] > its[0] else (other, own)), Direction.NUMBERS, reason)
    if mine and mine[0] == 1:
        return Tie(other, own, Direction.WORDS, reason)
    return Tie(own, other, Direction.GUESSED, reason)
