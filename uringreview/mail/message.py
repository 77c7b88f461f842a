"""One mail, decoded, with the place that it came from.

Header rules: RFC 5322 (addresses, Message-ID, References), RFC 2047 (encoded words), RFC 2045 (transfer encodings).
Kernel mail often lacks a Content-Type though its body is 8-bit; such a body is read as UTF-8.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.errors import MessageError
from sys import intern
from typing import TYPE_CHECKING

from uringreview.errors import UnreadableError
from uringreview.mail.plain import read_plain

if TYPE_CHECKING:  # the stdlib's parser takes longer to import than a hundred mails to list: few mails need it
    import email.message

_BRACKETED_ID = re.compile(r"<([^<>\s]+)>")
_LONE = re.compile("[\ud800-\udfff]")
_INTRICATE = re.compile(r'["(\\]|<[^>]*[,;<]|<[^>]*\Z')
_BETWEEN = re.compile("[,;]")
_FOLD = re.compile(r"\r?\n[ \t]*")
# What the stdlib's parser is known to raise on hostile input (nested parts, bad parameters, bad encodings).
_PARSER_ERRORS = (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of character offsets into `Message.body`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` that the span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox: display name (may be empty) and address, "Jens Axboe" and "axboe@kernel.dk"."""

    name: str
    address: str

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>" if self.name else self.address


@dataclass(frozen=True, slots=True)
class Source:
    """Where a message was read: `path` as the user named it ("-" is standard input), and `part` within it.

    `part` is a human-readable locator inside the path, such as "message 13" or "page text"; empty for a file of
    its own. Where a quilt series file named the file, `series` is that file's path and `place` the line among its
    patches, from 1.
    """

    path: str
    part: str = ""
    series: str = ""
    place: int | None = None

    def __str__(self) -> str:
        return f"{self.path}: {self.part}" if self.part else self.path


@dataclass(frozen=True, slots=True)
class Message:
    """One mail.

    `raw` is the message as read, never altered, for the raw view. `body` is the text body, decoded, with LF line
    ends; bytes that no charset explains are kept as surrogate escapes. `headers` are (name, decoded value) in order,
    unfolded. `message_id`, `in_reply_to` and `references` are without angle brackets; `message_id` is None where the
    text had none (a patchew page). `date` is None where absent or unreadable; `date_text` is what stood there
    (a patchew page says "4 days, 11 hours ago"). `form` says what kind of text this was cut from.
    """

    source: Source
    raw: str
    headers: tuple[tuple[str, str], ...]
    subject: str
    sender: Address
    reply_to: tuple[Address, ...]
    to: tuple[Address, ...]
    cc: tuple[Address, ...]
    message_id: str | None
    in_reply_to: str | None
    references: tuple[str, ...]
    date: datetime | None
    date_text: str
    body: str
    form: str = "mail"  # "mail", "lore page", "patchew page", "thread page", "patch file"

    @property
    def lacks_names(self) -> bool:
        """Whether it was cut from a page that shows neither Message-IDs nor addresses."""
        return self.form in ("patchew page", "thread page")

    @property
    def above(self) -> str | None:
        """The first of its References, which is its thread's root, else its In-Reply-To."""
        return self.references[0] if self.references else self.in_reply_to

    def header(self, name: str) -> str | None:
        """The first header called `name`, whatever its case; None where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)


def read_message(raw: bytes, source: Source) -> Message:
    """Decode one mail (no mbox separator, no mboxrd quoting) that was read at `source`.

    The body is the first text/plain part, with the text of attached patches after it. Raises UnreadableError where
    there is no mail header or no plain text.
    """
    raw = raw.lstrip(b"\r\n")
    plain = read_plain(raw)
    if plain is not None:
        return _checked(source, raw, plain.headers, _body_text(plain.body, plain.charset))
    from email import message_from_bytes

    try:
        parsed = message_from_bytes(raw)
        # raw_items: the values as stored, before any header class interprets (and chokes on) them.
        headers = tuple((name, _unfolded(value)) for name, value in parsed.raw_items())
        body = _body(parsed, source)
    except _PARSER_ERRORS as error:
        raise UnreadableError(
            f"{source}: the mail's structure is broken ({type(error).__name__}); look at it in the raw view."
        ) from error
    return _checked(source, raw, headers, body)


def _checked(source: Source, raw: bytes, headers: tuple[tuple[str, str], ...], body: str) -> Message:
    if not any(name.lower() in ("from", "subject", "message-id") for name, _ in headers):
        raise UnreadableError(f"{source}: no mail header (no From, Subject or Message-ID); save the mail with headers.")
    return assemble(source, raw.decode("utf-8", "surrogateescape"), headers, body, "mail")


def assemble(source: Source, raw: str, headers: tuple[tuple[str, str], ...], body: str, form: str) -> Message:
    """A Message from unfolded, still encoded `headers` and a decoded `body`; used for mails and for page text."""

    fields: dict[str, list[str]] = {}
    for key, value in headers:
        fields.setdefault(key.lower(), []).append(value)

    def first(name: str) -> str:
        return fields.get(name, [""])[0]

    def all_of(name: str) -> str:
        return ", ".join(fields.get(name, ()))

    own, parents = ids(first("message-id")), ids(first("in-reply-to"))
    senders = addresses(first("from")) or addresses(first("sender"))
    date_text = first("date")
    return Message(
        source=source,
        raw=raw,
        headers=tuple((intern(name), decoded(value)) for name, value in headers),
        subject=decoded(first("subject")),
        sender=senders[0] if senders else Address(decoded(first("from")), ""),
        reply_to=addresses(all_of("reply-to")),
        to=addresses(all_of("to")),
        cc=addresses(all_of("cc")),
        message_id=own[0] if own else None,
        in_reply_to=parents[0] if parents else None,
        references=ids(all_of("references")),
        date=read_date(date_text),
        date_text=date_text,
        body=body,
        form=form,
    )


def ids(text: str) -> tuple[str, ...]:
    """The Message-IDs in a header value, without their angle brackets; a bare one is taken where it stands alone."""
    found = tuple(_BRACKETED_ID.findall(text))
    bare = text.strip().strip("<>")
    return found or ((bare,) if "@" in bare and not re.search(r"\s", bare) else ())


def addresses(text: str) -> tuple[Address, ...]:
    """The mailboxes in an address header's value, in order; what is no address (a group's name) is left out.

    A name may hold dots, brackets and 8-bit letters that RFC 5322 would have quoted: kernel mail often does.
    """
    found = []
    for piece in _split_list(text):
        before, opened, rest = piece.rpartition("<")
        if opened and "@" in rest:
            name, address = before, rest.partition(">")[0]
        else:
            # "ada@kernel.example (Ada)", the form before RFC 822.
            address, _, name = piece.partition("(")
            name = name.rstrip().removesuffix(")")
        address = address.strip()
        if "@" in address and not re.search(r"\s", address):
            found.append(Address(_display_name(name), address))
    return tuple(found)


def decoded(value: str) -> str:
    """A header value with its RFC 2047 words decoded; a word that cannot be decoded stays as it stands."""
    # The stdlib's search for such words takes time by the square of the length: no real header is this long.
    if "=?" not in value or len(value) > 10_000:
        return value
    from email.header import decode_header

    try:
        pieces = decode_header(value)
    except _PARSER_ERRORS:
        return value
    # decode_header hands the words between encoded ones back in this codec.
    return "".join(
        piece if isinstance(piece, str) else _text(piece, charset or "raw-unicode-escape") for piece, charset in pieces
    ).replace("\0", "")


def read_date(text: str) -> datetime | None:
    """The aware time of a Date header's value; None where it cannot be read. "-0000" is taken for UTC."""
    from email.utils import parsedate_to_datetime

    try:
        date = parsedate_to_datetime(text)
        return date if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _unfolded(value: object) -> str:
    text = _text(str(value).encode("utf-8", "surrogateescape"), "utf-8")
    return _FOLD.sub(" ", text).replace("\r", " ").replace("\n", " ").replace("\0", "").strip()


