"""The matrix: every queued patch tried on every stable branch, in memory, as far as its cells are not kept."""

from collections.abc import Sequence
from contextlib import ExitStack
from time import monotonic

from uringreview.kernel.apply import Engine
from uringreview.kernel.cache import checksum
from uringreview.kernel.cell_cache import CellCache, digest
from uringreview.kernel.clone import open_clone
from uringreview.kernel.history import history
from uringreview.kernel.merge import Merger
from uringreview.kernel.prepare import prepare
from uringreview.kernel.presence import Presence
from uringreview.kernel.status import Candidate, Cell
from uringreview.kernel.sweep import sweep
from uringreview.kernel.trial import Trial
from uringreview.progress import Progress, Work

_BATCH_SECONDS = 0.03


def every_cell(
    clone_path: str, candidates: Sequence[Candidate], branches: Sequence[str] = ()
) -> Work[Cell, tuple[Cell, ...]]:
    """The work behind `status.matrix`; see there."""
    clone = open_clone(clone_path)
    chosen = tuple(clone.branch(name) for name in branches) if branches else clone.branches
    total = len(candidates) * len(chosen)
    yield Progress(0, total, "cells")
    logs = {}
    for branch in chosen:
        logs[branch.name] = history(clone, branch)
        yield Progress(0, total, "cells")
    keys = tuple(candidate.key for candidate in candidates)
    cache = None if clone.partial or clone.shallow or len(set(keys)) < len(keys) else CellCache()
    digests = [digest(candidate) if cache else b"" for candidate in candidates]
    queue_digest = checksum(str(clone.common_dir).encode(), *(each.encode() for each in keys), *digests)
    runs = {b.name: checksum(queue_digest, b.tip.encode(), logs[b.name].base.encode()) for b in chosen}
    known: dict[str, tuple[Cell, ...]] = {}
    for branch in chosen:
        found = cache.run(runs[branch.name], clone.still_holds, keys, branch.name) if cache else None
        if found is not None:
            known[branch.name] = found
    cells: list[Cell] = []
    sent = 0
    with ExitStack() as stack:
        trial: Trial | None = None
        last = monotonic()
        if len(known) < len(chosen):
            merger = stack.enter_context(Merger(clone.objects))
            queue = tuple(prepare(candidate) for candidate in candidates)
            if cache:
                cache.expect(digests)
            presence = Presence(clone, logs)
            engine = Engine(lambda blob: clone.read(blob, f"blob {blob[:12]}"))
            wanted = (
                (patch, branch)
                for prepared, its_digest in zip(queue, digests, strict=True)
                if cache is None or not cache.knows(its_digest)
                for branch in chosen
                if branch.name not in known and not presence.said(prepared.candidate, branch)
                for patch in (*prepared.forward, *prepared.backward)
            )
            for _file in sweep(clone, engine, wanted):
                if monotonic() - last >= _BATCH_SECONDS:
                    yield Progress(0, total, "cells")
                    last = monotonic()
            trial = Trial(clone, queue, presence, engine, merger, cache, digests)
        for number in range(len(candidates)):
            for branch in chosen:
                done = known.get(branch.name)
                if done is not None:
                    cells.append(done[number])
                elif trial is not None:
                    cells.append(trial.cell(number, branch))
                if monotonic() - last >= _BATCH_SECONDS:
                    yield Progress(len(cells), total, "cells", tuple(cells[sent:]))
                    sent, last = len(cells), monotonic()
    if sent < len(cells):
        yield Progress(len(cells), total, "cells", tuple(cells[sent:]))
    if cache and trial is not None:
        cache.save()
        for at, branch in enumerate(chosen):
            if branch.name not in known and branch.name not in trial.unread:
                cache.keep_run(runs[branch.name], trial.relied[branch.name], cells[at :: len(chosen)])
    return tuple(cells)
