"""What each action of the table does, by the action's name.

Nothing asks for confirmation: what is done can be undone, and files are never written over.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFileDialog, QMessageBox, QWidget

from uringreview import __version__
from uringreview.errors import UringreviewError
from uringreview.progress import Progress, Work
from uringreview.review.decisions import Comment, DecisionKind
from uringreview.review.export import write_eml
from uringreview.ui.config import change_config
from uringreview.ui.queue_rows import Grouping
from uringreview.ui.reply_text import drop_from, droppable
from uringreview.ui.theme import SchemeName

if TYPE_CHECKING:
    from uringreview.demo import Demo
    from uringreview.ui.window import Window

Handler = Callable[[], object]


class Commands(QObject):
    """The handlers, by the names of the table."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._bench = window.bench
        self._demo: TemporaryDirectory[str] | None = None
        self._handlers: dict[str, Handler] = {
            **self._files(window),
            **self._walking(window),
            **self._review(window),
            **self._showing(window),
        }

    def handler(self, name: str) -> Handler:
        """What the action called `name` does; raises KeyError where the table has outgrown this list."""
        return self._handlers[name]

    def run(self, name: str) -> None:
        """Do it; a problem becomes a sentence in the status line."""
        try:
            self.handler(name)()
        except UringreviewError as problem:
            self._window.status_line.say(str(problem))

    def chosen(self) -> frozenset[str]:
        """The actions that show a tick now."""
        orders = {
            Grouping.SERIES: "by_series",
            Grouping.ORDER: "by_order",
            Grouping.SUBSYSTEM: "by_subsystem",
            Grouping.DECISION: "by_decision",
        }
        found = {orders[self._window.queue_model.grouping], f"theme_{self._window.scheme}"}
        whole = {"claims_scope"} if self._window.claims.whole_queue else set()
        return frozenset(found | ({"toggle_raw"} if self._window.rationale.is_raw else set()) | whole)

    # The table's four parts

    def _files(self, window: "Window") -> Mapping[str, Handler]:
        return {
            "open_files": partial(self._ask_files, False),
            "open_folder": self._ask_folder,
            "open_demo": self.open_demo,
            "add_files": partial(self._ask_files, True),
            "rescan": self._bench.rescan,
            "choose_clone": self._ask_clone,
            "export_replies": self._ask_export,
            "export_matrix": self._ask_matrix,
            "quit": window.close,
            "cancel_work": self.cancel_work,
        }

    def _walking(self, window: "Window") -> Mapping[str, Handler]:
        view, rationale, diff = window.queue_view, window.rationale, window.diff
        groupings = {
            "by_series": Grouping.SERIES,
            "by_order": Grouping.ORDER,
            "by_subsystem": Grouping.SUBSYSTEM,
            "by_decision": Grouping.DECISION,
        }
        return {
            "next_patch": partial(view.step, 1),
            "previous_patch": partial(view.step, -1),
            "first_patch": partial(view.go_end, False),
            "last_patch": partial(view.go_end, True),
            "next_undecided": view.next_undecided,
            "back_to_list": self._back,
            "filter": self._to_filter,
            "clear_filter": window.filter_box.clear,
            "next_hunk": diff.next_hunk,
            "previous_hunk": diff.previous_hunk,
            "next_claim": partial(rationale.walk, 1),
            "previous_claim": partial(rationale.walk, -1),
            "page_down": partial(self._page, 1),
            "page_up": partial(self._page, -1),
            **{name: partial(self.group, grouping) for name, grouping in groupings.items()},
            **{f"phase_{n}": partial(rationale.go_phase, n) for n in range(1, 10)},
        }

    def _review(self, window: "Window") -> Mapping[str, Handler]:
        return {
            "take": partial(self.decide, DecisionKind.TAKE),
            "hold": partial(self.decide, DecisionKind.HOLD),
            "drop": partial(self.decide, DecisionKind.DROP),
            "drop_older": partial(self.decide, DecisionKind.DROP_OLDER),
            "question": self._question,
            "undecide": lambda: self._bench.undecide(window.queue_view.key),
            "undo": self._undo,
            "redo": self._redo,
            "comment": self._comment,
            "reply": self._reply,
            **window.evidence.handlers(),
            "copy_reply": self.copy_reply,
        }

    def _showing(self, window: "Window") -> Mapping[str, Handler]:
        tabs = ("simulator", "series", "branches", "thread", "reply", "claims")
        return {
            "simulate": self._simulate,
            **window.simulator.run.handlers(),
            **window.landings.handlers(),
            "toggle_layout": window.diff.toggle_layout,
            "toggle_raw": window.rationale.toggle_raw,
            "fold_all": window.rationale.fold_all,
            "claims_scope": self._claims_of_all,
            "claims_next_mark": self._claims_by_mark,
            "toggle_bottom": lambda: window.tabs.setVisible(not window.tabs.isVisible()),
            "palette": lambda: window.palette_.ask(window.actions_.usable),
            "keys": window.keys_sheet.ask,
            "about": self._about,
            "theme_system": partial(self._colours, "system"),
            "theme_light": partial(self._colours, "light"),
            "theme_dark": partial(self._colours, "dark"),
            **{f"tab_{name}": partial(self._tab, name) for name in tabs},
        }

    # Files

    def open_paths(
        self, paths: Sequence[str], *, add: bool = False, stdin: bytes | None = None, sessions: Path | None = None
    ) -> None:
        """Open mail, or add it to the queue that is open; `sessions` is another folder than usual for decisions."""
        self._window.stack.setCurrentWidget(self._window.outer)
        if add:
            self._bench.add(paths)
        else:
            self._bench.open(paths, stdin, sessions)
        self._window.focus_queue()

    def open_demo(self) -> None:
        """Build the demo in a temporary folder and open it; the folder goes when the window closes."""
        self.drop_demo()
        self._demo = TemporaryDirectory(prefix="uringreview-demo-")
        folder = Path(self._demo.name)
        self._window.jobs.start("building the demo", lambda: _built(folder), on_done=self._show_demo, key="demo")

    def _show_demo(self, demo: "Demo") -> None:
        self._bench.set_clone(str(demo.clone_path))
        # What is tried on the demo goes with its folder: each time begins afresh.
        self.open_paths([str(demo.queue_path)], sessions=demo.queue_path.parent / "sessions")

    def drop_demo(self) -> None:
        """Remove the demo's folder."""
        if self._demo is not None:
            self._demo.cleanup()
            self._demo = None

    def _ask_files(self, add: bool) -> None:
        paths, _ = QFileDialog.getOpenFileNames(self._window, "Open mail")
        if paths:
            self.open_paths(paths, add=add)

    def _ask_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self._window, "Open folder")
        if path:
            self.open_paths([path])

    def _ask_clone(self) -> None:
        path = QFileDialog.getExistingDirectory(self._window, "Choose a kernel clone")
        if path:
            change_config(clone=path)
            self._bench.set_clone(path)
            self._window.links.show_clone()

    def _ask_export(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, "Write the replies into a folder")
        if folder:
            self.export(Path(folder))

    def export(self, folder: Path) -> tuple[Path, ...]:
        """Write the mail of every decided patch that has one into `folder`; says what was and was not written."""

        self._window.reply.flush()
        previews = [self._window.links.preview(key) for key in self._bench.decisions if self._bench.row(key)]
        replies = [shown.reply for shown in previews if shown.reply is not None and not shown.reply.withheld]
        written = write_eml(folder, replies)
        silent = sum(shown.reply is not None and bool(shown.reply.withheld) for shown in previews)
        refused = [shown.notice for shown in previews if shown.reply is None]
        count = len(written)
        parts = [f"{count} {'reply' if count == 1 else 'replies'} written to {folder}"]
        parts += [f"{silent} taken without mail"] if silent else []
        parts += [f"{len(refused)} not written: {refused[0]}"] if refused else []
        self._window.status_line.say("; ".join(parts))
        return written

    def _ask_matrix(self) -> None:
        self._window.show_tab("branches")
        path, _ = QFileDialog.getSaveFileName(self._window, "Write the table as CSV", "branches.csv")
        if path:
            try:
                Path(path).write_text(self._window.branches.model.as_csv(), encoding="utf-8")
            except OSError as error:
                self._window.status_line.say(f"{path}: cannot be written ({error.strerror}).")
            else:
                self._window.status_line.say(f"Table written to {path}")

    def cancel_work(self) -> None:
        """Stop all work under way; what was found stays."""
        names = [job.name for job in self._window.jobs.running()]
        for job in self._window.jobs.running():
            self._window.jobs.cancel(job.key)
        self._window.status_line.say(f"Cancelled: {', '.join(names)}; F5 starts again." if names else "")

    # Walking

    def group(self, grouping: Grouping) -> None:
        """Order the queue."""
        self._window.queue_model.set_grouping(grouping)
        self._window.grouping.setText(f"{grouping.value} ▾")
        change_config(grouping=grouping.name)

    def _back(self) -> None:
        if self._window.queue_view.hasFocus():
            self.cancel_work()
        else:
            self._window.reply.flush()
            self._window.focus_queue()

    def _to_filter(self) -> None:
        self._window.filter_box.setFocus()
        self._window.filter_box.selectAll()

    def _page(self, step: int) -> None:
        shown = [edit for edit in self._window.diff.findChildren(QAbstractScrollArea) if edit.isVisible()]
        for edit in shown[-1:]:
            bar = edit.verticalScrollBar()
            bar.setValue(bar.value() + step * bar.pageStep())

    # Review

    def decide(self, kind: DecisionKind) -> None:
        """Decide on the selected patch; stored before this returns."""
        key = self._window.queue_view.key
        self._window.reply.flush()
        if kind is DecisionKind.DROP_OLDER:
            facts = self._bench.facts.get(key)
            newest = drop_from(facts, droppable(facts, self._bench.branches))
            if newest is None:
                self._window.status_line.say("No stable version is known to drop this patch from.")
                return
            self._bench.decide(key, kind, drop_from=newest)
            self._window.show_tab("reply")
        else:
            self._bench.decide(key, kind)

    def _question(self) -> None:
        self.decide(DecisionKind.QUESTION)
        self._reply()

    def _undo(self) -> None:
        done = self._bench.undo()
        self._window.status_line.say(f"Undone: {self._named(done)}" if done else "Nothing to undo.")

    def _redo(self) -> None:
        done = self._bench.redo()
        self._window.status_line.say(f"Done again: {self._named(done)}" if done else "Nothing to do again.")

    def _named(self, done: str) -> str:
        # The session speaks of keys; a person knows the subject.
        for key, row in self._bench.rows.items():
            if key in done:
                return done.replace(key, row.subject.title)
        return done

    def _comment(self) -> None:
        key = self._window.queue_view.key
        place = self._window.rationale.place_to_quote() if self._window.rationale.isAncestorOf(self._focus()) else None
        if place is not None:
            span, quote = place
            self.begin_comment(Comment(key, "", quote, span))
        elif not self._window.diff.comment_here():
            self.begin_comment(Comment(key, ""))

    def _focus(self) -> QWidget:
        return QApplication.focusWidget() or self._window

    def begin_comment(self, comment: Comment) -> None:
        """Open the reply tab with the cursor in a new comment."""
        self._window.show_tab("reply")
        self._window.reply.begin_comment(comment)

    def _reply(self) -> None:
        self._window.show_tab("reply")
        self._window.reply.begin_note()

    def copy_reply(self) -> None:
        """Put the reply's text on the clipboard."""
        self._window.reply.flush()
        shown = self._window.links.preview(self._window.queue_view.key)
        if shown.to_copy:
            QGuiApplication.clipboard().setText(shown.to_copy)
            self._window.status_line.say("The reply's text is on the clipboard.")
        else:
            self._window.status_line.say(shown.notice)

    # Showing

    def _simulate(self) -> None:
        self._window.show_tab("simulator")
        self._window.simulator.start()

    def _tab(self, name: str) -> None:
        # The first time it only shows: the letters go on acting. Asked again, the focus goes into it.
        shown = self._window.tabs.isVisible() and self._window.tab() == name
        self._window.show_tab(name)
        if shown:
            pane = self._window.lower_panes()[self._window.tabs.currentIndex()]
            takers = (Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.WheelFocus)
            inside = [w for w in (pane, *pane.findChildren(QWidget)) if w.focusPolicy() in takers]
            next((widget for widget in inside if widget.isVisible() and widget.isEnabled()), pane).setFocus()

    def _claims_of_all(self) -> None:
        self._window.show_tab("claims")
        self._window.claims.toggle_scope()

    def _claims_by_mark(self) -> None:
        self._window.show_tab("claims")
        self._window.claims.next_mark()

    def _colours(self, scheme: SchemeName) -> None:
        self._window.set_scheme(scheme)
        change_config(theme=scheme)

    def _about(self) -> None:
        box = QMessageBox(self._window)
        box.setObjectName("about")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setWindowTitle("About uringreview")
        what = "Review stable kernel patches with the evidence beside them."
        box.setText(f"uringreview {__version__}\n{what}\n\nGPL-2.0-or-later")
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()


def _built(folder: Path) -> "Work[None, Demo]":
    from uringreview.demo import build_demo

    yield Progress(0, 0, "")
    return build_demo(folder)
