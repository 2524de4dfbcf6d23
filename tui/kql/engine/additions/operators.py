"""Tabular operators that duckdb-kql lacks or reads too narrowly: from tree to stage."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, lower, translate
from duckdb_kql.errors import KqlUnsupportedError
from duckdb_kql.translate import naming, quote_ident

from tui.kql import beside
from tui.kql.engine import words
from tui.kql.engine.additions import (
    apply,
    columns,
    defender,
    nested,
    plugins,
    reducing,
    samples,
    scan,
    search,
    series,
    several,
    tree,
    windows,
)
from tui.kql.engine.additions.stages import Stage
from tui.kql.engine.kinds import kind_of
from tui.kql.engine.state import current_or_none
from tui.kql.engine.trees import rebuilt

_CHARTS = frozenset(
    """table list barchart piechart ladderchart timechart linechart anomalychart pivotchart
    areachart stackedareachart scatterchart timepivot columnchart timeline 3Dchart card treemap
    plotly graph sankey""".split()  # noqa: SIM905
)
_LEAD = "\x01"
Lowered = ir.Operator | list[ir.Operator] | None
Handler = Callable[[tree.Node, Callable[[], Lowered]], Lowered]


def sort_key(node: tree.Node) -> ir.SortKey:
    """One key of a `sort`, its direction read from the grammar and not from the text.

    The library looks for "asc" and "desc" in the whole key, so that a column called
    FileDescription would decide its own direction.
    """
    node = lower._collapse(node)
    if tree.kind(node) != "OrderedExpression":
        return ir.SortKey(lower._lower_expr(node))
    expression, *rest = tree.rules(node)
    words = " ".join(token.getText().lower() for part in rest for token in _leaves(part))
    nulls = "nulls first" in words or ("nulls last" not in words and None)
    return ir.SortKey(
        lower._lower_expr(expression),
        ascending=words.split(" ")[0] in ("asc", "granny-asc"),
        nulls_first=None if nulls is None else bool(nulls),
    )


def sort_keys(keys: tuple[ir.SortKey, ...]) -> str:
    """The keys of an ORDER BY; NaN stands with the nulls, as the page of `sort` has it."""
    parts = []
    for key in keys:
        sql = translate.render_expr(key.expr)
        first = key.ascending if key.nulls_first is None else key.nulls_first
        if first == key.ascending and kind_of(key.expr) == "real":
            # DuckDB puts NaN above all numbers, which is right on the other two sides only.
            special, other = (0, 1) if first else (1, 0)
            parts.append(
                f"(CASE WHEN {sql} IS NULL OR isnan({sql}) THEN {special} ELSE {other} END)"
            )
        direction = "ASC" if key.ascending else "DESC"
        parts.append(f"{sql} {direction} NULLS {'FIRST' if first else 'LAST'}")
    return ", ".join(parts)


def captured(library: Callable[[ir.Parse, int], str]) -> Callable[[ir.Parse, int], str]:
    """A typed column before `*` may be missing under `kind=relaxed`: it is null then."""

    def capture(op: ir.Parse, index: int) -> str:
        shape = library(op, index)
        skipped = index + 1 < len(op.segments) and op.segments[index + 1].skip
        return f"(?:{shape})?" if op.kind == "relaxed" and skipped else shape

    return capture


def _leaves(node: Any) -> list[Any]:
    children = getattr(node, "children", None)
    if children:
        return [leaf for child in children for leaf in _leaves(child)]
    return [node] if node.getText() else []


_BOUND = re.compile(r"\blet\s+(?:view\s+)?(\w+)\s*=|\b(\w+)\s*:\s*dynamic\b")
"""Names that a query gives to arrays, and those of parameters."""


def expanded(
    node: tree.Node, library: Callable[[tree.Node], tuple[ir.MvExpandTarget, Any]]
) -> tuple[ir.MvExpandTarget, Any]:
    """One target of `mv-expand` or `mv-apply`, and what must be computed for it first."""
    try:
        target, before = library(node)
    except KqlUnsupportedError:
        return unnamed_expansion(node)
    state = current_or_none()
    if before is not None or state is None:
        return target, before
    if any(target.column in names for names in _BOUND.findall(state.text)):
        # What may be no column becomes one, as any other expression does.
        name = target.name or target.column
        before = ir.NamedExpr(ir.ColumnRef(target.column), name)
        target = ir.MvExpandTarget(name, None, target.to_type)
    return target, before


def unnamed_expansion(node: tree.Node) -> tuple[ir.MvExpandTarget, ir.NamedExpr]:
    """A computed target of `mv-expand` without a name: it takes the one of what it reads."""
    to_type = None
    expression = None
    for child in tree.rules(node) if tree.kind(node).startswith("Mv") else [node]:
        if tree.kind(child) == "MvapplyOperatorExpressionToClause":
            to_type = child.getText().lower().partition("typeof(")[2].rstrip(")").strip()
        elif expression is None:
            expression = child
    lowered = lower._lower_named(expression)
    name = lowered.name or naming.expression_name(lowered.expr)
    if name is None:
        read = {e.name for e in _columns_in(lowered.expr)}
        name = read.pop() if len(read) == 1 else "Column1"
    return ir.MvExpandTarget(name, None, to_type), ir.NamedExpr(lowered.expr, name)


def _columns_in(expression: ir.Expr) -> list[ir.ColumnRef]:
    from tui.kql.engine.trees import expressions

    return [e for e in expressions(expression) if isinstance(e, ir.ColumnRef)]


def with_queries(node: Any, change: Callable[[ir.Query], ir.Query]) -> Any:
    """The stage with `change` applied to the queries that its fields hold."""
    if not isinstance(node, Stage):
        return node
    changes: dict[str, Any] = {}
    for field in dataclasses.fields(node):
        before = getattr(node, field.name)
        if isinstance(before, ir.Query):
            changes[field.name] = change(before)
        elif isinstance(before, tuple) and any(isinstance(item, ir.Query) for item in before):
            changes[field.name] = tuple(
                change(item) if isinstance(item, ir.Query) else item for item in before
            )
    return dataclasses.replace(node, **changes) if changes else node


def resolved(op: ir.Operator, names: set[str]) -> Any:
    """The operator with `x in (T)` made a query where T is a tabular `let`."""
    holder = ir.Query(ir.PrintSource(()), [])

    def fix(expression: ir.Expr) -> ir.Expr:
        query = ir.Query(holder.source, [ir.Where(expression)])
        where = lower._resolve_in_subqueries(query, names).operators[0]
        assert isinstance(where, ir.Where)
        return where.predicate

    return with_queries(rebuilt(op, fix), lambda inner: lower._resolve_in_subqueries(inner, names))


_FILLED_SIDES = {"leftouter": (False, True), "rightouter": (True, False), "fullouter": (True, True)}


def without_null_text(sql: str, op: ir.Join | ir.Lookup, left: list[str], right: list[str]) -> str:
    """A join whose unmatched sides hold empty text, not nulls: Kusto has no null string."""
    fills = _FILLED_SIDES.get(op.kind)
    if fills is None:
        return sql
    selected = []
    for index, name in enumerate(_join_columns(op, left, right)):
        column = quote_ident(name)
        if fills[0 if index < len(left) else 1]:
            column = (
                f"CASE WHEN typeof({column}) = 'VARCHAR' AND {column} IS NULL THEN '' "
                f"ELSE {column} END AS {column}"
            )
        selected.append(column)
    return f"SELECT {', '.join(selected)} FROM ({sql})"


def _join_columns(op: ir.Join | ir.Lookup, left: list[str], right: list[str]) -> list[str]:
    if isinstance(op, ir.Join):
        return beside.joined(left, right, op.kind)
    return beside.looked_up(left, right, [key.right for key in op.keys])


def _take(node: tree.Node, library: Callable[[], Lowered]) -> Lowered:
    try:
        lowered = library()
        if isinstance(lowered, ir.Take) and lowered.count < 0:
            return ir.Take(0)
        return lowered
    except KqlUnsupportedError:
        return samples.Limited(_rows(tree.rules(node)[-1], "take"))


def _rows(count: tree.Node, operator: str) -> ir.Expr:
    """How many rows an operator keeps."""
    lowered = lower._lower_expr(count)
    fraction = isinstance(lowered, ir.Literal) and kind_of(lowered) not in ("long", "int")
    if fraction:
        raise words.no_rows(operator)
    return lowered


def _top(node: tree.Node, library: Callable[[], Lowered]) -> Lowered:
    try:
        return library()
    except KqlUnsupportedError:
        parts = tree.rules(node)
        return samples.Limited(_rows(parts[0], "top"), tuple(sort_key(part) for part in parts[1:]))


def _where(node: tree.Node, library: Callable[[], Lowered]) -> Lowered:
    for child in tree.rules(node):
        inner = lower._collapse(child)
        if tree.kind(inner) == "NamedExpression":
            # The grammar reads `where x = 5` as a name for the value 5.
            sign = tree.rules(inner)[0].children[-1].symbol
            raise words.syntax(sign.line, sign.column)
    if search.has_star(node):
        return search.where(node)
    return library()


def _parse(node: tree.Node, library: Callable[[], Lowered]) -> Lowered:
    """`parse`, also with a column before the first literal of the pattern."""
    pattern = next(iter(tree.find(node, "ParseOperatorPattern")), None)
    first = tree.rules(pattern)[0] if pattern is not None and tree.rules(pattern) else None
    if first is None or tree.kind(first) != "ParseOperatorNameAndOptionalType":
        return library()
    text = next(c for c in tree.rules(node) if not tree.kind(c).startswith("ParseOperator"))
    assert pattern is not None
    if len(pattern.children) == 1:
        return _parse_whole(text, first)
    pattern.children = [c for c in pattern.children if c is not first]
    rest = library()
    assert isinstance(rest, ir.Parse)
    kinds = tree.find(first, "ScalarType")
    kind = kinds[0].getText().lower() if kinds else None
    state = current_or_none()
    marked = state.fresh("text") if state else "_kqltext"
    # The text gets a mark in front, so that its first part has a literal to follow.
    lead = ir.ParseSegment(_LEAD, False, tree.name_of(first), kind)
    value = ir.FunctionCall("strcat", (ir.Literal(_LEAD, "string"), lower._lower_expr(text)))
    return [
        ir.Extend((ir.NamedExpr(value, marked),)),
        dataclasses.replace(rest, expression=ir.ColumnRef(marked), segments=(lead, *rest.segments)),
        ir.ProjectAway((marked,)),
    ]


def _parse_whole(text: tree.Node, column: tree.Node) -> Lowered:
    """`parse Text with Column`: a pattern of one column takes all."""
    whole: ir.Expr = ir.FunctionCall("tostring", (lower._lower_expr(text),))
    kinds = tree.find(column, "ScalarType")
    convert = plugins.CONVERSIONS.get(kinds[0].getText().lower()) if kinds else None
    if convert is not None:
        whole = ir.FunctionCall(convert, (whole,))
    return ir.Extend((ir.NamedExpr(whole, tree.name_of(column)),))


def parsed(
    op: ir.Parse,
    source: str,
    columns: list[str],
    library: Callable[[ir.Operator, str, list[str] | None], str],
) -> str:
    """`parse` into columns of any name; the names of a pattern's groups are more narrow."""
    odd = {s.name: f"_kqlparsed{i}" for i, s in enumerate(op.segments) if s.name}
    if all(re.fullmatch(r"[A-Za-z_]\w*", name, re.ASCII) for name in odd):
        return str(library(op, source, columns))
    segments = tuple(dataclasses.replace(s, name=odd[s.name]) if s.name else s for s in op.segments)
    sql = library(dataclasses.replace(op, segments=segments), source, columns)
    result = [*columns, *(name for name in odd if name not in columns)]
    select = [
        f"{quote_ident(odd[c])} AS {quote_ident(c)}" if c in odd else quote_ident(c) for c in result
    ]
    return f"SELECT {', '.join(select)} FROM ({sql})"


