"""The authority: token endpoints of both versions, published keys and metadata.

Source: *OAuth 2.0 client credentials flow*, *Microsoft identity platform application
authentication certificate credentials*, *Error handling: AADSTS error codes*.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.demo.identity import (
    TENANT_ID,
    TENANT_NAME,
    Registration,
    Resource,
    is_this_tenant,
    registration,
    resource_named,
)
from tui.demo.service.auth import tenant_of
from tui.demo.tokens import LIFETIME, issue, signing_key

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.requests import Request

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)
_SHARED = {"common", "organizations", "consumers"}
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_MAXIMUM_FORM = 64 * 1024


class AuthorityFault(Exception):
    """A refusal of the token endpoint.

    Args:
        number: The AADSTS code's number.
        message: Its sentence.
        error: OAuth's word for it.
        status: The HTTP status.
    """

    def __init__(
        self, number: int, message: str, *, error: str = "invalid_request", status: int = 400
    ) -> None:
        self.number = number
        self.message = message
        self.error = error
        self.status = status
        super().__init__(number, message)


def _client_fault(number: int, message: str) -> AuthorityFault:
    return AuthorityFault(number, message, error="invalid_client", status=401)


def _missing(parameter: str) -> AuthorityFault:
    return AuthorityFault(
        900144, f"The request body must contain the following parameter: '{parameter}'."
    )


def _refusal(fault: AuthorityFault, request: Request, now: datetime) -> Response:
    trace = str(uuid.uuid4())
    asked = request.headers.get("client-request-id", "")
    correlation = asked if _GUID.fullmatch(asked) else str(uuid.uuid4())
    moment = now.strftime("%Y-%m-%d %H:%M:%SZ")
    description = (
        f"AADSTS{fault.number}: {fault.message}\r\n"
        f"Trace ID: {trace}\r\nCorrelation ID: {correlation}\r\nTimestamp: {moment}"
    )
    body = {
        "error": fault.error,
        "error_description": description,
        "error_codes": [fault.number],
        "timestamp": moment,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"{request.base_url}error?code={fault.number}",
    }
    return JSONResponse(body, fault.status, headers=_headers(trace))


def _headers(trace: str) -> dict[str, str]:
    return {
        "Cache-Control": "no-store, no-cache",
        "Pragma": "no-cache",
        "x-ms-request-id": trace,
    }


def _check_tenant(tenant: str, *, holds_app: bool = False) -> None:
    if is_this_tenant(tenant):
        return
    if tenant.lower() in _SHARED and holds_app:
        raise AuthorityFault(
            50194,
            "The application is not configured as a multi-tenant application. Usage of the "
            "/common endpoint is not supported for such apps. Use a tenant-specific endpoint "
            "or configure the application to be multi-tenant.",
        )
    if _GUID.fullmatch(tenant) or _DOMAIN.fullmatch(tenant):
        raise AuthorityFault(
            90002,
            f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID "
            "and are signing into the correct cloud. Check with your subscription "
            "administrator, this may happen if there are no active subscriptions for the tenant.",
        )
    raise AuthorityFault(
        900023,
        f"Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid "
        "external domain.",
    )


async def _form(request: Request) -> dict[str, str]:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAXIMUM_FORM:
            raise AuthorityFault(9000410, "Malformed request: the body is too large.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/x-www-form-urlencoded":
        raise _missing("grant_type")
    form = dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            raise AuthorityFault(900432, "The Authorization header is malformed.") from None
        form.setdefault("client_id", unquote(name))
        form.setdefault("client_secret", unquote(secret))
    return form


def _application(form: Mapping[str, str]) -> Registration:
    identifier = form.get("client_id", "")
    if not identifier:
        raise _missing("client_id")
    app = registration(identifier)
    if app is None:
        raise AuthorityFault(
            700016,
            f"Application with identifier '{identifier}' was not found in the directory "
            f"'{TENANT_NAME}'. This can happen if the application has not been installed by the "
            "administrator of the tenant or consented to by any user in the tenant. You may "
            "have sent your authentication request to the wrong tenant.",
            error="unauthorized_client",
        )
    if not app.enabled:
        raise AuthorityFault(
            7000112,
            f"Application '{app.client_id}'({app.name}) is disabled.",
            error="unauthorized_client",
        )
    return app


def _prove(app: Registration, form: Mapping[str, str], now: datetime) -> str:
    """How the application proved itself: `1` or `2`, as the token's `appidacr` has it."""
    assertion = form.get("client_assertion", "")
    if assertion:
        if form.get("client_assertion_type") != _ASSERTION:
            raise _missing("client_assertion_type")
        from tui.demo.assertions import BadAssertion, check_assertion

        try:
            check_assertion(app, assertion, now)
        except BadAssertion as why:
            raise _client_fault(why.number, why.message) from None
        return "2"
    secret = form.get("client_secret", "")
    if not secret:
        raise _client_fault(
            7000218,
            "The request body must contain the following parameter: 'client_assertion' or "
            "'client_secret'.",
        )
    if secret != app.client_secret:
        raise _client_fault(
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the "
            "client secret value, not the client secret ID, for a secret added to app "
            f"'{app.client_id}'.",
        )
    if app.secret_expired:
        raise _client_fault(
            7000222,
            f"The provided client secret keys for app '{app.client_id}' are expired. Visit the "
            "Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or "
            "consider using certificate credentials for added security: "
            "https://aka.ms/certCreds.",
        )
    return "1"


