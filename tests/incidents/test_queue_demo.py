"""The queue against a tenant over HTTP, in both dialects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from tui.api.records import IncidentChange
from tui.api.service import connect
from tui.auth.clouds import custom_cloud
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.session import Session
from tui.config import HostTable
from tui.demo.identity import applications
from tui.demo.options import Options
from tui.demo.server import DemoTenant
from tui.errors import Unreachable
from tui.incidents.filters import parse
from tui.incidents.queue import Queue

ME = "a.novak@contoso.com"
Api = Literal["graph", "classic"]
SignIn = Callable[..., Awaitable[Queue]]


@pytest.fixture(scope="module")
def tenant() -> Iterator[DemoTenant]:
    """A tenant of our own, for incidents are changed here."""
    with DemoTenant(Options(unlimited=True)) as tenant:
        yield tenant


@pytest.fixture
async def sign_in(tenant: DemoTenant, tmp_path: Path) -> AsyncIterator[SignIn]:
    """Signs in with an application of the tenant and opens its queue."""
    opened: list[tuple[Queue, Session, object]] = []

    async def sign_in(api: Api, app: int = 0, origin: str | None = None) -> Queue:
        chosen = applications()[app]
        profile = Profile(
            name="contoso",
            tenant_id=chosen.tenant_id,
            client_id=chosen.client_id,
            cloud=custom_cloud(HostTable(authority=origin or tenant.base_url)),
            api=api,
            credential="prompt",
            given_secret=Secret(chosen.client_secret),
        )
        session = Session(profile)
        connection = await connect(session, spaced=False)
        queue = await Queue.open(connection, profile, directory=tmp_path, me=ME)
        opened.append((queue, session, connection))
        return queue

    yield sign_in
    for queue, session, connection in opened:
        await queue.close()
        await connection.close()  # type: ignore[attr-defined]
        await session.close()


@pytest.mark.parametrize("api", ["graph", "classic"])
async def test_queue_is_fetched_filtered_and_edited(
    sign_in: SignIn, tenant: DemoTenant, api: Api
) -> None:
    queue = await sign_in(api)
    first = await queue.sync()
    assert first.fetched == await queue.total() >= 300
    source = queue.source()
    assert len(await source.window(0, 10_000)) == await source.count() == first.fetched
    await source.filter("sev:high -status:closed")
    rows = await source.window(0, 100)
    assert rows
    assert {row.values[1] for row in rows} == {"high"}
    key = rows[0].key
    before = await queue.incident(key)
    assert before is not None
    assert before.alerts

    change = IncidentChange(
        status="resolved",
        assigned_to=ME,
        classification="truePositive",
        determination="phishing",
        tags=(*before.tags, "seen"),
        comment="Contained.",
    )
    await queue.edit([key], change)
    await queue.delivered()
    assert await queue.outbox() == []
    after = await queue.incident(key)
    assert after is not None
    assert (after.status, after.assigned_to) == ("resolved", ME)
    assert (after.classification, after.determination) == ("truePositive", "phishing")
    assert "seen" in after.tags
    assert "Contained." in [comment.text for comment in after.comments]
    assert after.alerts == before.alerts or len(after.alerts) == len(before.alerts)
    assert await source.position(key) is None

    fetched = await queue.refresh_incident(key)
    assert (fetched.status, fetched.tags) == (after.status, after.tags)
    assert [one.text for one in fetched.comments] == [one.text for one in after.comments]
    again = await queue.sync()
    assert again.phase == "changes"
    assert again.fetched < first.fetched

    assert "comment" in (await queue.undo() or "")
    await queue.delivered()
    undone = await queue.refresh_incident(key)
    assert (undone.status, undone.assigned_to) == (before.status, before.assigned_to)
    assert undone.tags == before.tags
    assert await queue.outbox() == []


@pytest.mark.parametrize("api", ["graph", "classic"])
async def test_what_the_service_filters_is_no_narrower_than_the_filter(
    sign_in: SignIn, api: Api
) -> None:
    queue = await sign_in(api)
    await queue.sync()
    service = queue._service()
    for text in (
        "sev:high,medium",
        "-sev:low",
        "status:closed",
        "-status:active",
        "age:<7d",
        "age:>3d status:open",
        "sev:high or status:working",
        "updated:<2d sev:high",
    ):
        chosen = parse(text)
        odata = chosen.odata(api)
        asked: set[str] = set()
        async for page in service.pages(odata=odata, expand_alerts=False):
            asked |= {one.id for one in page.incidents if chosen.matches(one)}
        source = queue.source()
        await source.filter(text)
        assert asked == set(await source.keys())


async def test_application_without_the_write_role_keeps_the_edit_with_what_to_grant(
    sign_in: SignIn,
) -> None:
    reader = next(
        place
        for place, app in enumerate(applications())
        if "SecurityIncident.Read.All" in app.roles
        and "SecurityIncident.ReadWrite.All" not in app.roles
    )
    queue = await sign_in("graph", reader)
    await queue.sync()
    (row,) = await queue.source().window(0, 1)
    await queue.edit([row.key], IncidentChange(status="resolved"))
    await queue.delivered()
    (edit,) = await queue.outbox()
    assert edit.state == "failed"
    assert "ReadWrite.All" in edit.why


async def test_network_cut_in_the_middle_keeps_edits_until_it_returns(
    sign_in: SignIn,
) -> None:
    own = DemoTenant(Options(unlimited=True))
    origin = await asyncio.to_thread(own.start)
    port = int(origin.rpartition(":")[2])
    queue = await sign_in("graph", 0, origin)
    await queue.sync()
    rows = await queue.source().window(0, 2)
    await asyncio.to_thread(own.stop)
    await queue.edit([row.key for row in rows], IncidentChange(status="resolved"))
    with pytest.raises(Unreachable):
        await queue.sync()
    await queue.delivered()
    assert [edit.state for edit in await queue.outbox()] == ["pending", "pending"]
    assert all("127.0.0.1" in edit.why for edit in await queue.outbox())
    assert queue.stale
    assert len(await queue.source().window(0, 100)) == 100
    back = DemoTenant(Options(unlimited=True, port=port))
    await asyncio.to_thread(back.start)
    await queue.sync()
    await queue.delivered()
    assert await queue.outbox() == []
    for row in rows:
        assert (await queue.refresh_incident(row.key)).status == "resolved"
    await asyncio.to_thread(back.stop)


FILTERS = (
    "tactic:CredentialAccess",
    "tactic:IM -status:closed",
    "technique:T1059",
    "technique:T1078",
    "source:endpoint",
    "source:office",
    "alerts:>3",
    "ransomware",
    "class:tp",
    "tactics:>2",
)


async def test_both_dialects_find_the_same_incidents(sign_in: SignIn) -> None:
    graph, classic = await sign_in("graph"), await sign_in("classic")
    await graph.sync()
    await classic.sync()
    story = graph.source()
    await story.filter("tactics:>2")
    (row, *_) = await story.window(0, 1)
    incident = await graph.incident(row.key)
    assert incident is not None
    entities = {e.kind: e for alert in incident.alerts for e in alert.evidence}
    filters = list(FILTERS)
    for field, kind in (("device", "device"), ("user", "user"), ("ip", "ip")):
        if kind in entities:
            filters.append(f'{field}:"{entities[kind].title}"')
    for text in filters:
        found: list[set[str]] = []
        for queue in (graph, classic):
            source = queue.source()
            await source.filter(text)
            found.append(set(await source.keys()))
        assert found[0] == found[1], text
        assert found[0], text
    for kind in ("device", "user", "ip", "url"):
        if kind in entities:
            held = await graph.with_entity(entities[kind])
            assert row.key in held
            assert set(held) == set(await classic.with_entity(entities[kind])), kind


@pytest.mark.parametrize("api", ["graph", "classic"])
async def test_conflict_is_found_over_http(sign_in: SignIn, api: Api) -> None:
    queue = await sign_in(api)
    await queue.sync()
    source = queue.source()
    await source.filter("status:active assigned:none")
    key = (await source.window(0, 1))[0].key
    assert queue._connection is not None
    await queue._connection.incidents.update(key, IncidentChange(assigned_to="other@contoso.com"))
    await queue.edit([key], IncidentChange(assigned_to=ME, tags=("mine",)))
    await queue.delivered()
    (edit,) = await queue.outbox()
    assert (edit.state, edit.theirs) == (
        "conflict",
        IncidentChange(assigned_to="other@contoso.com"),
    )
    await queue.resolve(edit.id, "mine")
    await queue.delivered()
    assert await queue.outbox() == []
    there = await queue.refresh_incident(key)
    assert (there.assigned_to, there.tags) == (ME, ("mine",))


@pytest.mark.parametrize("api", ["graph", "classic"])
async def test_first_fill_over_http_goes_on_where_it_was_cut(
    sign_in: SignIn, tenant: DemoTenant, api: Api
) -> None:
    queue = await sign_in(api)
    task: asyncio.Task[object] | None = None

    def stop(step: object) -> None:
        assert task is not None
        task.cancel()

    task = asyncio.create_task(queue.sync(stop))
    with pytest.raises(asyncio.CancelledError):
        await task
    held = await queue.total()
    assert 0 < held < 300
    steps: list[int] = []
    result = await queue.sync(lambda step: steps.append(step.fetched))
    assert result.phase == "first"
    assert steps[0] > held
    fresh = await sign_in(api)
    assert await fresh.total() == await queue.total() >= 300
    shown = {row.key for row in await queue.source().window(0, 10_000)}
    listed = [
        one.id async for page in fresh._connection.incidents.pages() for one in page.incidents
    ]  # type: ignore[union-attr]
    assert shown == set(listed)
