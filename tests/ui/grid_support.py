"""Sources and an application for the tests of the grid."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual.app import App, ComposeResult
from textual.message import Message

from tui.rows import Column, Row, SortKey
from tui.ui.widgets.grid import Grid

COLUMNS = (
    Column("id", "ID", pinned=True),
    Column("name", "Name", fill=True, least=8),
    Column("alerts", "Alerts", "number"),
    Column("owner", "Owner"),
)


def row(number: int) -> Row:
    """Row `k7` is `#7`, `incident 7`, 7 alerts, nobody's."""
    return Row(f"k{number}", (f"#{number}", f"incident {number}", number, None))


class Source:
    """Rows in a list; remembers what it was asked."""

    def __init__(self, rows: Sequence[Row], columns: Sequence[Column] = COLUMNS) -> None:
        self.rows = list(rows)
        self.kept = list(rows)
        self.columns = tuple(columns)
        self.order: tuple[SortKey, ...] = ()
        self.windows: list[tuple[int, int]] = []

    async def count(self) -> int:
        return len(self.rows)

    async def window(self, first: int, last: int) -> Sequence[Row]:
        self.windows.append((first, last))
        return self.rows[first:last]

    async def position(self, key: str) -> int | None:
        return next((at for at, each in enumerate(self.rows) if each.key == key), None)

    async def sort(self, order: Sequence[SortKey]) -> None:
        self.order = tuple(order)
        self.rows = list(self.kept)
        for key in reversed(self.order):
            at = [column.key for column in self.columns].index(key.key)
            self.rows.sort(key=lambda each: str(each.values[at]), reverse=key.descending)

    async def filter(self, text: str) -> None:
        self.rows = [each for each in self.kept if text in str(each.values)]


class SlowSource(Source):
    """Windows are answered only while the gate is open."""

    def __init__(self, rows: Sequence[Row], columns: Sequence[Column] = COLUMNS) -> None:
        super().__init__(rows, columns)
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = asyncio.Event()
        self.running = 0
        self.most_running = 0
        self.cancelled = 0

    async def window(self, first: int, last: int) -> Sequence[Row]:
        self.running += 1
        self.most_running = max(self.running, self.most_running)
        self.asked.set()
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1
        return await super().window(first, last)


def many(count: int) -> list[Row]:
    """Rows `k0` to `k{count - 1}`."""
    return [row(number) for number in range(count)]


class GridApp(App[None]):
    """One grid over a source; keeps its messages."""

    def __init__(self, source: Source | None, grid: Grid | None = None) -> None:
        super().__init__()
        self.source = source
        self.grid = grid or Grid()
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.grid

    async def on_mount(self) -> None:
        self.grid.focus()
        if self.source is not None:
            await self.grid.show(self.source)

    def heard_of(self, kind: type[Message]) -> list[Message]:
        """The messages of a kind, in order."""
        return [message for message in self.heard if isinstance(message, kind)]

    def on_grid_row_highlighted(self, message: Grid.RowHighlighted) -> None:
        self.heard.append(message)

    def on_grid_row_opened(self, message: Grid.RowOpened) -> None:
        self.heard.append(message)

    def on_grid_selection_changed(self, message: Grid.SelectionChanged) -> None:
        self.heard.append(message)

    def on_grid_copied(self, message: Grid.Copied) -> None:
        self.heard.append(message)

    def on_grid_sort_changed(self, message: Grid.SortChanged) -> None:
        self.heard.append(message)

    def on_grid_load_failed(self, message: Grid.LoadFailed) -> None:
        self.heard.append(message)


def lines(grid: Grid) -> list[str]:
    """The text of every line of the grid, as it would be drawn now."""
    return [grid.render_line(y).text for y in range(grid.size.height)]


def cursor_line(grid: Grid) -> int:
    """The line with the bar of the cursor."""
    return next(y for y, text in enumerate(lines(grid)) if text.startswith("▌"))
