"""The logs of stable branches, kept between runs: text, a line a commit, in a few chunks, the oldest first.

An advanced branch adds a chunk. Where the file cannot be written, or was changed by another process meanwhile, the
lines at hand are used and nothing is lost but time.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from uringreview.kernel.cache import CacheFile, checksum
from uringreview.kernel.clone import Branch

_NAME = "history-2.sqlite"
_MOST_BYTES = 512 * 1024 * 1024
_MOST_CHUNKS = 32
_TABLES = (
    "create table if not exists branch (number integer primary key, clone text not null, name text not null, "
    "tip text not null, base text not null, complete integer not null, unique (clone, name))",
    "create table if not exists chunk (branch integer not null, place integer not null, lines blob not null, "
    "checksum blob not null, primary key (branch, place))",
)
_NUMBER = "select number from branch where clone = ? and name = ? and tip = ?"


@dataclass(frozen=True, slots=True)
class Head:
    """What is cached of a branch: its tip and base then, and whether the log between them is complete."""

    tip: str
    base: str
    complete: bool


class LogCache:
    """The cached log of one branch of one clone, which is named by its common folder."""

    def __init__(self, clone: str, branch: Branch) -> None:
        self._key = (clone, branch.name)
        self._tip = branch.tip
        self._file = CacheFile(_NAME, _TABLES, _MOST_BYTES)

    def head(self) -> Head | None:
        """What is cached; None where nothing is, or nothing to trust."""

        def find(base: sqlite3.Connection) -> Head | None:
            for tip, start, complete in base.execute(
                "select tip, base, complete from branch where clone = ? and name = ?", self._key
            ):
                if not (isinstance(tip, str) and isinstance(start, str) and len(tip) == 40):
                    raise ValueError(tip)
                return Head(tip, start, bool(complete))
            return None

        return self._file.read(find)

    def lines(self, tip: str) -> list[str] | None:
        """The log up to `tip`, oldest first; None where the cache does not hold that any more."""

        def find(base: sqlite3.Connection) -> list[str] | None:
            number = base.execute(_NUMBER, (*self._key, tip)).fetchone()
            if number is None:
                return None
            found: list[str] = []
            for text, known in base.execute(
                "select lines, checksum from chunk where branch = ? order by place", number
            ):
                if checksum(text) != known:
                    raise ValueError("checksum")
                found += text.decode().split("\n") if text else []
            return found

        return self._file.read(find)

    def append(self, known: Head, newer: Sequence[str]) -> bool:
        """Add the lines since `known`, oldest first; False where they could not be kept."""
        added = False

        def add(base: sqlite3.Connection) -> None:
            nonlocal added
            number = base.execute(_NUMBER, (*self._key, known.tip)).fetchone()
            if number is None:
                return
            chunks = base.execute("select count(*) from chunk where branch = ?", number).fetchone()[0]
            if chunks >= _MOST_CHUNKS:
                texts = base.execute("select lines from chunk where branch = ? order by place", number).fetchall()
                base.execute("delete from chunk where branch = ?", number)
                _insert(base, number[0], 0, b"\n".join(text for (text,) in texts if text))
                chunks = 1
            _insert(base, number[0], chunks, "\n".join(newer).encode())
            base.execute("update branch set tip = ? where number = ?", (self._tip, *number))
            added = True

        return self._file.write(add) and added

    def save(self, start: str, complete: bool, lines: Sequence[str]) -> None:
        """Put a whole log, oldest first, in the place of what is cached of the branch."""

        def put(base: sqlite3.Connection) -> None:
            base.execute(
                "delete from chunk where branch in (select number from branch where clone = ? and name = ?)", self._key
            )
            base.execute("delete from branch where clone = ? and name = ?", self._key)
            number = base.execute(
                "insert into branch (clone, name, tip, base, complete) values (?, ?, ?, ?, ?)",
                (*self._key, self._tip, start, complete),
            ).lastrowid
            _insert(base, number or 0, 0, "\n".join(lines).encode())

        self._file.write(put)


def _insert(base: sqlite3.Connection, number: int, place: int, text: bytes) -> None:
    base.execute("insert into chunk values (?, ?, ?, ?)", (number, place, text, checksum(text)))
