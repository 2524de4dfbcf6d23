"""Calls that the language has no meaning for: too few or too many arguments, or of other types."""

from __future__ import annotations

from duckdb_kql import ir
from duckdb_kql.translate.functions import AGGREGATE_FUNCTIONS

from tui.kql import signatures
from tui.kql.engine import words
from tui.kql.engine.additions import summaries
from tui.kql.engine.kinds import kind_of
from tui.kql.engine.trees import expressions
from tui.kql.signatures import Value

_FREER = frozenset(
    """make_timespan make_datetime todynamic parse_json not count min_of max_of coalesce
    datetime_part""".split()  # noqa: SIM905
)
"""Functions that take more than their signatures say."""

_OF_TRUTHS = frozenset({"sum", "sumif", "avg", "avgif"})
"""Aggregates that count truth values as small numbers."""

_ONLY_AGGREGATES = frozenset(
    name
    for kind, name in signatures.signatures()
    if kind == "a" and ("f", name) not in signatures.signatures()
)


def check(op: ir.Operator | ir.Source, text: str) -> None:
    """Refuse wrong calls, as far as types are known.

    Raises:
        KqlFault: One is wrong.
    """
    for expression in expressions(op):
        if isinstance(expression, ir.FunctionCall):
            _check(expression, text)


def check_place(op: ir.Operator | ir.Source, operator: str, text: str) -> None:
    """Refuse aggregates where rows are read one by one.

    Raises:
        KqlFault: There is one.
    """
    for expression in expressions(op):
        if isinstance(expression, ir.FunctionCall) and expression.name.lower() in _ONLY_AGGREGATES:
            raise words.aggregate_here(text, expression.name, operator)


def check_aggregate(item: ir.NamedExpr, text: str) -> None:
    """Refuse what stands for an aggregate and is none.

    Raises:
        KqlFault: It is none.
    """
    if not any(
        isinstance(e, ir.FunctionCall)
        and (e.name.lower() in AGGREGATE_FUNCTIONS or e.name.lower() in summaries.EXPANDED)
        for e in expressions(item)
    ):
        raise words.no_aggregate(text, getattr(item.expr, "name", ""))


def _check(call: ir.FunctionCall, text: str) -> None:
    name = call.name.lower()
    if name in _FREER:
        return
    known = signatures.signatures()
    kinds = [kind for kind in ("a", "f") if (kind, name) in known]
    if not kinds:
        return
    values = [_value(argument) for argument in call.args]
    if name in _OF_TRUTHS and values and values[0].type == "bool":
        values[0] = Value("long")
    first = None
    for kind in kinds:
        wrong = signatures.call(kind, name, values)[1]
        if wrong is None:
            return
        first = first or (kind, wrong)
    assert first is not None
    kind, wrong = first
    if wrong.at < 0:
        least = min(one.least for one in known[kind, name])
        most = max(one.most for one in known[kind, name])
        raise words.wrong_count(text, call.name, least, most)
    parameter = known[kind, name][0].parameter(wrong.at, len(values))
    raise words.wrong_argument(
        text,
        call.name,
        wrong.at + 1,
        parameter.types if parameter is not None else "",
        values[wrong.at].type,
        wrong.words,
    )


def _value(argument: ir.Expr) -> Value:
    if isinstance(argument, ir.Wildcard):
        return Value("", form="star")
    kind = kind_of(argument) or ""
    kind = "" if kind == "null" else kind
    if isinstance(argument, ir.Literal):
        if argument.value is None:
            return Value(kind)
        return Value(kind, form="literal", text=str(argument.value))
    return Value(kind, form="column" if isinstance(argument, ir.ColumnRef) else "")
