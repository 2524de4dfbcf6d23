"""Single values of the services' JSON, read leniently.

Values of the classic API are brought to Graph's spelling by their words without regard to
case; a word that no page lists is kept as it was spelt.

Source: published metadata of Graph v1.0 (members of the enumerations); *incident resource
type*, *Update incidents API* (Microsoft Defender XDR).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

_MOST_FAULTS = 20


class Faults:
    """What could not be read, in words; kept short however broken the answer is."""

    def __init__(self) -> None:
        self._words: list[str] = []
        self._more = 0

    def add(self, where: str, why: str) -> None:
        """Note that the value at `where` is not what it should be."""
        words = f"{where}: {why}"
        if words in self._words:
            return
        if len(self._words) < _MOST_FAULTS:
            self._words.append(words)
        else:
            self._more += 1

    def words(self) -> tuple[str, ...]:
        """All of them, the last one a count where there are too many."""
        more = (f"and {self._more} more",) if self._more else ()
        return (*self._words, *more)


def first(raw: Mapping[str, Any], *names: str) -> Any:
    """The value of the first of these names that the object has with a value."""
    for name in names:
        value = raw.get(name)
        if value is not None:
            return value
    return None


def text(value: object, where: str, faults: Faults) -> str:
    """Text, or a number written as text; empty for none."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    faults.add(where, f"not text but {_kind(value)}")
    return ""


def number_text(value: float) -> str:
    """A number as an identifier would be written: whole numbers without a fraction."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        return str(int(value))
    try:
        return str(value)
    except ValueError:  # more digits than Python writes out
        return hex(int(value))


def texts(value: object, where: str, faults: Faults) -> tuple[str, ...]:
    """A list of texts; one text alone counts as a list of one."""
    if value is None or value == "":
        return ()
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        faults.add(where, f"not a list but {_kind(value)}")
        return ()
    return tuple(found for item in value if (found := text(item, where, faults)))


def objects(value: object, where: str, faults: Faults) -> list[dict[str, Any]]:
    """A list of objects; one object alone counts as a list of one, nulls as nothing."""
    if value is None:
        return []
    if isinstance(value, dict):
        faults.add(where, "not a list but an object")
        return [value] if value else []
    if not isinstance(value, list):
        faults.add(where, f"not a list but {_kind(value)}")
        return []
    kept: list[dict[str, Any]] = []
    for item in value:
        if isinstance(item, dict):
            kept.append(item)
        elif item is not None:
            faults.add(where, f"holds {_kind(item)} where an object belongs")
    return kept


def time(value: object, where: str, faults: Faults) -> datetime | None:
    """A time in UTC; None for none, which the services also write as the years 1 and 9999."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value.strip())
            if parsed.year in (1, 9999):
                return None
            if parsed.tzinfo is None:
                return parsed.replace(tzinfo=UTC)
            return parsed.astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    shown = value if isinstance(value, str) else _kind(value)
    faults.add(where, f"no time: {_short(shown)}")
    return None


