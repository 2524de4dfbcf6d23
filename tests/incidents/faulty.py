"""A demo tenant behind a proxy on a real socket that spoils what it is told to spoil."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import copy
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx

from tests.faults.server import Answer, FaultServer, Seen
from tui.auth.clouds import custom_cloud
from tui.auth.profiles import Profile
from tui.auth.secret import Secret
from tui.config import HostTable
from tui.demo.identity import applications
from tui.demo.server import DemoTenant
from tui.demo.story.queue import Queue as Records
from tui.demo.story.record import Record

LISTS = {"graph": "/v1.0/security/incidents", "classic": "/api/incidents"}
PAGE_FAULTS = (
    "cut",
    "busy",
    "throttle",
    "garbage",
    "repeat",
    "circle",
    "endless",
    "skip",
    "shuffle",
    "double",
    "unlinked",
)
WRITE_FAULTS = ("lost", "busy", "refuse", "throttle")


class Tenancy:
    """The demo tenant's incidents, changed as others would change them."""

    def __init__(self, demo: DemoTenant, incidents: int) -> None:
        self._tenant = demo.tenant
        self._next = 900_000
        tenant = demo.tenant
        fresh = Records(incidents, demo.options.seed, tenant.clock.start)
        tenant.__dict__["queue"] = fresh

    @property
    def records(self) -> list[Record]:
        return self._tenant.queue.records

    def at(self, place: int) -> Record:
        """An incident; any number names one."""
        return self.records[place % len(self.records)]

    def touch(self, record: Record, **fields: Any) -> None:
        for name, value in fields.items():
            setattr(record, name, value)
        record.updated = max(self._tenant.clock.now(), record.updated + timedelta(microseconds=1))
        record.modified_by = "Somebody else"

    def add(self, place: int) -> Record:
        """A new incident like another one."""
        record = copy(self.at(place))
        self._next += 1
        record.number = self._next
        record.created = self._tenant.clock.now()
        record.comments, record.edits, record.tags = [], {}, list(record.tags)
        self.touch(record, name=f"New {record.number}")
        self.records.insert(0, record)
        self._tenant.queue._by_number[record.number] = record
        return record

    def remove(self, record: Record) -> None:
        self.records.remove(record)
        del self._tenant.queue._by_number[record.number]

    def merge(self, record: Record, into: Record) -> None:
        """The alerts go to the other one, and it says where."""
        if record is into:
            return
        own, others = record.tell, into.tell
        into.tell = lambda: [*others(), *own()]
        record.tell = list
        for one in (record, into):
            self._tenant.queue._told.pop(one.number, None)
        self.touch(record, status="redirected", redirect=into.number)
        self.touch(into)


class Proxy:
    """Stands before a tenant and answers in its place where it was told to."""

    def __init__(self, server: FaultServer, origin: str, api: str) -> None:
        self._server = server
        self._origin = origin
        self._api = api
        self._client = httpx.Client(timeout=60)
        self._former: dict[str, Any] = {}
        self.pages: dict[int, str] = {}
        """What becomes of the first page, the second, …"""
        self.before_page: dict[int, Callable[[], None]] = {}
        """What happens right before that page is told."""
        self.writes: list[str] = []
        """What becomes of the next changes; empty where they are let pass."""
        self.linked = True
        """Whether the classic API names next pages."""
        self.came = 0
        self.requests: list[str] = []
        for method in ("GET", "POST", "PATCH"):
            server.on(method, "*", self._answer)

    def calm(self) -> None:
        """Spoil nothing any more."""
        self.pages, self.before_page, self.writes, self.came = {}, {}, [], 0

    def close(self) -> None:
        self._client.close()

    def _answer(self, seen: Seen) -> Answer:
        if seen.path == LISTS[self._api] and seen.method == "GET":
            self.came += 1
            self.before_page.get(self.came, lambda: None)()
            return self._page(self.pages.get(self.came, ""), seen)
        if seen.method in ("PATCH", "POST") and "token" not in seen.path:
            fault = self.writes.pop(0) if self.writes else ""
            self.requests.append(f"{seen.method} {seen.path}")
            if fault in ("busy", "refuse", "throttle"):
                return _refusal({"busy": 503, "refuse": 400, "throttle": 429}[fault])
            answer = self._forward(seen)
            return _cut(answer) if fault == "lost" else answer
        return self._forward(seen)

    def _page(self, fault: str, seen: Seen) -> Answer:
        if fault in ("busy", "throttle"):
            return _refusal(503 if fault == "busy" else 429)
        if fault == "garbage":
            return Answer(200, {"content-type": "text/html"}, b"<html><title>Proxy</title>")
        answer = self._forward(seen)
        if fault == "cut":
            return _cut(answer)
        if answer.status != 200:
            return answer
        page = json.loads(answer.body)
        before, self._former = self._former, page
        link = page.get("@odata.nextLink")
        here = f"{self._server.url}{seen.path}?{seen.query}"
        if fault == "repeat" and before:
            page = before
        elif fault == "circle":
            page = {**page, "@odata.nextLink": here}
        elif fault == "endless":
            page = {**page, "@odata.nextLink": f"{here}&p={self.came}"}
            self.pages[self.came + 1] = "endless"
        elif fault == "skip":
            page = {**page, "value": page["value"][::2]}
        elif fault == "shuffle":
            page = {**page, "value": page["value"][::-1]}
        elif fault == "double":
            page = {**page, "value": [*before.get("value", []), *page["value"]]}
        if (fault == "unlinked" or not self.linked) and self._api == "classic" and link:
            page = {name: value for name, value in page.items() if name != "@odata.nextLink"}
        return Answer(200, {"content-type": "application/json"}, json.dumps(page).encode())

    def _forward(self, seen: Seen) -> Answer:
        query = quote(seen.query, safe="=&$:,'()")
        kept = {
            name: value
            for name, value in seen.headers.items()
            if name in ("authorization", "content-type", "prefer", "client-request-id")
        }
        answer = self._client.request(
            seen.method,
            f"{self._origin}{quote(seen.path)}" + (f"?{query}" if query else ""),
            content=seen.body,
            headers={**kept, "host": self._server.url.removeprefix("http://")},
        )
        headers = {"content-type": answer.headers.get("content-type", "application/json")}
        return Answer(answer.status_code, headers, answer.content)


def _cut(answer: Answer) -> Answer:
    return Answer(
        answer.status,
        answer.headers,
        answer.body[: len(answer.body) // 2],
        length=len(answer.body),
        reset=True,
    )


def _refusal(status: int) -> Answer:
    body = {"error": {"code": "Told", "message": "as it was told to"}}
    return Answer(status, {"content-type": "application/json"}, json.dumps(body).encode())


def profile_at(origin: str, api: str) -> Profile:
    """Whoever may do everything in the demo tenant."""
    app = applications()[0]
    return Profile(
        name="contoso",
        tenant_id=app.tenant_id,
        client_id=app.client_id,
        cloud=custom_cloud(HostTable(authority=origin)),
        api=api,  # type: ignore[arg-type]
        credential="prompt",
        given_secret=Secret(app.client_secret),
    )
