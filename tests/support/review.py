"""Patches and their facts, made from values, for tests of decisions and replies."""

from datetime import datetime, timedelta, timezone

from uringreview.diff.model import Diff, DiffState
from uringreview.mail.message import Address, Message, Source, Span
from uringreview.mail.patch import Patch
from uringreview.mail.queue import Listed, Row
from uringreview.mail.subject import BranchRange, Subject, SubjectKind, Version
from uringreview.rationale.document import Rationale, Verdict, VerdictWord
from uringreview.review.facts import PatchFacts
from uringreview.review.identity import Identity
from uringreview.series.graph import LaterFix

SAM = Address("Sam Stable", "sam@kernel.example")
ADA = Address("Ada Author", "ada@kernel.example")
LISTS = (Address("", "patches@lists.example"), Address("", "stable@lists.example"))
ME = Identity("Rita Reviewer", "rita@kernel.example", "Rita")
SENT = datetime(2026, 5, 20, 7, 19, 21, tzinfo=timezone(timedelta(hours=-4)))
UPSTREAM = "0123456789abcdef0123456789abcdef01234567"
TITLE = "ring: stop at the end of the chain"
HEAD = f"From: Ada Author <ada@kernel.example>\n\n[ Upstream commit {UPSTREAM} ]\n\n"
EXPLAINED = "Record: one file changed.\nRecord: obviously correct.\n\n**YES**\n"
DIFF = (
    "diff --git a/ring/chain.c b/ring/chain.c\nindex 1111111..2222222 100644\n--- a/ring/chain.c\n+++ b/ring/chain.c\n"
    "@@ -10,3 +10,5 @@ static void ring_walk(struct ring *ring)\n \tstruct link *link = ring->head;\n"
    "+\tif (!link)\n+\t\treturn;\n \twhile (link)\n \t\tlink = link->next;\n"
)


def patch(
    *,
    message_id: str | None = "20260520120000.4711-3-sam@kernel.example",
    sender: Address = SAM,
    reply_to: tuple[Address, ...] = (),
    to: tuple[Address, ...] = LISTS,
    cc: tuple[Address, ...] = (ADA, SAM),
    in_reply_to: str | None = "20260520120000.4711-1-sam@kernel.example",
    references: tuple[str, ...] = ("20260520120000.4711-1-sam@kernel.example",),
    title: str = TITLE,
    subject: str | None = None,
    upstream: str | None = UPSTREAM,
    position: int | None = 3,
    head: str = HEAD,
) -> Patch:
    """An AUTOSEL patch as the mail room would hand it over, every part of its mail changeable."""
    message_text = "Walking an empty chain dereferences NULL.\n"
    body = f"{head}{message_text}---\n\n{EXPLAINED}\n{DIFF}-- \n2.53.0\n"
    explained, diff = body.index(EXPLAINED), body.index("diff --git")
    return Patch(
        message=Message(
            source=Source("queue.mbox", "message 3"),
            raw=body,
            headers=(),
            subject=subject or f"[PATCH AUTOSEL 7.0-6.6] {title}",
            sender=sender,
            reply_to=reply_to,
            to=to,
            cc=cc,
            message_id=message_id,
            in_reply_to=in_reply_to,
            references=references,
            date=SENT,
            date_text="Wed, 20 May 2026 07:19:21 -0400",
            body=body,
            form="mail" if message_id else "patchew page",
        ),
        subject=Subject(
            SubjectKind.AUTOSEL, title, BranchRange(Version.parse("7.0"), Version.parse("6.6")), position, None, False
        ),
        author=ADA,
        upstream=upstream,
        stable_base="Linux 7.0.9",
        position=position,
        commit_message=Span(len(head), len(head) + len(message_text)),
        trailers=(),
        rationale=Span(explained, explained + len(EXPLAINED)),
        diffstat=None,
        diff=Span(diff, diff + len(DIFF)),
    )


def facts(of: Patch, *fixes: LaterFix) -> PatchFacts:
    """The facts of a patch for which only later fixes are known."""
    return PatchFacts(
        row=Row(of, None, "batch"),
        rationale=Rationale("none", (), (), (), Verdict(VerdictWord.NONE, None), None),
        diff=Diff(DiffState.NONE, ()),
        later_fixes=fixes,
    )


def listed(subject: str, position: int) -> Listed:
    """A row of an overview."""
    asked = BranchRange(Version.parse("7.0"), Version.parse("7.0"))
    parsed = Subject(SubjectKind.AUTOSEL, subject.partition("] ")[2], asked, None, None, False)
    return Listed(Source("page.txt"), parsed, subject, "Sam Stable", None, position)
