"""Functions of arrays, and nulls within dynamics."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir
from duckdb_kql.errors import KqlUnsupportedError

from tui.kql.engine.additions.stages import sql_of
from tui.kql.engine.kinds import kind_of


def _shift(node: ir.FunctionCall) -> str:
    array, by, *fill = (sql_of(argument) for argument in node.args)
    sign = "" if node.name.endswith("left") else "-"
    filler = f"kql_json({fill[0]})" if fill else "CAST('null' AS JSON)"
    return f"kql_shifted({array}, {sign}({by}), {filler})"


def _array_split(node: ir.FunctionCall) -> str:
    array, at = (sql_of(argument) for argument in node.args)
    places = at if kind_of(node.args[1]) == "dynamic" else f"to_json([{at}])"
    return f"kql_array_split({array}, {places})"


def _array_index_of(node: ir.FunctionCall) -> str:
    array, wanted, *more = (sql_of(argument) for argument in node.args)
    start, length, nth = [*more, *("0", "-1", "1")[len(more) :]]
    elements = f"kql_elements({array})"
    size = f"len({elements})"
    begin = (
        f"CAST(CASE WHEN {start} < 0 THEN greatest(0, {size} + {start}) ELSE {start} END AS BIGINT)"
    )
    end = f"CASE WHEN {length} < 0 THEN {size} ELSE least({size}, {begin} + {length}) END"
    found = (
        f"list_filter(range({begin}, CAST({end} AS BIGINT)), lambda _kqli: "
        f"CAST({elements}[_kqli + 1] AS VARCHAR) = CAST(kql_json({wanted}) AS VARCHAR))"
    )
    return (
        f"(CASE WHEN {length} < -1 OR {nth} < 0 OR {elements} IS NULL THEN NULL "
        f"ELSE CAST(coalesce({found}[CAST({nth} AS BIGINT)], -1) AS BIGINT) END)"
    )


def _sorted(node: ir.FunctionCall) -> str:
    arrays, nulls = list(node.args), "LAST"
    if len(arrays) > 1 and kind_of(arrays[-1]) == "bool":
        last = arrays.pop()
        if not isinstance(last, ir.Literal):
            raise KqlUnsupportedError(f"{node.name} with a computed place of nulls")
        nulls = "LAST" if str(last.value).lower() == "true" else "FIRST"
    order = "ASC" if node.name.endswith("asc") else "DESC"
    first, *others = (f"to_json({sql_of(array)})" for array in arrays)
    places = (
        f"list_transform(kql_elements({first}), lambda _kqle, _kqli: {{'e': _kqle, 'i': _kqli}})"
    )
    some = (
        f"list_transform(list_sort(list_transform(list_filter({places}, "
        "lambda _kqlp: _kqlp.e IS NOT NULL AND json_type(_kqlp.e) <> 'NULL'), "
        "lambda _kqlp: {'n': kql_number(_kqlp.e), 's': _kqlp.e ->> '$', 'i': "
        f"{'_kqlp.i' if order == 'ASC' else '-_kqlp.i'}}}), '{order}', 'NULLS LAST'), "
        f"lambda _kqlr: {'_kqlr.i' if order == 'ASC' else '-_kqlr.i'})"
    )
    none = (
        f"list_transform(list_filter({places}, "
        "lambda _kqlp: _kqlp.e IS NULL OR json_type(_kqlp.e) = 'NULL'), lambda _kqlp: _kqlp.i)"
    )
    both = f"list_concat({some}, {none})" if nulls == "LAST" else f"list_concat({none}, {some})"
    moved = [
        f"CASE WHEN len(kql_elements({array})) = len(_kqlo) "
        f"THEN to_json(list_transform(_kqlo, lambda _kqli: kql_elements({array})[_kqli])) END"
        for array in (first, *others)
    ]
    result = f"to_json([{', '.join(moved)}])" if others else moved[0]
    return (
        f"(CASE WHEN json_type({first}) = 'ARRAY' THEN "
        f"list_transform([{both}], lambda _kqlo: {result})[1] END)"
    )


def _several(expression: ir.Expr) -> int:
    """How many arrays a call sorts together; 1 for any other expression."""
    if not isinstance(expression, ir.FunctionCall) or expression.name not in _SORTS:
        return 1
    return len(expression.args) - (len(expression.args) > 1 and _is_truth(expression.args[-1]))


def _is_truth(expression: ir.Expr) -> bool:
    return isinstance(expression, ir.Literal) and expression.kind == "bool"


_SORTS = frozenset({"array_sort_asc", "array_sort_desc"})


def spread(node: Any) -> Any:
    """The operator with a column for each of the arrays that a call sorts together."""
    if not isinstance(node, ir.Extend | ir.Project | ir.PrintSource):
        return node
    if not any(_several(item.expr) > 1 for item in node.expressions):
        return node
    items: list[ir.NamedExpr] = []
    for item in node.expressions:
        count = _several(item.expr)
        if count < 2:
            items.append(item)
            continue
        assert isinstance(item.expr, ir.FunctionCall)
        given = (*getattr(item, "names", ()),) or ((item.name,) if item.name else ())
        alone = item.name and not hasattr(item, "names")
        for i in range(1 if alone else count):
            name = getattr(item.expr.args[i], "name", None) or f"array{i}"
            items.append(
                ir.NamedExpr(
                    ir.PathAccess(item.expr, (ir.PathStep(None, ir.Literal(i, "long")),)),
                    given[i] if i < len(given) else f"{name}_sorted",
                )
            )
    return dataclasses.replace(node, expressions=tuple(items))


def _zip(node: ir.FunctionCall) -> str | None:
    if len(node.args) < 2:
        return None
    lists = [f"kql_elements({sql_of(argument)})" for argument in node.args]
    longest = f"greatest({', '.join(f'len({one})' for one in lists)})"
    row = ", ".join(f"{one}[_kqli]" for one in lists)
    return (
        f"to_json(list_transform(generate_series(CAST(1 AS BIGINT), CAST({longest} AS BIGINT)), "
        f"lambda _kqli: [{row}]))"
    )


def _is_null(node: ir.FunctionCall) -> str | None:
    """A null within a dynamic is a null too."""
    if len(node.args) != 1 or kind_of(node.args[0]) != "dynamic":
        return None
    negative = "" if node.name == "isnull" else "NOT "
    return f"((to_json({sql_of(node.args[0])}) ->> '$') IS {negative}NULL)"


def _coalesce(node: ir.FunctionCall) -> str | None:
    if not node.args or any(kind_of(argument) != "dynamic" for argument in node.args):
        return None
    known = (
        f"CASE WHEN json_type({sql}) <> 'NULL' THEN {sql} END"
        for sql in (f"to_json({sql_of(argument)})" for argument in node.args)
    )
    return f"coalesce({', '.join(known)})"


FORMS: dict[str, Callable[[ir.FunctionCall], str | None]] = {
    "array_shift_left": _shift,
    "array_shift_right": _shift,
    "array_split": _array_split,
    "array_index_of": _array_index_of,
    "array_sort_asc": _sorted,
    "array_sort_desc": _sorted,
    "zip": _zip,
    "isnull": _is_null,
    "isnotnull": _is_null,
    "coalesce": _coalesce,
}
"""What writes each call in SQL, or leaves it to others with None."""
