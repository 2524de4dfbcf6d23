"""Arithmetic on whole series, element by element or as vectors."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tui.kql.engine.plain.registry import function
from tui.kql.engine.plain.series import finite_of, numbers_of, period_of, quantile


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _each(name: str, change: Callable[[float], float]) -> None:
    def compute(values: list[Any]) -> list[Any]:
        return [_changed(value) for value in values]

    def _changed(value: Any) -> Any:
        try:
            return change(value) if _is_number(value) else None
        except (ValueError, OverflowError):
            return None

    function(name, 1, 1, "dynamic")(compute)


_each("series_exp", math.exp)
_each("series_log", math.log)
_each("series_ceiling", lambda value: float(math.ceil(value)))
_each("series_floor", lambda value: float(math.floor(value)))
_each("series_sign", lambda value: float((value > 0) - (value < 0)))
_each("series_sin", math.sin)
_each("series_cos", math.cos)
_each("series_tan", math.tan)
_each("series_asin", math.asin)
_each("series_acos", math.acos)
_each("series_atan", math.atan)


@function("series_product", 1, 1, "real")
def _product(values: list[Any]) -> float | None:
    return float(math.prod(values)) if all(map(_is_number, values)) else None


@function("series_magnitude", 1, 1, "real")
def _magnitude(values: list[Any]) -> float | None:
    return math.hypot(*values) if all(map(_is_number, values)) else None


@function("series_cosine_similarity", 2, 4, "real")
def _cosine(
    one: list[Any], other: list[Any], size1: float | None = None, size2: float | None = None
) -> float | None:
    if len(one) != len(other) or not all(map(_is_number, [*one, *other])):
        return None
    first = math.hypot(*one) if size1 is None else size1
    second = math.hypot(*other) if size2 is None else size2
    return float(sum(a * b for a, b in zip(one, other, strict=True)) / (first * second))


@function("series_seasonal", 1, 2, "dynamic")
def _season(values: list[Any], period: int = -1) -> list[float]:
    """The median of each place in the period; zeros where there is no season."""
    numbers = numbers_of(values)
    # Twelve values are too short to show a season, by the example of the function's page.
    length = period if period >= 0 else period_of(numbers) if len(numbers) > 12 else 0
    if length < 1:
        return [0.0] * len(numbers)
    return [
        quantile(sorted(finite_of(numbers[place % length :: length])), 50)
        for place in range(len(numbers))
    ]


@function("series_iir", 3, 3, "dynamic")
def _iir(values: list[Any], numerators: list[float], denominators: list[float]) -> list[Any]:
    found: list[float] = []
    numbers = numbers_of(values)
    for i in range(len(numbers)):
        total = math.fsum(b * numbers[i - k] for k, b in enumerate(numerators) if i >= k)
        total -= math.fsum(a * found[i - k] for k, a in enumerate(denominators) if 0 < k <= i)
        found.append(total / denominators[0])
    return [None if math.isnan(value) else value for value in found]
