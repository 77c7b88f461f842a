"""Claims on messages and on answers to them, against what is loaded. Nothing is fetched.

The thread that a rationale read is that of the upstream posting, an older one than the mail's own. Where that posting
is loaded too, by the Message-ID in the mail's Link:, its answers are asked.
"""

import re

from uringreview.mail.queue import Row
from uringreview.mail.stance import classify
from uringreview.rationale.claim import Claim
from uringreview.rationale.mark import Evidence, Mark, MarkWord, PatchTarget, Target

_MESSAGE_ID = re.compile(r"[\w+.=-]{6,200}@[\w.-]{2,100}")


def check_link(claim: Claim, evidence: Evidence) -> Mark:
    """Whether the mail itself names the message, or the queue holds it."""
    wanted = claim.names[0]
    for trailer in evidence.patch.trailers:
        if wanted in re.sub(r"\s+", "", trailer.value):
            spans: tuple[Target, ...] = (trailer.span,)
            return Mark(claim, MarkWord.VERIFIED, f"the mail has {trailer.key}: {trailer.value}", spans)
    for row in evidence.queue.rows:
        if row.patch is None:
            continue
        if row.patch.message.message_id == wanted:
            here: tuple[Target, ...] = (PatchTarget(row.patch.key),)
            return Mark(claim, MarkWord.VERIFIED, f"loaded here: {row.patch.message.subject}", here)
        answer = next((one for one in row.replies if one.message and one.message.message_id == wanted), None)
        if answer is not None:
            return Mark(claim, MarkWord.VERIFIED, f"loaded here: an answer of {answer.sender}")
    own = next((one.value for one in evidence.patch.trailers if one.key.lower() == "link"), None)
    link = f"the mail's Link: is {own}" if own is not None else "the mail has no Link:"
    return Mark(claim, MarkWord.UNCHECKABLE, f"{link}, and the message is not loaded: not checkable")


def check_thread(claim: Claim, evidence: Evidence) -> Mark:
    """What the loaded answers to the upstream posting say; "no replies" only of people, the poster left out."""
    row = _posting(evidence)
    if row is None or row.patch is None:
        return Mark(claim, MarkWord.UNCHECKABLE, _not_loaded(evidence))
    poster = row.patch.message.sender
    answers = [
        one for one in row.replies if one.message is not None and not one.is_bot and one.message.sender != poster
    ]
    objecting = [one for one in answers if one.message and classify(one.message, poster).kind.objects]
    against = answers if "repl" in claim.names[0].lower() else objecting
    here: tuple[Target, ...] = (PatchTarget(row.patch.key),)
    of = f"the upstream posting {row.patch.message.message_id}"
    if against and against[0].message is not None:
        said = classify(against[0].message, poster)
        words = f'{said.kind.value}: "{said.words}"' if said.words else said.kind.value
        return Mark(claim, MarkWord.CONTRADICTED, f"{against[0].sender} answered {of}: {words}", here)
    if answers:
        many = f"{len(answers)} answers" if len(answers) > 1 else "1 answer"
        return Mark(claim, MarkWord.VERIFIED, f"{many} to {of} loaded, and none objects", here)
    return Mark(claim, MarkWord.UNCHECKABLE, f"no answer to {of} is loaded; whether there is one is not known", here)


def _posting(evidence: Evidence) -> Row | None:
    """The row of the upstream posting: another mail of the queue, whose Message-ID a Link: of this one names."""
    links = [one.value for one in evidence.patch.trailers if one.key.lower() == "link"]
    named = {found.group() for value in links for found in _MESSAGE_ID.finditer(value)}
    for row in evidence.queue.rows:
        if row.patch is not None and row.patch is not evidence.patch and row.patch.message.message_id in named:
            return row
    return None


def _not_loaded(evidence: Evidence) -> str:
    row = next((one for one in evidence.queue.rows if one.patch is evidence.patch), None)
    answers = len(row.replies) if row is not None else 0
    here = f"{answers} answer{'s' if answers != 1 else ''} to this mail loaded; " if answers else ""
    return f"{here}the thread that the rationale read is not loaded: not checkable"
