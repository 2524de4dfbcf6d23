"""A service of incidents in memory, with faults on demand, and records to put into it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET

from tui.api.brief import brief_incident
from tui.api.decode import decode_incident
from tui.api.protocols import Page
from tui.api.records import Comment, Incident, IncidentChange
from tui.auth.profiles import Profile
from tui.errors import NotFound
from tui.incidents.queue import Queue

OpenQueue = Callable[..., Awaitable[Queue]]
"""Opens a queue: `offline=True` without a connection, `memory=True` without a file."""

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ME = "k.larsen@contoso.com"

PROFILE = Profile(name="contoso", tenant_id="contoso.com", client_id="app")

_GRAPH = {"assigned_to": "assignedTo", "tags": "customTags", "name": "displayName"}


def stamp(moment: datetime) -> str:
    """A moment as Graph writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def incident(number: int | str, **fields: Any) -> Incident:
    """An incident as it would come from Graph; fields by Graph's names."""
    age = timedelta(hours=int(number) if str(number).isdigit() and len(str(number)) < 6 else 1)
    raw: dict[str, Any] = {
        "id": str(number),
        "displayName": f"Incident {number}",
        "severity": "medium",
        "status": "active",
        "classification": "unknown",
        "determination": "unknown",
        "assignedTo": None,
        "createdDateTime": stamp(NOW - age),
        "lastUpdateDateTime": stamp(NOW - age),
        "customTags": [],
        "comments": [],
        "alerts": [{"id": f"a{number}", "title": "Files encrypted", "evidence": []}],
    }
    return decode_incident(raw | fields)


@dataclass
class FakeService:
    """Speaks as the Graph dialect does, from a dictionary."""

    incidents: dict[str, Incident] = field(default_factory=dict)
    page_size: int = 50
    dialect: str = "graph"
    supports: frozenset[str] = frozenset(IncidentChange.__struct_fields__)
    calls: list[tuple[Any, ...]] = field(default_factory=list)
    faults: list[Exception | None] = field(default_factory=list)
    """What the next writes raise, one after the other; None lets one pass."""
    before_page: Callable[[int], None] | None = None
    gate: asyncio.Event | None = None
    """Writes wait for it where there is one."""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the first write came."""
    clock: datetime = NOW
    lose_answer: bool = False
    """Do what is asked, then raise the fault."""

    def add(self, *incidents: Incident) -> None:
        for one in incidents:
            self.incidents[one.id] = one

    def change(self, incident_id: str, **fields: Any) -> None:
        """Somebody else changes an incident."""
        self.clock += timedelta(minutes=1)
        raw = {**self.incidents[incident_id].raw, **fields}
        raw["lastUpdateDateTime"] = stamp(self.clock)
        self.incidents[incident_id] = decode_incident(raw)

    async def pages(
        self, *, updated_since: datetime | None = None, odata: str | None = None, **_: Any
    ) -> AsyncIterator[Page]:
        self.calls.append(("list", updated_since, odata))
        until = datetime.fromisoformat(odata.removeprefix("createdDateTime le ")) if odata else None
        start = 0
        while True:
            if self.before_page is not None:
                self.before_page(start // self.page_size)
            rows = sorted(self.incidents.values(), key=lambda one: one.created or NOW, reverse=True)
            if updated_since is not None:
                rows = [row for row in rows if row.updated and row.updated >= updated_since]
            if until is not None:
                rows = [row for row in rows if row.created and row.created <= until]
            await asyncio.sleep(0)
            yield Page(tuple(rows[start : start + self.page_size]), len(rows))
            start += self.page_size
            if start >= len(rows):
                return

    async def get(self, incident_id: str) -> Incident:
        self.calls.append(("get", incident_id))
        if incident_id not in self.incidents:
            raise NotFound(f"Reading incident {incident_id} failed", "it does not exist")
        return self.incidents[incident_id]

    async def update(self, incident_id: str, change: IncidentChange) -> Incident:
        self.calls.append(("update", incident_id, change))
        await self._pass()
        fields = {
            _GRAPH.get(name, name): getattr(change, name)
            for name in IncidentChange.__struct_fields__
            if getattr(change, name) is not UNSET
        }
        self.change(incident_id, **msgspec.json.decode(msgspec.json.encode(fields)))
        self._lose()
        answer = dict(self.incidents[incident_id].raw)
        del answer["alerts"]  # Graph's answer to PATCH expands nothing
        return decode_incident(answer)

    async def comment(
        self, incident_id: str, text: str, *, tried: datetime | None = None
    ) -> tuple[Comment, ...]:
        self.calls.append(("comment", incident_id, text, tried))
        await self._pass()
        held = self.incidents[incident_id].comments
        if tried is None or all(comment.text != text for comment in held):
            comments = [
                *self.incidents[incident_id].raw["comments"],
                {"comment": text, "createdByDisplayName": "K", "createdDateTime": stamp(NOW)},
            ]
            self.change(incident_id, comments=comments)
        self._lose()
        return self.incidents[incident_id].comments

    async def _pass(self) -> None:
        self.asked.set()
        if self.gate is not None:
            await self.gate.wait()
        if self.faults and not self.lose_answer:
            fault = self.faults.pop(0)
            if fault is not None:
                raise fault

    def _lose(self) -> None:
        if self.faults and self.lose_answer:
            fault = self.faults.pop(0)
            if fault is not None:
                raise fault

    def writes(self) -> list[tuple[Any, ...]]:
        return [call for call in self.calls if call[0] in ("update", "comment")]


class BulkService(FakeService):
    """Gives its pages in bulk, as the services do."""

    async def pages(self, **given: Any) -> AsyncIterator[Page]:
        async for page in super().pages(**given):
            if not given.get("bulk"):
                yield page
                continue
            brief = [brief_incident(one.raw) for one in page.incidents]
            yield Page(
                tuple(short or one for short, one in zip(brief, page.incidents, strict=True)),
                page.total,
                bodies=tuple(
                    msgspec.json.encode(one.raw) if short else b""
                    for short, one in zip(brief, page.incidents, strict=True)
                ),
            )


class _Session:
    def __init__(self, service: FakeService) -> None:
        self._service = service

    def now(self) -> datetime:
        return self._service.clock

    def current(self, resource: str) -> None:
        return None


class FakeConnection:
    """A connection around the fake service."""

    def __init__(self, service: FakeService) -> None:
        self.incidents = service
        self.dialect = service.dialect
        self.session = _Session(service)
