"""Taking edits back: former values, what was not sent, and what cannot be."""

from __future__ import annotations

from tests.incidents.fakes import ME, FakeService, OpenQueue
from tui.api.records import IncidentChange
from tui.errors import (
    Unreachable,
)
from tui.incidents.queue import Queue

CLOSE = IncidentChange(status="resolved")


async def test_undo_sends_the_former_values(queue: Queue, service: FakeService) -> None:
    change = IncidentChange(status="resolved", assigned_to="d.ito@contoso.com", tags=("done",))
    await queue.edit(["1", "3"], change)
    await queue.delivered()
    said = await queue.undo()
    await queue.delivered()
    assert said is not None
    assert said.startswith("Taken back on 2 incidents: status closed, assigned to d.ito")
    assert service.incidents["1"].assigned_to is None
    assert service.incidents["3"].assigned_to == ME
    assert service.incidents["3"].status == "active"
    assert service.incidents["3"].tags == ()
    assert await queue.undo() is None


async def test_undo_of_what_was_not_sent_sends_nothing(
    open_queue: OpenQueue, service: FakeService
) -> None:
    queue = await open_queue(offline=True)
    await queue.edit(["1"], CLOSE)
    assert await queue.undo() == "Taken back on 1: status closed."
    assert await queue.outbox() == []


async def test_undo_says_that_a_comment_stays(queue: Queue, service: FakeService) -> None:
    await queue.edit(["1"], IncidentChange(status="resolved", comment="Done"))
    await queue.delivered()
    said = await queue.undo()
    await queue.delivered()
    assert said == ("Taken back on 1: status closed. A comment that was sent cannot be taken back.")
    assert service.incidents["1"].status == "active"
    assert len(service.incidents["1"].comments) == 1


async def test_undo_of_what_may_have_arrived_sends_the_former_values(
    queue: Queue, service: FakeService
) -> None:
    service.lose_answer = True
    service.faults = [Unreachable("Changing failed", "the answer was cut", stage="read")]
    await queue.edit(["1"], CLOSE)
    await queue.delivered()
    assert service.incidents["1"].status == "resolved"
    await queue.undo()
    await queue.delivered()
    assert service.incidents["1"].status == "active"
    assert await queue.outbox() == []


async def test_changes_of_their_own_for_each_incident_are_undone_together(
    queue: Queue, service: FakeService
) -> None:
    await queue.edit_each({"1": IncidentChange(tags=("a",)), "2": IncidentChange(tags=("b", "b"))})
    await queue.delivered()
    assert (service.incidents["1"].tags, service.incidents["2"].tags) == (("a",), ("b",))
    await queue.undo()
    await queue.delivered()
    assert service.incidents["1"].tags == service.incidents["2"].tags == ()
