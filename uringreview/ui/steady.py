"""Keeps the window from standing still: what the interpreter does beside our code, and panes that follow the keys.

A held key moves the list thirty times a second. The list answers each time; the panes beside it take longer to fill
than that on a busy machine, so that they wait for a pause where they could not keep up.
"""

import gc
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal

_QUICK_MS, _LONGEST_MS = 30.0, 90.0
_ALONE_S, _BEHIND_S = 0.15, 0.3
_PAINTED = QEvent.Type(QEvent.registerEventType())
_LAST = -1000  # the priority of what comes behind the repaints


def begin() -> None:
    """Set the interpreter up for a window: threads give way often, and a full collection does not come by itself.

    A collection of everything that a large queue consists of takes a tenth of a second or more.
    """
    sys.setswitchinterval(0.001)
    gc.set_threshold(5_000, 10, 1_000)


def settled() -> None:
    """Take what was read out of the collector's sight: it stays, and has no cycles to be found."""
    gc.freeze()


class Pace(QObject):
    """Has the panes shown for the row that was come to: at once, or when the keys pause.

    `show` fills them for a key of the queue. With `at_once` nothing ever waits.
    """

    shown = Signal()
    """The panes show the row that was come to last."""

    def __init__(self, show: Callable[[str], None], parent: QObject, *, at_once: bool) -> None:
        super().__init__(parent)
        self._show = show
        self._at_once = at_once
        self._key = ""
        self._cost = 0.0
        self._began = self._moved = self._shown = 0.0
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._fill)

    def moved(self, key: str) -> None:
        """Another row was come to."""
        self._key = key
        now = time.monotonic()
        alone = now - self._moved > _ALONE_S
        self._moved = now
        if self._at_once:
            self._fill()
        elif alone:
            self._timer.start(0)
        elif self._cost <= _QUICK_MS:
            # While a key is held the panes take a third of the time at most.
            if not self._timer.isActive():
                self._timer.start(round(max(0.0, 2 * self._cost - 1000 * (now - self._shown))))
        else:
            # They wait for a pause, and follow three times a second at least.
            late = now - self._shown > _BEHIND_S
            self._timer.start(0 if late else round(min(1.5 * self._cost, _LONGEST_MS)))

    def catch_up(self) -> None:
        """Fill the panes now, if they are behind: something is about to be done with what they show."""
        if self._timer.isActive():
            self._timer.stop()
            self._fill()

    @property
    def waiting(self) -> bool:
        """Whether the panes are behind the list."""
        return self._timer.isActive()

    def stop(self) -> None:
        """Fill nothing any more: the window is being closed."""
        self._timer.stop()

    def _fill(self) -> None:
        self._began = time.monotonic()
        self._show(self._key)
        self._count()
        # Painting them costs as much again, and is posted before this.
        QCoreApplication.postEvent(self, QEvent(_PAINTED), _LAST)
        self.shown.emit()

    def _count(self) -> None:
        self._shown = time.monotonic()
        self._cost = 1000 * (self._shown - self._began)

    def event(self, event: QEvent) -> bool:
        """The panes are painted."""
        if event.type() == _PAINTED:
            self._count()
            return True
        return super().event(event)
