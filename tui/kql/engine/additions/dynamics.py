"""Dynamic values beside values of other types, as Kusto compares them.

duckdb-kql leaves a comparison of a dynamic with a number to DuckDB, which fails on the first
value that is no number. Kusto reads the dynamic as the other side's type, and as null where
it is of another.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from duckdb_kql import ir, translate

_COMPARISONS = frozenset({"==", "!=", "<>", "<", "<=", ">", ">="})
_FLIPPED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NUMBERS = frozenset({"long", "int", "real", "decimal"})
_NUMERIC_CALLS = frozenset(
    {"toint", "tolong", "todouble", "toreal", "todecimal", "strlen", "array_length", "countof"}
)


def _macro_for(other: ir.Expr) -> str | None:
    """What reads a dynamic as the type of the other side, where that is plain to see."""
    if isinstance(other, ir.UnaryOp) and other.op == "-":
        return _macro_for(other.operand)
    if isinstance(other, ir.Literal):
        if other.kind in _NUMBERS:
            return "kql_number"
        return {"bool": "kql_bool", "datetime": "kql_time", "timespan": "kql_interval"}.get(
            other.kind
        )
    if isinstance(other, ir.FunctionCall) and other.name in _NUMERIC_CALLS:
        return "kql_number"
    if translate._is_datetime_expr(other):
        return "kql_time"
    if isinstance(other, ir.BinaryOp) and other.op in ("+", "-", "*", "/", "%"):
        return _macro_for(other.left) or _macro_for(other.right)
    return None


def render(node: ir.Expr, library: Callable[[ir.Expr], str]) -> str:
    """The SQL of an expression, comparisons with dynamic values as Kusto has them."""
    if isinstance(node, ir.BinaryOp) and node.op in _COMPARISONS:
        return _comparison(node, library) or library(node)
    if isinstance(node, ir.InList) and node.subquery is None and node.items:
        macros = {_macro_for(item) for item in node.items}
        if len(macros) == 1 and None not in macros:
            macro = macros.pop() or ""
            return _either(node.value, macro, library, lambda e: dataclasses.replace(node, value=e))
    if isinstance(node, ir.Between):
        macro = _macro_for(node.low) or ""
        if macro:
            return _either(node.value, macro, library, lambda e: dataclasses.replace(node, value=e))
    return library(node)


def _comparison(node: ir.BinaryOp, library: Callable[[ir.Expr], str]) -> str | None:
    macro = _macro_for(node.right)
    if macro and _maybe_dynamic(node.left):
        return _either(node.left, macro, library, lambda e: dataclasses.replace(node, left=e))
    macro = _macro_for(node.left)
    if macro and _maybe_dynamic(node.right):
        return _either(node.right, macro, library, lambda e: dataclasses.replace(node, right=e))
    return None


def _maybe_dynamic(node: ir.Expr) -> bool:
    return translate._is_dynamic_expr(node) or isinstance(node, ir.ColumnRef)


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
