"""Finds the data files: scenarios, templates, the demo queue, icons.

In a wheel they are packed as `uringreview/resources`; in a source checkout they stand beside the package.
"""

from pathlib import Path

_PACKED = Path(__file__).parent / "resources"
_SOURCE = Path(__file__).parent.parent / "resources"


def resource(*parts: str) -> Path:
    """The path of a data file or folder, `resource("scenarios", "io_uring-linked.toml")`."""
    root = _PACKED if _PACKED.is_dir() else _SOURCE
    return root.joinpath(*parts)
