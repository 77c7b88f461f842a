"""The Qt side of the tests: the application in our theme, a serial job runner, and a watch for what leaks."""

import multiprocessing
import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from uringreview.ui.jobs import Jobs
from uringreview.ui.theme import Theme, apply_theme


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


@pytest.fixture(autouse=True)
def no_leaks(qapp: QApplication) -> Iterator[None]:
    """After the test: no top-level window is left, no worker thread, no worker process."""
    yield
    for widget in QApplication.topLevelWidgets():
        if not widget.isVisible():
            widget.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.processEvents()
    shown = [widget.objectName() or type(widget).__name__ for widget in QApplication.topLevelWidgets()]
    assert not shown, f"windows left open: {shown}"
    workers = [thread.name for thread in threading.enumerate() if thread.name.startswith("uringreview-job")]
    assert not workers, f"worker threads left: {workers}"
    children = [child.name for child in multiprocessing.active_children()]
    assert not children, f"worker processes left: {children}"
