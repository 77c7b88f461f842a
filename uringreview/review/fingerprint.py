"""What a session keeps of a patch so that it is known again when the batch is sent anew under other Message-IDs.

A patch is the same where it is the same upstream commit with the same change; blob ids and line numbers, which a newer
base alone changes, do not count (as for git-patch-id(1)). A changed diff is another patch: it has to be looked at.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from uringreview.mail.queue import Row, change_of


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """A patch by its `key`; `upstream` and `change` (a hash) are empty where the mail has none, or is not loaded."""

    key: str
    upstream: str = ""
    change: str = ""
    title: str = ""

    def same(self, other: "Fingerprint") -> bool:
        """Whether both are one patch, whatever mails they came in."""
        if self.key == other.key:
            return True
        return bool(self.upstream and self.change) and (self.upstream, self.change) == (other.upstream, other.change)


def fingerprints(rows: Iterable[Row]) -> tuple[Fingerprint, ...]:
    """The fingerprints of a queue's rows, in their order."""
    return tuple(map(_fingerprint, rows))


def _fingerprint(row: Row) -> Fingerprint:
    patch, title = row.patch, row.subject.title
    if patch is None:
        return Fingerprint(row.key, title=title)
    change = change_of(patch) if patch.diff is not None and not patch.white_space_lost else ""
    digest = hashlib.sha256(change.encode("utf-8", "surrogateescape")).hexdigest() if change else ""
    return Fingerprint(row.key, patch.upstream or "", digest, title)
