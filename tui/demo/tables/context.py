"""What surrounds an entity in its alert, and the columns that follow from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from tui.demo.dice import digest
from tui.demo.options import stamp
from tui.demo.story.evidence import account, file_details, folder_of
from tui.demo.story.world import Device, Person, devices, endpoints, people

Row = dict[str, Any]
Evidence = dict[str, Any]


@cache
def _machines() -> dict[str, Device]:
    return {one.id: one for one in devices()}


@cache
def _persons() -> dict[str, Person]:
    return {one.object_id: one for one in people()}


@cache
def _desks() -> dict[str, Device]:
    return {one.owner: one for one in reversed(endpoints())}


def machine(identifier: str | None) -> Device | None:
    """The device of the sensor's identifier."""
    return _machines().get(identifier or "")


def somebody(found: Evidence | None) -> Person | None:
    """The person of a `userAccount`."""
    return _persons().get((found or {}).get("azureAdUserId") or "")


def desk_of(one: Person) -> Device:
    """A machine that this person uses."""
    return _desks().get(one.name) or endpoints()[one.number % len(endpoints())]


def kind_of(one: Evidence) -> str:
    """`#microsoft.graph.security.deviceEvidence` as `device`."""
    name: str = one["@odata.type"]
    return name.rpartition(".")[2].removesuffix("Evidence")


def moment(text: str) -> datetime:
    """A stamp of the services as a time without zone, in UTC."""
    return datetime.fromisoformat(text[:26]).replace(tzinfo=None)


@dataclass
class Scene:
    """One alert, with its entities by kind."""

    alert: dict[str, Any]
    first: datetime
    last: datetime
    by_kind: dict[str, list[Evidence]]
    machines: list[Device] = field(default_factory=list)
    persons: list[Person] = field(default_factory=list)

    @classmethod
    def of(cls, alert: dict[str, Any]) -> Scene:
        """The scene of an alert as it was raised."""
        by_kind: dict[str, list[Evidence]] = {}
        for one in alert["evidence"]:
            by_kind.setdefault(kind_of(one), []).append(one)
        scene = cls(
            alert,
            moment(alert["firstActivityDateTime"]),
            moment(alert["lastActivityDateTime"]),
            by_kind,
        )
        for one in by_kind.get("device", []):
            found = machine(one["mdeDeviceId"])
            if found:
                scene.machines.append(found)
        for one in by_kind.get("user", []):
            person = somebody(one["userAccount"])
            if person:
                scene.persons.append(person)
        return scene

    def person(self) -> Person:
        """Whom it is about: the account, the mailbox's owner, the device's owner."""
        if self.persons:
            return self.persons[0]
        for one in self.by_kind.get("mailbox", []):
            found = somebody(one["userAccount"])
            if found:
                return found
        if self.machines:
            owner = self.machines[0].owner
            return next(one for one in people() if one.name == owner)
        return people()[int(digest(self.alert["id"])[:4], 16) % len(people())]

    def device(self) -> Device:
        """Where it happened: the alert's device, else the person's."""
        return self.machines[0] if self.machines else desk_of(self.person())

    def address(self) -> str:
        """Where it came from: the alert's first address outside, else the office's."""
        for one in self.by_kind.get("ip", []):
            if not one["ipAddress"].startswith("10."):
                return str(one["ipAddress"])
        return "203.0.113.24"

    def country(self) -> str:
        """The country of `address`."""
        wanted = self.address()
        for one in self.by_kind.get("ip", []):
            if one["ipAddress"] == wanted:
                return one["countryLetterCode"] or ""
        return self.person().country

    def process(self) -> Evidence:
        """The process that did it: the alert's last one, else the desktop's shell."""
        found = self.by_kind.get("process")
        if found:
            return found[-1]
        return desktop(self.device(), self.person(), self.first)

    def process_on(self, device: Device) -> Evidence:
        """The process that did it on that device."""
        for one in reversed(self.by_kind.get("process", [])):
            if one["mdeDeviceId"] == device.id:
                return one
        return desktop(device, self.person(), self.first)


def desktop(device: Device, one: Person, when: datetime) -> Evidence:
    """The shell of somebody who is signed in: what everything else hangs from."""
    began = stamp(when - timedelta(hours=2))
    return {
        "processId": 4000 + device.number * 4,
        "processCommandLine": "C:\\Windows\\Explorer.EXE",
        "processCreationDateTime": began,
        "parentProcessId": 1200,
        "parentProcessCreationDateTime": began,
        "mdeDeviceId": device.id,
        "imageFile": file_details("explorer.exe", folder_of("explorer.exe")),
        "parentProcessImageFile": file_details("userinit.exe", folder_of("userinit.exe")),
        "userAccount": account(one),
    }


