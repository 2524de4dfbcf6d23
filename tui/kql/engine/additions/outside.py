"""Calls of functions that Python computes, and expressions that name several columns.

The rows before such a call are stored, each distinct set of its arguments is answered once, and
the answers are joined to the rows.
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Sequence
from typing import Any

from duckdb_kql import ir
from duckdb_kql.translate import naming, quote_ident

from tui.kql.engine.additions.stages import Columns, Snapshot, Workbench, sql_of
from tui.kql.engine.fault import KqlFault
from tui.kql.engine.kinds import kind_of
from tui.kql.engine.plain import registry
from tui.kql.engine.state import current
from tui.kql.engine.trees import contents, deep, expressions

_SQL_TYPES = {
    "string": "VARCHAR",
    "long": "BIGINT",
    "real": "DOUBLE",
    "bool": "BOOLEAN",
    "guid": "UUID",
}
_MOST_TUPLES = 200_000
_LONGEST = 64 * 1024 * 1024


@dataclasses.dataclass(frozen=True)
class ManyNamed(ir.NamedExpr):
    """`(a, b) = f(…)`: one expression that fills several columns."""

    names: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Computed(Snapshot):
    """Columns computed in Python, beside those that come in."""

    calls: tuple[ir.FunctionCall, ...]
    names: tuple[tuple[str, ...], ...]

    keyword = "extend"

    def shaped(self, source: str, columns: Columns, ask: Workbench) -> str:
        select = [f"_s.{quote_ident(column)}" for column in columns]
        joins = []
        for number, (call, names) in enumerate(zip(self.calls, self.names, strict=True)):
            known = registry.FUNCTIONS[call.name]
            table, keys, answers = _answers(known, call, source, ask, number)
            joins.append(
                f"LEFT JOIN (SELECT k.*, v._kqlanswer FROM {keys} k "
                f"JOIN {answers} v ON k.rowid = v._kqln) "
                f"AS {table} ON "
                + " AND ".join(
                    f"{table}._kqla{i} IS NOT DISTINCT FROM ({_read(a)})"
                    for i, a in enumerate(call.args)
                )
            )
            for position, (name, (_, kind)) in enumerate(zip(names, known.outputs, strict=False)):
                select.append(f"{_value(table, position, kind)} AS {quote_ident(name)}")
        return (
            f"SELECT {', '.join(select)} FROM (SELECT *, rowid AS _kqlplace FROM {source}) AS _s "
            f"{' '.join(joins)} ORDER BY _s._kqlplace"
        )


def _value(table: str, position: int, kind: str) -> str:
    item = f"{table}._kqlanswer -> '$[{position}]'"
    if kind == "dynamic":
        return f"(CASE WHEN json_type({item}) <> 'NULL' THEN {item} END)"
    text = f"({table}._kqlanswer ->> '$[{position}]')"
    return (
        f"coalesce({text}, '')" if kind == "string" else f"TRY_CAST({text} AS {_SQL_TYPES[kind]})"
    )


def _read(argument: ir.Expr) -> str:
    sql = sql_of(argument)
    return f"CAST(to_json({sql}) AS VARCHAR)" if kind_of(argument) == "dynamic" else sql


def _answers(
    known: registry.PlainFunction,
    call: ir.FunctionCall,
    source: str,
    ask: Workbench,
    number: int,
) -> tuple[str, str, str]:
    keys, answers = ask.fresh("arguments"), ask.fresh("values")
    read = [f"{_read(argument)} AS _kqla{i}" for i, argument in enumerate(call.args)]
    ask.keep(keys, f"SELECT DISTINCT {', '.join(read)} FROM {source}")
    dynamic = [kind_of(argument) == "dynamic" for argument in call.args]
    found = []
    rows = ask(f"SELECT rowid, * FROM {quote_ident(keys)} ORDER BY rowid")
    if len(rows) > _MOST_TUPLES:
        raise KqlFault("Query stopped due to excessive resource consumption.", kind="limit")
    size = 0
    with current().computing():
        for place, *values in rows:
            if place % 64 == 0:
                ask.check()
            text = json.dumps([place, _answer(known, values, dynamic)], allow_nan=False)
            size += len(text)
            if size > _LONGEST:
                raise KqlFault("Query stopped due to excessive resource consumption.", kind="limit")
            found.append(text)
    ask.keep(
        answers,
        "SELECT CAST(r ->> '$[0]' AS BIGINT) AS _kqln, r -> '$[1]' AS _kqlanswer FROM "
        "(SELECT unnest(CAST($kqlvalues AS JSON[])) AS r)",
        {"kqlvalues": f"[{','.join(found)}]"},
    )
    return f"_f{number}", quote_ident(keys), quote_ident(answers)


def _answer(
    known: registry.PlainFunction, values: Sequence[Any], dynamic: Sequence[bool]
) -> list[Any]:
    nothing = [None] * len(known.outputs)
    if values[0] is None:
        return nothing
    arguments = [
        json.loads(value) if is_dynamic and isinstance(value, str) else value
        for value, is_dynamic in zip(values, dynamic, strict=True)
    ]
    if arguments[0] is None:
        return nothing
    try:
        result = known.compute(*arguments)
    except (ValueError, TypeError, ArithmeticError, LookupError, AttributeError, RecursionError):
        return nothing
    several = list(result) if len(known.outputs) > 1 else [result]
    return [_plain(value) for value in several]


def _plain(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    return value


def is_outside(expression: object) -> bool:
    """Whether an expression is a call that Python computes."""
    return isinstance(expression, ir.FunctionCall) and expression.name in registry.FUNCTIONS


def has_outside(node: Any) -> bool:
    """Whether there is such a call anywhere in the node."""
    return any(name in registry.FUNCTIONS for name in contents(node).calls)


def check(call: ir.FunctionCall) -> KqlFault | None:
    """What is wrong with the number of arguments of a call, if anything."""
    known = registry.FUNCTIONS[call.name]
    if known.fewest <= len(call.args) <= known.most:
        return None
    wanted = f"{known.fewest}" if known.fewest == known.most else f"{known.fewest} to {known.most}"
    return KqlFault(f"{call.name}(): function expects {wanted} argument(s).", code="SEM0219")


def lifted(
    op: ir.Operator, columns: Columns, fresh: Callable[[str], str]
) -> list[ir.Operator] | None:
    """The operator with such calls computed before it, or None where it has none."""
    if not has_outside(op):
        return None
    if isinstance(op, ir.Extend | ir.Project):
        op = _named(op, columns)
    calls: list[ir.FunctionCall] = []
    names: list[tuple[str, ...]] = []

    def out(expression: ir.Expr) -> ir.Expr:
        if not is_outside(expression):
            return expression
        assert isinstance(expression, ir.FunctionCall)
        made = {name for several in names for name in several}
        if any(
            is_outside(e) or (isinstance(e, ir.ColumnRef) and e.name in made)
            for e in expressions(expression.args)
        ):
            return expression
        if expression not in calls:
            known = registry.FUNCTIONS[expression.name]
            calls.append(expression)
            names.append(tuple(fresh("value") for _ in known.outputs))
        return ir.ColumnRef(names[calls.index(expression)][0])

    if isinstance(op, ir.Extend | ir.Project):
        rest: list[ir.NamedExpr] = []
        for item in op.expressions:
            changed = deep(item, out)
            if isinstance(item, ManyNamed) and is_outside(item.expr):
                assert isinstance(item.expr, ir.FunctionCall)
                if item.expr in calls:
                    made = names[calls.index(item.expr)]
                    rest += [
                        ir.NamedExpr(ir.ColumnRef(column), name)
                        for column, name in zip(made, item.names, strict=True)
                    ]
                    continue
            rest.append(changed)
        after: ir.Operator = dataclasses.replace(op, expressions=tuple(rest))
    else:
        after = deep(op, out)
    done: list[ir.Operator] = [Computed(tuple(calls), tuple(names)), after]
    if not isinstance(op, ir.Project | ir.Summarize | ir.Count | ir.Distinct):
        done.append(ir.ProjectAway(tuple(name for several in names for name in several)))
    return done


def _named(op: Any, columns: Columns) -> Any:
    """The operator with the names that its columns have by themselves written down."""
    if all((isinstance(item, ManyNamed) and len(item.names) == len(_several(item) or ()))
           or (item.name and not _several(item)) for item in op.expressions):  # fmt: skip
        return op
    names = (
        naming.project_names(op.expressions)
        if isinstance(op, ir.Project)
        else naming.extend_names(op.expressions, columns)
    )
    items: list[ir.NamedExpr] = []
    for item, name in zip(op.expressions, names, strict=True):
        several = _several(item)
        if several is not None:
            call = item.expr
            assert isinstance(call, ir.FunctionCall)
            stem = f"{call.name}_{naming.expression_name(call.args[0]) or ''}"
            given = item.names if isinstance(item, ManyNamed) else (item.name,) if item.name else ()
            made = [f"{stem}_{output}" for output, _ in several]
            made[: len(given)] = list(given)[: len(made)]
            items.append(ManyNamed(call, made[0], tuple(made)))
        else:
            items.append(item if item.name else ir.NamedExpr(item.expr, name))
    return dataclasses.replace(op, expressions=tuple(items))


def _several(item: ir.NamedExpr) -> tuple[tuple[str, str], ...] | None:
    if not is_outside(item.expr):
        return None
    assert isinstance(item.expr, ir.FunctionCall)
    outputs = registry.FUNCTIONS[item.expr.name].outputs
    return outputs if len(outputs) > 1 else None
