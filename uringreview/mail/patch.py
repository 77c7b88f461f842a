"""A patch as mailed: commit message, trailers, rationale text and diff, each as a span of the mail's own body.

The cuts follow git-am(1): the commit message ends at the first line that is `---`, the patch proper begins at the
first real `diff --git ` and `-- ` ends it; between them AUTOSEL puts its rationale and the diffstat.
"""

import os.path
import re
from dataclasses import dataclass, replace

from uringreview.mail.extent import (
    DiffExtent,
    Line,
    find_diff,
    find_diffstat,
    is_signed,
    lacks_counted,
    lines_of,
    message_end,
    span,
    trimmed,
)
from uringreview.mail.message import Address, Message, Span, addresses, decoded
from uringreview.mail.place import folder_range, position
from uringreview.mail.subject import Subject, SubjectKind, parse_subject
from uringreview.mail.trailers import Trailer, find_trailers

__all__ = ["HEADING", "Patch", "Trailer", "read_patch"]

HEADING = "LLM Generated explanations, may be completely bogus:"
_IN_BODY = re.compile(r"(From|Subject|Date):[ \t]+")
_FULL_ID = r"([0-9a-f]{40})"
_UPSTREAM = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\[\s*upstream commit {_FULL_ID}\s*\]",
        rf"\[?\s*commit {_FULL_ID} upstream\b.*",
        rf"upstream commit:? {_FULL_ID}\b.*",
        rf"\(cherry picked from commit {_FULL_ID}\b.*",
    )
)
_DASHES = re.compile(r"-{8,}\s*")


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch of the queue.

    All spans are into `message.body`. `author` is the in-body `From:` line's, else the sender; as for git, one without
    a name goes by the address. An in-body `Subject:` gives the title. `upstream` is the full 40-digit id that the mail
    names, or None. `stable_base` is the header `X-stable-base` ("Linux 7.0.9"). `position`
    is the place in the batch (from the subject's NN/MM, else from the Message-ID), None where unknown.
    `white_space_lost` is True where the text came from a page that dropped leading blanks and blank context lines:
    its diff cannot be applied as it stands. Where the subject names no branch, `subject.asked` is that of the folder
    (stable-queue's queue-6.6).
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
        """What names this patch across runs: its Message-ID, else its upstream id, else where it was read.

        One commit may lie in several folders, a backport for each branch; there the folder's name stands before it.
        """
        source = self.message.source
        own = self.message.message_id or self.upstream or str(source)
        is_file = self.message.message_id is None and not self.message.lacks_names
        if not (source.series or is_file):
            return own
        folder = os.path.basename(os.path.dirname(source.series or source.path))
        return f"{folder}/{own}" if folder else own

    @property
    def rationale_text(self) -> str:
        """The rationale as mailed; empty where there is none."""
        return self.rationale.of(self.message.body) if self.rationale else ""

    @property
    def diff_text(self) -> str:
        """The diff as mailed; empty where there is none."""
        return self.diff.of(self.message.body) if self.diff else ""


def read_patch(message: Message) -> Patch | None:
    """Take a patch mail apart; None for an answer, a cover letter, and any mail without the nature of a patch.

    A mail whose subject says PATCH is a patch even where its diff is missing or damaged: it must not be lost.
    """
    subject = parse_subject(message.subject)
    if subject.is_reply or subject.number == 0:
        return None
    if subject.asked is None:
        subject = replace(subject, asked=folder_range(message.source))
    lines = lines_of(message.body)
    first, named, title = _commit_message_start(lines)
    author = named or message.sender
    end = message_end(lines, first)
    after = end + 1 if end < len(lines) and lines[end].text.rstrip() == "---" else end
    diff = find_diff(lines, after)
    if diff is None and (subject.kind is SubjectKind.NONE or message.form == "patch file"):
        return None
    stat = find_diffstat(lines, after, diff.first) if diff else None
    text_end = min(end, stat[0] if stat and stat[0] >= first else end)
    first, text_end = trimmed(lines, first, text_end)
    return Patch(
        message=message,
        subject=replace(subject, title=title) if title else subject,
        author=author if author.name else replace(author, name=author.address),
        upstream=_upstream(lines[first:text_end]),
        stable_base=message.header("X-stable-base"),
        position=position(message.source, subject, message.message_id),
        commit_message=span(lines, first, text_end),
        trailers=find_trailers(lines[first:text_end]),
        rationale=_rationale(lines, subject, after, stat, diff),
        diffstat=span(lines, *stat, line_end=True) if stat else None,
        diff=span(lines, diff.first, diff.last, line_end=True) if diff else None,
        white_space_lost=diff is not None and _white_space_lost(lines, diff, stat),
    )


def _commit_message_start(lines: list[Line]) -> tuple[int, Address | None, str]:
    """The line where the commit message starts, behind in-body headers, and the author and title that they name.

    Each header counts once and may go on in lines that begin with a blank, as git-mailinfo(1) reads them. The -rc
    review mails put a notice and a line of dashes before them.
    """
    at, _ = trimmed(lines, 0, len(lines))
    if at < len(lines) and "stable review patch" in lines[at].text:
        dashes = next((n for n in range(at, min(at + 10, len(lines))) if _DASHES.fullmatch(lines[n].text)), None)
        if dashes is not None:
            at, _ = trimmed(lines, dashes + 1, len(lines))
    author: Address | None = None
    title = ""
    seen: set[str] = set()
    while at < len(lines):
        text = lines[at].text
        name = found[1] if (found := _IN_BODY.match(text)) else "Subject" if text.startswith("[PATCH] ") else ""
        end = at + 1
        while found and end < len(lines) and lines[end].text[:1] in (" ", "\t") and lines[end].text.strip():
            end += 1
        if not name or name in seen or (name == "Date" and author is None):
            break
        value = " ".join([text[found.end() :] if found else text, *(line.text for line in lines[at + 1 : end])])
        named = addresses(value) if name == "From" else ()
        if not value.strip() or (name == "From" and not named):
            break
        author = named[0] if named else author
        title = parse_subject(decoded(value)).title if name == "Subject" else title
        seen.add(name)
        at = end
    return at, author, title


def _upstream(lines: list[Line]) -> str | None:
    for form in _UPSTREAM:
        for line in lines:
            if found := form.fullmatch(line.text.strip()):
                return str(found[1]).lower()
    return None


def _rationale(
    lines: list[Line], subject: Subject, after: int, stat: tuple[int, int] | None, diff: DiffExtent | None
) -> Span | None:
    """The generated text between the `---` and the diffstat; an empty span where its heading stands over nothing.

    Without the heading (before July 2025) only AUTOSEL mails are taken to hold one: others put changelogs there.
    """
    end = stat[0] if stat else diff.first if diff else _without_signature(lines, after)
    heading = next((n for n in range(after, end) if lines[n].text.strip() == HEADING), None)
    if heading is not None:
        return span(lines, *trimmed(lines, heading + 1, end))
    first, last = trimmed(lines, after, end)
    return span(lines, first, last) if subject.kind is SubjectKind.AUTOSEL and first < last else None


def _without_signature(lines: list[Line], first: int) -> int:
    return next((n for n in range(len(lines) - 1, first, -1) if lines[n].text == "-- "), len(lines))


def _white_space_lost(lines: list[Line], diff: DiffExtent, stat: tuple[int, int] | None) -> bool:
    """Whether leading blanks are gone: context without its blank, and no context line that kept it."""
    inside = [line.text[:1] for line in lines[diff.first : diff.last]]
    bare_stat = stat is not None and not lines[stat[0]].text.startswith(" ")
    return " " not in inside and (diff.unmarked > 0 or (bare_stat and not diff.whole))


def has_diff(body: str) -> bool:
    """Whether a diff stands in `body`, at the start of lines (a quoted one does not count)."""
    return _may_hold_diff(body) and find_diff(lines_of(body), 0) is not None


def cut_short(message: Message) -> bool:
    """Whether the mail's patch broke off: by its last hunk's own counts, or by those of its diffstat.

    The diffstat counts only in a mail as sent: quilt refreshes the diff of a patch file and leaves its old diffstat.
    """
    if message.form != "mail" or not _may_hold_diff(message.body) or is_signed(message.body):
        return False
    lines = lines_of(message.body)
    diff = find_diff(lines, 0)
    if diff is None:
        return False
    stat = find_diffstat(lines, 0, diff.first)
    as_sent = message.message_id is not None and parse_subject(message.subject).kind is not SubjectKind.NONE
    ends_in_diff = diff.last >= len(lines) - 1
    return diff.short or (as_sent and ends_in_diff and stat is not None and lacks_counted(lines, diff, stat))


def _may_hold_diff(body: str) -> bool:
    return "diff --git " in body or "--- " in body or "Index: " in body
