"""What arrived since it was last told of."""

from __future__ import annotations

from tui.api.records import Incident
from tui.incidents.asking import understood
from tui.incidents.reading import QueueReading

_MOST = 50
"""Incidents that are looked at in one go; what is more is counted among them unseen."""


class Arrivals:
    """Tells once of each incident that came or changed and passes a filter."""

    def __init__(self) -> None:
        self._told: set[str] | None = None

    async def begin(self, queue: QueueReading) -> None:
        """What is unread by now is no news."""
        self._told = set(await queue.unread())

    async def news(self, queue: QueueReading, text: str) -> list[Incident]:
        """Incidents that came or changed since the last call and pass the filter.

        Raises:
            FilterProblem: A `UsageProblem`: the filter is none.
        """
        if self._told is None:
            await self.begin(queue)
            return []
        unread = await queue.unread()
        fresh = [key for key in unread if key not in self._told]
        self._told = set(unread)
        if not text or not fresh:
            return []
        chosen = await understood(queue.cache, text, queue.me)
        found: list[Incident] = []
        for key in fresh[:_MOST]:
            incident = await queue.incident(key)
            if incident is not None and chosen.matches(incident, queue.now()):
                found.append(incident)
        return found
