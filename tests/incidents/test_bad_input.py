"""Incidents as no page describes them, and a disk that is full: nothing is lost or in the way."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.incidents.fakes import NOW, BulkService, FakeService, OpenQueue, incident, stamp
from tui.api.brief import brief_incident
from tui.api.decode import decode_incident
from tui.api.records import IncidentChange
from tui.incidents.cache import CacheProblem
from tui.incidents.facts import COLUMNS, facts_of
from tui.incidents.queue import Queue
from tui.incidents.summary import summary_of

CLOSE = IncidentChange(status="resolved")
LONG = "‮evil‬ 👩‍🚀\x1b[31m[bold]\x00\n" + "ä" * 4000


def entities(count: int) -> list[dict[str, Any]]:
    kind = "#microsoft.graph.security."
    return [
        {"@odata.type": f"{kind}ipEvidence", "ipAddress": f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}"}
        if n % 2
        else {"@odata.type": f"{kind}urlEvidence", "url": f"https://host{n}.example/x"}
        for n in range(count)
    ]


RAW: dict[str, dict[str, Any]] = {
    "1": {"alerts": []},
    "2": {"alerts": None},
    "3": {
        "alerts": [
            {"id": f"a{n}", "title": f"Alert {n}", "category": "Impact", "evidence": entities(3)}
            for n in range(500)
        ]
    },
    "4": {"alerts": [{"id": "a", "evidence": entities(10_000)}]},
    "5": {"displayName": LONG, "customTags": [LONG], "assignedTo": LONG},
    "6": {"createdDateTime": "2626-11-24T12:00:00Z", "lastUpdateDateTime": "2626-01-01T00:00:00Z"},
    "7": {"createdDateTime": None, "lastUpdateDateTime": None},
    "8": {"createdDateTime": stamp(NOW), "lastUpdateDateTime": "1999-12-31T23:59:59Z"},
    "9": {"createdDateTime": "yesterday", "severity": 7, "customTags": "one"},
    "text-id_10": {"severity": "catastrophic", "status": "pondering"},
    "11": {
        "alerts": [{"id": "a", "evidence": [{"@odata.type": "#x.quantumEvidence", "qubit": "q7"}]}]
    },
    "12": {"alerts": [{"id": "same"}, {"id": "same", "createdDateTime": stamp(NOW)}, None, "text"]},
    "99999999999999999999999": {"displayName": None, "comments": "said", "priorityScore": 85.4},
}


@pytest.fixture
def service() -> FakeService:
    service = BulkService()
    service.add(*(incident(key, **fields) for key, fields in RAW.items()))
    return service


@pytest.fixture
async def queue(open_queue: OpenQueue) -> Queue:
    queue = await open_queue()
    await queue.sync()
    return queue


async def test_every_one_is_kept_shown_and_found(queue: Queue, service: FakeService) -> None:
    assert await queue.total() == len(RAW)
    source = queue.source(["id", "name", "prio", "tactics", "activity", "age", "tags"])
    rows = {row.key: row for row in await source.window(0, 50)}
    assert rows.keys() == RAW.keys()
    for key in RAW:
        one = await queue.incident(key)
        assert one == service.incidents[key]
        assert summary_of(one) is not None
        await source.filter(f"id:{key}")
        assert key in await source.keys()
    for text, key in (
        ("10.0.39.15", "4"),
        ("url:host9998.example", "4"),
        ("tactic:Impact", "3"),
        ("alerts:500", "3"),
        ("q7", "11"),
        ("sev:catastrophic", "text-id_10"),
        ("status:pondering", "text-id_10"),
        ("evil", "5"),
        ("said", "99999999999999999999999"),
    ):
        await source.filter(text)
        assert key in await source.keys(), text
    await queue.facets()
    assert (await queue.seen()).values["tag"]
    again = await queue.sync(whole=True)
    assert again.changed == 0


async def test_what_a_list_holds_that_is_no_incident_is_told(
    open_queue: OpenQueue, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = service.pages

    async def pages(**asked: Any) -> Any:
        async for page in whole(**asked):
            yield replace(page, faults=("an incident without an id was left out",))

    monkeypatch.setattr(service, "pages", pages)
    queue = await open_queue()
    await queue.sync()
    await queue.sync()
    told = "Of the service's list, an incident without an id was left out."
    assert queue.notices == [told]


async def test_every_one_can_be_edited(queue: Queue, service: FakeService) -> None:
    await queue.edit(list(RAW), IncidentChange(status="resolved", comment=LONG))
    await queue.delivered()
    assert await queue.outbox() == []
    assert {one.status for one in service.incidents.values()} == {"resolved"}
    assert "Taken back" in (await queue.undo() or "")
    await queue.delivered()
    assert service.incidents["1"].status == "active"


@pytest.mark.parametrize("key", list(RAW))
def test_read_briefly_or_whole_a_list_shows_the_same(key: str) -> None:
    raw = incident(key, **RAW[key]).raw
    brief = brief_incident(json.loads(json.dumps(raw)))
    if brief is None:
        return
    shown, whole = facts_of(brief, brief=True), facts_of(decode_incident(raw))
    from_evidence = ("own", "devices", "users")
    for name in COLUMNS:
        if name not in from_evidence:
            assert getattr(shown, name) == getattr(whole, name), name


async def test_full_disk_is_named_and_nothing_is_lost(
    open_queue: OpenQueue, service: FakeService
) -> None:
    queue = await open_queue()
    await queue.sync()

    async def room(more: int | None) -> None:
        def limit(connection: Any) -> None:
            (pages,) = connection.execute("PRAGMA page_count").fetchone()
            connection.execute(f"PRAGMA max_page_count={2**30 if more is None else pages + more}")

        await queue.cache.run(limit)

    service.gate = asyncio.Event()
    kept = await queue.edit(["1"], CLOSE)
    await room(0)
    now = service.clock + timedelta(minutes=5)
    service.clock = now
    fresh = {"createdDateTime": stamp(now), "lastUpdateDateTime": stamp(now)}
    service.add(*(incident(number, displayName="x" * 3000, **fresh) for number in range(100, 180)))
    with pytest.raises(CacheProblem, match="disk is full"):
        await queue.sync()
    assert isinstance(queue.sync_problem, CacheProblem)

    async def fill() -> None:
        nonlocal kept
        for number in range(200):
            kept += await queue.edit(["8"], IncidentChange(comment=f"{number} " + "y" * 500))

    with pytest.raises(CacheProblem, match="disk is full"):
        await fill()
    assert await queue.total() >= len(RAW)
    service.gate.set()
    await queue.delivered()

    await room(None)
    await queue.sync()
    await queue.retry()
    await queue.delivered()
    assert await queue.outbox() == []
    assert await queue.total() == len(RAW) + 80
    assert {edit.id for edit in await queue.history()} == set(kept)
    said = [comment.text for comment in service.incidents["8"].comments]
    assert len(said) == len(set(said)) == len(kept) - 1
    damage = await queue.cache.run(
        lambda connection: connection.execute("PRAGMA integrity_check").fetchone()
    )
    assert damage == ("ok",)


async def test_disk_that_is_full_at_the_start_leaves_a_queue_in_memory(
    open_queue: OpenQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tui.incidents import schema

    def full(connection: Any) -> None:
        connection.execute("PRAGMA max_page_count=1")
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(schema, "_choose_journal", lambda connection, path: full(connection))
    queue = await open_queue()
    assert any("nothing of this session is kept" in notice for notice in queue.notices)
    with suppress(CacheProblem):
        await queue.sync()
    assert await queue.total() == len(RAW)
