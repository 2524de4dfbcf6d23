"""The cache file: its tables, how it is opened, and what saves the day when it cannot be."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tui.errors import Problem
from tui.incidents.tables import (
    VERSION,
    CacheConnection,
    NewerFile,
    prepare,
    restore,
    transaction,
    undelivered,
)

__all__ = [
    "CacheProblem",
    "Opened",
    "is_damage",
    "open_file",
    "open_memory",
    "primary_code",
    "rescue",
    "transaction",
]

_BUSY_SECONDS = 5.0
_BUSY_PAUSE = 0.05
_HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_NETWORK = ("nfs", "cifs", "smb", "afs", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph", "lustre")
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


class CacheProblem(Problem):
    """The cache file cannot be used as it should; the program goes on without it."""


@dataclass(slots=True)
class Opened:
    """A cache that is open, and what had to be done for that."""

    connection: sqlite3.Connection
    path: Path | None
    """None where it is kept in memory."""
    notices: list[str] = field(default_factory=list)
    file: tuple[int, int] | None = None
    """Which file it is, whatever another program puts at its place later."""


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
        return _open_when_free(path)
    except NewerFile as newer:
        return _beside(path, f"was written by a newer version (form {newer.version})", copy=False)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return rescue(path)
        busy = primary_code(error) in _HELD
        why = "is held by another program" if busy else "cannot be opened"
        return _beside(path, why, copy=not busy)


def open_memory() -> Opened:
    """A cache that lives as long as the process."""
    connection = sqlite3.connect(":memory:", isolation_level=None, factory=CacheConnection)
    prepare(connection)
    return Opened(connection, None)


def rescue(path: Path, damaged: tuple[int, int] | None = None) -> Opened:
    """Move a damaged file aside and begin a new one with its undelivered edits.

    Args:
        damaged: Which file it is. Where another is in its place, another program did this
            already: that one is used.
    """
    from tui.incidents.outbox import readable

    if damaged is not None and _which(path) not in (None, damaged):
        return open_file(path)
    salvaged = _salvage(path)
    edits = [edit for edit in salvaged if readable(edit)]
    aside = path.with_name(f"{path.stem}.damaged-{time.strftime('%Y%m%dT%H%M%S')}{path.suffix}")
    for ending in ("", "-wal", "-shm"):
        with suppress(OSError):
            Path(f"{path}{ending}").replace(f"{aside}{ending}")
    try:
        from tui.config import private_file

        private_file(path)
        opened = _open(path)
    except (sqlite3.DatabaseError, OSError, NewerFile):
        opened = open_memory()
    with transaction(opened.connection):
        restore(opened.connection, edits)
    kept = _taken_over(len(edits), len(salvaged) - len(edits))
    opened.notices.append(
        f"The cache file was damaged and is now {aside.name}{kept}. The queue is fetched again."
    )
    return opened


def _taken_over(kept: int, lost: int) -> str:
    said = ""
    if kept:
        said += f", {kept} undelivered edit{' was' if kept == 1 else 's were'} taken over"
    if lost:
        said += f", {lost} could not be read"
    return said


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the file itself is broken."""
    return primary_code(error) in _DAMAGED


def primary_code(error: sqlite3.Error) -> int:
    """SQLite's primary result code of an error; 0 where it has none."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


def _open_when_free(path: Path) -> Opened:
    """Open it as soon as no other program keeps us from it.

    SQLite itself waits for a lock, but not where two programs change the journal's mode at once,
    as they do with a new file.
    """
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            return _open(path)
        except sqlite3.OperationalError as error:
            if primary_code(error) not in _HELD or time.monotonic() >= until:
                raise
        time.sleep(_BUSY_PAUSE)


def _open(path: Path) -> Opened:
    connection = sqlite3.connect(
        path, timeout=_BUSY_SECONDS, isolation_level=None, factory=CacheConnection
    )
    try:
        _choose_journal(connection, path)
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA cache_size=-1000")
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return Opened(connection, path, file=_which(path))


def _which(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino)


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
            if primary_code(error) in _HELD:
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


def _salvage(path: Path) -> list[dict[str, Any]]:
    try:
        connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
    except sqlite3.Error:
        return []
    try:
        return undelivered(connection)
    finally:
        connection.close()


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
        if not 1 <= version <= VERSION:
            return False
        source.backup(target)
        # The file's own program delivers these; sent from here they could go twice.
        target.execute("DELETE FROM outbox WHERE state <> 'confirmed'")
        prepare(target)
    except sqlite3.Error:
        return False
    finally:
        source.close()
    return True
