"""What is on the desk, and what is done to it: the queue, its facts as they arrive, and the reviewer's session.

The window's panes read from here and are told by signals; nothing in here is a widget. Mail is read in a thread and
the clone in a spawned process, each by the same generators that the command line drives.
"""

# The window's first list is shown before most of these types are loaded: what they annotate must not load them.
from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from uringreview.errors import UringreviewError
from uringreview.mail.listing import Listing, find_and_list
from uringreview.mail.rows import Problem, Queue, Row
from uringreview.progress import Progress, Work
from uringreview.review.decisions import Decision, DecisionKind
from uringreview.ui.jobs import Jobs
from uringreview.ui.watch import Watch

if TYPE_CHECKING:
    from pathlib import Path

    from uringreview.interleave.orders import Requirement
    from uringreview.mail.subject import Version
    from uringreview.review.decisions import Aside, Comment, Event
    from uringreview.review.facts import Desk, PatchFacts
    from uringreview.review.session import Session

MAIL, FACTS, CLONE, ONE, COMMITS = "mail", "facts", "clone", "one patch", "commits"
_LOOK_MS = 1000
_WORDS = 60


def _read(paths: Sequence[str], stdin: bytes, go_on: threading.Event) -> Work[Listing, Queue]:
    """Find and list the mails; read them when `go_on` says that the list is shown."""
    found = yield from find_and_list(paths, BytesIO(stdin))
    go_on.wait()
    from uringreview.mail.queue import read

    return (yield from read(found))


def _examine(queue: Queue) -> Work[PatchFacts, Desk]:
    """The desk's `examine`, loaded by the worker that first needs it: the list of mails comes before it."""
    from uringreview.review.desk import examine

    return examine(queue)


