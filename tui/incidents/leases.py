"""Who is sending which edit: claims that end with the program that made them."""

from __future__ import annotations

import os
import sqlite3
import time

LEASE_SECONDS = 180
"""How long a program may be sending an edit before another takes it for dead."""


def lease() -> int:
    """Until when a claim made now holds, in seconds since 1970."""
    return int(time.time()) + LEASE_SECONDS


def new_sender() -> str:
    """A name among all that share an outbox: host, process, and a part of its own."""
    return f"{_host()}/{os.getpid()}/{os.urandom(4).hex()}"


def _host() -> str:
    return os.uname().nodename if hasattr(os, "uname") else "here"


def renew(connection: sqlite3.Connection, sender: str) -> None:
    """Say that the sender is still at what it claimed."""
    connection.execute(
        "UPDATE outbox SET lease = ? WHERE state = 'sending' AND sender = ?",
        (lease(), sender),
    )


def release(connection: sqlite3.Connection, sender: str) -> None:
    """Put back what a sender claimed: it ends, and the fate of its attempts is unknown."""
    connection.execute(
        "UPDATE outbox SET state = 'pending', sender = NULL, lease = NULL"
        " WHERE state = 'sending' AND sender = ?",
        (sender,),
    )


def release_dead(connection: sqlite3.Connection) -> list[str]:
    """Put back what a program was sending that is no more; returns the incidents."""
    rows = connection.execute(
        "SELECT edit, incident, sender, lease FROM outbox WHERE state = 'sending'"
    ).fetchall()
    released: list[str] = []
    for edit, incident_id, sender, until in rows:
        if _is_dead(sender) or (until or 0) < time.time():
            connection.execute(
                "UPDATE outbox SET state = 'pending', why = ?, sender = NULL, lease = NULL"
                " WHERE edit = ?",
                ("The program ended while it was being sent.", edit),
            )
            released.append(incident_id)
    return released


def _is_dead(sender: str | None) -> bool:
    host, _, rest = (sender or "").partition("/")
    if os.name != "posix" or host != _host():
        return not sender
    number = rest.partition("/")[0]
    if not number.isdigit():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):
        return False
    return False
