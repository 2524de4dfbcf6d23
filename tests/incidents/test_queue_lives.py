"""The queue as it lives: fills that go on, merged and vanished incidents, marks, neighbours."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.incidents.fakes import NOW, FakeService, OpenQueue, incident
from tui.api.records import Evidence, IncidentChange
from tui.errors import NotFound, Unreachable
from tui.incidents import upkeep
from tui.incidents.priority import priority_of
from tui.incidents.queue import Queue, QueueChanged, SyncProgress

CLOSE = IncidentChange(status="resolved")


def fail_at(page: int) -> Callable[[int], None]:
    def fail(now: int) -> None:
        if now == page:
            raise Unreachable("Listing failed", "the network is gone", stage="connect")

    return fail


async def broken_off(queue: Queue, service: FakeService) -> None:
    service.add(*(incident(number) for number in range(4, 231)))
    service.before_page = fail_at(3)
    with pytest.raises(Unreachable):
        await queue.sync()
    service.before_page = None


async def test_first_fill_goes_on_where_it_was_broken_off(
    open_queue: OpenQueue, service: FakeService
) -> None:
    queue = await open_queue()
    await broken_off(queue, service)
    await queue.close()
    service.change("2", displayName="Changed between")
    service.add(incident(0, displayName="Came between"))
    again = await open_queue()
    steps: list[SyncProgress] = []
    result = await again.sync(steps.append)
    assert result.phase == "first"
    assert steps[0].fetched >= 200
    assert steps[0].total == 231 - 1 + 1
    lists = [call for call in service.calls if call[0] == "list"]
    assert "createdDateTime le" in lists[-2][2]
    assert lists[-1][1] is not None
    assert await again.total() == 231
    shown = await again.incident("2")
    assert shown is not None
    assert shown.name == "Changed between"
    assert await again.unread() != []


async def test_fill_of_a_list_without_order_starts_anew(
    open_queue: OpenQueue, service: FakeService
) -> None:
    queue = await open_queue()
    pages = service.pages

    async def shuffled(**given: object):  # type: ignore[no-untyped-def]
        from tui.api.protocols import Page

        async for page in pages(**given):  # type: ignore[arg-type]
            yield Page(page.incidents[::-1], page.total)

    service.pages = shuffled  # type: ignore[method-assign, assignment]
    await broken_off(queue, service)
    await queue.sync()
    assert [call for call in service.calls if call[0] == "list"][-1][1:] == (None, None)
    assert await queue.total() == 230


async def test_incident_that_another_was_merged_into_is_fetched_with_it(
    queue: Queue, service: FakeService
) -> None:
    service.add(incident(9, displayName="The one that stays", lastUpdateDateTime="2026-01-01"))
    service.change("2", status="redirected", redirectIncidentId="9")
    await queue.sync()
    assert await queue.incident("9") is not None
    row = next(row for row in await queue.source().window(0, 9) if row.key == "2")
    assert "closed" in row.marks


async def test_vanished_incident_is_forgotten_when_asked_for(
    queue: Queue, service: FakeService
) -> None:
    heard: list[QueueChanged] = []
    queue.subscribe(heard.append)
    del service.incidents["2"]
    with pytest.raises(NotFound):
        await queue.refresh_incident("2")
    assert await queue.incident("2") is None
    assert heard == [QueueChanged(frozenset(["2"]))]
    source = queue.source()
    await source.filter("incident")
    assert await source.count() == 2


async def test_whole_sync_forgets_what_is_gone_but_no_undelivered_edit(
    open_queue: OpenQueue, service: FakeService
) -> None:
    service.add(*(incident(number) for number in range(4, 131)))
    queue = await open_queue()
    await queue.sync()
    await queue.close()
    offline = await open_queue(offline=True)
    await offline.edit(["3"], CLOSE)
    await offline.close()
    again = await open_queue()
    for key in ("3", "4", "5"):
        del service.incidents[key]
    result = await again.sync(whole=True)
    assert result.phase == "whole"
    assert await again.total() == 128
    await again.delivered()
    (edit,) = await again.outbox()
    assert edit.state == "failed"


async def test_new_and_changed_are_marked_until_seen(queue: Queue, service: FakeService) -> None:
    assert await queue.unread() == []
    service.clock = NOW
    service.add(incident(0))
    service.change("3", displayName="Other")
    await queue.sync()
    marks = {row.key: row.marks for row in await queue.source().window(0, 9)}
    assert "new" in marks["0"]
    assert "changed" in marks["3"]
    assert await queue.unread() == ["0", "3"]
    await queue.mark_seen(["0"])
    assert await queue.unread() == ["3"]
    await queue.mark_seen()
    assert await queue.unread() == []


async def test_own_edits_mark_nothing(queue: Queue, service: FakeService) -> None:
    await queue.edit(["1"], IncidentChange(status="resolved", comment="Done"))
    await queue.delivered()
    await queue.sync()
    assert await queue.unread() == []


async def test_what_another_program_does_is_seen_soon(
    open_queue: OpenQueue, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "_LOOK_SECONDS", 0.01)
    watching = await open_queue(offline=True)
    told = asyncio.Event()
    watching.subscribe(lambda changed: told.set())
    await queue.edit(["1"], CLOSE)
    await asyncio.wait_for(told.wait(), 60)
    assert (await watching.incident("1")).status == "resolved"  # type: ignore[union-attr]


def device(name: str, identifier: str) -> dict[str, str]:
    return {
        "@odata.type": "#microsoft.graph.security.deviceEvidence",
        "deviceDnsName": name,
        "mdeDeviceId": identifier,
    }


async def test_facets_count_and_narrow(queue: Queue, service: FakeService) -> None:
    alerts = [
        {
            "id": "x",
            "category": "Impact",
            "serviceSource": "microsoftSentinel",
            "evidence": [device("a.contoso.com", "f00")],
        }
    ]
    service.change("1", alerts=alerts)
    service.change("2", alerts=alerts, status="resolved")
    await queue.sync()
    every = await queue.facets()
    assert [(one.value, one.count) for one in every["sev"]] == [("high", 1), ("medium", 2)]
    assert [one.count for one in every["assigned"]] == [2, 1]
    assert every["assigned"][0].term == "assigned:none"
    assert [(one.value, one.count) for one in every["tactic"]] == [("Impact", 2)]
    closed = await queue.facets("status:closed")
    assert [(one.value, one.count) for one in closed["tactic"]] == [("Impact", 1)]
    source = queue.source()
    for facet in every.values():
        for value in facet:
            await source.filter(value.term)
            assert await source.count() == value.count


async def test_other_incidents_with_an_entity(queue: Queue, service: FakeService) -> None:
    def alerts(*evidence: dict[str, str]) -> list[dict[str, object]]:
        return [{"id": "x", "evidence": list(evidence)}]

    service.change("1", alerts=alerts(device("a.contoso.com", "f00")))
    service.change("2", alerts=alerts(device("renamed.contoso.com", "f00")))
    service.change("3", alerts=alerts(device("b.contoso.com", "baa")))
    await queue.sync()
    one = await queue.incident("1")
    assert one is not None
    assert await queue.with_entity(one.alerts[0].evidence[0]) == ["1", "2"]
    assert await queue.with_entity(Evidence("device", "B.contoso.com")) == ["3"]
    assert await queue.with_entity(Evidence("device", "unheard")) == []


async def test_priority_is_ours_where_the_service_sends_none(
    queue: Queue, service: FakeService
) -> None:
    alerts = [
        {"id": "x", "category": "Impact", "evidence": [device("a.contoso.com", "f00")]},
        {"id": "y", "category": "Execution", "evidence": [device("b.contoso.com", "baa")]},
    ]
    service.change("1", alerts=alerts)
    service.change("2", priorityScore=99)
    await queue.sync()
    one = await queue.incident("1")
    assert one is not None
    told = priority_of(one, NOW)
    assert told.score == 50 + 8 + 8 + 4 + 10
    assert told.reasons[0] == "high severity (+50)"
    assert "it got as far as impact (+8)" in told.reasons
    source = queue.source(["id", "prio"])
    from tui.rows import SortKey

    await source.sort([SortKey("prio", descending=True)])
    rows = await source.window(0, 9)
    assert [row.values for row in rows] == [("2", 99), ("1", 80), ("3", 40)]
