"""`summarize` in plainer terms: aggregates of several columns, and those that Python finishes."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from duckdb_kql import ir
from duckdb_kql.translate import naming, summarize_names
from duckdb_kql.translate.functions import AGGREGATE_FUNCTIONS

from tui.kql.engine.additions import outside
from tui.kql.engine.additions.stages import Columns
from tui.kql.engine.kinds import kind_of
from tui.kql.engine.trees import deep, expressions

EXPANDED = frozenset(
    """percentiles percentilew percentilesw take_any any arg_max arg_min hll hll_merge tdigest
    tdigest_merge buildschema""".split()  # noqa: SIM905
)
"""Aggregates that are put in plainer terms here."""

SKETCHES = {
    "hll": ("make_set", None, "hll"),
    "hll_if": ("make_set_if", None, "hll"),
    "hll_merge": ("make_list", "kql_union_of", "hll_merge"),
    "tdigest": ("make_list", None, "tdigest"),
    "tdigest_merge": ("make_list", "kql_joined", "tdigest_merge"),
    "buildschema": ("make_list", "kql_schema_of", "schema"),
}
"""Sketches are kept exact: an aggregate, what Python makes of it, and how its column is called."""


def plain(
    op: ir.Summarize, columns: Columns, fresh: Callable[[str], str]
) -> list[ir.Operator] | None:
    """The operators that do the same, or None where it already is plain."""
    several = _several(op, columns)
    if several is not None:
        return several
    return _computed(op, columns, fresh)


def _is_aggregate(expression: object) -> bool:
    return isinstance(expression, ir.FunctionCall) and (
        expression.name.lower() in AGGREGATE_FUNCTIONS or expression.name.lower() in EXPANDED
    )


def _is_plain_call(expression: object) -> bool:
    return isinstance(expression, ir.FunctionCall) and not _is_aggregate(expression)


def _computed(
    op: ir.Summarize, columns: Columns, fresh: Callable[[str], str]
) -> list[ir.Operator] | None:
    """Aggregates that Python finishes: their parts first, the functions behind."""
    wanted = [
        any(
            (isinstance(e, ir.FunctionCall) and e.name.lower() in SKETCHES)
            or (_is_plain_call(e) and any(map(_is_aggregate, expressions(e))))
            for e in expressions(item.expr)
        )
        for item in op.aggregates
    ]
    if not any(wanted):
        return None
    keys, groups = summarize_names(
        dataclasses.replace(op, aggregates=tuple(map(_named_sketch, op.aggregates))), columns
    )
    inner: list[ir.NamedExpr] = []
    after: list[ir.NamedExpr] = []
    kept = list(keys)
    for item, names, special in zip(op.aggregates, groups, wanted, strict=True):
        kept += names
        if not special:
            inner.append(item if len(names) > 1 else ir.NamedExpr(item.expr, names[0]))
            continue

        def out(expression: ir.Expr) -> ir.Expr:
            if not _is_aggregate(expression):
                return expression
            assert isinstance(expression, ir.FunctionCall)
            name = fresh("part")
            sketch = SKETCHES.get(expression.name.lower())
            if sketch is None:
                inner.append(ir.NamedExpr(expression, name))
                return ir.ColumnRef(name)
            arguments = expression.args[:2] if sketch[0].endswith("_if") else expression.args[:1]
            inner.append(ir.NamedExpr(ir.FunctionCall(sketch[0], arguments), name))
            part: ir.Expr = ir.ColumnRef(name)
            if expression.name.lower() == "tdigest":
                empty = ir.BinaryOp(
                    "==", ir.FunctionCall("array_length", (part,)), ir.Literal(0, "long")
                )
                part = ir.FunctionCall("iff", (empty, ir.Literal(None, "dynamic"), part))
            return ir.FunctionCall(sketch[1], (part,)) if sketch[1] else part

        after.append(ir.NamedExpr(deep(item.expr, out), names[0]))
    by = tuple(ir.NamedExpr(key.expr, name) for key, name in zip(op.by, keys, strict=True))
    return [
        ir.Summarize(tuple(inner), by),
        ir.Extend(tuple(after)),
        ir.Project(tuple(ir.NamedExpr(ir.ColumnRef(name), name) for name in kept)),
    ]


def _named_sketch(item: ir.NamedExpr) -> ir.NamedExpr:
    call = item.expr
    if item.name or not isinstance(call, ir.FunctionCall):
        return item
    sketch = SKETCHES.get(call.name.lower())
    if sketch is None:
        return item
    inner = naming.expression_name(call.args[0]) if call.args else None
    return ir.NamedExpr(ir.FunctionCall("make_list", call.args[:1]), f"{sketch[2]}_{inner or ''}")


def _several(op: ir.Summarize, columns: Columns) -> list[ir.Operator] | None:
    aggregates: list[ir.NamedExpr] = []
    before: list[ir.NamedExpr] = []
    renames: list[tuple[str, str]] = []
    changed = False
    for item in op.aggregates:
        call = item.expr
        if not isinstance(call, ir.FunctionCall):
            aggregates.append(item)
            continue
        name = call.name.lower()
        given = item.names if isinstance(item, outside.ManyNamed) else ()
        given = given or ((item.name,) if item.name else ())
        if name == "percentiles" and len(call.args) > 1:
            changed = True
            aggregates += [
                ir.NamedExpr(
                    ir.FunctionCall("percentile", (call.args[0], p)),
                    given[i] if i < len(given) else None,
                )
                for i, p in enumerate(call.args[1:])
            ]
        elif (
            name in ("percentilew", "percentilesw")
            and len(call.args) > 2
            and (name == "percentilesw" or not given)
        ):
            changed = True
            value, weight, *ranks = call.args
            stem = f"percentile_{naming.expression_name(value) or ''}"
            aggregates += [
                ir.NamedExpr(
                    ir.FunctionCall("percentilew", (value, weight, p)),
                    given[i] if i < len(given) else f"{stem}_{_number(p)}",
                )
                for i, p in enumerate(ranks)
            ]
        elif name == "percentiles_array" and (
            len(call.args) > 2 or kind_of(call.args[-1]) in ("long", "int", "real")
        ):
            changed = True
            packed = ir.FunctionCall("pack_array", call.args[1:])
            aggregates.append(
                dataclasses.replace(item, expr=ir.FunctionCall(name, (call.args[0], packed)))
            )
        elif name in ("take_any", "any") and (
            len(call.args) > 1 or any(isinstance(a, ir.Wildcard) for a in call.args)
        ):
            changed = True
            keys = {e.name or naming.expression_name(e.expr) for e in op.by}
            values: list[ir.Expr] = []
            for argument in call.args:
                values += (
                    [ir.ColumnRef(c) for c in columns if c not in keys]
                    if isinstance(argument, ir.Wildcard)
                    else [argument]
                )
            aggregates += [
                ir.NamedExpr(ir.FunctionCall(name, (v,)), given[i] if i < len(given) else None)
                for i, v in enumerate(values)
            ]
        elif name in ("arg_max", "arg_min") and len(call.args) == 1:
            changed = True
            extreme = ir.FunctionCall(name.removeprefix("arg_"), call.args)
            called = item.name or naming.expression_name(call.args[0])
            aggregates.append(ir.NamedExpr(extreme, called))
        elif name in ("arg_max", "arg_min") and (
            any(not isinstance(a, ir.ColumnRef | ir.Wildcard) for a in call.args)
            or isinstance(item, outside.ManyNamed)
        ):
            changed = True
            aggregates.append(_arg_extreme(item, call, op, columns, before, renames))
        else:
            aggregates.append(item)
    if not changed:
        return None
    result: list[ir.Operator] = []
    if before:
        result.append(ir.Extend(tuple(before)))
    result.append(ir.Summarize(tuple(aggregates), op.by))
    if renames:
        result.append(ir.ProjectRename(tuple(renames)))
    return result


def _number(rank: ir.Expr) -> str:
    """A percentile as the name of its column has it."""
    return str(rank.value if isinstance(rank, ir.Literal) else "").replace(".", "_")


def _arg_extreme(
    item: ir.NamedExpr,
    call: ir.FunctionCall,
    op: ir.Summarize,
    columns: Columns,
    before: list[ir.NamedExpr],
    renames: list[tuple[str, str]],
) -> ir.NamedExpr:
    given = item.names if isinstance(item, outside.ManyNamed) else ()
    keys = {e.name or naming.expression_name(e.expr) for e in op.by}
    extreme = "max" if call.name.lower() == "arg_max" else "min"
    arguments: list[ir.Expr] = []
    for position, argument in enumerate(call.args):
        if isinstance(argument, ir.Wildcard):
            first = call.args[0]
            taken = keys | {first.name if isinstance(first, ir.ColumnRef) else ""}
            arguments += [ir.ColumnRef(c) for c in columns if c not in taken]
        elif isinstance(argument, ir.ColumnRef) and position >= len(given):
            arguments.append(argument)
        else:
            temporary = f"_kqlarg{len(before)}"
            before.append(ir.NamedExpr(argument, temporary))
            arguments.append(ir.ColumnRef(temporary))
            if 0 < position < len(given):
                renames.append((temporary, given[position]))
            elif position or not item.name:
                inner = naming.expression_name(argument) or ""
                renames.append(
                    (
                        temporary,
                        f"{extreme}_{inner}"
                        if not position
                        else inner or f"{extreme}__arg{position}",
                    )
                )
    return ir.NamedExpr(dataclasses.replace(call, args=tuple(arguments)), item.name)
