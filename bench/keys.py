"""How fast the window answers keys while it reads mail and the clone, measured in the window.

    bench/keys.py [MBOX ...] [--patches N] [--clone DIR] [--every MS]

Opens the real window on 500 patches with a clone, in a process of its own with an empty cache. Another process sets the
pace: every few milliseconds it writes the time into a pipe, whatever the window is doing, and for each of those the
window gets a key (j, or k on the way back: another patch). It is answered when the repaint that it led to has been
made: first the list's, then that of every pane beside it, which may wait for a pause in the keys. The time counts from
when the key was due, so that a window that stands still is charged for every key that it missed. The same window is
measured again when all work is done.
Under Xvfb where that is installed (QT_QPA_PLATFORM=xcb), else offscreen. Prints median, p95 and maximum in ms for
each stretch; exit status 1 where a key took longer than --limit ms while the matrix was computed. Skips where the
folder with real mails and kernel files is not beside the checkout.
"""

import argparse
import os
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uringreview.ui.window import Window

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
PACE = """
import os, struct, sys, time
every = float(sys.argv[1])
due = time.monotonic()
while True:
    due += every
    time.sleep(max(0.0, due - time.monotonic()))
    os.write(1, struct.pack("d", due))
"""
STRETCHES = ("reading mail and rationales", "computing the matrix", "the simulator's search", "idle")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mbox", nargs="*", type=Path)
    parser.add_argument("--patches", type=int, default=500)
    parser.add_argument("--clone", type=Path)
    parser.add_argument("--every", type=float, default=30.0, metavar="MS", help="a key so often (default: 30)")
    parser.add_argument("--limit", type=float, default=50.0, metavar="MS")
    parser.add_argument("--once", nargs=2, metavar=("MBOX", "CLONE"), help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.once:
        return once(*args.once, args.every / 1000, args.limit)
    if not SHARED.is_dir():
        print("skipped: the shared folder with real mails is not beside the checkout")
        return 0
    with tempfile.TemporaryDirectory() as name, screen() as display:
        folder = Path(name)
        mbox = folder / "queue.mbox"
        gather(args.mbox or sorted((SHARED / "corpus").glob("*.mbox")), args.patches, mbox)
        clone = args.clone
        if clone is None:
            clone = folder / "clone"
            tool = SHARED / "tools" / "make-kernel-clone"
            subprocess.run([sys.executable, str(tool), str(clone)], check=True, capture_output=True)
        environment = {**os.environ, "HOME": name, "PYTHONPATH": str(ROOT), **display}
        environment |= {f"XDG_{kind}_HOME": name for kind in ("CACHE", "CONFIG", "STATE", "DATA")}
        command = [sys.executable, __file__, "--every", str(args.every), "--limit", str(args.limit)]
        return subprocess.run([*command, "--once", str(mbox), str(clone)], env=environment, check=False).returncode


def gather(mboxes: list[Path], patches: int, into: Path) -> None:
    """The first `patches` patch mails of the mailboxes, as one."""
    found = 0
    with into.open("wb") as out:
        for path in mboxes:
            for mail in re.split(rb"(?m)^(?=From [^\n]*\d{4}$)", path.read_bytes()):
                if found < patches and re.search(rb"(?mi)^subject:.*\[[^\]]*patch", mail) and b"\ndiff --git " in mail:
                    out.write(mail if mail.endswith(b"\n\n") else mail + b"\n")
                    found += 1


@contextmanager
def screen() -> Iterator[dict[str, str]]:
    """The environment of a screen: Xvfb's where it is installed, else Qt's own without one."""
    if shutil.which("Xvfb") is None:
        yield {"QT_QPA_PLATFORM": "offscreen"}
        return
    read, write = os.pipe()
    command = ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        number = os.read(read, 16).decode().strip()
        yield {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{number}"} if number else {"QT_QPA_PLATFORM": "offscreen"}
    finally:
        os.close(read)
        server.terminate()
        server.wait()


def once(mbox: str, clone: str, every: float, limit: float) -> int:
    """Open the window, post keys until all is done and for some seconds more, and print what they took."""
    from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSocketNotifier, Qt
    from PySide6.QtGui import QGuiApplication
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from uringreview.ui import steady
    from uringreview.ui.jobs import Jobs
    from uringreview.ui.theme import apply_theme, theme_for
    from uringreview.ui.window import Window

    steady.begin()
    app = QApplication(["uringreview"])
    apply_theme(app, theme_for("light"))
    window = Window(Jobs(), "light")
    window.resize(1600, 1000)
    window.bench.set_clone(clone)
    window.show_clone()
    window.commands.open_paths([mbox])
    window.show()
    window.activateWindow()
    window.show_tab("branches")
    answered, followed = (QEvent.Type(QEvent.registerEventType()) for _ in range(2))
    took: dict[str, list[float]] = {name: [] for name in STRETCHES}
    panes: dict[str, list[float]] = {name: [] for name in STRETCHES}

    class Watch(QObject):
        """Posts the keys and hears when the repaint is over: repaints are posted with a lower priority than keys."""

        def __init__(self) -> None:
            super().__init__()
            self.due: list[float] = []
            self.behind: list[float] = []
            self.down = True
            self.moved = 0

        def press(self, due: float) -> None:
            view = window.queue_view
            if QApplication.focusWidget() is not view:
                view.setFocus()
            row, last = view.currentIndex().row(), view.model().rowCount() - 1
            self.down = row < last if self.down else row <= 0
            # QTest asks the shortcuts first, as the platform's own keys do; a posted event would not.
            QTest.keyClick(view, Qt.Key.Key_J if self.down else Qt.Key.Key_K)
            self.moved += view.currentIndex().row() != row
            self.due.append(due)
            self.behind.append(due)
            QCoreApplication.postEvent(self, QEvent(answered), -1000)

        def event(self, event: QEvent) -> bool:
            now = time.monotonic()
            if event.type() == answered and self.due:
                took[stretch(window)].append(now - self.due.pop(0))
                return True
            if event.type() == followed:
                panes[stretch(window)] += [now - due for due in self.behind]
                self.behind.clear()
                return True
            return super().event(event)

    watch = Watch()
    window.links.pace.shown.connect(lambda: QCoreApplication.postEvent(watch, QEvent(followed), -1000))
    pace = subprocess.Popen([sys.executable, "-c", PACE, str(every)], stdout=subprocess.PIPE)
    assert pace.stdout is not None
    fd = pace.stdout.fileno()
    os.set_blocking(fd, False)
    notifier = QSocketNotifier(fd, QSocketNotifier.Type.Read)

    def ticked() -> None:
        for (due,) in struct.iter_unpack("d", os.read(fd, 8 * 512)):
            if window.queue_model.rowCount():
                watch.press(due)
        if len(took["idle"]) >= 300:
            app.quit()

    notifier.activated.connect(lambda *_: ticked())
    try:
        app.exec()
    finally:
        pace.kill()
        pace.wait()
        notifier.setEnabled(False)
    shown, cells = window.queue_model.rowCount(), sum(len(each.cells) for each in window.bench.facts.values())
    window.close()
    said = f"{shown} rows, {cells} cells, {watch.moved} moves"
    print(f"{said}, a key every {every * 1000:.0f} ms, {QGuiApplication.platformName()}")
    for title, table in (("the list has moved while", took), ("every pane shows it while", panes)):
        print(f"{title:<34}{'keys':>6}{'median':>9}{'p95':>9}{'max':>9}  ms")
        for name, values in table.items():
            ordered = sorted(1000 * value for value in values)
            if ordered:
                p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
                print(f"  {name:<32}{len(ordered):>6}{median(ordered):>9.1f}{p95:>9.1f}{ordered[-1]:>9.1f}")
    return int(max(took["computing the matrix"], default=0.0) * 1000 > limit)


def stretch(window: "Window") -> str:
    """What the window is at."""
    running = {job.key for job in window.jobs.running()}
    if "clone" in running:
        return STRETCHES[1]
    if running & {"mail", "facts"} or not window.bench.desk or not window.bench.desk.clone:
        return STRETCHES[0]
    return STRETCHES[2] if running else STRETCHES[3]


if __name__ == "__main__":
    sys.exit(main())
