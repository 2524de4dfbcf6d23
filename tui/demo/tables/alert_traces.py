"""The alerts themselves, as the tables AlertInfo and AlertEvidence have them."""

from __future__ import annotations

import json
from collections.abc import Callable

from tui.demo.tables.context import Evidence, Row, Scene, file_columns, kind_of, machine, moment

Add = Callable[[str, Row], None]

_TYPES = {
    "device": "Machine",
    "user": "User",
    "ip": "Ip",
    "url": "Url",
    "file": "File",
    "process": "Process",
    "mailbox": "Mailbox",
    "mailboxConfiguration": "MailboxConfiguration",
    "analyzedMessage": "MailMessage",
    "submissionMail": "SubmissionMail",
    "mailCluster": "MailCluster",
    "cloudApplication": "CloudApplication",
    "oauthApplication": "OAuthApplication",
    "servicePrincipal": "ServicePrincipal",
    "registryKey": "RegistryKey",
    "registryValue": "RegistryValue",
    "securityGroup": "SecurityGroup",
    "cloudLogonSession": "CloudLogonSession",
    "teamsMessage": "TeamsMessage",
    "azureResource": "CloudResource",
}
_TACTICS = {
    "InitialAccess": "Initial access",
    "CredentialAccess": "Credential access",
    "DefenseEvasion": "Defense evasion",
    "LateralMovement": "Lateral movement",
    "CommandAndControl": "Command and control",
    "PrivilegeEscalation": "Privilege escalation",
}


def leave(scene: Scene, add: Add) -> None:
    """Add the alert's row and one for each of its entities."""
    alert = scene.alert
    when = moment(alert["createdDateTime"])
    techniques = json.dumps(alert["mitreTechniques"]) if alert["mitreTechniques"] else ""
    common = {
        "Timestamp": when,
        "AlertId": alert["id"],
        "Title": alert["title"],
        "Severity": alert["severity"].capitalize(),
        "ServiceSource": alert["productName"],
        "DetectionSource": _words(alert["detectionSource"]),
        "AttackTechniques": techniques,
    }
    category = alert["category"]
    add("AlertInfo", {**common, "Category": _TACTICS.get(category, category)})
    categories = json.dumps([category])
    for one in alert["evidence"]:
        add(
            "AlertEvidence",
            {
                **common,
                "Categories": categories,
                "EntityType": _TYPES.get(kind_of(one), kind_of(one)),
                "EvidenceRole": "Impacted" if "compromised" in one["roles"] else "Related",
                "EvidenceDirection": _direction(one),
                "ThreatFamily": alert["threatFamilyName"],
                **_entity(one),
            },
        )


def _words(name: str) -> str:
    return {
        "microsoftDefenderForEndpoint": "EDR",
        "antivirus": "Antivirus",
        "smartScreen": "SmartScreen",
        "customTi": "Custom TI",
        "customDetection": "Custom detection",
        "cloudAppSecurity": "App Security",
    }.get(name, name[:1].upper() + name[1:])


def _direction(one: Evidence) -> str:
    for role in ("source", "destination"):
        if role in one["roles"]:
            return role.capitalize()
    return ""


def _device(identifier: str | None) -> Row:
    found = machine(identifier)
    return {"DeviceId": found.id, "DeviceName": found.dns} if found else {}


def _account(found: Evidence) -> Row:
    return {
        "AccountName": found["accountName"],
        "AccountDomain": found["domainName"],
        "AccountSid": found["userSid"],
        "AccountObjectId": found["azureAdUserId"],
        "AccountUpn": found["userPrincipalName"],
    }


def _file(details: Evidence) -> Row:
    columns = file_columns(details)
    del columns["MD5"]
    return columns


def _entity(one: Evidence) -> Row:
    """The columns that name the entity."""
    kind = kind_of(one)
    if kind == "device":
        return {**_device(one["mdeDeviceId"]), "LocalIP": one["lastIpAddress"]}
    if kind in {"user", "mailbox"}:
        return _account(one["userAccount"])
    if kind == "cloudLogonSession":
        return _account(one["account"]["userAccount"])
    if kind == "ip":
        return {"RemoteIP": one["ipAddress"]}
    if kind == "url":
        return {"RemoteUrl": one["url"]}
    if kind == "file":
        return {**_file(one["fileDetails"]), **_device(one["mdeDeviceId"])}
    if kind == "process":
        return {
            **_file(one["imageFile"]),
            **_account(one["userAccount"]),
            **_device(one["mdeDeviceId"]),
            "ProcessCommandLine": one["processCommandLine"],
        }
    if kind in {"analyzedMessage", "submissionMail"}:
        return {"NetworkMessageId": one["networkMessageId"], "EmailSubject": one["subject"]}
    if kind == "mailboxConfiguration":
        return {"AccountUpn": one["upn"], "AccountObjectId": one["externalDirectoryObjectId"]}
    if kind == "cloudApplication":
        return {"Application": one["displayName"], "ApplicationId": one["appId"]}
    if kind in {"oauthApplication", "servicePrincipal"}:
        name = one.get("displayName") or one.get("servicePrincipalName")
        return {"Application": name, "OAuthApplicationId": one["appId"]}
    if kind in {"registryKey", "registryValue"}:
        return {
            **_device(one.get("mdeDeviceId")),
            "RegistryKey": f"{one['registryHive']}\\{one['registryKey']}",
            "RegistryValueName": one.get("registryValueName"),
            "RegistryValueData": one.get("registryValue"),
        }
    if kind == "azureResource":
        return {
            "CloudPlatform": "Azure",
            "CloudResource": one["resourceName"],
            "ResourceType": one["resourceType"],
            "ResourceID": one["resourceId"],
        }
    if kind == "securityGroup":
        return {"AdditionalFields": json.dumps({"Name": one["displayName"], "Sid": one["sid"]})}
    return {}
