"""The fixtures of the Qt tests, and the watch for leaks over each of them."""

from tests.support.qt import jobs, no_leaks, open_window, theme

__all__ = ["jobs", "no_leaks", "open_window", "theme"]
