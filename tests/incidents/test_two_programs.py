"""Two programs on one cache and tenant, each in its own process: both stay right."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.incidents import journaled
from tests.incidents.killed_http import opened
from tests.incidents.neighbour import Neighbour
from tui.api.records import IncidentChange
from tui.incidents import upkeep
from tui.incidents.queue import Queue

API = "graph"


@dataclass
class Both:
    here: Queue
    there: Neighbour
    journal: Path
    keys: list[str]

    def counted(self) -> Counter[str]:
        """How often each tag and comment was written at the service."""
        said: Counter[str] = Counter()
        for line in journaled.lines(self.journal):
            said[line["comment"] if "comment" in line else line["tags"][0]] += 1
        return said


@pytest.fixture(scope="module")
def tenant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    journal = tmp_path_factory.mktemp("tenant") / "journal"
    with journaled.served(journal) as origin:
        yield origin, journal


@pytest.fixture
async def both(
    tenant: tuple[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Both]:
    monkeypatch.setattr(upkeep, "_LOOK_SECONDS", 0.02)
    origin, journal = tenant
    async with (
        opened(tmp_path, origin, API) as here,
        Neighbour(tmp_path, origin, API) as there,
    ):
        there.tell("sync")
        await here.sync()
        await there._heard()
        yield Both(here, there, journal, await here.source().keys())


async def until(queue: Queue, seen: Callable[[], object]) -> None:
    """Wait until something is so, looked at whenever the queue says that rows changed."""
    told = asyncio.Event()
    leave = queue.subscribe(lambda _: told.set())
    async with asyncio.timeout(60):
        while not await seen():  # type: ignore[misc]
            await told.wait()
            told.clear()
    leave()


async def test_both_may_fill_the_cache_at_once(both: Both) -> None:
    assert len(both.keys) == journaled.INCIDENTS == await both.here.total()
    await both.here.derived()
    source = both.here.source()
    for key in both.keys:
        one = await both.here.incident(key)
        assert one is not None
        await source.filter(f"id:{key}")
        assert await source.count() == 1
    damage = await both.here.cache.run(
        lambda connection: connection.execute("PRAGMA integrity_check").fetchone()
    )
    assert damage == ("ok",)


async def test_what_one_does_the_other_shows(both: Both) -> None:
    key = both.keys[0]

    async def shown() -> bool:
        one = await both.here.incident(key)
        return one is not None and one.tags == ("shown",)

    both.there.tell("edit", [key], "shown")
    await until(both.here, shown)
    await both.there._heard()
    await both.there.ask("delivered")
    assert await both.here.outbox() == []
    edits = await both.here.history(key)
    assert [edit.state for edit in edits] == ["confirmed"]


async def test_both_deliver_and_nothing_goes_twice(both: Both) -> None:
    for number in range(6):
        both.there.tell("comment", both.keys, f"there {number}")
        await both.here.edit(both.keys, IncidentChange(comment=f"here {number}"))
        await both.there._heard()
    await both.there.ask("delivered")
    await both.here.delivered()
    await both.there.ask("delivered")
    assert await both.here.outbox() == []
    said = both.counted()
    for number in range(6):
        for who in ("here", "there"):
            assert said[f"{who} {number}"] == len(both.keys)
    history = await both.here.history(both.keys[0])
    order = [edit.change.comment for edit in history if edit.change.comment]
    there = [
        line["comment"]
        for line in journaled.lines(both.journal)
        if line["id"] == both.keys[0] and "comment" in line
    ]
    assert there[-len(order) :] == order


async def test_what_a_killed_one_was_sending_the_other_delivers_once(both: Both) -> None:
    both.there.tell("comment", both.keys, "left behind")
    await both.there._heard()
    both.there.kill()
    async with asyncio.timeout(60):
        while await both.here.outbox():
            await both.here.sync()
            await both.here.delivered()
    assert both.counted()["left behind"] == len(both.keys)
