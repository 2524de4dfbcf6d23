"""Entities that alerts name, under Graph's kinds and field names whichever dialect sent them.

Source: *alertEvidence resource type* and its kinds (Graph security API v1.0); the fields of
`devices` and `entities` in *List incidents API* (Microsoft Defender XDR).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.api import values
from tui.api.records import Evidence
from tui.api.titles import KINDS, title_of
from tui.api.values import Faults

_PREFIX = "#microsoft.graph.security."
_COMMON = frozenset(
    {
        "@odata.type",
        "createdDateTime",
        "verdict",
        "remediationStatus",
        "remediationStatusDetails",
        "roles",
        "detailedRoles",
        "tags",
    }
)


def graph_evidence(raw: dict[str, Any], faults: Faults, where: str = "evidence") -> Evidence:
    """An entity of Graph's `evidence` list."""
    kind = _graph_kind(values.text(raw.get("@odata.type"), f"{where} @odata.type", faults))
    where = f"{where} ({kind})"
    fields = {name: value for name, value in raw.items() if name not in _COMMON}
    return Evidence(
        kind=kind,
        title=title_of(kind, fields),
        fields=fields,
        created=values.time(raw.get("createdDateTime"), f"{where} createdDateTime", faults),
        verdict=values.word(raw.get("verdict"), values.VERDICT, f"{where} verdict", faults),
        remediation_status=values.word(
            raw.get("remediationStatus"),
            values.REMEDIATION,
            f"{where} remediationStatus",
            faults,
            none="none",
        ),
        roles=_roles(raw, where, faults),
        tags=values.texts(raw.get("tags"), f"{where} tags", faults),
        raw=raw,
    )


def _graph_kind(odata_type: str) -> str:
    name = odata_type.rpartition(".")[2] if odata_type.startswith(_PREFIX) else odata_type
    name = name.removesuffix("Evidence") or name
    return name or "unknown"


def _roles(raw: Mapping[str, Any], where: str, faults: Faults) -> tuple[str, ...]:
    found = values.texts(raw.get("roles"), f"{where} roles", faults)
    return tuple(values.ROLE.get(role.lower(), role) for role in found)


def classic_device(raw: dict[str, Any], faults: Faults) -> Evidence:
    """A device of a classic alert's `devices` list."""
    fields = _renamed(
        raw,
        {
            "mdatpDeviceId": "mdeDeviceId",
            "deviceId": "mdeDeviceId",
            "DeviceId": "mdeDeviceId",
            "aadDeviceId": "azureAdDeviceId",
            "firstSeen": "firstSeenDateTime",
        },
        skip=frozenset({"tags", "entityType"}) | _CLASSIC_COMMON,
    )
    for name, vocabulary in (
        ("healthStatus", values.HEALTH),
        ("riskScore", values.RISK),
        ("onboardingStatus", values.ONBOARDING),
        ("defenderAvStatus", values.ANTIVIRUS),
    ):
        if name in fields:
            fields[name] = values.word(fields[name], vocabulary, f"device {name}", faults)
    host = fields.get("deviceDnsName")
    if "hostName" not in fields and isinstance(host, str) and host:
        fields["hostName"] = host.partition(".")[0]
    return _classic("device", fields, raw, faults)


def classic_entity(raw: dict[str, Any], faults: Faults) -> Evidence:
    """An entity of a classic alert's or incident's `entities` list."""
    spelt = values.text(raw.get("entityType"), "entity entityType", faults)
    kind = _CLASSIC_KINDS.get(spelt.lower()) or KINDS.get(spelt.lower()) or spelt or "unknown"
    if kind == "device":
        return classic_device(raw, faults)
    if kind == "registryKey" and (raw.get("registryValue") or raw.get("registryValueName")):
        kind = "registryValue"
    build = _BUILDERS.get(kind)
    fields = build(raw) if build else _renamed(raw, {}, skip=_CLASSIC_COMMON)
    if "detectionStatus" in fields:
        fields["detectionStatus"] = values.word(
            fields["detectionStatus"], values.DETECTION, f"{kind} detectionStatus", faults
        )
    return _classic(kind, fields, raw, faults)


