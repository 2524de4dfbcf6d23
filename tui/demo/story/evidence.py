"""Evidence in Microsoft Graph's shape, which is the tenant's own; made by one function a kind.

Every function takes what distinguishes the entity and, as keywords, what an analyst reads of
it: `verdict`, `remediation`, `roles`, `tags`.

Source: *alertEvidence resource type* and its kinds (Microsoft Graph v1.0).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict, Unpack

from tui.demo.dice import digest, guid
from tui.demo.identity import TENANT_ID
from tui.demo.options import stamp
from tui.demo.story.world import (
    DOMAIN,
    DOMAIN_SID,
    INTERNET,
    NT_DOMAIN,
    CloudApp,
    Device,
    Person,
    person,
)

Evidence = dict[str, Any]


class Reading(TypedDict, total=False):
    """What was made of an entity."""

    verdict: str
    remediation: str
    details: str
    roles: Sequence[str]
    tags: Sequence[str]


def _evidence(kind: str, fields: dict[str, Any], reading: Reading) -> Evidence:
    return {
        "@odata.type": f"#microsoft.graph.security.{kind}Evidence",
        "createdDateTime": None,
        "verdict": reading.get("verdict", "suspicious"),
        "remediationStatus": reading.get("remediation", "none"),
        "remediationStatusDetails": reading.get("details"),
        "roles": list(reading.get("roles", ())),
        "detailedRoles": [],
        "tags": list(reading.get("tags", ())),
        **fields,
    }


def account(one: Person) -> dict[str, Any]:
    """The `userAccount` of a person."""
    return {
        "accountName": one.name,
        "domainName": NT_DOMAIN,
        "userSid": one.sid,
        "azureAdUserId": one.object_id,
        "userPrincipalName": one.upn,
        "displayName": one.display,
    }


_MACHINE_ACCOUNTS = {
    "system": ("system", "NT AUTHORITY", "S-1-5-18"),
    "network service": ("network service", "NT AUTHORITY", "S-1-5-20"),
    "local service": ("local service", "NT AUTHORITY", "S-1-5-19"),
    "defaultapppool": ("defaultapppool", "IIS APPPOOL", "S-1-5-82-3006700770"),
}


def account_named(name: str) -> dict[str, Any]:
    """The `userAccount` of a person or of an account that the system brings along."""
    if name in _MACHINE_ACCOUNTS:
        account_name, domain, sid = _MACHINE_ACCOUNTS[name]
        return {
            "accountName": account_name,
            "domainName": domain,
            "userSid": sid,
            "azureAdUserId": None,
            "userPrincipalName": None,
            "displayName": account_name,
        }
    return account(person(name))


def host(
    one: Device, *, risk: str = "medium", health: str = "active", **reading: Unpack[Reading]
) -> Evidence:
    """A device."""
    reading.setdefault("roles", ("compromised",) if risk == "high" else ("contextual",))
    windows = one.os.startswith("Windows")
    fields = {
        "mdeDeviceId": one.id,
        "azureAdDeviceId": one.aad_id,
        "deviceDnsName": one.dns,
        "hostName": one.name.lower(),
        "ntDomain": NT_DOMAIN if windows else None,
        "dnsDomain": DOMAIN,
        "osPlatform": one.os,
        "osBuild": one.build,
        "version": one.version,
        "healthStatus": health,
        "riskScore": risk,
        "rbacGroupId": 60 + len(one.group),
        "rbacGroupName": one.group,
        "onboardingStatus": "onboarded",
        "defenderAvStatus": "updated" if windows else "notSupported",
        "firstSeenDateTime": "2024-03-04T08:12:30.1870000Z",
        "ipInterfaces": [one.ip],
        "lastIpAddress": one.ip,
        "lastExternalIpAddress": INTERNET,
        "loggedOnUsers": [{"accountName": one.owner, "domainName": NT_DOMAIN}],
        "resourceAccessEvents": [],
        "vmMetadata": None,
    }
    return _evidence("device", fields, reading)


def user(one: Person, **reading: Unpack[Reading]) -> Evidence:
    """An account."""
    reading.setdefault("roles", ("compromised",))
    return _evidence("user", {"userAccount": account(one), "stream": None}, reading)


def file_details(name: str, folder: str, *, content: str = "", size: int = 0) -> dict[str, Any]:
    """The `fileDetails` of a file; equal content has equal hashes."""
    key = f"contoso/file/{content or name.lower()}"
    signed = not content and name.lower() in _MICROSOFT
    return {
        "fileName": name,
        "filePath": folder,
        "fileSize": size or 4096 + int(digest(key)[:5], 16),
        "sha1": digest(key),
        "sha256": digest(key, "sha256"),
        "sha256Ac": None,
        "md5": digest(key, "md5"),
        "filePublisher": "Microsoft Corporation" if signed else None,
        "signer": "Microsoft Windows" if signed else None,
        "issuer": "Microsoft Windows Production PCA 2011" if signed else None,
    }


_MICROSOFT = {
    "powershell.exe",
    "cmd.exe",
    "rundll32.exe",
    "explorer.exe",
    "excel.exe",
    "winword.exe",
    "outlook.exe",
    "wscript.exe",
    "mshta.exe",
    "regsvr32.exe",
    "svchost.exe",
    "services.exe",
    "w3wp.exe",
    "whoami.exe",
    "net.exe",
    "nltest.exe",
    "vssadmin.exe",
    "wmic.exe",
    "wmiprvse.exe",
    "schtasks.exe",
    "certutil.exe",
    "reg.exe",
    "robocopy.exe",
    "msedge.exe",
    "lsass.exe",
    "userinit.exe",
    "bcdedit.exe",
    "ntdsutil.exe",
    "csc.exe",
    "onedrive.exe",
}
_SYSTEM32 = "C:\\Windows\\System32"
_FOLDERS = {
    "powershell.exe": "C:\\Windows\\System32\\WindowsPowerShell\\v1.0",
    "explorer.exe": "C:\\Windows",
    "excel.exe": "C:\\Program Files\\Microsoft Office\\root\\Office16",
    "winword.exe": "C:\\Program Files\\Microsoft Office\\root\\Office16",
    "outlook.exe": "C:\\Program Files\\Microsoft Office\\root\\Office16",
    "w3wp.exe": "C:\\Windows\\System32\\inetsrv",
    "wmiprvse.exe": "C:\\Windows\\System32\\wbem",
    "wmic.exe": "C:\\Windows\\System32\\wbem",
    "msedge.exe": "C:\\Program Files (x86)\\Microsoft\\Edge\\Application",
    "csc.exe": "C:\\Windows\\Microsoft.NET\\Framework64\\v4.0.30319",
    "onedrive.exe": "C:\\Program Files\\Microsoft OneDrive",
}


def folder_of(image: str) -> str:
    """Where a program of Windows lies."""
    return _FOLDERS.get(image.lower(), _SYSTEM32)


def file(
    name: str,
    folder: str,
    on: Device | None,
    *,
    content: str = "",
    size: int = 0,
    detection: str = "detected",
    **reading: Unpack[Reading],
) -> Evidence:
    """A file; `content` tells apart files of one name, or joins one of several names."""
    fields = {
        "fileDetails": file_details(name, folder, content=content, size=size),
        "detectionStatus": detection,
        "mdeDeviceId": on.id if on else None,
    }
    return _evidence("file", fields, reading)


@dataclass(frozen=True)
class Process:
    """A process that ran, as a node of its tree."""

    image: str
    command: str
    on: Device
    by: str
    """Account name."""
    began: datetime
    pid: int
    parent: Process | None = None
    folder: str = ""
    content: str = ""

    @property
    def details(self) -> dict[str, Any]:
        """The image file."""
        return file_details(self.image, self.folder or folder_of(self.image), content=self.content)


def process(one: Process, *, detection: str = "detected", **reading: Unpack[Reading]) -> Evidence:
    """A process with its parent."""
    above = one.parent
    fields = {
        "processId": one.pid,
        "processCommandLine": one.command,
        "processCreationDateTime": stamp(one.began),
        "parentProcessId": above.pid if above else None,
        "parentProcessCreationDateTime": stamp(above.began) if above else None,
        "detectionStatus": detection,
        "mdeDeviceId": one.on.id,
        "imageFile": one.details,
        "parentProcessImageFile": above.details if above else None,
        "userAccount": account_named(one.by),
    }
    return _evidence("process", fields, reading)


_PLACES: dict[str, tuple[str, str, float, float]] = {
    "NL": ("Netherlands", "Amsterdam", 52.37, 4.89),
    "RU": ("Russia", "Saint Petersburg", 59.94, 30.31),
    "NG": ("Nigeria", "Lagos", 6.45, 3.39),
    "US": ("United States", "Ashburn", 39.04, -77.49),
    "DE": ("Germany", "Frankfurt", 50.11, 8.68),
    "RO": ("Romania", "Bucharest", 44.43, 26.10),
    "CN": ("China", "Shanghai", 31.23, 121.47),
    "BR": ("Brazil", "Sao Paulo", -23.55, -46.63),
    "VN": ("Vietnam", "Hanoi", 21.03, 105.85),
    "GB": ("United Kingdom", "London", 51.51, -0.13),
    "DK": ("Denmark", "Copenhagen", 55.68, 12.57),
    "MD": ("Moldova", "Chisinau", 47.01, 28.86),
    "JP": ("Japan", "Osaka", 34.69, 135.50),
}


def place(country: str) -> dict[str, Any] | None:
    """The `location` of an address in that country."""
    found = _PLACES.get(country)
    if found is None:
        return None
    name, city, latitude, longitude = found
    return {
        "countryName": name,
        "city": city,
        "state": None,
        "latitude": latitude,
        "longitude": longitude,
    }


def ip(address: str, country: str = "", **reading: Unpack[Reading]) -> Evidence:
    """An address."""
    fields = {
        "ipAddress": address,
        "countryLetterCode": country or None,
        "location": place(country),
        "stream": None,
    }
    return _evidence("ip", fields, reading)


def url(address: str, **reading: Unpack[Reading]) -> Evidence:
    """A web address."""
    return _evidence("url", {"url": address}, reading)


def mailbox(one: Person, **reading: Unpack[Reading]) -> Evidence:
    """A mailbox."""
    fields = {
        "primaryAddress": one.upn,
        "displayName": one.display,
        "upn": one.upn,
        "userAccount": account(one),
    }
    return _evidence("mailbox", fields, reading)


@dataclass(frozen=True)
class Mail:
    """A message as one recipient got it."""

    subject: str
    sender: str
    sender_name: str
    to: Person
    received: datetime
    sender_ip: str
    urls: tuple[str, ...] = ()
    attachments: int = 0
    action: str = "delivered"
    """`delivered`, `deliveredAsSpam`, `blocked`, `replaced`."""
    location: str = "inbox"
    threats: tuple[str, ...] = ("phish",)
    envelope_sender: str = ""

    @property
    def network_id(self) -> str:
        """The message's name within the service, one a recipient."""
        return guid(f"contoso/mail/{self.subject}/{self.sender}/{self.to.name}")

    @property
    def internet_id(self) -> str:
        """The Message-ID header."""
        domain = self.sender.rpartition("@")[2]
        return f"<{digest(self.subject + self.sender, 'md5')}@{domain}>"


