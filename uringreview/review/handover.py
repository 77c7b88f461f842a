"""A session as one JSON file, so that a colleague can go on where one left off: everything, its history included.

    {"uringreview-session": 3, "name": "...", "tables": {"decision": [{"number": 1, ...}, ...], ...}}

The number is that of the tables' version (schema.py): a file written by an older program is brought up to date like an
old session. Bytes of mail that are no UTF-8 stand as lone surrogates in the text. A file read is another person's: only
tables and columns that this version knows, of the types that they have, get in.
"""

import json
import os
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from itertools import count
from pathlib import Path
from typing import Any

from uringreview.errors import EnvironmentProblem, UnreadableError, UsageProblem
from uringreview.review.schema import MIGRATIONS
from uringreview.review.session import open_session
from uringreview.review.session_file import SUFFIX, Damaged, connect, make_file, named, session_folder
from uringreview.review.session_rows import to_bytes, to_text
from uringreview.review.session_store import stored

_MARK = "uringreview-session"
_MOST_BYTES = 256 * 1024 * 1024


def export_session(name: str, path: Path, folder: Path | None = None) -> Path:
    """Write the session to a new JSON file that is the user's alone; returns the path.

    Raises UsageProblem where there is no such session or `path` exists, EnvironmentProblem where it cannot be written.
    """
    try:
        with closing(connect(stored(name, folder))) as connection:
            tables = {table: _rows(connection, table) for table in _tables(connection)}
    except (Damaged, sqlite3.Error) as error:
        raise EnvironmentProblem(f"The session {name} cannot be read ({str(error) or 'damaged'}).") from error
    text = json.dumps({_MARK: len(MIGRATIONS), "name": name, "tables": tables}, indent=1) + "\n"
    try:
        with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="ascii") as file:
            file.write(text)
    except FileExistsError as error:
        raise UsageProblem(f"{path} is there already; name another file.") from error
    except OSError as error:
        raise EnvironmentProblem(f"{path}: cannot be written ({error.strerror}).") from error
    return path


def import_session(path: Path, name: str | None = None, folder: Path | None = None) -> str:
    """Make a session of an exported file; returns its name, numbered where there is one of that name already.

    Raises UnreadableError where the file is no such export, EnvironmentProblem where it or the session cannot be used.
    """
    version, own, tables = _read(path)
    place = folder or session_folder()
    target = _free(name or own, place)
    try:
        make_file(target)
        with closing(sqlite3.connect(target, isolation_level=None)) as connection:
            connection.execute("BEGIN")
            for script in MIGRATIONS[:version]:
                for statement in filter(str.strip, script.split(";")):
                    connection.execute(statement)
            for table in _tables(connection):
                _fill(connection, table, tables.get(table, []), path)
            connection.execute(f"PRAGMA user_version = {version}")
            connection.execute("COMMIT")
        _try(target.name.removesuffix(SUFFIX), place)
    except (sqlite3.Error, OverflowError, ValueError, AssertionError) as error:
        _forget(target)
        raise UnreadableError(f"{path}: this is no session that can be read ({error}).") from error
    except OSError as error:
        raise EnvironmentProblem(f"{target}: the session cannot be made ({error.strerror}).") from error
    except BaseException:
        _forget(target)
        raise
    return target.name.removesuffix(SUFFIX)


def _try(name: str, folder: Path) -> None:
    """Read all that was imported, so that what makes no sense is refused now and not while somebody works."""
    with open_session([], name=name, folder=folder) as session:
        _ = (session.decisions(), session.branch_decisions(), session.asides(), session.place, session.opened)
        keys = {each.key for each in session.patches} | set(session.decisions())
        for key in keys:
            _ = (session.history(key), session.comments(key), session.reply_text(key))


def _read(path: Path) -> tuple[int, str, Mapping[str, Sequence[Any]]]:
    try:
        with path.open("rb") as file:
            data = file.read(_MOST_BYTES + 1)
        found = json.loads(data) if len(data) <= _MOST_BYTES else None
    except OSError as error:
        raise EnvironmentProblem(f"{path}: cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"{path}: this is no exported session ({error}).") from error
    if not isinstance(found, dict):
        found = {}
    version, tables = found.get(_MARK), found.get("tables")
    if type(version) is not int or not isinstance(tables, dict):
        raise UnreadableError(f"{path}: this is no exported session; `uringreview sessions export` writes one.")
    if not 1 <= version <= len(MIGRATIONS):
        raise UnreadableError(f"{path} was written by a newer uringreview; update this one.")
    name = found.get("name")
    return version, name if isinstance(name, str) else "imported", tables


def _fill(connection: sqlite3.Connection, table: str, rows: object, path: Path) -> None:
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnreadableError(f"{path}: the table {table} is no list of rows.")
    columns = _columns(connection, table)
    connection.execute(f"DELETE FROM {table}")
    for row in rows:
        names = [name for name in columns if name in row]
        values = [_value(row[name], columns[name]) for name in names]
        marks = ", ".join("?" * len(names))
        connection.execute(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", values)


def _value(value: object, kind: str) -> object:
    if value is None:
        return None
    if kind == "INTEGER" and type(value) is int:
        return value
    if kind == "TEXT" and isinstance(value, str):
        return value
    if kind == "BLOB" and isinstance(value, str):
        return to_bytes(value)
    raise sqlite3.DataError(f"{str(value)[:40]!r} is no {kind}")


def _tables(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return [row[0] for row in found.fetchall()]


def _columns(connection: sqlite3.Connection, table: str) -> dict[str, str]:
    return {row[1]: row[2] for row in connection.execute(f"PRAGMA table_info({table})").fetchall()}


def _rows(connection: sqlite3.Connection, table: str) -> list[dict[str, object]]:
    names = list(_columns(connection, table))
    found = connection.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall()
    return [
        {name: to_text(value) if isinstance(value, bytes) else value for name, value in zip(names, row, strict=True)}
        for row in found
    ]


def _free(name: str, folder: Path) -> Path:
    try:
        path = named(name, folder)
    except UsageProblem:
        path = named("imported", folder)
    for number in count(2):
        if not path.exists():
            return path
        path = folder / f"{name[:70]}-{number}{SUFFIX}"
    raise AssertionError("unreachable")


def _forget(path: Path) -> None:
    for ending in ("", "-wal", "-shm", "-journal"):
        with suppress(OSError):
            path.with_name(path.name + ending).unlink()
