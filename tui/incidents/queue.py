"""The queue as the screens use it: what is known, what changed, and what was asked for."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui.api.records import Incident
from tui.errors import NotFound, Problem, Unreachable
from tui.incidents import leases, outbox, store
from tui.incidents.bulk import BulkPreview, BulkProgress
from tui.incidents.cache import Cache, CacheProblem, likely_api, path_for
from tui.incidents.changes import Edit, EditId, QueueChanged, SyncProgress, SyncResult
from tui.incidents.delivery import Courier
from tui.incidents.editing import QueueEditing
from tui.incidents.facts import moment
from tui.incidents.source import QueueSource
from tui.incidents.sync import SYNCED, known, sync
from tui.incidents.tables import transaction
from tui.incidents.upkeep import Upkeep, tidy_up

if TYPE_CHECKING:
    from tui.api.protocols import Dialect
    from tui.api.service import Connection, IncidentService
    from tui.auth.profiles import Profile

__all__ = [
    "BulkPreview",
    "BulkProgress",
    "CacheProblem",
    "Edit",
    "EditId",
    "Queue",
    "QueueChanged",
    "QueueSource",
    "SyncProgress",
    "SyncResult",
]

_FEW = 1000
"""Incidents that a first sync derives before it ends; of more, those that are left."""

_MOST_UNREAD = 10


class _Seen(NamedTuple):
    version: int
    synced: int | None
    known: tuple[int | None, int | None]
    pending: bool


class Queue(QueueEditing):
    """Incidents of one tenant through one API. Made by `open`, ended by `close`.

    Reading is in `QueueReading`, changing (one or hundreds of incidents) in `QueueEditing`.
    """

    def __init__(
        self, cache: Cache, profile: Profile, *, directory: Path | None, me: str | None
    ) -> None:
        super().__init__(cache, me)
        self._profile = profile
        self._directory = directory
        self._syncing = asyncio.Lock()
        self._loop = asyncio.get_running_loop()
        self._deliver = True
        self._synced_here = False
        self._version: int | None = None
        self._unread: dict[str, None] = {}
        self.last_synced: datetime | None = None
        """When the cache was last brought up to date; None if never."""
        self.sync_problem: Problem | None = None
        """Why the last sync ended early; None where it went well."""
        self._use(cache)

    def _use(self, cache: Cache) -> None:
        self.cache = cache
        cache.on_rescued = self._rescued
        self._courier = Courier(
            cache, announce=self._teller.tell_soon, author=lambda: self.me or "you", now=self.now
        )
        self._upkeep = Upkeep(
            cache, look=self._look, tell=lambda: self._teller.tell(None), author=lambda: self.me
        )

    @classmethod
    async def open(
        cls,
        connection: Connection | None,
        profile: Profile,
        *,
        memory: bool = False,
        directory: Path | None = None,
        me: str | None = None,
        deliver: bool = True,
    ) -> Queue:
        """Open what is known of a profile's queue; no network is touched.

        Args:
            connection: Where to fetch from and deliver to; it can be attached later.
            memory: Keep nothing on disk. A demo profile never does.
            directory: Where the cache files are; the user's data directory unless given.
            me: Who works here, as `assigned_to` spells it. A token of a user says it itself.
            deliver: Send undelivered edits; a command that only reads leaves them alone.
        """
        if memory or profile.is_demo:
            directory = None
        elif directory is None:
            from tui.config import app_paths

            directory = app_paths().cache_dir
        api = connection.dialect if connection else likely_api(profile, directory)
        carried = await _carry(profile, directory, api) if connection and deliver else []
        cache = await Cache.open(path_for(profile, directory, api))
        cache.notices += carried
        queue = cls(cache, profile, directory=directory, me=me)
        queue._deliver = deliver
        await queue._begin()
        if connection is not None:
            await queue.attach(connection)
        return queue

    async def attach(self, connection: Connection) -> None:
        """Use a connection from now on: undelivered edits are sent.

        If it speaks another API than the one whose cache is shown, that one's cache is
        shown instead.
        """
        path = path_for(self._profile, self._directory, connection.dialect)
        if path is not None and self.cache.path is not None and path != self.cache.path:
            await self._leave()
            carried = await _carry(self._profile, self._directory, connection.dialect)
            self._use(await Cache.open(path))
            self.cache.notices += carried
            self.last_synced, self._synced_here, self._version = None, False, None
            await self._begin()
            self._forget_done()
            self._teller.tell(None)
        self._connection = connection
        if self._deliver:
            self._courier.service = connection.incidents
            self._courier.call()

    async def _begin(self) -> None:
        now = self.now()
        await self.cache.run(lambda connection: tidy_up(connection, now))
        await self._look()
        self._upkeep.start()

    async def _look(self) -> _Seen:
        """See what other programs on the same file did, and what dead ones left."""

        def look(connection: sqlite3.Connection) -> _Seen:
            if outbox.any_sending(connection):
                with transaction(connection):
                    leases.release_dead(connection)
            (version,) = connection.execute("PRAGMA data_version").fetchone()
            synced, pending = store.get_meta(connection, SYNCED), outbox.any_pending(connection)
            return _Seen(version, synced, known(connection), pending)

        seen = await self.cache.run(look)
        self.last_synced = None if seen.synced is None else moment(seen.synced)
        if self._version not in (None, seen.version):
            self._teller.tell(None)
        self._version = seen.version
        return seen

    @property
    def notices(self) -> list[str]:
        """What the reader should know about the cache, in sentences."""
        return [*self.cache.notices, *self._unread]

    @property
    def stale(self) -> bool:
        """Whether what is shown may be old: not synced in this run, or the last sync failed."""
        return not self._synced_here or self.sync_problem is not None

    @property
    def behind(self) -> int:
        """Incidents whose words and entities are not known yet: filters by these miss them.

        So it is for a while after a first fill and after an update of this program; watchers
        are told when it is over.
        """
        return self._upkeep.behind

    async def derived(self) -> None:
        """Wait until words and entities of all incidents are known; see `behind`."""
        await self._upkeep.derived()

    @property
    def waiting(self) -> Problem | None:
        """Why undelivered edits wait, where something holds them all up."""
        return self._courier.held

    async def refresh_incident(self, incident_id: str) -> Incident:
        """Fetch one incident, keep it and return it with its edits applied.

        Raises:
            Problem: The service's own; `NotFound` where there is none of this id any more:
                it is then forgotten, unless edits wait for it.
        """
        try:
            fetched = await self._service().get(incident_id)
        except NotFound:
            await self._forget_incidents([incident_id])
            raise
        ids = await self.cache.run(
            lambda connection: store.put(connection, [fetched], self.me or "you")
        )
        if ids:
            self._teller.tell(ids)
        return await self.incident(incident_id) or fetched

    async def mark_seen(self, ids: Sequence[str] | None = None) -> None:
        """Take the marks `new` and `changed` from these incidents, or from all."""
        touched = await self.cache.run(lambda connection: store.mark_seen(connection, ids))
        if touched:
            self._teller.tell(touched)

    async def _forget_incidents(self, ids: Sequence[str]) -> None:
        def forget(connection: sqlite3.Connection) -> frozenset[str]:
            with transaction(connection):
                return store.remove(connection, ids)

        if gone := await self.cache.run(forget):
            self._teller.tell(gone)

    async def sync(
        self,
        on_progress: Callable[[SyncProgress], None] | None = None,
        *,
        whole: bool = False,
    ) -> SyncResult:
        """Bring the cache up to date, and try undelivered edits again.

        A second call waits for the first. Cancelling keeps what came; a first fill goes on
        from there.

        Args:
            whole: Fetch the whole list and forget what the service has no more.

        Raises:
            Problem: It ended early; `sync_problem` keeps it and the queue is stale.
        """
        async with self._syncing:
            try:
                service = self._service()
                seen = await self._look()
                if seen.pending:
                    self._courier.call()
                result = await sync(
                    self.cache,
                    service,
                    seen.known,
                    now=self.now,
                    author=self.me or "you",
                    on_progress=on_progress,
                    on_changed=self._teller.tell_soon,
                    on_aged=lambda: self._teller.tell(None),
                    on_behind=self._upkeep.go_on,
                    whole=whole,
                )
            except Problem as problem:
                self.sync_problem = problem
                raise
            finally:
                self._teller.flush()
            if result.phase == "first":
                await self._upkeep.derived(_FEW)
            for fault in result.unread:
                if len(self._unread) < _MOST_UNREAD:
                    self._unread[f"Of the service's list, {fault}."] = None
            self.sync_problem = None
            self._synced_here = True
            self.last_synced = self.now()
            if self._courier.held is not None:
                self._courier.call()
            return result

    def subscribe(self, callback: Callable[[QueueChanged], None]) -> Callable[[], None]:
        """Be told in the loop when rows changed; bursts are told once. Returns the way out."""
        return self._teller.subscribe(callback)

    async def close(self) -> None:
        """Stop delivering and close the cache; edits under way are tried again next time."""
        self._teller.stop()
        await self._leave()

    async def _leave(self) -> None:
        await self._upkeep.stop()
        await self._courier.stop()
        await self.cache.close()

    def _service(self) -> IncidentService:
        if self._connection is None:
            raise Unreachable(
                "The service was not asked",
                "nobody is signed in",
                "What is known from before is shown.",
            )
        return self._connection.incidents

    def _rescued(self) -> None:
        self._loop.call_soon_threadsafe(self._forget)

    def _forget(self) -> None:
        self.last_synced, self._synced_here = None, False
        self._teller.tell(None)


async def _carry(profile: Profile, directory: Path | None, coming: Dialect) -> list[str]:
    """Where the profile leaves the choice of the API open, take along what the other's cache holds.

    Returns:
        What to say of it.
    """
    if profile.api != "auto" or directory is None:
        return []
    from tui.incidents.carrying import carry_over

    former: Dialect = "classic" if coming == "graph" else "graph"
    name = {"graph": "Microsoft Graph", "classic": "the classic API"}
    try:
        found = await asyncio.to_thread(
            carry_over, profile, directory, former, coming, for_edits=True
        )
    except CacheProblem as problem:
        return [
            f"Edits that were made over {name[former]} and not delivered wait in its cache: "
            f"{problem.why}. They come along at the next start."
        ]
    if not found.edits:
        return []
    edits = "An edit" if found.edits == 1 else f"{found.edits} edits"
    return [
        f"{edits} made over {name[former]} and not delivered came along to {name[coming]}; "
        "U lists what waits."
    ]
