"""By which keys an incident is found: its entities, tactics, techniques, sources and tags.

An entity is read by the names of its fields, wherever they stand, so that a kind that no
page lists is found by its address or hash as well.

Source: fields of *alertEvidence resource type* and its kinds (Graph security API v1.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

import msgspec

from tui.api.records import Evidence, Incident
from tui.incidents.folding import fold, storable

Kind = Literal[
    "device",
    "user",
    "ip",
    "file",
    "hash",
    "url",
    "mail",
    "app",
    "object",
    "tactic",
    "technique",
    "source",
    "tag",
    "class",
    "determination",
]
"""What a key is. `object` is an identifier or title by which only programs look."""

ENTITY_KINDS: tuple[Kind, ...] = (
    "device",
    "user",
    "ip",
    "file",
    "hash",
    "url",
    "mail",
    "app",
    "object",
)
"""The kinds that entities have."""


class Key(NamedTuple):
    """One key of an incident."""

    kind: Kind
    folded: str
    """For comparing."""
    said: str
    """As the service spelt it."""


_FIELDS: dict[str, Kind] = {
    "deviceDnsName": "device",
    "hostName": "device",
    "deviceName": "device",
    "mdeDeviceId": "object",
    "azureAdDeviceId": "object",
    "userPrincipalName": "user",
    "accountName": "user",
    "upn": "user",
    "primaryAddress": "user",
    "recipientEmailAddress": "user",
    "userSid": "object",
    "azureAdUserId": "object",
    "ipAddress": "ip",
    "senderIp": "ip",
    "fileName": "file",
    "filePath": "file",
    "sha1": "hash",
    "sha256": "hash",
    "md5": "hash",
    "url": "url",
    "domainName": "url",
    "emailAddress": "mail",
    "subject": "mail",
    "networkMessageId": "object",
    "internetMessageId": "object",
    "appId": "object",
    "registryKey": "object",
    "resourceId": "object",
    "value": "object",
}
_NAMED_APP = frozenset({"cloudApplication", "oauthApplication", "servicePrincipal"})
_NOT_WITHIN = frozenset({"loggedOnUsers", "ipInterfaces", "vmMetadata", "tags", "location"})
_ACCOUNTS = frozenset({"userAccount", "account"})
_DEEPEST = 4
_LONGEST = 400
MOST_KEYS = 30_000
"""Keys of one incident beyond which the rest is left out."""

_STRONG: dict[str, tuple[str, ...]] = {
    "device": ("mdeDeviceId", "azureAdDeviceId", "deviceDnsName", "hostName"),
    "user": ("userPrincipalName", "userSid", "azureAdUserId", "accountName"),
    "file": ("sha256", "sha1", "md5", "fileName"),
    "fileHash": ("value",),
    "process": ("sha256", "sha1", "md5", "fileName"),
    "ip": ("ipAddress",),
    "url": ("url",),
    "dns": ("domainName",),
    "mailbox": ("primaryAddress", "upn", "userPrincipalName", "azureAdUserId"),
    "analyzedMessage": ("networkMessageId", "internetMessageId", "subject"),
    "cloudApplication": ("appId",),
    "oauthApplication": ("appId", "objectId"),
    "registryKey": ("registryKey",),
    "registryValue": ("registryKey",),
}
_WEAK = frozenset({"hostName", "accountName", "fileName", "subject"})


def evidence_keys(evidence: Evidence) -> Iterator[tuple[str, Kind, str]]:
    """Each key of an entity: the field it stands in, its kind, and its text."""
    yield from _within(evidence.fields, evidence.kind, 0)
    if evidence.kind in _NAMED_APP:
        yield "title", "app", evidence.title
    elif evidence.kind not in _STRONG:
        yield "title", "object", evidence.title


def _within(fields: Mapping[str, Any], kind: str, depth: int) -> Iterator[tuple[str, Kind, str]]:
    for name, value in fields.items():
        if not value:
            continue
        if isinstance(value, str):
            found = _FIELDS.get(name)
            if found is None:
                continue
            if name == "domainName":
                if kind != "dns":
                    continue  # an account's, which is no address
            elif name == "value" and kind == "fileHash":
                found = "hash"
            yield name, found, value
        elif depth < _DEEPEST and name not in _NOT_WITHIN:
            if isinstance(value, dict):
                yield from _within(value, kind, depth + 1)
            elif isinstance(value, list):
                for item in value[:1000]:
                    if isinstance(item, dict):
                        yield from _within(item, kind, depth + 1)
    account, domain = fields.get("accountName"), fields.get("domainName")
    if isinstance(account, str) and isinstance(domain, str) and account and domain:
        yield "account", "user", f"{domain}\\{account}"


def identity(evidence: Evidence) -> list[tuple[Kind, str]]:
    """The keys by which other incidents hold the same entity; empty where it has none.

    Identifiers count where there are any; a bare name only where there is nothing better.
    """
    wanted = _STRONG.get(evidence.kind, ("title",))
    found: dict[str, tuple[Kind, str]] = {}
    for name, kind, text in evidence_keys(_without_others(evidence)):
        if name in (*wanted, "account"):
            found.setdefault(name, (kind, text))
    strong = [found[name] for name in wanted if name in found and name not in _WEAK]
    if strong:
        return strong
    if "account" in found and evidence.kind == "user":
        return [found["account"]]
    weak = [found[name] for name in wanted if name in found]
    return weak[:1] or ([(kind, evidence.title) for kind in ENTITY_KINDS] if evidence.title else [])


def _without_others(evidence: Evidence) -> Evidence:
    """A process without its parent and its user, who are entities of their own."""
    if evidence.kind != "process":
        return evidence
    others = ("parentProcessImageFile", "userAccount")
    own = {name: value for name, value in evidence.fields.items() if name not in others}
    return msgspec.structs.replace(evidence, fields=own)


def all_evidence(incident: Incident) -> Iterator[Evidence]:
    """The entities of an incident and of its alerts; one that repeats comes again."""
    yield from incident.evidence
    for alert in incident.alerts:
        yield from alert.evidence


def labels(incident: Incident) -> Iterator[tuple[Kind, str]]:
    """The keys of an incident that are no entities."""
    for tag in (*incident.tags, *incident.system_tags):
        yield "tag", tag
    yield "class", incident.classification
    yield "determination", incident.determination
    for alert in incident.alerts:
        yield "tactic", alert.category
        yield "source", alert.service_source
        yield "source", alert.detection_source
        for technique in alert.mitre_techniques:
            yield "technique", technique


def keys_of(incident: Incident) -> tuple[Key, ...]:
    """All keys of an incident, each once."""
    # Most texts repeat from alert to alert: each is folded once.
    met: dict[tuple[Kind, str], None] = dict.fromkeys(labels(incident))
    seen: set[int] = set()
    for evidence in all_evidence(incident):
        if id(evidence) not in seen and len(met) < MOST_KEYS:
            seen.add(id(evidence))
            met.update(((kind, text), None) for _, kind, text in evidence_keys(evidence))
    found: dict[tuple[str, str], Key] = {}
    for kind, text in met:
        folded = fold(text[:_LONGEST])
        if (kind, folded) not in found and folded.strip():
            found[kind, folded] = Key(kind, folded, storable(text[:_LONGEST]))
    return tuple(found.values())
