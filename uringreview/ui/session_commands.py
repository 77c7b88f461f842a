"""Sessions by keyboard: open, rename, archive, merge, hand over, each by a line over the window."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from uringreview.review import handover, session_store
from uringreview.review.session_file import SessionInfo, sessions
from uringreview.ui.chooser import Entry

if TYPE_CHECKING:
    from uringreview.ui.window import Window


class SessionCommands(QObject):
    """The handlers of the actions on sessions."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._bench = window.bench

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """What the actions do, by name."""
        return {
            "sessions": self._open,
            "session_rename": self._rename,
            "session_archive": self._archive,
            "session_merge": self._merge,
            "session_export": self._export,
            "session_import": self._import,
        }

    def _stored(self, *, without_own: bool = False) -> list[SessionInfo]:
        own = self._bench.session.name if self._bench.session is not None and without_own else None
        return [each for each in sessions(self._bench.session_folder) if each.name != own]

    def _entries(self, found: list[SessionInfo]) -> list[Entry]:
        return [
            Entry(
                each.name,
                each.name,
                each.problem or f"{each.decided} of {each.patches} decided, {each.changed:%Y-%m-%d %H:%M}",
                "\n".join(each.opened),
            )
            for each in found
        ]

    def _ask(self, title: str, then: Callable[[str], object], *, without_own: bool = False) -> None:
        found = self._entries(self._stored(without_own=without_own))
        if not found:
            self._window.status_line.say(f"There is no {'other ' if without_own else ''}session yet.")
            return
        self._window.chooser.ask_among(title, found, lambda name: self._window.commands.guarded(lambda: then(name)))

    def _open(self) -> None:
        self._ask("Open a session and its mail", self.open_named)

    def open_named(self, name: str) -> None:
        """Open what the session `name` last held."""
        info = next(each for each in self._stored() if each.name == name)
        if not info.opened or "-" in info.opened:
            self._window.status_line.say(f"{name} does not know its files: open them, then merge {name} into them.")
            return
        self._window.commands.open_paths(list(info.opened), session=name)

    def _rename(self) -> None:
        session = self._bench.session
        if session is None:
            return
        self._window.chooser.ask_among(
            f"A new name for {session.name}",
            (),
            lambda name: self._window.commands.guarded(lambda: self.rename(name)),
            typed=lambda text: Entry(f"rename to {text}", text) if text else None,
        )

    def rename(self, name: str) -> None:
        """Give the open session another name."""
        session = self._bench.session
        assert session is not None
        old, folder = session.name, session.path.parent
        self._window.reply.flush()
        with self._bench.session_closed():
            session_store.rename(old, name, folder)
            self._bench.session_name = name
        self._window.status_line.say(f"The session is now called {name}.")

    def _archive(self) -> None:
        self._ask("Put a session into the archive; opening its mail brings it back", self.archive, without_own=True)

    def archive(self, name: str) -> None:
        """Put another session out of the list."""
        session_store.archive(name, self._bench.session_folder)
        self._window.status_line.say(f"{name} is in the archive; opening its mail or its name brings it back.")

    def _merge(self) -> None:
        title = "Bring decisions from a session: of the same mails, or of the same patches sent again"
        self._ask(title, self.merge, without_own=True)

    def merge(self, name: str) -> None:
        """Bring the decisions of another session into the open one; undo takes that back."""
        if self._bench.session is None:
            self._window.status_line.say("Open the mails first that the decisions are to be brought to.")
            return
        session = self._bench.session
        done = session_store.bring(name, session, session.path.parent)
        self._bench.read_session()
        self._window.status_line.say(str(done))

    def _export(self) -> None:
        session = self._bench.session
        if session is None:
            return
        path, _ = QFileDialog.getSaveFileName(self._window, "Write the session as a file", f"{session.name}.json")
        if path:
            written = handover.export_session(session.name, Path(path), session.path.parent)
            self._window.status_line.say(f"Written to {written}; sessions import reads it.")

    def _import(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Read a session's file", "", "Sessions (*.json)")
        if path:
            name = handover.import_session(Path(path), None, self._bench.session_folder)
            self._window.status_line.say(f"Read as {name}: File > Bring decisions along… takes it into this one.")
