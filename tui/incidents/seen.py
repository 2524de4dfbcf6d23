"""Values that the cache met, for completing what is typed."""

from __future__ import annotations

import sqlite3
from collections import Counter

from tui.incidents import store
from tui.incidents.filter_syntax import Seen
from tui.incidents.labels import most_held

_MOST = 300
_KINDS = {
    "tactic": "tactic",
    "technique": "technique",
    "source": "source",
    "device": "device",
    "user": "user",
    "ip": "ip",
    "file": "file",
    "sha": "hash",
    "url": "url",
    "mail": "mail",
    "tag": "tag",
}
"""Fields of the filter, and the kind of key that each looks for."""


def seen(connection: sqlite3.Connection) -> Seen:
    """What filters may name beside the documented values, most used first."""
    values = {field: tuple(most_held(connection, kind, _MOST)) for field, kind in _KINDS.items()}
    values["assigned"] = tuple(owners(connection))
    return Seen(
        store.values_seen(connection, "severity"),
        store.values_seen(connection, "status"),
        values,
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
