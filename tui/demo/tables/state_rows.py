"""Everyday states: what devices and accounts are, and what is installed."""

from __future__ import annotations

from tui.demo.identity import TENANT_ID
from tui.demo.story.world import CROWD, FLEET, INTERNET, NT_DOMAIN
from tui.demo.tables.everyday import Everyday, as_guid, h, one_of, quoted

_DAYS = 29
_SERVER = "(d.grp NOT IN ('Workstations', 'Laptops'))"
_EVERY_DEVICE = "each_device"
_EVERY_PERSON = "each_person"
_DEVICE = {"DeviceId": "d.id", "DeviceName": "d.dns"}
_DAILY = f"($now::TIMESTAMP - to_days((i // {FLEET})::INTEGER) - to_minutes({h(1)} % 300))"

SOFTWARE = (
    ("microsoft", "edge_chromium-based", "131.0.2903.51"),
    ("google", "chrome", "130.0.6723.117"),
    ("adobe", "acrobat_reader_dc", "24.3.20180.0"),
    ("7-zip", "7-zip", "23.01.0.0"),
    ("microsoft", "office", "16.0.18129.20158"),
    ("microsoft", "teams", "24277.3507.3205"),
    ("mozilla", "firefox", "128.3.1"),
    ("oracle", "jre", "8.0.3710.11"),
    ("videolan", "vlc_media_player", "3.0.20"),
    ("microsoft", ".net_framework", "4.8.9037.0"),
    ("zoom", "meetings", "6.1.11.45504"),
    ("notepad-plus-plus", "notepad++", "8.6.9"),
)
WEAKNESSES = (
    ("CVE-2024-11114", 8.3, "High", False, "google", "chrome"),
    ("CVE-2024-11477", 7.8, "High", True, "7-zip", "7-zip"),
    ("CVE-2023-21930", 7.4, "High", False, "oracle", "jre"),
    ("CVE-2024-9680", 9.8, "Critical", True, "mozilla", "firefox"),
    ("CVE-2024-49112", 9.8, "Critical", True, "microsoft", "windows_server_2019"),
    ("CVE-2024-38112", 7.5, "High", True, "microsoft", "edge_chromium-based"),
    ("CVE-2023-4863", 8.8, "High", True, "microsoft", "teams"),
    ("CVE-2024-41869", 7.8, "High", False, "adobe", "acrobat_reader_dc"),
    ("CVE-2024-46461", 8.0, "High", False, "videolan", "vlc_media_player"),
)
_VENDOR = one_of(tuple(one[0] for one in SOFTWARE), f"i // {FLEET}")
_PRODUCT = one_of(tuple(one[1] for one in SOFTWARE), f"i // {FLEET}")
_VERSION = one_of(tuple(one[2] for one in SOFTWARE), f"i // {FLEET}")
_INSTALLED = {
    **_DEVICE,
    "OSPlatform": "d.os",
    "OSVersion": "d.version",
    "OSArchitecture": "'x64'",
}
_CVE = f"i // {FLEET}"

