"""The list while mail is still being read: a row for each mail found, in the order that the queue will have.

It stands before the window's other panes are made, and gives way to the queue itself when that has been read.
"""

from collections.abc import Mapping

from PySide6.QtCore import QObject

from uringreview.mail.rows import Queue
from uringreview.ui.header import Header
from uringreview.ui.queue_model import QueueModel
from uringreview.ui.queue_rows import reading_key, reading_row
from uringreview.ui.workbench import Workbench


class FirstList(QObject):
    """Fills the list's model from what the workbench has found, until there is a queue."""

    def __init__(self, bench: Workbench, model: QueueModel, header: Header, parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName("first_list")
        self._bench = bench
        self._model = model
        self._header = header
        bench.reading.connect(self.show)

    def show(self) -> None:
        """Show what was found."""
        listing = self._bench.listing
        self._model.set_rows([reading_row(entry) for entry in listing.entries])
        self._header.say(f"{listing.mails} mails found" if listing.mails else "")


def names_in(queue: Queue) -> Mapping[str, str]:
    """Under which key each row of the first list goes on in `queue`; a mail sent again goes on in the newest's."""
    return {
        reading_key(mail.source): row.key
        for row in queue.rows
        if row.patch is not None
        for mail in (*row.also, row.patch.message)
    }
