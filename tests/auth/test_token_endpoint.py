from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from tests.auth.conftest import CLIENT, TENANT, Authority, profile_at
from tui.auth.credentials import SecretProof
from tui.auth.http import new_client
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.token_endpoint import TokenAnswer, request_token
from tui.errors import Problem, SignInProblem, Unreachable

RESOURCE = "https://graph.microsoft.com"
SECRET = "s3cret~&=+ä of the tests"


class Sleeps(list[float]):
    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


async def ask(profile: Profile, sleep: Any = None) -> TokenAnswer:
    async with new_client() as client:
        return await request_token(
            client,
            profile,
            RESOURCE,
            SecretProof(Secret(SECRET)),
            sleep=Sleeps() if sleep is None else sleep,
        )


async def refused(profile: Profile) -> Problem:
    with pytest.raises(Problem) as caught:
        await ask(profile)
    assert SECRET not in str(caught.value)
    assert SECRET not in repr(caught.value)
    return caught.value


def aadsts(code: int, words: str = "The service's own words.") -> dict[str, object]:
    return {
        "error": "invalid_client",
        "error_description": f"AADSTS{code}: {words} Trace ID: t-1 Correlation ID: c-1 "
        "Timestamp: 2026-01-01 00:00:00Z",
        "error_codes": [code],
        "trace_id": "t-1",
        "correlation_id": "c-1",
    }


async def test_v2_asks_with_scope(authority: Authority) -> None:
    authority.queue_token()
    await ask(profile_at(authority.origin))
    [one] = authority.asked
    assert one.path == f"/{TENANT}/oauth2/v2.0/token"
    assert one.form == {
        "grant_type": "client_credentials",
        "client_id": CLIENT,
        "client_secret": SECRET,
        "scope": f"{RESOURCE}/.default",
    }


async def test_v1_asks_with_resource_and_takes_texts_for_numbers(authority: Authority) -> None:
    token = authority.queue_token(None, expires_in="3599", resource=RESOURCE)
    answer = await ask(profile_at(authority.origin, token_endpoint="v1"))
    [one] = authority.asked
    assert one.path == f"/{TENANT}/oauth2/token"
    assert one.form["resource"] == RESOURCE
    assert "scope" not in one.form
    assert answer.value.reveal() == token
    assert answer.expires_in == "3599"


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (7000215, "secret is wrong"),
        (7000222, "secret has expired"),
        (700016, "no such application"),
        (90002, "no such tenant"),
        (900023, "malformed"),
        (7000112, "disabled"),
        (500011, "does not have the service"),
        (501051, "no permission"),
        (65001, "consent"),
        (70011, "scope"),
        (1002012, "/.default"),
        (700027, "certificate"),
        (700024, "outside its time"),
        (7000218, "neither a secret"),
        (50194, "one tenant only"),
        (53003, "Conditional Access"),
        (50076, "factors"),
        (50079, "factors"),
    ],
)
async def test_known_code_says_what_why_and_remedy(
    authority: Authority, code: int, words: str
) -> None:
    authority.queue(aadsts(code), 401)
    problem = await refused(profile_at(authority.origin))
    assert isinstance(problem, SignInProblem)
    assert problem.code == f"AADSTS{code}"
    assert words in problem.why
    assert "The service's own words." in problem.why
    assert "Trace ID" not in problem.why
    assert problem.remedy
    assert problem.remedy.endswith(f"https://login.microsoftonline.com/error?code={code}")
    assert problem.request_id == "c-1, trace t-1, 2026-01-01 00:00:00Z"


async def test_remedy_names_the_profiles_own_values(authority: Authority) -> None:
    authority.queue(aadsts(700016), 400)
    problem = await refused(profile_at(authority.origin))
    assert CLIENT in problem.remedy
    assert TENANT in problem.remedy


async def test_unknown_code_quotes_the_service_displayably(authority: Authority) -> None:
    authority.queue(aadsts(99999, "Odd \x1b[31m words\u202e."), 400)
    problem = await refused(profile_at(authority.origin))
    assert problem.code == "AADSTS99999"
    assert "Odd ␛[31m words⟨202E⟩." in problem.why
    assert "99999" in problem.remedy


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        ("<!DOCTYPE html><h1>Log on</h1>", "text/html", "web page"),
        ("", "application/json", "empty"),
        ("[1, 2]", "application/json", "JSON, but no JSON object"),
        ('{"access_tok', "application/json", "ends in the middle"),
        ('{"access_token": "a"}{"access_token": "b"}', "application/json", "something after it"),
        ("[" * 100_000, "application/json", "no JSON object"),
        ('{"token_type": "Bearer"}', "application/json", "no access_token"),
        ('{"access_token": ""}', "application/json", "no access_token"),
        ('{"access_token": 7}', "application/json", "no access_token"),
        ('{"access_token": "a\\r\\nb: c"}', "application/json", "forbidden characters"),
        ('{"access_token": "abc", "token_type": "mac"}', "application/json", "'mac'"),
        ('{"access_token": "abc", "token_type": 3}', "application/json", "'3'"),
        ("x" * 1_100_000, "application/json", "larger than a megabyte"),
    ],
)
async def test_answer_that_is_no_token_is_named(
    authority: Authority, body: str, kind: str, words: str
) -> None:
    authority.queue(body, kind=kind)
    problem = await refused(profile_at(authority.origin))
    assert isinstance(problem, SignInProblem)
    assert problem.exit_code == 3
    assert words in problem.why


