"""The desk's own commands: what is kept beside decisions, exports, sessions, and going somewhere by name.

Every question is a line over the window (`Chooser`): typed, answered by Enter, left by Escape. Nothing is written over,
and what changes the session can be undone.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog

from uringreview.errors import UringreviewError
from uringreview.review.decisions import DecisionKind
from uringreview.review.snooze import parse_snooze
from uringreview.ui.chooser import Entry
from uringreview.ui.config import change_config, read_config
from uringreview.ui.queue_model import CHOSEN_COLUMNS
from uringreview.ui.queue_rows import RowKind
from uringreview.ui.reply_text import Preview
from uringreview.ui.visible import visible

if TYPE_CHECKING:
    from uringreview.review.stable_queue import QueueFolder
    from uringreview.ui.window import Window

_SPANS = ("tomorrow", "3d", "monday", "1w", "2w", "4w")


class DeskCommands(QObject):
    """The handlers of these commands, and what the palette offers beside the table's."""

    def __init__(self, window: "Window") -> None:
        super().__init__(window)
        self._window = window
        self._bench = window.bench

    def handlers(self) -> Mapping[str, Callable[[], object]]:
        """What the actions do, by name."""
        view = self._window.queue_view
        return {
            "extend_down": lambda: view.extend(1),
            "extend_up": lambda: view.extend(-1),
            "select_all": lambda: view.mark_keys({row.key for row in self._window.queue_model.shown}),
            "go_to": self.go_to,
            "columns": self._columns,
            "on_branch": self._on_branch,
            "flag": self._flag,
            "own_note": self._note,
            "snooze": self._snooze,
            "mark_sent": self._mark_sent,
            "history": self._history,
            "summary": lambda: self._window.status_line.say(self.summary()),
            "open_recent": self._recent,
            "export_mbox": self._ask_mbox,
            "export_queue": self._ask_queue,
            "mail_reply": self._mail,
        }

    # Going somewhere

    def places(self) -> list[Entry]:
        """A line for every patch: found by subject, upstream id, Message-ID or position."""
        found = []
        for row in self._window.queue_model.rows:
            if row.kind is RowKind.PATCH or row.kind is RowKind.LISTED:
                patch = row.row.patch if row.row is not None else None
                upstream = (patch.upstream or "")[:12] if patch is not None else ""
                number = f"{row.number} " if row.number else ""
                found.append(Entry(f"{number}{row.title}", f"go:{row.key}", upstream, row.key))
        return found

    def others(self) -> list[Entry]:
        """What the palette finds beside the actions: a decision for one branch, and patches."""
        return [*self._branch_entries(), *self.places()] if self._bench.has_queue else []

    def run(self, value: str) -> bool:
        """Do what an entry of `others` means; False where `value` is none of them."""
        word, colon, rest = value.partition(":")
        if not colon or word not in ("go", "on"):
            return False
        if word == "go":
            self._go(rest)
        else:
            kind, _, branch = rest.partition(":")
            self._decide_on(kind, branch)
        return True

    def go_to(self) -> None:
        """Ask for a patch and select it."""
        self._window.chooser.ask_among("Go to a patch: subject, id or position", self.places(), self.run)

    def _go(self, key: str) -> None:
        if not self._window.queue_view.select(key):
            self._window.filter_box.clear()
            self._window.queue_view.select(key)

    def _columns(self) -> None:
        hidden = set(read_config().hidden_columns)
        entries = [
            Entry(f"{'show' if name in hidden else 'hide'} {name}", name, "", about) for name, about in CHOSEN_COLUMNS
        ]

        def turn(name: str) -> None:
            changed = change_config(hidden_columns=tuple(sorted(hidden ^ {name})))
            self._window.queue_view.hide_columns(changed.hidden_columns)

        self._window.chooser.ask_among("Columns of the queue", entries, turn)

    # Beside the decision

    def _keys(self) -> tuple[str, ...]:
        return self._window.queue_view.keys

    def _branch_entries(self) -> list[Entry]:
        kinds = (DecisionKind.TAKE, DecisionKind.HOLD, DecisionKind.DROP, DecisionKind.QUESTION)
        versions = self._window.links.versions_to_decide()
        found = [
            Entry(f"{kind.value} on {version}", f"on:{kind.value}:{version}", "this branch only")
            for version in versions
            for kind in kinds
        ]
        own = {each.branch for key in self._keys() for each in self._bench.branch_decisions.get(key, ())}
        found += [
            Entry(f"as for all branches on {v}", f"on::{v}", "no decision of its own") for v in versions if v in own
        ]
        return found

    def _on_branch(self) -> None:
        entries = self._branch_entries()
        if not entries:
            self._window.status_line.say("No stable branch is known for this patch.")
            return
        self._window.chooser.ask_among("Decide for one branch", entries, self.run)

    def _decide_on(self, kind: str, branch: str) -> None:
        from uringreview.mail.subject import Version

        version, keys = Version.parse(branch), self._keys()
        self._window.reply.flush()
        if kind:
            self._bench.decide_all(keys, DecisionKind(kind), branch=version)
        else:
            self._bench.undecide_on(version, *keys)

    def _flag(self) -> None:
        keys = self._keys()
        on = not all(key in self._bench.asides and self._bench.asides[key].flagged for key in keys)
        self._bench.keep(keys, lambda session: session.flag(on, *keys))

    def _note(self) -> None:
        keys, asides = self._keys(), self._bench.asides
        before = asides[keys[0]].note if len(keys) == 1 and keys[0] in asides else ""

        def keep(text: str) -> None:
            self._bench.keep(keys, lambda session: session.note(text, *keys))

        self._window.chooser.ask_among(
            "A note for yourself; it is never mailed. Empty takes it off",
            (),
            keep,
            typed=lambda text: Entry(f"note: {text}" if text else "no note", text),
            text=before,
        )

    def _snooze(self) -> None:
        keys, today = self._keys(), date.today()
        asleep = [key for key in keys if key in self._bench.asides and self._bench.asides[key].snooze is not None]
        entries = [Entry(f"{parse_snooze(word, today)}", word, word) for word in _SPANS]
        entries += [
            Entry(f"until {fix.upstream[:12]} is in the clone", fix.upstream, visible(fix.subject))
            for key in keys
            if key in self._bench.facts
            for fix in self._bench.facts[key].later_fixes
            if fix.upstream
        ]
        wake = [Entry("wake now", "")] if asleep else []

        def typed(text: str) -> Entry | None:
            try:
                return Entry(str(parse_snooze(text, today)), text)
            except UringreviewError:
                return None

        def keep(text: str) -> None:
            until = parse_snooze(text, today) if text else None
            self._bench.keep(keys, lambda session: session.snooze(until, *keys))

        title = "Put off until: 3d, monday, 2026-06-01, or a commit that has to be in the clone"
        self._window.chooser.ask_among(title, [*wake, *entries], keep, typed=typed)

    def _mark_sent(self) -> None:
        keys = self._keys()
        sent = all(key in self._bench.asides and self._bench.asides[key].sent is not None for key in keys)
        self._bench.keep(keys, lambda session: session.mark_sent(None if sent else datetime.now(UTC), *keys))

    def _history(self) -> None:
        events = self._bench.history(self._window.queue_view.key)
        if not events:
            self._window.status_line.say("Nothing was decided of this patch yet.")
            return
        today = date.today()
        entries = []
        for event in reversed(events):
            when = event.made.astimezone()
            time = f"{when:%H:%M}" if when.date() == today else f"{when:%Y-%m-%d %H:%M}"
            entries.append(Entry(f"{event.words} {time}", "", "undone" if event.undone else ""))
        self._window.chooser.ask_among("History of this patch, newest first", entries, lambda _value: None)

    def summary(self) -> str:
        """The day in a sentence: "61 patches: 52 take, 5 hold, 4 drop; 9 replies to send"."""
        keys = [key for key, row in self._bench.rows.items() if row.patch is not None]
        decided = [self._bench.decisions[key].kind.value for key in keys if key in self._bench.decisions]
        counts = [f"{decided.count(kind.value)} {kind.value}" for kind in DecisionKind if kind.value in decided]
        open_ = sum(key not in self._bench.decisions and key not in self._bench.branch_decisions for key in keys)
        counts += [f"{open_} undecided"] if open_ else []
        mails = [key for key in keys if self._has_reply(key)]
        sent = sum(key in self._bench.asides and self._bench.asides[key].sent is not None for key in mails)
        left = len(mails) - sent
        replies = f"{left} {'reply' if left == 1 else 'replies'} to send" + (f", {sent} sent" if sent else "")
        return f"{len(keys)} {'patch' if len(keys) == 1 else 'patches'}: {', '.join(counts)}; {replies}"

    def _has_reply(self, key: str) -> bool:
        decision, single = self._bench.decisions.get(key), self._bench.branch_decisions.get(key, ())
        every = [*([decision] if decision else []), *single]
        return bool(every) and (any(not each.silent for each in every) or key in self._bench.comment_counts)

    # Going out

    def wanted(self) -> list[str]:
        """The patches whose replies go out: the selected ones where several are, else all that were decided."""
        chosen = self._keys()
        every = [key for key in self._bench.rows if key in self._bench.decisions or key in self._bench.branch_decisions]
        return [key for key in every if key in chosen] if len(chosen) > 1 else every

    def previews(self) -> list[Preview]:
        """Their mails."""
        self._window.reply.flush()
        return [self._window.links.preview(key) for key in self.wanted()]

    def _ask_mbox(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self._window, "Write the replies as one mbox", "replies.mbox")
        if path:
            self.export_mbox(Path(path))

    def export_mbox(self, path: Path) -> None:
        """Write the replies as one mboxrd; an existing file stays, the new one is numbered."""
        from uringreview.review.export import write_mbox

        shown = self.previews()
        replies = [each.reply for each in shown if each.reply is not None and not each.reply.withheld]
        written = write_mbox(path, replies) if replies else None
        self._window.status_line.say(said_of(shown, len(replies), str(written) if written else "no file"))

    def _ask_queue(self) -> None:
        folder = QFileDialog.getExistingDirectory(self._window, "Write queue-X.Y directories into a folder")
        if folder:
            self.export_queue(Path(folder))

    def export_queue(self, folder: Path) -> None:
        """Write what was taken as stable-queue directories, in the background."""
        from uringreview.review.stable_queue import write_stable_queues

        desk, bench, chosen = self._bench.desk, self._bench, self._keys()
        if desk is None:
            return
        keys = chosen if len(chosen) > 1 else ()
        self._window.jobs.start_process(
            "stable-queue",
            write_stable_queues,
            (folder, desk, dict(bench.decisions), dict(bench.branch_decisions), keys),
            on_done=self._queue_written,
            on_error=lambda problem: self._window.status_line.say(str(problem)),
            key="stable-queue",
        )

    def _queue_written(self, made: Sequence["QueueFolder"]) -> None:
        if not made:
            self._window.status_line.say("Nothing is taken for a branch of the clone: a takes the selected patches.")
            return
        parts = [f"{each.path.name} ({len(each.written)})" for each in made]
        left_out = [reason for each in made for reason in each.left_out]
        more = f"; {len(left_out)} left out: {left_out[0]}" if left_out else ""
        self._window.status_line.say(f"Written to {made[0].path.parent}: {', '.join(parts)}{more}")

    def _mail(self) -> None:
        from uringreview.review.export import mailto

        self._window.reply.flush()
        shown = self._window.links.preview(self._window.queue_view.key)
        if shown.reply is None or shown.reply.withheld:
            self._window.status_line.say(shown.notice)
            return
        link = mailto(shown.reply)
        if not QDesktopServices.openUrl(QUrl(link, QUrl.ParsingMode.StrictMode)):
            QGuiApplication.clipboard().setText(link)
            self._window.status_line.say("No mail program took the link; it is on the clipboard.")

    # Recent

    def _recent(self) -> None:
        entries = [
            Entry(", ".join(Path(path).name or path for path in paths), str(number), paths[0])
            for number, paths in enumerate(read_config().recent)
            if paths
        ]
        if not entries:
            self._window.status_line.say("Nothing was opened yet.")
            return
        recent = read_config().recent
        self._window.chooser.ask_among(
            "Open again", entries, lambda value: self._window.commands.open_paths(list(recent[int(value)]))
        )


def said_of(shown: Sequence[Preview], count: int, where: str) -> str:
    """What an export wrote and what not, and what to look at, in a sentence."""
    silent = sum(each.reply is not None and bool(each.reply.withheld) for each in shown)
    refused = [each.notice for each in shown if each.reply is None]
    doubtful = [each for each in shown if each.reply is not None and not each.reply.withheld and each.notice]
    parts = [f"{count} {'reply' if count == 1 else 'replies'} written to {where}"]
    parts += [f"{silent} taken without mail"] if silent else []
    parts += [f"{len(refused)} not written: {refused[0]}"] if refused else []
    parts += [f"{len(doubtful)} to look at: {doubtful[0].notice}"] if doubtful else []
    return "; ".join(parts)
