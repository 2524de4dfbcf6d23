"""Edits: shown at once, delivered in order, kept until the service has them."""

from __future__ import annotations

import asyncio

import pytest

from tests.incidents.fakes import ME, FakeConnection, FakeService, OpenQueue, incident
from tui.api.records import IncidentChange
from tui.errors import (
    BadAnswer,
    Forbidden,
    Problem,
    ServiceProblem,
    Throttled,
    Unreachable,
    UsageProblem,
)
from tui.incidents import leases
from tui.incidents.queue import Queue, QueueChanged

CLOSE = IncidentChange(status="resolved")


async def test_edit_shows_as_pending_then_as_the_service_has_it(
    queue: Queue, service: FakeService
) -> None:
    source = queue.source(["id", "status"])
    service.gate = asyncio.Event()
    await queue.edit(["1"], CLOSE)
    row = (await source.window(0, 1))[0]
    assert row.values == ("1", "resolved")
    assert row.marks == {"pending", "closed"}
    shown = await queue.incident("1")
    assert shown is not None
    assert shown.status == "resolved"
    service.gate.set()
    await queue.delivered()
    row = (await source.window(0, 1))[0]
    assert row.marks == {"closed"}
    assert service.incidents["1"].status == "resolved"
    assert await queue.outbox() == []


async def test_answer_without_alerts_keeps_the_alerts(queue: Queue) -> None:
    await queue.edit(["1"], CLOSE)
    await queue.delivered()
    shown = await queue.incident("1")
    assert shown is not None
    assert [alert.id for alert in shown.alerts] == ["a1"]
    assert shown.raw["alerts"]


async def test_watchers_hear_of_the_edit_and_of_its_answer(queue: Queue) -> None:
    heard: list[QueueChanged] = []
    confirmed = asyncio.Event()

    def listen(change: QueueChanged) -> None:
        heard.append(change)
        if len(heard) > 1:
            confirmed.set()

    leave = queue.subscribe(listen)
    await queue.edit(["2"], CLOSE)
    assert heard == [QueueChanged(frozenset(["2"]))]
    await asyncio.wait_for(confirmed.wait(), 60)
    leave()
    await queue.edit(["2"], IncidentChange(status="active"))
    assert all(change.ids == {"2"} for change in heard)


async def test_edits_of_one_incident_arrive_in_order(queue: Queue, service: FakeService) -> None:
    service.gate = asyncio.Event()
    for number in range(5):
        await queue.edit(["1"], IncidentChange(name=f"name {number}"))
        await queue.edit(["2", "3"], IncidentChange(name=f"name {number}"))
    service.gate.set()
    await queue.delivered()
    for key in ("1", "2", "3"):
        names = [change.name for _, one, change in service.writes() if one == key]
        assert names == [f"name {number}" for number in range(5)]


async def test_fields_and_comment_are_two_requests_fields_first(
    queue: Queue, service: FakeService
) -> None:
    change = IncidentChange(status="resolved", comment="Was a test")
    edits = await queue.edit(["1"], change)
    await queue.delivered()
    assert len(edits) == 2
    assert [call[0] for call in service.writes()] == ["update", "comment"]
    shown = await queue.incident("1")
    assert shown is not None
    assert [comment.text for comment in shown.comments] == ["Was a test"]


async def test_pending_comment_is_shown_with_its_author(queue: Queue, service: FakeService) -> None:
    service.gate = asyncio.Event()
    await queue.edit(["1"], IncidentChange(comment="Looking"))
    shown = await queue.incident("1")
    assert shown is not None
    assert (shown.comments[-1].text, shown.comments[-1].author) == ("Looking", ME)
    service.gate.set()


async def test_refused_edit_keeps_its_reason_and_shows_the_service_values(
    queue: Queue, service: FakeService
) -> None:
    service.faults = [Forbidden("Changing incident 1 failed", "the role is missing")]
    await queue.edit(["1"], CLOSE)
    await queue.delivered()
    (edit,) = await queue.outbox()
    assert edit.state == "failed"
    assert "the role is missing" in edit.why
    assert "SecurityIncident.ReadWrite.All" in edit.why
    source = queue.source(["id", "status"])
    row = (await source.window(0, 1))[0]
    assert row.values == ("1", "active")
    assert row.marks == {"failed"}


async def test_failed_edit_is_retried_or_discarded(queue: Queue, service: FakeService) -> None:
    refusal = ServiceProblem("Changing failed", "no", status=400)
    service.faults = [refusal, refusal]
    await queue.edit(["1"], CLOSE)
    await queue.edit(["2"], CLOSE)
    await queue.delivered()
    first, second = await queue.outbox()
    await queue.retry([first.id])
    await queue.delivered()
    await queue.discard([second.id])
    assert await queue.outbox() == []
    assert service.incidents["1"].status == "resolved"
    assert service.incidents["2"].status == "active"


