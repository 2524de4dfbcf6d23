"""The enums of incidents and alerts, each member at the place of its number.

Lists are filtered and ordered by these numbers. The member `unknownFutureValue` is what newer
ones look like to a caller that has not asked for them.

Source: Microsoft Graph metadata, namespace `microsoft.graph.security`.
"""

from __future__ import annotations

from collections.abc import Mapping

_FUTURE = "unknownFutureValue"
CLASSIFICATION = (
    "unknown",
    "falsePositive",
    "truePositive",
    "informationalExpectedActivity",
    _FUTURE,
)
DETERMINATION = (
    "unknown",
    "apt",
    "malware",
    "securityPersonnel",
    "securityTesting",
    "unwantedSoftware",
    "other",
    "multiStagedAttack",
    "compromisedAccount",
    "phishing",
    "maliciousUserActivity",
    "notMalicious",
    "notEnoughDataToValidate",
    "confirmedActivity",
    "lineOfBusinessApplication",
    _FUTURE,
)
SEVERITY = ("unknown", "informational", "low", "medium", "high", _FUTURE)
ALERT_STATUS = ("unknown", "new", "inProgress", "resolved", _FUTURE)
INCIDENT_STATUS = ("active", "resolved", "inProgress", "redirected", _FUTURE, "awaitingAction")

OLDER_DETERMINATIONS = {
    "notavailable": "unknown",
    "compromiseduser": "compromisedAccount",
    "confirmeduseractivity": "confirmedActivity",
    "clean": "notMalicious",
    "insufficientdata": "notEnoughDataToValidate",
    "noenoughdatatovalidate": "notEnoughDataToValidate",
}
"""The spellings of older answers, without case."""


def numbers(members: tuple[str, ...], older: Mapping[str, str] | None = None) -> dict[str, int]:
    """The number of each member by its name without case, older spellings included."""
    found = {name.casefold(): number for number, name in enumerate(members)}
    return found | {name: found[new.casefold()] for name, new in (older or {}).items()}


def writable(members: tuple[str, ...], older: Mapping[str, str] | None = None) -> dict[str, str]:
    """What may be written: each member by its name without case, older spellings included."""
    return {name.casefold(): name for name in members if name != _FUTURE} | dict(older or {})
