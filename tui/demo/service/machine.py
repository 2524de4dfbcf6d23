"""The metadata services of Azure machines, which give an application's tokens without a secret.

Both forms answer here, and both mean the first application of the tenant.

Source: *How to use managed identities on a virtual machine to acquire a token*, *How to use
managed identities for App Service*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tui.demo.identity import registration, registrations, resource_named
from tui.demo.service.auth import tenant_of
from tui.demo.tokens import LIFETIME, issue

if TYPE_CHECKING:
    from starlette.requests import Request

HEADER = "demo-identity-header"
"""What App Service gives its programs as `IDENTITY_HEADER`."""


def _refuse(error: str, description: str) -> Response:
    return JSONResponse({"error": error, "error_description": description}, 400)


def _answer(request: Request) -> Response:
    name = request.query_params.get("resource", "")
    resource = resource_named(name)
    if resource is None:
        return _refuse(
            "invalid_resource",
            f"AADSTS500011: The resource principal named {name[:100]} was not found in the tenant.",
        )
    asked = request.query_params.get("client_id", "")
    app = registration(asked) if asked else registrations()[0]
    if app is None:
        return _refuse("invalid_request", "Identity not found")
    now = tenant_of(request).clock.now()
    token, claims = issue(app, resource, name, now, proof="2")
    body = {
        "access_token": token,
        "client_id": app.client_id,
        "expires_in": str(LIFETIME),
        "expires_on": str(claims["exp"]),
        "not_before": str(claims["nbf"]),
        "resource": name,
        "token_type": "Bearer",
    }
    return JSONResponse(body)


async def metadata(request: Request) -> Response:
    """`GET /metadata/identity/oauth2/token`, as virtual machines have it."""
    if request.headers.get("metadata", "").lower() != "true":
        return _refuse("invalid_request", "Required metadata header not specified")
    if request.query_params.get("api-version") != "2018-02-01":
        return _refuse("invalid_request", "Required query variable 'api-version' is missing")
    return _answer(request)


async def app_service(request: Request) -> Response:
    """`GET /msi/token`, as App Service, Functions and Container Apps have it."""
    if request.headers.get("x-identity-header") != HEADER:
        return JSONResponse({"statusCode": 401, "message": "Invalid identity header"}, 401)
    answer = _answer(request)
    if answer.status_code != 200:
        return answer
    import json

    body = json.loads(bytes(answer.body))
    del body["expires_in"]
    return JSONResponse(body)


def routes() -> list[Route]:
    """The metadata services' routes."""
    return [
        Route("/metadata/identity/oauth2/token", metadata),
        Route("/msi/token", app_service),
    ]
