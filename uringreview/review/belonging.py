"""Which patches of a queue belong together, from everything that is known of them at the time.

The mails' own reasons come first; a clone adds upstream's parents and what applies only after what, the simulator what
is not to be taken alone. Each time the groups are made anew from all reasons together.
"""

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from uringreview.interleave.orders import Requirement
from uringreview.kernel.clone import Clone
from uringreview.mail.queue import Queue
from uringreview.rationale.document import Record, VerificationItem
from uringreview.review.facts import Answer, Desk, PatchFacts, answers_of
from uringreview.series.branches import from_cells, from_parents
from uringreview.series.edge import Direction, Reason, ReasonKind, Strength, Tie, canonical, join, mailed_order
from uringreview.series.evidence import Statement, find_ties
from uringreview.series.graph import Edge, Group, groups, order
from uringreview.series.names import Names
from uringreview.series.people import Heard

_OF_CLONE = (ReasonKind.PARENT, ReasonKind.APPLIES)


@dataclass(frozen=True, slots=True)
class Belonging:
    """The groups of a queue and the order to take its loaded patches in, as far as `ties` tell.

    `trial` is the order to try the mails in on a branch: the one that they were made in comes first there.
    """

    ties: tuple[Tie, ...]
    edges: tuple[Edge, ...]
    groups: tuple[Group, ...]
    order: tuple[str, ...]
    trial: tuple[str, ...]


def by_mail(queue: Queue, facts: Sequence[PatchFacts]) -> tuple[Tie, ...]:
    """The reasons that the mails themselves give."""
    said = {each.key: _statements(each) for each in facts}
    known = {each.key: each for each in facts}
    heard = {row.key: _heard(known[row.key].answers if row.key in known else answers_of(row)) for row in queue.rows}
    return find_ties(queue, said, {each.key: each.diff for each in facts}, heard)


def by_clone(ties: Sequence[Tie], queue: Queue, clone: Clone) -> tuple[Tie, ...]:
    """`ties` with what the clone's commits tell, in place of what another clone told."""
    kept = [tie for tie in ties if tie.reason.kind not in _OF_CLONE]
    return (*kept, *from_parents(queue.patches, clone))


def by_cells(ties: Sequence[Tie], queue: Queue, facts: Mapping[str, PatchFacts]) -> tuple[Tie, ...]:
    """`ties` with what was found to apply only after something else."""
    return (*ties, *from_cells(queue.patches, {key: each.cells for key, each in facts.items()}))


def by_simulator(ties: Sequence[Tie], requirements: Iterable[Requirement], queued: Container[str]) -> tuple[Tie, ...]:
    """`ties` with what the simulator found must not be taken alone, in place of what it found before.

    `queued` are the queue's commits, 12 digits each.
    """
    found = []
    for each in requirements:
        if not (each.patch.upstream and each.other.upstream):
            continue
        together = "belong in one step" if each.together else f"{canonical(each.other.upstream)} has to come first"
        text = f"{together}: in a model of this code {', '.join(each.scenarios)} fails without it"
        reason = Reason(text, None, None, ReasonKind.SIMULATOR, Strength.CERTAIN)
        # A model tells what is unsafe alone, not in which order the mails apply: others know that better. What is not
        # in the queue came later, as a fix does.
        ends = canonical(each.patch.upstream), canonical(each.other.upstream)
        found.append(Tie(*(ends if ends[1] in queued else ends[::-1]), Direction.GUESSED, reason))
    return (*(tie for tie in ties if tie.reason.kind is not ReasonKind.SIMULATOR), *found)


def belonging(queue: Queue, ties: Sequence[Tie]) -> Belonging:
    """The groups that `ties` make, and the order to take the patches in."""
    edges = join(ties, Names(queue).queued)
    made = groups(queue, edges)
    mailed = mailed_order(ties)
    ways = (order(queue, made, mailed), order(queue, made, mailed, as_mailed=True))
    return Belonging(tuple(ties), edges, made, *ways)


def placed(facts: Iterable[PatchFacts], found: Belonging) -> tuple[PatchFacts, ...]:
    """The facts, each with its group and its needs."""
    of = {member.key: group for group in found.groups for member in group.members if member.key is not None}
    needs: dict[str, list[Edge]] = {}
    for edge in found.edges:
        needs.setdefault(edge.patch, []).append(edge)
    return tuple(
        replace(each, group=of.get(each.key), needs=tuple(needs.get(canonical(each.patch.upstream or "-"), ())))
        for each in facts
    )


def with_simulation(desk: Desk, requirements: Sequence[Requirement]) -> Desk:
    """The desk with what the simulator found that belongs together, and what each patch has to wait for."""
    found = belonging(desk.queue, by_simulator(desk.ties, requirements, Names(desk.queue).rows))
    held = tuple(replace(each, holds=_holds(each, requirements)) for each in desk.facts)
    return replace(desk, ties=found.ties, groups=found.groups, order=found.order, facts=placed(held, found))


def _holds(facts: PatchFacts, requirements: Iterable[Requirement]) -> tuple[Requirement, ...]:
    upstream = canonical(facts.patch.upstream or "-")
    mine = [each for each in requirements if each.patch.upstream and canonical(each.patch.upstream) == upstream]
    return tuple(sorted(mine, key=lambda each: not each.together))


def _statements(facts: PatchFacts) -> tuple[Statement, ...]:
    parts: list[Record | VerificationItem] = [each for part in facts.rationale.sections for each in part.records]
    return tuple(Statement(part.text, part.span) for part in parts)


def _heard(answers: Sequence[Answer]) -> tuple[Heard, ...]:
    return tuple(Heard(each.reply, each.stance) for each in answers)
