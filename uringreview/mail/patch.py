"""A patch as mailed: commit message, trailers, rationale text and diff, each as a span of the mail's own body.

The cuts follow git-am(1): the commit message ends at the first line that is `---`, the patch proper begins at the
first real `diff --git ` and `-- ` ends it; between them AUTOSEL puts its rationale and the diffstat.
"""

from dataclasses import dataclass

from uringreview.mail.message import Address, Message, Span
from uringreview.mail.subject import Subject


@dataclass(frozen=True, slots=True)
class Trailer:
    """One trailer line of the commit message (git-interpret-trailers(1)): "Fixes" and what follows the colon."""

    key: str
    value: str
    span: Span


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch of the queue.

    All spans are into `message.body`. `author` is the in-body `From:` line's, else the sender. `upstream` is the full
    40-digit id that the mail names, or None. `stable_base` is the header `X-stable-base` ("Linux 7.0.9"). `position`
    is the place in the batch (from the subject's NN/MM, else from the Message-ID), None where unknown.
    `white_space_lost` is True where the text came from a page that dropped leading blanks and blank context lines:
    its diff cannot be applied as it stands.
    """

    message: Message
    subject: Subject
    author: Address
    upstream: str | None
    stable_base: str | None
    position: int | None
    commit_message: Span
    trailers: tuple[Trailer, ...]
    rationale: Span | None
    diffstat: Span | None
    diff: Span | None
    white_space_lost: bool = False

    @property
    def key(self) -> str:
        """What names this patch across runs: its Message-ID, else its upstream id, else where it was read."""
        return self.message.message_id or self.upstream or str(self.message.source)

    @property
    def rationale_text(self) -> str:
        """The rationale as mailed; empty where there is none."""
        return self.rationale.of(self.message.body) if self.rationale else ""

    @property
    def diff_text(self) -> str:
        """The diff as mailed; empty where there is none."""
        return self.diff.of(self.message.body) if self.diff else ""
