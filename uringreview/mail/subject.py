"""Which branches a subject asks for, and what kind of stable mail it heads.

AUTOSEL writes the newest and the oldest stable branch into the subject, "[PATCH AUTOSEL 7.0-6.6]": every branch
from 7.0 down to 6.6 is meant. One version alone means that branch only. (Documentation: none; read off the mails
themselves, May 2025 to May 2026.) People who send backports list branches, "[PATCH 6.12.y 5.10.y]": those and no others
are meant.
"""

import re
from dataclasses import dataclass
from enum import Enum
from functools import total_ordering

_REPLY = re.compile(r"(?:re|aw|sv|antw)(?:\[\d{1,3}\])?\s{0,3}:\s*", re.IGNORECASE)
_BRACKET = re.compile(r"\[([^\[\]]{0,200})\]\s*")
_VERSION = re.compile(r"(?:linux-|stable-|for-)?(\d{1,3})\.(\d{1,3})(\.y|-stable)?", re.IGNORECASE)
_RANGE = re.compile(r"(\d{1,3}\.\d{1,3})(?:\.y)?-(\d{1,3}\.\d{1,3})(\.y)?", re.IGNORECASE)
_NUMBER = re.compile(r"(\d{1,5})/(\d{1,5})")


@total_ordering
@dataclass(frozen=True, slots=True)
class Version:
    """A stable branch's number, ordered as kernels are: 5.15 < 6.1 < 6.12."""

    major: int
    minor: int

    def __lt__(self, other: "Version") -> bool:
        return (self.major, self.minor) < (other.major, other.minor)

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Read "6.12"; raises ValueError where `text` is no such pair."""
        major, minor = text.split(".")
        return cls(int(major), int(minor))


@dataclass(frozen=True, slots=True)
class BranchRange:
    """Every stable branch from `newest` down to `oldest`, both included.

    Where a subject lists branches, `parts` holds each of its ranges, newest first (one branch is a range of its own),
    and only they are asked for; `newest` and `oldest` are then the ends of the list. It is empty for a plain range.
    """

    newest: Version
    oldest: Version
    parts: "tuple[BranchRange, ...]" = ()

    def __contains__(self, version: Version) -> bool:
        if self.parts:
            return any(version in part for part in self.parts)
        return self.oldest <= version <= self.newest

    def __str__(self) -> str:
        if self.parts:
            return " ".join(str(part) for part in self.parts)
        return str(self.newest) if self.newest == self.oldest else f"{self.newest}-{self.oldest}"


class SubjectKind(Enum):
    """What a subject says of its mail."""

    AUTOSEL = "autosel"
    RC_REVIEW = "rc-review"
    STABLE = "stable"
    PLAIN = "plain"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject taken apart: `title` is what stays without "Re:" and the bracketed prefixes."""

    kind: SubjectKind
    title: str
    asked: BranchRange | None
    number: int | None
    total: int | None
    is_reply: bool


def parse_subject(text: str) -> Subject:
    """Take the subject line `text`, folded or not, apart.

    Leading "Re:" (any number, any case) and bracketed groups are peeled off, as git-mailinfo(1) does; the first group
    that holds the word PATCH or AUTOSEL decides the kind, so a list's own "[foo-list]" before it does no harm. Several
    versions in one bracket ("6.6.y 6.1.y") ask for each of them and for nothing between.
    """
    rest = " ".join(text.split())
    is_reply, at = False, 0
    tag: list[str] = []
    while True:
        if found := _REPLY.match(rest, at):
            is_reply = True
        elif found := _BRACKET.match(rest, at):
            words = found[1].replace(",", " ").split()
            if not tag and any(word.upper().startswith(("PATCH", "AUTOSEL")) for word in words):
                tag = words
        else:
            break
        at = found.end()
    number, total = next(((int(m[1]), int(m[2])) for word in tag if (m := _NUMBER.fullmatch(word))), (None, None))
    asked, dotted = _branches(tag)
    return Subject(_kind(tag, asked, dotted, number), rest[at:], asked, number, total, is_reply)


def asked_range(text: str) -> BranchRange | None:
    """The branches that the subject `text` asks for; None where it names none, as a plain patch's does."""
    return parse_subject(text).asked


def _kind(tag: list[str], asked: BranchRange | None, dotted: bool, number: int | None) -> SubjectKind:
    if not tag:
        return SubjectKind.NONE
    if any(word.upper() == "AUTOSEL" for word in tag):
        return SubjectKind.AUTOSEL
    if asked is None:
        return SubjectKind.PLAIN
    # Greg's review mails say "6.12 012/345"; a submission to stable says "6.12.y" (stable-kernel-rules).
    return SubjectKind.RC_REVIEW if number is not None and not dotted else SubjectKind.STABLE


def _branches(tag: list[str]) -> tuple[BranchRange | None, bool]:
    """The range that the words of a bracket ask for, and whether one was written as a branch ("6.6.y")."""
    ranges: list[BranchRange] = []
    dotted = any(word.lower() == "stable" for word in tag)
    # "6.6/6.1" is two branches, "3/9" is a place in a series.
    for word in " ".join(word if _NUMBER.fullmatch(word) else word.replace("/", " ") for word in tag).split():
        if found := _RANGE.fullmatch(word):
            ends = Version.parse(found[1]), Version.parse(found[2])
            ranges.append(BranchRange(max(ends), min(ends)))
            dotted = dotted or found[3] is not None
        elif found := _VERSION.fullmatch(word):
            version = Version(int(found[1]), int(found[2]))
            ranges.append(BranchRange(version, version))
            dotted = dotted or found[3] is not None
    parts = sorted(set(ranges), key=lambda each: each.newest, reverse=True)
    if len(parts) < 2:
        return (parts[0] if parts else None), dotted
    return BranchRange(parts[0].newest, min(part.oldest for part in parts), tuple(parts)), dotted
