"""What all endpoints of the authority share: forms, refusals, who and what they name.

Source: *Error handling: AADSTS error codes*.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from starlette.responses import JSONResponse, Response

from tui.demo.identity import (
    TENANT_NAME,
    Registration,
    Resource,
    is_this_tenant,
    registration,
    resource_named,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from starlette.requests import Request

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", re.IGNORECASE)
SHARED = {"common", "organizations", "consumers"}
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


def client_fault(number: int, message: str) -> AuthorityFault:
    """An application that did not prove itself."""
    return AuthorityFault(number, message, error="invalid_client", status=401)


def missing(parameter: str) -> AuthorityFault:
    """A form without a needed field."""
    return AuthorityFault(
        900144, f"The request body must contain the following parameter: '{parameter}'."
    )


def refusal(fault: AuthorityFault, request: Request, now: datetime) -> Response:
    """A fault as the authority words it, with its identifiers."""
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
    return JSONResponse(body, fault.status, headers=answer_headers(trace))


def answer_headers(trace: str) -> dict[str, str]:
    """Headers of every answer of the authority."""
    return {
        "Cache-Control": "no-store, no-cache",
        "Pragma": "no-cache",
        "x-ms-request-id": trace,
    }


def check_tenant(tenant: str, *, holds_app: bool = False) -> None:
    """Accept Contoso alone.

    Raises:
        AuthorityFault: It is another tenant, or none.
    """
    if is_this_tenant(tenant):
        return
    if tenant.lower() in SHARED and holds_app:
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


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a request, a Basic header's included.

    Raises:
        AuthorityFault: It is no form.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > _MAXIMUM_FORM:
            raise AuthorityFault(9000410, "Malformed request: the body is too large.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind and kind != "application/x-www-form-urlencoded":
        raise missing("grant_type")
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


def application_of(form: Mapping[str, str]) -> Registration:
    """The application that a form names.

    Raises:
        AuthorityFault: The tenant has none of that ID, or it is disabled.
    """
    identifier = form.get("client_id", "")
    if not identifier:
        raise missing("client_id")
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


def resource_of(name: str, app: Registration) -> Resource:
    """The API that a name means.

    Raises:
        AuthorityFault: It is unknown, or gives that application no token.
    """
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
