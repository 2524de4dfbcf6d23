"""Advanced hunting in both dialects: KQL that is really run, within the services' limits.

Sources: *Advanced hunting API*, *Advanced hunting quotas and usage parameters* (Microsoft
Defender XDR); *security: runHuntingQuery* (Microsoft Graph).
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
import weakref
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

import msgspec
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tui.demo.service.auth import require, tenant_of
from tui.demo.service.faults import ServiceFault, bad_request
from tui.demo.service.listing import json_only
from tui.demo.service.spans import parse_timespan
from tui.kql import schema
from tui.kql.engine.fault import KqlFault

if TYPE_CHECKING:
    import duckdb
    from starlette.requests import Request

    from tui.demo.tenant import Tenant
    from tui.kql.engine import Answer, Engine

Dialect = Literal["classic", "graph"]

_BREATH = 0.1
"""Seconds between two queries that warm the engine, for those who share the processor."""
_ROWS = 100_000
_LARGEST_BODY = 4_000_000
_DAYS = 30
_BYTES = {"classic": 124_000_000, "graph": 50_000_000}
_CYCLE = timedelta(minutes=15)
_CYCLE_SECONDS = 600.0
_ROLES = {"classic": "AdvancedHunting.Read.All", "graph": "ThreatHunting.Read.All"}
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
class _Result:
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
    ) -> _Result:
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
        return _Result(columns, chunks, answer.stats.rows, answer.stats.seconds, size)

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


async def run_classic(request: Request) -> Response:
    """`POST /api/advancedhunting/run`."""
    result = await _answer(request, "classic")
    head = {
        "Stats": _stats(result),
        "Schema": [{"Name": name, "Type": kind} for name, kind in result.columns],
    }
    return _streamed(head, "Results", result.chunks)


async def run_graph(request: Request) -> Response:
    """`POST /v1.0/security/runHuntingQuery`."""
    result = await _answer(request, "graph")
    origin = f"{request.url.scheme}://{request.url.netloc}"
    head = {
        "@odata.context": f"{origin}/v1.0/$metadata#microsoft.graph.security.huntingQueryResults",
        "schema": [{"name": name, "type": kind} for name, kind in result.columns],
    }
    return _streamed(head, "results", result.chunks)


async def _answer(request: Request, dialect: Dialect) -> _Result:
    require(request, dialect, [_ROLES[dialect]])
    tenant = tenant_of(request)
    service = service_of(tenant)
    now = tenant.clock.now()
    tenant.quotas.take("hunting", dialect, now)
    service.check_allocation()
    body = await _body(request)
    query = body.get("query")
    if not isinstance(query, str) or not query.strip():
        raise bad_request(
            "The Query parameter is missing or empty."
            if dialect == "graph"
            else "Required parameter 'Query' is missing in the request body"
        )
    oldest = now - timedelta(days=_DAYS)
    timespan: tuple[datetime | None, datetime | None] = (oldest, None)
    if dialect == "graph" and body.get("timespan"):
        try:
            since, until = parse_timespan(str(body["timespan"]), now)
        except ValueError:
            raise bad_request("The Timespan parameter is not a valid ISO 8601 span.") from None
        timespan = (max(since, oldest) if since else oldest, until)
    return await _run(request, service, query, timespan, dialect)


async def _run(
    request: Request,
    service: Hunting,
    query: str,
    timespan: tuple[datetime | None, datetime | None],
    dialect: Dialect,
) -> _Result:
    engine = await asyncio.to_thread(service.engine)
    started = asyncio.get_running_loop().time()
    work = asyncio.ensure_future(asyncio.to_thread(service.run, engine, query, timespan, dialect))
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            engine.interrupt()
        return await work
    except asyncio.CancelledError:
        engine.interrupt()
        raise
    except KqlFault as fault:
        raise _refusal(fault) from None
    finally:
        gone.cancel()
        service.charge(asyncio.get_running_loop().time() - started)
        if work.done():
            service.release(engine)
        else:
            work.add_done_callback(lambda _: service.release(engine))


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _body(request: Request) -> dict[str, Any]:
    """The request's JSON object, its keys in lower case.

    Raises:
        ServiceFault: 400 where it is none, 413 where it is too large, 415 for another type.
    """
    json_only(request)
    raw = bytearray()
    async for piece in request.stream():
        raw += piece
        if len(raw) > _LARGEST_BODY:
            raise ServiceFault(413, "RequestEntityTooLarge", "The request body is too large.")
    try:
        decoded = msgspec.json.decode(raw) if raw else None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise bad_request("Unable to read JSON request payload.") from None
    if not isinstance(decoded, dict):
        raise bad_request("The request body must be a JSON object.")
    return {str(key).lower(): value for key, value in decoded.items()}


def _refusal(fault: KqlFault) -> ServiceFault:
    if fault.kind == "interrupted":
        return ServiceFault(503, "ServiceUnavailable", "The query was stopped by the service.")
    message = fault.message.rstrip(".")
    if fault.kind == "syntax":
        return bad_request(f"{message}. Fix syntax errors in your query.")
    if fault.kind in ("semantic", "unsupported"):
        return bad_request(f"{message}. Fix semantic errors in your query.")
    return bad_request(f"{message}.")


def _stats(result: _Result) -> dict[str, Any]:
    total = int(result.seconds * 10_000_000)
    whole, ticks = divmod(total, 10_000_000)
    clock = f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}.{ticks:07d}"
    empty = {"hits": 0, "misses": 0, "total": 0}
    return {
        "ExecutionTime": round(result.seconds, 7),
        "resource_usage": {
            "cache": {"memory": empty, "disk": empty},
            "cpu": {"user": clock, "kernel": "00:00:00", "total cpu": clock},
            "memory": {"peak_per_node": 33554432},
        },
        "dataset_statistics": [{"table_row_count": result.rows, "table_size": result.size}],
    }


def _streamed(head: dict[str, Any], key: str, chunks: list[bytes]) -> Response:
    opening = json.dumps(head, ensure_ascii=False)[:-1] + f', "{key}": ['

    async def pieces() -> AsyncIterator[bytes]:
        yield opening.encode("utf-8", "surrogatepass")
        for index, chunk in enumerate(chunks):
            yield chunk
            chunks[index] = b""
        yield b"]}"

    return StreamingResponse(
        pieces(), media_type="application/json; odata.metadata=minimal; charset=utf-8"
    )


def routes() -> list[Route]:
    """The hunting routes of both dialects."""
    return [
        Route("/api/advancedhunting/run", run_classic, methods=["POST"]),
        Route("/v1.0/security/runHuntingQuery", run_graph, methods=["POST"]),
        Route(
            "/v1.0/security/microsoft.graph.security.runHuntingQuery", run_graph, methods=["POST"]
        ),
        Route("/beta/security/runHuntingQuery", run_graph, methods=["POST"]),
    ]
