"""Which queued patches another one needs first: found by applying them in memory, in the queue's order."""

from collections.abc import Callable, Sequence

from uringreview.kernel.apply import Engine, Overlay, Tree
from uringreview.kernel.prepare import Prepared

_EARLIER_TRIED = 60


class Prerequisites:
    """What a queue's patches have in common: the files that tie later ones to earlier ones."""

    def __init__(self, queue: Sequence[Prepared], engine: Engine) -> None:
        self._queue = queue
        self._engine = engine
        self._earlier = _earlier_sharing(queue)

    def pool(self, number: int, present: Callable[[int], bool]) -> tuple[int, ...]:
        """The earlier patches, newest first, that share files with patch `number`, directly or through each other.

        Those that the branch has already, as `present` tells, are no part of it.
        """
        paths = set(self._queue[number].paths)
        pool: list[int] = []
        for earlier in self._earlier[number]:
            other = self._queue[earlier]
            if not paths.isdisjoint(other.paths) and not present(earlier):
                paths |= other.paths
                pool.append(earlier)
                if len(pool) == _EARLIER_TRIED:
                    break
        return tuple(pool)

    def needs(self, number: int, pool: Sequence[int], tree: Tree) -> tuple[int, ...]:
        """The smallest run of patches of `pool` after which patch `number` applies; () where none does.

        All of them are tried, in the queue's order, then one is dropped at a time.
        """
        needed: list[int] = []
        over = Overlay(tree, {})
        for earlier in reversed(pool):
            outcome = self._engine.try_on(over, self._queue[earlier].forward)
            if outcome.applies:
                over = over.over(outcome.writes)
                needed.append(earlier)
        if not needed or not self._engine.try_on(over, self._queue[number].forward).applies:
            return ()
        for one in tuple(needed):
            fewer = [each for each in needed if each != one]
            if self._works(tree, [*fewer, number]):
                needed = fewer
        return tuple(needed)

    def _works(self, tree: Tree, numbers: Sequence[int]) -> bool:
        over = Overlay(tree, {})
        for number in numbers:
            outcome = self._engine.try_on(over, self._queue[number].forward)
            if not outcome.applies:
                return False
            over = over.over(outcome.writes)
        return True


def _earlier_sharing(queue: Sequence[Prepared]) -> list[list[int]]:
    """For each patch the earlier ones, newest first, that are tied to it by shared files, directly or not."""
    by_path: dict[str, list[int]] = {}
    found = []
    for number, prepared in enumerate(queue):
        tied: set[int] = set()
        paths: set[str] = set()
        waiting = [number]
        while waiting:
            for path in queue[waiting.pop()].paths - paths:
                paths.add(path)
                fresh = [each for each in by_path.get(path, ()) if each not in tied]
                tied.update(fresh)
                waiting += fresh
        found.append(sorted(tied, reverse=True))
        for path in prepared.paths if prepared.forward else ():
            by_path.setdefault(path, []).append(number)
    return found
