"""Fetch a thread by Message-ID, where the reviewer has switched that on: the command is shown, Enter runs it."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from uringreview.review.fetch import Fetcher, command, fetch, message_id, shown
from uringreview.ui.chooser import Entry
from uringreview.ui.config import config_path, read_config

if TYPE_CHECKING:
    from uringreview.ui.window import Window


class Fetching(QObject):
    """The handler of "Fetch thread…"."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window

    def ask(self) -> None:
        """Ask for a Message-ID or its address on lore; without `fetch_with` in the configuration say how to set it."""
        configured = read_config().fetch_with
        if configured not in list(Fetcher):
            self._window.status_line.say(
                f'Fetching is switched off. To be able to ask for it, write fetch_with = "b4" (or "lei") into '
                f"{config_path()}."
            )
            return
        fetcher = Fetcher(configured)

        def typed(text: str) -> Entry | None:
            wanted = message_id(text)
            return Entry(f"run: {shown(command(fetcher, wanted))}", wanted) if wanted else None

        title = "Fetch the thread of a Message-ID or a lore address; Enter runs the command that is shown"
        self._window.chooser.ask_among(title, (), lambda wanted: self._run(fetcher, wanted), typed=typed)

    def _run(self, fetcher: Fetcher, wanted: str) -> None:
        words = command(fetcher, wanted)
        self._window.jobs.start(
            shown(words),
            lambda: fetch(words),
            on_done=lambda mails: self._window.commands.open_paths(["-"], stdin=mails),
            on_error=lambda problem: self._window.status_line.say(str(problem)),
            key="fetch",
        )
