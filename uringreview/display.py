"""Whether a window can be shown here: asked before Qt is loaded, which aborts the process where it cannot."""

import os
import sys
from collections.abc import Mapping


def display_problem(environment: Mapping[str, str] = os.environ) -> str:
    """Why no window can be shown, in one sentence; empty where one can.

    On Linux that takes an X or a Wayland display, or a platform of Qt's that needs neither (QT_QPA_PLATFORM=offscreen).
    """
    platform = environment.get("QT_QPA_PLATFORM", "")
    needs_one = platform.startswith(("xcb", "wayland")) or not platform
    if sys.platform != "linux" or not needs_one or environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"):
        return ""
    return (
        "there is no display (DISPLAY and WAYLAND_DISPLAY are unset); "
        "run it in a desktop session, or use `uringreview report`, which needs none"
    )
