"""Replies on disk: a folder with one `.eml` a reply, or one mboxrd for mail clients.

The files are made with the umask's mode (0644 as a rule): they are mail about to be sent to public lists, and mail
programs of other users may have to read them. The session, which holds what nobody has been told yet, is private.
"""

import re
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from time import asctime

from uringreview.errors import EnvironmentProblem
from uringreview.review.reply import Reply

_MBOX_QUOTE = re.compile(rb"^(>*From )", re.MULTILINE)


def write_eml(folder: Path, replies: Iterable[Reply]) -> tuple[Path, ...]:
    """Write each reply that is not withheld to a file of its own in `folder`, which is made where it is missing.

    A file that exists is never written over: the next free number is added to the name. Returns the paths; raises
    EnvironmentProblem where a file cannot be written.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for reply in replies:
            if not reply.withheld:
                written.append(_write_new(folder, file_stem(reply), ".eml", reply.as_bytes()))
    except OSError as error:
        raise EnvironmentProblem(f"{error.filename or folder}: cannot be written ({error.strerror}).") from error
    return tuple(written)


def write_mbox(path: Path, replies: Iterable[Reply]) -> Path:
    """Write the replies that are not withheld to one new mboxrd; returns the path, numbered where `path` exists."""
    mail = b"".join(_mbox_entry(reply) for reply in replies if not reply.withheld)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _write_new(path.parent, path.stem, path.suffix or ".mbox", mail)
    except OSError as error:
        raise EnvironmentProblem(f"{error.filename or path}: cannot be written ({error.strerror}).") from error


def file_stem(reply: Reply) -> str:
    """A file name as git-format-patch makes them, `0049-io_uring-defer-linked-timeout`; never empty, no path in it."""
    title = re.sub(r"[^A-Za-z0-9_.]+", "-", reply.title).strip("-.")
    title = re.sub(r"\.{2,}", ".", title)[:60].strip("-.")
    number = f"{reply.position:04d}" if reply.position is not None else ""
    return "-".join(part for part in (number, title) if part) or "reply"


def _write_new(folder: Path, stem: str, ending: str, content: bytes) -> Path:
    for number in count(1):
        path = folder / (f"{stem}{ending}" if number == 1 else f"{stem}-{number}{ending}")
        try:
            with path.open("xb") as file:
                file.write(content)
        except FileExistsError:
            continue
        return path
    raise AssertionError("unreachable")


def _mbox_entry(reply: Reply) -> bytes:
    # mboxrd: every line that begins From, quoted or not, gets one more ">".
    stamp = f"From mboxrd@z {asctime(reply.date.utctimetuple())}\n".encode("ascii")
    return stamp + _MBOX_QUOTE.sub(rb">\1", reply.as_bytes()).rstrip(b"\n") + b"\n\n"
