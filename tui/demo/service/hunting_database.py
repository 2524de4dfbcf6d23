"""The database of one tenant, and the hunting queries that run in it."""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from tui.demo.service.faults import ServiceFault
from tui.kql import schema
from tui.kql.engine.fault import KqlFault

if TYPE_CHECKING:
    import duckdb

    from tui.demo.tenant import Tenant
    from tui.kql.engine import Answer, Engine

Dialect = Literal["classic", "graph"]
_CYCLE = timedelta(minutes=15)
_CYCLE_SECONDS = 600.0

_BREATH = 0.1
"""Seconds between two queries that warm the engine, for those who share the processor."""
_ROWS = 100_000
_BYTES = {"classic": 124_000_000, "graph": 50_000_000}
_TYPES = {
    "string": "String",
    "datetime": "DateTime",
    "long": "Int64",
    "int": "Int32",
    "real": "Double",
    "decimal": "SqlDecimal",
    "bool": "SByte",
    "dynamic": "Object",
    "guid": "Guid",
    "timespan": "TimeSpan",
}


@dataclass(frozen=True)
class Result:
    """A query's answer, read out of the database."""

    columns: tuple[tuple[str, str], ...]
    chunks: list[bytes]
    rows: int
    seconds: float
    size: int


class Hunting:
    """The hunting service of one tenant: its database, and the queries that run in it."""

    def __init__(self, tenant: Tenant) -> None:
        self._tenant = tenant
        self._database: duckdb.DuckDBPyConnection | None = None
        self._building = threading.Lock()
        self._ready: dict[str, dict[str, str]] = {}
        self._running: set[Engine] = set()
        self._guard = threading.Lock()
        self._closed = False
        self._placed = False
        self._cycle = datetime.min.replace(tzinfo=UTC)
        self._spent = 0.0
        tenant.on_close(self.close)

    def close(self) -> None:
        """Interrupt what runs; nothing starts any more."""
        with self._guard:
            self._closed = True
            running = list(self._running)
        for engine in running:
            engine.interrupt()

    @property
    def running(self) -> int:
        """How many queries run now."""
        with self._guard:
            return len(self._running)

    def engine(self) -> Engine:
        """An engine over the tenant's tables, for one query.

        Raises:
            ServiceFault: 503, once the tenant is closing.
        """
        from tui.kql.engine import Engine

        with self._building:
            if self._database is None:
                from tui.kql.engine.tables import open_database

                self._database = open_database()
            cursor = self._database.cursor()
        engine = Engine(cursor, tables=schema.tables(), provide=self._provide)
        with self._guard:
            if self._closed:
                raise ServiceFault(503, "ServiceUnavailable", "The service is shutting down.")
            self._running.add(engine)
        return engine

    def warm(self) -> None:
        """Load the engine in a thread, so that the first query need not wait for that."""
        threading.Thread(target=self._warm, name="hunting-warm", daemon=True).start()

    def _warm(self) -> None:
        from tui.kql.engine.warming import QUERIES

        for query in QUERIES:
            try:
                engine = self.engine()
            except ServiceFault:
                return
            try:
                engine.run(query, now=self._tenant.clock.now())
            except KqlFault:
                return
            finally:
                self.release(engine)
            time.sleep(_BREATH)

    def release(self, engine: Engine) -> None:
        """The engine's query has ended."""
        with self._guard:
            self._running.discard(engine)
        engine.close()

    def _provide(self, name: str) -> dict[str, str] | None:
        """Make a table, and answer its columns with their types."""
        known = self._ready.get(name)
        if known is not None:
            return known
        with self._building:
            if name in self._ready or self._database is None:
                return self._ready.get(name)
            from tui.kql.engine.tables import columns_of, create_sql

            cursor = self._database.cursor()
            try:
                try:
                    self._tenant.telemetry.ensure(cursor, name)
                except KeyError:
                    cursor.execute(create_sql(schema.tables()[name]))
                known = self._ready[name] = columns_of(cursor, f'"{name}"')
            finally:
                cursor.close()
            return known

    def _know_places(self) -> None:
        """Tell the database where addresses are, before the first query that asks."""
        with self._building:
            if self._placed or self._database is None:
                return
            from tui.kql.engine.tables import add_places

            add_places(self._database.cursor(), self._tenant.telemetry.places())
            self._placed = True

    def run(
        self,
        engine: Engine,
        query: str,
        timespan: tuple[datetime | None, datetime | None],
        dialect: Dialect,
    ) -> Result:
        """Answer a query; blocks, and may be interrupted from another thread.

        Raises:
            KqlFault: The query is refused or was interrupted.
        """
        if "geo_info_from_ip_address" in query:
            self._know_places()
        answer = engine.run(
            query,
            now=self._tenant.clock.now(),
            row_limit=_ROWS,
            time_limit=self._tenant.options.time_limit,
            timespan=timespan,
        )
        chunks: list[bytes] = []
        size = 0
        for chunk in _chunks(answer, dialect):
            size += len(chunk)
            if size > _BYTES[dialect] and not self._tenant.options.unlimited:
                raise KqlFault(
                    "Query execution has exceeded the allowed result size. Optimize your query "
                    "by limiting the number of results and try again",
                    kind="limit",
                )
            chunks.append(chunk)
        columns = tuple((c.name, _TYPES.get(c.type, "String")) for c in answer.columns)
        return Result(columns, chunks, answer.stats.rows, answer.stats.seconds, size)

    def check_allocation(self) -> None:
        """Refuse where the cycle's processing is used up.

        Raises:
            ServiceFault: 429, with the seconds until the next cycle.
        """
        if self._tenant.options.unlimited:
            return
        now = self._tenant.clock.now()
        with self._guard:
            if now >= self._cycle + _CYCLE:
                self._cycle, self._spent = now, 0.0
            left = (self._cycle + _CYCLE - now).total_seconds()
            spent = self._spent
        if spent >= _CYCLE_SECONDS:
            seconds = max(1, int(left + 0.999))
            raise ServiceFault(
                429,
                "TooManyRequests",
                "You have exceeded processing resources allocated to this tenant. "
                f"You can run queries again in {timedelta(seconds=seconds)}.",
                headers={"Retry-After": str(seconds)},
            )

    def charge(self, seconds: float) -> None:
        """Count a query's time against the cycle."""
        with self._guard:
            self._spent += seconds


def _chunks(answer: Answer, dialect: Dialect) -> Iterator[bytes]:
    if dialect == "classic":
        return answer.json_chunks(bool_as_number=True, dynamic_as_text=True)
    return answer.json_chunks()


_services: weakref.WeakKeyDictionary[Tenant, Hunting] = weakref.WeakKeyDictionary()
_services_guard = threading.Lock()


def service_of(tenant: Tenant) -> Hunting:
    """The hunting service of a tenant, made when first asked for."""
    with _services_guard:
        found = _services.get(tenant)
        if found is None:
            found = _services[tenant] = Hunting(tenant)
        return found
