"""The windows of one process: the first that was opened, and those that later starts hand over."""

from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import QObject, QSocketNotifier

from uringreview.instance import Listener, Request, socket_path
from uringreview.ui.config import read_config
from uringreview.ui.jobs import Jobs
from uringreview.ui.queue_rows import Grouping
from uringreview.ui.theme import SchemeName
from uringreview.ui.window import Window


class Windows(QObject):
    """Opens windows, and listens for starts that have something to open."""

    def __init__(self, scheme: SchemeName, branches: Sequence[str] = ()) -> None:
        super().__init__()
        self._scheme = scheme
        self._branches = tuple(branches)
        self._windows: list[Window] = []
        self._listener: Listener | None = None
        self._notifier: QSocketNotifier | None = None

    @property
    def open_windows(self) -> tuple[Window, ...]:
        """Those that are on the screen, oldest first."""
        return tuple(window for window in self._windows if window.isVisible())

    def open(self, request: Request, stdin: bytes | None = None, *, demo: bool = False) -> Window:
        """A window of its own on what is requested: the demo, mails (`stdin` stands for "-"), or nothing yet."""
        config = read_config()
        window = Window(Jobs(), self._scheme, list_first=True)
        self._windows.append(window)
        window.bench.session_name = request.session
        if config.grouping in Grouping.__members__:
            window.use_grouping(Grouping[config.grouping])
        chosen = request.clone or config.clone
        if chosen:
            window.bench.set_clone(chosen, self._branches)
            window.show_clone()
        if request.paths and not demo:
            window.open(request.paths, stdin)
        window.show()
        if demo or not request.paths:
            window.complete()
        if demo:
            window.actions_.run("open_demo")
        return window

    def listen(self) -> None:
        """Take over what later starts would open; nothing happens where another process of this person does so."""
        path = socket_path()
        if path is None:
            return
        with suppress(OSError):
            self._listener = Listener(path)
            self._notifier = QSocketNotifier(self._listener.fileno(), QSocketNotifier.Type.Read, self)
            self._notifier.activated.connect(self._asked)

    def close(self) -> None:
        """Close every window, which stores all that was typed, and listen no more."""
        self._deaf()
        for window in self.open_windows:
            window.close()

    def _asked(self) -> None:
        if self._listener is not None and self.open_windows:
            self._listener.take(self._open_or_raise)

    def _open_or_raise(self, request: Request) -> None:
        window = self.open(request) if request.paths else self.open_windows[0]
        window.raise_()
        window.activateWindow()
        # Windows that were closed go, but for the first: it is where a crash is told.
        for old in [old for old in self._windows[1:] if not old.isVisible()]:
            self._windows.remove(old)
            old.deleteLater()

    def _deaf(self) -> None:
        if self._notifier is not None:
            self._notifier.setEnabled(False)
        if self._listener is not None:
            self._listener.close()
            self._listener = None
