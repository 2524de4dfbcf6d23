"""Samples and the operators that keep the most frequent values."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, lower, translate
from duckdb_kql.translate import quote_ident, render_aggregate

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


@dataclasses.dataclass(frozen=True)
class Level(ir.Node):
    """One level of `top-nested`."""

    count: ir.Expr | None
    of: ir.NamedExpr
    by: ir.NamedExpr
    ascending: bool
    others: ir.Expr | None


@dataclasses.dataclass(frozen=True)
class TopNested(Stage):
    """`top-nested`: the top values, and within each of them the top values of the next."""

    levels: tuple[Level, ...]

    keyword = "top-nested"

    def _names(self) -> list[tuple[str, str]]:
        named = []
        for index, level in enumerate(self.levels, start=1):
            value = level.of.name or _expression_name(level.of.expr) or f"Column{index}"
            named.append((value, level.by.name or f"aggregated_{value}"))
        return named

    def columns(self, columns: Columns) -> Columns:
        del columns
        return [name for pair in self._names() for name in pair]

    def sql(self, source: str, columns: Columns) -> str:
        del columns
        named = self._names()
        keys = ", ".join(f"{sql_of(level.of.expr)} AS _v{i}" for i, level in enumerate(self.levels))
        ctes = [f"_n AS (SELECT *, {keys} FROM {source})"]
        previous = ""
        for i, level in enumerate(self.levels):
            outer = [f"_v{j}" for j in range(i)]
            group = ", ".join([*outer, f"_v{i}"])
            over = f"PARTITION BY {', '.join(outer)} " if outer else ""
            direction = "ASC NULLS FIRST" if level.ascending else "DESC NULLS LAST"
            joined = f" SEMI JOIN {previous} USING ({', '.join(outer)})" if outer else ""
            aggregate = render_aggregate(level.by)
            ctes.append(
                f"_a{i} AS (SELECT {group}, {aggregate} AS _m{i} FROM _n{joined} GROUP BY {group})"
            )
            limit = (
                f" QUALIFY row_number() OVER ({over}ORDER BY _m{i} {direction}) "
                f"<= {sql_of(level.count)}"
                if level.count is not None
                else ""
            )
            ctes.append(f"_t{i} AS (SELECT * FROM _a{i}{limit})")
            previous = f"_t{i}"
        result = "_t0"
        for i in range(1, len(self.levels)):
            using = ", ".join(f"_v{j}" for j in range(i))
            result = f"({result} JOIN _t{i} USING ({using}))"
        selected = ", ".join(
            f"_v{i} AS {quote_ident(value)}, _m{i} AS {quote_ident(measure)}"
            for i, (value, measure) in enumerate(named)
        )
        order = ", ".join(
            f"_m{i} {'ASC' if level.ascending else 'DESC'}" for i, level in enumerate(self.levels)
        )
        return f"WITH {', '.join(ctes)} SELECT {selected} FROM {result} ORDER BY {order}"


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


def top_nested(node: tree.Node, library: Callable[[], Any]) -> ir.Operator:
    """`| top-nested …, top-nested …`."""
    del library
    levels = []
    # One part alone stands for the operator: the tree has no nodes with a single child.
    alone = tree.kind(node) == "TopNestedOperatorPart"
    for part in [node] if alone else tree.find(node, "TopNestedOperatorPart"):
        count: ir.Expr | None = None
        of: ir.NamedExpr | None = None
        by: ir.NamedExpr | None = None
        others: ir.Expr | None = None
        ascending = False
        numbered = str(part.children[1].getText()).lower() != "of"
        for child in tree.rules(part):
            rule = tree.kind(child)
            if rule == "TopNestedOperatorWithOthersClause":
                others = lower._lower_expr(tree.rules(child)[-1])
            elif rule == "OrderedExpression":
                inner, *order = tree.rules(child)
                by = lower._lower_named(inner)
                ascending = any("asc" in str(item.getText()).lower() for item in order)
            elif numbered and count is None:
                count = lower._lower_expr(child)
            elif of is None:
                of = lower._lower_named(child)
            else:
                by = lower._lower_named(child)
        if of is None or by is None or others is not None:
            raise lower._unsupported(part, "top-nested with others")
        levels.append(Level(count, of, by, ascending, others))
    return TopNested(tuple(levels))
