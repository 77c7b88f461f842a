"""The program in a real window on a screen of its own: keys go in by xdotool, what is shown comes out by AT-SPI.

Xvfb, a session bus, the accessibility bus and a small window manager are started for one test and end with it; the
process of the program is never looked into.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[2]
SHOTS = "URINGREVIEW_SCREENSHOTS"
"""The environment variable that names a folder for screenshots; without it none are made."""
_READER = "/usr/bin/python3"
_LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
_WAIT_SECONDS = 60
T = TypeVar("T")


def missing_tool() -> str:
    """What a screen needs and this machine has not; empty where all is there."""
    for tool in ("Xvfb", "xdotool", "evilwm", "dbus-daemon", _READER):
        if shutil.which(tool) is None:
            return tool
    bindings = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    if subprocess.run([_READER, "-c", bindings], capture_output=True, check=False).returncode != 0:
        return "python3-gi or gir1.2-atspi-2.0"
    return "" if any(os.path.exists(each) for each in _LAUNCHERS) else "at-spi2-core"


def wait_for(look: Callable[[], T], what: str, seconds: float = _WAIT_SECONDS) -> T:
    """What `look` returns once that is true; AssertionError that names `what` where it never is."""
    until = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < until, f"waited {seconds} s in vain for {what}"
        time.sleep(0.05)


@dataclass(slots=True)
class Screen:
    """A virtual screen; `start` runs the program on it."""

    environment: Mapping[str, str]
    _reader: "subprocess.Popen[str]"
    _programs: "list[subprocess.Popen[bytes]]" = field(default_factory=list)
    _shots: int = 0

    def start(self, *arguments: str | Path) -> "Program":
        """Run `python -m uringreview` with `arguments`, and wait until its window has the keys."""
        command = [sys.executable, "-m", "uringreview", *map(str, arguments)]
        process = subprocess.Popen(command, cwd=ROOT, env=self.environment)
        self._programs.append(process)
        made = Program(self, process)
        window = wait_for(lambda: self.tool("search", "--onlyvisible", "--name", "uringreview"), "the window")
        self.tool("windowfocus", "--sync", window.split()[0])
        return made

    def tool(self, *arguments: str) -> str:
        """What one run of xdotool prints."""
        done = subprocess.run(
            ["xdotool", *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    def ask(self, process: int, *question: str) -> Any:
        """What the reader answers; see packaging/ask_window.py."""
        assert self._reader.stdin is not None
        assert self._reader.stdout is not None
        self._reader.stdin.write("\t".join([str(process), *question]) + "\n")
        self._reader.stdin.flush()
        return json.loads(self._reader.stdout.readline())

    def shot(self, name: str) -> None:
        """Keep a picture of the screen where the environment names a folder for them."""
        folder = os.environ.get(SHOTS)
        if folder and shutil.which("import") is not None:
            self._shots += 1
            path = Path(folder) / f"{self._shots:02} {name}.png"
            subprocess.run(["import", "-window", "root", path], env=self.environment, check=True)

    def end(self) -> None:
        """End every program that still runs."""
        for each in self._programs:
            each.kill()
            each.wait()


@dataclass(frozen=True, slots=True)
class Program:
    """One run of the program, seen from outside."""

    screen: Screen
    process: "subprocess.Popen[bytes]"

    def keys(self, *keys: str) -> None:
        """Press keys one after the other, as X names them ("shift+n")."""
        self.screen.tool("key", "--delay", "4", *keys)

    def begin_keys(self, keys: Sequence[str]) -> "subprocess.Popen[bytes]":
        """Press keys while the caller goes on; the process that does it."""
        return subprocess.Popen(["xdotool", "key", "--delay", "30", *keys], env=self.screen.environment)

    def type(self, text: str) -> None:
        """Type a text."""
        self.screen.tool("type", "--delay", "4", text)

    def ask(self, *question: str) -> Any:
        """What a screen reader finds; see packaging/ask_window.py."""
        return self.screen.ask(self.process.pid, *question)

    @property
    def status(self) -> str:
        """The status line."""
        return self.ask("status") or ""

    @property
    def decided(self) -> int:
        """How many patches the status line says are decided."""
        counts = re.search(r"(\d+)/\d+ decided", self.status)
        return int(counts[1]) if counts else 0

    def says(self, words: str) -> str:
        """Wait until the status line has these words; the line."""
        return wait_for(lambda: line if words in (line := self.status) else "", f"“{words}” in the status line")

    def focused(self, name: str) -> None:
        """Wait until the widget of that accessible name has the focus."""
        wait_for(lambda: name in (self.ask("focus") or ()), f"the focus in {name}")

    @property
    def title(self) -> str:
        """The title of the window."""
        window = self.screen.tool("search", "--onlyvisible", "--name", "uringreview")
        return self.screen.tool("getwindowname", window.split()[0]) if window else ""

    def kill(self) -> None:
        """End it as by a power cut (SIGKILL)."""
        self.process.kill()
        self.process.wait()


@contextmanager
def screen(size: str = "1600x1000") -> Iterator[Screen]:
    """A screen of that size in pixels; `missing_tool` says beforehand whether it can be had."""
    with ExitStack() as stack:

        def run(command: Sequence[str], **options: Any) -> "subprocess.Popen[Any]":
            process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, **options)
            stack.callback(_end, process)
            return process

        environment = {**os.environ, "QT_QPA_PLATFORM": "xcb", "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        read, write = os.pipe()
        with os.fdopen(read) as numbers:
            run(
                ["Xvfb", "-displayfd", str(write), "-screen", "0", f"{size}x24", "-noreset", "-nolisten", "tcp"],
                pass_fds=[write],
            )
            os.close(write)
            environment["DISPLAY"] = f":{numbers.readline().strip()}"
        bus = run(["dbus-daemon", "--session", "--nofork", "--print-address"], stdout=subprocess.PIPE, text=True)
        assert bus.stdout is not None
        environment["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().strip()
        launcher = next(each for each in _LAUNCHERS if os.path.exists(each))
        run([launcher, "--launch-immediately"], stdout=subprocess.DEVNULL)
        run(["evilwm"], stdout=subprocess.DEVNULL)
        reader = run(
            [_READER, str(ROOT / "packaging/ask_window.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        made = Screen(environment, reader)
        stack.callback(made.end)
        # Windows are placed under the pointer, and get the keys there.
        made.tool("mousemove", "800", "500")
        yield made


def _end(process: "subprocess.Popen[Any]") -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
