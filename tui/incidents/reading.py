"""The queue as it is read: what the cache knows, with the edits that are on their way."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.api.records import Evidence, Incident
from tui.incidents import outbox, seen, store
from tui.incidents.asking import understood
from tui.incidents.changes import Edit
from tui.incidents.columns import NEWEST_FIRST
from tui.incidents.entities import identity
from tui.incidents.facets import Facets, facets
from tui.incidents.facts import fold
from tui.incidents.filter_syntax import Seen
from tui.incidents.labels import holders
from tui.incidents.source import QueueSource
from tui.incidents.telling import Teller
from tui.rows import SortKey

if TYPE_CHECKING:
    from tui.api.service import Connection
    from tui.incidents.cache import Cache


class QueueReading:
    """What can be asked of a queue without changing anything."""

    def __init__(self, cache: Cache, me: str | None) -> None:
        self.cache = cache
        """Where the incidents are kept; for the rooms of `incidents` alone."""
        self._connection: Connection | None = None
        self._given_me = me
        self._teller = Teller()

    @property
    def me(self) -> str | None:
        """Who works here, as `assigned_to` spells it; None where nothing says so."""
        if self._given_me or self._connection is None:
            return self._given_me
        token = self._connection.session.current(self._connection.dialect)
        claims = token.claims if token else None
        return (claims.user_name or None) if claims and claims.is_user else None

    @me.setter
    def me(self, name: str | None) -> None:
        self._given_me = name

    def now(self) -> datetime:
        """The time, by the service's clock as far as it is known."""
        return self._connection.session.now() if self._connection else datetime.now(UTC)

    def source(
        self, columns: Sequence[str] | None = None, natural: Sequence[SortKey] = NEWEST_FIRST
    ) -> QueueSource:
        """Rows of the queue with an order and a filter of their own; see `QueueSource`."""
        source = QueueSource(self, columns, natural)
        self._teller.add_source(source)
        return source

    async def total(self) -> int:
        """How many incidents are known."""
        return await self.cache.run(store.total)

    async def total_open(self) -> int:
        """How many incidents are neither resolved nor merged."""
        return await self.cache.run(store.total_open)

    async def owners(self) -> list[str]:
        """Known owners, who has most incidents first; for completion."""
        return await self.cache.run(seen.owners)

    async def tags(self) -> list[str]:
        """Known tags, the most frequent first; for completion."""
        return await self.cache.run(seen.tags)

    async def seen(self) -> Seen:
        """Values that the cache met, the most frequent first; for completing a filter."""
        return await self.cache.run(seen.seen)

    async def facets(self, text: str = "") -> Facets:
        """How the incidents of a filter divide, with the term that narrows to each value.

        Raises:
            FilterProblem: A `UsageProblem` with the place.
        """
        chosen = await understood(self.cache, text, self.me)
        return await self.cache.run(lambda connection: facets(connection, chosen, self.now()))

    async def with_entity(self, evidence: Evidence) -> list[str]:
        """The ids of incidents that name this entity, the newest first."""
        keys = [(kind, fold(text)) for kind, text in identity(evidence)]
        return await self.cache.run(lambda connection: holders(connection, keys))

    async def incident(self, incident_id: str) -> Incident | None:
        """An incident as it will be once its edits are delivered; None if it is not known."""
        author = self.me or "you"
        return await self.cache.run(lambda connection: store.load(connection, incident_id, author))

    async def incidents(self, ids: Sequence[str]) -> list[Incident]:
        """Incidents as they will be once their edits are delivered; without unknown ones."""
        author = self.me or "you"

        def load(connection: sqlite3.Connection) -> list[Incident]:
            found = (store.load(connection, key, author) for key in ids)
            return [incident for incident in found if incident is not None]

        return await self.cache.run(load)

    async def unread(self) -> list[str]:
        """The ids of incidents that came or changed since they were seen, newest first."""
        return await self.cache.run(store.unread)

    async def outbox(self, incident_id: str | None = None) -> list[Edit]:
        """Edits that are not settled, of all incidents or of one, oldest first."""
        return await self.cache.run(
            lambda connection: outbox.edits(connection, incident_id=incident_id)
        )

    async def unsettled(self) -> tuple[int, int]:
        """How many edits were refused, and how many met somebody else's change."""
        return await self.cache.run(outbox.unsettled)

    async def history(self, incident_id: str | None = None) -> list[Edit]:
        """All edits that this program keeps, delivered ones too, oldest first."""
        return await self.cache.run(
            lambda connection: outbox.edits(
                connection, incident_id=incident_id, with_confirmed=True
            )
        )
