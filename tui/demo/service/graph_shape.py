"""Incidents and alerts as Microsoft Graph writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.demo.identity import TENANT_ID
from tui.demo.options import stamp
from tui.demo.story.alert import PORTAL
from tui.demo.story.record import Record, Told

if TYPE_CHECKING:
    from starlette.requests import Request

    from tui.demo.service.listing import Expansion
    from tui.demo.tenant import Tenant


_NEWER_MEMBERS = {
    "status": {"awaitingAction"},
    "serviceSource": {
        "microsoftDefenderForCloud",
        "microsoftSentinel",
        "microsoftInsiderRiskManagement",
        "microsoftThreatIntelligence",
    },
    "detectionSource": {
        "microsoftDefenderForStorage",
        "scheduledAlerts",
        "nrtAlerts",
        "builtInMl",
        "microsoftInsiderRiskManagement",
        "microsoftThreatIntelligence",
        "microsoftSentinel",
    },
    "remediationStatus": {
        "active",
        "pendingApproval",
        "declined",
        "unremediated",
        "running",
        "partiallyRemediated",
    },
}
"""Members that a client sees only where it asks for them; `unknownFutureValue` otherwise."""


def knows_newer(request: Request) -> bool:
    return "include-unknown-enum-members" in request.headers.get("prefer", "").lower()


def _dated(thing: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    changed = {
        name: "unknownFutureValue" for name in names if thing.get(name) in _NEWER_MEMBERS[name]
    }
    return {**thing, **changed} if changed else thing


def alert_object(alert: Told, *, newer: bool) -> dict[str, Any]:
    """An alert as Graph sends it."""
    if newer:
        return alert
    dated = _dated(alert, ("serviceSource", "detectionSource"))
    evidence = [_dated(one, ("remediationStatus",)) for one in alert["evidence"]]
    return {**dated, "evidence": evidence}


def incident_object(
    record: Record, tenant: Tenant, *, expand: Expansion | None, newer: bool
) -> dict[str, Any]:
    """An incident as Graph sends it."""
    found: dict[str, Any] = {
        "id": str(record.number),
        "tenantId": TENANT_ID,
        "status": record.status,
        "incidentWebUrl": f"{PORTAL}/incident2/{record.number}/overview?tid={TENANT_ID}",
        "redirectIncidentId": str(record.redirect) if record.redirect else None,
        "displayName": record.name,
        "createdDateTime": stamp(record.created),
        "lastUpdateDateTime": stamp(record.updated),
        "assignedTo": record.assigned,
        "classification": record.classification,
        "determination": record.determination,
        "severity": record.severity,
        "customTags": record.tags,
        "systemTags": record.system_tags,
        "description": record.description,
        "lastModifiedBy": record.modified_by,
        "resolvingComment": record.resolving_comment,
        "summary": record.summary,
        "recommendedActions": record.recommended_actions,
        "priorityScore": record.priority,
        "comments": record.comments,
    }
    if not newer:
        found = _dated(found, ("status",))
    if expand:
        alerts = tenant.queue.alerts(record)
        found["alerts"] = expand.of([alert_object(alert, newer=newer) for alert in alerts])
    return found
