"""A decision becomes a mail.

The rules are those of kernel mailing lists: reply to all, in the thread, plain text, quotes trimmed and interleaved
(RFC 5322 section 3.6.4 for the thread headers; Documentation/process/email-clients.rst for the rest). Silence is
consent there, so a take is withheld unless it offers a tag or says something.
"""

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from string import Template

from uringreview.errors import UnreadableError, UsageProblem
from uringreview.mail.message import Address, Message
from uringreview.mail.patch import Patch
from uringreview.mail.subject import Version
from uringreview.review import headers, wording
from uringreview.review.decisions import Comment, Decision, DecisionKind, Tag
from uringreview.review.facts import PatchFacts
from uringreview.review.identity import Identity
from uringreview.series.edge import canonical

_RE = re.compile(r"\A(?:re ?: ?)+", re.IGNORECASE)
_NO_CHARACTER = re.compile("[\ud800-\udc7f\udd00-\udfff]")
WITHHELD = "Take writes no mail unless you ask for it: give an Acked-by or Reviewed-by (--ack), or a note."


@dataclass(frozen=True, slots=True)
class Reply:
    """One mail ready to go.

    `key` is the patch's. Ids are without angle brackets. `withheld` is empty, or says why the mail is not written
    unless it is asked for; `left_out` names recipients whose address no mail server would take.
    """

    key: str
    position: int | None
    title: str
    sender: Address
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    subject: str
    date: datetime
    message_id: str
    in_reply_to: str
    references: tuple[str, ...]
    body: str
    withheld: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The mail for reading: headers decoded, one a line, then the body."""
        lines = [
            f"From: {self.sender}",
            f"To: {', '.join(map(str, self.to))}",
            *([f"Cc: {', '.join(map(str, self.cc))}"] if self.cc else []),
            f"Subject: {self.subject}",
            f"Date: {format_datetime(self.date)}",
            f"In-Reply-To: <{self.in_reply_to}>",
        ]
        return "\n".join([*lines, "", self.body])

    def as_bytes(self) -> bytes:
        """The mail as it goes out: RFC 5322 with LF line ends, UTF-8 text, 8bit."""
        head = [
            headers.mailboxes("From", [self.sender]),
            headers.mailboxes("To", self.to),
            headers.mailboxes("Cc", self.cc) if self.cc else "",
            headers.unstructured("Subject", self.subject),
            headers.unstructured("Date", format_datetime(self.date)),
            headers.identifiers("Message-ID", [self.message_id]),
            headers.identifiers("In-Reply-To", [self.in_reply_to]),
            headers.identifiers("References", self.references),
            "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n",
        ]
        text = _NO_CHARACTER.sub("\ufffd", self.body)
        return "".join(head).encode("ascii") + b"\n" + text.encode("utf-8", "surrogateescape")


def compose(
    patch: Patch,
    decision: Decision,
    identity: Identity,
    *,
    facts: PatchFacts | None = None,
    comments: Iterable[Comment] = (),
    text: str | None = None,
    now: datetime | None = None,
    single: Sequence[Decision] = (),
) -> Reply:
    """The mail that says `decision` of `patch`, in its thread, to all.

    `single` are decisions for single branches that stand beside `decision`, which may be one of them itself.
    `facts` gives later fixes their place in a hold; `comments` become interleaved quotes; `text` is the reviewer's own
    wording of the whole body, in place of the template's. Raises UnreadableError where the mail cannot be answered
    (no Message-ID, no usable sender; `text_to_copy` still gives the text) and UsageProblem for a question without
    words.
    """
    message = patch.message
    if message.message_id is None:
        raise UnreadableError(
            f"{message.source}: this text has no Message-ID (a {message.form}), so no reply can join its thread; "
            "copy the reply's text into your mail program instead, or open the mail itself."
        )
    if not headers.valid_message_id(message.message_id):
        raise UnreadableError(f"{message.source}: its Message-ID is not one that a reply can name.")
    if not headers.valid_address(identity.email):
        raise UsageProblem(f"{identity.email!r} is no mail address to send from; check `git config user.email`.")
    asked = message.reply_to or (message.sender,)
    to, bad_to = _usable(asked, without=set())
    if not to:
        raise UnreadableError(f"{message.source}: its sender has no address that a reply can go to.")
    known = {each.address.lower() for each in to} | {identity.email.lower()}
    cc, bad_cc = _usable(message.to + message.cc, without=known)
    date = now or datetime.now().astimezone()
    said = list(comments)
    silent = all(each.silent for each in (decision, *single)) and not said
    return Reply(
        key=patch.key,
        position=patch.position,
        title=patch.subject.title,
        sender=identity.address,
        to=to,
        cc=cc,
        subject="Re: " + _RE.sub("", headers.clean(message.subject)),
        date=date,
        message_id=_own_message_id(identity, date),
        in_reply_to=message.message_id,
        references=_references(message),
        body=text_to_copy(patch, decision, identity, facts=facts, comments=said, single=single)
        if text is None
        else text,
        withheld=WITHHELD if silent and text is None else "",
        left_out=bad_to + bad_cc,
    )


def text_to_copy(
    patch: Patch,
    decision: Decision,
    identity: Identity,
    *,
    facts: PatchFacts | None = None,
    comments: Sequence[Comment] = (),
    single: Sequence[Decision] = (),
) -> str:
    """The reply's body alone, for a mail that cannot be answered in its thread. Raises as `compose` for a question."""
    blocks = [f"{wording.attribution(patch.message)}\n{wording.opening_quote(patch)}"]
    for each, branches in _spoken(decision, single):
        note = wording.wrapped(each.note)
        if each.kind is DecisionKind.QUESTION and not note and not comments:
            raise UsageProblem("A question needs its words: write a note, or comment on a line.")
        blocks.append(_request(patch, each, branches, identity, facts))
        refused = wording.range_said(patch.subject.asked, facts.cells) if facts is not None else ""
        if each.kind is DecisionKind.DROP_OLDER and refused:
            blocks.append(refused)
        if note:
            blocks.append(note)
    blocks += wording.commented(patch, comments, facts.marks if facts is not None else ())
    tags = dict.fromkeys(each.tag for each in (decision, *single) if each.tag is not Tag.NONE)
    if tags:
        blocks.append("\n".join(f"{tag.value}: {headers.clean(identity.name)} <{identity.email}>" for tag in tags))
    signature = "\n".join(line.rstrip() for line in identity.signature.strip().splitlines())
    return "\n\n".join(blocks) + f"\n\n-- \n{signature}\n"


