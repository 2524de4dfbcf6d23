"""The cache brought up to date: filled once, then only what changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import datetime, timedelta
from time import perf_counter
from typing import TYPE_CHECKING, Literal

from tui.errors import BadAnswer
from tui.incidents import store
from tui.incidents.changes import SyncProgress, SyncResult
from tui.incidents.facts import moment, ticks
from tui.incidents.schema import transaction

if TYPE_CHECKING:
    from tui.api.protocols import IncidentService
    from tui.api.records import Incident
    from tui.incidents.cache import Cache

OVERLAP = timedelta(minutes=10)
"""How far before the last sync the next one begins: clocks differ, and lists lag behind."""

_BATCH = 50
_IDLE_PAGES = 50

COMPLETE_TO = "complete_to"
"""Name of what the cache keeps: all that was updated before this moment is in it."""
SYNCED = "synced"
"""Name of what the cache keeps: when the last sync came to its end."""


async def sync(
    cache: Cache,
    service: IncidentService,
    *,
    now: Callable[[], datetime],
    author: str = "",
    on_progress: Callable[[SyncProgress], None] | None = None,
    on_changed: Callable[[frozenset[str]], None] | None = None,
) -> SyncResult:
    """Fetch what is new, page by page; each page is kept before the next is asked for.

    What came stays when the sync fails or is cancelled; the next one starts at the same
    place, which is harmless.

    Args:
        now: The time, by the service's clock as far as it is known.
        author: Who comments here.
        on_progress: Told how far it is, after every page.
        on_changed: Told the ids that a page made different.

    Raises:
        Problem: The service's own, or `CacheProblem`.
        BadAnswer: The list goes on without end.
    """
    started, clock = now(), perf_counter()
    complete = await cache.run(lambda connection: store.get_meta(connection, COMPLETE_TO))
    phase: Literal["first", "changes"] = "first" if complete is None else "changes"
    since = None if complete is None else moment(complete) - OVERLAP
    seen: set[str] = set()
    fetched = changed = idle = 0
    newest: datetime | None = None
    async for page in service.pages(updated_since=since):
        fresh = len(seen)
        seen.update(incident.id for incident in page.incidents)
        idle = 0 if len(seen) > fresh else idle + 1
        if idle >= _IDLE_PAGES:
            raise BadAnswer(
                "Fetching the queue was stopped",
                f"the last {idle} pages of the list held nothing new",
                "What came until then is kept. Refresh to try again.",
            )
        times = [incident.updated for incident in page.incidents if incident.updated]
        newest = max([*times, newest] if newest else times, default=None)
        for start in range(0, len(page.incidents), _BATCH):
            ids = await _keep(cache, page.incidents[start : start + _BATCH], author)
            changed += len(ids)
            if ids and on_changed is not None:
                on_changed(ids)
        fetched = len(seen)
        if on_progress is not None:
            total = None if page.total is None else max(page.total, fetched)
            on_progress(SyncProgress(phase, fetched, total))
    # What was updated while the pages came may have slipped between them: the next sync
    # looks from the start of this one.
    reached = min(newest, started) if newest else since or started

    def finish(connection: sqlite3.Connection) -> None:
        with transaction(connection):
            held = store.get_meta(connection, COMPLETE_TO)
            store.set_meta(connection, COMPLETE_TO, max(ticks(reached), held or ticks(reached)))
            store.set_meta(connection, SYNCED, ticks(now()))

    await cache.run(finish)
    return SyncResult(phase, fetched, changed, perf_counter() - clock)


async def _keep(cache: Cache, batch: tuple[Incident, ...], author: str) -> frozenset[str]:
    return await cache.run(lambda connection: store.put(connection, batch, author))