def _render(node: tree.Node, library: Callable[[], Lowered]) -> Lowered:
    del library
    state = current_or_none()
    if state is not None:
        properties = {}
        for item in tree.find(node, "RenderOperatorProperty"):
            key, _, value = tree.text_of(item).partition("=")
            properties[key.strip()] = value.strip().strip("\"'")
        spelled = [c.getText() for c in node.children or [] if not tree.rules(c)]
        kind = spelled[1] if len(spelled) > 1 else "table"
        if kind not in _CHARTS:
            raise words.no_chart(state.text, kind)
        state.render = (kind, properties)
    return None


def _nothing(node: tree.Node, library: Callable[[], Lowered]) -> Lowered:
    del node, library
    return None


def _distinct(node: tree.Node, library: Callable[[], Lowered]) -> Lowered:
    if tree.find(node, "DistinctOperatorStarTarget"):
        return columns.DistinctAll()
    return library()


def _filled(node: tree.Node, library: Callable[[], Lowered]) -> Lowered:
    """An operator that says nothing without an expression behind its name."""
    if not tree.rules(node):
        raise words.syntax(node.stop.line, node.stop.column + len(node.stop.text))
    return library()


OPERATORS: dict[str, Handler] = {
    "ProjectOperator": _filled,
    "SummarizeOperator": _filled,
    "InvokeOperator": defender.invoke,
    "WhereOperator": _where,
    "TakeOperator": _take,
    "TopOperator": _top,
    "RenderOperator": _render,
    "ParseOperator": _parse,
    "ParseWhereOperator": _parse,
    "ConsumeOperator": _nothing,
    "AsOperator": _nothing,
    "DistinctOperator": _distinct,
    "ProjectReorderOperator": columns.reorder,
    "ProjectKeepOperator": columns.keep,
    "ProjectAwayOperator": columns.away,
    "SerializeOperator": windows.serialize,
    "SampleOperator": samples.sample,
    "SampleDistinctOperator": samples.sample_distinct,
    "TopHittersOperator": samples.top_hitters,
    "TopNestedOperator": nested.top_nested,
    "TopNestedOperatorPart": nested.top_nested,
    "SearchOperator": search.piped,
    "EvaluateOperator": plugins.evaluate,
    "MakeSeriesOperator": series.make_series,
    "MvapplyOperator": apply.mv_apply,
    "PartitionOperator": apply.partition,
    "ScanOperator": scan.lowered,
    "ReduceByOperator": reducing.reduce,
    "ForkOperator": several.fork,
    "FacetByOperator": several.facet,
}
"""The grammar rules of our operators, and what lowers each."""