async def test_redirect_is_not_followed(authority: Authority) -> None:
    authority.queue("", 302, Location="https://evil.example/steal")
    problem = await refused(profile_at(authority.origin))
    assert "evil.example" in problem.why
    assert len(authority.asked) == 1


@pytest.mark.parametrize("to", ["http://[bad", "/x", "mailto:a@b", "http://a\x7fb/", "ftp://a:9"])
async def test_redirect_to_an_odd_address_is_a_refusal_too(authority: Authority, to: str) -> None:
    authority.queue("", 307, Location=to)
    problem = await refused(profile_at(authority.origin))
    assert isinstance(problem, SignInProblem)
    assert "sends us on to" in problem.why


async def test_answer_that_drips_is_stopped(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tui.auth.token_endpoint._WHOLE", 0.05)
    authority.gate.clear()
    problem = await refused(profile_at(authority.origin))
    authority.gate.set()
    assert isinstance(problem, Unreachable)
    assert problem.stage == "read"
    assert "not complete" in problem.why


@pytest.mark.parametrize(
    ("body", "status"),
    [(aadsts(90033), 400), (aadsts(50196), 400), ("<html>", 503), ({"error": "x"}, 429)],
)
async def test_busy_service_is_asked_again(authority: Authority, body: object, status: int) -> None:
    authority.queue(body, status, kind="text/html" if isinstance(body, str) else "application/json")
    authority.queue_token()
    sleeps = Sleeps()
    await ask(profile_at(authority.origin), sleeps)
    assert len(authority.asked) == 2
    assert sleeps == [0.5]


async def test_busy_service_is_given_up_with_its_reason(authority: Authority) -> None:
    for _ in range(3):
        authority.queue("busy", 503)
    problem = await refused(profile_at(authority.origin))
    assert isinstance(problem, SignInProblem)
    assert "503" in problem.why
    assert len(authority.asked) == 3


async def test_retry_after_is_obeyed_within_reason(authority: Authority) -> None:
    authority.queue({"error": "x"}, 429, Retry_After="7")
    authority.queue({"error": "x"}, 429, Retry_After="700")
    sleeps = Sleeps()
    with pytest.raises(SignInProblem):
        await ask(profile_at(authority.origin), sleeps)
    assert sleeps == [7.0]


async def test_cut_answer_names_host_and_stage(authority: Authority) -> None:
    authority.answers.append(b'HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{"access')
    problem = await refused(profile_at(authority.origin))
    assert isinstance(problem, Unreachable)
    assert problem.stage == "read"
    assert "127.0.0.1" in problem.why


async def test_no_answer_at_all_is_cut(authority: Authority) -> None:
    problem = await refused(profile_at(authority.origin))
    assert isinstance(problem, Unreachable)
    assert problem.exit_code == 5


async def test_nobody_listens(free_port: int) -> None:
    problem = await refused(profile_at(f"http://127.0.0.1:{free_port}"))
    assert isinstance(problem, Unreachable)
    assert problem.stage == "connect"
    assert f"127.0.0.1:{free_port}" in problem.why


async def test_unknown_name() -> None:
    problem = await refused(profile_at("https://no-such-host.invalid"))
    assert isinstance(problem, Unreachable)
    assert problem.stage == "name"
    assert "no-such-host.invalid" in problem.why


async def test_server_without_tls(authority: Authority) -> None:
    origin = authority.origin.replace("http:", "https:")
    problem = await refused(profile_at(origin))
    assert isinstance(problem, Unreachable)
    assert problem.stage == "tls"


async def test_proxy_of_the_environment_is_not_used_for_this_machine(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, free_port: int
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{free_port}")
    monkeypatch.setenv("ALL_PROXY", f"http://127.0.0.1:{free_port}")
    authority.queue_token()
    await ask(profile_at(authority.origin))
    assert len(authority.asked) == 1


async def test_cancelling_ends_the_request(authority: Authority) -> None:
    authority.gate.clear()
    task = asyncio.create_task(ask(profile_at(authority.origin)))
    await authority.arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


@pytest.fixture
def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


async def test_claims_challenge_is_said_to_be_one(authority: Authority) -> None:
    challenge = '{"access_token":{"capolids":{"essential":true,"values":["c1"]}}}'
    authority.queue(aadsts(53003) | {"claims": challenge}, 400)
    problem = await refused(profile_at(authority.origin))
    assert "Conditional Access" in problem.why
    assert "asks for more than this kind of sign-in can show" in problem.remedy
    assert "capolids" not in str(problem)
