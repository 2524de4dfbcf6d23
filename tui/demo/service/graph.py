"""Microsoft Graph's security API: incidents and alerts.

Source: *List incidents*, *Get incident*, *Update incident*, *Create comment for incident*,
*List alerts_v2*, *Update alert* (Microsoft Graph v1.0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from tui.demo.options import stamp
from tui.demo.service import edits, enums
from tui.demo.service.answers import JsonAnswer
from tui.demo.service.auth import caller_name, require, tenant_of
from tui.demo.service.faults import bad_request, not_found
from tui.demo.service.graph_shape import alert_object, incident_object, knows_newer
from tui.demo.service.listing import Rules, json_object, next_link, page, selected, understand
from tui.demo.service.odata import Field, parse_time
from tui.demo.story.alert import place_of
from tui.demo.story.record import Record, Told, comment

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from tui.demo.tenant import Tenant

_CODE = "BadRequest"
_READ_INCIDENTS = ("SecurityIncident.Read.All", "SecurityIncident.ReadWrite.All")
_WRITE_INCIDENTS = ("SecurityIncident.ReadWrite.All",)
_READ_ALERTS = ("SecurityAlert.Read.All", "SecurityAlert.ReadWrite.All")
_WRITE_ALERTS = ("SecurityAlert.ReadWrite.All",)
_OPTIONS = frozenset({"$filter", "$top", "$skip", "$orderby", "$count", "$expand", "$select"})

_DETERMINATION = enums.numbers(enums.DETERMINATION, enums.OLDER_DETERMINATIONS)
_SEVERITY = enums.numbers(enums.SEVERITY)

_INCIDENTS: Rules[Record] = Rules(
    {
        "id": Field(lambda one: str(one.number)),
        "displayName": Field(lambda one: one.name),
        "assignedTo": Field(lambda one: one.assigned),
        "classification": Field(
            lambda one: one.classification, "enum", enums.numbers(enums.CLASSIFICATION)
        ),
        "determination": Field(lambda one: one.determination, "enum", _DETERMINATION),
        "severity": Field(lambda one: one.severity, "enum", _SEVERITY),
        "status": Field(lambda one: one.status, "enum", enums.numbers(enums.INCIDENT_STATUS)),
        "createdDateTime": Field(lambda one: one.created, "time"),
        "lastUpdateDateTime": Field(lambda one: one.updated, "time"),
        "priorityScore": Field(lambda one: one.priority, "number"),
        "customTags": Field(lambda one: one.tags, "texts"),
        "systemTags": Field(lambda one: one.system_tags, "texts"),
    },
    "microsoft.graph.security.incident",
    largest=50,
    usual=50,
    options=_OPTIONS,
)

_ALERTS: Rules[Told] = Rules(
    {
        name: Field(lambda one, name=name: one[name])  # type: ignore[misc]
        for name in (
            "id",
            "title",
            "assignedTo",
            "category",
            "detectionSource",
            "incidentId",
            "serviceSource",
        )
    }
    | {
        name: Field(lambda one, name=name: one[name], "enum", members)  # type: ignore[misc]
        for name, members in (
            ("classification", enums.numbers(enums.CLASSIFICATION)),
            ("determination", _DETERMINATION),
            ("severity", _SEVERITY),
            ("status", enums.numbers(enums.ALERT_STATUS)),
        )
    }
    | {
        name: Field(lambda one, name=name: parse_time(one[name]) if one[name] else None, "time")  # type: ignore[misc]
        for name in (
            "createdDateTime",
            "lastUpdateDateTime",
            "firstActivityDateTime",
            "lastActivityDateTime",
            "resolvedDateTime",
        )
    },
    "microsoft.graph.security.alert",
    largest=2000,
    usual=100,
    options=_OPTIONS - {"$expand"},
)


def _context(request: Request, what: str) -> str:
    return f"{request.url.scheme}://{request.url.netloc}/v1.0/$metadata#security/{what}"


def _headers(request: Request) -> dict[str, str]:
    if knows_newer(request):
        return {"Preference-Applied": "include-unknown-enum-members"}
    return {}


def _count(request: Request) -> Tenant:
    tenant = tenant_of(request)
    tenant.quotas.take("graph-security", "graph", tenant.clock.now())
    return tenant


def _record(request: Request, tenant: Tenant) -> Record:
    text = request.path_params["incident"]
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    record = None if number is None else tenant.queue.get(number)
    if record is None:
        raise not_found(f"Incident with id {text[:40]}", "graph")
    return record


async def list_incidents(request: Request) -> Response:
    """`GET /security/incidents`."""
    require(request, "graph", _READ_INCIDENTS)
    tenant = _count(request)
    asked = understand(request, _INCIDENTS)
    records, total, more = page(tenant.queue.records, asked)
    newer = knows_newer(request)
    body: dict[str, Any] = {"@odata.context": _context(request, "incidents")}
    if asked.count:
        body["@odata.count"] = total
    if more:
        body["@odata.nextLink"] = next_link(request, asked)
    body["value"] = [
        selected(
            incident_object(record, tenant, expand=asked.expand, newer=newer),
            asked,
            _INCIDENTS,
        )
        for record in records
    ]
    return JsonAnswer(body, headers=_headers(request))


async def get_incident(request: Request) -> Response:
    """`GET /security/incidents/{id}`."""
    require(request, "graph", _READ_INCIDENTS)
    tenant = _count(request)
    asked = understand(request, _INCIDENTS)
    record = _record(request, tenant)
    found = incident_object(record, tenant, expand=asked.expand, newer=knows_newer(request))
    body = {
        "@odata.context": _context(request, "incidents/$entity"),
        **selected(found, asked, _INCIDENTS),
    }
    return JsonAnswer(body, headers=_headers(request))


_PATCHED = {
    "assignedTo": "assigned",
    "classification": "classification",
    "determination": "determination",
    "status": "status",
    "severity": "severity",
    "displayName": "name",
    "customTags": "tags",
    "resolvingComment": "resolving_comment",
    "summary": "summary",
    "description": "description",
}


def _changes(body: dict[str, Any]) -> dict[str, Any]:
    edits.unknown_properties(body, set(_PATCHED), _CODE)
    changes: dict[str, Any] = {}
    for name, attribute in _PATCHED.items():
        if name not in body:
            continue
        if name == "assignedTo":
            changes[attribute] = edits.owner(body, name, _CODE)
        elif name == "customTags":
            changes[attribute] = edits.tags(body, name, _CODE)
        elif name in _ENUMS:
            changes[attribute] = edits.member(body, name, _ENUMS[name], _CODE)
        elif name == "displayName":
            changes[attribute] = edits.text(body, name, _CODE)
        else:
            changes[attribute] = edits.words(body, name, _CODE)
    return changes


_ENUMS = {
    "classification": edits.CLASSIFICATIONS,
    "determination": edits.DETERMINATIONS,
    "status": edits.STATUSES,
    "severity": edits.SEVERITIES,
}


async def update_incident(request: Request) -> Response:
    """`PATCH /security/incidents/{id}`."""
    claims = require(request, "graph", _WRITE_INCIDENTS)
    tenant = _count(request)
    record = _record(request, tenant)
    changes = _changes(await json_object(request, _CODE))
    if changes:
        now = tenant.clock.now()
        edits.apply(record, changes, author=caller_name(claims), now=now, code=_CODE)
    found = incident_object(record, tenant, expand=None, newer=knows_newer(request))
    body = {"@odata.context": _context(request, "incidents/$entity"), **found}
    return JsonAnswer(body, headers=_headers(request))


async def _comment_text(request: Request) -> str:
    body = await json_object(request, _CODE)
    edits.unknown_properties(body, {"comment"}, _CODE)
    if "comment" not in body:
        raise bad_request("The property 'comment' is required.")
    text = edits.text(body, "comment", _CODE)
    if not text.strip():
        raise bad_request("The property 'comment' must not be empty.")
    return text


async def comment_incident(request: Request) -> Response:
    """`POST /security/incidents/{id}/comments`; answers the whole list."""
    claims = require(request, "graph", _WRITE_INCIDENTS)
    tenant = _count(request)
    record = _record(request, tenant)
    text = await _comment_text(request)
    now = tenant.clock.now()
    edits.apply(record, {"comment": text}, author=caller_name(claims), now=now, code=_CODE)
    context = _context(request, f"incidents('{record.number}')/comments")
    return JsonAnswer({"@odata.context": context, "value": record.comments})


async def list_alerts(request: Request) -> Response:
    """`GET /security/alerts_v2`."""
    require(request, "graph", _READ_ALERTS)
    tenant = _count(request)
    asked = understand(request, _ALERTS)
    queue = tenant.queue
    everything: list[Told] = []
    enough = None if asked.passes or asked.sort or asked.count else asked.skip + asked.top + 1
    for record in queue:
        everything += queue.alerts(record)
        if enough is not None and len(everything) >= enough:
            break
    alerts, total, more = page(everything, asked)
    newer = knows_newer(request)
    body: dict[str, Any] = {"@odata.context": _context(request, "alerts_v2")}
    if asked.count:
        body["@odata.count"] = total
    if more:
        body["@odata.nextLink"] = next_link(request, asked)
    body["value"] = [selected(alert_object(alert, newer=newer), asked, _ALERTS) for alert in alerts]
    return JsonAnswer(body, headers=_headers(request))


def _alert(request: Request, tenant: Tenant) -> tuple[Record, Told]:
    identifier = request.path_params["alert"]
    place = place_of(identifier)
    record = tenant.queue.get(place[0]) if place else None
    if record is not None:
        for alert in tenant.queue.alerts(record):
            if alert["id"] == identifier:
                return record, alert
    raise not_found(f"Alert with id {identifier[:80]}", "graph")


def _alert_answer(request: Request, alert: Told) -> Response:
    body = {
        "@odata.context": _context(request, "alerts_v2/$entity"),
        **alert_object(alert, newer=knows_newer(request)),
    }
    return JsonAnswer(body, headers=_headers(request))


async def get_alert(request: Request) -> Response:
    """`GET /security/alerts_v2/{id}`."""
    require(request, "graph", _READ_ALERTS)
    return _alert_answer(request, _alert(request, _count(request))[1])


def _edit_alert(record: Record, alert: Told, changes: dict[str, Any], tenant: Tenant) -> None:
    now = tenant.clock.now()
    edited = {**record.edits.get(alert["id"], {}), **changes, "lastUpdateDateTime": stamp(now)}
    if changes.get("status") == "resolved":
        edited["resolvedDateTime"] = stamp(now)
    record.edits[alert["id"]] = edited
    record.updated = max(now, record.updated)


async def update_alert(request: Request) -> Response:
    """`PATCH /security/alerts_v2/{id}`."""
    require(request, "graph", _WRITE_ALERTS)
    tenant = _count(request)
    record, alert = _alert(request, tenant)
    body = await json_object(request, _CODE)
    members = {**_ENUMS, "status": edits.ALERT_STATUSES}
    known = {"status", "assignedTo", "classification", "determination", "customDetails"}
    edits.unknown_properties(body, known, _CODE)
    changes: dict[str, Any] = {}
    for name in body:
        if name == "assignedTo":
            changes[name] = edits.owner(body, name, _CODE)
        elif name == "customDetails":
            changes[name] = body[name]
        elif name in members:
            changes[name] = edits.member(body, name, members[name], _CODE)
    _edit_alert(record, alert, changes, tenant)
    return _alert_answer(request, _alert(request, tenant)[1])


async def comment_alert(request: Request) -> Response:
    """`POST /security/alerts_v2/{id}/comments`; answers the whole list."""
    claims = require(request, "graph", _WRITE_ALERTS)
    tenant = _count(request)
    record, alert = _alert(request, tenant)
    text = await _comment_text(request)
    said = comment(text, caller_name(claims), tenant.clock.now())
    comments = [*alert["comments"], said]
    _edit_alert(record, alert, {"comments": comments}, tenant)
    context = _context(request, f"alerts_v2('{alert['id']}')/comments")
    return JsonAnswer({"@odata.context": context, "value": comments})


def routes() -> list[Route]:
    """Graph's routes."""
    incidents, alerts = "/v1.0/security/incidents", "/v1.0/security/alerts_v2"
    return [
        Route(incidents, list_incidents, methods=["GET"]),
        Route(incidents + "/{incident}", get_incident, methods=["GET"]),
        Route(incidents + "/{incident}", update_incident, methods=["PATCH"]),
        Route(incidents + "/{incident}/comments", comment_incident, methods=["POST"]),
        Route(alerts, list_alerts, methods=["GET"]),
        Route(alerts + "/{alert}", get_alert, methods=["GET"]),
        Route(alerts + "/{alert}", update_alert, methods=["PATCH"]),
        Route(alerts + "/{alert}/comments", comment_alert, methods=["POST"]),
    ]
