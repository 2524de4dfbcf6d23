"""What a query answers: columns with Kusto types, rows, what they cost, how to draw them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class AnswerColumn(NamedTuple):
    """One column of an answer."""

    name: str
    type: str
    """A Kusto scalar type: string, datetime, long, int, real, bool, dynamic, guid, …"""


@dataclass(frozen=True, slots=True)
class Render:
    """What the query's `render` operator asks for."""

    kind: str
    """`timechart`, `columnchart`, `piechart`, `table`, …"""
    properties: Mapping[str, str] = field(default_factory=dict)
    """The `with (…)` properties as written: title, xcolumn, ycolumns, series, kind, …"""


@dataclass(frozen=True, slots=True)
class Stats:
    """What an answer cost."""

    seconds: float
    """Wall time of translation and execution."""
    tables: tuple[str, ...]
    """The tables the query read."""
    rows: int
    """Rows of the answer."""


class Answer:
    """The rows of one query, held by the engine's connection until the next run."""

    columns: tuple[AnswerColumn, ...]
    truncated: str | None
    """Why rows are missing from the end; None where all are there."""
    render: Render | None
    stats: Stats

    def rows(self) -> Iterator[tuple[object, ...]]:
        """The rows as Python values: str, int, float, bool, datetime (UTC), timedelta, Decimal,
        None; dynamic values as parsed JSON."""
        raise NotImplementedError

    def json_chunks(self, rows_each: int = 5_000) -> Iterator[bytes]:
        """The rows as JSON objects `{column: value}` joined by commas, in pieces.

        The pieces together form the inside of a JSON array; each holds whole rows.
        """
        raise NotImplementedError
