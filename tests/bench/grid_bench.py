"""Key to frame: the grid over 100,000 rows against Textual's DataTable of 1,000.

Both applications run in this process, in turn, on a driver that takes the terminal codes
and throws them away. A key is sent, and the clock stops when codes were written that hold
the row where the cursor must be. Frames may follow each other by a millisecond (Textual's
default of sixty a second would hide all work behind its timer).

    python tests/bench/grid_bench.py [--rows N] [--rounds N] [--no-speedups]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

if __name__ == "__main__":
    # Read by Textual as it is imported.
    os.environ["TEXTUAL_FPS"] = "1000"
    if "--no-speedups" in sys.argv:
        os.environ["TEXTUAL_SPEEDUPS"] = "0"
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from textual import events
from textual.app import App, ComposeResult
from textual.drivers.headless_driver import HeadlessDriver
from textual.widget import Widget
from textual.widgets import DataTable

from tui.rows import Column, Row, SortKey
from tui.ui.widgets.grid import Grid

SIZE = (120, 40)
COLUMNS = (
    Column("id", "ID", pinned=True),
    Column("severity", "Sev"),
    Column("status", "Status"),
    Column("name", "Name", fill=True),
    Column("alerts", "Alerts", "number"),
    Column("owner", "Owner"),
    Column("age", "Age"),
)


def values(index: int) -> tuple[object, ...]:
    """The row of this place; its ID is what the clock waits for."""
    name = f"Human-operated ransomware on WKS-{index % 4096:04d}"
    owner = ("you", "d.ito", "m.ruiz")[index % 3]
    return (f"#{index:06d}", "▲ H", "● active", name, index % 31, owner, f"{index % 24}h")


class Held:
    """A source that is a list."""

    columns = COLUMNS
    order: Sequence[SortKey] = ()

    def __init__(self, count: int) -> None:
        self._rows = [Row(str(index), values(index)) for index in range(count)]

    async def count(self) -> int:
        return len(self._rows)

    async def window(self, first: int, last: int) -> Sequence[Row]:
        return self._rows[first:last]

    async def position(self, key: str) -> int | None:
        return int(key)

    async def sort(self, order: Sequence[SortKey]) -> None:
        return None

    async def filter(self, text: str) -> None:
        return None


class Stored(Held):
    """A source that is an SQLite table behind a thread of its own."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._thread = ThreadPoolExecutor(1)
        self._connection = self._thread.submit(self._fill, count).result()

    def _fill(self, count: int) -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:")
        names = ", ".join(column.key for column in COLUMNS)
        connection.execute(f"create table t (place integer primary key, {names})")
        connection.executemany(
            "insert into t values (?, ?, ?, ?, ?, ?, ?, ?)",
            ((index, *values(index)) for index in range(count)),
        )
        return connection

    def _window(self, first: int, last: int) -> Sequence[Row]:
        query = "select * from t order by place limit ? offset ?"
        found = self._connection.execute(query, (last - first, first))
        return [Row(str(row[0]), row[1:]) for row in found]

    async def count(self) -> int:
        return self._count

    async def window(self, first: int, last: int) -> Sequence[Row]:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._window, first, last)


class Sink(HeadlessDriver):
    """Takes terminal codes like a terminal, and waits for words in them."""

    waited = ""
    seen: asyncio.Event

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        if self.waited and self.waited in data:
            self.waited = ""
            self.seen.set()


class Bench(App[None]):
    """One table and nothing else."""

    def __init__(self, table: Widget, start: Callable[[Bench], object]) -> None:
        super().__init__(driver_class=Sink)
        self._table = table
        self._start = start
        self.times: dict[str, list[tuple[float, float]]] = {}

    def compose(self) -> ComposeResult:
        yield self._table

    async def on_mount(self) -> None:
        started = self._start(self)
        if asyncio.iscoroutine(started):
            await started
        self._table.focus()
        self.run_worker(self.measure())

    async def press(self, key: str, index: int) -> tuple[float, float]:
        """Press a key, and wait for the frame with the row of this place in it."""
        driver = self._driver
        assert isinstance(driver, Sink)
        driver.seen = asyncio.Event()
        driver.waited = f"#{index:06d}"
        worked, started = time.process_time(), time.perf_counter()
        self.post_message(events.Key(key, None))
        await asyncio.wait_for(driver.seen.wait(), 10)
        taken = time.perf_counter() - started, time.process_time() - worked
        # What is done ahead, after the frame, is not part of the next key.
        await asyncio.sleep(0.012)
        return taken

    async def measure(self) -> None:
        count = self.row_total
        await asyncio.sleep(0.3)
        self.times["down"] = [await self.press("down", index) for index in range(1, 120)]
        await self.press("ctrl+home", 0)
        page, index = SIZE[1] - 1, 0
        pages = self.times["pagedown"] = []
        while index + page < min(count, 1000) - page:
            index += page
            pages.append(await self.press("pagedown", index))
        await self.press("ctrl+home", 0)
        ends = self.times["end"] = []
        for _ in range(20):
            ends.append(await self.press("ctrl+end", count - 1))
            await self.press("ctrl+home", 0)
        self.exit()

    row_total = 0


async def run(table: Widget, start: Callable[[Bench], object], count: int) -> Bench:
    """The times of one application."""
    app = Bench(table, start)
    app.row_total = count
    await app.run_async(size=SIZE, mouse=False)
    return app


def fill_table(table: DataTable[object]) -> Callable[[Bench], object]:
    """Give Textual's table its thousand rows."""

    def start(app: Bench) -> None:
        table.add_columns(*(column.title for column in COLUMNS))
        for index in range(1000):
            table.add_row(*values(index), key=str(index))

    return start


async def compare(rows: int, rounds: int) -> None:
    """Measure all in turn, several times, and print the table of ratios."""
    sources = {"list": Held(rows), "SQLite": Stored(rows)}
    taken: dict[str, dict[str, list[tuple[float, float]]]] = {}
    for _ in range(rounds):
        table: DataTable[object] = DataTable(cursor_type="row")
        apps = {"DataTable": await run(table, fill_table(table), 1000)}
        for name, source in sources.items():
            grid = Grid()
            apps[name] = await run(grid, lambda _, g=grid, s=source: g.show(s), rows)
        for name, app in apps.items():
            for key, times in app.times.items():
                taken.setdefault(name, {}).setdefault(key, []).extend(times)
    print(f"| key | clock | DataTable, 1,000 rows | {rows:,} rows from | ms | ratio |")
    print("| --- | --- | ---: | --- | ---: | ---: |")
    for key in ("down", "pagedown", "end"):
        for place, clock in enumerate(("to frame", "processor")):
            base = statistics.median(time[place] for time in taken["DataTable"][key])
            for name in sources:
                ours = statistics.median(time[place] for time in taken[name][key])
                print(
                    f"| {key} | {clock} | {base * 1000:.2f} ms | {name} "
                    f"| {ours * 1000:.2f} | {ours / base:.2f} |"
                )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--no-speedups", action="store_true", help="without textual-speedups")
    options = parser.parse_args()
    asyncio.run(compare(options.rows, options.rounds))


if __name__ == "__main__":
    main()
