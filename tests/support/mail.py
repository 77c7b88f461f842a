"""Mails of our own making, in the forms that the loader must read: AUTOSEL patches, answers to them, mboxes.

Each builder returns the bytes of one mail as it would lie on a disk (LF line ends, no mbox separator). Names, ids
and text are invented; the layout is what the stable maintainers' tools send.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

SENDER = "Sam Stable <sam@kernel.example>"
AUTHOR = "Ada Author <ada@kernel.example>"
BATCH = "20260520120000.4711"
HEADING = "LLM Generated explanations, may be completely bogus:"
LISTS = ("patches@lists.example", "stable@lists.example")
DIFF = """\
diff --git a/ring/chain.c b/ring/chain.c
index 1111111111111..2222222222222 100644
--- a/ring/chain.c
+++ b/ring/chain.c
@@ -10,6 +10,8 @@ static void ring_walk(struct ring *ring)
 {
 \tstruct link *link = ring->head;
\x20
+\tif (!link)
+\t\treturn;
 \twhile (link)
 \t\tlink = link->next;
 }
"""
_START = datetime(2026, 5, 20, 8, 0, tzinfo=timezone(timedelta(hours=-4)))


def message_id(position: int, batch: str = BATCH) -> str:
    """The Message-ID, without brackets, of the patch at `position` in `batch`, as git send-email makes them."""
    return f"{batch}-{position}-sam@kernel.example"


def upstream_id(position: int) -> str:
    """A 40-digit id that differs from position to position in its first digits too."""
    return hashlib.sha1(f"commit {position}".encode()).hexdigest()


def diffstat(diff: str) -> str:
    """The diffstat block that git format-patch writes over `diff`."""
    rows: list[tuple[str, int, int]] = []
    for part in re.split(r"(?m)^(?=diff --git )", diff)[1:]:
        name = part.split("\n", 1)[0].rsplit(" b/", 1)[1]
        body = part.partition("\n@@ ")[2].split("\n")[1:]
        rows.append((name, sum(line[:1] == "+" for line in body), sum(line[:1] == "-" for line in body)))
    width = max((len(name) for name, _, _ in rows), default=0)
    lines = [f" {name:<{width}} | {plus + minus} {'+' * plus}{'-' * minus}" for name, plus, minus in rows]
    plus, minus = sum(row[1] for row in rows), sum(row[2] for row in rows)
    total = f" {len(rows)} file{'s' * (len(rows) != 1)} changed"
    if plus:
        total += f", {plus} insertion{'s' * (plus != 1)}(+)"
    if minus:
        total += f", {minus} deletion{'s' * (minus != 1)}(-)"
    return "\n".join([*lines, total]) + "\n"


def autosel(
    *,
    title: str = "ring: stop at the end of the chain",
    asked: str | None = "7.0-6.6",
    position: int = 1,
    numbered: tuple[int, int] | None = None,
    batch: str = BATCH,
    upstream: str | None = None,
    author: str | None = AUTHOR,
    sender: str = SENDER,
    message: str = "Walking an empty chain dereferences NULL.\n",
    trailers: Sequence[str] = ("Signed-off-by: Ada Author <ada@kernel.example>",),
    rationale: str | None = "## Phase 1: Commit Message Forensics\nRecord: a fix.\n\n**YES**\n",
    heading: bool = True,
    diff: str = DIFF,
    stat: str | None = None,
    stable_base: str | None = "Linux 7.0.9",
    cc: Sequence[str] = (AUTHOR, SENDER),
    headers: Sequence[str] = (),
    prefix: str | None = None,
    signature: str = "-- \n2.53.0\n",
) -> bytes:
    """One AUTOSEL patch mail.

    `asked` is what the subject asks for ("7.0-6.6"; None: nothing after AUTOSEL); `numbered` adds " 3/9"; `prefix`
    replaces the whole bracket ("PATCH 6.12 012/345"). `position` goes into the Message-ID; position 1 is the
    batch's root and the others answer it. `upstream` None makes one up from the position. `author` None leaves the
    in-body From: out. `rationale` None leaves heading and text out; `heading` False writes the text alone, as before
    July 2025. `stat` None counts the diffstat from `diff`. `headers` are further header lines.
    """
    if prefix is None:
        prefix = "PATCH AUTOSEL" + (f" {asked}" if asked else "")
        if numbered:
            prefix += f" {numbered[0]}/{numbered[1]}"
    head = [
        f"From: {sender}",
        f"To: {', '.join(LISTS)}",
        f"Cc: {', '.join(cc)}",
        f"Subject: [{prefix}] {title}",
        f"Date: {(_START + timedelta(seconds=position)).strftime('%a, %d %b %Y %H:%M:%S %z')}",
        f"Message-ID: <{message_id(position, batch)}>",
    ]
    if position != 1:
        root = message_id(1, batch)
        head += [f"In-Reply-To: <{root}>", f"References: <{root}>"]
    if stable_base:
        head.append(f"X-stable-base: {stable_base}")
    head += ["X-Patchwork-Hint: Ignore", *headers]
    body = f"From: {author}\n\n" if author else ""
    body += f"[ Upstream commit {upstream or upstream_id(position)} ]\n\n{message}\n"
    body += "".join(f"{line}\n" for line in (*trailers, f"Signed-off-by: {sender}")) + "---\n\n"
    if rationale is not None:
        body += f"{HEADING}\n\n{rationale}\n" if heading else f"{rationale}\n"
    if diff:
        body += (diffstat(diff) if stat is None else stat) + "\n" + diff
    return ("\n".join(head) + "\n\n" + body + signature).encode()


def reply(
    *,
    to: int = 1,
    batch: str = BATCH,
    title: str = "ring: stop at the end of the chain",
    asked: str | None = "7.0-6.6",
    sender: str = "Rita Reviewer <rita@kernel.example>",
    own: str = "Please drop this.",
    quoted: str = "[ Upstream commit 123 ]\n**YES**",
    own_id: str | None = None,
    references: Sequence[str] | None = None,
    in_reply_to: str | None = None,
    headers: Sequence[str] = (),
    signature: str = "Rita",
) -> bytes:
    """An answer to the patch at position `to`: attribution, quoted lines, own text, signature.

    `in_reply_to` and `references` (ids without brackets) stand in for those that a mail client would write;
    an empty string or tuple leaves the header out.
    """
    parent = message_id(to, batch) if in_reply_to is None else in_reply_to
    chain = (message_id(1, batch), *((parent,) if to != 1 else ())) if references is None else references
    head = [
        f"From: {sender}",
        f"To: {SENDER}",
        f"Subject: Re: [PATCH AUTOSEL{f' {asked}' if asked else ''}] {title}",
        "Date: Wed, 20 May 2026 14:00:00 +0200",
        f"Message-ID: <{own_id or f'answer-{to}@rita.example'}>",
    ]
    if parent:
        head.append(f"In-Reply-To: <{parent}>")
    if chain:
        head.append("References: " + " ".join(f"<{one}>" for one in chain))
    body = f"On Wed, May 20, 2026 at 08:00:00AM -0400, {SENDER.split(' <')[0]} wrote:\n"
    body += "".join(f"> {line}\n" for line in quoted.splitlines()) + f"\n{own}\n"
    if signature:
        body += f"\n-- \n{signature}\n"
    return ("\n".join([*head, *headers]) + "\n\n" + body).encode()


def mbox(*mails: bytes, separator: str = "From mboxrd@z Thu Jan  1 00:00:00 1970") -> bytes:
    """The mails as one mboxrd file: a separator before each, `>` before every line of the form `>*From `."""
    out = b""
    for one in mails:
        text = one if one.endswith(b"\n") else one + b"\n"
        out += separator.encode() + b"\n" + re.sub(rb"(?m)^(>*From )", rb">\1", text) + b"\n"
    return out


def lore_page(
    raw: bytes,
    *,
    overview: Sequence[str] = (),
    white_space: bool = False,
    fold: str = "\n",
    total: str = "67+",
    navigation: str = "next\t     prev parent reply\tother threads:[~2026-05-20 12:20 UTC|newest]",
) -> str:
    """The text that a browser copies from lore's page of the mail `raw` (one without transfer encoding).

    `overview` are the lines of the thread overview. Unless `white_space` is kept, leading blanks and blank lines are
    gone, as in text that went through a filter. Headers are folded with `fold` after every second comma.
    """
    head, _, body = raw.decode().partition("\n\n")
    fields = dict(line.split(": ", 1) for line in head.split("\n"))
    shown = []
    for name in ("From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To"):
        if name in fields:
            value = re.sub(r"(,[^,]*,) ", rf"\1{fold}\t", fields[name]) if name in ("To", "Cc") else fields[name]
            tail = {"Date": "\t[thread overview]", "Message-ID": " (raw)"}.get(name, "")
            shown.append(f"{name}: {value}{tail}")
    text = "\n".join([*shown, "", body.rstrip("\n"), "", navigation, ""])
    text += f"\nThread overview: {total} messages / expand[flat|nested]  mbox.gz  Atom feed  top\n"
    text += (
        "\n".join(overview) + "\n\nReply instructions:\n\nYou may reply publicly to this message via plain-text email\n"
    )
    text += "  git send-email \\\n    --in-reply-to=an-id@kernel.example \\\n    --to=sam@kernel.example\n"
    text += "This is a public inbox, see mirroring instructions\nfor how to clone and mirror all data\n"
    if white_space:
        return text
    lines = (re.sub(r"^([+-]?)[ \t]+", lambda m: m[1] + (" " if m[1] else ""), line) for line in text.split("\n"))
    return "\n".join(line.rstrip() for line in lines if line.strip()) + "\n"


def patchew_page(*mails: bytes, when: str = "4 days, 11 hours ago") -> str:
    """The text of patchew's page that shows `mails`: no headers but the subject and "Posted by"."""
    parts = [one.decode().partition("\n\n") for one in mails]
    subjects = [re.findall(r"(?m)^Subject: (.*)", head)[0] for head, _, _ in parts]
    senders = [re.findall(r"(?m)^From: (.*?) <", head)[0] for head, _, _ in parts]
    text = f"{subjects[0]}\n\n{senders[0]} posted {len(mails)} patch{'es' * (len(mails) > 1)} {when}\n"
    text += diffstat(DIFF)
    for subject, sender, (_, _, body) in zip(subjects, senders, parts, strict=True):
        text += f"{subject}\nPosted by {sender} {when}\n{body}"
    return text
