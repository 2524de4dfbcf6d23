"""Alerts and evidence of an incident as rows of a grid."""

from __future__ import annotations

from collections import Counter
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
    Column("title", "Title", least=38, most=400, fill=True),
    Column("tactic", "Tactic", least=6, most=20, rank=2),
    Column("techniques", "Techniques", least=6, most=18, rank=4),
    Column("source", "Source", least=6, most=24, rank=5),
)
EVIDENCE_COLUMNS = (
    Column("kind", "Kind", pinned=True, least=8, most=16),
    Column("title", "Entity", least=16, most=400, fill=True),
    Column("verdict", "Verdict", least=3, most=19),
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


_KINDS = (
    "device",
    "user",
    "mailbox",
    "process",
    "file",
    "ip",
    "url",
    "dns",
    "analyzedMessage",
    "mailCluster",
    "registryKey",
    "registryValue",
    "cloudApplication",
    "oauthApplication",
)
"""Kinds in the order of their groups; others follow by name."""


def grouped(found: Sequence[Evidence]) -> list[Evidence]:
    """Entities of one kind beside each other; the order within a kind stays."""
    places = {kind: at for at, kind in enumerate(_KINDS)}
    return sorted(found, key=lambda one: (places.get(one.kind, len(places)), one.kind))


def evidence_rows(incident: Incident, found: Sequence[Evidence]) -> list[Row]:
    """A row an entity, with the number of alerts that name it; its key is its place.

    The value of `kind` is a pair: the kind, and how many there are where a group begins.
    """
    named: Counter[tuple[str, str]] = Counter()
    for alert in incident.alerts:
        named.update({identity(evidence) for evidence in alert.evidence})
    counts = Counter(one.kind for one in found)
    rows: list[Row] = []
    former = None
    for at, one in enumerate(found):
        values = (
            (one.kind, counts[one.kind] if one.kind != former else 0),
            one.title,
            one.verdict,
            ", ".join(words.role(role) for role in one.roles),
            one.remediation_status,
            named[identity(one)],
        )
        rows.append(Row(str(at), values))
        former = one.kind
    return rows
