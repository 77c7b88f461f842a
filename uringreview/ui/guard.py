"""What is checked before and around the window: a usable PySide6, a display, and faults that end nothing.

PySide6 6.12.0 on Python 3.10 and 3.11 loses a reference to None on most calls and dies after about 5,000 of them;
without a display Qt aborts instead of saying so. Both are told in one sentence before a window opens.
"""

import os
import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from types import TracebackType

from uringreview.display import display_problem
from uringreview.errors import EnvironmentProblem

_CALLS = 100
_TOLERATED_LOSS = 50

Report = Callable[[str, str], None]
"""Takes one sentence and the text to copy."""


def require_display(environment: Mapping[str, str] | None = None) -> None:
    """Raise EnvironmentProblem where there is no X and no Wayland display, nor a platform chosen that needs none."""
    problem = display_problem(os.environ if environment is None else environment)
    if problem:
        raise EnvironmentProblem(problem)


def require_sound_pyside() -> None:
    """Raise EnvironmentProblem where this PySide6 loses references to None."""
    from PySide6 import __version__
    from PySide6.QtCore import QObject

    check_none_count(lambda: QObject().setObjectName, __version__)


def check_none_count(make: Callable[[], Callable[[str], None]], version: str) -> None:
    """Call what `make` gives a hundred times and see that None keeps its references.

    `version` is PySide6's, for the sentence. Raises EnvironmentProblem where None lost 50 or more.
    """
    call = make()
    before = sys.getrefcount(None)
    for _ in range(_CALLS):
        call("guard")
    if before - sys.getrefcount(None) >= _TOLERATED_LOSS:
        running = ".".join(str(part) for part in sys.version_info[:3])
        raise EnvironmentProblem(
            f"PySide6 {version} on Python {running} loses references to None and would crash; install another: "
            "pip install 'PySide6-Essentials>=6.8.1,!=6.12.0'"
        )


def install_hooks(report: Report) -> Callable[[], None]:
    """Hand faults of any thread to `report` and go on; returns a function that puts the former hooks back.

    `report` runs in the thread that failed: it must only pass the text on to the window.
    """
    former, former_thread = sys.excepthook, threading.excepthook

    def fault(kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            former(kind, value, trace)
            return
        text = "".join(traceback.format_exception(kind, value, trace))
        sys.stderr.write(text)
        report(f"{kind.__name__}: {value}", text)

    def thread_fault(args: threading.ExceptHookArgs) -> None:
        if args.exc_value is not None:
            fault(args.exc_type, args.exc_value, args.exc_traceback)

    sys.excepthook = fault
    threading.excepthook = thread_fault

    def restore() -> None:
        sys.excepthook = former
        threading.excepthook = former_thread

    return restore
