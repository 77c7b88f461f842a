"""Replies on their way out: one `.eml` each, one mboxrd for mail clients, a script that sends them, a mailto: link.

The files are made with the umask's mode (0644 as a rule): they are mail about to be sent to public lists, and mail
programs of other users may have to read them. The session, which holds what nobody has been told yet, is private.
"""

import re
import shlex
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from time import asctime
from urllib.parse import quote

from uringreview.errors import EnvironmentProblem, UsageProblem
from uringreview.review.reply import Reply

SEND_OPTIONS = "--suppress-cc=body --suppress-cc=misc-by --suppress-cc=self"
_LONGEST_LINK = 2000
_SCRIPT = """\
#!/bin/sh
# {count} replies. Without an argument each is only tried: sh send.sh. To send them: sh send.sh --send
set -eu
cd -- "$(dirname -- "$0")"
for each in {names}; do
    git send-email --dry-run {options} "$each"
done
if [ "${{1-}}" != --send ]; then
    echo "Nothing was sent. To send them: sh $0 --send"
    exit 0
fi
for each in {names}; do
    git send-email {options} "$each"
done
"""
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
                written.append(write_new(folder, file_stem(reply), ".eml", reply.as_bytes()))
    except OSError as error:
        raise EnvironmentProblem(f"{error.filename or folder}: cannot be written ({error.strerror}).") from error
    return tuple(written)


def write_mbox(path: Path, replies: Iterable[Reply]) -> Path:
    """Write the replies that are not withheld to one new mboxrd; returns the path, numbered where `path` exists."""
    mail = b"".join(_mbox_entry(reply) for reply in replies if not reply.withheld)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_new(path.parent, path.stem, path.suffix or ".mbox", mail)
    except OSError as error:
        raise EnvironmentProblem(f"{error.filename or path}: cannot be written ({error.strerror}).") from error


def write_send_script(folder: Path, mails: Sequence[Path]) -> Path:
    """Write a shell script that sends `mails`, which lie in `folder`, one by one; returns its path, not executable.

    It tries every mail with --dry-run and stops there; with --send as its argument it then sends them. One by one,
    because git-send-email(1) sends only the first message of an mbox; with these --suppress-cc because "all" would
    lose the Cc, and without them trailers in quotes would add people.
    """
    names = " ".join(shlex.quote(f"./{path.name}") for path in mails)
    text = _SCRIPT.format(count=len(mails), names=names, options=SEND_OPTIONS)
    try:
        return write_new(folder, "send", ".sh", text.encode("utf-8", "surrogateescape"))
    except OSError as error:
        raise EnvironmentProblem(f"{error.filename or folder}: cannot be written ({error.strerror}).") from error


def mailto(reply: Reply) -> str:
    """The reply as a mailto: link (RFC 6068) for a mail program, which adds From, Date and Message-ID itself.

    Raises UsageProblem where the link would be longer than browsers and desktops hand on.
    """
    fields = {
        "cc": ",".join(each.address for each in reply.cc),
        "subject": reply.subject,
        "in-reply-to": f"<{reply.in_reply_to}>",
        "references": " ".join(f"<{each}>" for each in reply.references),
        "body": reply.body.replace("\n", "\r\n"),
    }
    to = ",".join(quote(each.address, safe="@") for each in reply.to)
    query = "&".join(
        f"{name}={quote(value, safe='', errors='surrogateescape')}" for name, value in fields.items() if value
    )
    link = f"mailto:{to}?{query}"
    if len(link) > _LONGEST_LINK:
        raise UsageProblem("This reply is too long for a mailto: link; copy its text, or export it as a file.")
    return link


def file_stem(reply: Reply) -> str:
    """A file name for a reply, never empty, no path in it."""
    return stem_of(reply.title, reply.position) or "reply"


def stem_of(title: str, position: int | None) -> str:
    """A file name as git-format-patch makes them, `0049-io_uring-defer-linked-timeout`; no path in it, maybe empty."""
    title = re.sub(r"[^A-Za-z0-9_.]+", "-", title).strip("-.")
    title = re.sub(r"\.{2,}", ".", title)[:60].strip("-.")
    number = f"{position:04d}" if position is not None else ""
    return "-".join(part for part in (number, title) if part)


def write_new(folder: Path, stem: str, ending: str, content: bytes) -> Path:
    """Write to a new file in `folder`: `stem` and `ending`, with the next free number where that exists."""
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
