"""The classic incidents API of Microsoft Defender XDR.

Source: *List incidents API*, *Get incident API*, *Update incidents API*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from tui.demo.service import edits, enums
from tui.demo.service.answers import JsonAnswer
from tui.demo.service.auth import caller_name, require, tenant_of
from tui.demo.service.classic_shape import incident_object
from tui.demo.service.faults import bad_request, not_found
from tui.demo.service.listing import Rules, json_object, next_link, page, selected, understand
from tui.demo.service.odata import Field
from tui.demo.story.record import Record

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tui.demo.tenant import Tenant

_READ = ("Incident.Read.All", "Incident.ReadWrite.All")
_WRITE = ("Incident.ReadWrite.All",)

_INCIDENTS: Rules[Record] = Rules(
    {
        "lastUpdateTime": Field(lambda one: one.updated, "time"),
        "createdTime": Field(lambda one: one.created, "time"),
        "status": Field(lambda one: one.status, "enum", enums.numbers(enums.INCIDENT_STATUS)),
        "assignedTo": Field(lambda one: one.assigned),
    },
    "microsoft.windowsDefenderATP.api.Incident",
    largest=100,
    usual=100,
    options=frozenset({"$filter", "$top", "$skip", "$orderby", "$count", "$expand", "$select"}),
    code="ODataError",
)


def _context(request: Request, what: str) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/api/$metadata#{what}"


def _count(request: Request, quota: str) -> Tenant:
    tenant = tenant_of(request)
    tenant.quotas.take(quota, "classic", tenant.clock.now())
    return tenant


def _record(request: Request, tenant: Tenant) -> Record:
    text = request.path_params["incident"]
    if not text.isascii() or not text.isdigit():
        message = f"Incident id '{text[:40]}' is not a number"
        raise bad_request(message, code="InvalidInput")
    record = tenant.queue.get(int(text)) if len(text) < 19 else None
    if record is None:
        raise not_found(f"Incident {text[:40]}", "classic")
    return record


async def list_incidents(request: Request) -> Response:
    """`GET /api/incidents`."""
    require(request, "classic", _READ)
    tenant = _count(request, "classic-incidents")
    asked = understand(request, _INCIDENTS)
    records, total, more = page(tenant.queue.records, asked)
    body: dict[str, Any] = {"@odata.context": _context(request, "Incidents")}
    if asked.count:
        body["@odata.count"] = total
    body["value"] = [
        selected(incident_object(record, tenant), asked, _INCIDENTS) for record in records
    ]
    if more:
        body["@odata.nextLink"] = next_link(request, asked)
    return JsonAnswer(body)


async def get_incident(request: Request) -> Response:
    """`GET /api/incidents/{id}`."""
    require(request, "classic", _READ)
    tenant = _count(request, "classic-incident")
    found = incident_object(_record(request, tenant), tenant)
    return JsonAnswer({"@odata.context": _context(request, "Incidents/$entity"), **found})


_FIELDS = {"status", "assignedTo", "classification", "determination", "tags", "comment"}
_STATUSES = enums.writable(("active", "inProgress", "resolved", "redirected"))
_REFUSAL = "InvalidRequestBody"
_VALUE = "InvalidInput"


def _changes(body: dict[str, Any]) -> dict[str, Any]:
    edits.unknown_properties(body, _FIELDS, _REFUSAL)
    changes: dict[str, Any] = {}
    if "status" in body:
        changes["status"] = edits.member(body, "status", _STATUSES, _VALUE)
    if "assignedTo" in body:
        changes["assigned"] = edits.owner(body, "assignedTo", _VALUE)
    if "classification" in body:
        found = edits.member(body, "classification", edits.CLASSIFICATIONS, _VALUE)
        changes["classification"] = found
    if "determination" in body:
        found = edits.member(body, "determination", edits.DETERMINATIONS, _VALUE)
        changes["determination"] = found
    if "tags" in body:
        changes["tags"] = edits.tags(body, "tags", _VALUE)
    if body.get("comment") is not None:
        changes["comment"] = edits.text(body, "comment", _VALUE)
        if not changes["comment"].strip():
            raise bad_request("The property 'comment' must not be empty.", code=_VALUE)
    if not changes:
        raise bad_request(
            "The request body must name at least one property.", code="MissingRequiredParameter"
        )
    return changes


async def update_incident(request: Request) -> Response:
    """`PATCH /api/incidents/{id}`."""
    claims = require(request, "classic", _WRITE)
    tenant = _count(request, "classic-update")
    record = _record(request, tenant)
    changes = _changes(await json_object(request, _REFUSAL))
    now = tenant.clock.now()
    edits.apply(record, changes, author=caller_name(claims), now=now, code=_VALUE)
    found = incident_object(record, tenant)
    return JsonAnswer({"@odata.context": _context(request, "Incidents/$entity"), **found})


def routes() -> list[Route]:
    """The classic API's routes."""
    return [
        Route("/api/incidents", list_incidents, methods=["GET"]),
        Route("/api/incidents/{incident}", get_incident, methods=["GET"]),
        Route("/api/incidents/{incident}", update_incident, methods=["PATCH"]),
    ]
