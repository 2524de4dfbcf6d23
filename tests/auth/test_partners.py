"""Consent links and what comes back, shared apps, and signatures."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest

from tests.auth.conftest import CLIENT, TENANT, Authority, MemoryKeyring, at_demo, profile_at
from tui.auth.clouds import CLOUDS
from tui.auth.consent import ConsentCatcher, consent_link, parse_consent_redirect
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.session import Session
from tui.auth.signature import tenant_exists, verify_signature
from tui.auth.vault import find_secret, store_secret
from tui.demo.identity import TENANT_ID, applications
from tui.demo.server import DemoTenant
from tui.errors import SignInProblem, Unreachable, UsageProblem

CUSTOMER = "99999999-2222-3333-4444-555555555555"


def test_link_of_the_partners_guide() -> None:
    assert consent_link(Profile("a", TENANT, CLIENT), "v1") == (
        "https://login.microsoftonline.com/common/oauth2/authorize?prompt=consent"
        f"&client_id={CLIENT}&response_type=code&sso_reload=true"
    )


def test_link_of_the_second_form() -> None:
    one = Profile("a", "contoso.com", CLIENT, cloud=CLOUDS["gcc-high"])
    parts = urlsplit(consent_link(one, state="a&b", redirect="http://localhost:8400/"))
    assert parts.netloc == "login.microsoftonline.us"
    assert parts.path == "/contoso.com/v2.0/adminconsent"
    assert parse_qs(parts.query) == {
        "client_id": [CLIENT],
        "scope": ["https://graph.microsoft.us/.default"],
        "redirect_uri": ["http://localhost:8400/"],
        "state": ["a&b"],
    }
    assert "/organizations/v2.0/" in consent_link(replace(one, tenant_id="?evil#"))
    with pytest.raises(UsageProblem):
        consent_link(replace(one, client_id=""))


@pytest.mark.parametrize(
    "url",
    [
        f"https://portal.azure.com/?admin_consent=True&tenant={CUSTOMER}&state=s1",
        f"http://localhost:8400/?state=s1&tenant={CUSTOMER}&admin_consent=true\n",
        f"?admin_consent=True&tenant={CUSTOMER}&state=s1",
        f"https://portal.azure.com/#admin_consent=True&tenant={CUSTOMER}&state=s1",
    ],
)
def test_consent_that_was_given(url: str) -> None:
    answer = parse_consent_redirect(url, state="s1")
    assert (answer.granted, answer.tenant, answer.state) == (True, CUSTOMER, "s1")


def test_consent_that_was_declined_or_is_a_stranger() -> None:
    answer = parse_consent_redirect(
        "https://portal.azure.com/?error=access_denied&error_description=AADSTS65004%3a+User+"
        "declined.%0d%0aTrace+ID%3a+1&tenant=no-guid\x1b"
    )
    assert not answer.granted
    assert (answer.error, answer.why, answer.tenant) == (
        "access_denied", "AADSTS65004: User declined.", "",
    )  # fmt: skip
    assert parse_consent_redirect("https://portal.azure.com/?code=0.AX&session_state=1").granted
    for text in ("", "hello", "https://portal.azure.com/", "https://[", "admin_consent=False"):
        with pytest.raises(UsageProblem):
            parse_consent_redirect(text)
    with pytest.raises(UsageProblem, match="not used"):
        parse_consent_redirect(f"?admin_consent=True&tenant={CUSTOMER}&state=other", state="s1")


async def test_answer_is_caught_on_this_machine() -> None:
    import httpx

    async with ConsentCatcher() as catcher, httpx.AsyncClient() as browser:
        at = catcher.redirect.replace("localhost", "127.0.0.1")
        one = Profile("a", TENANT, CLIENT)
        link = consent_link(one, redirect=catcher.redirect, state=catcher.state)
        assert parse_qs(urlsplit(link).query)["redirect_uri"] == [catcher.redirect]
        for stranger in ("favicon.ico", "?admin_consent=True&state=guess", "?" + "x" * 20_000):
            assert (await browser.get(at + stranger)).status_code == 400
        query = {"admin_consent": "True", "tenant": CUSTOMER, "state": catcher.state}
        assert (await browser.get(at, params=query)).status_code == 200
        assert (await catcher.answer()).tenant == CUSTOMER
        async with ConsentCatcher() as other:
            assert other.state != catcher.state
        port = int(at.rstrip("/").rpartition(":")[2])
        with pytest.raises(UsageProblem, match="is in use"):
            async with ConsentCatcher(port):
                raise AssertionError


async def test_customers_share_the_secret_of_the_home_tenant(
    memory_keyring: MemoryKeyring,
) -> None:
    home = Profile("home", TENANT, CLIENT)
    customer = Profile("customer", CUSTOMER, CLIENT, home_tenant=TENANT)
    store_secret(home, Secret("shared-secret"))
    assert (await find_secret(customer)).secret.reveal() == "shared-secret"
    assert home.tenant_key != customer.tenant_key
    stranger = Profile("other", CUSTOMER, CLIENT)
    with pytest.raises(SignInProblem):
        await find_secret(stranger)


# Signatures


async def demo_token(tenant: DemoTenant, profile: Profile) -> str:
    session = Session(replace(profile, given_secret=Secret(applications()[0].client_secret)))
    value = (await session.token("graph")).value.reveal()
    await session.close()
    return value


async def test_signature_against_the_published_keys(demo_tenant: DemoTenant) -> None:
    profile = at_demo(demo_tenant.base_url, "keyring", "soc-terminal")
    token = await demo_token(demo_tenant, profile)
    assert (await verify_signature(token, profile)).verdict == "verified"
    head, _, signature = token.split(".")
    claims = jwt.decode(token, options={"verify_signature": False}) | {"roles": ["Everything"]}
    forged = jwt.encode(claims, "k" * 32, algorithm="HS256").split(".")[1]
    found = await verify_signature(f"{head}.{forged}.{signature}", profile)
    assert found.verdict == "forged"
    assert "changed or made up" in found.words
    none = jwt.encode(claims, "", algorithm="none")
    assert (await verify_signature(none, profile)).verdict == "forged"
    assert (await verify_signature("rubbish", profile)).verdict == "unknown"
    stranger = replace(profile, tenant_id="contoso.example")
    with pytest.raises(SignInProblem, match="did not answer with keys"):
        await verify_signature(token, stranger)


async def test_keys_of_another_place_are_not_fetched(authority: Authority) -> None:
    authority.queue({"jwks_uri": "https://evil.example/keys"})
    token = jwt.encode({"ver": "2.0"}, "k" * 32, algorithm="HS256", headers={"kid": "1"})
    profile = profile_at(authority.origin)
    assert (await verify_signature(token, profile)).verdict == "forged"
    header = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ"
    with pytest.raises(SignInProblem, match=r"evil\.example"):
        await verify_signature(f"{header}.{token.split('.')[1]}.AAAA", profile)
    assert authority.asked[0].path == f"/{TENANT}/v2.0/.well-known/openid-configuration"
    assert len(authority.asked) == 1
    assert token not in str(authority.asked)


async def test_tenant_is_found_to_exist(demo_tenant: DemoTenant) -> None:
    profile = at_demo(demo_tenant.base_url, "keyring")
    assert await tenant_exists(profile) == TENANT_ID
    assert await tenant_exists(replace(profile, tenant_id="contoso.com")) == TENANT_ID
    assert await tenant_exists(replace(profile, tenant_id="nobody.example")) == ""
    with pytest.raises(Unreachable):
        await tenant_exists(profile_at("http://127.0.0.1:9"))
