"""The metadata services of Azure machines, played by the demo tenant and by strangers."""

from __future__ import annotations

from typing import Any

import pytest

from tests.auth.conftest import Authority, at_demo
from tui.auth.managed_identity import allowed_endpoint
from tui.auth.session import Session
from tui.demo.server import DemoTenant
from tui.demo.service.machine import HEADER
from tui.errors import Problem, SignInProblem, Unreachable


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("IDENTITY_ENDPOINT", "IDENTITY_HEADER", "AZURE_POD_IDENTITY_AUTHORITY_HOST"):
        monkeypatch.delenv(name, raising=False)


async def no_wait(_: float) -> None:
    return None


async def failed(origin: str, **more: Any) -> Problem:
    session = Session(at_demo(origin, "managed-identity", **more), sleep=no_wait)
    with pytest.raises(Problem) as caught:
        await session.token("graph")
    await session.close()
    return caught.value


@pytest.mark.parametrize("form", ["machine", "app-service"])
@pytest.mark.parametrize("assigned", [True, False])
async def test_signs_in(
    demo_tenant: DemoTenant, monkeypatch: pytest.MonkeyPatch, form: str, assigned: bool
) -> None:
    if form == "machine":
        monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", demo_tenant.base_url)
    else:
        monkeypatch.setenv("IDENTITY_ENDPOINT", f"{demo_tenant.base_url}/msi/token")
        monkeypatch.setenv("IDENTITY_HEADER", HEADER)
    profile = at_demo(demo_tenant.base_url, "managed-identity")
    if not assigned:
        profile = at_demo(demo_tenant.base_url, "managed-identity", client_id="")
    session = Session(profile)
    token = await session.token("classic")
    assert token.claims is not None
    assert token.claims.roles
    assert (token.claims.client_id == profile.client_id) == assigned
    assert 3500 < (token.expires - token.issued).total_seconds() < 3700
    await session.close()


async def test_identity_that_is_not_assigned(
    demo_tenant: DemoTenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", demo_tenant.base_url)
    stranger = "00000000-1111-2222-3333-444444444444"
    problem = await failed(demo_tenant.base_url, client_id=stranger)
    assert isinstance(problem, SignInProblem)
    assert "Identity not found" in problem.why
    assert stranger in problem.remedy


async def test_elsewhere_it_says_so_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:9")
    problem = await failed("http://127.0.0.1:9")
    assert isinstance(problem, Unreachable)
    assert "not an Azure machine" in problem.why


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (200, "<html>login here</html>", "is no token"),
        (302, "", "is not the machine's metadata service"),
        (403, "nope", "is not the machine's metadata service"),
        (503, "{}", "HTTP 503"),
        (200, {"access_token": "no-jwt"}, "no JWT"),
        (400, {"error": "invalid_resource", "error_description": "AADSTS500011: none"},
         "AADSTS500011"),
    ],
)  # fmt: skip
async def test_strange_answers(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, status: int, body: object, words: str
) -> None:
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", authority.origin)
    for _ in range(3):
        authority.queue(body, status, Location="http://127.0.0.1:9/elsewhere")
    assert words in (await failed(authority.origin)).why
    assert authority.asked[0].headers["metadata"] == "true"


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("http://169.254.169.254/metadata/identity/oauth2/token", True),
        ("http://169.254.131.5:8081/msi/token", True),
        ("http://127.0.0.1:41741/MSI/token/", True),
        ("http://localhost:42356/msi/token", True),
        ("http://169.254.169.254.evil.example/metadata", False),
        ("http://169.254.169.254@evil.example/metadata", False),
        ("http://evil.example/metadata", False),
        ("https://evil.example/metadata", False),
        ("http://2852039166/metadata", False),
        ("http://[fe80::1]/metadata", False),
        ("http://localhost.evil.example/msi", False),
        ("http://10.0.0.1/msi/token", False),
        ("ftp://127.0.0.1/msi", False),
        ("http://127.0.0.1\\@evil.example/", False),
        ("//169.254.169.254/x", False),
        ("", False),
    ],
)
async def test_only_the_machine_itself_is_asked(
    monkeypatch: pytest.MonkeyPatch, address: str, allowed: bool
) -> None:
    assert allowed_endpoint(address) == allowed
    if address and not allowed:
        monkeypatch.setenv("IDENTITY_ENDPOINT", address)
        monkeypatch.setenv("IDENTITY_HEADER", "header-value")
        problem = await failed("http://127.0.0.1:9")
        assert "not this machine's own metadata service" in problem.why
        assert "header-value" not in str(problem)
