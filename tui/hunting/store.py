"""One DuckDB instance behind one thread: closed to the outside, bounded, interruptible."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tui.errors import Problem

if TYPE_CHECKING:
    import duckdb

Answer = TypeVar("Answer")

_MEMORY = "1GB"


def literal(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def _gone() -> Problem:
    return Problem("Reading the rows failed", "this result was closed", "Run the query again.")


def _refused(fault: Exception) -> Problem:
    if "OutOfMemory" in type(fault).__name__:
        why = "it needs more memory or more room on the disk than there is"
        return Problem("Arranging the rows failed", why, "Ask for fewer rows or columns.")
    if "Interrupt" in type(fault).__name__:
        return Problem("Arranging the rows was stopped")
    return Problem("Arranging the rows failed", "a value does not allow it", "Try another column.")


class Store:
    """An in-memory DuckDB whose only directory is the given one.

    External access is off from the start and cannot be turned on again; files are read
    and written in `directory` alone, and what does not fit in memory spills there.
    Everything runs in one thread of its own; DuckDB lets the interpreter go meanwhile.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="result")
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._closed = False

    @property
    def closed(self) -> bool:
        """Whether the store is closed, or about to be."""
        return self._closed

    def connection(self) -> duckdb.DuckDBPyConnection:
        """The connection; for the store's own thread alone."""
        if self._closed:
            raise _gone()
        if self._connection is None:
            import duckdb

            connection = duckdb.connect(
                config={
                    "threads": str(max(1, min(4, os.cpu_count() or 1))),
                    "memory_limit": _MEMORY,
                    "autoinstall_known_extensions": "false",
                    "autoload_known_extensions": "false",
                }
            )
            inside = literal(str(self.directory.resolve()) + os.sep)
            spill = literal(str(self.directory.resolve() / "spill"))
            connection.execute(
                f"SET TimeZone = 'UTC'; SET temp_directory = {spill};"
                f"SET allowed_directories = [{inside}]; SET enable_external_access = false;"
                "SET lock_configuration = true"
            )
            self._connection = connection
        return self._connection

    async def run(
        self, work: Callable[[], Answer], *, stop: Callable[[], None] | None = None
    ) -> Answer:
        """Do a piece of work in the store's thread.

        A cancelled caller interrupts the statement that runs, calls `stop` for work that is
        no statement, and waits for its end.

        Raises:
            Problem: The store is closed.
        """
        if self._closed:
            raise _gone()
        # The thread's own future: one of the loop says it is cancelled while its work goes on.
        running = self._thread.submit(work)
        future = asyncio.wrap_future(running)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            if not running.cancel():
                if stop is not None:
                    stop()
                self.interrupt()
                with contextlib.suppress(Exception):
                    await asyncio.wait({future})
                if future.done() and not future.cancelled():
                    future.exception()
            raise

    async def ask(
        self, work: Callable[[], Answer], *, stop: Callable[[], None] | None = None
    ) -> Answer:
        """As `run`, with the engine's failures as problems; for rows that are loaded."""
        try:
            return await self.run(work, stop=stop)
        except Exception as fault:
            if type(fault).__module__.lstrip("_").startswith("duckdb"):
                raise _refused(fault) from fault
            raise

    async def rows(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement."""
        return await self.ask(lambda: self.execute(sql, values))

    def execute(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """All rows of a statement; for the store's own thread alone."""
        return self.connection().execute(sql, list(values)).fetchall()

    def interrupt(self) -> None:
        """Stop the statement that runs; any thread may call it."""
        if self._connection is not None:
            self._connection.interrupt()

    def close(self) -> None:
        """Stop what runs and let everything go; does not wait."""
        if self._closed:
            return
        self._closed = True
        self.interrupt()
        self._thread.submit(self._let_go)
        self._thread.shutdown(wait=False)

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
