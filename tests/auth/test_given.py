"""Tokens that others asked for: a file, the Azure CLI; and a cluster's federated token."""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.auth.conftest import at_demo, kept, make_token
from tui.api.service import connect
from tui.auth.profiles import Profile
from tui.auth.session import Session
from tui.demo.assertions import federated_token
from tui.demo.identity import TENANT_ID, applications
from tui.demo.server import DemoTenant
from tui.errors import SignInProblem

GRAPH = "https://graph.microsoft.com"
CLASSIC = "https://api.security.microsoft.com"


def demo_token(tenant: DemoTenant, resource: str = GRAPH) -> str:
    app = applications()[0]
    form = {
        "grant_type": "client_credentials",
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "scope": f"{resource}/.default",
    }
    answer = httpx.post(f"{tenant.base_url}/{TENANT_ID}/oauth2/v2.0/token", data=form)
    return str(answer.json()["access_token"])


async def refused(profile: Profile, resource: str = "graph", **more: Any) -> SignInProblem:
    session = Session(profile, **more)
    with pytest.raises(SignInProblem) as caught:
        await session.token(resource)
    await session.close()
    return caught.value


# Token file


@pytest.mark.parametrize(
    "form", ["{}", "{}\n", "Bearer {}\r\n", '"{}"', '{{"access_token": "{}"}}', "\ufeff{}"]
)
async def test_token_file_reads_incidents(
    demo_tenant: DemoTenant, tmp_path: Path, form: str
) -> None:
    path = kept(tmp_path / "Latest-token.txt", form.format(demo_token(demo_tenant)))
    profile = at_demo(demo_tenant.base_url, "token-file", token_file=path, client_id="")
    session = Session(profile)
    connection = await connect(session)
    page = await anext(connection.incidents.pages(top=2))
    assert len(page.incidents) == 2
    assert session.secret_source == "Latest-token.txt"
    assert "signed in with a token file" in session.history[0].text
    await connection.close()
    await session.close()


async def test_token_file_of_the_classic_api_is_found_by_auto(
    demo_tenant: DemoTenant, tmp_path: Path
) -> None:
    path = kept(tmp_path / "t", demo_token(demo_tenant, CLASSIC).encode("utf-16"))
    profile = at_demo(demo_tenant.base_url, "token-file", token_file=path)
    session = Session(profile)
    connection = await connect(session)
    assert connection.dialect == "classic"
    await connection.close()
    await session.close()
    problem = await refused(profile)
    assert "is for https://api.security.microsoft.com" in problem.why
    assert problem.code == "WrongAudience"


async def test_token_file_that_has_ended_says_when(tmp_path: Path) -> None:
    ended = make_token(aud=GRAPH, exp=int(datetime(2026, 11, 24, 10, tzinfo=UTC).timestamp()))
    path = kept(tmp_path / "t", ended)
    profile = at_demo("http://127.0.0.1:9", "token-file", token_file=path)
    now = datetime(2026, 11, 24, 10, 42, tzinfo=UTC)
    problem = await refused(profile, now=lambda: now)
    assert "ended on 2026-11-24 10:00 UTC, 42 min ago" in problem.why
    assert ended not in str(problem)


@pytest.mark.parametrize("text", ["", "hello", "a.b.c", "{}", '{"access_token": 3}', "eyJ.eyJ"])
async def test_token_file_without_a_token(tmp_path: Path, text: str) -> None:
    path = kept(tmp_path / "t", text)
    problem = await refused(at_demo("http://127.0.0.1:9", "token-file", token_file=path))
    assert "no token (no JWT)" in problem.why


async def test_token_file_is_read_again_when_it_ends(tmp_path: Path) -> None:
    now = datetime(2026, 11, 24, 10, tzinfo=UTC)

    def until(minutes: int) -> str:
        end = now + timedelta(minutes=minutes)
        return make_token(aud=GRAPH, tid=TENANT_ID, exp=int(end.timestamp()))

    path = kept(tmp_path / "t", until(60))
    moment = now
    session = Session(
        at_demo("http://127.0.0.1:9", "token-file", token_file=path), now=lambda: moment
    )
    first = await session.token("graph")
    moment = now + timedelta(minutes=58)
    assert (await session.token("graph")).expires == first.expires
    kept(path, until(120))
    moment = now + timedelta(minutes=61)
    assert (await session.token("graph")).expires == now + timedelta(minutes=120)
    await session.close()


async def test_token_file_that_others_can_read(tmp_path: Path) -> None:
    path = kept(tmp_path / "t", make_token(aud=GRAPH), 0o640)
    problem = await refused(at_demo("http://127.0.0.1:9", "token-file", token_file=path))
    assert f"chmod 600 {path}" in problem.remedy


async def test_token_of_another_tenant_is_not_used(tmp_path: Path) -> None:
    path = kept(tmp_path / "t", make_token(aud=GRAPH))
    problem = await refused(at_demo("http://127.0.0.1:9", "token-file", token_file=path))
    assert "another tenant" in problem.why


