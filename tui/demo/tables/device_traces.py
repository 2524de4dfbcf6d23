"""What devices recorded of an alert's entities."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from tui.demo.story.evidence import account
from tui.demo.story.world import Device, Person
from tui.demo.tables.context import (
    Evidence,
    Row,
    Scene,
    account_columns,
    desk_of,
    desktop,
    device_columns,
    file_columns,
    initiating_columns,
    machine,
    moment,
    report_id,
    started_columns,
    times,
)

Add = Callable[[str, Row], None]
_INSIDE = "10."


def leave(scene: Scene, add: Add) -> None:
    """Add the rows of the devices' tables."""
    for one in scene.by_kind.get("process", []):
        _process(scene, one, add)
    for device in scene.machines:
        _device(scene, device, add)
    for person in scene.persons:
        _at_desk(scene, person, add)
    for one in scene.by_kind.get("file", []):
        _file(scene, one, add)
    for one in scene.by_kind.get("ip", []):
        _address(scene, one, add)
    for one in scene.by_kind.get("url", []):
        _url(scene, one, add)
    for one in scene.by_kind.get("registryKey", []):
        _registry(scene, one, "RegistryKeyCreated", add)
    for one in scene.by_kind.get("registryValue", []):
        _registry(scene, one, "RegistryValueSet", add)


def _base(device: Device, when: datetime, *key: object) -> Row:
    return {
        "Timestamp": when,
        **device_columns(device),
        "ReportId": report_id(device.name, when, *key),
    }


def _process(scene: Scene, one: Evidence, add: Add) -> None:
    device = machine(one["mdeDeviceId"]) or scene.device()
    above = ""
    for other in scene.by_kind["process"]:
        if other["processId"] == one["parentProcessId"] and other is not one:
            above = other["processCommandLine"]
    when = moment(one["processCreationDateTime"])
    row = started_columns(one, above)
    add("DeviceProcessEvents", {**_base(device, when, "start"), **row})
    if abs(when - scene.first) > timedelta(hours=5):
        # It ran for long before: the tables have what it started near the alert.
        child = {**row, "InitiatingProcessId": one["processId"]}
        add("DeviceProcessEvents", {**_base(device, scene.first, "again"), **child})


def _device(scene: Scene, device: Device, add: Add) -> None:
    actor = scene.process_on(device)
    for when in times(scene):
        shell = desktop(device, scene.person(), when)
        add(
            "DeviceProcessEvents",
            {**_base(device, when, "device"), **started_columns(shell, "userinit.exe")},
        )
        add(
            "DeviceNetworkEvents",
            {
                **_base(device, when, "net"),
                **initiating_columns(actor),
                "ActionType": "ConnectionSuccess",
                "RemoteIP": "10.20.1.20",
                "RemotePort": 389,
                "RemoteUrl": "dc-01.contoso.com",
                "RemoteIPType": "Private",
                **_local(device),
            },
        )
        add("DeviceLogonEvents", _logon(device, scene.person(), when, ""))


def _local(device: Device) -> Row:
    return {
        "LocalIP": device.ip,
        "LocalPort": 49200 + device.number,
        "LocalIPType": "Private",
        "Protocol": "Tcp",
    }


def _logon(device: Device, person: Person, when: datetime, source: str) -> Row:
    who = account_columns(account(person))
    return {
        **_base(device, when, "logon", person.name, source),
        **{name: who[name] for name in ("AccountName", "AccountDomain", "AccountSid")},
        "ActionType": "LogonSuccess",
        "LogonType": "Network" if source else "Interactive",
        "Protocol": "NTLM" if source else "Kerberos",
        "RemoteIP": source,
        "RemoteIPType": "Private" if source.startswith(_INSIDE) else "Public" if source else "",
        "LogonId": report_id("session", person.name, device.name),
        "InitiatingProcessFileName": "lsass.exe",
        "InitiatingProcessAccountName": "system",
    }


