"""A random user on the real window for an hour: no exception, no growth, no second without an answer.

    bench/soak.py [--minutes N] [--seed N] [--log FILE]

Opens the real window (under Xvfb where that is installed) with caches and sessions of its own and lets a seeded user
press keys, click, scroll, type, resize, change tabs, cancel work, open and leave queues, and switch between two clones
and none. The queues are those of the demo and, where the folder with real mails is beside the checkout, ten of its
mailboxes. The same seed takes the same steps (--log writes them); when each falls depends on the machine.

Counted after the first fifth of the time, and again each minute, always on the same queue with nothing under way:
memory that is the process's own, Python objects, widgets, threads and children. Exit status 1 where the median of the
last third is more than a tenth above that of the first third, an exception came out of anywhere, or the window took
more than a second to get to an event.
"""

import argparse
import gc
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Generator, Iterator
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import TYPE_CHECKING

from keys import ROOT, SHARED, screen

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

KEYS = "jkJKnpNPgGhlxXaAdDqQcCuUrRmMoOwWeEfFvVtTyYzZ/?[]{}.,:;'-+=*#!<>1234567890 "
MOST_GROWTH = 1.10
MOST_SECONDS = 1.0
# These leave the window: an editor, a mail program, the end.
LEFT_OUT = ("quit", "editor", "mail", "browser", "link")


