"""`has_any` and `has_all` over lists that do not depend on the row.

Such a list is read once, before the query proper: the patterns are constants then, and the
database makes each of them once instead of once a row.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable

from duckdb_kql import ir, translate
from duckdb_kql.translate import quote_string
from duckdb_kql.translate.functions import can_fold_term_boundary, is_term_char

from tui.kql.engine.trees import contents, deep, expressions

MOST = 5_000
"""Values of a list that are read beforehand; a longer one is looked up row by row."""

_FEW = 3
"""Terms of a list that are looked for one by one."""

_EACH = 400
_BEFORE, _BEHIND = r"(?:^|[^\pL\pN])", r"(?:$|[^\pL\pN])"

Values = Callable[[ir.Query], list[str] | None]
"""Runs a query; the values of its first column, or None where it has too many."""


def settled(op: ir.Operator, values: Values, arrays: Values) -> ir.Operator:
    """The operator with its lists of terms read.

    Args:
        op: An operator, the queries in it resolved.
        values: For a list that is a table.
        arrays: For one that is a scalar: the elements of an array, or the value itself.
    """
    if ir.HasList not in contents(op).kinds:
        return op

    def settle(expression: ir.Expr) -> ir.Expr:
        if not isinstance(expression, ir.HasList):
            return expression
        if expression.subquery is not None:
            found = values(expression.subquery)
            if found is None:
                return expression
            items = (ir.Literal(json.dumps(found), "dynamic"),)
            return dataclasses.replace(expression, subquery=None, items=items)
        changed = []
        for item in expression.items:
            query = _settling(item)
            if query is not None:
                found = arrays(query)
                if found is not None:
                    item = ir.Literal(json.dumps(found), "dynamic")
            changed.append(item)
        return dataclasses.replace(expression, items=tuple(changed))

    result: ir.Operator = deep(op, settle)
    return result


def _settling(item: ir.Expr) -> ir.Query | None:
    """A query for the value of an item that no row has a part in, where it is not plain yet."""
    if isinstance(item, ir.ToScalar):
        return item.query
    if isinstance(item, ir.FunctionCall) and item.name.lower() in _STEADY:
        if any(isinstance(e, ir.ColumnRef | ir.LetRef) for e in expressions((item,))):
            return None
        return ir.Query(ir.PrintSource((ir.NamedExpr(item, "_kqlitem"),)))
    return None


_STEADY = frozenset(
    """pack_array array_concat set_union set_difference set_intersect parse_json todynamic split
    array_slice""".split()  # noqa: SIM905
)


def constants(node: ir.HasList) -> list[str] | None:
    """The terms of a list that holds constants only; None for others."""
    if node.subquery is not None:
        return None
    terms: list[str] = []
    for item in node.items:
        if not isinstance(item, ir.Literal):
            return None
        if item.kind == "string":
            terms.append(str(item.value))
        elif item.kind == "dynamic" and isinstance(item.value, str):
            try:
                several = json.loads(item.value)
            except ValueError:
                return None
            if not isinstance(several, list) or not all(isinstance(t, str) for t in several):
                return None
            terms += several
        else:
            return None
    return terms


def one_by_one(node: ir.HasList) -> str | None:
    """A list of few constants, as so many tests of one; None for others."""
    found = constants(node) if isinstance(node.value, ir.ColumnRef) else None
    if not found or len(found) > _FEW:
        return None
    tests = [ir.BinaryOp("has", node.value, ir.Literal(term, "string")) for term in found]
    joiner = " AND " if node.require_all else " OR "
    return f"({joiner.join(map(translate.render_expr, tests))})"


def alternation(node: ir.HasList, value: str) -> str | None:
    """One pattern for all terms of a longer `has_any`, or None where they are no constants."""
    terms = None if node.require_all else constants(node)
    if terms is None:
        return None
    if len(terms) <= _FEW or not all(term and can_fold_term_boundary(term) for term in terms):
        return None
    patterns = [
        (_BEFORE if is_term_char(term[0]) else "")
        + re.sub(r"([^A-Za-z0-9_\x80-\U0010ffff])", r"\\\1", term)
        + (_BEHIND if is_term_char(term[-1]) else "")
        for term in dict.fromkeys(terms)
    ]
    tests = [
        f"regexp_matches({value}, {quote_string('(?i)' + '|'.join(patterns[i : i + _EACH]))})"
        for i in range(0, len(patterns), _EACH)
    ]
    return f"coalesce({' OR '.join(tests)}, FALSE)"
