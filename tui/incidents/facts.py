"""What the queue sorts and filters an incident by.

The cache stores these facts as columns and the filters evaluate them in Python, so both
see the same thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tui.api.records import SEVERITIES, STATUSES, Alert, Incident
from tui.incidents.entities import Key, all_evidence, keys_of
from tui.incidents.folding import fold, storable
from tui.incidents.priority import assets_of, own_points, tactics_of

__all__ = ["COLUMNS", "Facts", "facts_of", "fold", "moment", "storable", "ticks"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
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
    own: int
    """Our own score of its urgency, without the points for its age."""
    tactics: str
    """ATT&CK tactics reached, in the order of an attack, one a line."""
    tactic_count: int
    devices: int
    users: int
    activity: str
    """Alerts in each twelfth of the time from the first activity to the last, `1,0,3`."""
    search: str
    """Everything that a word is looked for in, folded, one text a line."""
    keys: tuple[Key, ...]
    """Its entities, tactics, techniques, sources, tags and classification."""


COLUMNS = tuple(name for name in Facts._fields if name not in ("search", "keys"))
"""The facts that are columns of the table `incident`."""

_BUCKETS = 12
_UNSEARCHED = frozenset({"class", "determination", "source"})
_MOST_TEXT = 400_000
_COMMAND_LENGTH = 400


def ticks(moment: datetime) -> int:
    """Microseconds since 1970; a naive moment is taken as UTC."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND


def moment(value: int) -> datetime:
    """The aware moment of `ticks`; what no calendar has is its first or last moment."""
    return _EPOCH + timedelta(microseconds=min(max(value, _FIRST), _LAST))


def facts_of(incident: Incident, *, brief: bool = False) -> Facts:
    """The facts of an incident as it stands.

    Args:
        brief: Only those of what a list shows: no text to search in, and no keys.
    """
    severity, status = storable(incident.severity), storable(incident.status)
    owner = storable(incident.assigned_to) if incident.assigned_to else None
    name = storable(incident.name)
    keys = () if brief else keys_of(incident)
    tactics = tactics_of(incident)
    devices, users = assets_of(incident)
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
        own=sum(points for points, _ in own_points(incident, tactics, len(devices) + len(users))),
        tactics="\n".join(tactics),
        tactic_count=len(tactics),
        devices=len(devices),
        users=len(users),
        activity=_activity(incident.alerts),
        search="" if brief else _search(incident, keys),
        keys=keys,
    )


def _activity(alerts: Sequence[Alert]) -> str:
    times = [
        ticks(at)
        for alert in alerts
        if (at := alert.first_activity or alert.created or alert.last_activity)
    ]
    if not times:
        return ""
    first, span = min(times), max(times) - min(times) + 1
    counts = [0] * (_BUCKETS if span > 1 else 1)
    for time in times:
        counts[(time - first) * len(counts) // span] += 1
    return ",".join(map(str, counts))


def _search(incident: Incident, keys: Sequence[Key]) -> str:
    found = dict.fromkeys(fold(text) for text in _texts(incident) if text)
    found.update((key.folded, None) for key in keys if key.kind not in _UNSEARCHED)
    return "\n".join(found)[:_MOST_TEXT]


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
    for alert in incident.alerts:
        yield alert.title
    for evidence in all_evidence(incident):
        yield evidence.title
        command = evidence.fields.get("processCommandLine")
        if isinstance(command, str):
            yield command[:_COMMAND_LENGTH]
