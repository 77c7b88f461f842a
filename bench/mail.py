"""Opening a large mbox, and the list of 600 mails in the window, each beside what stands in its place today.

    bench/mail.py [--runs N] [--megabytes N]

First a box of 70 MB, made of real mails repeated under new Message-IDs, is iterated by `mailbox.mbox` with four
headers read from each mail (the standard library, which parses every mail), listed by `index` (every mail found, its
head read), and read whole by `load` (every patch taken apart and put in order).

Then 600 mails are opened in the window and a PySide6 window without anything in it is, each timed from the start of its
process to the first painting that shows it. Ours counts as shown when every mail that becomes a row is listed and
painted with its subject, the branches it asks for and its place; answers are mails without rows of their own. Beside it
stands when the panes were there and all mails were read. Python's bytecode is cached, as pip and packages do it.

Every measurement is a process of its own, all of them in turn, so that a busy machine slows all; medians, and the most
memory that any run took. Skips where the folder with real mails is not beside the checkout.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import monotonic

from uringreview.mail.queue import load
from uringreview.progress import finish

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
LISTED = 600

MAILBOX = """
import mailbox
count = 0
for mail in mailbox.mbox(path, create=False):
    mail["subject"], mail["from"], mail["message-id"], mail["date"]
    count += 1
"""
INDEX = """
from uringreview.mail.queue import index
from uringreview.progress import finish
last = []
finish(index([path]), lambda step: (first(), last.append(step.done)))
count = last[-1]
"""
LOAD = """
from uringreview.mail.queue import load
from uringreview.progress import finish
queue = finish(load([path]), lambda step: first())
count = len(queue.rows) + sum(len(row.also) for row in queue.rows) + len(queue.replies) + len(queue.others)
"""
EMPTY = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMainWindow
app = QApplication(["empty"])
window = QMainWindow()
window.resize(1280, 800)
window.show()
def shown():
    window.repaint()
    first()
    app.quit()
QTimer.singleShot(0, shown)
app.exec()
count = 0
"""
WINDOW = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from uringreview.ui.app import run
app = QApplication(["uringreview"])
count, read = 0, []
def look():
    global count
    for window in app.topLevelWidgets():
        model = getattr(window, "queue_model", None)
        if model is not None and not count and model.rowCount() >= wanted:
            count = model.rowCount()
            window.queue_view.viewport().repaint()
            first()
        if model is not None and window.bench.rows:
            read.append(time.monotonic())
            timer.stop()
            window.close()
timer = QTimer()
timer.timeout.connect(look)
timer.start(1)
run([path], theme="light")
"""
# Wraps each of the above: own seconds, seconds from the process' start to the first result, count, peak in kilobytes,
# seconds from the process' start until all mails were read in the window.
FRAME = """
import json, resource, sys, time
path, begun, wanted = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
at = []
def first():
    at or at.append(time.monotonic())
ready = time.monotonic()
{code}
end = time.monotonic()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([end - ready, (at or [end])[0] - begun, count, peak, (globals().get("read") or [end])[0] - begun]))
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--megabytes", type=int, default=70)
    args = parser.parse_args()
    if not CORPUS.is_dir():
        print("skipped: the shared folder with real mails is not beside the checkout")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        large, small = Path(folder, "large.mbox"), Path(folder, "600.mbox")
        write_box(large, size=args.megabytes * 1000 * 1000)
        write_box(small, mails=LISTED)
        compare_boxes(large, args.runs)
        compare_windows(small, folder, args.runs)
    return 0


def write_box(path: Path, size: int | None = None, mails: int | None = None) -> None:
    """The corpus' mails, repeated with new ids, until `size` bytes or `mails` mails are written."""
    originals = [
        b"From mboxrd@z " + part
        for box in sorted(CORPUS.glob("*.mbox"))
        for part in re.split(rb"(?m)^From mboxrd@z ", box.read_bytes())[1:]
    ]
    written = number = 0
    with path.open("wb") as out:
        while (size is None or written < size) and (mails is None or number < mails):
            turn, which = divmod(number, len(originals))
            # A new id for the mail and for what it answers: each turn is threads of its own, as another day's would be.
            one = re.sub(rb"(?mi)^((?:message-id|in-reply-to):\s*<)", rb"\g<1>turn%d." % turn, originals[which])
            one = re.sub(rb"(?m)^(\[ Upstream commit )[0-9a-f]{8}", rb"\g<1>%08x" % turn, one) if turn else one
            written += out.write(one)
            number += 1


def timed(code: str, path: Path, folder: str | None = None, wanted: int = 0) -> list[float]:
    """Run `code` in a fresh process; what FRAME prints of it. `folder` is the home, and keeps Python's bytecode."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    if folder is not None:
        for name in ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME"):
            environment[name] = folder
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        environment["PYTHONPYCACHEPREFIX"] = str(Path(folder, "bytecode"))
    begun = monotonic()
    command = [sys.executable, "-c", FRAME.format(code=code), str(path), str(begun), str(wanted)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True, timeout=600)
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare_boxes(box: Path, runs: int) -> None:
    """Print the table of the three readers."""
    codes = {"mailbox.mbox, headers": MAILBOX, "index: every head": INDEX, "load: every patch": LOAD}
    found: dict[str, list[list[float]]] = {name: [] for name in codes}
    for _ in range(runs):
        for name, code in codes.items():
            found[name].append(timed(code, box))
    theirs = median(run[0] for run in found["mailbox.mbox, headers"])
    print(f"{box.stat().st_size / 1e6:.0f} MB mbox, median of {runs} runs")
    print(f"  {'':24}{'mails':>7}{'seconds':>9}{'first row':>11}{'peak MB':>9}{'x as fast':>11}")
    for name, all_runs in found.items():
        seconds = median(run[0] for run in all_runs)
        early = median(run[1] for run in all_runs)
        peak = max(run[3] for run in all_runs) / 1024
        print(f"  {name:24}{all_runs[0][2]:7.0f}{seconds:9.2f}{early:11.2f}{peak:9.0f}{theirs / seconds:11.1f}")


def compare_windows(box: Path, folder: str, runs: int) -> None:
    """Print milliseconds from process start: an empty window, and ours with its rows."""
    rows = len(finish(load([str(box)])).rows)  # answers and what was sent again have no rows of their own
    for code, wanted in ((EMPTY, 0), (WINDOW, rows)):
        timed(code, box, folder, wanted)  # writes the bytecode
    empty, ours = [], []
    for _ in range(runs):
        empty.append(timed(EMPTY, box, folder)[1])
        ours.append(timed(WINDOW, box, folder, rows))
    shown, read = (median(run[at] for run in ours) for at in (1, 4))
    print(f"process start to shown, median of {runs} runs, ms")
    print(f"  empty PySide6 window     {median(empty) * 1000:8.0f}")
    print(f"  {LISTED} mails listed        {shown * 1000:8.0f}   ({ours[0][2]:.0f} rows)")
    print(f"  all panes, all mails read{read * 1000:8.0f}   ({rows} rows)")
    print(f"  listing against empty    {shown / median(empty):8.1f} x")


if __name__ == "__main__":
    sys.exit(main())
