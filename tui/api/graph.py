"""Microsoft Graph security: incidents and advanced hunting.

Source: *List incidents*, *Update incident*, *Update alert*, *Create comment for
incident*, *Create comment for alert*, *security: runHuntingQuery* (Graph v1.0).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from msgspec.structs import replace

from tui.api.decode import decode_comments
from tui.api.hunting import checked_timespan, hunt
from tui.api.incident_service import (
    after_change,
    arrived,
    both,
    checked_id,
    lost,
    not_there,
    one_incident,
    wanted,
)
from tui.api.paging import list_pages
from tui.api.protocols import Dialect, HuntAnswer, Page
from tui.api.records import ALERT_FIELDS, Comment, Incident, IncidentChange
from tui.api.request import Request
from tui.api.transport import Transport
from tui.errors import ServiceProblem, Unreachable, UsageProblem

_PAGE = 50
_PREFER = {"Prefer": "include-unknown-enum-members"}
_READ = "Read incidents"
_CHANGE = "Change incidents, comment"
_ALERTS = "Change alerts"
_NO_ALERT = "There is no such alert any more, or the application may not see it."
_NAMES = {
    "status": "status",
    "assigned_to": "assignedTo",
    "classification": "classification",
    "determination": "determination",
    "tags": "customTags",
    "severity": "severity",
    "name": "displayName",
}


class GraphIncidents:
    """`/security/incidents`."""

    dialect: Dialect = "graph"
    supports = frozenset({*_NAMES, "comment", "alert"})

    def __init__(self, transport: Transport, origin: str, now: Callable[[], datetime]) -> None:
        self._transport = transport
        self._origin = origin
        self._base = f"{origin}/v1.0/security/incidents"
        self._alerts = f"{origin}/v1.0/security/alerts_v2"
        self._now = now

    def pages(
        self,
        *,
        updated_since: datetime | None = None,
        odata: str | None = None,
        top: int | None = None,
        expand_alerts: bool = True,
        newest_first: bool = True,
        bulk: bool = False,
    ) -> AsyncIterator[Page]:
        """See `IncidentService.pages`."""
        parameters = {"$top": str(min(_PAGE, top) if top else _PAGE)}
        if condition := both(odata, "lastUpdateDateTime", updated_since):
            parameters["$filter"] = condition
        if newest_first:
            parameters["$orderby"] = "createdDateTime desc"
        if expand_alerts:
            parameters["$expand"] = "alerts"
        return list_pages(
            self._transport,
            lambda url: self._request("GET", url, "Listing incidents", _READ),
            self._base,
            parameters,
            origin=self._origin,
            top=top,
            skips=False,
            bulk=bulk,
        )

    async def get(self, incident_id: str) -> Incident:
        """See `IncidentService.get`."""
        what = f"Loading incident {checked_id(incident_id)}"
        url = f"{self._base}/{incident_id}?$expand=alerts"
        request = replace(self._request("GET", url, what, _READ), missing=not_there(incident_id))
        return one_incident(await self._transport.json(request), what)

    async def update(self, incident_id: str, change: IncidentChange) -> Incident:
        """See `IncidentService.update`."""
        what = f"Changing incident {checked_id(incident_id)}"
        fields = wanted(change, self.supports, "Graph")
        if isinstance(change.alert, str):
            return await self._update_alert(incident_id, change.alert, fields)
        comment = fields.pop("comment", None)
        changed: Any = None
        if fields:
            request = replace(
                self._request("PATCH", f"{self._base}/{incident_id}", what, _CHANGE),
                body={_NAMES[name]: value for name, value in fields.items()},
                idempotent=True,
                missing=not_there(incident_id),
            )
            changed = await self._transport.json(request)
        if isinstance(comment, str):
            await self.comment(incident_id, comment)
            changed = None
        return await after_change(changed, incident_id, lambda: self.get(incident_id))

    async def _update_alert(
        self, incident_id: str, alert_id: str, fields: dict[str, object]
    ) -> Incident:
        if others := [name for name in fields if name not in ALERT_FIELDS]:
            raise UsageProblem(f"An alert's {' and '.join(others)} cannot be changed")
        what = f"Changing an alert of incident {incident_id}"
        request = replace(
            self._request("PATCH", self._alert(alert_id), what, _ALERTS),
            body={_NAMES[name]: value for name, value in fields.items()},
            idempotent=True,
            missing=_NO_ALERT,
        )
        await self._transport.json(request)
        return await self.get(incident_id)

    async def comment(
        self,
        incident_id: str,
        text: str,
        *,
        tried: datetime | None = None,
        alert: str | None = None,
    ) -> tuple[Comment, ...]:
        """See `IncidentService.comment`."""
        what = f"Commenting on incident {checked_id(incident_id)}"
        url, feature, missing = f"{self._base}/{incident_id}", _CHANGE, not_there(incident_id)
        if alert is not None:
            what = f"Commenting on an alert of incident {incident_id}"
            url, feature, missing = self._alert(alert), _ALERTS, _NO_ALERT
        request = replace(
            self._request("POST", f"{url}/comments", what, feature),
            body={"@odata.type": "microsoft.graph.security.alertComment", "comment": text},
            missing=missing,
        )
        for last in (False, True):
            if tried is not None:
                present = await self._comments(incident_id, alert)
                if arrived(present, text, tried):
                    return present
            tried = self._now()
            try:
                answer = await self._transport.json(request)
            except (Unreachable, ServiceProblem) as problem:
                if last or not lost(problem):
                    raise
                continue
            comments = answer.get("value") if isinstance(answer, dict) else answer
            found = decode_comments(comments)
            return found or await self._comments(incident_id, alert)
        raise AssertionError("the last attempt returns or raises")

    async def _comments(self, incident_id: str, alert: str | None) -> tuple[Comment, ...]:
        incident = await self.get(incident_id)
        if alert is None:
            return incident.comments
        return next((one.comments for one in incident.alerts if one.id == alert), ())

    def _alert(self, alert_id: str) -> str:
        return f"{self._alerts}/{quote(alert_id, safe='')}"

    def _request(self, method: str, url: str, what: str, feature: str) -> Request:
        return Request(
            method, url, "graph", what, feature=feature, quota=f"graph {method}", headers=_PREFER
        )


class GraphHunting:
    """`/security/runHuntingQuery`."""

    dialect: Dialect = "graph"

    def __init__(self, transport: Transport, origin: str) -> None:
        self._transport = transport
        self._url = f"{origin}/v1.0/security/runHuntingQuery"

    async def run(
        self,
        query: str,
        *,
        timespan: str | None = None,
        to: Path,
        on_bytes: Callable[[int], None] | None = None,
    ) -> HuntAnswer:
        """See `HuntingService.run`."""
        body: dict[str, str] = {"Query": query}
        if timespan is not None:
            body["Timespan"] = checked_timespan(timespan)
        return await hunt(self._transport, "graph", self._url, body, to, on_bytes)