def number(value: object, where: str, faults: Faults) -> int | None:
    """A whole number, or None."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        faults.add(where, "no number but a truth value")
        return None
    try:
        if isinstance(value, int | float | str):
            found = float(value)
            if abs(found) < 2**53:
                return round(found)
    except (ValueError, OverflowError):
        pass
    faults.add(where, f"no number: {_short(value) if isinstance(value, str) else _kind(value)}")
    return None


def score(value: object, where: str, faults: Faults) -> int | None:
    """A number from 0 to 100, or None."""
    found = number(value, where, faults)
    if found is not None and not 0 <= found <= 100:
        faults.add(where, f"not from 0 to 100 but {found}")
        return None
    return found


def _kind(value: object) -> str:
    match value:
        case None:
            return "nothing"
        case bool():
            return "a truth value"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def _short(value: str) -> str:
    return value if len(value) <= 40 else f"{value[:39]}…"


def _words(members: Iterable[str], **also: str) -> dict[str, str]:
    return {member.lower(): member for member in members} | also


SEVERITY = _words(
    ("unknown", "informational", "low", "medium", "high"),
    unspecified="unknown",
    info="informational",
)
STATUS = _words(("active", "inProgress", "resolved", "redirected", "awaitingAction", "new"))
CLASSIFICATION = _words(
    ("unknown", "falsePositive", "truePositive", "informationalExpectedActivity"),
    notset="unknown",
)
DETERMINATION = _words(
    (
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
    ),
    notavailable="unknown",
    compromiseduser="compromisedAccount",
    confirmeduseractivity="confirmedActivity",
    clean="notMalicious",
    insufficientdata="notEnoughDataToValidate",
    noenoughdatatovalidate="notEnoughDataToValidate",
)
VERDICT = _words(("unknown", "suspicious", "malicious", "noThreatsFound"))
REMEDIATION = _words(
    (
        "none",
        "remediated",
        "prevented",
        "blocked",
        "notFound",
        "active",
        "pendingApproval",
        "declined",
        "unremediated",
        "running",
        "partiallyRemediated",
    )
)
ROLE = _words(
    (
        "unknown",
        "contextual",
        "scanned",
        "source",
        "destination",
        "created",
        "added",
        "compromised",
        "edited",
        "attacked",
        "attacker",
        "commandAndControl",
        "loaded",
        "suspicious",
        "policyViolator",
    )
)
INVESTIGATION = _words(
    (
        "unknown",
        "terminated",
        "successfullyRemediated",
        "benign",
        "failed",
        "partiallyRemediated",
        "running",
        "pendingApproval",
        "pendingResource",
        "queued",
        "innerFailure",
        "preexistingAlert",
        "unsupportedOs",
        "unsupportedAlertType",
        "suppressedAlert",
        "partiallyInvestigated",
        "terminatedByUser",
        "terminatedBySystem",
    )
)
SERVICE_SOURCE = _words(
    (
        "unknown",
        "microsoftDefenderForEndpoint",
        "microsoftDefenderForIdentity",
        "microsoftDefenderForCloudApps",
        "microsoftDefenderForOffice365",
        "microsoft365Defender",
        "azureAdIdentityProtection",
        "microsoftAppGovernance",
        "dataLossPrevention",
        "microsoftDefenderForCloud",
        "microsoftSentinel",
        "microsoftInsiderRiskManagement",
        "microsoftThreatIntelligence",
        "microsoftSecurityForAI",
    ),
    microsoftcloudappsecurity="microsoftDefenderForCloudApps",
    officeatp="microsoftDefenderForOffice365",
    azureatp="microsoftDefenderForIdentity",
    microsoftthreatprotection="microsoft365Defender",
    aadidentityprotection="azureAdIdentityProtection",
    appgovernance="microsoftAppGovernance",
    microsoftdatalossprevention="dataLossPrevention",
)
DETECTION_SOURCE = _words(
    (
        "unknown",
        "microsoftDefenderForEndpoint",
        "antivirus",
        "smartScreen",
        "customTi",
        "microsoftDefenderForOffice365",
        "automatedInvestigation",
        "microsoftThreatExperts",
        "customDetection",
        "microsoftDefenderForIdentity",
        "cloudAppSecurity",
        "microsoft365Defender",
        "azureAdIdentityProtection",
        "manual",
        "microsoftDataLossPrevention",
        "appGovernancePolicy",
        "appGovernanceDetection",
        "microsoftDefenderForCloud",
        "microsoftDefenderForIoT",
        "microsoftDefenderForServers",
        "microsoftDefenderForStorage",
        "microsoftDefenderForDNS",
        "microsoftDefenderForDatabases",
        "microsoftDefenderForContainers",
        "microsoftDefenderForNetwork",
        "microsoftDefenderForAppService",
        "microsoftDefenderForKeyVault",
        "microsoftDefenderForResourceManager",
        "microsoftDefenderForApiManagement",
        "nrtAlerts",
        "scheduledAlerts",
        "microsoftDefenderThreatIntelligenceAnalytics",
        "builtInMl",
        "microsoftInsiderRiskManagement",
        "microsoftThreatIntelligence",
        "microsoftDefenderForAIServices",
        "securityCopilot",
        "microsoftSentinel",
    ),
    windowsdefenderatp="microsoftDefenderForEndpoint",
    windowsdefenderav="antivirus",
    windowsdefendersmartscreen="smartScreen",
    customerti="customTi",
    officeatp="microsoftDefenderForOffice365",
    azureatp="microsoftDefenderForIdentity",
    mcas="cloudAppSecurity",
    mtp="microsoft365Defender",
    aad="azureAdIdentityProtection",
    automatedinvestigations="automatedInvestigation",
    threatexperts="microsoftThreatExperts",
)
HEALTH = _words(
    (
        "active",
        "inactive",
        "impairedCommunication",
        "noSensorData",
        "noSensorDataImpairedCommunication",
        "unknown",
    )
)
RISK = _words(("none", "informational", "low", "medium", "high"))
ONBOARDING = _words(("insufficientInfo", "onboarded", "canBeOnboarded", "unsupported"))
ANTIVIRUS = _words(("notReporting", "disabled", "notUpdated", "updated", "unknown", "notSupported"))
DETECTION = _words(("detected", "blocked", "prevented"))


def word(
    value: object,
    vocabulary: Mapping[str, str],
    where: str,
    faults: Faults,
    *,
    none: str = "unknown",
) -> str:
    """A member of an enumeration in Graph's spelling; a word that is none, as it was spelt."""
    found = text(value, where, faults)
    if not found:
        return none
    return vocabulary.get(found.strip().lower(), found)


_CLASSIC_DETERMINATION = {
    "notMalicious": "Clean",
    "notEnoughDataToValidate": "NoEnoughDataToValidate",
}


def classic_spelling(value: str) -> str:
    """Graph's spelling of a value as the classic API's PATCH wants it."""
    known = _CLASSIC_DETERMINATION.get(value)
    if known:
        return known
    return value[:1].upper() + value[1:]