@dataclass(frozen=True, slots=True)
class Count:
    """What there is of each thing at one time; memory in MB, of the process alone."""

    memory: float
    objects: int
    widgets: int
    threads: int
    children: int


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--log", type=Path, help="write every step to this file")
    parser.add_argument("--inside", metavar="FOLDER", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.inside:
        return Soak(Path(args.inside), args.minutes, args.seed, args.log).run()
    with tempfile.TemporaryDirectory() as name, screen() as display:
        environment = {**os.environ, "HOME": name, "PYTHONPATH": str(ROOT), "EDITOR": "true", "VISUAL": "", **display}
        environment |= {f"XDG_{kind}_HOME": name for kind in ("CACHE", "CONFIG", "STATE", "DATA")}
        return subprocess.run([sys.executable, *sys.argv, "--inside", name], env=environment, check=False).returncode


class Soak:
    """One run: the window, the user, and what was seen."""

    def __init__(self, folder: Path, minutes: float, seed: int, log: Path | None) -> None:
        self.folder, self.seconds, self.seed = folder, minutes * 60, seed
        self.random = random.Random(seed)
        self.log = log.open("w", buffering=1) if log else None
        self.faults: list[str] = []
        self.stalls: list[tuple[float, str]] = []
        self.counts: list[Count] = []
        self.steps: Counter[str] = Counter()
        self.last = "start"

    def run(self) -> int:
        """Soak, and print what came of it; the exit status."""
        from PySide6.QtCore import QTimer
        from PySide6.QtGui import QDesktopServices
        from PySide6.QtWidgets import QApplication

        from uringreview.demo import build_demo
        from uringreview.ui import steady
        from uringreview.ui.jobs import Jobs
        from uringreview.ui.theme import apply_theme, theme_for
        from uringreview.ui.window import Window

        demo = build_demo(self.folder / "demo")
        subprocess.run(["git", "clone", "-q", "--mirror", demo.clone_path, self.folder / "second.git"], check=True)
        self.clones = (str(demo.clone_path), str(self.folder / "second.git"))
        self.home = str(demo.queue_path)
        real = sorted((SHARED / "corpus").glob("2*.mbox"))[-10:] if SHARED.is_dir() else []
        self.queues = [self.home, *map(str, real)]
        sys.excepthook = self.fault
        threading.excepthook = lambda args: self.fault(args.exc_type, args.exc_value, args.exc_traceback)
        steady.begin()
        self.app = QApplication(["uringreview"])
        for scheme in ("http", "https", "mailto", "file"):
            QDesktopServices.setUrlHandler(scheme, self.app, "beep")
        apply_theme(self.app, theme_for("light"))
        self.window = Window(Jobs(), "light")
        self.window.resize(1500, 950)
        self.window.bench.set_clone(self.clones[0])
        self.window.commands.open_paths([self.home])
        self.window.show()
        self.app.processEvents()  # the first painting is start-up, which bench/desk.py measures
        self.began = self.beat = time.monotonic()
        pulse, user = QTimer(), QTimer()
        pulse.timeout.connect(self.pulse)
        pulse.start(50)
        self.plan = self.user()
        # Qt does not call a timer again that is being answered, and a dialog may be asking inside that answer.
        user.timeout.connect(lambda: QTimer.singleShot(0, self.step))
        user.start(60)
        self.app.exec()
        pulse.stop()
        user.stop()
        self.window.close()
        return self.report()

    def fault(self, kind: type[BaseException], value: BaseException | None, trace: TracebackType | None) -> None:
        """Remember an exception that nothing caught."""
        self.faults.append(f"after {self.last}: " + "".join(traceback.format_exception(kind, value, trace)))

    def pulse(self) -> None:
        """Measure how long the window was deaf."""
        now = time.monotonic()
        if now - self.beat - 0.05 > MOST_SECONDS:
            self.stalls.append((now - self.beat, self.last))
        self.beat = now

    def step(self) -> None:
        """The user's next step; a question that waits for an answer gets Escape first."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        asked = self.app.activeModalWidget() or self.app.activePopupWidget()
        if asked is not None:
            self.did("escape", type(asked).__name__)
            QTest.keyClick(asked, Qt.Key.Key_Escape)
            if self.app.activeModalWidget() is asked:
                asked.close()
            return
        if not self.plan.gi_running:
            next(self.plan, None)

    def user(self) -> Generator[None, None, None]:
        """The steps, one at each `next`."""
        acts: list[tuple[int, str, Callable[[], object]]] = [
            (40, "key", self.press), (15, "action", self.act), (12, "click", self.click), (8, "type", self.type),
            (8, "wheel", self.wheel), (4, "resize", self.resize), (3, "cancel", self.cancel), (2, "queue", self.open),
            (1, "clone", self.clone), (6, "wait", lambda: ""),
        ]  # fmt: skip
        minute = max(20.0, min(60.0, self.seconds / 12))
        counting = self.began + self.seconds / 5
        while time.monotonic() < self.began + self.seconds:
            if time.monotonic() >= counting:
                yield from self.count()
                counting = time.monotonic() + minute
            _, name, act = self.random.choices(acts, [each[0] for each in acts])[0]
            self.did(name, "")
            try:
                said = act()
            except RuntimeError as problem:  # a widget that went while it was chosen
                said = str(problem)
            self.did("", str(said or ""))
            yield
        yield from self.count()
        self.app.quit()

    def did(self, name: str, what: str) -> None:
        """Note a step, or (without a name) what became of the last."""
        if name:
            self.steps[name] += 1
        self.last = f"{name or self.last.partition(' ')[0]} {what}".strip()
        if self.log and (what or name == "wait"):
            print(self.last, file=self.log)

    def target(self) -> "QWidget":
        """Where keys go."""
        return self.app.focusWidget() or self.window.queue_view

    def press(self) -> str:
        """One key, with Ctrl now and then."""
        from PySide6.QtCore import Qt
        from PySide6.QtTest import QTest

        others = [Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Tab]
        others += [Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_F6]
        held = Qt.KeyboardModifier.ShiftModifier if self.random.random() < 0.1 else Qt.KeyboardModifier.NoModifier
        key = self.random.choice(KEYS) if self.random.random() < 0.6 else self.random.choice(others)
        if key in ("Q", "q"):
            return "left out"
        QTest.keyClick(self.target(), key, held)
        return str(key)

    def act(self) -> str:
        """One of the actions of the menus that is enabled."""
        from uringreview.ui.actions import ACTIONS

        names = [each.name for each in ACTIONS if not any(word in each.name for word in LEFT_OUT)]
        name = self.random.choice(names)
        made = next((each for each in self.window.findChildren(object) if each.objectName() == name), None)
        if made is not None and hasattr(made, "trigger") and made.isEnabled():
            made.trigger()
            return name
        return f"{name} is not to be had"

    def click(self) -> str:
        """A click somewhere on a widget that is to be seen."""
        from PySide6.QtCore import QPoint, Qt
        from PySide6.QtTest import QTest
        from PySide6.QtWidgets import QAbstractScrollArea, QTabBar

        kinds = (QAbstractScrollArea, QTabBar)
        seen = [each for kind in kinds for each in self.window.findChildren(kind) if each.isVisible()]
        if not seen:
            return ""
        chosen = self.random.choice(seen)
        inner = chosen.viewport() if isinstance(chosen, QAbstractScrollArea) else chosen
        place = QPoint(int(self.random.random() * inner.width()), int(self.random.random() * inner.height()))
        press = QTest.mouseDClick if self.random.random() < 0.1 else QTest.mouseClick
        press(inner, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        return chosen.objectName()

    def type(self) -> str:
        """Some letters where the focus is."""
        from PySide6.QtTest import QTest

        for letter in self.random.choice(("drop", "ring: ", "not now", "6.6", "éß\u202e")):
            if letter not in "qQ":
                QTest.keyClick(self.target(), letter) if letter.isascii() else None
        return ""

    def wheel(self) -> str:
        """A turn of the wheel."""
        from PySide6.QtWidgets import QAbstractScrollArea

        seen = [each for each in self.window.findChildren(QAbstractScrollArea) if each.isVisible()]
        if seen:
            bar = self.random.choice(seen).verticalScrollBar()
            bar.setValue(bar.value() + self.random.randint(-300, 300))
        return ""

    def resize(self) -> str:
        """Another size of the window."""
        size = self.random.randint(700, 1600), self.random.randint(450, 1000)
        self.window.resize(*size)
        return f"{size}"

    def cancel(self) -> str:
        """Cancel what is under way."""
        running = [job.key for job in self.window.jobs.running()]
        for key in running:
            self.window.jobs.cancel(key)
        return " ".join(running)

    def open(self) -> str:
        """Another queue, or two."""
        paths = self.random.sample(self.queues, self.random.choice((1, 1, 2)) if len(self.queues) > 1 else 1)
        self.window.commands.open_paths(paths)
        return " ".join(Path(path).name for path in paths)

    def clone(self) -> str:
        """The other clone, or the first."""
        path = self.random.choice(self.clones)
        self.window.bench.set_clone(path)
        return Path(path).name

    def count(self) -> Iterator[None]:
        """Go back to the first queue, wait until all is done, and count."""
        self.window.resize(1500, 950)
        self.window.commands.open_paths([self.home])
        self.window.bench.set_clone(self.clones[0])
        until = time.monotonic() + 60
        still = 0
        while still < 10 and time.monotonic() < until:
            still = still + 1 if self.window.jobs.idle() else 0
            yield
        self.did("count", "")
        gc.collect()
        own = sum(
            int(line.split()[1])
            for line in Path("/proc/self/smaps_rollup").read_text().splitlines()
            if "Private" in line
        )
        children = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        widgets = len(self.app.allWidgets())
        self.counts.append(
            Count(
                own / 1024,
                len(gc.get_objects()) + gc.get_freeze_count(),
                widgets,
                len(os.listdir("/proc/self/task")),
                len(children),
            )
        )
        self.beat = time.monotonic()  # counting itself is not the window's doing

    def report(self) -> int:
        """Print the table; the exit status."""
        print(f"seed {self.seed}, {self.seconds / 60:.0f} minutes, {sum(self.steps.values())} steps: ", end="")
        print(", ".join(f"{count} {name}" for name, count in self.steps.most_common()))
        third = max(1, len(self.counts) // 3)
        grown = []
        print(f"{'':<12}{'first third':>14}{'last third':>14}{'growth':>9}   of {len(self.counts)} counts")
        for number, field in enumerate(fields(Count)):
            values = [astuple(each)[number] for each in self.counts]
            before, after = median(values[:third]), median(values[-third:])
            growth = after / before if before else float(after > 0) + 1
            print(f"{field.name:<12}{before:>14.0f}{after:>14.0f}{growth - 1:>8.1%}")
            if growth > MOST_GROWTH:
                grown.append(field.name)
        print(f"exceptions: {len(self.faults)}; longer than {MOST_SECONDS:.0f} s without an answer: {len(self.stalls)}")
        for long, after in self.stalls:
            print(f"  {long:.1f} s after {after}")
        for fault in self.faults[:5]:
            print(fault)
        return int(bool(grown or self.faults or self.stalls))


if __name__ == "__main__":
    sys.exit(main())
