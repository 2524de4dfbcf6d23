"""The whole tenant as one ASGI application: authority, classic API and Graph on one origin."""

from __future__ import annotations

import re
import uuid
from email.utils import format_datetime
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tui.demo.options import Options
from tui.demo.quotas import OverQuota
from tui.demo.service import classic, device, endpoint, graph, hunting, machine, token
from tui.demo.service.answers import JsonAnswer
from tui.demo.service.auth import tenant_of
from tui.demo.service.faults import ServiceFault, dialect_of, fault_body
from tui.demo.tenant import Tenant
from tui.demo.tokens import signing_key

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Envelope:
    """What every answer carries: the server's date, and the request's name."""

    def __init__(self, app: ASGIApp, tenant: Tenant) -> None:
        self.app = app
        self.tenant = tenant

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope["path"] = _plain(scope["path"])
        request_id = str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        asked = next(
            (value.decode("latin-1") for name, value in scope["headers"] if name == _CLIENT_ID), ""
        )

        async def envelop(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Date"] = format_datetime(self.tenant.clock.now(), usegmt=True)
                headers["request-id"] = request_id
                headers["client-request-id"] = asked or request_id
            await send(message)

        await self.app(scope, receive, envelop)


_CLIENT_ID = b"client-request-id"


def _plain(path: str) -> str:
    """The one spelling of a path that the routes know.

    The services take a slash at its end for none; Graph a key in parentheses for a segment, and
    its beta here for what it has in common with v1.0. Clients behind a proxy send whole addresses.
    """
    if path.lower().startswith(("http://", "https://")):
        path = "/" + path.split("/", 3)[3] if path.count("/") > 2 else "/"
    path = path.rstrip("/") or "/"
    if dialect_of(path) == "graph":
        path = _KEY.sub(r"/\1", re.sub("^/beta(?=/)", "/v1.0", path, flags=re.IGNORECASE))
    return path


_KEY = re.compile(r"\('([^'/]*)'\)(?=/|$)")


def _refuse(request: Request, fault: ServiceFault) -> Response:
    body = fault_body(
        fault,
        dialect_of(request.url.path),
        request_id=request.state.request_id,
        client_request_id=request.headers.get("client-request-id", ""),
        now=tenant_of(request).clock.now(),
    )
    return JsonAnswer(body, fault.status, headers=fault.headers)


async def _on_fault(request: Request, error: Exception) -> Response:
    assert isinstance(error, ServiceFault)
    return _refuse(request, error)


async def _on_quota(request: Request, error: Exception) -> Response:
    assert isinstance(error, OverQuota)
    if error.dialect != "graph":
        return _refuse(request, ServiceFault(429, "TooManyRequests", error.message))
    sentence = "Too many requests. Retry after the period that the Retry-After header names."
    headers = {"Retry-After": str(error.seconds)}
    return _refuse(request, ServiceFault(429, "TooManyRequests", sentence, headers=headers))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path, headers = request.url.path, error.headers
    graph_path = dialect_of(path) == "graph"
    if error.status_code == 405:
        code, message = "MethodNotAllowed", f"Method {request.method} is not allowed here."
        headers = {"Allow": ", ".join(_methods(request))}
    elif graph_path:
        code, message = "ResourceNotFound", f"Resource not found for the segment '{path[:80]}'."
    else:
        code, message = "NotFound", f"No resource was found at '{path[:80]}'"
    return _refuse(request, ServiceFault(error.status_code, code, message, headers=headers))


def _methods(request: Request) -> list[str]:
    """Every method that one of the routes of an address knows."""
    routes = [route for route in request.app.routes if isinstance(route, Route)]
    fitting = [route for route in routes if route.path_regex.match(request.scope["path"])]
    return sorted({method for route in fitting for method in route.methods or ()})


async def _on_defect(request: Request, _: Exception) -> Response:
    return _refuse(
        request, ServiceFault(500, "InternalServerError", "An internal server error has occurred.")
    )


async def _front(_: Request) -> Response:
    return PlainTextResponse("Contoso, the demo tenant of m365d-tui.\n")


def build_app(options: Options | None = None) -> Starlette:
    """The application; its tenant is `app.state.tenant`."""
    tenant = Tenant(options or Options())
    signing_key()
    app = Starlette(
        routes=[
            Route("/", _front),
            *hunting.routes(),
            *classic.routes(),
            *endpoint.routes(),
            *graph.routes(),
            *device.routes(),
            *machine.routes(),
            *token.routes(),
        ],
        exception_handlers={
            ServiceFault: _on_fault,
            OverQuota: _on_quota,
            HTTPException: _on_http,
            Exception: _on_defect,
        },
    )
    app.state.tenant = tenant
    for route in app.routes:
        if isinstance(route, Route):  # addresses of the services know no case
            route.path_regex = re.compile(route.path_regex.pattern, re.IGNORECASE)
    app.add_middleware(Envelope, tenant=tenant)
    return app
