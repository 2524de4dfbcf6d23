"""Everyday actions of DeviceEvents, and what each tells in AdditionalFields.

Page: DeviceEvents of the advanced hunting schema.
"""

from __future__ import annotations

from tui.demo.tables.everyday import h, one_of

_THROW = h(71)
_PIPES = ("wkssvc", "srvsvc", "chrome.4512.11", "LOCAL\\\\mojo.4512.8")
_DRIVES = ("Kingston", "SanDisk", "Samsung")

_FIELDS: tuple[tuple[str, str], ...] = (
    ("GetClipboardData", "'{}'"),
    ("CreateRemoteThreadApiCall", f"json_object('StartAddress', 140700000000 + {h(73)} % 99999)"),
    (
        "ScheduledTaskCreated",
        "json_object('TaskName', '\\Updater' || " + h(73) + " % 9, 'TaskContent', "
        "'<Task><Actions><Exec><Command>' || c.image || '</Command></Exec></Actions></Task>')",
    ),
    (
        "PnpDeviceConnected",
        "json_object('ClassName', " + one_of(("DiskDrive", "Monitor", "Printer"), h(73)) + ", "
        "'DeviceDescription', " + one_of(("Disk drive", "Generic Monitor", "USB Printing Support"),
                                         h(73)) + ", "
        "'DeviceId', 'USB\\VID_0951&PID_1666\\' || " + h(74) + ", 'VendorIds', 'USB\\VID_0951')",
    ),
    (
        "UsbDriveMounted",
        "json_object('DriveLetter', 'E:', 'BusType', 'USB', 'Manufacturer', "
        + one_of(_DRIVES, h(73)) + ", 'ProductName', 'USB 3.2', 'SerialNumber', '' || " + h(74)
        + ", 'ProductRevision', '1.00', 'Volume', 'USB')",
    ),
    (
        "AntivirusScanCompleted",
        "json_object('ScanTypeIndex', " + one_of(("Quick", "Full"), h(73)) + ", 'ScanId', "
        "md5('' || " + h(74) + ")::UUID::VARCHAR, 'ScanParametersIndex', 'Quick', "
        "'Domain', 'NT AUTHORITY', 'User', 'SYSTEM')",
    ),
    ("PowerShellCommand", "json_object('Command', "
     + one_of(("Get-ChildItem", "Get-ADUser", "Import-Module", "Select-Object"), h(73)) + ")"),
    ("BrowserLaunchedToOpenUrl", "'{}'"),
    (
        "NamedPipeEvent",
        "json_object('PipeName', '\\Device\\NamedPipe\\' || " + one_of(_PIPES, h(73))
        + ", 'FileOperation', 'File opened', 'RemoteClientsAccess', 'AcceptRemote', "
        "'NamedPipeEnd', 'Server', 'DesiredAccess', 1180063)",
    ),
    ("DpapiAccessed", "json_object('DataDescription', 'Google Chrome', 'OperationType', "
     "'CryptUnprotectData')"),
    (
        "ServiceInstalled",
        "json_object('ServiceName', " + one_of(("edgeupdate", "gupdate", "MozillaMaintenance"),
                                               h(73))
        + ", 'ServiceAccount', 'LocalSystem', 'ServiceType', 16, 'ServiceStartType', 2)",
    ),
    ("AsrLsassCredentialTheftAudited", "json_object('IsAudit', true, 'RuleId', "
     "'9e6c4e1f-7d60-472f-ba1a-a39ef669e4b2', 'RuleLastModificationTime', "
     "'2026-01-12T09:00:00Z')"),
)  # fmt: skip

ACTION = one_of(tuple(action for action, _ in _FIELDS), _THROW)
"""An expression for what happened."""

IS_BROWSER = f"{_THROW} % {len(_FIELDS)} = 7"
"""Whether it is that an address was opened."""

FIELDS = (
    f"(CASE {_THROW} % {len(_FIELDS)} "
    + " ".join(f"WHEN {at} THEN {fields}::VARCHAR" for at, (_, fields) in enumerate(_FIELDS))
    + " END)"
)
"""An expression for what more is told of it, as JSON text."""
