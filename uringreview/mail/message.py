"""One mail, decoded, with the place that it came from.

Header rules: RFC 5322 (addresses, Message-ID, References), RFC 2047 (encoded words), RFC 2045 (transfer encodings).
Kernel mail often lacks a Content-Type though its body is 8-bit; such a body is read as UTF-8.
"""

from dataclasses import dataclass
from datetime import datetime


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
    its own.
    """

    path: str
    part: str = ""

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
    form: str = "mail"  # "mail", "lore page", "patchew page"

    def header(self, name: str) -> str | None:
        """The first header called `name`, whatever its case; None where there is none."""
        wanted = name.lower()
        return next((value for key, value in self.headers if key.lower() == wanted), None)
