"""Certificates end to end: files, pass phrases, the demo tenant, and an older authority."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)

from tests.auth.conftest import CLIENT, Authority, MemoryKeyring, kept, profile_at
from tests.auth.conftest import at_demo as demo_profile
from tui.auth.certificate import days_left
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.session import Session, Step
from tui.auth.ways import describe_fully
from tui.demo.assertions import certificate_pem
from tui.demo.server import DemoTenant
from tui.errors import SignInProblem

PHRASE = "correct horse~battery"
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, memory_keyring: MemoryKeyring) -> None:
    for name in ("M365D_CERTIFICATE_PASSWORD", "AZURE_CLIENT_CERTIFICATE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.delenv("AZURE_CLIENT_ID", raising=False)


@cache
def own_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certificate(key: Any, ends: datetime, begins: datetime | None = None) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "app.example")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins or datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )


def pem(key: Any, ends: datetime, phrase: str = "") -> bytes:
    protection = BestAvailableEncryption(phrase.encode()) if phrase else NoEncryption()
    raw: bytes = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, protection)
    return certificate(key, ends).public_bytes(Encoding.PEM) + raw


def demo_forms(form: str, phrase: str) -> bytes:
    plain = certificate_pem()
    key = load_pem_private_key(plain, None)
    assert isinstance(key, rsa.RSAPrivateKey)
    one = x509.load_pem_x509_certificate(plain)
    protection = BestAvailableEncryption(phrase.encode()) if phrase else NoEncryption()
    if form == "pfx":
        return pkcs12.serialize_key_and_certificates(b"app", key, one, None, protection)
    style = PrivateFormat.TraditionalOpenSSL if form == "pem1" else PrivateFormat.PKCS8
    body = key.private_bytes(Encoding.PEM, style, protection)
    return body + one.public_bytes(Encoding.PEM)


def at_demo(tenant: DemoTenant, path: Path, **more: Any) -> Profile:
    return demo_profile(tenant.base_url, "certificate", name="auto", certificate_path=path, **more)


async def signed_in(profile: Profile, **more: Any) -> tuple[Session, dict[str, Any]]:
    session = Session(profile, **more)
    try:
        token = await session.token("graph")
    finally:
        await session.close()
    assert token.claims is not None
    return session, dict(token.claims.raw)


@pytest.mark.parametrize("phrase", ["", PHRASE])
@pytest.mark.parametrize("form", ["pem", "pem1", "pfx"])
@pytest.mark.parametrize("endpoint", ["v1", "v2"])
async def test_signs_in_to_the_demo_tenant(
    demo_tenant: DemoTenant,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    form: str,
    phrase: str,
    endpoint: str,
) -> None:
    if phrase:
        monkeypatch.setenv("M365D_CERTIFICATE_PASSWORD", phrase)
    path = kept(tmp_path / "app.key", demo_forms(form, phrase))
    steps: list[Step] = []
    profile = at_demo(demo_tenant, path, token_endpoint=endpoint)
    session, claims = await signed_in(profile, on_step=steps.append)
    assert claims["appidacr"] == "2"
    assert session.secret_source.startswith("app.key")
    assert ("pass phrase from environment" in session.secret_source) == bool(phrase)
    assert steps[1].label.startswith("certificate from app.key")
    assert "signed in with a certificate" in session.history[-1].text


async def test_pass_phrase_from_keyring_before_the_prompt(
    demo_tenant: DemoTenant, tmp_path: Path, memory_keyring: MemoryKeyring
) -> None:
    profile = at_demo(demo_tenant, kept(tmp_path / "a.pfx", demo_forms("pfx", PHRASE)))

    async def never(one: Profile, question: str) -> Secret | None:
        raise AssertionError

    memory_keyring.kept["m365d-tui", f"{profile.keyring_user}/certificate"] = PHRASE
    session, _ = await signed_in(profile, ask=never)
    assert "pass phrase from keyring" in session.secret_source


async def test_pass_phrase_is_asked_for_last(demo_tenant: DemoTenant, tmp_path: Path) -> None:
    profile = at_demo(demo_tenant, kept(tmp_path / "a.pem", demo_forms("pem", PHRASE)))
    asked: list[str] = []

    async def ask(one: Profile, question: str) -> Secret | None:
        asked.append(question)
        return Secret(PHRASE)

    await signed_in(profile, ask=ask)
    assert asked == ["Pass phrase of the certificate of auto"]
    with pytest.raises(SignInProblem, match="no terminal to ask at"):
        await signed_in(profile)


async def test_wrong_pass_phrase(
    demo_tenant: DemoTenant, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_CLIENT_CERTIFICATE_PASSWORD", "not the phrase")
    for form in ("pem", "pfx"):
        path = kept(tmp_path / f"a.{form}", demo_forms(form, PHRASE))
        with pytest.raises(SignInProblem, match="does not open the certificate's key") as caught:
            await signed_in(at_demo(demo_tenant, path))
        assert "not the phrase" not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (lambda: b"", "is neither PEM nor PFX"),
        (lambda: b"\x00\xff garbage", "is neither PEM nor PFX"),
        (lambda: pem(own_key(), NOW).split(b"-----BEGIN PRIVATE")[0], "holds no private key"),
        (lambda: b"-----BEGIN PRIVATE" + pem(own_key(), NOW).split(b"-----BEGIN PRIVATE")[1],
         "holds a key and no certificate"),
        (lambda: pem(ec.generate_private_key(ec.SECP256R1()), NOW), "key that is not RSA"),
        (lambda: b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
         "cannot be read"),
    ],
)  # fmt: skip
async def test_file_that_is_no_certificate(
    demo_tenant: DemoTenant, tmp_path: Path, data: Callable[[], bytes], words: str
) -> None:
    path = kept(tmp_path / "a.pem", data())
    with pytest.raises(SignInProblem, match=words):
        await signed_in(at_demo(demo_tenant, path))


async def test_key_that_others_can_read_is_refused(demo_tenant: DemoTenant, tmp_path: Path) -> None:
    path = kept(tmp_path / "my app.pem", certificate_pem(), 0o644)
    with pytest.raises(SignInProblem, match="can be read by others") as caught:
        await signed_in(at_demo(demo_tenant, path))
    assert f"chmod 600 '{path}'" in caught.value.remedy
    path.chmod(0o400)
    await signed_in(at_demo(demo_tenant, path))


async def test_missing_file_and_folder(demo_tenant: DemoTenant, tmp_path: Path) -> None:
    with pytest.raises(SignInProblem, match="is not there"):
        await signed_in(at_demo(demo_tenant, tmp_path / "none.pem"))
    with pytest.raises(SignInProblem, match="is no file"):
        await signed_in(at_demo(demo_tenant, tmp_path))


async def test_certificate_that_the_tenant_does_not_know(
    demo_tenant: DemoTenant, tmp_path: Path
) -> None:
    path = kept(tmp_path / "a.pem", pem(own_key(), NOW + timedelta(days=9000)))
    with pytest.raises(SignInProblem, match="not registered") as caught:
        await signed_in(at_demo(demo_tenant, path))
    assert caught.value.code == "AADSTS700027"
    assert "thumbprint" in caught.value.remedy


async def test_certificate_that_has_ended_is_said_to(
    demo_tenant: DemoTenant, tmp_path: Path
) -> None:
    path = kept(tmp_path / "a.pem", pem(own_key(), datetime(2021, 5, 1, tzinfo=UTC)))
    with pytest.raises(SignInProblem, match="the certificate ended on 2021-05-01"):
        await signed_in(at_demo(demo_tenant, path))


def refusal(code: int) -> dict[str, object]:
    return {
        "error": "invalid_client",
        "error_description": f"AADSTS{code}: No.",
        "error_codes": [code],
    }


async def test_older_form_where_the_authority_refuses_the_first(
    authority: Authority, tmp_path: Path
) -> None:
    path = kept(tmp_path / "a.pem", pem(own_key(), NOW + timedelta(days=400)))
    profile = replace(
        profile_at(authority.origin), credential="certificate", certificate_path=path,
        given_secret=None,
    )  # fmt: skip
    authority.queue(refusal(700027), 401)
    authority.queue_token()
    authority.queue_token()
    session = Session(profile, now=lambda: NOW)
    await session.token("graph")
    await session.token("classic")
    await session.close()
    headers = [jwt.get_unverified_header(one.form["client_assertion"]) for one in authority.asked]
    assert [one["alg"] for one in headers] == ["PS256", "RS256", "RS256"]
    assert set(headers[0]) == {"alg", "typ", "x5t#S256"}
    assert set(headers[1]) == {"alg", "typ", "x5t"}
    key = own_key().public_key()
    for one in authority.asked:
        claims = jwt.decode(
            one.form["client_assertion"], key, ["PS256", "RS256"],
            options={"verify_exp": False, "verify_aud": False, "verify_iat": False,
                     "verify_nbf": False},
        )  # fmt: skip
        assert claims["aud"] == authority.origin + one.path
        assert claims["iss"] == claims["sub"] == CLIENT
        assert claims["exp"] - claims["nbf"] <= 600
        assert "client_secret" not in one.form
    assert len({one.form["client_assertion"] for one in authority.asked}) == 3


async def test_other_refusals_are_not_asked_twice(authority: Authority, tmp_path: Path) -> None:
    path = kept(tmp_path / "a.pem", pem(own_key(), NOW + timedelta(days=400)))
    profile = replace(
        profile_at(authority.origin), credential="certificate", certificate_path=path,
        given_secret=None,
    )  # fmt: skip
    authority.queue(refusal(700016), 400)
    with pytest.raises(SignInProblem):
        await signed_in(profile)
    assert len(authority.asked) == 1


async def test_warns_before_the_certificate_ends(authority: Authority, tmp_path: Path) -> None:
    for days, words in ((12, "in 12 days"), (400, "")):
        path = kept(tmp_path / "a.pem", pem(own_key(), NOW + timedelta(days=days, hours=1)))
        profile = replace(
            profile_at(authority.origin), credential="certificate", certificate_path=path,
            given_secret=None,
        )  # fmt: skip
        authority.queue_token()
        session = Session(profile, now=lambda: NOW)
        await session.token("graph")
        assert bool(session.notices) == bool(words)
        assert words in " ".join(session.notices)
        assert days_left(profile, NOW) == days
        await session.close()


async def test_description_for_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soon = datetime.now(UTC) + timedelta(days=41, hours=1)
    path = kept(tmp_path / "a.pem", pem(own_key(), soon, PHRASE))
    one = replace(profile_at("http://127.0.0.1:9"), credential="certificate")
    assert await describe_fully(one) == "certificate"
    one = replace(one, certificate_path=path)
    assert await describe_fully(one) == "certificate, 41 days left"
    pfx = pkcs12.serialize_key_and_certificates(
        b"a", own_key(), certificate(own_key(), soon), None, BestAvailableEncryption(b"phrase!")
    )
    one = replace(one, certificate_path=kept(tmp_path / "a.pfx", pfx))
    assert await describe_fully(one) == "certificate"
    monkeypatch.setenv("M365D_CERTIFICATE_PASSWORD", "phrase!")
    assert await describe_fully(one) == "certificate, 41 days left"


@pytest.mark.parametrize("hours", [-3, 3])
async def test_a_wrong_clock_is_said_and_does_not_keep_us_out(
    demo_tenant: DemoTenant, tmp_path: Path, hours: int
) -> None:
    profile = demo_profile(
        demo_tenant.base_url,
        "certificate",
        certificate_path=kept(tmp_path / "app.pem", certificate_pem()),
    )
    session = Session(profile, now=lambda: datetime.now(UTC) + timedelta(hours=hours))
    assert not session.notices
    assert (await session.token("graph")).claims
    word = "behind" if hours < 0 else "ahead of"
    assert f"clock is 3 h {word} the server's" in session.notices[0]
    await session.close()
