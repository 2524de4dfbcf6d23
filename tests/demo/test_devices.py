"""Devices and the actions on them, as Defender for Endpoint answers."""

from __future__ import annotations

from typing import Any

import httpx

from tests.demo.conftest import Visitor
from tui.demo.story.world import device


def ask(
    visitor: Visitor, method: str, path: str, name: str = "soc-terminal", **kwargs: Any
) -> httpx.Response:
    headers = visitor.bearer(name, "endpoint")
    return visitor.http.request(method, f"/api{path}", headers=headers, **kwargs)


def test_device_of_an_incident_is_known(reader: Visitor) -> None:
    wks = device("WKS-0142")
    found = ask(reader, "GET", f"/machines/{wks.id}").json()
    assert found["computerDnsName"] == "wks-0142.contoso.com"
    assert found["riskScore"] == "High"
    assert ask(reader, "GET", "/machines/nothing").status_code == 404


def test_isolation_is_asked_for_once_and_can_be_cancelled(writer: Visitor) -> None:
    path = f"/machines/{device('WKS-0142').id}/isolate"
    body = {"Comment": "ransomware", "IsolationType": "Full"}
    asked = ask(writer, "POST", path, json=body)
    assert asked.status_code == 201
    action = asked.json()
    assert (action["type"], action["scope"], action["status"]) == ("Isolate", "Full", "Pending")
    again = ask(writer, "POST", path, json=body)
    assert again.json()["error"]["code"] == "ActiveRequestAlreadyExists"
    listed = ask(writer, "GET", "/machineactions?$filter=type eq 'Isolate'").json()["value"]
    assert [one["id"] for one in listed] == [action["id"]]
    cancelled = ask(
        writer, "POST", f"/machineactions/{action['id']}/cancel", json={"Comment": "mistake"}
    )
    assert cancelled.json()["status"] == "Cancelled"
    assert cancelled.json()["cancellationRequestor"] == "soc-terminal"


def test_actions_need_their_role_a_comment_and_a_known_kind(reader: Visitor) -> None:
    path = f"/machines/{device('WKS-0142').id}/isolate"
    body = {"Comment": "x", "IsolationType": "Full"}
    assert ask(reader, "POST", path, "soc-reader", json=body).status_code == 403
    assert ask(reader, "POST", path, json={}).status_code == 400
    wrong = ask(reader, "POST", path, json={"Comment": "x", "IsolationType": "Half"})
    assert wrong.json()["error"]["code"] == "InvalidInput"
    graph = reader.bearer("soc-terminal", "graph")
    assert reader.http.get("/api/machineactions", headers=graph).status_code == 401
