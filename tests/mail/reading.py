"""Small doors for the mail tests: bytes in, messages, patches and queues out."""

from collections.abc import Sequence
from pathlib import Path

from uringreview.mail.message import Message, Source, read_message
from uringreview.mail.patch import Patch, read_patch
from uringreview.mail.queue import Listed, Problem, Queue, load
from uringreview.mail.rows import Note
from uringreview.mail.sources import Item, read_source
from uringreview.progress import finish


def message_of(raw: bytes) -> Message:
    """One mail, decoded."""
    return read_message(raw, Source("one.eml"))


def patch_of(raw: bytes) -> Patch:
    """One mail that must be a patch."""
    patch = read_patch(message_of(raw))
    assert patch is not None
    return patch


def items_of(folder: Path, data: bytes | str, name: str = "input") -> list[Item]:
    """What `read_source` gives for a file with these contents."""
    path = folder / name
    path.write_bytes(data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data)
    return list(read_source(str(path)))


def messages_in(items: Sequence[Item]) -> list[Message]:
    """The messages among what was read."""
    return [item for item in items if isinstance(item, Message)]


def listed_in(items: Sequence[Item]) -> list[Listed]:
    """The overview entries among what was read."""
    return [item for item in items if isinstance(item, Listed)]


def problems_in(items: Sequence[Item]) -> list[Problem]:
    """The problems among what was read."""
    return [item for item in items if isinstance(item, Problem)]


def queue_of(folder: Path, *files: bytes | str) -> Queue:
    """The queue of these files, opened together in this order."""
    paths = []
    for number, data in enumerate(files):
        path = folder / f"{number}.input"
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        paths.append(str(path))
    return finish(load(paths))


def notes_in(items: Sequence[Item]) -> list[Note]:
    """The notes among what was read."""
    return [item for item in items if isinstance(item, Note)]
