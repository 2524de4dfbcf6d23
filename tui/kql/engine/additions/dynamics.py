"""Dynamic values beside values of other types, as Kusto compares them.

duckdb-kql leaves a comparison of a dynamic with a number to DuckDB, which fails on the first
value that is no number. Kusto reads the dynamic as the other side's type, and as null where
it is of another.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from duckdb_kql import ir, translate

from tui.kql.engine.additions import terms
from tui.kql.engine.kinds import kind_of

_COMPARISONS = frozenset({"==", "!=", "<>", "<", "<=", ">", ">="})
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_ARITHMETIC = frozenset("+-*/%")
_NUMBERS = frozenset({"long", "int", "real", "decimal"})


def _macro_for(other: ir.Expr) -> str | None:
    """What reads a dynamic as the type of the other side, where that is plain to see."""
    kind = kind_of(other)
    if kind in _NUMBERS:
        return "kql_number"
    return {"bool": "kql_bool", "datetime": "kql_time", "timespan": "kql_interval"}.get(kind or "")


def render(node: ir.Expr, library: Callable[[ir.Expr], str]) -> str:
    """The SQL of an expression, comparisons with dynamic values as Kusto has them."""
    if isinstance(node, ir.BinaryOp) and node.op in _COMPARISONS:
        return _comparison(node, library) or library(node)
    if isinstance(node, ir.HasList) and kind_of(node.value) == "string":
        joined = terms.one_by_one(node)
        joined = joined or terms.alternation(node, translate.render_expr(node.value))
        if joined is not None:
            return joined
    if isinstance(node, ir.Literal) and node.kind == "dynamic" and node.value is None:
        return "CAST(NULL AS JSON)"
    if isinstance(node, ir.UnaryOp) and node.op == "-" and kind_of(node.operand) == "dynamic":
        value = f"to_json({translate.render_expr(node.operand)})"
        return (
            f"(CASE json_type({value}) WHEN 'DOUBLE' THEN to_json(-TRY_CAST({value} AS DOUBLE)) "
            f"WHEN 'BIGINT' THEN to_json(-TRY_CAST({value} AS BIGINT)) "
            f"WHEN 'UBIGINT' THEN to_json(-TRY_CAST({value} AS BIGINT)) END)"
        )
    if isinstance(node, ir.PathAccess) and any(
        step.index is not None and not isinstance(step.index, ir.Literal) for step in node.steps
    ):
        return _walked(node)
    if isinstance(node, ir.BinaryOp) and node.op in _ARITHMETIC:
        sql = _arithmetic(node, library)
        if sql is not None:
            return sql
    if isinstance(node, ir.BinaryOp) and node.op == "/" and _is_part_of_span(node):
        span, parts = translate.render_expr(node.left), translate.render_expr(node.right)
        return f"to_microseconds(CAST(epoch_us({span}) / {parts} AS BIGINT))"
    if isinstance(node, ir.InList) and node.subquery is None and len(node.items) == 1:
        item = node.items[0]
        if translate._is_dynamic_expr(item) and not isinstance(item, ir.Literal):
            return _among(node, item)
        if isinstance(item, ir.ColumnRef):
            sql = translate.render_expr(item)
            return (
                f"(CASE WHEN typeof({sql}) = 'JSON' THEN {_among(node, item)} "
                f"ELSE {library(node)} END)"
            )
    if isinstance(node, ir.InList) and node.subquery is None and node.items:
        macros = {_macro_for(item) for item in node.items}
        if len(macros) == 1 and None not in macros:
            macro = macros.pop() or ""
            return _either(node.value, macro, library, lambda e: dataclasses.replace(node, value=e))
    if (
        isinstance(node, ir.InList)
        and node.subquery is not None
        and kind_of(node.value) != "string"
    ):
        # A null is among no values and keeps none out, unlike SQL's.
        before, mark, behind = library(node).rpartition(" AS _q(_c1)")
        return f"{before}{mark} WHERE _c1 IS NOT NULL{behind}" if mark else behind
    if isinstance(node, ir.Between):
        macro = _macro_for(node.low) or ""
        if macro:
            return _either(node.value, macro, library, lambda e: dataclasses.replace(node, value=e))
    return library(node)


def _walked(node: ir.PathAccess) -> str:
    """A path with steps that the row decides: a number counts, a text names."""
    sql = translate.render_expr(node.base)
    for step in node.steps:
        if step.index is None or isinstance(step.index, ir.Literal):
            sql = translate.render_path(
                ir.PathAccess(ir.RenderedAggregate(f"to_json({sql})"), (step,))
            )
            continue
        text = f"CAST({translate.render_expr(step.index)} AS VARCHAR)"
        if kind_of(step.index) == "dynamic":
            text = f"(to_json({translate.render_expr(step.index)}) ->> '$')"
        quoted = f"""'$."' || replace({text}, '"', '\\"') || '"'"""
        numbered = f"'$[' || CASE WHEN {text}[1] = '-' THEN '#' ELSE '' END || {text} || ']'"
        kind = kind_of(step.index)
        if kind in ("long", "int"):
            path = numbered
        elif kind == "string":
            path = quoted
        else:
            path = (
                f"CASE WHEN regexp_matches({text}, '^-?[0-9]+$') AND json_type(to_json({sql})) = "
                f"'ARRAY' THEN {numbered} ELSE {quoted} END"
            )
        sql = f"json_extract(to_json({sql}), {path})"
    return sql


def _arithmetic(node: ir.BinaryOp, library: Callable[[ir.Expr], str]) -> str | None:
    left, right = kind_of(node.left), kind_of(node.right)
    if node.op == "%" and left == right == "timespan":
        a, b = translate.render_expr(node.left), translate.render_expr(node.right)
        return f"to_microseconds(epoch_us({a}) % epoch_us({b}))"
    if left != "dynamic" and right != "dynamic":
        return None
    other = right if left == "dynamic" else left
    if other == "dynamic" or other is None:
        other = "real"
    reader = {
        "datetime": "kql_time({0})",
        "timespan": "kql_interval({0})" if node.op in "+-%" else "kql_number({0})",
        "real": "kql_number({0})",
        "decimal": "kql_number({0})",
    }.get(other, "TRY_CAST(kql_number({0}) AS BIGINT)")
    if other == "datetime" and node.op == "-" and right == "dynamic":
        reader = "kql_time({0})"

    def read(side: ir.Expr, kind: str | None) -> ir.Expr:
        if kind != "dynamic":
            return side
        text = reader.format(f"to_json({translate.render_expr(side)})")
        return ir.RenderedAggregate(text)

    return library(
        dataclasses.replace(node, left=read(node.left, left), right=read(node.right, right))
    )


def _is_part_of_span(node: ir.BinaryOp) -> bool:
    return translate._is_timespan_expr(node.left) and _macro_for(node.right) == "kql_number"


def _among(node: ir.InList, items: ir.Expr) -> str:
    """Membership in an array that a row holds."""
    array = f"to_json({translate.render_expr(items)})"
    value = translate.render_kql_tostring(node.value)
    change = "lower" if node.case_insensitive else ""
    texts = f"list_transform(kql_elements({array}), lambda _kqle: {change}(_kqle ->> '$'))"
    found = f"coalesce(list_contains({texts}, {change}({value})), FALSE)"
    return f"(NOT {found})" if node.negated else found


def _comparison(node: ir.BinaryOp, library: Callable[[ir.Expr], str]) -> str | None:
    macro = _macro_for(node.right)
    if macro and _maybe_dynamic(node.left):
        return _either(node.left, macro, library, lambda e: dataclasses.replace(node, left=e))
    if isinstance(node.left, ir.PathAccess) and isinstance(node.right, ir.ColumnRef):
        return _beside_column(node.left, node.right, node.op)
    if isinstance(node.left, ir.ColumnRef) and isinstance(node.right, ir.PathAccess):
        return _beside_column(node.right, node.left, _FLIPPED.get(node.op, node.op))
    if (
        isinstance(node.left, ir.ColumnRef)
        and isinstance(node.right, ir.ColumnRef)
        and (kind_of(node.left) in (None, "dynamic") or kind_of(node.right) in (None, "dynamic"))
    ):
        left, right = translate.render_expr(node.left), translate.render_expr(node.right)
        flipped = _FLIPPED.get(node.op, node.op)
        return (
            f"(CASE WHEN typeof({left}) = 'JSON' AND typeof({right}) <> 'JSON' "
            f"THEN {_beside_column(node.left, node.right, node.op)} "
            f"WHEN typeof({right}) = 'JSON' AND typeof({left}) <> 'JSON' "
            f"THEN {_beside_column(node.right, node.left, flipped)} ELSE {library(node)} END)"
        )
    macro = _macro_for(node.left)
    if macro and _maybe_dynamic(node.right):
        return _either(node.right, macro, library, lambda e: dataclasses.replace(node, right=e))
    return None


def _beside_column(path: ir.Expr, column: ir.Expr, op: str) -> str:
    """A dynamic compared with a column, whose type only the database knows."""
    left, right = (f"to_json({translate.render_expr(path)})", translate.render_expr(column))
    text, negative = f"CAST({right} AS VARCHAR)", op in ("!=", "<>")
    number = f"kql_number({left}) {op} TRY_CAST({text} AS DOUBLE)"
    compared = (
        f"CASE WHEN typeof({right}) = 'VARCHAR' THEN coalesce({left} ->> '$', '') {op} {text} "
        f"WHEN typeof({right}) IN ('BIGINT', 'INTEGER', 'DOUBLE') THEN {number} "
        f"WHEN typeof({right}) = 'BOOLEAN' THEN kql_bool({left}) {op} ({text} = 'true') "
        f"WHEN typeof({right}) = 'TIMESTAMP' "
        f"THEN kql_time({left}) {op} TRY_CAST({text} AS TIMESTAMP) "
        f"ELSE ({left} ->> '$') {op} {text} END"
    )
    if op in ("==", "!=", "<>"):
        return f"coalesce({compared.replace(' == ', ' = ')}, {'TRUE' if negative else 'FALSE'})"
    return f"({compared})"


def _maybe_dynamic(node: ir.Expr) -> bool:
    return translate._is_dynamic_expr(node) or translate._may_be_dynamic(node)


def _either(
    value: ir.Expr,
    macro: str,
    library: Callable[[ir.Expr], str],
    around: Callable[[ir.Expr], ir.Expr],
) -> str:
    if not _maybe_dynamic(value):
        return library(around(value))
    sql = translate.render_expr(value)
    read = library(around(ir.RenderedAggregate(f"{macro}(to_json({sql}))")))
    if translate._is_dynamic_expr(value):
        return read
    return f"(CASE WHEN typeof({sql}) = 'JSON' THEN {read} ELSE {library(around(value))} END)"