def _sender(address: str, name: str) -> dict[str, Any]:
    return {
        "emailAddress": address,
        "displayName": name,
        "domainName": address.rpartition("@")[2],
    }


def mail(one: Mail, **reading: Unpack[Reading]) -> Evidence:
    """A message that was analysed."""
    fields = {
        "networkMessageId": one.network_id,
        "internetMessageId": one.internet_id,
        "subject": one.subject,
        "language": "en",
        "senderIp": one.sender_ip,
        "recipientEmailAddress": one.to.upn,
        "antiSpamDirection": "inbound",
        "deliveryAction": one.action,
        "deliveryLocation": one.location,
        "urn": f"urn:MailEntity:{digest(one.network_id, 'md5')}",
        "threats": list(one.threats),
        "threatDetectionMethods": ["urlReputation"] if one.urls else ["fileDetonation"],
        "urls": list(one.urls),
        "urlCount": len(one.urls),
        "attachmentsCount": one.attachments,
        "receivedDateTime": stamp(one.received),
        "p1Sender": _sender(one.envelope_sender or one.sender, ""),
        "p2Sender": _sender(one.sender, one.sender_name),
    }
    return _evidence("analyzedMessage", fields, reading)


def mail_cluster(mails: Sequence[Mail], by: str, **reading: Unpack[Reading]) -> Evidence:
    """Messages that are alike."""
    first = mails[0]
    value = str(int(digest(f"contoso/cluster/{first.subject}/{first.sender}")[:8], 16))
    fields = {
        "clusterBy": by,
        "clusterByValue": value,
        "emailCount": len(mails),
        "networkMessageIds": [one.network_id for one in mails],
        "query": f'( (( (BodyFingerprintBin1:"{value}") )) ) AND ( (ContentType: 1) )',
        "urn": f"urn:MailClusterEntity:{digest(value, 'md5')}",
    }
    return _evidence("mailCluster", fields, reading)


