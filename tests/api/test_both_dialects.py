"""The embedded tenant over HTTP: the same tests over both dialects."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tui.api.records import IncidentChange
from tui.api.service import Connection, connect
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.session import Session
from tui.demo.identity import applications
from tui.demo.options import Options
from tui.demo.server import DemoTenant
from tui.errors import (
    Forbidden,
    NotFound,
    QueryProblem,
    Throttled,
)


def profile_of(tenant: DemoTenant, api: str, number: int = 0) -> Profile:
    from tui.auth.clouds import custom_cloud
    from tui.config import HostTable

    app = applications()[number]
    return Profile(
        "demo",
        app.tenant_id,
        app.client_id,
        custom_cloud(HostTable(authority=tenant.base_url)),
        api=api,  # type: ignore[arg-type]
        credential="prompt",
        is_demo=True,
        given_secret=Secret(app.client_secret),
    )


async def open_at(tenant: DemoTenant, api: str) -> AsyncIterator[Connection]:
    session = Session(profile_of(tenant, api))
    one = await connect(session, wait_limit=0, spaced=False)
    yield one
    await one.close()
    await session.close()


@pytest.fixture(params=["graph", "classic"])
async def tenant(
    request: pytest.FixtureRequest, demo_tenant: DemoTenant
) -> AsyncIterator[Connection]:
    async for one in open_at(demo_tenant, request.param):
        yield one


async def test_the_whole_queue_of_the_tenant_is_listed(tenant: Connection) -> None:
    found = [one async for page in tenant.incidents.pages() for one in page.incidents]
    assert len(found) == len({one.id for one in found})
    assert len(found) > 250
    assert [fault for one in found for fault in one.faults] == []
    assert {one.severity for one in found} <= {"high", "medium", "low", "informational", "unknown"}
    evidence = [item for one in found for alert in one.alerts for item in alert.evidence]
    assert evidence
    assert all(item.title for item in evidence)
    created = [one.created for one in found if one.created]
    assert created == sorted(created, reverse=True)


async def test_only_what_changed_is_listed(tenant: Connection, demo_tenant: DemoTenant) -> None:
    everything = [one async for page in tenant.incidents.pages() for one in page.incidents]
    latest = max(one.updated for one in everything if one.updated)
    since = latest - timedelta(days=2)
    found = [
        one async for page in tenant.incidents.pages(updated_since=since) for one in page.incidents
    ]
    expected = {one.id for one in everything if one.updated and one.updated >= since}
    assert {one.id for one in found} == expected
    assert 0 < len(found) < len(everything)


async def test_one_incident_has_the_alerts_of_the_list(tenant: Connection) -> None:
    page = await anext(tenant.incidents.pages(top=1))
    found = await tenant.incidents.get(page.incidents[0].id)
    assert found.alerts == page.incidents[0].alerts
    with pytest.raises(NotFound):
        await tenant.incidents.get("999999999")


async def test_a_query_is_refused_with_its_place(tenant: Connection, tmp_path: Path) -> None:
    with pytest.raises(QueryProblem) as caught:
        await tenant.hunting.run("DeviceInfo\n| where NoSuchColumn == 1", to=tmp_path / "b")
    assert "NoSuchColumn" in str(caught.value)
    assert not (tmp_path / "b").exists()


@pytest.fixture
def own_tenant() -> object:
    with DemoTenant(Options(incidents=20)) as running:
        yield running


@pytest.mark.parametrize("api", ["graph", "classic"])
async def test_an_incident_is_worked_on(own_tenant: DemoTenant, api: str) -> None:
    async for one in open_at(own_tenant, api):
        incident = (await anext(one.incidents.pages(top=1))).incidents[0]
        changed = await one.incidents.update(
            incident.id,
            IncidentChange(
                status="inProgress",
                assigned_to="kim@contoso.com",
                classification="falsePositive",
                determination="notMalicious",
                tags=("vip", "été"),
            ),
        )
        assert (changed.status, changed.assigned_to) == ("inProgress", "kim@contoso.com")
        assert (changed.classification, changed.determination) == ("falsePositive", "notMalicious")
        assert changed.tags == ("vip", "été")
        now = await one.incidents.get(incident.id)
        assert len(now.alerts) == len(incident.alerts)
        comments = await one.incidents.comment(incident.id, "Looks benign.")
        assert comments[-1].text == "Looks benign."
        released = await one.incidents.update(incident.id, IncidentChange(assigned_to=None))
        assert released.assigned_to is None


async def test_a_used_up_quota_is_named(own_tenant: DemoTenant, tmp_path: Path) -> None:
    async for one in open_at(own_tenant, "classic"):
        with pytest.raises(Throttled) as caught:
            await asyncio.gather(*[anext(one.incidents.pages(top=1)) for _ in range(60)])
        assert caught.value.retry_after is not None


async def test_an_application_without_rights_is_told_which(demo_tenant: DemoTenant) -> None:
    bare = next(number for number, app in enumerate(applications()) if not app.roles)
    session = Session(profile_of(demo_tenant, "auto", bare))
    one = await connect(session)
    assert one.notices
    with pytest.raises(Forbidden, match="SecurityIncident"):
        await anext(one.incidents.pages())
    await one.close()
    await session.close()
