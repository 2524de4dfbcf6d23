"""The cache brought up to date: filled once, then only what changed."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING

from msgspec import Struct

from tui.errors import BadAnswer, NotFound
from tui.incidents import store
from tui.incidents.changes import Phase, SyncProgress, SyncResult
from tui.incidents.facts import moment, ticks
from tui.incidents.tables import transaction
from tui.incidents.urgency import age

if TYPE_CHECKING:
    from tui.api.protocols import IncidentService, Page
    from tui.api.records import Incident
    from tui.incidents.cache import Cache

OVERLAP = timedelta(minutes=10)
"""How far before the last sync the next one begins: clocks differ, and lists lag behind."""

_BATCH = 100
_IDLE_PAGES = 50
_MOST_TARGETS = 20
_MOST_ASKED = 100

COMPLETE_TO = "complete_to"
"""Name of what the cache keeps: all that was updated before this moment is in it."""
SYNCED = "synced"
"""Name of what the cache keeps: when the last sync came to its end."""
FILL_STARTED, FILL_NEWEST, FILLED_TO = "fill_started", "fill_newest", "filled_to"
"""Names of what the cache keeps of a first fill that was broken off: when it began, the
latest update it met, and the time of creation down to which it came."""

SEEN_WHOLE = "seen_whole"
"""Name of what the cache keeps: when the end of a list of changes was last seen."""

_CREATED = {"graph": "createdDateTime", "classic": "createdTime"}


def known(connection: sqlite3.Connection) -> tuple[int | None, int | None]:
    """What a sync goes by: up to when all is kept, and when the end of a list was last seen."""
    return store.get_meta(connection, COMPLETE_TO), store.get_meta(connection, SEEN_WHOLE)


async def sync(
    cache: Cache,
    service: IncidentService,
    known: tuple[int | None, int | None],
    *,
    now: Callable[[], datetime],
    author: str = "",
    on_progress: Callable[[SyncProgress], None] | None = None,
    on_changed: Callable[[frozenset[str]], None] | None = None,
    on_aged: Callable[[], None] | None = None,
    on_behind: Callable[[], None] | None = None,
    whole: bool = False,
) -> SyncResult:
    """Fetch what is new, page by page; each page is kept before the next is asked for.

    What came stays when the sync fails or is cancelled. A first fill then goes on from the
    last page, and what changed since it began is fetched behind it. Incidents that others
    were merged into are fetched with those.

    Args:
        known: What `known` says of the cache.
        now: The time, by the service's clock as far as it is known.
        author: Who comments here.
        on_progress: Told how far it is, after every page.
        on_changed: Told the ids that a page made different.
        on_aged: Told when time alone changed the order of urgency.
        on_behind: Told when incidents were kept whose words and entities are to be derived.
        whole: Fetch the whole list, and forget incidents that the service has no more.

    Raises:
        Problem: The service's own, or `CacheProblem`.
        BadAnswer: The list goes on without end.
    """
    clock = perf_counter()
    run = _Run(cache, service, now, author, on_progress, on_changed, on_aged, on_behind)
    complete, seen_whole = known
    phase: Phase
    if complete is None:
        phase = "first"
        if await run.fill():
            # What others changed while the fill was broken off.
            await run.changes()
    elif whole:
        phase = "whole"
        await run.whole()
    else:
        phase = "changes"
        await run.changes(complete, seen_whole)
    return SyncResult(phase, len(run.seen), run.changed, perf_counter() - clock, tuple(run.unread))


@dataclass
class _Run:
    """One sync under way."""

    cache: Cache
    service: IncidentService
    now: Callable[[], datetime]
    author: str
    on_progress: Callable[[SyncProgress], None] | None
    on_changed: Callable[[frozenset[str]], None] | None
    on_aged: Callable[[], None] | None
    on_behind: Callable[[], None] | None
    seen: set[str] = field(default_factory=set)
    changed: int = 0
    unread: dict[str, None] = field(default_factory=dict)
    newest: datetime | None = None
    last: _Last | None = None
    saw_end: bool = True

    async def fill(self) -> bool:
        """Fill an empty cache, or go on with that; returns whether it went on."""

        def begin(connection: sqlite3.Connection) -> tuple[int, int | None, int | None, int]:
            with transaction(connection):
                began = store.get_meta(connection, FILL_STARTED)
                down_to = store.get_meta(connection, FILLED_TO)
                if began is None or down_to is None:
                    began, down_to = ticks(started), None
                    for key in (FILLED_TO, FILL_NEWEST):
                        connection.execute("DELETE FROM meta WHERE key = ?", (key,))
                    store.set_meta(connection, FILL_STARTED, began)
                newest = store.get_meta(connection, FILL_NEWEST)
                return began, down_to, newest, store.total(connection)

        started = self.now()
        began, down_to, newest, held = await self.cache.run(begin)
        self.newest = None if newest is None else moment(newest)
        odata = None
        if down_to is not None:
            until = moment(down_to).astimezone(UTC).replace(tzinfo=None)
            stamp = until.isoformat(timespec="microseconds")
            odata = f"{_CREATED[self.service.dialect]} le {stamp}Z"
        await self._pages("first", odata=odata, base=held if odata else 0, keep_place=True)
        reached = min(self.newest, moment(began)) if self.newest else moment(began)
        await self._finish(reached)
        return odata is not None

    async def changes(self, complete: int | None = None, seen_whole: int | None = None) -> None:
        """Fetch what was updated since the last sync.

        A page that is not full ends a list, mostly: there are services that send one in the
        middle. It is taken for the end without asking on, but the next sync then looks from
        where this one did, until the end was seen: once within the overlap.
        """
        started = self.now()
        if complete is None:
            complete = await self.cache.run(lambda c: store.get_meta(c, COMPLETE_TO))
        since = None if complete is None else moment(complete) - OVERLAP
        trusted = (
            self.service.dialect == "classic"
            and seen_whole is not None
            and timedelta() <= started - moment(seen_whole) < OVERLAP
        )
        self.newest = None
        merged = await self._pages("changes", since=since, mark=True, to_the_end=not trusted)
        await self._targets(merged)
        if not self.saw_end:
            await self._finish(None)
            return
        # What was updated while the pages came may have slipped between them: the next sync
        # looks from the start of this one.
        await self._finish(min(self.newest, started) if self.newest else since or started)

    async def whole(self) -> None:
        """Fetch the whole list, then ask for what it did not hold: it may be gone."""
        started = self.now()
        merged = await self._pages("whole", mark=True)
        await self._keep_last()
        await self._targets(merged)
        known = await self.cache.run(store.ids)
        missing = [key for key in known if key not in self.seen]
        gone: list[str] = []
        for key in missing[:_MOST_ASKED]:
            try:
                await self._keep((await self.service.get(key),), mark=True)
            except NotFound:
                gone.append(key)
        if len(gone) == _MOST_ASKED:
            gone = missing  # a list that left out so many that are gone left out those that are

        def forget(connection: sqlite3.Connection) -> frozenset[str]:
            with transaction(connection):
                return store.remove(connection, gone)

        removed = await self.cache.run(forget)
        self.changed += len(removed)
        if removed and self.on_changed is not None:
            self.on_changed(removed)
        await self._finish(min(self.newest, started) if self.newest else started)

    async def _pages(
        self,
        phase: Phase,
        *,
        since: datetime | None = None,
        odata: str | None = None,
        base: int = 0,
        mark: bool = False,
        keep_place: bool = False,
        to_the_end: bool = True,
    ) -> list[str]:
        """Keep a list page by page; returns what incidents on it were merged into.

        The last page may be left to be kept with `_finish`.
        """
        idle = 0
        merged: list[str] = []
        place = _Place() if keep_place else None
        keeping: asyncio.Task[None] | None = None
        complete, self.saw_end = False, True
        pages = self.service.pages(updated_since=since, odata=odata, bulk=True)
        try:
            async for page in pages:
                # One page is kept while the next is on its way.
                if keeping is not None:
                    await keeping
                    keeping = None
                await self._keep_last()
                before = len(self.seen)
                self.seen.update(incident.id for incident in page.incidents)
                if page.incidents:
                    idle = 0 if len(self.seen) > before else idle + 1
                if idle >= _IDLE_PAGES:
                    raise BadAnswer(
                        "Fetching the queue was stopped",
                        f"the last {idle} pages of the list held nothing new",
                        "What came until then is kept. Refresh to try again.",
                    )
                self.unread.update(dict.fromkeys(page.faults))
                times = [incident.updated for incident in page.incidents if incident.updated]
                self.newest = max([*times, self.newest] if self.newest else times, default=None)
                merged += [one.redirect_id for one in page.incidents if one.redirect_id]
                fetched = base + len(self.seen)
                total = None if page.total is None else max(base + page.total, fetched)
                progress = SyncProgress(phase, fetched, total)
                if page.more or place is not None or len(page.incidents) > _BATCH:
                    keeping = asyncio.create_task(self._keep_page(page, mark, place, progress))
                else:
                    self.last = _Last(page, mark, progress)
                if not (page.more or to_the_end):
                    self.saw_end = False
                    break
            complete = True
        finally:
            try:
                if keeping is not None:
                    await keeping
                if not complete:
                    await self._keep_last()
            finally:
                await pages.aclose()  # type: ignore[attr-defined]
        return merged

    async def _keep_last(self) -> None:
        last, self.last = self.last, None
        if last is not None:
            await self._keep_page(last.page, last.mark, None, last.progress)

    async def _keep_page(
        self, page: Page, mark: bool, place: _Place | None, progress: SyncProgress
    ) -> None:
        newest, later = self.newest, place is not None
        if place is not None:
            place.go_on(page)

        def keep(connection: sqlite3.Connection, start: int) -> frozenset[str]:
            end = start + _BATCH
            with transaction(connection):
                ids = store.put(
                    connection,
                    page.incidents[start:end],
                    self.author,
                    bodies=page.bodies[start:end],
                    later=later,
                    mark=mark,
                )
                if place is not None and end >= len(page.incidents):
                    _note(connection, place, newest)
            return ids

        for start in range(0, len(page.incidents), _BATCH):
            self._news(await self.cache.run(partial(keep, start=start)))
        if place is not None and self.on_behind is not None and page.bodies:
            self.on_behind()
        if self.on_progress is not None:
            self.on_progress(progress)

    async def _targets(self, merged: list[str]) -> None:
        """Fetch what incidents were merged into, unless it came as well."""
        wanted = [key for key in dict.fromkeys(merged) if key not in self.seen]
        if wanted:
            await self._keep_last()
        for key in wanted[:_MOST_TARGETS]:
            try:
                await self._keep((await self.service.get(key),), mark=True)
            except NotFound:
                continue
            self.seen.add(key)

    async def _keep(self, batch: tuple[Incident, ...], *, mark: bool) -> None:
        self._news(
            await self.cache.run(
                lambda connection: store.put(connection, batch, self.author, mark=mark)
            )
        )

    def _news(self, ids: frozenset[str]) -> None:
        self.changed += len(ids)
        if ids and self.on_changed is not None:
            self.on_changed(ids)

    async def _finish(self, reached: datetime | None) -> None:
        """Keep the last page, and note that the cache is up to date.

        Args:
            reached: All that was updated before is kept; None where that is not certain.
        """
        last, self.last = self.last, None

        def finish(connection: sqlite3.Connection) -> tuple[frozenset[str], bool]:
            ids = frozenset[str]()
            with transaction(connection):
                if last is not None:
                    page = last.page
                    ids = store.put(
                        connection, page.incidents, self.author, bodies=page.bodies, mark=last.mark
                    )
                synced = ticks(self.now())
                store.set_meta(connection, SYNCED, synced)
                if reached is not None:
                    held = store.get_meta(connection, COMPLETE_TO)
                    at = ticks(reached)
                    store.set_meta(connection, COMPLETE_TO, max(at, at if held is None else held))
                    store.set_meta(connection, SEEN_WHOLE, synced)
                    connection.execute(
                        "DELETE FROM meta WHERE key IN (?, ?, ?)",
                        (FILL_STARTED, FILL_NEWEST, FILLED_TO),
                    )
            return ids, age(connection, self.now())

        ids, aged = await self.cache.run(finish)
        self._news(ids)
        if last is not None and self.on_progress is not None:
            self.on_progress(last.progress)
        if aged and self.on_aged is not None:
            self.on_aged()


class _Last(Struct, frozen=True):
    """A page that is not kept yet."""

    page: Page
    mark: bool
    progress: SyncProgress


@dataclass
class _Place:
    """How far a first fill came; in a list that is in no order there is no such place."""

    down_to: datetime | None = None
    ordered: bool = True

    def go_on(self, page: Page) -> None:
        """Take a page into account."""
        times = [incident.created for incident in page.incidents]
        known = [at for at in (self.down_to, *times) if at is not None]
        complete = all(at is not None for at in times)
        self.ordered &= complete and all(later <= former for former, later in pairwise(known))
        self.down_to = known[-1] if known else None


def _note(connection: sqlite3.Connection, place: _Place, newest: datetime | None) -> None:
    if not place.ordered:
        connection.execute("DELETE FROM meta WHERE key = ?", (FILLED_TO,))
    elif place.down_to is not None:
        store.set_meta(connection, FILLED_TO, ticks(place.down_to))
    if newest is not None:
        store.set_meta(connection, FILL_NEWEST, ticks(newest))