def cloud_app(one: CloudApp, **reading: Unpack[Reading]) -> Evidence:
    """A cloud application."""
    reading.setdefault("verdict", "unknown")
    fields = {
        "appId": one.app_id,
        "displayName": one.name,
        "instanceId": one.instance_id,
        "instanceName": one.name,
        "saasAppId": one.app_id,
        "stream": None,
    }
    return _evidence("cloudApplication", fields, reading)


def oauth_app(name: str, publisher: str, **reading: Unpack[Reading]) -> Evidence:
    """An application that was given consent."""
    fields = {
        "appId": guid(f"oauth/{name}"),
        "displayName": name,
        "objectId": guid(f"contoso/oauth/{name}"),
        "publisher": publisher,
    }
    return _evidence("oauthApplication", fields, reading)


def service_principal(name: str, **reading: Unpack[Reading]) -> Evidence:
    """The local stand-in of an application."""
    fields = {
        "appId": guid(f"oauth/{name}"),
        "appOwnerTenantId": guid(f"tenant of {name}"),
        "servicePrincipalName": name,
        "servicePrincipalObjectId": guid(f"contoso/oauth/{name}"),
        "servicePrincipalType": "application",
        "tenantId": TENANT_ID,
    }
    return _evidence("servicePrincipal", fields, reading)


