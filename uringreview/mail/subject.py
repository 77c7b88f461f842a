"""Which branches a subject asks for, and what kind of stable mail it heads.

AUTOSEL writes the newest and the oldest stable branch into the subject, "[PATCH AUTOSEL 7.0-6.6]": every branch
from 7.0 down to 6.6 is meant. One version alone means that branch only. (Documentation: none; read off the mails
themselves, May 2025 to May 2026.)
"""

from dataclasses import dataclass
from enum import Enum
from functools import total_ordering


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
    """Every stable branch from `newest` down to `oldest`, both included."""

    newest: Version
    oldest: Version

    def __contains__(self, version: Version) -> bool:
        return self.oldest <= version <= self.newest

    def __str__(self) -> str:
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
