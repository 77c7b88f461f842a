"""The reviewer's kernel clone: its stable branches and release tags, and what stands in them, read only.

Objects are read in process through libgit2's object database and nothing is ever written: no lock, no index, no
ref. A stable branch is a branch called `linux-X.Y.y`, as in the stable and stable-rc trees, local or
remote-tracking. Objects that a partial clone did not download are said to be so and never fetched.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from uringreview.errors import EnvironmentProblem, UnreadableError, UsageProblem
from uringreview.kernel.refs import Branch, Release, commit_of, releases, stable_branches

__all__ = ["Branch", "Clone", "Commit", "Entry", "NotDownloaded", "Release", "open_clone"]

if TYPE_CHECKING:
    import pygit2

_HEX = re.compile(r"[0-9a-f]{4,40}")
_PLAIN_PATH = re.compile(rb"[!#-\[\]-~]+")
_LINK, _GITLINK, _FOLDER = 0o120000, 0o160000, 0o040000
_TREES_KEPT = 20_000


class NotDownloaded(UnreadableError):
    """A partial clone does not hold an object; it is never fetched unasked."""


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: `author` is "Name <address>", `message` everything after the headers, `subject` its first line."""

    id: str
    subject: str
    author: str
    message: str
    parents: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a path: git's mode (0o100644, 0o100755, 0o120000 a link, 0o160000 a submodule) and object id."""

    mode: int
    id: str


