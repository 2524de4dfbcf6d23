"""What is known of a tenant's incidents, kept in SQLite behind one thread."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from tui.incidents.schema import (
    CacheProblem,
    Opened,
    is_damage,
    open_file,
    open_memory,
    primary_code,
    rescue,
)

if TYPE_CHECKING:
    from tui.api.protocols import Dialect
    from tui.auth.profiles import Profile

__all__ = ["Cache", "CacheProblem", "cache_path", "likely_api", "path_for"]

T = TypeVar("T")

_log = logging.getLogger(__name__)

_APIS: tuple[Dialect, ...] = ("graph", "classic")


def cache_path(directory: Path, *, origin: str, tenant: str, api: str) -> Path:
    """The file of a tenant's incidents as one API of one origin tells them."""
    identity = "\n".join((origin.casefold().rstrip("/"), tenant.casefold(), api))
    digest = blake2b(identity.encode(), digest_size=6).hexdigest()
    readable = re.sub(r"[^a-z0-9.-]+", "-", tenant.casefold())[:40].strip("-.") or "tenant"
    return directory / f"{readable}-{api}-{digest}.sqlite3"


def path_for(profile: Profile, directory: Path | None, api: Dialect) -> Path | None:
    """The cache file of a profile's tenant; None where nothing is kept on disk."""
    if directory is None:
        return None
    origin = profile.cloud.origin_of(api)
    return cache_path(directory, origin=origin, tenant=profile.tenant_id, api=api)


def likely_api(profile: Profile, directory: Path | None) -> Dialect:
    """The API whose cache to show before it is known which one answers: that used last."""
    if profile.api != "auto":
        return profile.api
    used: dict[Dialect, float] = {}
    for api in _APIS:
        path = path_for(profile, directory, api)
        for file in (path, path.with_name(f"{path.name}-wal")) if path else ():
            with suppress(OSError):
                used[api] = max(used.get(api, 0.0), file.stat().st_mtime)
    return max(used, key=lambda api: used[api]) if used else "graph"


class Cache:
    """One open cache. All work on it happens in a thread of its own, one piece at a time.

    Args:
        path: The file; None keeps everything in memory.
    """

    def __init__(self, path: Path | None) -> None:
        self._wanted = path
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="queue-cache")
        self._opened: Opened | None = None
        self.notices: list[str] = []
        """What had to be done to open it, in sentences."""
        self.on_rescued: Callable[[], None] | None = None
        """Called in the cache's thread when the file was found damaged and begun anew."""

    @property
    def path(self) -> Path | None:
        """The file in use; None in memory."""
        return self._opened.path if self._opened else None

    @classmethod
    async def open(cls, path: Path | None) -> Cache:
        """Open the cache; a file that cannot be used is replaced by memory, with a notice."""
        cache = cls(path)
        await cache.run(lambda _: None)
        return cache

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do a piece of work in the cache's thread and return what it returns.

        The work must be repeatable: it is done again on a new file if this one is damaged.

        Raises:
            CacheProblem: The file is locked, full, or cannot be read or written.
        """
        loop = asyncio.get_running_loop()
        try:
            answer = loop.run_in_executor(self._executor, self._do, work)
        except RuntimeError:
            raise CacheProblem("The queue is closed") from None
        return await answer

    def _do(self, work: Callable[[sqlite3.Connection], T]) -> T:
        if self._opened is None:
            self._take(open_memory() if self._wanted is None else open_file(self._wanted))
        assert self._opened is not None
        try:
            return work(self._opened.connection)
        except sqlite3.DatabaseError as error:
            if not is_damage(error) or self._opened.path is None:
                raise _explained(error) from error
        self._opened.connection.close()
        self._take(rescue(self._opened.path, self._opened.file))
        if self.on_rescued is not None:
            self.on_rescued()
        try:
            return work(self._opened.connection)
        except sqlite3.DatabaseError as error:
            raise _explained(error) from error

    def _take(self, opened: Opened) -> None:
        self._opened = opened
        self.notices += opened.notices

    async def close(self) -> None:
        """Finish what is queued and close the file. Closing again does nothing."""

        def close() -> None:
            if self._opened is not None:
                self._opened.connection.close()

        try:
            await asyncio.get_running_loop().run_in_executor(self._executor, close)
        except RuntimeError:
            return
        self._executor.shutdown(wait=False)


_REASONS = {
    sqlite3.SQLITE_BUSY: ("another program holds it", "Try again in a moment."),
    sqlite3.SQLITE_LOCKED: ("another program holds it", "Try again in a moment."),
    sqlite3.SQLITE_FULL: ("the disk is full", "Make room, or start with --no-cache."),
    sqlite3.SQLITE_READONLY: ("it is read-only", "Start with --no-cache."),
    sqlite3.SQLITE_IOERR: ("the disk does not read or write it", "Start with --no-cache."),
    sqlite3.SQLITE_CANTOPEN: ("it cannot be opened", "Start with --no-cache."),
    sqlite3.SQLITE_CORRUPT: ("it is damaged", "Start again: it is moved aside then."),
    sqlite3.SQLITE_NOTADB: ("it is damaged", "Start again: it is moved aside then."),
}


def _explained(error: sqlite3.Error) -> CacheProblem:
    code = primary_code(error)
    if code not in _REASONS:
        _log.error("the cache failed", exc_info=error)
    why, remedy = _REASONS.get(
        code, ("it failed in a way not foreseen", "The log has the details.")
    )
    name = getattr(error, "sqlite_errorname", "") or ""
    return CacheProblem("The cache of the queue cannot be used", why, remedy, code=name)
