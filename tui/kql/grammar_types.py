"""Which operators take which types, and what they give."""

from __future__ import annotations

from tui.kql.signatures import NUMBERS

_NUMBERS = frozenset(NUMBERS)
_SUMS = _NUMBERS | {"timespan", "datetime"}
_TEXT = frozenset({"string", "dynamic"})

EQUAL = frozenset({"==", "!=", "<>"})
ORDER = frozenset({"<", ">", "<=", ">="})
LISTS = frozenset({"in", "in~", "!in", "!in~", "has_any", "has_all", "!has_any", "!has_all"})
BETWEEN = frozenset({"between", "!between"})
_HAS = frozenset(
    sign + name + case
    for sign in ("", "!")
    for name in ("has", "hasprefix", "hassuffix")
    for case in ("", "_cs")
)
_CONTAINS = frozenset(
    {"like", "notlike", "=~", "!~", "regex"}
    | {
        sign + name + case
        for sign in ("", "!")
        for name in ("contains", "startswith", "endswith")
        for case in ("", "_cs")
    }
)
STRING = _HAS | _CONTAINS
"""Operators that compare texts."""


def result(sign: str, left: str, right: str) -> str | None:
    """The type of `left sign right`; empty where it cannot be told, None where it is wrong."""
    if sign in ("and", "or"):
        return "bool" if _both(left, right, {"bool", "dynamic"}) else None
    if sign in EQUAL:
        return "bool"
    if sign in ORDER:
        return "bool" if _ordered(left, right) else None
    if sign in STRING:
        return "bool" if _both(left, right, _TEXT) else None
    if sign in ("in~", "!in~") or sign.lstrip("!") in ("has_any", "has_all"):
        return "bool" if not left or left in _TEXT else None
    if sign in ("in", "!in"):
        return "bool"
    if not left or not right:
        return None if (left or right) in ("string", "bool", "guid") else ""
    return _arithmetic(sign, left, right)


def _both(left: str, right: str, types: frozenset[str] | set[str]) -> bool:
    return (not left or left in types) and (not right or right in types)


def _ordered(left: str, right: str) -> bool:
    if not left or not right:
        return True
    if "string" in (left, right) or "guid" in (left, right):
        return False
    if left in _NUMBERS | {"bool"}:
        return right in _NUMBERS | {"bool"} or (right == "dynamic" and left != "bool")
    if left == "dynamic":
        return right in _NUMBERS | {"dynamic"}
    return left == right


def _arithmetic(sign: str, left: str, right: str) -> str | None:
    if left in _NUMBERS and right in _NUMBERS:
        wider = NUMBERS[max(NUMBERS.index(left), NUMBERS.index(right))]
        return "long" if wider == "int" and sign != "/" else wider
    if "dynamic" in (left, right):
        other = right if left == "dynamic" else left
        if other == "dynamic" or other in _NUMBERS:
            return "" if other == "dynamic" else other
        return "" if sign in "+-" and other in _SUMS else None
    pair = (left, right)
    if sign == "+":
        return {
            ("timespan", "timespan"): "timespan",
            ("datetime", "timespan"): "datetime",
            ("timespan", "datetime"): "datetime",
            ("datetime", "datetime"): "datetime",
        }.get(pair)
    if sign == "-":
        return {
            ("timespan", "timespan"): "timespan",
            ("datetime", "datetime"): "timespan",
            ("datetime", "timespan"): "datetime",
            ("timespan", "datetime"): "datetime",
        }.get(pair)
    if sign == "*":
        if "timespan" in pair and (set(pair) - {"timespan"}) <= _NUMBERS:
            return "timespan"
        return "" if "datetime" in pair and (set(pair) - {"datetime"}) <= _NUMBERS else None
    # Division and remainder.
    if left == "timespan" and (right == "timespan" or right in _NUMBERS):
        return ("real" if sign == "/" else "timespan") if right == "timespan" else "timespan"
    if left == "datetime" and (right in ("datetime", "timespan") or right in _NUMBERS):
        return ""
    return None


def between(value: str, low: str, high: str) -> bool:
    """Whether a value of this type may lie between these."""
    known = [one for one in (value, low, high) if one]
    if any(one in ("string", "bool", "guid") for one in known):
        return False
    if not value:
        return True
    if value in _NUMBERS or value == "dynamic":
        return {low, high} <= _NUMBERS | {"dynamic", ""}
    if value == "datetime":
        return low in ("datetime", "") and high in ("datetime", "timespan", "")
    return {low, high} <= {value, ""}
