"""Which table of advanced hunting holds what a Sigma rule looks at, and in which columns.

Sigma's taxonomy names fields as Sysmon and Windows do (Sigma's page "Taxonomy appendix"); the
tables are those of the pages "advanced hunting schema" of Microsoft Defender XDR.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Source:
    """Where a kind of log is to be found."""

    table: str
    columns: dict[str, str]
    """Sigma's field, and the column or the expression that holds it."""
    only: str = ""
    """What keeps the rows of this kind apart from others of the table."""
    values: dict[str, dict[str, str]] = field(default_factory=dict)
    """Of a field: Sigma's values and ours; another value has no meaning here."""


_HASHES = {"md5": "MD5", "sha1": "SHA1", "sha256": "SHA256"}
_ACTOR = {
    "Image": "InitiatingProcessFolderPath",
    "SourceImage": "InitiatingProcessFolderPath",
    "CommandLine": "InitiatingProcessCommandLine",
    "SourceCommandLine": "InitiatingProcessCommandLine",
    "ParentImage": "InitiatingProcessParentFileName",
    "User": "InitiatingProcessAccountName",
    "SourceUser": "InitiatingProcessAccountName",
    "ProcessId": "InitiatingProcessId",
    "SourceProcessId": "InitiatingProcessId",
    "IntegrityLevel": "InitiatingProcessIntegrityLevel",
    "OriginalFileName": "InitiatingProcessVersionInfoOriginalFileName",
    "Company": "InitiatingProcessVersionInfoCompanyName",
    "Product": "InitiatingProcessVersionInfoProductName",
    "Description": "InitiatingProcessVersionInfoFileDescription",
    "Computer": "DeviceName",
    "ComputerName": "DeviceName",
    "Hostname": "DeviceName",
}
_PROCESS = {
    **_HASHES,
    "Image": "FolderPath",
    "NewProcessName": "FolderPath",
    "CommandLine": "ProcessCommandLine",
    "ProcessCommandLine": "ProcessCommandLine",
    "OriginalFileName": "ProcessVersionInfoOriginalFileName",
    "Company": "ProcessVersionInfoCompanyName",
    "Product": "ProcessVersionInfoProductName",
    "Description": "ProcessVersionInfoFileDescription",
    "FileVersion": "ProcessVersionInfoProductVersion",
    "ProcessId": "ProcessId",
    "NewProcessId": "ProcessId",
    "IntegrityLevel": "ProcessIntegrityLevel",
    "User": "AccountName",
    "SubjectUserName": "AccountName",
    "LogonId": "LogonId",
    "ParentImage": "InitiatingProcessFolderPath",
    "ParentProcessName": "InitiatingProcessFolderPath",
    "ParentCommandLine": "InitiatingProcessCommandLine",
    "ParentProcessId": "InitiatingProcessId",
    "ParentUser": "InitiatingProcessAccountName",
    "ParentIntegrityLevel": "InitiatingProcessIntegrityLevel",
    "GrandParentImage": "InitiatingProcessParentFileName",
    "Computer": "DeviceName",
    "ComputerName": "DeviceName",
    "Hostname": "DeviceName",
}
_FILE = {
    **_HASHES,
    **_ACTOR,
    "TargetFilename": "FolderPath",
    "FileName": "FileName",
    "SourceFilename": "PreviousFolderPath",
    "Filename": "FolderPath",
}
_NETWORK = {
    **_ACTOR,
    "DestinationIp": "RemoteIP",
    "DestinationPort": "RemotePort",
    "DestinationHostname": "RemoteUrl",
    "dst_ip": "RemoteIP",
    "dst_port": "RemotePort",
    "SourceIp": "LocalIP",
    "SourcePort": "LocalPort",
    "src_ip": "LocalIP",
    "src_port": "LocalPort",
    "Protocol": "Protocol",
}
_REGISTRY = {
    **_ACTOR,
    "TargetObject": 'strcat(RegistryKey, @"\\", RegistryValueName)',
    "Details": "RegistryValueData",
    "NewName": "RegistryKey",
}
_LOADED = {**_HASHES, **_ACTOR, "ImageLoaded": "FolderPath"}
_MORE = "tostring(parse_json(AdditionalFields).{})"
_LOGON = {
    "EventID": "ActionType",
    "LogonType": "LogonType",
    "TargetUserName": "AccountName",
    "TargetDomainName": "AccountDomain",
    "TargetUserSid": "AccountSid",
    "IpAddress": "RemoteIP",
    "IpPort": "RemotePort",
    "WorkstationName": "RemoteDeviceName",
    "AuthenticationPackageName": "Protocol",
    "ProcessName": "InitiatingProcessFolderPath",
    "SubjectUserName": "InitiatingProcessAccountName",
    "Computer": "DeviceName",
    "ComputerName": "DeviceName",
}
_SIGN_IN = {
    "UserPrincipalName": "AccountUpn",
    "userPrincipalName": "AccountUpn",
    "AppDisplayName": "Application",
    "AppId": "ApplicationId",
    "ResultType": "ErrorCode",
    "IPAddress": "IPAddress",
    "ipAddress": "IPAddress",
    "Location": "Country",
    "UserAgent": "UserAgent",
    "userAgent": "UserAgent",
}
_CLOUD = {
    "Operation": "ActionType",
    "eventName": "ActionType",
    "ActivityDisplayName": "ActionType",
    "properties.message": "ActionType",
    "eventSource": "Application",
    "UserId": "AccountId",
    "ClientIP": "IPAddress",
    "UserAgent": "UserAgent",
}

