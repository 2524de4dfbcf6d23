"""A source of rows that are all at hand: alerts, evidence, and other short lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from tui.rows import Column, Row, SortKey


def _rank(value: object) -> tuple[int, float, str]:
    """Orders values of any kind: numbers and times by size, text without case, None last."""
    if value is None:
        return (2, 0.0, "")
    if isinstance(value, datetime):
        return (0, value.timestamp(), "")
    if isinstance(value, (bool, int, float)):
        return (0, float(value), "")
    return (1, 0.0, str(value).casefold())


class ListSource:
    """A `RowSource` over a list; filters by words, sorts stably."""

    def __init__(self, columns: Sequence[Column], rows: Iterable[Row] = ()) -> None:
        self._columns = tuple(columns)
        self._all = list(rows)
        self._shown = list(self._all)
        self._order: tuple[SortKey, ...] = ()
        self._words: tuple[str, ...] = ()

    @property
    def columns(self) -> Sequence[Column]:
        """The columns given."""
        return self._columns

    @property
    def order(self) -> Sequence[SortKey]:
        """The order in force."""
        return self._order

    def replace(self, rows: Iterable[Row]) -> None:
        """Take other rows, under the same order and filter."""
        self._all = list(rows)
        self._arrange()

    async def count(self) -> int:
        """How many rows pass the filter."""
        return len(self._shown)

    async def window(self, first: int, last: int) -> Sequence[Row]:
        """Rows `first` up to `last`."""
        return self._shown[first:last]

    async def position(self, key: str) -> int | None:
        """Where the row of this key stands."""
        return next((at for at, row in enumerate(self._shown) if row.key == key), None)

    async def sort(self, order: Sequence[SortKey]) -> None:
        """Take this order."""
        self._order = tuple(order)
        self._arrange()

    async def filter(self, text: str) -> None:
        """Keep the rows in which every word occurs."""
        self._words = tuple(text.casefold().split())
        self._arrange()

    def _arrange(self) -> None:
        rows = [
            row
            for row in self._all
            if all(
                any(word in str(value).casefold() for value in row.values) for word in self._words
            )
        ]
        places = {column.key: at for at, column in enumerate(self._columns)}
        for key in reversed(self._order):
            at = places[key.key]
            rows.sort(key=lambda row: _rank(row.values[at]), reverse=key.descending)
        self._shown = rows
