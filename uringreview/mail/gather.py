"""Messages into a queue: which batch a patch belongs to, which row a mail fills, which patch an answer answers.

A batch is one sending: the thread under its first mail (References, RFC 5322), for AUTOSEL itself a patch. Page text
may lack Message-IDs; then the subject with its range is what names a patch.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TypeAlias

from uringreview.mail.answer import is_bot, is_bot_name
from uringreview.mail.message import Message
from uringreview.mail.patch import Patch, read_patch
from uringreview.mail.place import batch_of, roots, sending
from uringreview.mail.rows import Listed, Note, Problem, Queue, Reply, Row
from uringreview.mail.subject import Subject, SubjectKind, parse_subject

_Name: TypeAlias = tuple[str, str]
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_PLACES = re.compile(r"(?m)^(?:index [0-9a-f]{7,64}\.\.|@@ -[0-9]).*$")
_NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(slots=True)
class _Slot:
    """A row while it is filled; `order` sorts it within its batch."""

    batch: str
    patch: Patch | None
    listed: Listed | None
    order: int | None
    replies: list[Reply] = field(default_factory=list)
    also: list[Message] = field(default_factory=list)

    @property
    def subject(self) -> Subject:
        if self.patch is not None:
            return self.patch.subject
        assert self.listed is not None
        return self.listed.subject

    @property
    def date(self) -> datetime:
        return (self.patch.message.date if self.patch else self.listed.date if self.listed else None) or _NEVER


def gather(messages: Iterable[Message], listed: Sequence[Listed], problems: Sequence[Problem] = ()) -> Queue:
    """Order what was read into a queue.

    Patches stand by batch, then by position and date. A mail that an overview lists fills the row that stands for it;
    an answer goes to the patch that it answers, or is loose; a mail that is neither is among the others.
    """
    return gather_read([(message, read_patch(message)) for message in messages], listed, problems)


def gather_read(
    read: Sequence[tuple[Message, Patch | None]],
    listed: Sequence[Listed],
    problems: Sequence[Problem] = (),
    notes: Sequence[Note] = (),
) -> Queue:
    """`gather` for messages that were taken apart already, each with its patch, None where it is none."""
    of = {id(message): patch for message, patch in read}
    loaded = _without_doubles(message for message, _ in read)
    patches = [(message, of[id(message)]) for message in loaded]
    thread_roots = roots(loaded)
    slots = [
        _Slot(batch_of(message, message.source, thread_roots), patch, None, patch.position)
        for message, patch in patches
        if patch is not None
    ]
    slots = _without_page_doubles(slots)
    slots, folded = _folded(slots)
    overviews = [(entries, _place_overview(entries, slots)) for entries in _overviews(listed)]
    by_id = {slot.patch.message.message_id or "": slot for slot in slots if slot.patch is not None}
    by_id |= folded
    by_title: dict[str, list[_Slot]] = {}
    for slot in slots:
        by_title.setdefault(_name(slot.subject)[0], []).append(slot)
    loose: list[Reply] = []
    others: list[Message] = []
    answered: dict[str, _Slot] = {}
    for message in sorted((message for message, patch in patches if patch is None), key=_message_date):
        subject = parse_subject(message.subject)
        if not subject.is_reply and (subject.number == 0 or not (message.in_reply_to or message.references)):
            others.append(message)
            continue
        target = _answered(message, subject, by_id, answered, by_title)
        if target is not None and message.message_id:
            answered[message.message_id] = target
        reply = Reply(message.sender.name or message.sender.address, message.date, message, None, is_bot(message))
        (target.replies if target else loose).append(reply)
    for entries, places in overviews:
        _add_listed_replies(entries, places, loose)
    return Queue(_ordered(slots), tuple(loose), tuple(problems), tuple(others), tuple(notes))


def _without_doubles(messages: Iterable[Message]) -> list[Message]:
    """One message an id, a whole mail before a page's text of it; those without an id by sender, subject and text.

    The same mail in two quilt series (queue-6.6, queue-6.12) is two backports.
    """
    kept: dict[tuple[str, ...], Message] = {}
    for message in messages:
        if message.message_id:
            key: tuple[str, ...] = (message.source.series, message.message_id)
        else:
            key = (message.source.series, message.sender.name, message.subject, message.body)
        before = kept.get(key)
        if before is None or (before.form != "mail" and message.form == "mail"):
            kept[key] = message
    return list(kept.values())


def _name(subject: Subject) -> _Name:
    return " ".join(subject.title.split()).casefold(), str(subject.asked or "")


def _without_page_doubles(slots: list[_Slot]) -> list[_Slot]:
    """Drop a patch read from a page without Message-ID where the mail itself is loaded too."""
    mailed = {(*_name(s.subject), s.patch.upstream) for s in slots if s.patch and s.patch.message.message_id}
    return [
        slot
        for slot in slots
        if slot.patch is None
        or not slot.patch.message.lacks_names
        or (*_name(slot.subject), slot.patch.upstream) not in mailed
    ]


def _folded(slots: list[_Slot]) -> tuple[list[_Slot], dict[str, _Slot]]:
    """Fold mails of one patch, sent again, into the row of the newest; the row of each Message-ID folded away.

    One patch: the same upstream commit for the same branches with the same change. A changed diff is another patch.
    """
    same: dict[tuple[str, ...], list[_Slot]] = {}
    for slot in slots:
        patch = slot.patch
        if patch is not None and patch.upstream and patch.message.message_id and not patch.white_space_lost:
            name = (patch.upstream, *_name(patch.subject), patch.message.source.series, change_of(patch))
            same.setdefault(name, []).append(slot)
    gone: set[int] = set()
    folded: dict[str, _Slot] = {}
    for several in same.values():
        if len(several) == 1:
            continue
        *older, newest = sorted(several, key=lambda slot: slot.date if slot.date is not _NEVER else _LONG_AGO)
        for slot in older:
            assert slot.patch is not None
            newest.also.append(slot.patch.message)
            folded[slot.patch.message.message_id or ""] = newest
            gone.add(id(slot))
    return [slot for slot in slots if id(slot) not in gone], folded


def change_of(patch: Patch) -> str:
    """The diff without what a newer base alone changes: blob ids and line numbers, as for git-patch-id(1)."""
    return _PLACES.sub("", patch.diff_text)


def _overviews(listed: Sequence[Listed]) -> list[list[Listed]]:
    """The entries of each page's overview."""
    found: dict[tuple[str, str, str], list[Listed]] = {}
    for entry in listed:
        found.setdefault((entry.source.path, entry.source.part, entry.thread), []).append(entry)
    return list(found.values())


