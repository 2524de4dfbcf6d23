"""Tabular operators of our own, as stages that duckdb-kql carries through its pipeline.

duckdb-kql lowers a syntax tree to its `ir` and renders that as a chain of common table
expressions. A `Stage` is one more `ir` operator: it says its own columns and its own SQL,
and everything around it (joins, `let`, nested queries, parameters) stays the library's.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from duckdb_kql import ir, translate
from duckdb_kql.translate import quote_ident

Columns = list[str]


@dataclasses.dataclass(frozen=True)
class Stage(ir.Operator):
    """A tabular operator that duckdb-kql does not have."""

    keyword = "stage"
    """How the service calls the operator in its messages."""

    def columns(self, columns: Columns) -> Columns:
        """The columns it gives, for those that come in."""
        raise NotImplementedError

    def sql(self, source: str, columns: Columns) -> str:
        """A SELECT over `source`, a relation with these columns."""
        raise NotImplementedError

    def expand(self, columns: Columns) -> Sequence[ir.Operator] | None:
        """Plainer operators that do the same once the columns are known, or None."""
        del columns
        return None


@dataclasses.dataclass(frozen=True)
class Snapshot(Stage):
    """A stage whose columns depend on the rows: what is before it is run first."""

    def shaped(self, source: str, columns: Columns, ask: Workbench) -> str:
        """A SELECT over the stored rows `source`; `ask` runs SQL and fetches all."""
        raise NotImplementedError


class Workbench(Protocol):
    """What a snapshot stage may do in the database."""

    def __call__(self, question: str) -> list[Any]:
        """Run SQL and fetch all."""

    def keep(self, table: str, sql: str, values: Mapping[str, Any] | None = None) -> None:
        """Make a table of a SELECT, for as long as the query runs."""

    def value(self, question: str, values: Mapping[str, Any]) -> Any:
        """Run SQL and fetch one value."""

    def fresh(self, stem: str) -> str:
        """A name for it."""

    def check(self) -> None:
        """Raise the fault of a query that was stopped."""


def names(columns: Sequence[str], alias: str = "") -> str:
    """A select list of these columns."""
    prefix = f"{alias}." if alias else ""
    return ", ".join(prefix + quote_ident(column) for column in columns)


def sql_of(expression: ir.Expr) -> str:
    """The SQL of a scalar expression."""
    return str(translate.render_expr(expression))


def queries(node: Any) -> Iterator[ir.Query]:
    """The queries directly nested in an operator or expression."""
    stack: list[Any] = [node]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if isinstance(current, tuple | list):
            stack.extend(current)
            continue
        if not dataclasses.is_dataclass(current) or isinstance(current, type):
            continue
        if id(current) in seen:
            continue
        seen.add(id(current))
        for field in dataclasses.fields(current):
            value = getattr(current, field.name)
            if isinstance(value, ir.Query):
                yield value
            elif dataclasses.is_dataclass(value) or isinstance(value, tuple | list):
                stack.extend(value if isinstance(value, tuple | list) else [value])
