"""Lists that come page by page, followed to their end and not beyond."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from tui.api.body import BodyFault, parse
from tui.api.brief import brief_incident
from tui.api.decode import alert_identity, decode_incident
from tui.api.origins import next_page
from tui.api.protocols import Page
from tui.api.records import Alert, Incident
from tui.api.request import Answer, Request
from tui.api.transport import Transport
from tui.errors import BadAnswer
from tui.text import visible

_OFF_LOOP = 64 * 1024
_MOST_PAGES = 20_000
_MOST_IDLE = 50
"""Pages in a row that bring incidents and none that is new before the list is taken to run in
a circle."""
_MOST_EMPTY = 1_000
"""Empty pages in a row, each naming another as the next, that are followed."""


class _Listed(Struct, frozen=True):
    incidents: tuple[Incident, ...]
    bodies: tuple[bytes, ...]
    """Of incidents that were read briefly: their JSON."""
    link: str
    total: int | None
    faults: tuple[str, ...]
    count: int
    """Objects on the page, readable or not: what `$skip` counts."""
    broken: str = ""
    """Why the page cannot be read any further; empty where it could be read whole."""


class _Envelope(msgspec.Struct):
    value: list[msgspec.Raw]
    link: Any = msgspec.field(name="@odata.nextLink", default=None)
    total: Any = msgspec.field(name="@odata.count", default=None)


async def list_pages(
    transport: Transport,
    make: Callable[[str], Request],
    base: str,
    parameters: Mapping[str, str],
    *,
    origin: str,
    top: int | None,
    skips: bool,
    bulk: bool = False,
) -> AsyncIterator[Page]:
    """Follow a list of incidents.

    Args:
        make: Makes the request for an address.
        base: Address of the list, without a query.
        origin: Where next pages have to be.
        top: End after so many incidents.
        skips: Go on by `$skip` where the service names no next page.
        bulk: See `IncidentService.pages`.

    A service that does not heed `$skip` gives the same page again. That is the end, unless
    the page is full: then more may be there that cannot be had.

    Raises:
        BadAnswer: A page is no list, the next one is elsewhere, or there is no end.
    """
    known = _Known()
    url = _address(base, parameters)
    followed = {url}
    linked, skip, given, idle, empty = False, 0, 0, 0, 0
    former: tuple[str, ...] = ()
    full = int(parameters.get("$top", 1))
    async with _Ahead(transport) as ahead:
        for _ in range(_MOST_PAGES):
            request = make(url)
            answer = await ahead.answer(request)
            if bulk:
                link, count = _glance(answer.body)
                expected = ""
                if link:
                    with suppress(BadAnswer):
                        expected = next_page(link, url, origin, request.what)
                elif skips and not linked and count >= full:
                    expected = _address(base, {**parameters, "$skip": str(skip + count)})
                if expected and expected not in followed and (top is None or given + count < top):
                    ahead.begin(make(expected))
            listed = await _listed(answer, request.what, bulk)
            fresh = known.fresh(listed)
            empty = 0 if listed.count else empty + 1
            if listed.count:
                idle = 0 if fresh.incidents else idle + 1
            more = bool(listed.link) or (skips and not linked and listed.count >= full)
            if top is not None:
                more = more or len(fresh.incidents) > top - given
                fresh = fresh.first(top - given)
            given += len(fresh.incidents)
            if fresh.incidents or listed.faults or listed.total is not None:
                yield Page(fresh.incidents, listed.total, listed.faults, more, fresh.bodies)
            if listed.broken:
                raise BadAnswer(
                    f"{request.what} was stopped",
                    listed.broken,
                    "Try again; the incidents that came are kept.",
                    request_id=answer.request_id,
                )
            if top is not None and given >= top:
                return
            if listed.link:
                linked = True
                url = next_page(listed.link, url, origin, request.what)
            elif skips and not linked and listed.count:
                names = tuple(incident.id for incident in listed.incidents)
                if skip and not fresh.incidents and names == former:
                    if listed.count != full:
                        return
                    raise BadAnswer(
                        f"{request.what} was stopped",
                        f"the service gives the same {full} incidents again"
                        " instead of the next ones",
                        "Ask for less with a filter; the incidents that came are kept.",
                        request_id=answer.request_id,
                    )
                former = names
                skip += listed.count
                url = _address(base, {**parameters, "$skip": str(skip)})
            else:
                return
            if fault := _circle(url in followed, idle, empty, given):
                raise BadAnswer(
                    f"{request.what} was stopped",
                    fault,
                    "Try again; the incidents that came are kept.",
                    request_id=answer.request_id,
                )
            followed.add(url)
    raise BadAnswer(
        f"{request.what} was stopped",
        f"the list has no end: {_MOST_PAGES} pages came",
        "Ask for less with a filter; the incidents that came are kept.",
    )


def _circle(followed: bool, idle: int, empty: int, given: int) -> str:
    """Why a list is not followed any further; empty where it is."""
    after = f"after {given:,} incident{'' if given == 1 else 's'}"
    repeats = f"the pages of the service repeat themselves: {after}"
    if followed:
        return f"{repeats} a page names one before it as the next"
    if idle >= _MOST_IDLE:
        return f"{repeats} none is new"
    if empty >= _MOST_EMPTY:
        return f"the list does not end: {after} {empty:,} pages in a row are empty"
    return ""


class _Ahead:
    """A request that is under way while the answer before it is being used."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._url = ""
        self._task: asyncio.Task[Answer] | None = None

    async def __aenter__(self) -> _Ahead:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._drop()

    def begin(self, request: Request) -> None:
        """Ask for this one, which is probably the next."""
        self._url = request.url
        self._task = asyncio.create_task(self._transport.send(request), name="next page")

    async def answer(self, request: Request) -> Answer:
        """The answer to a request, begun before or not."""
        if self._task is not None and self._url == request.url:
            answer = await self._task
            self._task = None
            return answer
        await self._drop()
        return await self._transport.send(request)

    async def _drop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None


