"""The session: what was decided, noted and commented, kept so that every keystroke survives a crash.

One SQLite file a queue, in write-ahead mode with synchronous=FULL: a write is on the disk before the call returns,
which costs one fsync a keystroke (a few milliseconds) and is what "stored at once" means. Nothing is deleted: a
newer decision stands before the older one, an undone one stays in the history, a damaged file is set aside.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from uringreview.errors import EnvironmentProblem
from uringreview.mail.subject import Version
from uringreview.review.decisions import Aside, Comment, Decision, Event, Snooze
from uringreview.review.fingerprint import Fingerprint
from uringreview.review.session_file import SUFFIX, open_file, session_folder, session_name, session_path
from uringreview.review.session_rows import (
    ADD_ASIDE,
    ADD_COMMENT,
    ADD_DECISION,
    CHANGE_COMMENT,
    COMMENT_FIELDS,
    DECISION_FIELDS,
    aside_event,
    aside_values,
    comment_row,
    decision_event,
    decision_row,
    read_asides,
    read_comment,
    read_decision,
    snooze_text,
    stamp,
    to_bytes,
    to_text,
    withdrawal_row,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the reviewer was: the selected row's key and the open tab's name."""

    key: str
    tab: str


class Session:
    """An open session; close it, or use it in a `with`. One thread uses it; several processes may."""

    def __init__(self, connection: sqlite3.Connection, path: Path, problem: str) -> None:
        self._connection = connection
        self.path = path
        self.name = path.name.removesuffix(SUFFIX)
        #: A sentence to show where an older, damaged file had to be set aside; else empty.
        self.problem = problem
        self._seen = self._version()

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back; everything is stored already."""
        self._connection.close()

    # Decisions

    def decide(self, *decisions: Decision) -> None:
        """Store decisions as one step that one undo takes back; on return they are on the disk."""
        self._add_decisions([decision_row(each) for each in decisions])

    def withdraw(self, *keys: str) -> None:
        """Make the patches undecided again, on every branch, as one step; undo brings the decisions back."""
        wanted = set(keys)
        standing = [decision for decision in map(read_decision, self._standing()) if decision.key in wanted]
        self._add_decisions([withdrawal_row(each.key, each.branch) for each in standing])

    def withdraw_on(self, branch: Version, *keys: str) -> None:
        """Let what was decided for all branches stand on `branch` again, as one step."""
        decided = self.branch_decisions()
        held = [key for key in keys if any(each.branch == branch for each in decided.get(key, ()))]
        self._add_decisions([withdrawal_row(key, branch) for key in held])

    def decisions(self) -> Mapping[str, Decision]:
        """The decision for all branches of every patch that has one, by key."""
        every = (read_decision(row) for row in self._standing())
        return {decision.key: decision for decision in every if decision.branch is None}

    def branch_decisions(self) -> Mapping[str, tuple[Decision, ...]]:
        """The decisions for single branches, newest branch first, by the key of every patch that has any."""
        found: dict[str, list[Decision]] = {}
        for decision in map(read_decision, self._standing()):
            if decision.branch is not None:
                found.setdefault(decision.key, []).append(decision)
        return {key: tuple(sorted(each, key=_newest_first)) for key, each in found.items()}

    def history(self, key: str) -> tuple[Event, ...]:
        """All that was ever decided and kept beside the patch, oldest first, what was undone included."""
        decided = self._read(
            f"SELECT {DECISION_FIELDS}, state FROM decision JOIN step ON step.number = step WHERE key = ?"
            " ORDER BY decision.number",
            (to_bytes(key),),
        )
        kept = self._read(
            "SELECT name, value, aside.made, state FROM aside JOIN step ON step.number = step WHERE key = ?"
            " ORDER BY aside.number",
            (to_bytes(key),),
        )
        events = [decision_event(row[:-1], str(row[-1])) for row in decided]
        events += [aside_event(str(name), value, str(made), str(state)) for name, value, made, state in kept]
        return tuple(sorted(events, key=lambda event: event.made))

    def undo(self) -> str | None:
        """Take the last step back; returns what was undone ("hold of <key>"), None where nothing is left."""
        return self._turn("live", "undone", "max")

    def redo(self) -> str | None:
        """Do the step that was last undone again; returns what was redone, None where there is nothing."""
        return self._turn("undone", "live", "min")

    # What is kept beside a decision

    def flag(self, on: bool, *keys: str) -> None:
        """Flag patches, or take the flag off, as one step."""
        self._set_asides("flag", "yes" if on else "", keys)

    def note(self, text: str, *keys: str) -> None:
        """Keep a note for oneself on patches as one step; an empty one takes it off."""
        self._set_asides("note", text.strip(), keys)

    def snooze(self, snooze: Snooze | None, *keys: str) -> None:
        """Put patches out of sight for a while, or wake them (None), as one step."""
        self._set_asides("snooze", snooze_text(snooze), keys)

    def mark_sent(self, sent: datetime | None, *keys: str) -> None:
        """Say that the patches' replies went out at `sent`, or did not (None), as one step."""
        self._set_asides("sent", stamp(sent) if sent is not None else "", keys)

    def asides(self) -> Mapping[str, Aside]:
        """What is kept beside the patches, by the key of every one that has anything."""
        return read_asides(
            self._read(
                "SELECT key, name, value FROM aside WHERE number IN (SELECT max(aside.number) FROM aside"
                " JOIN step ON step.number = step WHERE state = 'live' GROUP BY key, name) ORDER BY number"
            )
        )

    def _standing(self) -> list[tuple[Any, ...]]:
        return self._read(
            f"SELECT {DECISION_FIELDS} FROM decision WHERE number IN (SELECT max(decision.number) FROM decision"
            " JOIN step ON step.number = step WHERE state = 'live' GROUP BY key, branch)"
            " AND kind IS NOT NULL ORDER BY number"
        )

    def _add_decisions(self, rows: Sequence[tuple[object, ...]]) -> None:
        if rows:
            with self._writing() as connection:
                step = _begin_step(connection)
                connection.executemany(ADD_DECISION, [(step, *row) for row in rows])

    def _set_asides(self, name: str, value: str, keys: Sequence[str]) -> None:
        if keys:
            with self._writing() as connection:
                step, made = _begin_step(connection), stamp()
                connection.executemany(ADD_ASIDE, [(step, to_bytes(key), name, to_bytes(value), made) for key in keys])

    def _turn(self, old: str, new: str, which: str) -> str | None:
        # A new step replaces what was undone, so undone steps always lie above the live ones, in order.
        with self._writing() as connection:
            step = connection.execute(f"SELECT {which}(number) FROM step WHERE state = ?", (old,)).fetchone()[0]
            if step is None:
                return None
            connection.execute("UPDATE step SET state = ? WHERE number = ?", (new, step))
            for comment, added in connection.execute(
                "SELECT comment, added FROM comment_step WHERE step = ?", (step,)
            ).fetchall():
                there = bool(added) is (new == "live")
                connection.execute(
                    "UPDATE comment SET removed = ? WHERE number = ?", (None if there else stamp(), comment)
                )
            rows = connection.execute(
                "SELECT ifnull(kind, 'withdrawal'), key, number FROM decision WHERE step = :step"
                " UNION ALL SELECT name, key, number FROM aside WHERE step = :step"
                " UNION ALL SELECT 'comment', key, number FROM comment WHERE number IN"
                " (SELECT comment FROM comment_step WHERE step = :step AND added ="
                " (SELECT max(added) FROM comment_step WHERE step = :step)) ORDER BY 3",
                {"step": step},
            ).fetchall()
        what = f"{rows[0][0]} of {to_text(rows[0][1])}"
        return what if len(rows) == 1 else f"{what} and {len(rows) - 1} more"

    # Comments, replies, place

    def comment(self, comment: Comment) -> Comment:
        """Store a comment; returns it with its number. One that has a number already is changed in place."""
        if not comment.number:
            return self.add_comments(comment)[0]
        with self._writing() as connection:
            connection.execute(CHANGE_COMMENT, (*comment_row(comment), comment.number))
        return comment

    def add_comments(self, *comments: Comment) -> tuple[Comment, ...]:
        """Store new comments as one step that one undo takes back; returns them with their numbers."""
        if not comments:
            return ()
        with self._writing() as connection:
            step = _begin_step(connection)
            return tuple(_insert(connection, step, comment) for comment in comments)

    def reword_comment(self, comment: Comment) -> Comment:
        """Put `comment` in the place of the stored one of its number, as a step: undo brings the old words back.

        Returns it under its new number, under which `comment` changes it in place while it is being typed.
        """
        with self._writing() as connection:
            step = _begin_step(connection)
            connection.execute("UPDATE comment SET removed = ? WHERE number = ?", (stamp(), comment.number))
            connection.execute("INSERT INTO comment_step VALUES (?, ?, 0)", (step, comment.number))
            return _insert(connection, step, comment)

    def comments(self, key: str) -> tuple[Comment, ...]:
        """The patch's comments in the order of their making."""
        rows = self._read(
            f"SELECT {COMMENT_FIELDS}, number FROM comment WHERE key = ? AND removed IS NULL ORDER BY made, number",
            (to_bytes(key),),
        )
        return tuple(map(read_comment, rows))

    def comment_counts(self) -> Mapping[str, int]:
        """How many comments each patch has, by the key of every one that has any."""
        rows = self._read("SELECT key, count(*) FROM comment WHERE removed IS NULL GROUP BY key")
        return {to_text(key): count for key, count in rows}

    def remove_comment(self, number: int) -> None:
        """Take a comment out of the reply, as a step that undo takes back; the file keeps it, marked with the time."""
        with self._writing() as connection:
            connection.execute("UPDATE comment SET removed = ? WHERE number = ?", (stamp(), number))
            connection.execute("INSERT INTO comment_step VALUES (?, ?, 0)", (_begin_step(connection), number))

    def set_reply_text(self, key: str, text: str | None) -> None:
        """Keep the reviewer's own wording of a reply's text; None goes back to the template's."""
        with self._writing() as connection:
            if text is None:
                connection.execute("DELETE FROM reply_text WHERE key = ?", (to_bytes(key),))
            else:
                connection.execute("REPLACE INTO reply_text (key, text) VALUES (?, ?)", (to_bytes(key), to_bytes(text)))

    def reply_text(self, key: str) -> str | None:
        """The reviewer's own wording of the reply, None where the template's stands."""
        rows = self._read("SELECT text FROM reply_text WHERE key = ?", (to_bytes(key),))
        return to_text(rows[0][0]) if rows else None

    @property
    def place(self) -> Place | None:
        """Where the reviewer was last, None in a new session."""
        rows = self._read("SELECT value FROM about WHERE name IN ('row', 'tab') ORDER BY name")
        return Place(to_text(rows[0][0]), to_text(rows[1][0])) if len(rows) == 2 else None

    def set_place(self, place: Place) -> None:
        """Remember the selected row and the open tab."""
        self._set_about(row=to_bytes(place.key), tab=to_bytes(place.tab))

    # The file

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the patches that the queue held when it was last opened, in queue order."""
        return tuple(each.key for each in self.patches)

    @property
    def patches(self) -> tuple[Fingerprint, ...]:
        """What was kept of those patches, to know them again, in queue order."""
        rows = self._read("SELECT key, upstream, change, title FROM patch ORDER BY place")
        return tuple(
            Fingerprint(to_text(key), upstream, change, to_text(title)) for key, upstream, change, title in rows
        )

    @property
    def opened(self) -> tuple[str, ...]:
        """The absolute paths that were last opened in it."""
        rows = self._read("SELECT value FROM about WHERE name = 'paths'")
        return tuple(json.loads(rows[0][0])) if rows else ()

    def changed_elsewhere(self) -> bool:
        """Whether another program wrote to the session since this was asked last."""
        before, self._seen = self._seen, self._version()
        return before != self._seen

    def _version(self) -> int:
        return int(self._read("PRAGMA data_version")[0][0])

    def bring(self, decisions: Sequence[Decision], asides: Sequence[Aside], comments: Sequence[Comment]) -> None:
        """Take over what another session holds, as one step of undo; times stay those of the other session."""
        if not (decisions or asides or comments):
            return
        with self._writing() as connection:
            step = _begin_step(connection)
            connection.executemany(ADD_DECISION, [(step, *decision_row(each)) for each in decisions])
            values = [(each.key, name, value) for each in asides for name, value in aside_values(each)]
            connection.executemany(
                ADD_ASIDE, [(step, to_bytes(key), name, to_bytes(value), stamp()) for key, name, value in values]
            )
            for each in comments:
                number = connection.execute(ADD_COMMENT, comment_row(each)).lastrowid
                connection.execute("INSERT INTO comment_step VALUES (?, ?, 1)", (step, number))

    def _remember(self, paths: Sequence[str], patches: Sequence[Fingerprint]) -> None:
        with self._writing() as connection:
            connection.execute("DELETE FROM patch")
            connection.executemany(
                "INSERT OR IGNORE INTO patch (key, place, upstream, change, title) VALUES (?, ?, ?, ?, ?)",
                [
                    (to_bytes(each.key), place, each.upstream, each.change, to_bytes(each.title))
                    for place, each in enumerate(patches)
                ],
            )
        identity = session_name(paths, [each.key for each in patches]).rpartition("-")[2]
        opened = json.dumps([path if path == "-" else os.path.abspath(path) for path in paths])
        self._set_about(paths=to_bytes(opened), identity=to_bytes(identity))

    def _set_about(self, **values: bytes) -> None:
        with self._writing() as connection:
            connection.executemany("REPLACE INTO about (name, value) VALUES (?, ?)", list(values.items()))

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise EnvironmentProblem(
                f"{self.path}: the session could not be written ({error}); what was last done is not stored."
            ) from error

    def _read(self, query: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._connection.execute(query, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise EnvironmentProblem(f"{self.path}: the session could not be read ({error}).") from error


def open_session(
    paths: Sequence[str],
    patches: Sequence[Fingerprint] = (),
    *,
    name: str | None = None,
    folder: Path | None = None,
) -> Session:
    """Open, or begin, the session of the queue that `paths` opened and that holds `patches`.

    `name` picks a session by name instead; `folder` is where sessions are kept. A session that was renamed is found by
    what it holds; an archived one is taken out of the archive. Without paths and patches those of the session stay.
    Raises UsageProblem for a name that cannot be a file's, EnvironmentProblem where the file cannot be made or was
    written by a newer version.
    """
    path = session_path(paths, [each.key for each in patches], name, folder or session_folder())
    connection, problem = open_file(path)
    session = Session(connection, path, problem)
    try:
        if paths or patches:
            session._remember(paths, patches)
    except EnvironmentProblem:
        session.close()
        raise
    return session


def _begin_step(connection: sqlite3.Connection) -> int:
    """A new step inside a transaction: what was undone before can no longer be done again."""
    connection.execute("UPDATE step SET state = 'replaced' WHERE state = 'undone'")
    return connection.execute("INSERT INTO step (state, made) VALUES ('live', ?)", (stamp(),)).lastrowid or 0


def _insert(connection: sqlite3.Connection, step: int, comment: Comment) -> Comment:
    row = comment_row(comment)
    number = connection.execute(ADD_COMMENT, row).lastrowid
    connection.execute("INSERT INTO comment_step VALUES (?, ?, 1)", (step, number))
    return replace(comment, number=number or 0, made=datetime.fromisoformat(str(row[-1])))


def _newest_first(decision: Decision) -> tuple[int, int]:
    assert decision.branch is not None
    return -decision.branch.major, -decision.branch.minor
