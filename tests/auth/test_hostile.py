"""Answers and strangers that mean no good: bounded, named, and never a defect."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from datetime import UTC, datetime

import pytest

from tests.auth.conftest import Authority, make_token, profile_at
from tests.auth.test_device_code import Person, delegated
from tui.auth.claims import Claims, features, how_to_grant
from tui.auth.consent import ConsentCatcher
from tui.auth.process import ToolFault, run_tool
from tui.auth.session import Session
from tui.auth.signature import tenant_exists, verify_signature
from tui.errors import SignInProblem, Unreachable

pytestmark = pytest.mark.usefixtures("memory_keyring")

CODE = {"user_code": "ABCD-EFGH", "device_code": "d", "verification_uri": "https://x.example/d"}


@pytest.mark.parametrize("life", ["nan", "inf", "-1e999", 10**400, [], True, None])
async def test_a_device_code_whose_numbers_are_none(authority: Authority, life: object) -> None:
    authority.queue(CODE | {"expires_in": life, "interval": life})
    authority.queue_token(make_token(scp="x"))
    person = Person()
    session = person.session(delegated(authority))
    await session.token("graph")
    assert [one.state for one in person.shown] == ["waiting", "done"]
    assert 1.0 <= person.waits[0] <= 60.0
    assert person.shown[0].expires > datetime(2026, 1, 1, tzinfo=UTC)
    await session.close()


@pytest.mark.parametrize(
    "wrong",
    [
        {"verification_uri": "http://[bad"},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "https://"},
        {"verification_uri": "https://x.example/" + "d" * 1000},
        {"user_code": "A" * 100_000},
        {"user_code": ["A"]},
    ],
)
async def test_a_device_code_that_nobody_could_type(
    authority: Authority, wrong: dict[str, object]
) -> None:
    authority.queue(CODE | wrong)
    person = Person()
    session = person.session(delegated(authority))
    with pytest.raises(SignInProblem) as caught:
        await session.token("graph")
    assert len(str(caught.value)) < 500
    assert person.shown == []
    await session.close()


@pytest.mark.parametrize("address", ["http://[bad", "https://evil.example/keys", "", 5, None])
async def test_keys_that_are_nowhere(authority: Authority, address: object) -> None:
    authority.queue({"jwks_uri": address})
    token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ." + make_token().split(".")[1] + ".AAAA"
    with pytest.raises(SignInProblem, match="names its keys at"):
        await verify_signature(token, profile_at(authority.origin))


async def test_keys_without_end_are_not_read_to_it(authority: Authority) -> None:
    authority.queue(b"[" * 3_000_000)
    token = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ." + make_token().split(".")[1] + ".AAAA"
    with pytest.raises(SignInProblem, match="did not answer with keys"):
        await verify_signature(token, profile_at(authority.origin))


@pytest.mark.parametrize("issuer", ["http://[bad", 5, None, [], "\ud800"])
async def test_a_tenant_whose_issuer_is_none(authority: Authority, issuer: object) -> None:
    authority.queue({"issuer": issuer})
    assert len(await tenant_exists(profile_at(authority.origin))) < 60


def test_a_way_to_grant_stays_one_sentence() -> None:
    claims = Claims({"app_displayname": "x" * 400_000})
    assert len(how_to_grant(features("graph")[0], claims)) < 500


@pytest.mark.skipif(sys.platform == "win32", reason="programs of POSIX")
@pytest.mark.parametrize(
    ("script", "kind"),
    [
        ("yes", "large"),
        ("sleep 99 & yes", "large"),
        ("head -c 200000 /dev/zero; sleep 99", "large"),
        ("yes >&2", "slow"),
        ("sleep 99; true", "slow"),
        ("sleep 99 &", "slow"),
    ],
)
async def test_a_program_that_never_stops(script: str, kind: str) -> None:
    with pytest.raises(ToolFault) as caught:
        await run_tool(["sh", "-c", script], limit=0.3 if kind == "slow" else 60)
    assert caught.value.kind == kind


async def said(catcher: ConsentCatcher, request: bytes) -> bytes:
    port = int(catcher.redirect.rstrip("/").rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request)
    answer = b""
    with contextlib.suppress(OSError):
        answer = await reader.read()
    writer.close()
    return answer


@pytest.mark.parametrize(
    "request_",
    [
        b"GET /?admin_consent=True&state=guess HTTP/1.1\r\n\r\n",
        b"GET /?admin_consent=True HTTP/1.1\r\n\r\n",
        b"GET /?error=x&state= HTTP/1.1\r\n\r\n",
        b"GET http://[bad HTTP/1.1\r\n\r\n",
        b"GET\r\n\r\n",
        b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET /?" + b"x" * 300_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 50_000 + b"\r\n",
        b"GET /?state=%FF%FE&error=%00 HTTP/1.1\r\n\r\n",
    ],
)
async def test_strangers_at_the_port_of_the_consent(request_: bytes) -> None:
    async with ConsentCatcher() as catcher:
        answer = await said(catcher, request_)
        assert answer == b"" or answer.startswith(b"HTTP/1.1 400 ")
        right = f"GET /?error=access_denied&state={catcher.state} HTTP/1.1\r\n\r\n"
        assert (await said(catcher, right.encode())).startswith(b"HTTP/1.1 200 ")
        assert not (await catcher.answer()).granted


async def test_many_who_say_nothing_take_a_few_handles_and_no_more() -> None:
    async with ConsentCatcher() as catcher:
        port = int(catcher.redirect.rstrip("/").rpartition(":")[2])
        silent = [await asyncio.open_connection("127.0.0.1", port) for _ in range(60)]
        ended = [asyncio.create_task(reader.read()) for reader, _ in silent]
        for one in asyncio.as_completed(ended):
            with contextlib.suppress(OSError):
                await one
            if sum(task.done() for task in ended) >= 44:
                break
        assert sum(one.done() for one in ended) == 44
        for _, writer in silent:
            writer.close()
        await asyncio.gather(*ended, return_exceptions=True)
        right = f"GET /?error=access_denied&state={catcher.state} HTTP/1.1\r\n\r\n"
        while not (await said(catcher, right.encode())).startswith(b"HTTP/1.1 200 "):
            await asyncio.sleep(0)
        assert (await catcher.answer()).error == "access_denied"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 407 Who are you\r\nContent-Length: 0\r\n\r\n", "(407 Who are you). It wants a"),
        (b"HTTP/1.1 302 F\r\nLocation: http://evil.example\r\n\r\n", "refused (302 F). Check"),
        (b"HTTP/1.1 502 \x1b[31m\r\n\r\n", "refused (502 ␛[31m). Check HTTPS_PROXY"),
        (b"\x00\x01\r\n\r\n", "over the proxy 127.0.0.1:"),
        (b"", "over the proxy 127.0.0.1:"),
    ],
)
async def test_a_proxy_that_refuses_is_named_and_told_nothing(
    monkeypatch: pytest.MonkeyPatch, answer: bytes, said: str
) -> None:
    heard = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:mark-of-it@127.0.0.1:{port}")
        session = Session(profile_at("https://login.nowhere.example"))
        with pytest.raises(Unreachable) as caught:
            await session.token("graph")
        await session.close()
    assert said in str(caught.value)
    assert f"proxy 127.0.0.1:{port} " in str(caught.value)
    assert "mark-of-it" not in str(caught.value)
    assert heard.startswith(b"CONNECT login.nowhere.example:443 ")
    assert b"s3cret" not in heard


@pytest.mark.parametrize("value", ["http://me:mark-of-it@127.0.0.1:9", "me:mark-of-it@[bad"])
async def test_a_proxy_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    async def at_once(_: float) -> None:
        return

    monkeypatch.setenv("HTTPS_PROXY", value)
    session = Session(profile_at("https://login.nowhere.example"), sleep=at_once)
    with pytest.raises(Unreachable, match=r"proxy.*on the way to login\.nowhere") as caught:
        await session.token("graph")
    await session.close()
    assert "mark-of-it" not in str(caught.value)
