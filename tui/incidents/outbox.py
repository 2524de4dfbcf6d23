"""The outbox: edits written down before they are shown, until they are settled."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from tui.api.records import IncidentChange
from tui.incidents.changes import Edit, EditId, Wish
from tui.incidents.facts import moment, ticks
from tui.incidents.leases import lease
from tui.incidents.tables import DamagedRow

_COLUMNS = (
    "edit, incident, change, state, why, created, batch, undoes, ifnull(base, former)",
    "theirs",
    "settled",
)
_AT_ONCE = 500
_change_decoder = msgspec.json.Decoder(IncidentChange)


class Task(Struct, frozen=True):
    """An edit claimed for sending."""

    edit: EditId
    incident_id: str
    change: IncidentChange
    tried: datetime | None
    """When an attempt began whose fate is not known; None where there was none."""
    upon: tuple[IncidentChange, ...] = ()
    """Values that the service may have without anybody else having changed them."""


def add(
    connection: sqlite3.Connection, wishes: Iterable[Wish], now: datetime, why: str = ""
) -> list[EditId]:
    """Write wishes down as one batch.

    Args:
        why: Why they have to wait, if they do.
    """
    (batch,) = connection.execute("SELECT ifnull(max(batch), 0) + 1 FROM outbox").fetchone()
    return [
        connection.execute(
            "INSERT INTO outbox (batch, incident, change, former, base, state, why, created,"
            " undoes) VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?)",
            (
                batch,
                wish.incident_id,
                _encode(wish.change),
                wish.former and _encode(wish.former),
                wish.base and _encode(wish.base),
                why,
                ticks(now),
                wish.undoes,
            ),
        ).lastrowid
        or 0
        for wish in wishes
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
        f"SELECT {', '.join(_COLUMNS)} FROM outbox WHERE {where} ORDER BY edit", values
    ).fetchall()
    return [_edit(row) for row in rows]


def those(connection: sqlite3.Connection, ids: Collection[EditId]) -> list[Edit]:
    """The edits of these numbers that are kept, in the order in which they were made."""
    found: list[Edit] = []
    wanted = sorted(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        part = wanted[start : start + _AT_ONCE]
        rows = connection.execute(
            f"SELECT {', '.join(_COLUMNS)} FROM outbox WHERE edit IN"
            f" ({', '.join('?' * len(part))}) ORDER BY edit",
            part,
        ).fetchall()
        found += [_edit(row) for row in rows]
    return found


def _edit(row: tuple[object, ...]) -> Edit:
    edit, incident_id, change, state, why, created, batch, undoes, base, theirs, settled = row
    return Edit(
        id=edit,  # type: ignore[arg-type]
        incident_id=incident_id,  # type: ignore[arg-type]
        change=_change(change),
        state=state,  # type: ignore[arg-type]
        why=why,  # type: ignore[arg-type]
        created=moment(created),  # type: ignore[arg-type]
        batch=batch,  # type: ignore[arg-type]
        undoes=undoes,  # type: ignore[arg-type]
        base=_decoded(base),
        theirs=_decoded(theirs),
        settled=None if settled is None else moment(settled),  # type: ignore[arg-type]
    )


def _change(text: object) -> IncidentChange:
    try:
        return _change_decoder.decode(str(text))
    except (msgspec.MsgspecError, UnicodeError):
        raise DamagedRow("an edit that cannot be read") from None


def _decoded(text: object) -> IncidentChange | None:
    return _change(text) if text else None


def readable(edit: Mapping[str, object]) -> bool:
    """Whether a row of an outbox, by the names of its columns, is an edit."""
    try:
        _change(edit["change"])
        for name in ("former", "base", "theirs"):
            _decoded(edit.get(name))
    except (DamagedRow, KeyError):
        return False
    times = (edit.get(name) for name in ("created", "tried", "settled"))
    return bool(edit.get("incident")) and all(isinstance(at, int | None) for at in times)


def wished(
    connection: sqlite3.Connection, ids: Sequence[str] | None = None
) -> dict[str, list[tuple[IncidentChange, datetime]]]:
    """Changes that are on their way, of all incidents or of these, in order."""
    found: dict[str, list[tuple[IncidentChange, datetime]]] = {}
    condition, values = "", list[str]()
    if ids is not None and len(ids) <= _AT_ONCE:
        condition = f" AND incident IN ({', '.join('?' * len(ids))})"
        values = list(ids)
    wanted = None if ids is None else set(ids)
    for incident_id, change, created in connection.execute(
        "SELECT incident, change, created FROM outbox WHERE state <> 'confirmed'"
        f" AND state IN ('pending', 'sending'){condition} ORDER BY edit",
        values,
    ).fetchall():
        if wanted is None or incident_id in wanted:
            found.setdefault(incident_id, []).append((_change(change), moment(created)))
    return found


def marks(connection: sqlite3.Connection) -> dict[str, set[str]]:
    """What the outbox says of each incident it names: `pending`, `failed`, `conflict`."""
    found: dict[str, set[str]] = {}
    for incident_id, state in connection.execute(
        "SELECT incident, state FROM outbox WHERE state <> 'confirmed'"
    ):
        mark = state if state in ("failed", "conflict") else "pending"
        found.setdefault(incident_id, set()).add(mark)
    return found


def before(connection: sqlite3.Connection, edit: EditId) -> IncidentChange | None:
    """The change that takes an edit back."""
    row = connection.execute("SELECT former FROM outbox WHERE edit = ?", (edit,)).fetchone()
    return _decoded(row[0]) if row else None


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
        "SELECT edit, incident, change, tried, former, base FROM outbox AS mine"
        " WHERE state = 'pending'"
        f" AND incident NOT IN ({', '.join('?' * len(skipped))})"
        " AND NOT EXISTS (SELECT 1 FROM outbox AS other WHERE other.incident = mine.incident"
        " AND other.edit < mine.edit AND other.state IN ('pending', 'sending'))"
        " ORDER BY edit LIMIT 1",
        skipped,
    ).fetchone()
    if row is None:
        return None
    edit, incident_id, change, tried, *upon = row
    connection.execute(
        "UPDATE outbox SET state = 'sending', why = '', sender = ?, lease = ?,"
        " tried = ifnull(tried, ?) WHERE edit = ?",
        (sender, lease(), ticks(now), edit),
    )
    return Task(
        edit,
        incident_id,
        _change(change),
        None if tried is None else moment(tried),
        tuple(known for text in upon if (known := _decoded(text)) is not None),
    )


def settle(
    connection: sqlite3.Connection,
    edit: EditId,
    state: str,
    why: str = "",
    *,
    fate_known: bool = True,
    now: datetime | None = None,
    theirs: IncidentChange | None = None,
) -> None:
    """Note what became of an attempt.

    Args:
        now: When, of a confirmed one.
        theirs: Of a conflict, what somebody else changed.
        fate_known: False where the service may have done it without our hearing of it.
    """
    connection.execute(
        "UPDATE outbox SET state = ?, why = ?, sender = NULL, lease = NULL, settled = ?,"
        f" theirs = ?, tried = {'NULL' if fate_known else 'tried'} WHERE edit = ?",
        (state, why, now and ticks(now), theirs and _encode(theirs), edit),
    )


def keep_mine(connection: sqlite3.Connection, edit: EditId) -> dict[EditId, str]:
    """Send a conflicting edit after all, upon what is at the service now; returns it."""
    rows = connection.execute(
        "SELECT edit, incident FROM outbox WHERE edit = ? AND state = 'conflict'", (edit,)
    ).fetchall()
    connection.execute(
        "UPDATE outbox SET state = 'pending', why = '', base = theirs, theirs = NULL"
        " WHERE edit = ? AND state = 'conflict'",
        (edit,),
    )
    return dict(rows)


def keep_theirs(connection: sqlite3.Connection, edit: EditId) -> dict[EditId, str]:
    """Forget a conflicting edit; returns it."""
    return _touch(connection, [edit], "state = 'conflict'", "DELETE FROM outbox")


def prune(connection: sqlite3.Connection, before: datetime) -> int:
    """Forget confirmed edits that were settled before a time; returns how many."""
    return connection.execute(
        "DELETE FROM outbox WHERE state = 'confirmed' AND ifnull(settled, created) < ?",
        (ticks(before),),
    ).rowcount


def any_old(connection: sqlite3.Connection, before: datetime) -> bool:
    """Whether there is anything to prune."""
    row = connection.execute(
        "SELECT 1 FROM outbox WHERE state = 'confirmed' AND ifnull(settled, created) < ? LIMIT 1",
        (ticks(before),),
    ).fetchone()
    return row is not None


def any_pending(connection: sqlite3.Connection) -> bool:
    """Whether anything waits to be sent."""
    row = connection.execute("SELECT 1 FROM outbox WHERE state = 'pending' LIMIT 1").fetchone()
    return row is not None


def unsettled(connection: sqlite3.Connection) -> tuple[int, int]:
    """How many edits were refused, and how many met somebody else's change."""
    row = connection.execute(
        "SELECT ifnull(sum(state = 'failed'), 0), ifnull(sum(state = 'conflict'), 0) FROM outbox"
        " WHERE state <> 'confirmed'"
    ).fetchone()
    return row[0], row[1]


def any_sending(connection: sqlite3.Connection) -> bool:
    """Whether any program, dead or alive, claimed an edit."""
    row = connection.execute("SELECT 1 FROM outbox WHERE state = 'sending' LIMIT 1").fetchone()
    return row is not None


def explain(connection: sqlite3.Connection, why: str) -> None:
    """Say of everything that waits why it does."""
    connection.execute("UPDATE outbox SET why = ? WHERE state = 'pending'", (why,))


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
    condition = "state IN ('pending', 'failed', 'conflict')" + (
        "" if tried else " AND tried IS NULL"
    )
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
