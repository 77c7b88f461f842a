"""Claim and evidence in, mark out: verified, contradicted, or not checkable, with what a person would look up."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from uringreview.diff.model import DiffAnchor
from uringreview.mail.message import Span
from uringreview.rationale.claims import Claim


class MarkWord(Enum):
    """A mark; the value is the report's word."""

    VERIFIED = "verified"
    CONTRADICTED = "contradicted"
    UNCHECKABLE = "uncheckable"


@dataclass(frozen=True, slots=True)
class BranchTarget:
    """A branch to show."""

    branch: str


@dataclass(frozen=True, slots=True)
class PatchTarget:
    """Another patch of the queue to show, by key."""

    key: str


Target: TypeAlias = DiffAnchor | Span | BranchTarget | PatchTarget


@dataclass(frozen=True, slots=True)
class Mark:
    """A claim with its mark. `evidence` is one sentence of what was found; `targets` are the places to light up."""

    claim: Claim
    word: MarkWord
    evidence: str
    targets: tuple[Target, ...] = ()
