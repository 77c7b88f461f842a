"""Session files as older versions of the program made them, by raw SQL: what a user's folder holds today."""

import sqlite3
from contextlib import closing
from pathlib import Path

_FIRST = """
CREATE TABLE about (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE patch (key BLOB PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE decision (
    number INTEGER PRIMARY KEY AUTOINCREMENT, step INTEGER NOT NULL, key BLOB NOT NULL, kind TEXT, note BLOB NOT NULL,
    tag TEXT NOT NULL, drop_from TEXT, made TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('live', 'undone', 'replaced'))
);
CREATE INDEX decision_by_key ON decision (key, number);
CREATE TABLE comment (
    number INTEGER PRIMARY KEY AUTOINCREMENT, key BLOB NOT NULL, path BLOB, hunk INTEGER, line INTEGER,
    span_start INTEGER, span_end INTEGER, quote BLOB NOT NULL, text BLOB NOT NULL, made TEXT NOT NULL, removed TEXT
);
CREATE INDEX comment_by_key ON comment (key, number);
CREATE TABLE reply_text (key BLOB PRIMARY KEY, text BLOB NOT NULL) WITHOUT ROWID;
PRAGMA journal_mode = WAL;
PRAGMA user_version = 1;
INSERT INTO about VALUES ('paths', CAST('["/mail/batch.mbox"]' AS BLOB)), ('row', CAST('two@example' AS BLOB)),
    ('tab', CAST('series' AS BLOB));
INSERT INTO patch VALUES (CAST('one@example' AS BLOB), 0), (CAST('two@example' AS BLOB), 1);
INSERT INTO decision (step, key, kind, note, tag, drop_from, made, state) VALUES
    (1, CAST('one@example' AS BLOB), 'hold', CAST('a fix is coming' AS BLOB), '', NULL,
     '2026-05-20T10:42:00+00:00', 'live'),
    (2, CAST('one@example' AS BLOB), 'drop', x'', '', NULL, '2026-05-20T11:05:00+00:00', 'live'),
    (2, CAST('two@example' AS BLOB), 'drop-older', x'', '', '6.12', '2026-05-20T11:05:00+00:00', 'live'),
    (3, CAST('two@example' AS BLOB), 'take', x'', 'Acked-by', NULL, '2026-05-20T11:06:00+00:00', 'undone');
INSERT INTO comment (key, quote, text, made) VALUES
    (CAST('one@example' AS BLOB), x'', CAST('why?' AS BLOB), '2026-05-20T10:43:00+00:00');
INSERT INTO reply_text VALUES (CAST('one@example' AS BLOB), CAST('My own words.' AS BLOB));
"""


def make_first_version(path: Path) -> None:
    """A session file of the first version: a hold and then a drop of two patches, a take that was undone."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(_FIRST)
