"""Advanced hunting in both dialects: KQL that is really run, within the services' limits.

Sources: *Advanced hunting API*, *Advanced hunting quotas and usage parameters* (Microsoft
Defender XDR); *security: runHuntingQuery* (Microsoft Graph).
"""

from __future__ import annotations

import asyncio
import codecs
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from tui.demo.service.auth import require, tenant_of
from tui.demo.service.faults import ServiceFault, bad_request
from tui.demo.service.hunting_database import Dialect, Hunting, Result, service_of
from tui.demo.service.listing import json_only
from tui.demo.service.spans import parse_timespan
from tui.kql.engine.fault import KqlFault

if TYPE_CHECKING:
    from starlette.requests import Request

_LARGEST_BODY = 4_000_000
_DAYS = 30
_ROLES = {"classic": "AdvancedHunting.Read.All", "graph": "ThreatHunting.Read.All"}


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


async def _answer(request: Request, dialect: Dialect) -> Result:
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
) -> Result:
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
        # Windows' tools write a byte order mark before what they call UTF-8.
        decoded = msgspec.json.decode(raw.removeprefix(codecs.BOM_UTF8)) if raw else None
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


def _stats(result: Result) -> dict[str, Any]:
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
