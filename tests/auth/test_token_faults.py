"""What a token endpoint may answer, over a real socket: each named for what it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.auth.conftest import CLIENT, TENANT, make_token, profile_at
from tests.faults.server import (
    Answer,
    FaultServer,
    bomb,
    cut,
    drip,
    gzipped,
    json_answer,
    redirect,
    reset,
    text_answer,
    unsigned_token,
)
from tui.auth.session import Session
from tui.errors import Problem, SignInProblem, Unreachable

GOOD = {"token_type": "Bearer", "expires_in": 3599, "access_token": "eyJtoken.of.it"}
REFUSAL = {
    "error": "invalid_client",
    "error_description": "AADSTS7000215: Wrong. Trace ID: t Correlation ID: c "
    "Timestamp: 2026-11-24 10:00:00Z",
    "error_codes": [7000215],
}


async def asked(*answers: Answer, **profile: Any) -> Problem | Session:
    """A session that asked for a token, or what it ended with."""

    async def at_once(_: float) -> None:
        return

    async with FaultServer() as server:
        server.on("POST", "*token", *answers)
        session = Session(profile_at(server.url, **profile), sleep=at_once)
        try:
            await session.token("graph")
        except Problem as problem:
            return problem
        finally:
            await session.close()
        return session


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (text_answer("<!doctype html><title>Log on</title>"), SignInProblem, "is a web page"),
        (text_answer("<html>", kind="application/json"), SignInProblem, "is a web page"),
        (text_answer("", kind="application/json"), SignInProblem, "is empty"),
        (Answer(204), SignInProblem, "HTTP 204"),
        (text_answer("null", kind="application/json"), SignInProblem, "no JSON object"),
        (text_answer("OK", kind="text/plain"), SignInProblem, "no JSON object"),
        (text_answer(json.dumps(GOOD)[:-9]), SignInProblem, "web page"),
        (text_answer(json.dumps(GOOD)[:-9], kind="x/y"), SignInProblem, "ends in the middle"),
        (text_answer(json.dumps(GOOD) * 2, kind="x/y"), SignInProblem, "something after it"),
        (Answer(body='{"a": "ä"}'.encode("latin-1")), SignInProblem, "no text in UTF-8"),
        (cut(GOOD), Unreachable, "was cut"),
        (reset(), Unreachable, "was cut"),
        (Answer(raw=b"SSH-2.0-OpenSSH_9.9\r\n"), Unreachable, "was cut"),
        (redirect("https://login.evil.example/x"), SignInProblem, "on to login.evil.example"),
        (redirect("https://u:p@login.evil.example/x", 307), SignInProblem, "login.evil.example"),
        (bomb(40), SignInProblem, "larger than a megabyte"),
        (
            Answer(headers={"content-encoding": "gzip"}, body=b"x" * 99),
            SignInProblem,
            "decompressed",
        ),
        (json_answer(GOOD | {"token_type": "mac"}), SignInProblem, "type 'mac'"),
        (json_answer(GOOD | {"token_type": ["Bearer"]}), SignInProblem, "instead of Bearer"),
        (json_answer(GOOD | {"access_token": ["a"]}), SignInProblem, "no access_token"),
        (json_answer(REFUSAL), SignInProblem, "client secret is wrong"),
        (json_answer(REFUSAL | {"access_token": None}), SignInProblem, "client secret is wrong"),
        (json_answer({"error": "odd"}, 400), SignInProblem, "odd"),
        (json_answer({}, 400), SignInProblem, "without a reason"),
        (json_answer({"error": {"code": "x"}}, 404), SignInProblem, "without a reason"),
        (text_answer("Forbidden", 403), SignInProblem, "web page"),
        (text_answer("<html>", 502), SignInProblem, "out of order (HTTP 502)"),
        (json_answer({}, 500), SignInProblem, "out of order (HTTP 500)"),
        (json_answer({"error": "slow"}, 429), SignInProblem, "slow. Wait a minute and try again."),
        (
            Answer(429, {"retry-after": "900", "content-type": "application/json"}, b"{}"),
            SignInProblem,
            "Wait 900 s and try again.",
        ),
        (text_answer("<html>", 511), SignInProblem, "this network wants you to sign in"),
        (json_answer(REFUSAL, 500), SignInProblem, "client secret is wrong"),
    ],
)
async def test_it_is_named(answer: Answer, kind: type[Problem], words: str) -> None:
    problem = await asked(answer)
    assert isinstance(problem, kind)
    assert problem.exit_code == (5 if kind is Unreachable else 3)
    assert words in str(problem)
    assert "login.evil.example/x" not in str(problem)
    assert "u:p" not in str(problem)


async def test_a_drip_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.auth.token_endpoint._WHOLE", 0.1)
    problem = await asked(drip(GOOD, 0.02))
    assert isinstance(problem, Unreachable)
    assert "was not complete" in str(problem)


async def test_compressed_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(await asked(gzipped(json.dumps(GOOD).encode())), Session)
    assert isinstance(
        await asked(Answer(body=b"\xef\xbb\xbf" + json.dumps(GOOD).encode())), Session
    )


async def test_a_wrong_charset_is_not_believed() -> None:
    text = json.dumps(GOOD).encode()
    said = {"content-type": "application/json; charset=utf-16"}
    assert isinstance(await asked(Answer(headers=said, body=text)), Session)


async def test_the_time_and_the_ids_are_kept_for_support() -> None:
    problem = await asked(json_answer(REFUSAL | {"trace_id": "t", "correlation_id": "c"}, 401))
    assert isinstance(problem, SignInProblem)
    assert problem.request_id == "c, trace t, 2026-11-24 10:00:00Z"
    assert "error?code=7000215" in problem.remedy


async def test_another_tenants_token_is_not_used() -> None:
    other = {"access_token": unsigned_token(tid="99999999-2222-3333-4444-555555555555")}
    problem = await asked(json_answer(GOOD | other))
    assert "a token of another tenant, 99999999-" in str(problem)


async def test_a_domain_stays_the_tenant_that_it_was() -> None:
    one, other = (make_token(tid=f"{n}1111111-2222-3333-4444-555555555555") for n in (1, 2))
    async with FaultServer() as server:
        server.on(
            "POST",
            "*token",
            *(json_answer(GOOD | {"access_token": value}) for value in (one, one, other)),
        )
        session = Session(profile_at(server.url, tenant_id="contoso.example"))
        await session.token("graph")
        await session.token("classic")
        with pytest.raises(SignInProblem, match="another tenant"):
            await session.token("endpoint")
        assert session.current("endpoint") is None
        await session.close()


@pytest.mark.parametrize(
    "code",
    [
        7000215, 7000222, 700016, 90002, 900023, 7000112, 500011, 501051, 65001, 70011, 1002012,
        700027, 700024, 7000218, 50194, 53003, 50076, 50079, 90033, 50196,
    ],
)  # fmt: skip
async def test_every_code_has_a_remedy_and_its_page(code: int) -> None:
    body = {"error": "x", "error_description": f"AADSTS{code}: Its own words."}
    problem = await asked(json_answer(body, 400))
    assert isinstance(problem, SignInProblem)
    assert problem.code == f"AADSTS{code}"
    assert "Its own words." in problem.why
    assert f"error?code={code}" in problem.remedy
    own = (CLIENT, TENANT, "contoso", "https://graph.microsoft.com")
    general = {7000215, 7000222, 700024, 50076, 50079, 90033, 50196}
    assert code in general or any(value in problem.remedy for value in own)


async def test_a_claims_challenge_is_explained() -> None:
    body = {
        "error": "interaction_required",
        "error_description": "AADSTS50076: Use another factor.",
        "claims": '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}',
    }
    problem = await asked(json_answer(body, 400))
    assert isinstance(problem, SignInProblem)
    assert problem.remedy.startswith("The policy asks for more")
    assert "acrs" not in str(problem)
