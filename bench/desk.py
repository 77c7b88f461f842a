"""A day at the desk, in figures: switching patches, filtering ten thousand rows, a diff of 20,000 lines, memory.

    bench/desk.py [--runs N] [MBOX]

Every measurement is a process of its own on Qt's offscreen platform, in turn; medians of N runs (default 3). CPU time
is that of the whole process. Beside ours stand a bare QPlainTextEdit with the same text, and a window with nothing in
it. MBOX is the queue that is walked through (default: a batch of 122 patches of the corpus, where that is beside the
checkout; else made mails). The limits are those that the desk was promised to keep; a figure over its limit is marked.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parents[1]
CORPUS = ROOT.parent / "shared" / "corpus"
BATCH = CORPUS / "20251025-3857885.mbox"
sys.path.insert(0, str(ROOT))

COMMON = """
import json, os, sys, time
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
def rss():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) / 1024
def percentile(values, part):
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]
def window_on(path):
    from uringreview.ui.jobs import Jobs
    from uringreview.ui.theme import apply_theme, theme_for
    from uringreview.ui.window import Window
    app = QApplication.instance() or QApplication(["desk"])
    apply_theme(app, theme_for("light"))
    window = Window(Jobs(), "light")
    window.resize(1600, 1000)
    window.show()
    window.commands.open_paths([path])
    while not (window.jobs.idle() and not window.links.waiting and window.queue_model.rows):
        app.processEvents()
        time.sleep(0.002)
    for _ in range(20):
        app.processEvents()
    return app, window
LINES = 20_000
def long_text():
    body = "".join(f"+\\tif (ring_{n} != NULL && count > {n})\\n" for n in range(LINES))
    head = "diff --git a/ring/long.c b/ring/long.c\\nnew file mode 100644\\nindex 0000000..1111111\\n"
    return f"{head}--- /dev/null\\n+++ b/ring/long.c\\n@@ -0,0 +1,{LINES} @@\\n{body}"
"""
SWITCH = """
app, window = window_on(sys.argv[1])
keys = [row.key for row in window.queue_model.shown]
def select(key):
    window.queue_view.select(key)
    window.links.pace.catch_up()  # on a busy machine the panes would wait for the keys to pause
def walk():
    taken = []
    for key in keys:
        began = time.process_time()
        select(key)
        app.processEvents()
        taken.append((time.process_time() - began) * 1000)
    return taken
first, again = walk(), walk()
found = {"switch patch, first visit, p95": percentile(first, 0.95)}
found |= {"switch patch, p50": percentile(again, 0.5), "switch patch, p95": percentile(again, 0.95)}
print(json.dumps(found))
"""
ROWS = """
from uringreview.ui.queue_model import QueueModel
from uringreview.ui.queue_rows import Grouping, QueueRow, RowKind
from uringreview.ui.theme import Theme
app = QApplication(["rows"])
def row(n):
    title, series = f"sub{n % 97}: change number {n} of many", n // 3 if n % 5 == 0 else None
    return QueueRow(
        f"{n}@example", RowKind.PATCH, str(n), title, series=series, searched=title + f" drivers/net/file_{n}.c",
        contradicted=n % 7 == 0,
    )
rows = [row(n) for n in range(10_000)]
model = QueueModel(Theme.light())
model.set_rows(rows)
def timed(what):
    taken = []
    for _ in range(5):
        began = time.process_time()
        what()
        taken.append((time.process_time() - began) * 1000)
    return min(taken)
found = {"filter 10,000 rows by a word": timed(lambda: model.set_filter("number 77"))}
found["filter 10,000 rows by claim:false"] = timed(lambda: model.set_filter("claim:false"))
model.set_filter("")
for grouping in Grouping:
    found[f"sort 10,000 rows {grouping.value}"] = timed(lambda: model.set_grouping(grouping))
print(json.dumps(found))
"""
DIFF = """
path = os.path.join(sys.argv[2], "long.mbox")
from tests.support import mail
long = mail.autosel(diff=long_text(), stat=" ring/long.c | 1 +\\n 1 file changed\\n", position=1)
open(path, "wb").write(mail.mbox(long, mail.autosel(position=2, title="ring: short")))
app, window = window_on(path)
keys = [row.key for row in window.queue_model.shown]
def select(key):
    window.queue_view.select(key)
    window.links.pace.catch_up()  # on a busy machine the panes would wait for the keys to pause
select(keys[1])
app.processEvents()
from PySide6.QtWidgets import QLabel, QPlainTextEdit
def shown():
    return any(edit.isVisible() and edit.blockCount() >= LINES for edit in window.diff.findChildren(QPlainTextEdit))
from PySide6.QtCore import QEvent, QObject
class Painted(QObject):
    times = []
    def eventFilter(self, what, event):
        # A timer that is asked for when the text is about to be painted runs when all of the window has been.
        if event.type() == QEvent.Type.Paint and "long.c" in window.diff.header.findChild(QLabel, "diffPath").text():
            self.times or self.startTimer(0)
        return False
    def timerEvent(self, event):
        self.killTimer(event.timerId())
        self.times.append(time.process_time())
