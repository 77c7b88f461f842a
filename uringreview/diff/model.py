"""A diff as files, hunks and lines, in the words of git-diff(1)'s "generating patch text with -p".

Line text is what follows the first column, without the line end; a carriage return before the line end is kept.
Bytes that were not UTF-8 ride along as surrogate escapes, so `text.encode("utf-8", "surrogateescape")` gives back
what was mailed.
"""

from dataclasses import dataclass
from enum import Enum


class LineKind(Enum):
    """First column of a hunk line."""

    CONTEXT = " "
    ADDED = "+"
    REMOVED = "-"


@dataclass(frozen=True, slots=True)
class Line:
    """One hunk line; `old` and `new` are 1-based line numbers, None on the side where the line is absent.

    `no_newline` is True where "\\ No newline at end of file" follows it.
    """

    kind: LineKind
    text: str
    old: int | None
    new: int | None
    no_newline: bool = False


@dataclass(frozen=True, slots=True)
class Hunk:
    """One `@@ -old_start,old_count +new_start,new_count @@ heading`; counts are those of the header."""

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    heading: str
    lines: tuple[Line, ...]


class ChangeKind(Enum):
    """What happens to a file."""

    MODIFIED = "modified"
    NEW = "new"
    DELETED = "deleted"
    RENAMED = "renamed"
    COPIED = "copied"
    MODE = "mode"


@dataclass(frozen=True, slots=True)
class FileChange:
    """One file's part of a diff.

    `path` is the new path (the old one for a deletion), `old_path` the old one. `old_blob` and `new_blob` are the
    `index` line's ids, usually abbreviated, None where absent. Modes are octal strings, None where not named.
    """

    kind: ChangeKind
    path: str
    old_path: str
    old_mode: str | None
    new_mode: str | None
    old_blob: str | None
    new_blob: str | None
    hunks: tuple[Hunk, ...]
    binary: bool = False

    @property
    def added(self) -> int:
        """Number of added lines."""
        return sum([line.kind for line in hunk.lines].count(LineKind.ADDED) for hunk in self.hunks)

    @property
    def removed(self) -> int:
        """Number of removed lines."""
        return sum([line.kind for line in hunk.lines].count(LineKind.REMOVED) for hunk in self.hunks)


class DiffState(Enum):
    """How far a diff can be trusted: as mailed, put back after damage, damaged, or not there."""

    EXACT = "exact"
    RESTORED = "restored"
    DAMAGED = "damaged"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Diff:
    """A parsed diff.

    `problems` are sentences about what is wrong with it ("hunk 2 of io_uring/timeout.c says 6 old lines, has 5").
    A RESTORED diff has `proven` True only where the restored post-image hashes to the `index` line's new blob id for
    every file: then, and only then, may it be tried on a branch. `restored_from` says where lines came from.
    """

    state: DiffState
    files: tuple[FileChange, ...]
    problems: tuple[str, ...] = ()
    restored_from: str = ""
    proven: bool = False

    @property
    def appliable(self) -> bool:
        """Whether trying it on a branch means anything."""
        return self.state is DiffState.EXACT or (self.state is DiffState.RESTORED and self.proven)


@dataclass(frozen=True, slots=True)
class DiffAnchor:
    """A place in a diff: a file, and in it optionally a hunk and a line (0-based indexes)."""

    path: str
    hunk: int | None = None
    line: int | None = None
