"""Functions of arrays, and nulls within dynamics."""

from __future__ import annotations

from collections.abc import Callable

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
        f"list_filter(range({begin}, CAST({end} AS BIGINT)), lambda i: "
        f"CAST({elements}[i + 1] AS VARCHAR) = CAST(kql_json({wanted}) AS VARCHAR))"
    )
    return (
        f"(CASE WHEN {length} < -1 OR {nth} < 0 OR {elements} IS NULL THEN NULL "
        f"ELSE CAST(coalesce({found}[CAST({nth} AS BIGINT)], -1) AS BIGINT) END)"
    )


def _sorted(node: ir.FunctionCall) -> str | None:
    nulls = "LAST"
    if len(node.args) == 2 and kind_of(node.args[1]) == "bool":
        last = node.args[1]
        if not isinstance(last, ir.Literal):
            raise KqlUnsupportedError(f"{node.name} with a computed place of nulls")
        nulls = "LAST" if str(last.value).lower() == "true" else "FIRST"
    elif len(node.args) != 1:
        raise KqlUnsupportedError(f"{node.name} of several arrays")
    order = "ASC" if node.name.endswith("asc") else "DESC"
    array = sql_of(node.args[0])
    some = f"list_filter(kql_elements({array}), lambda e: e IS NOT NULL)"
    none = f"list_filter(kql_elements({array}), lambda e: e IS NULL)"
    return (
        f"(CASE WHEN json_type(to_json({array})) = 'ARRAY' THEN to_json(list_concat("
        + (f"{none}, " if nulls == "FIRST" else "")
        + f"list_transform(list_sort(list_transform({some}, lambda e: {{'n': kql_number(e), "
        f"'s': nullif(e ->> '$', ''), 'v': e}}), '{order}', 'NULLS LAST'), lambda r: r.v)"
        + (f", {none}" if nulls == "LAST" else "")
        + ")) END)"
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
    "isnull": _is_null,
    "isnotnull": _is_null,
    "coalesce": _coalesce,
}
"""What writes each call in SQL, or leaves it to others with None."""
