"""What to look at once more before a reply goes out: in sentences, none of which stops the export.

What makes a mail impossible (no Message-ID, a question without words) is told by `reply.compose` itself.
"""

import re
from collections.abc import Iterator, Sequence

from uringreview.mail.patch import Patch
from uringreview.review.decisions import Comment, Decision, DecisionKind, Tag
from uringreview.review.facts import PatchFacts
from uringreview.review.reply import Reply

_TRAILER = re.compile(r"(?im)^([a-z][a-z-]*-by|cc): \s*(\S.*)$")
_LONGEST_LINE = 998


def doubts(
    reply: Reply,
    patch: Patch,
    decisions: Sequence[Decision],
    comments: Sequence[Comment] = (),
    facts: PatchFacts | None = None,
) -> tuple[str, ...]:
    """What is odd about `reply`, which says `decisions` and `comments` of `patch`."""
    return tuple(_doubts(reply, patch, decisions, comments, facts))


def _doubts(
    reply: Reply,
    patch: Patch,
    decisions: Sequence[Decision],
    comments: Sequence[Comment],
    facts: PatchFacts | None,
) -> Iterator[str]:
    if reply.left_out:
        yield f"Left out, no usable address: {', '.join(reply.left_out)}."
    if not comments and any(_unreasoned(each, facts) for each in decisions):
        yield "No reason is given: a note (e) or a comment (c) says why."
    tags = {each.tag.value for each in decisions if each.tag is not Tag.NONE}
    for name, who in _TRAILER.findall(reply.body):
        if name not in tags and "@" in who:
            yield f'The line "{name}: {who.strip()}" is not quoted: git send-email may put that address in copy.'
    longest = max(len(line.encode("utf-8", "surrogateescape")) for line in reply.body.split("\n"))
    if longest > _LONGEST_LINE:
        yield f"A line of {longest} bytes is longer than mail allows ({_LONGEST_LINE}); servers may break it."
    for comment in comments:
        if comment.quote and comment.quote not in patch.message.body:
            first = comment.quote.strip().split("\n")[0][:60]
            yield f'The quoted "{first}" does not stand in this mail (any more).'


def _unreasoned(decision: Decision, facts: PatchFacts | None) -> bool:
    if decision.note.strip() or decision.kind in (DecisionKind.TAKE, DecisionKind.NOT_A_FIX):
        return False
    named = facts is not None and (
        (decision.kind is DecisionKind.HOLD and bool(facts.later_fixes))
        or (decision.kind is DecisionKind.TOGETHER and bool(facts.needs))
    )
    return not named
