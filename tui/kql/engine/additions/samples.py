"""Samples and the operators that keep the most frequent values."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, lower, translate

from tui.kql.engine.additions import tree
from tui.kql.engine.additions.stages import Columns, Stage, sql_of


@dataclasses.dataclass(frozen=True)
class Limited(Stage):
    """`take` and `top` whose count is no plain literal."""

    count: ir.Expr
    keys: tuple[ir.SortKey, ...] = ()

    keyword = "top"

    def columns(self, columns: list[str]) -> list[str]:
        return columns

    def sql(self, source: str, columns: list[str]) -> str:
        del columns

        order = f" ORDER BY {translate.render_sort_keys(self.keys)}" if self.keys else ""
        return f"SELECT * FROM {source}{order} LIMIT greatest(0, {sql_of(self.count)})"


@dataclasses.dataclass(frozen=True)
class Sample(Stage):
    """`sample N`: rows at random."""

    count: ir.Expr

    keyword = "sample"

    def columns(self, columns: Columns) -> Columns:
        return columns

    def sql(self, source: str, columns: Columns) -> str:
        del columns
        return f"SELECT * FROM {source} ORDER BY random() LIMIT greatest(0, {sql_of(self.count)})"


def _expression_name(expression: ir.Expr) -> str | None:
    from duckdb_kql.translate.naming import expression_name

    return expression_name(expression)


def sample(node: tree.Node, library: Callable[[], Any]) -> ir.Operator:
    """`| sample N`."""
    del library
    return Sample(lower._lower_expr(tree.rules(node)[-1]))


def sample_distinct(node: tree.Node, library: Callable[[], Any]) -> list[ir.Operator]:
    """`| sample-distinct N of Column`."""
    del library
    count, column = tree.rules(node)[-2:]
    return [
        ir.Distinct((lower._lower_named(column),)),
        Sample(lower._lower_expr(count)),
    ]


def top_hitters(node: tree.Node, library: Callable[[], Any]) -> list[ir.Operator]:
    """`| top-hitters N of Expr [by Sum]`: what a summarize and a top give, exactly."""
    del library
    count, of, *rest = tree.rules(node)
    measured = ir.FunctionCall("count")
    counted = lower._lower_named(of).expr
    if rest:
        ordered = tree.find(rest[0], "OrderedExpression")
        by = tree.rules(ordered[0])[0] if ordered else tree.rules(rest[0])[0]
        counted = lower._lower_expr(by)
        measured = ir.FunctionCall("sum", (counted,))
    name = f"approximate_{'sum' if rest else 'count'}_" + (_expression_name(counted) or "")
    amount = lower._lower_expr(count)
    return [
        ir.Summarize((ir.NamedExpr(measured, name),), (lower._lower_named(of),)),
        Limited(amount, (ir.SortKey(ir.ColumnRef(name)),)),
    ]
