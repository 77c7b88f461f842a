"""The Qt side of the tests: the application in our theme, a serial job runner, windows, and a watch for what leaks."""

import multiprocessing
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from uringreview.ui.jobs import Jobs
from uringreview.ui.theme import Theme, apply_theme
from uringreview.ui.window import Window

OpenWindow = Callable[..., Window]


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    """The light theme, applied."""
    chosen = Theme.light()
    apply_theme(qapp, chosen)
    return chosen


@pytest.fixture
def jobs(qapp: QApplication) -> Iterator[Jobs]:
    """A serial job runner, shut down afterwards."""
    made = Jobs(serial=True)
    yield made
    made.shutdown()


@pytest.fixture
def open_window(qtbot: QtBot, theme: Theme) -> Iterator[OpenWindow]:
    """Opens a real window on paths, with a serial runner, and waits until it has read them; closed afterwards."""
    opened: list[Window] = []

    def open_on(*paths: Path | str, clone: Path | None = None, session: str | None = None) -> Window:
        window = Window(Jobs(serial=True), "light")
        opened.append(window)
        window.bench.session_name = session
        window.resize(1600, 1000)
        window.show()
        if clone is not None:
            window.bench.set_clone(str(clone))
        if paths:
            window.commands.open_paths([str(path) for path in paths])
        settle(qtbot, window)
        window.activateWindow()
        window.focus_queue()
        return window

    yield open_on
    for window in opened:
        close(window)


def settle(qtbot: QtBot, window: Window) -> None:
    """Wait until all work of the window has been done and shown."""
    qtbot.waitUntil(lambda: window.jobs.idle() and not window.links.waiting, timeout=20_000)


def close(window: QWidget) -> None:
    """Close a window for good; one that was closed before is left alone."""
    if not isValid(window):
        return
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture(autouse=True)
def no_leaks(qapp: QApplication) -> Iterator[None]:
    """After the test: no top-level window is left, no worker thread, no worker process."""
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    left = [w for w in QApplication.topLevelWidgets() if w.isVisible()]
    shown = [w.objectName() or type(w).__name__ for w in left]
    for each in left:  # a test that failed half way must not make those behind it fail
        close(each)
    assert not shown, f"windows left open: {shown}"
    workers = [thread.name for thread in threading.enumerate() if thread.name.startswith("uringreview-job")]
    assert not workers, f"worker threads left: {workers}"
    children = [child.name for child in multiprocessing.active_children()]
    assert not children, f"worker processes left: {children}"
