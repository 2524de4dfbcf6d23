"""Where the additions enter duckdb-kql.

duckdb-kql (pinned) dispatches through functions and tables of its modules. `install` puts
wrappers there, once a process: each tries our form first and hands on what it does not know.
Nothing of the library's own answers changes, save where a wrapper says why.
"""

from __future__ import annotations

import dataclasses
import re
import threading
import uuid
from typing import Any

from duckdb_kql import ir, lower, schema, translate
from duckdb_kql.control import is_control_command
from duckdb_kql.errors import KqlSyntaxError, KqlUnsupportedError
from duckdb_kql.parser import ParseResult
from duckdb_kql.translate import naming

from tui.kql import beside
from tui.kql.engine import fusing, grammar, quick, quick_parser, walks
from tui.kql.engine.additions import (
    aggregates,
    dynamics,
    functions,
    functions_more,
    operators,
    outside,
    ranges,
    search,
    sources,
    tree,
    unions,
)
from tui.kql.engine.additions.stages import Stage
from tui.kql.engine.kinds import kind_of
from tui.kql.engine.plain.loading import load
from tui.kql.engine.state import breathe, current_or_none
from tui.kql.engine.trees import rebuilt

_VIEW = re.compile(r"\blet\s+(\w+)\s*=\s*view\b")
"""Tables of a query's own that a wildcard finds too, unlike all others."""

_lock = threading.Lock()
_installed = False


def install() -> None:
    """Make duckdb-kql know the additions; further calls do nothing."""
    global _installed
    with _lock:
        if _installed:
            return
        walks.install()
        quick_parser.install()
        _hook_lowering()
        _hook_substitution()
        _hook_rendering()
        load()
        functions.register()
        functions_more.register()
        aggregates.register()
        quick.install()
        fusing.install()
        _installed = True


def _hook_lowering() -> None:
    library: Any = lower
    parse, operator, head = library.parse, library._lower_operator, library._lower_head
    expr, call, declare = (
        library._lower_expr,
        library._lower_function_call,
        library._declare_let_function,
    )
    target, tabular = library._lower_mv_expand_target, library._is_tabular_value
    expand, string_value = library._expand, library._string_value

    def parse_reshaped(text: str) -> Any:
        if is_control_command(text):
            return parse(text)
        read, fault = grammar.read(text)
        if fault is not None:
            raise KqlSyntaxError(f"line {fault[0]}, column {fault[1]}", diagnostics=[])
        return ParseResult(tree.reshape(read), [], text)

    def lower_operator(node: Any) -> Any:
        breathe()
        inner = node
        while tree.kind(inner) in ("PipedOperator", "AfterPipeOperator") and tree.rules(inner):
            inner = tree.rules(inner)[0]
        inner = lower._collapse(inner)
        ours = operators.OPERATORS.get(tree.kind(inner))
        if ours is None:
            return operator(node)
        return ours(inner, lambda: operator(node))

    def lower_expr(node: Any) -> ir.Expr:
        breathe()
        inner = lower._collapse(node)
        ours = sources.EXPRESSIONS.get(tree.kind(inner))
        return ours(inner) if ours is not None else expr(node)

    named = library._lower_named

    def lower_named(node: Any) -> ir.NamedExpr:
        lowered: ir.NamedExpr = named(node)
        clause = tree.find(node, "NamedExpressionNameList")
        if clause and lowered.name:
            names = tuple(tree.name_of(item) for item in tree.rules(clause[0]))
            return outside.ManyNamed(lowered.expr, lowered.name, names)
        return lowered

    library._lower_named = lower_named
    library.parse = parse_reshaped
    library._lower_operator = lower_operator
    library._lower_head = lambda node, rest: sources.lower_head(node, rest, head)
    library._lower_expr = lower_expr
    library._lower_function_call = lambda node: functions.lower_call(node, call)
    library._declare_let_function = lambda decl, scalars: sources.declare(decl, scalars, declare)
    library._lower_mv_expand_target = lambda node: operators.expanded(node, target)
    library._is_tabular_value = lambda node, scalars: (
        sources.is_tabular(node) or tabular(node, scalars)
    )
    library._expand = lambda node, function, arguments: sources.expand_call(
        node, function, arguments, expand
    )
    library._stored_parameters = sources.scalar_parameters
    library._string_value = lambda text: sources.string_value(text, string_value)
    library._lower_sort_key = operators.sort_key


def _hook_substitution() -> None:
    library: Any = lower
    substitute, resolve = library._substitute_operator, library._resolve_in_subqueries

    def substitute_operator(op: ir.Operator, scalars: Any) -> Any:
        if isinstance(op, Stage | ir.Top | ir.Parse):
            changed = rebuilt(op, lambda expression: lower._substitute(expression, scalars))
            return operators.with_queries(
                changed, lambda inner: lower._substitute_query(inner, scalars)
            )
        return substitute(op, scalars)

    def resolve_subqueries(query: ir.Query, names: set[str]) -> ir.Query:
        done: ir.Query = resolve(query, names)
        if names and any(isinstance(op, Stage | ir.Parse | ir.Top) for op in done.operators):
            done.operators = [
                operators.resolved(op, names) if isinstance(op, Stage | ir.Parse | ir.Top) else op
                for op in done.operators
            ]
        return done

    once = library._substitute_once

    def substitute_once(node: Any, scalars: Any, memo: dict[int, Any]) -> Any:
        breathe()
        if isinstance(node, search.AnyColumn):
            return dataclasses.replace(node, value=lower._substitute(node.value, scalars))
        return once(node, scalars, memo)

    library._substitute_once = substitute_once
    library._substitute_operator = substitute_operator
    library._resolve_in_subqueries = resolve_subqueries


