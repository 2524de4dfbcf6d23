"""Everyday events of devices."""

from __future__ import annotations

from tui.demo.story.world import NT_DOMAIN
from tui.demo.tables import event_fields
from tui.demo.tables.catalogue import DOCUMENTS, LIBRARIES, SITES
from tui.demo.tables.everyday import Everyday, h, one_of, quoted


def _initiating(prefix: str = "c.") -> dict[str, str]:
    """The columns of the process that did it, from the program's or its parent's columns."""
    command = _command()
    own = "CASE WHEN c.by_user THEN d.account ELSE c.account END"
    return {
        "InitiatingProcessFileName": f"{prefix}image",
        "InitiatingProcessFolderPath": f"{prefix}folder",
        "InitiatingProcessSHA1": f"{prefix}sha1",
        "InitiatingProcessSHA256": f"{prefix}sha256",
        "InitiatingProcessMD5": f"{prefix}md5",
        "InitiatingProcessFileSize": f"{prefix}size",
        "InitiatingProcessCommandLine": command if prefix == "c." else f"{prefix}image",
        "InitiatingProcessId": f"2000 + {h(21)} % 24000",
        "InitiatingProcessCreationTime": f"ts - to_minutes(1 + {h(22)} % 300)",
        "InitiatingProcessParentFileName": "c.parent_image" if prefix == "c." else "'services.exe'",
        "InitiatingProcessParentId": f"700 + {h(23)} % 4000",
        "InitiatingProcessParentCreationTime": f"ts - to_minutes(301 + {h(24)} % 900)",
        "InitiatingProcessAccountName": own,
        "InitiatingProcessAccountDomain": f"CASE WHEN c.by_user THEN {quoted(NT_DOMAIN)} "
        "ELSE 'nt authority' END",
        "InitiatingProcessAccountSid": "CASE WHEN c.by_user THEN d.sid ELSE 'S-1-5-18' END",
        "InitiatingProcessAccountUpn": "CASE WHEN c.by_user THEN d.upn ELSE '' END",
        "InitiatingProcessAccountObjectId": "CASE WHEN c.by_user THEN d.object_id ELSE '' END",
        "InitiatingProcessIntegrityLevel": "CASE WHEN c.by_user THEN 'Medium' ELSE 'System' END",
        "InitiatingProcessTokenElevation": "CASE WHEN c.by_user "
        "THEN 'TokenElevationTypeLimited' ELSE 'TokenElevationTypeDefault' END",
        "InitiatingProcessVersionInfoCompanyName": "c.company",
        "InitiatingProcessVersionInfoProductName": "c.product",
        "InitiatingProcessVersionInfoOriginalFileName": f"{prefix}image",
        "InitiatingProcessSignatureStatus": "'Valid'",
        "InitiatingProcessSignerType": "'OsVendor'",
        "IsInitiatingProcessRemoteSession": "false",
        "InitiatingProcessSessionId": "1",
        "InitiatingProcessUniqueId": "(40000 + i)::VARCHAR",
    }


def _command() -> str:
    return (
        "replace(replace(c.command, '{user}', d.account), '{n}', "
        f"({h(20)} % 900 + 100)::VARCHAR)"
    )


_DEVICE = {
    "Timestamp": "ts",
    "DeviceId": "d.id",
    "DeviceName": "d.dns",
    "ReportId": "10000 + i",
}


def _site(part: int) -> str:
    """The name (0) or the address (1) of the site that this row talks to."""
    return one_of(tuple(site[part] for site in SITES), h(31))


_DOCUMENT = one_of(DOCUMENTS, h(41))
_FILE_KEY = f"({h(42)} % 4000)::VARCHAR || {_DOCUMENT}"
_ACCOUNT_OF_PROCESS = {
    "AccountName": "CASE WHEN c.by_user THEN d.account ELSE c.account END",
    "AccountDomain": f"CASE WHEN c.by_user THEN {quoted(NT_DOMAIN)} ELSE 'nt authority' END",
    "AccountSid": "CASE WHEN c.by_user THEN d.sid ELSE 'S-1-5-18' END",
    "AccountUpn": "CASE WHEN c.by_user THEN d.upn ELSE '' END",
    "AccountObjectId": "CASE WHEN c.by_user THEN d.object_id ELSE '' END",
}

