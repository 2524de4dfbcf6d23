"""What people say for the values of the filter language, and how these are said back."""

from __future__ import annotations

from tui.api.records import DETERMINATIONS, SEVERITIES, STATUSES
from tui.text import spaced

CLASSES = (*DETERMINATIONS, "unknown")
"""Classifications; `unknown` is that of an incident that nobody classified."""

SEVERITY_ALIASES = {
    "h": ("high",),
    "m": ("medium",),
    "med": ("medium",),
    "l": ("low",),
    "i": ("informational",),
    "info": ("informational",),
    "unspecified": ("unknown",),
}
STATUS_ALIASES = {
    "new": ("active",),
    "working": ("inprogress",),
    "in-progress": ("inprogress",),
    "awaiting": ("awaitingaction",),
    "closed": ("resolved",),
    "merged": ("redirected",),
    "open": ("active", "inprogress", "awaitingaction"),
}
CLASS_ALIASES = {
    "tp": "truePositive",
    "true": "truePositive",
    "fp": "falsePositive",
    "false": "falsePositive",
    "bp": "informationalExpectedActivity",
    "benign": "informationalExpectedActivity",
    "expected": "informationalExpectedActivity",
    "informational": "informationalExpectedActivity",
    "none": "unknown",
    "notset": "unknown",
    "clean": "notMalicious",
    "compromiseduser": "compromisedAccount",
    "insufficientdata": "notEnoughDataToValidate",
}
_SOURCES: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "microsoftDefenderForEndpoint": (
        ("endpoint", "mde"),
        ("WindowsDefenderAtp",),
        "Defender for Endpoint",
    ),
    "microsoftDefenderForIdentity": (("identity", "mdi"), ("AzureATP",), "Defender for Identity"),
    "microsoftDefenderForOffice365": (
        ("office", "mdo", "email"),
        ("OfficeATP",),
        "Defender for Office 365",
    ),
    "microsoftDefenderForCloudApps": (
        ("cloudapps", "mdca"),
        ("MicrosoftCloudAppSecurity", "CloudAppSecurity"),
        "Defender for Cloud Apps",
    ),
    "microsoft365Defender": (("xdr",), ("MicrosoftThreatProtection",), "Defender XDR"),
    "azureAdIdentityProtection": (
        ("entra", "aad"),
        ("AadIdentityProtection",),
        "Entra ID Protection",
    ),
    "microsoftDefenderForCloud": (("cloud",), (), "Defender for Cloud"),
    "microsoftSentinel": (("sentinel",), (), "Sentinel"),
    "microsoftAppGovernance": (("appgovernance",), ("AppGovernance",), "App Governance"),
    "dataLossPrevention": (
        ("dlp",),
        ("MicrosoftDataLossPrevention",),
        "Data Loss Prevention",
    ),
}
"""Graph's names of sources: what people say, what the classic API says, and the words."""

SOURCE_ALIASES: dict[str, tuple[str, ...]] = {
    alias: (name, *classic) for name, (aliases, classic, _) in _SOURCES.items() for alias in aliases
}
"""What people say for a source, and the names that services have for it."""

_SOURCE_WORDS = {
    spelt.casefold(): words
    for name, (_, classic, words) in _SOURCES.items()
    for spelt in (name, *classic)
}

SPELLED = {name.casefold(): name for name in (*SEVERITIES, *STATUSES)}
"""Documented values of severity and status, by folded value."""

_WORDS = {
    "inprogress": "being worked on",
    "awaitingaction": "awaiting action",
    "resolved": "closed",
    "redirected": "merged",
}
_CLASS_WORDS = {
    "truePositive": "true positive",
    "falsePositive": "false positive",
    "informationalExpectedActivity": "expected activity",
    "unknown": "nothing yet",
}


def say(column: str, key: str) -> str:
    """A folded severity or status in words."""
    return f"of unknown {column}" if key == "unknown" else _WORDS.get(key, key)


def say_class(name: str) -> str:
    """A classification or determination in words."""
    return _CLASS_WORDS.get(name) or spaced(name)


def source_words(name: str) -> str:
    """A service or detection source in words: "Defender for Endpoint"."""
    return _SOURCE_WORDS.get(name.casefold(), name)
