from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest

from tests.auth.conftest import CLIENT, Authority, make_token, profile_at
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.session import Session, Step, Token
from tui.errors import SignInProblem, Unreachable


class HandClock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **by: float) -> None:
        self.time += timedelta(**by)


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


async def test_many_callers_cause_one_request(authority: Authority) -> None:
    authority.queue_token()
    session = Session(profile_at(authority.origin))
    tokens = await asyncio.gather(*(session.token("graph") for _ in range(200)))
    assert len(authority.asked) == 1
    assert len({id(token) for token in tokens}) == 1
    await session.close()


async def test_cancelled_first_caller_takes_nothing_from_the_others(authority: Authority) -> None:
    authority.queue_token()
    authority.gate.clear()
    session = Session(profile_at(authority.origin))
    first = asyncio.create_task(session.token("graph"))
    await authority.arrived.wait()
    others = [asyncio.create_task(session.token("graph")) for _ in range(5)]
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    authority.gate.set()
    assert len({id(await other) for other in others}) == 1
    assert len(authority.asked) == 1
    await session.close()


async def test_the_end_of_a_token_is_one_renewal_however_many_ask_and_leave(
    authority: Authority, clock: HandClock
) -> None:
    authority.queue_token()
    session = Session(profile_at(authority.origin), now=clock)
    first = await session.token("graph")
    clock.advance(hours=2)
    renewed = authority.queue_token()
    authority.gate.clear()
    authority.arrived.clear()
    asking = [asyncio.create_task(session.token("graph")) for _ in range(200)]
    await authority.arrived.wait()
    for task in asking[::3]:
        task.cancel()
    asking += [asyncio.create_task(session.token("graph", rejected=first)) for _ in range(20)]
    authority.gate.set()
    got = await asyncio.gather(*asking, return_exceptions=True)
    assert sum(isinstance(one, asyncio.CancelledError) for one in got) == 67
    values = {one.value.reveal() for one in got if isinstance(one, Token)}
    assert values == {renewed}
    assert len(authority.asked) == 2
    await session.close()


async def test_resources_have_tokens_of_their_own(authority: Authority) -> None:
    authority.queue_token()
    authority.queue_token()
    session = Session(profile_at(authority.origin))
    graph, classic = await asyncio.gather(session.token("graph"), session.token("classic"))
    assert graph.resource == "graph"
    assert classic.resource == "classic"
    assert {one.form["scope"] for one in authority.asked} == {
        "https://graph.microsoft.com/.default",
        "https://api.security.microsoft.com/.default",
    }
    await session.close()


async def test_token_is_renewed_five_minutes_before_its_end(
    authority: Authority, clock: HandClock
) -> None:
    authority.queue_token(None, expires_in=3600)
    authority.queue_token(None, expires_in=3600)
    session = Session(profile_at(authority.origin), now=clock)
    first = await session.token("graph")
    clock.advance(minutes=54, seconds=59)
    assert await session.token("graph") is first
    clock.advance(seconds=1)
    assert await session.token("graph") is not first
    await session.close()


async def test_short_token_is_renewed_at_a_tenth_of_its_life(
    authority: Authority, clock: HandClock
) -> None:
    authority.queue_token(None, expires_in="100")
    authority.queue_token(None, expires_in=100)
    session = Session(profile_at(authority.origin), now=clock)
    first = await session.token("graph")
    clock.advance(seconds=89)
    assert await session.token("graph") is first
    clock.advance(seconds=1)
    assert await session.token("graph") is not first
    await session.close()


@pytest.mark.parametrize(
    ("expires_in", "exp", "seconds"),
    [
        (1200, 9999, 1200),
        ("1200", None, 1200),
        (None, 1800, 1800),
        ("soon", 1800, 1800),
        (-5, 1800, 1800),
        (0, None, 300),
        (True, None, 300),
        (1e300, None, 300),
        ("1e999", 900, 900),
        ("nan", None, 300),
        ({}, "x", 300),
        (None, -60, 300),
        (None, 10**20, 300),
    ],
)
async def test_life_of_a_token(
    authority: Authority, clock: HandClock, expires_in: object, exp: Any, seconds: int
) -> None:
    claims = {}
    if exp is not None:
        claims["exp"] = int(clock.time.timestamp()) + exp if isinstance(exp, int) else exp
    import jwt

    token = jwt.api_jws.encode(
        __import__("json").dumps(claims).encode(), "k" * 32, algorithm="HS256"
    )
    authority.queue_token(token, expires_in=expires_in)
    session = Session(profile_at(authority.origin), now=clock)
    got = await session.token("graph")
    assert (got.expires - clock.time).total_seconds() == seconds
    await session.close()


