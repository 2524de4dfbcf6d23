"""What is kept of queries and tables met lately: a query run again need not be read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tui.kql.schema import Table

_MOST, _MOST_SCHEMAS, _LONGEST = 64, 4, 20_000

Key = tuple[str, bool, bool]
"""A query's text, and whether its time range has a beginning and an end."""


@dataclass
class Kept:
    """A query translated, and what that depends on."""

    made: Mapping[str, Mapping[str, str]]
    """The tables it reads, and their columns when it was translated."""
    sql: str
    kinds: dict[str, str]
    render: tuple[str, dict[str, str]] | None
    answered: list[tuple[str, str]] | None = None
    """The columns of its answer with their DuckDB types, once it was run."""


# Tables are held beside what is known of them, so that no others can come to have their identity.
_QUERIES: dict[tuple[int, Key], tuple[object, Kept]] = {}
_NAMES: dict[int, tuple[object, dict[str, list[str]]]] = {}


def find(tables: Mapping[str, Table] | None, key: Key) -> Kept | None:
    """What was kept of a query over these tables."""
    found = _QUERIES.get((id(tables), key)) if tables is not None else None
    return found[1] if found else None


def keep(tables: Mapping[str, Table] | None, key: Key, done: Kept) -> None:
    """Keep what a query became; of long ones, and where the tables may change, nothing."""
    if tables is None or len(key[0]) > _LONGEST:
        return
    while len(_QUERIES) >= _MOST:
        _QUERIES.pop(next(iter(_QUERIES), (0, key)), None)
    _QUERIES[id(tables), key] = (tables, done)


def names_of(tables: Mapping[str, Table]) -> Mapping[str, list[str]]:
    """The names of the columns of each table."""
    known = _NAMES.get(id(tables))
    if known is None:
        spelled = {name: [c.name for c in table.columns] for name, table in tables.items()}
        while len(_NAMES) >= _MOST_SCHEMAS:
            _NAMES.pop(next(iter(_NAMES), 0), None)
        known = _NAMES[id(tables)] = (tables, spelled)
    return known[1]
