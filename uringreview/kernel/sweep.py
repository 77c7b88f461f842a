"""The first pass over a queue: every file that it touches is read once, for all patches and all branches that have it.

Reading is what costs. git stores similar files as differences from each other, neighbours first, so that files read in
the order of their paths (backwards: the later one is mostly made from the earlier one) cost half of what they cost in
the order of the patches.
"""

from collections.abc import Iterable, Iterator
from contextlib import suppress

from uringreview.errors import EnvironmentProblem
from uringreview.kernel.apply import Engine, FilePatch
from uringreview.kernel.clone import Branch, Clone, NotDownloaded

_GITLINK = 0o160000


def sweep(clone: Clone, engine: Engine, wanted: Iterable[tuple[FilePatch, Branch]]) -> Iterator[None]:
    """Let `engine` learn how each patch fits what stands at its path on the branch; yields between files.

    What a partial clone lacks, or cannot be read, is left to whoever asks for it.
    """
    by_path: dict[str, list[tuple[FilePatch, Branch]]] = {}
    for patch, branch in wanted:
        if patch.old_path is not None and patch.hunks and not (patch.corrupt or patch.binary):
            by_path.setdefault(patch.old_path, []).append((patch, branch))
    for path in sorted(by_path, reverse=True):
        with suppress(NotDownloaded, EnvironmentProblem):
            for patch, branch in by_path[path]:
                entry = clone.trees.entry(branch.tip, path)
                if entry is not None and entry.mode != _GITLINK:
                    engine.fit(patch, entry.id)
        yield
