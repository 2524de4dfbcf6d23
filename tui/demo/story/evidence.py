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

from tui.demo.dice import digest
from tui.demo.options import stamp
from tui.demo.story.world import (
    DOMAIN,
    INTERNET,
    NT_DOMAIN,
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


def evidence(kind: str, fields: dict[str, Any], reading: Reading) -> Evidence:
    """An entity of a kind: its own fields, and what was made of it."""
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
    return evidence("device", fields, reading)


def user(one: Person, **reading: Unpack[Reading]) -> Evidence:
    """An account."""
    reading.setdefault("roles", ("compromised",))
    return evidence("user", {"userAccount": account(one), "stream": None}, reading)


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
    return evidence("file", fields, reading)


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
    return evidence("process", fields, reading)


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
    return evidence("ip", fields, reading)


def url(address: str, **reading: Unpack[Reading]) -> Evidence:
    """A web address."""
    return evidence("url", {"url": address}, reading)


def registry_key(hive: str, key: str, **reading: Unpack[Reading]) -> Evidence:
    """A key of a registry."""
    return evidence("registryKey", {"registryHive": hive, "registryKey": key}, reading)


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
    return evidence("registryValue", fields, reading)
