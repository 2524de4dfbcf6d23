"""The queue as rows: an order, a filter, and the windows that are seen."""

from __future__ import annotations

from collections.abc import Sequence

from tui.rows import Column, Row, SortKey

COLUMNS: tuple[Column, ...] = (
    Column("id", "ID", kind="text", pinned=True, least=4, most=12),
    Column("severity", "Sev", least=3, most=5),
    Column("status", "Status", least=3, most=9, rank=2),
    Column("name", "Name", least=16, fill=True, most=400),
    Column("alerts", "Alerts", kind="number", least=6, most=6, rank=3),
    Column("owner", "Owner", least=5, most=16, rank=1),
    Column("age", "Age", kind="time", least=4, most=5),
)


class QueueSource:
    """A `RowSource` over the cache. Values are the records' own words; the painter dresses them."""

    @property
    def columns(self) -> Sequence[Column]:
        return COLUMNS

    @property
    def order(self) -> Sequence[SortKey]:
        raise NotImplementedError

    @property
    def explanation(self) -> str:
        """The filter in force, in words; empty where there is none."""
        raise NotImplementedError

    async def count(self) -> int:
        raise NotImplementedError

    async def window(self, first: int, last: int) -> Sequence[Row]:
        raise NotImplementedError

    async def position(self, key: str) -> int | None:
        raise NotImplementedError

    async def sort(self, order: Sequence[SortKey]) -> None:
        raise NotImplementedError

    async def filter(self, text: str) -> None:
        raise NotImplementedError
