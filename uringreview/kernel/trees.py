"""What stands at a path of a commit, read from git's raw tree objects.

A kernel's tree has thousands of folders, and a queue asks for a few hundred of them on every branch: each is read and
cut up once, whichever branches share it. A tree object is "<octal mode> <name>\\0<20 bytes>", one after the other.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

_ENTRY = re.compile(rb"([0-7]{5,6}) ([^\0]{1,4096})\0(.{20})", re.DOTALL)
_FOLDER, _GITLINK = b"40000", b"160000"
_FILES = (b"100644", b"100755")
_LINK = 0o120000
_KEPT = 20_000

_Folder: TypeAlias = dict[bytes, tuple[bytes, bytes]]  # by name: the mode's digits, the id's 20 bytes


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a path: git's mode (0o100644, 0o100755, 0o120000 a link, 0o160000 a submodule) and object id."""

    mode: int
    id: str


class Trees:
    """The trees of one clone; `read` gives an object's raw contents by its 40-digit id and a name for a person."""

    def __init__(self, read: Callable[[str, str], bytes]) -> None:
        self._read = read
        self._folders: dict[str, _Folder] = {}
        self._roots: dict[str, str] = {}
        self._found: dict[tuple[str, str], Entry | None] = {}
        self._links: dict[tuple[str, str], bool] = {}
        self._all: dict[str, list[tuple[bytes, _Folder]]] = {}

    def root(self, commit: str) -> str:
        """The id of a commit's root tree."""
        known = self._roots.get(commit)
        if known is None:
            raw = self._read(commit, f"commit {commit[:12]}")
            known = self._roots[commit] = raw[5:45].decode("ascii")
        return known

    def entry(self, commit: str, path: str) -> Entry | None:
        """What stands at `path` (no folder) in the tree of a commit, by its 40-digit id; None where nothing does."""
        key = (commit, path)
        if key not in self._found:
            self._found[key] = self._entry(commit, path)
        return self._found[key]

    def beyond_link(self, commit: str, path: str) -> bool:
        """Whether a folder on the way to `path` is a symbolic link in that commit: git refuses to go through it."""
        folder = path.rpartition("/")[0]
        if not folder:
            return False
        key = (commit, folder)
        known = self._links.get(key)
        if known is None:
            here = self._entry(commit, folder)
            known = (here is not None and here.mode == _LINK) or self.beyond_link(commit, folder)
            self._links[key] = known
        return known

    def files_named(self, commit: str, name: str) -> tuple[str, ...]:
        """Every path in that commit whose last part is `name`; the first call for a commit reads its whole tree."""
        folders = self._all.get(commit)
        if folders is None:
            folders = self._all[commit] = list(self._below(self.root(commit), b""))
        wanted = _raw(name)
        found = [
            prefix + wanted
            for prefix, folder in folders
            if wanted in folder and folder[wanted][0] not in (_FOLDER, _GITLINK)
        ]
        return tuple(map(_text, sorted(found)))

    def files_under(self, commit: str, folder: str) -> tuple[str, ...]:
        """Every path below a folder of the root in that commit; none where there is no such folder."""
        mode, tree = self._folder(self.root(commit)).get(_raw(folder), (b"", b""))
        if mode != _FOLDER:
            return ()
        found = [
            prefix + name
            for prefix, below in self._below(tree.hex(), _raw(folder) + b"/")
            for name, (kind, _id) in below.items()
            if kind not in (_FOLDER, _GITLINK)
        ]
        return tuple(map(_text, sorted(found)))

    def beside(self, commit: str, path: str) -> tuple[str, ...]:
        """The files of the folder that `path` is in, `path` itself among them where it is there; none below it."""
        folder = path.rpartition("/")[0]
        tree = self._tree(commit, _raw(folder).split(b"/") if folder else [])
        if tree is None:
            return ()
        prefix = folder + "/" if folder else ""
        return tuple(prefix + _text(name) for name, (mode, _id) in self._folder(tree).items() if mode in _FILES)

    def _entry(self, commit: str, path: str) -> Entry | None:
        *folders, name = _raw(path).split(b"/")
        tree = self._tree(commit, folders)
        if tree is None:
            return None
        mode, found = self._folder(tree).get(name, (_FOLDER, b""))
        return Entry(int(mode, 8), found.hex()) if mode != _FOLDER else None

    def _tree(self, commit: str, folders: Sequence[bytes]) -> str | None:
        """The id of the tree that those folders, one in the other, lead to; None where one is not there."""
        tree = self.root(commit)
        for folder in folders:
            mode, below = self._folder(tree).get(folder, (b"", b""))
            if mode != _FOLDER:
                return None
            tree = below.hex()
        return tree

    def _folder(self, tree: str) -> _Folder:
        found = self._folders.get(tree)
        if found is None:
            if len(self._folders) >= _KEPT:
                self._folders.clear()
            raw = self._read(tree, f"tree {tree[:12]}")
            found = self._folders[tree] = {name: (mode, blob) for mode, name, blob in _ENTRY.findall(raw)}
        return found

    def _below(self, tree: str, prefix: bytes) -> Iterator[tuple[bytes, _Folder]]:
        folder = self._folder(tree)
        yield prefix, folder
        for name, (mode, below) in folder.items():
            if mode == _FOLDER:
                yield from self._below(below.hex(), prefix + name + b"/")


def _raw(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
