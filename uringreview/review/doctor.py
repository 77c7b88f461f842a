"""What the machine has of what the program can use, and the exact command for what is missing.

Nothing heavy is imported and nothing is changed: versions come from the packages' metadata, tools are asked for
theirs. Package names are Debian's and Ubuntu's, as in packaging/system-packages.
"""

import ctypes.util
import os
import platform
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from platformdirs import user_cache_path, user_config_path

from uringreview import __version__
from uringreview.display import display_problem
from uringreview.errors import UringreviewError
from uringreview.kernel.cache import unwritable
from uringreview.kernel.clone import open_clone
from uringreview.review.identity import read_identity
from uringreview.review.session_file import session_folder, sessions
from uringreview.review.wording import user_templates

_TIMEOUT_SECONDS = 10
_PACKAGES = (("PySide6-Essentials", "PySide6"), ("pygit2",), ("unidiff",), ("platformdirs",))
_X11_LIBRARIES = (
    ("xcb-cursor", "libxcb-cursor0"),
    ("xcb-icccm", "libxcb-icccm4"),
    ("xkbcommon-x11", "libxkbcommon-x11-0"),
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the check-up: `advice` is empty where all is well; `needed` is False for what can be done without."""

    name: str
    value: str
    advice: str = ""
    needed: bool = True


def check_up(clone: str | None = None) -> tuple[Finding, ...]:
    """Look at Python, the packages, the tools, the display, the files, and the clone where one is given."""
    return (
        Finding("uringreview", __version__),
        _python(),
        *(_package(*names) for names in _PACKAGES),
        _tool("git", ("git", "--version"), "git", needed=True),
        _send_email(),
        _tool("spin", ("spin", "-V"), "spin", needed=False),
        _lock_sets(),
        _display(),
        *_x11(),
        _identity(),
        _folder("configuration", user_config_path("uringreview")),
        _folder("templates", user_templates()),
        _sessions(),
        _cache(),
        *_clones(clone),
    )


def _python() -> Finding:
    wanted = sys.version_info >= (3, 11)
    return Finding("python", platform.python_version(), "" if wanted else "uringreview needs Python 3.11 or newer")


def _package(*names: str) -> Finding:
    for name in names:
        try:
            return Finding(names[-1], version(name))
        except PackageNotFoundError:
            continue
    return Finding(names[-1], "missing", f"{sys.executable} -m pip install {names[0]}")


def _lock_sets() -> Finding:
    try:
        return Finding("tree-sitter", f"{version('tree-sitter')}, C {version('tree-sitter-c')}")
    except PackageNotFoundError:
        advice = f"{sys.executable} -m pip install tree-sitter tree-sitter-c  (for lock sets)"
        return Finding("tree-sitter", "missing", advice, needed=False)


def _tool(name: str, command: tuple[str, ...], package: str, needed: bool) -> Finding:
    answer = _run(command)
    lines = answer.stdout.splitlines() if answer is not None and answer.returncode == 0 else []
    return Finding(name, lines[0]) if lines else Finding(name, "missing", f"sudo apt install {package}", needed)


def _send_email() -> Finding:
    # `git send-email --version` is no option and `--help` opens a pager: look for the program itself.
    where = _run(("git", "--exec-path"))
    path = Path(where.stdout.strip() if where is not None else "/nowhere", "git-send-email")
    if not path.exists():
        return Finding("git send-email", "missing", "sudo apt install git-email", needed=False)
    # Debian only recommends the module that its git-email cannot run without.
    loaded = _run(("perl", "-MGit::LoadCPAN::Mail::Address", "-e", "1"))
    if loaded is not None and "'Mail::Address' module is not here" in loaded.stderr:
        return Finding("git send-email", "has no Mail::Address", "sudo apt install libmailtools-perl", needed=False)
    return Finding("git send-email", str(path))


def _run(command: tuple[str, ...]) -> "subprocess.CompletedProcess[str] | None":
    try:
        return subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=_TIMEOUT_SECONDS,
            check=False,
            env={**os.environ, "LC_ALL": "C"},
        )
    except (OSError, subprocess.TimeoutExpired):
        return None


def _display() -> Finding:
    problem = display_problem()
    shown = next(
        (
            f"{name}={os.environ[name]}"
            for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY", "DISPLAY")
            if os.environ.get(name)
        ),
        "none",
    )
    return Finding("display", shown, problem, needed=False)


def _x11() -> tuple[Finding, ...]:
    missing = [package for library, package in _X11_LIBRARIES if ctypes.util.find_library(library) is None]
    if not missing:
        return (Finding("X11 libraries", "there"),)
    return (Finding("X11 libraries", "missing", f"sudo apt install {' '.join(missing)}", needed=False),)


def _identity() -> Finding:
    return _asked("identity", lambda: str(read_identity().address), needed=False)


def _folder(name: str, path: Path) -> Finding:
    return Finding(name, f"{path}{'' if path.is_dir() else ' (not there; defaults are used)'}")


def _sessions() -> Finding:
    return Finding("sessions", f"{len(sessions())} in {session_folder()}")


def _cache() -> Finding:
    path = user_cache_path("uringreview")
    size = sum(part.stat().st_size for part in path.rglob("*") if part.is_file()) if path.is_dir() else 0
    return Finding("cache", f"{size / 1_000_000:.1f} MB in {path}", unwritable(), needed=False)


def _clones(given: str | None) -> tuple[Finding, ...]:
    # The one that was asked for, else the one that the window remembers.
    if given is not None:
        return (_clone(given),)
    try:
        remembered = tomllib.loads((user_config_path("uringreview") / "config.toml").read_text("utf-8")).get("clone")
    except (OSError, ValueError):
        remembered = None
    if isinstance(remembered, str) and remembered:
        return (_clone(remembered),)
    advice = "choose one in the window (File > Choose kernel clone), or give --clone DIR"
    return (Finding("clone", "none chosen", advice, needed=False),)


def _clone(path: str) -> Finding:
    def described() -> str:
        clone = open_clone(path)
        lost = "".join(f"; {name} cannot be read" for name in clone.lost)
        return f"{path}: {', '.join(branch.name for branch in clone.branches)}{lost}"

    return _asked("clone", described, needed=True)


def _asked(name: str, ask: Callable[[], str], needed: bool) -> Finding:
    try:
        return Finding(name, ask())
    except UringreviewError as error:
        return Finding(name, "problem", str(error), needed)
