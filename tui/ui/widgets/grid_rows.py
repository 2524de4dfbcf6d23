"""The rows that a grid holds: one stretch of the source around what is seen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from tui.rows import Row, RowSource

SCREENS = 2
"""Screens of rows that are fetched ahead on each side of the view."""


class RowWindow:
    """A stretch of rows, fetched as the view moves; never more than a few screens.

    At most one fetch runs. A view that the running fetch does not cover cancels it.

    Args:
        on_rows: Called when rows came.
        on_failure: Called with what the source raised.
    """

    def __init__(
        self, on_rows: Callable[[], None], on_failure: Callable[[Exception], None]
    ) -> None:
        self._on_rows = on_rows
        self._on_failure = on_failure
        self._source: RowSource | None = None
        self._rows: Sequence[Row] = ()
        self._first = 0
        self._task: asyncio.Task[None] | None = None
        self._asked = (0, 0)
        self.count = 0
        """Rows of the source, as far as is known."""

    @property
    def busy(self) -> bool:
        """Whether a fetch is under way."""
        return self._task is not None

    @property
    def first(self) -> int:
        """Where the held rows begin."""
        return self._first

    @property
    def rows(self) -> Sequence[Row]:
        """The held rows."""
        return self._rows

    def replace(
        self, source: RowSource | None, count: int, first: int, rows: Sequence[Row]
    ) -> None:
        """Hold these rows of this source instead; a running fetch is of no more use."""
        self.cancel()
        self._source = source
        self.count = count
        self._first = first
        self._rows = rows

    def cancel(self) -> None:
        """Give up the running fetch."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def get(self, index: int) -> Row | None:
        """The row at this place, if it is held."""
        place = index - self._first
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def holds(self, first: int, last: int) -> bool:
        """Whether all rows from `first` up to `last` that exist are held."""
        last = min(last, self.count)
        first = max(first, 0)
        return first >= last or (self._first <= first and last <= self._first + len(self._rows))

    def stretch(self, first: int, height: int) -> tuple[int, int]:
        """What to fetch for a view of `height` rows that begins at `first`."""
        ahead = SCREENS * max(height, 1)
        return max(0, first - ahead), min(self.count, first + height + ahead)

    def look(self, first: int, height: int) -> bool:
        """The view is here now: fetch what it lacks, and what lies ahead.

        Returns:
            Whether all rows of the view are held.
        """
        last = first + height
        begin, end = self._asked
        if not (begin <= max(first, 0) and min(last, self.count) <= end):
            # Its rows would take the place of those that are seen.
            self.cancel()
        held = self.holds(first, last)
        if self._task is not None or (held and self.holds(first - height, last + height)):
            return held
        self._asked = self.stretch(first, height)
        self._task = asyncio.get_running_loop().create_task(self._fetch(*self._asked))
        return held

    async def _fetch(self, first: int, last: int) -> None:
        source = self._source
        task = asyncio.current_task()
        if source is None:
            return
        try:
            rows = await source.window(first, last)
        except asyncio.CancelledError:
            if self._task is task:
                self._task = None
            raise
        except Exception as error:
            if self._task is task:
                self._task = None
                self._on_failure(error)
            return
        if self._task is not task:
            return
        self._task = None
        if len(rows) < last - first:
            self.count = first + len(rows)
        self._first, self._rows = first, rows
        self._on_rows()
