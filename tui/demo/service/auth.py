"""Who calls, and whether they may: bearer tokens and their roles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from tui.demo.identity import GRAPH, RESOURCES, Resource
from tui.demo.service.faults import ServiceFault
from tui.demo.tokens import BadToken, verify

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from tui.demo.tenant import Tenant

ResourceName = Literal["classic", "graph", "endpoint"]
_BY_NAME: dict[str, Resource] = {resource.name: resource for resource in RESOURCES}

_GRAPH_REASONS = {
    "missing": "Access token is empty.",
    "undotted": "IDX14100: JWT is not well formed, there are no dots (.).",
    "malformed": "CompactToken parsing failed with error code: 80049217",
    "signature": "Invalid token signature. Signature validation failed.",
    "audience": "Access token validation failure. Invalid audience.",
    "expired": "Lifetime validation failed, the token is expired.",
}
_CLASSIC_REASONS = {
    "missing": "Authorization header is missing or carries no bearer token",
    "malformed": "The bearer token is malformed",
    "signature": "The signature of the bearer token is not valid",
    "audience": "The audience of the bearer token is not valid for this API",
    "expired": "The bearer token has expired",
}


def tenant_of(request: Request) -> Tenant:
    """The tenant that a request has come to."""
    tenant: Tenant = request.app.state.tenant
    return tenant


def _unauthorized(resource: Resource, reason: str) -> ServiceFault:
    if resource is GRAPH:
        challenge = 'Bearer realm="", authorization_uri="/common/oauth2/authorize"'
        if reason != "missing":
            challenge += f', error="invalid_token", error_description="{_GRAPH_REASONS[reason]}"'
        headers = {"WWW-Authenticate": challenge}
        code = "InvalidAuthenticationToken"
        return ServiceFault(401, code, _GRAPH_REASONS[reason], headers=headers)
    headers = {"WWW-Authenticate": "Bearer"}
    return ServiceFault(401, "Unauthorized", _CLASSIC_REASONS[reason], headers=headers)


def authenticate(request: Request, resource: ResourceName) -> dict[str, Any]:
    """The claims of the caller's token.

    Raises:
        ServiceFault: 401, with the words of that API.
    """
    wanted = _BY_NAME[resource]
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if scheme.lower() != "bearer" or not token:
        raise _unauthorized(wanted, "missing")
    now = tenant_of(request).clock.now()
    try:
        return verify(token, wanted, now)
    except BadToken as why:
        undotted = wanted is GRAPH and why.reason == "malformed" and token.count(".") < 2
        raise _unauthorized(wanted, "undotted" if undotted else why.reason) from None


def require(request: Request, resource: ResourceName, roles: Sequence[str]) -> dict[str, Any]:
    """The caller's claims, where the token is good and carries one of the roles.

    Args:
        request: The request at hand.
        resource: The API that is asked: the token's audience must be it.
        roles: Application permissions, any of which is enough.

    Raises:
        ServiceFault: 401 without a good token, 403 without a role.
    """
    claims = authenticate(request, resource)
    held = [*claims.get("roles", []), *str(claims.get("scp", "")).split()]
    if any(role in held or ("scp" in claims and _delegated(role) in held) for role in roles):
        return claims
    named = ", ".join(roles)
    if resource == "graph":
        owned = ", ".join(held) or "none"
        message = (
            f"Missing application roles. API required roles: {named}, application roles: {owned}."
        )
        raise ServiceFault(403, "Forbidden", message)
    message = f"The application does not have any of the required application permissions ({named})"
    raise ServiceFault(403, "Forbidden", message)


def _delegated(role: str) -> str:
    """The delegated permission of the older APIs that stands for an application's."""
    return role.removesuffix(".All")


def caller_name(claims: dict[str, Any]) -> str:
    """Who acts, as incidents and comments record it."""
    return str(
        claims.get("upn") or claims.get("app_displayname") or claims.get("appid") or "unknown"
    )
