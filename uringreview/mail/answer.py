"""What a person wrote in an answer, and whether a person wrote it.

Quotes begin with ">", the line that introduces them ends in a colon and names the writer, a signature begins with
"-- " (RFC 3676). Bots say so in their name, their address or the Auto-Submitted header (RFC 3834).
"""

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
    lines = message.body.split("\n")
    kept: list[str] = []
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
            kept.append(line)
        at += 1
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in kept)).strip()


def _drop_attribution(kept: list[str]) -> None:
    """Take the introduction of a quote, up to three lines of it, off the end of `kept`."""
    end = len(kept)
    while end and not kept[end - 1].strip():
        end -= 1
    last = kept[end - 1].strip() if end else ""
    if len(kept) - end > 1 or not last.endswith(":") or not (_WRITER.search(last) or _DATED.match(last)):
        return
    start = end - 1
    for first in range(end - 1, max(end - 4, -1), -1):
        if not kept[first].strip():
            break
        if _OPENING.match(kept[first].strip()):
            start = first
            break
    del kept[start:]
