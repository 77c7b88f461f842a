"""The few exceptions that the library raises.

Each carries one sentence that a user can act on: what is wrong, where, and what to do. The library never exits
and never prints; `cli` turns these into an exit status, `ui` into a row or a status line.
"""


class UringreviewError(Exception):
    """Base of all; `str()` of it is the sentence to show."""


class UnreadableError(UringreviewError):
    """Something in the input could not be read; the rest of the queue stays usable (exit status 1)."""


class EnvironmentProblem(UringreviewError):
    """Something on the machine is missing or unusable: no clone, no display, no permission (exit status 2)."""


class UsageProblem(UringreviewError):
    """The request itself is off: an unknown scenario, an id that matches nothing (exit status 2)."""
