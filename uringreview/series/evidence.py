"""Each reason to think that one patch of the queue needs another: who says so, in which words, and where.

Three kinds count: what rationales say of numbers, series and companions (see `words`), trailers that name another
queued patch (submitting-patches.rst, stable-kernel-rules.rst), and one sending of patches that change the same file.
A commit that is merely mentioned makes no edge: a wrong group is worse than none.
"""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from uringreview.mail.message import Span
from uringreview.mail.patch import Patch
from uringreview.mail.queue import Queue
from uringreview.series.graph import Edge, Reason, canonical
from uringreview.series.words import Said, ids_in, read_sentences

_SENDING = re.compile(r"\b(\d{14}\.\d{1,12})-(\d{1,4})-([\w.+-]{1,64}@[\w.-]{1,128})")
_FILE = re.compile(r"^diff --git a/(\S+) b/", re.MULTILINE)
_BULLET = re.compile(r"^\s*[-*•]\s+")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_NEEDS_TRAILERS = ("depends-on", "fixes", "prerequisite", "requires")
_WEAK, _SAID, _NUMBERED = 1, 2, 3
_SENTENCE_WORDS = 80


@dataclass(frozen=True, slots=True)
class Statement:
    """One record of a rationale: its text with lines joined, and where it stands in the mail's body."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class _Tie:
    """`patch` should come after `needs` (12 digits each); `weight` says how well the direction is known."""

    patch: str
    needs: str
    weight: int
    reason: Reason


def find_edges(queue: Queue, statements: Mapping[str, Sequence[Statement]]) -> tuple[Edge, ...]:
    """Every edge that the queue's own mails give reason for, in queue order.

    `statements` holds each rationale's records by `Patch.key`; where a patch has none, its rationale is read paragraph
    by paragraph. A commit that is not in the queue gets an edge only where a rationale numbers it, lists it in the
    series or asks for it to be taken together. Ids of any length of one commit are one, 12 digits long.
    """
    queued = {canonical(patch.upstream): patch for patch in queue.patches if patch.upstream}
    names = _Names(queued)
    ties: list[_Tie] = []
    for patch in queue.patches:
        if patch.upstream:
            said = statements.get(patch.key) or _paragraphs(patch)
            ties += _from_rationale(patch, said, names)
            ties += _from_trailers(patch, names)
    ties += _from_sendings(queue.patches)
    return _edges(ties, list(queued))


class _Names:
    """Ids as written -> 12 digits; shorter ones only where the queue has exactly one such commit."""

    def __init__(self, queued: Mapping[str, Patch]) -> None:
        self.queued = queued

    def resolve(self, written: str) -> str | None:
        """The 12-digit id; None where fewer digits are written than tell the commit."""
        if len(written) >= 12:
            return canonical(written)
        found = [one for one in self.queued if one.startswith(written)]
        return found[0] if len(found) == 1 else None


def _paragraphs(patch: Patch) -> Iterator[Statement]:
    """A rationale without records, paragraph by paragraph."""
    if patch.rationale is None:
        return
    text, at = patch.rationale_text, 0
    for end in [*(found.start() for found in _PARAGRAPH.finditer(text)), len(text)]:
        if text[at:end].strip():
            yield Statement(text[at:end].strip(), Span(patch.rationale.start + at, patch.rationale.start + end))
        at = end


def _from_rationale(patch: Patch, statements: Sequence[Statement] | Iterator[Statement], names: _Names) -> list[_Tie]:
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
    ties: list[_Tie] = []
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
    return Reason(text, patch.key, Span(start + found.start(), start + found.end()) if found else statement.span)


def _by_number(
    own: str, said: Said, numbers: Mapping[str, tuple[int, int]], reason: Reason, names: _Names
) -> list[_Tie]:
    """Consecutive members among those whose numbers the mail gives; this sentence speaks for those that it names."""
    here = {name for written, _n, _t in said.numbered if (name := names.resolve(written))}
    if not here:
        return []
    total = next(numbers[name][1] for name in here)
    if own in numbers and numbers[own][1] == total:
        here.add(own)
    members = sorted((numbers[name][0], name) for name in numbers if numbers[name][1] == total)
    pairs = [(first[1], second[1]) for first, second in itertools.pairwise(members) if first[0] < second[0]]
    return [_Tie(second, first, _NUMBERED, reason) for first, second in pairs if first in here or second in here]


def _by_list(own: str, said: Said, reason: Reason, names: _Names) -> list[_Tie]:
    """A series counted out in order, the mail's own patch among it."""
    members = [name for written in said.listed if (name := names.resolve(written))]
    if own not in members:
        return []
    return [_Tie(second, first, _SAID, reason) for first, second in itertools.pairwise(members)]