def _spoken(decision: Decision, single: Sequence[Decision]) -> list[tuple[Decision, tuple[Version, ...]]]:
    """What has to be said, each with the branches that it is for (none: all of them): alike decisions as one."""
    every = [decision, *(each for each in single if each != decision)]
    if decision.branch is None:  # what is said of all branches need not be said again of one
        every = [decision, *(each for each in every[1:] if each.note.strip() or each.kind is not decision.kind)]
    if not all(each.silent for each in every):
        every = [each for each in every if not each.silent]
    found: list[tuple[Decision, tuple[Version, ...]]] = []
    for each in every:
        alike = [n for n, (other, _) in enumerate(found) if each.branch and other.branch and _alike(each, other)]
        if alike:
            other, branches = found[alike[0]]
            found[alike[0]] = other, (*branches, *((each.branch,) if each.branch else ()))
        else:
            found.append((each, (each.branch,) if each.branch else ()))
    return found


def _alike(one: Decision, other: Decision) -> bool:
    return (one.kind, one.note, one.tag) == (other.kind, other.note, other.tag)


def same_words(words: str, patches: Iterable[Patch]) -> Mapping[str, str]:
    """One wording for many patches, by key: `$commit` becomes the patch's id and subject, `$title` its title.

    Given as the notes of their decisions it makes one mail for each. Any other dollar sign stays as it is.
    """
    text = Template(words)
    return {
        patch.key: text.safe_substitute(commit=wording.patch_name(patch), title=headers.clean(patch.subject.title))
        for patch in patches
    }


