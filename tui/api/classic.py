"""The classic Defender XDR API: incidents and advanced hunting. It ends on 2027-02-01.

Source: *List incidents API*, *Get incident information API*, *Update incidents API*,
*Advanced hunting API* (Microsoft Defender XDR).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from tui.api.hunting import hunt
from tui.api.incident_service import (
    after_change,
    arrived,
    both,
    checked_id,
    lost,
    no_alerts,
    not_there,
    one_incident,
    wanted,
)
from tui.api.paging import list_pages
from tui.api.protocols import Dialect, HuntAnswer, Page
from tui.api.records import Comment, Incident, IncidentChange
from tui.api.request import Request
from tui.api.transport import Transport
from tui.api.values import classic_spelling
from tui.errors import ServiceProblem, Unreachable, UsageProblem

_PAGE = 100
_READ = "Read incidents"
_CHANGE = "Change incidents, comment"
_NAMES = {
    "status": "status",
    "assigned_to": "assignedTo",
    "classification": "classification",
    "determination": "determination",
    "tags": "tags",
    "comment": "comment",
}
_ENUMS = frozenset({"status", "classification", "determination"})


class ClassicIncidents:
    """`/api/incidents`."""

    dialect: Dialect = "classic"
    supports = frozenset(_NAMES)

    def __init__(self, transport: Transport, origin: str, now: Callable[[], datetime]) -> None:
        self._transport = transport
        self._origin = origin
        self._base = f"{origin}/api/incidents"
        self._now = now

    def pages(
        self,
        *,
        updated_since: datetime | None = None,
        odata: str | None = None,
        top: int | None = None,
        expand_alerts: bool = True,  # noqa: ARG002
        newest_first: bool = True,  # noqa: ARG002
        bulk: bool = False,
    ) -> AsyncIterator[Page]:
        """See `IncidentService.pages`; this API always sends alerts, newest first."""
        parameters = {"$top": str(min(_PAGE, top) if top else _PAGE)}
        if condition := both(odata, "lastUpdateTime", updated_since):
            parameters["$filter"] = condition
        return list_pages(
            self._transport,
            lambda url: Request(
                "GET", url, "classic", "Listing incidents", feature=_READ, quota="classic list"
            ),
            self._base,
            parameters,
            origin=self._origin,
            top=top,
            skips=True,
            bulk=bulk,
        )

    async def get(self, incident_id: str) -> Incident:
        """See `IncidentService.get`."""
        what = f"Loading incident {checked_id(incident_id)}"
        request = Request(
            "GET",
            f"{self._base}/{incident_id}",
            "classic",
            what,
            feature=_READ,
            quota="classic get",
            missing=not_there(incident_id),
        )
        return one_incident(await self._transport.json(request), what)

    async def update(self, incident_id: str, change: IncidentChange) -> Incident:
        """See `IncidentService.update`; fields and comment go in one request."""
        what = f"Changing incident {checked_id(incident_id)}"
        fields = wanted(change, self.supports, "the classic API")
        comment = fields.get("comment")
        if isinstance(comment, str):
            return await self._with_comment(incident_id, what, fields, comment, None)
        return await self._patch(incident_id, what, fields)

    async def comment(
        self,
        incident_id: str,
        text: str,
        *,
        tried: datetime | None = None,
        alert: str | None = None,
    ) -> tuple[Comment, ...]:
        """See `IncidentService.comment`; alerts have no comments of their own here."""
        if alert is not None:
            raise no_alerts("the classic API")
        what = f"Commenting on incident {checked_id(incident_id)}"
        fields: dict[str, object] = {"comment": text}
        return (await self._with_comment(incident_id, what, fields, text, tried)).comments

    async def _with_comment(
        self,
        incident_id: str,
        what: str,
        fields: dict[str, object],
        text: str,
        tried: datetime | None,
    ) -> Incident:
        for last in (False, True):
            if tried is not None:
                present = await self.get(incident_id)
                if arrived(present.comments, text, tried):
                    return present
            tried = self._now()
            try:
                return await self._patch(incident_id, what, fields)
            except (Unreachable, ServiceProblem) as problem:
                if last or not lost(problem):
                    raise
        raise AssertionError("the last attempt returns or raises")

    async def _patch(self, incident_id: str, what: str, fields: dict[str, object]) -> Incident:
        request = Request(
            "PATCH",
            f"{self._base}/{incident_id}",
            "classic",
            what,
            feature=_CHANGE,
            quota="classic update",
            body={_NAMES[name]: _written(name, value) for name, value in fields.items()},
            idempotent="comment" not in fields,
            missing=not_there(incident_id),
        )
        changed: Any = await self._transport.json(request)
        return await after_change(changed, incident_id, lambda: self.get(incident_id))


def _written(name: str, value: object) -> object:
    if value is None:
        # A null is read as "leave it"; the empty owner is nobody.
        return ""
    if name in _ENUMS and isinstance(value, str):
        return classic_spelling(value)
    return value


class ClassicHunting:
    """`/api/advancedhunting/run`."""

    dialect: Dialect = "classic"

    def __init__(self, transport: Transport, origin: str) -> None:
        self._transport = transport
        self._url = f"{origin}/api/advancedhunting/run"

    async def run(
        self,
        query: str,
        *,
        timespan: str | None = None,
        to: Path,
        on_bytes: Callable[[int], None] | None = None,
    ) -> HuntAnswer:
        """See `HuntingService.run`."""
        if timespan is not None:
            raise no_timespan()
        return await hunt(self._transport, "classic", self._url, {"Query": query}, to, on_bytes)


def no_timespan() -> UsageProblem:
    """What to say to whoever gives a time span to the classic API."""
    return UsageProblem(
        "The time span cannot be used",
        "the classic API has none: a query there always reaches back 30 days",
        'Leave it out and filter by time in the query, or use api = "graph".',
    )
