"""What the list shows of a mail before its body is read: the few header fields of RFC 5322 that name it."""

from dataclasses import dataclass

from uringreview.mail.message import Source, decoded
from uringreview.mail.plain import field_text, header_end

_SHOWN = (b"\nsubject:", b"\nfrom:", b"\ndate:", b"\nmessage-id:")
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
    end = header_end(data, _WINDOW)
    block = b"\n" + data[: end if end >= 0 else _WINDOW].replace(b"\r", b"")
    names = block.lower()
    subject, sender, date, message_id = (_field(block, names, name) for name in _SHOWN)
    return Head(source, decoded(subject), decoded(sender), date, message_id)


def _field(block: bytes, names: bytes, name: bytes) -> str:
    """The first field called `name` in `block`, its folds undone; `names` is `block` in lower case."""
    at = names.find(name)
    if at < 0:
        return ""
    start = at + len(name)
    end = block.find(b"\n", start)
    while end >= 0 and block[end + 1 : end + 2] in (b" ", b"\t"):
        end = block.find(b"\n", end + 1)
    return field_text(block[start : end if end >= 0 else None])
