"""What a commit changes, as git-format-patch(1) writes it: 3 lines of context, renames found."""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pygit2

_PLAIN_PATH = re.compile(rb"[!#-\[\]-~]+")


def commit_diff(commit: "pygit2.Commit", shallow: bool) -> str | None:
    """The diff of a commit against its parent; bytes that are no UTF-8 are kept as surrogate escapes.

    None for a merge, which has no diff of its own, and where the clone lacks what it changes; `shallow` says that a
    commit without a parent may have one that was not fetched.
    """
    import pygit2
    from pygit2.enums import DiffOption

    if len(commit.parent_ids) > 1 or (shallow and not commit.parent_ids):
        return None
    try:
        if commit.parent_ids:
            as_git = DiffOption.INDENT_HEURISTIC  # git's default since 2.14
            changes = commit.parents[0].tree.diff_to_tree(commit.tree, flags=as_git, context_lines=3)
        else:
            changes = commit.tree.diff_to_tree(context_lines=3, swap=True)
        changes.find_similar()
        return b"".join(_with_prefixes(patch) for patch in changes if patch is not None).decode(
            "utf-8", "surrogateescape"
        )
    except (KeyError, pygit2.GitError):
        return None


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
