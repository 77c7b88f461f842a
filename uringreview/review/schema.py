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
    """
    CREATE TABLE step (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        state TEXT NOT NULL CHECK (state IN ('live', 'undone', 'replaced')),
        made TEXT NOT NULL
    );
    INSERT INTO step SELECT step, state, min(made) FROM decision GROUP BY step;
    CREATE TABLE decision_on (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        step INTEGER NOT NULL REFERENCES step (number),
        key BLOB NOT NULL,
        branch TEXT NOT NULL,
        kind TEXT,
        note BLOB NOT NULL,
        tag TEXT NOT NULL,
        drop_from TEXT,
        made TEXT NOT NULL
    );
    INSERT INTO decision_on SELECT number, step, key, '', kind, note, tag, drop_from, made FROM decision;
    DROP TABLE decision;
    ALTER TABLE decision_on RENAME TO decision;
    CREATE INDEX decision_by_key ON decision (key, branch, number);
    CREATE INDEX decision_by_step ON decision (step);
    CREATE TABLE aside (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        step INTEGER NOT NULL REFERENCES step (number),
        key BLOB NOT NULL,
        name TEXT NOT NULL CHECK (name IN ('flag', 'note', 'snooze', 'sent')),
        value BLOB NOT NULL,
        made TEXT NOT NULL
    );
    CREATE INDEX aside_by_key ON aside (key, name, number);
    CREATE INDEX aside_by_step ON aside (step);
    CREATE TABLE comment_step (
        step INTEGER NOT NULL REFERENCES step (number),
        comment INTEGER NOT NULL REFERENCES comment (number),
        added INTEGER NOT NULL,
        PRIMARY KEY (step, comment)
    ) WITHOUT ROWID;
    """,
    """
    ALTER TABLE patch ADD COLUMN upstream TEXT NOT NULL DEFAULT '';
    ALTER TABLE patch ADD COLUMN change TEXT NOT NULL DEFAULT '';
    ALTER TABLE patch ADD COLUMN title BLOB NOT NULL DEFAULT x'';
    INSERT OR IGNORE INTO about VALUES ('identity', x'');
    """,
)