_CATEGORIES = {
    "process_creation": Source("DeviceProcessEvents", _PROCESS),
    "file_event": Source("DeviceFileEvents", _FILE),
    "file_change": Source("DeviceFileEvents", _FILE, 'ActionType == "FileModified"'),
    "file_delete": Source("DeviceFileEvents", _FILE, 'ActionType == "FileDeleted"'),
    "file_rename": Source("DeviceFileEvents", _FILE, 'ActionType == "FileRenamed"'),
    "network_connection": Source("DeviceNetworkEvents", _NETWORK),
    "firewall": Source("DeviceNetworkEvents", _NETWORK),
    "registry_event": Source("DeviceRegistryEvents", _REGISTRY),
    "registry_set": Source("DeviceRegistryEvents", _REGISTRY, 'ActionType == "RegistryValueSet"'),
    "registry_add": Source("DeviceRegistryEvents", _REGISTRY, 'ActionType == "RegistryKeyCreated"'),
    "registry_delete": Source(
        "DeviceRegistryEvents", _REGISTRY,
        'ActionType in ("RegistryKeyDeleted", "RegistryValueDeleted")',
    ),
    "image_load": Source("DeviceImageLoadEvents", _LOADED),
    "driver_load": Source("DeviceEvents", _LOADED, 'ActionType == "DriverLoad"'),
    "create_remote_thread": Source(
        "DeviceEvents", {**_ACTOR, "TargetImage": "FolderPath"},
        'ActionType == "CreateRemoteThreadApiCall"',
    ),
    "process_access": Source(
        "DeviceEvents", {**_ACTOR, "TargetImage": "FolderPath"},
        'ActionType == "OpenProcessApiCall"',
    ),
    "pipe_created": Source(
        "DeviceEvents", {**_ACTOR, "PipeName": _MORE.format("PipeName")},
        'ActionType == "NamedPipeEvent"',
    ),
    "dns_query": Source(
        "DeviceEvents",
        {**_ACTOR, "QueryName": _MORE.format("DnsQueryString"),
         "QueryResults": _MORE.format("DnsQueryResult")},
        'ActionType in ("DnsQueryRequest", "DnsQueryResponse")',
    ),
    "ps_script": Source(
        "DeviceEvents", {**_ACTOR, "ScriptBlockText": "AdditionalFields"},
        'ActionType in ("PowerShellCommand", "ScriptContent")',
    ),
}  # fmt: skip
_LOGON_TYPES = {
    "2": "Interactive", "3": "Network", "4": "Batch", "5": "Service", "7": "Unlock",
    "10": "RemoteInteractive", "11": "CachedInteractive",
}  # fmt: skip
_SERVICES = {
    "security": Source(
        "DeviceLogonEvents", _LOGON, "",
        {"EventID": {"4624": "LogonSuccess", "4625": "LogonFailed"}, "LogonType": _LOGON_TYPES},
    ),
    "signinlogs": Source("EntraIdSignInEvents", _SIGN_IN),
    "auditlogs": Source("CloudAppEvents", _CLOUD),
    "activitylogs": Source("CloudAppEvents", _CLOUD),
    "audit": Source("CloudAppEvents", _CLOUD),
    "exchange": Source("CloudAppEvents", _CLOUD),
    "threat_management": Source("CloudAppEvents", _CLOUD),
    "cloudtrail": Source("CloudAppEvents", _CLOUD),
}  # fmt: skip
UNKNOWN = Source("DeviceEvents", _ACTOR)


def source_of(category: str, service: str) -> Source | None:
    """Where this kind of log is; None where no table holds it."""
    return _CATEGORIES.get(category) or (_SERVICES.get(service) if not category else None)
