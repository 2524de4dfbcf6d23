"""A session without an authority, and a clock that is told what time it is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.faults.server import FaultServer
from tui.api.request import Request, Timeouts
from tui.api.transport import Transport, Wait
from tui.auth.claims import Claims
from tui.auth.clouds import Cloud
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.session import Token

PATH = "/v1.0/security/incidents"
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
ALL_ROLES = (
    "SecurityIncident.ReadWrite.All",
    "ThreatHunting.Read.All",
    "Incident.ReadWrite.All",
    "AdvancedHunting.Read.All",
)


class ToldClock:
    """Sleeping takes no time and is remembered."""

    def __init__(self) -> None:
        self.at = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.at += seconds
        await asyncio.sleep(0)


class StubSession:
    """Gives tokens as `tui.auth.session.Session` does, without asking anybody."""

    notices: tuple[str, ...] = ()

    def __init__(self, origin: str, *roles: str, now: datetime = NOW, api: str = "auto") -> None:
        self.profile = Profile(
            "test",
            "tenant",
            "client",
            cloud_at(origin),
            api=api,  # type: ignore[arg-type]
        )
        self.roles = roles or ALL_ROLES
        self.given: list[str] = []
        self.rejected: list[Token] = []
        self._now = now
        self._tokens: dict[str, Token] = {}

    def now(self) -> datetime:
        return self._now

    def current(self, resource: str) -> Token | None:
        return self._tokens.get(resource)

    async def token(self, resource: str, *, rejected: Token | None = None) -> Token:
        if rejected is not None:
            self.rejected.append(rejected)
        held = self._tokens.get(resource)
        if held is not None and held is not rejected:
            return held
        value = f"token-{len(self.given)}-of-{resource}"
        self.given.append(value)
        token = Token(
            Secret(value),
            resource,
            self._now,
            self._now + timedelta(hours=1),
            Claims({"roles": list(self.roles), "app_displayname": "Test app"}),
        )
        self._tokens[resource] = token
        return token


def cloud_at(origin: str, graph: str = "") -> Cloud:
    return Cloud(
        name="custom",
        authority=origin,
        classic=origin,
        graph=graph or origin,
        endpoint=origin,
        portal=origin,
        classic_resource="https://api.security.microsoft.com",
        graph_resource="https://graph.microsoft.com",
        endpoint_resource="https://api.securitycenter.microsoft.com",
    )


class Bench:
    """A transport against a fault server, and all that a test looks at."""

    def __init__(self, server: FaultServer, *roles: str, **options: Any) -> None:
        session_options = {name: options.pop(name) for name in ("now", "api") if name in options}
        self.server = server
        self.clock = ToldClock()
        self.session = StubSession(server.url, *roles, **session_options)
        self.waits: list[Wait] = []
        self.transport = Transport(
            self.session,  # type: ignore[arg-type]
            on_wait=self.waits.append,
            clock=self.clock,
            timeouts=options.pop("timeouts", Timeouts(connect=60, wait=60, whole=120)),
            **options,
        )


def asking(server: FaultServer, method: str = "GET", path: str = PATH, **more: Any) -> Request:
    """A request for incidents of the server, with what a test says otherwise."""
    more.setdefault("feature", "Read incidents")
    return Request(
        method, server.url + path, more.pop("resource", "graph"), "Listing incidents", **more
    )
