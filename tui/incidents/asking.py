"""A filter put to the cache by the quickest way it has."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import TYPE_CHECKING

from tui.incidents.tables import has_words

if TYPE_CHECKING:
    from tui.incidents.cache import Cache
    from tui.incidents.filters import Filter

_FEW = 1000
"""Rows that are looked up one by one rather than met on the way through all of them."""


def condition(
    connection: sqlite3.Connection, chosen: Filter | None, now: datetime
) -> tuple[str, list[object]]:
    """The filter as a condition over `incident`, and its parameters; all where it is None."""
    if chosen is None:
        return "1", []

    def few(query: str, values: list[object]) -> list[int] | None:
        rows = connection.execute(f"{query} LIMIT {_FEW + 1}", values).fetchall()
        return [number for (number,) in rows] if len(rows) <= _FEW else None

    return chosen.sql(now, indexed=has_words(connection), few=few)


async def understood(cache: Cache, text: str, me: str | None) -> Filter:
    """A filter as it is understood where this cache is; see `tui.incidents.filters`.

    Raises:
        FilterProblem: A `UsageProblem` with the place.
    """
    from tui.incidents.filters import FilterProblem, parse  # not needed for the first frame
    from tui.incidents.seen import seen

    try:
        return parse(text, me)
    except FilterProblem:
        # A value that no page lists is right where an answer held it.
        return parse(text, me, seen=await cache.run(seen))
