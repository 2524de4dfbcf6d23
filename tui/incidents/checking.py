"""What the service has now of an incident that is about to be changed.

Neither API can make a change depend on what it changes, so this is looked at right before.
One edit asks for its incident. Of many, a list of what was changed lately tells which ones
have to be asked for; it counts for three seconds, which is how much later than its check an
edit of many may be sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, cast

from msgspec import UNSET

from tui.errors import Problem
from tui.incidents import store
from tui.incidents.facts import moment
from tui.incidents.sync import COMPLETE_TO, OVERLAP

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from tui.api.protocols import IncidentService, Page
    from tui.api.records import Incident
    from tui.incidents.cache import Cache
    from tui.incidents.outbox import Task

_MANY = 4
"""Edits that wait, from which on a list is asked for."""
_GOOD = 3.0
_SLACK = timedelta(seconds=20)
"""By how much lists may lag behind."""
_MOST_PAGES = 6


class Checks:
    """Looks at incidents before they are changed, with as few requests as that takes.

    Args:
        author: Names who comments here.
        now: The time by the service's clock.
    """

    def __init__(
        self, cache: Cache, *, author: Callable[[], str], now: Callable[[], datetime]
    ) -> None:
        self._cache = cache
        self._author = author
        self._now = now
        self._lock = asyncio.Lock()
        self._changed: dict[str, Incident] = {}
        self._listed: datetime | None = None
        self._good_until = 0.0
        self._not_before = 0.0

    async def glance(self, service: IncidentService, task: Task) -> Incident | None:
        """The incident as it is at the service as far as its own fields go, without asking
        for it; None where it has to be asked for."""
        if task.tried is not None or task.change.alert is not UNSET:
            return None
        async with self._lock:
            time = asyncio.get_running_loop().time()
            if time >= self._good_until:
                if task.waiting < _MANY or time < self._not_before:
                    return None
                if not await self._list(service):
                    self._not_before = time + 60.0
                    return None
                self._good_until = time + _GOOD
        kept = await self._cache.run(
            lambda connection: store.load(connection, task.incident_id, wished=False)
        )
        seen = self._changed.get(task.incident_id)
        if kept is None or kept.updated is None:
            return None
        if seen is not None and (seen.updated is None or seen.updated > kept.updated):
            return seen
        return kept

    async def look(self, service: IncidentService, task: Task) -> Incident:
        """Ask for the incident, and keep what came.

        Raises:
            Problem: The service's own.
        """
        current = await service.get(task.incident_id)
        await self._cache.run(
            lambda connection: store.put(connection, [current], self._author(), mark=True)
        )
        return current

    async def _list(self, service: IncidentService) -> bool:
        """Whether all that was changed since the cache was complete is known."""
        began = self._now()
        since = self._listed
        if since is None:
            complete = await self._cache.run(
                lambda connection: store.get_meta(connection, COMPLETE_TO)
            )
            since = None if complete is None else moment(complete) - OVERLAP
        if since is None:
            return False
        pages = service.pages(updated_since=since, expand_alerts=False)
        came = 0
        try:
            async with aclosing(cast("AsyncGenerator[Page]", pages)):
                async for page in pages:
                    self._changed.update((one.id, one) for one in page.incidents)
                    came += 1
                    if not page.more:
                        break
                    if came >= _MOST_PAGES:
                        return False
        except Problem:
            return False
        self._listed = began - _SLACK
        return True
