"""The keeping half of the grid: cursor, scroll and selection outlive refresh, filter and sort."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol, Unpack, runtime_checkable

from tui.errors import Problem
from tui.rows import Column, Row, RowSource, SortKey
from tui.ui.widgets.grid_cells import Painter
from tui.ui.widgets.grid_layout import Columns
from tui.ui.widgets.grid_view import Bars, GridOptions, RowView

UNSEEN_PAGE = 40
"""Rows of a screen, before the grid knows how high it is."""
_CHUNK = 2000
_FEW = 50


@runtime_checkable
class KeyedSource(RowSource, Protocol):
    """A source that can name all its rows at once; others are walked in windows."""

    async def keys(self) -> Sequence[str]:
        """The keys of all rows that pass the filter, in order."""
        ...


class KeptRows(RowView):
    """Shows sources, and keeps the reader's place in them."""

    def __init__(self, painter: Painter | None = None, **options: Unpack[GridOptions]) -> None:
        super().__init__(painter, **options)
        self._shows = 0
        self._refresh_lock = asyncio.Lock()
        self._refresh_asked = 0
        self._refresh_done = 0
        self._at_top = True
        self._range: tuple[int, frozenset[str]] | None = None
        self._ranging = False
        self._let_go: set[str] = set()

    # What the next half adds.

    def _selection_changed(self) -> None:
        """Other rows are selected."""

    def _order_changed(self) -> None:
        """The source has another order."""

    def _new_columns(self, source: RowSource) -> Columns:
        """The columns of a source that was not shown before."""
        return Columns.of(source.columns)

    def _will_read(self, source: RowSource, columns: Columns) -> None:
        """Rows of a source are about to be read for these columns."""

    # Showing.

    async def show(
        self, source: RowSource, *, at: str | None = None, bars: Bars = (None, 0.0)
    ) -> None:
        """Show another source from its first row, or from the row of the key `at`.

        Bars stand beside the numbers of one column where the others leave them room.

        The former rows stay until the new ones are there. Widths given by hand stay where
        the columns are the same. A `Problem` of the source is shown, not raised.
        """
        self._shows += 1
        turn = self._shows
        same = self._columns.same_as(source.columns)
        columns = self._columns if same else self._new_columns(source)
        self._will_read(source, columns)
        try:
            count = await source.count()
            place = (await source.position(at) if at else None) or 0
            first, last = self._around(place, count)
            rows = await source.window(first, last) if count else ()
        except Problem as error:
            if turn == self._shows:
                self._load_failed(error)
            return
        if turn != self._shows:
            return
        if not same:
            self._columns = columns
            self._column = next((m.index for m in columns.in_order if not m.hidden), 0)
            self._column_shown = False
            if self.is_mounted:
                self.scroll_to(x=0, animate=False, force=True, immediate=True)
        self._source, self._bars = source, bars
        self.clear_selection()
        self._at_top = not place
        self._swap(count, first, rows, place, max(0, place - self.page // 2))

    async def refresh_rows(self) -> None:
        """The source has other rows: show them, cursor and view where they are.

        The cursor stays on its row, and that row on its line. Where the row is gone the
        cursor takes its neighbour. A grid whose cursor was never moved keeps its first
        line at the top. Calls that come while one runs are answered by one more run.
        """
        self._refresh_asked += 1
        ticket = self._refresh_asked
        async with self._refresh_lock:
            if self._refresh_done >= ticket:
                return
            covered = self._refresh_asked
            await self._refresh_place()
            self._refresh_done = covered

    async def filter(self, text: str) -> None:
        """Filter the source; the cursor stays on its row if that passes, else goes to the top.

        Raises:
            UsageProblem: The text is no filter of this source.
        """
        if self._source is None:
            return
        await self._source.filter(text)
        async with self._refresh_lock:
            await self._refresh_place(lost_to_top=True)

    async def sort_by(self, order: Sequence[SortKey]) -> None:
        """Give the source an order and go to its first row."""
        source = self._source
        if source is None:
            return
        try:
            await source.sort(order)
            async with self._refresh_lock:
                count = await source.count()
                first, last = self._around(0, count)
                rows = await source.window(first, last) if count else ()
        except Problem as error:
            self._load_failed(error)
            return
        if source is self._source:
            self._end_range()
            self._at_top = True
            self._swap(count, first, rows, 0, 0)
            self._order_changed()

    def let_go(self, keys: Iterable[str]) -> None:
        """Rows that are about to move away: the cursor stays where it is and does not follow."""
        self._let_go = set(keys)

    # Where the cursor is.

    @property
    def cursor_index(self) -> int:
        """The place of the cursor's row in the source."""
        return self._cursor

    @property
    def cursor_row(self) -> Row | None:
        """The row under the cursor; None where there is none, or it is on its way."""
        return self._cursor_row

    @property
    def cursor_column(self) -> Column | None:
        """The column under the cursor."""
        measures = self._columns.measures
        return measures[self._column].column if self._column < len(measures) else None

    @property
    def cursor_value(self) -> object:
        """The value under the cursor, as the source has it."""
        row = self._cursor_row
        if row is None or self._column >= len(row.values):
            return None
        return row.values[self._column]

    # Keeping the place.

    def _around(self, place: int, count: int) -> tuple[int, int]:
        page = self.page if self._view.height else UNSEEN_PAGE
        return max(0, place - 2 * page), min(count, place + 3 * page)

    def _neighbours(self) -> list[str]:
        """Keys to put the cursor on, best first: its own, those below, those above."""
        at = self._cursor
        keys = [self._cursor_row.key] if self._cursor_row is not None else []
        near = [self._window.get(at + step) for step in (1, 2, 3, -1, -2, -3)]
        return keys + [row.key for row in near if row is not None]

    async def _refresh_place(self, *, lost_to_top: bool = False) -> None:
        source = self._source
        if source is None:
            return
        shows = self._shows
        cursor, top = self._cursor, self._top
        seen = top <= cursor < top + self.page
        top_row = self._window.get(top)
        keys = self._neighbours()
        try:
            count = await source.count()
            place = await source.position(keys[0]) if keys else None
            if keys and keys[0] in self._let_go and place != cursor:
                place = None
            if place is None and lost_to_top:
                place, self._at_top = 0, True
            for key in keys[1:]:
                if place is not None:
                    break
                place = await source.position(key)
            if place is None:
                place = max(0, min(cursor, count - 1))
            if self._at_top and place < self.page:
                goal = 0
            elif seen or top_row is None:
                goal = place - (cursor - top)
            else:
                found = await source.position(top_row.key)
                goal = top + place - cursor if found is None else found
            goal = max(0, min(goal, count - self.page))
            first, last = self._around(goal, count)
            rows = await source.window(first, last) if count else ()
            row = None
            if count and not first <= place < last:
                row = next(iter(await source.window(place, place + 1)), None)
        except Problem as error:
            if shows == self._shows:
                self._load_failed(error)
            return
        if shows != self._shows:
            return
        # The reader may have moved while the source answered: the same steps on top of it.
        stepped, scrolled = self._cursor - cursor, self._top - top
        if self._range is not None:
            self._range = (self._range[0] + place - cursor, self._range[1])
        self._cursor_row = row
        self._swap(count, first, rows, place + stepped, goal + scrolled)
        await self._prune_selection()

    def _swap(self, count: int, first: int, rows: Sequence[Row], cursor: int, top: int) -> None:
        """Take these rows, and put cursor and view there."""
        if count and len(rows) < min(count, first + 1) - first:
            # The source shrank between two questions; the rest comes with its next change.
            count = first + len(rows)
        self._failure = None
        self._window.replace(self._source, count, first, rows)
        self._cursor = max(0, min(cursor, count - 1))
        self._measure()
        self._arrange()
        if self.is_mounted:
            self._scroll_rows(max(0, min(top, count - self.page)))
        self._know_cursor()
        self._strips.clear()
        self._look()
        self.refresh()

    def _go(self, index: int, *, top: int | None = None) -> None:
        """Move the cursor to this row; the view goes to `top`, or as little as shows the row."""
        index = max(0, min(index, self._window.count - 1))
        self._at_top = index == 0
        moved = index != self._cursor
        if moved:
            self._cursor = index
            self._cursor_row = None
        if top is not None:
            self._scroll_rows(max(0, min(top, self._window.count - self.page)))
        self._keep_cursor_seen()
        if moved:
            self._know_cursor()
        self._look()

    # Selection.

    @property
    def selected(self) -> frozenset[str]:
        """The keys of the selected rows."""
        return frozenset(self._selected)

    def select(self, keys: Sequence[str]) -> None:
        """Select exactly these rows."""
        self._set_selection(set(keys))

    async def select_all(self) -> None:
        """Select all rows that pass the filter."""
        self._set_selection(set(await self._keys_between(0, self._window.count)))

    def clear_selection(self) -> bool:
        """Drop the selection and an open range; whether there was any, for Esc."""
        had = bool(self._selected) or self._range is not None
        self._end_range()
        self._set_selection(set())
        return had

    def _end_range(self) -> None:
        self._range = None
        self._ranging = False

    def _set_selection(self, keys: set[str]) -> None:
        if keys != self._selected:
            self._selected = keys
            self.refresh()
            self._selection_changed()

    def _extend_range(self) -> None:
        """Select what lies between the beginning of an open range and the cursor."""
        if self._range is None:
            return
        begin, base = self._range
        first, last = sorted((begin, self._cursor))
        if self._window.holds(first, last + 1):
            rows = [self._window.get(index) for index in range(first, last + 1)]
            self._set_selection({*base, *(row.key for row in rows if row is not None)})
        else:
            self.run_worker(
                self._select_between(base, first, last + 1), group="grid-select", exclusive=True
            )

    async def _select_between(self, base: frozenset[str], first: int, last: int) -> None:
        self._set_selection({*base, *await self._keys_between(first, last)})

    async def _selected_rows(self) -> list[Row]:
        """The selected rows in the order of the source."""
        source = self._source
        if source is None:
            return []
        wanted = set(self._selected)
        held = [row for row in self._window.rows if row.key in wanted]
        if len(held) == len(wanted):
            return held
        found: list[Row] = []
        if len(wanted) <= _FEW:
            places = [await source.position(key) for key in wanted]
            for place in sorted(place for place in places if place is not None):
                found.extend(await source.window(place, place + 1))
            return found
        for first in range(0, self._window.count, _CHUNK):
            rows = await source.window(first, first + _CHUNK)
            found.extend(row for row in rows if row.key in wanted)
        return found

    async def selected_keys(self) -> list[str]:
        """The selection in the order of the source; what the source has no more comes last."""
        wanted = set(self._selected)
        keys = [row.key for row in self._window.rows if row.key in wanted]
        if len(keys) < len(wanted):
            all_keys = await self._keys_between(0, self._window.count)
            keys = [key for key in all_keys if key in wanted]
        return keys + sorted(wanted.difference(keys))

    async def _keys_between(self, first: int, last: int) -> list[str]:
        source = self._source
        if source is None:
            return []
        if first <= 0 and last >= self._window.count and isinstance(source, KeyedSource):
            return list(await source.keys())
        keys: list[str] = []
        while first < last:
            rows = await source.window(first, min(last, first + _CHUNK))
            if not rows:
                break
            keys.extend(row.key for row in rows)
            first += len(rows)
        return keys

    async def _prune_selection(self) -> None:
        """Rows that no longer pass must not be acted on unseen: they leave the selection."""
        source, selected = self._source, self._selected
        if not selected or source is None:
            return
        if len(selected) <= _FEW:
            there = {key for key in selected if await source.position(key) is not None}
        else:
            there = selected & set(await self._keys_between(0, self._window.count))
        if selected is self._selected:
            self._set_selection(there)