def _display_name(text: str) -> str:
    name = " ".join(text.split())
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return decoded(name)


def _split_list(text: str) -> list[str]:
    """Cut an address list at its commas, but not inside quotes, comments or angle brackets."""
    if _INTRICATE.search(text) is None:
        return _BETWEEN.split(text)
    pieces, start, depth, quoted, escaped = [], 0, 0, False, False
    for at, letter in enumerate(text):
        if escaped or letter == "\\":
            escaped = not escaped
        elif letter == '"':
            quoted = not quoted
        elif not quoted:
            depth += (letter in "(<") - (letter in ")>" and depth > 0)
            if letter in ",;" and not depth:
                pieces.append(text[start:at])
                start = at + 1
    if quoted or depth:
        return text.split(",")  # unbalanced: better a wrong name than lost recipients
    return [*pieces, text[start:]]


def _body(parsed: "email.message.Message", source: Source) -> str:
    plain: str | None = None
    attached, kinds = [], []
    for part in parsed.walk():
        kind = part.get_content_type()
        kinds.append(kind)
        if part.is_multipart():
            continue
        if kind == "text/plain" and plain is None:
            plain = _part_text(part)
        elif kind in ("text/x-patch", "text/x-diff") or _is_patch_file(part):
            attached.append(_part_text(part))
    if plain is None and parsed.get_content_maintype() == "multipart" and not parsed.is_multipart():
        plain = _part_text(parsed)  # parts were announced and there are none: all of it is one text
    if plain is None and not attached:
        if "text/html" in kinds:
            raise UnreadableError(f"{source}: the mail is HTML only; ask its sender for plain text.")
        raise UnreadableError(
            f"{source}: the mail has no plain text part ({kinds[-1]}); ask its sender for plain text."
        )
    return "\n".join(text for text in (plain, *attached) if text is not None)


def _is_patch_file(part: "email.message.Message") -> bool:
    """Whether an attached part is named as a patch, whatever type a mail program made up for it."""
    name = part.get_filename() or ""
    kinds = ("text", "application")
    return name.lower().endswith((".patch", ".diff")) and part.get_content_maintype() in kinds


def _part_text(part: "email.message.Message") -> str:
    payload = part.get_payload(decode=True)
    return _body_text(payload if isinstance(payload, bytes) else b"", part.get_content_charset() or "utf-8")


def _body_text(data: bytes, charset: str) -> str:
    # Network line ends belong to the transport only where every line has them; else a CR is part of the file patched.
    if b"\r\n" in data and data.count(b"\r\n") == data.count(b"\n"):
        data = data.replace(b"\r\n", b"\n")
    return _text(data, charset).replace("\0", "\ufffd")


def _text(data: bytes, charset: str) -> str:
    """`data` in its charset; in UTF-8 with surrogate escapes where that is unknown or does not fit."""
    try:
        # Some codecs (utf-7) can yield halves of surrogate pairs that no encoder takes back.
        text = data.decode(charset)
        # UTF-8 itself never yields them, and this search would be a good part of the time that a mail takes.
        return text if charset == "utf-8" else _LONE.sub("\ufffd", text)
    except (LookupError, ValueError, AssertionError):
        return data.decode("utf-8", "surrogateescape")
