"""What a stable commit's message says of other commits: which upstream commit it is, what it reverts and fixes.

Documentation/process/stable-kernel-rules.rst asks for "commit <id> upstream." or "[ Upstream commit <id> ]"; the
trees hold more forms: without the dot, in lower case, "Upstream commit <id>", shortened ids, and git-cherry-pick -x's
"(cherry picked from commit <id>)". A revert writes "This reverts commit A which is commit B upstream.": there B is
what went away, not what came.
"""

import re
from typing import NamedTuple

_ID = rb"([0-9a-f]{8,40})"
_REVERTS = re.compile(
    rb"\b[Tt]his (?:partially )?reverts (?:upstream )?commit " + _ID + rb"\b"
    rb"(?: \([^()]{0,200}\))?"
    rb"(?:,? (?:which|that) (?:is|was) (?:upstream )?commit " + _ID + rb"(?: upstream)?)?"
)
_UPSTREAM = re.compile(
    rb"\W{0,3}(?:commit " + _ID + rb" (?:\([^()]{0,200}\) )?(?:in |from )?upstream\W{0,3}"
    rb"|upstream commit:? " + _ID + rb"\W{0,3})"
)
_PICKED = re.compile(rb"\(?(?:cherry[ -]picked|backported) from (?:upstream )?commit " + _ID + rb"(?: upstream)?\)?")
_TRAILED = re.compile(rb" " + _ID + rb"\b")
_BLANKS = re.compile(rb"[ \t\n]+")
_USUAL = re.compile(rb"[^\n]*\n\n(?:commit ([0-9a-f]{40}) upstream\.|\[ upstream commit ([0-9a-f]{40}) \])\n")
_BEFORE_ID = len("commit ")
_NEAR = 40  # "commit" stands within so many bytes of the begin of a line that is a reference


class Named(NamedTuple):
    """The commits that a message names, as ids of 8 to 40 digits in lower case.

    `upstream` are those that it is the backport of; `reverts` pairs what it takes back, as (the id, the upstream id
    that the message gives for it or "").
    """

    upstream: tuple[str, ...]
    reverts: tuple[tuple[str, str], ...]
    fixes: tuple[str, ...]
    stable_dep_of: tuple[str, ...]


def named(message: bytes) -> Named:
    """What a whole commit message names. Never raises, in time linear in the message's length.

    A walk reads tens of thousands of messages: they are searched for the few words that matter, not cut into lines.
    """
    lower = message.lower()
    reverts: tuple[tuple[str, str], ...] = ()
    if b"reverts" in lower:
        found = _REVERTS.finditer(_BLANKS.sub(b" ", message))
        reverts = tuple((_id(each[1]), _id(each[2] or b"")) for each in found)
    upstream = _references(lower) if b"commit" in lower else []
    if len(upstream) > 1 or reverts:
        taken_back = {each for pair in reverts for each in pair}
        upstream = [one for one in dict.fromkeys(upstream) if one not in taken_back]
    fixes = _trailed(lower, b"fixes:") if b"fixes:" in lower else ()
    dep_of = _trailed(lower, b"stable-dep-of:") if b"stable-dep-of:" in lower else ()
    return Named(tuple(upstream), reverts, fixes, dep_of)


def _references(lower: bytes) -> list[str]:
    """The ids that whole lines name as the commit which this one is the backport of."""
    usual = _USUAL.match(lower)
    if usual is not None:
        last = usual.lastindex or 1
        if usual.start(last) - _BEFORE_ID == lower.find(b"commit") == lower.rfind(b"commit"):
            return [usual[last].decode("ascii")]
    found: list[str] = []
    below = 0  # where the line after the last reference begins
    headed = True
    at = lower.find(b"commit")
    while at >= 0:
        start = lower.rfind(b"\n", 0, at) + 1
        end = lower.find(b"\n", at)
        end = end if end >= 0 else len(lower)
        line = lower[start:end].strip()
        if b"commit" in line[:_NEAR]:
            # A reference stands at the head of a paragraph; the same words amid prose speak of another commit.
            if start > below:
                headed = not lower[below : start - 1].rpartition(b"\n")[2].strip()
            match = (_UPSTREAM.fullmatch(line) if headed else None) or _PICKED.fullmatch(line)
            if match is not None:
                found.append(match[match.lastindex or 1].decode("ascii"))
                below = end + 1
        at = lower.find(b"commit", end)
    return found


def _trailed(lower: bytes, name: bytes) -> tuple[str, ...]:
    """The ids that lines beginning with the trailer `name` give."""
    found = []
    at = lower.find(name)
    while at >= 0:
        start = lower.rfind(b"\n", 0, at) + 1
        match = _TRAILED.match(lower, at + len(name))
        if match and not lower[start:at].strip():
            found.append(match[1].decode("ascii"))
        at = lower.find(name, at + len(name))
    return tuple(found)


def _id(text: bytes) -> str:
    return text.decode("ascii").lower()