def _is_patch(listed: Listed) -> bool:
    subject = listed.subject
    return subject.kind is not SubjectKind.NONE and not subject.is_reply and subject.number != 0


def _minute(date: datetime | None) -> datetime | None:
    return date.astimezone(UTC).replace(second=0, microsecond=0) if date and 1 < date.year < 9999 else None


def _same_minute(slot: _Slot, entry: Listed) -> bool:
    """Whether the row and the entry are of one minute, as far as both times are known."""
    mine = _minute(None if slot.date is _NEVER else slot.date)
    theirs = _minute(entry.date)
    return mine is None or theirs is None or mine == theirs


def _place_overview(entries: list[Listed], slots: list[_Slot]) -> dict[int, _Slot]:
    """Give every patch of an overview its row, made where there is none; rows by the overview's positions."""
    by_name: dict[_Name, list[_Slot]] = {}
    for known in slots:
        by_name.setdefault(_name(known.subject), []).append(known)
    wanted = [entry for entry in entries if _is_patch(entry)]
    namesakes = [by_name.get(_name(entry.subject), []) for entry in wanted]
    exact = [[s for s in same if _same_minute(s, entry)] for entry, same in zip(wanted, namesakes, strict=True)]
    batch = _overview_batch(entries, exact, {slot.batch for slot in slots})
    filled: dict[int, _Slot] = {}
    used: set[int] = set()
    # Two mails of one name in a batch (a resend) are told apart by their minute; it decides before the name alone.
    for candidates in (exact, namesakes):
        for at, same in enumerate(candidates):
            fitting = [s for s in same if at not in filled and id(s) not in used and _may_fill(s, batch)]
            if fitting:
                filled[at] = fitting[0]
                used.add(id(fitting[0]))
    places: dict[int, _Slot] = {}
    for at, entry in enumerate(wanted):
        slot = filled.get(at)
        if slot is None:
            slot = _Slot(batch, None, entry, entry.position)
            slots.append(slot)
        elif slot.patch is not None:
            slot.batch, slot.order = batch, entry.position
            if slot.patch.position is None:
                slot.patch = replace(slot.patch, position=entry.position)
        if entry.position is not None:
            places[entry.position] = slot
    return places


