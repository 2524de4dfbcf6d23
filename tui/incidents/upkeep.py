"""What a cache needs while it is open: watched for others' changes, aged, and derived again."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui.incidents import deriving, outbox, store
from tui.incidents.cache import CacheProblem
from tui.incidents.facts import ticks
from tui.incidents.tables import DERIVED_KEY, RULES, RULES_KEY, transaction
from tui.incidents.urgency import AGED, age

if TYPE_CHECKING:
    from tui.incidents.cache import Cache

KEPT = timedelta(days=30)
"""How long confirmed edits are remembered."""

_LOOK_SECONDS = 1.0
_TELL_SECONDS = 1.0
_QUIET_SECONDS = 0.2
_AT_ONCE = 40

_log = logging.getLogger(__name__)


def tidy_up(connection: sqlite3.Connection, now: datetime) -> None:
    """What is due when a cache is opened: old edits forgotten, ages brought up to date."""
    if outbox.any_old(connection, now - KEPT):
        with transaction(connection):
            outbox.prune(connection, now - KEPT)
    if store.get_meta(connection, RULES_KEY) != RULES:
        with transaction(connection):
            store.set_meta(connection, RULES_KEY, RULES)
            store.set_meta(connection, DERIVED_KEY, 0)
    if store.get_meta(connection, DERIVED_KEY) == 0:
        # Every row is about to be derived, for this time.
        with transaction(connection):
            store.set_meta(connection, AGED, ticks(now))
    age(connection, now)


class Upkeep:
    """Tasks in the background of an open cache.

    Args:
        look: Sees what other programs on the same file did.
        tell: Says that rows changed.
        author: Who comments here.
    """

    def __init__(
        self,
        cache: Cache,
        *,
        look: Callable[[], Awaitable[object]],
        tell: Callable[[], None],
        author: Callable[[], str | None],
    ) -> None:
        self._cache = cache
        self._look = look
        self._tell = tell
        self._author = author
        self._deriving: asyncio.Task[None] | None = None
        self._watching: asyncio.Task[None] | None = None
        self._quiet_at = 0.0
        self.behind = 0
        """Incidents whose words and entities are not known yet."""

    def start(self) -> None:
        """Begin."""
        self.go_on()
        if self._cache.path is not None:
            self._watching = asyncio.create_task(self._watch(), name="queue watched")

    def go_on(self) -> None:
        """There may be incidents to derive; they are, as soon as the cache is left in peace."""
        self._quiet_at = asyncio.get_running_loop().time() + _QUIET_SECONDS
        if self._deriving is None or self._deriving.done():
            self._deriving = asyncio.create_task(self._derive(), name="queue derived again")

    async def stop(self) -> None:
        """End; what is half done is taken up again next time."""
        tasks = [task for task in (self._deriving, self._watching) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._deriving = self._watching = None

    async def derived(self, most: int | None = None) -> None:
        """Wait until all incidents are derived.

        Args:
            most: Do not wait where there are more than so many to derive.
        """
        if most is not None and await self._cache.run(deriving.behind) > most:
            return
        self._quiet_at = 0.0
        if self._deriving is not None:
            await asyncio.wait([self._deriving])

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with suppress(CacheProblem):
                await self._look()

    async def _derive(self) -> None:
        try:
            self.behind = await self._cache.run(deriving.behind)
            if not self.behind:
                return
            told = self._time()
            while await self._some():
                if self._time() - told > _TELL_SECONDS:
                    self.behind = await self._cache.run(deriving.behind)
                    self._tell()
                    told = self._time()
            self.behind = 0
            self._tell()
        except CacheProblem:
            return  # it is taken up again when the file can be written
        except Exception:
            _log.exception("deriving the cache again failed")

    def _time(self) -> float:
        return asyncio.get_running_loop().time()

    async def _some(self) -> bool:
        """Derive some, once the cache is left in peace: what comes is shown first."""
        quiet = self._quiet_at - self._time()
        if quiet > 0:
            await asyncio.sleep(quiet)
            return True
        author = self._author() or "you"
        return await self._cache.run(lambda connection: deriving.step(connection, _AT_ONCE, author))
