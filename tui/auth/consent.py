"""Admin consent for a partner's customers: the link to send, and what comes back from it.

Source: Microsoft's pages api-partner-access and v2-admin-consent.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from tui.auth.profiles import Profile
from tui.config.schema import DOMAIN_PATTERN, GUID_PATTERN
from tui.errors import UsageProblem
from tui.text import visible

Form = Literal["v1", "v2"]

DEFAULT_REDIRECT = "https://portal.azure.com"
"""What the partners' guide registers with the app."""


@dataclass(frozen=True, slots=True)
class ConsentAnswer:
    """What an administrator decided, as the redirect tells it."""

    granted: bool
    tenant: str
    """GUID of the tenant that consented; empty where the redirect does not say."""
    error: str = ""
    """OAuth's word (`access_denied`). Service text, made displayable."""
    why: str = ""
    """The authority's sentence, likewise."""
    state: str = ""
    """What the link carried as `state`."""


def consent_link(
    profile: Profile,
    form: Form = "v2",
    *,
    resource: str = "graph",
    redirect: str = DEFAULT_REDIRECT,
    state: str = "",
) -> str:
    """The address where a customer's administrator consents to the profile's application.

    Args:
        form: `v1` asks for all that the app registration lists, as the partners' guide has it;
            `v2` for the default permissions of one API.
        resource: `graph`, `classic` or `endpoint` (v2 only).
        redirect: Where the browser is sent afterwards (v2 only); it must be registered.
        state: Comes back with the answer (v2 only).

    Raises:
        UsageProblem: The profile names no application.
    """
    if not re.fullmatch(GUID_PATTERN, profile.client_id):
        raise UsageProblem(
            f"There is no consent link for {profile.name}",
            "it names no application",
            "Add client_id to the profile.",
        )
    authority = profile.cloud.authority
    if form == "v1":
        query = {"prompt": "consent", "client_id": profile.client_id, "response_type": "code"}
        return f"{authority}/common/oauth2/authorize?{urlencode(query | {'sso_reload': 'true'})}"
    known = re.fullmatch(f"{GUID_PATTERN}|{DOMAIN_PATTERN}", profile.tenant_id)
    tenant = quote(profile.tenant_id, safe="") if known else "organizations"
    query = {
        "client_id": profile.client_id,
        "scope": f"{profile.cloud.resource_uri(resource)}/.default",
        "redirect_uri": redirect,
    }
    if state:
        query["state"] = state
    return f"{authority}/{tenant}/v2.0/adminconsent?{urlencode(query)}"


def parse_consent_redirect(url: str, *, state: str | None = None) -> ConsentAnswer:
    """Understand the address that a browser ended at after the consent link.

    Args:
        url: The whole address, or its query alone.
        state: What the link carried; an answer with another is refused.

    Raises:
        UsageProblem: It is no such address.
    """
    text = url.strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    query = parts.query or parts.fragment or (text if "=" in text and "://" not in text else "")
    values = {name.lower(): found[-1] for name, found in parse_qs(query.lstrip("?#")).items()}
    if state is not None and values.get("state", "") != state:
        raise UsageProblem(
            "This answer is not used",
            "its state is not that of the link",
            "Open the consent link again and paste where that one ends.",
        )
    told = values.get("state", "")
    if error := values.get("error"):
        why = re.sub(r"\s*(Trace|Correlation) ID:.*", "", values.get("error_description", ""))
        return ConsentAnswer(
            False,
            _tenant(values),
            visible(error)[:100],
            visible(" ".join(why.split()))[:400],
            visible(told)[:200],
        )
    # The v1 form says so by a code alone; it is worth nothing without the app's secret.
    if values.get("admin_consent", "").lower() == "true" or "code" in values:
        return ConsentAnswer(True, _tenant(values), state=visible(told)[:200])
    raise UsageProblem(
        "This is no answer to a consent link",
        "it says neither admin_consent=True nor error=…",
        "Copy the whole address that the browser shows at the end.",
    )


def _tenant(values: dict[str, str]) -> str:
    tenant = values.get("tenant", "")
    return tenant.lower() if re.fullmatch(GUID_PATTERN, tenant) else ""


_PAGE = b"""<!doctype html><meta charset="utf-8"><title>m365d-tui</title>
<p>Done. Close this page and go back to the terminal.</p>"""
_LARGEST = 16_384
_MOST = 16
"""Connections at once: a browser has two, and a stranger must not take all our handles."""
_PATIENCE = 10.0
"""Seconds that one connection has for its request, and to take the answer."""


class ConsentCatcher:
    """Waits on this machine for the redirect of a consent link.

    Use as an asynchronous context manager; the app's registration must list `redirect`, or
    `http://localhost`, as an address to redirect to.

    Args:
        port: Where to listen on the loopback address; 0 takes a free one.
    """

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._server: asyncio.Server | None = None
        self._answer: asyncio.Future[ConsentAnswer] | None = None
        self._open = 0
        self.state = secrets.token_urlsafe(24)
        """Goes into the link; an answer without it is not believed."""
        self.redirect = ""
        """Address for the link, once it listens."""

    async def __aenter__(self) -> ConsentCatcher:
        self._answer = asyncio.get_running_loop().create_future()
        try:
            self._server = await asyncio.start_server(
                self._serve, "127.0.0.1", self._port, limit=_LARGEST
            )
        except OSError:
            raise UsageProblem(
                "The answer to the consent link cannot be caught",
                f"port {self._port} of this machine is in use",
                "Choose another port, or paste the address where the browser ends.",
            ) from None
        self.redirect = f"http://localhost:{self._server.sockets[0].getsockname()[1]}/"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        if self._answer is not None:
            self._answer.cancel()

    async def answer(self) -> ConsentAnswer:
        """The administrator's decision, when it comes."""
        assert self._answer is not None
        return await asyncio.shield(self._answer)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open >= _MOST:
            writer.transport.abort()
            return
        self._open += 1
        try:
            await self._answered(reader, writer)
        finally:
            self._open -= 1
            writer.close()

    async def _answered(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        status = b"400 Bad Request"
        try:
            async with asyncio.timeout(_PATIENCE):
                head = await reader.readuntil(b"\r\n\r\n")
            target = head.split(b" ", 2)[1].decode("ascii", "replace")
            found = parse_consent_redirect(f"http://localhost{target}", state=self.state)
            status = b"200 OK"
            if self._answer is not None and not self._answer.done():
                self._answer.set_result(found)
        except (UsageProblem, IndexError, TimeoutError, OSError, EOFError, ValueError,
                asyncio.LimitOverrunError):  # fmt: skip
            pass  # A stranger, a favicon, half a request: the wait goes on.
        with contextlib.suppress(OSError, TimeoutError):
            body = _PAGE if status.startswith(b"200") else b""
            writer.write(
                b"HTTP/1.1 " + status + b"\r\nContent-Type: text/html; charset=utf-8\r\n"
                b"Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nConnection: close\r\n"
                b"Content-Length: " + str(len(body)).encode() + b"\r\n\r\n" + body
            )
            async with asyncio.timeout(_PATIENCE):
                await writer.drain()
