"""`handover` and `incident --report`, as a user runs them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.services import Machine
from tests.faults.server import FaultServer, graph_error
from tui.cli.handover import began
from tui.demo.identity import applications
from tui.demo.server import DemoTenant
from tui.errors import UsageProblem

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture
def machine(tmp_path: Path, demo_tenant: DemoTenant) -> Machine:
    app = applications()[0]
    machine = Machine(tmp_path)
    machine.connect(demo_tenant.base_url, "graph", tenant=app.tenant_id, client=app.client_id)
    machine.environment["M365D_CLIENT_SECRET"] = app.client_secret
    return machine


def test_since_is_a_span_or_a_time() -> None:
    assert began("8h", NOW) == NOW - timedelta(hours=8)
    assert began("90m", NOW) == NOW - timedelta(minutes=90)
    assert began("2026-11-24T06:00Z", NOW) == datetime(2026, 11, 24, 6, tzinfo=UTC)
    with pytest.raises(UsageProblem, match="no span"):
        began("yesterday", NOW)


async def test_handover_of_a_quiet_shift(machine: Machine) -> None:
    ended = await machine.run("handover", "--since", "8h")
    assert ended.code == 0, ended.err
    assert ended.out.startswith("# Handover")
    assert "Nothing was done" in ended.out


async def test_handover_offline_asks_the_cache_alone(machine: Machine) -> None:
    machine.connect("http://127.0.0.1:9", "graph")
    ended = await machine.run("handover", "--offline")
    assert (ended.code, ended.err) == (0, "")
    unreachable = await machine.run("handover")
    assert unreachable.code == 5
    assert "what the cache knows" in unreachable.err
    assert unreachable.out.startswith("# Handover")


async def test_wrong_since_is_wrong_usage(machine: Machine) -> None:
    ended = await machine.run("handover", "--since", "soon")
    assert ended.code == 2
    assert "8h" in ended.err
    to_come = await machine.run("handover", "--since", "2999-01-01")
    assert (to_come.code, "yet to come" in to_come.err) == (2, True)


async def test_handover_tells_of_a_service_that_refuses_and_of_what_the_cache_knows(
    tmp_path: Path,
) -> None:
    async with FaultServer() as server:
        server.authority("SecurityIncident.Read.All")
        machine = Machine(tmp_path)
        machine.connect(server.url, "graph")
        server.on("GET", "/v1.0/security/incidents", graph_error(400, "BadRequest", "not today"))
        ended = await machine.run("handover")
    assert ended.code == 1
    assert ended.out.startswith("# Handover")
    assert "not today" in ended.err
    assert ended.err.count("what the cache knows") == 1


async def test_incident_as_report(machine: Machine, tmp_path: Path) -> None:
    listed = await machine.run("incidents", "--top", "1", "--format", "json")
    key = listed.json[0]["id"]
    markdown = await machine.run("incident", key, "--report", "md")
    assert markdown.code == 0, markdown.err
    assert markdown.out.startswith(f"# Incident {key}")
    again = (await machine.run("incident", key, "--report")).out
    written = re.compile(r"[\d-]+ [\d:]+ UTC")
    assert written.sub("", again) == written.sub("", markdown.out)
    target = tmp_path / "report.html"
    filed = await machine.run("incident", key, "--report", "html", "-o", str(target))
    assert (filed.code, filed.out) == (0, "")
    page = target.read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<svg" in page
    both = await machine.run("incident", key, "--report", "md", "--format", "json")
    assert both.code == 2
