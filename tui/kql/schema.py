"""The tables of advanced hunting: names, columns, Kusto types.

The facts are Microsoft's published schema, kept in `tables.txt` beside this file. A real
tenant may have more tables and columns; nothing here is a list of what is allowed. What a
tenant itself said of its tables stands before what is published: `use` puts it there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import NamedTuple

from msgspec import Struct

_TIME_COLUMNS = ("Timestamp", "TimeGenerated", "DataAggregationStartTime")


class ColumnDef(Struct, frozen=True):
    """One column of a table."""

    name: str
    type: str
    """A Kusto scalar type: string, datetime, long, int, real, bool, dynamic, guid, timespan."""


class Table(Struct, frozen=True):
    """One table of the schema."""

    name: str
    columns: tuple[ColumnDef, ...]
    time_column: str | None
    """What a time range filters by; None for the tables that hold a state and no events."""
    learned: bool = False
    """The columns are what a tenant answered, not what is published."""

    def column(self, name: str) -> ColumnDef | None:
        """The column of exactly this name (Kusto's names are case-sensitive)."""
        return next((column for column in self.columns if column.name == name), None)


def _table(line: str) -> Table:
    name, *fields = line.split()
    columns = []
    for field in fields:
        column, _, kind = field.partition(":")
        columns.append(ColumnDef(column, kind or "string"))
    return Table(name, tuple(columns), _time_of(columns))


def _time_of(columns: Iterable[ColumnDef]) -> str | None:
    known = {column.name for column in columns}
    return next((candidate for candidate in _TIME_COLUMNS if candidate in known), None)


def learned_table(name: str, columns: Iterable[tuple[str, str]]) -> Table:
    """A table as a tenant described it: names and Kusto types of its columns, in order."""
    found = tuple(ColumnDef(column, kind) for column, kind in columns)
    return Table(name, found, _time_of(found), learned=True)


@cache
def tables() -> Mapping[str, Table]:
    """Every published table by name, in alphabetical order."""
    text = files(__package__).joinpath("tables.txt").read_text("utf-8")
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return MappingProxyType({table.name: table for table in map(_table, lines)})


@cache
def column_names() -> frozenset[str]:
    """The names of all columns of all tables."""
    return frozenset(column.name for table in tables().values() for column in table.columns)


class _Known(NamedTuple):
    tables: Mapping[str, Table]
    columns: frozenset[str]
    edition: int


_known: _Known | None = None


def use(learned: Mapping[str, Table]) -> None:
    """Let the language service know a tenant's own tables, in place of any tenant's before.

    The published tables stay; of one that the tenant described, its description counts.
    """
    global _known
    merged = dict(sorted({**tables(), **learned}.items()))
    columns = column_names().union(
        column.name for table in learned.values() for column in table.columns
    )
    edition = (_known.edition if _known else 0) + 1
    _known = _Known(MappingProxyType(merged), columns, edition)


def known() -> Mapping[str, Table]:
    """Every table that is published or was described by the tenant in use, by name."""
    return _known.tables if _known else tables()


def known_columns() -> frozenset[str]:
    """The names of all columns of those tables."""
    return _known.columns if _known else column_names()


def edition() -> int:
    """A number that grows whenever what is known changes."""
    return _known.edition if _known else 0
