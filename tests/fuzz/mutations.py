"""Ways to spoil a mail, each a function of its bytes and a seeded source of chance.

They are what happens to mail (cut lines, repeated headers, wrong charsets, quoting lost) and what an attacker sends
(nested parts, bytes that no text holds, lines and diffs of absurd length, characters that hide).
"""

import base64
import re
from collections.abc import Callable, Sequence
from random import Random
from typing import TypeAlias

from tests.support import mail

Mutation: TypeAlias = Callable[[bytes, Random], bytes]

_HIDDEN = ("\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\u2028", "\x85", "\x1b[2J", "\xad", "\U000e0041")
_CHARSETS = (b"utf-16", b"utf-7", b"iso-8859-1", b"gb18030", b"no-such-charset", b"\xff", b"idna", b"zlib", b"hex", b"")
_LINES = (
    b"From here on",
    b"From mboxrd@z Thu Jan  1 00:00:00 1970",
    b"From: ",
    b"---",
    b"-- ",
    b"--",
    b"diff --git a/x b/x",
    b"--- a/x",
    b"+++ b/x",
    b"@@ -1,3 +1,3 @@",
    b"@@ -1,999999999 +1 @@",
    b"@@",
    b"GIT binary patch",
    b"literal 99999999",
    b"rename from x",
    b" 9999 files changed, 1 insertion(+)",
    b" x | 1 +",
    b"```diff",
    b"**YES**",
    b"Record 1.1: [x]",
    b"## Phase 3: x",
    b"Thread overview: 3+ messages",
    b"Posted by X 4 days ago",
    b"[ Upstream commit " + b"0" * 40 + b" ]",
    b"Content-Type: multipart/mixed; boundary=b",
    b"",
)


def flip_bytes(raw: bytes, chance: Random) -> bytes:
    """Some bytes become others."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 20)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    return bytes(data)


def cut_lines(raw: bytes, chance: Random) -> bytes:
    """Some lines are gone, or only their beginnings stay."""
    lines = raw.split(b"\n")
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(lines))
        lines[at : at + 1] = [] if chance.random() < 0.5 and len(lines) > 1 else [lines[at][: len(lines[at]) // 2]]
    return b"\n".join(lines)


def cut_off(raw: bytes, chance: Random) -> bytes:
    """The mail breaks off."""
    return raw[: chance.randrange(1, len(raw))]


def repeat_headers(raw: bytes, chance: Random) -> bytes:
    """Header fields stand there twice, or a thousand times, or in another case."""
    head, blank, body = raw.partition(b"\n\n")
    fields = head.split(b"\n")
    one = chance.choice(fields)
    return b"\n".join([*fields, *[one.swapcase()] * chance.choice((1, 3, 1000))]) + blank + body


def rename_charset(raw: bytes, chance: Random) -> bytes:
    """The body claims a charset, or an encoding, that it does not have."""
    kind = b"Content-Type: text/plain; charset=" + chance.choice(_CHARSETS)
    if chance.random() < 0.3:
        kind += b"\nContent-Transfer-Encoding: " + chance.choice(
            (b"base64", b"quoted-printable", b"x-uuencode", b"8bit")
        )
    encoded = b"Subject: =?" + chance.choice(_CHARSETS) + b"?" + chance.choice((b"q", b"b", b"x")) + b"?=C3=28?= x"
    return (encoded + b"\n" if chance.random() < 0.3 else b"") + kind + b"\n" + raw


def nest_parts(raw: bytes, chance: Random) -> bytes:
    """The mail lies inside parts of parts, closed or not."""
    head, _, body = raw.partition(b"\n\n")
    for level in range(chance.choice((1, 3, 60, 200))):
        kind = chance.choice((b"mixed", b"alternative", b"digest", b"signed"))
        inner = b"Content-Type: text/plain\n\n" + body if level == 0 else body
        body = b"--b%d\n%s\n" % (level, inner) + (b"--b%d--\n" % level if chance.random() < 0.7 else b"")
        body = b'Content-Type: multipart/%s; boundary="b%d"\n\n' % (kind, level) + body
    return head + b"\n" + body


def encode_body(raw: bytes, chance: Random) -> bytes:
    """The body is base64, perhaps with a fault in it."""
    head, _, body = raw.partition(b"\n\n")
    packed = base64.encodebytes(body)
    if chance.random() < 0.5:
        packed = flip_bytes(packed or b"x", chance)
    return head + b"\nContent-Transfer-Encoding: base64\n\n" + packed


def put_nuls(raw: bytes, chance: Random) -> bytes:
    """NULs and other control characters stand in the text."""
    data = raw
    for _ in range(chance.randint(1, 10)):
        at = chance.randrange(len(data))
        data = data[:at] + chance.choice((b"\0", b"\x0b", b"\x0c", b"\r", b"\x1a", b"\x7f")) + data[at:]
    return data


def put_lines(raw: bytes, chance: Random) -> bytes:
    """The formats' own lines stand where they do not belong, `From ` among them."""
    lines = raw.split(b"\n")
    for _ in range(chance.randint(1, 10)):
        lines.insert(chance.randrange(len(lines)), chance.choice(_LINES))
    return b"\n".join(lines)