TABLES: dict[str, Everyday] = {
    "DeviceInfo": Everyday(
        FLEET * _DAYS,
        {
            **_DEVICE,
            "Timestamp": _DAILY,
            "ReportId": "10000 + i",
            "ClientVersion": "'10.8760.26100.1742'",
            "PublicIP": quoted(INTERNET),
            "OSArchitecture": "'64-bit'",
            "OSPlatform": "d.os",
            "OSBuild": "d.build",
            "OSVersion": "d.version",
            "OSVersionInfo": "d.version",
            "IsAzureADJoined": f"NOT {_SERVER}",
            "JoinType": f"CASE WHEN {_SERVER} THEN 'Domain Joined' ELSE 'Hybrid AAD Joined' END",
            "AadDeviceId": "d.aad_id",
            "LoggedOnUsers": '\'[{"UserName":"\' || d.account || \'","DomainName":"CONTOSO",'
            '"Sid":"\' || d.sid || \'"}]\'',
            "MachineGroup": "d.grp",
            "OnboardingStatus": "'Onboarded'",
            "DeviceCategory": "'Endpoint'",
            "DeviceType": f"CASE WHEN {_SERVER} THEN 'Server' ELSE 'Workstation' END",
            "Model": one_of(("Latitude 7450", "ThinkPad X1", "EliteBook 840"), "d.number"),
            "Vendor": one_of(("Dell", "Lenovo", "HP"), "d.number"),
            "IsInternetFacing": "d.dns LIKE 'iis-%'",
            "SensorHealthState": "'Active'",
            "IsExcluded": "false",
            "ExposureLevel": one_of(("Low", "Low", "Medium", "High"), "d.number"),
            "AssetValue": f"CASE WHEN {_SERVER} THEN 'High' ELSE 'Normal' END",
        },
        _EVERY_DEVICE,
    ),
    "DeviceNetworkInfo": Everyday(
        FLEET * _DAYS,
        {
            **_DEVICE,
            "Timestamp": _DAILY,
            "ReportId": "10000 + i",
            "NetworkAdapterName": as_guid("d.mac"),
            "MacAddress": "d.mac",
            "NetworkAdapterType": "'Ethernet'",
            "NetworkAdapterStatus": "'Up'",
            "ConnectedNetworks": '\'[{"Name":"contoso.com","Category":"Domain"}]\'',
            "DnsAddresses": "'[\"10.20.1.20\"]'",
            "DefaultGateways": "'[\"10.20.0.1\"]'",
            "IPAddresses": '\'[{"IPAddress":"\' || d.ip || \'","SubnetPrefix":22,'
            '"AddressType":"Private"}]\'',
            "OnboardingStatus": "'Onboarded'",
        },
        _EVERY_DEVICE,
    ),
    "IdentityInfo": Everyday(
        CROWD,
        {
            "Timestamp": f"$now::TIMESTAMP - to_minutes({h(1)} % 1400)",
            "ReportId": as_guid("'identity' || i"),
            "AccountObjectId": "u.object_id",
            "AccountUpn": "u.upn",
            "OnPremSid": "u.sid",
            "AccountDisplayName": "u.display",
            "AccountName": "u.account",
            "AccountDomain": quoted(NT_DOMAIN),
            "Type": "CASE WHEN u.account LIKE 'svc-%' THEN 'ServiceAccount' ELSE 'User' END",
            "DistinguishedName": "'CN=' || u.display || ',OU=People,DC=contoso,DC=com'",
            "CloudSid": "'S-1-12-1-' || (hash(u.object_id) % 4294967296)",
            "GivenName": "split_part(u.display, ' ', 1)",
            "Surname": "split_part(u.display, ' ', -1)",
            "Department": "u.department",
            "JobTitle": "u.title",
            "EmailAddress": "u.upn",
            "City": "u.city",
            "Country": "u.country",
            "IsAccountEnabled": "true",
            "CreatedDateTime": f"$now::TIMESTAMP - to_days(({h(2)} % 2000)::INTEGER)",
            "CompanyName": "'Contoso'",
            "BlastRadius": one_of(("Low", "Low", "Medium", "High"), "u.number"),
            "RiskLevel": "'None'",
            "CriticalityLevel": "CASE WHEN u.account LIKE 'adm%' THEN 0 ELSE 3 END",
            "TenantId": quoted(TENANT_ID),
            "SourceSystem": "'MDI'",
            "TenantMembershipType": "'Member'",
            "AssignedRoles": "CASE WHEN u.account LIKE 'adm%' "
            "THEN '[\"Global Administrator\"]' ELSE '[]' END",
            "Tags": "'[]'",
            "SourceProviders": '\'["ActiveDirectory","EntraID"]\'',
        },
        _EVERY_PERSON,
    ),
    "IdentityAccountInfo": Everyday(
        CROWD,
        {
            "Timestamp": f"$now::TIMESTAMP - to_minutes({h(1)} % 1400)",
            "ReportId": as_guid("'account' || i"),
            "AccountId": as_guid("'account' || u.account"),
            "IdentityId": as_guid("'identity' || u.account"),
            "IsPrimary": "true",
            "DisplayName": "u.display",
            "AccountUpn": "u.upn",
            "EmailAddress": "u.upn",
            "Type": "'User'",
            "Department": "u.department",
            "JobTitle": "u.title",
            "City": "u.city",
            "Country": "u.country",
            "Sid": "u.sid",
            "AccountStatus": "'Enabled'",
            "SourceProvider": "'ActiveDirectory'",
            "TenantId": quoted(TENANT_ID),
        },
        _EVERY_PERSON,
    ),
    "DeviceTvmSoftwareInventory": Everyday(
        FLEET * len(SOFTWARE),
        {
            **_INSTALLED,
            "SoftwareVendor": _VENDOR,
            "SoftwareName": _PRODUCT,
            "SoftwareVersion": _VERSION,
            "EndOfSupportStatus": "''",
        },
        _EVERY_DEVICE,
    ),
    "DeviceTvmSoftwareVulnerabilities": Everyday(
        FLEET * len(WEAKNESSES),
        {
            **_INSTALLED,
            "SoftwareVendor": one_of(tuple(one[4] for one in WEAKNESSES), _CVE),
            "SoftwareName": one_of(tuple(one[5] for one in WEAKNESSES), _CVE),
            "CveId": one_of(tuple(one[0] for one in WEAKNESSES), _CVE),
            "VulnerabilitySeverityLevel": one_of(tuple(one[2] for one in WEAKNESSES), _CVE),
            "RecommendedSecurityUpdate": "'Update to the latest version'",
            "CveTags": "'[]'",
        },
        _EVERY_DEVICE,
    ),
    "DeviceTvmSoftwareVulnerabilitiesKB": Everyday(
        len(WEAKNESSES),
        {
            "CveId": one_of(tuple(one[0] for one in WEAKNESSES), "i"),
            "CvssScore": one_of(tuple(str(one[1]) for one in WEAKNESSES), "i"),
            "IsExploitAvailable": "["
            + ", ".join(str(one[3]).lower() for one in WEAKNESSES)
            + "][1 + i]",
            "VulnerabilitySeverityLevel": one_of(tuple(one[2] for one in WEAKNESSES), "i"),
            "PublishedDate": "$now::TIMESTAMP - to_days((40 + 31 * i)::INTEGER)",
            "LastModifiedTime": "$now::TIMESTAMP - to_days((3 + i)::INTEGER)",
            "VulnerabilityDescription": "'A flaw in ' || "
            + one_of(tuple(one[5] for one in WEAKNESSES), "i"),
            "AffectedSoftware": "json_array("
            + one_of(tuple(f"{one[4]}:{one[5]}" for one in WEAKNESSES), "i")
            + ")",
        },
        "",
    ),
}
"""The rows that tell a state."""
