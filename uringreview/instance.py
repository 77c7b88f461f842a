"""One process for all windows of a person on one screen: the second start hands its paths to the first.

The meeting point is a socket under $XDG_RUNTIME_DIR, which belongs to the person alone (XDG Base Directory
Specification); without that folder every start is a process of its own. Screens and homes that differ have sockets that
differ. Nothing here imports Qt, so that handing over takes no longer than starting Python.
"""

import hashlib
import json
import os
import socket
import stat
import struct
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

_ANSWER_SECONDS = 2.0
_MOST_BYTES = 1 << 20
_TAKEN = b"opened\n"
# What tells one screen and one set of sessions from another.
_PLACE = ("WAYLAND_DISPLAY", "DISPLAY", "QT_QPA_PLATFORM", "HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME")


@dataclass(frozen=True, slots=True)
class Request:
    """What a start was asked to open: absolute paths, and the options that go with them."""

    paths: tuple[str, ...] = ()
    clone: str | None = None
    session: str | None = None


def socket_path(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Where the first window of this screen listens; None where there is no safe place or no screen to share."""
    if environment.get("QT_QPA_PLATFORM", "") in ("offscreen", "minimal"):
        return None
    folder = Path(environment.get("XDG_RUNTIME_DIR") or "/nonexistent")
    try:
        found = folder.stat()
    except OSError:
        return None
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        return None
    place = "\0".join(environment.get(name, "") for name in _PLACE)
    return folder / f"uringreview-{hashlib.sha256(place.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.sock"


def hand_over(request: Request, path: Path) -> bool:
    """Ask the window that listens at `path` to open `request`; False where none answers that it has."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(_ANSWER_SECONDS)
        try:
            client.connect(str(path))
            client.sendall(json.dumps(asdict(request)).encode() + b"\n")
            return client.recv(len(_TAKEN)) == _TAKEN
        except OSError:
            return False


class Listener:
    """The first window's end: `fileno` becomes readable when another start has something to hand over."""

    def __init__(self, path: Path) -> None:
        """Listen at `path`; raises OSError where another window does already."""
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._bind()
        except OSError:
            self._socket.close()
            raise

    def _bind(self) -> None:
        with suppress(ConnectionRefusedError, FileNotFoundError), socket.socket(socket.AF_UNIX) as probe:
            probe.settimeout(_ANSWER_SECONDS)
            probe.connect(str(self._path))
            raise OSError(f"{self._path} is taken")
        # A process that was killed leaves its socket behind.
        self._path.unlink(missing_ok=True)
        self._socket.bind(str(self._path))
        self._path.chmod(0o600)
        self._socket.listen()
        self._socket.setblocking(False)

    def fileno(self) -> int:
        """The descriptor to watch."""
        return self._socket.fileno()

    def take(self, opened: Callable[[Request], None]) -> None:
        """Read what was handed over and have it `opened`; whatever is no request of this person is dropped."""
        try:
            client, _ = self._socket.accept()
        except OSError:
            return
        with client:
            client.settimeout(_ANSWER_SECONDS / 4)
            with suppress(OSError, ValueError, TypeError):
                if _user_of(client) != os.getuid():
                    return
                found = json.loads(_line(client))
                opened(Request(tuple(map(str, found["paths"])), found["clone"], found["session"]))
                client.sendall(_TAKEN)

    def close(self) -> None:
        """Stop listening."""
        if self._socket.fileno() >= 0:
            self._socket.close()
            self._path.unlink(missing_ok=True)


def _user_of(client: socket.socket) -> int:
    # SO_PEERCRED of unix(7): process, user and group of the other end.
    size = struct.calcsize("3i")
    _process, user, _group = struct.unpack("3i", client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
    return int(user)


def _line(client: socket.socket) -> bytes:
    read = b""
    while not read.endswith(b"\n") and len(read) < _MOST_BYTES:
        part = client.recv(65536)
        if not part:
            break
        read += part
    return read
