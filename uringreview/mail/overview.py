"""The thread overview at the foot of a lore page: one line a mail, with its time, depth, subject and sender.

public-inbox writes `2026-05-20 11:18 ` + indent + "` " + subject + sender, leaves the subject out where it repeats
the line before (an answer, or "[this message]"), and writes `"` for a repeated end of a subject. As text, nothing
parts the subject from the sender, so the sender is found thus: (1) what stands alone on a line without subject is a
sender, and so is the page's own From; (2) a line that ends in a known sender ends in that one, the longest first;
(3) words that end several lines are a sender, two words or more before one; (4) else the last words that have the
shape of a name, two at most, else the last word.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from uringreview.mail.message import Message, Source
from uringreview.mail.rows import Listed
from uringreview.mail.subject import Subject, SubjectKind, parse_subject

_LINE = re.compile(r"\s{0,8}(\d{4}-\d\d-\d\d)\s{1,4}(\d{1,2}:\d\d)(\s{0,200})(`)?\s{0,4}(\S.*)")
_HERE = "[this message]"
_REPLIES = re.compile(r"\A(?:re:\s*)+", re.IGNORECASE)
_REPEATED = re.compile(r'(?:^|\s)"\s+(?=\S)')
_NAME_WORD = re.compile(r"(?:[^\W\d_a-z][\w.'’-]*|[dv][aeio]n?|der|den|di|bin|via|\(.{1,40}\))")
_MAX_WORDS = 5


@dataclass(frozen=True, slots=True)
class _Line:
    date: datetime | None
    depth: int
    text: str
    here: bool


def read_overview(lines: list[str], message: Message, source: Source) -> Iterator[Listed]:
    """The mails that the overview `lines` of the page of `message` name, its own included, in the page's order.

    An answer gets the position of the patch that it answers: the nearest line above at a smaller depth where the page
    kept its indents, else the nearest patch above.
    """
    entries = [entry for line in lines if (entry := _read_line(line)) is not None]
    split = _split_all(entries, message)
    thread = _thread(message)
    position, before = 0, ""
    above: list[tuple[int, int | None, str]] = []
    for entry, (subject_text, sender) in zip(entries, split, strict=True):
        subject = parse_subject(subject_text) if subject_text else None
        if subject is None or (entry.here and not subject_text):
            subject_text = message.subject if entry.here else f"Re: {_REPLIES.sub('', before, count=1)}"
            subject = parse_subject(subject_text)
        before = subject_text
        if _is_patch(subject):
            position += 1
            place: int | None = position
        else:
            place = None if subject.number == 0 else _answered(above, entry.depth, subject)
        above.append((entry.depth, place, subject.title))
        yield Listed(source, subject, subject_text, sender, entry.date, place, thread, entry.here)


def _read_line(line: str) -> _Line | None:
    found = _LINE.fullmatch(line.replace("\xa0", " ").rstrip())
    if found is None:
        return None
    try:
        date = datetime.strptime(f"{found[1]} {found[2]}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
    except ValueError:
        date = None
    text = found[5].removesuffix(_HERE).rstrip()
    # One level of an answer is two blanks; the first level's own backtick stands after a single one.
    depth = (len(found[3]) + 1) // 2 if found[4] else 0
    return _Line(date, depth, text, found[5].endswith(_HERE))


def _thread(message: Message) -> str:
    """The root's Message-ID: a page shows only the parent's, which in a batch of patches is the root's."""
    if message.references:
        return message.references[0]
    return message.in_reply_to or message.message_id or ""


def _is_patch(subject: Subject) -> bool:
    return subject.kind is not SubjectKind.NONE and not subject.is_reply and subject.number != 0


def _answered(above: list[tuple[int, int | None, str]], depth: int, subject: Subject) -> int | None:
    """The position of the patch that an answer at `depth` belongs to."""
    if subject.is_reply and subject.title:
        same = next((place for _, place, title in reversed(above) if place and title == subject.title), None)
        if same is not None:
            return same
    shallower = (place for level, place, _ in reversed(above) if place is not None and level < max(depth, 1))
    nearest = next(shallower, None) if depth > 1 else None
    return nearest if nearest is not None else next((place for _, place, _ in reversed(above) if place), None)


def _split_all(entries: list[_Line], message: Message) -> list[tuple[str, str]]:
    """(subject, sender) of each line; the subject is empty where the line leaves it out."""
    known = {message.sender.name} - {""}
    alone = [entry.here or _stands_alone(entry.text) for entry in entries]
    known |= {entry.text for entry, bare in zip(entries, alone, strict=True) if bare}
    known |= {_REPEATED.split(entry.text)[-1] for entry in entries if _REPEATED.search(entry.text)}
    full = [entry.text for entry, bare in zip(entries, alone, strict=True) if not bare]
    counts = Counter(
        " ".join(words[-size:])
        for words in (text.split() for text in full)
        for size in range(1, min(_MAX_WORDS, len(words) - 1) + 1)
    )
    result: list[tuple[str, str]] = []
    shown = ""
    for entry, bare in zip(entries, alone, strict=True):
        if bare:
            result.append(("", entry.text))
            shown = message.subject if entry.here else shown
            continue
        subject, sender = _split(entry.text, known, counts)
        if subject.endswith('"'):
            subject = _restored(subject[:-1].strip(), shown)
        shown = subject or shown
        result.append((subject, sender))
    return result


def _stands_alone(text: str) -> bool:
    """Whether a line is a sender without subject: no bracket, no colon, at most four words in a name's shape."""
    words = text.split()
    if text.startswith("[") or ":" in text or '"' in words or len(words) > 4:
        return False
    return len(words) == 1 or text.endswith(" test robot") or all(_NAME_WORD.fullmatch(word) for word in words)


def _split(text: str, known: set[str], counts: Counter[str]) -> tuple[str, str]:
    words = text.split()
    for size in range(min(_MAX_WORDS, len(words)), 0, -1):
        if " ".join(words[-size:]) in known:
            return _cut(words, size)
    size = _repeated_size(words, counts)
    return _cut(words, size or _name_size(words))


def _cut(words: list[str], size: int) -> tuple[str, str]:
    return " ".join(words[:-size]), " ".join(words[-size:])


def _repeated_size(words: list[str], counts: Counter[str]) -> int:
    """How many last words other lines end in too: the longest that is about as frequent as the last two words."""

    def count(size: int) -> int:
        return counts[" ".join(words[-size:])]

    # Two titles that end in the same word also make a pair recur: a name begins with a capital, or recurs more.
    if len(words) > 2 and count(2) > (1 if _NAME_WORD.fullmatch(words[-2]) else 2):
        size = 2
        while size < min(_MAX_WORDS, len(words) - 1) and count(size + 1) * 10 >= count(2) * 9:
            size += 1
        return size
    # One word that recurs may be a surname or the end of two titles; it is a sender only where it has no name's shape.
    return 1 if count(1) > 1 and not _NAME_WORD.fullmatch(words[-1]) else 0


def _name_size(words: list[str]) -> int:
    size = 0
    while size < min(2, len(words) - 1) and _NAME_WORD.fullmatch(words[-1 - size]):
        size += 1
    return max(size, 1)


def _restored(text: str, before: str) -> str:
    """A subject whose end the page wrote as `"`: it repeats the end of the title before it."""
    given = parse_subject(text).title.split()
    return " ".join([text, *parse_subject(before).title.split()[len(given) :]])
