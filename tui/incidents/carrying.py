"""What a tenant's cache holds goes along when its profile changes from one API to the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.incidents import leases, store
from tui.incidents.cache import path_for
from tui.incidents.schema import CacheProblem, open_file, transaction
from tui.incidents.sync import COMPLETE_TO, FILL_NEWEST, FILL_STARTED, FILLED_TO, SEEN_WHOLE

if TYPE_CHECKING:
    from tui.api.protocols import Dialect
    from tui.auth.profiles import Profile

_OPEN = "state NOT IN ('confirmed', 'sending')"
_KEPT = "change, former, state, why, created, tried, base, theirs, settled, incident"


@dataclass(frozen=True, slots=True)
class Carried:
    """What went along."""

    incidents: int = 0
    """Held at once by the other API's cache; 0 where that had a queue of its own."""
    edits: int = 0
    """Edits that wait to be delivered."""
    left: int = 0
    """Edits that another window is delivering at this moment, over the former API."""


def carry_over(
    profile: Profile,
    directory: Path,
    former: Dialect = "classic",
    coming: Dialect = "graph",
    *,
    for_edits: bool = False,
) -> Carried:
    """Take the cached queue and the outbox of one API's cache over into the other's.

    Where the other has none yet, it begins as a copy: it shows at once, what was done can still
    be undone, and the next sync reads all of it again in the new form. Where it has, the edits
    that are not delivered move to it. Either way they are in one outbox alone, so that none is
    sent twice. Blocks: call it in a thread.

    Args:
        for_edits: Do nothing where no edit waits: what is read can be read again.

    Raises:
        CacheProblem: A file cannot be read or written; nothing was changed.
    """
    source, target = path_for(profile, directory, former), path_for(profile, directory, coming)
    if source is None or target is None or not source.is_file() or source == target:
        return Carried()
    try:
        with _opened(source) as old:
            with transaction(old):
                leases.release_dead(old)
            if for_edits and not _count(old, _OPEN):
                return Carried()
            fresh = not target.is_file()
            if fresh:
                _copy(old, target)
            with _opened(target) as new:
                edits = _count(new, _OPEN) if fresh else _move(old, new)
                with transaction(old):
                    old.execute(f"DELETE FROM outbox WHERE {_OPEN}")
                return Carried(
                    store.total(new) if fresh else 0, edits, _count(old, "state = 'sending'")
                )
    except (OSError, sqlite3.Error):
        raise CacheProblem(
            f"The cache of {profile.name} was not taken over",
            "its file cannot be read or written",
            "Close other windows of this program and try again.",
        ) from None


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    opened = open_file(path)
    try:
        if opened.path is None:  # Opened beside the file: what is changed there would be lost.
            raise OSError
        yield opened.connection
    finally:
        opened.connection.close()


def _copy(old: sqlite3.Connection, target: Path) -> None:
    from tui.config import private_file

    half = private_file(target.with_name(f".{target.name}.coming"))
    new = sqlite3.connect(half, isolation_level=None)
    try:
        old.backup(new)
        new.execute("DELETE FROM outbox WHERE state = 'sending'")
        # It was read from the other API: all of it is to be read again.
        keys = (COMPLETE_TO, SEEN_WHOLE, FILL_STARTED, FILL_NEWEST, FILLED_TO)
        new.executemany("DELETE FROM meta WHERE key = ?", [(key,) for key in keys])
        new.execute("PRAGMA journal_mode = DELETE")
    except BaseException:
        new.close()
        half.unlink(missing_ok=True)
        raise
    new.close()
    half.replace(target)


def _move(old: sqlite3.Connection, new: sqlite3.Connection) -> int:
    with transaction(new):
        (edit,) = new.execute("SELECT ifnull(max(edit), 0) FROM outbox").fetchone()
        (batch,) = new.execute("SELECT ifnull(max(batch), 0) FROM outbox").fetchone()
        rows = old.execute(
            f"SELECT edit, batch, undoes, {_KEPT} FROM outbox WHERE {_OPEN} ORDER BY edit"
        ).fetchall()
        moved = {row[0] for row in rows}
        places = ", ".join("?" * (3 + len(_KEPT.split(","))))
        new.executemany(
            f"INSERT INTO outbox (edit, batch, undoes, {_KEPT}) VALUES ({places})",
            [
                (edit + own, batch + group, edit + undoes if undoes in moved else None, *kept)
                for own, group, undoes, *kept in rows
            ],
        )
    return len(rows)


def _count(connection: sqlite3.Connection, which: str) -> int:
    (number,) = connection.execute(f"SELECT count(*) FROM outbox WHERE {which}").fetchone()
    return int(number)
