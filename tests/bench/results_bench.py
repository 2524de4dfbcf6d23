"""A hunting answer of 100,000 rows: read, first rows, sort, filter, pages, chart, export.

Each step says how long it took, and for how long the loop was held meanwhile. Reading and the
CSV export stand beside what DuckDB alone takes for the same in this run.

    python tests/bench/results_bench.py [--rows N]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import duckdb

from tui.hunting.export import write
from tui.hunting.results import ResultSet
from tui.rows import SortKey

SCHEMA = {
    "Timestamp": "DateTime",
    "DeviceName": "String",
    "ActionType": "String",
    "FileName": "String",
    "FolderPath": "String",
    "SHA256": "String",
    "ProcessCommandLine": "String",
    "ProcessId": "Int64",
    "AccountName": "String",
    "AdditionalFields": "Object",
}
_BEAT = 0.001


def row(at: int) -> dict[str, Any]:
    """The row of this place."""
    return {
        "Timestamp": f"2026-11-{1 + at % 28:02}T{at % 24:02}:{at % 60:02}:{at % 59:02}.1234567Z",
        "DeviceName": f"wks-{at % 4096:04}.contoso.com",
        "ActionType": ("ProcessCreated", "FileCreated", "LogonFailed")[at % 3],
        "FileName": f"file{at % 977}.exe",
        "FolderPath": "C:\\Windows\\System32\\" + "d" * (at % 40),
        "SHA256": f"{at * 2654435761:064x}",
        "ProcessCommandLine": f"powershell.exe -nop -c {'x' * (at % 120)}",
        "ProcessId": at * 7 % 65536,
        "AccountName": f"user{at % 300}",
        "AdditionalFields": {"Count": at % 9, "Tags": ["a", "b"]},
    }


def answer(path: Path, rows: int) -> None:
    """The answer of the service, in a file."""
    schema = [{"name": name, "type": type} for name, type in SCHEMA.items()]
    with path.open("w") as file:
        file.write(f'{{"schema": {json.dumps(schema)}, "results": [')
        for at in range(rows):
            file.write((", " if at else "") + json.dumps(row(at)))
        file.write("]}")


async def timed(work: Callable[[], Awaitable[Any]]) -> tuple[Any, float, float]:
    """What a piece of work gives, its seconds, and the longest that the loop was held."""
    held = 0.0
    ended = False

    async def beat() -> None:
        nonlocal held
        while not ended:
            begun = time.perf_counter()
            await asyncio.sleep(_BEAT)
            held = max(held, time.perf_counter() - begun - _BEAT)

    beating = asyncio.ensure_future(beat())
    await asyncio.sleep(0)
    begun = time.perf_counter()
    made = await work()
    seconds = time.perf_counter() - begun
    ended = True
    await beating
    return made, seconds, held


def duckdb_alone(directory: Path, rows: int) -> tuple[float, float]:
    """Seconds that DuckDB takes to read the bare rows, and to write them as CSV."""
    bare = directory / "bare.json"
    with bare.open("w") as file:
        file.writelines(json.dumps(row(at)) + "\n" for at in range(rows))
    spec = ", ".join(f"{name}: 'VARCHAR'" for name in SCHEMA)
    with duckdb.connect() as connection:
        begun = time.perf_counter()
        connection.execute(
            f"CREATE TABLE t AS SELECT * FROM read_json('{bare}', columns = {{{spec}}})"
        )
        read = time.perf_counter() - begun
        begun = time.perf_counter()
        connection.execute(f"COPY t TO '{directory / 'alone.csv'}' (FORMAT csv)")
        return read, time.perf_counter() - begun


async def main(rows: int) -> None:
    """Measure, and print a table."""
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        body = directory / "body.json"
        answer(body, rows)
        read, copied = duckdb_alone(directory, rows)
        result, seconds, held = await timed(lambda: ResultSet.load(body, directory=directory))
        source = result.source()
        lines = [("read the answer", seconds, held, f"{seconds / read:.2f} × DuckDB alone")]

        async def note(name: str, work: Callable[[], Awaitable[Any]], beside: float = 0.0) -> None:
            _, seconds, held = await timed(work)
            ratio = f"{seconds / beside:.2f} × DuckDB alone" if beside else ""
            lines.append((name, seconds, held, ratio))

        await note("first page", lambda: source.window(0, 120))
        await note("sort by time", lambda: source.sort([SortKey("c0", True)]))
        await note("a page in the middle", lambda: source.window(rows // 2, rows // 2 + 120))
        await note("filter by a word in any column", lambda: source.filter("file97"))
        await note("without filter and order", lambda: source.filter(""))
        await source.sort([])
        await note("how a column is spread", lambda: source.distinct("c7", 8))
        await note("rows over time, by action", lambda: source.over_time("c0", "c2", 8))
        await note("20,000 rows for a chart", lambda: source.values_of(["c0", "c7"], 20_000))
        for form in ("csv", "json", "parquet", "table"):
            target = directory / f"out.{form}"

            def export(form: Any = form, target: Path = target) -> Awaitable[int]:
                return write(result, target, form)

            await note(f"export {form}", export, copied if form == "csv" else 0.0)
        result.close()
        print(f"| {rows:,} rows, {body.stat().st_size / 1e6:.0f} MB | seconds | loop held | |")
        print("| --- | ---: | ---: | --- |")
        for name, seconds, held, ratio in lines:
            print(f"| {name} | {seconds:.3f} | {held * 1000:.0f} ms | {ratio} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().rows))
