"""The tables of the cache, made anew or brought from an older form to this one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

VERSION = 2
"""Of the tables. A file of an older version is brought to this one, its edits kept."""

RULES = 3
"""Of what is derived from the stored incidents; older rows are derived again meanwhile."""

RULES_KEY, DERIVED_KEY = "rules", "derived_to"
"""Names of what the cache keeps: the rules in force, and the row up to which they are."""

_ADDED = (
    "own INTEGER NOT NULL DEFAULT 0",
    "tactics TEXT NOT NULL DEFAULT ''",
    "tactic_count INTEGER NOT NULL DEFAULT 0",
    "devices INTEGER NOT NULL DEFAULT 0",
    "users INTEGER NOT NULL DEFAULT 0",
    "activity TEXT NOT NULL DEFAULT ''",
    "prio INTEGER NOT NULL DEFAULT 0",
    "unread INTEGER NOT NULL DEFAULT 0",
)
_MORE = """
CREATE TABLE label (
    f INTEGER PRIMARY KEY, kind TEXT NOT NULL, folded TEXT NOT NULL, said TEXT NOT NULL,
    UNIQUE (kind, folded)
);
CREATE TABLE held (n INTEGER, f INTEGER, PRIMARY KEY (n, f)) WITHOUT ROWID;
CREATE INDEX held_by ON held (f, n);
CREATE INDEX incident_facets
    ON incident (severity_key, status_key, owner_key, severity, status, owner);
CREATE INDEX incident_unread ON incident (unread) WHERE unread <> 0;
"""
_TABLES = f"""
CREATE TABLE meta (key TEXT PRIMARY KEY, value) WITHOUT ROWID;
CREATE TABLE incident (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    number INTEGER,
    severity TEXT NOT NULL, severity_key TEXT NOT NULL, severity_rank INTEGER NOT NULL,
    status TEXT NOT NULL, status_key TEXT NOT NULL, status_rank INTEGER NOT NULL,
    owner TEXT, owner_key TEXT NOT NULL,
    name TEXT NOT NULL, name_key TEXT NOT NULL,
    tags TEXT NOT NULL, tags_key TEXT NOT NULL,
    created INTEGER, updated INTEGER,
    alerts INTEGER NOT NULL, priority INTEGER,
    classification TEXT NOT NULL, determination TEXT NOT NULL,
    redirect_id TEXT,
    {", ".join(_ADDED)}
);
CREATE INDEX incident_created ON incident (created DESC, number DESC, id DESC);
CREATE TABLE body (n INTEGER PRIMARY KEY, updated INTEGER, data BLOB NOT NULL);
CREATE TABLE search (n INTEGER PRIMARY KEY, text TEXT NOT NULL);
{_MORE}
"""
_OUTBOX = """
CREATE TABLE outbox (
    edit INTEGER PRIMARY KEY AUTOINCREMENT,
    batch INTEGER NOT NULL,
    incident TEXT NOT NULL,
    change TEXT NOT NULL,
    former TEXT,
    state TEXT NOT NULL,
    why TEXT NOT NULL DEFAULT '',
    created INTEGER NOT NULL,
    tried INTEGER,
    undoes INTEGER,
    sender TEXT,
    lease INTEGER,
    base TEXT,
    theirs TEXT,
    settled INTEGER
);
CREATE INDEX outbox_open ON outbox (incident, edit) WHERE state <> 'confirmed';
"""
_BY_WORK = (
    "CREATE INDEX IF NOT EXISTS incident_work ON incident"
    " (status_key IN ('resolved', 'redirected'), prio DESC, created DESC, number DESC, id DESC)"
)
_WORDS = (
    "CREATE VIRTUAL TABLE words USING fts5(text, content='search', content_rowid='n',"
    " tokenize='trigram case_sensitive 1', detail=none)"
)
_WORDS_STALE = "words_stale"


class CacheConnection(sqlite3.Connection):
    """A connection to a cache, and what this program knows of it."""

    indexed = False
    """Whether words are looked up in an index: this SQLite has FTS5 with trigrams."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.labels: dict[tuple[str, str], int] = {}
        """Numbers of labels that are in the file."""


