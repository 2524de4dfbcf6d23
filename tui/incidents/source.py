"""The queue as rows: an order, a filter, and the windows that are seen."""

from __future__ import annotations

import asyncio
import sqlite3
from array import array
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from tui.errors import UsageProblem
from tui.incidents import outbox, store
from tui.incidents.cache import Cache
from tui.incidents.facts import fold, moment, storable
from tui.rows import Column, Row, SortKey

if TYPE_CHECKING:
    from tui.incidents.filters import Filter

COLUMNS: tuple[Column, ...] = (
    Column("id", "ID", pinned=True, least=4, most=12),
    Column("severity", "Sev", least=3, most=5),
    Column("status", "Status", least=1, most=10, rank=2),
    Column("name", "Name", least=16, most=400, fill=True),
    Column("alerts", "Alerts", kind="number", least=6, most=6, rank=3),
    Column("owner", "Owner", least=1, most=16, rank=1),
    Column("age", "Age", kind="time", least=3, most=5),
)
"""The columns that a queue shows; `age` is the time of creation, so the newest is greatest."""

MORE_COLUMNS: tuple[Column, ...] = (
    Column("updated", "Updated", kind="time", least=3, most=8, rank=4),
    Column("priority", "Prio", kind="number", least=4, most=4, rank=4),
    Column("tags", "Tags", kind="dynamic", least=6, most=30, rank=5),
    Column("classification", "Class", least=5, most=24, rank=6),
    Column("determination", "Determination", least=5, most=24, rank=6),
)
"""Columns that a queue can show besides."""

NEWEST_FIRST = (SortKey("age", descending=True),)

_ORDERS: dict[str, tuple[str, ...]] = {
    "id": ("number", "id"),
    "severity": ("severity_rank",),
    "status": ("status_rank", "status_key"),
    "name": ("name_key",),
    "alerts": ("alerts",),
    "owner": ("owner_key",),
    "age": ("created",),
    "updated": ("updated",),
    "priority": ("priority",),
    "tags": ("tags_key",),
    "classification": ("classification",),
    "determination": ("determination",),
}
_VALUES: dict[str, str] = {"age": "created"}
_NEAR = 500
_CLOSED = {"resolved", "redirected"}


class Behind(Protocol):
    """What a source needs of its queue."""

    @property
    def cache(self) -> Cache: ...
    @property
    def me(self) -> str | None: ...
    def now(self) -> datetime: ...


