"""Whether the tenant's published keys verify a token; only keys are fetched, nothing is sent."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlsplit

from tui.auth.http import explain_network, new_client
from tui.auth.profiles import Profile
from tui.errors import Problem, SignInProblem
from tui.text import visible

if TYPE_CHECKING:
    import httpx

Verdict = Literal["verified", "forged", "unknown"]

_LARGEST = 1_000_000
_WHAT = "The signature was not checked"


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """What a check of a token's signature found."""

    verdict: Verdict
    """`verified`: the tenant's key signed it. `forged`: it did not. `unknown`: nobody here
    can tell."""
    words: str
    """One sentence for people."""
    key_id: str = ""
    keys_from: str = ""
    """Address of the key set."""


async def verify_signature(
    token: str, profile: Profile, *, client: httpx.AsyncClient | None = None
) -> SignatureCheck:
    """Check a token against the keys that the profile's authority publishes for its tenant.

    Says nothing about time, audience or permissions: see the claims.

    Raises:
        SignInProblem: The authority's answers are no keys.
        Unreachable: The authority did not answer.
    """
    # With cryptography it takes a tenth of a second: the loop goes on meanwhile.
    jwt = await asyncio.to_thread(import_module, "jwt")
    try:
        header = jwt.get_unverified_header(token)
        claims = jwt.decode(token, options={"verify_signature": False})
    except (jwt.PyJWTError, RecursionError, TypeError, UnicodeError):
        return SignatureCheck("unknown", "This is no token that can be read.")
    key_id, algorithm = str(header.get("kid", "")), str(header.get("alg", ""))
    if algorithm not in ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"):
        return SignatureCheck(
            "forged",
            f"It is signed by {visible(algorithm)[:20] or 'nothing'}, which no tenant does.",
        )
    own = client is None
    client = client or new_client()
    try:
        address, keys = await _keys(client, profile, str(claims.get("ver", "1.0")))
    finally:
        if own:
            await client.aclose()
    shown = visible(key_id)[:60]
    key = next((one for one in keys if one.get("kid") == key_id), None)
    if key is None:
        return SignatureCheck(
            "unknown",
            f"The tenant publishes no key {shown or 'without a name'}: it is of another "
            "authority, or older than its keys.",
            shown,
            address,
        )
    return _checked(token, header, key, algorithm, shown, address)


def _checked(
    token: str,
    header: dict[str, Any],
    key: dict[str, Any],
    algorithm: str,
    shown: str,
    address: str,
) -> SignatureCheck:
    import jwt

    others = {f"verify_{name}": False for name in ("exp", "nbf", "iat", "aud", "iss", "sub", "jti")}
    try:
        jwt.decode(
            token,
            jwt.PyJWK({"kty": key.get("kty"), "n": key.get("n"), "e": key.get("e")}, algorithm),
            algorithms=[algorithm],
            options=others,  # type: ignore[arg-type]
        )
    except jwt.InvalidSignatureError:
        if "nonce" in header:
            return SignatureCheck(
                "unknown",
                "Microsoft Graph's tokens are sealed for Graph alone (nonce in the header): "
                "nobody else can verify them.",
                shown,
                address,
            )
        return SignatureCheck(
            "forged", f"Key {shown} did not sign it: it was changed or made up.", shown, address
        )
    except (jwt.PyJWTError, ValueError, TypeError):
        return SignatureCheck("unknown", f"Key {shown} cannot be used.", shown, address)
    return SignatureCheck("verified", f"Signed by the tenant's key {shown}.", shown, address)


async def _keys(
    client: httpx.AsyncClient, profile: Profile, version: str
) -> tuple[str, list[dict[str, Any]]]:
    infix = "/v2.0" if version.startswith("2") else ""
    base = f"{profile.cloud.authority}/{quote(profile.tenant_id, safe='')}"
    metadata = await _json(client, f"{base}{infix}/.well-known/openid-configuration")
    address = metadata.get("jwks_uri")
    if not isinstance(address, str) or not _of_the_authority(address, profile):
        raise SignInProblem(
            _WHAT,
            f"{profile.cloud.authority_host} names its keys at {_host(address) or 'no place'}",
            "Keys are taken from the profile's own authority alone.",
        )
    keys = (await _json(client, address)).get("keys")
    if not isinstance(keys, list):
        raise SignInProblem(_WHAT, f"{profile.cloud.authority_host} publishes no keys")
    return address, [one for one in keys if isinstance(one, dict)]


def _host(address: object) -> str:
    try:
        return visible(urlsplit(str(address)).netloc)[:100]
    except ValueError:
        return ""


def _of_the_authority(address: str, profile: Profile) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    if "@" in parts.netloc:
        return False
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    if origin == profile.cloud.authority.lower():
        return True
    from tui.config.hosts import clouds_of

    # Microsoft publishes one set of keys under several of a cloud's names.
    return bool(clouds_of("authority", origin) & clouds_of("authority", profile.cloud.authority))


async def _json(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    import httpx

    host = urlsplit(url).netloc
    body = bytearray()
    try:
        async with client.stream("GET", url, follow_redirects=False) as response:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > _LARGEST:
                    break
    except httpx.HTTPError as error:
        problem: Problem = explain_network(error, host, _WHAT)
        raise problem from None
    answer: object = None
    if response.status_code == 200 and len(body) <= _LARGEST:
        try:
            answer = json.loads(body)
        except (ValueError, RecursionError):
            answer = None
    if not isinstance(answer, dict):
        raise SignInProblem(
            _WHAT,
            f"{visible(host)} did not answer with keys (HTTP {response.status_code})",
            "Check tenant_id and the authority of the profile.",
        )
    return answer


async def tenant_exists(profile: Profile, *, client: httpx.AsyncClient | None = None) -> str:
    """The GUID of a profile's tenant as its authority knows it; empty where there is none.

    For forms that check while they are filled in; it needs no secret.

    Raises:
        Unreachable: The authority did not answer.
    """
    own = client is None
    client = client or new_client()
    tenant = quote(profile.tenant_id, safe="")
    try:
        metadata = await _json(
            client, f"{profile.cloud.authority}/{tenant}/v2.0/.well-known/openid-configuration"
        )
    except SignInProblem:
        return ""
    finally:
        if own:
            await client.aclose()
    issuer = metadata.get("issuer")
    try:
        path = urlsplit(issuer).path if isinstance(issuer, str) else ""
    except ValueError:
        path = ""
    return visible(path.strip("/").split("/")[0])[:60]
