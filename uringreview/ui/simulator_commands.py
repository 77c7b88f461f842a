"""What the simulator's actions do beside stepping: exports, the locks, other patches, a scenario of one's own."""

import os
import shlex
import shutil
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess
from PySide6.QtWidgets import QFileDialog

from uringreview.interleave.own import new_scenario
from uringreview.ui.run_export import KINDS, ShownRun, export_run
from uringreview.ui.simulator_verdict import WITH_OR_WITHOUT
from uringreview.ui.theme import theme_for

if TYPE_CHECKING:
    from uringreview.ui.window import Window

# Editors that need a terminal around them.
_IN_TERMINAL = frozenset(
    {"vi", "vim", "nvim", "nano", "ed", "ex", "jed", "joe", "kak", "helix", "hx", "mcedit", "micro", "mg", "ne", "pico"}
)
_TERMINALS = ("x-terminal-emulator", "xdg-terminal-exec", "foot", "xterm")


class SimulatorCommands(QObject):
    """The handlers, by the names of the table."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """What the actions do, by name."""
        simulator = self._window.simulator
        return {
            "simulate": self.simulate,
            "show_locks": self.show_locks,
            "write_scenario": self.write_scenario,
            "export_run": self._ask_export,
            **{f"toggle_patch_{n}": partial(simulator.toggle_patch, n) for n in range(1, 7)},
        }

    def simulate(self) -> None:
        """Show the simulator with the focus in it, and search what its model has not searched yet."""
        window = self._window
        if window.bench.facts.get(window.queue_view.key) is None:
            self._to_modelled()
        window.show_tab("simulator")
        window.simulator.reload()
        window.simulator.start()
        window.simulator.setFocus()

    def _to_modelled(self) -> None:
        """From a row that holds no mail go to a patch that a model knows: what is found can be said in its reply."""
        window = self._window
        known = [
            (key, verdict.words)
            for key, facts in window.bench.facts.items()
            if (verdict := window.simulator.verdict_for(facts.patch.upstream)) is not None
        ]
        blamed = [key for key, words in known if WITH_OR_WITHOUT not in words]
        if known:
            window.queue_view.select(blamed[0] if blamed else known[0][0])

    def show_locks(self) -> None:
        """Look up the locks of the selected patch; beside a run, show or hide them."""
        simulator = self._window.simulator
        if simulator.isVisible() or not simulator.locks.isVisibleTo(simulator):
            simulator.toggle_locks()
        self._window.show_tab("simulator")

    def write_scenario(self) -> None:
        """Write a scenario's template for the selected patch, once, and open it in the user's editor."""
        row = self._window.bench.row(self._window.queue_view.key)
        if row is None or row.patch is None:
            return
        path = new_scenario(row.patch.upstream, row.subject.title)
        opened = open_in_editor(path)
        how = "opened in your editor" if opened else "set $VISUAL or $EDITOR to have it opened"
        self._window.status_line.say(f"Scenario: {path}, {how}; s loads and searches it.")

    def export(self, path: Path) -> None:
        """Write the run that is shown to a file, and say so."""
        run = self.shown_run()
        if run is not None:
            self._window.status_line.say(export_run(run, path, theme_for(self._window.scheme)))

    def shown_run(self) -> ShownRun | None:
        """The run that the simulator stands on; None where there is none."""
        simulator = self._window.simulator
        model, walked = simulator.model, simulator.current
        if model is None or walked is None:
            return None
        lanes, steps = simulator.run.rows()
        return ShownRun(model, walked.last, lanes, steps, simulator.outcome)

    def _ask_export(self) -> None:
        run = self.shown_run()
        if run is None:
            return
        name = f"{run.trace.scenario}-{'-'.join(run.trace.applied) or 'none'}.png"
        # A name that is taken is refused with a sentence; nothing is written over, so nothing asks.
        path, kind = QFileDialog.getSaveFileName(
            self._window,
            "Write this run",
            name,
            ";;".join(KINDS),
            "",
            QFileDialog.Option.DontConfirmOverwrite,
        )
        if path:
            chosen = Path(path)
            self.export(chosen if chosen.suffix else chosen.with_suffix(kind.partition("*")[2].rstrip(")") or ".png"))


def open_in_editor(path: Path) -> bool:
    """Open `path` in $VISUAL or $EDITOR, an editor for terminals in a terminal; False where none is set or found."""
    words = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "")
    if not words or shutil.which(words[0]) is None:
        return False
    if Path(words[0]).name in _IN_TERMINAL:
        terminal = next((found for name in _TERMINALS if (found := shutil.which(name))), None)
        if terminal is None:
            return False
        words = [terminal, *([] if terminal.endswith("-exec") else ["-e"]), *words]
    started, _pid = QProcess.startDetached(words[0], [*words[1:], str(path)])
    return bool(started)
