"""The commits of a queue by id, however many digits a text writes."""

from uringreview.mail.queue import Queue, Row
from uringreview.series.edge import canonical


class Names:
    """Ids as written -> 12 digits; shorter ones only where the queue has exactly one such commit."""

    def __init__(self, queue: Queue) -> None:
        rows: dict[str, list[Row]] = {}
        for row in queue.rows:
            if row.upstream:
                rows.setdefault(canonical(row.upstream), []).append(row)
        self.rows = rows
        self._short: dict[str, list[str]] = {}
        for name in rows:
            self._short.setdefault(name[:7], []).append(name)

    @property
    def queued(self) -> tuple[str, ...]:
        """The queue's commits, 12 digits each, in queue order."""
        return tuple(self.rows)

    def resolve(self, written: str) -> str | None:
        """The 12-digit id; None where fewer digits are written than tell the commit."""
        if len(written) >= 12:
            return canonical(written)
        found = [one for one in self._short.get(written[:7].lower(), ()) if one.startswith(written.lower())]
        return found[0] if len(found) == 1 else None
