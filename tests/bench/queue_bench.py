"""Times of the queue with 100,000 incidents, as ratios to what could not be quicker.

Run by hand: `python tests/bench/queue_bench.py [incidents]`.
"""

from __future__ import annotations

import asyncio
import gc
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from queue_cache import NOW, build_cache, incident_json

from tui.api.decode import decode_incident
from tui.api.protocols import Page
from tui.auth.profiles import Profile
from tui.incidents.cache import path_for
from tui.incidents.queue import Queue
from tui.rows import SortKey

PROFILE = Profile(name="bench", tenant_id="bench.example", client_id="bench", api="graph")
SYNCED = 10_000


ORDER = "created DESC, number DESC, id DESC"


def _word(word: str) -> str:
    """By hand: the trigrams of a word in the index, then the word in each text."""
    trigrams = " AND ".join(f'"{word[at : at + 3]}"' for at in range(len(word) - 2))
    text = "(SELECT text FROM search WHERE search.n = incident.n)"
    return (
        f"+n IN (SELECT rowid FROM words WHERE words MATCH '{trigrams}')"
        f" AND instr({text}, '{word}') > 0"
    )


FILTERS = (
    ("sev:high", "+severity_key = 'high'"),
    ("-status:closed assigned:none", "status_key <> 'resolved' AND owner_key = ''"),
    ("ransomware", _word("ransomware")),
    ("wks-0142", _word("wks-0142")),
    ("activity", _word("activity")),
    ("nothinglikethis", _word("nothinglikethis")),
    (
        "tactic:CA",
        "+n IN (SELECT n FROM held WHERE f ="
        " (SELECT f FROM label WHERE kind = 'tactic' AND folded = 'credentialaccess'))",
    ),
    (
        "device:wks-0142",
        "n IN (SELECT n FROM held WHERE f IN"
        " (SELECT f FROM label WHERE kind = 'device' AND instr(folded, 'wks-0142')))",
    ),
)
"""Filters, and the same as conditions written by hand."""


async def _timed(work: Callable[[], Awaitable[object]], times: int = 5) -> float:
    """Milliseconds of the quickest of several runs."""
    best = float("inf")
    for _ in range(times):
        start = perf_counter()
        await work()
        best = min(best, perf_counter() - start)
    return best * 1000


def _best(work: Callable[[], object], times: int = 5) -> float:
    best = float("inf")
    for _ in range(times):
        start = perf_counter()
        work()
        best = min(best, perf_counter() - start)
    return best * 1000


def _bare(path: Path, statement: str) -> float:
    connection = sqlite3.connect(path)
    best = _best(lambda: connection.execute(statement).fetchall())
    connection.close()
    return best


class _Service:
    """Serves synthetic pages; decoding happens here, as in the real one."""

    dialect = "graph"
    supports: frozenset[str] = frozenset()

    def __init__(self, count: int) -> None:
        self._rows = [incident_json(number, count, alerts=3) for number in range(1, count + 1)]

    async def pages(self, **_: object) -> AsyncIterator[Page]:
        for start in range(0, len(self._rows), 50):
            await asyncio.sleep(0)
            part = self._rows[start : start + 50]
            yield Page(tuple(map(decode_incident, part)), len(self._rows))


class _Session:
    def now(self) -> datetime:
        return NOW

    def current(self, resource: str) -> None:
        return None


class _Connection:
    dialect = "graph"
    session = _Session()

    def __init__(self, service: _Service) -> None:
        self.incidents = service


async def _worst_block(work: Awaitable[object]) -> tuple[float, float]:
    """Seconds that the work took, and the longest time the loop answered nobody in it."""
    worst, ended = 0.0, False

    async def watch() -> None:
        nonlocal worst
        before = perf_counter()
        while not ended:
            await asyncio.sleep(0.001)
            worst = max(worst, perf_counter() - before - 0.001)
            before = perf_counter()

    watcher = asyncio.create_task(watch())
    start = perf_counter()
    await work
    seconds = perf_counter() - start
    ended = True
    await watcher
    return seconds, worst


