"""What an entity can be asked about by: its address, hashes, names and identifiers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tui.api.records import Evidence

KINDS: dict[str, str] = {
    "ip": "an address",
    "url": "a URL",
    "domain": "a domain",
    "hash": "a hash of any kind",
    "sha256": "a SHA-256",
    "sha1": "a SHA-1",
    "md5": "an MD5",
    "file": "a file's name",
    "path": "a folder or path",
    "command": "a command line",
    "pid": "a process's number",
    "device": "a device's name",
    "device_id": "a device's identifier",
    "user": "a user's principal or account name",
    "user_id": "a user's object identifier",
    "sid": "a user's security identifier",
    "mail": "a mail address",
    "sender": "a mail's sender",
    "recipient": "a mail's recipient",
    "subject": "a mail's subject",
    "message_id": "a mail's network message identifier",
    "app": "an application's name",
    "app_id": "an application's identifier",
    "registry_key": "a registry key",
    "resource": "a cloud resource's identifier",
}
"""Kinds of particulars and what each is."""


class Particular(NamedTuple):
    """One thing that is known of an entity."""

    kind: str
    """One of `KINDS`."""
    value: str
    """As the service spelt it."""


_PLAIN: dict[str, str] = {
    "ipAddress": "ip",
    "senderIp": "ip",
    "lastIpAddress": "ip",
    "lastExternalIpAddress": "ip",
    "deviceDnsName": "device",
    "hostName": "device",
    "mdeDeviceId": "device_id",
    "processCommandLine": "command",
    "processId": "pid",
    "primaryAddress": "mail",
    "upn": "user",
    "recipientEmailAddress": "recipient",
    "subject": "subject",
    "networkMessageId": "message_id",
    "registryKey": "registry_key",
    "appId": "app_id",
    "resourceId": "resource",
}
_FILE = {"sha256": "sha256", "sha1": "sha1", "md5": "md5", "fileName": "file", "filePath": "path"}
_ACCOUNT = {
    "userPrincipalName": "user",
    "accountName": "user",
    "azureAdUserId": "user_id",
    "userSid": "sid",
}
_HASH_LENGTHS = {64: "sha256", 40: "sha1", 32: "md5"}
_FIRST: dict[str, str] = {
    "ip": "ip",
    "url": "url",
    "dns": "domain",
    "file": "sha256",
    "device": "device",
    "user": "user",
    "mailbox": "mail",
    "process": "command",
    "analyzedMessage": "message_id",
    "registryKey": "registry_key",
    "registryValue": "registry_key",
    "cloudApplication": "app_id",
    "oauthApplication": "app_id",
}


_SEVERAL: dict[str, tuple[str, ...]] = {
    "hash": ("sha256", "sha1", "md5", "hash"),
    "mail": ("mail", "sender", "recipient"),
}


def particulars(evidence: Evidence) -> list[Particular]:
    """What is known of an entity, the most telling first, each once."""
    found = dict.fromkeys(_all(evidence))
    first = _FIRST.get(evidence.kind)
    return sorted(found, key=lambda one: one.kind != first)


def _all(evidence: Evidence) -> Iterator[Particular]:
    fields = evidence.fields
    for group, names in (
        (fields.get("fileDetails"), _FILE),
        (fields.get("imageFile"), _FILE),
        (fields.get("userAccount"), _ACCOUNT),
        (fields, _PLAIN),
    ):
        if isinstance(group, dict):
            yield from _named(group, names)
    yield from _special(evidence, fields)


def _named(group: dict[str, Any], names: dict[str, str]) -> Iterator[Particular]:
    for name, kind in names.items():
        value = group.get(name)
        if isinstance(value, (str, int)) and not isinstance(value, bool) and str(value).strip():
            yield Particular(kind, str(value))


def _special(evidence: Evidence, fields: dict[str, Any]) -> Iterator[Particular]:
    kind = evidence.kind
    if kind == "url":
        url = str(fields.get("url") or evidence.title)
        yield Particular("url", url)
        yield from _host(url)
    elif kind == "dns":
        yield Particular("domain", str(fields.get("domainName") or evidence.title).rstrip("."))
    elif kind == "fileHash":
        value = str(fields.get("value") or evidence.title).strip()
        yield Particular(_HASH_LENGTHS.get(len(value), "hash"), value)
    elif kind in ("cloudApplication", "oauthApplication", "servicePrincipal"):
        yield Particular("app", evidence.title)
    for name in ("p2Sender", "p1Sender"):
        sender = fields.get(name)
        address = sender.get("emailAddress") if isinstance(sender, dict) else None
        if isinstance(address, str) and address.strip():
            yield Particular("sender", address)
            if domain := address.rpartition("@")[2]:
                yield Particular("domain", domain)


def _host(url: str) -> Iterator[Particular]:
    try:
        host = urlsplit(url if "://" in url else f"//{url}").hostname
    except ValueError:
        return
    if host:
        yield Particular("ip" if host.replace(".", "").isdigit() or ":" in host else "domain", host)


def of_kind(evidence: Evidence, kind: str) -> str | None:
    """The particular of a kind, where the entity has one; `hash` takes the longest there is."""
    kinds = _SEVERAL.get(kind, (kind,))
    known = particulars(evidence)
    return next((one.value for wanted in kinds for one in known if one.kind == wanted), None)
