"""The session: what was decided, noted and commented, kept so that every keystroke survives a crash.

One SQLite file a queue, in write-ahead mode with synchronous=FULL: a write is on the disk before the call returns,
which costs one fsync a keystroke (a few milliseconds) and is what "stored at once" means. Nothing is deleted: a
newer decision stands before the older one, an undone one stays in the history, a damaged file is set aside.
"""

import json
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from uringreview.diff.model import DiffAnchor
from uringreview.errors import EnvironmentProblem, UsageProblem
from uringreview.mail.message import Span
from uringreview.mail.subject import Version
from uringreview.review.decisions import Comment, Decision, DecisionKind, Tag
from uringreview.review.session_file import SUFFIX, Damaged, connect, make_file, session_folder, session_name, set_aside

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


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
        rows = [
            (
                _bytes(each.key),
                each.kind.value,
                _bytes(each.note),
                each.tag.value,
                str(each.drop_from) if each.drop_from else None,
                _stamp(each.made),
            )
            for each in decisions
        ]
        self._add_step(rows)

    def withdraw(self, key: str) -> None:
        """Make the patch undecided again; undo brings the decision back."""
        if key in self.decisions():
            self._add_step([(_bytes(key), None, b"", "", None, _stamp(None))])

    def decisions(self) -> Mapping[str, Decision]:
        """The standing decision of every decided patch, by key."""
        rows = self._read(
            "SELECT key, kind, note, tag, drop_from, made FROM decision WHERE number IN"
            " (SELECT max(number) FROM decision WHERE state = 'live' GROUP BY key) AND kind IS NOT NULL ORDER BY number"
        )
        return {decision.key: decision for decision in map(_decision, rows)}

    def history(self, key: str) -> tuple[Decision, ...]:
        """Every decision ever made on the patch, oldest first, undone and withdrawn ones included."""
        rows = self._read(
            "SELECT key, kind, note, tag, drop_from, made FROM decision WHERE key = ? AND kind IS NOT NULL"
            " ORDER BY number",
            (_bytes(key),),
        )
        return tuple(map(_decision, rows))

    def undo(self) -> str | None:
        """Take the last step back; returns what was undone ("hold of <key>"), None where nothing is left."""
        return self._turn("live", "undone", "max")

    def redo(self) -> str | None:
        """Do the step that was last undone again; returns what was redone, None where there is nothing."""
        return self._turn("undone", "live", "min")

    def _add_step(self, rows: Sequence[tuple[bytes, str | None, bytes, str, str | None, str]]) -> None:
        if not rows:
            return
        with self._writing() as connection:
            connection.execute("UPDATE decision SET state = 'replaced' WHERE state = 'undone'")
            step = connection.execute("SELECT ifnull(max(step), 0) + 1 FROM decision").fetchone()[0]
            connection.executemany(
                "INSERT INTO decision (step, key, kind, note, tag, drop_from, made, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, 'live')",
                [(step, *row) for row in rows],
            )

    def _turn(self, old: str, new: str, which: str) -> str | None:
        # A new step replaces what was undone, so undone steps always lie above the live ones, in order.
        with self._writing() as connection:
            step = connection.execute(f"SELECT {which}(step) FROM decision WHERE state = ?", (old,)).fetchone()[0]
            if step is None:
                return None
            rows = connection.execute(
                "SELECT kind, key FROM decision WHERE step = ? ORDER BY number", (step,)
            ).fetchall()
            connection.execute("UPDATE decision SET state = ? WHERE step = ?", (new, step))
        kind, key = rows[0]
        what = f"{kind or 'withdrawal'} of {_text(key)}"
        return what if len(rows) == 1 else f"{what} and {len(rows) - 1} more"

    # Comments, replies, place

    def comment(self, comment: Comment) -> Comment:
        """Store a comment; returns it with its number. One that has a number already is changed in place."""
        anchor = comment.place if isinstance(comment.place, DiffAnchor) else None
        span = comment.place if isinstance(comment.place, Span) else None
        made = _stamp(comment.made)
        values = (
            _bytes(comment.key),
            _bytes(anchor.path) if anchor else None,
            anchor.hunk if anchor else None,
            anchor.line if anchor else None,
            span.start if span else None,
            span.end if span else None,
            _bytes(comment.quote),
            _bytes(comment.text),
            made,
        )
        with self._writing() as connection:
            if comment.number:
                connection.execute(
                    "UPDATE comment SET key = ?, path = ?, hunk = ?, line = ?, span_start = ?, span_end = ?, quote = ?,"
                    " text = ?, made = ? WHERE number = ?",
                    (*values, comment.number),
                )
                return comment
            number = connection.execute(
                "INSERT INTO comment (key, path, hunk, line, span_start, span_end, quote, text, made)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            ).lastrowid
        return replace(comment, number=number or 0, made=datetime.fromisoformat(made))

    def comments(self, key: str) -> tuple[Comment, ...]:
        """The patch's comments in the order of their making."""
        rows = self._read(
            "SELECT key, path, hunk, line, span_start, span_end, quote, text, number, made FROM comment"
            " WHERE key = ? AND removed IS NULL ORDER BY number",
            (_bytes(key),),
        )
        return tuple(map(_comment, rows))

    def remove_comment(self, number: int) -> None:
        """Take a comment out of the reply; the file keeps it, marked with the time."""
        with self._writing() as connection:
            connection.execute("UPDATE comment SET removed = ? WHERE number = ?", (_stamp(None), number))

    def restore_comment(self, number: int) -> None:
        """Bring a removed comment back."""
        with self._writing() as connection:
            connection.execute("UPDATE comment SET removed = NULL WHERE number = ?", (number,))

    def set_reply_text(self, key: str, text: str | None) -> None:
        """Keep the reviewer's own wording of a reply's text; None goes back to the template's."""
        with self._writing() as connection:
            if text is None:
                connection.execute("DELETE FROM reply_text WHERE key = ?", (_bytes(key),))
            else:
                connection.execute("REPLACE INTO reply_text (key, text) VALUES (?, ?)", (_bytes(key), _bytes(text)))

    def reply_text(self, key: str) -> str | None:
        """The reviewer's own wording of the reply, None where the template's stands."""
        rows = self._read("SELECT text FROM reply_text WHERE key = ?", (_bytes(key),))
        return _text(rows[0][0]) if rows else None

    @property
    def place(self) -> Place | None:
        """Where the reviewer was last, None in a new session."""
        rows = self._read("SELECT value FROM about WHERE name IN ('row', 'tab') ORDER BY name")
        return Place(_text(rows[0][0]), _text(rows[1][0])) if len(rows) == 2 else None

    def set_place(self, place: Place) -> None:
        """Remember the selected row and the open tab."""
        self._set_about(row=_bytes(place.key), tab=_bytes(place.tab))

    # The file

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of the patches that the queue held when it was last opened, in queue order."""
        return tuple(_text(row[0]) for row in self._read("SELECT key FROM patch ORDER BY place"))

    def _remember(self, paths: Sequence[str], keys: Sequence[str]) -> None:
        with self._writing() as connection:
            connection.execute("DELETE FROM patch")
            connection.executemany(
                "INSERT OR IGNORE INTO patch (key, place) VALUES (?, ?)",
                [(_bytes(key), place) for place, key in enumerate(keys)],
            )
        self._set_about(paths=_bytes(json.dumps([path if path == "-" else os.path.abspath(path) for path in paths])))

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

    def _read(self, query: str, values: Sequence[object] = ()) -> list[tuple[bytes, ...]]:
        try:
            return self._connection.execute(query, tuple(values)).fetchall()
        except sqlite3.Error as error:
            raise EnvironmentProblem(f"{self.path}: the session could not be read ({error}).") from error


def open_session(
    paths: Sequence[str], keys: Sequence[str] = (), *, name: str | None = None, folder: Path | None = None
) -> Session:
    """Open, or begin, the session of the queue that `paths` opened and that holds the patches `keys`.

    `name` picks a session by name instead; `folder` is where sessions are kept. Raises UsageProblem for a name that
    cannot be a file's, EnvironmentProblem where the file cannot be made or was written by a newer version.
    """
    if name is not None and _NAME.fullmatch(name) is None:
        raise UsageProblem(f"A session's name is letters, digits, dots, dashes and underscores, not {name!r}.")
    place = folder or session_folder()
    path = place / f"{name or session_name(paths, keys)}{SUFFIX}"
    problem = ""
    try:
        make_file(path)
        try:
            connection = connect(path)
        except Damaged:
            aside = set_aside(path)
            problem = f"The session file was damaged and is kept as {aside}; a new one was begun."
            connection = connect(path)
    except OSError as error:
        raise EnvironmentProblem(f"{path}: the session file cannot be made ({error.strerror}).") from error
    except sqlite3.Error as error:
        raise EnvironmentProblem(f"{path}: the session file cannot be opened ({error}).") from error
    session = Session(connection, path, problem)
    try:
        session._remember(paths, keys)
    except EnvironmentProblem:
        session.close()
        raise
    return session


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape" if not re.search("[\ud800-\udc7f\udd00-\udfff]", text) else "replace")


def _text(value: bytes) -> str:
    return value.decode("utf-8", "surrogateescape")


def _stamp(made: datetime | None) -> str:
    return (made or datetime.now(UTC)).astimezone(UTC).isoformat()


def _decision(row: Sequence[object]) -> Decision:
    key, kind, note, tag, drop_from, made = row
    assert isinstance(key, bytes)
    assert isinstance(note, bytes)
    return Decision(
        key=_text(key),
        kind=DecisionKind(kind),
        note=_text(note),
        tag=Tag(tag),
        drop_from=Version.parse(str(drop_from)) if drop_from else None,
        made=datetime.fromisoformat(str(made)),
    )


def _comment(row: Sequence[object]) -> Comment:
    key, path, hunk, line, start, end, quote, text, number, made = row
    assert isinstance(key, bytes)
    assert isinstance(quote, bytes)
    assert isinstance(text, bytes)
    assert isinstance(number, int)
    place: DiffAnchor | Span | None = None
    if isinstance(path, bytes):
        place = DiffAnchor(
            _text(path), hunk if isinstance(hunk, int) else None, line if isinstance(line, int) else None
        )
    elif isinstance(start, int) and isinstance(end, int):
        place = Span(start, end)
    return Comment(_text(key), _text(text), _text(quote), place, number, datetime.fromisoformat(str(made)))