class QueueSource:
    """A `RowSource` over the cache.

    Values are the records' own: severity and status in Graph's spelling, the owner or None,
    times as aware datetimes, tags as a list. Marks of a row are `pending`, `failed`, `closed`
    (resolved or merged) and `mine`.

    Args:
        queue: Whose rows they are.
        columns: Keys of `COLUMNS` and `MORE_COLUMNS` to show, in this order.
    """

    def __init__(self, queue: Behind, columns: Sequence[str] | None = None) -> None:
        self._queue = queue
        known = {column.key: column for column in (*COLUMNS, *MORE_COLUMNS)}
        self._columns = COLUMNS if columns is None else tuple(known[key] for key in columns)
        names = [_VALUES.get(column.key, column.key) for column in self._columns]
        self._select = ", ".join(
            f"incident.{name}" for name in ("n", "id", "status_key", "owner_key", *names)
        )
        self._order: tuple[SortKey, ...] = NEWEST_FIRST
        self._filter: Filter | None = None
        self._version = 0
        self._numbers: array[int] | None = None
        self._counted: int | None = None
        self._build: asyncio.Task[array[int]] | None = None

    @property
    def columns(self) -> Sequence[Column]:
        """The columns shown."""
        return self._columns

    @property
    def order(self) -> Sequence[SortKey]:
        """The order in force; newest first unless told otherwise."""
        return self._order

    @property
    def filter_text(self) -> str:
        """The filter in force, as it was typed."""
        return self._filter.text if self._filter else ""

    @property
    def explanation(self) -> str:
        """The filter in force in words; empty where everything is kept."""
        return self._filter.words() if self._filter else ""

    def changed(self) -> None:
        """Look again: rows are no longer what they were."""
        self._version += 1
        self._numbers = None
        self._counted = None
        self._build = None

    async def count(self) -> int:
        """How many incidents pass the filter."""
        if self._numbers is not None:
            return len(self._numbers)
        if self._filter:
            return len(await self._all())
        if self._counted is None:
            version = self._version
            counted = await self._queue.cache.run(store.total)
            if version != self._version:
                return counted
            self._counted = counted
        return self._counted

    async def window(self, first: int, last: int) -> Sequence[Row]:
        """Rows `first` up to but not including `last`; fewer where the queue ends."""
        first = max(first, 0)
        if last <= first:
            return []
        if self._numbers is None and not self._filter and last <= _NEAR:
            # The head of the queue is shown before all of its order is known.
            rows = await self._queue.cache.run(lambda connection: self._head(connection, last))
            self._begin()
            return rows[first:]
        numbers = (await self._all())[first:last]
        return await self._queue.cache.run(lambda connection: self._rows(connection, numbers))

    async def position(self, key: str) -> int | None:
        """Where the incident of this id now stands, or None."""
        numbers = await self._all()

        def find(connection: sqlite3.Connection) -> int | None:
            row = connection.execute(
                "SELECT n FROM incident WHERE id = ?", (storable(key),)
            ).fetchone()
            try:
                return numbers.index(row[0]) if row else None
            except ValueError:
                return None

        return await self._queue.cache.run(find)

    async def sort(self, order: Sequence[SortKey]) -> None:
        """Take this order; none is newest first.

        Raises:
            UsageProblem: A key is no column.
        """
        for key in order:
            if key.key not in _ORDERS:
                raise UsageProblem(
                    f"The queue has no column “{key.key}”",
                    remedy=f"These can be sorted by: {', '.join(_ORDERS)}.",
                )
        self._order = tuple(order) or NEWEST_FIRST
        self.changed()

    async def filter(self, text: str) -> None:
        """Keep the incidents that pass; see `tui.incidents.filters` for the language.

        Raises:
            FilterProblem: A `UsageProblem` with the place; the filter in force stays.
        """
        from tui.incidents.filters import FilterProblem, Seen, parse

        try:
            understood = parse(text, self._queue.me)
        except FilterProblem:
            # A value that no page lists is right where an answer held it.
            seen = await self._queue.cache.run(
                lambda connection: Seen(
                    store.values_seen(connection, "severity"),
                    store.values_seen(connection, "status"),
                )
            )
            understood = parse(text, self._queue.me, seen=seen)
        self._filter = understood or None
        self.changed()

    async def matching_ids(self) -> list[str]:
        """The ids of all incidents that pass the filter, in order; for acting on all of them."""
        numbers = await self._all()

        def ids(connection: sqlite3.Connection) -> list[str]:
            names = dict(connection.execute("SELECT n, id FROM incident").fetchall())
            return [names[number] for number in numbers if number in names]

        return await self._queue.cache.run(ids)

    def _sorting(self) -> str:
        terms: list[str] = []
        for key in self._order:
            way = "DESC" if key.descending else "ASC"
            terms += [f"incident.{name} {way}" for name in _ORDERS[key.key]]
        if self._order[0].key not in ("id", "age"):
            terms.append("incident.created DESC")
        last = "ASC" if self._order == (SortKey("age"),) else "DESC"
        return ", ".join([*terms, f"incident.number {last}", f"incident.id {last}"])

    def _head(self, connection: sqlite3.Connection, last: int) -> list[Row]:
        rows = connection.execute(
            f"SELECT {self._select} FROM incident ORDER BY {self._sorting()} LIMIT ?", (last,)
        ).fetchall()
        return self._made(connection, rows)

    def _rows(self, connection: sqlite3.Connection, numbers: array[int]) -> list[Row]:
        found: dict[int, tuple[object, ...]] = {}
        for start in range(0, len(numbers), _NEAR):
            part = numbers[start : start + _NEAR].tolist()
            rows = connection.execute(
                f"SELECT {self._select} FROM incident WHERE n IN ({', '.join('?' * len(part))})",
                part,
            )
            found |= {row[0]: row for row in rows}
        return self._made(connection, [found[number] for number in numbers if number in found])

    def _made(
        self, connection: sqlite3.Connection, rows: Sequence[tuple[object, ...]]
    ) -> list[Row]:
        edits = outbox.marks(connection)
        me = fold(self._queue.me) if self._queue.me else None
        made: list[Row] = []
        for _, key, status, owner, *values in rows:
            assert isinstance(key, str)
            marks = set(edits.get(key, ()))
            if status in _CLOSED:
                marks.add("closed")
            if me is not None and owner == me:
                marks.add("mine")
            shown = tuple(
                _value(column, value) for column, value in zip(self._columns, values, strict=True)
            )
            made.append(Row(key, shown, frozenset(marks)))
        return made

    def _begin(self) -> asyncio.Task[array[int]]:
        if self._build is None:
            version, order = self._version, self._sorting()
            where, values = self._filter.sql(self._queue.now()) if self._filter else ("1", [])
            self._build = asyncio.create_task(
                self._number(version, where, values, order), name="queue order"
            )
            self._build.add_done_callback(_seen)
        return self._build

    async def _number(
        self, version: int, where: str, values: list[object], order: str
    ) -> array[int]:
        def number(connection: sqlite3.Connection) -> array[int]:
            # One row with all numbers: stepping through them would take and give the
            # interpreter lock a hundred thousand times.
            (text,) = connection.execute(
                "SELECT group_concat(n) FROM"
                f" (SELECT incident.n FROM incident WHERE {where} ORDER BY {order})",
                values,
            ).fetchone()
            return array("q", map(int, text.split(","))) if text else array("q")

        numbers = await self._queue.cache.run(number)
        if version == self._version:
            self._numbers = numbers
        return numbers

    async def _all(self) -> array[int]:
        """The rows' numbers in the present order, made if need be."""
        if self._numbers is not None:
            return self._numbers
        # Shielded: the caller may be cancelled, others may wait for the same order.
        return await asyncio.shield(self._begin())


def _value(column: Column, value: object) -> object:
    if value is None:
        return None
    if column.kind == "time":
        assert isinstance(value, int)
        return moment(value)
    if column.key == "tags":
        assert isinstance(value, str)
        return value.split("\n") if value else []
    return value


def _seen(task: asyncio.Task[array[int]]) -> None:
    if not task.cancelled():
        task.exception()
