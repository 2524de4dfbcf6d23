"""Access tokens: made at the token endpoint, checked by the services."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from tui.demo.dice import Dice, guid
from tui.demo.identity import GRAPH, TENANT_ID, Registration, Resource
from tui.demo.keys import SigningKey, base64url

if TYPE_CHECKING:
    from datetime import datetime

LIFETIME = 3599
"""Seconds a token lives."""


@cache
def signing_key() -> SigningKey:
    """The one key of this process."""
    return SigningKey()


def _opaque(length: int) -> str:
    import secrets

    return base64url(secrets.token_bytes(length))


def scopes_of(app: Registration, resource: Resource) -> list[str]:
    """Delegated permissions of an application: the same as its own, as users have them."""
    roles = app.grants.get(resource.name, ())
    return [role if resource is GRAPH else role.removesuffix(".All") for role in roles]


def issue(
    app: Registration,
    resource: Resource,
    audience: str,
    now: datetime,
    *,
    proof: str,
    user: str = "",
) -> tuple[str, dict[str, Any]]:
    """A signed token and its claims.

    Args:
        app: Who asks.
        resource: The API it is for.
        audience: That API as the request named it.
        now: The tenant's time.
        proof: How the application proved itself: `1` by a secret, `2` by a certificate, `0` not.
        user: On whose behalf, if anybody's: a user principal name.
    """
    began = int(now.timestamp())
    claims: dict[str, Any] = {
        "aud": resource.audience_named(audience),
        "iss": f"https://sts.windows.net/{TENANT_ID}/",
        "iat": began - 300,
        "nbf": began - 300,
        "exp": began + LIFETIME,
        "aio": _opaque(36),
        "app_displayname": app.name,
        "appid": app.client_id,
        "appidacr": proof,
        "idp": f"https://sts.windows.net/{TENANT_ID}/",
        "idtyp": "app",
        "oid": app.object_id,
        "rh": f"1.{_opaque(36)}.",
        "sub": app.object_id,
        "tenant_region_scope": "EU",
        "tid": TENANT_ID,
        "uti": _opaque(16),
        "ver": "1.0",
        "xms_ftd": _opaque(32),
        "xms_idrel": f"7 {Dice(began).between(2, 30)}",
        "xms_rd": _opaque(24),
        "xms_tcdt": 1452183600,
    }
    roles = app.grants.get(resource.name, ())
    if user:
        claims |= {
            "amr": ["pwd", "mfa"],
            "idtyp": "user",
            "ipaddr": "127.0.0.1",
            "name": user.partition("@")[0],
            "oid": user_id(user),
            "scp": " ".join(scopes_of(app, resource)),
            "upn": user,
            "unique_name": user,
        }
    elif roles:
        claims["roles"] = list(roles)
    return _signed(claims), claims


def _signed(claims: dict[str, Any]) -> str:
    import jwt

    key = signing_key()
    headers = {"kid": key.key_id, "x5t": key.key_id}
    return jwt.encode(claims, key.private, algorithm="RS256", headers=headers)


def id_token(app: Registration, user: str, issuer: str, now: datetime) -> str:
    """A signed token that tells the application who its user is (scope `openid`)."""
    began = int(now.timestamp())
    return _signed(
        {
            "aud": app.client_id,
            "iss": issuer,
            "iat": began - 300,
            "nbf": began - 300,
            "exp": began + LIFETIME,
            "name": user.partition("@")[0],
            "oid": user_id(user),
            "preferred_username": user,
            "rh": f"1.{_opaque(36)}.",
            "sub": _opaque(32),
            "tid": TENANT_ID,
            "uti": _opaque(16),
            "ver": "2.0",
        }
    )


def user_id(user: str) -> str:
    """The identifier of a user in the tenant."""
    return guid(f"contoso/user/{user.partition('@')[0]}")


class BadToken(Exception):
    """A token that a service does not take: `malformed`, `signature`, `audience`, `expired`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


def verify(token: str, resource: Resource, now: datetime) -> dict[str, Any]:
    """The claims of a token that this tenant issued for that resource.

    Raises:
        BadToken: It is none, is not ours, is for another API, or has ended.
    """
    import jwt

    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            signing_key().public,
            algorithms=["RS256"],
            # Times are the tenant's, not this machine's; both are checked below.
            options={
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
                "verify_aud": False,
            },
        )
    except jwt.InvalidSignatureError:
        raise BadToken("signature") from None
    except jwt.InvalidTokenError:
        raise BadToken("malformed") from None
    if claims.get("aud") not in resource.audiences:
        raise BadToken("audience")
    if claims.get("exp", 0) <= now.timestamp():
        raise BadToken("expired")
    return claims
