"""The queue as the screens use it: what is known, what changed, and what was asked for."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from msgspec import UNSET

from tui.api.records import Incident, IncidentChange
from tui.errors import NotFound, Problem, Unreachable
from tui.incidents import leases, outbox, store
from tui.incidents.cache import Cache, CacheProblem, likely_api, path_for
from tui.incidents.changes import Edit, EditId, QueueChanged, SyncProgress, SyncResult, Wish
from tui.incidents.delivery import Courier
from tui.incidents.edits import check, tidy
from tui.incidents.facts import moment
from tui.incidents.reading import QueueReading
from tui.incidents.source import QueueSource
from tui.incidents.sync import SYNCED, known, sync
from tui.incidents.tables import transaction
from tui.incidents.upkeep import Upkeep, tidy_up
from tui.incidents.wishes import redone, undone, wishes_back, wishes_for

if TYPE_CHECKING:
    from tui.api.service import Connection, IncidentService
    from tui.auth.profiles import Profile

__all__ = [
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
_OFFLINE = "There is no connection; it is sent when there is one."


class _Seen(NamedTuple):
    version: int
    synced: int | None
    known: tuple[int | None, int | None]
    pending: bool


class Queue(QueueReading):
    """Incidents of one tenant through one API. Made by `open`, ended by `close`."""

    def __init__(
        self, cache: Cache, profile: Profile, *, directory: Path | None, me: str | None
    ) -> None:
        super().__init__(cache, me)
        self._profile = profile
        self._directory = directory
        self._syncing = asyncio.Lock()
        self._done: list[list[EditId]] = []
        self._undone: list[list[tuple[str, IncidentChange, bool]]] = []
        self._loop = asyncio.get_running_loop()
        self._deliver = True
        self._synced_here = False
        self._version: int | None = None
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
        cache = await Cache.open(path_for(profile, directory, api))
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
            self._use(await Cache.open(path))
            self.last_synced, self._synced_here, self._version = None, False, None
            await self._begin()
            self._done.clear()
            self._undone.clear()
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
        return self.cache.notices

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
            self.sync_problem = None
            self._synced_here = True
            self.last_synced = self.now()
            if self._courier.held is not None:
                self._courier.call()
            return result

    async def edit(self, ids: Sequence[str], change: IncidentChange) -> list[EditId]:
        """Write one change down for each incident, show it at once, and deliver it.

        The fields and the comment of a change are edits of their own, for they are delivered
        by different requests.

        Raises:
            UsageProblem: The change makes no sense or this API cannot make it; nothing is
                written down.
        """
        return await self.edit_each(dict.fromkeys(ids, change))

    async def edit_each(self, changes: Mapping[str, IncidentChange]) -> list[EditId]:
        """Write a change of its own down for each incident, as one edit to undo; see `edit`."""
        supports = self._connection.incidents.supports if self._connection else None
        wanted = {incident_id: tidy(change) for incident_id, change in changes.items()}
        for change in wanted.values():
            check(change, supports)
        made = await self._write_down(lambda connection: wishes_for(connection, wanted.items()))
        self._done.append(made)
        self._undone.clear()
        return made

    async def undo(self) -> str | None:
        """Take back the last edit made in this run that is not taken back yet.

        What was not sent yet is not sent at all; what was is set back to its former values
        by an edit that is delivered like any other.

        Returns:
            What was done, as a sentence; None where there is nothing to take back.
        """
        if not self._done:
            return None
        batch = set(self._done.pop())
        edits = [edit for edit in await self.history() if edit.id in batch]
        dropped = set(
            await self._touch(lambda connection: outbox.remove(connection, batch, tried=False))
        )
        sent = [edit for edit in edits if edit.id not in dropped]
        back: set[EditId] = set()

        def take_back(connection: sqlite3.Connection) -> list[Wish]:
            wishes = wishes_back(connection, sent)
            back.update(wish.undoes for wish in wishes if wish.undoes is not None)
            return wishes

        if sent:
            await self._write_down(take_back)
        self._undone.append(
            [(edit.incident_id, edit.change, edit.id in dropped | back) for edit in edits]
        )
        return undone(edits, dropped | back)

    async def redo(self) -> str | None:
        """Do again what the last undo took back, unless something else was edited since.

        Returns:
            What was done, as a sentence; None where there is nothing to do again.
        """
        if not self._undone:
            return None
        batch = self._undone.pop()
        again = [(incident_id, change) for incident_id, change, was_back in batch if was_back]
        if again:
            made = await self._write_down(lambda connection: wishes_for(connection, again))
            self._done.append(made)
        kept = sum(change.comment is not UNSET for _, change, was_back in batch if not was_back)
        return redone(again, kept)

    async def resolve(self, edit: EditId, choice: Literal["mine", "theirs"]) -> None:
        """Decide a conflict: `mine` is sent after all, with `theirs` the edit is forgotten."""
        decide = outbox.keep_mine if choice == "mine" else outbox.keep_theirs
        await self._touch(lambda connection: decide(connection, edit))
        self._courier.call()

    async def retry(self, ids: Sequence[EditId] | None = None) -> None:
        """Send failed edits again, all or these, and try what waits."""
        await self._touch(lambda connection: outbox.reopen(connection, ids))
        self._courier.call()

    async def discard(self, ids: Sequence[EditId]) -> None:
        """Forget edits that are not delivered; the incidents show the service's values."""
        await self._touch(lambda connection: outbox.remove(connection, ids))

    async def delivered(self) -> None:
        """Wait until every edit is confirmed, failed, or held up."""
        await self._courier.idle()

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

    async def _write_down(
        self, wishes_of: Callable[[sqlite3.Connection], list[Wish]]
    ) -> list[EditId]:
        now, author = self.now(), self.me or "you"
        why = "" if self._connection else _OFFLINE

        def write(connection: sqlite3.Connection) -> tuple[list[EditId], frozenset[str]]:
            with transaction(connection):
                wishes = wishes_of(connection)
                made = outbox.add(connection, wishes, now, why)
                touched = frozenset(wish.incident_id for wish in wishes)
                store.rewish(connection, touched, author)
            return made, touched

        made, touched = await self.cache.run(write)
        self._teller.tell(touched)
        self._courier.call()
        return made

    async def _touch(
        self, work: Callable[[sqlite3.Connection], Mapping[EditId, str]]
    ) -> Collection[EditId]:
        def touch(connection: sqlite3.Connection) -> Mapping[EditId, str]:
            with transaction(connection):
                touched = work(connection)
                store.rewish(connection, touched.values(), self.me or "you")
            return touched

        touched = await self.cache.run(touch)
        if touched:
            self._teller.tell(frozenset(touched.values()))
        return touched.keys()

    def _rescued(self) -> None:
        self._loop.call_soon_threadsafe(self._forget)

    def _forget(self) -> None:
        self.last_synced, self._synced_here = None, False
        self._teller.tell(None)