class Clone:
    """An open clone; made by `open_clone`. Not picklable and for one thread: another process opens the path again."""

    def __init__(self, path: str, repo: "pygit2.Repository") -> None:
        self.path = path
        self._repo = repo
        self.common_dir = _common_dir(repo.path)
        self.shallow = bool(repo.is_shallow)
        self.partial = any(
            name.lower().endswith(".promisor") or name.lower() == "extensions.partialclone"
            for name in (entry.name for entry in repo.config)
        )
        self._trees: dict[str, dict[bytes, Entry]] = {}
        self._releases: tuple[Release, ...] | None = None
        self._roots: dict[str, str] = {}
        self._links: dict[tuple[str, str], bool] = {}
        self._named: dict[str, dict[str, tuple[str, ...]]] = {}
        self.branches: tuple[Branch, ...] = stable_branches(repo)
        self._by_name = {branch.name: branch for branch in self.branches}

    @property
    def objects(self) -> Path:
        """The folder of the clone's objects, for a scratch repository that borrows them."""
        return self.common_dir / "objects"

    def branch(self, name: str) -> Branch:
        """The stable branch called `name` ("linux-6.12.y" or "6.12"); raises UsageProblem where there is none."""
        found = self._by_name.get(name) or self._by_name.get(f"linux-{name}.y")
        if found is None:
            known = ", ".join(branch.name for branch in self.branches)
            raise UsageProblem(f"the clone {self.path} has no branch {name}; it has {known}")
        return found

    def releases(self) -> tuple[Release, ...]:
        """Every release tag that leads to a commit, newest first."""
        if self._releases is None:
            self._releases = releases(self._repo)
        return self._releases

    def tagged(self, name: str) -> str | None:
        """The id of the commit that the tag `name` leads to; None where there is no such tag."""
        return commit_of(self._repo, f"refs/tags/{name}")

    def blob(self, id_prefix: str) -> bytes | None:
        """The contents of the blob whose id begins with `id_prefix` (4 to 40 digits).

        None where the clone does not hold it, or where more than one object begins so.
        """
        import pygit2

        found = self._object(id_prefix)
        return found.data if isinstance(found, pygit2.Blob) else None

    def blob_id(self, id_prefix: str) -> str:
        """The whole id of the blob that `blob` would read; "" where there is none, or more than one object."""
        import pygit2

        found = self._object(id_prefix)
        return str(found.id) if isinstance(found, pygit2.Blob) else ""

    def still_holds(self, id_prefix: str, blob: str) -> bool:
        """Whether `blob_id` still gives `blob` for a prefix, or still "": quicker than asking it."""
        if blob:
            return bool(self._repo.odb.exists(_oid(blob)))
        return bool(_HEX.fullmatch(id_prefix.lower())) and id_prefix.lower() not in self._repo

    def commit(self, id_prefix: str) -> Commit | None:
        """The commit whose id begins with `id_prefix`; None where the clone has none, or more than one."""
        import pygit2

        found = self._object(id_prefix)
        if not isinstance(found, pygit2.Commit):
            return None
        message = found.raw_message.decode("utf-8", "surrogateescape")
        author = found.author
        return Commit(
            str(found.id),
            message.partition("\n")[0],
            f"{author.name} <{author.email}>",
            message,
            tuple(str(parent) for parent in found.parent_ids),
        )

    def diff_of(self, id_prefix: str) -> str | None:
        """The diff of a commit against its parent as git-format-patch(1) writes it: 3 lines of context, renames found.

        Bytes that are no UTF-8 are kept as surrogate escapes. None where the clone does not have the commit or, being
        partial or shallow, what it changes; and for a merge, which has no diff of its own.
        """
        import pygit2
        from pygit2.enums import DiffOption

        found = self._object(id_prefix)
        if not isinstance(found, pygit2.Commit) or len(found.parent_ids) > 1:
            return None
        try:
            if found.parent_ids:
                as_git = DiffOption.INDENT_HEURISTIC  # git's default since 2.14
                changes = found.parents[0].tree.diff_to_tree(found.tree, flags=as_git, context_lines=3)
            elif self.shallow:
                return None
            else:
                changes = found.tree.diff_to_tree(context_lines=3, swap=True)
            changes.find_similar()
            return b"".join(_with_prefixes(patch) for patch in changes).decode("utf-8", "surrogateescape")
        except (KeyError, pygit2.GitError):
            return None

    def file(self, branch_name: str, path: str) -> bytes | None:
        """The contents of `path` at the tip of a stable branch; None where there is no such file.

        Raises NotDownloaded where a partial clone lacks it, UsageProblem where there is no such branch.
        """
        entry = self.entry(self.branch(branch_name).tip, path)
        return self.read(entry.id, path) if entry is not None and entry.mode != _GITLINK else None

    def contents(self, path: str) -> Iterator[tuple[str, bytes]]:
        """What `path` holds on every stable branch and release tag, as (label, contents), newest first.

        Each distinct blob comes once, under the newest branch or tag that has it; what a partial clone lacks is left
        out.
        """
        tips = [((b.version.major, b.version.minor, 100_000, 0), b.name, b.tip) for b in self.branches]
        tips += [(release.order, release.name, release.tip) for release in self.releases()]
        seen = set()
        for _order, label, tip in sorted(tips, reverse=True):
            try:
                entry = self.entry(tip, path)
                if entry is None or entry.mode == _GITLINK or entry.id in seen:
                    continue
                seen.add(entry.id)
                data = self.read(entry.id, path)
            except NotDownloaded:
                continue
            yield label, data

    def entry(self, commit: str, path: str) -> Entry | None:
        """What stands at `path` (no folder) in the tree of a commit, by its 40-digit id; None where nothing does."""
        tree = self.tree(commit)
        *folders, name = path.encode("utf-8", "surrogateescape").split(b"/")
        for folder in folders:
            below = self._entries(tree).get(folder)
            if below is None or below.mode != _FOLDER:
                return None
            tree = below.id
        found = self._entries(tree).get(name)
        return found if found is not None and found.mode != _FOLDER else None

    def beyond_link(self, commit: str, path: str) -> bool:
        """Whether a folder on the way to `path` is a symbolic link in that commit: git refuses to go through it."""
        folder = path.rpartition("/")[0]
        if not folder:
            return False
        key = (commit, folder)
        known = self._links.get(key)
        if known is None:
            here = self.entry(commit, folder)
            known = (here is not None and here.mode == _LINK) or self.beyond_link(commit, folder)
            self._links[key] = known
        return known

    def tree(self, commit: str) -> str:
        """The id of a commit's root tree."""
        root = self._roots.get(commit)
        if root is None:
            raw = self.read(commit, f"commit {commit[:12]}")
            root = self._roots[commit] = raw[5:45].decode("ascii")
        return root

    def files_named(self, commit: str, name: str) -> tuple[str, ...]:
        """Every path in that commit whose last part is `name`; the first call for a commit lists its whole tree."""
        index = self._named.get(commit)
        if index is None:
            paths: dict[str, list[str]] = {}
            for path in self._paths(self.tree(commit), ""):
                paths.setdefault(path.rpartition("/")[2], []).append(path)
            index = self._named[commit] = {key: tuple(found) for key, found in paths.items()}
        return index.get(name, ())

    def files_under(self, commit: str, folder: str) -> tuple[str, ...]:
        """Every path below a folder of the root in that commit; none where there is no such folder."""
        below = self._entries(self.tree(commit)).get(folder.encode("utf-8", "surrogateescape"))
        return tuple(self._paths(below.id, folder + "/")) if below is not None and below.mode == _FOLDER else ()

    def beside(self, commit: str, path: str) -> tuple[str, ...]:
        """The files of the folder that `path` is in, `path` itself among them where it is there; none below it."""
        folder = path.rpartition("/")[0]
        tree = self.tree(commit)
        for part in folder.encode("utf-8", "surrogateescape").split(b"/") if folder else ():
            below = self._entries(tree).get(part)
            if below is None or below.mode != _FOLDER:
                return ()
            tree = below.id
        found = (name for name, entry in self._entries(tree).items() if entry.mode in (0o100644, 0o100755))
        return tuple(f"{folder}/{name.decode('utf-8', 'surrogateescape')}".lstrip("/") for name in found)

    def read(self, object_id: str, what: str) -> bytes:
        """The raw contents of an object; `what` names it for a person.

        Raises NotDownloaded where a partial or shallow clone lacks it, EnvironmentProblem where it is just missing.
        """
        data = self._raw(object_id)
        if data is None and not self.partial:
            # A repack while we were reading moves objects into other files: open them anew, once.
            self._repo = _repository(self.path)
            data = self._raw(object_id)
        if data is None:
            if self.partial:
                raise NotDownloaded(f"{what} is not downloaded: {self.path} is a partial clone")
            raise EnvironmentProblem(
                f"{what} is missing from {self.path} (object {object_id[:12]}); try git fsck there"
            )
        return data

    def is_ancestor(self, ancestor: str, commit: str) -> bool:
        """Whether the commit `ancestor` is in the history of `commit` (both 40 digits), as far as it is downloaded."""
        if ancestor == commit:
            return True
        return bool(self._repo.descendant_of(_oid(commit), _oid(ancestor)))

    def committed(self, commit: str) -> int:
        """When a commit was committed, in seconds since 1970; 0 where the clone does not have it."""
        import pygit2

        found = self._object(commit)
        return found.commit_time if isinstance(found, pygit2.Commit) else 0

    def authored(self, commit: str) -> datetime:
        """When a commit was written, in its author's own time zone; the year 1970 where the clone does not have it."""
        import pygit2

        found = self._object(commit)
        if not isinstance(found, pygit2.Commit):
            return datetime.fromtimestamp(0, UTC)
        return datetime.fromtimestamp(found.author.time, timezone(timedelta(minutes=found.author.offset)))

    def walk(self, tip: str, hide: tuple[str, ...] = (), first_parent: bool = False) -> "Iterator[pygit2.Commit]":
        """The commits from `tip` backwards in time, without what `hide` can reach."""
        import pygit2
        from pygit2.enums import SortMode

        walker = self._repo.walk(_oid(tip), SortMode.TOPOLOGICAL if not first_parent else SortMode.NONE)
        if first_parent:
            walker.simplify_first_parent()
        for commit in hide:
            walker.hide(_oid(commit))
        try:
            yield from walker
        except (KeyError, pygit2.GitError) as problem:
            if not (self.shallow or self.partial):
                raise EnvironmentProblem(f"the history of {self.path} cannot be read: {problem}") from problem

    def _object(self, id_prefix: str) -> "pygit2.Object | None":
        prefix = id_prefix.lower()
        if not _HEX.fullmatch(prefix):
            return None
        try:
            return self._repo.get(prefix)
        except ValueError:  # more than one object begins so
            return None

    def _raw(self, object_id: str) -> bytes | None:
        try:
            return self._repo.odb.read(_oid(object_id))[1]
        except KeyError:
            return None

    def _entries(self, tree: str) -> dict[bytes, Entry]:
        found = self._trees.get(tree)
        if found is None:
            if len(self._trees) >= _TREES_KEPT:
                self._trees.clear()
            found = self._trees[tree] = _parse_tree(self.read(tree, f"tree {tree[:12]}"))
        return found

    def _paths(self, tree: str, prefix: str) -> Iterator[str]:
        for name, entry in self._entries(tree).items():
            path = prefix + name.decode("utf-8", "surrogateescape")
            if entry.mode == _FOLDER:
                yield from self._paths(entry.id, path + "/")
            elif entry.mode != _GITLINK:
                yield path


