"""What people's answers say of other commits: "please also do the other one in the series", with its id."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from uringreview.mail.queue import Queue, Reply
from uringreview.mail.stance import Stance, StanceKind
from uringreview.series.edge import Direction, Reason, ReasonKind, Strength, Tie, canonical
from uringreview.series.names import Names


@dataclass(frozen=True, slots=True)
class Heard:
    """One loaded answer and what its author says of the patch."""

    reply: Reply
    stance: Stance


def from_replies(queue: Queue, heard: Mapping[str, Sequence[Heard]], names: Names) -> Iterator[Tie]:
    """Commits that people name: strong where they say that the patch needs one, a hint where they name a queued one.

    `heard` is by the key of the answered row. What a bot names ties nothing.
    """
    for row in queue.rows:
        for each in heard.get(row.key, ()) if row.upstream else ():
            if each.reply.is_bot:
                continue
            own = canonical(row.upstream or "")
            needs = each.stance.kind is StanceKind.NEEDS
            for written in each.stance.ids:
                other = names.resolve(written)
                # Of several ids those of the deciding sentence are meant; a single one may stand in a link behind it.
                wanted = needs and (len(each.stance.ids) == 1 or written[:12] in each.stance.words.lower())
                if other is None or other == own or not (wanted or other in names.rows):
                    continue
                strength = Strength.STRONG if wanted else Strength.HINT
                text = f"{each.reply.sender}: {each.stance.words}"
                reason = Reason(text, row.key, None, ReasonKind.PERSON, strength)
                yield Tie(own, other, Direction.GUESSED, reason)
