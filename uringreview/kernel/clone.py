"""The reviewer's kernel clone: its stable branches and release tags, and what stands in them, read only.

Objects are read in process through libgit2's object database and nothing is ever written: no lock, no index, no
ref. A stable branch is a branch called `linux-X.Y.y`, as in the stable and stable-rc trees, local or
remote-tracking. Objects that a partial clone did not download are said to be so and never fetched.
"""

import os
import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from uringreview.errors import EnvironmentProblem, UnreadableError, UsageProblem
from uringreview.kernel.commit_diff import commit_diff
from uringreview.kernel.log_stream import Logged, Unreadable, straight_line
from uringreview.kernel.refs import Branch, Release, commit_of, lost_branches, other_branches, releases, stable_branches
from uringreview.kernel.repository import common_dir, open_repository
from uringreview.kernel.trees import Entry, Trees

__all__ = ["Branch", "Clone", "Commit", "Entry", "NotDownloaded", "Release", "open_clone"]

if TYPE_CHECKING:
    import pygit2

_HEX = re.compile(r"[0-9a-f]{4,40}")
_GITLINK = 0o160000
_FSCK = "try git fsck there"


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


class Clone:
    """An open clone; made by `open_clone`. Not picklable and for one thread: another process opens the path again."""

    def __init__(self, path: str, repo: "pygit2.Repository") -> None:
        self.path = path
        self._repo = repo
        self.common_dir = common_dir(repo.path)
        self.shallow = bool(repo.is_shallow)
        self.partial = any(
            name.lower().endswith(".promisor") or name.lower() == "extensions.partialclone"
            for name in (entry.name for entry in repo.config)
        )
        self.trees = Trees(self.read)
        self._releases: tuple[Release, ...] | None = None
        self.branches: tuple[Branch, ...] = stable_branches(repo)
        self.others: tuple[tuple[str, str], ...] = other_branches(repo)
        self._by_name = {branch.name: branch for branch in self.branches}

    @property
    def lost(self) -> tuple[str, ...]:
        """The names of stable branches that are left out because no commit of theirs can be read."""
        return lost_branches(self._repo)

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
        """The diff of a commit against its parent, see `commit_diff`; None where the clone does not have the commit."""
        import pygit2

        found = self._object(id_prefix)
        return commit_diff(found, self.shallow) if isinstance(found, pygit2.Commit) else None

    def file(self, branch_name: str, path: str) -> bytes | None:
        """The contents of `path` at the tip of a stable branch; None where there is no such file.

        Raises NotDownloaded where a partial clone lacks it, UsageProblem where there is no such branch.
        """
        entry = self.trees.entry(self.branch(branch_name).tip, path)
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
                entry = self.trees.entry(tip, path)
                if entry is None or entry.mode == _GITLINK or entry.id in seen:
                    continue
                seen.add(entry.id)
                data = self.read(entry.id, path)
            except NotDownloaded:
                continue
            yield label, data

    def read(self, object_id: str, what: str) -> bytes:
        """The raw contents of an object; `what` names it for a person.

        Raises NotDownloaded where a partial or shallow clone lacks it, EnvironmentProblem where it is just missing.
        """
        data = self._raw(object_id)
        if data is None and not self.partial:
            # A repack while we were reading moves objects into other files: open them anew, once.
            self._repo = open_repository(self.path)
            data = self._raw(object_id)
        if data is None:
            if self.partial:
                raise NotDownloaded(f"{what} is not downloaded: {self.path} is a partial clone")
            raise EnvironmentProblem(f"{what} cannot be read from {self.path} (object {object_id[:12]}); {_FSCK}")
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

    def line(self, tip: str, most: int) -> Generator[Logged]:
        """At most `most` commits from `tip` backwards along first parents."""
        if not self.partial:  # git would fetch what such a clone lacks, libgit2 cannot
            begun = False
            try:
                for commit in straight_line(self.common_dir, tip, most):
                    begun = True
                    yield commit
                return
            except Unreadable as problem:
                if begun:
                    raise EnvironmentProblem(f"the history of {self.path} cannot be read: {problem}") from problem
        yield from islice(self.walk(tip, first_parent=True), most)

    def walk(self, tip: str, hide: tuple[str, ...] = (), first_parent: bool = False) -> Iterator[Logged]:
        """The commits from `tip` backwards in time, without what `hide` can reach."""
        import pygit2
        from pygit2.enums import SortMode

        walker = self._repo.walk(_oid(tip), SortMode.TOPOLOGICAL if not first_parent else SortMode.NONE)
        if first_parent:
            walker.simplify_first_parent()
        for commit in hide:
            walker.hide(_oid(commit))
        try:
            for found in walker:
                parents = tuple(map(str, found.parent_ids))
                yield Logged(str(found.id), parents, found.author.raw_email or b"", found.raw_message)
        except (KeyError, pygit2.GitError) as problem:
            if not (self.shallow or self.partial):
                raise EnvironmentProblem(f"the history of {self.path} cannot be read: {problem}") from problem

    def since(
        self, tip: str, when: int, hide: Sequence[str] = (), most: int = 1_000_000
    ) -> Iterator[tuple[str, bytes]]:
        """Id and message of the commits that `tip` can reach and `hide` cannot, newest first, until one is older than
        `when` (seconds since 1970) or `most` have come."""
        import pygit2
        from pygit2.enums import SortMode

        walker = self._repo.walk(_oid(tip), SortMode.TIME)
        for each in hide:
            walker.hide(_oid(each))
        try:
            for commit in islice(walker, most):
                if commit.commit_time < when:
                    return
                yield str(commit.id), commit.raw_message
        except (KeyError, pygit2.GitError) as problem:
            if not (self.shallow or self.partial):
                raise EnvironmentProblem(f"the history of {self.path} cannot be read: {problem}") from problem

    def _object(self, id_prefix: str) -> "pygit2.Object | None":
        import pygit2

        prefix = id_prefix.lower()
        if not _HEX.fullmatch(prefix):
            return None
        try:
            return self._repo.get(prefix)
        except (ValueError, pygit2.GitError):  # more than one object begins so, or it is damaged
            return None

    def _raw(self, object_id: str) -> bytes | None:
        import pygit2

        try:
            return self._repo.odb.read(_oid(object_id))[1]
        except (KeyError, pygit2.GitError):  # absent, or damaged
            return None


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
    clone = Clone(absolute, open_repository(absolute))
    if not clone.branches and clone.lost:
        raise EnvironmentProblem(f"{path} has {', '.join(clone.lost)}, but no commit of them can be read; {_FSCK}")
    if not clone.branches:
        raise EnvironmentProblem(
            f"{path} has no branch called linux-X.Y.y; fetch some from the stable tree, "
            "as in: git remote add -f stable https://git.kernel.org/pub/scm/linux/kernel/git/stable/linux.git"
        )
    return clone


def _oid(hex_id: str) -> "pygit2.Oid":
    import pygit2

    return pygit2.Oid(hex=hex_id)