def open_clone(path: str) -> Clone:
    """Open the repository at `path`: a working tree's top, a worktree, a bare repository or a `.git`.

    A branch that exists both locally and as a remote-tracking one is taken from `refs/heads`: that is what the
    maintainer works on. Of several remotes the one whose tip was committed last is taken.

    Raises EnvironmentProblem, with a sentence, where the path does not exist, is no repository, belongs to another
    user, is of a kind that libgit2 cannot read, or has no branch `linux-X.Y.y`.
    """
    absolute = os.path.abspath(os.path.expanduser(path))
    if not os.path.exists(absolute):
        raise EnvironmentProblem(f"{path}: no such path; give the folder of a kernel clone")
    clone = Clone(absolute, _repository(absolute))
    if not clone.branches:
        raise EnvironmentProblem(
            f"{path} has no branch called linux-X.Y.y; fetch some from the stable tree, "
            "as in: git remote add -f stable https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git"
        )
    return clone


def _repository(path: str) -> "pygit2.Repository":
    import pygit2

    # libgit2 refuses a partial clone unless told that its extension is known; what it lacks is then just absent.
    if "partialclone" not in pygit2.settings.extensions:
        pygit2.settings.set_extensions(["partialclone"])
    # Hashing every object again on each read costs half of the time; git itself checks on fetch and in fsck.
    pygit2.settings.enable_strict_hash_verification(False)
    try:
        return pygit2.Repository(path)
    except pygit2.GitError as problem:
        said = str(problem)
        if "not owned by" in said:
            sentence = (
                f"{path} belongs to another user, and git refuses to read it; if you trust it, run: "
                f"git config --global --add safe.directory '{path}'"
            )
        elif "sha256" in said:
            sentence = f"{path} is a SHA-256 repository; only SHA-1 repositories, as the kernel's are, can be read"
        elif "refstorage" in said or "reftable" in said:
            sentence = (
                f"{path} keeps its refs as reftable, which cannot be read; run: git refs migrate --ref-format=files"
            )
        elif "not found" in said:
            sentence = f"{path} is not a git repository"
        else:
            sentence = f"{path} cannot be opened: {said}"
        raise EnvironmentProblem(sentence) from problem


