"""The queue as rows: an order, a filter, and the windows that are seen."""

from __future__ import annotations

import asyncio
import sqlite3
from array import array
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from tui.errors import UsageProblem
from tui.incidents import outbox, store
from tui.incidents.asking import condition, understood
from tui.incidents.cache import Cache
from tui.incidents.columns import (
    COLUMNS,
    MORE_COLUMNS,
    MOST_URGENT_FIRST,
    NEWEST_FIRST,
    ORDERS,
    VALUES,
)
from tui.incidents.deadlines import Deadlines, deadlines_of, state_of
from tui.incidents.facts import fold, moment, storable
from tui.incidents.spare_memory import give_back
from tui.incidents.tables import has_words
from tui.rows import Column, Row, SortKey

if TYPE_CHECKING:
    from tui.config import SlaRule
    from tui.incidents.filters import Filter

_NEAR = 500
_PART = 32_768
_STEPS = 20_000
"""Of SQLite's machine, between looks at whether an order is still wanted: less than 1 ms."""
_GLANCE = 1000
_MANY = 10_000
_IS_CLOSED = "incident.status_key IN ('resolved', 'redirected')"
_INDEXED = ("incident.created DESC", f"{_IS_CLOSED}, incident.prio DESC")
_ALWAYS = ("n", "id", "status_key", "owner_key", "unread", "created")
_UNREAD = {store.NEW: "new", store.CHANGED: "changed"}
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
    times as aware datetimes, tags and tactics as lists. Marks of a row are `pending`, `failed`,
    `conflict`, `closed` (resolved or merged), `mine`, `new` or `changed` until it is seen, and
    `soon` or `late` by the rules of `answer_by`.

    Args:
        queue: Whose rows they are.
        columns: Keys of `COLUMNS` and `MORE_COLUMNS` to show, in this order.
        natural: The order unless another is asked for.
    """

    def __init__(
        self,
        queue: Behind,
        columns: Sequence[str] | None = None,
        natural: Sequence[SortKey] = NEWEST_FIRST,
    ) -> None:
        self._queue = queue
        self._natural = tuple(natural)
        known = {column.key: column for column in (*COLUMNS, *MORE_COLUMNS)}
        self._columns = COLUMNS if columns is None else tuple(known[key] for key in columns)
        self._deadlines = Deadlines()
        self._wanted: frozenset[str] | None = None
        self._order: tuple[SortKey, ...] = self._natural
        self._filter: Filter | None = None
        self._version = 0
        self._asked = 0
        self._numbers: array[int] | None = None
        self._counted: int | None = None
        self._build: asyncio.Task[array[int]] | None = None

    @property
    def columns(self) -> Sequence[Column]:
        """The columns shown."""
        return self._columns

    @property
    def order(self) -> Sequence[SortKey]:
        """The order in force."""
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
        if self._numbers is None and last <= _NEAR:
            # The head of the queue is shown before all of its order is known.
            chosen, order = self._filter, self._sorting()
            rows = await self._queue.cache.run(
                lambda connection: self._head(connection, chosen, order, last)
            )
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
        """Take this order; none is the natural one.

        Raises:
            UsageProblem: A key is no column.
        """
        for key in order:
            if key.key not in ORDERS:
                raise UsageProblem(
                    f"The queue has no column “{key.key}”",
                    remedy=f"These can be sorted by: {', '.join(ORDERS)}.",
                )
        self._order = tuple(order) or self._natural
        self._asked += 1
        self.changed()

    async def filter(self, text: str) -> None:
        """Keep the incidents that pass; see `tui.incidents.filters` for the language.

        Raises:
            FilterProblem: A `UsageProblem` with the place; the filter in force stays.
        """
        chosen = await understood(self._queue.cache, text, self._queue.me)
        self._filter = chosen or None
        self._asked += 1
        self.changed()

    def need(self, keys: Collection[str]) -> bool:
        """Read the values of these columns alone; the others' are None.

        Returns:
            Whether rows that were read before lack some of them.
        """
        wanted = frozenset(keys)
        had = self._wanted
        self._wanted = wanted
        return had is not None and not wanted <= had

    async def answer_by(self, rules: Sequence[SlaRule]) -> list[UsageProblem]:
        """Mark rows that must be answered soon or are late; tells of rules that are none."""
        self._deadlines, problems = await deadlines_of(self._queue.cache, rules, self._queue.me)
        self.changed()
        return problems

    @property
    def deadlines(self) -> Deadlines:
        """The rules in force."""
        return self._deadlines

    async def keys(self) -> list[str]:
        """The ids of all incidents that pass the filter, in order; for acting on all of them."""
        numbers = await self._all()

        def ids(connection: sqlite3.Connection) -> list[str]:
            names = dict(connection.execute("SELECT n, id FROM incident").fetchall())
            return [names[number] for number in numbers if number in names]

        return await self._queue.cache.run(ids)

    def _due(self) -> tuple[str, list[object]]:
        """The time until an incident must be answered, in SQL."""
        return self._deadlines.sql(self._queue.now()) if self._deadlines else ("NULL", [])

    def _selected(self) -> tuple[str, list[object]]:
        """What is read of each row, and the parameters of it."""
        due, values = self._due()
        names = [f"incident.{name}" for name in _ALWAYS]
        for column in self._columns:
            name = VALUES.get(column.key, column.key)
            if (self._wanted is not None and column.key not in self._wanted) or name == "due":
                names.append("NULL")
            else:
                names.append(f"incident.{name}")
        return ", ".join([*names[: len(_ALWAYS)], due, *names[len(_ALWAYS) :]]), values

    def _sorting(self) -> tuple[str, list[object]]:
        """The order in SQL, and the parameters of it."""
        terms: list[str] = []
        values: list[object] = []
        for key in self._order:
            way = "DESC" if key.descending else "ASC"
            if key == MOST_URGENT_FIRST[0]:
                terms.append(_IS_CLOSED)
            if key.key == "due":
                due, given = self._due()
                terms.append(f"incident.created + {due} {way} NULLS LAST")
                values += given
                continue
            terms += [f"incident.{name} {way}" for name in ORDERS[key.key]]
        if not any(key.key in ("id", "age") for key in self._order):
            terms.append("incident.created DESC")
        last = "ASC" if self._order == (SortKey("age"),) else "DESC"
        return ", ".join([*terms, f"incident.number {last}", f"incident.id {last}"]), values

    def _head(
        self,
        connection: sqlite3.Connection,
        chosen: Filter | None,
        ordering: tuple[str, list[object]],
        last: int,
    ) -> list[Row]:
        order, order_values = ordering
        select, select_values = self._selected()
        if chosen is not None and order.startswith(_INDEXED) and has_words(connection):
            now = self._queue.now()
            where, values = chosen.sql(now)
            if where != chosen.sql(now, indexed=True)[0]:
                # A frequent word is met among the first without asking for all that have it.
                rows = connection.execute(
                    f"SELECT {select} FROM"
                    f" (SELECT * FROM incident ORDER BY {order} LIMIT {_GLANCE}) AS incident"
                    f" WHERE {where} ORDER BY {order} LIMIT ?",
                    [*select_values, *values, last],
                ).fetchall()
                if len(rows) == last:
                    return self._made(connection, rows)
        where, values = condition(connection, chosen, self._queue.now())
        rows = connection.execute(
            f"SELECT {select} FROM incident WHERE {where} ORDER BY {order} LIMIT ?",
            [*select_values, *values, *order_values, last],
        ).fetchall()
        return self._made(connection, rows)

    def _rows(self, connection: sqlite3.Connection, numbers: array[int]) -> list[Row]:
        found: dict[int, tuple[object, ...]] = {}
        select, values = self._selected()
        for start in range(0, len(numbers), _NEAR):
            part = numbers[start : start + _NEAR].tolist()
            rows = connection.execute(
                f"SELECT {select} FROM incident WHERE n IN ({', '.join('?' * len(part))})",
                [*values, *part],
            )
            found |= {row[0]: row for row in rows}
        return self._made(connection, [found[number] for number in numbers if number in found])

    def _made(
        self, connection: sqlite3.Connection, rows: Sequence[tuple[object, ...]]
    ) -> list[Row]:
        edits = outbox.marks(connection)
        me, now = fold(self._queue.me) if self._queue.me else None, self._queue.now()
        places = [at for at, column in enumerate(self._columns) if column.key == "due"]
        read = [
            (at, one) for at, one in enumerate(self._columns) if one.kind in ("time", "dynamic")
        ]
        made: list[Row] = []
        for _, key, status, owner, unread, created, span, *values in rows:
            assert isinstance(key, str)
            marks = set(edits.get(key, ()))
            due: datetime | None = None
            if isinstance(span, int) and isinstance(created, int):
                due = moment(created + span)
                marks.add(state_of(due, timedelta(microseconds=span), now))
            if status in _CLOSED:
                marks.add("closed")
            if me is not None and owner == me:
                marks.add("mine")
            if unread:
                marks.add(_UNREAD.get(unread, "changed"))  # type: ignore[call-overload]
            for at, column in read:
                values[at] = _value(column, values[at])
            for at in places:
                values[at] = due
            made.append(Row(key, tuple(values), frozenset(marks)))
        return made

    def _begin(self) -> asyncio.Task[array[int]]:
        if self._build is None:
            version, order = self._version, self._sorting()
            self._build = asyncio.create_task(
                self._number(version, self._filter, order), name="queue order"
            )
            self._build.add_done_callback(_seen)
        return self._build

    async def _number(
        self, version: int, chosen: Filter | None, ordering: tuple[str, list[object]]
    ) -> array[int]:
        order, order_values = ordering
        asked = self._asked

        def number(connection: sqlite3.Connection) -> array[int] | None:
            # What nobody wants any more must not hold up what is wanted now.
            connection.set_progress_handler(lambda: asked != self._asked, _STEPS)
            try:
                where, values = condition(connection, chosen, self._queue.now())
                # One row with all numbers: stepping through them would take and give the
                # interpreter lock a hundred thousand times.
                (text,) = connection.execute(
                    "SELECT group_concat(n) FROM"
                    f" (SELECT incident.n FROM incident WHERE {where} ORDER BY {order})",
                    [*values, *order_values],
                ).fetchone()
            except sqlite3.OperationalError:
                if asked != self._asked:
                    return None
                raise
            finally:
                connection.set_progress_handler(None, 0)
            found = _numbers(text or "")
            if len(found) > _MANY:
                give_back()
            return found

        numbers = await self._queue.cache.run(number)
        if numbers is None:
            return await self._all()
        if version == self._version:
            self._numbers = numbers
        return numbers

    async def _all(self) -> array[int]:
        """The rows' numbers in the present order, made if need be."""
        if self._numbers is not None:
            return self._numbers
        # Shielded: the caller may be cancelled, others may wait for the same order.
        return await asyncio.shield(self._begin())


def _numbers(text: str) -> array[int]:
    """Numbers written with commas between them, read part by part: all at once are 6 MB."""
    found = array("q")
    at = 0
    while at < len(text):
        end = text.find(",", at + _PART)
        end = len(text) if end < 0 else end
        found.extend(map(int, text[at:end].split(",")))
        at = end + 1
    return found


def _value(column: Column, value: object) -> object:
    if value is None:
        return None
    if column.kind == "time":
        assert isinstance(value, int)
        return moment(value)
    if column.kind == "dynamic":
        assert isinstance(value, str)
        if column.key == "activity":
            return [int(count) for count in value.split(",")] if value else []
        return value.split("\n") if value else []
    return value


def _seen(task: asyncio.Task[array[int]]) -> None:
    if not task.cancelled():
        task.exception()
