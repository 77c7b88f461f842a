"""What the list shows of a mail before its body is read: the few header fields of RFC 5322 that name and place it."""

from dataclasses import dataclass
from pathlib import Path

from uringreview.mail.message import Source, decoded, ids
from uringreview.mail.plain import field_text, header_end

_WINDOW = 65536


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a mail before its body is read, for a list that fills at once; empty where a field is not.

    `message_id` is without angle brackets, as is `above`: the first mail of its thread that it names.
    """

    source: Source
    subject: str
    sender: str = ""
    date_text: str = ""
    message_id: str = ""
    above: str | None = None


def read_head(data: bytes, source: Source) -> Head:
    """The head of the mail that `data` begins with; it never raises."""
    end = header_end(data, _WINDOW)
    block = b"\n" + data[: end if end >= 0 else _WINDOW].replace(b"\r", b"")
    names = block.lower()
    own = ids(_field(block, names, b"\nmessage-id:"))
    above = ids(_field(block, names, b"\nreferences:")) or ids(_field(block, names, b"\nin-reply-to:"))
    return Head(
        source,
        decoded(_field(block, names, b"\nsubject:")),
        decoded(_field(block, names, b"\nfrom:")),
        _field(block, names, b"\ndate:"),
        own[0] if own else "",
        above[0] if above else None,
    )


def patch_title(text: str, source: Source) -> str:
    """The subject of a patch without mail headers: its description's first line, else the name of its file."""
    first = next((line.strip() for line in text.split("\n") if line.strip()), "")
    described = first and not first.startswith(("diff ", "---", "Index: ", "index ", "==="))
    return first if described else Path(source.path).name


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
