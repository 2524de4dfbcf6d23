"""Incidents in the cache: written as the service has them, seen as they are wished to be."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from tui.api.records import Incident
from tui.incidents import outbox
from tui.incidents.blobs import pack, unpack, with_alerts_of
from tui.incidents.edits import applied
from tui.incidents.facts import Facts, facts_of, storable, ticks
from tui.incidents.schema import transaction

_COLUMNS = tuple(name for name in Facts._fields if name != "search")
_INSERT = f"INSERT INTO incident ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_UPDATE = f"UPDATE incident SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE n = ?"


def put(
    connection: sqlite3.Connection, incidents: Iterable[Incident], author: str = ""
) -> frozenset[str]:
    """Keep incidents as the service has them; returns the ids of those that are news.

    An answer that is older than what is kept, or the same, changes nothing.
    """
    changed: set[str] = set()
    with transaction(connection):
        wishes = outbox.wished(connection)
        for incident in incidents:
            key = storable(incident.id)
            if not key:
                continue
            row = connection.execute(
                "SELECT incident.n, body.updated, body.data FROM incident"
                " JOIN body ON body.n = incident.n WHERE id = ?",
                (key,),
            ).fetchone()
            number, updated, held = row or (None, None, None)
            came = ticks(incident.updated) if incident.updated else None
            if updated is not None and came is not None and came < updated:
                continue
            data = pack(incident)
            if data == held:
                continue
            _write(connection, number, incident, data, came, wishes.get(key, ()), author)
            changed.add(key)
    return frozenset(changed)


def confirm(
    connection: sqlite3.Connection,
    edit: int,
    incident_id: str,
    answer: Incident | None,
    author: str = "",
) -> None:
    """Settle an edit of an incident that the service did, and keep its answer, at once."""
    with transaction(connection):
        outbox.settle(connection, edit, "confirmed")
        key = storable(answer.id) if answer is not None else None
        if answer is not None and key:
            wishes = outbox.wished(connection, [key]).get(key, ())
            row = connection.execute(
                "SELECT incident.n, body.data FROM incident JOIN body ON body.n = incident.n"
                " WHERE id = ?",
                (key,),
            ).fetchone()
            if row is not None and not answer.alerts:
                answer = with_alerts_of(answer, unpack(row[1]))
            came = ticks(answer.updated) if answer.updated else None
            _write(connection, row and row[0], answer, pack(answer), came, wishes, author)
        if key != incident_id:
            rewish(connection, [incident_id], author)


def _write(
    connection: sqlite3.Connection,
    number: int | None,
    incident: Incident,
    data: bytes,
    updated: int | None,
    wishes: Sequence[tuple[object, datetime]],
    author: str,
) -> None:
    facts = facts_of(applied(incident, wishes, author) if wishes else incident)  # type: ignore[arg-type]
    number = _write_facts(connection, number, facts)
    connection.execute("INSERT OR REPLACE INTO body VALUES (?, ?, ?)", (number, updated, data))


def _write_facts(connection: sqlite3.Connection, number: int | None, facts: Facts) -> int:
    if number is None:
        number = connection.execute(_INSERT, facts[:-1]).lastrowid
        assert number is not None
    else:
        connection.execute(_UPDATE, (*facts[:-1], number))
    connection.execute("INSERT OR REPLACE INTO search VALUES (?, ?)", (number, facts.search))
    return number


def rewish(connection: sqlite3.Connection, ids: Iterable[str], author: str = "") -> None:
    """Bring the columns of incidents in line with the outbox; within a transaction."""
    wanted = list(dict.fromkeys(ids))
    wishes = outbox.wished(connection, wanted)
    for incident_id in wanted:
        row = connection.execute(
            "SELECT incident.n, data FROM incident JOIN body ON body.n = incident.n WHERE id = ?",
            (incident_id,),
        ).fetchone()
        if row is not None:
            incident = applied(unpack(row[1]), wishes.get(incident_id, ()), author)
            _write_facts(connection, row[0], facts_of(incident))


def load(
    connection: sqlite3.Connection, incident_id: str, author: str = "", *, wished: bool = True
) -> Incident | None:
    """One incident, with what is wished for it unless told otherwise; None if unknown."""
    key = storable(incident_id)
    row = connection.execute(
        "SELECT data FROM incident JOIN body ON body.n = incident.n WHERE id = ?", (key,)
    ).fetchone()
    if row is None:
        return None
    incident = unpack(row[0])
    if not wished:
        return incident
    return applied(incident, outbox.wished(connection, [key]).get(key, ()), author)


def total(connection: sqlite3.Connection) -> int:
    """How many incidents are kept."""
    (count,) = connection.execute("SELECT count(*) FROM incident").fetchone()
    return int(count)


def values_seen(connection: sqlite3.Connection, column: str) -> frozenset[str]:
    """The different values of a column of words."""
    assert column in ("severity", "status")
    return frozenset(
        value for (value,) in connection.execute(f"SELECT DISTINCT {column} FROM incident")
    )


def owners(connection: sqlite3.Connection) -> list[str]:
    """Whom incidents are assigned to, who has most first."""
    rows = connection.execute(
        "SELECT owner FROM incident WHERE owner_key <> '' GROUP BY owner_key"
        " ORDER BY count(*) DESC, owner_key LIMIT 500"
    )
    return [owner for (owner,) in rows]


def tags(connection: sqlite3.Connection) -> list[str]:
    """The tags that incidents carry, the most frequent first."""
    counted: Counter[str] = Counter()
    for lines, count in connection.execute(
        "SELECT tags, count(*) FROM incident WHERE tags <> '' GROUP BY tags"
    ):
        for tag in lines.split("\n"):
            counted[tag] += count
    return [tag for tag, _ in counted.most_common(500)]


def get_meta(connection: sqlite3.Connection, key: str) -> int | None:
    """A number that the cache keeps about itself."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else int(row[0])


def set_meta(connection: sqlite3.Connection, key: str, value: int) -> None:
    """Keep a number about the cache."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
