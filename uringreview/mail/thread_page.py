"""The text of a lore thread page (/T/ or /t/), on which every mail of a thread stands, back to messages.

public-inbox writes for each mail "* " + subject, "@ " + time and sender, lines about its relatives, then
"From: NAME @ TIME UTC (permalink / raw)", To and Cc by name, a blank line, the mail, and "^ permalink raw reply". The
page lacks Message-IDs and addresses: they stay unknown.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime

_SENDER = re.compile(
    r"\s{0,8}From: (?P<who>\S.{0,200}?) @ (?P<day>\d{4}-\d\d-\d\d)\s{1,4}(?P<time>\d{1,2}:\d\d) UTC"
    r"\s{1,4}\(\[?permalink.{0,20}"
)
_SUBJECT = re.compile(r"\s{0,8}\*\s?(?P<subject>\S.*)")
_END = re.compile(r"\s{0,8}\^ permalink\s.{0,200}")
_LAST = re.compile(r"\s{0,8}end of thread, other threads:\[.*")


@dataclass(frozen=True, slots=True)
class Entry:
    """One mail of the page: what is known of its header, and its lines as numbers: whole, and the text alone."""

    subject: str
    sender: str
    date: str
    first: int
    text: int
    end: int


def entries(lines: Sequence[str]) -> Iterator[Entry]:
    """The mails of a thread page's `lines` in their order; nothing where it is no such page."""
    heads: list[tuple[int, int, re.Match[str], str]] = []
    subject: tuple[int, str] | None = None
    for at, line in enumerate(lines):
        if found := _SUBJECT.fullmatch(line):
            # A list in a mail's text begins alike: only what "@ TIME NAME" follows is a subject.
            if at + 1 < len(lines) and lines[at + 1].lstrip()[:2] in ("@ ", "@\xa0"):
                subject = at, found["subject"].strip()
        elif "permalink" in line and subject is not None and (sender := _SENDER.fullmatch(line.replace("\xa0", " "))):
            heads.append((subject[0], at, sender, subject[1]))
            subject = None
    for number, (first, at, sender, words) in enumerate(heads):
        limit = heads[number + 1][0] if number + 1 < len(heads) else len(lines)
        text = next((n for n in range(at, limit) if not lines[n].strip()), limit)
        ends = (n for n in range(text, limit) if _END.fullmatch(lines[n]) or _LAST.fullmatch(lines[n]))
        yield Entry(words, sender["who"], _date(sender["day"], sender["time"]), first, text, next(ends, limit))


def _date(day: str, time: str) -> str:
    try:
        return format_datetime(datetime.strptime(f"{day} {time}", "%Y-%m-%d %H:%M").replace(tzinfo=UTC))
    except ValueError:
        return f"{day} {time}"