async def _cached(directory: Path, count: int) -> list[tuple[str, float, str, float]]:
    path = path_for(PROFILE, directory, "graph")
    assert path is not None
    build_cache(path, count)
    lines: list[tuple[str, float, str, float]] = []

    opened: list[Queue] = []

    async def open_and_show() -> None:
        queue = await Queue.open(None, PROFILE, directory=directory)
        opened.append(queue)
        await queue.source().window(0, 40)

    head = "SELECT n, id, name FROM incident ORDER BY created DESC, number DESC, id DESC LIMIT 40"

    def bare_open() -> None:
        connection = sqlite3.connect(path)
        connection.execute(head).fetchall()
        connection.close()

    bare_head = _best(bare_open)
    took = await _timed(open_and_show)
    lines.append(("open, first window", took, "bare open and query", bare_head))
    for queue in opened:
        await queue.close()
    queue = await Queue.open(None, PROFILE, directory=directory)
    source = queue.source()
    await source.position("1")
    middle = count * 3 // 5
    deep = f"{head} OFFSET {middle}"
    lines.append(
        (
            "window far down",
            await _timed(lambda: source.window(middle, middle + 40)),
            "bare OFFSET query",
            _bare(path, deep),
        )
    )

    def filtered(text: str) -> Callable[[], Awaitable[object]]:
        async def work() -> None:
            await source.filter(text)
            await source.window(0, 40)

        return work

    def counted(text: str) -> Callable[[], Awaitable[object]]:
        async def work() -> None:
            await source.filter(text)
            await source.window(0, 40)
            await source.count()

        return work

    # The bare queries read what a window shows, by the quickest way that was found by hand.
    shown = ("n", "id", "status_key", "owner_key", "unread", "severity", "status", "name")
    read = ", ".join((*shown, "alerts", "owner", "created"))
    rows = f"SELECT {read} FROM incident WHERE {{}} ORDER BY {ORDER} LIMIT 40"
    numbers = f"SELECT n FROM incident WHERE {{}} ORDER BY {ORDER}"
    for text, where in FILTERS:
        bare = _bare(path, rows.format(where))
        first = await _timed(filtered(text))
        await source.count()
        lines.append((f"filter {text}: first window", first, "bare query of 40 rows", bare))
        both = bare + _bare(path, numbers.format(where))
        took = await _timed(counted(text))
        lines.append((f"filter {text}: and all in order", took, "bare queries of both", both))
    for text in ("", "sev:high"):
        took = await _timed(lambda text=text: queue.facets(text))  # type: ignore[misc]
        lines.append((f"facets of {text or 'everything'}", took, "–", 0.0))

    async def by_name() -> None:
        await source.sort([SortKey("name")])
        await source.window(0, 40)

    await source.filter("")
    plain = "SELECT n, id, name FROM incident ORDER BY name_key LIMIT 40"
    lines.append(("sort by name", await _timed(by_name), "bare query", _bare(path, plain)))
    await queue.close()
    return lines


async def _synced(directory: Path) -> tuple[float, float]:
    service = _Service(SYNCED)
    # The fake's own store is no part of what is measured: keep the collector off it.
    gc.collect()
    gc.freeze()
    queue = await Queue.open(
        _Connection(service),  # type: ignore[arg-type]
        PROFILE,
        directory=directory / "sync",
    )
    took = await _worst_block(queue.sync())
    await queue.close()
    return took


async def main(count: int) -> None:
    """Measure and print a Markdown table."""
    with tempfile.TemporaryDirectory() as name:
        lines = await _cached(Path(name), count)
        seconds, worst = await _synced(Path(name))
    print(f"Queue with {count:,} incidents cached, {datetime.now(UTC):%Y-%m-%d}\n")
    print("| measure | ms | against | ms | ratio |\n| --- | ---: | --- | ---: | ---: |")
    for what, took, against, other in lines:
        ratio = f"{took / other:.2f}" if other else "–"
        print(f"| {what} | {took:.1f} | {against} | {other:.1f} | {ratio} |")
    print(
        f"\nSync of {SYNCED:,} incidents with 3 alerts each from a fake service:"
        f" {seconds:.1f} s, loop blocked at most {worst * 1000:.0f} ms (goal: under 50 ms)."
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
