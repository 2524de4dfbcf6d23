"""Signing in as a user: device codes, the page where they are typed, refresh tokens.

The page asks for no password: whoever reaches this loopback socket is the analyst.

Source: *OAuth 2.0 device authorization grant*, *Refresh tokens*.
"""

from __future__ import annotations

import html
import json
import secrets
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from tui.demo.identity import ANALYST, GRAPH, TENANT_ID, Registration, Resource
from tui.demo.keys import base64url
from tui.demo.service.auth import tenant_of
from tui.demo.service.authority import (
    AuthorityFault,
    answer_headers,
    application_of,
    check_tenant,
    missing,
    read_form,
    refusal,
    resource_of,
)
from tui.demo.tokens import LIFETIME, id_token, issue, scopes_of, user_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from tui.demo.tenant import Tenant

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
GRANTS = frozenset({DEVICE, "device_code", "refresh_token"})
"""Grants on a user's behalf."""

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LIFE = timedelta(minutes=15)
_INTERVAL = 5


@dataclass
class _Wish:
    """A device code that was given out."""

    client_id: str
    user_code: str
    ends: datetime
    scope: str
    answer: str = ""
    """What the user said: `approve` or `decline`; empty while nothing was said."""
    polled: datetime | None = None


@dataclass
class _Desk:
    wishes: dict[str, _Wish] = field(default_factory=dict)
    """By device code."""
    refresh: dict[str, str] = field(default_factory=dict)
    """Refresh token → client ID."""


_desks: WeakKeyDictionary[Tenant, _Desk] = WeakKeyDictionary()


def _desk(request: Request) -> _Desk:
    return _desks.setdefault(tenant_of(request), _Desk())


def _target(form: Mapping[str, str], app: Registration) -> tuple[Resource, str]:
    """The API of a `scope`, by its default or by permissions of its own, and its name.

    A permission that names no API is one of Graph's.
    """
    words = [
        word
        for word in form.get("scope", "").split()
        if word not in {"openid", "profile", "offline_access", "email"}
    ]
    fronts = {word.rpartition("/")[0] or GRAPH.uri for word in words}
    if len(fronts) != 1:
        raise AuthorityFault(
            70011,
            "The provided request must include a 'scope' input parameter. The provided value for "
            f"the input parameter 'scope' is not valid. The scope {form.get('scope', '')} is not "
            "valid.",
            error="invalid_scope",
        )
    name = fronts.pop()
    resource = resource_of(name, app)
    if not scopes_of(app, resource):
        raise AuthorityFault(
            65001,
            f"The user or administrator has not consented to use the application with ID "
            f"'{app.client_id}' named '{app.name}'. Send an interactive authorization request "
            "for this user and resource.",
            error="invalid_grant",
        )
    return resource, name


async def device_code(request: Request) -> Response:
    """`POST /{tenant}/oauth2/v2.0/devicecode`."""
    now = tenant_of(request).clock.now()
    try:
        form = await read_form(request)
        check_tenant(request.path_params["tenant"], holds_app="client_id" in form)
        app = application_of(form)
        _target(form, app)
    except AuthorityFault as fault:
        return refusal(fault, request, now)
    code = secrets.token_urlsafe(48)
    typed = "".join(secrets.choice(_LETTERS) for _ in range(9))
    _desk(request).wishes[code] = _Wish(app.client_id, typed, now + _LIFE, form["scope"])
    address = f"{str(request.base_url).rstrip('/')}/devicelogin"
    body = {
        "user_code": typed,
        "device_code": code,
        "verification_uri": address,
        "expires_in": int(_LIFE.total_seconds()),
        "interval": _INTERVAL,
        "message": f"To sign in, use a web browser to open the page {address} and enter the code "
        f"{typed} to authenticate.",
    }
    return JSONResponse(body, headers=answer_headers(str(uuid.uuid4())))


def _pending(number: int, message: str, error: str) -> AuthorityFault:
    return AuthorityFault(number, message, error=error)


