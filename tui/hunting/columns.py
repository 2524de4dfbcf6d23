"""Types that the hunting services declare: how their values sort, read and are exported."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from tui.rows import Kind

Family = Literal["text", "integer", "real", "decimal", "time", "span", "bool", "dynamic"]
"""What a declared type comes down to."""

_FAMILIES: dict[str, Family] = {
    "string": "text",
    "guid": "text",
    "datetime": "time",
    "date": "time",
    "datetimeoffset": "time",
    "timespan": "span",
    "time": "span",
    "byte": "integer",
    "int": "integer",
    "int16": "integer",
    "int32": "integer",
    "int64": "integer",
    "uint32": "integer",
    "uint64": "integer",
    "long": "integer",
    "real": "real",
    "double": "real",
    "single": "real",
    "float": "real",
    "decimal": "decimal",
    "sqldecimal": "decimal",
    "sbyte": "bool",
    "bool": "bool",
    "boolean": "bool",
    "object": "dynamic",
    "dynamic": "dynamic",
}
_KINDS: dict[Family, Kind] = {
    "text": "text",
    "integer": "number",
    "real": "number",
    "decimal": "number",
    "time": "time",
    "span": "span",
    "bool": "bool",
    "dynamic": "dynamic",
}
_TRUE = frozenset({"1", "true"})
_FALSE = frozenset({"0", "false"})


@dataclass(frozen=True, slots=True)
class Declared:
    """A column as the answer's schema declares it."""

    name: str
    type: str
    """The service's word (`String`, `DateTime`, `SByte`, …), or Kusto's."""

    @property
    def family(self) -> Family:
        """What the type comes down to; a type no page lists is text."""
        return _FAMILIES.get(self.type.rpartition(".")[2].lower(), "text")

    @property
    def kind(self) -> Kind:
        """How a grid treats the column."""
        return _KINDS[self.family]


def value_of(family: Family, text: str | None) -> object:
    """A cell's value; a text that does not fit its type stays that text.

    Integers become `int`, reals `float`, booleans `bool`. Times, decimals, spans and dynamic
    values stay text, for Python's types would round or reorder them: a service's time has
    seven digits of a second, a datetime six.
    """
    if text is None:
        return None
    if family == "integer":
        return int(text) if len(text) < 40 and _is_integer(text) else text
    if family == "real":
        return _real(text)
    if family == "bool":
        lowered = text.lower()
        return True if lowered in _TRUE else False if lowered in _FALSE else text
    return text


def _is_integer(text: str) -> bool:
    digits = text[1:] if text[:1] == "-" else text
    return digits.isascii() and digits.isdigit()


def _real(text: str) -> object:
    try:
        number = float(text)
    except ValueError:
        return text
    # A number beyond what a float holds is not endless.
    return text if math.isinf(number) and text[-1:].isdigit() else number


_SPAN_SQL = r"^(-?)(?:(\d+)\.)?(\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,7}))?$"


def sort_sql(family: Family, column: str) -> str | None:
    """SQL of the value that a column's texts sort by, NULL where a text does not fit.

    None for families that sort by their text alone.
    """
    if family in ("integer",):
        return f"try_cast({column} AS HUGEINT)"
    if family in ("real", "decimal"):
        return f"try_cast({column} AS DOUBLE)"
    if family == "bool":
        return f"try_cast({column} AS BOOLEAN)"
    if family == "time":
        return time_sql(column)
    if family == "span":
        part = f"regexp_extract({column}, '{_SPAN_SQL}', %d)"
        number = "coalesce(try_cast(" + part + " AS BIGINT), 0)"
        ticks = (
            f"((({number % 2} * 24 + {number % 3}) * 60 + {number % 4}) * 60 + {number % 5})"
            f" * 10000000 + coalesce(try_cast(rpad({part % 6}, 7, '0') AS BIGINT), 0)"
        )
        return (
            f"CASE WHEN regexp_matches({column}, '{_SPAN_SQL}') THEN "
            f"CASE WHEN starts_with({column}, '-') THEN -({ticks}) ELSE {ticks} END END"
        )
    return None


def time_sql(column: str, kind: str = "TIMESTAMP") -> str:
    """SQL that reads a time's text, with or without a zone, as a time in UTC."""
    return (
        f"CASE WHEN {column} LIKE '____-__-__%' "
        f"THEN try_cast(timezone('UTC', try_cast({column} AS TIMESTAMPTZ)) AS {kind}) END"
    )