def report_id(*parts: object) -> int:
    """A number for a row of a device's table."""
    return 1_000_000 + int(digest("/".join(map(str, parts)))[:7], 16)


def device_columns(one: Device) -> Row:
    """The columns that name a device."""
    return {"DeviceId": one.id, "DeviceName": one.dns}


def account_columns(found: Evidence | None, prefix: str = "") -> Row:
    """The columns that name an account, from a `userAccount`."""
    found = found or {}
    return {
        f"{prefix}AccountName": found.get("accountName"),
        f"{prefix}AccountDomain": found.get("domainName"),
        f"{prefix}AccountSid": found.get("userSid"),
        f"{prefix}AccountUpn": found.get("userPrincipalName"),
        f"{prefix}AccountObjectId": found.get("azureAdUserId"),
    }


def path_of(details: Evidence) -> str:
    """A file's full path, as the tables' `FolderPath` has it."""
    folder = details["filePath"]
    slash = "/" if "/" in folder else "\\"
    return f"{folder}{slash}{details['fileName']}"


def file_columns(details: Evidence) -> Row:
    """The columns that name a file."""
    return {
        "FileName": details["fileName"],
        "FolderPath": path_of(details),
        "SHA1": details["sha1"],
        "SHA256": details["sha256"],
        "MD5": details["md5"],
        "FileSize": details["fileSize"],
    }


def _image_columns(details: Evidence) -> Row:
    return {
        "InitiatingProcessFileName": details["fileName"],
        "InitiatingProcessFolderPath": path_of(details),
        "InitiatingProcessSHA1": details["sha1"],
        "InitiatingProcessSHA256": details["sha256"],
        "InitiatingProcessMD5": details["md5"],
        "InitiatingProcessFileSize": details["fileSize"],
        "InitiatingProcessVersionInfoCompanyName": details["filePublisher"],
        "InitiatingProcessSignatureStatus": "Valid" if details["signer"] else "Unsigned",
        "InitiatingProcessSignerType": "OsVendor" if details["signer"] else "Unknown",
    }


def _level(found: Evidence | None) -> str:
    return "System" if (found or {}).get("domainName") == "NT AUTHORITY" else "Medium"


def initiating_columns(one: Evidence) -> Row:
    """The columns of the process that did something, from its evidence."""
    above = one["parentProcessImageFile"] or {}
    return {
        **_image_columns(one["imageFile"]),
        **account_columns(one["userAccount"], "InitiatingProcess"),
        "InitiatingProcessId": one["processId"],
        "InitiatingProcessCommandLine": one["processCommandLine"],
        "InitiatingProcessCreationTime": moment(one["processCreationDateTime"]),
        "InitiatingProcessParentFileName": above.get("fileName"),
        "InitiatingProcessParentId": one["parentProcessId"],
        "InitiatingProcessParentCreationTime": _maybe(one["parentProcessCreationDateTime"]),
        "InitiatingProcessIntegrityLevel": _level(one["userAccount"]),
    }


def _maybe(text: str | None) -> datetime | None:
    return moment(text) if text else None


def started_columns(one: Evidence, command_above: str = "") -> Row:
    """The columns of a process that began, and of the process that began it."""
    above = one["parentProcessImageFile"]
    level = _level(one["userAccount"])
    row = {
        **file_columns(one["imageFile"]),
        **account_columns(one["userAccount"]),
        **account_columns(one["userAccount"], "InitiatingProcess"),
        "ActionType": "ProcessCreated",
        "ProcessId": one["processId"],
        "ProcessCommandLine": one["processCommandLine"],
        "ProcessCreationTime": moment(one["processCreationDateTime"]),
        "ProcessIntegrityLevel": level,
        "ProcessTokenElevation": "TokenElevationTypeDefault",
        "ProcessVersionInfoCompanyName": one["imageFile"]["filePublisher"],
        "ProcessVersionInfoOriginalFileName": one["imageFile"]["fileName"],
        "InitiatingProcessId": one["parentProcessId"],
        "InitiatingProcessCreationTime": _maybe(one["parentProcessCreationDateTime"]),
        "InitiatingProcessIntegrityLevel": level,
    }
    if above:
        row |= _image_columns(above)
        row["InitiatingProcessCommandLine"] = command_above or above["fileName"]
    return row


def times(scene: Scene) -> Iterator[datetime]:
    """When things happened: at the first activity, and at the last where that is later."""
    yield scene.first
    if scene.last - scene.first > timedelta(minutes=10):
        yield scene.last
