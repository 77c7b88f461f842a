"""Starts the window: checks first, then the application, the theme, what was remembered, and the event loop."""

import signal
import sys
from collections.abc import Sequence
from typing import cast, get_args

from uringreview.errors import EnvironmentProblem
from uringreview.instance import Request
from uringreview.ui.guard import install_hooks, require_display, require_sound_pyside


def run(
    paths: Sequence[str] = (),
    *,
    clone: str | None = None,
    branches: Sequence[str] = (),
    session: str | None = None,
    demo: bool = False,
    theme: str | None = None,
    new_window: bool = False,
) -> int:
    """Open the window on `paths` and return its exit status when it closes.

    `clone` stands before the remembered one; `session` names a session; `demo` opens the demo; `theme` is "system",
    "light" or "dark" and stands before the remembered one; with `new_window` later starts are not taken over. Raises
    EnvironmentProblem where there is no display, Qt cannot be loaded, or this PySide6 is one that crashes.
    """
    require_display()
    stdin = sys.stdin.buffer.read() if "-" in paths else None
    try:
        from PySide6.QtCore import QTimer
        from PySide6.QtGui import QIcon
        from PySide6.QtWidgets import QApplication
    except ImportError as problem:
        raise EnvironmentProblem(f"Qt cannot be loaded ({problem}); see `uringreview doctor`.") from problem
    require_sound_pyside()

    from uringreview.resources import resource
    from uringreview.ui import steady
    from uringreview.ui.config import read_config
    from uringreview.ui.crash_dialog import CrashRelay
    from uringreview.ui.theme import SchemeName, apply_theme, theme_for
    from uringreview.ui.windows import Windows

    steady.begin()
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["uringreview"])
    app.setApplicationName("uringreview")
    app.setDesktopFileName("uringreview")
    app.setWindowIcon(QIcon(str(resource("icons", "uringreview.svg"))))
    scheme = cast("SchemeName", theme) if theme in get_args(SchemeName) else read_config().theme
    apply_theme(app, theme_for(scheme))
    windows = Windows(scheme, branches)
    window = windows.open(Request(tuple(paths), clone, session), stdin, demo=demo)
    restore_hooks = install_hooks(CrashRelay(window).report)
    if not new_window:
        # After the first painting: it is not what anyone waits for.
        QTimer.singleShot(0, windows.listen)
    # A closed window leaves nothing behind. Python sees a signal only when it runs, hence the timer.
    # It sees it in the midst of anything: the window is closed when that is done, not under it.
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, lambda *_: QTimer.singleShot(0, windows.close))
    alive = QTimer()
    alive.start(300)
    alive.timeout.connect(lambda: None)
    try:
        return app.exec()
    finally:
        windows.close()
        restore_hooks()
