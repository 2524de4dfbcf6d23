"""The services of a signed-in session: which dialect, and what it can do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from tui.api.protocols import (
    RETIREMENT,
    Dialect,
    HuntAnswer,
    HuntingService,
    IncidentService,
    Page,
)
from tui.errors import SignInProblem

if TYPE_CHECKING:
    from tui.api.quota import Left
    from tui.api.transport import Transport, Wait
    from tui.auth.session import Session, Token

__all__ = [
    "RETIREMENT",
    "Connection",
    "Dialect",
    "HuntAnswer",
    "HuntingService",
    "IncidentService",
    "Page",
    "connect",
]

_READ = "Read incidents"
_HUNT = "Advanced hunting"
Place = Literal["incidents", "hunting", "both"]


@dataclass
class Connection:
    """The services of one tenant, over one transport."""

    dialect: Dialect
    """That of the incidents."""
    incidents: IncidentService
    hunting: HuntingService
    transport: Transport
    session: Session
    told: list[tuple[Place, str]] = field(default_factory=list)
    """What the user should know, and which of the services it is about."""

    @property
    def notices(self) -> list[str]:
        """What the user should know: an API that ends, a permission that is missing."""
        return [said for _, said in self.told]

    def quota(self, name: str) -> Left | None:
        """What the service still allows, as far as this program's own calls tell.

        Args:
            name: `hunting`, `list`, `get` or `update`; None comes where no limit is known.
        """
        known = name if name == "hunting" else f"{self.dialect} {name}"
        return self.transport.quota_left(known)

    async def close(self) -> None:
        """Close the connections; calls under way end with `Unreachable`."""
        await self.transport.close()


async def connect(
    session: Session,
    *,
    on_wait: Callable[[Wait], None] | None = None,
    wait_limit: float | None = None,
    spaced: bool = True,
) -> Connection:
    """Resolve `api = "auto"` and hand out the services.

    Each of the two is Graph's where the application has the role for it there, else the
    classic one where it has it there, else Graph's, which then says what is missing.

    Args:
        on_wait: Told when a call has to wait, and (with 0 seconds) when that is over.
        wait_limit: Seconds that one call may wait for the service in all; None is no limit.
        spaced: Space calls within the known quotas.

    Raises:
        SignInProblem: No token could be had for any of the profile's services.
        Unreachable: The authority did not answer.
    """
    from tui.api.classic import ClassicHunting, ClassicIncidents
    from tui.api.graph import GraphHunting, GraphIncidents
    from tui.api.transport import Transport

    incidents, hunting = await _dialects(session)
    cloud = session.profile.cloud
    transport = Transport(session, on_wait=on_wait, wait_limit=wait_limit, spaced=spaced)
    return Connection(
        dialect=incidents,
        incidents=GraphIncidents(transport, cloud.graph, session.now)
        if incidents == "graph"
        else ClassicIncidents(transport, cloud.classic, session.now),
        hunting=GraphHunting(transport, cloud.graph)
        if hunting == "graph"
        else ClassicHunting(transport, cloud.classic),
        transport=transport,
        session=session,
        told=_notices(session, incidents, hunting),
    )


async def _dialects(session: Session) -> tuple[Dialect, Dialect]:
    """The dialect for incidents, and the one for hunting."""
    api = session.profile.api
    if api != "auto":
        await session.token(api)
        return api, api
    graph, refusal = await _token(session, "graph")
    if graph is not None and _may(graph, _READ) and _may(graph, _HUNT):
        return "graph", "graph"
    classic, _ = await _token(session, "classic")
    if graph is None and classic is None:
        assert refusal is not None
        raise refusal
    return _better(graph, classic, _READ), _better(graph, classic, _HUNT)


async def _token(session: Session, dialect: Dialect) -> tuple[Token | None, SignInProblem | None]:
    from tui.auth.audience import OF_ONE_RESOURCE

    try:
        return await session.token(dialect), None
    except SignInProblem as problem:
        if problem.code not in OF_ONE_RESOURCE:
            raise
        return None, problem


def _may(token: Token, feature: str) -> bool:
    from tui.auth.claims import allowed, features

    return any(
        allowed(token.claims, one) for one in features(token.resource) if one.name == feature
    )


def _better(graph: Token | None, classic: Token | None, feature: str) -> Dialect:
    if graph is not None and _may(graph, feature):
        return "graph"
    if classic is not None and (graph is None or _may(classic, feature)):
        return "classic"
    return "graph"


def _notices(session: Session, incidents: Dialect, hunting: Dialect) -> list[tuple[Place, str]]:
    notices: list[tuple[Place, str]] = []
    classic = [
        name
        for name, dialect in (("Incidents", incidents), ("Hunting", hunting))
        if dialect == "classic"
    ]
    if classic:
        days = (date.fromisoformat(RETIREMENT) - session.now().date()).days
        when = f"ends on {RETIREMENT}" + (f", in {days} days" if 1 < days < 400 else "")
        if days < 0:
            when = f"ended on {RETIREMENT}"
        grants = {
            "Incidents": "SecurityIncident.ReadWrite.All",
            "Hunting": "ThreatHunting.Read.All",
        }
        switch = "" if session.profile.api == "auto" else ' and set api = "graph" in the profile'
        said = (
            f"{' and '.join(classic).capitalize()} use{'s' if classic == ['Hunting'] else ''} "
            f"the classic API, which {when}. To move to Microsoft Graph, grant the "
            f"application {' and '.join(grants[name] for name in classic)}{switch}."
        )
        notices.append(("both", said))
    places: tuple[tuple[Place, str, Dialect], ...] = (
        ("incidents", _READ, incidents),
        ("hunting", _HUNT, hunting),
    )
    for place, feature, dialect in places:
        token = session.current(dialect)
        if token is not None and not _may(token, feature):
            notices.append((place, _lacking(token, feature)))
    return notices


def _lacking(token: Token, name: str) -> str:
    from tui.auth.claims import features, how_to_grant

    feature = next(one for one in features(token.resource) if one.name == name)
    verb = "read incidents" if name == _READ else "hunt"
    return f"The application may not {verb}. {how_to_grant(feature, token.claims)}"
