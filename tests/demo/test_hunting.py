"""Both hunting endpoints over a real socket."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tui.demo.identity import TENANT_ID, applications
from tui.demo.options import Options
from tui.demo.server import DemoTenant

_RESOURCES = {
    "classic": "https://api.security.microsoft.com",
    "graph": "https://graph.microsoft.com",
}
_PATHS = {"classic": "/api/advancedhunting/run", "graph": "/v1.0/security/runHuntingQuery"}
_ENDLESS = (
    "range a from 1 to 3000000 step 1 | extend k = 1 "
    "| join kind=inner (range b from 1 to 3000000 step 1 | extend k = 1) on k "
    "| summarize m = max(a + b)"
)
"""Days of work on any machine, in little memory: it ends by its limits alone."""


class Hunter:
    """Asks a demo tenant as one of its applications."""

    def __init__(self, tenant: DemoTenant, application: int | None = 0) -> None:
        self.client = httpx.Client(base_url=tenant.base_url, timeout=60, trust_env=False)
        self._tokens: dict[str, str] = {}
        self._application = application

    def token(self, dialect: str) -> str:
        if self._application is None:
            return ""
        if dialect not in self._tokens:
            known = applications()[self._application]
            answer = self.client.post(
                f"/{TENANT_ID}/oauth2/v2.0/token",
                data={
                    "grant_type": "client_credentials",
                    "client_id": known.client_id,
                    "client_secret": known.client_secret,
                    "scope": f"{_RESOURCES[dialect]}/.default",
                },
            )
            self._tokens[dialect] = answer.json()["access_token"]
        return self._tokens[dialect]

    def post(self, dialect: str, **request: Any) -> httpx.Response:
        token = self.token(dialect)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.client.post(_PATHS[dialect], headers=headers, **request)

    def ask(self, dialect: str, query: str, **more: str) -> httpx.Response:
        return self.post(dialect, json={"Query": query, **more})


@pytest.fixture
def hunter(demo_tenant: DemoTenant) -> Iterator[Hunter]:
    made = Hunter(demo_tenant)
    yield made
    made.client.close()


_KINDS = (
    "print t=datetime(2024-01-02), s=1h, b=true, l=1, i=int(1), r=1.5, d=dynamic({'x': [1]}), "
    "u='é', g=guid(74be27de-1e4e-49d9-b579-fe0b331d3642), n=long(null)"
)
_NET = [
    "DateTime",
    "TimeSpan",
    "SByte",
    "Int64",
    "Int32",
    "Double",
    "Object",
    "String",
    "Guid",
    "Int64",
]


def test_the_classic_answer_has_stats_schema_and_results(hunter: Hunter) -> None:
    answer = hunter.ask("classic", _KINDS)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
    body = answer.json()
    assert list(body) == ["Stats", "Schema", "Results"]
    assert [column["Type"] for column in body["Schema"]] == _NET
    assert body["Results"] == [
        {
            "t": "2024-01-02T00:00:00.0000000Z",
            "s": "01:00:00",
            "b": 1,
            "l": 1,
            "i": 1,
            "r": 1.5,
            "d": '{"x":[1]}',
            "u": "é",
            "g": "74be27de-1e4e-49d9-b579-fe0b331d3642",
            "n": None,
        }
    ]
    assert body["Stats"]["dataset_statistics"][0]["table_row_count"] == 1
    assert body["Stats"]["ExecutionTime"] > 0
    assert set(body["Stats"]["resource_usage"]) == {"cache", "cpu", "memory"}


def test_the_graph_answer_has_schema_and_results(hunter: Hunter) -> None:
    body = hunter.ask("graph", _KINDS).json()
    assert body["@odata.context"].endswith("huntingQueryResults")
    assert [column["type"] for column in body["schema"]] == _NET
    assert body["results"][0]["b"] is True
    assert body["results"][0]["d"] == {"x": [1]}


def test_the_key_of_the_query_may_be_written_in_lower_case(hunter: Hunter) -> None:
    assert hunter.post("graph", json={"query": "print 1"}).status_code == 200


def test_no_rows_is_an_answer(hunter: Hunter) -> None:
    body = hunter.ask("classic", "print x=1 | where x > 1").json()
    assert body["Results"] == []
    assert body["Schema"] == [{"Name": "x", "Type": "Int64"}]


@pytest.mark.parametrize("dialect", ["classic", "graph"])
@pytest.mark.parametrize(
    ("query", "message"),
    [
        (
            "DeviceInfo | where Foo == 1",
            "'where' operator: Failed to resolve column or scalar expression named 'Foo'. "
            "Fix semantic errors in your query.",
        ),
        (
            "DeviceInfo | wherex",
            "A recognition error occurred. [line:position=1:13]. Fix syntax errors in your query.",
        ),
        ("print f(1)", "Unknown function: 'f'. Fix semantic errors in your query."),
    ],
)
def test_a_fault_of_the_query_is_400_in_the_engines_words(
    hunter: Hunter, dialect: str, query: str, message: str
) -> None:
    answer = hunter.ask(dialect, query)
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "BadRequest"
    assert error["message"] == message
    assert ("target" in error) == (dialect == "classic")
    assert ("innerError" in error) == (dialect == "graph")


@pytest.mark.parametrize("dialect", ["classic", "graph"])
@pytest.mark.parametrize(
    "body", [b"", b"{bad", b"[]", b"{}", b'{"Query": ""}', b'{"Query": 5}', b"\xff\xfe", b"null"]
)
def test_a_body_without_a_query_is_400(hunter: Hunter, dialect: str, body: bytes) -> None:
    answer = hunter.post(dialect, content=body)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "BadRequest"


@pytest.mark.parametrize("dialect", ["classic", "graph"])
def test_without_a_token_it_is_401_and_without_the_role_403(
    demo_tenant: DemoTenant, dialect: str
) -> None:
    nobody = Hunter(demo_tenant, None)
    assert nobody.ask(dialect, "print 1").status_code == 401
    nobody.client.close()
    role = "AdvancedHunting.Read.All" if dialect == "classic" else "ThreatHunting.Read.All"
    without = next(i for i, known in enumerate(applications()) if role not in known.roles)
    stranger = Hunter(demo_tenant, without)
    answer = stranger.ask(dialect, "print 1")
    assert answer.status_code == 403
    assert role in answer.json()["error"]["message"]
    stranger.client.close()


def test_only_post_is_answered(hunter: Hunter) -> None:
    assert hunter.client.get(_PATHS["classic"]).status_code == 405


def test_graph_holds_the_tables_within_the_timespan(hunter: Hunter) -> None:
    query = "DeviceProcessEvents | summarize Least = min(Timestamp), N = count()"
    now = datetime.now(UTC)
    for span, days in (("P7D", 7), ("", 30), ("P90D", 30)):
        row = hunter.ask("graph", query, **({"Timespan": span} if span else {})).json()["results"][
            0
        ]
        if row["N"]:
            age = now - datetime.fromisoformat(row["Least"])
            assert age.total_seconds() <= (days * 86400) + 60
    assert hunter.ask("graph", "print 1", Timespan="last week").status_code == 400


def test_addresses_of_the_story_are_somewhere(hunter: Hunter) -> None:
    query = (
        "EntraIdSignInEvents | where IPAddress startswith '91.92.249.' | take 1 "
        "| extend Geo = geo_info_from_ip_address(IPAddress) "
        "| project Country, Name = tostring(Geo.country), City = tostring(Geo.city), "
        "Nowhere = geo_info_from_ip_address('10.0.0.1')"
    )
    assert hunter.ask("graph", query).json()["results"] == [
        {"Country": "RO", "Name": "Romania", "City": "Bucharest", "Nowhere": {}}
    ]


def test_rows_end_at_a_hundred_thousand(hunter: Hunter) -> None:
    body = hunter.ask("classic", "range x from 1 to 100500 step 1").json()
    assert len(body["Results"]) == 100_000


@pytest.fixture
def strict() -> Iterator[DemoTenant]:
    """A tenant with quotas."""
    with DemoTenant(Options()) as tenant:
        yield tenant


def test_a_query_past_its_time_is_400() -> None:
    with DemoTenant(Options(time_limit=0.5)) as hurried:
        answer = Hunter(hurried).ask("classic", _ENDLESS)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "Query exceeded the timeout period."


def test_an_answer_past_its_size_is_400(strict: DemoTenant) -> None:
    query = (
        "range x from 1 to 60000 step 1 | extend t = strcat_delim('', "
        + ", ".join(["'0123456789012345678901234567890123456789'"] * 24)
        + ")"
    )
    answer = Hunter(strict).ask("graph", query)
    assert answer.status_code == 400
    assert "exceeded the allowed result size" in answer.json()["error"]["message"]


def test_the_quota_of_calls_is_kept(strict: DemoTenant) -> None:
    hunter = Hunter(strict)
    codes = [hunter.ask("graph", "").status_code for _ in range(46)]
    assert codes[:45] == [400] * 45
    assert codes[45] == 429
    refused = hunter.ask("graph", "print 1")
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.json()["error"]["code"] == "TooManyRequests"


def test_the_allocation_of_processing_is_kept(strict: DemoTenant) -> None:
    from tui.demo.service.hunting_database import service_of

    hunter = Hunter(strict)
    assert hunter.ask("classic", "print 1").status_code == 200
    service_of(strict.tenant).charge(601)
    refused = hunter.ask("classic", "print 1")
    assert refused.status_code == 429
    assert "exceeded processing resources" in refused.json()["error"]["message"]
    assert 0 < int(refused.headers["Retry-After"]) <= 900


def test_a_caller_that_goes_away_frees_the_query() -> None:
    from tui.demo.service.hunting_database import service_of

    with DemoTenant(Options()) as tenant:
        hunter = Hunter(tenant)
        assert hunter.ask("classic", "print 1").status_code == 200
        body = httpx.Request("POST", tenant.base_url, json={"Query": _ENDLESS}).content
        host, port = tenant.base_url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as raw:
            raw.sendall(
                f"POST {_PATHS['classic']} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
                f"Authorization: Bearer {hunter.token('classic')}\r\n\r\n".encode()
                + body
            )
            service = service_of(tenant.tenant)
            _until(lambda: service.running == 1)
        _until(lambda: service.running == 0)


def test_the_end_of_the_tenant_interrupts_what_runs() -> None:
    tenant = DemoTenant(Options())
    tenant.start()
    hunter = Hunter(tenant)
    hunter.token("classic")
    from tui.demo.service.hunting_database import service_of

    def ask() -> None:
        try:
            hunter.ask("classic", _ENDLESS)
        except httpx.HTTPError:
            return

    thread = threading.Thread(target=ask)
    thread.start()
    service = service_of(tenant.tenant)
    _until(lambda: service.running == 1)
    tenant.stop()
    _until(lambda: service.running == 0)
    thread.join(60)
    assert not thread.is_alive()


def _until(true: Any) -> None:
    """Wait for a state of another thread; the run fails where it never comes."""
    for _ in range(6_000):
        if true():
            return
        time.sleep(0.01)
    raise AssertionError("it did not come to that")
