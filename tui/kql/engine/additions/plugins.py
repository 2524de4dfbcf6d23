"""Plugins of `evaluate`: those whose columns come out of the rows, and ipv4_lookup."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, lower
from duckdb_kql.translate import (
    _nested_schema,
    quote_ident,
    quote_string,
    render_aggregate,
    to_sql,
)

from tui.kql.beside import joined
from tui.kql.engine import words
from tui.kql.engine.additions import tree
from tui.kql.engine.additions.stages import Columns, Snapshot, Stage, Workbench, names, sql_of
from tui.kql.engine.fault import KqlFault
from tui.kql.engine.marks import MARK, unmarked
from tui.kql.engine.state import current
from tui.kql.signatures import signatures

_MOST_COLUMNS = 500


def evaluate(node: tree.Node, library: Callable[[], Any]) -> ir.Operator | list[ir.Operator]:
    """`| evaluate plugin(…) [: (Column: type, …)]`."""
    del library
    call = tree.find(node, "NamedFunctionCallExpression")[0]
    name = str(tree.rules(call)[0].getText()).lower()
    arguments = tree.rules(call)[1:]
    plugin = _PLUGINS.get(name, _narrow if name == "parse_kv" else None)
    if plugin is None and ("p", name) not in signatures():
        raise words.unknown_plugin(current().text, str(tree.rules(call)[0].getText()))
    if plugin is None:
        raise lower._unsupported(node, f"evaluate {name}")
    declared = [
        (tree.name_of(column), str(tree.rules(column)[-1].getText()).lower())
        for clause in tree.find(node, "EvaluateOperatorSchemaClause")
        for column in tree.find(clause, "RowSchemaColumnDeclaration")
    ]
    if name == "parse_kv":
        return _parse_kv(arguments, declared)
    operator = plugin(node, arguments)
    return [operator, Declared(tuple(declared))] if declared else operator


@dataclasses.dataclass(frozen=True)
class Declared(Stage):
    """The columns that a plugin was told to give; `*` keeps those of its input."""

    wanted: tuple[tuple[str, str], ...]

    keyword = "evaluate"

    def columns(self, columns: Columns) -> Columns:
        names = [name for name, _ in self.wanted]
        if STAR not in names:
            return names
        named = [name for name in names if name != STAR]
        kept = [column for column in columns if column not in named]
        return named + kept if names[-1] == STAR else kept + named

    def sql(self, source: str, columns: Columns) -> str:
        casts = dict(self.wanted)
        select = []
        for name in self.columns(columns):
            column = quote_ident(name)
            kind = casts.get(name)
            if kind is None:
                select.append(column)
            elif name not in columns:
                select.append(f"{_NOTHING.get(kind, 'CAST(NULL AS JSON)')} AS {column}")
            else:
                text = f"coalesce(to_json({column}) ->> '$', '')"
                cast = _CASTS.get(kind, "TRY_CAST({0} AS JSON)")
                select.append(
                    f"to_json({column}) AS {column}"
                    if kind == "dynamic"
                    else f"{cast.format(text)} AS {column}"
                )
        return f"SELECT {', '.join(select)} FROM {source}"


STAR = "kql_star"
_CASTS = {
    "string": "{0}",
    "long": "TRY_CAST({0} AS BIGINT)",
    "int": "TRY_CAST({0} AS INTEGER)",
    "real": "TRY_CAST({0} AS DOUBLE)",
    "double": "TRY_CAST({0} AS DOUBLE)",
    "bool": "TRY_CAST({0} AS BOOLEAN)",
    "datetime": "(TRY_CAST({0} AS TIMESTAMPTZ) AT TIME ZONE 'UTC')",
    "timespan": "kql_interval(to_json({0}))",
    "guid": "TRY_CAST({0} AS UUID)",
}
_NOTHING = {
    "string": "''",
    "long": "CAST(NULL AS BIGINT)",
    "int": "CAST(NULL AS INTEGER)",
    "real": "CAST(NULL AS DOUBLE)",
    "double": "CAST(NULL AS DOUBLE)",
    "bool": "CAST(NULL AS BOOLEAN)",
    "datetime": "CAST(NULL AS TIMESTAMP)",
    "timespan": "CAST(NULL AS INTERVAL)",
    "guid": "CAST(NULL AS UUID)",
}
CONVERSIONS = {
    "long": "tolong", "int": "toint", "real": "todouble", "double": "todouble", "bool": "tobool",
    "datetime": "todatetime", "timespan": "totimespan", "guid": "toguid", "string": "tostring",
}  # fmt: skip


def _parse_kv(arguments: list[tree.Node], declared: list[tuple[str, str]]) -> list[ir.Operator]:
    """`parse-kv Expr as (Key: type, …) with (…)`, which the grammar hands on as a plugin."""
    import json

    given = json.loads(str(lower._lower_expr(arguments[1]).value))  # type: ignore[attr-defined]
    options = {}
    for key, text in given.items():
        quoted = text[:1] in "\"'@hH"
        options[key] = sources_string(text) if quoted else text
    found = current().fresh("pairs")
    call = ir.FunctionCall(
        "kql_key_values",
        (
            ir.FunctionCall("tostring", (lower._lower_expr(arguments[0]),)),
            ir.Literal(json.dumps([name for name, _ in declared]), "dynamic"),
            ir.Literal(json.dumps(options), "dynamic"),
        ),
    )
    columns = []
    for name, kind in declared:
        value: ir.Expr = ir.PathAccess(ir.ColumnRef(found), (ir.PathStep(name),))
        convert = CONVERSIONS.get(kind)
        value = ir.FunctionCall("tostring", (value,))
        if convert not in (None, "tostring"):
            value = ir.FunctionCall(str(convert), (value,))
        columns.append(ir.NamedExpr(value, name))
    return [
        ir.Extend((ir.NamedExpr(call, found),)),
        ir.Extend(tuple(columns)),
        ir.ProjectAway((found,)),
    ]


def sources_string(text: str) -> str:
    """The value of a string literal."""
    return str(lower._string_value(text))


@dataclasses.dataclass(frozen=True)
class BagUnpack(Snapshot):
    """`bag_unpack(Column [, Prefix [, ColumnsConflict [, IgnoredProperties]]])`."""

    column: str
    prefix: str = ""
    conflict: str = "error"
    ignored: tuple[str, ...] = ()

    keyword = "evaluate"

    def shaped(self, source: str, columns: Columns, ask: Workbench) -> str:
        bag = quote_ident(self.column)
        found = ask(
            "SELECT k, list(DISTINCT t), min(o) FROM (SELECT k, "
            f"json_type({bag}, '$.\"' || replace(k, '\"', '\\\"') || '\"') AS t, rowid AS o FROM "
            f"(SELECT {bag}, rowid, unnest(list_filter(json_keys({bag}), "
            f"lambda k: k <> '')) AS k FROM {source} "
            f"WHERE json_type({bag}) = 'OBJECT')) GROUP BY k ORDER BY k"
        )
        kept = [column for column in columns if column != self.column]
        marks = current().marks
        added: dict[str, str] = {}
        for key, types, _ in found[:_MOST_COLUMNS]:
            if key in self.ignored:
                continue
            name = self.prefix + str(key)
            name = marks.get(name, name)
            value = _typed(bag, str(key), {str(t) for t in types})
            if name in kept:
                if self.conflict == "keep_source":
                    continue
                if self.conflict != "replace_source":
                    raise KqlFault(
                        f"evaluate bag_unpack(): the property '{unmarked(name)}' conflicts with a "
                        "column of the same name",
                        code="SEM0100",
                    )
                kept.remove(name)
            added[_apart(name, [*kept, *added])] = value
        select = [quote_ident(column) for column in kept]
        select += [f"{value} AS {quote_ident(name)}" for name, value in added.items()]
        return f"SELECT {', '.join(select) or 'NULL AS Column1'} FROM {source}"


def _apart(name: str, others: list[str]) -> str:
    """The name, marked where another differs from it only in case."""
    folded = {other.casefold() for other in others}
    number = 0
    apart = name
    while apart.casefold() in folded:
        number += 1
        apart = f"{unmarked(name)}{MARK}{900 + number}"
    return apart


def _typed(bag: str, key: str, types: set[str]) -> str:
    path = quote_string('$."' + key.replace('"', '\\"') + '"')
    types.discard("NULL")
    value = f"json_extract({bag}, {path})"
    if types == {"VARCHAR"}:
        return f"coalesce({bag} ->> {path}, '')"
    if types and types <= {"UBIGINT", "BIGINT"}:
        return f"TRY_CAST({value} AS BIGINT)"
    if types and types <= {"UBIGINT", "BIGINT", "DOUBLE"}:
        return f"TRY_CAST({value} AS DOUBLE)"
    if types == {"BOOLEAN"}:
        return f"TRY_CAST({value} AS BOOLEAN)"
    return value


@dataclasses.dataclass(frozen=True)
class Pivot(Snapshot):
    """`pivot(Column [, Aggregate [, Column, …]])`."""

    column: ir.Expr
    aggregate: ir.NamedExpr
    by: tuple[str, ...]

    keyword = "evaluate"

    def shaped(self, source: str, columns: Columns, ask: Workbench) -> str:
        from duckdb_kql.translate import render_kql_tostring

        text = render_kql_tostring(self.column)
        values = [
            str(row[0])
            for row in ask(f"SELECT DISTINCT {text} AS v FROM {source} ORDER BY v")
            if row[0] is not None
        ][:_MOST_COLUMNS]
        used = {e.name for e in _columns_in(self)}
        by = list(self.by) or [column for column in columns if column not in used]
        taken = {column.casefold() for column in by}
        select = [quote_ident(column) for column in by]
        aggregate = render_aggregate(self.aggregate)
        for value in values:
            name = value or "Column1"
            while name.casefold() in taken:
                name += "1"
            taken.add(name.casefold())
            select.append(f"{_filtered(aggregate, text, value)} AS {quote_ident(name)}")
        group = f" GROUP BY {names(by)}" if by else ""
        return f"SELECT {', '.join(select) or 'NULL AS Column1'} FROM {source}{group}"


def _filtered(aggregate: str, text: str, value: str) -> str:
    from tui.kql.engine.additions.aggregates import filtered

    return filtered(aggregate, f"{text} = {quote_string(value)}")


@dataclasses.dataclass(frozen=True)
class Narrow(Stage):
    """`narrow()`: a row for each cell."""

    keyword = "evaluate"

    def columns(self, columns: Columns) -> Columns:
        del columns
        return ["Row", "Column", "Value"]

    def sql(self, source: str, columns: Columns) -> str:
        from duckdb_kql.translate import render_kql_tostring

        cells = ", ".join(
            f"{{'c': {quote_string(column)}, 'v': {render_kql_tostring(ir.ColumnRef(column))}}}"
            for column in columns
        )
        return (
            f'SELECT "Row", cell.c AS "Column", cell.v AS "Value" FROM (SELECT _kqln AS "Row", '
            f"unnest([{cells}]) AS cell FROM "
            f"(SELECT *, row_number() OVER () - 1 AS _kqln FROM {source}))"
        )


@dataclasses.dataclass(frozen=True)
class Ipv4Lookup(Stage):
    """`ipv4_lookup(Table, Address, Network [, return_unmatched])`."""

    right: ir.Query
    address: ir.Expr
    network: str
    keep_unmatched: bool = False
    right_columns: tuple[str, ...] = ()
    """The columns of `right`, filled in once they are known."""

    keyword = "evaluate"

    def columns(self, columns: Columns) -> Columns:
        return joined(columns, self.right_columns, "inner")

    def sql(self, source: str, columns: Columns) -> str:
        out = self.columns(columns)
        select = [f"_l.{quote_ident(c)} AS {quote_ident(c)}" for c in columns]
        select += [
            f"_r.{quote_ident(c)} AS {quote_ident(o)}"
            for c, o in zip(self.right_columns, out[len(columns) :], strict=True)
        ]
        kind = "LEFT" if self.keep_unmatched else "INNER"
        right = to_sql(self.right, _nested_schema())
        return (
            f"SELECT {', '.join(select)} FROM (SELECT *, {sql_of(self.address)} AS _kqladdress "
            f"FROM {source}) AS _l {kind} JOIN ({right}) AS _r "
            f"ON kql_ipv4_in(_l._kqladdress, _r.{quote_ident(self.network)})"
        )


def _columns_in(node: Any) -> list[ir.ColumnRef]:
    from tui.kql.engine.trees import expressions

    return [e for e in expressions(node) if isinstance(e, ir.ColumnRef)]


def _bag_unpack(node: tree.Node, arguments: list[tree.Node]) -> ir.Operator:
    import json

    column = lower._lower_expr(arguments[0])
    if not isinstance(column, ir.ColumnRef):
        raise lower._unsupported(node, "evaluate bag_unpack")
    prefix, conflict = "", "error"
    ignored: tuple[str, ...] = ()
    for position, argument in enumerate(arguments[1:4], start=1):
        given = lower._lower_named(argument)
        value = given.expr.value if isinstance(given.expr, ir.Literal) else None
        named = given.name
        place = (
            named or ("OutputColumnPrefix", "columnsConflict", "ignoredProperties")[position - 1]
        )
        if not isinstance(value, str):
            continue
        if place == "columnsConflict":
            conflict = value
        elif place == "OutputColumnPrefix":
            prefix = value
        elif place == "ignoredProperties":
            ignored = tuple(str(item) for item in json.loads(value))
    return BagUnpack(column.name, prefix, conflict, ignored)


def _pivot(node: tree.Node, arguments: list[tree.Node]) -> ir.Operator:
    column = lower._lower_expr(arguments[0])
    aggregate = ir.NamedExpr(ir.FunctionCall("count"))
    if len(arguments) > 1:
        aggregate = lower._lower_named(arguments[1])
    by = []
    for argument in arguments[2:]:
        key = lower._lower_expr(argument)
        if not isinstance(key, ir.ColumnRef):
            raise lower._unsupported(node, "evaluate pivot")
        by.append(key.name)
    return Pivot(column, aggregate, tuple(by))


def _narrow(node: tree.Node, arguments: list[tree.Node]) -> ir.Operator:
    del node, arguments
    return Narrow()


def _ipv4_lookup(node: tree.Node, arguments: list[tree.Node]) -> ir.Operator:
    if len(arguments) < 3:
        raise lower._unsupported(node, "evaluate ipv4_lookup")
    table, address, network, *options = arguments
    key = lower._lower_expr(network)
    if not isinstance(key, ir.ColumnRef):
        raise lower._unsupported(node, "evaluate ipv4_lookup")
    unmatched = any("return_unmatched" in o.getText() and "true" in o.getText() for o in options)
    return Ipv4Lookup(
        lower._lower_query_node(table), lower._lower_expr(address), key.name, unmatched
    )


_PLUGINS: dict[str, Callable[[tree.Node, list[tree.Node]], ir.Operator]] = {
    "bag_unpack": _bag_unpack,
    "pivot": _pivot,
    "narrow": _narrow,
    "ipv4_lookup": _ipv4_lookup,
}
