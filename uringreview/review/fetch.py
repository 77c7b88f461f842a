"""Fetching a thread from lore by the reviewer's own b4 or lei: only where that was switched on, and only when asked.

What is fetched is named by a Message-ID that a person typed or pasted, never by something that was read. The command is
shown before it runs; its output is an mbox. Sources: b4's `b4 mbox --help`, lei-q(1).
"""

import re
import shlex
import subprocess
import time
from enum import StrEnum

from uringreview.errors import EnvironmentProblem
from uringreview.progress import Progress, Work

_LONGEST_SECONDS = 300
_LOOK_SECONDS = 0.1
# RFC 5322's msg-id, without quoting and without what a shell or an option parser could take for something else.
_MESSAGE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+=%~$-]{0,200}@[A-Za-z0-9][A-Za-z0-9.-]{0,200}")
_ADDRESS = re.compile(
    r"https?://[a-z0-9.-]+/(?:[A-Za-z0-9._-]+/)*?([^/\s]+@[^/\s]+?)(?:/(?:[Tt]|raw|t\.mbox\.gz)?)?/?(?:#.*)?"
)


class Fetcher(StrEnum):
    """The programs that can fetch a thread."""

    B4 = "b4"
    LEI = "lei"


def message_id(text: str) -> str | None:
    """The Message-ID in what a person typed: with or without <>, or a public-inbox address of it; None for all else."""
    text = text.strip()
    address = _ADDRESS.fullmatch(text)
    found = address[1] if address else text.removeprefix("<").removesuffix(">")
    return found if _MESSAGE_ID.fullmatch(found) else None


def command(fetcher: Fetcher, wanted: str) -> tuple[str, ...]:
    """What fetches the thread of the Message-ID `wanted` as an mbox on standard output."""
    if fetcher is Fetcher.B4:
        return ("b4", "mbox", "-o", "-", wanted)
    return ("lei", "q", "--threads", "-f", "mboxrd", f"m:{wanted}")


def shown(words: tuple[str, ...]) -> str:
    """The command as a person would type it."""
    return shlex.join(words)


def fetch(words: tuple[str, ...]) -> Work[None, bytes]:
    """Run the command and return the mbox that it wrote.

    Raises EnvironmentProblem where it is not installed, fails, takes longer than five minutes, or writes nothing.
    """
    try:
        running = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    except OSError as error:
        raise EnvironmentProblem(f"{words[0]} cannot be started ({error.strerror}); install it first") from error
    until = time.monotonic() + _LONGEST_SECONDS
    try:
        while True:
            try:
                mails, said = running.communicate(timeout=_LOOK_SECONDS)
                break
            except subprocess.TimeoutExpired:
                if time.monotonic() > until:
                    raise EnvironmentProblem(f"{shown(words)}: no answer within five minutes") from None
                yield Progress(0, 0, "mails")
    finally:
        # Cancelled, or too slow: nothing of ours is left running.
        if running.poll() is None:
            running.kill()
            running.communicate()
    if running.returncode != 0 or not mails.strip():
        last = said.decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise EnvironmentProblem(f"{shown(words)}: exit status {running.returncode}, {last or 'nothing was written'}")
    return mails
