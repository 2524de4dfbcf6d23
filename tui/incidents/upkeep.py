"""What a cache needs while it is open: watched for others' changes, aged, and derived again."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from tui.incidents import outbox, store
from tui.incidents.cache import CacheProblem
from tui.incidents.facts import ticks
from tui.incidents.tables import DERIVED_KEY, RULES, RULES_KEY, transaction
from tui.incidents.urgency import AGED, age

if TYPE_CHECKING:
    from tui.incidents.cache import Cache

KEPT = timedelta(days=30)
"""How long confirmed edits are remembered."""

_LOOK_SECONDS = 1.0
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
        look: Callable[[], Awaitable[None]],
        tell: Callable[[], None],
        author: Callable[[], str | None],
    ) -> None:
        self._cache = cache
        self._look = look
        self._tell = tell
        self._author = author
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin."""
        self._tasks = [asyncio.create_task(self._derive(), name="queue derived again")]
        if self._cache.path is not None:
            self._tasks.append(asyncio.create_task(self._watch(), name="queue watched"))

    async def stop(self) -> None:
        """End; what is half done is taken up again next time."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def derived(self) -> None:
        """Wait until all rows follow the rules of this version."""
        if self._tasks:
            await asyncio.wait(self._tasks[:1])

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            with suppress(CacheProblem):
                await self._look()

    async def _derive(self) -> None:
        try:
            changed = False
            while await self._cache.run(self._some):
                changed = True
            if changed:
                self._tell()
        except CacheProblem:
            return  # it is taken up again when the file can be written
        except Exception:
            _log.exception("deriving the cache again failed")

    def _some(self, connection: sqlite3.Connection) -> bool:
        if store.get_meta(connection, DERIVED_KEY) is None:
            return False
        with transaction(connection):
            # Another program may be at it as well.
            after = store.get_meta(connection, DERIVED_KEY)
            if after is None:
                return True
            last = store.derive(connection, after, _AT_ONCE, self._author() or "you")
            if last is None:
                connection.execute("DELETE FROM meta WHERE key = ?", (DERIVED_KEY,))
            else:
                store.set_meta(connection, DERIVED_KEY, last)
        return True
