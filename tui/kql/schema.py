"""The tables of advanced hunting: names, columns, Kusto types.

The facts are Microsoft's published schema, kept in `tables.txt` beside this file. A real
tenant may have more tables and columns; nothing here is a list of what is allowed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

_TIME_COLUMNS = ("Timestamp", "TimeGenerated", "DataAggregationStartTime")


@dataclass(frozen=True, slots=True)
class ColumnDef:
    """One column of a table."""

    name: str
    type: str
    """A Kusto scalar type: string, datetime, long, int, real, bool, dynamic, guid, timespan."""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the schema."""

    name: str
    columns: tuple[ColumnDef, ...]
    time_column: str | None
    """What a time range filters by; None for the tables that hold a state and no events."""

    def column(self, name: str) -> ColumnDef | None:
        """The column of exactly this name (Kusto's names are case-sensitive)."""
        return next((column for column in self.columns if column.name == name), None)


def _table(line: str) -> Table:
    name, *fields = line.split()
    columns = []
    for field in fields:
        column, _, kind = field.partition(":")
        columns.append(ColumnDef(column, kind or "string"))
    known = {column.name for column in columns}
    time = next((candidate for candidate in _TIME_COLUMNS if candidate in known), None)
    return Table(name, tuple(columns), time)


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