def registry_key(hive: str, key: str, **reading: Unpack[Reading]) -> Evidence:
    """A key of a registry."""
    return _evidence("registryKey", {"registryHive": hive, "registryKey": key}, reading)


def registry_value(
    hive: str, key: str, name: str, value: str, on: Device, **reading: Unpack[Reading]
) -> Evidence:
    """A value of a registry."""
    fields = {
        "registryHive": hive,
        "registryKey": key,
        "registryValueName": name,
        "registryValue": value,
        "registryValueType": "string",
        "mdeDeviceId": on.id,
    }
    return _evidence("registryValue", fields, reading)


def security_group(name: str, **reading: Unpack[Reading]) -> Evidence:
    """A group of the directory."""
    fields = {
        "displayName": name,
        "securityGroupId": guid(f"contoso/group/{name}"),
        "activeDirectoryObjectGuid": guid(f"contoso/group/{name}/ad"),
        "distinguishedName": f"CN={name},CN=Users,DC=contoso,DC=com",
        "friendlyName": name,
        "sid": f"{DOMAIN_SID}-{int(digest(name)[:4], 16)}",
    }
    return _evidence("securityGroup", fields, reading)


def mailbox_rule(one: Person, name: str, **reading: Unpack[Reading]) -> Evidence:
    """A rule of a mailbox."""
    fields = {
        "configurationId": f"{one.object_id}\\{int(digest(one.name + name)[:12], 16)}",
        "configurationType": "userInboxRule",
        "displayName": name,
        "externalDirectoryObjectId": one.object_id,
        "mailboxPrimaryAddress": one.upn,
        "upn": one.upn,
    }
    return _evidence("mailboxConfiguration", fields, reading)


