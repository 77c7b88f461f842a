"""What follows from what: a signal of one pane or of the workbench, and what the others then show.

The window places the panes, the commands act; here stands every arrow between them, so that it can be read in one
place which click leads where.
"""

import time
from traceback import format_exception
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QGuiApplication

from uringreview.diff.model import DiffAnchor
from uringreview.errors import EnvironmentProblem
from uringreview.mail.message import Span
from uringreview.mail.subject import Version
from uringreview.rationale.mark import BranchTarget, PatchTarget
from uringreview.review.decisions import Comment, Decision
from uringreview.review.facts import PatchFacts
from uringreview.review.identity import Identity, read_identity
from uringreview.review.tally import Tally
from uringreview.review.tally import tally as count_desk
from uringreview.ui.config import SIDE_BY_SIDE, UNIFIED, change_config
from uringreview.ui.crash_dialog import CrashRelay
from uringreview.ui.first_list import names_in
from uringreview.ui.jobs import WorkerCrashed
from uringreview.ui.matrix_link import MatrixLink
from uringreview.ui.own import own_things
from uringreview.ui.places import asked_branches
from uringreview.ui.queue_rows import RowMaker, is_reading, note_row, problem_row
from uringreview.ui.queue_words import counts_in_full, queue_words
from uringreview.ui.reply_text import Preview, droppable, preview
from uringreview.ui.status_bar import tally
from uringreview.ui.steady import Pace, settled
from uringreview.ui.visible import visible

if TYPE_CHECKING:
    from uringreview.ui.window import Window

_SETTLE_MS, _LONGEST_MS = 40, 600
_SELECTED = " rows selected"


