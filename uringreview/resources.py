"""Finds the data files: scenarios, templates, the demo queue, icons, and what a desktop wants to know.

In a wheel they are packed as `uringreview/resources`, and what belongs under /usr/share lies under the `share` of the
Python that it is installed for; in a source checkout both stand beside the package.
"""

import sys
from pathlib import Path

_PACKED = Path(__file__).parent / "resources"
_CHECKOUT = Path(__file__).parent.parent


def resource(*parts: str) -> Path:
    """The path of a data file or folder, `resource("scenarios", "io_uring-linked.toml")`."""
    root = _PACKED if _PACKED.is_dir() else _CHECKOUT / "resources"
    return root.joinpath(*parts)


def shared(*parts: str) -> Path:
    """The path of what is installed under a prefix's `share`: `shared("applications", "uringreview.desktop")`."""
    source = _CHECKOUT / "packaging" / "share"
    return (source if source.is_dir() else Path(sys.prefix, "share")).joinpath(*parts)
