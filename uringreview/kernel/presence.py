"""Whether a branch's log or history says that it has a patch: asked before any line of the patch is tried."""

import re
from collections.abc import Mapping

from uringreview.kernel.clone import Branch, Clone
from uringreview.kernel.history import BranchLog
from uringreview.kernel.status import Candidate

_CLOCK_SKEW = 90 * 24 * 3600
_ADDRESS = re.compile(r"<([^<>]*)>")


class Presence:
    """What the logs of a clone's branches (by the branch's name) say of queued patches; each is asked once."""

    def __init__(self, clone: Clone, logs: Mapping[str, BranchLog]) -> None:
        self._clone = clone
        self._logs = logs
        self._said: dict[tuple[str, str, str, str], str] = {}

    def said(self, candidate: Candidate, branch: Branch) -> str:
        """Why the log or the history says that the branch has it; "" where they do not."""
        key = (candidate.upstream or "", candidate.title, candidate.author, branch.name)
        known = self._said.get(key)
        if known is None:
            known = self._said[key] = self._ask(candidate, branch)
        return known

    def _ask(self, candidate: Candidate, branch: Branch) -> str:
        log = self._logs[branch.name]
        if candidate.upstream:
            upstream = candidate.upstream.lower()
            entry = log.has(upstream)
            if entry is not None:
                return f"commit {entry.id[:12]}"
            if log.reverted(upstream):
                return ""
            if self._ancestor(upstream, branch, log):
                return "in the branch's history"
        address = _ADDRESS.search(candidate.author)
        titled = log.titled(candidate.title, address[1] if address else candidate.author)
        return f"commit {titled.id[:12]}, by subject and author" if titled else ""

    def _ancestor(self, upstream: str, branch: Branch, log: BranchLog) -> bool:
        """Whether the commit itself is under the branch's tip: in its log, or under the release that it began at."""
        committed = self._clone.committed(upstream)
        if not committed:
            return False
        if log.contains(upstream):
            return True
        under = log.base or branch.tip
        # A commit made long after that release cannot be under it: spares a walk for nearly every queued patch.
        return committed <= self._clone.committed(under) + _CLOCK_SKEW and self._clone.is_ancestor(upstream, under)
