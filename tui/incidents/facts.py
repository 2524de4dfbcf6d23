"""What the queue sorts and filters an incident by.

The cache stores these facts as columns and the filters evaluate them in Python, so both
see the same thing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tui.api.records import SEVERITIES, STATUSES, Incident

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SEVERITY_RANKS = {name.casefold(): rank for rank, name in enumerate(reversed(SEVERITIES))}
_STATUS_RANKS = {name.casefold(): rank for rank, name in enumerate(STATUSES)}


class Facts(NamedTuple):
    """The columns of an incident; `_key` columns are folded for comparison."""

    id: str
    number: int | None
    """The id where it is a number, for ordering."""
    severity: str
    severity_key: str
    severity_rank: int
    """The graver the greater; 0 for `unknown` and for newer values."""
    status: str
    status_key: str
    status_rank: int
    owner: str | None
    owner_key: str
    """Empty where it is nobody's."""
    name: str
    name_key: str
    tags: str
    """User tags, one a line."""
    tags_key: str
    """All tags, system's too, folded, each between line feeds."""
    created: int | None
    """Microseconds since 1970."""
    updated: int | None
    alerts: int
    priority: int | None
    classification: str
    determination: str
    redirect_id: str | None
    search: str
    """Everything that a word is looked for in, folded, one text a line."""


def ticks(moment: datetime) -> int:
    """Microseconds since 1970; a naive moment is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The aware moment of `ticks`."""
    return _EPOCH + timedelta(microseconds=value)


def storable(text: str) -> str:
    """The text as SQLite can keep it: lone surrogates become question marks."""
    if text.isascii():
        return text
    return text.encode("utf-8", "replace").decode("utf-8")


def fold(text: str) -> str:
    """The form in which texts are compared: without case, on one line."""
    return storable(text).casefold().replace("\n", " ")


def facts_of(incident: Incident) -> Facts:
    """The facts of an incident as it stands."""
    severity, status = storable(incident.severity), storable(incident.status)
    owner = storable(incident.assigned_to) if incident.assigned_to else None
    name = storable(incident.name)
    return Facts(
        id=storable(incident.id),
        number=_number(incident.id),
        severity=severity,
        severity_key=fold(severity),
        severity_rank=_SEVERITY_RANKS.get(severity.casefold(), 0),
        status=status,
        status_key=fold(status),
        status_rank=_STATUS_RANKS.get(status.casefold(), len(STATUSES)),
        owner=owner,
        owner_key=fold(owner) if owner else "",
        name=name,
        name_key=fold(name),
        tags="\n".join(storable(tag).replace("\n", " ") for tag in incident.tags),
        tags_key="".join(f"\n{fold(tag)}\n" for tag in (*incident.tags, *incident.system_tags)),
        created=ticks(incident.created) if incident.created else None,
        updated=ticks(incident.updated) if incident.updated else None,
        alerts=len(incident.alerts),
        priority=incident.priority,
        classification=storable(incident.classification),
        determination=storable(incident.determination),
        redirect_id=storable(incident.redirect_id) if incident.redirect_id else None,
        search="\n".join(dict.fromkeys(fold(text) for text in _texts(incident) if text)),
    )


def _number(incident_id: str) -> int | None:
    if incident_id.isascii() and incident_id.isdigit() and len(incident_id) <= 18:
        return int(incident_id)
    return None


def _texts(incident: Incident) -> Iterator[str]:
    yield incident.name
    yield incident.id
    yield incident.assigned_to or ""
    yield incident.description
    yield from incident.tags
    yield from incident.system_tags
    for comment in incident.comments:
        yield comment.text
    for evidence in incident.evidence:
        yield evidence.title
    for alert in incident.alerts:
        yield alert.title
        yield alert.category
        yield from alert.mitre_techniques
        for evidence in alert.evidence:
            yield evidence.title
