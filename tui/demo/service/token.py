"""The authority: token endpoints of both versions, published keys and metadata.

Source: *OAuth 2.0 client credentials flow*, *Microsoft identity platform application
authentication certificate credentials*, *Error handling: AADSTS error codes*.
"""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.demo.identity import TENANT_ID, Registration
from tui.demo.service import device
from tui.demo.service.auth import tenant_of
from tui.demo.service.authority import (
    SHARED,
    AuthorityFault,
    answer_headers,
    application_of,
    check_tenant,
    client_fault,
    missing,
    read_form,
    refusal,
    resource_of,
)
from tui.demo.tokens import LIFETIME, issue, signing_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.requests import Request

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def _prove(app: Registration, form: Mapping[str, str], now: datetime) -> str:
    """How the application proved itself: `1` or `2`, as the token's `appidacr` has it."""
    assertion = form.get("client_assertion", "")
    if assertion:
        if form.get("client_assertion_type") != _ASSERTION:
            raise missing("client_assertion_type")
        from tui.demo.assertions import BadAssertion, check_assertion

        try:
            check_assertion(app, assertion, now)
        except BadAssertion as why:
            raise client_fault(why.number, why.message) from None
        return "2"
    secret = form.get("client_secret", "")
    if not secret:
        raise client_fault(
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or "
            "'client_secret'.",
        )
    if secret != app.client_secret:
        raise client_fault(
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the "
            "client secret value, not the client secret ID, for a secret added to app "
            f"'{app.client_id}'.",
        )
    if app.secret_expired:
        raise client_fault(
            7000222,
            f"The provided client secret keys for app '{app.client_id}' are expired. Visit the "
            "Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or "
            "consider using certificate credentials for added security: "
            "https://aka.ms/certCreds.",
        )
    return "1"


def _resource_of_scope(form: Mapping[str, str]) -> str:
    scope = form.get("scope", "").strip()
    if not scope:
        raise missing("scope")
    wanted = [word for word in scope.split() if word not in {"openid", "profile", "offline_access"}]
    if len(wanted) != 1:
        raise AuthorityFault(
            70011,
            "The provided request must include a 'scope' input parameter. The provided value for "
            f"the input parameter 'scope' is not valid. The scope {scope} is not valid.",
            error="invalid_scope",
        )
    front = wanted[0].removesuffix("/.default")
    if front == wanted[0]:
        raise AuthorityFault(
            1002012,
            f"The provided value for scope {scope} is not valid. Client credential flows must "
            "have a scope value with /.default suffixed to the resource identifier "
            "(application ID URI).",
            error="invalid_scope",
        )
    return front


async def _grant(request: Request, *, version: int) -> Response:
    now = tenant_of(request).clock.now()
    try:
        form = await read_form(request)
        check_tenant(request.path_params["tenant"], holds_app="client_id" in form)
        grant = form.get("grant_type", "")
        if not grant:
            raise missing("grant_type")
        if grant in device.GRANTS and version == 2:
            return device.grant(request, form, now)
        if grant != "client_credentials":
            raise AuthorityFault(
                70003,
                f"The app requested an unsupported grant type '{grant}'.",
                error="unsupported_grant_type",
            )
        app = application_of(form)
        proof = _prove(app, form, now)
        if version == 1:
            name = form.get("resource", "")
            if not name:
                raise missing("resource")
        else:
            name = _resource_of_scope(form)
        resource = resource_of(name, app)
    except AuthorityFault as fault:
        return refusal(fault, request, now)
    token, claims = issue(app, resource, name, now, proof=proof)
    headers = answer_headers(str(uuid.uuid4()))
    if version == 2:
        answer: dict[str, Any] = {
            "token_type": "Bearer",
            "expires_in": LIFETIME,
            "ext_expires_in": LIFETIME,
            "access_token": token,
        }
        return JSONResponse(answer, headers=headers)
    answer = {
        "token_type": "Bearer",
        "expires_in": str(LIFETIME),
        "ext_expires_in": str(LIFETIME),
        "expires_on": str(claims["exp"]),
        "not_before": str(claims["nbf"]),
        "resource": name,
        "access_token": token,
    }
    return JSONResponse(answer, headers=headers)


async def token_v1(request: Request) -> Response:
    """`POST /{tenant}/oauth2/token`."""
    return await _grant(request, version=1)


async def token_v2(request: Request) -> Response:
    """`POST /{tenant}/oauth2/v2.0/token`."""
    return await _grant(request, version=2)


