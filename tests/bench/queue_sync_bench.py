"""First fill and refresh over real HTTP, against the same requests without us.

Run by hand from the project's root: `python tests/bench/queue_sync_bench.py [incidents]`. The
demo tenant runs in a process of its own and is asked once before anything is measured, so
that both sides meet it warm. Both sides take turns, and the medians are compared. How much
of the bare time is the tenant's own is printed as well: it answers one request at a time. The
bare requests are made as httpx makes them by itself: see `bare`.
"""

from __future__ import annotations

import asyncio
import gc
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

import httpx
import msgspec

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parent))

from queue_cache import build_cache

from tui.api.service import Connection, connect
from tui.auth.clouds import custom_cloud
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.session import Session
from tui.config import HostTable
from tui.demo.identity import applications
from tui.incidents import store
from tui.incidents.cache import path_for
from tui.incidents.facts import ticks
from tui.incidents.queue import Queue
from tui.incidents.schema import open_file

PORT = 8797
ORIGIN = f"http://127.0.0.1:{PORT}"
CACHED = 100_000
ROUNDS = 3


@contextmanager
def served(count: int) -> Iterator[None]:
    """A demo tenant in a process of its own."""
    command = ["demo", "serve", "--port", str(PORT), "--unlimited", "--incidents", str(count)]
    with subprocess.Popen(
        [sys.executable, "-m", "tui", *command], stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stderr is not None
        server.stderr.readline()
        try:
            yield
        finally:
            server.terminate()


def profile(api: str) -> Profile:
    """Whoever may do everything in the demo tenant."""
    app = applications()[0]
    return Profile(
        name="bench",
        tenant_id=app.tenant_id,
        client_id=app.client_id,
        cloud=custom_cloud(HostTable(authority=ORIGIN)),
        api=api,  # type: ignore[arg-type]
        credential="prompt",
        given_secret=Secret(app.client_secret),
    )


@asynccontextmanager
async def connected(api: str) -> AsyncIterator[Connection]:
    """A connection that spaces nothing, as the tenant has no quotas."""
    session = Session(profile(api))
    connection = await connect(session, spaced=False)
    try:
        yield connection
    finally:
        await connection.close()
        await session.close()


@contextmanager
def bare() -> Iterator[None]:
    """Without what our client spares httpx: a search of the disk for sniffio (tui.auth.http)."""
    spared = sys.modules.pop("sniffio", None)
    try:
        yield
    finally:
        sys.modules["sniffio"] = spared  # type: ignore[assignment]


def first_url(api: str) -> str:
    """The list as the queue asks for it."""
    if api == "graph":
        query = "$top=50&$orderby=createdDateTime%20desc&$expand=alerts"
        return f"{ORIGIN}/v1.0/security/incidents?{query}"
    return f"{ORIGIN}/api/incidents?$top=100"


async def bare_list(client: httpx.AsyncClient, url: str) -> tuple[int, float]:
    """All pages, downloaded and parsed and nothing more; with the seconds of our own work."""
    count, first = 0, url
    began = process_time()
    while url:
        answer = await client.get(url)
        page = msgspec.json.decode(answer.content)
        count += len(page["value"])
        following = page.get("@odata.nextLink")
        url = following or (f"{first}&$skip={count}" if page["value"] and "$top=100" in url else "")
    return count, process_time() - began


async def measure(api: str, directory: Path) -> None:
    """Print the lines of one dialect."""
    async with connected(api) as connection:
        token = await connection.session.token(connection.dialect)
        headers = {"Authorization": f"Bearer {token.value.reveal()}"}
        async with httpx.AsyncClient(headers=headers, timeout=60) as client:
            await bare_list(client, first_url(api))
            fills: list[float] = []
            founds: list[float] = []
            bares: list[float] = []
            tenants: list[float] = []
            for number in range(ROUNDS):
                gc.collect()
                start = perf_counter()
                with bare():
                    count, ours = await bare_list(client, first_url(api))
                bares.append(perf_counter() - start)
                tenants.append(bares[-1] - ours)
                queue = await Queue.open(
                    connection, profile(api), directory=directory / f"{api}{number}"
                )
                gc.collect()
                start = perf_counter()
                result = await queue.sync()
                fills.append(perf_counter() - start)
                assert result.fetched == count == await queue.total()
                await queue.derived()
                founds.append(perf_counter() - start)
                assert queue.behind == 0
                await queue.close()
            against = "same pages, parsed"
            _line(f"{api}: first fill of {count:,}", fills, against, bares)
            _line(f"{api}: until words and entities are found too", founds, against, bares)
            _line(f"{api}: of the bare download, waiting for the tenant", tenants, against, bares)
            await refresh(api, connection, client, directory)


async def refresh(
    api: str, connection: Connection, client: httpx.AsyncClient, directory: Path
) -> None:
    """One incident changed; 100,000 are cached."""
    path = path_for(profile(api), directory / f"{api}-many", connection.dialect)
    assert path is not None
    build_cache(path, CACHED)
    opened = open_file(path).connection
    store.set_meta(opened, "complete_to", ticks(datetime.now(UTC)))
    opened.close()
    queue = await Queue.open(connection, profile(api), directory=directory / f"{api}-many")
    await queue.sync()
    page = await anext(connection.incidents.pages(top=50))
    key = next(one.id for one in page.incidents if len(one.alerts) == 1)
    refreshed: list[float] = []
    bares: list[float] = []
    field = "lastUpdateDateTime" if api == "graph" else "lastUpdateTime"
    for number in range(60):
        since = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
        await connection.incidents.comment(key, f"Change {number}")
        start = perf_counter()
        result = await queue.sync()
        refreshed.append(perf_counter() - start)
        assert (result.fetched, result.changed) == (1, 1), result
        start = perf_counter()
        with bare():
            answer = await client.get(f"{first_url(api)}&$filter={field} ge {since}")
        bares.append(perf_counter() - start)
        assert len(msgspec.json.decode(answer.content)["value"]) == 1
    _line(f"{api}: refresh, 1 of {CACHED:,} changed", refreshed, "one bare request", bares)
    await queue.close()


def _line(what: str, took: list[float], against: str, other: list[float]) -> None:
    one, two = median(took) * 1000, median(other) * 1000
    print(f"| {what} | {one:.1f} | {against} | {two:.1f} | {one / two:.2f} |")


async def main(count: int) -> None:
    """Measure and print a Markdown table."""
    print("| measure | ms | against | ms | ratio |\n| --- | ---: | --- | ---: | ---: |")
    with tempfile.TemporaryDirectory() as name, served(count):
        for api in ("graph", "classic"):
            await measure(api, Path(name))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
