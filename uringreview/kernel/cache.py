"""Files under the user's cache folder that may be lost at any time: SQLite, trusted with nothing but time.

A damaged file is thrown away, one that grew beyond its bound is begun anew, one that cannot be written (no room, no
permission, another process at it) is left alone: the work goes on without, slower. What a killed process left half
written, SQLite takes back at the next opening. What is read back carries a checksum of ours besides.
"""

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

_Found = TypeVar("_Found")
_BUSY_SECONDS = 2
_TRIED_BYTES = 256 * 1024


class CacheFile:
    """One file, `name` in the cache folder; `tables` are its `create table if not exists` statements.

    Every method may be called by several processes at a time.
    """

    def __init__(self, name: str, tables: Sequence[str], most_bytes: int) -> None:
        import platformdirs

        self.path = Path(platformdirs.user_cache_dir("uringreview")) / name
        self._tables = tables
        self._most_bytes = most_bytes

    def read(self, work: Callable[[sqlite3.Connection], _Found]) -> _Found | None:
        """What `work` finds; None where there is no file or it cannot be read now.

        `work` raises ValueError for contents that cannot be right: the file is then thrown away.
        """
        if not self.path.exists():
            return None
        try:
            with closing(self._open()) as base:
                return work(base)
        except (sqlite3.OperationalError, OSError):
            return None
        except (sqlite3.DatabaseError, ValueError, TypeError):
            self._drop()
            return None

    def write(self, work: Callable[[sqlite3.Connection], None]) -> bool:
        """Do `work` as one transaction; False, and nothing is changed, where it cannot be done."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.path.parent.chmod(0o700)
            if self.path.exists() and self.path.stat().st_size > self._most_bytes:
                self._drop()
            try:
                self._write(work)
            except sqlite3.OperationalError:
                return False
            except sqlite3.DatabaseError:
                self._drop()
                self._write(work)
        except (sqlite3.Error, OSError):
            return False
        return True

    def _write(self, work: Callable[[sqlite3.Connection], None]) -> None:
        with closing(self._open()) as base:
            base.execute("begin immediate")
            try:
                for table in self._tables:
                    base.execute(table)
                work(base)
                base.execute("commit")
            except BaseException:
                with suppress(sqlite3.Error):
                    base.execute("rollback")
                raise

    def _open(self) -> sqlite3.Connection:
        # SQLite gives its journal the mode of the file, so neither is anybody else's to read.
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        base = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        # A killed process loses nothing by this; after a power cut the checksums tell what to throw away.
        base.execute("pragma synchronous = off")
        return base

    def _drop(self) -> None:
        for name in (self.path.name, self.path.name + "-journal"):
            with suppress(OSError):
                self.path.with_name(name).unlink()


def unwritable() -> str:
    """Why nothing can be kept in the cache folder, in a sentence; "" where it can, found out by trying."""
    import platformdirs

    folder = Path(platformdirs.user_cache_dir("uringreview"))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0" * _TRIED_BYTES)
    except OSError as problem:
        return (
            f"The cache folder {folder} cannot be written ({problem.strerror}): "
            "what is shown is right, but all of it is worked out anew at every start."
        )
    return ""


def checksum(*parts: bytes) -> bytes:
    """Sixteen bytes that stand for `parts`, each told from the next."""
    total = hashlib.blake2b(digest_size=16)
    for part in parts:
        total.update(b"%d " % len(part))
        total.update(part)
    return total.digest()
