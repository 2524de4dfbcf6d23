"""Incidents read only as far as a list shows them, quickly; their JSON is kept beside them.

What is out of the ordinary in an object is read by `tui.api.decode` instead, so that both
ways say the same.

Source: *incident resource type*, *alert resource type* (Graph security API v1.0); *List
incidents API* (Microsoft Defender XDR).
"""

from __future__ import annotations

from typing import Any

import msgspec

from tui.api import values
from tui.api.records import Alert, Incident
from tui.api.values import Faults

_Text = str | None


class _Alert(msgspec.Struct):
    id: _Text = None
    alertId: _Text = None
    category: _Text = None
    createdDateTime: _Text = None
    creationTime: _Text = None
    firstActivityDateTime: _Text = None
    firstActivity: _Text = None
    lastActivityDateTime: _Text = None
    lastActivity: _Text = None


class _Incident(msgspec.Struct):
    id: _Text = None
    incidentId: str | int | None = None
    displayName: _Text = None
    incidentName: _Text = None
    severity: _Text = None
    status: _Text = None
    classification: _Text = None
    determination: _Text = None
    assignedTo: _Text = None
    createdDateTime: _Text = None
    createdTime: _Text = None
    lastUpdateDateTime: _Text = None
    lastUpdateTime: _Text = None
    customTags: list[str] | None = None
    tags: list[str] | None = None
    systemTags: list[str] | None = None
    priorityScore: int | None = None
    redirectIncidentId: str | int | None = None
    alerts: list[_Alert] | None = None


def brief_incident(raw: dict[str, Any]) -> Incident | None:
    """An incident with what a list shows of it and without `raw`.

    Its alerts have no more than their id, tactic and times. None where the object is not
    as the pages describe it: `decode_incident` then has to read it.
    """
    try:
        found = msgspec.convert(raw, _Incident)
    except msgspec.ValidationError:
        return None
    faults = Faults()
    identity = str(_first(found.id, found.incidentId) or "")
    alerts = [_alert(alert, identity, faults) for alert in found.alerts or ()]
    if len({alert.id for alert in alerts}) != len(alerts):
        return None
    incident = Incident(
        id=identity,
        name=_first(found.displayName, found.incidentName) or "",
        severity=values.word(found.severity, values.SEVERITY, "", faults),
        status=values.word(found.status, values.STATUS, "", faults),
        classification=values.word(found.classification, values.CLASSIFICATION, "", faults),
        determination=values.word(found.determination, values.DETERMINATION, "", faults),
        assigned_to=found.assignedTo or None,
        created=values.time(_first(found.createdDateTime, found.createdTime), "", faults),
        updated=values.time(_first(found.lastUpdateDateTime, found.lastUpdateTime), "", faults),
        tags=tuple(filter(None, _first(found.customTags, found.tags) or ())),
        system_tags=tuple(filter(None, found.systemTags or ())),
        priority=values.score(found.priorityScore, "", faults),
        redirect_id=None
        if found.redirectIncidentId is None
        else str(found.redirectIncidentId) or None,
        alerts=tuple(alerts),
    )
    return None if faults.words() or not identity else incident


def _first(one: Any, other: Any) -> Any:
    return other if one is None else one


def _alert(found: _Alert, incident_id: str, faults: Faults) -> Alert:
    return Alert(
        id=_first(found.id, found.alertId) or "",
        incident_id=incident_id,
        category=found.category or "",
        created=values.time(_first(found.createdDateTime, found.creationTime), "", faults),
        first_activity=values.time(
            _first(found.firstActivityDateTime, found.firstActivity), "", faults
        ),
        last_activity=values.time(
            _first(found.lastActivityDateTime, found.lastActivity), "", faults
        ),
    )
