"""The reviewer's own editor on a text: started by his key only, and read again each time that it saves.

The command is `editor` of config.toml as it stands there, else $VISUAL or $EDITOR, which runs in a terminal
(x-terminal-emulator, Debian's name for whichever there is) unless it is known to open a window of its own. A terminal
may hand the editor to a server and end at once, so the file is what is watched, not the process alone.
"""

import os
import shlex
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from PySide6.QtCore import QFileSystemWatcher, QObject, QProcess, QTimer, Signal

from uringreview.errors import EnvironmentProblem

_WINDOWED = frozenset(("gvim", "gedit", "kate", "kwrite", "mousepad", "xed", "pluma", "geany", "code", "subl", "emacs"))
_TERMINAL = "x-terminal-emulator"
_SETTLE_MS = 100


def editor_command(configured: str, environment: Mapping[str, str]) -> list[str]:
    """The command that opens a file which is added to it; raises EnvironmentProblem with what to set where none is."""
    if configured.strip():
        return _split(configured, "editor in config.toml")
    own = environment.get("VISUAL", "").strip() or environment.get("EDITOR", "").strip()
    if not own:
        raise EnvironmentProblem('No editor is known: set $EDITOR, or editor = "…" in uringreview\'s config.toml.')
    command = _split(own, "$EDITOR")
    if os.path.basename(command[0]) in _WINDOWED and "-nw" not in command:
        return command
    if shutil.which(_TERMINAL, path=environment.get("PATH")) is None:
        raise EnvironmentProblem(
            f'{command[0]} needs a terminal and {_TERMINAL} is not there: set editor = "TERMINAL -e {command[0]}" in'
            " uringreview's config.toml."
        )
    return [_TERMINAL, "-e", *command]


def _split(text: str, where: str) -> list[str]:
    try:
        return shlex.split(text) or [""]
    except ValueError as error:
        raise EnvironmentProblem(f"{where} cannot be read as a command ({error}).") from error


class OwnEditor(QObject):
    """One editor at a time; what it saves is handed to who asked."""

    failed = Signal(str)
    """A sentence: what went wrong. The text stays as it was."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._folder: TemporaryDirectory[str] | None = None
        self._path = Path()
        self._take: Callable[[str], None] | None = None
        self._known = ""
        self._process: QProcess | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._read)
        self._watch = QFileSystemWatcher(self)
        self._watch.fileChanged.connect(lambda _path: self._settle.start())
        self._watch.directoryChanged.connect(lambda _path: self._settle.start())

    def open(self, command: list[str], text: str, take: Callable[[str], None]) -> None:
        """Start `command` on a file with `text`; `take` gets what is saved, as often as it is."""
        self.close()
        self._folder = TemporaryDirectory(prefix="uringreview-edit-")
        self._path = Path(self._folder.name) / "reply.txt"
        self._known, self._take = text, take
        self._path.write_bytes(text.encode("utf-8", "surrogateescape"))
        # Many editors write a new file and rename it: the folder tells of that too.
        self._watch.addPaths([self._folder.name, str(self._path)])
        process = QProcess(self)
        process.setProgram(command[0])
        process.setArguments([*command[1:], str(self._path)])
        process.errorOccurred.connect(lambda error: self._went_wrong(process, error))
        process.finished.connect(lambda status, _how: self._ended(command[0], status))
        self._process = process
        process.start()

    def close(self) -> None:
        """Read what was saved last and let go of the file; an editor that still runs is ended."""
        if self._folder is None:
            return
        self._read()
        self._settle.stop()
        watched = [*self._watch.files(), *self._watch.directories()]
        if watched:
            self._watch.removePaths(watched)
        self._take = None
        process, self._process = self._process, None
        if process is not None:
            process.blockSignals(True)
            if process.state() is not QProcess.ProcessState.NotRunning:
                process.kill()
                process.waitForFinished(500)
            process.deleteLater()
        self._folder.cleanup()
        self._folder = None

    def _read(self) -> None:
        if self._take is None:
            return
        if str(self._path) not in self._watch.files() and self._path.exists():
            self._watch.addPath(str(self._path))
        try:
            text = self._path.read_bytes().decode("utf-8", "surrogateescape").replace("\r\n", "\n")
        except OSError:
            return  # between the editor's two steps of saving, or the file was never written
        if text != self._known and text.rstrip("\n") != self._known.rstrip("\n"):
            self._known = text
            self._take(text)

    def _ended(self, program: str, status: int) -> None:
        self._read()
        if status:
            self.failed.emit(f"{program} ended with status {status}; the text is kept as it was saved last.")

    def _went_wrong(self, process: QProcess, error: QProcess.ProcessError) -> None:
        if error is QProcess.ProcessError.FailedToStart:
            self.failed.emit(f"{process.program()} could not be started ({process.errorString()}); the text is kept.")
