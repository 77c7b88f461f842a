"""What the list shows of a mail before its body is read: the few header fields of RFC 5322 that name it."""

import re
from dataclasses import dataclass

from uringreview.mail.message import Source, decoded
from uringreview.mail.plain import field_text, header_end

_SHOWN = re.compile(rb"(?im)^(subject|from|date|message-id):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)")
_WINDOW = 65536


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a mail before its body is read, for a list that fills at once; empty where a field is not."""

    source: Source
    subject: str
    sender: str
    date_text: str
    message_id: str


def read_head(data: bytes, source: Source) -> Head:
    """The head of the mail that `data` begins with; it never raises."""
    end = header_end(data[:_WINDOW].lstrip(b"\r\n"))
    block = data[:_WINDOW].lstrip(b"\r\n")[: end if end >= 0 else None].replace(b"\r", b"")
    found: dict[bytes, str] = {}
    for name, value in _SHOWN.findall(block):
        found.setdefault(name.lower(), field_text(value))
    subject, sender = (decoded(found.get(name, "")) for name in (b"subject", b"from"))
    return Head(source, subject, sender, found.get(b"date", ""), found.get(b"message-id", ""))
