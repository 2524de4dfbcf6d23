"""How a story tells its alerts, and how they become the service's objects."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from tui.demo.dice import digest, guid
from tui.demo.identity import TENANT_ID
from tui.demo.options import stamp
from tui.demo.story.evidence import Evidence

PORTAL = "https://security.microsoft.com"


@dataclass(frozen=True)
class Source:
    """A product that raises alerts."""

    prefix: str
    """What its alerts' identifiers begin with."""
    service: str
    detection: str
    product: str


MDE = Source(
    "da",
    "microsoftDefenderForEndpoint",
    "microsoftDefenderForEndpoint",
    "Microsoft Defender for Endpoint",
)
AV = Source("da", "microsoftDefenderForEndpoint", "antivirus", "Microsoft Defender for Endpoint")
SMARTSCREEN = Source(
    "da", "microsoftDefenderForEndpoint", "smartScreen", "Microsoft Defender for Endpoint"
)
CUSTOM_TI = Source(
    "da", "microsoftDefenderForEndpoint", "customTi", "Microsoft Defender for Endpoint"
)
MDO = Source(
    "fa",
    "microsoftDefenderForOffice365",
    "microsoftDefenderForOffice365",
    "Microsoft Defender for Office 365",
)
MDI = Source(
    "aa",
    "microsoftDefenderForIdentity",
    "microsoftDefenderForIdentity",
    "Microsoft Defender for Identity",
)
MDA = Source(
    "ca",
    "microsoftDefenderForCloudApps",
    "cloudAppSecurity",
    "Microsoft Defender for Cloud Apps",
)
XDR = Source("ra", "microsoft365Defender", "microsoft365Defender", "Microsoft Defender XDR")
CUSTOM = Source("ed", "microsoft365Defender", "customDetection", "Microsoft Defender XDR")
ENTRA = Source(
    "ad",
    "azureAdIdentityProtection",
    "azureAdIdentityProtection",
    "Microsoft Entra ID Protection",
)
GOVERNANCE = Source(
    "ma", "microsoftAppGovernance", "appGovernanceDetection", "Microsoft App Governance"
)
DLP = Source(
    "dl", "dataLossPrevention", "microsoftDataLossPrevention", "Microsoft Data Loss Prevention"
)
INSIDER = Source(
    "ir",
    "microsoftInsiderRiskManagement",
    "microsoftInsiderRiskManagement",
    "Microsoft Purview Insider Risk Management",
)
CLOUD = Source(
    "dc",
    "microsoftDefenderForCloud",
    "microsoftDefenderForStorage",
    "Microsoft Defender for Cloud",
)
SENTINEL = Source("sn", "microsoftSentinel", "scheduledAlerts", "Microsoft Sentinel")


@dataclass(frozen=True)
class Alert:
    """A detection as a story tells it."""

    title: str
    severity: str
    category: str
    source: Source
    at: float
    """Minutes after the story began."""
    evidence: Sequence[Evidence]
    techniques: Sequence[str] = ()
    description: str = ""
    actions: str = ""
    lasts: float = 1.0
    """Minutes from its first activity to its last."""
    delay: float = 3.0
    """Minutes from its last activity until it was raised."""
    threat: str = ""
    family: str = ""
    actor: str = ""
    status: str = ""
    """Its own state; follows the incident's where empty."""
    investigation: str = "unsupportedAlertType"
    comments: Sequence[dict[str, Any]] = field(default=())


_ID = re.compile(r"[a-z]{2}63(\d{8})(\d{2})\d{6}_-?\d+")


def alert_id(source: Source, number: int, index: int) -> str:
    """The identifier of the alert at that place of that incident."""
    tail = int(digest(f"alert/{number}/{index}")[:12], 16)
    return f"{source.prefix}63{number:08d}{index:02d}{tail % 1000000:06d}_-{tail % 1999999973}"


def place_of(identifier: str) -> tuple[int, int] | None:
    """The incident's number and the place in it that an alert's identifier speaks of."""
    found = _ID.fullmatch(identifier)
    return (int(found[1]), int(found[2])) if found else None


def realise(alert: Alert, number: int, index: int, began: datetime) -> dict[str, Any]:
    """The alert as Graph's object, without what it takes from its incident."""
    first = began + timedelta(minutes=alert.at)
    last = first + timedelta(minutes=alert.lasts)
    created = last + timedelta(minutes=alert.delay)
    identifier = alert_id(alert.source, number, index)
    made = stamp(created)
    for one in alert.evidence:
        if one["createdDateTime"] is None:
            one["createdDateTime"] = made
    return {
        "id": identifier,
        "providerAlertId": identifier[2:],
        "incidentId": str(number),
        "status": alert.status,
        "severity": alert.severity,
        "classification": None,
        "determination": None,
        "serviceSource": alert.source.service,
        "detectionSource": alert.source.detection,
        "productName": alert.source.product,
        "detectorId": guid(f"detector/{alert.title}"),
        "tenantId": TENANT_ID,
        "title": alert.title,
        "description": alert.description,
        "recommendedActions": alert.actions,
        "category": alert.category,
        "categories": [alert.category],
        "assignedTo": None,
        "alertWebUrl": f"{PORTAL}/alerts/{identifier}?tid={TENANT_ID}",
        "incidentWebUrl": f"{PORTAL}/incident2/{number}/overview?tid={TENANT_ID}",
        "actorDisplayName": alert.actor or None,
        "threatDisplayName": alert.threat or None,
        "threatFamilyName": alert.family or None,
        "investigationState": alert.investigation,
        "mitreTechniques": list(alert.techniques),
        "createdDateTime": made,
        "lastUpdateDateTime": stamp(created + timedelta(minutes=2)),
        "resolvedDateTime": None,
        "firstActivityDateTime": stamp(first),
        "lastActivityDateTime": stamp(last),
        "comments": list(alert.comments),
        "systemTags": [],
        "alertPolicyId": None,
        "additionalData": None,
        "customDetails": None,
        "evidence": list(alert.evidence),
    }