class Links(QObject):
    """The arrows between panes."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._bench = window.bench
        self._identity: Identity | EnvironmentProblem | None = None
        self._place_restored = False
        self._relay = CrashRelay(window)
        # Results stream in by the dozen: rows are made anew once for all that came in a moment.
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._show_rows)
        self._maker = RowMaker()
        self.pace = Pace(self.show_patch, self, at_once=window.jobs.serial)
        self._matrix = MatrixLink(window)
        self._lit_for = ""
        self._jumping = False
        self._counts: Tally | None = None
        self._connect()

    def _connect(self) -> None:
        w, bench = self._window, self._bench
        bench.rows_changed.connect(self._queue_changed)
        bench.facts_changed.connect(self._facts_came)
        bench.desk_changed.connect(self._desk_changed)
        bench.decisions_changed.connect(self._decided)
        bench.failed.connect(w.status_line.say)
        bench.told.connect(w.status_line.say)
        bench.crashed.connect(self._crashed)
        w.jobs.changed.connect(self._work_changed)
        w.queue_view.marked.connect(self._marked)
        w.queue_view.key_changed.connect(self.pace.moved)
        w.queue_view.branch_chosen.connect(self._show_cell)
        w.filter_box.textChanged.connect(self._filter)
        w.filter_box.returnPressed.connect(w.focus_queue)
        w.clone_button.clicked.connect(lambda: w.actions_.run("choose_clone"))
        w.empty.asked.connect(w.actions_.run)
        w.rationale.target_chosen.connect(self._go)
        w.rationale.mark_chosen.connect(lambda _mark: self._same_claim())
        w.claims.claim_chosen.connect(self._jump)
        w.claims.scope_changed.connect(lambda _whole: self.show_claims())
        w.diff.anchor_clicked.connect(w.rationale.speak_of)
        w.diff.line_clicked.connect(self._step_of)
        w.diff.layout_chosen.connect(lambda beside: change_config(diff_layout=SIDE_BY_SIDE if beside else UNIFIED))
        w.diff.comment_requested.connect(w.commenting.on_line)
        w.simulator.step_lit.connect(self._light)
        w.simulator.verdicts_changed.connect(self._verdicts_changed)
        w.simulator.run.bar.quote.connect(lambda: w.actions_.run("quote_trace"))
        w.simulator.judged.connect(bench.take_requirements)
        w.series.patch_chosen.connect(w.queue_view.select)
        w.check.patch_chosen.connect(w.queue_view.select)
        w.branches.cell_chosen.connect(self._show_on)
        w.queue_view.cell_chosen.connect(self._show_on)
        w.branches.cancel_requested.connect(lambda: w.actions_.run("cancel_work"))
        w.reply.decided.connect(self._form_decided)
        w.reply.commented.connect(self._form_commented)
        w.reply.reworded.connect(bench.set_reply_text)
        w.reply.action_wanted.connect(w.actions_.run)
        w.reply.told.connect(w.status_line.say)
        w.reply.export_requested.connect(lambda: w.actions_.run("export_replies"))
        w.reply.copy_requested.connect(lambda: w.actions_.run("copy_reply"))
        w.status_line.cancel_requested.connect(lambda: w.actions_.run("cancel_work"))
        w.status_line.keys_requested.connect(lambda: w.actions_.run("keys"))
        w.tabs.currentChanged.connect(self._tab_opened)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_colours)

    def catch_up(self) -> None:
        """Show what came before there were panes to show it."""
        if self._bench.has_queue:
            self._queue_changed()

    def detach(self) -> None:
        """Let go of what outlives the window."""
        self.pace.stop()
        QGuiApplication.styleHints().colorSchemeChanged.disconnect(self._system_colours)
        self._window.commands.drop_demo()

    @property
    def waiting(self) -> bool:
        """Whether something came that is not shown yet."""
        return self._settle.isActive() or self.pace.waiting

    # The queue

    def _crashed(self, problem: BaseException) -> None:
        text = str(problem)
        if not isinstance(problem, WorkerCrashed):
            text = "".join(format_exception(problem))
        self._relay.report(text.strip().rpartition("\n")[2], text)

    def _queue_changed(self) -> None:
        self._identity = None
        self._desk_changed()
        self._restore_place()

    def _marked(self, count: int) -> None:
        line = self._window.status_line
        if count > 1 or line.message.endswith(_SELECTED):
            line.say(f"{count}{_SELECTED}" if count > 1 else "")

    def _facts_came(self, keys: list[str]) -> None:
        if not self._settle.isActive():
            self._settle.start()
        if self._window.queue_view.key in keys:
            self.pace.moved(self._window.queue_view.key)

    def _show_rows(self) -> None:
        bench, w = self._bench, self._window
        if bench.only_listed:
            w.first_list.show()
            return
        began = time.monotonic()
        verdict_for = w.simulator.verdict_for
        own = own_things(bench, self._own_address)
        if is_reading(w.queue_view.key):
            w.queue_view.go_on_as(names_in(bench.queue))
        rows = self._maker.make(bench.rows, bench.facts, bench.groups, bench.decisions, bench.words, verdict_for, own)
        rows += [problem_row(problem) for problem in bench.queue.problems]
        rows += [note_row(note) for note in bench.queue.notes]
        w.queue_model.set_rows(rows, asked_branches(bench.branches, bench.queue))
        w.queue_header.say(queue_words(bench.queue, self._counts), counts_in_full(self._counts))
        self._show_tally()
        self._matrix.show()
        if w.claims.whole_queue:
            self.show_claims()
        # The more there is to show, the longer results may gather: at most a sixth of the time goes into it.
        self._settle.setInterval(round(min(max(_SETTLE_MS, 6000 * (time.monotonic() - began)), _LONGEST_MS)))

    def _desk_changed(self) -> None:
        self._window.landings.forget()
        desk = self._bench.desk
        self._counts = count_desk(desk) if desk is not None else None
        self._window.series.show_desk(self._bench.desk)
        self._window.check.show_desk(self._bench.desk)
        if self._bench.desk is not None:
            self._window.simulator.show_queue(self._bench.desk)
        self._show_rows()
        self._window.show_clone()
        self.pace.moved(self._window.queue_view.key)
        self._search_when_free()
        settled()

    def _search_when_free(self) -> None:
        """Let the simulator judge the queue's patches by itself, once the clone is read or where there is none."""
        desk, bench = self._bench.desk, self._bench
        if desk is not None and (not bench.clone or desk.clone or bench.clone_problem):
            self._window.simulator.search_queue()

    def _filter(self, text: str) -> None:
        found = self._window.queue_model.set_filter(text)
        self._window.filter_box.setToolTip(found.problem or "")
        self._window.status_line.say(found.problem)

    # One patch

    def show_patch(self, key: str) -> None:
        """Show the row with `key` in every pane."""
        w, bench = self._window, self._bench
        row, facts = bench.row(key), bench.facts.get(key)
        if facts is None and row is not None:
            bench.look_at(key)
        chosen = w.queue_model.at(w.queue_view.currentIndex())
        if row is None and chosen is not None and chosen.problem:  # the list has no room for the whole of it
            w.status_line.say(chosen.problem)
        w.landings.show_patch(facts, row)
        w.rationale.show_row(row, facts)
        w.commenting.show(key)
        w.rationale.set_simulator(self._simulated(facts))
        self._show_lower()
        self._light_bound(facts)
        w.actions_.refresh()
        title = visible(row.subject.title) if row is not None else ""
        w.setWindowTitle(f"{title} — uringreview" if title else "uringreview")

    def _tab_opened(self) -> None:
        if self._window.tab() == "check":
            self._window.check.catch_up()
        if self._matrix.stale:
            self._matrix.show()
        self._show_lower()

    def _show_lower(self) -> None:
        w, bench = self._window, self._bench
        key = w.queue_view.key
        row, facts = bench.row(key), bench.facts.get(key)
        w.simulator.locks.set_clone(bench.clone)
        w.simulator.show_patch(facts)
        if w.tab() == "series":
            w.series.show_patch(facts, key)
        w.thread_view.show_row(row, bench.queue.loose, facts.answers if facts is not None else ())
        w.branches.show_cell(key, None)
        self.show_claims()
        self._show_reply(key)
        answers = len(row.replies) if row is not None else 0
        title = f"Thread ({answers})" if answers else "Thread"
        if w.tabs.tabText(3) != title:  # setting it, even to the same, lays out and paints all of the tabs anew
            w.tabs.setTabText(3, title)

    def _simulated(self, facts: PatchFacts | None) -> str:
        upstream = facts.patch.upstream if facts is not None else None
        return self._window.simulator.summary_for(upstream) if upstream else ""

    def _show_reply(self, key: str) -> None:
        bench = self._bench
        facts, decision = bench.facts.get(key), bench.decisions.get(key)
        versions = droppable(facts, bench.branches)
        self._window.reply.show_patch(key if facts else "", decision, bench.comments(key), versions, self.preview(key))

    def preview(self, key: str) -> Preview:
        """The mail that the decision on `key` would send, or why there is none."""
        if self._identity is None:
            try:
                self._identity = read_identity()
            except EnvironmentProblem as problem:
                self._identity = problem
        bench = self._bench
        single = bench.branch_decisions.get(key, ())
        facts, decision, own = bench.facts.get(key), bench.decisions.get(key), bench.reply_text(key)
        return preview(facts, decision, bench.comments(key), self._identity, single, own)

    @property
    def _own_address(self) -> str:
        """The reviewer's address, empty while git was not asked or knows none."""
        return self._identity.email if isinstance(self._identity, Identity) else ""

    def versions_to_decide(self) -> tuple[Version, ...]:
        """The stable versions that the selected patch may be decided on one by one, newest first."""
        return droppable(self._bench.facts.get(self._window.queue_view.key), self._bench.branches)

    # From claim, diff, simulator and matrix to their places

    def _go(self, target: object) -> None:
        w = self._window
        if isinstance(target, DiffAnchor):
            chosen = w.rationale.selected
            anchors = [each for each in chosen.targets if isinstance(each, DiffAnchor)] if chosen else []
            exact = [each for each in anchors if each.hunk is not None]
            if len(exact) > 1:
                w.diff.highlight_anchors(exact)
            else:
                w.diff.go_to(target)
        elif isinstance(target, Span):
            w.rationale.raw.light(target)
        elif isinstance(target, BranchTarget):
            # Walking the claims beside their list keeps the list in view; Enter there goes to the branch.
            if self._jumping or w.tab() != "claims":
                w.show_tab("branches")
            w.branches.show_cell(w.queue_view.key, target.branch)
        elif isinstance(target, PatchTarget):
            w.queue_view.select(target.key)

    def show_claims(self) -> None:
        """Bring the list of claims up to date while its tab is open."""
        w, bench = self._window, self._bench
        if w.tab() != "claims":
            return
        if w.claims.whole_queue:
            facts = [bench.facts[key] for key in bench.rows if key in bench.facts]
            w.claims.show_facts(facts, "No rationale of this queue makes a checkable claim.")
            return
        one = bench.facts.get(w.queue_view.key)
        none = "This rationale makes no checkable claim." if one else "This patch is not loaded."
        w.claims.show_facts([one] if one is not None else [], none)

    def _same_claim(self) -> None:
        index = self._window.rationale.selected_index
        if index is not None:
            self._window.claims.select(self._window.queue_view.key, index)

    def _jump(self, key: str, index: int) -> None:
        """Go from the list of claims to the words and to what they speak of."""
        w = self._window
        if key != w.queue_view.key and not w.queue_view.select(key):
            w.status_line.say("That patch is hidden by the filter: clear it (Queue > Clear filter) to go there.")
            return
        self._jumping = True
        w.rationale.choose(index)
        self._jumping = False

    def _show_cell(self, key: str, branch: str) -> None:
        self._window.show_tab("branches")
        self._window.branches.show_cell(key, branch)

    def _show_on(self, key: str, branch: str) -> None:
        """A cell was chosen: its patch, as it lands or conflicts there."""
        if self._window.queue_view.key == key or self._window.queue_view.select(key):
            self._window.landings.choose(branch)

    def _light(self, c_text: str, upstream: str) -> None:
        self._window.diff.light(c_text or None, upstream or None)

    def _light_bound(self, facts: PatchFacts | None) -> None:
        """Beside the open simulator, show which lines of a newly selected patch the model is bound to."""
        w, key = self._window, facts.key if facts is not None else ""
        if key == self._lit_for:
            return
        self._lit_for = key
        if facts is not None and w.simulator.isVisible() and not w.diff.lit_rows:
            w.diff.light_lines(w.simulator.bound_lines(facts.patch.upstream))

    def _step_of(self, line: str) -> None:
        """A line of the diff was clicked: the simulator goes to the first step that it stands for."""
        facts = self._bench.facts.get(self._window.queue_view.key)
        if facts is not None and self._window.simulator.model_of(facts.patch.upstream) is not None:
            self._window.simulator.run.jump_to_line(line)

    def _verdicts_changed(self) -> None:
        self._window.rationale.set_simulator(self._simulated(self._bench.facts.get(self._window.queue_view.key)))
        if not self._settle.isActive():
            self._settle.start()

    # Decisions

    def _decided(self, key: str) -> None:
        w = self._window
        if not key:
            w.reply.flush()  # the session was read anew: what is being typed goes into it first
        self._show_rows()
        if key in ("", w.queue_view.key):
            self._show_reply(w.queue_view.key)
            w.commenting.show(w.queue_view.key)
        w.actions_.refresh()

    def _form_decided(self, decision: Decision | None) -> None:
        if decision is None:
            self._bench.undecide(self._window.queue_view.key)
        else:
            self._bench.store(decision)

    def _form_commented(self, comment: Comment) -> None:
        self._bench.comment(comment)

    # What is said below and beside

    def _work_changed(self) -> None:
        w = self._window
        running = w.jobs.running()
        w.status_line.show_work(running)
        self._matrix.show_progress()
        w.rationale.set_simulator(self._simulated(self._bench.facts.get(w.queue_view.key)))

    def _show_tally(self) -> None:
        w, bench = self._window, self._bench
        keys = [key for key, row in bench.rows.items() if row.patch is not None]
        w.status_line.show_tally(tally(keys, bench.facts.values(), bench.branches, bench.decisions))
        if bench.session is not None:
            kept = bench.session_folder is None
            words = f"session {bench.session.name} saved" if kept else "demo: decisions are not kept"
            w.status_line.show_session(words, str(bench.session.path))
        else:
            w.status_line.show_session("")

    def _system_colours(self, _scheme: Qt.ColorScheme) -> None:
        if self._window.scheme == "system":
            self._window.set_scheme("system")

    # Where we were

    def _restore_place(self) -> None:
        session = self._bench.session
        if session is None or self._place_restored or not self._bench.queue.rows:
            return
        self._place_restored = True
        place = session.place
        if place is not None and not self._window.queue_view.by_hand:
            self._window.show_tab(place.tab)
            self._window.queue_view.select(place.key)

    def remember_place(self) -> None:
        """Keep the selected row and the open tab for the next start."""
        self._bench.remember_place(self._window.queue_view.key, self._window.tab())
