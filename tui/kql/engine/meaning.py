"""What an operator means once the types of its columns are known."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping

from duckdb_kql import ir

from tui.kql import grammar_types
from tui.kql.engine import words
from tui.kql.engine.additions import outside, summaries
from tui.kql.engine.additions.stages import Snapshot
from tui.kql.engine.kinds import branches, chosen, kind_of
from tui.kql.engine.trees import deep, expressions, walk

_ORDERING = frozenset({"<", "<=", ">", ">="})
_ARITHMETIC = frozenset("+-*/%")
_NUMBERS = frozenset({"int", "long", "real", "decimal"})
_WHOLE = frozenset({"int", "long"})
_LOGIC = frozenset({"and", "or"})
_UNTRUE = frozenset({"string", "datetime", "timespan"})
_PLAIN = _UNTRUE | _NUMBERS | {"bool"}
_SCALARS = _NUMBERS | {"bool", "datetime", "timespan", "guid"}
_UNSIGNED = frozenset({"bool", "string", "datetime", "guid"})
_RECKONED = (_SCALARS - {"bool"}) | {"string"}
_WRITTEN = frozenset(
    """substring toupper tolower split trim trim_start trim_end replace_string replace_regex
    extract""".split()  # noqa: SIM905
)
"""Functions of text that take any other scalar as it is written."""
_CONDITIONED = frozenset({"iff", "iif", "case", "not", "countif"})
_EQUAL = frozenset({"==", "!="})
_READ_AS = {
    "bool": "tobool",
    "datetime": "todatetime",
    "timespan": "totimespan",
    "real": "toreal",
    "decimal": "toreal",
}
"""What text is read as beside a value of another type; whole numbers are written as text."""
_GIVEN_AS = {**_READ_AS, "string": "tostring", "int": "toint", "long": "tolong"}
"""What a dynamic value becomes beside a value of another type that may be given in its place."""
_TEXT_AT = {"trim": 1, "trim_start": 1, "trim_end": 1, "extract": 2}
"""Where such a function has its text, if not in the first place."""
_OF_TEXT = frozenset(
    """trim trim_start trim_end strcmp string_size to_utf8 regex_quote
    parse_url parse_ipv4 parse_ipv4_mask parse_ipv6 parse_ipv6_mask ipv4_netmask_suffix
    indexof_regex""".split()  # noqa: SIM905
)
"""Functions that read a dynamic text as the text it is."""
_SUMS = frozenset({"sum", "sumif", "avg", "avgif"})
_RUN_BEFORE = frozenset({"row_window_session", *summaries.SKETCHES})


def check(op: ir.Operator | ir.Source) -> None:
    """Refuse what the language has no meaning for, as far as types are known.

    Raises:
        KqlFault: It has none.
    """
    if isinstance(op, ir.Where):
        kind = kind_of(op.predicate)
        if kind not in (None, "bool", "dynamic", "null"):
            raise words.no_predicate(kind)
    for expression in expressions(op):
        if isinstance(expression, ir.BinaryOp):
            _check_operands(expression)
        elif isinstance(expression, ir.Between):
            _check_range(expression)
        elif isinstance(expression, ir.UnaryOp) and expression.op in "+-":
            kind = kind_of(expression.operand)
            if kind in _UNSIGNED:
                raise words.wrong_types(kind)
        elif isinstance(expression, ir.PathAccess):
            kind = kind_of(expression.base)
            if kind in _SCALARS:
                raise words.no_members(kind)
        elif isinstance(expression, ir.FunctionCall) and expression.name.lower() in _CONDITIONED:
            kind = kind_of(expression.args[0]) if expression.args else None
            if kind in _UNTRUE:
                raise words.wrong_types(kind)


def check_keys(op: ir.Operator, left: Mapping[str, str], right: Mapping[str, str]) -> None:
    """Refuse keys that no two rows can have in common.

    Raises:
        KqlFault: Their types differ.
    """
    if not isinstance(op, ir.Join | ir.Lookup):
        return
    for key in op.keys:
        kinds = left.get(key.left), right.get(key.right)
        if _apart(*kinds):
            raise words.unlike_keys(str(kinds[0]), str(kinds[1]))


def _check_operands(expression: ir.BinaryOp) -> None:
    left, right = kind_of(expression.left), kind_of(expression.right)
    if expression.op in grammar_types.STRING or expression.op == "matches regex":
        if left in _SCALARS or right in _SCALARS:
            raise words.not_text(expression.op, left or "dynamic", right or "dynamic")
    elif expression.op in _ORDERING:
        if left == right == "string":
            raise words.unordered(expression.op)
        if _apart(left, right) or {left, right} == {"dynamic", "string"}:
            raise words.incomparable(str(left), str(right))
    elif expression.op in _ARITHMETIC:
        known = left in _RECKONED and right in _RECKONED
        if known and grammar_types.result(expression.op, str(left), str(right)) is None:
            raise words.wrong_types(str(left), str(right))
    elif expression.op in _LOGIC and (left in _UNTRUE or right in _UNTRUE):
        raise words.wrong_types(left or "dynamic", right or "dynamic")


def _check_range(expression: ir.Between) -> None:
    value = kind_of(expression.value)
    low, high = kind_of(expression.low), kind_of(expression.high)
    if value == "datetime" and high == "timespan":
        high = value
    for bound in (low, high):
        if value == bound == "string":
            raise words.unordered("between")
        if _apart(value, bound):
            raise words.incomparable(str(value), str(bound))


def _apart(left: str | None, right: str | None) -> bool:
    """Whether two types have no values in common, as far as both are known."""
    return left != right and left in _PLAIN and right in _PLAIN and bool({left, right} & _UNTRUE)


def settled(op: ir.Operator) -> ir.Operator:
    """The operator with what the service reads freely written out.

    Its truth values are small numbers and count as such; text that a path leads into is JSON; a
    dynamic value becomes what it is reckoned with.
    """
    if isinstance(op, ir.Parse) and kind_of(op.expression) in _SCALARS:
        op = dataclasses.replace(op, expression=_cast("tostring", op.expression))
    if isinstance(op, ir.Sort | ir.Top):
        op = dataclasses.replace(op, keys=tuple(_key(key) for key in op.keys))
    changed: ir.Operator = deep(op, _freely)
    return changed


def settled_print(source: ir.PrintSource) -> ir.PrintSource:
    """The same for what is printed."""
    changed: ir.PrintSource = deep(source, _freely)
    return changed


def _key(key: ir.SortKey) -> ir.SortKey:
    """A key that SQL sorts by: it refuses text that is the same in all rows."""
    if isinstance(key.expr, ir.Literal) and key.expr.kind == "string":
        return dataclasses.replace(key, expr=ir.Literal(0, "long"))
    return key


def _freely(expression: ir.Expr) -> ir.Expr:
    if isinstance(expression, ir.Literal) and expression.kind == "guid":
        return expression if _is_guid(expression.value) else ir.Literal(None, "guid")
    if isinstance(expression, ir.BinaryOp) and expression.op in _EQUAL:
        one, other = _alike(expression.left, expression.right)
        return dataclasses.replace(expression, left=one, right=other)
    if isinstance(expression, ir.InList) and expression.subquery is None:
        return _listed(expression)
    if isinstance(expression, ir.BinaryOp) and expression.op in _ARITHMETIC:
        left, right = kind_of(expression.left), kind_of(expression.right)
        if "bool" in (left, right) and {left, right} <= {"bool", None, *_NUMBERS}:
            return dataclasses.replace(
                expression,
                left=_number(expression.left) if left == "bool" else expression.left,
                right=_number(expression.right) if right == "bool" else expression.right,
            )
        if "dynamic" in (left, right) and {left, right} & _NUMBERS:
            cast = "tolong" if {left, right} & _WHOLE else "toreal"
            return dataclasses.replace(
                expression,
                left=_cast(cast, expression.left) if left == "dynamic" else expression.left,
                right=_cast(cast, expression.right) if right == "dynamic" else expression.right,
            )
    if isinstance(expression, ir.FunctionCall) and (places := branches(expression)):
        return _of_one_type(expression, places)
    if isinstance(expression, ir.FunctionCall) and expression.name.lower() in _OF_TEXT:
        dynamic = [kind_of(argument) == "dynamic" for argument in expression.args]
        if any(dynamic):
            pairs = zip(expression.args, dynamic, strict=True)
            read = tuple(_cast("tostring", arg) if is_it else arg for arg, is_it in pairs)
            return dataclasses.replace(expression, args=read)
    if isinstance(expression, ir.FunctionCall) and expression.name.lower() in _WRITTEN:
        args = tuple(
            _cast("tostring", one)
            if kind_of(one) in _SCALARS and place == _TEXT_AT.get(expression.name.lower(), 0)
            else one
            for place, one in enumerate(expression.args)
        )
        return dataclasses.replace(expression, args=args) if args != expression.args else expression
    if isinstance(expression, ir.FunctionCall) and expression.name.lower() in _SUMS:
        first, *rest = expression.args or (None,)
        if first is not None and kind_of(first) == "bool":
            return dataclasses.replace(expression, args=(_number(first), *rest))
    if (
        isinstance(expression, ir.FunctionCall)
        and expression.name == "kql_count"
        and kind_of(expression.args[0]) == "bool"
    ):
        return dataclasses.replace(expression, name="kql_count_true")
    if isinstance(expression, ir.PathAccess):
        return _path(expression)
    return expression


def _path(path: ir.PathAccess) -> ir.PathAccess:
    """A path from a dynamic value, its steps named where their index is a text."""
    base = path.base
    if kind_of(base) == "string":
        base = ir.FunctionCall("parse_json", (base,))
    steps = tuple(
        ir.PathStep(str(step.index.value))
        if isinstance(step.index, ir.Literal) and step.index.kind == "string"
        else step
        for step in path.steps
    )
    return dataclasses.replace(path, base=base, steps=steps)


def _of_one_type(call: ir.FunctionCall, places: tuple[int, ...]) -> ir.FunctionCall:
    """A conditional function whose dynamic values have become the other branches' type."""
    dynamic = {at for at in places if kind_of(call.args[at]) == "dynamic"}
    cast = _GIVEN_AS.get(chosen(call) or "") if dynamic else None
    if cast is None:
        return call
    given = (_cast(cast, a) if at in dynamic else a for at, a in enumerate(call.args))
    return dataclasses.replace(call, args=tuple(given))


