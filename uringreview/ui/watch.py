"""Watches what was opened and says once when it has changed: mail that is delivered, a queue that is edited.

Mail programs write in bursts and replace files by new ones, so a change is told only when all is quiet for a moment
and sizes or times really differ. A path that is gone is waited for: what was read of it stays.
"""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

_QUIET_MS = 700
_MOST = 2000
"""So many files and folders are watched at most: the kernel limits them. What comes into a folder changes its time."""

Seen = dict[str, tuple[int, int]]


class Watch(QObject):
    """Watches paths; `changed` says that something in them did."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("watch")
        self._paths: tuple[str, ...] = ()
        self._seen: Seen = {}
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._stir)
        self._watcher.directoryChanged.connect(self._stir)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_QUIET_MS)
        self._quiet.timeout.connect(self._look)

    def watch(self, paths: Sequence[str]) -> None:
        """Watch `paths` from now on, instead of others; "-" and what a shell passes as a pipe are never watched."""
        self._paths = tuple(path for path in paths if path != "-" and not path.startswith(("/dev/", "/proc/")))
        self._quiet.stop()
        self._seen = _state(self._paths)
        self._follow()

    def _follow(self) -> None:
        """Let Qt watch what is there now, and the folder of what is not."""
        wanted = set(list(self._seen)[:_MOST]) | {os.path.dirname(os.path.abspath(path)) for path in self._missing()}
        watched = {*self._watcher.files(), *self._watcher.directories()}
        if watched - wanted:
            self._watcher.removePaths(sorted(watched - wanted))
        if wanted - watched:
            self._watcher.addPaths(sorted(wanted - watched))

    def _missing(self) -> list[str]:
        return [path for path in self._paths if not os.path.exists(path)]

    def _stir(self, _path: str) -> None:
        self._quiet.start()

    def _look(self) -> None:
        if self._missing():
            self._follow()
            return
        now = _state(self._paths)
        changed, self._seen = now != self._seen, now
        self._follow()
        if changed:
            self.changed.emit()


def _state(paths: Sequence[str]) -> Seen:
    """Size and time of every file under `paths`, folders first."""
    return {path: seen for path in paths for path, seen in _walk(path)}


def _walk(path: str) -> Iterator[tuple[str, tuple[int, int]]]:
    try:
        about = os.stat(path)
    except (OSError, ValueError):
        return
    if stat.S_ISREG(about.st_mode):
        yield path, (about.st_size, about.st_mtime_ns)
        return
    if not stat.S_ISDIR(about.st_mode):
        return
    folders, files = [], []
    for folder, inner, names in os.walk(path):
        inner[:] = sorted(name for name in inner if name != ".git")
        folders.append(folder)
        files += [str(Path(folder, name)) for name in sorted(names)]
        if len(folders) + len(files) > 2 * _MOST:
            break
    for each in (*folders, *files):
        try:
            about = os.lstat(each)
        except OSError:
            continue
        yield each, (about.st_size, about.st_mtime_ns)
