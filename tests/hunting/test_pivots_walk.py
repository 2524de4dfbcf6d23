"""Every pivot of every entity of every story finds what the attack left behind."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from tui.api.protocols import Dialect, HuntingService
from tui.api.service import Connection, connect
from tui.auth.clouds import custom_cloud
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.auth.session import Session
from tui.config import HostTable
from tui.demo.identity import applications
from tui.demo.story.tales import tales
from tui.errors import Problem
from tui.hunting.pivots import pivots

_AT_ONCE = 3


@asynccontextmanager
async def connected(origin: str, api: Dialect) -> AsyncIterator[Connection]:
    app = applications()[0]
    session = Session(
        Profile(
            name="contoso",
            tenant_id=app.tenant_id,
            client_id=app.client_id,
            cloud=custom_cloud(HostTable(authority=origin)),
            api=api,
            credential="prompt",
            given_secret=Secret(app.client_secret),
        )
    )
    made = await connect(session, spaced=False)
    yield made
    await made.close()
    await session.close()


async def story_pivots(connection: Connection) -> dict[str, str]:
    """Each query once, with the first entity that asks it."""
    found: dict[str, str] = {}
    for record in tales(datetime.now(UTC)):
        incident = await connection.incidents.get(str(record.number))
        for alert in incident.alerts:
            for entity in alert.evidence:
                asked = pivots(entity, alert=alert)
                assert asked, f"no pivot for {entity.kind} {entity.title}"
                for pivot in asked:
                    origin = f"{alert.title}: {entity.kind} {entity.title} → {pivot.name}"
                    found.setdefault(pivot.query, origin)
    return found


async def test_every_pivot_of_every_story_finds_something(demo_tenant, tmp_path) -> None:
    gate = asyncio.Semaphore(_AT_ONCE)
    barren: list[str] = []

    async def walk(service: HuntingService, path: Path, query: str, origin: str) -> None:
        async with gate:
            try:
                await service.run(query, to=path)
                body = await asyncio.to_thread(lambda: json.loads(path.read_bytes()))
                if not (body.get("results") or body.get("Results")):
                    barren.append(f"{origin}\n{query}\n")
            except Problem as problem:
                barren.append(f"{origin}: {problem}\n{query}\n")

    origin = demo_tenant.base_url
    async with connected(origin, "graph") as graph, connected(origin, "classic") as classic:
        asked = await story_pivots(graph)
        # Classic entities lack fields: what they ask besides is a query of its own.
        besides = {
            query: entity
            for query, entity in (await story_pivots(classic)).items()
            if query not in asked
        }
        walks = [(graph.hunting, *one) for one in asked.items()]
        walks += [(classic.hunting, *one) for one in besides.items()]
        assert len(asked) > 100
        assert besides
        await asyncio.gather(
            *(walk(at, tmp_path / str(n), *one) for n, (at, *one) in enumerate(walks))
        )
    assert not barren, f"{len(barren)} of {len(walks)}:\n" + "\n".join(barren[:40])
