"""The text of a lore or patchew page, pasted into a file, back to messages.

A lore page is: headers with "[thread overview]" behind the date and "(raw)" behind the Message-ID, the mail, a line
"next prev parent reply other threads:[~...]", the thread overview, reply instructions (public-inbox's View.pm).
Pasted text loses leading blanks and blank lines, so the fold of a header is known only by the next header's name.
A patchew page is: the subject, "X posted N patches T ago", a diffstat, then for each mail its subject, "Posted by X
T ago" and the body, without headers. What the page lacks (Message-ID, addresses) stays unknown.
"""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from uringreview.mail.message import Message, Source, assemble
from uringreview.mail.overview import read_overview
from uringreview.mail.rows import Listed
from uringreview.mail.thread_page import entries

_HEADER = re.compile(
    r"\s{0,8}(From|Sender|Reply-To|To|Cc|Bcc|Subject|Date|Message-ID|In-Reply-To|References):(?:\s+(.*))?",
    re.IGNORECASE,
)
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,60}:|From ")
_TAILS = {"message-id": "(raw)", "date": "[thread overview]"}
_NAVIGATION = re.compile(r"\s{0,8}(?:(?:next|prev|parent|reply)\s{1,40}){0,4}(?:other threads:\[.*|(?:parent )?reply)")
_OVERVIEW = re.compile(r"\s{0,8}Thread overview:.*")
_INSTRUCTIONS = re.compile(r"\s{0,8}Reply instructions:\s*")
_FOOTER = re.compile(r"\s{0,8}(?:This is a public inbox, see mirroring|This is an external index of several).*")
_IDS_ONLY = re.compile(r"(?:\s*<[^<>\s]{1,400}>)+\s*")
_POSTED = re.compile(
    r"\s{0,8}Posted by (?P<who>\S.{0,150}?) (?P<when>"
    r"(?:(?:an?|\d{1,4}) (?:year|month|week|day|hour|minute|second)s?(?:, | and )?){1,4} ago|just now|now)\s*"
)
_COPYRIGHT = re.compile(r"\s*©.{0,80}Red Hat.*")


@dataclass(frozen=True, slots=True)
class _Page:
    """Where the parts of a lore page stand, as line numbers: headers, then text, then the overview."""

    head: int
    text: int
    text_end: int
    overview: int
    overview_end: int


def is_page(text: str) -> bool:
    """Whether `text` is that of a lore or a patchew page, of one mail or of a whole thread."""
    lines = _lines(text)
    if _lore_page(lines) is not None:
        return True
    several = next(_patchew_heads(lines), None) is not None or next(entries(lines), None) is not None
    return several and not _is_mail(lines)


def read_page(text: str, source: Source) -> Iterator[Message | Listed]:
    """The message or messages of the page `text`, then what its thread overview names."""
    lines = _lines(text)
    page = _lore_page(lines)
    if page is None:
        yield from _read_patchew(lines, text, source)
        yield from _read_thread(lines, source)
        return
    headers = _headers(lines[page.head : page.text])
    body = _body(lines[page.text : page.text_end])
    message = assemble(source, text, headers, body, "lore page")
    yield message
    yield from read_overview(lines[page.overview : page.overview_end], message, source)


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").removeprefix("\ufeff").split("\n")


def _is_mail(lines: list[str]) -> bool:
    """Whether `lines` begin with a mail's own header, whose body may well speak of who posted what."""
    first = next((n for n, line in enumerate(lines) if line.strip()), 0)
    head = list(itertools.takewhile(str.strip, lines[first : first + 1000]))
    if not head or _FIELD.match(head[0]) is None or head[0][:3].lower() == "re:":
        return False
    return any(line[:5].lower() == "from:" or line[:11].lower() == "message-id:" for line in head)


