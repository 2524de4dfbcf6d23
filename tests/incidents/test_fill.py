"""A first fill of many: shown as it comes, found by words and entities soon after."""

from __future__ import annotations

import pytest

from tests.incidents.fakes import NOW, BulkService, FakeService, OpenQueue, incident, stamp
from tui.incidents import queue as queues
from tui.incidents.queue import Queue

MANY = 300


@pytest.fixture
def service() -> FakeService:
    service = BulkService()
    device = "#microsoft.graph.security.deviceEvidence"
    for number in range(1, MANY + 1):
        evidence = [{"@odata.type": device, "deviceDnsName": f"host-{number}.contoso.com"}]
        alerts = [{"id": f"a{number}", "category": "Impact", "evidence": evidence}]
        service.add(incident(number, alerts=alerts))
    return service


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "_FEW", 50)


async def found(queue: Queue, text: str) -> list[str]:
    source = queue.source()
    await source.filter(text)
    return list(await source.keys())


async def test_list_is_whole_before_words_are_known_and_says_so(open_queue: OpenQueue) -> None:
    queue = await open_queue()
    result = await queue.sync()
    assert (result.phase, result.changed) == ("first", MANY)
    assert await queue.total() == MANY
    assert await found(queue, "sev:medium tactics:1 id:77") == ["77"]
    assert queue.behind > 0
    await queue.derived()
    assert queue.behind == 0
    assert await found(queue, "device:host-77.") == ["77"]
    assert await found(queue, "host-77.contoso") == ["77"]
    (row,) = await queue.source(["id", "devices"]).window(76, 77)
    assert row.values == ("77", 1)


async def test_what_was_not_derived_is_by_whoever_opens_the_cache_next(
    open_queue: OpenQueue, service: FakeService
) -> None:
    queue = await open_queue()
    await queue.sync()
    await queue.close()
    again = await open_queue(offline=True)
    await again.derived()
    assert again.behind == 0
    assert await found(again, "device:host-299.") == ["299"]


async def test_edits_and_changes_before_words_are_known_are_right(
    open_queue: OpenQueue, service: FakeService
) -> None:
    queue = await open_queue()
    await queue.sync()
    now = stamp(NOW)
    service.change("200", displayName="Renamed meanwhile", lastUpdateDateTime=now)
    service.add(incident(0, displayName="Came meanwhile", lastUpdateDateTime=now))
    del service.incidents["299"]
    await queue.sync(whole=True)
    await queue.derived()
    assert await found(queue, "renamed") == ["200"]
    assert await found(queue, "came") == ["0"]
    assert await found(queue, "device:host-200.") == ["200"]
    assert await found(queue, "host-299.") == []
    assert await queue.total() == MANY