def _hook_rendering() -> None:
    names: Any = schema
    names.join_output_columns, names.lookup_output_columns = beside.joined, beside.looked_up
    sql: Any = translate
    columns, render = names._operator_columns_unchecked, sql.render_operator
    table, qualified, join = sql.render_table_ref, sql._qualified_name, sql.render_join
    lookup, expression = sql.render_lookup, sql.render_expr

    def operator_columns(op: ir.Operator, before: list[str], known: Any) -> list[str]:
        if isinstance(op, Stage):
            return op.columns(before)
        return list(columns(op, before, known))

    def render_operator(op: ir.Operator, source: str, cols: list[str] | None = None) -> str:
        if isinstance(op, Stage):
            if cols is None:
                raise KqlUnsupportedError(op.keyword, hint="the columns before it are unknown")
            return op.sql(source, cols)
        if isinstance(op, ir.Parse) and cols is not None:
            return operators.parsed(op, source, cols, render)
        if isinstance(op, ir.MvExpand):
            return _apart(str(render(op, source, cols)), _KEYS)
        if isinstance(op, ir.Distinct) and not op.expressions:
            return f"SELECT DISTINCT * FROM {source}"
        return str(render(op, source, cols))

    def render_table(source: ir.TableRef) -> str:
        state = current_or_none()
        if state and source.database is None and source.name in state.relations:
            bound, _ = translate._let_label(source.name)
            if not bound:
                return state.relations[source.name]
        return str(table(source))

    def render_qualified(name: str) -> str:
        state = current_or_none()
        if state and name in state.relations:
            return state.relations[name]
        view = translate._let_cte(name)
        return str(qualified(name)) if view is None else translate.quote_ident(view)

    library: Any = naming
    unnamed = library.expression_name

    def expression_name(expression: ir.Expr) -> str | None:
        try:
            name: str | None = unnamed(expression)
            return name
        except KqlUnsupportedError:
            # Kusto gives such a column a random name; this one is the same at every look.
            stem = "__scalar_" if isinstance(expression, ir.ToScalar) else "Column_"
            return f"{stem}{uuid.uuid5(uuid.NAMESPACE_OID, repr(expression)).hex}"

    aggregate = library._aggregate_name

    def aggregate_name(spec: Any, call: ir.FunctionCall) -> str:
        name = str(aggregate(spec, call))
        if (
            spec.name == "percentile"
            and len(call.args) > 1
            and isinstance(call.args[1], ir.Literal)
        ):
            rank = str(call.args[1].value)
            if name.endswith(rank):
                return name.removesuffix(rank) + rank.replace(".", "_")
        if spec.name in ("countif", "count_distinctif") and isinstance(call.args[0], ir.ColumnRef):
            return f"{spec.prefix}_{call.args[0].name}"
        return name

    library._aggregate_name = aggregate_name
    library.expression_name = expression_name
    matching = names.match_wildcard

    def match_wildcard(source: ir.WildcardTableRef, known: Any) -> Any:
        state = current_or_none()
        if state is not None and known is not None:
            seen = {*state.table_names(), *_VIEW.findall(state.text)}
            known = {name: columns for name, columns in known.items() if name in seen}
        return matching(source, known)

    names.match_wildcard = match_wildcard
    names._operator_columns_unchecked = operator_columns
    sql.render_operator = render_operator
    _hook_types(sql)
    sql._kql_datetime_text = lambda rendered: f"kql_time_text({rendered})"
    sql._kql_timespan_text = lambda rendered: f"kql_span({rendered})"
    sql.render_sort_keys = operators.sort_keys
    sql._parse_capture = operators.captured(sql._parse_capture)
    sql.render_expr = lambda node: dynamics.render(node, expression)
    sql.render_table_ref = render_table
    sql.render_range = ranges.render
    sql._qualified_name = render_qualified

    def render_join(
        op: ir.Join, source: str, left: list[str], right_sql: str, right: list[str]
    ) -> str:
        text = str(join(op, source, left, right_sql, right))
        return operators.without_null_text(text, op, left, right)

    def render_lookup(
        op: ir.Lookup, source: str, left: list[str], right_sql: str, right: list[str]
    ) -> str:
        text = str(lookup(op, source, left, right_sql, right))
        return operators.without_null_text(text, op, left, right)

    counted = sql._SPECIAL_FORMS["countof"]
    sql._SPECIAL_FORMS["countof"] = lambda node: _apart(str(counted(node)), _PLACES)
    unions.install(sql)
    sql.render_join = render_join
    sql.render_lookup = render_lookup


_KEYS = re.compile(r"\blambda k: json_(?:array|object)\(k, |\|\| k \|\|")
_PLACES = re.compile(r"\blambda i: substr\(|, i, length\(")


def _apart(sql: str, where: re.Pattern[str]) -> str:
    """SQL whose own variables have names that no column has."""
    return where.sub(lambda found: re.sub(r"\b[ik]\b", r"_kql\g<0>", found.group()), sql)


def _hook_types(sql: Any) -> None:
    """Let the library's guesses at a type give way to what is known of it."""

    def known(guess: Any, *kinds: str) -> Any:
        def decide(node: ir.Expr) -> bool:
            kind = kind_of(node)
            return kind in kinds if kind not in (None, "null") else bool(guess(node))

        return decide

    for name, kinds in (
        ("_is_dynamic_expr", ("dynamic",)),
        ("_is_dynamic", ("dynamic",)),
        ("_is_datetime_expr", ("datetime",)),
        ("_is_timespan_expr", ("timespan",)),
        ("_is_string_expr", ("string",)),
        ("_is_real_expr", ("real", "decimal")),
        ("_is_int_expr", ("int",)),
        ("_may_be_dynamic", ()),
    ):
        setattr(sql, name, known(getattr(sql, name), *kinds))
