"""Later commits that fix, revert or name a given one, on any branch of the clone.

A fix names what it fixes in a `Fixes:` trailer (Documentation/process/submitting-patches.rst), a revert in its
"This reverts commit". Both name the upstream id; what is found on one branch warns on all. The stable branches' own
logs are asked first, then mainline and whatever other branches the clone has.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from uringreview.kernel.clone import Clone
from uringreview.kernel.history import LogEntry, history
from uringreview.kernel.naming import NamingCommit, naming


@dataclass(frozen=True, slots=True)
class FixingCommit:
    """`fixing` (its upstream id where the branch names one, else its own) fixes or reverts `fixed` on `branch`.

    With `mentions` it does neither, and names it in other words.
    """

    fixed: str
    fixing: str
    subject: str
    branch: str
    reverts: bool = False
    mentions: bool = False


def later_fixes(clone: Clone, upstream_ids: Sequence[str]) -> tuple[FixingCommit, ...]:
    """The fixes, reverts and mentions of `upstream_ids` in the clone's branches, each commit once.

    Stable branches come first, from the newest on. Raises EnvironmentProblem where the clone's history is damaged.
    """
    wanted: dict[str, list[str]] = {}
    for one in upstream_ids:
        wanted.setdefault(one[:8], []).append(one)
    found: dict[tuple[str, str], FixingCommit] = {}
    for branch in clone.branches:
        for entry in history(clone, branch).naming(frozenset(wanted)):
            fixing = entry.upstream[0] if entry.upstream else entry.id
            for fixed, reverts in _fixed_by(entry, wanted):
                found.setdefault((fixed, fixing), FixingCommit(fixed, fixing, entry.subject, branch.name, reverts))
    queued = set(upstream_ids)
    for commit, where in naming(clone, upstream_ids):
        for fixed, reverts, mentions in _named_by(commit, wanted):
            # What a queued patch says of another is in its mail already.
            if commit.id != fixed and not (mentions and commit.id in queued):
                fix = FixingCommit(fixed, commit.id, commit.subject, where, reverts, mentions)
                found.setdefault((fixed, commit.id), fix)
    return tuple(found.values())


def _fixed_by(entry: LogEntry, wanted: dict[str, list[str]]) -> list[tuple[str, bool]]:
    """Which of the wanted ids an entry of a stable branch's log fixes or reverts."""
    names = [(one, False) for one in entry.fixes]
    names += [(one, True) for pair in entry.reverts for one in pair if one]
    return [(full, reverts) for name, reverts in names for full in _matching(name, wanted)]


def _named_by(commit: NamingCommit, wanted: dict[str, list[str]]) -> list[tuple[str, bool, bool]]:
    """Which of the wanted ids a commit reverts, fixes or mentions, each once: (id, whether reverted, mentioned)."""
    names = [(one, True, False) for one in commit.reverts]
    names += [(one, False, False) for one in commit.fixes]
    names += [(one, False, True) for one in commit.names]
    found: dict[str, tuple[str, bool, bool]] = {}
    for name, reverts, mentions in names:
        for full in _matching(name, wanted):
            found.setdefault(full, (full, reverts, mentions))
    return list(found.values())


def _matching(name: str, wanted: dict[str, list[str]]) -> list[str]:
    return [full for full in wanted.get(name[:8], ()) if full.startswith(name) or name.startswith(full)]
