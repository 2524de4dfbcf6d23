"""Conflicts: what somebody else did meanwhile is shown, and decided by the user; redo."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.incidents.fakes import ME, NOW, FakeService, OpenQueue
from tui.api.records import IncidentChange
from tui.errors import Unreachable
from tui.incidents.changes import Edit
from tui.incidents.queue import Queue

CLOSE = IncidentChange(status="resolved")
MINE = IncidentChange(assigned_to=ME)


async def in_conflict(queue: Queue, service: FakeService) -> Edit:
    """An edit of incident 1's owner, which Dana took meanwhile."""
    service.change("1", assignedTo="dana@contoso.com")
    await queue.edit(["1"], MINE)
    await queue.delivered()
    (edit,) = await queue.outbox()
    return edit


async def test_what_somebody_else_changed_meanwhile_is_not_overwritten(
    queue: Queue, service: FakeService
) -> None:
    edit = await in_conflict(queue, service)
    assert edit.state == "conflict"
    assert edit.change == MINE
    assert edit.base == IncidentChange(assigned_to=None)
    assert edit.theirs == IncidentChange(assigned_to="dana@contoso.com")
    assert edit.why == "Somebody else assigned it to dana@contoso.com meanwhile."
    assert service.writes() == []
    shown = await queue.incident("1")
    assert shown is not None
    assert shown.assigned_to == "dana@contoso.com"
    row = (await queue.source().window(0, 1))[0]
    assert "conflict" in row.marks


async def test_mine_is_sent_after_all(queue: Queue, service: FakeService) -> None:
    edit = await in_conflict(queue, service)
    await queue.resolve(edit.id, "mine")
    await queue.delivered()
    assert await queue.outbox() == []
    assert service.incidents["1"].assigned_to == ME


async def test_mine_meets_a_third_change_as_a_conflict_again(
    queue: Queue, service: FakeService
) -> None:
    edit = await in_conflict(queue, service)
    service.change("1", assignedTo="emil@contoso.com")
    await queue.resolve(edit.id, "mine")
    await queue.delivered()
    (again,) = await queue.outbox()
    assert again.base == IncidentChange(assigned_to="dana@contoso.com")
    assert again.theirs == IncidentChange(assigned_to="emil@contoso.com")


async def test_theirs_forgets_the_edit(queue: Queue, service: FakeService) -> None:
    edit = await in_conflict(queue, service)
    await queue.resolve(edit.id, "theirs")
    assert await queue.outbox() == []
    assert service.writes() == []


async def test_change_of_another_field_is_no_conflict(queue: Queue, service: FakeService) -> None:
    service.change("1", severity="low", customTags=["a"])
    await queue.edit(["1"], MINE)
    await queue.delivered()
    assert await queue.outbox() == []
    assert service.incidents["1"].assigned_to == ME
    shown = await queue.incident("1")
    assert shown is not None
    assert shown.severity == "low"


async def test_somebody_who_did_the_same_is_no_conflict_and_nothing_is_sent(
    queue: Queue, service: FakeService
) -> None:
    service.change("1", status="resolved")
    await queue.edit(["1"], CLOSE)
    await queue.delivered()
    assert await queue.outbox() == []
    assert service.writes() == []


async def test_order_and_case_of_tags_are_no_conflict(queue: Queue, service: FakeService) -> None:
    await queue.edit(["1"], IncidentChange(tags=("a", "b")))
    await queue.delivered()
    service.change("1", customTags=["B", "a"])
    await queue.edit(["1"], IncidentChange(tags=("c",)))
    await queue.delivered()
    assert await queue.outbox() == []


async def test_own_edits_one_upon_the_other_are_no_conflict(
    open_queue: OpenQueue, service: FakeService
) -> None:
    online = await open_queue()
    await online.sync()
    await online.close()
    offline = await open_queue(offline=True)
    await offline.edit(["1"], MINE)
    await offline.edit(["1"], IncidentChange(assigned_to="other@contoso.com"))
    (first, _) = await offline.outbox()
    await offline.discard([first.id])
    await offline.edit(["1"], IncidentChange(assigned_to=None))
    await offline.close()
    again = await open_queue()
    await again.delivered()
    assert await again.outbox() == []
    assert service.incidents["1"].assigned_to is None


async def test_attempt_that_had_arrived_is_confirmed_and_not_sent_again(
    queue: Queue, service: FakeService
) -> None:
    service.lose_answer = True
    service.faults = [Unreachable("Changing failed", "the answer was cut", stage="read")]
    await queue.edit(["1"], CLOSE)
    await queue.delivered()
    await queue.retry()
    await queue.delivered()
    assert await queue.outbox() == []
    assert len(service.writes()) == 1


async def test_comments_meet_no_conflict(queue: Queue, service: FakeService) -> None:
    service.change("1", comments=[{"comment": "Theirs"}])
    await queue.edit(["1"], IncidentChange(comment="Mine"))
    await queue.delivered()
    assert [comment.text for comment in service.incidents["1"].comments] == ["Theirs", "Mine"]


async def test_undo_meets_what_somebody_else_did_since(queue: Queue, service: FakeService) -> None:
    await queue.edit(["1"], CLOSE)
    await queue.delivered()
    service.change("1", status="inProgress")
    await queue.undo()
    await queue.delivered()
    (edit,) = await queue.outbox()
    assert (edit.state, edit.theirs) == ("conflict", IncidentChange(status="inProgress"))


async def test_redo_does_again_what_was_undone(queue: Queue, service: FakeService) -> None:
    await queue.edit(["1", "2"], CLOSE)
    await queue.delivered()
    await queue.undo()
    await queue.delivered()
    assert await queue.redo() == "Done again on 2 incidents: status closed."
    await queue.delivered()
    assert {service.incidents[key].status for key in "12"} == {"resolved"}
    assert await queue.redo() is None
    await queue.undo()
    await queue.delivered()
    assert {service.incidents[key].status for key in "12"} == {"active"}


async def test_redo_of_what_was_never_sent(open_queue: OpenQueue) -> None:
    queue = await open_queue(offline=True)
    await queue.edit(["1"], IncidentChange(status="resolved", comment="Done"))
    await queue.undo()
    assert await queue.outbox() == []
    assert await queue.redo() == "Done again on 1: status closed, a comment."
    assert len(await queue.outbox()) == 2


async def test_redo_does_not_send_a_comment_twice(queue: Queue, service: FakeService) -> None:
    await queue.edit(["1"], IncidentChange(status="resolved", comment="Done"))
    await queue.delivered()
    await queue.undo()
    said = await queue.redo()
    assert said == (
        "Done again on 1: status closed. The comment was sent before and is not sent again."
    )
    await queue.delivered()
    assert len(service.incidents["1"].comments) == 1


async def test_a_new_edit_ends_what_could_be_done_again(queue: Queue) -> None:
    await queue.edit(["1"], CLOSE)
    await queue.undo()
    await queue.edit(["2"], CLOSE)
    assert await queue.redo() is None


@pytest.mark.parametrize(("days", "left"), [(29, 1), (31, 0)])
async def test_confirmed_edits_are_forgotten_after_a_month(
    open_queue: OpenQueue, service: FakeService, days: int, left: int
) -> None:
    queue = await open_queue()
    await queue.sync()
    await queue.edit(["1"], CLOSE)
    await queue.delivered()
    (edit,) = await queue.history()
    assert edit.settled is not None
    await queue.close()
    again = await open_queue(offline=True)
    again.now = lambda: NOW + timedelta(days=days)  # type: ignore[method-assign]
    await again._begin()
    assert len(await again.history()) == left