def hide_text(raw: bytes, chance: Random) -> bytes:
    """Bidi overrides, zero-width characters and odd line separators stand in the text."""
    data = raw
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(data))
        data = data[:at] + chance.choice(_HIDDEN).encode() + data[at:]
    return data


def change_ends(raw: bytes, chance: Random) -> bytes:
    """Lines end as elsewhere, all of them or some."""
    end = chance.choice((b"\r\n", b"\r", b"\n\n", b" \n"))
    return re.sub(rb"\n", lambda _: end if chance.random() < 0.9 else b"\n", raw)


def lengthen_line(raw: bytes, chance: Random) -> bytes:
    """One line is ten megabytes long, in any place."""
    lines = raw.split(b"\n")
    at = chance.randrange(len(lines))
    unit = chance.choice((b"x", b" ", b"[", b"<a>,", b"Re: ", b"=?utf-8?q?", b"\t", b"1.1 ", b"**", b"> ", b"a/", b"-"))
    lines[at] += unit * (10_000_000 // len(unit))
    return b"\n".join(lines)


def many_hunks(raw: bytes, chance: Random) -> bytes:
    """The diff has 5,000 hunks, some of them miscounted."""
    old = chance.choice((b"1", b"1", b"7"))
    hunks = b"".join(b"@@ -%d,%s +%d @@ f\n-a\n+b\n" % (n * 9 + 1, old, n * 9 + 1) for n in range(5000))
    return raw.replace(b"-- \n2.53.0\n", hunks + b"-- \n2.53.0\n")


USUAL: Sequence[Mutation] = (
    flip_bytes,
    cut_lines,
    cut_off,
    repeat_headers,
    rename_charset,
    nest_parts,
    encode_body,
    put_nuls,
    put_lines,
    hide_text,
    change_ends,
)
HUGE: Sequence[Mutation] = (lengthen_line, many_hunks)


def spoiled(seed: int) -> bytes:
    """The mail of this seed: one in four hundred is huge, the rest has up to three faults."""
    chance = Random(seed)
    raw = _whole(chance)
    if chance.random() < 1 / 400:
        return chance.choice(HUGE)(raw, chance)
    for mutation in chance.sample(USUAL, chance.randint(1, 3)):
        raw = mutation(raw if len(raw) > 1 else b"x\n", chance)
    return raw


def _whole(chance: Random) -> bytes:
    """A sound mail in one of the layouts that are sent."""
    kind = chance.randrange(6)
    if kind == 0:
        return mail.reply(to=chance.randint(1, 3))
    rationale = chance.choice(
        (
            "## Phase 1: Forensics\nStep 1.1 Record: [x]\n\n## Verification\n- [Phase 1] read\n\n**YES**\n",
            "**Backport Status: YES**\n\n## Analysis\n\n1. one\n2. two of +2/-0 lines\n\n```c\n@@ -1 +1 @@\n```\n",
            "LOOKING AT THE CHANGE: ## Title - **one** - two ### More 1. x 2. y **YES** it is",
            "Error: Failed to generate final synthesis\n",
            "",
        )
    )
    if kind == 1:
        return mail.autosel(prefix="PATCH 6.12 012/345", position=12, batch="20260521120000.1", rationale=None)
    if kind == 2:
        return mail.autosel(prefix="PATCH 6.6.y 5.15.y", batch="20260522120000.1", rationale=None)
    return mail.autosel(position=chance.randint(2, 60), batch="20260523120000.1", rationale=rationale)
