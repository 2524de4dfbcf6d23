"""Proof by certificate: the one that Contoso knows, and the check of an assertion.

Source: *Microsoft identity platform application authentication certificate credentials*.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import TYPE_CHECKING, Any

from tui.demo.identity import TENANT_ID, Registration, is_this_tenant
from tui.demo.keys import base64url

if TYPE_CHECKING:
    from datetime import datetime

    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.x509 import Certificate


class BadAssertion(Exception):
    """An assertion that proves nothing, with the AADSTS number and sentence for it."""

    def __init__(self, number: int, message: str) -> None:
        self.number = number
        self.message = message
        super().__init__(number, message)


def _prime(name: str, step: int) -> int:
    """A prime of 1,024 bits: the first one, `step` further on, after a number made of a name."""
    parts = (hashlib.sha256(f"{name}/{part}".encode()).digest() for part in range(4))
    return (int.from_bytes(b"".join(parts), "big") | (3 << 1022) | 1) + step


@cache
def _key() -> RSAPrivateKey:
    """The key of the demo's certificate: computed, so that no source file holds one."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    p, q = _prime("contoso/soc-automation/p", 72), _prime("contoso/soc-automation/q", 0)
    public = rsa.RSAPublicNumbers(65537, p * q)
    d = pow(65537, -1, (p - 1) * (q - 1))
    numbers = rsa.RSAPrivateNumbers(
        p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q), public
    )
    return numbers.private_key()


@cache
def _certificate() -> Certificate:
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "soc-automation.contoso.com")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(4711)
        .not_valid_before(datetime(2024, 1, 15, tzinfo=UTC))
        .not_valid_after(datetime(2044, 1, 15, tzinfo=UTC))
        .sign(_key(), hashes.SHA256())
    )


def certificate_pem() -> bytes:
    """The certificate of `soc-automation` and its private key, as one PEM file."""
    from cryptography.hazmat.primitives import serialization

    key = _key().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return key + _certificate().public_bytes(serialization.Encoding.PEM)


def _thumbprints() -> tuple[str, str]:
    from cryptography.hazmat.primitives import hashes

    sha256 = _certificate().fingerprint(hashes.SHA256())
    return base64url(sha256), base64url(_certificate().fingerprint(hashes.SHA1()))  # noqa: S303


ISSUER = "https://clusters.contoso.example/soc"
"""Who vouches for workloads: the issuer that `soc-automation` trusts."""
SUBJECT = "system:serviceaccount:soc:automation"
AUDIENCE = "api://AzureADTokenExchange"


def federated_token(now: datetime, *, subject: str = SUBJECT, audience: str = AUDIENCE) -> str:
    """What a cluster puts into the token file of a workload; good for an hour."""
    import jwt

    began = int(now.timestamp())
    claims = {"iss": ISSUER, "sub": subject, "aud": audience, "iat": began, "exp": began + 3600}
    return jwt.encode(claims, _key(), algorithm="RS256", headers={"kid": "soc-cluster"})


def _check_federated(app: Registration, assertion: str, now: datetime) -> None:
    """Accept a token of the trusted issuer, for the subject that stands for the application.

    Raises:
        BadAssertion: It is none.
    """
    import jwt

    unverified = {
        f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")
    }
    try:
        claims: dict[str, Any] = jwt.decode(
            assertion,
            _key().public_key(),
            algorithms=["RS256"],
            options=unverified,  # type: ignore[arg-type]
        )
    except jwt.InvalidTokenError:
        raise BadAssertion(700027, "The signature of the federated token is not valid.") from None
    if claims.get("exp", 0) <= now.timestamp():
        raise BadAssertion(700024, "Client assertion is not within its valid time range.")
    if claims.get("aud") != AUDIENCE:
        raise BadAssertion(
            700212,
            "No matching federated identity record found for presented assertion audience "
            f"'{str(claims.get('aud'))[:100]}'.",
        )
    if not app.has_certificate or claims.get("sub") != SUBJECT:
        raise BadAssertion(
            700213,
            "No matching federated identity record found for presented assertion subject "
            f"'{str(claims.get('sub'))[:100]}'.",
        )


def _issuer(assertion: str) -> str:
    import jwt

    try:
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        return ""
    return str(claims.get("iss", ""))


def _unregistered(thumbprint: str, app: Registration) -> BadAssertion:
    return BadAssertion(
        700027,
        "The certificate with identifier used to sign the client assertion is not registered on "
        f"application. [Reason - The key was not found., Thumbprint of key used by client: "
        f"'{thumbprint[:64]}', Configured keys on app '{app.client_id}': "
        f"{1 if app.has_certificate else 0}]",
    )


def check_assertion(app: Registration, assertion: str, now: datetime) -> None:
    """Accept an assertion that the application's registered certificate signed.

    Raises:
        BadAssertion: It is malformed, of another certificate, of another time or audience.
    """
    import jwt

    try:
        header = jwt.get_unverified_header(assertion)
    except jwt.InvalidTokenError:
        raise BadAssertion(50027, "JWT token is invalid or malformed.") from None
    if _issuer(assertion) == ISSUER:
        _check_federated(app, assertion, now)
        return
    sha256, sha1 = _thumbprints()
    named = str(header.get("x5t#S256") or header.get("x5t") or header.get("kid") or "")
    if not app.has_certificate or named.rstrip("=") not in {sha256, sha1}:
        raise _unregistered(named, app)
    try:
        claims: dict[str, Any] = jwt.decode(
            assertion,
            _key().public_key(),
            algorithms=["PS256", "RS256"],
            # Times are the tenant's, not this machine's; everything is checked below.
            options={
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "verify_aud": False,
                "verify_iss": False,
                "verify_sub": False,
                "verify_jti": False,
            },
        )
    except jwt.InvalidTokenError:
        raise BadAssertion(
            700027,
            "The certificate with identifier used to sign the client assertion is not registered "
            "on application. [Reason - The signature is not valid.]",
        ) from None
    _check_claims(app, claims, now)


def _check_claims(app: Registration, claims: dict[str, Any], now: datetime) -> None:
    moment = now.timestamp()
    begins, ends = claims.get("nbf", claims.get("iat", 0)), claims.get("exp", 0)
    timely = isinstance(begins, (int, float)) and isinstance(ends, (int, float))
    if not timely or not begins - 300 <= moment < ends + 300:
        raise BadAssertion(
            700024,
            "Client assertion is not within its valid time range. Current time: "
            f"{now.strftime('%Y-%m-%dT%H:%M:%S.0000000Z')}, assertion valid from {begins}, "
            f"expiry time of assertion {ends}.",
        )
    if claims.get("iss") != app.client_id or claims.get("sub") != app.client_id:
        raise BadAssertion(
            700021,
            "Client assertion application identifier doesn't match 'client_id' parameter.",
        )
    if not _is_token_endpoint(str(claims.get("aud", ""))):
        raise BadAssertion(
            700023, f"Client assertion audience claim does not match Realm issuer '{TENANT_ID}'."
        )


def _is_token_endpoint(audience: str) -> bool:
    for ending in ("/oauth2/v2.0/token", "/oauth2/token", "/v2.0", "/"):
        if audience.endswith(ending):
            return is_this_tenant(audience.removesuffix(ending).rpartition("/")[2])
    return False
