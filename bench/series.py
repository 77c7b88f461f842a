"""How fast a queue's series are found and drawn, and whether the order of real prerequisites is found.

    python bench/series.py PATH... [--clone DIR] [--patches 600]

With mails: every place where the engine shows that a patch applies only after another of its batch, on the clone's
branches and releases, and whether the order to take them agrees. Without a clone that part is left out. Then a queue of
generated mails: the time to find its series, and the time of each frame while its drawing is moved (offscreen).
"""

import argparse
import os
import tempfile
from collections import defaultdict
from pathlib import Path
from statistics import median
from time import perf_counter

from uringreview.kernel.apply import BranchTree, Engine, Overlay
from uringreview.kernel.clone import open_clone
from uringreview.kernel.prepare import prepare
from uringreview.mail.queue import load
from uringreview.progress import finish
from uringreview.review.belonging import belonging, by_mail
from uringreview.review.desk import examine, with_clone
from uringreview.review.facts import Desk


def cases(desk: Desk, clone_path: str) -> dict[tuple[str, str], list[str]]:
    """(patch, what it applies only after), by key, and the trees where that was tried: every pair in both orders."""
    clone = open_clone(clone_path)
    engine = Engine(lambda blob: clone.read(blob, blob[:12]))
    trees = {tip: name for name, tip in [(b.name, b.tip) for b in clone.branches]}
    trees |= {each.tip: each.name for each in clone.releases() if each.tip not in trees}
    batches = defaultdict(list)
    for facts in desk.facts:
        batches[facts.row.batch].append((facts.key, prepare(facts.candidate)))
    found: dict[tuple[str, str], list[str]] = {}
    for members in batches.values():
        for key, patch in members:
            for other, first in members:
                if key == other or patch.refusal or first.refusal or patch.paths.isdisjoint(first.paths):
                    continue
                for tip, name in trees.items():
                    tree = BranchTree(clone, tip)
                    alone, under = engine.try_on(tree, patch.forward), engine.try_on(tree, first.forward)
                    over = Overlay(tree, {}).over(under.writes) if under.applies else None
                    if not alone.applies and over is not None and engine.try_on(over, patch.forward).applies:
                        found.setdefault((key, other), []).append(name)
    return found


def prerequisites(paths: list[str], clone: str) -> None:
    """Print each case and whether the order is found."""
    pairs = tries = right = 0
    for path in paths:
        desk = finish(with_clone(finish(examine(finish(load([path])))), clone))
        place = {key: at for at, key in enumerate(desk.order)}
        names = {each.key: (each.patch.upstream or "")[:12] for each in desk.facts}
        for (key, other), trees in cases(desk, clone).items():
            ordered = place[other] < place[key]
            pairs, tries, right = pairs + 1, tries + len(trees), right + ordered
            print(f"{names[key]} after {names[other]}: {'found' if ordered else 'NOT FOUND'}  {', '.join(trees)}")
    print(f"{pairs} pairs on {tries} trees, order found in {right}")


def generated(folder: Path, patches: int) -> Path:
    """A queue whose patches come in series of six, and one series of sixty, each patch on the lines of the last."""
    from tests.support import mail

    mails = []
    for at in range(1, patches + 1):
        size = 60 if at <= 60 else 6
        number = (at - 1) % size + 1
        path = f"drivers/net/card{(at - 1) // size}{'l' if at <= 60 else 's'}.c"
        first, second = f"{at:013x}", f"{at + 1:013x}"
        hunk = f"@@ -{number},3 +{number},4 @@\n a\n line {at}\n+\tline {at + 1};\n z\n"
        diff = f"diff --git a/{path} b/{path}\nindex {first}..{second} 100644\n--- a/{path}\n+++ b/{path}\n{hunk}"
        said = f"Record: this is patch {number}/{size}; follows `{mail.upstream_id(at - 1)[:12]}`.\n\n**YES**\n"
        link = f"Link: https://patch.msgid.link/20260511182217.{(at - 1) // size}-{number}-a@kernel.example"
        mails.append(mail.autosel(position=at, title=f"net: card {at}", diff=diff, rationale=said, trailers=(link,)))
    target = folder / "generated.mbox"
    target.write_bytes(mail.mbox(*mails))
    return target


def drawn(desk: Desk) -> None:
    """Print how long the layout and each frame take while the drawing of all series is moved across."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from uringreview.ui.series_layout import lay_out_all
    from uringreview.ui.series_view import SeriesPane
    from uringreview.ui.theme import Theme, apply_theme

    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme = Theme.light()
    apply_theme(app, theme)
    began = perf_counter()
    drawing = lay_out_all(desk)
    print(
        f"layout of {len(drawing.boxes)} boxes, {len(drawing.links)} arrows: {1000 * (perf_counter() - began):.0f} ms"
    )
    pane = SeriesPane(theme)
    pane.resize(1600, 900)
    pane.show()
    pane.show_desk(desk)
    pane.toggle_scope()
    app.processEvents()
    for words, step in (("moved down", (0.0, -40.0)), ("moved right", (-40.0, 0.0))):
        pane.drawing.zoom(0.6 if words == "moved right" else 1.0)
        times = []
        for _ in range(200):
            began = perf_counter()
            pane.drawing.pan(*step)
            pane.drawing.repaint()
            times.append(1000 * (perf_counter() - began))
        print(f"frames {words}: median {median(times):.1f} ms, worst {max(times):.1f} ms")
    pane.close()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*")
    parser.add_argument("--clone")
    parser.add_argument("--patches", type=int, default=600)
    options = parser.parse_args()
    if options.paths and options.clone:
        prerequisites(options.paths, options.clone)
    with tempfile.TemporaryDirectory() as folder:
        desk = finish(examine(finish(load([str(generated(Path(folder), options.patches))]))))
        began = perf_counter()
        found = belonging(desk.queue, by_mail(desk.queue, desk.facts))
        took = 1000 * (perf_counter() - began)
        print(f"{options.patches} patches: {len(found.groups)} series, {len(found.edges)} edges in {took:.0f} ms")
        drawn(desk)


if __name__ == "__main__":
    main()
