"""The keys by which incidents are found, kept beside them: who holds what."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence

from tui.incidents.entities import Key
from tui.incidents.tables import CacheConnection

_MOST_KNOWN = 200_000


def write_labels(
    connection: sqlite3.Connection, number: int, keys: Iterable[Key], *, new: bool = False
) -> None:
    """Let an incident hold these keys and no others; within a transaction.

    Args:
        new: It holds nothing yet.
    """
    wanted = {_label(connection, key) for key in keys}
    if new:
        connection.executemany(
            "INSERT INTO held VALUES (?, ?)", [(number, label) for label in wanted]
        )
        return
    rows = connection.execute("SELECT f FROM held WHERE n = ?", (number,)).fetchall()
    had = {label for (label,) in rows}
    if had == wanted:
        return
    connection.executemany(
        "DELETE FROM held WHERE n = ? AND f = ?", [(number, label) for label in had - wanted]
    )
    connection.executemany(
        "INSERT INTO held VALUES (?, ?)", [(number, label) for label in wanted - had]
    )


def add_labels(connection: sqlite3.Connection, rows: Iterable[tuple[int, Iterable[Key]]]) -> None:
    """Let incidents hold keys that hold none; within a transaction."""
    connection.executemany(
        "INSERT OR IGNORE INTO held VALUES (?, ?)",
        [(number, _label(connection, key)) for number, keys in rows for key in keys],
    )


def _label(connection: sqlite3.Connection, key: Key) -> int:
    known = connection.labels if isinstance(connection, CacheConnection) else {}
    found = known.get((key.kind, key.folded))
    if found is not None:
        return found
    row = connection.execute(
        "SELECT f FROM label WHERE kind = ? AND folded = ?", (key.kind, key.folded)
    ).fetchone()
    if row is not None:
        label = int(row[0])
    else:
        made = connection.execute(
            "INSERT INTO label (kind, folded, said) VALUES (?, ?, ?)", key
        ).lastrowid
        assert made is not None
        label = made
    if len(known) >= _MOST_KNOWN:
        known.clear()
    known[key.kind, key.folded] = label
    return label


def holders(connection: sqlite3.Connection, keys: Sequence[tuple[str, str]]) -> list[str]:
    """The ids of incidents that hold one of the keys (kind and folded text), newest first."""
    numbers: set[int] = set()
    for kind, folded in keys:
        numbers.update(
            number
            for (number,) in connection.execute(
                "SELECT n FROM held JOIN label USING (f) WHERE kind = ? AND folded = ?",
                (kind, folded),
            )
        )
    rows: list[tuple[int, int, str]] = []
    wanted = list(numbers)
    for start in range(0, len(wanted), 500):
        part = wanted[start : start + 500]
        rows += connection.execute(
            "SELECT ifnull(created, 0), n, id FROM incident"
            f" WHERE n IN ({', '.join('?' * len(part))})",
            part,
        ).fetchall()
    return [key for _, _, key in sorted(rows, reverse=True)]


def most_held(connection: sqlite3.Connection, kind: str, most: int) -> list[str]:
    """The keys of a kind as the service spells them, those most incidents hold first."""
    rows = connection.execute(
        "SELECT said, (SELECT count(*) FROM held WHERE held.f = label.f) AS held"
        " FROM label WHERE kind = ? AND held > 0 ORDER BY held DESC, folded LIMIT ?",
        (kind, most),
    )
    return [said for said, _ in rows]
