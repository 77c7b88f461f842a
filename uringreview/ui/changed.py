"""Which rows of a table are not as they were, so that only those are painted anew while results stream in."""

from collections.abc import Iterator, Sequence


def changed_runs(former: Sequence[object], now: Sequence[object]) -> Iterator[tuple[int, int]]:
    """The first and last place of every run of neighbours that differ; both sequences are equally long."""
    first: int | None = None
    for place, (before, after) in enumerate(zip(former, now, strict=True)):
        same = before is after or before == after
        if first is None and not same:
            first = place
        elif first is not None and same:
            yield first, place - 1
            first = None
    if first is not None:
        yield first, len(now) - 1
