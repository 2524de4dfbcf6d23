"""Lists that come page by page, followed to their end and not beyond."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from tui.api.body import BodyFault, parse
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
"""Pages in a row that bring nothing new before the list is taken to run in a circle."""


@dataclass(frozen=True, slots=True)
class _Listed:
    incidents: tuple[Incident, ...]
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
) -> AsyncIterator[Page]:
    """Follow a list of incidents.

    Args:
        make: Makes the request for an address.
        base: Address of the list, without a query.
        origin: Where next pages have to be.
        top: End after so many incidents.
        skips: Go on by `$skip` where the service names no next page.

    A service that does not heed `$skip` gives the same page again. That is the end, unless
    the page is full: then more may be there that cannot be had.

    Raises:
        BadAnswer: A page is no list, the next one is elsewhere, or there is no end.
    """
    known = _Known()
    url = _address(base, parameters)
    followed = {url}
    linked, skip, given, idle = False, 0, 0, 0
    former: tuple[str, ...] = ()
    full = int(parameters.get("$top", 1))
    for _ in range(_MOST_PAGES):
        request = make(url)
        answer = await transport.send(request)
        listed = await _listed(answer, request.what)
        fresh = known.fresh(listed.incidents)
        idle = 0 if fresh else idle + 1
        more = bool(listed.link) or (skips and not linked and listed.count >= full)
        if top is not None:
            more = more or len(fresh) > top - given
            fresh = fresh[: top - given]
        given += len(fresh)
        if fresh or listed.faults or listed.total is not None:
            yield Page(fresh, listed.total, listed.faults, more)
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
            if skip and not fresh and names == former:
                if listed.count != full:
                    return
                raise BadAnswer(
                    f"{request.what} was stopped",
                    f"the service gives the same {full} incidents again instead of the next ones",
                    "Ask for less with a filter; the incidents that came are kept.",
                    request_id=answer.request_id,
                )
            former = names
            skip += listed.count
            url = _address(base, {**parameters, "$skip": str(skip)})
        else:
            return
        if url in followed or idle >= _MOST_IDLE:
            raise BadAnswer(
                f"{request.what} was stopped",
                f"the pages of the service repeat themselves: after {given} incidents "
                + ("a page names one before it as the next" if url in followed else "none is new"),
                "Try again; the incidents that came are kept.",
                request_id=answer.request_id,
            )
        followed.add(url)
    raise BadAnswer(
        f"{request.what} was stopped",
        f"the list has no end: {_MOST_PAGES} pages came",
        "Ask for less with a filter; the incidents that came are kept.",
    )


def _address(base: str, parameters: Mapping[str, str]) -> str:
    # OData wants its $ and its spaces as %20; a + would be read as one by some parsers only.
    query = urlencode(parameters, safe="$:,'()", quote_via=quote)
    return f"{base}?{query}" if query else base


class _Known:
    """Incidents that came already, so that a repeated one is given only where it changed."""

    def __init__(self) -> None:
        self._states: dict[str, object] = {}
        self._last: dict[str, Incident] = {}

    def fresh(self, incidents: tuple[Incident, ...]) -> tuple[Incident, ...]:
        found: dict[str, Incident] = {}
        for incident in incidents:
            former = found.get(incident.id) or self._last.get(incident.id)
            merged = _merged(former, incident) if former is not None else incident
            state = (merged.updated, merged.status, len(merged.alerts))
            if self._states.get(incident.id) == state and incident.id not in found:
                continue
            self._states[incident.id] = state
            found[incident.id] = merged
        self._last = found or self._last
        return tuple(found.values())


def _merged(former: Incident, later: Incident) -> Incident:
    """One incident that came twice, with the alerts of both."""
    if former.updated and later.updated and later.updated < former.updated:
        former, later = later, former
    alerts: dict[object, Alert] = {alert_identity(alert): alert for alert in former.alerts}
    alerts.update((alert_identity(alert), alert) for alert in later.alerts)
    return msgspec.structs.replace(later, alerts=tuple(alerts.values()))


async def _listed(answer: Answer, what: str) -> _Listed:
    try:
        if len(answer.body) > _OFF_LOOP:
            return await asyncio.to_thread(_read, answer.body)
        return _read(answer.body)
    except BodyFault as fault:
        raise BadAnswer(
            f"{what} failed", fault.why, status=answer.status, request_id=answer.request_id
        ) from None


def _read(body: bytes) -> _Listed:
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
    return _decoded(items, link, total, "")


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


def _decoded(items: list[Any], link: object, total: object, broken: str) -> _Listed:
    incidents: list[Incident] = []
    faults: list[str] = []
    for item in items:
        try:
            raw = parse(bytes(item)) if isinstance(item, msgspec.Raw) else item
        except BodyFault as fault:
            faults.append(f"an incident cannot be read: {fault.why}")
            continue
        incident = decode_incident(raw)
        if incident.id:
            incidents.append(incident)
        else:
            named = f" (“{incident.name}”)" if incident.name else ""
            faults.append(f"an incident without an id{named} was left out")
    return _Listed(
        tuple(incidents),
        link if isinstance(link, str) else "",
        total if isinstance(total, int) and not isinstance(total, bool) else None,
        tuple(dict.fromkeys(faults)),
        len(items),
        broken,
    )


def _no_list(whole: object) -> str:
    error = whole.get("error") if isinstance(whole, dict) else None
    if isinstance(error, dict) and isinstance(error.get("message"), str):
        return f"an error came in place of a list: “{visible(error['message'][:200])}”"
    return "JSON came that holds no list of incidents"
