"""Opening a repository with libgit2: what it refuses, said in a sentence that a person can act on."""

from pathlib import Path
from typing import TYPE_CHECKING

from uringreview.errors import EnvironmentProblem

if TYPE_CHECKING:
    import pygit2


def open_repository(path: str) -> "pygit2.Repository":
    """The repository at `path`, an absolute path; raises EnvironmentProblem where there is none that can be read."""
    import pygit2
    from pygit2.enums import Option

    # libgit2 refuses a partial clone unless told that its extension is known; what it lacks is then just absent.
    # It can be told from pygit2 1.18.2 on.
    extensions = getattr(pygit2.settings, "extensions", None)
    if extensions is not None and "partialclone" not in extensions:
        pygit2.settings.set_extensions(["partialclone"])
    # Hashing every object again on each read costs half of the time; git itself checks on fetch and in fsck.
    pygit2.option(Option.ENABLE_STRICT_HASH_VERIFICATION, False)
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
        elif "partialclone" in said:
            sentence = f"{path} is a partial clone, and reading those needs pygit2 1.18.2 or newer"
        elif "not found" in said:
            sentence = f"{path} is not a git repository"
        else:
            sentence = f"{path} cannot be opened: {said}"
        raise EnvironmentProblem(sentence) from problem


def common_dir(git_dir: str) -> Path:
    """Where the objects and branches are: `git_dir` itself, or what a worktree's `commondir` file names."""
    folder = Path(git_dir)
    try:
        named = (folder / "commondir").read_text("utf-8", "surrogateescape").strip()
    except OSError:
        return folder.resolve()
    return (folder / named).resolve()
