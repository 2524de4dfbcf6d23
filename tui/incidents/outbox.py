"""The outbox: edits written down before they are shown, until they are settled."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tui.api.records import IncidentChange
from tui.incidents.changes import Edit, EditId
from tui.incidents.facts import moment, ticks

LEASE_SECONDS = 180
"""How long a program may be sending an edit before another takes it for dead."""

_COLUMNS = "edit, incident, change, state, why, created, batch, undoes"
_OPEN = ("pending", "sending")
_change_decoder = msgspec.json.Decoder(IncidentChange)


@dataclass(frozen=True, slots=True)
class Task:
    """An edit claimed for sending."""

    edit: EditId
    incident_id: str
    change: IncidentChange
    tried: datetime | None
    """When an attempt began whose fate is not known; None where there was none."""


def new_sender() -> str:
    """A name among all that share an outbox: host, process, and a part of its own."""
    return f"{_host()}/{os.getpid()}/{os.urandom(4).hex()}"


def _host() -> str:
    return os.uname().nodename if hasattr(os, "uname") else "here"


def add(
    connection: sqlite3.Connection,
    wishes: Iterable[tuple[str, IncidentChange, IncidentChange | None, EditId | None]],
    now: datetime,
    why: str = "",
) -> list[EditId]:
    """Write wishes down as one batch.

    Args:
        wishes: Of each: the incident's id, the change, what takes it back, and the edit
            that it takes back itself.
        why: Why they have to wait, if they do.
    """
    (batch,) = connection.execute("SELECT ifnull(max(batch), 0) + 1 FROM outbox").fetchone()
    return [
        connection.execute(
            "INSERT INTO outbox (batch, incident, change, former, state, why, created, undoes)"
            " VALUES (?, ?, ?, ?, 'pending', ?, ?, ?)",
            (
                batch,
                incident_id,
                _encode(change),
                before and _encode(before),
                why,
                ticks(now),
                undoes,
            ),
        ).lastrowid
        or 0
        for incident_id, change, before, undoes in wishes
    ]


def _encode(change: IncidentChange) -> str:
    return msgspec.json.encode(change).decode()


def edits(
    connection: sqlite3.Connection,
    *,
    incident_id: str | None = None,
    batch: int | None = None,
    with_confirmed: bool = False,
) -> list[Edit]:
    """Edits in the order in which they were made."""
    conditions = [] if with_confirmed else ["state <> 'confirmed'"]
    values: list[object] = []
    if incident_id is not None:
        conditions.append("incident = ?")
        values.append(incident_id)
    if batch is not None:
        conditions.append("batch = ?")
        values.append(batch)
    where = " AND ".join(conditions) or "1"
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM outbox WHERE {where} ORDER BY edit", values
    ).fetchall()
    return [_edit(row) for row in rows]


def _edit(row: tuple[object, ...]) -> Edit:
    edit, incident_id, change, state, why, created, batch, undoes = row
    return Edit(
        id=edit,  # type: ignore[arg-type]
        incident_id=incident_id,  # type: ignore[arg-type]
        change=_change_decoder.decode(str(change)),
        state=state,  # type: ignore[arg-type]
        why=why,  # type: ignore[arg-type]
        created=moment(created),  # type: ignore[arg-type]
        batch=batch,  # type: ignore[arg-type]
        undoes=undoes,  # type: ignore[arg-type]
    )


def wished(
    connection: sqlite3.Connection, ids: Sequence[str] | None = None
) -> dict[str, list[tuple[IncidentChange, datetime]]]:
    """Changes that are on their way, of all incidents or of these, in order."""
    rows = connection.execute(
        "SELECT incident, change, created FROM outbox"
        " WHERE state <> 'confirmed' AND state <> 'failed' ORDER BY edit"
    ).fetchall()
    wanted = None if ids is None else set(ids)
    found: dict[str, list[tuple[IncidentChange, datetime]]] = {}
    for incident_id, change, created in rows:
        if wanted is None or incident_id in wanted:
            found.setdefault(incident_id, []).append(
                (_change_decoder.decode(change), moment(created))
            )
    return found


def marks(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """What the outbox says of each incident it names: `pending`, `failed`."""
    found: dict[str, set[str]] = {}
    for incident_id, state in connection.execute(
        "SELECT incident, state FROM outbox WHERE state <> 'confirmed'"
    ):
        mark = "failed" if state == "failed" else "pending"
        found.setdefault(incident_id, set()).add(mark)
    return found


def before(connection: sqlite3.Connection, edit: EditId) -> IncidentChange | None:
    """The change that takes an edit back."""
    row = connection.execute("SELECT former FROM outbox WHERE edit = ?", (edit,)).fetchone()
    return _change_decoder.decode(row[0]) if row and row[0] else None


def claim(
    connection: sqlite3.Connection, sender: str, now: datetime, busy: Iterable[str] = ()
) -> Task | None:
    """Take the next edit to send, the oldest of an incident that nobody is sending for.

    Args:
        sender: Who takes it.
        busy: Incidents to leave alone for now.
    """
    skipped = list(busy)
    row = connection.execute(
        "SELECT edit, incident, change, tried FROM outbox AS mine WHERE state = 'pending'"
        f" AND incident NOT IN ({', '.join('?' * len(skipped))})"
        " AND NOT EXISTS (SELECT 1 FROM outbox AS other WHERE other.incident = mine.incident"
        " AND other.edit < mine.edit AND other.state IN ('pending', 'sending'))"
        " ORDER BY edit LIMIT 1",
        skipped,
    ).fetchone()
    if row is None:
        return None
    edit, incident_id, change, tried = row
    connection.execute(
        "UPDATE outbox SET state = 'sending', why = '', sender = ?, lease = ?,"
        " tried = ifnull(tried, ?) WHERE edit = ?",
        (sender, int(time.time()) + LEASE_SECONDS, ticks(now), edit),
    )
    return Task(
        edit, incident_id, _change_decoder.decode(change), None if tried is None else moment(tried)
    )


def settle(
    connection: sqlite3.Connection,
    edit: EditId,
    state: str,
    why: str = "",
    *,
    fate_known: bool = True,
) -> None:
    """Note what became of an attempt.

    Args:
        fate_known: False where the service may have done it without our hearing of it.
    """
    connection.execute(
        "UPDATE outbox SET state = ?, why = ?, sender = NULL, lease = NULL,"
        f" tried = {'NULL' if fate_known else 'tried'} WHERE edit = ?",
        (state, why, edit),
    )


def any_sending(connection: sqlite3.Connection) -> bool:
    """Whether any program, dead or alive, claimed an edit."""
    row = connection.execute("SELECT 1 FROM outbox WHERE state = 'sending' LIMIT 1").fetchone()
    return row is not None


def explain(connection: sqlite3.Connection, why: str) -> None:
    """Say of everything that waits why it does."""
    connection.execute("UPDATE outbox SET why = ? WHERE state = 'pending'", (why,))


def renew(connection: sqlite3.Connection, sender: str) -> None:
    """Say that the sender is still at what it claimed."""
    connection.execute(
        "UPDATE outbox SET lease = ? WHERE state = 'sending' AND sender = ?",
        (int(time.time()) + LEASE_SECONDS, sender),
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
    for edit, incident_id, sender, lease in rows:
        if _is_dead(sender) or (lease or 0) < time.time():
            settle(
                connection,
                edit,
                "pending",
                "The program ended while it was being sent.",
                fate_known=False,
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


def reopen(connection: sqlite3.Connection, ids: Collection[EditId] | None) -> dict[EditId, str]:
    """Make failed edits pending again, all or these; returns them with their incidents."""
    return _touch(
        connection, ids, "state = 'failed'", "UPDATE outbox SET state = 'pending', why = ''"
    )


def remove(
    connection: sqlite3.Connection, ids: Collection[EditId], *, tried: bool = True
) -> dict[EditId, str]:
    """Forget those of the edits that are neither being sent nor confirmed; returns them.

    Args:
        tried: Also those that the service may have done without our hearing of it.
    """
    condition = "state IN ('pending', 'failed')" + ("" if tried else " AND tried IS NULL")
    return _touch(connection, ids, condition, "DELETE FROM outbox")


def _touch(
    connection: sqlite3.Connection,
    ids: Collection[EditId] | None,
    condition: str,
    statement: str,
) -> dict[EditId, str]:
    rows = connection.execute(f"SELECT edit, incident FROM outbox WHERE {condition}").fetchall()
    touched = {edit: incident_id for edit, incident_id in rows if ids is None or edit in ids}
    for edit in touched:
        connection.execute(f"{statement} WHERE edit = ?", (edit,))
    return touched
