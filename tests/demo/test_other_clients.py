"""Requests as other programs make them: other spellings, other bodies, tokens of other sorts."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.demo.conftest import TENANT, Visitor

INCIDENTS = "/security/incidents"


@pytest.fixture
def visitor(demo_tenant: Any) -> Visitor:
    return Visitor(httpx.Client(base_url=demo_tenant.base_url))


@pytest.mark.parametrize(
    "address",
    [
        "?$top=1&$select=id,severity",
        "?top=1&select=id,severity",
        "?$TOP=1&$Select=id,severity",
        "?$top=1&$select=id,severity&utm=unknown",
    ],
)
def test_options_without_a_dollar_and_in_any_case(visitor: Visitor, address: str) -> None:
    answer = visitor.graph("GET", f"{INCIDENTS}{address}").json()
    assert [set(one) for one in answer["value"]] == [{"id", "severity"}]
    following = visitor.graph("GET", answer["@odata.nextLink"].partition("/v1.0")[2]).json()
    assert following["value"][0]["id"] != answer["value"][0]["id"]


def test_what_is_expanded_comes_beside_what_is_selected(visitor: Visitor) -> None:
    for path in (f"{INCIDENTS}?$top=1&", f"{INCIDENTS}/4711?"):
        answer = visitor.graph("GET", f"{path}$select=displayName&$expand=alerts").json()
        one = answer["value"][0] if "value" in answer else answer
        assert {name for name in one if "@" not in name} == {"id", "displayName", "alerts"}
        assert one["alerts"]


@pytest.mark.parametrize("path", [INCIDENTS, f"{INCIDENTS}/4711", "/security/alerts_v2"])
def test_a_property_that_is_not_there_is_not_selected(visitor: Visitor, path: str) -> None:
    answer = visitor.graph("GET", f"{path}?$select=nope")
    assert answer.status_code == 400
    assert "Could not find a property named 'nope'" in answer.json()["error"]["message"]
    assert visitor.graph("GET", f"{path}?$select=*").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/v1.0/security/incidents('4711')",
        "/beta/security/incidents/4711",
        "/V1.0/Security/Incidents/4711/",
        "/Beta/security/incidents('4711')",
    ],
)
def test_an_incident_by_each_spelling_of_its_address(visitor: Visitor, path: str) -> None:
    answer = visitor.http.get(path, headers=visitor.bearer("soc-terminal", "graph"))
    assert answer.json()["id"] == "4711"


def test_a_whole_address_as_clients_of_a_proxy_send_it(visitor: Visitor) -> None:
    origin = str(visitor.http.base_url).rstrip("/")
    place = urlsplit(origin)
    token = visitor.bearer("soc-terminal", "graph")["Authorization"]
    asked = f"GET {origin}/v1.0{INCIDENTS}/4711?$select=id HTTP/1.1"
    with socket.create_connection((place.hostname, place.port)) as wire:
        lines = (asked, f"Host: {place.netloc}", f"Authorization: {token}", "Connection: close")
        wire.sendall("\r\n".join((*lines, "", "")).encode())
        answer = b"".join(iter(lambda: wire.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 200")
    assert b'"id":"4711"' in answer


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", f"/v1.0{INCIDENTS}/4711", "GET, HEAD, PATCH"),
        ("OPTIONS", f"/v1.0{INCIDENTS}/4711/", "GET, HEAD, PATCH"),
        ("PUT", "/api/incidents", "GET, HEAD"),
        ("GET", "/API/AdvancedHunting/Run", "POST"),
    ],
)
def test_a_method_that_is_not_allowed_names_those_that_are(
    visitor: Visitor, method: str, path: str, allowed: str
) -> None:
    answer = visitor.http.request(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)


@pytest.mark.parametrize("digits", [19, 5_000])
def test_an_incident_of_a_number_beyond_all_numbers(visitor: Visitor, digits: int) -> None:
    assert visitor.graph("GET", f"{INCIDENTS}/{'9' * digits}").status_code == 404
    assert visitor.classic("GET", f"/incidents/{'9' * digits}").status_code == 404


def test_severities_are_ordered_by_weight(visitor: Visitor) -> None:
    path = f"{INCIDENTS}?$orderby=severity desc&$top=50&$select=severity"
    found = [one["severity"] for one in visitor.graph("GET", path).json()["value"]]
    assert found[0] == "high"
    assert found == sorted(found, key=("high", "medium", "low", "informational").index)
    path = f"{INCIDENTS}?$filter=severity gt 'low'&$select=severity"
    found = [one["severity"] for one in visitor.graph("GET", path).json()["value"]]
    assert set(found) == {"high", "medium"}


def test_a_page_of_nothing_leads_nowhere(visitor: Visitor) -> None:
    answer = visitor.graph("GET", f"{INCIDENTS}?$top=0&$count=true").json()
    assert answer["value"] == []
    assert answer["@odata.count"] > 0
    assert "@odata.nextLink" not in answer


def test_options_of_what_is_expanded(visitor: Visitor) -> None:
    path = f"{INCIDENTS}?$top=1&$expand=alerts($select=title;$top=1)"
    (alert,) = visitor.graph("GET", path).json()["value"][0]["alerts"]
    assert set(alert) == {"id", "title"}
    everything = visitor.graph("GET", f"{INCIDENTS}?$top=1&$expand=*").json()
    assert len(everything["value"][0]["alerts"]) > 1
    for wrong in ("alerts($filter=x)", "alerts($select=nope)", "alerts(", "comments"):
        assert visitor.graph("GET", f"{INCIDENTS}?$expand={wrong}").status_code == 400


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("$format=json&$top=1", 200, ""),
        ("$select=alerts&$top=1", 200, ""),
        ("$top=1&$top=2", 400, "'$top' was specified more than once"),
        ("$filter=status eq 'active'&filter=status eq 'resolved'", 400, "more than once"),
        ("$orderby=nope", 400, "Invalid orderby clause: Could not find a property named 'nope'"),
    ],
)
def test_odd_options(visitor: Visitor, query: str, status: int, words: str) -> None:
    answer = visitor.graph("GET", f"{INCIDENTS}?{query}")
    assert answer.status_code == status
    assert words in str(answer.json())


def test_alerts_are_not_filtered_by_values_that_do_not_exist(visitor: Visitor) -> None:
    for name in ("severity", "status", "classification", "determination"):
        answer = visitor.graph("GET", f"/security/alerts_v2?$filter={name} eq 'nope'")
        assert "not a valid enumeration type constant" in answer.json()["error"]["message"]


def test_texts_that_may_be_empty_are_emptied(writer: Visitor) -> None:
    for value in ("words", None):
        body = dict.fromkeys(("summary", "description", "resolvingComment"), value)
        answer = writer.graph("PATCH", f"{INCIDENTS}/4711", json=body)
        assert {name: answer.json()[name] for name in body} == body


def test_the_classic_api_knows_no_newer_status(writer: Visitor) -> None:
    answer = writer.classic("PATCH", "/incidents/4711", json={"status": "AwaitingAction"})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/security/runHuntingQuery", f"{INCIDENTS}/4711/comments"])
def test_a_body_that_begins_with_a_byte_order_mark(writer: Visitor, path: str) -> None:
    body = b'\xef\xbb\xbf{"%s": "print 1"}' % (b"Query" if "Query" in path else b"comment")
    headers = {"Content-Type": "application/json"}
    assert writer.graph("POST", path, content=body, headers=headers).status_code == 200


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
@pytest.mark.parametrize(
    ("method", "path", "resource"),
    [
        ("PATCH", "/api/incidents/4711", "classic"),
        ("PATCH", "/v1.0/security/incidents/4711", "graph"),
        ("POST", "/v1.0/security/runHuntingQuery", "graph"),
        ("POST", "/api/advancedhunting/run", "classic"),
    ],
)
def test_a_body_that_says_it_is_no_json(
    visitor: Visitor, method: str, path: str, resource: str, kind: str
) -> None:
    headers = visitor.bearer("soc-terminal", resource) | {"Content-Type": kind}
    answer = visitor.http.request(method, path, headers=headers, content=b'{"Query": "print 1"}')
    assert answer.status_code == 415
    assert answer.json()["error"]["code"] == "UnsupportedMediaType"


def test_a_query_as_long_as_no_query_is(visitor: Visitor) -> None:
    body = b" " * 5_000_000
    answer = visitor.graph("POST", "/security/runHuntingQuery", content=body)
    assert answer.status_code == 413


def test_null_is_named_as_the_caller_wrote_it(visitor: Visitor) -> None:
    headers = visitor.bearer("soc-terminal", "classic")
    answer = visitor.http.patch("/api/incidents/4711", headers=headers, json={"status": None})
    assert answer.json()["error"]["message"] == "Invalid value 'null' for property 'status'."


def _part(content: bytes | dict[str, Any]) -> str:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _claims(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def _unsigned(token: str, _: bytes) -> str:
    return f"{_part({'alg': 'none', 'typ': 'JWT'})}.{token.split('.')[1]}."


def _signed_with_the_public_key(token: str, public: bytes) -> str:
    text = f"{_part({'alg': 'HS256', 'typ': 'JWT'})}.{token.split('.')[1]}"
    return f"{text}.{_part(hmac.digest(public, text.encode(), hashlib.sha256))}"


def _with_more_roles(token: str, _: bytes) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{_part({**_claims(token), 'roles': ['Everything']})}.{signature}"


def _lives_on(token: str, _: bytes) -> str:
    head, _, signature = token.split(".")
    return f"{head}.{_part({**_claims(token), 'exp': 99_999_999_999})}.{signature}"


def _deep(token: str, _: bytes) -> str:
    return f"{token.split('.')[0]}.{_part(b'[' * 20_000)}.{token.split('.')[2]}"


@pytest.mark.parametrize(
    "forge", [_unsigned, _signed_with_the_public_key, _with_more_roles, _lives_on, _deep]
)
@pytest.mark.parametrize(
    ("resource", "path"),
    [("graph", "/v1.0/security/incidents"), ("classic", "/api/incidents")],
)
def test_no_forged_token_is_taken(
    visitor: Visitor, forge: Callable[[str, bytes], str], resource: str, path: str
) -> None:
    from cryptography.hazmat.primitives import serialization
    from jwt.algorithms import RSAAlgorithm

    token = visitor.bearer("soc-terminal", resource)["Authorization"].removeprefix("Bearer ")
    keys = visitor.http.get(f"/{TENANT}/discovery/v2.0/keys").json()["keys"]
    key: Any = RSAAlgorithm.from_jwk(json.dumps(keys[0]))
    public = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    answer = visitor.http.get(path, headers={"Authorization": f"Bearer {forge(token, public)}"})
    assert answer.status_code == 401
    assert "WWW-Authenticate" in answer.headers


def test_what_is_wrong_with_a_token_that_is_none(visitor: Visitor) -> None:
    for token, words in (("nonsense", "there are no dots"), ("a.b.c", "CompactToken")):
        headers = {"Authorization": f"Bearer {token}"}
        answer = visitor.http.get(f"/v1.0{INCIDENTS}", headers=headers)
        assert answer.status_code == 401
        assert words in answer.json()["error"]["message"]
