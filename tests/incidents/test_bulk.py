"""One change for hundreds: seen before it is made, followed, and its failures sent again."""

from __future__ import annotations

import asyncio

import pytest

from tests.incidents.fakes import FakeService, OpenQueue, incident
from tui.api.records import IncidentChange
from tui.errors import NotFound, ServiceProblem, UsageProblem
from tui.incidents.queue import Queue

CLOSE = IncidentChange(
    status="resolved", classification="falsePositive", determination="notMalicious"
)
MANY = 120


@pytest.fixture
async def many(open_queue: OpenQueue, service: FakeService) -> Queue:
    service.add(*(incident(number) for number in range(4, MANY + 1)))
    queue = await open_queue()
    await queue.sync()
    return queue


def ids() -> list[str]:
    return [str(number) for number in range(1, MANY + 1)]


async def test_preview_says_what_would_change_and_what_does_not_fit(
    many: Queue, service: FakeService
) -> None:
    service.change(
        "1", status="resolved", classification="falsePositive", determination="notMalicious"
    )
    service.change("2", status="redirected", redirectIncidentId="3")
    service.change("5", classification="truePositive")
    await many.sync()
    seen = await many.preview([*ids(), "999", "1"], CLOSE)
    assert seen.already == ("1",)
    assert dict(seen.unfit).keys() == {"2", "999"}
    assert len(seen.changed) == MANY - 2
    fit = await many.preview(["4", "5"], IncidentChange(determination="phishing"))
    assert [one.id for one in fit.changed] == ["4", "5"]
    fit = await many.preview(["5"], IncidentChange(determination="notMalicious"))
    assert "no determination of true positive" in fit.unfit[0][1]
    assert await many.outbox() == []
    with pytest.raises(UsageProblem):
        await many.preview(ids(), IncidentChange())


async def test_failures_are_listed_and_sent_again_alone(many: Queue, service: FakeService) -> None:
    update = service.update
    broken = {"7", "8", "9"}

    async def some(incident_id: str, change: IncidentChange):  # type: ignore[no-untyped-def]
        if incident_id == "7":
            raise NotFound("Changing incident 7 failed", "it does not exist")
        if incident_id in broken:
            raise ServiceProblem("Changing failed", "the owner is not known", status=400)
        return await update(incident_id, change)

    service.update = some  # type: ignore[method-assign]
    edits = await many.edit(ids(), CLOSE)
    begun = await many.progress(edits)
    assert (begun.total, len(begun.waiting), begun.done) == (MANY, MANY, False)
    await many.delivered()
    ended = await many.progress(edits)
    assert ended.done
    assert len(ended.confirmed) == MANY - 3
    assert {edit.incident_id: edit.why for edit in ended.failed}.keys() == broken
    assert all(edit.why for edit in ended.failed)

    broken.clear()
    service.update = update  # type: ignore[method-assign]
    service.calls.clear()
    await many.retry([edit.id for edit in ended.failed])
    await many.delivered()
    assert {call[1] for call in service.writes()} == {"7", "8", "9"}
    assert len((await many.progress(edits)).confirmed) == MANY
    assert await many.outbox() == []


async def test_many_conflicts_are_decided_at_once(many: Queue, service: FakeService) -> None:
    for key in ("1", "2", "3"):
        service.change(key, status="inProgress")
    edits = await many.edit(ids(), CLOSE)
    await many.delivered()
    ended = await many.progress(edits)
    assert {edit.incident_id for edit in ended.conflicts} == {"1", "2", "3"}
    await many.resolve_all([edit.id for edit in ended.conflicts], "mine")
    await many.delivered()
    assert {one.status for one in service.incidents.values()} == {"resolved"}


async def test_all_of_it_is_taken_back_at_once(many: Queue, service: FakeService) -> None:
    service.gate = asyncio.Event()
    edits = await many.edit(ids(), CLOSE)
    await service.asked.wait()
    await many.undo()
    service.gate.set()
    await many.delivered()
    assert {one.status for one in service.incidents.values()} == {"active"}
    ended = await many.progress(edits)
    assert ended.dropped + len(ended.confirmed) == MANY
    assert ended.dropped > MANY / 2


async def test_each_of_many_is_looked_at_right_before_it_is_changed(
    many: Queue, service: FakeService
) -> None:
    service.change("60", severity="high")
    service.calls.clear()
    update = service.update

    async def somebody_is_at_it_too(incident_id: str, change: IncidentChange):  # type: ignore[no-untyped-def]
        if incident_id == "20":
            service.change("50", status="inProgress")
        return await update(incident_id, change)

    service.update = somebody_is_at_it_too  # type: ignore[method-assign]
    edits = await many.edit(ids(), CLOSE)
    await many.delivered()
    ended = await many.progress(edits)
    assert [edit.incident_id for edit in ended.conflicts] == ["50"]
    assert len(ended.confirmed) == MANY - 1
    assert len(service.calls) == 2 * MANY - 1
    shown = await many.incident("50")
    assert shown is not None
    assert shown.status == "inProgress"
    assert service.incidents["60"].severity == "high"


async def test_one_edit_asks_for_its_incident(many: Queue, service: FakeService) -> None:
    service.calls.clear()
    await many.edit(["5"], CLOSE)
    await many.delivered()
    assert [call[0] for call in service.calls] == ["get", "update"]
