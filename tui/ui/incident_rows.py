"""Alerts and evidence of an incident as rows of a grid."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tui.api.records import Alert, Evidence, Incident
from tui.rows import Column, Row
from tui.ui import words
from tui.ui.alert_blocks import source_words
from tui.ui.incident_blocks import alert_time, identity

if TYPE_CHECKING:
    from tui.incidents.changes import Edit

ALERT_COLUMNS = (
    Column("severity", "Sev", pinned=True, least=3, most=5),
    Column("status", "Status", least=3, most=11, rank=3),
    Column("time", "Time", kind="time", least=5, most=16),
    Column("title", "Title", least=16, most=400, fill=True),
    Column("tactic", "Tactic", least=6, most=20, rank=2),
    Column("techniques", "Techniques", least=6, most=18, rank=4),
    Column("source", "Source", least=6, most=24, rank=5),
)
EVIDENCE_COLUMNS = (
    Column("verdict", "Verdict", pinned=True, least=3, most=19),
    Column("title", "Entity", least=16, most=400, fill=True),
    Column("kind", "Kind", least=4, most=16),
    Column("roles", "Role", least=4, most=18, rank=3),
    Column("remediation", "Remediation", least=6, most=18, rank=2),
    Column("alerts", "Alerts", kind="number", least=6, most=6, rank=1),
)


def alert_rows(alerts: Sequence[Alert], edits: Iterable[Edit] = ()) -> list[Row]:
    """A row an alert; its key is its place. Undelivered edits of alerts mark them."""
    marks: dict[object, set[str]] = {}
    for edit in edits:
        stuck = edit.state in ("failed", "conflict")
        marks.setdefault(edit.change.alert, set()).add(edit.state if stuck else "pending")
    return [
        Row(
            str(at),
            (
                alert.severity,
                alert.status,
                alert_time(alert),
                alert.title,
                alert.category,
                ", ".join(alert.mitre_techniques),
                source_words(alert.service_source) if alert.service_source else "",
            ),
            frozenset(marks.get(alert.id, ())),
        )
        for at, alert in enumerate(alerts)
    ]


def evidence_rows(incident: Incident, found: Sequence[Evidence]) -> list[Row]:
    """A row an entity, with the number of alerts that name it; its key is its place."""
    named: dict[tuple[str, str], int] = {}
    for alert in incident.alerts:
        for one in {identity(evidence) for evidence in alert.evidence}:
            named[one] = named.get(one, 0) + 1
    return [
        Row(
            str(at),
            (
                one.verdict,
                one.title,
                one.kind,
                ", ".join(words.role(role) for role in one.roles),
                one.remediation_status,
                named.get(identity(one), 0),
            ),
        )
        for at, one in enumerate(found)
    ]
