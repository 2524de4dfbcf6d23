"""What an operator means once the types of its columns are known."""

from __future__ import annotations

import dataclasses

from duckdb_kql import ir

from tui.kql.engine import words
from tui.kql.engine.additions import outside, summaries
from tui.kql.engine.additions.stages import Snapshot
from tui.kql.engine.kinds import kind_of
from tui.kql.engine.trees import deep, expressions, walk

_ORDERING = frozenset({"<", "<=", ">", ">="})
_ARITHMETIC = frozenset("+-*/%")
_NUMBERS = frozenset({"int", "long", "real", "decimal"})
_SUMS = frozenset({"sum", "sumif", "avg", "avgif"})
_RUN_BEFORE = frozenset({"row_window_session", *summaries.SKETCHES})


def check(op: ir.Operator) -> None:
    """Refuse what the language has no meaning for, as far as types are known.

    Raises:
        KqlFault: It has none.
    """
    if isinstance(op, ir.Where):
        kind = kind_of(op.predicate)
        if kind not in (None, "bool", "dynamic", "null"):
            raise words.no_predicate(kind)
    for expression in expressions(op):
        if not (isinstance(expression, ir.BinaryOp) and expression.op in _ORDERING):
            continue
        if kind_of(expression.left) == kind_of(expression.right) == "string":
            raise words.unordered(expression.op)


def settled(op: ir.Operator) -> ir.Operator:
    """The operator with what the service reads freely written out.

    Its truth values are small numbers and count as such; text that a path leads into is JSON.
    """
    changed: ir.Operator = deep(op, _freely)
    return changed


def _freely(expression: ir.Expr) -> ir.Expr:
    if isinstance(expression, ir.BinaryOp) and expression.op in _ARITHMETIC:
        left, right = kind_of(expression.left), kind_of(expression.right)
        if "bool" in (left, right) and {left, right} <= {"bool", None, *_NUMBERS}:
            return dataclasses.replace(
                expression,
                left=_number(expression.left) if left == "bool" else expression.left,
                right=_number(expression.right) if right == "bool" else expression.right,
            )
    if isinstance(expression, ir.FunctionCall) and expression.name.lower() in _SUMS:
        first, *rest = expression.args or (None,)
        if first is not None and kind_of(first) == "bool":
            return dataclasses.replace(expression, args=(_number(first), *rest))
    if isinstance(expression, ir.PathAccess) and kind_of(expression.base) == "string":
        base = ir.FunctionCall("parse_json", (expression.base,))
        return dataclasses.replace(expression, base=base)
    return expression


def _number(truth: ir.Expr) -> ir.Expr:
    return ir.FunctionCall("tolong", (truth,))


def runs_apart(body: ir.Query) -> bool:
    """Whether parts of a pipeline are run before the whole, for which its rows must exist."""
    return any(
        isinstance(part, Snapshot)
        or outside.is_outside(part)
        or (isinstance(part, ir.FunctionCall) and part.name.lower() in _RUN_BEFORE)
        for part in walk(body.operators)
    )
