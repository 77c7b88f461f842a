"""One key each: what was found about the selected patch goes into its reply as comments that can be edited.

Here stand, too, the ways to write the reply elsewhere than in its form: in the mail itself, in the reviewer's editor.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from uringreview.errors import EnvironmentProblem
from uringreview.review.decisions import Comment
from uringreview.review.facts import PatchFacts
from uringreview.ui.config import read_config
from uringreview.ui.own_editor import OwnEditor, editor_command

if TYPE_CHECKING:
    from uringreview.ui.window import Window


class Evidence(QObject):
    """The handlers of the actions that quote."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._bench = window.bench
        self.editor = OwnEditor(self)
        self.editor.failed.connect(window.status_line.say)

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """What the actions do, by name."""
        return {
            "quote_claim": self.claim,
            "quote_false": self.contradicted,
            "quote_conflict": self.conflict,
            "quote_range": self.range,
            "quote_series": self.series,
            "quote_trace": self.trace,
            "edit_mail": self.edit_mail,
            "edit_outside": self.edit_outside,
        }

    def claim(self) -> None:
        """Quote the chosen claim: in the list of claims where that has the focus, else in the rationale."""
        from uringreview.review.quoting import claim_comment

        w = self._window
        row = w.claims.current if w.claims.table.hasFocus() else None
        mark, facts = (row.mark, row.facts) if row is not None else (w.rationale.selected, self._facts)
        if mark is None or facts is None:
            w.status_line.say("No claim is chosen: ] goes to the next one, Alt+6 lists them.")
            return
        self._add(facts.key, [claim_comment(facts, mark)], "claim")

    def contradicted(self) -> None:
        """Quote every contradicted claim of the patch."""
        from uringreview.review.quoting import contradicted_comments

        if self._facts is not None:
            made = contradicted_comments(self._facts)
            self._add(self._facts.key, made, "contradicted claim", "No claim of this patch is contradicted.")

    def conflict(self) -> None:
        """Quote the hunk that does not fit: on the branch chosen in the matrix, else the newest asked for."""
        from uringreview.review.quoting import conflict_comment

        if self._facts is not None:
            chosen = self._window.branches.branch if self._window.tab() == "branches" else None
            made = conflict_comment(self._facts, chosen)
            where = f"on {chosen}" if chosen else "on any branch that it asks for"
            self._add(self._facts.key, [made] if made else [], "conflict", f"Nothing is known to conflict {where}.")

    def range(self) -> None:
        """Say which of the branches that the subject asks for refuse the patch."""
        from uringreview.review.quoting import range_comment

        if self._facts is not None:
            made = range_comment(self._facts)
            none = "Nothing speaks against the range that it asks for, as far as the clone's branches tell."
            self._add(self._facts.key, [made] if made else [], "finding about the range", none)

    def series(self) -> None:
        """Say what the patch needs, what is missing, and what fixes it later."""
        from uringreview.review.quoting import series_comment

        if self._facts is not None:
            made = series_comment(self._facts)
            none = "Nothing is known that this patch needs, or that fixes it later."
            self._add(self._facts.key, [made] if made else [], "finding of the series", none)

    def trace(self) -> None:
        """Show the run that the simulator stands on."""
        from uringreview.review.quoting import trace_comment

        facts, simulator = self._facts, self._window.simulator
        model = simulator.model_of(facts.patch.upstream) if facts is not None else None
        if facts is None or model is None:
            self._window.status_line.say("No model of the simulator knows this patch.")
        elif simulator.current is None:
            self._window.status_line.say("There is no run to quote yet: s searches, then choose a cell that fails.")
        else:
            self._add(facts.key, [trace_comment(facts, simulator.current.last, model.patches)], "run")

    def edit_mail(self) -> None:
        """Put the cursor into the mail's own text."""
        w = self._window
        w.show_tab("reply")
        if w.reply.preview.isReadOnly():
            w.status_line.say("There is no mail to edit yet: decide first (d, h, q …).")
            return
        w.reply.begin_mail()

    def edit_outside(self) -> None:
        """Open what is being written in the reviewer's own editor: the comment, else the mail, else its note."""
        w = self._window
        try:
            command = editor_command(read_config().editor, os.environ)
        except EnvironmentProblem as problem:
            w.status_line.say(str(problem))
            return
        text, take = w.commenting.written() if w.commenting.is_open else w.reply.written()
        self.editor.open(command, text, take)

    @property
    def _facts(self) -> PatchFacts | None:
        return self._bench.facts.get(self._window.queue_view.key)

    def _add(self, key: str, comments: Sequence[Comment], what: str, none: str = "") -> None:
        """Put `comments` into the reply, but for those that stand there word by word already."""
        there = {(each.place, each.quote, each.text) for each in self._bench.comments(key)}
        fresh = [each for each in comments if (each.place, each.quote, each.text) not in there]
        if fresh:
            self._window.reply.flush()
            self._bench.add_comments(fresh)
            said = f"{len(fresh)} {what}{'s' * (len(fresh) != 1)} quoted into the reply"
            undecided = "; a mail is made of it once you decide (d, h, q …)" if key not in self._bench.decisions else ""
            self._window.status_line.say(f"{said}{undecided}. u takes it out.")
        else:
            self._window.status_line.say("It is in the reply already." if comments else none)
