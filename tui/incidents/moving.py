"""A tenant's cache taken along when its profile moves to another API."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from tui.errors import UsageProblem
from tui.incidents.cache import path_for
from tui.incidents.sync import SYNCED

if TYPE_CHECKING:
    from tui.api.protocols import Dialect
    from tui.auth.profiles import Profile


def carry_over(profile: Profile, directory: Path, *, source: Dialect, to: Dialect) -> bool:
    """Make the cache of one API that of another: incidents, marks, edits and their history.

    Incidents have the same ids and one form in both, so all of it stays true; what the other
    API tells differently is fetched anew at the next sync. Blocks: call it in a thread, with
    no edit of the source on its way.

    Returns:
        Whether there was anything to take along.

    Raises:
        UsageProblem: Edits wait in the cache of the other API too, or a file cannot be used.
    """
    former, wanted = path_for(profile, directory, source), path_for(profile, directory, to)
    if former is None or wanted is None or not former.exists():
        return False
    what = "The cached queue was not taken along"
    moved = wanted.with_name(f"{wanted.name}.moving")
    try:
        if wanted.exists() and _waiting(wanted):
            raise UsageProblem(
                what,
                f"edits wait in the cache of {to} too",
                f'Sign in with api = "{to}" first, so that they are sent.',
            )
        with suppress(FileNotFoundError):
            moved.unlink()
        os.close(os.open(moved, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(former)) as old, closing(sqlite3.connect(moved)) as new:
            old.backup(new)
            new.execute("DELETE FROM meta WHERE key = ?", (SYNCED,))
            new.commit()
        for ending in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                wanted.with_name(wanted.name + ending).unlink()
        moved.replace(wanted)
    except (OSError, sqlite3.Error) as error:
        why = getattr(error, "strerror", None) or "a cache file cannot be read or written"
        raise UsageProblem(what, str(why).lower(), "The former cache is as it was.") from None
    return True


def _waiting(path: Path) -> bool:
    with closing(sqlite3.connect(path)) as connection:
        row = connection.execute(
            "SELECT 1 FROM outbox WHERE state <> 'confirmed' LIMIT 1"
        ).fetchone()
    return row is not None
