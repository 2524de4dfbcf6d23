"""Would this tenant work over Microsoft Graph as it does over the classic API?

Reads only: the same credential is tried for Graph, and both answers are laid side by side.
"""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from tui.auth.claims import Feature, allowed, features
from tui.errors import Problem, SignInProblem

if TYPE_CHECKING:
    from tui.api.protocols import HuntingService, IncidentService
    from tui.api.records import Incident
    from tui.auth.session import Session, Token

PROBE = "AlertInfo | summarize Alerts = count() by Severity | order by Severity asc"
"""A query that is cheap, stable over minutes, and the same in both."""

_COMPARED = ("name", "status", "severity", "assigned_to", "classification", "determination")


@dataclass
class Comparison:
    """What Graph would be for a profile."""

    refusal: Problem | None = None
    """Why there is no token for Graph at all."""
    missing: tuple[Feature, ...] = ()
    """What the classic API allows and Graph would not: to be granted first."""
    listed: bool = False
    """Whether both queues were asked; without the roles for it there is nothing to compare."""
    compared: int = 0
    """Incidents that both answers hold."""
    only_classic: tuple[str, ...] = ()
    only_graph: tuple[str, ...] = ()
    differing: tuple[str, ...] = ()
    """`4711: status active, resolved`: fields that are not the same, classic first."""
    probe: str = "not asked"
    """What became of the query: `same`, `differs`, or why it was not compared."""
    notes: list[str] = field(default_factory=list)

    @property
    def ready(self) -> bool:
        """Whether the profile can be switched without losing anything."""
        return (
            self.refusal is None
            and not self.missing
            and not self.only_classic
            and not self.differing
            and self.probe in ("same", "not asked")
        )


async def compare(session: Session, *, top: int = 50) -> Comparison:
    """Try Graph with a session's credential, and compare what both APIs say.

    Args:
        top: How many of the newest incidents to compare.

    Raises:
        Problem: One of both does not answer, so there is nothing to compare with.
    """
    from tui.api.classic import ClassicHunting, ClassicIncidents
    from tui.api.graph import GraphHunting, GraphIncidents
    from tui.api.transport import Transport

    classic_token = await session.token("classic")
    found = Comparison()
    try:
        graph_token = await session.token("graph")
    except SignInProblem as problem:
        if not problem.code:
            raise  # No decision of the authority: of roles it says nothing.
        found.refusal = problem
        found.missing = _wanted(classic_token)
        return found
    found.missing = tuple(
        one for one in _wanted(classic_token) if not allowed(graph_token.claims, one)
    )
    lacking = {one.name for one in found.missing}
    cloud = session.profile.cloud
    transport = Transport(session)
    try:
        if "Read incidents" not in lacking and _may(classic_token, "Read incidents"):
            await _queues(
                found,
                ClassicIncidents(transport, cloud.classic, session.now),
                GraphIncidents(transport, cloud.graph, session.now),
                top,
            )
        if "Advanced hunting" not in lacking and _may(classic_token, "Advanced hunting"):
            await _probe(
                found,
                ClassicHunting(transport, cloud.classic),
                GraphHunting(transport, cloud.graph),
            )
    finally:
        await transport.close()
    return found


def _may(token: Token, name: str) -> bool:
    return any(allowed(token.claims, one) for one in features(token.resource) if one.name == name)


def _wanted(classic: Token) -> tuple[Feature, ...]:
    """Graph's features for what the classic token allows."""
    return tuple(one for one in features("graph") if _may(classic, one.name))


async def _newest(service: IncidentService, top: int) -> dict[str, Incident]:
    listed: dict[str, Incident] = {}
    async for page in service.pages(top=top, expand_alerts=False):
        listed |= {one.id: one for one in page.incidents}
    return listed


async def _queues(
    found: Comparison, classic: IncidentService, graph: IncidentService, top: int
) -> None:
    ours, theirs = await asyncio.gather(_newest(classic, top), _newest(graph, top))
    both = ours.keys() & theirs.keys()
    found.listed, found.compared = True, len(both)
    # Each list ends somewhere: what one lacks may only lie below the other's end.
    found.only_classic = tuple(sorted(await _unknown(graph, ours.keys() - both)))
    found.only_graph = tuple(sorted(await _unknown(classic, theirs.keys() - both)))
    found.differing = tuple(
        f"{key}: {name} {getattr(ours[key], name)!s}, {getattr(theirs[key], name)!s}"
        for key in sorted(both)
        for name in _COMPARED
        if _folded(getattr(ours[key], name)) != _folded(getattr(theirs[key], name))
    )


async def _unknown(service: IncidentService, ids: set[str]) -> set[str]:
    """Those of some incidents that a service does not know; five at most are looked up."""
    gone: set[str] = set()
    for key in sorted(ids)[:5]:
        try:
            await service.get(key)
        except Problem:
            gone.add(key)
    return gone


def _folded(value: object) -> str:
    return str(value or "").strip().lower()


async def _probe(found: Comparison, classic: HuntingService, graph: HuntingService) -> None:
    with TemporaryDirectory(prefix="m365d-") as folder:
        answers: list[object] = []
        for name, service in (("classic", classic), ("graph", graph)):
            path = Path(folder) / name
            try:
                await service.run(PROBE, to=path)
                body = json.loads(await asyncio.to_thread(path.read_bytes))
            except (Problem, ValueError, OSError) as problem:
                found.probe = f"{name} did not answer it: {problem}"
                return
            rows = body.get("Results", body.get("results")) if isinstance(body, dict) else None
            answers.append(rows)
    found.probe = "same" if answers[0] == answers[1] else "differs"