def _by_request(
    own: str, said: Said, numbers: Mapping[str, tuple[int, int]], reason: Reason, names: _Names
) -> list[_Tie]:
    """Companions to take together, what the patch comes after, what comes after it."""
    ties = []
    for written in said.together:
        other = names.resolve(written)
        if other and other != own:
            ties.append(_companion(own, other, numbers, reason))
    for written in said.before:
        other = names.resolve(written)
        if other and other != own and other in names.queued:
            ties.append(_Tie(own, other, _SAID, reason))
    for written in said.behind:
        other = names.resolve(written)
        if other and other != own and (other in names.queued or written in said.together):
            ties.append(_Tie(other, own, _SAID, reason))
    return ties


def _companion(own: str, other: str, numbers: Mapping[str, tuple[int, int]], reason: Reason) -> _Tie:
    """Two to take together: the numbers say which comes first; without them the mail's own comes last, by guess."""
    mine, its = numbers.get(own), numbers.get(other)
    if mine and its and mine[1] == its[1] and mine[0] != its[0]:
        return _Tie(*((own, other) if mine[0] > its[0] else (other, own)), _NUMBERED, reason)
    if mine and mine[0] == 1:
        return _Tie(other, own, _SAID, reason)
    return _Tie(own, other, _WEAK, reason)


def _from_trailers(patch: Patch, names: _Names) -> list[_Tie]:
    """Trailers that name another patch of the queue."""
    assert patch.upstream is not None
    own = canonical(patch.upstream)
    ties = []
    for trailer in patch.trailers:
        key = trailer.key.lower()
        value = trailer.value
        if key == "cc" and "stable@" in value and "#" in value:
            value = value.partition("#")[2]
        elif key not in _NEEDS_TRAILERS and key != "stable-dep-of":
            continue
        reason = Reason(f"{trailer.key}: {trailer.value}", patch.key, trailer.span)
        for found in ids_in(value)[:1]:
            other = names.resolve(found[0])
            if other and other != own and other in names.queued:
                ties.append(_Tie(*((other, own) if key == "stable-dep-of" else (own, other)), _NUMBERED, reason))
    return ties


def _from_sendings(patches: Sequence[Patch]) -> list[_Tie]:
    """Patches of one original sending, by the Message-ID in their Link: trailers, that change the same file."""
    sendings: dict[tuple[str, str], dict[int, Patch]] = defaultdict(dict)
    for patch in patches:
        for trailer in patch.trailers:
            found = _SENDING.search(trailer.value) if trailer.key.lower() == "link" else None
            if found and patch.upstream:
                sendings[found[1], found[3]].setdefault(int(found[2]), patch)
    ties = []
    for members in sendings.values():
        for number, patch in sorted(members.items()):
            files = set(_FILE.findall(patch.diff_text))
            for earlier in sorted((one for one in members if one < number), reverse=True):
                shared = sorted(files & set(_FILE.findall(members[earlier].diff_text)))
                if shared:
                    ties.append(_sent_after(patch, members[earlier], number, earlier, shared[0]))
                    break
    return ties


def _sent_after(patch: Patch, earlier: Patch, number: int, before: int, path: str) -> _Tie:
    assert patch.upstream is not None
    assert earlier.upstream is not None
    span = next((one.span for one in patch.trailers if one.key.lower() == "link"), None)
    text = f"both change {path}, and the Link: trailers show them sent as mails {before} and {number} of one series"
    return _Tie(canonical(patch.upstream), canonical(earlier.upstream), _NUMBERED, Reason(text, patch.key, span))


def _edges(ties: Sequence[_Tie], order: Sequence[str]) -> tuple[Edge, ...]:
    """One edge a pair, its direction the best known, its reasons from both mails."""
    pairs: dict[frozenset[str], list[_Tie]] = defaultdict(list)
    for tie in ties:
        if tie.patch != tie.needs:
            pairs[frozenset((tie.patch, tie.needs))].append(tie)
    edges = []
    for pair in pairs.values():
        best = max(tie.weight for tie in pair)
        votes: dict[tuple[str, str], int] = defaultdict(int)
        for tie in pair:
            votes[tie.patch, tie.needs] += tie.weight == best
        patch, needs = max(votes, key=lambda one: votes[one])
        edges.append(Edge(patch, needs, tuple(dict.fromkeys(tie.reason for tie in pair))))
    place = {name: number for number, name in enumerate(order)}
    return tuple(sorted(edges, key=lambda edge: (place.get(edge.patch, len(place)), place.get(edge.needs, len(place)))))
