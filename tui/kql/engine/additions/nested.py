"""`top-nested`: the top values, and within each of them the top values of the next."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, lower
from duckdb_kql.translate import quote_ident, render_aggregate
from duckdb_kql.translate.naming import expression_name

from tui.kql.engine.additions import tree
from tui.kql.engine.additions.stages import Columns, Stage, sql_of
from tui.kql.engine.kinds import Kinds, kind_of


@dataclasses.dataclass(frozen=True)
class Level(ir.Node):
    """One level."""

    count: ir.Expr | None
    of: ir.NamedExpr
    by: ir.NamedExpr
    ascending: bool
    others: ir.Expr | None
    """What stands for all rows whose value is none of the top ones."""


@dataclasses.dataclass(frozen=True)
class TopNested(Stage):
    """`top-nested …, top-nested …`."""

    levels: tuple[Level, ...]

    keyword = "top-nested"

    def _names(self) -> list[tuple[str, str]]:
        named = []
        for index, level in enumerate(self.levels, start=1):
            value = level.of.name or expression_name(level.of.expr) or f"Column{index}"
            named.append((value, level.by.name or f"aggregated_{value}"))
        return named

    def columns(self, columns: Columns) -> Columns:
        del columns
        return [name for pair in self._names() for name in pair]

    def kinds(self, before: Kinds, columns: Columns) -> Kinds:
        """The types of its columns."""
        del before, columns
        known = {}
        for level, (value, measure) in zip(self.levels, self._names(), strict=True):
            known[value] = kind_of(level.of.expr) or ""
            known[measure] = kind_of(level.by.expr) or ""
        return {name: kind for name, kind in known.items() if kind}

    def sql(self, source: str, columns: Columns) -> str:
        del columns
        keys = ", ".join(
            f"{sql_of(level.of.expr)} AS _kqlv{i}" for i, level in enumerate(self.levels)
        )
        ctes = [f"_n0 AS (SELECT *, {keys} FROM {source})"]
        found = []
        for i, level in enumerate(self.levels):
            outer = [f"_kqlv{j}" for j in range(i)]
            group = ", ".join([*outer, f"_kqlv{i}"])
            over = f"PARTITION BY {', '.join(outer)} " if outer else ""
            direction = "ASC NULLS FIRST" if level.ascending else "DESC NULLS LAST"
            aggregate = render_aggregate(level.by)
            limit = (
                f" QUALIFY row_number() OVER ({over}ORDER BY _kqlm{i} {direction}) "
                f"<= {sql_of(level.count)}"
                if level.count is not None
                else ""
            )
            ctes += [
                f"_t{i} AS (SELECT {group}, {aggregate} AS _kqlm{i} FROM _n{i} GROUP BY {group}"
                f"{limit})",
                f"_n{i + 1} AS (SELECT * FROM _n{i} AS _l SEMI JOIN _t{i} AS _r "
                f"ON {_same('_l', '_r', i)})",
            ]
            rest = self._rest(i)
            if rest:
                found.append(rest)
        found.insert(0, self._chosen())
        order = ", ".join(
            f"_o{i}, _kqlm{i} {'ASC' if level.ascending else 'DESC'}"
            for i, level in enumerate(self.levels)
        )
        selected = ", ".join(
            f"_kqlv{i} AS {quote_ident(value)}, _kqlm{i} AS {quote_ident(measure)}"
            for i, (value, measure) in enumerate(self._names())
        )
        return (
            f"WITH {', '.join(ctes)} SELECT {selected} FROM ({' UNION ALL '.join(found)}) "
            f"ORDER BY {order}"
        )

    def _chosen(self) -> str:
        """The rows of top values at all levels."""
        last = len(self.levels) - 1
        selected = ", ".join(
            f"_t{last}._kqlv{i}, _t{i}._kqlm{i}, 0 AS _o{i}" for i in range(last + 1)
        )
        joined = "".join(
            f" JOIN _t{i} ON {_same(f'_t{i - 1}', f'_t{i}', i - 1)}" for i in range(1, last + 1)
        )
        return f"SELECT {selected} FROM _t0{joined}"

    def _rest(self, i: int) -> str:
        """The rows for what is among the top values down to a level, and not at that level."""
        if self.levels[i].count is None or all(level.others is None for level in self.levels[i:]):
            return ""
        outer = [f"_kqlv{j}" for j in range(i)]
        parts = [*outer]
        selected = [f"_g._kqlv{j}, _t{j}._kqlm{j}, 0 AS _o{j}" for j in range(i)]
        for j, level in enumerate(self.levels[i:], start=i):
            if level.others is None:
                # There is no null text.
                nothing = "''" if kind_of(level.of.expr) == "string" else "NULL"
                selected.append(f"{nothing} AS _kqlv{j}, NULL AS _kqlm{j}, 1 AS _o{j}")
                continue
            parts.append(f"{render_aggregate(level.by)} AS _kqlm{j}")
            selected.append(f"{sql_of(level.others)} AS _kqlv{j}, _g._kqlm{j}, 1 AS _o{j}")
        grouped = f"GROUP BY {', '.join(outer)}" if outer else "HAVING count(*) > 0"
        joined = "".join(f" JOIN _t{j} ON {_same('_g', f'_t{j}', j)}" for j in range(i))
        return (
            f"SELECT {', '.join(selected)} FROM (SELECT {', '.join(parts)} FROM (SELECT * FROM "
            f"_n{i} AS _l ANTI JOIN _t{i} AS _r ON {_same('_l', '_r', i)}) {grouped}) AS _g{joined}"
        )


def _same(one: str, other: str, last: int) -> str:
    """That two relations agree in the values down to a level; nulls agree too."""
    return " AND ".join(
        f"{one}._kqlv{j} IS NOT DISTINCT FROM {other}._kqlv{j}" for j in range(last + 1)
    )


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
        if of is None or by is None:
            raise lower._unsupported(part, "top-nested")
        levels.append(Level(count, of, by, ascending, others))
    return TopNested(tuple(levels))
