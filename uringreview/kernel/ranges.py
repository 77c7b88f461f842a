"""What a subject asks for against what applies: "asks for 7.0-6.6, conflicts on 6.12 and 6.6".

A patch that asks for a branch which it does not apply to needs a backport or a shorter range, and a person has to say
which. A branch that has the patch already, or takes it after earlier ones of the queue, is no finding. Branches that
the clone does not have are named as not checked: the ends of the range, and the longterm kernels between them
(kernel.org, "Active kernel releases"; a branch that was once longterm stays one here).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from uringreview.kernel.status import Cell, Status, branch_version
from uringreview.mail.subject import BranchRange, Version

_LONGTERM = tuple(
    Version.parse(text) for text in ("6.18", "6.12", "6.6", "6.1", "5.15", "5.10", "5.4", "4.19", "4.14", "4.9", "4.4")
)


class RangeKind(Enum):
    """What is wrong with a range; the value is for a filter."""

    NOT_TAKEN = "asked branch does not take it"
    DOUBTFUL = "asked branch takes it only by merge or fuzz"
    NOT_CHECKABLE = "not checkable on an asked branch"
    NOT_IN_CLONE = "asked branch is not in the clone"
    PRESENT = "every asked branch has it"


@dataclass(frozen=True, slots=True)
class RangeFinding:
    """One finding about a patch's range: `branches` are versions ("6.12"), newest first, `sentence` says it all."""

    kind: RangeKind
    branches: tuple[str, ...]
    sentence: str


def range_findings(asked: BranchRange | None, cells: Iterable[Cell]) -> tuple[RangeFinding, ...]:
    """What the cells of one patch say of the range that its subject asks for; () where it asks for none.

    Cells still pending count as not there yet: nothing is said of their branches.
    """
    if asked is None:
        return ()
    by_version = {version: cell for cell in cells if (version := branch_version(cell.branch)) is not None}
    wanted = sorted((version for version in by_version if version in asked), reverse=True)
    inside = [(version, by_version[version].status) for version in wanted]
    found = []

    def add(kind: RangeKind, sentence: str, versions: Sequence[Version]) -> None:
        found.append(RangeFinding(kind, tuple(str(version) for version in versions), sentence))

    conflicts, missing = (_with(inside, status) for status in (Status.CONFLICT, Status.MISSING))
    if conflicts or missing:
        parts = [f"conflicts on {_listed(conflicts)}"] if conflicts else []
        parts += [f"a file is missing on {_listed(missing)}"] if missing else []
        versions = sorted((*conflicts, *missing), reverse=True)
        add(RangeKind.NOT_TAKEN, f"asks for {asked}, {', '.join(parts)}", versions)
    merges, fuzzy = (_with(inside, status) for status in (Status.MERGE, Status.FUZZ))
    if merges or fuzzy:
        parts = [f"merges only on {_listed(merges)}"] if merges else []
        parts += [f"needs fuzz on {_listed(fuzzy)}"] if fuzzy else []
        versions = sorted((*merges, *fuzzy), reverse=True)
        add(RangeKind.DOUBTFUL, f"asks for {asked}, {', '.join(parts)}", versions)
    unknown = [version for version, status in inside if status in (Status.ERROR, Status.DAMAGED)]
    if unknown:
        add(RangeKind.NOT_CHECKABLE, f"asks for {asked}, not checkable on {_listed(unknown)}", unknown)
    absent = [version for version in named_in(asked) if version not in by_version]
    if absent:
        sentence = f"asks for {asked}; the clone has no {_branches(absent)}: not checked there"
        add(RangeKind.NOT_IN_CLONE, sentence, absent)
    if inside and not absent and all(status is Status.PRESENT for _version, status in inside):
        add(RangeKind.PRESENT, f"asks for {asked}, and every branch of it has it already", wanted)
    return tuple(found)


def _with(inside: Sequence[tuple[Version, Status]], wanted: Status) -> list[Version]:
    return [version for version, status in inside if status is wanted]


def named_in(asked: BranchRange) -> list[Version]:
    """The branches that are asked for beyond doubt, newest first."""
    ends = [end for part in asked.parts or (asked,) for end in (part.newest, part.oldest)]
    return sorted({*ends, *(version for version in _LONGTERM if version in asked)}, reverse=True)


def _branches(versions: Sequence[Version]) -> str:
    return _listed([f"linux-{version}.y" for version in versions], "or")


def _listed(versions: Sequence[object], joint: str = "and") -> str:
    *first, last = (str(version) for version in versions)
    return f"{', '.join(first)} {joint} {last}" if first else last