def _common_dir(git_dir: str) -> Path:
    """Where the objects and branches are: `git_dir` itself, or what a worktree's `commondir` file names."""
    folder = Path(git_dir)
    try:
        named = (folder / "commondir").read_text("utf-8", "surrogateescape").strip()
    except OSError:
        return folder.resolve()
    return (folder / named).resolve()


def _oid(hex_id: str) -> "pygit2.Oid":
    import pygit2

    return pygit2.Oid(hex=hex_id)


def _with_prefixes(patch: "pygit2.Patch") -> bytes:
    """A file's part of a diff with a/ and b/ before the names, which the user's diff.noprefix may have left out."""
    old, new = (side.raw_path for side in (patch.delta.old_file, patch.delta.new_file))
    data: bytes = patch.data
    if not (_PLAIN_PATH.fullmatch(old) and _PLAIN_PATH.fullmatch(new)):
        return data  # a quoted name: it stands as libgit2 wrote it
    head, hunks, rest = data.partition(b"\n@@ ")
    lines = []
    for line in head.split(b"\n"):
        if line.startswith(b"diff --git "):
            line = b"diff --git a/" + old + b" b/" + new
        elif line.startswith((b"--- ", b"+++ ")) and line[4:] != b"/dev/null":
            line = line[:4] + (b"a/" + old if line.startswith(b"---") else b"b/" + new)
        lines.append(line)
    return b"\n".join(lines) + hunks + rest


def _parse_tree(raw: bytes) -> dict[bytes, Entry]:
    """A tree object's entries: "<octal mode> <name>\\0<20 bytes>", one after the other."""
    found = {}
    at = 0
    while at < len(raw):
        blank = raw.index(b" ", at)
        end = raw.index(b"\0", blank)
        found[raw[blank + 1 : end]] = Entry(int(raw[at:blank], 8), raw[end + 1 : end + 21].hex())
        at = end + 21
    return found
