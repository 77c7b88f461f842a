"""The session file's tables, version by version.

`PRAGMA user_version` counts the migrations that a file has had; opening an older file runs the missing ones in one
transaction. What comes from mail (keys, quotes) is stored as bytes, because mail holds bytes that are no UTF-8.
"""

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE about (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE patch (key BLOB PRIMARY KEY, place INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE decision (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        step INTEGER NOT NULL,
        key BLOB NOT NULL,
        kind TEXT,
        note BLOB NOT NULL,
        tag TEXT NOT NULL,
        drop_from TEXT,
        made TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('live', 'undone', 'replaced'))
    );
    CREATE INDEX decision_by_key ON decision (key, number);
    CREATE TABLE comment (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        key BLOB NOT NULL,
        path BLOB,
        hunk INTEGER,
        line INTEGER,
        span_start INTEGER,
        span_end INTEGER,
        quote BLOB NOT NULL,
        text BLOB NOT NULL,
        made TEXT NOT NULL,
        removed TEXT
    );
    CREATE INDEX comment_by_key ON comment (key, number);
    CREATE TABLE reply_text (key BLOB PRIMARY KEY, text BLOB NOT NULL) WITHOUT ROWID;
    """,
)
