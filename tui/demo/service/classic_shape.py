"""Graph's objects in the words of the classic API.

Source: *Incident resource type*, *List incidents API* (Microsoft Defender XDR).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.demo.options import stamp
from tui.demo.story.alert import PORTAL
from tui.demo.story.record import Record, Told

if TYPE_CHECKING:
    from tui.demo.tenant import Tenant

_SEVERITIES = {
    "unknown": "UnSpecified",
    "informational": "Informational",
    "low": "Low",
    "medium": "Medium",
    "high": "High",
}
_DETERMINATIONS = {
    "unknown": "NotAvailable",
    "apt": "Apt",
    "malware": "Malware",
    "phishing": "Phishing",
    "securityPersonnel": "SecurityPersonnel",
    "securityTesting": "SecurityTesting",
    "unwantedSoftware": "UnwantedSoftware",
    "multiStagedAttack": "MultiStagedAttack",
    "compromisedAccount": "CompromisedUser",
    "maliciousUserActivity": "MaliciousUserActivity",
    "notMalicious": "NotMalicious",
    "notEnoughDataToValidate": "InsufficientData",
    "confirmedActivity": "ConfirmedUserActivity",
    "lineOfBusinessApplication": "LineOfBusinessApplication",
    "other": "Other",
}
_SOURCES = {
    "microsoftDefenderForEndpoint": "MicrosoftDefenderForEndpoint",
    "microsoftDefenderForIdentity": "MicrosoftDefenderForIdentity",
    "microsoftDefenderForCloudApps": "MicrosoftCloudAppSecurity",
    "microsoftDefenderForOffice365": "OfficeATP",
    "microsoft365Defender": "MicrosoftThreatProtection",
    "azureAdIdentityProtection": "AadIdentityProtection",
    "microsoftAppGovernance": "AppGovernance",
    "dataLossPrevention": "MicrosoftDataLossPrevention",
}
_DETECTIONS = {
    "microsoftDefenderForEndpoint": "WindowsDefenderAtp",
    "antivirus": "WindowsDefenderAv",
    "smartScreen": "WindowsDefenderSmartScreen",
    "customTi": "CustomerTI",
    "microsoftDefenderForOffice365": "OfficeATP",
    "microsoftDefenderForIdentity": "AzureATP",
    "cloudAppSecurity": "MCAS",
    "microsoft365Defender": "MTP",
    "customDetection": "CustomDetection",
    "azureAdIdentityProtection": "AAD",
}
_ENTITY_TYPES = {
    "user": "User",
    "ip": "Ip",
    "url": "Url",
    "file": "File",
    "process": "Process",
    "mailbox": "MailBox",
    "analyzedMessage": "MailMessage",
    "mailCluster": "MailCluster",
    "registryKey": "Registry",
    "registryValue": "Registry",
    "securityGroup": "SecurityGroup",
    "cloudApplication": "CloudApplication",
    "oauthApplication": "OAuthApplication",
}
_VERDICTS = {
    "unknown": None,
    "suspicious": "Suspicious",
    "malicious": "Malicious",
    "noThreatsFound": "NoThreatsFound",
}


def pascal(word: str | None) -> str | None:
    """`inProgress` as `InProgress`."""
    return word[:1].upper() + word[1:] if word else None


def evidence_kind(one: dict[str, Any]) -> str:
    """`#microsoft.graph.security.deviceEvidence` as `device`."""
    kind: str = one["@odata.type"]
    return kind.rpartition(".")[2].removesuffix("Evidence")


def _device(one: dict[str, Any]) -> dict[str, Any]:
    return {
        "mdatpDeviceId": one["mdeDeviceId"],
        "aadDeviceId": one["azureAdDeviceId"],
        "deviceDnsName": one["deviceDnsName"],
        "osPlatform": one["osPlatform"],
        "version": one["version"],
        "osProcessor": "arm64" if one["osPlatform"] == "macOS" else "x64",
        "osBuild": one["osBuild"],
        "healthStatus": pascal(one["healthStatus"]),
        "riskScore": pascal(one["riskScore"]),
        "rbacGroupId": one["rbacGroupId"],
        "rbacGroupName": one["rbacGroupName"],
        "firstSeen": one["firstSeenDateTime"],
        "tags": one["tags"],
        "defenderAvStatus": pascal(one["defenderAvStatus"]),
        "onboardingStatus": pascal(one["onboardingStatus"]),
        "vmMetadata": one["vmMetadata"],
        "loggedOnUsers": one["loggedOnUsers"],
    }


def _account(found: dict[str, Any] | None) -> dict[str, Any]:
    found = found or {}
    return {
        "accountName": found.get("accountName"),
        "domainName": found.get("domainName"),
        "userSid": found.get("userSid"),
        "aadUserId": found.get("azureAdUserId"),
        "userPrincipalName": found.get("userPrincipalName"),
    }


def _details(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "sha1": found["sha1"],
        "sha256": found["sha256"],
        "fileName": found["fileName"],
        "filePath": found["filePath"],
    }


def _own_fields(kind: str, one: dict[str, Any]) -> dict[str, Any]:
    if kind == "user":
        return _account(one["userAccount"])
    if kind == "ip":
        return {"ipAddress": one["ipAddress"]}
    if kind == "url":
        return {"url": one["url"]}
    if kind == "file":
        return {
            **_details(one["fileDetails"]),
            "detectionStatus": pascal(one["detectionStatus"]),
            "deviceId": one["mdeDeviceId"],
        }
    if kind == "process":
        above = one["parentProcessImageFile"] or {}
        return {
            **_details(one["imageFile"]),
            **_account(one["userAccount"]),
            "processId": one["processId"],
            "processCommandLine": one["processCommandLine"],
            "processCreationTime": one["processCreationDateTime"],
            "parentProcessId": one["parentProcessId"],
            "parentProcessCreationTime": one["parentProcessCreationDateTime"],
            "parentProcessFileName": above.get("fileName"),
            "parentProcessFilePath": above.get("filePath"),
            "detectionStatus": pascal(one["detectionStatus"]),
            "deviceId": one["mdeDeviceId"],
        }
    if kind == "mailbox":
        return {
            **_account(one["userAccount"]),
            "mailboxDisplayName": one["displayName"],
            "mailboxAddress": one["primaryAddress"],
        }
    if kind == "analyzedMessage":
        return {
            "sender": one["p2Sender"]["emailAddress"],
            "recipient": one["recipientEmailAddress"],
            "subject": one["subject"],
            "deliveryAction": pascal(one["deliveryAction"]),
        }
    if kind == "mailCluster":
        return {"clusterBy": one["clusterBy"]}
    if kind == "securityGroup":
        return {
            "securityGroupId": one["securityGroupId"],
            "securityGroupName": one["displayName"],
        }
    if kind in {"registryKey", "registryValue"}:
        return {
            "registryHive": one["registryHive"],
            "registryKey": one["registryKey"],
            "registryValueType": pascal(one.get("registryValueType")),
            "registryValue": one.get("registryValue"),
            "deviceId": one.get("mdeDeviceId"),
        }
    if kind == "cloudApplication":
        return {"applicationId": one["appId"], "applicationName": one["displayName"]}
    if kind == "oauthApplication":
        return {
            "oAuthAppId": one["appId"],
            "applicationName": one["displayName"],
            "publisher": one["publisher"],
        }
    # Kinds that the pages do not list come with the names that Graph has for them.
    return {name: value for name, value in one.items() if name not in _COMMON}


_COMMON = {
    "@odata.type",
    "createdDateTime",
    "verdict",
    "remediationStatus",
    "remediationStatusDetails",
    "roles",
    "detailedRoles",
    "tags",
}


def _entity(one: dict[str, Any], evidence: list[dict[str, Any]]) -> dict[str, Any]:
    """Evidence other than a device, as the classic API has it."""
    kind = evidence_kind(one)
    found: dict[str, Any] = {
        "entityType": _ENTITY_TYPES.get(kind, pascal(kind)),
        "evidenceCreationTime": one["createdDateTime"],
        "verdict": _VERDICTS[one["verdict"]],
        "remediationStatus": pascal(one["remediationStatus"]),
        **_own_fields(kind, one),
    }
    if kind == "mailCluster":
        # The classic API has no list of messages: sender and subject tell what is alike.
        for message in evidence:
            if evidence_kind(message) == "analyzedMessage":
                found["sender"] = message["p2Sender"]["emailAddress"]
                found["subject"] = message["subject"]
                break
    return found


def alert_object(alert: Told, number: int) -> dict[str, Any]:
    """An alert of the classic API."""
    evidence = alert["evidence"]
    return {
        "alertId": alert["id"],
        "providerAlertId": alert["providerAlertId"],
        "incidentId": number,
        "serviceSource": _SOURCES.get(alert["serviceSource"], pascal(alert["serviceSource"])),
        "creationTime": alert["createdDateTime"],
        "lastUpdatedTime": alert["lastUpdateDateTime"],
        "resolvedTime": alert["resolvedDateTime"],
        "firstActivity": alert["firstActivityDateTime"],
        "lastActivity": alert["lastActivityDateTime"],
        "title": alert["title"],
        "description": alert["description"],
        "category": alert["category"],
        "status": pascal(alert["status"]),
        "severity": _SEVERITIES[alert["severity"]],
        "investigationId": None,
        "investigationState": pascal(alert["investigationState"]),
        "classification": pascal(alert["classification"]),
        "determination": _DETERMINATIONS[alert["determination"] or "unknown"],
        "detectionSource": _DETECTIONS.get(
            alert["detectionSource"], pascal(alert["detectionSource"])
        ),
        "detectorId": alert["detectorId"],
        "assignedTo": alert["assignedTo"],
        "actorName": alert["actorDisplayName"],
        "threatFamilyName": alert["threatFamilyName"],
        "mitreTechniques": alert["mitreTechniques"],
        "devices": [_device(one) for one in evidence if evidence_kind(one) == "device"],
        "entities": [_entity(one, evidence) for one in evidence if evidence_kind(one) != "device"],
    }


def incident_object(record: Record, tenant: Tenant) -> dict[str, Any]:
    """An incident of the classic API, alerts included."""
    return {
        "incidentId": record.number,
        "incidentUri": f"{PORTAL}/incidents/{record.number}",
        "redirectIncidentId": record.redirect,
        "incidentName": record.name,
        "createdTime": stamp(record.created),
        "lastUpdateTime": stamp(record.updated),
        "assignedTo": record.assigned,
        "classification": pascal(record.classification),
        "determination": _DETERMINATIONS[record.determination],
        "status": pascal(record.status),
        "severity": _SEVERITIES[record.severity],
        "tags": record.tags,
        "comments": [
            {
                "comment": one["comment"],
                "createdBy": one["createdByDisplayName"],
                "createdTime": one["createdDateTime"],
            }
            for one in record.comments
        ],
        "alerts": [alert_object(alert, record.number) for alert in tenant.queue.alerts(record)],
    }
