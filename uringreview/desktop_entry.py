"""Puts the program into the desktop's menu for one user: `uringreview --install-desktop`.

The .desktop file, the icons and the MIME type go under $XDG_DATA_HOME (~/.local/share), as the Desktop Entry, Icon
Theme and Shared MIME-info specifications of freedesktop.org say. A distribution's package brings its own.
"""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from platformdirs import user_data_path

from uringreview.errors import EnvironmentProblem
from uringreview.resources import resource, shared

_ICONS = "icons/hicolor"
# What reads the folders anew. A desktop without them does it by itself at the next login.
_REFRESH = (("update-mime-database", "mime"), ("update-desktop-database", "applications"))


def install_desktop(command: Sequence[str] | None = None, share: Path | None = None) -> tuple[Path, ...]:
    """Write the .desktop file, both icons and the MIME type, and return their paths.

    `command` is what the menu starts, this program where it is not given; `share` the folder to write under. Raises
    EnvironmentProblem where a file cannot be written.
    """
    share = user_data_path() if share is None else share
    entry = shared("applications", "uringreview.desktop").read_text(encoding="utf-8")
    starts = " ".join(map(_quoted, command or _this_program()))
    written = {
        share / "applications" / "uringreview.desktop": entry.replace("Exec=uringreview ", f"Exec={starts} ").encode(),
        share / _ICONS / "scalable/apps/uringreview.svg": resource("icons", "uringreview.svg").read_bytes(),
        share / _ICONS / "symbolic/apps/uringreview-symbolic.svg": resource(
            "icons", "uringreview-symbolic.svg"
        ).read_bytes(),
        share / "mime/packages/uringreview.xml": shared("mime", "packages", "uringreview.xml").read_bytes(),
    }
    for path, content in written.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as error:
            raise EnvironmentProblem(f"{path}: cannot be written ({error.strerror}).") from error
    for tool, folder in _REFRESH:
        if shutil.which(tool):
            subprocess.run([tool, str(share / folder)], capture_output=True, check=False, timeout=60)
    return tuple(written)


def _this_program() -> tuple[str, ...]:
    # The script that pip, pipx or a package put on the PATH, or else this Python with the module.
    script = Path(sys.argv[0])
    if script.name == "uringreview" and script.is_file():
        return (str(script.resolve()),)
    return (sys.executable, "-m", "uringreview")


def _quoted(word: str) -> str:
    # "The Exec key" of the Desktop Entry Specification: reserved characters need double quotes, %% is a per cent sign.
    word = word.replace("%", "%%")
    if word and not set(word) & set(" \t\n\"'\\><~|&;$*?#()`"):
        return word
    for each in '\\"`$':
        word = word.replace(each, "\\" + each)
    # The value is a string of the key file, in which a backslash is written twice.
    return '"' + word.replace("\\", "\\\\") + '"'