class Workbench(QObject):
    """The state behind the window."""

    rows_changed = Signal()
    """The queue itself is another, or rows were added to it."""
    reading = Signal()
    """More mail of a queue that is not complete yet was found: `listing` holds it."""
    listed = Signal()
    """All mails were found and listed; they are read next."""
    facts_changed = Signal(list)
    """Facts of these keys arrived or changed."""
    desk_changed = Signal()
    """All facts of one step are complete: groups, branches and order can be read."""
    decisions_changed = Signal(str)
    """The decision or comments of this key changed; empty: of any."""
    told = Signal(str)
    """Some news in a sentence for the status line."""
    failed = Signal(str)
    """A sentence for the status line."""
    crashed = Signal(object)
    """A fault of ours in some work: the exception."""

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = jobs
        self.paths: tuple[str, ...] = ()
        self.queue = Queue(())
        self.rows: dict[str, Row] = {}
        self.desk: Desk | None = None
        self._requirements: tuple[Requirement, ...] = ()
        self.facts: dict[str, PatchFacts] = {}
        self.branches: tuple[str, ...] = ()
        self.groups: tuple[frozenset[str], ...] = ()
        self.clone = ""
        self.clone_problem = ""
        self.session: Session | None = None
        self.session_name: str | None = None
        self.session_folder: Path | None = None
        self.listing = Listing()
        self.may_read = threading.Event()
        self.may_read.set()
        self.words: dict[str, str] = {}
        self._stdin: bytes | None = None
        self._typing = 0
        self._mails: frozenset[str] | None = None
        self._watch = Watch(self)
        self._watch.changed.connect(self._files_changed)
        self._decisions: Mapping[str, Decision] = {}
        self._branch_decisions: Mapping[str, tuple[Decision, ...]] = {}
        self._asides: Mapping[str, Aside] = {}
        self.comment_counts: Mapping[str, int] = {}
        self.there: frozenset[str] = frozenset()
        self._other = QTimer(self)
        self._other.setInterval(_LOOK_MS)
        self._other.timeout.connect(self._look_elsewhere)

    # Reading

    @property
    def has_queue(self) -> bool:
        """Whether anything was opened."""
        return bool(self.paths)

    def open(self, paths: Sequence[str], stdin: bytes | None = None, sessions: Path | None = None) -> None:
        """Read `paths` as a new queue; `stdin` is what "-" stands for, `sessions` where decisions are kept (default:
        with all others)."""
        self._leave_session()
        self.session_folder = sessions
        self.paths = tuple(dict.fromkeys(paths))
        self._stdin = stdin
        self.queue, self.desk, self._mails = Queue(()), None, None
        self.rows = {}
        self.facts, self.words, self.groups = {}, {}, ()
        self._decisions, self._branch_decisions, self._asides = {}, {}, {}
        self._read()

    def add(self, paths: Sequence[str]) -> None:
        """Read more mail into this queue; rows that were only listed are filled."""
        self.session_name = self.session.name if self.session else self.session_name
        self.paths = tuple(dict.fromkeys((*self.paths, *paths)))
        self._read()

    def rescan(self) -> None:
        """Read mail and clone again."""
        if self.has_queue:
            self._read()

    def _files_changed(self) -> None:
        # A read that is under way may have seen half of the change: it starts over.
        if self.has_queue:
            self._read()

    def set_clone(self, path: str, branches: Sequence[str] = ()) -> None:
        """Check the queue against the clone at `path`; `branches` limits which (all when empty)."""
        self.clone, self.clone_problem = path, ""
        self.there = self._asked = frozenset()
        self._wanted = tuple(branches)
        self.branches = ()
        self.facts = {key: replace(facts, cells=()) for key, facts in self.facts.items()}
        if self.desk is not None:
            self._ask_clone(self.desk)

    _wanted: tuple[str, ...] = ()
    _asked: frozenset[str] = frozenset()

    def _read(self) -> None:
        self.jobs.cancel(FACTS)
        self.jobs.cancel(CLONE)
        self.listing = Listing()
        self._watch.watch(self.paths)
        paths, stdin = self.paths, self._stdin or b""
        self.jobs.start(
            "reading mail",
            lambda: _read(paths, stdin, self.may_read),
            self._read_some,
            self._read_all,
            self._went_wrong,
            MAIL,
        )
        self.rows_changed.emit()

    def _read_some(self, step: Progress[Listing]) -> None:
        for self.listing in step.parts:
            if not self.queue.rows:
                self.reading.emit()
            if self.listing.whole:
                self.listed.emit()

    def _read_all(self, queue: Queue) -> None:
        self.queue = queue
        self.listing = Listing()
        self._tell_news()
        self.rows = {row.key: row for row in queue.rows}
        self.facts = {key: facts for key, facts in self.facts.items() if key in self.rows}
        self.words = {key: words for key, row in self.rows.items() if (words := _words_of(row))}
        self._open_session()
        self.rows_changed.emit()
        if queue.patches:
            self.jobs.start(
                "reading rationales",
                lambda: _examine(queue),
                self._learn,
                self._examined,
                self._went_wrong,
                FACTS,
            )

    def _tell_news(self) -> None:
        """Say how many mails came, and went, since the queue was read last."""
        before, self._mails = self._mails, _mails_of(self.queue)
        if before is None or before == self._mails:
            return
        came, went = len(self._mails - before), len(before - self._mails)
        words = [f"{came} new {'mail' if came == 1 else 'mails'}"] if came else []
        words += [f"{went} gone"] if went else []
        self.told.emit(", ".join(words))

    def look_at(self, key: str) -> None:
        """Examine one patch before its turn: what is looked at now should not wait for thousands of others.

        Its place among the others (series, fixes) follows when all have been read.
        """
        row = self.rows.get(key)
        if row is None or row.patch is None or key in self.facts:
            return
        alone = Queue((row,))
        self.jobs.start("reading this patch", lambda: _examine(alone), self._learn_early, key=ONE)

    def _learn_early(self, step: Progress[PatchFacts]) -> None:
        self._take_in([facts for facts in step.parts if facts.key in self.rows and facts.key not in self.facts])

    def _learn(self, step: Progress[PatchFacts]) -> None:
        self._take_in(step.parts)

    def _take_in(self, parts: Sequence[PatchFacts]) -> None:
        keys = [facts.key for facts in parts]
        for key, facts in zip(keys, parts, strict=True):
            known = self.facts.get(key)
            # Cells already shown stay until the clone is asked again, so that nothing flickers on a rescan.
            kept = replace(facts, cells=known.cells) if known and known.cells and not facts.cells else facts
            self.facts[key] = kept
            if facts.cells and not self.branches:
                self.branches = tuple(cell.branch for cell in facts.cells)
        if parts:
            self.facts_changed.emit(keys)

    def _examined(self, desk: Desk) -> None:
        self.jobs.cancel(ONE)  # it has been examined in its turn
        self._settle(desk)
        if self.clone:
            self._ask_clone(desk)

    def _ask_clone(self, desk: Desk) -> None:
        from uringreview.review.desk import news_of_clone

        self.jobs.start_process(
            "apply status",
            news_of_clone,
            (desk, self.clone, self._wanted),
            self._learn,
            self._hear_news,
            self._clone_failed,
            CLONE,
        )

    def _hear_news(self, news: Desk) -> None:
        """The clone is read: what came on the way and what is news at the end make the desk whole."""
        assert self.desk is not None
        last = {each.key: each for each in news.facts}
        facts = tuple(last.get(each.key) or self.facts.get(each.key, each) for each in self.desk.facts)
        self._settle(replace(news, queue=self.desk.queue, facts=facts), news.facts)

    def take_requirements(self, requirements: tuple[Requirement, ...]) -> None:
        """Lay what the simulator found that must not be taken alone beside the other evidence."""
        if requirements != self._requirements:
            self._requirements = requirements
            if self.desk is not None:
                now = tuple(self.facts.get(each.key, each) for each in self.desk.facts)
                self._settle(replace(self.desk, facts=now))

    def _settle(self, desk: Desk, changed: Sequence[PatchFacts] | None = None) -> None:
        if self._requirements:
            from uringreview.review.belonging import with_simulation

            # It may change what is said of any patch.
            desk, changed = with_simulation(desk, self._requirements), None
        self.desk = desk
        if desk.clone is not None:
            self._asked = frozenset()
            self._await_commits()
        self.branches = desk.branches or self.branches
        self.groups = tuple(frozenset(m.key for m in group.members if m.key) for group in desk.groups)
        self._take_in(desk.facts if changed is None else changed)
        self.desk_changed.emit()

    def _clone_failed(self, problem: BaseException) -> None:
        ours = "Reading the clone failed by a fault of ours; F5 tries again."
        self.clone_problem = str(problem) if isinstance(problem, UringreviewError) else ours
        self._went_wrong(problem)

    def _went_wrong(self, problem: BaseException) -> None:
        if isinstance(problem, UringreviewError):
            self.failed.emit(str(problem))
        else:
            self.crashed.emit(problem)
        self.rows_changed.emit()

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What could not be read, of mail and clone."""
        return tuple(dict.fromkeys((*self.queue.problems, *(self.desk.problems if self.desk else ()))))

    @property
    def only_listed(self) -> bool:
        """Whether mails were found of which none is read yet."""
        return bool(self.listing.entries) and not self.queue.rows

    def clone_words(self) -> tuple[str, str]:
        """Which clone is read: a few words for a button, and what they mean; both may hold hidden characters."""
        if not self.clone:
            return "no clone ▾", "choose a kernel clone to see what applies where; it is only read"
        count = f" · {len(self.branches)} branches" if self.branches else ""
        trouble = " · unusable" if self.clone_problem else ""
        return f"{os.path.basename(self.clone.rstrip('/'))}{count}{trouble}", self.clone_problem or self.clone

    def row(self, key: str) -> Row | None:
        """The queue's row with that key."""
        return self.rows.get(key)

    # The session

    @property
    def decisions(self) -> Mapping[str, Decision]:
        """The standing decisions, by patch key."""
        return self._decisions

    @property
    def branch_decisions(self) -> Mapping[str, tuple[Decision, ...]]:
        """The decisions that stand on single branches, newest branch first, by patch key."""
        return self._branch_decisions

    @property
    def asides(self) -> Mapping[str, Aside]:
        """Flags, notes, snoozes and what was sent, by patch key."""
        return self._asides

    def decide(self, key: str, kind: DecisionKind, **fields: object) -> None:
        """Decide on a patch; the note and tag of a former decision stay unless `fields` says otherwise."""
        self.decide_all([key], kind, **fields)

    def decide_all(self, keys: Sequence[str], kind: DecisionKind, **fields: object) -> None:
        """Decide on patches as one step of undo; each keeps its former note and tag unless `fields` says otherwise.

        `fields` are Decision's: with `branch` the decision is for that branch alone.
        """
        self.store(*(self.next_decision(key, kind, **fields) for key in keys))

    def next_decision(self, key: str, kind: DecisionKind, **fields: object) -> Decision:
        """The decision of that kind on a patch, with the note and tag of a former one; not stored yet."""
        branch = fields.get("branch")
        single = next((each for each in self._branch_decisions.get(key, ()) if each.branch == branch), None)
        former = (self._decisions.get(key) if branch is None else single) or Decision(key, kind)
        drop_from = former.drop_from if kind is DecisionKind.DROP_OLDER else None
        made = replace(former, kind=kind, made=None, drop_from=drop_from)
        return replace(made, **fields)  # type: ignore[arg-type]

    def store(self, *decisions: Decision) -> None:
        """Store decisions as they stand, as one step of undo; those that stand already are left alone."""
        changed = [each for each in decisions if replace(each, made=None) not in self._standing(each.key)]
        if changed:
            self.end_typing()
            self._stored([each.key for each in changed], lambda session: session.decide(*changed))

    def _standing(self, key: str) -> Iterator[Decision]:
        every = (self._decisions.get(key), *self._branch_decisions.get(key, ()))
        return (replace(each, made=None) for each in every if each is not None)

    @property
    def all_decided(self) -> bool:
        """Whether every loaded patch is decided, for all branches or for one."""
        return all(
            key in self._decisions or key in self._branch_decisions
            for key, row in self.rows.items()
            if row.patch is not None
        )

    def undecide(self, *keys: str) -> None:
        """Take the decisions on patches back, on every branch, as one step of undo."""
        self._stored(keys, lambda session: session.withdraw(*keys))

    def undecide_on(self, branch: Version, *keys: str) -> None:
        """Let what was decided for all branches stand on `branch` again."""
        self._stored(keys, lambda session: session.withdraw_on(branch, *keys))

    def keep(self, keys: Sequence[str], write: Callable[[Session], object]) -> None:
        """Store what `write` says of the patches `keys` (a flag, a note, a snooze, that a reply was sent)."""
        self._stored(keys, write)

    def history(self, key: str) -> tuple[Event, ...]:
        """All that was decided of the patch and kept beside it, oldest first."""
        return self.session.history(key) if self.session is not None else ()

    def undo(self) -> str | None:
        """Take back what was done last, in an earlier run too; what it was, None where there is nothing."""
        return self._turn(lambda session: session.undo())

    def redo(self) -> str | None:
        """Do again what was undone last."""
        return self._turn(lambda session: session.redo())

    def _turn(self, turn: Callable[[Session], str | None]) -> str | None:
        if self.session is None:
            return None
        self.end_typing()
        done = turn(self.session)
        self._reload("")
        return done

    def comments(self, key: str) -> tuple[Comment, ...]:
        """The patch's comments."""
        return self.session.comments(key) if self.session is not None else ()

    def add_comments(self, comments: Sequence[Comment]) -> None:
        """Store new comments as one step of undo."""
        self.end_typing()
        self._stored([each.key for each in comments], lambda session: session.add_comments(*comments))

    def comment(self, comment: Comment) -> Comment:
        """Store a new comment, or the new words of one; without words, remove it. Returns it as it is stored.

        The first new words are a step of undo; what follows until `end_typing` belongs to it.
        """
        if not comment.text.strip():
            self.end_typing()
            if comment.number:
                self._stored([comment.key], lambda session: session.remove_comment(comment.number))
            return comment
        stored, same = comment, comment.number in (0, self._typing)

        def keep(session: Session) -> None:
            nonlocal stored
            stored = session.comment(comment) if same else session.reword_comment(comment)
            self._typing = stored.number

        self._stored([comment.key], keep)
        return stored

    def reply_text(self, key: str) -> str | None:
        """The reviewer's own text of a reply; None where ours stands."""
        return self.session.reply_text(key) if self.session is not None and key else None

    def set_reply_text(self, key: str, text: str | None) -> None:
        """Keep the reviewer's own text of a reply; None goes back to ours."""
        self._stored([key], lambda session: session.set_reply_text(key, text))

    def end_typing(self) -> None:
        """What is typed from now on is a step of its own."""
        self._typing = 0

    def remember_place(self, key: str, tab: str) -> None:
        """Keep where the reviewer is."""
        if self.session is not None and key:
            from uringreview.review.session import Place

            self.session.set_place(Place(key, tab))

    def close(self) -> None:
        """Leave; everything is stored already."""
        self._watch.watch(())
        self._leave_session()

    def _stored(self, keys: Sequence[str], write: Callable[[Session], object]) -> None:
        if self.session is None:
            return
        try:
            write(self.session)
        except UringreviewError as problem:
            self.failed.emit(str(problem))
        self._reload(keys[0] if len(keys) == 1 else "")

    def _reload(self, key: str) -> None:
        session = self.session
        self._decisions = session.decisions() if session is not None else {}
        self._branch_decisions = session.branch_decisions() if session is not None else {}
        self._asides = session.asides() if session is not None else {}
        self.comment_counts = session.comment_counts() if session is not None else {}
        self._await_commits()
        self.decisions_changed.emit(key)

    @contextmanager
    def session_closed(self) -> Iterator[None]:
        """Give the session's file back for a while, so that it can be moved; it is opened anew afterwards."""
        self._leave_session()
        try:
            yield
        finally:
            self._open_session()

    def read_session(self) -> None:
        """Read what stands in the session, after it was written to past this workbench."""
        self._reload("")

    def _await_commits(self) -> None:
        """Ask the clone for the commits that snoozed patches wait for and that it was not known to have."""
        waiting = {aside.snooze.commit for aside in self._asides.values() if aside.snooze and aside.snooze.commit}
        asked = frozenset(waiting - self.there)
        if not self.clone or not asked or asked == self._asked:
            return
        from uringreview.review.snooze import commits_there

        self._asked = asked
        self.jobs.start_process(
            "commits waited for", commits_there, (self.clone, tuple(asked)), on_done=self._commits_came, key=COMMITS
        )

    def _commits_came(self, found: frozenset[str]) -> None:
        if found - self.there:
            self.there |= found
            self.decisions_changed.emit("")

    def _look_elsewhere(self) -> None:
        """Take in what another window decided in the same session."""
        try:
            if self.session is not None and self.session.changed_elsewhere():
                self._reload("")
        except UringreviewError as problem:
            self._other.stop()
            self.failed.emit(str(problem))

    def _open_session(self) -> None:
        if self.session is not None:
            self.session.close()
            self.session = None
        if not self.queue.rows:
            return
        from uringreview.review.fingerprint import fingerprints
        from uringreview.review.session import open_session

        try:
            self.session = open_session(
                self.paths, fingerprints(self.queue.rows), name=self.session_name, folder=self.session_folder
            )
        except UringreviewError as problem:
            self.failed.emit(f"Decisions cannot be kept: {problem}")
            return
        self._other.start()
        if self.session.problem:
            self.failed.emit(self.session.problem)
        self._reload("")

    def _leave_session(self) -> None:
        self._other.stop()
        if self.session is not None:
            self.session.close()
            self.session = None


def _mails_of(queue: Queue) -> frozenset[str]:
    """What names each mail that was read."""
    read = [row.patch.message for row in queue.rows if row.patch is not None]
    read += [mail for row in queue.rows for mail in row.also]
    read += [reply.message for reply in queue.replies if reply.message is not None]
    return frozenset(mail.message_id or str(mail.source) for mail in (*read, *queue.others))


def _words_of(row: Row) -> str:
    from uringreview.mail.answer import own_text

    for reply in row.replies:
        if reply.message is not None and not reply.is_bot:
            words = " ".join(own_text(reply.message).split())
            if words:
                return words if len(words) <= _WORDS else words[:_WORDS].rsplit(" ", 1)[0] + "…"
    return next((reply.sender for reply in row.replies if reply.message is None), "")
