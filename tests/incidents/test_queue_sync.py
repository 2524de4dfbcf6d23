"""Sync: filled once, then only what changed; whatever happens, what came stays."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.incidents.fakes import (
    ME,
    NOW,
    PROFILE,
    FakeConnection,
    FakeService,
    OpenQueue,
    incident,
    stamp,
)
from tui.api.records import IncidentChange
from tui.errors import BadAnswer, Unreachable
from tui.incidents.queue import Queue, QueueChanged, SyncProgress


async def shown(queue: Queue) -> list[str]:
    return [row.key for row in await queue.source().window(0, 10_000)]


async def test_first_sync_fills_page_by_page_with_progress(
    open_queue: OpenQueue, service: FakeService
) -> None:
    service.add(*(incident(number) for number in range(4, 131)))
    queue = await open_queue()
    progress: list[SyncProgress] = []
    assert queue.stale
    result = await queue.sync(progress.append)
    assert [(step.fetched, step.total) for step in progress] == [(50, 130), (100, 130), (130, 130)]
    assert (result.phase, result.fetched, result.changed) == ("first", 130, 130)
    assert await queue.total() == 130
    assert not queue.stale
    assert queue.last_synced == NOW


async def test_second_sync_asks_only_for_what_changed_and_tells_which_rows(
    queue: Queue, service: FakeService
) -> None:
    heard: list[QueueChanged] = []
    queue.subscribe(heard.append)
    service.change("3", displayName="Now another name")
    result = await queue.sync()
    since = service.calls[-1][1]
    assert NOW - timedelta(hours=2) < since < NOW
    assert (result.phase, result.changed) == ("changes", 1)
    assert heard == [QueueChanged(frozenset(["3"]))]
    row = (await queue.source(["name"]).window(2, 3))[0]
    assert row.values == ("Now another name",)


async def test_unchanged_queue_tells_nobody(queue: Queue) -> None:
    heard: list[QueueChanged] = []
    queue.subscribe(heard.append)
    assert (await queue.sync()).changed == 0
    assert heard == []


async def test_known_queue_is_there_without_a_network(open_queue: OpenQueue, queue: Queue) -> None:
    await queue.close()
    offline = await open_queue(offline=True)
    assert await shown(offline) == ["1", "2", "3"]
    assert offline.last_synced == NOW
    assert offline.stale
    with pytest.raises(Unreachable):
        await offline.sync()
    assert isinstance(offline.sync_problem, Unreachable)


async def test_what_came_before_a_failure_stays_and_the_next_sync_completes_it(
    open_queue: OpenQueue, service: FakeService
) -> None:
    service.add(*(incident(number) for number in range(4, 131)))
    queue = await open_queue()

    def fail_at_the_third(page: int) -> None:
        if page == 2:
            raise Unreachable("Listing incidents failed", "the answer was cut", stage="read")

    service.before_page = fail_at_the_third
    with pytest.raises(Unreachable):
        await queue.sync()
    assert await queue.total() == 100
    assert queue.stale
    assert queue.last_synced is None
    service.before_page = None
    await queue.sync()
    assert await queue.total() == 130
    assert queue.sync_problem is None


async def test_cancelled_sync_keeps_what_came(open_queue: OpenQueue, service: FakeService) -> None:
    service.add(*(incident(number) for number in range(4, 131)))
    queue = await open_queue()
    task: asyncio.Task[object] | None = None

    def stop(step: SyncProgress) -> None:
        assert task is not None
        if step.fetched == 100:
            task.cancel()

    task = asyncio.create_task(queue.sync(stop))
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await queue.total() == 100
    assert (await queue.sync()).phase == "first"


async def test_incident_touched_while_the_pages_came_is_not_missed(
    open_queue: OpenQueue, service: FakeService
) -> None:
    service.add(*(incident(number) for number in range(4, 131)))
    queue = await open_queue()

    def touch(page: int) -> None:
        if page == 1:
            service.change("1", displayName="Touched meanwhile")

    service.before_page = touch
    await queue.sync()
    service.before_page = None
    await queue.sync()
    one = await queue.incident("1")
    assert one is not None
    assert one.name == "Touched meanwhile"


async def test_older_answer_does_not_undo_a_newer_one(queue: Queue, service: FakeService) -> None:
    old = service.incidents["1"]
    service.change("1", displayName="New name")
    await queue.refresh_incident("1")
    service.incidents["1"] = old
    await queue.refresh_incident("1")
    one = await queue.incident("1")
    assert one is not None
    assert one.name == "New name"


async def test_list_without_end_is_stopped(open_queue: OpenQueue, service: FakeService) -> None:
    async def endless(**_: object):  # type: ignore[no-untyped-def]
        from tui.api.protocols import Page

        while True:
            yield Page((incident(1),), 1)

    service.pages = endless  # type: ignore[method-assign, assignment]
    queue = await open_queue()
    with pytest.raises(BadAnswer, match="nothing new"):
        await queue.sync()
    assert await queue.total() == 1


async def test_cached_incidents_are_read_by_the_rules_of_the_decoder(queue: Queue) -> None:
    one = await queue.incident("1")
    assert one is not None
    assert one.raw["displayName"] == one.name
    assert one.alerts[0].title == "Files encrypted"


async def test_each_api_has_its_own_cache(open_queue: OpenQueue, queue: Queue) -> None:
    classic = FakeService(dialect="classic")
    heard: list[QueueChanged] = []
    queue.subscribe(heard.append)
    await queue.attach(FakeConnection(classic))  # type: ignore[arg-type]
    assert heard == [QueueChanged(None)]
    assert await queue.total() == 0
    graph = await open_queue()
    assert await graph.total() == 3


KINDS = ("touch", "add", "sync", "page", "fail", "merge", "remove", "whole", "edit")
changes = st.lists(st.tuples(st.integers(0, 25), st.sampled_from(KINDS)), max_size=25)


@given(changes)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_cache_ends_equal_to_the_service_whatever_changed_between(
    steps: list[tuple[int, str]],
) -> None:
    asyncio.run(_shuffled(steps))


async def _shuffled(steps: list[tuple[int, str]]) -> None:
    service = FakeService(page_size=4)
    service.add(*(incident(number) for number in range(1, 12)))
    queue = await Queue.open(
        FakeConnection(service),  # type: ignore[arg-type]
        PROFILE,
        memory=True,
        me=ME,
    )

    def act(number: int, kind: str) -> None:
        service.clock += timedelta(seconds=30)
        if kind == "add":
            made = incident(number, createdDateTime=stamp(service.clock))
            service.add(
                incident(number, **{**made.raw, "lastUpdateDateTime": stamp(service.clock)})
            )
        elif str(number) in service.incidents and kind == "merge":
            service.change(str(number), status="redirected", redirectIncidentId="1")
        elif str(number) in service.incidents and kind == "remove" and number > 1:
            del service.incidents[str(number)]
        elif str(number) in service.incidents:
            service.change(str(number), displayName=f"Name at {service.clock}")

    def fail(page: int) -> None:
        if page == number % 4:
            raise Unreachable("Listing failed", "the network is gone", stage="connect")

    for number, kind in steps:
        if kind == "sync":
            await queue.sync()
        elif kind == "page":
            service.before_page = lambda page, number=number: act(number, "touch")  # type: ignore[misc]
            await queue.sync()
            service.before_page = None
        elif kind == "fail":
            service.before_page = fail
            with suppress(Unreachable):
                await queue.sync()
            service.before_page = None
        elif kind == "whole":
            await queue.sync(whole=True)
        elif kind == "edit":
            await queue.edit([str(number)], IncidentChange(tags=(f"at {service.clock}",)))
            await queue.delivered()
        else:
            act(number, kind)
    await queue.delivered()
    for edit in await queue.outbox():
        assert edit.state in ("failed", "conflict")
        await queue.discard([edit.id])
    await queue.sync()
    await queue.sync(whole=True)
    for key, truth in service.incidents.items():
        assert await queue.incident(key) == truth
    assert await queue.total() == len(service.incidents)
    await queue.close()
