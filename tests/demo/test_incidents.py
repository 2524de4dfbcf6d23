"""Incidents in both dialects: lists, filters, pages, changes, refusals."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.demo.conftest import Visitor


def every(visitor: Visitor, url: str, headers: dict[str, str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while url:
        body = visitor.http.get(url, headers=headers).json()
        found += body["value"]
        url = body.get("@odata.nextLink", "")
    return found


def test_graph_pages_lead_to_the_end_newest_first(reader: Visitor) -> None:
    headers = reader.bearer("soc-reader", "graph")
    body = reader.http.get("/v1.0/security/incidents?$count=true", headers=headers).json()
    assert body["@odata.count"] == 300
    assert len(body["value"]) == 50
    assert body["@odata.nextLink"].startswith(str(reader.http.base_url))
    found = every(reader, "/v1.0/security/incidents", headers)
    assert len({one["id"] for one in found}) == 300
    created = [one["createdDateTime"] for one in found]
    assert created == sorted(created, reverse=True)
    assert "alerts" not in found[0]


def test_classic_pages_by_skip(reader: Visitor) -> None:
    headers = reader.bearer("soc-reader", "classic")
    first = reader.http.get("/api/incidents?$top=30", headers=headers).json()["value"]
    rest = reader.http.get("/api/incidents?$top=30&$skip=30", headers=headers).json()["value"]
    assert len({one["incidentId"] for one in first + rest}) == 60
    assert len(every(reader, "/api/incidents", headers)) == 300
    assert first[0]["alerts"][0]["devices"]


def test_both_dialects_tell_the_same_incident(reader: Visitor) -> None:
    classic = reader.classic("GET", "/incidents/4711").json()
    graph = reader.graph("GET", "/security/incidents/4711?$expand=alerts").json()
    assert classic["incidentName"] == graph["displayName"]
    assert classic["severity"] == "High"
    assert graph["severity"] == "high"
    assert classic["createdTime"] == graph["createdDateTime"]
    assert [one["alertId"] for one in classic["alerts"]] == [one["id"] for one in graph["alerts"]]
    kinds = {one["@odata.type"] for alert in graph["alerts"] for one in alert["evidence"]}
    assert len(kinds) >= 8


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("severity eq 'high'", lambda one: one["severity"] == "high"),
        ("status ne 'resolved'", lambda one: one["status"] != "resolved"),
        (
            "severity in ('high', 'medium') and not (assignedTo eq null)",
            lambda one: one["severity"] in {"high", "medium"} and one["assignedTo"],
        ),
        (
            "status eq 'active' or status eq microsoft.graph.security.incidentStatus'inProgress'",
            lambda one: one["status"] in {"active", "inProgress"},
        ),
        ("startswith(displayName, 'Human')", lambda one: one["displayName"].startswith("Human")),
        ("customTags/any(t: t eq 'ransomware')", lambda one: "ransomware" in one["customTags"]),
        ("contains(displayName, 'o''brien')", lambda one: False),
    ],
)
def test_graph_filters(reader: Visitor, text: str, passes: Callable[[dict[str, Any]], Any]) -> None:
    headers = reader.bearer("soc-reader", "graph")
    headers["Prefer"] = "include-unknown-enum-members"
    url = str(httpx.URL("/v1.0/security/incidents", params={"$filter": text}))
    found = {one["id"] for one in every(reader, url, headers)}
    everything = every(reader, "/v1.0/security/incidents", headers)
    assert found == {one["id"] for one in everything if passes(one)}


def test_filter_by_time_of_last_change(reader: Visitor) -> None:
    since = (datetime.now(UTC) - timedelta(hours=12)).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    params = {"$filter": f"lastUpdateTime ge {since}", "$orderby": "lastUpdateTime asc"}
    found = reader.classic("GET", "/incidents", params=params).json()["value"]
    times = [one["lastUpdateTime"] for one in found]
    assert times
    assert min(times) >= since[:19]
    assert times == sorted(times)


@pytest.mark.parametrize(
    "query",
    [
        "$filter=severity eq",
        "$filter=colour eq 'red'",
        "$filter=severity eq 'purple'",
        "$filter=createdDateTime ge 'yesterday'",
        "$filter=(severity eq 'high'",
        "$filter=severity eq 'high' severity eq 'low'",
        "$filter=" + "not " * 200 + "status eq 'active'",
        "$filter=createdDateTime ge 2026-99-01T00:00:00Z",
        "$top=51",
        "$top=x",
        "$skip=-1",
        "$orderby=colour",
        "$expand=colours",
        "$apply=x",
    ],
)
def test_graph_refuses_what_it_does_not_understand(reader: Visitor, query: str) -> None:
    answer = reader.graph("GET", f"/security/incidents?{query}")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "BadRequest"
    assert error["message"]
    assert error["innerError"]["request-id"] == answer.headers["request-id"]


def test_classic_cannot_filter_by_severity(reader: Visitor) -> None:
    answer = reader.classic("GET", "/incidents?$filter=severity eq 'High'")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "ODataError"
    assert set(answer.json()["error"]) == {"code", "message", "target"}


def test_newer_members_come_only_where_they_are_asked_for(start: Callable[..., Visitor]) -> None:
    visitor = start(unlimited=True)
    visitor.graph("PATCH", "/security/incidents/4711", json={"status": "awaitingAction"})
    plain = visitor.graph("GET", "/security/incidents/4711").json()
    asked = visitor.graph(
        "GET", "/security/incidents/4711", headers={"Prefer": "include-unknown-enum-members"}
    )
    assert plain["status"] == "unknownFutureValue"
    assert asked.json()["status"] == "awaitingAction"
    assert asked.headers["Preference-Applied"] == "include-unknown-enum-members"


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "InvalidAuthenticationToken"),
        ({"Authorization": "Bearer nonsense"}, "InvalidAuthenticationToken"),
        ({"Authorization": "Basic eDp5"}, "InvalidAuthenticationToken"),
    ],
)
def test_graph_wants_a_token(reader: Visitor, headers: dict[str, str], code: str) -> None:
    answer = reader.http.get("/v1.0/security/incidents", headers=headers)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == code
    assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_token_of_another_api_is_refused(reader: Visitor) -> None:
    wrong = reader.bearer("soc-terminal", "graph")
    answer = reader.http.get("/api/incidents", headers=wrong)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "Unauthorized"


def test_token_ends(start: Callable[..., Visitor]) -> None:
    # The key is the process's: a token that an earlier tenant issued is genuine, and old.
    long_ago = start(now=datetime(2024, 5, 1, tzinfo=UTC))
    headers = long_ago.bearer("soc-terminal", "classic")
    assert long_ago.http.get("/api/incidents?$top=1", headers=headers).status_code == 200
    answer = start().http.get("/api/incidents?$top=1", headers=headers)
    assert answer.status_code == 401
    assert "expired" in answer.json()["error"]["message"]


@pytest.mark.parametrize(
    ("name", "method", "path"),
    [
        ("soc-hunter", "GET", "/incidents"),
        ("soc-newcomer", "GET", "/incidents/4711"),
        ("soc-reader", "PATCH", "/incidents/4711"),
    ],
)
def test_role_is_missing(reader: Visitor, name: str, method: str, path: str) -> None:
    classic = reader.classic(method, path, name, json={"status": "Active"})
    graph = reader.graph(method, f"/security{path}", name, json={"status": "active"})
    assert classic.status_code == graph.status_code == 403
    assert classic.json()["error"]["code"] == graph.json()["error"]["code"] == "Forbidden"


def test_unknown_things(reader: Visitor) -> None:
    assert reader.classic("GET", "/incidents/1").status_code == 404
    assert reader.classic("GET", "/incidents/abc").json()["error"]["code"] == "InvalidInput"
    assert reader.graph("GET", "/security/incidents/abc").status_code == 404
    assert reader.graph("GET", "/security/alerts_v2/abc").status_code == 404
    assert reader.graph("GET", "/security/nothing").status_code == 404
    assert reader.graph("DELETE", "/security/incidents/4711").status_code == 405


def test_classic_patch_changes_and_comments(writer: Visitor) -> None:
    before = writer.classic("GET", "/incidents/4690").json()
    change = {
        "status": "Resolved",
        "assignedTo": "a.novak@contoso.com",
        "classification": "TruePositive",
        "determination": "CompromisedUser",
        "tags": ["oauth", "done", "done"],
        "comment": "Grants revoked 🚀",
    }
    answer = writer.classic("PATCH", "/incidents/4690", json=change)
    assert answer.status_code == 200
    after = writer.classic("GET", "/incidents/4690").json()
    after.pop("@odata.context")
    assert {**answer.json(), "@odata.context": None} == {**after, "@odata.context": None}
    assert after["status"] == "Resolved"
    assert after["determination"] == "CompromisedUser"
    assert after["tags"] == ["oauth", "done"]
    assert after["comments"][-1]["comment"] == "Grants revoked 🚀"
    assert after["comments"][-1]["createdBy"] == "soc-terminal"
    assert after["lastUpdateTime"] > before["lastUpdateTime"]
    assert {alert["status"] for alert in after["alerts"]} == {"Resolved"}
    assert all(alert["resolvedTime"] for alert in after["alerts"])
    nobody = writer.classic("PATCH", "/incidents/4690", json={"assignedTo": None}).json()
    assert nobody["assignedTo"] is None


@pytest.mark.parametrize(
    "body",
    [
        {"status": "Sleeping"},
        {"Status": "Active"},
        {"severity": "High"},
        {"tags": "one"},
        {"tags": [1]},
        {"comment": " "},
        {"assignedTo": 4},
        {"classification": "FalsePositive", "determination": "Malware"},
        {},
        [],
        "text",
    ],
)
def test_classic_patch_refuses_and_changes_nothing(reader: Visitor, body: Any) -> None:
    before = reader.classic("GET", "/incidents/4711").json()
    answer = reader.classic("PATCH", "/incidents/4711", json=body)
    assert answer.status_code == 400
    assert reader.classic("GET", "/incidents/4711").json() == before


def test_broken_json_is_refused(reader: Visitor) -> None:
    for text in ("{", "", "[" * 100_000, '"\ud800"'.encode("utf-8", "surrogatepass")):
        answer = reader.graph("PATCH", "/security/incidents/4711", content=text)
        assert answer.status_code == 400


def test_graph_patch_and_comments(writer: Visitor) -> None:
    change = {
        "displayName": "Renamed [red]by us[/red]",
        "severity": "low",
        "customTags": ["a"],
        "classification": "falsePositive",
        "determination": "clean",
        "resolvingComment": "nothing",
    }
    body = writer.graph("PATCH", "/security/incidents/4688", json=change).json()
    assert body["displayName"] == "Renamed [red]by us[/red]"
    assert body["determination"] == "notMalicious"
    assert body["lastModifiedBy"] == "soc-terminal"
    said = {"@odata.type": "microsoft.graph.security.alertComment", "comment": "Hello"}
    answer = writer.graph("POST", "/security/incidents/4688/comments", json=said)
    assert [one["comment"] for one in answer.json()["value"]] == ["Hello"]
    assert answer.json()["value"][0]["createdByDisplayName"] == "soc-terminal"
    changed = writer.graph("PATCH", "/security/incidents/4688", json={"colour": "red"})
    assert changed.status_code == 400
    again = writer.graph(
        "PATCH", "/security/incidents/4688", json={"classification": "truePositive"}
    )
    assert again.json()["determination"] == "unknown"


def test_lone_surrogates_of_a_caller_survive(writer: Visitor) -> None:
    content = b'{"customTags": ["\\ud800"]}'
    answer = writer.graph("PATCH", "/security/incidents/4711", content=content)
    assert answer.json()["customTags"] == ["\ud800"]
    assert writer.graph("GET", "/security/incidents").status_code == 200


def test_alerts_can_be_listed_changed_and_commented(writer: Visitor) -> None:
    params = {"$filter": "severity eq 'high' and status eq 'new'", "$top": "3", "$count": "true"}
    listed = writer.graph("GET", "/security/alerts_v2", params=params).json()
    assert listed["@odata.count"] > 3
    assert len(listed["value"]) == 3
    alert = listed["value"][0]
    path = f"/security/alerts_v2/{alert['id']}"
    assert writer.graph("GET", path).json()["title"] == alert["title"]
    done = writer.graph("PATCH", path, json={"status": "resolved"}).json()
    assert done["status"] == "resolved"
    assert done["resolvedDateTime"]
    comments = writer.graph("POST", f"{path}/comments", json={"comment": "seen"}).json()["value"]
    assert [one["comment"] for one in comments] == ["seen"]
    expanded = writer.graph("GET", f"/security/incidents/{alert['incidentId']}?$expand=alerts")
    assert "resolved" in {one["status"] for one in expanded.json()["alerts"]}


def test_merged_incidents_name_their_target(reader: Visitor) -> None:
    params = {"$filter": "status eq 'redirected'"}
    found = reader.graph("GET", "/security/incidents", params=params).json()["value"]
    assert found
    target = found[0]["redirectIncidentId"]
    assert reader.graph("GET", f"/security/incidents/{target}").status_code == 200


def test_classic_quota_says_until_when_and_graph_says_how_long(
    start: Callable[..., Visitor],
) -> None:
    visitor = start()
    headers = visitor.bearer("soc-reader", "classic")
    answers = [
        visitor.http.get("/api/incidents?$top=1", headers=headers).status_code for _ in range(51)
    ]
    assert answers == [200] * 50 + [429]
    refused = visitor.http.get("/api/incidents?$top=1", headers=headers).json()["error"]
    assert refused["code"] == "TooManyRequests"
    assert "50 calls per minute" in refused["message"]
    assert visitor.http.get("/api/incidents/4711", headers=headers).status_code == 200
    graph = visitor.bearer("soc-reader", "graph")
    last = None
    for _ in range(151):
        last = visitor.http.get("/v1.0/security/incidents?$top=1", headers=graph)
    assert last is not None
    assert last.status_code == 429
    assert 1 <= int(last.headers["Retry-After"]) <= 60


def test_every_answer_names_itself(reader: Visitor) -> None:
    headers = {"client-request-id": "0f8fad5b-d9cb-469f-a165-70867728950e"}
    answer = reader.http.get("/v1.0/security/incidents", headers=headers)
    assert answer.headers["client-request-id"] == headers["client-request-id"]
    inner = answer.json()["error"]["innerError"]
    assert inner["client-request-id"] == headers["client-request-id"]
    assert answer.headers["Date"].endswith("GMT")


def test_a_fixed_clock_goes_on(start: Callable[..., Visitor]) -> None:
    visitor = start(now=datetime(2026, 11, 24, 17, 22, 21, tzinfo=UTC))
    answer = visitor.graph("GET", "/security/incidents/4711")
    assert answer.headers["Date"].startswith("Tue, 24 Nov 2026 17:22:")
    assert answer.json()["createdDateTime"].startswith("2026-11-24T15:10:21")


def test_long_queue_has_the_month_on_top_and_the_past_below(start: Callable[..., Visitor]) -> None:
    visitor = start(unlimited=True, incidents=2_000)
    headers = visitor.bearer("soc-reader", "graph")
    url = "/v1.0/security/incidents?$count=true&$expand=alerts"
    first = visitor.http.get(url, headers=headers).json()
    assert first["@odata.count"] == 2_000
    assert first["value"][0]["id"] == "4711"
    last = visitor.http.get(url + "&$skip=1990", headers=headers).json()
    assert len(last["value"]) == 10
    assert "@odata.nextLink" not in last
    assert all(one["alerts"] for one in last["value"])
    month_ago = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    assert last["value"][0]["createdDateTime"] < month_ago


def test_short_queue_is_as_long_as_asked(start: Callable[..., Visitor]) -> None:
    visitor = start(unlimited=True, incidents=3)
    found = visitor.graph("GET", "/security/incidents").json()["value"]
    assert [one["id"] for one in found] == ["4711", "4698", "4690"]


@pytest.mark.parametrize("path", ["/incidents/", "/Incidents", "/INCIDENTS/4711/"])
def test_classic_addresses_know_no_case_and_no_last_slash(reader: Visitor, path: str) -> None:
    answer = reader.classic("GET", path, params={"$top": "1"} if "4711" not in path else None)
    assert answer.status_code == 200
    assert "@odata.context" in answer.json()


def test_graph_addresses_know_no_case_either(reader: Visitor) -> None:
    answer = reader.graph("GET", "/Security/Incidents/", params={"$top": "1"})
    assert answer.status_code == 200
    missing = reader.http.get("/V1.0/nothing")
    assert "innerError" in missing.json()["error"]
