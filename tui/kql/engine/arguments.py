"""What the language has no meaning for: arguments, aggregates, rows and columns out of place."""

from __future__ import annotations

from duckdb_kql import ir
from duckdb_kql.translate import naming
from duckdb_kql.translate.functions import AGGREGATE_FUNCTIONS

from tui.kql import signatures
from tui.kql.engine import words
from tui.kql.engine.additions import summaries
from tui.kql.engine.additions.columns import DistinctAll
from tui.kql.engine.additions.samples import Limited
from tui.kql.engine.kinds import Column, Kinds, kind_of
from tui.kql.engine.marks import unmarked
from tui.kql.engine.trees import expressions
from tui.kql.signatures import Value

_FREER = frozenset(
    """make_timespan make_datetime todynamic parse_json not count min_of max_of coalesce
    datetime_part""".split()  # noqa: SIM905
)
"""Functions that take more than their signatures say."""

_ROW_BY_ROW = (ir.Where, ir.Extend, ir.Project, ir.Distinct, ir.Sort, ir.Top, ir.MvExpand, ir.Parse)
_ALSO_ONE = frozenset({"make_datetime", "make_timespan", "count"})
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


def check_written(op: ir.Operator, operator: str, kinds: Kinds, text: str) -> None:
    """Refuse what is wrong with an operator as the query writes it.

    Args:
        op: The operator, its columns typed.
        operator: How the service calls it.
        kinds: The types of the columns that come in.
        text: The query.

    Raises:
        KqlFault: Something is.
    """
    check(op, text)
    if isinstance(op, ir.Summarize):
        for item in op.aggregates:
            check_aggregate(item, text)
    elif isinstance(op, _ROW_BY_ROW):
        check_place(op, operator, text)
    check_keys(op, operator, kinds, text)
    if isinstance(op, Limited) and isinstance(op.count, ir.ColumnRef):
        raise words.no_rows("top" if op.keys else "take")
    if isinstance(op, ir.MvExpand):
        for target in op.targets:
            kind = kinds.get(target.column)
            if kind not in (None, "", "dynamic", "null"):
                raise words.not_dynamic(text, unmarked(target.column), operator, str(kind))


def check_keys(op: ir.Operator, operator: str, kinds: Kinds, text: str) -> None:
    """Refuse dynamic values where rows are told apart by them.

    Raises:
        KqlFault: There is one.
    """
    keys: list[ir.Expr | ir.NamedExpr] = []
    if isinstance(op, ir.Summarize):
        keys += op.by
    elif isinstance(op, ir.Distinct):
        keys += op.expressions
    elif isinstance(op, DistinctAll):
        keys += [Column(name, kind) for name, kind in kinds.items()]
    for key in keys:
        if kind_of(key) == "dynamic":
            raise words.dynamic_key(text, _key_name(key), operator)


def _key_name(key: ir.Expr | ir.NamedExpr) -> str:
    inner = key.expr if isinstance(key, ir.NamedExpr) else key
    return unmarked(getattr(key, "name", None) or naming.expression_name(inner) or "")


def check_source(source: ir.Source, text: str) -> None:
    """Refuse rows that are made of nothing: names given twice, steps of nothing.

    Raises:
        KqlFault: They are.
    """
    if isinstance(source, ir.DataTable):
        names = [name for name, _ in source.columns]
        for place, name in enumerate(names):
            if name in names[:place]:
                raise words.twice(text, unmarked(name), "datatable")
    elif isinstance(source, ir.RangeSource):
        kinds = [kind_of(e) for e in (source.start, source.stop, source.step)]
        if any(kind in ("string", "bool", "guid", "dynamic") for kind in kinds):
            raise words.wrong_types(*(str(kind or "dynamic") for kind in kinds))
        if isinstance(source.step, ir.Literal) and source.step.value in (0, "0"):
            raise words.no_step()


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
    if name in _ALSO_ONE and len(call.args) == 1:
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
    if name in _FREER and wrong.at >= 0:
        return
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
