"""The tables that a month at Contoso left behind, made in DuckDB when first asked for."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.demo.options import DEFAULT_INCIDENTS, DEFAULT_SEED

if TYPE_CHECKING:
    import duckdb

    from tui.demo.story.queue import Queue


class Telemetry:
    """Makes tables in a DuckDB connection, each whole or not at all.

    Args:
        seed: The seed of the tenant.
        now: What the tenant's clock said when it started.
        queue: The incidents whose traces the tables hold; made from the seed unless given.
    """

    def __init__(
        self,
        seed: int = DEFAULT_SEED,
        now: datetime | None = None,
        *,
        queue: Queue | None = None,
    ) -> None:
        self.seed = seed
        self.now = (now or datetime.now(UTC)).astimezone(UTC)
        self._queue = queue
        self._lock = threading.Lock()
        self._traces: dict[str, list[dict[str, object]]] | None = None

    def ensure(self, con: duckdb.DuckDBPyConnection, name: str) -> None:
        """Make the table `name` in the connection's database where it is not yet there.

        Every column of the schema exists with the type that the language's engine wants.

        Raises:
            KeyError: The schema has no such table.
        """
        from tui.demo.tables.everyday import fill
        from tui.demo.tables.plans import plan_of
        from tui.demo.tables.traces import insert
        from tui.kql.engine.tables import create_sql
        from tui.kql.schema import tables

        table = tables()[name]
        with self._lock:
            # A cursor of our own: the caller's connection may be in a transaction.
            work = con.cursor()
            try:
                if _has(work, name):
                    return
                work.execute("BEGIN TRANSACTION")
                work.execute(create_sql(table))
                plan = plan_of(name)
                if plan is not None:
                    fill(work, table, plan, seed=self.seed, now=self.now)
                insert(work, table, self._rows().get(name, []))
                work.execute("COMMIT")
            finally:
                # Rolls back what was not committed.
                work.close()

    def prepare(self) -> None:
        """Gather the incidents' traces, which the first table would have to wait for."""
        with self._lock:
            self._rows()

    def _rows(self) -> dict[str, list[dict[str, object]]]:
        """The traces of the incidents, by table."""
        if self._traces is None:
            from tui.demo.tables.traces import walk

            self._traces = walk(self._story(), self.now)
        return self._traces

    def _story(self) -> Queue:
        from tui.demo.story.queue import Queue

        if self._queue is None:
            self._queue = Queue(DEFAULT_INCIDENTS, self.seed, self.now)
        return self._queue

    def places(self) -> list[tuple[str, dict[str, object]]]:
        """The addresses of the tables whose place is known, each with that place."""
        from tui.demo.tables.places import places

        with self._lock:
            return list(places(self._story()))


def _has(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    found = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE table_name = ? AND NOT temporary", [name]
    ).fetchall()
    return bool(found)
