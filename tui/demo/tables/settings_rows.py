"""Everyday security settings of devices, as vulnerability management assesses them.

Page: DeviceTvmSecureConfigurationAssessment of the advanced hunting schema.
"""

from __future__ import annotations

from tui.demo.story.world import FLEET
from tui.demo.tables.everyday import Everyday, h, one_of

SETTINGS = (
    ("scid-2000", "Turn on Microsoft Defender for Endpoint sensor", "Security controls", "EDR", 9),
    ("scid-2001", "Fix sensor data collection", "Security controls", "EDR", 9),
    ("scid-2002", "Fix impaired communications", "Security controls", "EDR", 9),
    ("scid-2003", "Turn on tamper protection", "Security controls", "Antivirus", 9),
    ("scid-2010", "Turn on Microsoft Defender Antivirus", "Security controls", "Antivirus", 9),
    ("scid-2011", "Update antivirus definitions", "Security controls", "Antivirus", 8),
    ("scid-2012", "Turn on real-time protection", "Security controls", "Antivirus", 9),
    ("scid-2013", "Turn on protection from unwanted software", "Security controls", "Antivirus", 8),
    ("scid-2014", "Fix antivirus reporting", "Security controls", "Antivirus", 8),
    ("scid-2016", "Turn on cloud-delivered protection", "Security controls", "Antivirus", 9),
    ("scid-91", "Turn on behavior monitoring", "Security controls", "Antivirus", 5),
    ("scid-2070", "Turn on Microsoft Defender Firewall", "Network", "Firewall", 8),
    ("scid-2500", "Block executable content from email", "Security controls", "ASR", 9),
    ("scid-2501", "Block Office from child processes", "Security controls", "ASR", 9),
    ("scid-2090", "Encrypt all drives", "OS", "BitLocker", 8),
    ("scid-5095", "Turn on antivirus of Linux devices", "Security controls", "Antivirus", 7),
)
_WHICH = f"(i // {FLEET})"
_VERSIONS = (
    "json_array(json_array('1.421.' || (900 + {h} % 60) || '.0', '1.1.24090.11', "
    "strftime($now::TIMESTAMP - to_hours({h} % 90), '%Y-%m-%dT%H:%M:%SZ'), '4.18.24090.11'))"
)


def _pick(field: int, throw: str) -> str:
    return one_of(tuple(str(one[field]) for one in SETTINGS), throw)


TABLES: dict[str, Everyday] = {
    "DeviceTvmSecureConfigurationAssessment": Everyday(
        FLEET * len(SETTINGS),
        {
            "DeviceId": "d.id",
            "DeviceName": "d.dns",
            "OSPlatform": "d.os",
            "Timestamp": f"$now::TIMESTAMP - to_minutes({h(1)} % 1400)",
            "ConfigurationId": _pick(0, _WHICH),
            "ConfigurationCategory": _pick(2, _WHICH),
            "ConfigurationSubcategory": _pick(3, _WHICH),
            "ConfigurationImpact": f"{_pick(4, _WHICH)}::DOUBLE",
            "IsCompliant": f"{h(2)} % 6 > 0",
            "IsApplicable": f"({_pick(0, _WHICH)} = 'scid-5095') = (d.os = 'Linux')",
            "Context": f"CASE WHEN {_pick(0, _WHICH)} = 'scid-2011' "
            f"THEN {_VERSIONS.format(h=h(3))} ELSE '[]' END",
        },
        "each_device",
    ),
    "DeviceTvmSecureConfigurationAssessmentKB": Everyday(
        len(SETTINGS),
        {
            "ConfigurationId": _pick(0, "i"),
            "ConfigurationImpact": f"{_pick(4, 'i')}::DOUBLE",
            "ConfigurationName": _pick(1, "i"),
            "ConfigurationDescription": f"{_pick(1, 'i')} || ' on all devices that it applies to.'",
            "RiskDescription": "'Attackers look for devices without it.'",
            "ConfigurationCategory": _pick(2, "i"),
            "ConfigurationSubcategory": _pick(3, "i"),
            "ConfigurationBenchmarks": "'[]'",
            "Tags": "'[]'",
            "RemediationOptions": "'Set it by Intune or by group policy.'",
        },
        "",
    ),
}
"""Settings by device, and what they are."""
