"""A mail of one plain text part, cut into header and body without a MIME parser.

Nearly all kernel mail is one text/plain part in 7 or 8 bits under a well-formed header (RFC 5322, section 2.2). Such a
mail is read here, some ten times faster than the stdlib's parser does it and to the same result; everything else is
left to that parser.
"""

import re
from dataclasses import dataclass

_FIELD = re.compile(rb"([!-9;-~]+):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)(?:\n|\Z)")
_PLAIN = re.compile(
    rb'text/plain(?:; ?charset="?([A-Za-z0-9_-]{1,40})"?)?(?:; ?format="?(?:flowed|fixed)"?)?', re.IGNORECASE
)
_UNCODED = (b"7bit", b"8bit", b"binary")
_FOLD = re.compile(rb"\n[ \t]*")


@dataclass(frozen=True, slots=True)
class PlainMail:
    """A mail of one plain part: its header fields unfolded but still encoded, its body's bytes and their charset."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    charset: str


def read_plain(raw: bytes) -> PlainMail | None:
    """`raw` cut into header and body; None where the header is odd or the body is encoded or has parts."""
    end = header_end(raw)
    if end < 0:
        return None
    block = raw[:end]
    if b"\r" in block or b"\0" in block:
        return None
    fields, at = [], 0
    kinds, codings = [], []
    while found := _FIELD.match(block, at):
        name, value = found[1].lower(), found[2]
        if name == b"content-type":
            kinds.append(value)
        elif name == b"content-transfer-encoding":
            codings.append(value)
        fields.append((found[1].decode("ascii"), field_text(value)))
        at = found.end()
    if at != len(block) or not fields or len(kinds) > 1 or len(codings) > 1:
        return None
    kind = _PLAIN.fullmatch(_FOLD.sub(b" ", kinds[0]).strip()) if kinds else None
    if (kinds and kind is None) or (codings and codings[0].strip().lower() not in _UNCODED):
        return None
    charset = kind[1].decode("ascii").lower() if kind is not None and kind[1] else "utf-8"
    return PlainMail(tuple(fields), raw[raw.index(b"\n", end) + 1 :] if end < len(raw) else b"", charset)


def header_end(data: bytes, limit: int | None = None) -> int:
    """Where the blank line after the header begins; -1 where there is none in the first `limit` bytes."""
    unix = data.find(b"\n\n", 0, limit)
    # Not beyond the first of the two: the body may be long.
    network = data.find(b"\n\r\n", 0, unix + 2 if unix >= 0 else limit)
    return (network if network >= 0 else unix) + 1 if max(network, unix) >= 0 else -1


def field_text(value: bytes) -> str:
    """The bytes of a header field's value as one line of text; what is not UTF-8 stays as surrogate escapes."""
    line = _FOLD.sub(b" ", value) if b"\n" in value else value
    return line.decode("utf-8", "surrogateescape").replace("\0", "").strip()
