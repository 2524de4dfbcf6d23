"""`incidents --watch`: a line for what comes and changes, and patience with the service."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from tests.cli.services import Machine
from tui.api.protocols import Page
from tui.cli import watch as watching
from tui.demo.identity import applications
from tui.demo.options import Options
from tui.demo.server import DemoTenant
from tui.errors import BadAnswer, Forbidden, Problem
from tui.incidents.filters import Seen


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@asynccontextmanager
async def somebody_else(tenant: DemoTenant) -> AsyncIterator[httpx.AsyncClient]:
    """Another client of the tenant's Graph API."""
    app = applications()[0]
    async with httpx.AsyncClient(base_url=tenant.base_url, timeout=60) as client:
        answer = await client.post(
            f"/{app.tenant_id}/oauth2/v2.0/token",
            data={
                "client_id": app.client_id,
                "client_secret": app.client_secret,
                "scope": "https://graph.microsoft.com/.default",
                "grant_type": "client_credentials",
            },
        )
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


async def test_a_change_is_a_line(machine: Machine) -> None:
    with DemoTenant(Options(unlimited=True)) as tenant:
        app = applications()[0]
        machine.connect(tenant.base_url, "graph", tenant=app.tenant_id, client=app.client_id)
        machine.environment["M365D_CLIENT_SECRET"] = app.client_secret
        process = await machine.start(
            *("incidents", "--watch", "--every", "5", "--filter", "tag:watched or status:closed")
        )
        assert process.stdout is not None
        reading = asyncio.create_task(process.stdout.readline())
        path = "/v1.0/security/incidents"
        try:
            async with asyncio.timeout(120), somebody_else(tenant) as client:
                key = (await client.get(f"{path}?$top=50")).json()["value"][-1]["id"]
                while not reading.done():
                    # Changed again and again, for when the watch began is not known here.
                    changed = {"status": "resolved", "assignedTo": f"{datetime.now(UTC)}"}
                    (await client.patch(f"{path}/{key}", json=changed)).raise_for_status()
                    await asyncio.wait([reading], timeout=1)
            line = json.loads(await reading)
        finally:
            process.send_signal(signal.SIGINT)
            _, err = await process.communicate()
        assert (line["event"], line["id"], line["status"]) == ("changed", key, "resolved")
        assert process.returncode == 130
        assert b"Traceback" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--watch", "--format", "csv"),
        ("--watch", "--every", "1"),
        ("--watch", "-o", "x"),
        ("--watch", "--filter", "sev:nonsense"),
        ("--format", "jsonl"),
    ],
)
async def test_wrong_usage(machine: Machine, arguments: tuple[str, ...]) -> None:
    machine.connect("http://127.0.0.1:9", "graph")
    ended = await machine.run("incidents", *arguments)
    assert ended.code == 2, ended.err


async def test_what_is_no_answer_is_told_and_does_not_end_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    answers: list[Problem] = [
        BadAnswer("Listing incidents failed", "an HTML page came instead of JSON"),
        Forbidden("Listing incidents failed", "a role is missing"),
    ]

    class Service:
        async def pages(self, **asked: object) -> AsyncIterator[Page]:
            yield Page((), None, ("an incident without an id was left out",))
            raise answers.pop(0)

    @asynccontextmanager
    async def connected(args: object, use: str) -> AsyncIterator[object]:
        session = SimpleNamespace(
            now=lambda: datetime.now(UTC), profile=SimpleNamespace(analyst="k.larsen")
        )
        yield SimpleNamespace(incidents=Service(), session=session)

    async def at_once(seconds: float) -> bool:
        assert seconds == 60
        return True

    monkeypatch.setattr(watching, "open_connection", connected)
    monkeypatch.setattr(watching, "_rest", at_once)
    with pytest.raises(Forbidden):
        await watching.watch(
            argparse.Namespace(filter="assigned:me or sev:odd", every=60),
            Seen(severities=frozenset(["odd"])),
        )
    said = capsys.readouterr().err
    assert "HTML page came" in said
    assert "again in 60 s" in said
    assert said.count("without an id") == 1


@pytest.mark.skipif(os.name != "posix", reason="pipes are asked of the system")
async def test_it_ends_when_nobody_reads_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as out:
        monkeypatch.setattr(watching.sys, "stdout", out)
        assert await watching._rest(0.01)
        os.close(read)
        assert not await watching._rest(600)