def _at_desk(scene: Scene, person: Person, add: Add) -> None:
    """What the person's own machine saw of them around the alert."""
    device = scene.machines[0] if scene.machines else desk_of(person)
    for when in times(scene):
        shell = desktop(device, person, when)
        row = {**_base(device, when, "desk", person.name), **started_columns(shell)}
        add("DeviceProcessEvents", row)


def _file(scene: Scene, one: Evidence, add: Add) -> None:
    details = one["fileDetails"]
    device = machine(one["mdeDeviceId"]) or scene.device()
    actor = initiating_columns(scene.process_on(device))
    row = {
        **_base(device, scene.first, details["fileName"]),
        **file_columns(details),
        **actor,
    }
    origin = next((found["url"] for found in scene.by_kind.get("url", [])), "")
    request = {"RequestProtocol": "Local", "FileOriginUrl": origin}
    add("DeviceFileEvents", {**row, **request, "ActionType": "FileCreated"})
    name = details["fileName"].lower()
    if name.endswith(".dll"):
        add("DeviceImageLoadEvents", {**row, "ActionType": "ImageLoaded"})
    if one["detectionStatus"] in {"detected", "prevented"} and one["verdict"] == "malicious":
        threat = scene.alert["threatDisplayName"] or "Trojan:Win32/Wacatac.B!ml"
        found = {
            "ActionType": "AntivirusDetection",
            "AdditionalFields": f'{{"ThreatName":"{threat}","WasRemediated":true}}',
        }
        add("DeviceEvents", {**row, **found})
    for message in scene.by_kind.get("analyzedMessage", []):
        if message["attachmentsCount"]:
            attached = {
                "Timestamp": moment(message["receivedDateTime"]),
                "NetworkMessageId": message["networkMessageId"],
                "SenderFromAddress": message["p2Sender"]["emailAddress"],
                "RecipientEmailAddress": message["recipientEmailAddress"],
                "FileName": details["fileName"],
                "SHA256": details["sha256"],
            }
            add("EmailAttachmentInfo", attached)


def _connected(scene: Scene, device: Device, address: str, url: str) -> Row:
    inside = address.startswith(_INSIDE)
    return {
        **_base(device, scene.first, address, url),
        **initiating_columns(scene.process_on(device)),
        "ActionType": "ConnectionSuccess",
        "RemoteIP": address,
        "RemotePort": 445 if inside else 443,
        "RemoteUrl": url,
        "RemoteIPType": "Private" if inside else "Public",
        **_local(device),
    }


def _address(scene: Scene, one: Evidence, add: Add) -> None:
    address = one["ipAddress"]
    if address.startswith(_INSIDE):
        target = scene.machines[-1] if scene.machines else scene.device()
        add("DeviceLogonEvents", _logon(target, scene.person(), scene.first, address))
        add("DeviceNetworkEvents", _connected(scene, target, address, ""))
    elif scene.machines:
        for device in scene.machines:
            add("DeviceNetworkEvents", _connected(scene, device, address, ""))


def _url(scene: Scene, one: Evidence, add: Add) -> None:
    if scene.machines:
        address = scene.address()
        add("DeviceNetworkEvents", _connected(scene, scene.machines[0], address, one["url"]))


def _registry(scene: Scene, one: Evidence, action: str, add: Add) -> None:
    device = machine(one.get("mdeDeviceId")) or scene.device()
    add(
        "DeviceRegistryEvents",
        {
            **_base(device, scene.first, one["registryKey"], one.get("registryValueName")),
            **initiating_columns(scene.process_on(device)),
            "ActionType": action,
            "RegistryKey": f"{one['registryHive']}\\{one['registryKey']}",
            "RegistryValueName": one.get("registryValueName"),
            "RegistryValueData": one.get("registryValue"),
            "RegistryValueType": "String" if "registryValue" in one else "",
        },
    )