def _glance(body: bytes) -> tuple[str, int]:
    """The next page that an answer names and the number of its objects, without reading them."""
    try:
        envelope = msgspec.json.decode(body, type=_Envelope)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return "", 0
    return envelope.link if isinstance(envelope.link, str) else "", len(envelope.value)


def _address(base: str, parameters: Mapping[str, str]) -> str:
    # OData wants its $ and its spaces as %20; a + would be read as one by some parsers only.
    query = urlencode(parameters, safe="$:,'()", quote_via=quote)
    return f"{base}?{query}" if query else base


class _Fresh(Struct, frozen=True):
    incidents: tuple[Incident, ...]
    bodies: tuple[bytes, ...]

    def first(self, most: int) -> _Fresh:
        return _Fresh(self.incidents[:most], self.bodies[:most])


class _Known:
    """Incidents that came already, so that a repeated one is given only where it changed."""

    def __init__(self) -> None:
        self._states: dict[str, object] = {}
        self._last: dict[str, tuple[Incident, bytes]] = {}

    def fresh(self, listed: _Listed) -> _Fresh:
        found: dict[str, tuple[Incident, bytes]] = {}
        bodies = listed.bodies or (b"",) * len(listed.incidents)
        for incident, body in zip(listed.incidents, bodies, strict=True):
            came = (incident, body)
            former = found.get(incident.id) or self._last.get(incident.id)
            if former is not None and former[1] != body:
                came = (_merged(_whole(*former), _whole(*came)), b"")
            elif former is not None and not body:
                came = (_merged(former[0], incident), b"")
            state = (came[0].updated, came[0].status, len(came[0].alerts))
            if self._states.get(incident.id) == state and incident.id not in found:
                continue
            self._states[incident.id] = state
            found[incident.id] = came
        self._last = found or self._last
        return _Fresh(
            tuple(incident for incident, _ in found.values()),
            tuple(body for _, body in found.values()) if listed.bodies else (),
        )


def _whole(incident: Incident, body: bytes) -> Incident:
    return decode_incident(parse(body)) if body else incident


