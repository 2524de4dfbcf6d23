"""When an edit counts as done: once the service shows it."""

from __future__ import annotations

import pytest

from tests.incidents.fakes import FakeService
from tui.api.decode import decode_incident
from tui.api.records import Incident, IncidentChange
from tui.incidents.queue import Queue


@pytest.mark.parametrize("answers", ["nothing", "the former incident", "a part"])
async def test_a_change_the_service_took_and_did_not_make_is_refused_and_says_so(
    queue: Queue, service: FakeService, monkeypatch: pytest.MonkeyPatch, answers: str
) -> None:
    monkeypatch.setattr("tui.incidents.delivery._LOOKS", (0.0, 0.0))

    async def yes(incident_id: str, change: IncidentChange) -> Incident:
        held = service.incidents[incident_id]
        if answers == "a part":
            return decode_incident({"id": incident_id, "displayName": held.name})
        return await service.get(incident_id) if answers == "nothing" else held

    service.update = yes  # type: ignore[method-assign]
    await queue.edit(["1"], IncidentChange(status="resolved", assigned_to="k.larsen@contoso.com"))
    await queue.delivered()
    (edit,) = await queue.outbox()
    assert edit.state == "failed"
    assert edit.why == (
        "The service took it, but the status is still “active” and it is still assigned to nobody."
    )
    shown = await queue.incident("1")
    assert shown is not None
    assert (shown.status, shown.name) == ("active", "Incident 1")


async def test_a_change_that_shows_a_moment_later_is_confirmed(
    queue: Queue, service: FakeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.incidents.delivery._LOOKS", (0.0, 0.0))
    update, get = service.update, service.get
    asked = 0

    async def late(incident_id: str) -> Incident:
        nonlocal asked
        asked += 1
        if asked == 3:
            await update("1", IncidentChange(status="resolved"))
        return await get(incident_id)

    async def yes(incident_id: str, change: IncidentChange) -> Incident:
        return service.incidents[incident_id]

    service.update, service.get = yes, late  # type: ignore[method-assign]
    await queue.edit(["1"], IncidentChange(status="resolved"))
    await queue.delivered()
    assert await queue.outbox() == []
    shown = await queue.incident("1")
    assert shown is not None
    assert shown.status == "resolved"
    assert shown.alerts


async def test_an_answer_in_the_service_s_own_spelling_is_confirmed(
    queue: Queue, service: FakeService
) -> None:
    update = service.update

    async def trimmed(incident_id: str, change: IncidentChange) -> Incident:
        return await update(incident_id, IncidentChange(name=str(change.name)[:9]))

    service.update = trimmed  # type: ignore[method-assign]
    await queue.edit(["1"], IncidentChange(name="A name too long for the service"))
    await queue.delivered()
    assert await queue.outbox() == []
    shown = await queue.incident("1")
    assert shown is not None
    assert shown.name == "A name to"