def _request(
    patch: Patch, decision: Decision, branches: Sequence[Version], identity: Identity, facts: PatchFacts | None
) -> str:
    known = {"commit": wording.patch_name(patch), "name": identity.name}
    fixes = facts.later_fixes if facts else ()
    if branches:
        listed = wording.listed(map(str, branches))
        return wording.from_template(f"{decision.kind.value}-branches", **known, branches=listed)
    match decision.kind:
        case DecisionKind.HOLD if facts is not None and facts.holds:
            return _held(facts, known)
        case DecisionKind.HOLD if fixes:
            return wording.from_template("hold-fix", **known, fix=wording.fixes_name(fixes))
        case DecisionKind.DROP_OLDER:
            if decision.drop_from is None:
                raise UsageProblem("Dropping from older branches needs the newest version to drop it from.")
            return wording.from_template("drop-older", **known, older=str(decision.drop_from))
        case DecisionKind.TOGETHER:
            needed = _needed(facts)
            if not needed:
                return wording.from_template("together-note", **known)
            return wording.from_template("together", **known, needs=wording.listed(needed))
        case _:
            return wording.from_template(decision.kind.value, **known)


def _held(facts: PatchFacts, known: Mapping[str, str]) -> str:
    """What to wait for, with what a model shows without it; then the later fixes that no model speaks of."""
    parts = [
        wording.from_template(
            "hold-model",
            **known,
            fix=wording.commit_name(each.other.upstream, each.other.subject),
            when=each.when,
            shows=each.shows,
        )
        for each in facts.holds
    ]
    named = {canonical(each.other.upstream) for each in facts.holds if each.other.upstream}
    others = [fix for fix in facts.later_fixes if not (fix.upstream and canonical(fix.upstream) in named)]
    if others:
        parts.append(wording.from_template("hold-fix", **known, fix=wording.fixes_name(others)))
    return "\n\n".join(parts)


def _needed(facts: PatchFacts | None) -> list[str]:
    """The commits that belong with the patch, in the order to take them: by their subjects where these are known."""
    if facts is None:
        return []
    members = facts.group.members if facts.group is not None else ()
    subjects = {member.upstream: member.subject for member in members if member.key != facts.key}
    names = dict.fromkeys((*subjects, *(edge.needs for edge in facts.needs)))
    return [wording.commit_name(name, subjects.get(name, "")) for name in names]


def _usable(addresses: Iterable[Address], without: set[str]) -> tuple[tuple[Address, ...], tuple[str, ...]]:
    # Addresses in order, each once whatever its case, apart from the ones that no server would take.
    kept: list[Address] = []
    bad: list[str] = []
    seen = set(without)
    for each in addresses:
        if each.address.lower() in seen:
            continue
        seen.add(each.address.lower())
        if headers.valid_address(each.address):
            kept.append(each)
        elif each.address:
            bad.append(each.address)
    return tuple(kept), tuple(bad)


def _references(message: Message) -> tuple[str, ...]:
    # RFC 5322 3.6.4: the parent's References, or where it has none its In-Reply-To, then the parent itself.
    parents = message.references or ((message.in_reply_to,) if message.in_reply_to else ())
    chain = [each for each in (*parents, message.message_id or "") if headers.valid_message_id(each)]
    return tuple(dict.fromkeys(chain))


def _own_message_id(identity: Identity, date: datetime) -> str:
    # The address's domain, as git does: the host's name is nobody's business.
    return f"{date:%Y%m%d%H%M%S}.{secrets.token_hex(8)}-uringreview@{identity.email.rpartition('@')[2]}"