def _merged(former: Incident, later: Incident) -> Incident:
    """One incident that came twice, with the alerts of both."""
    if former.updated and later.updated and later.updated < former.updated:
        former, later = later, former
    alerts: dict[object, Alert] = {alert_identity(alert): alert for alert in former.alerts}
    alerts.update((alert_identity(alert), alert) for alert in later.alerts)
    kept = tuple(alerts.values())
    raw = later.raw
    if len(kept) != len(later.alerts):
        # What is read from `raw` later has to have them as well.
        raw = {**raw, "alerts": [alert.raw for alert in kept]}
    return msgspec.structs.replace(later, alerts=kept, raw=raw)


async def _listed(answer: Answer, what: str, bulk: bool) -> _Listed:
    try:
        if len(answer.body) > _OFF_LOOP:
            return await asyncio.to_thread(_read, answer.body, bulk)
        return _read(answer.body, bulk)
    except BodyFault as fault:
        raise BadAnswer(
            f"{what} failed", fault.why, status=answer.status, request_id=answer.request_id
        ) from None


def _read(body: bytes, bulk: bool) -> _Listed:
    """The incidents of a page; what is none is named and the others are kept.

    Raises:
        BodyFault: It is no list at all.
    """
    items: list[Any]
    try:
        # Object by object, so that other threads get their turn within a large page.
        envelope = msgspec.json.decode(body, type=_Envelope)
        items, link, total = list(envelope.value), envelope.link, envelope.total
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        try:
            whole = parse(body)
        except BodyFault as fault:
            items = _whole_objects(body)
            if not items:
                raise
            return _decoded(items, "", None, fault.why)
        if isinstance(whole, list):
            whole = {"value": whole}
        if not isinstance(whole, dict) or "value" not in whole:
            raise BodyFault(_no_list(whole)) from None
        value = whole["value"]
        items = value if isinstance(value, list) else [] if value is None else [value]
        link, total = whole.get("@odata.nextLink"), whole.get("@odata.count")
    return _decoded(items, link, total, "", bulk)


_LIST = re.compile(r'"value"\s*:\s*\[')


def _whole_objects(body: bytes) -> list[Any]:
    """Those objects of a list that can be read, of a page that breaks off or goes wrong."""
    text = body.decode("utf-8-sig", "replace")
    start = _LIST.search(text)
    if start is None:
        return []
    decoder = json.JSONDecoder(strict=False)
    found: list[Any] = []
    at = start.end()
    while True:
        while at < len(text) and text[at] in ", \t\r\n":
            at += 1
        try:
            _, end = decoder.raw_decode(text, at)
            found.append(parse(text[at:end].encode("utf-8", "replace")))
        except (ValueError, RecursionError, BodyFault):
            return found
        at = end


def _decoded(
    items: list[Any], link: object, total: object, broken: str, bulk: bool = False
) -> _Listed:
    incidents: list[Incident] = []
    bodies: list[bytes] = []
    faults: list[str] = []
    for item in items:
        incident: Incident | None = None
        body = b""
        try:
            if bulk and isinstance(item, msgspec.Raw):
                body = bytes(item)
                incident = _briefly(body)
            if incident is None:
                body = b""
                raw = parse(bytes(item)) if isinstance(item, msgspec.Raw) else item
                incident = decode_incident(raw)
        except BodyFault as fault:
            faults.append(f"an incident cannot be read: {fault.why}")
            continue
        if incident.id:
            incidents.append(incident)
            bodies.append(body)
        else:
            named = f" (“{incident.name}”)" if incident.name else ""
            faults.append(f"an incident without an id{named} was left out")
    if link and not isinstance(link, str):
        broken = broken or "a page names the next one by what is no address"
    return _Listed(
        tuple(incidents),
        tuple(bodies) if bulk else (),
        link if isinstance(link, str) else "",
        total if isinstance(total, int) and not isinstance(total, bool) else None,
        tuple(dict.fromkeys(faults)),
        len(items),
        broken,
    )


def _briefly(body: bytes) -> Incident | None:
    """The incident as a list shows it; None where it has to be read with care."""
    if not body.startswith(b"{"):
        return None
    try:
        # All of it, so that what is kept is known to be JSON.
        raw = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return brief_incident(raw)


def _no_list(whole: object) -> str:
    error = whole.get("error") if isinstance(whole, dict) else None
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        return f"an error came in place of a list: “{visible(error['message'][:200])}”"
    return "JSON came that holds no list of incidents"