async def only_post(request: Request) -> Response:
    """A browser that looked at a token endpoint."""
    fault = AuthorityFault(
        900561,
        f"The endpoint only accepts POST requests. Received a {request.method} request.",
    )
    return refusal(fault, request, tenant_of(request).clock.now())


def _origin(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _metadata(request: Request, *, version: int) -> Response:
    tenant = request.path_params["tenant"]
    if tenant.lower() not in SHARED:
        try:
            check_tenant(tenant)
        except AuthorityFault as fault:
            return refusal(fault, request, tenant_of(request).clock.now())
    origin = _origin(request)
    infix = "/v2.0" if version == 2 else ""
    # Shared endpoints lead to themselves, and leave the issuer's tenant to be filled in.
    shared = tenant.lower() in SHARED
    segment, issued_by = (tenant.lower(), "{tenantid}") if shared else (TENANT_ID, TENANT_ID)
    body = {
        "issuer": f"{origin}/{issued_by}/v2.0"
        if version == 2
        else f"https://sts.windows.net/{issued_by}/",
        "token_endpoint": f"{origin}/{segment}/oauth2{infix}/token",
        "authorization_endpoint": f"{origin}/{segment}/oauth2{infix}/authorize",
        "device_authorization_endpoint": f"{origin}/{segment}/oauth2/v2.0/devicecode",
        "jwks_uri": f"{origin}/{segment}/discovery{infix}/keys",
        "token_endpoint_auth_methods_supported": [
            "client_secret_post",
            "private_key_jwt",
            "client_secret_basic",
        ],
        "response_modes_supported": ["query", "fragment", "form_post"],
        "response_types_supported": ["code", "id_token", "code id_token", "token"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"],
        "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver", "oid", "uti"],
        "tenant_region_scope": "EU",
        "cloud_instance_name": "microsoftonline.com",
        "msgraph_host": "graph.microsoft.com",
    }
    return JSONResponse(body)


async def metadata_v1(request: Request) -> Response:
    """`GET /{tenant}/.well-known/openid-configuration`."""
    return _metadata(request, version=1)


async def metadata_v2(request: Request) -> Response:
    """`GET /{tenant}/v2.0/.well-known/openid-configuration`."""
    return _metadata(request, version=2)


async def keys(request: Request) -> Response:
    """`GET /{tenant}/discovery/keys` and its v2.0 sister."""
    tenant = request.path_params["tenant"]
    if tenant.lower() not in SHARED:
        try:
            check_tenant(tenant)
        except AuthorityFault as fault:
            return refusal(fault, request, tenant_of(request).clock.now())
    return JSONResponse(signing_key().published(f"https://sts.windows.net/{TENANT_ID}/"))


async def instance(request: Request) -> Response:
    """`GET /common/discovery/instance`: whether an authority is one of this cloud's."""
    asked = request.query_params.get("authorization_endpoint", "")
    if urlsplit(asked).netloc != request.url.netloc:
        fault = AuthorityFault(
            50049, "Unknown or invalid instance of the authority.", error="invalid_instance"
        )
        return refusal(fault, request, tenant_of(request).clock.now())
    tenant = urlsplit(asked).path.split("/")[1:2] or ["common"]
    configuration = f"{_origin(request)}/{tenant[0]}/v2.0/.well-known/openid-configuration"
    host = request.url.netloc
    known = {"preferred_network": host, "preferred_cache": host, "aliases": [host]}
    return JSONResponse(
        {
            "tenant_discovery_endpoint": configuration,
            "api-version": request.query_params.get("api-version", "1.1"),
            "metadata": [known],
        }
    )


def routes() -> list[Route]:
    """The authority's routes."""
    others = ["GET", "PUT", "PATCH", "DELETE"]
    return [
        Route("/{tenant}/oauth2/token", token_v1, methods=["POST"]),
        Route("/{tenant}/oauth2/v2.0/token", token_v2, methods=["POST"]),
        Route("/{tenant}/oauth2/token", only_post, methods=others),
        Route("/{tenant}/oauth2/v2.0/token", only_post, methods=others),
        Route("/{tenant}/.well-known/openid-configuration", metadata_v1),
        Route("/{tenant}/v2.0/.well-known/openid-configuration", metadata_v2),
        Route("/common/discovery/instance", instance),
        Route("/{tenant}/discovery/keys", keys),
        Route("/{tenant}/discovery/v2.0/keys", keys),
    ]
