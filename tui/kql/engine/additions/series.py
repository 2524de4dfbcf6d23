"""`make-series`: aggregates laid along an axis of even steps."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, lower
from duckdb_kql.translate import (
    _is_timespan_expr,
    naming,
    quote_ident,
    render_aggregate,
)

from tui.kql.engine.additions import tree
from tui.kql.engine.additions.functions_more import TICKS_TO_EPOCH
from tui.kql.engine.additions.stages import Columns, Stage, sql_of
from tui.kql.engine.kinds import Kinds, kind_of


@dataclasses.dataclass(frozen=True)
class Measure(ir.Node):
    """One aggregate of a series."""

    named: ir.NamedExpr
    default: ir.Expr | None


@dataclasses.dataclass(frozen=True)
class MakeSeries(Stage):
    """`make-series`."""

    measures: tuple[Measure, ...]
    axis: ir.NamedExpr
    start: ir.Expr | None
    stop: ir.Expr | None
    step: ir.Expr
    by: tuple[ir.NamedExpr, ...]
    inclusive: bool = False
    """Whether the step that begins at `stop` belongs to the series, as in `in range(…)`."""

    nonempty: bool = False
    """Whether no rows at all still give one series, of defaults."""

    keyword = "make-series"

    def kinds(self, before: Kinds, columns: Columns) -> Kinds:
        """The types of its columns."""
        del before
        found = dict.fromkeys(self.columns(columns), "dynamic")
        for key, name in zip(self.by, self._names()[0], strict=True):
            found[name] = kind_of(key.expr) or ""
        return {name: kind for name, kind in found.items() if kind}

    def _names(self) -> tuple[list[str], list[str], str]:
        namer = naming.Namer()
        keys = [namer.name(key) for key in self.by]
        values = [namer.name(measure.named) for measure in self.measures]
        return keys, values, namer.name(self.axis)

    def columns(self, columns: Columns) -> Columns:
        del columns
        keys, values, axis = self._names()
        return [*keys, *values, axis]

    def sql(self, source: str, columns: Columns) -> str:
        del columns
        keys, values, axis = self._names()
        axis_sql, step = sql_of(self.axis.expr), sql_of(self.step)
        start = sql_of(self.start) if self.start is not None else None
        stop = sql_of(self.stop) if self.stop is not None else None
        if self.inclusive and start and stop:
            if _is_timespan_expr(self.step):
                stop = (
                    f"({start} + to_microseconds(((epoch_us({stop}) - epoch_us({start})) // "
                    f"epoch_us({step}) + 1) * epoch_us({step})))"
                )
            else:
                stop = f"({start} + (floor(({stop} - {start}) / {step}) + 1) * {step})"
        ks = [f"_kqlk{i}" for i in range(len(keys))]
        key_list = ", ".join(
            f"{sql_of(key.expr)} AS {k}" for key, k in zip(self.by, ks, strict=True)
        )
        timed = _is_timespan_expr(self.step)
        origin = start or f"(SELECT {_floor('min(_kqlx)', step, timed=timed)} FROM _in)"
        last = stop or f"(SELECT max(_kqlx) + {step} FROM _in)"
        count = _steps("o", "e", step, timed=timed, up=self.stop is not None)
        position = _steps(start or "(SELECT o FROM _o)", "_kqlx", step, timed=timed, up=False)
        place = f"to_microseconds(epoch_us({step}) * _kqln)" if timed else f"{step} * _kqln"
        inside = []
        if start:
            inside.append(f"_kqlx >= {start}")
        if stop:
            inside.append(f"_kqlx < {stop}")
        inside.append("_kqlx IS NOT NULL")
        group = ", ".join([*ks, "_kqln"])
        ks_prefix = "".join(f"{k}, " for k in ks)
        measured = ", ".join(
            f"{render_aggregate(m.named)} AS _m{i}" for i, m in enumerate(self.measures)
        )
        defaults = [sql_of(m.default) if m.default is not None else "0" for m in self.measures]
        lists = ", ".join(
            f"to_json(list(coalesce(_m{i}, {d}) ORDER BY _s._kqln)) AS {quote_ident(v)}"
            for i, (d, v) in enumerate(zip(defaults, values, strict=True))
        )
        on = " AND ".join(
            ["_s._kqln = _a._kqln", *(f"_g.{k} IS NOT DISTINCT FROM _a.{k}" for k in ks)]
        )
        groups = (
            f"SELECT DISTINCT {', '.join(ks)} FROM _in"
            if ks
            else f"SELECT 1 AS _one{'' if self.nonempty else ' WHERE EXISTS (FROM _in)'}"
        )
        selected_keys = "".join(
            f"_g.{k} AS {quote_ident(name)}, " for k, name in zip(ks, keys, strict=True)
        )
        by_group = ", ".join(f"_g.{k}" for k in ks)
        ending = f" GROUP BY {by_group}" if ks else " HAVING count(*) > 0"
        return (
            f"WITH _raw AS (SELECT *, {axis_sql} AS _kqlx{', ' + key_list if ks else ''} "
            f"FROM {source}), _in AS (SELECT * FROM _raw WHERE {' AND '.join(inside)}), "
            f"_o AS (SELECT {origin} AS o, {last} AS e), "
            f"_s AS (SELECT _kqln, kql_json(o + {place}) AS _kqlp FROM "
            f"(SELECT o, unnest(range({count})) AS _kqln FROM _o)), "
            f"_a AS (SELECT {ks_prefix}_kqln, {measured} FROM (SELECT *, "
            f"{position} AS _kqln FROM _in) GROUP BY {group}), "
            f"_g AS ({groups}) "
            f"SELECT {selected_keys}{lists}, "
            f"to_json(list(_s._kqlp ORDER BY _s._kqln)) AS {quote_ident(axis)} "
            f"FROM _g CROSS JOIN _s LEFT JOIN _a ON {on}{ending}"
        )


def _floor(value: str, step: str, *, timed: bool) -> str:
    if timed:
        return (
            f"make_timestamp((epoch_us({value}) + {TICKS_TO_EPOCH}) // epoch_us({step}) "
            f"* epoch_us({step}) - {TICKS_TO_EPOCH})"
        )
    return f"(floor({value} / {step}) * {step})"


def _steps(first: str, last: str, step: str, *, timed: bool, up: bool) -> str:
    whole = "ceil" if up else "floor"
    distance = (
        f"(epoch_us({last}) - epoch_us({first})) / epoch_us({step})"
        if timed
        else f"(({last}) - ({first})) / {step}"
    )
    return f"CAST({whole}({distance}) AS BIGINT)"


def make_series(node: tree.Node, library: Callable[[], Any]) -> ir.Operator:
    """`| make-series … on Axis [from A to B] step S [by …]`."""
    del library
    measures: list[Measure] = []
    axis: ir.NamedExpr | None = None
    start = stop = step = None
    inclusive = nonempty = False
    by: tuple[ir.NamedExpr, ...] = ()
    for child in tree.rules(node):
        rule = tree.kind(child)
        if rule == "MakeSeriesOperatorOnClause":
            axis = lower._lower_named(tree.rules(child)[0])
        elif rule == "MakeSeriesOperatorByClause":
            by = tuple(lower._lower_named(item) for item in tree.rules(child))
        elif rule == "MakeSeriesOperatorFromToStepClause":
            start, stop, step = _range(child)
        elif rule == "MakeSeriesOperatorInRangeClause":
            start, stop, step = (lower._lower_expr(item) for item in tree.rules(child))
            inclusive = True
        elif rule.endswith("Parameter"):
            nonempty = nonempty or child.getText().lower() == "kind=nonempty"
        else:
            measures.append(_measure(child))
    if axis is None or step is None or not measures:
        raise lower._unsupported(node, "make-series")
    return MakeSeries(tuple(measures), axis, start, stop, step, by, inclusive, nonempty)


def _range(node: tree.Node) -> tuple[ir.Expr | None, ir.Expr | None, ir.Expr | None]:
    found: dict[str, ir.Expr] = {}
    word = ""
    for child in node.children or []:
        if tree.kind(child) == "TerminalNodeImpl":
            word = str(child.getText()).lower()
        else:
            found[word] = lower._lower_expr(child)
    return found.get("from"), found.get("to"), found.get("step")


def _measure(node: tree.Node) -> Measure:
    parts = tree.rules(node) if tree.kind(node) == "MakeSeriesOperatorAggregation" else [node]
    default = None
    named = parts[0]
    for part in parts[1:]:
        if tree.kind(part) == "MakeSeriesOperatorExpressionDefaultClause":
            default = lower._lower_expr(tree.rules(part)[0])
    return Measure(lower._lower_named(named), default)
