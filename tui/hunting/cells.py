"""A cell of a result as what it is: a device, an account, a file, an address, a mail."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tui.api.records import Evidence
from tui.hunting import literals
from tui.rows import Kind

_DEVICES = {"DeviceName", "DeviceId", "RemoteDeviceName", "DestinationDeviceName"}
_ADDRESSES = {"RemoteIP", "LocalIP", "IPAddress", "IpAddress", "SenderIPv4", "SenderIPv6"}
_HASHES = {"SHA1", "SHA256", "MD5"}
_LITERAL = re.compile(r"[-\d:.TZ+ ]+", re.ASCII)
_MAIL = {"SenderFromAddress", "RecipientEmailAddress", "SenderMailFromAddress"}


def evidence_of(column: str, value: object, row: Mapping[str, object]) -> Evidence | None:
    """The entity that a cell names, as far as its column's name tells.

    Args:
        column: The column's title.
        value: The cell's value.
        row: The whole row, for what belongs together (a name and its domain).
    """
    text = "" if value is None else str(value)
    if not text.strip():
        return None
    plain = column.removeprefix("InitiatingProcess")
    found = _entity(column, plain, text, row)
    return None if found is None else Evidence(found[0], text, found[1])


def _entity(
    column: str, plain: str, text: str, row: Mapping[str, object]
) -> tuple[str, dict[str, Any]] | None:
    if column in _DEVICES:
        key = "mdeDeviceId" if column == "DeviceId" else "deviceDnsName"
        return "device", {key: text}
    if column in _ADDRESSES or column.endswith("IPAddress"):
        return "ip", {"ipAddress": text}
    if plain in _HASHES:
        return "file", {"fileDetails": {plain.lower(): text}}
    if plain == "FileName":
        prefix = column.removesuffix("FileName")
        hashes = {
            name.lower(): str(row[prefix + name]) for name in _HASHES if row.get(prefix + name)
        }
        return "file", {"fileDetails": {"fileName": text, **hashes}}
    if column in ("RemoteUrl", "Url", "FileOriginUrl"):
        return "url", {"url": text}
    if column == "NetworkMessageId":
        return "analyzedMessage", {"networkMessageId": text}
    if column in _MAIL:
        return "mailbox", {"primaryAddress": text}
    if column == "RegistryKey":
        return "registryKey", {"registryKey": text}
    if column == "OAuthAppId":
        return "oauthApplication", {"appId": text}
    if plain.endswith("ProcessCommandLine") or plain == "CommandLine":
        return None
    return _account(plain, text, row)


def _account(plain: str, text: str, row: Mapping[str, object]) -> tuple[str, dict[str, Any]] | None:
    names = {
        "AccountUpn": "userPrincipalName",
        "AccountObjectId": "azureAdUserId",
        "AccountSid": "userSid",
        "AccountName": "accountName",
    }
    if plain not in names:
        return None
    account: dict[str, Any] = {names[plain]: text}
    if plain == "AccountName":
        for column in ("AccountUpn", "AccountObjectId", "AccountSid"):
            if row.get(column):
                account[names[column]] = str(row[column])
    return "user", {"userAccount": account}


def condition(column: str, kind: Kind, value: object, *, wanted: bool) -> str:
    """A stage that keeps, or leaves out, rows with this value."""
    name = literals.name(column)
    if value is None or value == "":
        empty = "isempty" if kind in ("text", "dynamic") else "isnull"
        word = empty if wanted else empty.replace("is", "isnot", 1)
        return f"| where {word}({name})"
    sign = "==" if wanted else "!="
    if isinstance(value, bool):
        return f"| where {name} {sign} {str(value).lower()}"
    if isinstance(value, (int, float)):
        return f"| where {name} {sign} {value!r}"
    if kind == "time" and _LITERAL.fullmatch(str(value)):
        return f"| where {name} {sign} datetime({value})"
    if kind == "span" and _LITERAL.fullmatch(str(value)):
        return f"| where {name} {sign} timespan({value})"
    if kind in ("time", "span"):
        return f"| where tostring({name}) {sign} {literals.string(str(value))}"
    if kind == "dynamic":
        return f"| where tostring({name}) {sign} {literals.string(str(value))}"
    return f"| where {name} {sign} {literals.string(str(value))}"
