"""Lists of `in`, `has_any` and `has_all` that hold lists: their values are what is looked for."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from typing import Any

from duckdb_kql import ir

from tui.kql.engine.kinds import kind_of
from tui.kql.engine.trees import contents, deep

Known = tuple[list[str], Mapping[str, str]]
_SIMPLE = frozenset({"string", "long", "int", "real", "bool", "datetime", "timespan", "guid"})


def spread(
    op: ir.Operator,
    known: Callable[[ir.Query], Known],
    learn: Callable[[ir.Query, Known], None],
) -> ir.Operator:
    """The operator, its lists laid flat.

    Args:
        op: An operator whose columns are typed and whose inner queries are resolved.
        known: The columns of such a query, and their types.
        learn: Told of those of a query that is new.
    """
    if not {ir.InList, ir.HasList} & contents(op).kinds:
        return op

    def flat(expression: ir.Expr) -> ir.Expr:
        if not isinstance(expression, ir.InList | ir.HasList):
            return expression
        query = expression.subquery
        if query is None:
            items = tuple(map(_flattened, expression.items))
            same = all(a is b for a, b in zip(items, expression.items, strict=True))
            return expression if same else dataclasses.replace(expression, items=items)
        columns, kinds = known(query)
        if not columns or kinds.get(columns[0]) != "dynamic":
            return expression
        wanted = kind_of(expression.value) if isinstance(expression, ir.InList) else "string"
        if wanted not in _SIMPLE:
            wanted = None if wanted == "dynamic" else "string"
        target = ir.MvExpandTarget(columns[0], None, wanted)
        each = dataclasses.replace(query, operators=[*query.operators, ir.MvExpand((target,))])
        learn(each, (columns, {**kinds, columns[0]: wanted or "dynamic"}))
        return dataclasses.replace(expression, subquery=each)

    result: ir.Operator = deep(op, flat)
    return result


def _flattened(item: ir.Expr) -> ir.Expr:
    if not isinstance(item, ir.Literal) or item.kind != "dynamic" or "[" not in str(item.value)[1:]:
        return item
    try:
        value = json.loads(str(item.value))
    except ValueError:
        return item
    if not isinstance(value, list) or not any(isinstance(one, list) for one in value):
        return item
    return dataclasses.replace(item, value=json.dumps(_values(value)))


def _values(value: list[Any]) -> list[Any]:
    found: list[Any] = []
    for one in value:
        found += _values(one) if isinstance(one, list) else [one]
    return found