async def test_no_network_holds_all_edits_with_the_reason_until_the_next_sync(
    queue: Queue, service: FakeService
) -> None:
    cut = Unreachable("Changing failed", "graph.microsoft.com does not answer", stage="connect")
    service.faults = [cut, cut, cut, cut]
    await queue.edit(["1", "2"], CLOSE)
    await queue.delivered()
    edits = await queue.outbox()
    assert [edit.state for edit in edits] == ["pending", "pending"]
    assert all("does not answer" in edit.why for edit in edits)
    assert queue.waiting is cut
    service.faults = []
    await queue.sync()
    await queue.delivered()
    assert await queue.outbox() == []
    assert service.incidents["2"].status == "resolved"


async def test_throttled_edit_waits(queue: Queue, service: FakeService) -> None:
    service.faults = [Throttled("Changing failed", "too many requests", retry_after=60)]
    await queue.edit(["1"], CLOSE)
    await queue.delivered()
    (edit,) = await queue.outbox()
    assert edit.state == "pending"
    assert isinstance(queue.waiting, Throttled)


async def test_server_error_on_one_incident_does_not_hold_up_others(
    queue: Queue, service: FakeService
) -> None:
    service.faults = [ServiceProblem("Changing failed", "internal error", status=500)]
    await queue.edit(["1", "2", "3"], CLOSE)
    await queue.delivered()
    (edit,) = await queue.outbox()
    assert edit.state == "pending"
    assert "internal error" in edit.why


async def test_defect_in_sending_fails_the_edit_and_the_queue_goes_on(
    queue: Queue, service: FakeService
) -> None:
    service.faults = [RuntimeError("boom")]
    await queue.edit(["1"], CLOSE)
    await queue.edit(["2"], CLOSE)
    await queue.delivered()
    (edit,) = await queue.outbox()
    assert edit.state == "failed"
    assert "boom" not in edit.why


async def test_edit_made_offline_survives_and_is_sent_when_connected(
    open_queue: OpenQueue, service: FakeService
) -> None:
    online = await open_queue()
    await online.sync()
    await online.close()
    offline = await open_queue(offline=True)
    await offline.edit(["1"], CLOSE)
    (edit,) = await offline.outbox()
    assert "no connection" in edit.why
    await offline.close()
    again = await open_queue()
    await again.delivered()
    assert service.incidents["1"].status == "resolved"
    assert await again.outbox() == []


async def test_connection_attached_later_delivers(
    open_queue: OpenQueue, service: FakeService
) -> None:
    queue = await open_queue(offline=True)
    await queue.edit(["1"], CLOSE)
    await queue.attach(FakeConnection(service))  # type: ignore[arg-type]
    await queue.delivered()
    assert service.incidents["1"].status == "resolved"


async def test_comment_whose_answer_was_lost_is_looked_for_before_it_is_sent_again(
    queue: Queue, service: FakeService
) -> None:
    service.lose_answer = True
    service.faults = [Unreachable("Commenting failed", "the answer was cut", stage="read")]
    await queue.edit(["1"], IncidentChange(comment="Once"))
    await queue.delivered()
    await queue.sync()
    await queue.delivered()
    assert [call[3] is not None for call in service.writes()] == [False, True]
    assert [comment.text for comment in service.incidents["1"].comments] == ["Once"]
    assert await queue.outbox() == []


async def test_unreadable_answer_fails_the_edit_and_remembers_that_it_may_have_arrived(
    queue: Queue, service: FakeService
) -> None:
    service.lose_answer = True
    service.faults = [BadAnswer("Commenting failed", "HTML came instead of JSON")]
    await queue.edit(["1"], IncidentChange(comment="Once"))
    await queue.delivered()
    await queue.retry()
    await queue.delivered()
    assert service.writes()[-1][3] is not None
    assert len(service.incidents["1"].comments) == 1


async def test_edit_under_way_when_the_queue_closes_is_tried_again(
    open_queue: OpenQueue, service: FakeService
) -> None:
    queue = await open_queue()
    await queue.sync()
    service.gate = asyncio.Event()
    await queue.edit(["1"], IncidentChange(comment="Hello"))
    await asyncio.wait_for(service.asked.wait(), 60)
    await queue.close()
    service.gate = None
    again = await open_queue()
    await again.delivered()
    assert [comment.text for comment in service.incidents["1"].comments] == ["Hello"]
    assert service.writes()[-1][3] is not None