async def test_opaque_token_serves_though_it_cannot_be_read(authority: Authority) -> None:
    authority.queue_token("opaque-token-of-the-service")
    session = Session(profile_at(authority.origin))
    token = await session.token("graph")
    assert token.claims is None
    assert token.value.reveal() == "opaque-token-of-the-service"
    await session.close()


async def test_rejected_token_is_replaced_once_for_all(authority: Authority) -> None:
    authority.queue_token()
    authority.queue_token()
    session = Session(profile_at(authority.origin))
    first = await session.token("graph")
    again = await asyncio.gather(*(session.token("graph", rejected=first) for _ in range(9)))
    assert {id(token) for token in again} == {id(session.current("graph"))}
    assert again[0] is not first
    assert await session.token("graph", rejected=first) is again[0]
    assert len(authority.asked) == 2
    assert "renewed after a 401" in session.history[-1].text
    await session.close()


async def test_failed_renewal_leaves_a_token_that_is_still_good(
    authority: Authority, clock: HandClock
) -> None:
    authority.queue_token(None, expires_in=3600)
    session = Session(profile_at(authority.origin), now=clock)
    first = await session.token("graph")
    clock.advance(minutes=56)
    authority.queue("nope", 400)
    assert await session.token("graph") is first
    assert await session.token("graph") is first
    assert len(authority.asked) == 2, "the next attempt waits a little"
    assert session.history[-1].failed
    clock.advance(minutes=4)
    authority.queue("nope", 400)
    with pytest.raises(SignInProblem):
        await session.token("graph")
    assert session.state("graph") == "expired"
    await session.close()


async def test_wrong_clock_is_corrected_by_the_servers_date(
    authority: Authority, clock: HandClock
) -> None:
    server = clock.time + timedelta(hours=3)
    body = {"access_token": make_token(), "expires_in": 3600}
    authority.queue(body, Date=format_datetime(server, usegmt=True))
    session = Session(profile_at(authority.origin), now=clock)
    token = await session.token("graph")
    assert session.skew == pytest.approx(3 * 3600, abs=2)
    assert abs(token.expires - (server + timedelta(hours=1))) < timedelta(seconds=2)
    assert session.state("graph") == "valid"
    await session.close()


async def test_small_differences_of_the_clock_are_none(
    authority: Authority, clock: HandClock
) -> None:
    body = {"access_token": make_token(), "expires_in": 3600}
    authority.queue(body, Date=format_datetime(clock.time, usegmt=True))
    session = Session(profile_at(authority.origin), now=clock)
    await session.token("graph")
    assert session.skew == 0
    session.learn_date("not a date")
    session.learn_date("Mon, 99 Foo 2026 99:99:99 GMT")
    assert session.skew == 0
    await session.close()


async def test_states_and_subscribers(authority: Authority, clock: HandClock) -> None:
    authority.gate.clear()
    authority.queue_token(None, expires_in=3600)
    session = Session(profile_at(authority.origin), now=clock)
    seen: list[str] = []
    unsubscribe = session.subscribe(lambda: seen.append(session.state("graph")))
    assert session.state("graph") == "none"
    task = asyncio.create_task(session.token("graph"))
    await authority.arrived.wait()
    assert session.state("graph") == "renewing"
    authority.gate.set()
    await task
    assert session.state("graph") == "valid"
    clock.advance(hours=2)
    assert session.state("graph") == "expired"
    assert seen == ["renewing", "valid"]
    unsubscribe()
    await session.close()
    assert seen == ["renewing", "valid"]


async def test_steps_are_told_as_they_pass(authority: Authority) -> None:
    authority.queue_token()
    steps: list[Step] = []
    session = Session(profile_at(authority.origin), on_step=steps.append)
    await session.token("graph")
    host = authority.origin.removeprefix("http://")
    assert [(step.key, step.state) for step in steps] == [
        ("secret", "running"),
        ("secret", "done"),
        ("token-graph", "running"),
        ("token-graph", "done"),
        ("roles-graph", "done"),
    ]
    assert steps[3].label == f"token from {host}"
    assert steps[4].label == "roles: read"
    assert all(step.seconds is not None for step in steps[1:4:2])
    await session.close()


