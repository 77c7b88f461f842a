"""Runs the program as a user does, in a process of its own, and looks at what it left behind."""

import hashlib
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Ran:
    """What one run printed, and its exit status."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output read as JSON."""
        return json.loads(self.out)


def run(*arguments: str | Path, stdin: bytes = b"", before: tuple[str, ...] = (), timeout: float = 120) -> Ran:
    """Run `python -m uringreview` with `arguments`; `before` goes in front of it (strace and its options)."""
    command = [*before, sys.executable, "-m", "uringreview", *map(str, arguments)]
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=timeout, cwd=root, check=False)
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode("utf-8", "replace"))


def checksums(folder: Path) -> dict[str, str]:
    """Relative path -> SHA-256 (or link target) of everything under `folder`, to show that nothing was written."""
    sums: dict[str, str] = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            sums[name] = str(path.readlink())
        elif path.is_file():
            sums[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            sums[name] = "folder"
    return sums