TABLES: dict[str, Everyday] = {
    "DeviceProcessEvents": Everyday(
        24_000,
        {
            **_DEVICE,
            **_initiating("c.parent_"),
            **_ACCOUNT_OF_PROCESS,
            "ActionType": "'ProcessCreated'",
            "FileName": "c.image",
            "FolderPath": "c.folder",
            "SHA1": "c.sha1",
            "SHA256": "c.sha256",
            "MD5": "c.md5",
            "FileSize": "c.size",
            "ProcessCommandLine": _command(),
            "ProcessId": f"1000 + {h(11)} % 28000",
            "ProcessCreationTime": "ts",
            "ProcessIntegrityLevel": "CASE WHEN c.by_user THEN 'Medium' ELSE 'System' END",
            "ProcessTokenElevation": "'TokenElevationTypeDefault'",
            "ProcessVersionInfoCompanyName": "c.company",
            "ProcessVersionInfoProductName": "c.product",
            "ProcessVersionInfoOriginalFileName": "c.image",
            "ProcessVersionInfoFileDescription": "c.product",
            "LogonId": f"100000 + {h(12)} % 900000",
            "CreatedProcessSessionId": "1",
            "IsProcessRemoteSession": "false",
            "ProcessUniqueId": "(90000 + i)::VARCHAR",
        },
    ),
    "DeviceNetworkEvents": Everyday(
        24_000,
        {
            **_DEVICE,
            **_initiating(),
            "ActionType": one_of(
                ("ConnectionSuccess",) * 8 + ("ConnectionFailed", "DnsConnectionInspected"), h(32)
            ),
            "RemoteIP": _site(1),
            "RemoteUrl": _site(0),
            "RemotePort": f"([443, 443, 443, 443, 80, 445, 53, 9100])[1 + {h(33)} % 8]",
            "LocalIP": "d.ip",
            "LocalPort": f"49152 + {h(34)} % 16000",
            "Protocol": "'Tcp'",
            "LocalIPType": "'Private'",
            "RemoteIPType": f"CASE WHEN {_site(1)} LIKE '10.%' THEN 'Private' ELSE 'Public' END",
        },
    ),
    "DeviceFileEvents": Everyday(
        16_000,
        {
            **_DEVICE,
            **_initiating(),
            "ActionType": one_of(
                ("FileCreated",) * 5 + ("FileModified",) * 3 + ("FileRenamed", "FileDeleted"),
                h(43),
            ),
            "FileName": _DOCUMENT,
            "FolderPath": "'C:\\Users\\' || d.account || '\\' || "
            + one_of(("Documents", "Downloads", "Desktop", "AppData\\Local\\Temp"), h(44))
            + " || '\\' || "
            + _DOCUMENT,
            "SHA1": f"substr(sha256('1' || {_FILE_KEY}), 1, 40)",
            "SHA256": f"sha256('2' || {_FILE_KEY})",
            "MD5": f"md5({_FILE_KEY})",
            "FileSize": f"500 + {h(45)} % 4000000",
            "RequestProtocol": "'Local'",
            "RequestAccountName": "d.account",
            "RequestAccountDomain": quoted(NT_DOMAIN),
            "RequestAccountSid": "d.sid",
            "IsAzureInfoProtectionApplied": "false",
        },
    ),
    "DeviceImageLoadEvents": Everyday(
        8_000,
        {
            **_DEVICE,
            **_initiating(),
            "ActionType": "'ImageLoaded'",
            "FileName": one_of(LIBRARIES, h(46)),
            "FolderPath": "'C:\\Windows\\System32\\' || " + one_of(LIBRARIES, h(46)),
            "SHA1": f"substr(sha256('1' || {one_of(LIBRARIES, h(46))}), 1, 40)",
            "SHA256": f"sha256('2' || {one_of(LIBRARIES, h(46))})",
            "MD5": f"md5({one_of(LIBRARIES, h(46))})",
            "FileSize": f"20000 + {h(46)} % 900000",
        },
    ),
    "DeviceRegistryEvents": Everyday(
        6_000,
        {
            **_DEVICE,
            **_initiating(),
            "ActionType": one_of(
                ("RegistryValueSet",) * 6 + ("RegistryKeyCreated", "RegistryValueDeleted"), h(47)
            ),
            "RegistryKey": one_of(
                (
                    "HKEY_CURRENT_USER\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run",
                    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall"
                    "\\Teams",
                    "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\W32Time\\Config",
                    "HKEY_CURRENT_USER\\SOFTWARE\\Microsoft\\Office\\16.0\\Common\\Identity",
                    "HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\\Windows Defender",
                ),
                h(48),
            ),
            "RegistryValueName": one_of(
                ("OneDrive", "DisplayVersion", "LastKnownGoodTime", "SignedIn", "PUAProtection"),
                h(48),
            ),
            "RegistryValueType": "'String'",
            "RegistryValueData": f"({h(49)} % 100000)::VARCHAR",
        },
    ),
    "DeviceLogonEvents": Everyday(
        10_000,
        {
            **_DEVICE,
            **_initiating(),
            "ActionType": one_of(("LogonSuccess",) * 11 + ("LogonFailed",), h(13)),
            "LogonType": one_of(("Interactive", "Network", "Network", "Unlock", "Batch"), h(14)),
            "AccountName": "d.account",
            "AccountDomain": quoted(NT_DOMAIN),
            "AccountSid": "d.sid",
            "Protocol": one_of(("Kerberos", "Kerberos", "NTLM", "Negotiate"), h(15)),
            "FailureReason": f"CASE WHEN {h(13)} % 12 = 11 THEN 'InvalidUserNameOrPassword' "
            "ELSE '' END",
            "IsLocalAdmin": f"{h(16)} % 20 = 0",
            "LogonId": f"100000 + {h(17)} % 900000",
            "RemoteIP": f"CASE WHEN {h(14)} % 5 IN (1, 2) THEN '10.20.1.' || ({h(18)} % 240) "
            "ELSE '' END",
            "RemoteIPType": "'Private'",
            "RemotePort": f"49152 + {h(19)} % 16000",
        },
    ),
    "DeviceEvents": Everyday(
        8_000,
        {
            **_DEVICE,
            **_initiating(),
            "ActionType": event_fields.ACTION,
            "AccountName": "d.account",
            "AccountDomain": quoted(NT_DOMAIN),
            "AccountSid": "d.sid",
            "FileName": "c.image",
            "FolderPath": "c.folder",
            "SHA1": "c.sha1",
            "SHA256": "c.sha256",
            "MD5": "c.md5",
            "ProcessId": f"1000 + {h(72)} % 28000",
            "ProcessCommandLine": _command(),
            "RemoteUrl": f"CASE WHEN {event_fields.IS_BROWSER} "
            f"THEN 'https://' || {_site(0)} || '/' ELSE '' END",
            "LocalIP": "d.ip",
            "AdditionalFields": event_fields.FIELDS,
        },
    ),
}
"""The everyday rows of the devices' events."""