def _classic(kind: str, fields: dict[str, Any], raw: dict[str, Any], faults: Faults) -> Evidence:
    return Evidence(
        kind=kind,
        title=title_of(kind, fields),
        fields=fields,
        created=values.time(
            raw.get("evidenceCreationTime"), f"{kind} evidenceCreationTime", faults
        ),
        verdict=values.word(raw.get("verdict"), values.VERDICT, f"{kind} verdict", faults),
        remediation_status=values.word(
            raw.get("remediationStatus"),
            values.REMEDIATION,
            f"{kind} remediationStatus",
            faults,
            none="none",
        ),
        roles=_roles(raw, kind, faults),
        tags=values.texts(raw.get("tags"), f"{kind} tags", faults),
        raw=raw,
    )


_CLASSIC_COMMON = frozenset(
    {
        "entityType",
        "evidenceCreationTime",
        "verdict",
        "remediationStatus",
        "remediationStatusDetails",
        "roles",
        "tags",
    }
)
_CLASSIC_KINDS = {
    "machine": "device",
    "host": "device",
    "mailmessage": "analyzedMessage",
    "registry": "registryKey",
}
_ACCOUNT = {
    "accountName": "accountName",
    "domainName": "domainName",
    "userSid": "userSid",
    "aadUserId": "azureAdUserId",
    "userPrincipalName": "userPrincipalName",
}
_FILE = {name: name for name in ("fileName", "filePath", "sha1", "sha256", "md5")}
_PARENT_FILE = {"parentProcessFileName": "fileName", "parentProcessFilePath": "filePath"}
_DEVICE_ID = {"deviceId": "mdeDeviceId"}


def _renamed(
    raw: Mapping[str, Any], names: Mapping[str, str], *, skip: frozenset[str]
) -> dict[str, Any]:
    """The object's values under Graph's names; names that nobody knows keep their own."""
    fields: dict[str, Any] = {}
    for name, new in names.items():
        value = raw.get(name)
        if value is not None and new not in fields:
            fields[new] = value
    for name, value in raw.items():
        if value is not None and name not in names and name not in skip and name not in fields:
            fields[name] = value
    return fields


def _nested(raw: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {new: raw[name] for name, new in names.items() if raw.get(name) not in (None, "")}


def _grouped(
    raw: Mapping[str, Any], renames: Mapping[str, str], **groups: Mapping[str, str]
) -> dict[str, Any]:
    """Fields renamed, and some gathered into an object of their own as Graph has them."""
    taken = frozenset(name for names in groups.values() for name in names)
    fields = _renamed(raw, renames, skip=_CLASSIC_COMMON | taken)
    for group, names in groups.items():
        nested = _nested(raw, names)
        if nested:
            fields[group] = nested
    return fields


_BUILDERS: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "user": lambda raw: _grouped(raw, {}, userAccount=_ACCOUNT),
    "file": lambda raw: _grouped(raw, _DEVICE_ID, fileDetails=_FILE),
    "process": lambda raw: _grouped(
        raw,
        _DEVICE_ID
        | {
            "processCreationTime": "processCreationDateTime",
            "parentProcessCreationTime": "parentProcessCreationDateTime",
        },
        imageFile=_FILE,
        parentProcessImageFile=_PARENT_FILE,
        userAccount=_ACCOUNT,
    ),
    "mailbox": lambda raw: (
        _grouped(
            raw,
            {"mailboxAddress": "primaryAddress", "mailboxDisplayName": "displayName"},
            userAccount=_ACCOUNT,
        )
        | _nested(raw, {"userPrincipalName": "upn"})
    ),
    "analyzedMessage": lambda raw: _grouped(
        raw,
        {"recipient": "recipientEmailAddress"},
        p2Sender={"sender": "emailAddress"},
    ),
    "securityGroup": lambda raw: _grouped(raw, {"securityGroupName": "displayName"}),
    "cloudApplication": lambda raw: _grouped(
        raw, {"applicationId": "appId", "applicationName": "displayName"}
    ),
    "registryValue": lambda raw: _grouped(raw, _DEVICE_ID),
}
