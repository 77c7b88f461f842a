"""Cells kept between runs, so that opening the same queue again, or on a branch that advanced, costs next to nothing.

A cell is kept under all that it was worked out from, so that a wrong one cannot be found: the rules' number, the
patch, what the branch's log says of it, what stands at every path that it and the queued patches before it touch, and
the pre-images that the clone holds. A whole queue on a branch is kept besides, under the queue and the branch's tip.
Nothing is kept of a partial or shallow clone: what those hold changes under the same tip.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import astuple
from typing import Any

from uringreview import __version__
from uringreview.kernel.cache import CacheFile, checksum
from uringreview.kernel.status import Candidate, Cell, FailedHunk, Flag, FlagKind, Status

RULES = 3
"""Goes up with every change of what a cell says."""

_NAME = "cells-1.sqlite"
_MOST_BYTES = 96 * 1024 * 1024
_TABLES = (
    "create table if not exists run (key blob primary key, text blob not null, checksum blob not null)",
    "create table if not exists cell (key blob primary key, patch blob not null, text blob not null, "
    "checksum blob not null) without rowid",
    "create index if not exists cell_patch on cell (patch)",
)
_AT_ONCE = 500


class CellCache:
    """The cache of one run: what it finds, and what is to be kept when the run ends."""

    def __init__(self) -> None:
        self._file = CacheFile(_NAME, _TABLES, _MOST_BYTES)
        self._found: dict[bytes, bytes] = {}
        self._patches: set[bytes] = set()
        self._new: dict[bytes, tuple[bytes, bytes]] = {}

    def run(
        self, key: bytes, still: Callable[[str, str], bool], keys: Sequence[str], branch: str
    ) -> tuple[Cell, ...] | None:
        """The cells of a queue, whose patches' keys are `keys`, on `branch`; None where they are not known.

        `still` tells whether a pre-image's prefix still leads to the id ("": to none) that the cells relied on.
        """

        def find(base: sqlite3.Connection) -> bytes | None:
            row = base.execute("select text, checksum from run where key = ?", (key,)).fetchone()
            if row is not None and checksum(key, row[0]) != row[1]:
                raise ValueError("checksum")
            return row[0] if row is not None else None

        text = self._file.read(find)
        if text is None:
            return None
        relied, rows = json.loads(text)
        if len(rows) != len(keys) or not all(still(prefix, full) for prefix, full in relied):
            return None
        return tuple(_cell(row, keys, name, branch) for row, name in zip(rows, keys, strict=True))

    def keep_run(self, key: bytes, relied: Mapping[str, str], cells: Sequence[Cell]) -> None:
        """Keep the cells of a whole queue on one branch."""
        places = {cell.key: number for number, cell in enumerate(cells)}
        text = _json([list(relied.items()), [_row(cell, places) for cell in cells]])
        self._file.write(
            lambda base: _run(base, "insert or replace into run values (?, ?, ?)", [(key, text, checksum(key, text))])
        )

    def expect(self, patches: Iterable[bytes]) -> None:
        """Read the single cells of those patches (their digests), to be asked for with `cell`."""
        wanted = list(patches)

        def find(base: sqlite3.Connection) -> dict[bytes, bytes]:
            found = {}
            for first in range(0, len(wanted), _AT_ONCE):
                some = wanted[first : first + _AT_ONCE]
                marks = ",".join("?" * len(some))
                for key, patch, text, known in base.execute(
                    f"select key, patch, text, checksum from cell where patch in ({marks})", some
                ):
                    if checksum(key, text) != known:
                        raise ValueError("checksum")
                    found[key] = text
                    self._patches.add(patch)
            return found

        self._found = self._file.read(find) or {}

    def knows(self, patch: bytes) -> bool:
        """Whether any cell of the patch with that digest was kept, of those that were expected."""
        return patch in self._patches

    def cell(self, key: bytes, patch: str, branch: str, earlier: Sequence[str]) -> Cell | None:
        """The cell under `key`, of the patch and branch with those names; `earlier` names what it may need."""
        text = self._found.get(key)
        return None if text is None else _cell(json.loads(text), earlier, patch, branch)

    def keep(self, key: bytes, patch: bytes, cell: Cell, earlier: Sequence[str]) -> None:
        """Keep one cell, when the run ends."""
        places = {name: number for number, name in enumerate(earlier)}
        if all(name in places for name in cell.needs):
            self._new[key] = (patch, _json(_row(cell, places)))

    def save(self) -> None:
        """Write what was kept."""
        rows = [(key, patch, text, checksum(key, text)) for key, (patch, text) in self._new.items()]
        if rows:
            self._file.write(lambda base: _run(base, "insert or replace into cell values (?, ?, ?, ?)", rows))
            self._new.clear()


def digest(candidate: Candidate) -> bytes:
    """What a patch is, as far as its cells go; its key, which only names it, left out."""
    diff = candidate.diff
    parts = [repr((RULES, __version__, candidate.upstream, candidate.title, candidate.author))]
    parts.append(repr((diff.state.value, diff.problems, diff.restored_from, diff.proven)))
    for change in diff.files:
        named = (change.kind.value, change.path, change.old_path, change.old_mode, change.new_mode)
        parts.append(repr((*named, change.old_blob, change.new_blob, change.binary)))
        for hunk in change.hunks:
            counts = (hunk.old_start, hunk.old_count, hunk.new_start, hunk.new_count, len(hunk.lines))
            parts.append(f"{counts} {hunk.heading}")
            # No text of a line holds a line end, so that each line stands for itself.
            parts += [f"{line.kind._value_}{line.no_newline:d}{line.text}" for line in hunk.lines]
    return checksum("\n".join(parts).encode("utf-8", "surrogateescape"))


def _run(base: sqlite3.Connection, statement: str, rows: Sequence[tuple[bytes, ...]]) -> None:
    base.executemany(statement, rows)


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _row(cell: Cell, places: Mapping[str, int]) -> list[Any]:
    failed = [[each.path, each.hunk, each.line, each.expected, each.found] for each in cell.failed]
    flags = [[each.kind.value, *astuple(each)[1:]] for each in cell.flags]
    return [cell.status.value, cell.detail, cell.offsets, failed, [places[key] for key in cell.needs], flags]


def _cell(row: list[Any], names: Sequence[str], key: str, branch: str) -> Cell:
    status, detail, offsets, failed, needs, flags = row
    return Cell(
        key,
        branch,
        Status(status),
        detail,
        tuple(offsets),
        tuple(FailedHunk(path, hunk, line, tuple(old), tuple(new)) for path, hunk, line, old, new in failed),
        tuple(names[place] for place in needs),
        tuple(Flag(FlagKind(kind), *rest) for kind, *rest in flags),
    )
