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
from PySide6.QtWidgets import QAbstractScrollArea, QFileDialog, QMessageBox, QWidget

from uringreview import __version__
from uringreview.errors import UringreviewError
from uringreview.progress import Progress, Work
from uringreview.review.decisions import Comment, DecisionKind
from uringreview.review.facts import PatchFacts
from uringreview.ui.config import change_config
from uringreview.ui.desk_commands import said_of
from uringreview.ui.queue_rows import Grouping
from uringreview.ui.reply_text import drop_from, droppable
from uringreview.ui.theme import SchemeName

if TYPE_CHECKING:
    from uringreview.demo import Demo
    from uringreview.ui.window import Window

Handler = Callable[[], object]

_ONLY_THE_LIST = frozenset(
    {"next_patch", "previous_patch", "first_patch", "last_patch", "next_undecided", "cancel_work", "quit"}
)
"""These do nothing with what the panes show; before anything else the panes have to show the row of the list."""


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
            **window.desk_commands.handlers(),
            "fetch_thread": window.fetching.ask,
            **window.session_commands.handlers(),
        }

    def handler(self, name: str) -> Handler:
        """What the action called `name` does; raises KeyError where the table has outgrown this list."""
        return self._handlers[name]

    def run(self, name: str) -> None:
        """Do it; a problem becomes a sentence in the status line."""
        if name not in _ONLY_THE_LIST:
            self._window.links.pace.catch_up()
        self.guarded(self.handler(name))

    def _next_undecided(self) -> None:
        if not self._window.queue_view.next_undecided():
            self._window.status_line.say("Nothing that is shown is left undecided.")

    def guarded(self, handler: Handler) -> None:
        """Do something; a problem becomes a sentence in the status line."""
        try:
            handler()
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
        whole |= {"series_scope"} if self._window.series.whole_queue else set()
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
            "export_page": self._ask_page,
            "sort_matrix": window.branches.sort_here,
            "quit": window.close,
            "cancel_work": self.cancel_work,
        }

    def _walking(self, window: "Window") -> Mapping[str, Handler]:
        view, rationale = window.queue_view, window.rationale
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
            "next_undecided": self._next_undecided,
            "back_to_list": self._back,
            "filter": self._to_filter,
            "clear_filter": window.filter_box.clear,
            "filter_ranges": partial(window.filter_box.setText, "range:bad"),
            "filter_flags": partial(window.filter_box.setText, "flag:any"),
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
            "together": partial(self.decide, DecisionKind.TOGETHER),
            "not_a_fix": partial(self.decide, DecisionKind.NOT_A_FIX),
            "undecide": lambda: self._bench.undecide(*window.queue_view.keys),
            "undo": self._undo,
            "redo": self._redo,
            "reply": self._reply,
            **window.evidence.handlers(),
            **window.commenting.handlers(),
            "copy_reply": self.copy_reply,
        }

    def _showing(self, window: "Window") -> Mapping[str, Handler]:
        tabs = ("simulator", "series", "branches", "thread", "reply", "claims", "check")
        return {
            **window.simulator_commands.handlers(),
            **window.simulator.run.handlers(),
            **window.landings.handlers(),
            **window.series.handlers(),
            "copy_findings": window.check.copy,
            "toggle_layout": window.diff.toggle_layout,
            "toggle_raw": window.rationale.toggle_raw,
            "fold_all": window.rationale.fold_all,
            "claims_scope": self._claims_of_all,
            "claims_next_mark": self._claims_by_mark,
            "series_scope": self._series_of_all,
            "select_series": self._select_series,
            "toggle_bottom": lambda: window.tabs.setVisible(not window.tabs.isVisible()),
            "palette": lambda: window.palette_.ask(window.actions_.usable, window.desk_commands.others()),
            "keys": window.keys_sheet.ask,
            "about": self._about,
            "theme_system": partial(self._colours, "system"),
            "theme_light": partial(self._colours, "light"),
            "theme_dark": partial(self._colours, "dark"),
            **{f"tab_{name}": partial(self._tab, name) for name in tabs},
        }

    # Files

    def open_paths(
        self,
        paths: Sequence[str],
        *,
        add: bool = False,
        stdin: bytes | None = None,
        sessions: Path | None = None,
        session: str | None = None,
    ) -> None:
        """Open mail, or add it to the queue that is open; `sessions` is another folder than usual for decisions.

        `session` names the session to keep them in; without it the queue's own is found.
        """
        if not add:
            if session is not None or self._bench.has_queue:
                self._bench.session_name = session
            self._window.open(paths, stdin, sessions)
            return
        self._window.stack.setCurrentWidget(self._window.outer)
        self._bench.add(paths)
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
            self._window.show_clone()

    def _ask_export(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, "Write the replies into a folder")
        if folder:
            self.export(Path(folder))

    def export(self, folder: Path) -> tuple[Path, ...]:
        """Write the mails of the decided patches, or of the selected ones, into `folder`, and a script that sends.

        Says what was and was not written, and what to look at.
        """
        from uringreview.review.export import write_eml, write_send_script

        previews = self._window.desk_commands.previews()
        replies = [shown.reply for shown in previews if shown.reply is not None and not shown.reply.withheld]
        written = write_eml(folder, replies)
        if written:
            write_send_script(folder, written)
        self._window.status_line.say(said_of(previews, len(written), str(folder)))
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

    def _ask_page(self) -> None:
        facts = self._bench.facts.get(self._window.queue_view.key)
        if facts is None:
            return
        from uringreview.review.export import stem_of

        name = f"{stem_of(facts.patch.subject.title, facts.patch.position) or 'patch'}.html"
        path, _ = QFileDialog.getSaveFileName(self._window, "Save the page of this patch", name)
        if path:
            self.export_page(Path(path), facts)

    def export_page(self, path: Path, facts: PatchFacts) -> None:
        """Write the page of a patch to `path`; to the next free number beside it where a file is there."""
        from uringreview.review.export import write_new
        from uringreview.review.patch_page import patch_page

        try:
            written = write_new(path.parent, path.stem, path.suffix or ".html", patch_page(facts).encode())
        except OSError as error:
            self._window.status_line.say(f"{path}: cannot be written ({error.strerror}).")
        else:
            self._window.status_line.say(f"Page written to {written}")

    def cancel_work(self) -> None:
        """Stop all work under way; what was found stays."""
        names = [job.name for job in self._window.jobs.running()]
        for job in self._window.jobs.running():
            self._window.jobs.cancel(job.key)
        self._window.status_line.say(f"Cancelled: {', '.join(names)}; F5 starts again." if names else "")

    # Walking

    def group(self, grouping: Grouping) -> None:
        """Order the queue."""
        self._window.use_grouping(grouping)
        change_config(grouping=grouping.name)

    def _back(self) -> None:
        if self._window.queue_view.hasFocus():
            self.cancel_work()
            return
        if self._window.filter_box.hasFocus():
            self._window.filter_box.clear()
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
        """Decide on the selected patches; stored before this returns."""
        keys: Sequence[str] = self._window.queue_view.keys
        self._window.reply.flush()
        if kind is DecisionKind.DROP_OLDER:
            keys = self._drop_older(keys)
        else:
            self._bench.decide_all(keys, kind)
        if len(keys) > 1:
            self._window.status_line.say(f"{kind.value}: {len(keys)} patches; u takes it back.")
        elif keys and self._bench.all_decided:
            self._window.status_line.say(self._window.desk_commands.summary())

    def _drop_older(self, keys: Sequence[str]) -> Sequence[str]:
        made = []
        for key in keys:
            facts = self._bench.facts.get(key)
            newest = drop_from(facts, droppable(facts, self._bench.branches))
            if newest is not None:
                made.append(self._bench.next_decision(key, DecisionKind.DROP_OLDER, drop_from=newest))
        if not made:
            self._window.status_line.say("No stable version is known to drop this patch from.")
            return ()
        self._bench.store(*made)
        self._window.show_tab("reply")
        return [each.key for each in made]

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

    def _series_of_all(self) -> None:
        self._window.show_tab("series")
        self._window.series.toggle_scope()

    def _select_series(self) -> None:
        facts = self._bench.facts.get(self._window.queue_view.key)
        members = facts.group.members if facts is not None and facts.group is not None else ()
        keys = {member.key for member in members if member.key is not None}
        if len(keys) < 2:
            self._window.status_line.say("Nothing else that is loaded belongs with this patch.")
            return
        self._window.focus_queue()
        self._window.queue_view.mark_keys(keys)
        count = sum(row.key in keys for row in self._window.queue_model.shown)
        hidden = f", {len(keys) - count} more are filtered out" if count < len(keys) else ""
        self._window.status_line.say(f"{count} patches of the series are selected{hidden}: decide on them at once.")

    def _tab(self, name: str) -> None:
        # The first time it only shows: the letters go on acting. Asked again, the focus goes into it.
        shown = self._window.tabs.isVisible() and self._window.tab() == name
        self._window.show_tab(name)
        if shown:
            pane = self._window.lower_panes()[self._window.tabs.currentIndex()]
            takers = (Qt.FocusPolicy.StrongFocus, Qt.FocusPolicy.WheelFocus)
            inside = [w for w in (pane.focusProxy(), pane, *pane.findChildren(QWidget)) if w is not None]
            able = (w for w in inside if w.focusPolicy() in takers and w.isVisible() and w.isEnabled())
            next(able, pane).setFocus()

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
