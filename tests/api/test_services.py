"""Updates, comments and hunting over both dialects, and the choice between them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from tests.api.helpers import NOW, Bench, StubSession
from tests.faults.server import (
    Answer,
    FaultServer,
    Seen,
    cut,
    error,
    json_answer,
    reset,
    text_answer,
    throttled,
)
from tui.api.classic import ClassicHunting, ClassicIncidents
from tui.api.graph import GraphHunting, GraphIncidents
from tui.api.protocols import HuntingService, IncidentService
from tui.api.records import IncidentChange
from tui.api.service import connect
from tui.errors import (
    BadAnswer,
    SignInProblem,
    Unreachable,
    UsageProblem,
)

Make = Callable[..., Bench]
GRAPH = "/v1.0/security/incidents/7"
CLASSIC = "/api/incidents/7"


def services(one: Bench, dialect: str) -> tuple[IncidentService, HuntingService]:
    url, now = one.server.url, one.session.now
    if dialect == "graph":
        return GraphIncidents(one.transport, url, now), GraphHunting(one.transport, url)
    return ClassicIncidents(one.transport, url, now), ClassicHunting(one.transport, url)


async def test_graph_is_written_in_its_own_names(server: FaultServer, bench: Make) -> None:
    server.on("PATCH", GRAPH, json_answer({"id": "7", "status": "resolved"}))
    server.on("GET", GRAPH, json_answer({"id": "7", "status": "resolved", "alerts": [{"id": "a"}]}))
    incidents, _ = services(bench(), "graph")
    change = IncidentChange(
        status="inProgress",
        assigned_to=None,
        tags=("vip",),
        severity="high",
        name="New name",
        classification="falsePositive",
        determination="notMalicious",
    )
    found = await incidents.update("7", change)
    assert server.seen[0].json == {
        "status": "inProgress",
        "assignedTo": None,
        "customTags": ["vip"],
        "severity": "high",
        "displayName": "New name",
        "classification": "falsePositive",
        "determination": "notMalicious",
    }
    assert (found.status, [seen.method for seen in server.seen]) == ("resolved", ["PATCH"])


@pytest.mark.parametrize("dialect", ["graph", "classic"])
@pytest.mark.parametrize(
    "said", [Answer(204), Answer(200), json_answer({}), json_answer({"id": "8", "x": 1})]
)
async def test_an_answer_that_does_not_tell_is_asked_for(
    server: FaultServer, bench: Make, dialect: str, said: Answer
) -> None:
    path = GRAPH if dialect == "graph" else CLASSIC
    server.on("PATCH", path, said)
    server.on("GET", path, json_answer({"id": "7", "status": "active", "alerts": [{"id": "a"}]}))
    incidents, _ = services(bench(), dialect)
    found = await incidents.update("7", IncidentChange(status="resolved"))
    assert (found.status, [alert.id for alert in found.alerts]) == ("active", ["a"])


async def test_an_alert_is_commented_on_by_its_own_address(
    server: FaultServer, bench: Make
) -> None:
    server.on("POST", "/v1.0/security/alerts_v2/a 1/comments", json_answer({"value": []}))
    alerts = [{"id": "a 1", "comments": [{"comment": "seen"}]}]
    server.on("GET", GRAPH, json_answer({"id": "7", "comments": [], "alerts": alerts}))
    incidents, _ = services(bench(), "graph")
    assert [one.text for one in await incidents.comment("7", "seen", alert="a 1")] == ["seen"]
    classic, _ = services(bench(), "classic")
    with pytest.raises(UsageProblem, match="Alerts cannot be changed"):
        await classic.comment("7", "seen", alert="a 1")


async def test_classic_is_written_in_its_own_spelling(server: FaultServer, bench: Make) -> None:
    server.on("PATCH", CLASSIC, json_answer({"incidentId": 7, "alerts": []}))
    incidents, _ = services(bench(), "classic")
    change = IncidentChange(
        status="inProgress",
        assigned_to=None,
        tags=(),
        classification="falsePositive",
        determination="notEnoughDataToValidate",
        comment="looked at it",
    )
    await incidents.update("7", change)
    assert server.seen[0].json == {
        "status": "InProgress",
        "assignedTo": "",
        "tags": [],
        "classification": "FalsePositive",
        "determination": "NoEnoughDataToValidate",
        "comment": "looked at it",
    }
    with pytest.raises(UsageProblem, match="severity"):
        await incidents.update("7", IncidentChange(severity="high"))


@pytest.mark.parametrize("dialect", ["graph", "classic"])
async def test_a_change_that_was_made_stays_made_when_loading_fails(
    server: FaultServer, bench: Make, dialect: str
) -> None:
    path = GRAPH if dialect == "graph" else CLASSIC
    server.on("PATCH", path, json_answer({"id": "7", "status": "Resolved"}))
    server.on("GET", path, error(403, "Forbidden", "no"))
    incidents, _ = services(bench(), dialect)
    assert (await incidents.update("7", IncidentChange(status="resolved"))).status == "resolved"


@pytest.mark.parametrize("dialect", ["graph", "classic"])
async def test_a_lost_change_of_fields_is_sent_again(
    server: FaultServer, bench: Make, dialect: str
) -> None:
    path = GRAPH if dialect == "graph" else CLASSIC
    server.on("PATCH", path, reset(), json_answer({"id": "7", "alerts": []}))
    incidents, _ = services(bench(), dialect)
    await incidents.update("7", IncidentChange(status="resolved"))
    assert len(server.seen) == 2


def commented(*texts: str, at: str = "2026-11-24T12:00:01Z") -> Answer:
    comments = [{"comment": text, "createdDateTime": at} for text in texts]
    return json_answer({"id": "7", "comments": comments, "alerts": []})


@pytest.mark.parametrize("dialect", ["graph", "classic"])
@pytest.mark.parametrize("loss", [reset(), text_answer("<html>", 504), text_answer("{", 200)])
async def test_a_comment_whose_answer_was_lost_is_found_and_not_sent_again(
    server: FaultServer, bench: Make, dialect: str, loss: Answer
) -> None:
    path = GRAPH if dialect == "graph" else CLASSIC
    method = "POST" if dialect == "graph" else "PATCH"
    server.on(method, path + ("/comments" if dialect == "graph" else ""), loss)
    server.on("GET", path, commented("other", "done\nhere "))
    incidents, _ = services(bench(), dialect)
    found = await incidents.comment("7", "done\r\nhere")
    assert [one.text for one in found] == ["other", "done\nhere "]
    assert [seen.method for seen in server.seen] == [method, "GET"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a < b & c", "a &lt; b &amp; c"),
        ("done\nhere", "<p>done<br/>here</p>"),
        ("x" * 3000, "x" * 1000),
    ],
)
async def test_a_comment_that_the_service_writes_its_own_way_is_known_again(
    server: FaultServer, bench: Make, sent: str, kept: str
) -> None:
    server.on("POST", f"{GRAPH}/comments", reset())
    server.on("GET", GRAPH, commented(kept))
    incidents, _ = services(bench(), "graph")
    assert [one.text for one in await incidents.comment("7", sent)] == [kept]
    assert [seen.method for seen in server.seen] == ["POST", "GET"]


@pytest.mark.parametrize("dialect", ["graph", "classic"])
async def test_a_comment_that_did_not_arrive_is_sent_once_more(
    server: FaultServer, bench: Make, dialect: str
) -> None:
    path = GRAPH if dialect == "graph" else CLASSIC
    method = "POST" if dialect == "graph" else "PATCH"
    fresh = json_answer({"id": "7", "value": [{"comment": "done"}], "alerts": []})
    classic = json_answer({"incidentId": 7, "comments": [{"comment": "done"}], "alerts": []})
    server.on(
        method,
        path + ("/comments" if dialect == "graph" else ""),
        reset(),
        fresh if dialect == "graph" else classic,
    )
    server.on("GET", path, commented("done", at="2026-11-24T11:00:00Z"))  # an older one
    incidents, _ = services(bench(), dialect)
    assert [one.text for one in await incidents.comment("7", "done")] == ["done"]
    assert [seen.method for seen in server.seen] == [method, "GET", method]


async def test_a_comment_of_a_former_run_is_looked_for_first(
    server: FaultServer, bench: Make
) -> None:
    server.on("GET", GRAPH, commented("done"))
    incidents, _ = services(bench(), "graph")
    await incidents.comment("7", "done", tried=NOW - timedelta(minutes=1))
    assert [seen.method for seen in server.seen] == ["GET"]


async def test_a_comment_waits_for_a_429_and_is_not_doubled(
    server: FaultServer, bench: Make
) -> None:
    server.on("POST", f"{GRAPH}/comments", throttled(1), json_answer({"value": [{"comment": "x"}]}))
    incidents, _ = services(bench(), "graph")
    assert len(await incidents.comment("7", "x")) == 1
    assert len(server.seen) == 2


@pytest.mark.parametrize("odd", ["", "../7", "7/comments", "7?x", "..", "7 8", "a" * 200])
async def test_what_is_no_id_never_reaches_an_address(
    server: FaultServer, bench: Make, odd: str
) -> None:
    for dialect in ("graph", "classic"):
        incidents, _ = services(bench(), dialect)
        for call in (
            incidents.get(odd),
            incidents.comment(odd, "x"),
            incidents.update(odd, IncidentChange(status="active")),
        ):
            with pytest.raises(UsageProblem):
                await call
    assert server.seen == []


@pytest.mark.parametrize(
    ("dialect", "path"),
    [("graph", "/v1.0/security/runHuntingQuery"), ("classic", "/api/advancedhunting/run")],
)
async def test_a_query_goes_out_and_its_body_into_the_file(
    server: FaultServer, bench: Make, tmp_path: Path, dialect: str, path: str
) -> None:
    server.on("POST", path, json_answer({"Schema": [], "Results": []}, request_id="r-1"))
    _, hunting = services(bench(), dialect)
    answer = await hunting.run("Tablé | take 1", to=tmp_path / "b")
    assert server.seen[0].json == {"Query": "Tablé | take 1"}
    assert server.seen[0].headers["content-type"] == "application/json; charset=utf-8"
    assert (answer.path, answer.dialect, answer.request_id) == (tmp_path / "b", dialect, "r-1")
    assert answer.size == (tmp_path / "b").stat().st_size


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (text_answer("<html><title>Blocked</title></html>"), "Blocked"),
        (text_answer(""), "empty"),
        (text_answer("[1"), "cut or malformed"),
        (text_answer("[1]"), "a JSON array came instead of an object: “.1.”"),
        (text_answer("[" + "1, " * 9000 + "1]"), "a JSON array came instead of an object"),
        (text_answer("null"), "JSON null came instead of an object"),
        (text_answer('"moved"'), "a JSON text came instead of an object"),
        (text_answer("12"), "a JSON number came instead of an object"),
    ],
)
async def test_a_hunting_body_that_is_no_answer_is_named(
    server: FaultServer, bench: Make, tmp_path: Path, answer: Answer, words: str
) -> None:
    server.on("POST", "/api/advancedhunting/run", answer)
    _, hunting = services(bench(), "classic")
    with pytest.raises(BadAnswer, match=words):
        await hunting.run("T", to=tmp_path / "b")
    assert not (tmp_path / "b").exists()


async def test_what_came_of_a_cut_hunting_answer_is_kept(
    server: FaultServer, bench: Make, tmp_path: Path
) -> None:
    server.on("POST", "/api/advancedhunting/run", cut({"Results": list(range(100))}, keep=60))
    _, hunting = services(bench(), "classic")
    with pytest.raises(Unreachable) as caught:
        await hunting.run("T", to=tmp_path / "b")
    assert caught.value.stage == "read"
    assert (tmp_path / "b").stat().st_size == 60
    assert len(server.seen) == 1


async def test_a_time_span_is_checked_and_sent_to_graph_alone(
    server: FaultServer, bench: Make, tmp_path: Path
) -> None:
    server.on("POST", "/v1.0/security/runHuntingQuery", json_answer({"schema": []}))
    _, hunting = services(bench(), "graph")
    for span in ("P7D", "PT12H", "P1DT6H", "2026-11-01/2026-11-08", "P1D/2026-11-08T00:00:00Z"):
        await hunting.run("T", timespan=span, to=tmp_path / "b")
        assert server.seen[-1].json["Timespan"] == span
    for odd in ("7d", "P", "PT", "", "P1D/P1D", "a/b/c", "-P1D"):
        with pytest.raises(UsageProblem):
            await hunting.run("T", timespan=odd, to=tmp_path / "b")
    _, classic = services(bench(), "classic")
    with pytest.raises(UsageProblem, match="30 days"):
        await classic.run("T", timespan="P7D", to=tmp_path / "b")


@pytest.mark.parametrize(
    ("roles", "incidents", "hunting"),
    [
        (("SecurityIncident.Read.All", "ThreatHunting.Read.All"), "graph", "graph"),
        (("Incident.Read.All", "AdvancedHunting.Read.All"), "classic", "classic"),
        (("SecurityIncident.Read.All", "AdvancedHunting.Read.All"), "graph", "classic"),
        (("Incident.ReadWrite.All", "ThreatHunting.Read.All"), "classic", "graph"),
        (("Nothing.At.All",), "graph", "graph"),
    ],
)
async def test_auto_takes_graph_where_the_roles_are_there(
    server: FaultServer, roles: tuple[str, ...], incidents: str, hunting: str
) -> None:
    session = StubSession(server.url, *roles)
    one = await connect(session)  # type: ignore[arg-type]
    assert (one.dialect, one.hunting.dialect) == (incidents, hunting)
    ends = [notice for notice in one.notices if "2027-02-01" in notice]
    assert len(ends) == int("classic" in (incidents, hunting))
    if incidents == "classic":
        assert "SecurityIncident.ReadWrite.All" in ends[0]
    if roles == ("Nothing.At.All",):
        assert any("SecurityIncident.Read.All" in notice for notice in one.notices)


async def test_auto_asks_the_other_api_where_one_has_no_service_here(server: FaultServer) -> None:
    class NoGraph(StubSession):
        code = "AADSTS500011"

        async def token(self, resource: str, **more: object) -> object:  # type: ignore[override]
            if resource == "graph":
                raise SignInProblem("Signing in failed", "no such resource", code=self.code)
            return await super().token(resource)

    one = await connect(NoGraph(server.url))  # type: ignore[arg-type]
    assert one.dialect == "classic"
    NoGraph.code = "AADSTS7000215"
    with pytest.raises(SignInProblem):
        await connect(NoGraph(server.url))  # type: ignore[arg-type]


async def test_what_is_left_of_a_quota_can_be_asked(server: FaultServer, tmp_path: Path) -> None:
    server.on("POST", "/v1.0/security/runHuntingQuery", json_answer({"schema": []}))
    one = await connect(StubSession(server.url))  # type: ignore[arg-type]
    assert str(one.quota("hunting")) == "45 of 45 a minute"
    await one.hunting.run("T", to=tmp_path / "b")
    assert str(one.quota("hunting")) == "44 of 45 a minute"
    assert one.quota("list") is None  # Graph's pages name none
    await one.close()


async def test_a_lost_connection_says_so(server: FaultServer, bench: Make) -> None:
    def gone(_: Seen) -> Answer:
        return reset()

    server.on("GET", GRAPH, gone)
    incidents, _ = services(bench(), "graph")
    with pytest.raises(Unreachable, match="cut"):
        await incidents.get("7")
