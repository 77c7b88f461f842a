"""The session's file: where it lives, how it is named, opened, brought up to date, and set aside when damaged.

Folder and file are the user's alone (0700, 0600): notes on patches that nobody has answered yet are private. Write-
ahead mode lets two programs have one session open (sqlite.org/wal.html); synchronous=FULL makes each commit survive
a power cut.
"""

import hashlib
import json
import os
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from platformdirs import user_state_path

from uringreview.errors import EnvironmentProblem, UsageProblem
from uringreview.review.schema import MIGRATIONS

SUFFIX = ".sqlite"
ARCHIVE = "archive"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_BUSY_SECONDS = 5.0
_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_DECIDED = (
    "SELECT count(DISTINCT key) FROM decision WHERE kind IS NOT NULL AND number IN (SELECT max(decision.number)"
    " FROM decision JOIN step ON step.number = step WHERE state = 'live' GROUP BY key, branch)"
)
# A list only reads: a file of the first version is brought up to date when it is opened.
_DECIDED_FIRST = (
    "SELECT count(*) FROM decision WHERE kind IS NOT NULL AND number IN"
    " (SELECT max(number) FROM decision WHERE state = 'live' GROUP BY key)"
)


class Damaged(Exception):
    """The file is no session any more; `set_aside` keeps it."""


@dataclass(frozen=True, slots=True)
class SessionInfo:
    """One stored session for a list: `problem` is empty, or says why the file cannot be read.

    `identity` names the queue that was last opened in it; it is empty in a file of an older version.
    """

    name: str
    path: Path
    opened: tuple[str, ...]
    patches: int
    decided: int
    changed: datetime
    problem: str = ""
    identity: str = ""


def session_folder() -> Path:
    """Where sessions are kept: `sessions` in the user's state folder (XDG base directories)."""
    return user_state_path("uringreview") / "sessions"


def session_name(paths: Sequence[str], keys: Sequence[str] = ()) -> str:
    """The name of the session that belongs to a queue.

    It is made of the first path's last part and a hash of the sorted absolute paths, so that the same files give the
    same session from any folder. Standard input has no path; there the patches' keys stand in.
    """
    if not paths or all(path == "-" for path in paths):
        identity, first = sorted(keys), "stdin"
    else:
        identity = sorted({path if path == "-" else os.path.abspath(path) for path in paths})
        first = Path(os.path.abspath(next(path for path in paths if path != "-"))).stem
    digest = hashlib.sha256("\0".join(identity).encode("utf-8", "surrogateescape")).hexdigest()[:10]
    readable = re.sub(r"[^A-Za-z0-9._-]+", "-", first).strip("-._")[:40]
    return f"{readable or 'queue'}-{digest}"


def session_path(paths: Sequence[str], keys: Sequence[str], name: str | None, folder: Path) -> Path:
    """Where the session called `name`, else that of the queue `paths`, is or is to be; raises UsageProblem.

    A queue's session may have been renamed, or begun under a name of its own: then it is known by the queue that it
    holds. One that is in the archive is taken out of it.
    """
    if name is not None:
        path = named(name, folder)
    else:
        path = folder / f"{session_name(paths, keys)}{SUFFIX}"
        if not path.exists() and not (folder / ARCHIVE / path.name).exists():
            path = _holding(path.stem.rpartition("-")[2], folder) or path
    kept = folder / ARCHIVE / path.name
    if not path.exists() and kept.exists():
        try:
            kept.rename(path)
        except OSError as error:
            raise EnvironmentProblem(f"{kept}: cannot be taken out of the archive ({error.strerror}).") from error
    return path


def named(name: str, folder: Path) -> Path:
    """The file of the session called `name`, there or not; raises UsageProblem for what cannot be a file's name."""
    if _NAME.fullmatch(name) is None:
        raise UsageProblem(f"A session's name is letters, digits, dots, dashes and underscores, not {name!r}.")
    return folder / f"{name}{SUFFIX}"


def _holding(identity: str, folder: Path) -> Path | None:
    """The newest session of the queue with that identity."""
    for info in sessions(folder):
        if info.identity == identity:
            return info.path
    return None


def open_file(path: Path) -> tuple[sqlite3.Connection, str]:
    """Open or make a session's file; the sentence to show where a damaged one was set aside. Raises as `connect`,
    but EnvironmentProblem for what SQLite and the system say."""
    problem = ""
    try:
        make_file(path)
        try:
            return connect(path), ""
        except Damaged:
            aside = set_aside(path)
            problem = f"The session file was damaged and is kept as {aside}; a new one was begun."
            return connect(path), problem
    except OSError as error:
        raise EnvironmentProblem(f"{path}: the session file cannot be made ({error.strerror}).") from error
    except sqlite3.Error as error:
        raise EnvironmentProblem(f"{path}: the session file cannot be opened ({error}).") from error


def make_file(path: Path) -> None:
    """Make the file and its folder where they are missing, readable by the user alone; raises OSError."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def connect(path: Path) -> sqlite3.Connection:
    """Open the file and bring its tables up to date; raises Damaged, or sqlite3.Error for anything else."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_SECONDS)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise Damaged
        _migrate(connection, path)
    except sqlite3.DatabaseError as error:
        connection.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGE:
            raise Damaged from error
        raise
    except BaseException:
        connection.close()
        raise
    return connection


def set_aside(path: Path) -> Path:
    """Rename a damaged file, its journal with it, and make an empty one; returns the damaged one's new path."""
    stamp = datetime.now().strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.name}.damaged-{stamp}")
    count = 1
    while aside.exists():
        count += 1
        aside = path.with_name(f"{path.name}.damaged-{stamp}-{count}")
    for ending in ("-wal", "-shm", ""):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    make_file(path)
    return aside


def sessions(folder: Path | None = None) -> tuple[SessionInfo, ...]:
    """The stored sessions, newest first."""
    place = folder or session_folder()
    found = [_info(path) for path in place.glob(f"*{SUFFIX}")] if place.is_dir() else []
    return tuple(sorted(found, key=lambda info: info.changed, reverse=True))


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    # Read under the write lock: two programs that open a new file together must not both build it.
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(MIGRATIONS):
            raise EnvironmentProblem(
                f"{path} was written by a newer uringreview; update this one, or name another session with --session."
            )
        for script in MIGRATIONS[version:]:
            for statement in filter(str.strip, script.split(";")):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _info(path: Path) -> SessionInfo:
    name = path.name.removesuffix(SUFFIX)
    changed = datetime.fromtimestamp(
        max(part.stat().st_mtime for part in (path, path.with_name(path.name + "-wal")) if part.exists())
    ).astimezone()
    try:
        with closing(sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True, timeout=1)) as connection:
            opened = connection.execute("SELECT value FROM about WHERE name = 'paths'").fetchone()
            patches = connection.execute("SELECT count(*) FROM patch").fetchone()[0]
            identity = connection.execute("SELECT value FROM about WHERE name = 'identity'").fetchone()
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            decided = connection.execute(_DECIDED_FIRST if version == 1 else _DECIDED).fetchone()[0]
        paths = tuple(map(str, json.loads(opened[0]))) if opened else ()
    except (sqlite3.Error, ValueError) as error:
        return SessionInfo(name, path, (), 0, 0, changed, f"cannot be read: {error}")
    return SessionInfo(name, path, paths, patches, decided, changed, identity=identity[0].decode() if identity else "")