async def test_failed_step_is_told(authority: Authority) -> None:
    authority.queue("nope", 400)
    steps: list[Step] = []
    session = Session(profile_at(authority.origin), on_step=steps.append)
    with pytest.raises(SignInProblem):
        await session.token("graph")
    assert (steps[-1].key, steps[-1].state) == ("token-graph", "failed")
    await session.close()


async def test_person_is_asked_once_for_all_resources(authority: Authority) -> None:
    authority.queue_token()
    authority.queue_token()
    asked: list[str] = []

    async def ask(profile: Profile, question: str) -> Secret | None:
        asked.append(question)
        return Secret("typed-secret")

    profile = profile_at(authority.origin, given_secret=None, credential="prompt")
    session = Session(profile, ask=ask)
    await asyncio.gather(session.token("graph"), session.token("classic"))
    assert asked == ["Client secret of contoso"]
    assert session.secret_source == "prompt"
    await session.close()


async def test_refused_secret_is_asked_for_again(authority: Authority) -> None:
    authority.queue({"error": "x", "error_description": "AADSTS7000215: bad"}, 401)
    authority.queue_token()
    answers = iter(["wrong-secret", "right-secret"])

    async def ask(profile: Profile, question: str) -> Secret | None:
        return Secret(next(answers))

    profile = profile_at(authority.origin, given_secret=None, credential="prompt")
    session = Session(profile, ask=ask)
    with pytest.raises(SignInProblem):
        await session.token("graph")
    await session.token("graph")
    assert [one.form["client_secret"] for one in authority.asked] == [
        "wrong-secret",
        "right-secret",
    ]
    await session.close()


async def test_token_of_another_tenant_is_not_used(authority: Authority) -> None:
    other = "99999999-2222-3333-4444-555555555555"
    authority.queue_token(make_token(tid=other))
    session = Session(profile_at(authority.origin))
    with pytest.raises(SignInProblem, match=other):
        await session.token("graph")
    assert session.current("graph") is None
    await session.close()


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"aud": "https://vault.example"}, "is for https://vault.example, not for Microsoft Graph"),
        ({"exp": 1_000_000_000}, "ended on 2001-09-09"),
        ({"nbf": 4_000_000_000, "exp": 4_000_003_600}, "not valid before 2096-10-02"),
        ({"appid": "99999999-2222-3333-4444-555555555555"}, "of the application 99999999"),
        ({"aud": "https://graph.microsoft.com", "appid": CLIENT.upper()}, ""),
    ],
)
async def test_an_odd_token_is_used_and_told(
    authority: Authority, claims: dict[str, Any], words: str
) -> None:
    authority.queue_token(make_token(**claims))
    session = Session(profile_at(authority.origin))
    token = await session.token("graph")
    assert words in token.doubt
    assert bool(words) == bool(token.doubt)
    assert any(words in notice for notice in session.notices) == bool(words)
    await session.close()


async def test_no_token_is_odd_because_the_servers_clock_is_wrong(authority: Authority) -> None:
    now = datetime.now(UTC)
    value = make_token(exp=int(now.timestamp()) + 3599)
    authority.queue(
        {"token_type": "Bearer", "expires_in": 3599, "access_token": value},
        Date=format_datetime(now + timedelta(hours=3), usegmt=True),
    )
    session = Session(profile_at(authority.origin))
    assert (await session.token("graph")).doubt == ""
    assert session.skew > 10_000
    await session.close()


async def test_closing_ends_what_is_under_way(authority: Authority) -> None:
    authority.gate.clear()
    session = Session(profile_at(authority.origin))
    task = asyncio.create_task(session.token("graph"))
    await authority.arrived.wait()
    await session.close()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert session.current("graph") is None


async def test_unreachable_authority_is_said_so(authority: Authority) -> None:
    session = Session(profile_at(authority.origin))
    with pytest.raises(Unreachable):
        await session.token("graph")
    assert session.state("graph") == "none"
    await session.close()