painted = Painted()
window.diff.text_edit.viewport().installEventFilter(painted)
began = time.process_time()
select(keys[0])
while not (shown() and painted.times):
    app.processEvents()
app.processEvents()
first, whole = ((moment - began) * 1000 for moment in (painted.times[0], time.process_time()))
pages = []
for _ in range(60):
    began = time.process_time()
    window.commands.run("page_down")
    app.processEvents()
    pages.append((time.process_time() - began) * 1000)
found = {"20,000-line diff, first paint": first, "20,000-line diff, whole text in": whole}
print(json.dumps(found | {"20,000-line diff, a page": percentile(pages, 0.5)}))
"""
BARE = """
from PySide6.QtWidgets import QPlainTextEdit
app = QApplication(["bare"])
edit = QPlainTextEdit()
edit.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
edit.resize(640, 660)
edit.show()
app.processEvents()
text = long_text()
began = time.process_time()
edit.setPlainText(text)
app.processEvents()
first = (time.process_time() - began) * 1000
pages = []
bar = edit.verticalScrollBar()
for _ in range(60):
    began = time.process_time()
    bar.setValue(bar.value() + bar.pageStep())
    app.processEvents()
    pages.append((time.process_time() - began) * 1000)
found = {"20,000-line diff, first paint": first, "20,000-line diff, whole text in": first}
print(json.dumps(found | {"20,000-line diff, a page": percentile(pages, 0.5)}))
"""
MEMORY = """
app, window = window_on(sys.argv[1])
for row in window.queue_model.shown[:40]:
    window.queue_view.select(row.key)
    app.processEvents()
print(json.dumps({"600 patches, memory": rss()}))
"""
EMPTY = """
from PySide6.QtWidgets import QMainWindow
app = QApplication(["empty"])
window = QMainWindow()
window.resize(1600, 1000)
window.show()
app.processEvents()
print(json.dumps({"600 patches, memory": rss()}))
"""
LIMITS = {
    "switch patch, p95": 16,
    "switch patch, first visit, p95": 16,
    "filter 10,000 rows by a word": 10,
    "filter 10,000 rows by claim:false": 10,
    "sort 10,000 rows by series": 10,
    "sort 10,000 rows queue order": 10,
    "sort 10,000 rows by subsystem": 10,
    "sort 10,000 rows by decision": 10,
    "20,000-line diff, first paint": 50,
    "20,000-line diff, a page": 4,
    "600 patches, memory": 130,
}


def measured(script: str, runs: int, *words: str) -> dict[str, float]:
    """The medians of what `script` prints, each run in a process of its own."""
    found: dict[str, list[float]] = {}
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as home:
            done = subprocess.run(
                [sys.executable, "-c", COMMON + script, *words],
                check=True,
                capture_output=True,
                text=True,
                cwd=ROOT,
                env={"HOME": home, "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT)},
            )
        for name, value in json.loads(done.stdout.splitlines()[-1]).items():
            found.setdefault(name, []).append(value)
    return {name: median(values) for name, values in found.items()}


def made_batch(path: Path, count: int) -> Path:
    """An mbox of that many made patches, each with a rationale and a diff."""
    from tests.support import mail
    from tests.support.queues import SERIES_RATIONALE

    path.write_bytes(
        mail.mbox(
            *(
                mail.autosel(title=f"ring: change {n}", position=n, rationale=SERIES_RATIONALE)
                for n in range(1, count + 1)
            )
        )
    )
    return path


def six_hundred(folder: Path) -> Path:
    """600 patches: real batches joined, else made ones."""
    path = folder / "600.mbox"
    if not CORPUS.is_dir():
        return made_batch(path, 600)
    count = 0
    with path.open("wb") as file:
        for each in sorted(CORPUS.glob("2*.mbox")):
            for mail in (b"\n" + each.read_bytes()).split(b"\nFrom mboxrd@z ")[1:]:
                if b"\nSubject: [PATCH" in mail and count < 600:
                    file.write(b"From mboxrd@z " + mail.rstrip(b"\n") + b"\n\n")
                    count += 1
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mbox", nargs="?", help="the queue to walk through")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        batch = Path(options.mbox) if options.mbox else BATCH if BATCH.is_file() else made_batch(folder / "b.mbox", 122)
        ours = {
            **measured(SWITCH, options.runs, str(batch)),
            **measured(ROWS, options.runs),
            **measured(DIFF, options.runs, "", name),
            **measured(MEMORY, options.runs, str(six_hundred(folder))),
        }
        bare = {**measured(BARE, options.runs), **measured(EMPTY, options.runs)}
    print(f"{'':36}{'ours':>10}{'limit':>8}{'bare Qt':>10}")
    for key, value in ours.items():
        unit = "MB" if "memory" in key else "ms"
        limit, other = LIMITS.get(key), bare.get(key)
        beside = f"{other:8.1f}{unit}" if other is not None else ""
        over = " over" if limit is not None and value > limit else ""
        print(f"{key:36}{value:8.1f}{unit}{limit or '':>8}{beside:>10}{over}")


if __name__ == "__main__":
    main()