async def test_claim_of_a_dead_program_is_put_back(
    open_queue: OpenQueue, service: FakeService
) -> None:
    queue = await open_queue(offline=True)
    await queue.edit(["1"], CLOSE)
    host = leases.new_sender().partition("/")[0]
    await queue.cache.run(
        lambda connection: connection.execute(
            "UPDATE outbox SET state = 'sending', sender = ?, lease = 99999999999",
            (f"{host}/999999999/x",),
        )
    )
    await queue.close()
    again = await open_queue()
    await again.delivered()
    assert service.incidents["1"].status == "resolved"


async def test_claim_of_a_living_program_is_left_alone(
    open_queue: OpenQueue, service: FakeService
) -> None:
    queue = await open_queue(offline=True)
    await queue.edit(["1"], CLOSE)
    await queue.cache.run(
        lambda connection: connection.execute(
            "UPDATE outbox SET state = 'sending', sender = 'elsewhere/1/x', lease = 99999999999"
        )
    )
    again = await open_queue()
    await again.delivered()
    assert service.writes() == []
    assert [edit.state for edit in await again.outbox()] == ["sending"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (IncidentChange(), "Nothing is changed"),
        (IncidentChange(comment="  "), "comment is empty"),
        (
            IncidentChange(classification="falsePositive", determination="phishing"),
            "phishing is no determination of false positive",
        ),
        (IncidentChange(determination="phishing"), "no determination of false positive"),
    ],
)
async def test_senseless_edit_is_refused_and_nothing_is_written(
    queue: Queue, service: FakeService, change: IncidentChange, said: str
) -> None:
    service.change("1", classification="falsePositive", determination="notMalicious")
    await queue.sync()
    with pytest.raises(UsageProblem, match=said):
        await queue.edit(["2", "1"], change)
    assert await queue.outbox() == []


async def test_field_that_the_api_cannot_write_is_refused(
    queue: Queue, service: FakeService
) -> None:
    service.supports = frozenset(["status", "comment"])
    with pytest.raises(UsageProblem, match="the severity"):
        await queue.edit(["1"], IncidentChange(severity="low"))


async def test_new_classification_takes_back_a_determination_that_does_not_fit(
    queue: Queue, service: FakeService
) -> None:
    change = IncidentChange(classification="truePositive", determination="phishing")
    await queue.edit(["1"], change)
    await queue.edit(["1"], IncidentChange(classification="falsePositive"))
    await queue.delivered()
    assert service.incidents["1"].determination == "unknown"


async def test_sync_does_not_hide_what_is_pending(queue: Queue, service: FakeService) -> None:
    service.gate = asyncio.Event()
    await queue.edit(["1"], CLOSE)
    service.change("1", displayName="Renamed by another")
    await queue.sync()
    shown = await queue.incident("1")
    assert shown is not None
    assert (shown.name, shown.status) == ("Renamed by another", "resolved")
    service.gate.set()


async def test_edit_with_a_lone_surrogate_is_kept(queue: Queue, service: FakeService) -> None:
    service.add(incident(0, displayName="bad \ud800 name"))
    await queue.sync()
    await queue.edit(["0"], IncidentChange(comment="seen \udfff"))
    await queue.delivered()
    assert await queue.outbox() == []
    shown = await queue.incident("0")
    assert shown is not None
    assert shown.name == "bad \ud800 name"


async def test_two_programs_on_one_cache_send_each_edit_once(
    open_queue: OpenQueue, service: FakeService
) -> None:
    one, other = await open_queue(), await open_queue()
    await one.sync()
    service.gate = asyncio.Event()
    await one.edit(["1", "2"], CLOSE)
    await other.edit(["2", "3"], IncidentChange(severity="low"))
    service.gate.set()
    await one.delivered()
    await other.delivered()
    while await one.outbox():
        one._courier.call()
        await one.delivered()
    assert sorted(call[1] for call in service.writes()) == ["1", "2", "2", "3"]


async def test_what_another_program_did_to_the_cache_is_seen_at_the_next_sync(
    open_queue: OpenQueue, queue: Queue, service: FakeService
) -> None:
    other = await open_queue()
    heard: list[QueueChanged] = []
    queue.subscribe(heard.append)
    await other.edit(["2"], CLOSE)
    await other.delivered()
    await queue.sync()
    assert heard[0] == QueueChanged(None)
    assert (await queue.incident("2")).status == "resolved"  # type: ignore[union-attr]


async def test_closed_queue_says_so(queue: Queue) -> None:
    source = queue.source()
    await queue.close()
    await queue.close()
    with pytest.raises(Problem, match="closed"):
        await source.window(0, 10)
