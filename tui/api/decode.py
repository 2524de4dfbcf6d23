"""JSON of either dialect into records: lenient, nothing lost, never raising for content.

Names of both dialects are understood in either, for recorded answers mix them.

Source: *incident resource type*, *alert resource type* (Graph security API v1.0); *List
incidents API* (Microsoft Defender XDR).
"""

from __future__ import annotations

from typing import Any

from tui.api import values
from tui.api.evidence import classic_device, classic_entity, graph_evidence
from tui.api.records import Alert, Comment, Evidence, Incident
from tui.api.render import records_to_json
from tui.api.values import Faults, first

__all__ = ["alert_identity", "decode_comments", "decode_incident", "records_to_json"]


def decode_incident(raw: object) -> Incident:
    """The incident of a service's object of either dialect; never raises.

    What could not be read is named in `faults`; `raw` keeps the object. `id` is empty
    where the object has none.
    """
    faults = Faults()
    if not isinstance(raw, dict):
        faults.add("incident", "not an object")
        return Incident(id="", faults=faults.words())

    def text(*names: str) -> str:
        return values.text(first(raw, *names), names[0], faults)

    identity = text("id", "incidentId")
    if not identity:
        faults.add("incident", "has no id")
    alerts = _alerts(raw.get("alerts"), identity, faults)
    return Incident(
        id=identity,
        name=text("displayName", "incidentName"),
        severity=values.word(raw.get("severity"), values.SEVERITY, "severity", faults),
        status=values.word(raw.get("status"), values.STATUS, "status", faults),
        classification=values.word(
            raw.get("classification"), values.CLASSIFICATION, "classification", faults
        ),
        determination=values.word(
            raw.get("determination"), values.DETERMINATION, "determination", faults
        ),
        assigned_to=text("assignedTo") or None,
        created=values.time(first(raw, "createdDateTime", "createdTime"), "created", faults),
        updated=values.time(first(raw, "lastUpdateDateTime", "lastUpdateTime"), "updated", faults),
        tags=values.texts(first(raw, "customTags", "tags"), "tags", faults),
        system_tags=values.texts(raw.get("systemTags"), "systemTags", faults),
        priority=values.score(raw.get("priorityScore"), "priorityScore", faults),
        description=text("description"),
        summary=text("summary"),
        recommended_actions=text("recommendedActions"),
        resolving_comment=text("resolvingComment"),
        last_modified_by=text("lastModifiedBy"),
        redirect_id=text("redirectIncidentId") or None,
        tenant_id=text("tenantId"),
        web_url=text("incidentWebUrl", "incidentUri"),
        comments=_comments(raw.get("comments"), "comments", faults),
        alerts=alerts,
        evidence=_evidence(raw, faults),
        faults=faults.words(),
        raw=raw,
    )


def decode_comments(raw: object) -> tuple[Comment, ...]:
    """Comments of either dialect; what is none is left out."""
    return _comments(raw, "comments", Faults())


def _comments(raw: object, where: str, faults: Faults) -> tuple[Comment, ...]:
    if isinstance(raw, list):
        raw = [{"comment": item} if isinstance(item, str) else item for item in raw]
    elif isinstance(raw, str):
        raw = [{"comment": raw}] if raw else []
    return tuple(
        Comment(
            text=values.text(first(item, "comment", "text"), where, faults),
            author=_author(first(item, "createdByDisplayName", "createdBy"), where, faults),
            created=values.time(
                first(item, "createdDateTime", "createdTime"), f"{where} created", faults
            ),
        )
        for item in values.objects(raw, where, faults)
    )


def _author(value: object, where: str, faults: Faults) -> str:
    while isinstance(value, dict):  # an identity set, as elsewhere in Graph
        value = first(value, "displayName", "user", "application")
    return values.text(value, f"{where} author", faults)


def _alerts(raw: object, incident_id: str, faults: Faults) -> tuple[Alert, ...]:
    kept: dict[object, Alert] = {}
    for item in values.objects(raw, "alerts", faults):
        alert = _alert(item, incident_id, faults)
        key = alert_identity(alert)
        former = kept.get(key)
        if former is None or _later(alert, former):
            kept[key] = alert
    return tuple(kept.values())


def alert_identity(alert: Alert) -> object:
    """What makes an alert of one incident the same alert: its id and creation time."""
    return (alert.id, alert.created) if alert.id else id(alert.raw)


def _later(alert: Alert, former: Alert) -> bool:
    return alert.updated is not None and (former.updated is None or alert.updated > former.updated)


def _alert(raw: dict[str, Any], incident_id: str, faults: Faults) -> Alert:
    identity = values.text(first(raw, "id", "alertId"), "alert id", faults)
    name = f"alert {identity}" if identity else "alert"

    def text(*names: str) -> str:
        return values.text(first(raw, *names), f"{name} {names[0]}", faults)

    def word(field: str, vocabulary: dict[str, str], none: str = "unknown") -> str:
        return values.word(raw.get(field), vocabulary, f"{name} {field}", faults, none=none)

    def time(*names: str) -> Any:
        return values.time(first(raw, *names), f"{name} {names[0]}", faults)

    return Alert(
        id=identity,
        incident_id=incident_id or text("incidentId"),
        title=text("title"),
        severity=word("severity", values.SEVERITY),
        status=word("status", values.STATUS),
        category=text("category"),
        description=text("description"),
        recommended_actions=text("recommendedActions"),
        classification=word("classification", values.CLASSIFICATION),
        determination=word("determination", values.DETERMINATION),
        assigned_to=text("assignedTo") or None,
        service_source=word("serviceSource", values.SERVICE_SOURCE, ""),
        detection_source=word("detectionSource", values.DETECTION_SOURCE, ""),
        product=text("productName"),
        detector_id=text("detectorId"),
        provider_alert_id=text("providerAlertId"),
        investigation_state=word("investigationState", values.INVESTIGATION, ""),
        actor=text("actorDisplayName", "actorName"),
        threat=text("threatDisplayName"),
        threat_family=text("threatFamilyName"),
        mitre_techniques=values.texts(
            raw.get("mitreTechniques"), f"{name} mitreTechniques", faults
        ),
        created=time("createdDateTime", "creationTime"),
        updated=time("lastUpdateDateTime", "lastUpdatedTime", "lastUpdateTime"),
        resolved=time("resolvedDateTime", "resolvedTime"),
        first_activity=time("firstActivityDateTime", "firstActivity"),
        last_activity=time("lastActivityDateTime", "lastActivity"),
        web_url=text("alertWebUrl"),
        comments=_comments(raw.get("comments"), f"{name} comments", faults),
        evidence=_evidence(raw, faults),
        raw=raw,
    )


def _evidence(raw: dict[str, Any], faults: Faults) -> tuple[Evidence, ...]:
    return (
        *(
            graph_evidence(item, faults)
            for item in values.objects(raw.get("evidence"), "evidence", faults)
        ),
        *(
            classic_device(item, faults)
            for item in values.objects(raw.get("devices"), "devices", faults)
        ),
        *(
            classic_entity(item, faults)
            for item in values.objects(raw.get("entities"), "entities", faults)
        ),
    )