def _resource(name: str, app: Registration) -> Resource:
    resource = resource_named(name)
    if resource is None:
        raise AuthorityFault(
            500011,
            f"The resource principal named {name} was not found in the tenant named "
            f"{TENANT_NAME}. This can happen if the application has not been installed by the "
            "administrator of the tenant or consented to by any user in the tenant. You might "
            "have sent your authentication request to the wrong tenant.",
            error="invalid_resource",
        )
    if resource.assignment_required and not app.grants.get(resource.name):
        raise AuthorityFault(
            501051,
            f"Application '{app.client_id}'({app.name}) is not assigned to a role for the "
            f"application '{resource.uri}'({resource.name}).",
            error="invalid_grant",
        )
    return resource


def _resource_of_scope(form: Mapping[str, str]) -> str:
    scope = form.get("scope", "").strip()
    if not scope:
        raise _missing("scope")
    wanted = [word for word in scope.split() if word not in {"openid", "profile", "offline_access"}]
    if len(wanted) != 1:
        raise AuthorityFault(
            70011,
            "The provided request must include a 'scope' input parameter. The provided value for "
            f"the input parameter 'scope' is not valid. The scope {scope} is not valid.",
            error="invalid_scope",
        )
    front, found, _ = wanted[0].partition("/.default")
    if not found:
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
        form = await _form(request)
        _check_tenant(request.path_params["tenant"], holds_app="client_id" in form)
        grant = form.get("grant_type", "")
        if not grant:
            raise _missing("grant_type")
        if grant != "client_credentials":
            raise AuthorityFault(
                70003,
                f"The app requested an unsupported grant type '{grant}'.",
                error="unsupported_grant_type",
            )
        app = _application(form)
        proof = _prove(app, form, now)
        if version == 1:
            name = form.get("resource", "")
            if not name:
                raise _missing("resource")
        else:
            name = _resource_of_scope(form)
        resource = _resource(name, app)
    except AuthorityFault as fault:
        return _refusal(fault, request, now)
    token, claims = issue(app, resource, name.removesuffix("/"), now, proof=proof)
    headers = _headers(str(uuid.uuid4()))
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
    return _refusal(fault, request, tenant_of(request).clock.now())


def _origin(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _metadata(request: Request, *, version: int) -> Response:
    tenant = request.path_params["tenant"]
    if tenant.lower() not in _SHARED:
        try:
            _check_tenant(tenant)
        except AuthorityFault as fault:
            return _refusal(fault, request, tenant_of(request).clock.now())
    origin = _origin(request)
    infix = "/v2.0" if version == 2 else ""
    issuer = (
        f"{origin}/{TENANT_ID}/v2.0" if version == 2 else f"https://sts.windows.net/{TENANT_ID}/"
    )
    body = {
        "issuer": issuer,
        "token_endpoint": f"{origin}/{TENANT_ID}/oauth2{infix}/token",
        "authorization_endpoint": f"{origin}/{TENANT_ID}/oauth2{infix}/authorize",
        "jwks_uri": f"{origin}/{TENANT_ID}/discovery{infix}/keys",
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
    if tenant.lower() not in _SHARED:
        try:
            _check_tenant(tenant)
        except AuthorityFault as fault:
            return _refusal(fault, request, tenant_of(request).clock.now())
    return JSONResponse(signing_key().published(f"https://sts.windows.net/{TENANT_ID}/"))


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
        Route("/{tenant}/discovery/keys", keys),
        Route("/{tenant}/discovery/v2.0/keys", keys),
    ]
