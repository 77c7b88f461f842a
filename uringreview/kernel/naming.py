"""Commits outside the stable branches that name other commits: mainline, next, a maintainer's own branches.

A fix lands there first, and often only there. Each branch is walked back to when the oldest commit that is asked for
was committed, without what the branches before it hold; what names a commit is kept, so that the next time only new
commits are walked. A branch that was rewritten is walked anew.
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from uringreview.kernel.cache import CacheFile, checksum
from uringreview.kernel.clone import Clone
from uringreview.kernel.messages import named

_NAME = "naming-1.sqlite"
_MOST_BYTES = 256 * 1024 * 1024
_TABLES = (
    "create table if not exists named (clone text not null, branch text not null, tip text not null, "
    "since integer not null, lines blob not null, checksum blob not null, primary key (clone, branch))",
)
_MOST_COMMITS = 200_000
_STEP = 30 * 24 * 3600  # the begin of the walk is rounded down to this, so that a batch more does not walk all anew
_WITHOUT_DATE = 400 * 24 * 3600  # how far back where the clone has none of the commits
_ID = re.compile(rb"(?<![0-9A-Za-z.@/-])[0-9a-f]{12,40}(?![0-9A-Za-z@.-])")
_KEY = 8


@dataclass(frozen=True, slots=True)
class NamingCommit:
    """A commit with the ids that its message names (8 to 40 digits): as fixed, as reverted, and in any words."""

    id: str
    fixes: tuple[str, ...]
    reverts: tuple[str, ...]
    names: tuple[str, ...]
    subject: str


def naming(clone: Clone, commits: Iterable[str]) -> Iterator[tuple[NamingCommit, str]]:
    """The commits on other branches than the stable ones that name one of `commits` (40 digits), and where they are.

    Branch by branch, newest first in each. Raises EnvironmentProblem where the
    clone's history is damaged.
    """
    wanted = list(commits)
    if not clone.others or not wanted:
        return
    keys = {one[:_KEY] for one in wanted}
    since = _since(clone, wanted)
    for at, (branch, tip) in enumerate(clone.others):
        for line in _lines(clone, branch, tip, since, [other for _name, other in clone.others[:at]]):
            commit, fixes, reverts, names, subject = line.split("\t", 4)
            if any(one[:_KEY] in keys for one in f"{fixes} {reverts} {names}".split()):
                fixed, reverted, named_too = (tuple(each.split()) for each in (fixes, reverts, names))
                yield NamingCommit(commit, fixed, reverted, named_too, subject), branch


def _since(clone: Clone, commits: Iterable[str]) -> int:
    """When to begin: the oldest of the commits that the clone has, in seconds since 1970."""
    known = [when for when in map(clone.committed, commits) if when]
    newest = max(clone.committed(tip) for _name, tip in clone.others)
    return (min(known) if known else newest - _WITHOUT_DATE) // _STEP * _STEP


def _lines(clone: Clone, branch: str, tip: str, since: int, before: list[str]) -> list[str]:
    """A line for each of the branch's commits since then that names another, newest first, without those of `before`.

    What the file holds is taken from there, as far as it goes.
    """
    file = CacheFile(_NAME, _TABLES, _MOST_BYTES)
    key = (str(clone.common_dir), branch)

    def find(base: sqlite3.Connection) -> tuple[str, list[str]] | None:
        query = "select tip, since, lines, checksum from named where clone = ? and branch = ?"
        row = base.execute(query, key).fetchone()
        if row is None or row[1] > since:
            return None
        if checksum(row[0].encode(), row[2]) != row[3]:
            raise ValueError("checksum")
        return row[0], row[2].decode().split("\n") if row[2] else []

    known = None if clone.shallow else file.read(find)
    if known is not None and known[0] == tip:
        return known[1]
    if known is not None and not (clone.committed(known[0]) and clone.is_ancestor(known[0], tip)):
        known = None
    hide = [*before, *([known[0]] if known is not None else [])]
    lines = [line for commit in clone.since(tip, since, hide, _MOST_COMMITS) if (line := _line(commit))]
    lines += known[1] if known is not None else []
    if not clone.shallow:
        text = "\n".join(lines).encode()
        row = (*key, tip, since, text, checksum(tip.encode(), text))
        file.write(lambda base: _put(base, row))
    return lines


def _put(base: sqlite3.Connection, row: tuple[object, ...]) -> None:
    base.execute("replace into named values (?, ?, ?, ?, ?, ?)", row)


def _line(commit: tuple[str, bytes]) -> str:
    """One commit as a line: its id, what it fixes, reverts and names, its subject; "" where it names nothing."""
    own, message = commit
    says = named(message)
    reverts = dict.fromkeys(one for pair in says.reverts for one in pair if one)
    told = {*says.fixes, *reverts}
    names = dict.fromkeys(one.decode("ascii") for one in _ID.findall(message))
    others = [one for one in names if not one.isdigit() and one not in told]
    if not (told or others):
        return ""
    subject = message.partition(b"\n")[0].decode("utf-8", "replace")
    plain = subject if subject.isprintable() else " ".join(subject.split())
    return "\t".join((own, " ".join(says.fixes), " ".join(reverts), " ".join(others), plain))
