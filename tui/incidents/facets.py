"""How the incidents of a filter divide: by severity, status, owner, tactic and source."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from msgspec import Struct

from tui.api.records import SEVERITIES
from tui.incidents.asking import condition
from tui.incidents.facts import fold
from tui.incidents.filter_syntax import quoted_value
from tui.incidents.filters import Filter

FacetName = Literal["sev", "status", "assigned", "tactic", "source"]
"""Facets by the field of the filter that narrows to one of their values."""

_COLUMNS: tuple[FacetName, ...] = ("sev", "status", "assigned")
_LABELS: tuple[FacetName, ...] = ("tactic", "source")
_MOST = 50


class FacetValue(Struct, frozen=True):
    """One value of a facet and how many incidents have it."""

    value: str
    """As the service spells it; empty where an incident is nobody's."""
    count: int
    term: str
    """The filter's term that keeps these: `sev:high`, `assigned:none`, `tactic:"Malware"`."""


Facets = Mapping[FacetName, tuple[FacetValue, ...]]
"""By facet: its values, the most frequent first; severities from the gravest down."""


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
    rows = connection.execute(
        f"SELECT severity, status, owner, count(*) FROM {of}"
        " GROUP BY severity_key, status_key, owner_key"
    ).fetchall()
    for place, name in enumerate(_COLUMNS):
        counted: Counter[str] = Counter()
        said: dict[str, str] = {}
        for row in rows:
            value = row[place] or ""
            counted[fold(value)] += row[3]
            said.setdefault(fold(value), value)
        found[name] = _ordered(name, {said[key]: count for key, count in counted.items()})
    for name in _LABELS:
        # Label by label: grouping would sort all that is held in memory.
        keep = "" if everything else " AND n IN (SELECT n FROM chosen)"
        labels = connection.execute(
            f"SELECT said, (SELECT count(*) FROM held WHERE held.f = label.f{keep}) AS many"
            " FROM label WHERE kind = ? AND many > 0",
            (name,),
        )
        found[name] = _ordered(name, dict(labels))
    return found


def _ordered(name: FacetName, counts: Mapping[str, int]) -> tuple[FacetValue, ...]:
    gravest = {fold(value): place for place, value in enumerate(SEVERITIES)}

    def place(pair: tuple[str, int]) -> tuple[int, int, str]:
        key = fold(pair[0])
        known = gravest.get(key, len(gravest)) if name == "sev" else 0
        return known, -pair[1], key

    most = sorted(counts.items(), key=place)
    return tuple(_value(name, value, count) for value, count in most[:_MOST])


def _value(name: FacetName, value: str, count: int) -> FacetValue:
    if name == "assigned" and not value:
        return FacetValue("", count, "assigned:none")
    plain = name in ("sev", "status") and value.isalnum() and value.isascii()
    return FacetValue(value, count, f"{name}:{value if plain else quoted_value(value)}")
