"""Later commits that fix or revert a given one, as the stable branches' own logs tell.

A fix names what it fixes in a `Fixes:` trailer (Documentation/process/submitting-patches.rst), a revert in its
"This reverts commit". Both name the upstream id; what is found on one branch warns on all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from uringreview.kernel.clone import Clone
from uringreview.kernel.history import LogEntry, history


@dataclass(frozen=True, slots=True)
class FixingCommit:
    """`fixing` (its upstream id where the branch names one, else its own) fixes or reverts `fixed` on `branch`."""

    fixed: str
    fixing: str
    subject: str
    branch: str
    reverts: bool = False


def later_fixes(clone: Clone, upstream_ids: Sequence[str]) -> tuple[FixingCommit, ...]:
    """The fixes and reverts of `upstream_ids` in the clone's stable branches, each once, from the newest branch on.

    Raises EnvironmentProblem where the clone's history is damaged.
    """
    wanted: dict[str, list[str]] = {}
    for one in upstream_ids:
        wanted.setdefault(one[:8], []).append(one)
    found: dict[tuple[str, str], FixingCommit] = {}
    for branch in clone.branches:
        for entry in history(clone, branch).naming(frozenset(wanted)):
            for fixed, reverts in _named_by(entry, wanted):
                fixing = entry.upstream[0] if entry.upstream else entry.id
                found.setdefault((fixed, fixing), FixingCommit(fixed, fixing, entry.subject, branch.name, reverts))
    return tuple(found.values())


def _named_by(entry: LogEntry, wanted: dict[str, list[str]]) -> list[tuple[str, bool]]:
    """Which of the wanted ids an entry fixes or reverts."""
    names = [(one, False) for one in entry.fixes]
    names += [(one, True) for pair in entry.reverts for one in pair if one]
    return [
        (full, reverts)
        for name, reverts in names
        for full in wanted.get(name[:8], ())
        if full.startswith(name) or name.startswith(full)
    ]
