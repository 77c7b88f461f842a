"""A TOML table that knows where it stands, so that a message about a value can point at its line.

TOML libraries give no positions for values; the line is found by the table's heading and the key.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from uringreview.interleave.place import Place

_NAME = re.compile(r"[A-Za-z_]\w*\Z")
Wanted = TypeVar("Wanted")


@dataclass(frozen=True, slots=True)
class Table:
    """A TOML table with the way to it, so that a message can point at its line."""

    file: str
    text: str
    path: tuple[str, ...]
    values: dict[str, object]

    def place(self, key: str = "") -> Place:
        """The line of `key` in this table, or of the table's heading, or line 1."""
        steps = (*self.path, key) if key else self.path
        lines = self.text.split("\n")
        for depth in range(len(steps), 0, -1):
            heading = "[" + ".".join(steps[:depth]) + "]"
            start = next((n for n, line in enumerate(lines) if line.split("#")[0].strip() == heading), None)
            if start is None:
                continue
            if depth < len(steps):
                begins = re.compile(rf"\s*{re.escape(steps[depth])}\s*[=.]")
                for number in range(start + 1, len(lines)):
                    if begins.match(lines[number]):
                        return Place(self.file, number + 1)
                    if lines[number].startswith("["):
                        break
            return Place(self.file, start + 1)
        return Place(self.file, 1)

    def only(self, *known: str) -> None:
        """Refuse keys that mean nothing here."""
        for key in self.values:
            if key not in known:
                raise self.place(key).error(f'"{key}" means nothing here; known are {", ".join(known)}')

    def get(self, key: str, wanted: type[Wanted], default: Wanted | None = None) -> Wanted:
        """The value of `key`, which must be a `wanted`; required where there is no default."""
        if key not in self.values:
            if default is None:
                raise self.place().error(f'"{key}" is missing in [{".".join(self.path)}]')
            return default
        value = self.values[key]
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            words = {str: "a text", int: "a whole number", list: "a list", dict: "a table", bool: "true or false"}
            raise self.place(key).error(f'"{key}" must be {words[wanted]}')
        return value

    def table(self, key: str) -> "Table":
        """The table under `key`, empty where absent."""
        return Table(self.file, self.text, (*self.path, key), self.get(key, dict, {}))

    def tables(self) -> Iterable[tuple[str, "Table"]]:
        """Every entry, each of which must be a table and have a plain name."""
        for key in self.values:
            self.plain(key)
            yield key, self.table(key)

    def plain(self, key: str, at: str = "") -> str:
        """`key`, which must be a plain name; a message points at `at`, or else at `key` itself."""
        if _NAME.match(key) is None:
            raise self.place(at or key).error(f'"{key}" is no name: letters, digits and "_" only')
        return key

    def texts(self, key: str, default: list[object] | None = None) -> tuple[str, ...]:
        """A list of texts."""
        values: list[object] = self.get(key, list, default)
        found = tuple(value for value in values if isinstance(value, str))
        if len(found) != len(values):
            raise self.place(key).error(f'"{key}" must be a list of texts')
        return found
