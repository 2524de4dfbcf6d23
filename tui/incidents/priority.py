"""An order of work where the service sends none: a score from what an incident shows.

Severity counts for up to 50, tactics for up to 28, assets for up to 12, and age for up to
10 more or 10 less: what is new can still be stopped.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct

from tui.api.records import Incident
from tui.incidents.entities import all_evidence
from tui.incidents.tactics import LATE, TACTICS, words_of

_SEVERITIES = {"high": 50, "medium": 30, "low": 15, "informational": 5}
_UNKNOWN_SEVERITY = 10
_PER_TACTIC, _MOST_TACTICS, _LATE_POINTS = 4, 20, 8
_PER_ASSET, _MOST_ASSETS = 2, 12

AGES: tuple[tuple[timedelta, int], ...] = (
    (timedelta(days=1), 10),
    (timedelta(days=3), 5),
    (timedelta(days=14), 0),
)
"""Points for an incident younger than each span; the first that fits counts."""
OLD_POINTS = -10
"""Points for an incident older than all of them, or of unknown age."""


class Priority(Struct, frozen=True):
    """How urgent an incident is, 0 to 100, and why."""

    score: int
    reasons: tuple[str, ...]
    """In words, the weightiest first: "high severity (50)"."""
    from_service: bool = False
    """Whether Microsoft's own score says so."""


def assets_of(incident: Incident) -> tuple[set[str], set[str]]:
    """The devices and the users that an incident names, by title."""
    devices: set[str] = set()
    users: set[str] = set()
    for evidence in all_evidence(incident):
        if evidence.kind == "device":
            devices.add(evidence.title.casefold())
        elif evidence.kind in ("user", "mailbox"):
            users.add(evidence.title.casefold())
    return devices, users


def tactics_of(incident: Incident) -> list[str]:
    """The ATT&CK tactics that an incident reached, in the order of an attack."""
    reached = {alert.category for alert in incident.alerts}
    return [name for name in TACTICS if name in reached]


def own_points(incident: Incident, reached: Sequence[str], assets: int) -> list[tuple[int, str]]:
    """Points without those for age, each with its reason.

    Args:
        reached: Its tactics, in the order of an attack.
        assets: How many devices and users it names.
    """
    severity = incident.severity.casefold()
    points = _SEVERITIES.get(severity, _UNKNOWN_SEVERITY)
    said = f"{severity} severity" if severity in _SEVERITIES else "unknown severity"
    found = [(points, said)]
    if reached:
        said = f"{len(reached)} tactics" if len(reached) > 1 else "1 tactic"
        found.append((min(len(reached) * _PER_TACTIC, _MOST_TACTICS), f"{said} reached"))
        if late := [name for name in reached if name in LATE]:
            found.append((_LATE_POINTS, f"it got as far as {words_of(late[-1])}"))
    if assets:
        said = f"{assets} assets involved" if assets > 1 else "1 asset involved"
        found.append((min(assets * _PER_ASSET, _MOST_ASSETS), said))
    return found


def age_points(created: datetime | None, now: datetime) -> int:
    """Points for the age of an incident."""
    if created is not None:
        for span, points in AGES:
            if created > now - span:
                return points
    return OLD_POINTS


def clamped(score: int) -> int:
    """The score within 0 and 100."""
    return max(0, min(100, score))


def priority_of(incident: Incident, now: datetime | None = None) -> Priority:
    """How urgent an incident is: Microsoft's score where there is one, else our own."""
    if incident.priority is not None:
        return Priority(incident.priority, ("Microsoft's own score",), from_service=True)
    devices, users = assets_of(incident)
    points = own_points(incident, tactics_of(incident), len(devices) + len(users))
    for_age = age_points(incident.created, now or datetime.now(UTC))
    if for_age:
        words = {10: "less than a day old", 5: "less than three days old"}
        points.append((for_age, words.get(for_age, "older than two weeks")))
    if incident.created is None:
        points[-1] = (for_age, "of unknown age")
    ordered = sorted(points, key=lambda pair: -abs(pair[0]))
    return Priority(
        clamped(sum(number for number, _ in points)),
        tuple(f"{words} ({number:+d})" for number, words in ordered),
    )
