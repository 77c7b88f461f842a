"""The refs of a clone that matter: its stable branches and its release tags, in the order of the kernels.

A stable branch is a branch called `linux-X.Y.y`, as in the stable and stable-rc trees, local or remote-tracking. A
release tag is `vX.Y`, `vX.Y.Z` or `vX.Y-rcN`. Loose and packed refs, annotated and plain tags are all the same here.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uringreview.mail.subject import Version

if TYPE_CHECKING:
    import pygit2

_BRANCH = re.compile(r"refs/(?P<where>heads|remotes)/(?P<folder>(?:[^/]+/)*)linux-(?P<version>\d{1,4}\.\d{1,4})\.y")
_RELEASE = re.compile(r"refs/tags/(v(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:-rc(\d{1,3}))?)")


@dataclass(frozen=True, slots=True)
class Branch:
    """A stable branch: its short name "linux-6.12.y", the whole ref that it was found as, and its tip's 40-digit id."""

    name: str
    version: Version
    ref: str
    tip: str


@dataclass(frozen=True, slots=True)
class Release:
    """A release tag, "v6.12.90": `order` sorts releases as kernels follow each other, -rc before the release."""

    name: str
    tip: str
    order: tuple[int, int, int, int]


def stable_branches(repo: "pygit2.Repository") -> tuple[Branch, ...]:
    """The stable branches, newest version first, each once; which of several refs counts: see `open_clone`."""
    import pygit2

    best: dict[Version, tuple[tuple[bool, bool, int, str], Branch]] = {}
    for ref in repo.references:
        match = _BRANCH.fullmatch(ref)
        tip = commit_of(repo, ref) if match else None
        if match is None or tip is None:
            continue
        version = Version.parse(match["version"])
        local = match["where"] == "heads"
        rank = (local, local and not match["folder"], repo[tip].peel(pygit2.Commit).commit_time, ref)
        if version not in best or rank > best[version][0]:
            best[version] = (rank, Branch(f"linux-{version}.y", version, ref, tip))
    return tuple(best[version][1] for version in sorted(best, reverse=True))


def lost_branches(repo: "pygit2.Repository") -> tuple[str, ...]:
    """The short names of stable branches whose refs lead to no commit that can be read, newest first."""
    there = {branch.version for branch in stable_branches(repo)}
    matches = (_BRANCH.fullmatch(ref) for ref in repo.references)
    lost = {Version.parse(match["version"]) for match in matches if match is not None} - there
    return tuple(f"linux-{version}.y" for version in sorted(lost, reverse=True))


def other_branches(repo: "pygit2.Repository") -> tuple[tuple[str, str], ...]:
    """Every other branch, local ones first: its short name ("master", "origin/master") and its tip's 40-digit id."""
    found = []
    for ref in repo.references:
        head, _, name = ref.removeprefix("refs/").partition("/")
        if head in ("heads", "remotes") and not _BRANCH.fullmatch(ref) and not ref.endswith("/HEAD"):
            tip = commit_of(repo, ref)
            if tip is not None:
                found.append((head, name, tip))
    return tuple((name, tip) for _head, name, tip in sorted(found, key=lambda one: (one[0], one[1])))


def releases(repo: "pygit2.Repository") -> tuple[Release, ...]:
    """Every release tag that leads to a commit, newest first."""
    found = []
    for name in repo.references:
        match = _RELEASE.fullmatch(name)
        tip = commit_of(repo, name) if match else None
        if match and tip:
            rc = int(match[5]) if match[5] else 10_000
            found.append(Release(match[1], tip, (int(match[2]), int(match[3]), int(match[4] or 0), rc)))
    return tuple(sorted(found, key=lambda release: release.order, reverse=True))


def commit_of(repo: "pygit2.Repository", ref: str) -> str | None:
    """The id of the commit that a ref leads to, through tags and symbolic refs; None where it leads to none."""
    import pygit2

    try:
        return str(repo.references[ref].peel(pygit2.Commit).id)
    except (KeyError, pygit2.GitError):
        return None
