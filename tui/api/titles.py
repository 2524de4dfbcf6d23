"""What a person calls an entity: a host name, an address, a file name.

Source: fields of the kinds of *alertEvidence resource type* (Graph security API v1.0).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tui.api import values

_Path = tuple[str, ...]
_ACCOUNT_PATHS = (
    "userAccount.userPrincipalName",
    "userAccount.accountName",
    "userAccount.displayName",
    "userAccount.userSid",
    "userAccount.azureAdUserId",
)
_FILE_NAMES = ("fileName", "filePath", "sha256", "sha1", "md5")
_TITLES: dict[str, _Path] = {
    "activeDirectoryDomain": ("activeDirectoryDomainName",),
    "aiAgent": ("agentName", "agentId"),
    "amazonResource": ("resourceName", "amazonResourceId"),
    "analyzedMessage": (
        "subject",
        "networkMessageId",
        "internetMessageId",
        "recipientEmailAddress",
        "p2Sender.emailAddress",
    ),
    "azureResource": ("resourceName", "resourceId"),
    "blob": ("name", "url"),
    "blobContainer": ("name", "url"),
    "cloudApplication": ("displayName", "instanceName", "appId"),
    "cloudLogonRequest": ("requestId",),
    "cloudLogonSession": (*(f"account.{path}" for path in _ACCOUNT_PATHS), "sessionId"),
    "container": ("name", "containerId"),
    "containerImage": ("imageId", "digestImage.imageId"),
    "containerRegistry": ("registry",),
    "device": ("deviceDnsName", "hostName", "mdeDeviceId", "azureAdDeviceId", "lastIpAddress"),
    "dns": ("domainName",),
    "file": tuple(f"fileDetails.{name}" for name in _FILE_NAMES),
    "fileHash": ("value",),
    "gitHubOrganization": ("displayName", "login", "orgId"),
    "gitHubRepo": ("login", "baseUrl", "repoId"),
    "gitHubUser": ("login", "name", "email", "userId"),
    "googleCloudResource": ("resourceName", "fullResourceName", "projectId"),
    "hostLogonSession": (*(f"account.{path}" for path in _ACCOUNT_PATHS), "sessionId"),
    "ioTDevice": ("deviceName", "deviceId", "ipAddress.ipAddress", "macAddress"),
    "ip": ("ipAddress",),
    "kubernetesCluster": ("name",),
    "kubernetesController": ("name",),
    "kubernetesNamespace": ("name",),
    "kubernetesPod": ("name", "podIp.ipAddress"),
    "kubernetesSecret": ("name",),
    "kubernetesService": ("name", "clusterIP.ipAddress"),
    "kubernetesServiceAccount": ("name",),
    "mailCluster": ("clusterByValue", "clusterBy", "query", "urn"),
    "mailbox": ("primaryAddress", "upn", "displayName", *_ACCOUNT_PATHS),
    "mailboxConfiguration": ("displayName", "mailboxPrimaryAddress", "upn", "configurationId"),
    "malware": ("name", "category"),
    "networkConnection": ("destinationAddress.ipAddress", "sourceAddress.ipAddress", "protocol"),
    "nic": ("ipAddress.ipAddress", "macAddress"),
    "oauthApplication": ("displayName", "appId", "objectId"),
    "process": (
        *(f"imageFile.{name}" for name in _FILE_NAMES[:2]),
        "processCommandLine",
        "processId",
    ),
    "registryKey": ("registryKey", "registryHive"),
    "registryValue": ("registryValueName", "registryKey", "registryValue", "registryHive"),
    "sasToken": ("storageResource.resourceName", "signatureHash"),
    "securityGroup": (
        "displayName",
        "friendlyName",
        "distinguishedName",
        "securityGroupId",
        "sid",
    ),
    "servicePrincipal": ("servicePrincipalName", "appId", "servicePrincipalObjectId"),
    "submissionMail": ("subject", "networkMessageId", "submissionId"),
    "teamsMessage": ("subject", "messageId", "threadId"),
    "url": ("url",),
    "user": _ACCOUNT_PATHS,
}
KINDS = {kind.lower(): kind for kind in _TITLES}
"""The kinds that Graph's metadata names, found without regard to case."""
_ANY_KIND = ("displayName", "name", "title", "subject", "login", "url", "ipAddress", "value", "id")


def title_of(kind: str, fields: Mapping[str, Any]) -> str:
    """What a person calls the entity; its kind where it says nothing of itself."""
    known = KINDS.get(kind.lower(), kind)
    composed = _COMPOSED.get(known)
    return (
        (composed(fields) if composed else "")
        or _first_of(fields, _TITLES.get(known, ()))
        or _first_of(fields, _ANY_KIND)
        or _any_name(fields)
        or kind
        or "entity"
    )


def _at(fields: Mapping[str, Any], path: str) -> str:
    found: Any = fields
    for step in path.split("."):
        if not isinstance(found, dict):
            return ""
        found = found.get(step)
    if isinstance(found, str):
        return found if found.strip() else ""
    if isinstance(found, int | float) and not isinstance(found, bool):
        return values.number_text(found)
    return ""


def _first_of(fields: Mapping[str, Any], paths: _Path) -> str:
    return next((found for path in paths if (found := _at(fields, path))), "")


def _any_name(fields: Mapping[str, Any]) -> str:
    """Of a kind that nobody knows: a field that calls itself a name or an identifier."""
    for suffix in ("name", "address", "url", "id"):
        for name in fields:
            if name.lower().endswith(suffix) and (found := _at(fields, name)):
                return found
    return next((found for name in fields if (found := _at(fields, name))), "")


def _registry(fields: Mapping[str, Any]) -> str:
    key = "\\".join(part for name in ("registryHive", "registryKey") if (part := _at(fields, name)))
    value = _at(fields, "registryValueName")
    return f"{key}\\{value}" if key and value else key


def _connection(fields: Mapping[str, Any]) -> str:
    ends = []
    for side in ("source", "destination"):
        address = _at(fields, f"{side}Address.ipAddress") or _at(fields, f"{side}Address")
        port = _at(fields, f"{side}Port")
        if address:
            ends.append(f"{address}:{port}" if port else address)
    return " → ".join(ends)


def _session(fields: Mapping[str, Any]) -> str:
    account = _first_of(fields, _TITLES["hostLogonSession"][:-1])
    host = (
        _at(fields, "host.deviceDnsName")
        or _at(fields, "host.hostName")
        or _at(fields, "deviceName")
    )
    return f"{account} on {host}" if account and host else account


def _user(fields: Mapping[str, Any]) -> str:
    if found := _at(fields, "userAccount.userPrincipalName"):
        return found
    account, domain = _at(fields, "userAccount.accountName"), _at(fields, "userAccount.domainName")
    return f"{domain}\\{account}" if account and domain else account


def _process(fields: Mapping[str, Any]) -> str:
    name = _at(fields, "imageFile.fileName")
    number = _at(fields, "processId")
    return f"{name} ({number})" if name and number else name


def _repository(fields: Mapping[str, Any]) -> str:
    owner, name = _at(fields, "owner"), _at(fields, "login")
    return f"{owner}/{name}" if owner and name else name


_COMPOSED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "registryKey": _registry,
    "registryValue": _registry,
    "networkConnection": _connection,
    "hostLogonSession": _session,
    "cloudLogonSession": _session,
    "user": _user,
    "process": _process,
    "gitHubRepo": _repository,
}