def _lore_page(lines: list[str]) -> _Page | None:
    head = _head(lines)
    if head is None:
        return None
    text = head
    marked = seen_id = False
    while text < len(lines):
        line = lines[text].replace("\xa0", " ").rstrip()
        found = _HEADER.fullmatch(line)
        name = found[1].lower() if found else ""
        if not line.strip():
            break
        if seen_id and not (name in ("in-reply-to", "references") or _IDS_ONLY.fullmatch(line)):
            break
        seen_id = seen_id or name == "message-id"
        marked = marked or (name in _TAILS and line.endswith(_TAILS[name]))
        text += 1
        if not seen_id and text - head > 500:
            return None
    last_overview = max((n for n in range(text, len(lines)) if _OVERVIEW.fullmatch(lines[n])), default=None)
    instructions = max((n for n in range(text, len(lines)) if _INSTRUCTIONS.fullmatch(lines[n])), default=None)
    if not seen_id or not marked:
        return None
    footer = next((n for n in range(text, len(lines)) if _FOOTER.fullmatch(lines[n])), len(lines))
    overview_end = instructions if instructions is not None else footer
    overview = last_overview + 1 if last_overview is not None else overview_end
    text_end = last_overview if last_overview is not None else overview_end
    while text_end > text and (not lines[text_end - 1].strip() or _NAVIGATION.fullmatch(lines[text_end - 1])):
        text_end -= 1
    return _Page(head, text, text_end, overview, max(overview, overview_end))


def _head(lines: list[str]) -> int | None:
    """The first line of the page's headers: "From:" with a Subject, Date or Message-ID below it, near the top."""
    for at, line in enumerate(lines[:40]):
        found = _HEADER.fullmatch(line.replace("\xa0", " "))
        if found and found[1].lower() == "from":
            return at
    return None


def _headers(lines: list[str]) -> tuple[tuple[str, str], ...]:
    headers: list[tuple[str, str]] = []
    for raw in lines:
        line = raw.replace("\xa0", " ").strip()
        if found := _HEADER.fullmatch(line):
            headers.append((found[1], found[2] or ""))
        elif headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line}")
    return tuple((name, value.strip().removesuffix(_TAILS.get(name.lower(), "")).rstrip()) for name, value in headers)


def _body(lines: list[str]) -> str:
    """The mail's text; a browser writes some leading blanks as no-break spaces, which no diff line begins with."""
    first, last = 0, len(lines)
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    return "\n".join(_plain_indent(line) for line in lines[first:last]) + "\n"


def _plain_indent(line: str) -> str:
    rest = line.lstrip(" \t\xa0")
    return line[: len(line) - len(rest)].replace("\xa0", " ") + rest


def _patchew_heads(lines: list[str]) -> Iterator[tuple[int, int, re.Match[str]]]:
    """For each mail of a patchew page: the line of its subject, the line of its "Posted by", and that line's match."""
    for at, line in enumerate(lines):
        found = _POSTED.fullmatch(line.replace("\xa0", " ")) if "Posted by " in line else None
        if found is None:
            continue
        subject = at - 1
        while subject >= 0 and not lines[subject].strip():
            subject -= 1
        if subject >= 0:
            yield subject, at, found


def _read_patchew(lines: list[str], raw: str, source: Source) -> Iterator[Message]:
    heads = list(_patchew_heads(lines))
    for number, (subject, posted, found) in enumerate(heads, 1):
        end = heads[number][0] if number < len(heads) else len(lines)
        end = next((n for n in range(posted, end) if _COPYRIGHT.fullmatch(lines[n])), end)
        body = _body(lines[posted + 1 : end])
        if not body.strip():
            continue  # the page's own list of its mails, without their text
        part = source.part if len(heads) == 1 else f"{source.part}, message {number}"
        headers = (("Subject", lines[subject].strip()), ("From", found["who"]), ("Date", found["when"]))
        yield assemble(Source(source.path, part), raw, headers, body, "patchew page")


def _read_thread(lines: list[str], source: Source) -> Iterator[Message]:
    for number, one in enumerate(entries(lines), 1):
        headers = (("Subject", one.subject), ("From", one.sender), ("Date", one.date))
        body = _body(lines[one.text : one.end])
        raw = "\n".join(lines[one.first : one.end]) + "\n"
        yield assemble(Source(source.path, f"{source.part}, message {number}"), raw, headers, body, "thread page")
