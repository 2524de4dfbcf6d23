"""From an entity of an alert to the queries a hunter would write about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tui.api.records import Alert, Evidence


@dataclass(frozen=True, slots=True)
class Pivot:
    """A query about an entity."""

    name: str
    """What it shows, in words."""
    query: str
    timespan: str | None = None
    """ISO 8601, where the service's own range would not reach; None leaves it alone."""


def pivots(
    evidence: Evidence, around: datetime | None = None, alert: Alert | None = None
) -> Sequence[Pivot]:
    """Queries about an entity, the best first; empty where hunting knows nothing of its kind."""
    return []