# Azure CLI

_AZ = """#!{python}
import json, os, sys, urllib.parse, urllib.request
arguments = dict(zip(sys.argv[3::2], sys.argv[4::2]))
assert sys.argv[1:3] == ["account", "get-access-token"], sys.argv
{body}
"""
_GIVES = """
form = {{"grant_type": "client_credentials", "client_id": "{client}", "client_secret": "{secret}",
        "scope": arguments["--resource"] + "/.default"}}
url = "{origin}/" + arguments["--tenant"] + "/oauth2/v2.0/token"
answer = json.load(urllib.request.urlopen(url, urllib.parse.urlencode(form).encode()))
print(json.dumps({{"accessToken": answer["access_token"], "expiresOn": "2030-01-01 00:00:00.000000",
                  "tenant": arguments["--tenant"], "tokenType": "Bearer"}}))
"""


def fake_az(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    kept(folder / "az", _AZ.format(python=sys.executable, body=body), 0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


async def test_azure_cli(
    demo_tenant: DemoTenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = applications()[0]
    body = _GIVES.format(
        client=app.client_id, secret=app.client_secret, origin=demo_tenant.base_url
    )
    fake_az(tmp_path, monkeypatch, body)
    session = Session(at_demo(demo_tenant.base_url, "azure-cli", client_id=""))
    for resource in ("graph", "classic", "endpoint"):
        token = await session.token(resource)
        assert token.claims is not None
        assert "signed in with the Azure CLI" in session.history[-1].text
        assert timedelta(minutes=55) < token.expires - token.issued < timedelta(minutes=61)
    await session.close()


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("sys.exit(\"ERROR: Please run 'az login' to setup account.\")",
         "says: Please run 'az login'"),
        ("sys.exit('ERROR: AADSTS50076: several factors')", "AADSTS50076"),
        ("print('WARNING: nothing')", "printed no token"),
        ("print(json.dumps({'accessToken': 'nonsense'}))", "no JWT"),
        ("print(json.dumps({'accessToken': 'x' * 70000}))", "could not be run"),
    ],
)  # fmt: skip
async def test_azure_cli_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, why: str
) -> None:
    fake_az(tmp_path, monkeypatch, body)
    problem = await refused(at_demo("http://127.0.0.1:9", "azure-cli"))
    assert why in problem.why
    assert "az" in problem.remedy


async def test_azure_cli_that_hangs_or_is_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake_az(tmp_path, monkeypatch, "import time; time.sleep(60)")
    monkeypatch.setattr("tui.auth.given._AZ_LIMIT", 0.2)
    profile = at_demo("http://127.0.0.1:9", "azure-cli")
    assert "did not answer" in (await refused(profile)).why
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))
    assert "not installed" in (await refused(profile)).why


# Federated


async def test_federated_token_is_read_anew_each_time(
    demo_tenant: DemoTenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = kept(tmp_path / "azure-identity-token", federated_token(datetime.now(UTC)), 0o644)
    monkeypatch.setenv("AZURE_FEDERATED_TOKEN_FILE", str(path))
    session = Session(at_demo(demo_tenant.base_url, "federated"))
    token = await session.token("graph")
    assert token.claims is not None
    assert token.claims.raw["appidacr"] == "2"
    assert session.secret_source == "azure-identity-token, of AZURE_FEDERATED_TOKEN_FILE"
    kept(path, federated_token(datetime.now(UTC) - timedelta(hours=2)))
    with pytest.raises(SignInProblem) as caught:
        await session.token("classic")
    assert caught.value.code == "AADSTS700024"
    kept(path, federated_token(datetime.now(UTC)))
    await session.token("classic")
    await session.close()


@pytest.mark.parametrize(
    ("subject", "audience", "code"),
    [("system:serviceaccount:x:y", "api://AzureADTokenExchange", "700213"),
     ("system:serviceaccount:soc:automation", "api://elsewhere", "700212")],
)  # fmt: skip
async def test_federated_token_that_nobody_trusts(
    demo_tenant: DemoTenant, tmp_path: Path, subject: str, audience: str, code: str
) -> None:
    token = federated_token(datetime.now(UTC), subject=subject, audience=audience)
    path = kept(tmp_path / "t", token)
    problem = await refused(at_demo(demo_tenant.base_url, "federated", token_file=path))
    assert problem.code == f"AADSTS{code}"
    assert "Federated credentials" in problem.remedy


async def test_federated_token_that_is_missing_or_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AZURE_FEDERATED_TOKEN_FILE", raising=False)
    profile = at_demo("http://127.0.0.1:9", "federated")
    assert "AZURE_FEDERATED_TOKEN_FILE" in (await refused(profile)).why
    profile = at_demo("http://127.0.0.1:9", "federated", token_file=tmp_path / "none")
    assert "is not there" in (await refused(profile)).why
    path = kept(tmp_path / "t", json.dumps({"a": 1}))
    profile = at_demo("http://127.0.0.1:9", "federated", token_file=path)
    assert "no JWT" in (await refused(profile)).why