def _approved(desk: _Desk, form: Mapping[str, str], now: datetime) -> str:
    """The scope that a device code was given for, if its user has agreed.

    Raises:
        AuthorityFault: Not yet, never, or too late.
    """
    wish = desk.wishes.get(form.get("device_code", ""))
    if wish is None or wish.client_id != form.get("client_id", "").lower():
        raise _pending(70018, "The device code is not valid.", "bad_verification_code")
    if now >= wish.ends:
        raise _pending(70019, "Verification code expired.", "expired_token")
    if wish.answer == "decline":
        raise _pending(70000, "The end user denied the request.", "authorization_declined")
    if wish.answer == "approve":
        del desk.wishes[form["device_code"]]
        return wish.scope
    hurried = wish.polled is not None and now - wish.polled < timedelta(seconds=_INTERVAL - 1)
    wish.polled = now
    if hurried:
        raise _pending(70016, "Polling too fast.", "slow_down")
    raise _pending(
        70016,
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
        "authorization_pending",
    )


def grant(request: Request, form: Mapping[str, str], now: datetime) -> Response:
    """The answer to a device code or a refresh token at the token endpoint.

    Raises:
        AuthorityFault: There is no token for it.
    """
    desk = _desk(request)
    app = application_of(form)
    if form["grant_type"] == "refresh_token":
        given = form.get("refresh_token", "")
        if not given:
            raise missing("refresh_token")
        if desk.refresh.get(given) != app.client_id:
            raise AuthorityFault(
                700082, "The refresh token has expired due to inactivity.", error="invalid_grant"
            )
    else:
        # Clients may name the scope again, and need not.
        form = {"scope": _approved(desk, form, now), **form}
    resource, name = _target(form, app)
    token, _ = issue(app, resource, name, now, proof="0", user=ANALYST)
    body: dict[str, Any] = {
        "token_type": "Bearer",
        "scope": " ".join(f"{name}/{scope}" for scope in scopes_of(app, resource)),
        "expires_in": LIFETIME,
        "ext_expires_in": LIFETIME,
        "access_token": token,
    }
    if form["grant_type"] == "refresh_token" or "offline_access" in form.get("scope", ""):
        fresh = secrets.token_urlsafe(600)
        desk.refresh[fresh] = app.client_id
        body["refresh_token"] = fresh
    if "openid" in form.get("scope", "").split():
        issuer = f"{str(request.base_url).rstrip('/')}/{TENANT_ID}/v2.0"
        body["id_token"] = id_token(app, ANALYST, issuer, now)
    if form.get("client_info") == "1":
        account = {"uid": user_id(ANALYST), "utid": TENANT_ID}
        body["client_info"] = base64url(json.dumps(account).encode())
    return JSONResponse(body, headers=answer_headers(str(uuid.uuid4())))


_PAGE = """<!doctype html><meta charset="utf-8"><title>Contoso: enter code</title>
<h1>Contoso</h1><p>{said}</p>
<form method="post"><label>Code <input name="code" value="{code}" autofocus></label>
<button name="answer" value="approve">Sign in as {who}</button>
<button name="answer" value="decline">Decline</button></form>
"""


def _page(said: str, code: str = "", status: int = 200) -> Response:
    return HTMLResponse(
        _PAGE.format(said=html.escape(said), code=html.escape(code), who=ANALYST), status
    )


async def device_login(request: Request) -> Response:
    """`GET` and `POST /devicelogin`: the page where a user types the code."""
    if request.method == "GET":
        return _page("Enter the code that the program shows.", request.query_params.get("code", ""))
    try:
        form = await read_form(request)
    except AuthorityFault:
        return _page("That is no form.", status=400)
    code = form.get("code", "").strip().upper()
    for wish in _desk(request).wishes.values():
        if wish.user_code == code and tenant_of(request).clock.now() < wish.ends:
            wish.answer = "decline" if form.get("answer") == "decline" else "approve"
            return _page("Done: you may close this page and go back to the program.")
    return _page("There is no such code, or it has ended.", code, 404)


def routes() -> list[Route]:
    """The device flow's routes."""
    return [
        Route("/{tenant}/oauth2/v2.0/devicecode", device_code, methods=["POST"]),
        Route("/devicelogin", device_login, methods=["GET", "POST"]),
    ]
