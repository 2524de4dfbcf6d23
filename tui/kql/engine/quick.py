"""Cheaper SQL for what hunters write most; every form answers what the plain one does.

The plain forms decide by the type of each value as it comes. Where the type of the column is
known beforehand, and the other side is a constant, the database has a faster way.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from typing import Any

from duckdb_kql import ir, translate
from duckdb_kql.translate import sharing

from tui.kql.engine import words
from tui.kql.engine.kinds import kind_of
from tui.kql.engine.state import breathe
from tui.kql.engine.trees import contents

_PLAIN = frozenset({"string", "long", "int", "real", "bool", "datetime", "timespan", "guid"})
_WHOLE = {"toint": "INTEGER", "tolong": "BIGINT"}
_FOUND = {
    "contains": ("%", "%"),
    "startswith": ("", "%"),
    "endswith": ("%", ""),
    "has": ("%", "%"),
    "hasprefix": ("%", "%"),
    "hassuffix": ("%", "%"),
}
_LONGEST = 8_000_000
"""Characters of one expression in SQL: a `let` read twice by a `let` read twice doubles it."""
_LIKE_SIGNS = frozenset("%_\\")
_REPLACING = {
    "replace_regex": (0, 2),
    "replace_string": (0, 2),
    "replace": (2, 1),
}
"""Functions that replace, with the places of the text and of what is put into it."""
_SHORT = 32
_LAMBDA = ", lambda _v: "
_OF_JSON, _BEHIND_JSON = "WHEN typeof(_v) = 'JSON' THEN ", " WHEN typeof(_v) = 'INTERVAL'"
_EXTREME = re.compile(
    r"COALESCE\(arg_(min|max)\(\{'v': (\"[^\"']+\")\}, (\"[^\"']+\")\), "
    r"any_value\(\{'v': \2\}\)\)\['v'\]"
)
_EARLIEST = r"(CASE WHEN count(\3) = 0 THEN first(\2) ELSE arg_\1_null(\2, \3) END)"


def install() -> None:
    """Put the cheaper forms before those of duckdb-kql; once, after all other additions."""
    sql: Any = translate
    expression, operator = sql.render_expr, sql.render_operator
    binding: Any = sharing
    bind_repeats = binding.bind_repeats
    aggregate = sql._render_aggregate_call

    def render_expr(node: ir.Expr) -> str:
        breathe()
        text = None
        if sharing.slot_for(node) is None:
            text = _text_test(node, expression) or _dynamic(node, expression)
            text = text or _bounded(node, expression)
        if text is None:
            try:
                text = str(expression(node))
            except IndexError:
                if not isinstance(node, ir.FunctionCall):
                    raise
                raise words.too_few_arguments(node.name) from None
        if len(text) > _LONGEST:
            raise words.too_deep()
        return text

    def render_aggregate(call: ir.FunctionCall) -> str:
        return _collected(call) or str(aggregate(call))

    def render_operator(op: ir.Operator, source: str, cols: list[str] | None = None) -> str:
        breathe()
        if isinstance(op, ir.Where):
            return _where(op, source, cols)
        text = str(operator(op, source, cols))
        if isinstance(op, ir.Summarize):
            return _EXTREME.sub(_EARLIEST, text)
        return text

    def bind_some(exprs: Any, before: str, taken: Any) -> Any:
        inside = contents(tuple(exprs))
        # Nothing is read twice: as little is to be bound as where no columns are known.
        once = not inside.shared and inside.kinds.isdisjoint((ir.ToScalar, ir.Query))
        return bind_repeats(exprs, before, None if once else taken)

    sql.render_expr = render_expr
    binding.bind_repeats = bind_some
    sql._referenced_columns = lambda node: {
        part.name for part in contents(node).expressions if isinstance(part, ir.ColumnRef)
    }
    sql._render_aggregate_call = render_aggregate
    sql.render_operator = render_operator


def _text_test(node: ir.Expr, plain: Callable[[ir.Expr], str]) -> str | None:
    """A test of a text by a constant, case aside.

    Without ESCAPE, ILIKE is twice as fast; before a pattern of words it spares most rows the
    slow pattern.
    """
    if not isinstance(node, ir.BinaryOp) or not isinstance(node.right, ir.Literal):
        return None
    term, name = node.right.value, node.op.removeprefix("!")
    sides = _FOUND.get(name)
    if sides is None or node.right.kind != "string" or kind_of(node.left) != "string":
        return None
    if not isinstance(term, str) or not term or _LIKE_SIGNS & set(term) or not term.isascii():
        return None
    value = translate.render_expr(node.left)
    like = f"({value} ILIKE {translate.quote_string(sides[0] + term + sides[1])})"
    if name.startswith("has"):
        if not isinstance(node.left, ir.ColumnRef):
            return None
        both = f"({like} AND {plain(dataclasses.replace(node, op=name))})"
        return both if node.op == name else f"(NOT {both})"
    return f"coalesce(NOT {like}, TRUE)" if node.op != name else f"coalesce({like}, FALSE)"


def _dynamic(node: ir.Expr, plain: Callable[[ir.Expr], str]) -> str | None:
    if not isinstance(node, ir.FunctionCall) or len(node.args) != 1:
        return None
    name, inner = node.name.lower(), node.args[0]
    if kind_of(inner) != "dynamic" or not (name in _WHOLE or name == "tostring"):
        return None
    if name == "tostring":
        part = _part_of_split(inner)
        if part is not None:
            return part
    whole, value = str(plain(node)), translate.render_expr(inner)
    if name == "tostring":
        if whole == f"coalesce({value} ->> '$', '')" and value.startswith("json_extract("):
            return f"coalesce(json_extract_string({value.removeprefix('json_extract(')}, '')"
        return None
    head, _, body = whole.partition(_LAMBDA)
    # A path answers JSON, so that no other branch is ever taken.
    first, last = body.find(_OF_JSON), body.find(_BEHIND_JSON)
    if head != f"list_transform([{value}]" or not value.startswith("json_extract("):
        return None
    if first < 0 or last < first or not body.endswith(")[1]"):
        return None
    # A number that is written as the database writes it back needs no further look.
    number = f"TRY_CAST(CAST(_v AS VARCHAR) AS {_WHOLE[name]})"
    return (
        f"{head}{_LAMBDA}CASE WHEN CAST({number} AS VARCHAR) = CAST(_v AS VARCHAR) THEN {number} "
        f"WHEN _v IS NULL THEN NULL ELSE {body[first + len(_OF_JSON) : last]} END)[1]"
    )


def _part_of_split(node: ir.Expr) -> str | None:
    """`split(Text, ".")[0]` as text, without making a list of JSON of all parts."""
    if not isinstance(node, ir.PathAccess) or len(node.steps) != 1:
        return None
    call, place = node.base, node.steps[0].index
    if not isinstance(call, ir.FunctionCall) or call.name != "split" or len(call.args) != 2:
        return None
    if not isinstance(place, ir.Literal) or type(place.value) is not int:
        return None
    if kind_of(call.args[0]) != "string" or not isinstance(call.args[1], ir.Literal):
        return None
    text, sign = map(translate.render_expr, call.args)
    number = place.value + 1 if place.value >= 0 else place.value
    return f"coalesce(str_split({text}, {sign})[{number}], '')"


def _bounded(node: ir.Expr, plain: Callable[[ir.Expr], str]) -> str | None:
    """A replacement by a long text, refused where the result would be endless.

    The database makes one value in one go: neither its memory limit nor an interrupt would
    end that.
    """
    if not isinstance(node, ir.FunctionCall) or node.name.lower() not in _REPLACING:
        return None
    text, written = _REPLACING[node.name.lower()]
    if len(node.args) <= max(text, written):
        return None
    replacement = node.args[written]
    if isinstance(replacement, ir.Literal) and len(str(replacement.value)) <= _SHORT:
        return None
    value, size = translate.render_expr(node.args[text]), translate.render_expr(replacement)
    grown = f"length(CAST({value} AS VARCHAR)) * (length(CAST({size} AS VARCHAR)) + 1)"
    # Around the text, not around the call: a call of constants is made while planning.
    endless = f"{grown} > {words.LONGEST_TEXT}"
    guarded = ir.RenderedAggregate(
        f"(CASE WHEN {endless} THEN error('{words.TOO_LARGE}') ELSE {value} END)"
    )
    args = tuple(guarded if i == text else a for i, a in enumerate(node.args))
    return plain(dataclasses.replace(node, args=args))


def _collected(call: ir.FunctionCall) -> str | None:
    """`make_set` and `make_list` of values that are no dynamics: nothing is to be united."""
    name = call.name.lower()
    if name not in ("make_set", "make_list") or len(call.args) != 1:
        return None
    kind = kind_of(call.args[0])
    if kind not in _PLAIN or translate._nested_aggregate(call.args[0]) is not None:
        return None
    value = translate.render_expr(call.args[0])
    kept = f"{value}) FILTER (WHERE {value} IS NOT NULL)"
    if name == "make_list":
        return f"to_json(coalesce(list({kept}, []))" if kind == "string" else None
    each = "to_json(_kqlv)" if kind == "string" else "kql_json(_kqlv)"
    return (
        f"to_json(list_sort(list_transform(coalesce(list(DISTINCT {kept}, []), "
        f"lambda _kqlv: {each})))"
    )


def _where(op: ir.Where, source: str, cols: list[str] | None) -> str:
    scope = sharing.bind_repeats([op.predicate], source, cols)
    try:
        predicate = _truth(op.predicate)
    finally:
        sharing.release()
    hidden = ", ".join(translate.quote_ident(name) for name in scope.names)
    kept = f"* EXCLUDE ({hidden})" if hidden else "*"
    return f"SELECT {kept} FROM {scope.source} WHERE {predicate}"


def _truth(node: ir.Expr) -> str:
    """A condition of which only the truth counts: null need not be made false there."""
    if isinstance(node, ir.BinaryOp) and node.op in ("and", "or") and not sharing.slot_for(node):
        return f"({_truth(node.left)} {node.op.upper()} {_truth(node.right)})"
    text = translate.render_expr(node)
    if text.startswith("coalesce((") and text.endswith("), FALSE)"):
        inner = text[len("coalesce(") : -len(", FALSE)")]
        if _one_bracket(inner):
            return inner
    return text


def _one_bracket(sql: str) -> bool:
    """Whether the text's first bracket closes at its end."""
    depth, quote = 0, ""
    for index, sign in enumerate(sql):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "([{":
            depth += 1
        elif sign in ")]}":
            depth -= 1
            if depth == 0:
                return index == len(sql) - 1
    return False
