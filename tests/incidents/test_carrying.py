"""From one API to the other: the queue, what waits in the outbox, and what can be undone stay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.incidents.fakes import ME, PROFILE, FakeConnection, FakeService, incident
from tui.api.records import IncidentChange
from tui.errors import Unreachable
from tui.incidents.cache import CacheProblem, path_for
from tui.incidents.carrying import Carried, carry_over
from tui.incidents.queue import Queue

GRAPH = replace(PROFILE, api="graph")
CLASSIC = replace(PROFILE, api="classic")
AUTO = replace(PROFILE, api="auto")


@asynccontextmanager
async def opened(
    folder: Path, profile: object, service: FakeService | None = None
) -> AsyncIterator[Queue]:
    connection = None if service is None else FakeConnection(service)
    queue = await Queue.open(connection, profile, directory=folder, me=ME)  # type: ignore[arg-type]
    try:
        yield queue
    finally:
        await queue.close()


@pytest.fixture
def service() -> FakeService:
    found = FakeService(dialect="classic")
    found.add(incident(1, severity="high"), incident(2), incident(3))
    return found


async def with_edits(folder: Path, service: FakeService) -> None:
    """A classic queue with one edit delivered, and two that wait."""
    async with opened(folder, CLASSIC, service) as queue:
        await queue.sync()
        await queue.edit(["3"], IncidentChange(status="resolved"))
        await queue.delivered()
        service.faults += [Unreachable("x", "no network")] * 9
        await queue.edit(["1"], IncidentChange(assigned_to=ME))
        await queue.edit(["2"], IncidentChange(tags=("mine",)))
        await queue.delivered()
    service.faults.clear()


async def carried(folder: Path) -> Carried:
    return await asyncio.to_thread(carry_over, CLASSIC, folder)


async def test_a_first_move_takes_everything_along(tmp_path: Path, service: FakeService) -> None:
    await with_edits(tmp_path, service)
    assert await carried(tmp_path) == Carried(incidents=3, edits=2)
    async with opened(tmp_path, GRAPH) as queue:  # Without a connection: from the cache alone.
        assert await queue.total() == 3
        assert len(await queue.outbox()) == 2
        shown = await queue.incident("1")
        assert shown is not None
        assert shown.assigned_to == ME
    graph = FakeService(incidents=dict(service.incidents))
    async with opened(tmp_path, GRAPH, graph) as queue:
        await queue.sync()
        await queue.delivered()
        assert await queue.outbox() == []
    assert graph.incidents["1"].assigned_to == ME
    assert graph.incidents["2"].tags == ("mine",)
    assert ("list", None, None) in graph.calls, "all of it is read again"
    async with opened(tmp_path, CLASSIC, service) as queue:
        assert await queue.outbox() == []
        assert await queue.total() == 3
    assert service.incidents["1"].assigned_to is None, "nothing is sent twice"


async def test_a_queue_that_is_there_gets_the_edits(tmp_path: Path, service: FakeService) -> None:
    graph = FakeService(incidents=dict(service.incidents))
    async with opened(tmp_path, GRAPH, graph) as queue:
        await queue.sync()
        graph.faults += [Unreachable("x", "no network")] * 9
        await queue.edit(["3"], IncidentChange(tags=("before",)))
        await queue.delivered()
    graph.faults.clear()
    await with_edits(tmp_path, service)
    assert await carried(tmp_path) == Carried(incidents=0, edits=2)
    assert await carried(tmp_path) == Carried()
    async with opened(tmp_path, GRAPH, graph) as queue:
        await queue.sync()
        await queue.delivered()
        assert await queue.outbox() == []
    assert (graph.incidents["1"].assigned_to, graph.incidents["2"].tags) == (ME, ("mine",))
    assert graph.incidents["3"].tags == ("before",)


async def test_nothing_to_take(tmp_path: Path) -> None:
    assert await carried(tmp_path) == Carried()
    assert path_for(GRAPH, tmp_path, "graph") not in set(
        await asyncio.to_thread(tmp_path.glob, "*")
    )


async def test_a_file_that_is_damaged_loses_no_edit(tmp_path: Path, service: FakeService) -> None:
    await with_edits(tmp_path, service)
    path = path_for(GRAPH, tmp_path, "graph")
    assert path is not None
    path.write_bytes(b"no database" * 500)
    assert (await carried(tmp_path)).edits == 2


async def test_an_api_that_changes_by_itself_takes_the_edits_along(
    tmp_path: Path, service: FakeService
) -> None:
    await with_edits(tmp_path, service)
    graph = FakeService(incidents=dict(service.incidents))
    async with opened(tmp_path, AUTO, graph) as queue:
        assert [one for one in queue.notices if "2 edits made over the classic API" in one]
        await queue.sync()
        await queue.delivered()
        assert await queue.outbox() == []
    assert (graph.incidents["1"].assigned_to, graph.incidents["2"].tags) == (ME, ("mine",))
    async with opened(tmp_path, AUTO, graph) as queue:
        assert queue.notices == []


async def test_it_does_so_where_the_cache_was_shown_first(
    tmp_path: Path, service: FakeService
) -> None:
    await with_edits(tmp_path, service)
    graph = FakeService(incidents=dict(service.incidents))
    async with opened(tmp_path, AUTO) as queue:
        assert len(await queue.outbox()) == 2
        await queue.attach(FakeConnection(graph))  # type: ignore[arg-type]
        assert [one for one in queue.notices if "came along to Microsoft Graph" in one]
        await queue.sync()
        await queue.delivered()
        assert await queue.outbox() == []
    assert graph.incidents["1"].assigned_to == ME


async def test_a_profile_that_names_its_api_leaves_the_other_alone(
    tmp_path: Path, service: FakeService
) -> None:
    await with_edits(tmp_path, service)
    async with opened(tmp_path, GRAPH, FakeService(incidents=dict(service.incidents))) as queue:
        assert await queue.outbox() == []
    async with opened(tmp_path, CLASSIC) as queue:
        assert len(await queue.outbox()) == 2


async def test_what_cannot_be_taken_along_is_said_and_stays(
    tmp_path: Path, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    await with_edits(tmp_path, service)

    def refuse(*_: object, **__: object) -> Carried:
        raise CacheProblem("x", "its file cannot be read or written")

    monkeypatch.setattr("tui.incidents.carrying.carry_over", refuse)
    async with opened(tmp_path, AUTO, FakeService()) as queue:
        assert [one for one in queue.notices if "come along at the next start" in one]
    monkeypatch.undo()
    assert (await carried(tmp_path)).edits == 2
