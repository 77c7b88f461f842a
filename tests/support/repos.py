"""Real git repositories for tests, made commit by commit without a working tree.

`Repo.commit` goes through git-fast-import(1): one process a commit, no checkout, no index. Each commit is a minute
later than the one before, so that histories have an order.
"""

import hashlib
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_EPOCH = 1_770_000_000


@dataclass(slots=True)
class Repo:
    """A repository on disk: `Repo.create(tmp_path / "linux")`, then `repo.commit(...)`."""

    path: Path
    bare: bool = False
    _clock: int = field(default=_EPOCH)

    @classmethod
    def create(cls, path: Path, bare: bool = False) -> "Repo":
        """An empty repository at `path`; bare, or with an empty working tree and an unborn branch "main"."""
        path.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            ["git", "init", "-q", "-b", "main", *(["--bare"] if bare else []), str(path)],
            check=True,
            capture_output=True,
        )
        return cls(path, bare)

    @property
    def git_dir(self) -> Path:
        """Where the objects and refs are."""
        return self.path if self.bare else self.path / ".git"

    def git(self, *args: str, stdin: bytes | None = None) -> str:
        """The standard output of a git command in this repository, without the last line end."""
        done = subprocess.run(["git", "-C", str(self.path), *args], check=True, input=stdin, capture_output=True)
        return done.stdout.decode("utf-8", "surrogateescape").rstrip("\n")

    def commit(
        self,
        branch: str,
        files: Mapping[str, str | bytes | None] | None = None,
        message: str = "change",
        *,
        author: str = "A. Author <author@example.org>",
        start: str | None = None,
        modes: Mapping[str, str] | None = None,
        parents: Sequence[str] = (),
    ) -> str:
        """Commit on `branch` (short, or a whole "refs/remotes/origin/..." name); returns the new commit's id.

        `files` are laid over the tree before it: contents by path, None deletes. `start` is the commit that a new
        branch begins at (none: a root commit), `parents` are merged in besides. `modes` names what is not 100644.
        """
        ref = branch if branch.startswith("refs/") else f"refs/heads/{branch}"
        self._clock += 60
        text = message.encode("utf-8", "surrogateescape")
        lines = [f"commit {ref}", f"author {author} {self._clock} +0000", f"committer {author} {self._clock} +0000"]
        stream = "\n".join(lines).encode() + b"\ndata %d\n%s\n" % (len(text), text)
        first = self.tip(ref) or (self.git("rev-parse", f"{start}^0") if start else "")
        if first:
            stream += f"from {first}\n".encode()
        for parent in parents:
            stream += f"merge {self.git('rev-parse', f'{parent}^0')}\n".encode()
        for path, content in (files or {}).items():
            name = path.encode("utf-8", "surrogateescape")
            if content is None:
                stream += b"D " + name + b"\n"
                continue
            data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogateescape")
            mode = (modes or {}).get(path, "100644").encode()
            stream += b"M %s inline %s\ndata %d\n%s\n" % (mode, name, len(data), data)
        self.git("fast-import", "--quiet", "--date-format=raw", stdin=stream + b"\n")
        return self.git("rev-parse", ref)

    def release(self, branch: str, version: str, files: Mapping[str, str | bytes | None] | None = None) -> str:
        """A commit "Linux `version`" on `branch`, tagged "v`version`", as a stable release is; returns its id."""
        commit = self.commit(branch, files, f"Linux {version}\n")
        self.tag(f"v{version}", commit)
        return commit

    def tag(self, name: str, target: str, annotated: bool = True) -> None:
        """A tag on `target`; annotated as the kernel's release tags are, unless said otherwise."""
        self.git("tag", *(["-a", "-m", name] if annotated else []), name, target)

    def tip(self, ref: str) -> str | None:
        """The commit that `ref` (a whole ref name) stands on; None where there is no such ref."""
        found = self.git("for-each-ref", "--format=%(objectname)", ref)
        return found or None

    def diff(self, old: str, new: str, *options: str) -> str:
        """`git diff` from one commit to another, as mails carry it (prefixes a/ and b/, renames found)."""
        return self.git("diff", "--no-ext-diff", "--no-color", "-M", *options, old, new) + "\n"

    def read(self, commit: str, path: str) -> bytes:
        """The contents of `path` in `commit`."""
        shown = subprocess.run(
            ["git", "-C", str(self.path), "cat-file", "blob", f"{commit}:{path}"], check=True, capture_output=True
        )
        return shown.stdout


def checksums(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below `folder`, links named, by path: equal before and after means untouched."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "folder"
    return found


def modified(folder: Path) -> dict[str, int]:
    """When each file below `folder` was last written, in nanoseconds, by path."""
    return {path.relative_to(folder).as_posix(): path.lstat().st_mtime_ns for path in folder.rglob("*")}