def _may_fill(slot: _Slot, batch: str) -> bool:
    return slot.batch == batch or (slot.patch is not None and slot.patch.message.message_id is None)


def _overview_batch(entries: list[Listed], matches: list[list[_Slot]], batches: set[str]) -> str:
    """The batch that an overview shows: its own root's, else the one most of whose mails it lists."""
    thread = entries[0].thread
    if thread in batches:
        return thread
    votes = Counter(
        slot.batch
        for found in matches
        for slot in found
        if slot.patch is None or slot.patch.message.message_id is not None
    )
    return votes.most_common(1)[0][0] if votes else thread


def _answered(
    message: Message,
    subject: Subject,
    by_id: dict[str, _Slot],
    answered: dict[str, _Slot],
    by_title: dict[str, list[_Slot]],
) -> _Slot | None:
    """The row that `message` answers: by In-Reply-To, by References from the last, then by subject.

    The first reference is every answer's, for the batch's root is a patch too: it is taken last, and only where no
    other patch of that sending is named.
    """
    root = message.references[0] if message.references else None
    above = [one for one in (message.in_reply_to, *reversed(message.references)) if one]
    for parent in above:
        slot = by_id.get(parent) or answered.get(parent)
        if slot is not None and (parent != root or parent == message.in_reply_to):
            return slot
    title, asked = _name(subject)
    same = [slot for slot in by_title.get(title, []) if not asked or _name(slot.subject)[1] == asked]
    if above:
        sent = {sending(one) for one in above} - {None}
        same = [
            s
            for s in same
            if s.batch in above or sending(s.batch) in sent or (s.patch and s.patch.message.message_id is None)
        ]
    if len(same) == 1:
        return same[0]
    others = {sending(one) for one in above if one != root}
    return by_id.get(root) if root is not None and sending(root) not in others else None


def _add_listed_replies(entries: list[Listed], places: dict[int, _Slot], loose: list[Reply]) -> None:
    """Answers that only an overview names, each at its patch; a loaded answer takes the place of its entry."""
    for entry in entries:
        if _is_patch(entry) or not entry.subject.is_reply:
            continue
        slot = places.get(entry.position) if entry.position is not None else None
        there = slot.replies if slot else loose
        if not any(_same_reply(reply, entry) for reply in there):
            there.append(Reply(entry.sender, entry.date, None, entry, is_bot_name(entry.sender)))


def _same_reply(reply: Reply, entry: Listed) -> bool:
    same_minute = _minute(reply.date) == _minute(entry.date)
    if reply.listed is not None:
        return same_minute and reply.sender == entry.sender
    return same_minute or (reply.date is None and reply.sender.casefold() == entry.sender.casefold())


def _message_date(message: Message) -> datetime:
    return message.date or _NEVER


def _ordered(slots: list[_Slot]) -> tuple[Row, ...]:
    """Rows by batch in the order met, within it by position (unknown last), then date; replies by date."""
    met: dict[str, int] = {}
    for slot in slots:
        met.setdefault(slot.batch, len(met))

    def key(slot: _Slot) -> tuple[int, bool, int, datetime]:
        # Files without ids keep the order in which they were read: it is that of their names.
        date = _NEVER if slot.patch is not None and slot.patch.message.message_id is None else slot.date
        return met[slot.batch], slot.order is None, slot.order or 0, date

    return tuple(
        Row(
            slot.patch,
            slot.listed,
            slot.batch,
            tuple(sorted(slot.replies, key=lambda one: one.date or _NEVER)),
            tuple(slot.also),
        )
        for slot in sorted(slots, key=key)
    )
