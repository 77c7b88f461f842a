"""Header lines of a mail that goes out: valid, folded, and deaf to what the input would like to add.

RFC 5322 (folding, 78 and 998 columns, phrases), RFC 2047 (encoded words for what is no ASCII). The standard library's
policies are not used for whole headers because they encode a Message-ID longer than a line as an encoded word, which
breaks the thread.
"""

import re
from collections.abc import Iterable
from email.header import Header
from email.utils import quote

from uringreview.mail.message import Address

_WIDTH = 78
_LONGEST_WORD = 900
# Control characters of both kinds, line and paragraph separators, and what is no character at all.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_ADDRESS = re.compile(r"(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}|\"[ !#-\[\]-~]{1,62}\")@[A-Za-z0-9._:\[\]-]{1,255}")
_MESSAGE_ID = re.compile(r"[!-;=?-~]{1,900}")


def clean(text: str) -> str:
    """`text` on one line: control characters and runs of white space become one blank."""
    return " ".join(_UNSAFE.sub(" ", text).split())


def valid_address(address: str) -> bool:
    """Whether `address` may stand in a header of a mail that goes through any server (ASCII, one @)."""
    return _ADDRESS.fullmatch(address) is not None


def valid_message_id(identifier: str) -> bool:
    """Whether `identifier` (without angle brackets) can be answered: printable ASCII, no blank, no bracket."""
    return _MESSAGE_ID.fullmatch(identifier) is not None


def unstructured(name: str, text: str) -> str:
    """A header of plain text, such as the subject."""
    return _fold(name, _words(clean(text)))


def mailboxes(name: str, addresses: Iterable[Address]) -> str:
    """A header of mailboxes; every address must be `valid_address`."""
    words: list[str] = []
    for each in addresses:
        if words:
            words[-1] += ","
        words += [*_phrase(clean(each.name)), f"<{each.address}>"] if clean(each.name) else [each.address]
    return _fold(name, words)


def identifiers(name: str, message_ids: Iterable[str]) -> str:
    """A header of Message-IDs, given without angle brackets; every one must be `valid_message_id`."""
    return _fold(name, [f"<{each}>" for each in message_ids])


def _phrase(text: str) -> list[str]:
    if not text.isascii() or "=?" in text:
        return _encoded(text)
    return text.split(" ") if _ATOMS.fullmatch(text) else f'"{quote(text)}"'.split(" ")


def _words(text: str) -> list[str]:
    words = text.split(" ")
    if text.isascii() and "=?" not in text and all(len(word) <= _LONGEST_WORD for word in words):
        return words
    return _encoded(text)


def _encoded(text: str) -> list[str]:
    # Header splits into encoded words of at most 75 columns, none in the middle of a character.
    return Header(text, "utf-8", maxlinelen=75).encode(linesep="\n").split()


def _fold(name: str, words: Iterable[str]) -> str:
    lines = [f"{name}:"]
    fresh = True
    for word in words:
        if not fresh and len(lines[-1]) + 1 + len(word) > _WIDTH:
            lines.append("")
        lines[-1] += f" {word}"
        fresh = False
    return "\n".join(lines) + "\n"
