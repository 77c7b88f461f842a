"""The commits below a tip, newest first, along first parents: read by git itself while they are looked at here.

git-rev-list(1) unpacks on one processor what another one searches; that halves the time for a stable branch's 45,000
commits. It runs with nothing of the user's environment that could lead it elsewhere, never fetches, and is stopped
where no more is asked for.
"""

import os
import subprocess
from collections.abc import Generator
from pathlib import Path
from typing import NamedTuple

_FORMAT = "%x00%P%x00%ae%x00%B%x00"  # behind the line "commit <id>" that git puts before each
_FIELDS = 4
_ID = 40
_AT_ONCE = 1 << 20
# What a clone's own configuration could have run, or fetched.
_NO_COMMANDS = ("-c", "protocol.allow=never", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null")
_SAFE = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


class Logged(NamedTuple):
    """One commit as its log entry needs it: ids in hexadecimal, the author's bare address, the whole message."""

    id: str
    parents: tuple[str, ...]
    author: bytes
    message: bytes


class Unreadable(Exception):
    """git could not be run, or could not read the history; the text is what it said."""


def straight_line(git_dir: Path, tip: str, most: int) -> Generator[Logged]:
    """At most `most` commits from `tip` on, each followed by its first parent; raises Unreadable."""
    command = ["git", "--no-pager", "--no-replace-objects", f"--git-dir={git_dir}", *_NO_COMMANDS]
    command += ["rev-list", "--first-parent", "--encoding=none", f"--max-count={most}", f"--format={_FORMAT}", tip]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | _SAFE
    pipe = subprocess.PIPE
    try:
        git = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=pipe, stderr=pipe, env=environment)
    except OSError as problem:
        raise Unreadable(str(problem)) from problem
    with git:
        assert git.stdout is not None
        assert git.stderr is not None
        try:
            rest = b""
            while some := os.read(git.stdout.fileno(), _AT_ONCE):
                fields = (rest + some).split(b"\0")
                whole = len(fields) // _FIELDS * _FIELDS
                rest = b"\0".join(fields[whole:])
                four = iter(fields[:whole])
                for head, parents, author, message in zip(four, four, four, four, strict=True):
                    above = parents.decode("ascii")
                    commit = head[-41:-1].decode("ascii")
                    ids = tuple(above.split()) if len(above) != _ID else (above,)
                    yield Logged(commit, ids, author, message.lstrip(b"\n"))
            said = git.stderr.read().decode("utf-8", "replace").strip()
            if git.wait() != 0:
                raise Unreadable(said.rpartition("\n")[2])
        finally:
            git.kill()
