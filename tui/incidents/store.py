"""Incidents in the cache: written as the service has them, seen as they are wished to be."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from tui.api.records import Incident, IncidentChange
from tui.incidents import outbox
from tui.incidents.blobs import filled_from, pack, same, unpack
from tui.incidents.deriving import ALL_COLUMNS, SELECTED, correct, next_row
from tui.incidents.edits import applied
from tui.incidents.facts import COLUMNS, Facts, facts_of, storable, ticks
from tui.incidents.labels import write_labels
from tui.incidents.tables import drop_words, transaction, write_words
from tui.incidents.urgency import aged_at, prio_at

NEW, CHANGED = 1, 2
"""What `unread` says of an incident that nobody looked at since it came, or changed."""

_SLACK = 5_000_000
_INSERT = (
    f"INSERT INTO incident ({', '.join(ALL_COLUMNS)}) VALUES ({', '.join('?' * len(ALL_COLUMNS))})"
)
_INSERT_AS = (
    f"INSERT INTO incident (n, {', '.join(ALL_COLUMNS)})"
    f" VALUES (?, {', '.join('?' * len(ALL_COLUMNS))})"
)
_SELECT = f"SELECT {SELECTED} FROM incident WHERE n = ?"


def put(
    connection: sqlite3.Connection,
    incidents: Sequence[Incident],
    author: str = "",
    *,
    bodies: Sequence[bytes] = (),
    later: bool = False,
    mark: bool = False,
) -> frozenset[str]:
    """Keep incidents as the service has them; returns the ids of those that are news.

    An answer that is older than what is kept, or the same, changes nothing.

    Args:
        bodies: Of incidents that were read briefly: their JSON.
        later: Of new incidents that were read briefly keep what a list shows, and leave
            the rest to `tui.incidents.deriving`.
        mark: Mark what is new or changed as unread.
    """
    changed: set[str] = set()
    brief: list[Incident] = []
    with transaction(connection):
        wishes = outbox.wished(connection)
        known = _known(connection, [storable(incident.id) for incident in incidents])
        for place, incident in enumerate(incidents):
            key = storable(incident.id)
            if not key or key in changed:
                continue
            number, updated = known.get(key, (None, None))
            came = ticks(incident.updated) if incident.updated else None
            if updated is not None and came is not None and came < updated:
                continue
            data = bodies[place] if bodies else b""
            if number is None and later and data and key not in wishes:
                brief.append(incident)
                changed.add(key)
                continue
            if number is not None:
                (held,) = connection.execute(
                    "SELECT data FROM body WHERE n = ?", (number,)
                ).fetchone()
                if data == held:
                    continue
                data = data or pack(incident)
                if data == held or (came == updated and same(data, held)):
                    continue
            if bodies and bodies[place]:
                incident = unpack(data)
            row_number = _write(
                connection,
                number,
                incident,
                data or pack(incident),
                came,
                wishes.get(key, ()),
                author,
            )
            if mark and (came is None or came != updated) and not _ours(connection, key, came):
                connection.execute(
                    "UPDATE incident SET unread = iif(unread = ?, unread, ?) WHERE n = ?",
                    (NEW, NEW if number is None else CHANGED, row_number),
                )
            changed.add(key)
        if brief:
            _put_brief(
                connection,
                brief,
                {one.id: body for one, body in zip(incidents, bodies, strict=True)},
            )
    return frozenset(changed)


def _known(
    connection: sqlite3.Connection, keys: Sequence[str]
) -> dict[str, tuple[int, int | None]]:
    """Row and time of the last change of those that are kept."""
    found: dict[str, tuple[int, int | None]] = {}
    for start in range(0, len(keys), 500):
        part = keys[start : start + 500]
        rows = connection.execute(
            "SELECT id, incident.n, body.updated FROM incident JOIN body ON body.n = incident.n"
            f" WHERE id IN ({', '.join('?' * len(part))})",
            part,
        )
        found.update((key, (number, updated)) for key, number, updated in rows)
    return found


def _put_brief(
    connection: sqlite3.Connection, incidents: Sequence[Incident], bodies: Mapping[str, bytes]
) -> None:
    at, first = aged_at(connection), next_row(connection)
    rows: list[tuple[object, ...]] = []
    kept: list[tuple[object, ...]] = []
    for number, incident in enumerate(incidents, first):
        facts = facts_of(incident, brief=True)
        rows.append((number, *facts[: len(COLUMNS)], prio_at(facts, at)))
        kept.append((number, facts.updated, bodies[incident.id]))
    connection.executemany(_INSERT_AS, rows)
    connection.executemany("INSERT INTO body VALUES (?, ?, ?)", kept)


def _ours(connection: sqlite3.Connection, key: str, came: int | None) -> bool:
    """Whether an incident changed because this program changed it."""
    row = connection.execute(
        "SELECT max(settled), max(state = 'sending') FROM outbox WHERE incident = ?"
        " AND state IN ('confirmed', 'sending')",
        (key,),
    ).fetchone()
    if row[1]:
        # The service did it, and its answer to the one who sent it is still on its way.
        return True
    return came is not None and row[0] is not None and row[0] >= came - _SLACK


def confirm(
    connection: sqlite3.Connection,
    edit: int,
    incident_id: str,
    answer: Incident | None,
    author: str = "",
    now: datetime | None = None,
) -> None:
    """Settle an edit of an incident that the service did, and keep its answer, at once."""
    with transaction(connection):
        outbox.settle(connection, edit, "confirmed", now=now)
        key = storable(answer.id) if answer is not None else None
        if answer is not None and key:
            wishes = outbox.wished(connection, [key]).get(key, ())
            row = connection.execute(
                "SELECT incident.n, body.data FROM incident JOIN body ON body.n = incident.n"
                " WHERE id = ?",
                (key,),
            ).fetchone()
            if row is not None:
                answer = filled_from(answer, unpack(row[1]))
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
    wishes: Sequence[tuple[IncidentChange, datetime]],
    author: str,
) -> int:
    facts = facts_of(applied(incident, wishes, author) if wishes else incident)
    number = _write_facts(connection, number, facts)
    connection.execute("INSERT OR REPLACE INTO body VALUES (?, ?, ?)", (number, updated, data))
    return number


def _write_facts(connection: sqlite3.Connection, number: int | None, facts: Facts) -> int:
    values = (*facts[: len(COLUMNS)], prio_at(facts, aged_at(connection)))
    new = number is None
    if number is None:
        number = connection.execute(_INSERT, values).lastrowid
        assert number is not None
    else:
        correct(connection, number, connection.execute(_SELECT, (number,)).fetchone(), values)
    write_words(connection, number, facts.search, new=new)
    write_labels(connection, number, facts.keys, new=new)
    return number


def remove(connection: sqlite3.Connection, ids: Iterable[str]) -> frozenset[str]:
    """Forget incidents that the service has no more; within a transaction.

    Those with undelivered edits stay, so that somebody hears of it.
    """
    removed: set[str] = set()
    for incident_id in ids:
        row = connection.execute(
            "SELECT n FROM incident WHERE id = ? AND NOT EXISTS (SELECT 1 FROM outbox"
            " WHERE outbox.incident = incident.id AND state <> 'confirmed')",
            (storable(incident_id),),
        ).fetchone()
        if row is None:
            continue
        drop_words(connection, row[0])
        for table in ("held", "body", "incident"):
            connection.execute(f"DELETE FROM {table} WHERE n = ?", row)
        removed.add(incident_id)
    return frozenset(removed)


def ids(connection: sqlite3.Connection) -> list[str]:
    """The ids of all that is kept."""
    return [key for (key,) in connection.execute("SELECT id FROM incident ORDER BY n")]


def unread(connection: sqlite3.Connection) -> list[str]:
    """The ids of incidents that nobody looked at since they came or changed, newest first."""
    rows = connection.execute(
        "SELECT id FROM incident WHERE unread <> 0 ORDER BY created DESC, number DESC, id DESC"
    )
    return [key for (key,) in rows]


def mark_seen(connection: sqlite3.Connection, ids: Iterable[str] | None) -> frozenset[str]:
    """Take the marks of the unread from incidents, or from all; returns whose they were."""
    wanted = None if ids is None else {storable(key) for key in ids}
    keys = [key for key in unread(connection) if wanted is None or key in wanted]
    if keys:
        with transaction(connection):
            connection.executemany(
                "UPDATE incident SET unread = 0 WHERE id = ?", ((key,) for key in keys)
            )
    return frozenset(keys)


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


def total_open(connection: sqlite3.Connection) -> int:
    """How many of them are neither resolved nor merged."""
    (count,) = connection.execute(
        "SELECT count(*) FROM incident WHERE status_key NOT IN ('resolved', 'redirected')"
    ).fetchone()
    return int(count)


def values_seen(connection: sqlite3.Connection, column: str) -> frozenset[str]:
    """The different values of a column of words."""
    assert column in ("severity", "status")
    return frozenset(
        value for (value,) in connection.execute(f"SELECT DISTINCT {column} FROM incident")
    )


def get_meta(connection: sqlite3.Connection, key: str) -> int | None:
    """A number that the cache keeps about itself."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return None if row is None else int(row[0])


def set_meta(connection: sqlite3.Connection, key: str, value: int) -> None:
    """Keep a number about the cache."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))
