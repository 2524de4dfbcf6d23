"""A view of a result set, as a grid draws it: an order, a filter, and windows of rows."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tui.errors import UsageProblem
from tui.hunting.columns import Declared, sort_sql, time_sql, value_of
from tui.hunting.store import Store
from tui.rows import Column, Row, SortKey

AS_THEY_CAME = "SELECT rowid AS r FROM t"
"""SQL of the row ids in the order of the answer."""

_MOST_STEPS = 120
_OTHERS = "all others"
_STEPS = (
    1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
    86400, 172800, 604800, 2592000,
)  # fmt: skip
_MEASURED = frozenset({"time", "integer", "real", "decimal", "span"})
_WORD = re.compile(r'(-?)(?:([^\s:"]+):)?(?:"([^"]*)"?|(\S+))')


@dataclass(frozen=True, slots=True)
class Distinct:
    """The values of one column."""

    count: int
    """How many distinct values there are; nothing (null) is none of them."""
    empty: int
    """Rows without a value."""
    top: tuple[tuple[object, int], ...]
    """The most frequent values with their number of rows."""
    least: object = None
    """Of times and numbers: the first."""
    most: object = None
    """Of times and numbers: the last."""
    total: float | None = None
    """Of numbers: their sum."""
    median: float | None = None
    """Of numbers: the one in the middle."""


@dataclass(frozen=True, slots=True)
class OverTime:
    """Rows counted in steps of time."""

    at: tuple[float, ...]
    """Where each step begins, in seconds since the epoch; steps without rows are there too."""
    step: float
    """Seconds."""
    series: dict[str, tuple[float, ...]]
    """Numbers of rows, by the value that parts them; one series of no name without such."""
    without: int
    """Rows that have no time."""


class ResultSource:
    """Rows of a result in an order, under a filter (a `RowSource`).

    The key of a row is its place in the answer, from 0.
    """

    def __init__(
        self,
        store: Store,
        declared: Sequence[Declared],
        columns: Sequence[Column],
        count: int,
        number: int,
    ) -> None:
        self._store = store
        self._declared = declared
        self._columns = columns
        self._all = count
        self._count = count
        self._view = f"v{number}"
        self._viewed = False
        self._order: tuple[SortKey, ...] = ()
        self._text = ""

    @property
    def columns(self) -> Sequence[Column]:
        """The columns in the order of the answer."""
        return self._columns

    @property
    def order(self) -> Sequence[SortKey]:
        """The order in force; empty is that of the answer."""
        return self._order

    @property
    def filter_text(self) -> str:
        """The filter in force."""
        return self._text

    async def count(self) -> int:
        """How many rows pass the filter."""
        return self._count

    @property
    def shown(self) -> int:
        """How many rows pass the filter."""
        return self._count

    def order_sql(self) -> str:
        """SQL that gives the row ids of this view in their order, as `r`."""
        if self._viewed:
            return f"SELECT r FROM {self._view} ORDER BY p"
        return AS_THEY_CAME

    async def window(self, first: int, last: int) -> Sequence[Row]:
        """Rows `first` up to but not including `last`."""
        names = ", ".join(f"t.{column.key}" for column in self._columns) or "NULL"
        if self._viewed:
            sql = (
                f"SELECT t.rowid, {names} FROM {self._view} v JOIN t ON v.r = t.rowid "
                "WHERE v.p >= ? AND v.p < ? ORDER BY v.p"
            )
        else:
            sql = f"SELECT t.rowid, {names} FROM t WHERE rowid >= ? AND rowid < ? ORDER BY rowid"
        bounds = [max(0, first), max(0, last)]
        # In the store's thread: hundreds of columns would hold the loop.
        return await self._store.ask(
            lambda: [self._row(cells) for cells in self._store.execute(sql, bounds)]
        )

    def _row(self, cells: tuple[Any, ...]) -> Row:
        values = tuple(
            value_of(declared.family, text)
            for declared, text in zip(self._declared, cells[1:], strict=False)
        )
        return Row(str(cells[0]), values)

    async def position(self, key: str) -> int | None:
        """Where the row now stands, or None where the filter hides it."""
        if not key.isdigit():
            return None
        if not self._viewed:
            return int(key) if int(key) < self._all else None
        found = await self._store.rows(f"SELECT p FROM {self._view} WHERE r = ?", [int(key)])
        return int(found[0][0]) if found else None

    async def sort(self, order: Sequence[SortKey]) -> None:
        """Take this order: by the declared type, values that do not fit it behind, nulls last.

        Raises:
            UsageProblem: There is no such column.
        """
        known = {column.key for column in self._columns}
        for key in order:
            if key.key not in known:
                raise UsageProblem("Sorting failed", f"there is no column {key.key}")
        await self._apply(tuple(order), self._text)

    async def filter(self, text: str) -> None:
        """Keep rows that hold every word in some column, whatever its case.

        `Column:word` looks in one column, `-word` keeps the rows without it, and quotes
        hold a phrase together. A word before a colon that names no column is plain text.
        """
        await self._apply(self._order, text)

    async def _apply(self, order: tuple[SortKey, ...], text: str) -> None:
        where, values = self._where(text)
        by = self._by(order)
        if not where and not by:
            self._viewed, self._count = False, self._all
        else:
            condition = f"WHERE {where}" if where else ""
            rank = ", ".join([*by, "rowid"])

            def make() -> int:
                self._store.execute(
                    f"CREATE OR REPLACE TABLE {self._view} AS "
                    f"SELECT row_number() OVER () - 1 AS p, r FROM "
                    f"(SELECT rowid AS r FROM t {condition} ORDER BY {rank})",
                    values,
                )
                return int(self._store.execute(f"SELECT count(*) FROM {self._view}")[0][0])

            self._count = await self._store.ask(make)
            self._viewed = True
        self._order, self._text = order, text

    def _by(self, order: Sequence[SortKey]) -> list[str]:
        families = {
            column.key: declared.family
            for column, declared in zip(self._columns, self._declared, strict=True)
        }
        terms: list[str] = []
        for key in order:
            way = "DESC" if key.descending else "ASC"
            terms.append(f"{key.key} IS NULL")
            typed = sort_sql(families[key.key], key.key)
            if typed is not None:
                terms.append(f"{typed} {way} NULLS LAST")
            else:
                terms.append(f"lower({key.key}) {way}")
            terms.append(f"{key.key} {way}")
        return terms

    def _where(self, text: str) -> tuple[str, list[object]]:
        conditions: list[str] = []
        values: list[object] = []
        for match in _WORD.finditer(text):
            minus, scope, phrase, word = match.groups()
            wanted = phrase if phrase is not None else word
            columns = self._named(scope) if scope else list(self._columns)
            if scope and not columns:
                wanted, columns = f"{scope}:{wanted}", list(self._columns)
            if not wanted:
                continue
            any_of = " OR ".join(f"{column.key} ILIKE ? ESCAPE '!'" for column in columns)
            found = f"coalesce(({any_of or 'false'}), false)"
            conditions.append(f"NOT {found}" if minus else found)
            values += [_pattern(wanted)] * len(columns)
        return " AND ".join(conditions), values

    def _named(self, name: str) -> list[Column]:
        exact = [column for column in self._columns if column.title == name]
        folded = name.casefold()
        return exact or [column for column in self._columns if column.title.casefold() == folded]

    async def values_of(
        self, keys: Sequence[str], most: int, *, longest: int | None = None
    ) -> list[Row]:
        """The first rows of this view, with these columns alone; made in the store's thread.

        Texts of more than `longest` characters are nothing, where that is given.
        """
        places = {column.key: at for at, column in enumerate(self._columns)}
        families = [self._declared[places[key]].family for key in keys]
        named = (
            f"t.{key}"
            if longest is None
            else f"CASE WHEN length(t.{key}) <= {longest} THEN t.{key} END"
            for key in keys
        )
        names = ", ".join(named) or "NULL"
        sql = f"SELECT t.rowid, {names} FROM t ORDER BY rowid LIMIT ?"
        if self._viewed:
            sql = (
                f"SELECT t.rowid, {names} FROM {self._view} v JOIN t ON v.r = t.rowid "
                "ORDER BY v.p LIMIT ?"
            )

        def ask() -> list[Row]:
            return [
                Row(
                    str(cells[0]),
                    tuple(
                        value_of(family, text)
                        for family, text in zip(families, cells[1:], strict=False)
                    ),
                )
                for cells in self._store.execute(sql, [most])
            ]

        return await self._store.ask(ask)

    async def over_time(self, key: str, split: str | None, most: int) -> OverTime | None:
        """Count the rows of this view in even steps of time.

        Args:
            key: A column of times.
            split: A column whose values part the rows; the rarest beyond `most` are one.
            most: How many series there may be.

        Returns:
            None where no row has a time.
        """
        moment = f"epoch({time_sql(f't.{key}')})"
        name = f"t.{split}" if split else "''"
        rows = f"SELECT {moment} AS m, {name} AS x FROM t"
        if self._viewed:
            rows += f" JOIN {self._view} v ON v.r = t.rowid"

        def ask() -> OverTime | None:
            first, last, without = self._store.execute(
                f"SELECT min(m), max(m), count(*) - count(m) FROM ({rows})"
            )[0]
            if first is None:
                return None
            step = step_of(last - first, _MOST_STEPS)
            offset = _offset(first)
            counted = self._store.execute(
                f"SELECT floor((m + {offset}) / {step})::BIGINT AS s, x, count(*) FROM ({rows}) "
                "WHERE m IS NOT NULL GROUP BY s, x"
            )
            begin = min(one[0] for one in counted)
            length = max(one[0] for one in counted) - begin + 1
            totals: dict[str, int] = {}
            for _, value, number in counted:
                label = "(empty)" if value in (None, "") and split else str(value)
                totals[label] = totals.get(label, 0) + number
            named = sorted(totals, key=lambda label: -totals[label])
            if len(named) > most:
                named = named[: most - 1]
            series = {label: [0.0] * length for label in named}
            for at, value, number in counted:
                label = "(empty)" if value in (None, "") and split else str(value)
                line = series.get(label)
                if line is None:
                    line = series.setdefault(_OTHERS, [0.0] * length)
                line[at - begin] += number
            return OverTime(
                tuple((begin + at) * step - offset for at in range(length)),
                step,
                {label: tuple(numbers) for label, numbers in series.items()},
                without,
            )

        return await self._store.ask(ask)

    async def extent(self, key: str) -> tuple[float, float] | None:
        """The least and the greatest number of a column, over all rows of the result.

        None where a value is no number, or there is none at all.
        """
        typed = f"try_cast({key} AS DOUBLE)"
        found = await self._store.rows(
            f"SELECT min({typed}), max({typed}) FROM t "
            f"HAVING count({key}) = count({typed}) AND bool_and(coalesce(isfinite({typed}), true))"
        )
        return (found[0][0], found[0][1]) if found and found[0][0] is not None else None

    async def distinct(self, key: str, top: int = 5) -> Distinct:
        """The values of one column among the rows shown."""
        place = next(i for i, column in enumerate(self._columns) if column.key == key)
        family = self._declared[place].family
        rows = f"(SELECT t.{key} AS x FROM t"
        rows += f" JOIN {self._view} v ON v.r = t.rowid)" if self._viewed else ")"

        typed = sort_sql(family, "x") if family in _MEASURED else None
        ends = f"arg_min(x, {typed}), arg_max(x, {typed})" if typed else "NULL, NULL"
        if family in ("integer", "real", "decimal"):
            ends += ", sum(try_cast(x AS DOUBLE)), median(try_cast(x AS DOUBLE))"

        def ask() -> Distinct:
            total, empty, *rest = self._store.execute(
                f"SELECT count(DISTINCT x), count(*) - count(x), {ends} FROM {rows}"
            )[0]
            found = self._store.execute(
                f"SELECT x, count(*) AS n FROM {rows} WHERE x IS NOT NULL "
                f"GROUP BY x ORDER BY n DESC, x LIMIT {int(top)}"
            )
            values = tuple((value_of(family, text), int(number)) for text, number in found)
            first, last, *numbers = rest
            return Distinct(
                int(total),
                int(empty),
                values,
                value_of(family, first),
                value_of(family, last),
                *numbers,
            )

        return await self._store.ask(ask)


def _pattern(word: str) -> str:
    return "%" + re.sub(r"([!%_])", r"!\1", word) + "%"


def step_of(length: float, most: int) -> int:
    """A step of a round number of seconds, of which `most` cover a length of time."""
    for step in _STEPS:
        if length / step < most - 1:
            return step
    return int(length / (most - 1) / 86400 + 1) * 86400


def _offset(moment: float) -> int:
    """Seconds that local time is ahead of UTC then, so that days begin at midnight here."""
    try:
        away = datetime.fromtimestamp(moment).astimezone().utcoffset()
    except (OverflowError, ValueError, OSError):
        return 0
    return int(away.total_seconds()) if away is not None else 0
