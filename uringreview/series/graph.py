"""The graph of what needs what: edges with reasons, groups in order, and what is missing."""

from dataclasses import dataclass

from uringreview.mail.message import Span


@dataclass(frozen=True, slots=True)
class Reason:
    """Why `Edge.patch` needs `Edge.needs`: one sentence, whose mail said so, and where (None for other evidence)."""

    text: str
    said_by: str | None
    span: Span | None


@dataclass(frozen=True, slots=True)
class Edge:
    """`patch` (an upstream id, 12 digits) should come after `needs` (the same)."""

    patch: str
    needs: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a group; `key` is the queue's patch key, None where the member is not loaded ("missing here")."""

    upstream: str
    key: str | None
    subject: str
    asked: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class LaterFix:
    """A commit that fixes a queued patch: its id where known, its subject, and how we know it."""

    fixes: str
    upstream: str | None
    subject: str
    seen_in: str


@dataclass(frozen=True, slots=True)
class Group:
    """Patches that belong together, in the order to take them."""

    members: tuple[Member, ...]
    edges: tuple[Edge, ...]
    cyclic: bool = False

    @property
    def missing(self) -> tuple[Member, ...]:
        """Members that are named but not loaded."""
        return tuple(member for member in self.members if member.key is None)
