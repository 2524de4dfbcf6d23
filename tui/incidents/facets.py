"""How the incidents of a filter divide: by severity, status, owner, tactic and source."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tui.incidents.asking import condition
from tui.incidents.filter_syntax import quoted_value
from tui.incidents.filters import Filter

FacetName = Literal["sev", "status", "assigned", "tactic", "source"]
"""Facets by the field of the filter that narrows to one of their values."""

_COLUMNS: dict[FacetName, tuple[str, str]] = {
    "sev": ("severity", "severity_key"),
    "status": ("status", "status_key"),
    "assigned": ("owner", "owner_key"),
}
_KINDS: dict[FacetName, str] = {"tactic": "tactic", "source": "source"}
_MOST = 50


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet and how many incidents have it."""

    value: str
    """As the service spells it; empty where an incident is nobody's."""
    count: int
    term: str
    """The filter's term that keeps these: `sev:high`, `assigned:none`, `tactic:"Malware"`."""


Facets = Mapping[FacetName, tuple[FacetValue, ...]]
"""By facet: its values, the most frequent first."""


def facets(connection: sqlite3.Connection, chosen: Filter, now: datetime) -> Facets:
    """Count the incidents that pass a filter by each facet."""
    where, values = condition(connection, chosen, now)
    everything = not chosen
    found: dict[FacetName, tuple[FacetValue, ...]] = {}
    if not everything:
        connection.execute("CREATE TEMP TABLE IF NOT EXISTS chosen (n INTEGER PRIMARY KEY)")
        connection.execute("DELETE FROM chosen")
        connection.execute(
            f"INSERT INTO chosen SELECT incident.n FROM incident WHERE {where}", values
        )
    of = "incident" if everything else "chosen CROSS JOIN incident USING (n)"
    for name, (column, key) in _COLUMNS.items():
        rows = connection.execute(
            f"SELECT max({column}), count(*) FROM {of} GROUP BY {key}"
            f" ORDER BY count(*) DESC, {key} LIMIT {_MOST}"
        )
        found[name] = tuple(_value(name, value or "", count) for value, count in rows)
    for name, kind in _KINDS.items():
        keep = "" if everything else " AND n IN (SELECT n FROM chosen)"
        rows = connection.execute(
            "SELECT said, count(*) FROM label CROSS JOIN held ON held.f = label.f"
            f" WHERE kind = ?{keep} GROUP BY label.f ORDER BY count(*) DESC, folded LIMIT {_MOST}",
            (kind,),
        )
        found[name] = tuple(_value(name, value, count) for value, count in rows)
    return found


def _value(name: FacetName, value: str, count: int) -> FacetValue:
    if name == "assigned" and not value:
        return FacetValue("", count, "assigned:none")
    plain = name in ("sev", "status") and value.isalnum() and value.isascii()
    return FacetValue(value, count, f"{name}:{value if plain else quoted_value(value)}")
