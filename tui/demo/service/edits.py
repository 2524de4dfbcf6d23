"""Changing incidents: what the services accept, in both spellings, and what it does.

Source: *Update incidents API* (Microsoft Defender XDR), *Update incident* (Microsoft Graph).
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from tui.demo.service import enums
from tui.demo.service.faults import bad_request
from tui.demo.story.record import Record, comment

STATUSES = enums.writable(enums.INCIDENT_STATUS)
SEVERITIES = enums.writable(enums.SEVERITY)
CLASSIFICATIONS = enums.writable(enums.CLASSIFICATION)
DETERMINATIONS = enums.writable(enums.DETERMINATION, enums.OLDER_DETERMINATIONS)
ALERT_STATUSES = enums.writable(enums.ALERT_STATUS)
_GOES_WITH = {
    "truePositive": {
        "multiStagedAttack",
        "maliciousUserActivity",
        "compromisedAccount",
        "malware",
        "phishing",
        "unwantedSoftware",
        "apt",
        "securityPersonnel",
        "other",
    },
    "informationalExpectedActivity": {
        "securityTesting",
        "lineOfBusinessApplication",
        "confirmedActivity",
        "securityPersonnel",
        "other",
    },
    "falsePositive": {"notMalicious", "notEnoughDataToValidate", "other"},
}
_LONGEST_TEXT = 30_000


def member(body: dict[str, Any], field: str, known: dict[str, str], code: str) -> str:
    """The value of an enum field, in Graph's spelling.

    Raises:
        ServiceFault: 400 where it is none of them.
    """
    value = body[field]
    if value is None and "unknown" in known:
        return "unknown"
    found = known.get(value.casefold()) if isinstance(value, str) else None
    if found is None:
        raise bad_request(f"Invalid value '{_short(value)}' for property '{field}'.", code=code)
    return found


def text(body: dict[str, Any], field: str, code: str) -> str:
    """The value of a text field.

    Raises:
        ServiceFault: 400 where it is none.
    """
    value = body[field]
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT:
        raise bad_request(f"Invalid value '{_short(value)}' for property '{field}'.", code=code)
    return value


def words(body: dict[str, Any], field: str, code: str) -> str | None:
    """The value of a text field that may be empty: none where it is null.

    Raises:
        ServiceFault: 400 where it is neither text nor null.
    """
    return None if body[field] is None else text(body, field, code)


def owner(body: dict[str, Any], field: str, code: str) -> str | None:
    """The value of an owner field: nobody where it is null or empty.

    Raises:
        ServiceFault: 400 where it is neither text nor null.
    """
    return words(body, field, code) or None


def tags(body: dict[str, Any], field: str, code: str) -> list[str]:
    """The value of a field that holds the whole list of tags.

    Raises:
        ServiceFault: 400 where it is no list of texts.
    """
    value = body[field]
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise bad_request(f"Invalid value '{_short(value)}' for property '{field}'.", code=code)
    return list(dict.fromkeys(value))


def _short(value: Any) -> str:
    return value[:80] if isinstance(value, str) else json.dumps(value)[:80]


def apply(
    record: Record,
    changes: dict[str, Any],
    *,
    author: str,
    now: datetime,
    code: str,
) -> None:
    """Change a record; all of it, or nothing where one value does not fit.

    Args:
        record: The incident.
        changes: Attribute of the record and new value; `comment` adds one.
        author: Who does it.
        now: The tenant's time.
        code: The word of a refusal.

    Raises:
        ServiceFault: 400 where the determination does not go with the classification.
    """
    classification = changes.get("classification", record.classification)
    if "determination" in changes:
        fits = _GOES_WITH.get(classification)
        wanted = changes["determination"]
        if fits is not None and wanted != "unknown" and wanted not in fits:
            raise bad_request(
                f"Determination '{wanted}' does not go with classification '{classification}'.",
                code=code,
            )
    elif "classification" in changes and classification != record.classification:
        fits = _GOES_WITH.get(classification, set())
        if record.determination not in fits:
            changes = {**changes, "determination": "unknown"}
    for name, value in changes.items():
        if name == "comment":
            record.comments = [*record.comments, comment(value, author, now)]
        else:
            setattr(record, name, value)
    record.updated = max(now, record.updated + timedelta(microseconds=1))
    record.modified_by = author


def unknown_properties(body: dict[str, Any], known: set[str], code: str) -> None:
    """Refuse what the service has no property for.

    Raises:
        ServiceFault: 400, naming the first of them.
    """
    for name in body:
        if name not in known and not name.startswith("@"):
            raise bad_request(f"Invalid property '{_short(name)}'.", code=code)
