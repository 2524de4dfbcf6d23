"""What the conditions of `scan` say of a record and of what earlier steps hold."""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from duckdb_kql import ir

from tui.kql.engine.additions.stages import sql_of
from tui.kql.engine.kinds import StateRef, kind_of
from tui.kql.engine.trees import deep, expressions

Value = Any
Compute = Callable[["Record"], Value]


@dataclasses.dataclass(frozen=True, slots=True)
class Record:
    """A record while it is looked at."""

    lone: list[Value]
    """What the parts that read it alone came to."""
    steps: Mapping[str, Mapping[str, Value]]
    """What each step holds, by the names of columns; steps that hold nothing are left out."""
    defaults: Mapping[str, Value]
    """What a declared column is where nothing was assigned."""


def stateful(node: Any) -> Iterator[StateRef]:
    """What an expression reads of the steps."""
    return (e for e in expressions(node) if isinstance(e, StateRef))


def computed(
    expression: ir.Expr,
    lone: Callable[[ir.Expr], int],
    ask: Callable[[str, Mapping[str, Any]], Value],
) -> Compute:
    """The expression as a function of a record.

    Args:
        expression: Its types are written to it.
        lone: Gives a part that reads the record alone its place in `Record.lone`.
        ask: Has the database compute one value.
    """
    if not any(stateful((expression,))):
        place = lone(expression)
        return lambda record: record.lone[place]
    if isinstance(expression, StateRef):
        return _held(expression)

    def part(inner: ir.Expr) -> Compute:
        return computed(inner, lone, ask)

    plain = _plain(expression, part)
    if plain is not None:
        return plain
    return _asked(expression, part, ask)


def _held(reference: StateRef) -> Compute:
    step, name = reference.step, reference.name
    nothing = "" if reference.kind == "string" else None

    def held(record: Record) -> Value:
        values = record.steps.get(step)
        return record.defaults.get(name, nothing) if values is None else values.get(name, nothing)

    return held


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<>": operator.ne, "<": operator.lt,
    "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_SUMS: dict[str, Callable[[Any, Any], Any]] = {"+": operator.add, "-": operator.sub}
_ALIKE = {"int": "number", "long": "number", "real": "number"}


def _plain(expression: ir.Expr, part: Callable[[ir.Expr], Compute]) -> Compute | None:
    """The operations that Python does as Kusto does them."""
    if isinstance(expression, ir.UnaryOp) and expression.op == "not":
        return _not(part(expression.operand))
    if isinstance(expression, ir.Between):
        low = ir.BinaryOp(">=", expression.value, expression.low)
        high = ir.BinaryOp("<=", expression.value, expression.high)
        if _same(expression.low, expression.high):
            within = part(ir.BinaryOp("and", low, high))
            return _not(within) if expression.negated else within
        return None
    if isinstance(expression, ir.FunctionCall):
        return _called(expression, part)
    if not isinstance(expression, ir.BinaryOp):
        return None
    op, left, right = expression.op, expression.left, expression.right
    if op in ("and", "or"):
        return _joined(part(left), part(right), op == "or")
    if op in _COMPARISONS and _same(left, right):
        return _applied(_COMPARISONS[op], part(left), part(right))
    times = (kind_of(left), kind_of(right)) in (
        ("datetime", "datetime"), ("datetime", "timespan"), ("timespan", "timespan")
    )  # fmt: skip
    if op in _SUMS and (times or (_same(left, right) and _group(left) == "number")):
        return _applied(_SUMS[op], part(left), part(right))
    return None


def _group(expression: ir.Expr) -> str | None:
    kind = kind_of(expression)
    return _ALIKE.get(kind, kind) if kind else None


def _same(left: ir.Expr, right: ir.Expr) -> bool:
    group = _group(left)
    return group == _group(right) and group in ("number", "string", "datetime", "timespan", "bool")


def _applied(function: Callable[[Any, Any], Any], left: Compute, right: Compute) -> Compute:
    def apply(record: Record) -> Value:
        a, b = left(record), right(record)
        return None if a is None or b is None else function(a, b)

    return apply


def _joined(left: Compute, right: Compute, ends: bool) -> Compute:
    """`and` and `or`, which stop at the first side that decides."""

    def join(record: Record) -> Value:
        a = left(record)
        if a is ends:
            return ends
        b = right(record)
        if b is ends:
            return ends
        return None if a is None or b is None else not ends

    return join


def _not(inner: Compute) -> Compute:
    def invert(record: Record) -> Value:
        value = inner(record)
        return None if value is None else not value

    return invert


def _called(call: ir.FunctionCall, part: Callable[[ir.Expr], Compute]) -> Compute | None:
    name, args = call.name.lower(), [part(argument) for argument in call.args]
    if name == "not" and len(args) == 1:
        return _not(args[0])
    if name in ("isnull", "isnotnull") and len(args) == 1 and _group(call.args[0]) != "dynamic":
        wanted = name == "isnull"
        return lambda record: (args[0](record) is None) is wanted
    if name in ("isempty", "isnotempty") and len(args) == 1 and _group(call.args[0]) != "dynamic":
        wanted = name == "isempty"
        return lambda record: (args[0](record) in (None, "")) is wanted
    if name in ("iff", "iif") and len(args) == 3:
        return lambda record: args[1](record) if args[0](record) is True else args[2](record)
    return None


def _asked(
    expression: ir.Expr,
    part: Callable[[ir.Expr], Compute],
    ask: Callable[[str, Mapping[str, Any]], Value],
) -> Compute:
    """An operation that the database computes, its operands handed over as values."""
    operands: dict[str, Compute] = {}

    def bound(inner: ir.Expr) -> ir.Expr:
        if not isinstance(inner, StateRef | ir.ColumnRef):
            return inner
        slot = f"kqls{len(operands)}"
        operands[slot] = part(inner)
        return ir.Parameter(inner.name, kind_of(inner) or "dynamic", slot)

    sql = f"SELECT {sql_of(deep(expression, bound))}"
    return lambda record: ask(sql, {slot: value(record) for slot, value in operands.items()})
