"""Rows that make the stories worth hunting: what lies between their alerts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from tui.demo.dice import Dice, digest, guid
from tui.demo.story import spray
from tui.demo.story.record import Record
from tui.demo.story.world import ONEDRIVE, SHAREPOINT, device, person
from tui.demo.tables.context import (
    Row,
    Scene,
    device_columns,
    initiating_columns,
    report_id,
)

if TYPE_CHECKING:
    from tui.demo.story.queue import Queue

Add = Callable[[str, Row], None]


def leave(queue: Queue, add: Add) -> None:
    """Add the rows of the stories that are in the queue."""
    for number, tell in ((4711, _encryption), (4688, _attempts), (4669, _downloads)):
        record = queue.get(number)
        if record is not None:
            tell(queue, record, add)


def _encryption(queue: Queue, record: Record, add: Add) -> None:
    """Files renamed on FS-01 by the locker, and the reading of LSASS."""
    server, desk = device("FS-01"), device("WKS-0142")
    by_title = {alert["title"]: Scene.of(alert) for alert in queue.told(record)}
    scene = by_title["Files encrypted at high rate"]
    locker = initiating_columns(scene.process_on(server))
    folders = ("Finance", "HR", "Projects\\Aurora", "Contracts", "Payroll", "图纸")
    dice = Dice(record.number)
    for number in range(480):
        when = scene.first + timedelta(seconds=number * 1.1)
        stem = f"{dice.pick(('Report', 'Budget', 'Plan', 'Scan', 'Notes'))} {number}"
        name = f"{stem}.{dice.pick(('docx', 'xlsx', 'pdf', 'dwg'))}"
        folder = f"D:\\Shares\\{folders[number % len(folders)]}"
        add(
            "DeviceFileEvents",
            {
                "Timestamp": when,
                **device_columns(server),
                **locker,
                "ReportId": report_id("locker", number),
                "ActionType": "FileRenamed",
                "FileName": f"{name}.contoso_locked",
                "FolderPath": f"{folder}\\{name}.contoso_locked",
                "PreviousFileName": name,
                "PreviousFolderPath": folder,
                "SHA1": digest(f"locked/{number}"),
                "SHA256": digest(f"locked/{number}", "sha256"),
                "FileSize": 20_000 + dice.below(900_000),
                "RequestProtocol": "Local",
            },
        )
    scene = by_title["LSASS memory read by rundll32.exe"]
    dump = initiating_columns(scene.process_on(desk))
    for action in ("OpenProcessApiCall", "ReadProcessMemoryApiCall"):
        add(
            "DeviceEvents",
            {
                "Timestamp": scene.first,
                **device_columns(desk),
                **dump,
                "ReportId": report_id("lsass", action),
                "ActionType": action,
                "FileName": "lsass.exe",
                "FolderPath": "C:\\Windows\\System32\\lsass.exe",
                "ProcessId": 712,
                "ProcessCommandLine": "C:\\Windows\\system32\\lsass.exe",
                "AdditionalFields": '{"DesiredAccess":2097151,"TotalBytesCopied":61873152}',
            },
        )


def _attempts(queue: Queue, record: Record, add: Add) -> None:
    """Every failed sign-in of the spray."""
    scene = Scene.of(queue.told(record)[0])
    for place, target in enumerate(spray.targets()):
        for turn, (address, country) in enumerate(spray.ADDRESSES):
            when = scene.first + timedelta(minutes=18.0 * turn, seconds=4.0 * place)
            key = f"spray/{target.name}/{address}"
            add(
                "EntraIdSignInEvents",
                {
                    "Timestamp": when,
                    "ReportId": guid(key),
                    "RequestId": guid(f"request/{key}"),
                    "CorrelationId": guid(f"correlation/{key}"),
                    "Application": "Office 365 Exchange Online",
                    "LogonType": '["interactiveUser"]',
                    "ErrorCode": 50053 if turn == 5 and place % 7 == 0 else 50126,
                    "AccountDisplayName": target.display,
                    "AccountObjectId": target.object_id,
                    "AccountUpn": target.upn,
                    "ClientAppUsed": "Exchange ActiveSync",
                    "UserAgent": "Microsoft Office/14.0 (Windows NT 6.1; Microsoft Outlook 14.0)",
                    "IPAddress": address,
                    "Country": country,
                },
            )


def _downloads(queue: Queue, record: Record, add: Add) -> None:
    """What the engineer fetched from the project's site."""
    scene = Scene.of(queue.told(record)[0])
    who = person("s.lindqvist")
    for number in range(360):
        name = f"AUR-{number + 1000}-{'ABC'[number % 3]}.dwg"
        app = SHAREPOINT if number % 5 else ONEDRIVE
        add(
            "CloudAppEvents",
            {
                "Timestamp": scene.first + timedelta(seconds=12.0 * number),
                "ReportId": guid(f"aurora/{number}"),
                "ActionType": "FileDownloaded",
                "Application": app.name,
                "ApplicationId": app.app_id,
                "AccountObjectId": who.object_id,
                "AccountId": who.upn,
                "AccountDisplayName": who.display,
                "IPAddress": "203.0.113.24",
                "CountryCode": "SE",
                "ObjectName": name,
                "ObjectType": "File",
                "RawEventData": {
                    "SiteUrl": "https://contoso.sharepoint.com/sites/aurora",
                    "SourceFileName": name,
                    "UserId": who.upn,
                },
            },
        )
