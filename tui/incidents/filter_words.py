"""What people say for the values of the filter language, and how these are said back."""

from __future__ import annotations

from tui.api.records import DETERMINATIONS, SEVERITIES, STATUSES

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
SOURCE_ALIASES = {
    "endpoint": "microsoftDefenderForEndpoint",
    "mde": "microsoftDefenderForEndpoint",
    "identity": "microsoftDefenderForIdentity",
    "mdi": "microsoftDefenderForIdentity",
    "office": "microsoftDefenderForOffice365",
    "mdo": "microsoftDefenderForOffice365",
    "email": "microsoftDefenderForOffice365",
    "cloudapps": "microsoftDefenderForCloudApps",
    "mdca": "microsoftDefenderForCloudApps",
    "xdr": "microsoft365Defender",
    "entra": "azureAdIdentityProtection",
    "aad": "azureAdIdentityProtection",
    "cloud": "microsoftDefenderForCloud",
    "sentinel": "microsoftSentinel",
    "dlp": "dataLossPrevention",
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
_SOURCE_WORDS = {
    "microsoft365Defender": "Defender XDR",
    "azureAdIdentityProtection": "Entra ID Protection",
    "microsoftSentinel": "Sentinel",
    "dataLossPrevention": "Data Loss Prevention",
}


def say(column: str, key: str) -> str:
    """A folded severity or status in words."""
    return f"of unknown {column}" if key == "unknown" else _WORDS.get(key, key)


def say_class(name: str) -> str:
    """A classification or determination in words."""
    return _CLASS_WORDS.get(name) or _apart(name)


def source_words(name: str) -> str:
    """A service or detection source in words: "Defender for Endpoint"."""
    if name in _SOURCE_WORDS:
        return _SOURCE_WORDS[name]
    if name.startswith("microsoftDefender"):
        words = _apart(name.removeprefix("microsoft")).split()
        return " ".join(word if word == "for" else word.capitalize() for word in words)
    return name


def _apart(name: str) -> str:
    return "".join(f" {sign.lower()}" if sign.isupper() else sign for sign in name).strip()
