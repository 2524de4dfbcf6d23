"""What words and entities are found by, derived from stored incidents: now, or bit by bit.

A first fill stores incidents as they come and leaves this for quieter moments, and rows that
an older version derived are derived again. Which rows are behind is kept in the file, so any
program may go on with them.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from tui.incidents import outbox
from tui.incidents.blobs import unpack
from tui.incidents.edits import applied
from tui.incidents.facts import COLUMNS, Facts, facts_of
from tui.incidents.labels import add_labels, write_labels
from tui.incidents.tables import DERIVED_KEY, add_words, transaction, write_words
from tui.incidents.urgency import aged_at, prio_at

ALL_COLUMNS = (*COLUMNS, "prio")
SELECTED = ", ".join(f"incident.{name}" for name in ALL_COLUMNS)


def derived_to(connection: sqlite3.Connection) -> int | None:
    """The row up to which all is derived; None where nothing is behind."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (DERIVED_KEY,)).fetchone()
    return None if row is None else int(row[0])


def behind(connection: sqlite3.Connection) -> int:
    """How many rows are not derived yet."""
    after = derived_to(connection)
    if after is None:
        return 0
    (count,) = connection.execute("SELECT count(*) FROM incident WHERE n > ?", (after,)).fetchone()
    return int(count)


def next_row(connection: sqlite3.Connection) -> int:
    """The number of a new row that is derived later; within a transaction."""
    (last,) = connection.execute("SELECT ifnull(max(n), 0) FROM incident").fetchone()
    after = derived_to(connection)
    if after is None:
        connection.execute("INSERT INTO meta VALUES (?, ?)", (DERIVED_KEY, last))
    return max(int(last), after or 0) + 1


def step(connection: sqlite3.Connection, most: int, author: str = "") -> bool:
    """Derive some of what is behind; returns whether anything was."""
    if derived_to(connection) is None:
        return False
    with transaction(connection):
        # Another program may be at it as well.
        after = derived_to(connection)
        if after is not None:
            last = derive(connection, after, most, author)
            if last is None:
                connection.execute("DELETE FROM meta WHERE key = ?", (DERIVED_KEY,))
            else:
                connection.execute("UPDATE meta SET value = ? WHERE key = ?", (last, DERIVED_KEY))
    return True


def derive(connection: sqlite3.Connection, after: int, most: int, author: str = "") -> int | None:
    """Derive the rows behind row `after` again; returns the last one, None at the end."""
    rows = connection.execute(
        f"SELECT body.n, incident.id, data, {SELECTED} FROM body"
        " JOIN incident ON incident.n = body.n WHERE body.n > ? ORDER BY body.n LIMIT ?",
        (after, most),
    ).fetchall()
    if not rows:
        return None
    last = int(rows[-1][0])
    span = (after, last)
    had = {
        number
        for statement in (
            "SELECT n FROM search WHERE n > ? AND n <= ?",
            "SELECT DISTINCT n FROM held WHERE n > ? AND n <= ?",
        )
        for (number,) in connection.execute(statement, span)
    }
    wishes, at = outbox.wished(connection), aged_at(connection)
    fresh: list[tuple[int, Facts]] = []
    for number, key, data, *columns in rows:
        facts = facts_of(applied(unpack(data), wishes.get(key, ()), author))
        correct(connection, number, columns, (*facts[: len(COLUMNS)], prio_at(facts, at)))
        if number in had:
            write_words(connection, number, facts.search)
            write_labels(connection, number, facts.keys)
        else:
            fresh.append((number, facts))
    add_words(connection, [(number, facts.search) for number, facts in fresh])
    add_labels(connection, [(number, facts.keys) for number, facts in fresh])
    return last


def correct(
    connection: sqlite3.Connection, number: int, had: Sequence[object], wanted: Sequence[object]
) -> None:
    """Write the columns that differ, so that only their indexes are touched."""
    differ = [place for place, value in enumerate(wanted) if value != had[place]]
    if differ:
        names = ", ".join(f"{ALL_COLUMNS[place]} = ?" for place in differ)
        connection.execute(
            f"UPDATE incident SET {names} WHERE n = ?",
            (*(wanted[place] for place in differ), number),
        )
