"""What a person wrote in an answer, and whether a person wrote it.

Quotes begin with ">", the line that introduces them ends in a colon and names the writer, a signature begins with
"-- " (RFC 3676). Bots say so in their name, their address or the Auto-Submitted header (RFC 3834).
"""

import itertools
import re

from uringreview.mail.message import Message

_QUOTE = re.compile(r"\s{0,3}>")
_WRITER = re.compile(r"\b(?:wrote|writes|schrieb|écrit|escribió|scrisse)\b|[^\s@]@[^\s@]", re.IGNORECASE)
_OPENING = re.compile(r"(?:On|Am|Le|El|At|Op)\s.*\d", re.IGNORECASE)
_DATED = re.compile(r"(?:On|Am|Le|El|At|Op)\s.*(?:\b(?:19|20)\d\d\b|\d[/.]\d)", re.IGNORECASE)
_FORWARDED = re.compile(r"-{2,20}\s?(?:Original Message|Forwarded message)\s?-{2,20}.*", re.IGNORECASE)
_BOT = re.compile(r"(?:^|[^a-z])(?:ro)?bot(?:$|[^a-z])|syzbot|kernelci|test robot|patchwork-bot", re.IGNORECASE)


def is_bot_name(name: str) -> bool:
    """Whether a sender's name or address is plainly a program's: "kernel test robot", "sashiko-bot@kernel.org"."""
    return _BOT.search(name.partition("@")[0]) is not None


def is_bot(message: Message) -> bool:
    """Whether a program sent `message`."""
    automatic = (message.header("Auto-Submitted") or "no").strip().lower()
    sender = message.sender
    return is_bot_name(sender.name) or is_bot_name(sender.address) or not automatic.startswith("no")


def own_text(message: Message) -> str:
    """The text of an answer without quoted lines, the lines that introduce them, and the signature; stripped."""
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for _, line in own_lines(message))).strip()


def own_lines(message: Message) -> tuple[tuple[int, str], ...]:
    """The lines of `own_text` as they stand, each with its place in `message.body` in characters."""
    lines = message.body.split("\n")
    places = [0, *itertools.accumulate(len(line) + 1 for line in lines)]
    kept: list[tuple[int, str]] = []
    at, quoting = 0, False
    while at < len(lines):
        line = lines[at]
        was_quoting, quoting = quoting, _QUOTE.match(line) is not None
        if _FORWARDED.fullmatch(line.strip()):
            break
        if quoting:
            if not was_quoting:
                _drop_attribution(kept)
        elif line == "-- " or (line == "--" and len(lines) - at < 8):  # pages and some programs lose the blank
            while at + 1 < len(lines) and not _QUOTE.match(lines[at + 1]):
                at += 1
        else:
            kept.append((places[at], line))
        at += 1
    return tuple(kept)


def _drop_attribution(kept: list[tuple[int, str]]) -> None:
    """Take the introduction of a quote, up to three lines of it, off the end of `kept`."""
    end = len(kept)
    while end and not kept[end - 1][1].strip():
        end -= 1
    last = kept[end - 1][1].strip() if end else ""
    if len(kept) - end > 1 or not last.endswith(":") or not (_WRITER.search(last) or _DATED.match(last)):
        return
    start = end - 1
    for first in range(end - 1, max(end - 4, -1), -1):
        text = kept[first][1].strip()
        if not text:
            break
        if _OPENING.match(text):
            start = first
            break
    del kept[start:]
