"""`incidents` and `incident`: formats, filters, exit codes."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.services import Machine
from tests.faults.server import (
    Answer,
    FaultServer,
    Seen,
    cut,
    error,
    graph_error,
    json_answer,
    reset,
    text_answer,
    throttled,
)
from tui.demo.identity import applications
from tui.demo.server import DemoTenant

GRAPH = "/v1.0/security/incidents"
ROLES = ("SecurityIncident.Read.All", "Incident.Read.All")


def incident(number: int, **more: object) -> dict[str, object]:
    base = {
        "id": str(number),
        "displayName": f"Incident {number}",
        "severity": "high" if number % 2 else "low",
        "status": "active",
        "createdDateTime": f"2026-11-0{number % 9 + 1}T00:00:00.1234567Z",
        "alerts": [],
    }
    return base | more


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.fixture
async def server() -> object:
    async with FaultServer() as running:
        running.authority(*ROLES)
        yield running


@pytest.mark.parametrize("api", ["graph", "classic"])
async def test_the_demo_tenant_is_listed_alike_in_both_dialects(
    machine: Machine, demo_tenant: DemoTenant, api: str
) -> None:
    app = applications()[0]
    machine.connect(demo_tenant.base_url, api, tenant=app.tenant_id, client=app.client_id)
    machine.environment["M365D_CLIENT_SECRET"] = app.client_secret
    ended = await machine.run("incidents", "--filter", "sev:high", "--top", "3", "--format", "json")
    assert ended.code == 0
    found = ended.json
    assert len(found) == 3
    for one in found:
        assert one["severity"] == "high"
        assert one["status"] in ("active", "inProgress", "resolved", "redirected", "awaitingAction")
        assert one["created"].endswith("Z")
        assert one["alerts"]
        assert set(one) >= {"id", "name", "assigned_to", "classification", "updated", "tags"}
    assert app.client_secret not in ended.out + ended.err
    assert ("2027-02-01" in ended.err) == (api == "classic")

    one = await machine.run("incident", found[0]["id"], "--format", "json")
    assert (one.code, one.json["id"], one.json["name"]) == (0, found[0]["id"], found[0]["name"])
    raw = await machine.run("incident", found[0]["id"], "--raw")
    assert ("displayName" if api == "graph" else "incidentName") in raw.json
    sheet = await machine.run("incident", found[0]["id"])
    assert "ALERTS" in sheet.out
    assert "\x1b" not in sheet.out


async def test_a_list_is_written_in_every_format(machine: Machine, server: FaultServer) -> None:
    machine.connect(server.url, "graph")
    evil = incident(1, displayName="=cmd|' /C calc'!A0\x1b[31m\u202e", customTags=["a", "b"])
    server.on("GET", GRAPH, json_answer({"value": [evil]}))
    table = await machine.run("incidents")
    assert (table.code, "\x1b" in table.out, "\u202e" in table.out) == (0, False, False)
    rows = list(csv.DictReader(io.StringIO((await machine.run("incidents", "--format=csv")).out)))
    assert rows[0]["name"].startswith("'=cmd")
    assert (rows[0]["tags"], rows[0]["created"]) == ("a; b", "2026-11-02T00:00:00.123456Z")
    listed = await machine.run("incidents", "--format", "json")
    assert "\u202e" not in listed.out
    assert listed.json[0]["name"] == evil["displayName"]
    assert (await machine.run("incidents", "--raw")).json == [evil]
    target = machine.home / "list.json"
    saved = await machine.run("incidents", "--format", "json", "-o", str(target))
    assert (saved.code, saved.out) == (0, "")
    assert json.loads(target.read_text(encoding="utf-8")) == listed.json
    link = machine.home / "link.json"
    link.symlink_to(target)
    await machine.run("incidents", "--format", "csv", "-o", str(link))
    assert link.is_symlink()
    assert target.read_text(encoding="utf-8").startswith("id,name")


async def test_a_cut_list_says_so(machine: Machine, server: FaultServer) -> None:
    machine.connect(server.url, "graph")
    link = f"{server.url}{GRAPH}?p=2"
    server.on(
        "GET",
        GRAPH,
        json_answer({"value": [incident(3), incident(2)], "@odata.nextLink": link}),
        json_answer({"value": [incident(1)]}),
    )
    ended = await machine.run("incidents", "--top", "2", "--format", "json")
    assert [one["id"] for one in ended.json] == ["3", "2"]
    assert "may be more" in ended.err
    assert ended.code == 0


async def test_a_filter_may_begin_with_a_dash_and_goes_through_all_pages(
    machine: Machine, server: FaultServer
) -> None:
    machine.connect(server.url, "graph")

    def answer(seen: Seen) -> Answer:
        page = int(seen.query[2:]) if seen.query.startswith("p=") else 0
        more = {"@odata.nextLink": f"{server.url}{GRAPH}?p={page + 1}"} if page < 3 else {}
        return json_answer({"value": [incident(page * 2 + 1), incident(page * 2 + 2)], **more})

    server.on("GET", GRAPH, answer)
    ended = await machine.run("incidents", "--filter", "-sev:high", "--top=3", "--format=json")
    assert [one["id"] for one in ended.json] == ["2", "4", "6"]


async def test_part_of_a_list_is_printed_and_is_no_success(
    machine: Machine, server: FaultServer
) -> None:
    machine.connect(server.url, "graph")
    link = f"{server.url}{GRAPH}?p=2"
    first = json_answer({"value": [incident(2)], "@odata.nextLink": link})
    for second in (graph_error(403, "Forbidden", "no more"), text_answer("<html>")):
        server.on("GET", GRAPH, first, second)
        ended = await machine.run("incidents", "--format", "json")
        assert ([one["id"] for one in ended.json], ended.code) == (["2"], 1)
        assert "part of the list" in ended.err
    server.on("GET", GRAPH, json_answer({"value": [incident(2), {"displayName": "lost"}]}))
    ended = await machine.run("incidents", "--format", "json")
    assert ([one["id"] for one in ended.json], ended.code) == (["2"], 1)
    assert "lost" in ended.err


async def test_what_cannot_be_read_of_an_incident_is_named(
    machine: Machine, server: FaultServer
) -> None:
    machine.connect(server.url, "graph")
    odd = incident(2, createdDateTime="garbage", status="brandNew", severity=None)
    server.on("GET", GRAPH, json_answer({"value": [odd]}))
    ended = await machine.run("incidents", "--format", "json")
    assert (ended.code, ended.json[0]["status"], ended.json[0]["created"]) == (0, "brandNew", None)
    assert "garbage" in ended.err


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (graph_error(403, "Authorization_RequestDenied", "no"), 4, "Authorization_RequestDenied"),
        (graph_error(500, "generalException", "boom"), 1, "boom"),
        (throttled(3600), 1, "--wait"),
        (text_answer("<html><title>Blocked by proxy</title>"), 1, "Blocked by proxy"),
        (text_answer('{"value": [{"id": "1"'), 1, "cut or malformed"),
        (error(401, "Unauthorized", "who"), 3, "Unauthorized"),
        (reset(), 5, "127.0.0.1"),
        (cut({"value": [incident(1)]}), 5, "cut"),
        (json_answer({"value": []}), 0, ""),
    ],
)
async def test_every_answer_has_its_exit_code(
    machine: Machine, server: FaultServer, answer: Answer, code: int, words: str
) -> None:
    machine.connect(server.url, "graph")
    server.on("GET", GRAPH, answer)
    ended = await machine.run("incidents", "--format", "json")
    assert (ended.code, ended.out) == (code, "[]\n" if code == 0 else "")
    assert words in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("incidents", "--filter", "sev:nonsense"),
        ("incidents", "--filter", "colour:red"),
        ("incidents", "--top", "0"),
        ("incidents", "--top", "many"),
        ("incidents", "--format", "yaml"),
        ("incidents", "--format", "csv", "--raw"),
        ("incidents", "-o", "/no/such/place/x"),
        ("incident", "../7"),
        ("incident",),
    ],
)
async def test_wrong_usage_asks_nothing_of_any_service(
    machine: Machine, server: FaultServer, arguments: tuple[str, ...]
) -> None:
    machine.connect(server.url, "graph")
    ended = await machine.run(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert server.seen == []


async def test_an_unknown_incident_is_named(machine: Machine, server: FaultServer) -> None:
    machine.connect(server.url, "classic")
    server.on("GET", "/api/incidents/7", error(404, "ResourceNotFound", "Incident 7 not found"))
    ended = await machine.run("incident", "7")
    assert (ended.code, ended.out) == (1, "")
    assert "no incident 7" in ended.err
    assert "|track-7.1." in ended.err


async def test_the_cache_answers_offline_and_says_so(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FaultServer() as server:
        server.authority(*ROLES)
        machine.connect(server.url, "graph")
        newest = incident(2, createdDateTime="2026-11-20T00:00:00Z")
        unheard = incident(1, severity="apocalyptic")
        server.on("GET", GRAPH, json_answer({"value": [unheard, newest, incident(3)]}))
        await fill_cache(machine, monkeypatch)
    listed, filtered, unheard_of, one, unknown, memory = await asyncio.gather(
        machine.run("incidents", "--format", "json"),
        machine.run("incidents", "--filter", "sev:low", "--format", "json"),
        machine.run("incidents", "--filter", "sev:apocalyptic", "--format", "json"),
        machine.run("incident", "3", "--format", "json"),
        machine.run("incident", "99"),
        machine.run("incidents", "--no-cache"),
    )
    assert listed.code == 5
    assert [found["id"] for found in listed.json][:1] == ["2"]
    assert len(listed.json) == 3
    assert "cache" in listed.err
    assert [found["id"] for found in filtered.json] == ["2"]
    assert [found["id"] for found in unheard_of.json] == ["1"]
    assert (one.code, one.json["name"]) == (5, "Incident 3")
    assert (unknown.code, unknown.out, memory.code, memory.out) == (5, "", 5, "")


async def test_offline_me_is_whom_the_settings_name(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with FaultServer() as server:
        server.authority(*ROLES)
        machine.connect(server.url, "graph")
        mine = incident(2, assignedTo="k.larsen@contoso.com")
        server.on("GET", GRAPH, json_answer({"value": [mine, incident(3)]}))
        await fill_cache(machine, monkeypatch)
    asked = ("incidents", "--filter", "assigned:me", "--format", "json")
    unknown = await machine.run(*asked)
    assert (unknown.code, unknown.out) == (5, "")
    assert "who “me” is" in unknown.err
    assert "connection refused" in unknown.err
    with machine.config.open("a", encoding="utf-8") as file:
        file.write('[ui]\nme = "k.larsen@contoso.com"\n')
    known = await machine.run(*asked)
    assert (known.code, [one["id"] for one in known.json]) == (5, ["2"])


async def test_a_cache_that_cannot_be_asked_hides_nothing_of_why_it_was(
    machine: Machine, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.connect(server.url, "graph")
    server.on("GET", GRAPH, json_answer({"value": [incident(2)]}))
    await fill_cache(machine, monkeypatch)
    (path,) = machine.home.rglob("*.sqlite3")
    held = sqlite3.connect(path, isolation_level=None)
    held.execute("PRAGMA locking_mode=EXCLUSIVE")
    held.execute("BEGIN EXCLUSIVE")
    unheard = await machine.run("incidents", "--filter", "sev:cosmic")
    server.on("GET", GRAPH, reset())
    listed = await machine.run("incidents")
    held.close()
    assert (unheard.code, listed.code, listed.out) == (2, 5, "")
    assert "is no severity" in unheard.err
    for ended in (unheard, listed):
        assert "another program" in ended.err
    assert "was cut" in listed.err
    path.write_bytes(b"no database" * 1000)
    offline = await machine.run("handover", "--offline")
    assert (offline.code, "damaged" in offline.err) == (0, True)


async def test_a_condition_that_the_service_refuses_is_held_against_the_list_here(
    machine: Machine, server: FaultServer
) -> None:
    machine.connect(server.url, "graph")

    def answer(seen: Seen) -> Answer:
        if "$filter" in seen.query:
            return graph_error(400, "BadRequest", "Invalid filter clause")
        return json_answer({"value": [incident(3), incident(2)]})

    server.on("GET", GRAPH, answer)
    ended = await machine.run("incidents", "--filter", "sev:high", "--format", "json")
    assert (ended.code, [one["id"] for one in ended.json], ended.err) == (0, ["3"], "")
    server.on("GET", GRAPH, graph_error(400, "BadRequest", "Never"))
    ended = await machine.run("incidents", "--filter", "sev:high")
    assert (ended.code, "Never" in ended.err) == (1, True)


async def fill_cache(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    from tui.api.service import connect
    from tui.auth.profiles import profile_named
    from tui.auth.session import Session
    from tui.config import load_settings
    from tui.incidents.queue import Queue

    monkeypatch.setenv("M365D_CLIENT_SECRET", machine.environment["M365D_CLIENT_SECRET"])
    profile = profile_named(load_settings(machine.config), None)
    session = Session(profile)
    connection = await connect(session)
    directory = machine.home / "data" / "m365d-tui" / "queue"
    queue = await Queue.open(connection, profile, directory=directory)
    await queue.sync()
    await queue.close()
    await connection.close()
    await session.close()
