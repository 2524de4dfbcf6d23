"""From an entity of an alert to the queries a hunter would write about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tui.api.records import Alert, Evidence
from tui.hunting import literals
from tui.hunting.asking import Ask
from tui.hunting.entities import questions
from tui.hunting.own_pivots import OwnPivot
from tui.hunting.own_pivots import around as around_of

_AROUND = 6
"""Hours before the first and after the last activity that are looked at."""
_DEFAULT_RANGE = timedelta(days=29)
"""The services answer for the last 30 days unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Pivot:
    """A query about an entity."""

    name: str
    """What it shows, in words; service text in it is not yet made visible."""
    query: str
    timespan: str | None = None
    """ISO 8601, where the service's default range would not reach back far enough."""
    own: bool = False
    """Whether it comes from the user's own folder."""


def pivots(
    evidence: Evidence,
    around: datetime | None = None,
    alert: Alert | None = None,
    *,
    now: datetime | None = None,
    own: Sequence[OwnPivot] = (),
) -> Sequence[Pivot]:
    """Queries about an entity, the best first.

    Args:
        evidence: The entity, of either dialect.
        around: The time to look around; the alert's activity unless given.
        alert: The alert that names the entity.
        own: The user's own queries; those that fit come first.
        now: For telling whether the time lies beyond the services' default range.

    Returns:
        The queries; empty where hunting knows nothing of the entity's kind, or the entity
        has nothing to look for.
    """
    window = _window(around, alert)
    span = None
    if window is not None and window[0] < (now or datetime.now(UTC)) - _DEFAULT_RANGE:
        span = f"{window[0] - timedelta(hours=_AROUND):%Y-%m-%dT%H:%M:%SZ}/" + (
            f"{window[1] + timedelta(hours=_AROUND):%Y-%m-%dT%H:%M:%SZ}"
        )
    first, last = around_of(window, _AROUND)
    mine = [
        Pivot(one.name, one.about(evidence, first, last), span, own=True)
        for one in own
        if one.fits(evidence)
    ]
    return mine + [
        Pivot(ask.name, _written(ask, window), None if ask.wide else span)
        for ask in questions(evidence)
    ]


def _window(around: datetime | None, alert: Alert | None) -> tuple[datetime, datetime] | None:
    if around is not None:
        return around, around
    if alert is None:
        return None
    first = alert.first_activity or alert.last_activity or alert.created
    last = alert.last_activity or first
    if first is None or last is None:
        return None
    return min(first, last), max(first, last)


def _written(ask: Ask, window: tuple[datetime, datetime] | None) -> str:
    lines: list[str] = []
    if ask.state:
        when = ""
    elif window is None or ask.wide:
        when = "| where Timestamp > ago(30d)"
    else:
        around = timedelta(hours=_AROUND)
        first, last = literals.moment(window[0] - around), literals.moment(window[1] + around)
        when = f"| where Timestamp between ({first} .. {last})"
    lines += _union(ask) if ask.arms else [ask.table]
    if when:
        lines.append(when)
    lines += [f"| where {condition}" for condition in ask.where]
    lines += [f"| {stage}" for stage in ask.then]
    return "\n".join(lines)


def _union(ask: Ask) -> list[str]:
    lines = ["union"]
    for arm in ask.arms:
        columns = ", ".join(("Timestamp", f'Source = "{arm.table}"', *arm.columns))
        lines.append(f"    ({arm.table}")
        lines += [f"    | where {condition}" for condition in arm.where]
        lines.append(f"    | project {columns}),")
    lines[-1] = lines[-1].removesuffix(",")
    return lines
