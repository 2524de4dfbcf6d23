"""What the functions computed in Python are called, take and give."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

Values = tuple[Any, ...]


@dataclasses.dataclass(frozen=True)
class PlainFunction:
    """A function of values that are known, row by row."""

    compute: Callable[..., Any]
    """Gets the arguments as Python values, dynamics parsed; answers one value, or a tuple where
    `outputs` has several. A `ValueError` or `TypeError` makes the answer null."""
    fewest: int
    most: int
    outputs: tuple[tuple[str, str], ...]
    """Name (empty for the only one) and Kusto type of each value it gives."""
    like_argument: bool = False
    """Whether an unnamed column is called as its argument."""


FUNCTIONS: dict[str, PlainFunction] = {}


def function(
    name: str,
    fewest: int,
    most: int,
    *outputs: str,
    like_argument: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a function: outputs are a type, or `name:type` for each of several."""

    def declare(compute: Callable[..., Any]) -> Callable[..., Any]:
        pairs = tuple(
            (o.partition(":")[0], o.partition(":")[2]) if ":" in o else ("", o) for o in outputs
        )
        FUNCTIONS[name] = PlainFunction(compute, fewest, most, pairs, like_argument)
        return compute

    return declare
