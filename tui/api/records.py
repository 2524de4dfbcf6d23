"""One model of incidents for both dialects of the service.

Names follow Microsoft Graph's reading of the thing in snake case, and values its spelling
(`high`, `inProgress`, `truePositive`), whichever dialect they came from. Values that no
page lists are kept as the service spelt them. `raw` is the service's own object, whole.

Source: *incident resource type*, *alert resource type* (Graph security API v1.0); *List
incidents API* (Microsoft Defender XDR).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Comment(msgspec.Struct, frozen=True):
    """A remark on an incident or an alert."""

    text: str
    author: str = ""
    created: datetime | None = None


class Evidence(msgspec.Struct, frozen=True):
    """An entity that an alert names."""

    kind: str
    """Graph's kind without its suffix: `device`, `user`, `file`, `process`, `ip`, `url`,
    `mailbox`, `analyzedMessage`, `mailCluster`, `cloudApplication`, `oauthApplication`,
    `registryKey`, `registryValue`, …; unknown kinds as the service spelt them."""
    title: str
    """What a person calls it: a host name, an address, a file name; never empty."""
    fields: dict[str, Any] = {}
    """The kind's own fields under Graph's names (`deviceDnsName`, `fileDetails`,
    `userAccount`, …), whichever dialect they came from."""
    created: datetime | None = None
    verdict: str = "unknown"
    remediation_status: str = "none"
    roles: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    raw: dict[str, Any] = {}


class Alert(msgspec.Struct, frozen=True):
    """A detection within an incident. Times are aware and in UTC."""

    id: str
    incident_id: str = ""
    """The incident that contains it, whatever the service wrote."""
    title: str = ""
    severity: str = "unknown"
    status: str = "unknown"
    category: str = ""
    """Its ATT&CK tactic without spaces (`CredentialAccess`), or a word that is none."""
    description: str = ""
    recommended_actions: str = ""
    classification: str = "unknown"
    determination: str = "unknown"
    assigned_to: str | None = None
    service_source: str = ""
    detection_source: str = ""
    product: str = ""
    detector_id: str = ""
    provider_alert_id: str = ""
    investigation_state: str = ""
    actor: str = ""
    threat: str = ""
    threat_family: str = ""
    mitre_techniques: tuple[str, ...] = ()
    created: datetime | None = None
    updated: datetime | None = None
    resolved: datetime | None = None
    first_activity: datetime | None = None
    last_activity: datetime | None = None
    web_url: str = ""
    comments: tuple[Comment, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    raw: dict[str, Any] = {}


class Incident(msgspec.Struct, frozen=True):
    """A group of alerts that tell one story. Times are aware and in UTC."""

    id: str
    name: str = ""
    severity: str = "unknown"
    """`high`, `medium`, `low`, `informational`, `unknown`, or newer."""
    status: str = "unknown"
    """`active`, `inProgress`, `awaitingAction`, `resolved`, `redirected`, or newer."""
    classification: str = "unknown"
    determination: str = "unknown"
    assigned_to: str | None = None
    created: datetime | None = None
    updated: datetime | None = None
    tags: tuple[str, ...] = ()
    system_tags: tuple[str, ...] = ()
    priority: int | None = None
    """Microsoft's priority score, 0 to 100; None where the service sends none."""
    description: str = ""
    summary: str = ""
    recommended_actions: str = ""
    resolving_comment: str = ""
    last_modified_by: str = ""
    redirect_id: str | None = None
    """The incident this one was merged into."""
    tenant_id: str = ""
    web_url: str = ""
    comments: tuple[Comment, ...] = ()
    alerts: tuple[Alert, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    """Entities that the incident itself names, beside those of its alerts (classic only)."""
    faults: tuple[str, ...] = ()
    """What could not be read of the service's object, in words; the rest is kept."""
    raw: dict[str, Any] = {}


class IncidentChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an edit asks for; `UNSET` fields are left as they are.

    `assigned_to` None means nobody. `tags` is the whole list. `comment` adds one. `alert` is
    the id of the alert that the change is about; without it it is the incident itself.
    """

    status: str | msgspec.UnsetType = msgspec.UNSET
    assigned_to: str | msgspec.UnsetType | None = msgspec.UNSET
    classification: str | msgspec.UnsetType = msgspec.UNSET
    determination: str | msgspec.UnsetType = msgspec.UNSET
    tags: tuple[str, ...] | msgspec.UnsetType = msgspec.UNSET
    severity: str | msgspec.UnsetType = msgspec.UNSET
    name: str | msgspec.UnsetType = msgspec.UNSET
    comment: str | msgspec.UnsetType = msgspec.UNSET
    alert: str | msgspec.UnsetType = msgspec.UNSET


DETERMINATIONS: dict[str, tuple[str, ...]] = {
    "truePositive": (
        "multiStagedAttack",
        "maliciousUserActivity",
        "compromisedAccount",
        "malware",
        "phishing",
        "unwantedSoftware",
        "other",
    ),
    "informationalExpectedActivity": (
        "securityTesting",
        "lineOfBusinessApplication",
        "confirmedActivity",
        "other",
    ),
    "falsePositive": ("notMalicious", "notEnoughDataToValidate", "other"),
}
"""Determinations that go with each classification, most used first.

Source: *Update incidents API* (Microsoft Defender XDR)."""

SEVERITIES = ("high", "medium", "low", "informational", "unknown")
"""Known severities, gravest first."""

ALERT_FIELDS = ("status", "assigned_to", "classification", "determination")
"""What can be changed of an alert, where the service can change alerts at all.

Source: *Update alert* (Microsoft Graph v1.0)."""

ALERT_STATUSES = ("new", "inProgress", "resolved")
"""Known states of an alert, in the order an alert passes them."""

STATUSES = ("active", "inProgress", "awaitingAction", "resolved", "redirected")
"""Known states of an incident, in the order an incident passes them."""
