"""Users: the code, the wait for it, and the refresh token after it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.auth.conftest import Authority, MemoryKeyring, at_demo, make_token, profile_at
from tui.api.service import connect
from tui.auth import claims as reading
from tui.auth.credentials import DeviceCode
from tui.auth.profiles import Profile
from tui.auth.session import Session
from tui.demo.identity import ANALYST
from tui.demo.server import DemoTenant
from tui.errors import SignInProblem

pytestmark = pytest.mark.usefixtures("memory_keyring")


@dataclass
class Person:
    """Sees codes; `acts` instead of time passing between polls, and time passes all the same."""

    acts: Callable[[str], Awaitable[None]] | None = None
    shown: list[DeviceCode] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    moment: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.moment += timedelta(seconds=seconds)
        if self.acts is not None and len(self.waits) >= 3:
            await self.acts(self.shown[-1].user_code)

    def session(self, profile: Profile, *, screen: bool = True) -> Session:
        return Session(
            profile,
            show_code=self.shown.append if screen else None,
            now=self.now,
            sleep=self.sleep,
        )


def browser(tenant: DemoTenant, answer: str = "approve") -> Callable[[str], Awaitable[None]]:
    async def act(code: str) -> None:
        async with httpx.AsyncClient() as client:
            form = {"code": code.lower(), "answer": answer}
            await client.post(f"{tenant.base_url}/devicelogin", data=form)

    return act


async def test_a_user_signs_in_and_stays_so(
    demo_tenant: DemoTenant, memory_keyring: MemoryKeyring
) -> None:
    profile = at_demo(demo_tenant.base_url, "device-code")
    person = Person(browser(demo_tenant))
    session = person.session(profile)
    connection = await connect(session)
    assert [one.state for one in person.shown] == ["waiting", "done"]
    assert person.shown[0].address == f"{demo_tenant.base_url}/devicelogin"
    life = person.shown[0].expires - person.moment
    assert timedelta(minutes=13) < life < timedelta(minutes=15)
    # The tenant's clock stands nearly still meanwhile: it finds the second poll too fast.
    assert person.waits[:3] == [5.0, 5.0, 10.0]
    token = session.current("graph")
    assert token is not None
    assert token.claims is not None
    assert token.claims.is_user
    assert token.claims.user_name == ANALYST
    assert not reading.missing(token.claims, "graph")
    page = await anext(connection.incidents.pages(top=1))
    assert page.incidents
    await session.token("classic")
    assert len(person.shown) == 2
    await connection.close()
    await session.close()
    assert next(iter(memory_keyring.kept)) == ("m365d-tui", f"{profile.keyring_user}/user")

    later = Person()
    again = later.session(profile, screen=False)
    token = await again.token("graph")
    assert token.claims is not None
    assert again.secret_source == "keyring"
    assert not later.shown
    await again.close()


async def test_two_resources_at_once_need_one_code(demo_tenant: DemoTenant) -> None:
    person = Person(browser(demo_tenant))
    session = person.session(at_demo(demo_tenant.base_url, "device-code"))
    await asyncio.gather(*(session.token(name) for name in ("graph", "classic", "endpoint")))
    assert len(person.shown) == 2
    await session.close()


async def test_declined(demo_tenant: DemoTenant) -> None:
    person = Person(browser(demo_tenant, "decline"))
    session = person.session(at_demo(demo_tenant.base_url, "device-code"))
    with pytest.raises(SignInProblem, match="the sign-in was declined"):
        await session.token("graph")
    assert person.shown[-1].state == "declined"
    await session.close()


async def test_code_that_nobody_types_ends(demo_tenant: DemoTenant) -> None:
    person = Person()
    session = person.session(at_demo(demo_tenant.base_url, "device-code"))
    with pytest.raises(SignInProblem, match="not typed before it ended"):
        await session.token("graph")
    assert person.shown[-1].state == "expired"
    assert sum(person.waits) <= 960
    await session.close()


async def test_without_a_screen_it_says_what_to_run(demo_tenant: DemoTenant) -> None:
    session = Person().session(at_demo(demo_tenant.base_url, "device-code"), screen=False)
    with pytest.raises(SignInProblem) as caught:
        await session.token("graph")
    assert "m365d-tui login --profile contoso" in caught.value.remedy
    await session.close()


async def test_refresh_token_that_has_ended_leads_to_a_new_code(
    demo_tenant: DemoTenant, memory_keyring: MemoryKeyring
) -> None:
    profile = at_demo(demo_tenant.base_url, "device-code")
    memory_keyring.kept["m365d-tui", f"{profile.keyring_user}/user"] = "stale-refresh-token"
    person = Person(browser(demo_tenant))
    session = person.session(profile)
    await session.token("graph")
    assert person.shown[-1].state == "done"
    assert "stale" not in str(memory_keyring.kept)
    await session.close()
    memory_keyring.kept["m365d-tui", f"{profile.keyring_user}/user"] = "stale-refresh-token"
    for key in list(memory_keyring.kept):
        if "#" in key[1]:
            del memory_keyring.kept[key]
    session = person.session(profile, screen=False)
    with pytest.raises(SignInProblem, match="the user's sign-in has ended"):
        await session.token("graph")
    await session.close()


async def test_resource_without_consent_is_refused_alone(demo_tenant: DemoTenant) -> None:
    person = Person(browser(demo_tenant))
    session = person.session(at_demo(demo_tenant.base_url, "device-code", "soc-graph"))
    await session.token("graph")
    with pytest.raises(SignInProblem) as caught:
        await session.token("classic")
    assert caught.value.code == "AADSTS65001"
    await session.close()


def delegated(authority: Authority) -> Profile:
    return profile_at(authority.origin, credential="device-code", given_secret=None)


CODE = {
    "user_code": "ABCD12345",
    "device_code": "device-code-of-the-tests",
    "verification_uri": "https://microsoft.com/devicelogin",
    "expires_in": 900,
    "interval": 5,
}


async def test_polling_goes_on_after_a_cut_and_slows_down(authority: Authority) -> None:
    authority.queue(CODE)
    authority.queue({"error": "authorization_pending"}, 400)
    authority.answers.append(b"")
    authority.queue({"error": "slow_down"}, 400)
    authority.queue_token(make_token(scp="a"), refresh_token="refresh-1")
    person = Person()
    session = person.session(delegated(authority))
    await session.token("graph")
    assert person.waits == [5.0, 5.0, 10.0, 15.0]
    form = authority.asked[0].form
    assert "client_secret" not in form
    assert form["scope"] == "https://graph.microsoft.com/.default offline_access openid profile"
    await session.close()


async def test_cancelled_while_waiting(authority: Authority) -> None:
    authority.queue(CODE)
    person = Person()
    held = asyncio.Event()

    async def forever(_: float) -> None:
        held.set()
        await asyncio.Event().wait()

    session = Session(delegated(authority), show_code=person.shown.append, sleep=forever)
    task = asyncio.create_task(session.token("graph"))
    await held.wait()
    await session.close()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert person.shown[-1].state == "cancelled"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"user_code": "A"}, "is no device code"),
        (CODE | {"verification_uri": "javascript:alert(1)"}, "is no address to sign in at"),
        ("<html>", "is a web page"),
    ],
)
async def test_answer_that_is_no_code(authority: Authority, answer: object, words: str) -> None:
    authority.queue(answer)
    session = Person().session(delegated(authority))
    with pytest.raises(SignInProblem, match=words):
        await session.token("graph")
    await session.close()


async def test_app_that_is_no_public_client(authority: Authority) -> None:
    authority.queue(CODE)
    authority.queue(
        {
            "error": "invalid_client",
            "error_codes": [7000218],
            "error_description": "AADSTS7000218: body must contain client_secret",
        },
        401,
    )
    session = Person().session(delegated(authority))
    with pytest.raises(SignInProblem) as caught:
        await session.token("graph")
    assert "Allow public client flows" in caught.value.remedy
    await session.close()


async def test_keyring_that_is_absent_is_told_once(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keyring
    from keyring.backends import fail

    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    authority.queue(CODE)
    authority.queue_token(make_token(scp="a"), refresh_token="refresh-1")
    authority.queue_token(make_token(scp="a"), refresh_token="refresh-2")
    person = Person()
    session = person.session(delegated(authority))
    await session.token("graph")
    await session.token("classic")
    assert authority.asked[-1].form["refresh_token"] == "refresh-1"
    assert "is not kept" in session.notices[0]
    await session.close()


async def test_sign_in_that_another_process_renewed_is_used(
    authority: Authority, memory_keyring: MemoryKeyring
) -> None:
    profile = delegated(authority)
    entry = ("m365d-tui", f"{profile.keyring_user}/user")
    memory_keyring.kept[entry] = "refresh-of-long-ago"
    authority.queue_token(make_token(scp="a"), refresh_token="refresh-1")
    ended = {"error": "invalid_grant", "error_description": "AADSTS700082: x"}
    authority.queue(ended, 400)
    authority.queue_token(make_token(scp="a"), refresh_token="refresh-9")
    session = Person().session(profile, screen=False)
    await session.token("graph")
    memory_keyring.kept[entry] = "refresh-of-the-other"
    await session.token("classic")
    used = [one.form["refresh_token"] for one in authority.asked]
    assert used == ["refresh-of-long-ago", "refresh-1", "refresh-of-the-other"]
    assert memory_keyring.kept[entry] == "refresh-9"
    await session.close()
