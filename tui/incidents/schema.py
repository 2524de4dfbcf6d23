"""The cache file: its tables, how it is opened, and what saves the day when it cannot be."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui.errors import Problem

VERSION = 1
"""Of the tables. A file of an older version is rebuilt, its undelivered edits kept."""

_BUSY_SECONDS = 5.0
_NETWORK = ("nfs", "cifs", "smb", "afs", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph", "lustre")
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_TABLES = """
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
    redirect_id TEXT
);
CREATE INDEX incident_created ON incident (created DESC, number DESC, id DESC);
CREATE TABLE body (n INTEGER PRIMARY KEY, updated INTEGER, data BLOB NOT NULL);
CREATE TABLE search (n INTEGER PRIMARY KEY, text TEXT NOT NULL);
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
    lease INTEGER
);
CREATE INDEX outbox_open ON outbox (incident, edit) WHERE state <> 'confirmed';
"""


class CacheProblem(Problem):
    """The cache file cannot be used as it should; the program goes on without it."""


@dataclass(slots=True)
class Opened:
    """A cache that is open, and what had to be done for that."""

    connection: sqlite3.Connection
    path: Path | None
    """None where it is kept in memory."""
    notices: list[str] = field(default_factory=list)


def open_file(path: Path) -> Opened:
    """Open the cache file, made anew where there is none.

    A damaged file is moved aside and its undelivered edits are taken over. A file that
    cannot be written, is locked, or comes from a newer version is left alone: what can be
    read of it is shown, and this run keeps its own state in memory.
    """
    from tui.config import private_file

    try:
        private_file(path)
    except OSError as error:
        return _beside(path, f"cannot be written ({error.strerror or 'refused'})", copy=True)
    if not (os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)):
        return _beside(path, "is read-only", copy=True)
    try:
        return _open(path)
    except _NewerFile as newer:
        return _beside(path, f"was written by a newer version (form {newer.version})", copy=False)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return rescue(path)
        busy = primary_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        why = "is held by another program" if busy else "cannot be opened"
        return _beside(path, why, copy=not busy)


def open_memory() -> Opened:
    """A cache that lives as long as the process."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    _prepare(connection)
    return Opened(connection, None)


def rescue(path: Path) -> Opened:
    """Move a damaged file aside and begin a new one with its undelivered edits."""
    edits = _salvage(path)
    aside = path.with_name(f"{path.stem}.damaged-{time.strftime('%Y%m%dT%H%M%S')}{path.suffix}")
    for ending in ("", "-wal", "-shm"):
        with suppress(OSError):
            Path(f"{path}{ending}").replace(f"{aside}{ending}")
    try:
        from tui.config import private_file

        private_file(path)
        opened = _open(path)
    except (sqlite3.DatabaseError, OSError, _NewerFile):
        opened = open_memory()
    with transaction(opened.connection):
        _restore(opened.connection, edits)
    kept = f", {len(edits)} undelivered edits were taken over" if edits else ""
    opened.notices.append(
        f"The cache file was damaged and is now {aside.name}{kept}. The queue is fetched again."
    )
    return opened


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken."""
    return primary_code(error) in _DAMAGED


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code of an error; 0 where it has none."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """All of the work or none of it; other programs wait."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


class _NewerFile(Exception):
    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


def _open(path: Path) -> Opened:
    connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    try:
        _choose_journal(connection, path)
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA cache_size=-16000")
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return Opened(connection, path)


def _choose_journal(connection: sqlite3.Connection, path: Path) -> None:
    """Write-ahead logging, or the older mode where memory is not shared: network drives."""
    if not _on_network(path):
        try:
            (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
            if mode == "wal":
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                connection.execute("PRAGMA synchronous=NORMAL")
                return
        except sqlite3.OperationalError as error:
            if primary_code(error) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
    connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    connection.execute("PRAGMA synchronous=FULL")


def _on_network(path: Path) -> bool:
    if os.name == "nt":
        return str(path.resolve()).startswith("\\\\")
    try:
        mounts = Path("/proc/self/mounts").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    best, kind = "", ""
    real = str(path.resolve())
    for line in mounts.splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ").rstrip("/")
        if (real == point or real.startswith(point + "/")) and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind.startswith(_NETWORK)


def _prepare(connection: sqlite3.Connection) -> None:
    """Make the tables, or bring them to this version."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == VERSION:
        return
    if version > VERSION:
        raise _NewerFile(version)
    with transaction(connection):
        # Another program may have done it while we waited for the lock.
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == VERSION:
            return
        edits = _undelivered(connection)
        tables = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for (table,) in tables:
            connection.execute('DROP TABLE "{}"'.format(table.replace('"', '""')))
        for statement in (_TABLES + _OUTBOX).split(";"):
            connection.execute(statement)
        _restore(connection, edits)
        connection.execute(f"PRAGMA user_version={VERSION}")


def _undelivered(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    edits: list[dict[str, Any]] = []
    with suppress(sqlite3.DatabaseError):
        cursor = connection.execute("SELECT * FROM outbox WHERE state <> 'confirmed'")
        names = [column[0] for column in cursor.description]
        for row in cursor:
            edits.append(dict(zip(names, row, strict=True)))
    return edits


def _salvage(path: Path) -> list[dict[str, Any]]:
    try:
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    except sqlite3.Error:
        return []
    try:
        return _undelivered(connection)
    finally:
        connection.close()


def _restore(connection: sqlite3.Connection, edits: list[dict[str, Any]]) -> None:
    names = [column[1] for column in connection.execute("PRAGMA table_info(outbox)")]
    for edit in edits:
        kept = {name: edit[name] for name in names if name in edit}
        with suppress(sqlite3.IntegrityError):
            connection.execute(
                f"INSERT INTO outbox ({', '.join(kept)}) VALUES ({', '.join('?' * len(kept))})",
                list(kept.values()),
            )


def _beside(path: Path, why: str, *, copy: bool) -> Opened:
    """A cache in memory because the file cannot be used, with the file's rows if readable."""
    opened = open_memory()
    shown = ""
    if copy and path.exists() and _copied(path, opened.connection):
        shown = " It is shown as it was."
    opened.notices.append(
        f"The cache file {path.name} {why}; nothing of this session is kept.{shown}"
    )
    return opened


def _copied(path: Path, target: sqlite3.Connection) -> bool:
    try:
        source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error:
        return False
    try:
        (version,) = source.execute("PRAGMA user_version").fetchone()
        if version != VERSION:
            return False
        source.backup(target)
        # The file's own program delivers these; sent from here they could go twice.
        target.execute("DELETE FROM outbox WHERE state <> 'confirmed'")
    except sqlite3.Error:
        return False
    finally:
        source.close()
    return True
