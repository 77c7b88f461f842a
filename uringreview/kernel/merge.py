"""Three-way merges of one file, as `git apply --3way` does them, without a byte written to the reviewer's clone.

libgit2 merges blobs, not buffers, so that what a patch makes of its pre-image has to become a blob: it goes into a
scratch bare repository in a temporary folder, which borrows the clone's objects. A blob that the clone has already is
never written again: libgit2 would touch the time of the clone's own file.
"""

import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pygit2

# The file's name in conflict markers: one that no kernel source holds.
_NAME = "uringreview-merge"


class _Conflict(Exception):
    """The two changes touch the same lines."""


class Merger:
    """Merges contents in a scratch repository that is gone when the `with` block ends; `objects` are borrowed."""

    def __init__(self, objects: Path) -> None:
        self._objects = objects
        self._stack = ExitStack()
        self._scratch: pygit2.Repository | None = None

    def __enter__(self) -> "Merger":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._scratch = None
        self._stack.close()

    def merge(self, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
        """What `ours` becomes with the change from `base` to `theirs`; None where the two changes conflict."""
        import pygit2

        if ours == theirs:
            return ours
        try:
            try:
                return self._merged(base, ours, theirs).encode()
            except UnicodeDecodeError:
                # pygit2 hands merged text over as UTF-8 only: let each byte be a character on the way.
                sides = (data.decode("latin-1").encode() for data in (base, ours, theirs))
                return self._merged(*sides).encode("latin-1")
        except (_Conflict, pygit2.GitError):  # libgit2 raises for binary contents
            return None

    def _merged(self, base: bytes, ours: bytes, theirs: bytes) -> str:
        import pygit2
        from pygit2.enums import FileMode

        scratch = self._repository()

        def side(data: bytes) -> pygit2.IndexEntry:
            return pygit2.IndexEntry(_NAME, self._blob(scratch, data), FileMode.BLOB)

        merged: str | pygit2.index.MergeFileResult = scratch.merge_file_from_index(side(base), side(ours), side(theirs))
        if isinstance(merged, str):
            # pygit2 before 1.18 gives the text alone, and a conflict shows by its marker.
            contents, conflict = merged, f"<<<<<<< {_NAME}\n" in merged
        else:
            contents, conflict = merged.contents, not merged.automergeable
        if conflict:
            raise _Conflict
        return contents

    def _repository(self) -> "pygit2.Repository":
        import pygit2

        if self._scratch is None:
            folder = self._stack.enter_context(tempfile.TemporaryDirectory(prefix="uringreview-merge-"))
            self._scratch = pygit2.init_repository(folder, bare=True)
            self._scratch.config["core.looseCompression"] = 0
            self._scratch.odb.add_disk_alternate(str(self._objects))
        return self._scratch

    @staticmethod
    def _blob(scratch: "pygit2.Repository", data: bytes) -> "pygit2.Oid":
        import pygit2

        known = pygit2.hash(data)
        return known if scratch.odb.exists(known) else scratch.create_blob(data)