def _is_guid(value: object) -> bool:
    return (
        value is None or re.fullmatch(r"[0-9A-Fa-f]{32}", str(value).replace("-", "")) is not None
    )


def _alike(left: ir.Expr, right: ir.Expr) -> tuple[ir.Expr, ir.Expr]:
    """Both sides of an equation between text and another type, made comparable."""
    kinds = kind_of(left), kind_of(right)
    if "string" not in kinds or kinds[0] == kinds[1] or not set(kinds) <= _PLAIN:
        return left, right
    text_first = kinds[0] == "string"
    other = kinds[1] if text_first else kinds[0]
    if other in _WHOLE:
        return (left, _cast("tostring", right)) if text_first else (_cast("tostring", left), right)
    reading = _READ_AS[str(other)]
    return (_cast(reading, left), right) if text_first else (left, _cast(reading, right))


def _listed(expression: ir.InList) -> ir.Expr:
    """A list without nulls, for none is equal to them, and its terms of the value's type."""
    some = tuple(
        item
        for item in expression.items
        if not (isinstance(item, ir.Literal) and item.value is None and item.kind != "dynamic")
    )
    if len(some) < len(expression.items):
        expression = dataclasses.replace(expression, items=some)
        if not some:
            return ir.Literal(expression.negated, "bool")
    value = kind_of(expression.value)
    if value in _WHOLE and any(kind_of(item) == "string" for item in expression.items):
        return dataclasses.replace(
            expression,
            value=_cast("tostring", expression.value),
            items=tuple(_text(item) for item in expression.items),
        )
    if value == "string" and any(kind_of(item) in _WHOLE for item in expression.items):
        return dataclasses.replace(
            expression, items=tuple(_text(item) for item in expression.items)
        )
    return expression


def _text(item: ir.Expr) -> ir.Expr:
    return _cast("tostring", item) if kind_of(item) in _WHOLE else item


def _cast(name: str, expression: ir.Expr) -> ir.Expr:
    return ir.FunctionCall(name, (expression,))


def _number(truth: ir.Expr) -> ir.Expr:
    return _cast("tolong", truth)


def runs_apart(body: ir.Query) -> bool:
    """Whether parts of a pipeline are run before the whole, for which its rows must exist."""
    return any(
        isinstance(part, Snapshot)
        or outside.is_outside(part)
        or (isinstance(part, ir.FunctionCall) and part.name.lower() in _RUN_BEFORE)
        for part in walk(body.operators)
    )
