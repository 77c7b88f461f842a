"""What the reply pane previews: the mail of a decision, or the sentence that says why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from uringreview.errors import EnvironmentProblem, UnreadableError, UringreviewError
from uringreview.kernel.status import Status, branch_version
from uringreview.mail.subject import Version
from uringreview.review.decisions import Comment, Decision
from uringreview.review.doubts import doubts
from uringreview.review.facts import PatchFacts
from uringreview.review.identity import Identity
from uringreview.review.reply import Reply, compose, text_to_copy


@dataclass(frozen=True, slots=True)
class Preview:
    """`text` as shown, `notice` above it, `to_copy` for the clipboard (empty where there is nothing to send).

    Where there is a mail `body` is its text below the headers, `made` that text as the program makes it: the two differ
    where the reviewer wrote his own.
    """

    text: str
    notice: str
    to_copy: str
    reply: Reply | None = None
    body: str = ""
    made: str = ""

    @property
    def edited(self) -> bool:
        """Whether the reviewer wrote the text himself."""
        return self.body != self.made


def preview(
    facts: PatchFacts | None,
    decision: Decision | None,
    comments: Sequence[Comment],
    identity: Identity | EnvironmentProblem,
    single: Sequence[Decision] = (),
    own: str | None = None,
) -> Preview:
    """The mail that `decision`, and those for `single` branches, would send, or why none is written.

    `own` is the reviewer's text in place of ours.
    """
    if facts is None:
        return Preview("", "There is no loaded patch here to answer.", "")
    every = [*([decision] if decision is not None else []), *single]
    if not every:
        return Preview("", "Not decided: a take, h hold, d drop, D drop from a version and older, q question.", "")
    if isinstance(identity, EnvironmentProblem):
        return Preview("", str(identity), "")
    try:
        reply = compose(facts.patch, every[0], identity, facts=facts, comments=comments, single=every[1:])
    except UnreadableError as problem:
        made = text_to_copy(facts.patch, every[0], identity, facts=facts, comments=comments, single=every[1:])
        text = made if own is None else own
        return Preview(text, str(problem), text, None, text, made)
    except UringreviewError as problem:
        return Preview("", str(problem), "")
    if reply.withheld:
        return Preview("", reply.withheld, "", reply)
    made = reply.body
    notices = [] if own is None else _not_in(own, comments)
    reply = reply if own is None else replace(reply, body=own)
    notices += doubts(reply, facts.patch, every, comments, facts)
    return Preview(reply.text, " ".join(notices), reply.body, reply, reply.body, made)


def _not_in(own: str, comments: Sequence[Comment]) -> list[str]:
    """What the reviewer's own text lacks of what was written since."""
    squeezed = " ".join(own.split())
    missing = sum(" ".join(each.text.split()) not in squeezed for each in comments if each.text.strip())
    return [f"{missing} {'comment is' if missing == 1 else 'comments are'} not in the edited text."] if missing else []


def droppable(facts: PatchFacts | None, branches: Sequence[str]) -> tuple[Version, ...]:
    """The versions that a patch can be dropped from, newest first: the clone's, or the ends of what is asked."""
    if facts is None:
        return ()
    asked = facts.patch.subject.asked
    known = {version for branch in branches if (version := branch_version(branch)) is not None}
    inside = {version for version in known if asked is None or version in asked}
    ends = {asked.newest, asked.oldest} if asked is not None else set()
    return tuple(sorted(inside | ends, reverse=True))


def drop_from(facts: PatchFacts | None, versions: Sequence[Version]) -> Version | None:
    """The version to propose: the newest where the patch conflicts or its file is missing, else the oldest."""
    if facts is None or not versions:
        return None
    bad = {branch_version(c.branch) for c in facts.cells if c.status in (Status.CONFLICT, Status.MISSING)}
    return next((version for version in versions if version in bad), versions[-1])
