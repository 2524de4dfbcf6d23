"""Functions over neighbouring rows: `serialize`, `prev`, `next`, `row_number` and the like.

They read the rows in the order they come in, so a stage with such a function counts the rows
first; DuckDB keeps that order through plain selections (`preserve_insertion_order`).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, lower
from duckdb_kql.errors import KqlUnsupportedError
from duckdb_kql.translate import naming, quote_ident

from tui.kql.engine.additions import tree
from tui.kql.engine.additions.stages import Columns, Stage, deep, expressions, sql_of

FUNCTIONS = frozenset(
    {"prev", "next", "row_number", "row_cumsum", "row_rank_dense", "row_rank_min",
     "row_window_session"}
)  # fmt: skip
"""Functions that need serialized rows."""

_ROW = "_kqlrow"
_OVER = f"(ORDER BY {_ROW})"


@dataclasses.dataclass(frozen=True)
class Windowed(Stage):
    """An `extend` whose expressions read neighbouring rows."""

    named: tuple[ir.NamedExpr, ...]

    keyword = "serialize"

    def columns(self, columns: Columns) -> Columns:
        added = naming.extend_names(self.named, columns)
        return columns + [name for name in added if name not in columns]

    def sql(self, source: str, columns: Columns) -> str:
        restarts: list[str] = []
        written = {}
        for item, name in zip(self.named, naming.extend_names(self.named, columns), strict=True):
            expression = deep(item.expr, lambda e: _rendered(e, restarts))
            written[name] = f"{sql_of(expression)} AS {quote_ident(name)}"
        select = [written.get(column, quote_ident(column)) for column in columns]
        select += [sql for name, sql in written.items() if name not in columns]
        groups = "".join(
            f", sum(CASE WHEN {restart} THEN 1 ELSE 0 END) OVER {_OVER} AS _kqlgroup{i}"
            for i, restart in enumerate(restarts)
        )
        rows = f"(SELECT *, row_number() OVER () AS {_ROW} FROM {source})"
        if groups:
            rows = f"(SELECT *{groups} FROM {rows})"
        return f"SELECT {', '.join(select)} FROM {rows} ORDER BY {_ROW}"


def _rendered(expression: ir.Expr, restarts: list[str]) -> ir.Expr:
    if not isinstance(expression, ir.FunctionCall) or expression.name not in FUNCTIONS:
        return expression
    args = [sql_of(arg) for arg in expression.args]
    name = expression.name
    if name in ("prev", "next"):
        column, *rest = args
        step = rest[0] if rest else "1"
        default = f", {rest[1]}" if len(rest) > 1 else ""
        function = "lag" if name == "prev" else "lead"
        sql = f"{function}({column}, CAST({step} AS BIGINT){default}) OVER {_OVER}"
        if not default:
            sql = (
                f"(CASE WHEN typeof({column}) = 'VARCHAR' THEN coalesce({sql}, '') ELSE {sql} END)"
            )
        return ir.RenderedAggregate(sql)
    if name == "row_number":
        start = args[0] if args else "1"
        over = _over(args[1:], restarts)
        return ir.RenderedAggregate(f"(row_number() OVER {over} - 1 + {start})")
    if name == "row_cumsum":
        over = _over(args[1:], restarts)
        return ir.RenderedAggregate(f"(sum({args[0]}) OVER {over})")
    raise KqlUnsupportedError(f"function:{name}")


def _over(restart: list[str], restarts: list[str]) -> str:
    if not restart:
        return _OVER
    restarts.append(restart[0])
    return f"(PARTITION BY _kqlgroup{len(restarts) - 1} ORDER BY {_ROW})"


def has_window(node: Any) -> bool:
    """Whether an operator reads neighbouring rows."""
    return any(isinstance(e, ir.FunctionCall) and e.name in FUNCTIONS for e in expressions(node))


def serialize(node: tree.Node, library: Callable[[], Any]) -> ir.Operator | None:
    """`| serialize [Name = Expr, …]`."""
    del library
    named = tuple(lower._lower_named(child) for child in tree.rules(node))
    return ir.Extend(named) if named else None


def lifted(op: ir.Operator) -> ir.Operator | list[ir.Operator]:
    """The operator, its window functions put where they can be computed."""
    if not has_window(op):
        return op
    if isinstance(op, ir.Extend):
        return Windowed(op.expressions)
    if isinstance(op, ir.Project | ir.Where):
        calls: list[ir.FunctionCall] = []

        def out(expression: ir.Expr) -> ir.Expr:
            if isinstance(expression, ir.FunctionCall) and expression.name in FUNCTIONS:
                if expression not in calls:
                    calls.append(expression)
                return ir.ColumnRef(f"_kqlwindow{calls.index(expression)}")
            return expression

        if isinstance(op, ir.Project):
            kept = naming.project_names(op.expressions)
            rest: ir.Operator = ir.Project(
                tuple(
                    ir.NamedExpr(deep(item.expr, out), name)
                    for item, name in zip(op.expressions, kept, strict=True)
                )
            )
        else:
            rest = deep(op, out)
        windows = Windowed(
            tuple(ir.NamedExpr(call, f"_kqlwindow{i}") for i, call in enumerate(calls))
        )
        if isinstance(op, ir.Project):
            return [windows, rest]
        return [windows, rest, _away(len(calls))]
    raise KqlUnsupportedError(f"{type(op).__name__.lower()} with a window function")


def _away(count: int) -> ir.Operator:
    return ir.ProjectAway(tuple(f"_kqlwindow{i}" for i in range(count)))
