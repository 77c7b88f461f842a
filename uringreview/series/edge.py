"""Reasons, ties and edges: how single pieces of evidence become "this patch should come after that one".

A tie is one reason with its direction. Ties between the same two commits make one edge where one of them is strong by
itself, or where hints of two kinds agree: a wrong group is worse than none, so a lone hint connects nothing. Ties may
disagree on what comes first; the surest direction wins, and the edge keeps what speaks against it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, IntEnum

from uringreview.mail.message import Span


class ReasonKind(Enum):
    """Where a reason comes from; the value is for a person and for programs."""

    NUMBERED = "rationale numbers the series"
    SAID = "rationale asks for it"
    NAMED = "named in a rationale"
    TRAILER = "trailer"
    POSTING = "one upstream posting"
    PARENT = "upstream parent"
    BLOBS = "made on top of it"
    SYMBOL = "uses what it adds"
    LINES = "stands on its lines"
    APPLIES = "applies only after it"
    SIMULATOR = "simulator"
    PERSON = "a person says so"


class Strength(IntEnum):
    """How far one reason carries: a hint connects nothing by itself, a certain one is a fact that was checked."""

    HINT = 1
    STRONG = 2
    CERTAIN = 3

    @property
    def word(self) -> str:
        """In lower case, for a person and for programs."""
        return self.name.lower()


class Direction(IntEnum):
    """How well a tie knows which of the two comes first; the highest decides the edge's direction."""

    GUESSED = 0
    MAILED = 1
    WORDS = 2
    NUMBERS = 3
    UPSTREAM = 4
    MAILS_APPLY = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """Why `Edge.patch` needs `Edge.needs`: one sentence, whose mail said so, and where (None for other evidence).

    `said_by` is the key of a queue row; `span` a place in that row's own mail.
    """

    text: str
    said_by: str | None
    span: Span | None
    kind: ReasonKind = ReasonKind.SAID
    strength: Strength = Strength.STRONG


@dataclass(frozen=True, slots=True)
class Edge:
    """`patch` (an upstream id, 12 digits) should come after `needs` (the same).

    `against` are reasons for the opposite order, as where the mails were made in another order than upstream's.
    """

    patch: str
    needs: str
    reasons: tuple[Reason, ...]
    against: tuple[Reason, ...] = ()

    @property
    def strength(self) -> Strength:
        """That of the strongest reason."""
        return max((each.strength for each in (*self.reasons, *self.against)), default=Strength.HINT)

    @property
    def kinds(self) -> tuple[ReasonKind, ...]:
        """The kinds of its reasons, each once."""
        return tuple(dict.fromkeys(each.kind for each in (*self.reasons, *self.against)))


@dataclass(frozen=True, slots=True)
class Tie:
    """`patch` should come after `needs` (12 digits each), for one reason; `direction` says how well that is known."""

    patch: str
    needs: str
    direction: Direction
    reason: Reason


def canonical(commit: str) -> str:
    """What names a commit here: the first 12 digits of its id, lower case."""
    return commit[:12].lower()


def join(ties: Iterable[Tie], queued: Sequence[str]) -> tuple[Edge, ...]:
    """One edge for each two commits that the ties connect, in the order of `queued` (12-digit ids).

    Where ties know the direction equally well and disagree, most of them decide, then the first.
    """
    pairs: dict[frozenset[str], list[Tie]] = defaultdict(list)
    for tie in ties:
        if tie.patch != tie.needs:
            pairs[frozenset((tie.patch, tie.needs))].append(tie)
    edges = []
    for pair in pairs.values():
        if all(tie.reason.strength is Strength.HINT for tie in pair) and len({tie.reason.kind for tie in pair}) < 2:
            continue
        best = max(tie.direction for tie in pair)
        votes: dict[tuple[str, str], int] = defaultdict(int)
        for tie in pair:
            votes[tie.patch, tie.needs] += tie.direction is best
        patch, needs = max(votes, key=lambda one: votes[one])
        against = [tie.reason for tie in pair if tie.patch != patch and tie.direction > Direction.GUESSED]
        others = [tie.reason for tie in pair if tie.reason not in against]
        edges.append(Edge(patch, needs, tuple(dict.fromkeys(others)), tuple(dict.fromkeys(against))))
    place = {name: number for number, name in enumerate(queued)}
    last = len(place)
    return tuple(sorted(edges, key=lambda edge: (place.get(edge.patch, last), place.get(edge.needs, last))))


def mailed_order(ties: Iterable[Tie]) -> tuple[tuple[str, str], ...]:
    """(patch, what its diff was made on top of) for every tie that knows in which order the mails were made."""
    known = (tie for tie in ties if tie.direction in (Direction.MAILS_APPLY, Direction.MAILED))
    return tuple(dict.fromkeys((tie.patch, tie.needs) for tie in known))


def reaches(before: Mapping[str, Iterable[str]], start: str, end: str) -> bool:
    """Whether `start` is `end` or needs it, directly or through others, by what each has to come after."""
    seen, waiting = {start}, [start]
    while waiting:
        fresh = set(before.get(waiting.pop(), ())) - seen
        seen |= fresh
        waiting += fresh
    return end in seen