def submission(one: Mail, moment: datetime, **reading: Unpack[Reading]) -> Evidence:
    """A message that its recipient reported."""
    fields = {
        "networkMessageId": one.network_id,
        "recipient": one.to.upn,
        "reportType": "Phish",
        "sender": one.sender,
        "senderIp": one.sender_ip,
        "subject": one.subject,
        "submissionDateTime": stamp(moment),
        "submissionId": guid(f"submission/{one.network_id}"),
        "submitter": one.to.upn,
    }
    return _evidence("submissionMail", fields, reading)


def cloud_session(
    one: Person, moment: datetime, source: Evidence, **reading: Unpack[Reading]
) -> Evidence:
    """A session of a browser in the cloud, from the address that `source` is."""
    fields = {
        "account": user(one, verdict="unknown", roles=("contextual",)),
        "browser": "Edge 131.0.0",
        "deviceName": None,
        "operatingSystem": "Windows 10",
        "previousLogonDateTime": None,
        "protocol": "https",
        "sessionId": guid(f"session/{one.name}/{source['ipAddress']}"),
        "startUtcDateTime": stamp(moment),
        "userAgent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 "
        "(KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
    }
    return _evidence("cloudLogonSession", fields, reading)


def teams_message(
    one: Person, address: str, moment: datetime, **reading: Unpack[Reading]
) -> Evidence:
    """A message of a chat with somebody outside."""
    key = f"{one.name}/{address}"
    fields = {
        "campaignId": None,
        "channelId": None,
        "deliveryAction": "delivered",
        "deliveryLocation": "teams",
        "files": [],
        "groupId": None,
        "isExternal": True,
        "isOwned": False,
        "lastModifiedDateTime": stamp(moment),
        "messageDirection": "inbound",
        "messageId": str(int(moment.timestamp() * 1000)),
        "owningTenantId": guid("tenant of helpdesk"),
        "parentMessageId": "",
        "receivedDateTime": stamp(moment),
        "recipients": [one.upn],
        "senderFromAddress": "support@helpdesk-it.example",
        "senderIP": None,
        "sourceAppName": "Teams",
        "sourceId": guid(f"teams/{key}"),
        "subject": "",
        "suspiciousRecipients": [],
        "threadId": f"19:{digest(key, 'md5')}@unq.gbl.spaces",
        "threadType": "chat",
        "urls": [url(address)],
    }
    return _evidence("teamsMessage", fields, reading)


_SUBSCRIPTION = "b2f1c6d4-8e07-4a39-9c15-6d0e3f7a2b98"


def azure_resource(storage: str, **reading: Unpack[Reading]) -> Evidence:
    """A storage account."""
    fields = {
        "resourceId": f"/subscriptions/{_SUBSCRIPTION}/resourceGroups/rg-web/providers/"
        f"Microsoft.Storage/storageAccounts/{storage}",
        "resourceName": storage,
        "resourceType": "Microsoft.Storage/storageAccounts",
    }
    return _evidence("azureResource", fields, reading)
