"""Aggregates that duckdb-kql lacks, or gives in a form that later stages cannot read."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, translate
from duckdb_kql.translate import functions as library

from tui.kql.engine.kinds import kind_of

_ELEMENT = "kql_json({0})"
_CAP = 1_048_576


def _list(condition: str, limit: str = "") -> str:
    kept = f"list({_ELEMENT}) FILTER (WHERE {{0}} IS NOT NULL{condition})"
    taken = f"coalesce({kept}, [])"
    return f"to_json({taken}[:{limit}])" if limit else f"to_json({taken})"


def _set(condition: str, limit: str = "") -> str:
    # A dynamic array is united, not collected whole, as Kusto does.
    kept = (
        "list(CASE WHEN typeof({0}) = 'JSON' AND json_type(to_json({0})) = 'ARRAY' "
        f"THEN CAST(to_json({{0}}) AS JSON[]) ELSE [{_ELEMENT}] END) "
        f"FILTER (WHERE {{0}} IS NOT NULL{condition})"
    )
    # Kusto promises no order; sorting makes the answer the same each time.
    taken = f"list_sort(list_distinct(flatten(coalesce({kept}, []))))"
    return f"to_json({taken}[:{limit}])" if limit else f"to_json({taken})"


def _bag(condition: str, limit: str = "") -> str:
    kept = f"list(CAST({{0}} AS JSON)) FILTER (WHERE json_type({{0}}) = 'OBJECT'{condition})"
    some = f"({kept})[:{limit}]" if limit else kept
    merged = f"list_reduce({some}, lambda _kqla, _kqlb: kql_bag_merge(_kqla, _kqlb))"
    return f"coalesce({merged}, CAST('{{{{}}}}' AS JSON))"


class _Variadic(library.AggregateSpec):
    """An aggregate whose template depends on how many arguments it gets."""

    def __init__(self, name: str, by_count: dict[int, str], prefix: str | None = None) -> None:
        super().__init__(name, "", tuple(by_count), name_prefix=prefix)
        object.__setattr__(self, "_by_count", by_count)

    def render(self, args: list[str]) -> str:
        templates: dict[int, str] = self._by_count  # type: ignore[attr-defined]
        template = templates.get(len(args))
        if template is None:
            raise ValueError(f"{self.name}() takes {tuple(templates)} argument(s), got {len(args)}")
        return template.format(*args)


_IF1, _IF2 = " AND {1}", " AND {1}"

# Kusto's mean of no numbers is NaN; of no times or spans, null.
_MEAN = "(CASE WHEN typeof({0}) = 'DOUBLE' THEN coalesce({0}, 'NaN') ELSE {0} END)"
_MEANIF = "avg({0}) FILTER (WHERE {1})"

_SPECS: tuple[library.AggregateSpec, ...] = (
    _Variadic("make_list", {1: _list(""), 2: _list("", "{1}")}, "list"),
    _Variadic("make_list_if", {2: _list(_IF1), 3: _list(_IF2, "{2}")}, "list"),
    _Variadic("make_set", {1: _set(""), 2: _set("", "{1}")}, "set"),
    _Variadic("make_set_if", {2: _set(_IF1), 3: _set(_IF2, "{2}")}, "set"),
    library.AggregateSpec(
        "make_list_with_nulls", f"to_json(list({_ELEMENT}))", (1,), name_prefix="list"
    ),
    library.AggregateSpec("kql_count", "count(*)", (1,), name_prefix="count"),
    library.AggregateSpec(
        "kql_count_true", "count(*) FILTER (WHERE {0})", (1,), name_prefix="count"
    ),
    library.AggregateSpec("count_distinct", "count(DISTINCT {0})", (1,)),
    library.AggregateSpec("count_distinctif", "count(DISTINCT {0}) FILTER (WHERE {1})", (2,)),
    library.AggregateSpec("avg", _MEAN.format("avg({0})"), (1,)),
    library.AggregateSpec("avgif", _MEAN.format(_MEANIF), (2,)),
    library.AggregateSpec("minif", "min({0}) FILTER (WHERE {1})", (2,)),
    library.AggregateSpec("maxif", "max({0}) FILTER (WHERE {1})", (2,)),
    library.AggregateSpec(
        "take_anyif", "any_value({0}) FILTER (WHERE {1})", (2,), name_is_argument=True
    ),
    library.AggregateSpec("stdevp", "coalesce(stddev_pop({0}), 0.0)", (1,)),
    library.AggregateSpec("variancep", "coalesce(var_pop({0}), 0.0)", (1,)),
    library.AggregateSpec("binary_all_and", "bit_and({0})", (1,), name_is_argument=True),
    library.AggregateSpec("binary_all_or", "bit_or({0})", (1,), name_is_argument=True),
    library.AggregateSpec("binary_all_xor", "bit_xor({0})", (1,), name_is_argument=True),
    library.AggregateSpec(
        "percentilew",
        "(list_reduce(list({{'v': {0}, 'c': CAST({1} AS DOUBLE)}} ORDER BY {0}) FILTER (WHERE "
        "{0} IS NOT NULL AND {1} > 0), lambda _kqla, _kqlb: CASE WHEN "
        "_kqla.c >= sum({1}) * {2} / 100.0 THEN _kqla "
        "ELSE {{'v': _kqlb.v, 'c': _kqla.c + _kqlb.c}} END)).v",
        (3,),
    ),
    library.AggregateSpec(
        "percentiles_array",
        "to_json(quantile_disc({0}, list_transform(kql_elements({1}), "
        "lambda _kqlp: CAST(_kqlp ->> '$' AS DOUBLE) / 100)))",
        (2,),
        name_prefix="percentiles",
    ),
    library.AggregateSpec("covariance", "coalesce(covar_samp({0}, {1}), 0.0)", (2,)),
    library.AggregateSpec("covariancep", "coalesce(covar_pop({0}, {1}), 0.0)", (2,)),
    library.AggregateSpec(
        "covarianceif", "coalesce(covar_samp({0}, {1}) FILTER (WHERE {2}), 0.0)", (3,)
    ),
    library.AggregateSpec(
        "covariancepif", "coalesce(covar_pop({0}, {1}) FILTER (WHERE {2}), 0.0)", (3,)
    ),
    _Variadic("make_bag", {1: _bag(""), 2: _bag("", "{1}")}, "bag"),
    _Variadic("make_bag_if", {2: _bag(_IF1), 3: _bag(_IF2, "{2}")}, "bag"),
)


def _of_spans(call: ir.FunctionCall, render: Callable[[ir.FunctionCall], str]) -> str | None:
    """A sum of spans of time, which DuckDB cannot add up: of their microseconds."""
    if call.name not in ("sum", "sumif") or not call.args or kind_of(call.args[0]) != "timespan":
        return None
    parts = ir.RenderedAggregate(f"epoch_us({translate.render_expr(call.args[0])})")
    summed = render(dataclasses.replace(call, args=(parts, *call.args[1:])))
    return f"to_microseconds(CAST({summed} AS BIGINT))"


def register() -> None:
    """Add the aggregates to the library's table."""
    for spec in _SPECS:
        library.AGGREGATE_FUNCTIONS[spec.name] = spec
    sql: Any = translate
    render = sql._render_aggregate_call
    sql._render_aggregate_call = lambda call: _of_spans(call, render) or _text(call, render(call))


_ONE_OF_ALL = frozenset("min minif max maxif take_any take_anyif any anyif".split())  # noqa: SIM905


def _text(call: ir.FunctionCall, sql: str) -> str:
    """What one of no texts is: an empty one, for there is no null text."""
    if call.name in _ONE_OF_ALL and call.args and kind_of(call.args[0]) == "string":
        return f"coalesce({sql}, '')"
    return sql


_CALL = re.compile(r"\b(count|sum|avg|min|max|any_value|list|stddev_samp|var_samp|quantile_disc)\(")


def filtered(aggregate: str, condition: str) -> str:
    """The SQL of an aggregate, over the rows of a condition only."""
    if "FILTER (WHERE " in aggregate:
        return aggregate.replace("FILTER (WHERE ", f"FILTER (WHERE {condition} AND ")
    match = _CALL.search(aggregate)
    if match is None:
        return f"(CASE WHEN {condition} THEN {aggregate} END)"
    depth = 0
    for index in range(match.end() - 1, len(aggregate)):
        depth += {"(": 1, ")": -1}.get(aggregate[index], 0)
        if depth == 0:
            after = index + 1
            break
    return f"{aggregate[:after]} FILTER (WHERE {condition}){aggregate[after:]}"