class DamagedRow(sqlite3.DatabaseError):
    """What a row holds cannot be read: the file is broken although SQLite does not see it."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    sqlite_errorname = "SQLITE_CORRUPT"


class NewerFile(Exception):
    """The file was written by a newer version of this program."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the work or none of it; other programs wait. Within another it is part of that."""
    if connection.in_transaction:
        yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if isinstance(connection, CacheConnection):
            connection.labels.clear()
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, or bring them to this version.

    Raises:
        NewerFile: They are of a version that is not known here.
    """
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > VERSION:
        raise NewerFile(version)
    if version < VERSION:
        with transaction(connection):
            # Another program may have done it while we waited for the lock.
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            if version < VERSION:
                _bring(connection, version)
    with suppress(sqlite3.OperationalError):
        # A file that cannot be written is read without it, only slower.
        connection.execute(_BY_WORK)
    find_words(connection)


def _bring(connection: sqlite3.Connection, version: int) -> None:
    if version == 1 and _from_first(connection):
        return
    edits = undelivered(connection)
    tables = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        " ORDER BY name LIKE 'words%', length(name)"
    ).fetchall()
    for (table,) in tables:
        connection.execute('DROP TABLE IF EXISTS "{}"'.format(table.replace('"', '""')))
    _run(connection, _TABLES + _OUTBOX)
    restore(connection, edits)
    connection.execute("INSERT INTO meta VALUES (?, ?)", (RULES_KEY, RULES))
    connection.execute(f"PRAGMA user_version={VERSION}")


def _from_first(connection: sqlite3.Connection) -> bool:
    """From the first version: what is derived is derived again, bit by bit, by whoever runs."""
    connection.execute("SAVEPOINT bring")
    try:
        for column in _ADDED:
            connection.execute(f"ALTER TABLE incident ADD COLUMN {column}")
        for column in ("base TEXT", "theirs TEXT", "settled INTEGER"):
            connection.execute(f"ALTER TABLE outbox ADD COLUMN {column}")
        _run(connection, _MORE)
        connection.execute("DELETE FROM search")
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, 0)", (DERIVED_KEY,))
        connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (RULES_KEY, RULES))
        connection.execute(f"PRAGMA user_version={VERSION}")
    except sqlite3.OperationalError:
        connection.execute("ROLLBACK TO bring")
        connection.execute("RELEASE bring")
        return False
    connection.execute("RELEASE bring")
    return True


def _run(connection: sqlite3.Connection, statements: str) -> None:
    for statement in statements.split(";"):
        connection.execute(statement)


def find_words(connection: sqlite3.Connection) -> None:
    """See whether words can be looked up in an index, and make it where it is missing.

    A program without FTS5 may have written to the file since: the index is then built again.
    """
    if not isinstance(connection, CacheConnection):
        return
    connection.indexed = False
    stale = connection.execute("SELECT 1 FROM meta WHERE key = ?", (_WORDS_STALE,)).fetchone()
    try:
        connection.execute("SELECT rowid FROM words LIMIT 0").fetchall()
        if stale is None:
            connection.indexed = True
            return
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            return
    try:
        with transaction(connection):
            with suppress(sqlite3.OperationalError):
                connection.execute(_WORDS)
            connection.execute("INSERT INTO words (words) VALUES ('rebuild')")
            connection.execute("DELETE FROM meta WHERE key = ?", (_WORDS_STALE,))
    except sqlite3.OperationalError:
        return  # without FTS5 or its trigrams: words are looked for in every text
    connection.indexed = True


def has_words(connection: sqlite3.Connection) -> bool:
    """Whether words can be looked up in the index."""
    return isinstance(connection, CacheConnection) and connection.indexed


def write_words(
    connection: sqlite3.Connection, number: int, text: str, *, new: bool = False
) -> None:
    """Keep the text in which an incident's words are looked for; within a transaction.

    Args:
        new: There is none of this incident yet.
    """
    row = None
    if not new:
        row = connection.execute("SELECT text FROM search WHERE n = ?", (number,)).fetchone()
    if row is not None and row[0] == text:
        return
    if row is not None:
        _unindex(connection, number, row[0])
    connection.execute("INSERT OR REPLACE INTO search VALUES (?, ?)", (number, text))
    if has_words(connection):
        connection.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, text))
    else:
        connection.execute("INSERT OR IGNORE INTO meta VALUES (?, 1)", (_WORDS_STALE,))


def add_words(connection: sqlite3.Connection, rows: Sequence[tuple[int, str]]) -> None:
    """Keep the texts of incidents that have none; within a transaction."""
    connection.executemany("INSERT INTO search VALUES (?, ?)", rows)
    if has_words(connection):
        connection.executemany("INSERT INTO words (rowid, text) VALUES (?, ?)", rows)
    elif rows:
        connection.execute("INSERT OR IGNORE INTO meta VALUES (?, 1)", (_WORDS_STALE,))


def drop_words(connection: sqlite3.Connection, number: int) -> None:
    """Forget the text of an incident; within a transaction."""
    row = connection.execute("SELECT text FROM search WHERE n = ?", (number,)).fetchone()
    if row is not None:
        _unindex(connection, number, row[0])
        connection.execute("DELETE FROM search WHERE n = ?", (number,))


def _unindex(connection: sqlite3.Connection, number: int, text: str) -> None:
    if has_words(connection):
        connection.execute(
            "INSERT INTO words (words, rowid, text) VALUES ('delete', ?, ?)", (number, text)
        )
    else:
        connection.execute("INSERT OR IGNORE INTO meta VALUES (?, 1)", (_WORDS_STALE,))


def undelivered(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """The rows of the outbox that are not confirmed; none where it cannot be read."""
    edits: list[dict[str, Any]] = []
    with suppress(sqlite3.DatabaseError):
        cursor = connection.execute("SELECT * FROM outbox WHERE state <> 'confirmed'")
        names = [column[0] for column in cursor.description]
        for row in cursor:
            edits.append(dict(zip(names, row, strict=True)))
    return edits


def restore(connection: sqlite3.Connection, edits: list[dict[str, Any]]) -> None:
    """Put rows of another outbox into this one."""
    names = [column[1] for column in connection.execute("PRAGMA table_info(outbox)")]
    for edit in edits:
        kept = {name: edit[name] for name in names if name in edit}
        with suppress(sqlite3.IntegrityError):
            connection.execute(
                f"INSERT INTO outbox ({', '.join(kept)}) VALUES ({', '.join('?' * len(kept))})",
                list(kept.values()),
            )
