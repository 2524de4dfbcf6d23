"""The stories of the month: which incidents they became, and how far those have come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.demo.story import ransomware
from tui.demo.story.alert import Alert
from tui.demo.story.record import Record, comment
from tui.demo.story.stage import Stage


@dataclass(frozen=True)
class Tale:
    """A story and the state of its incident.

    Args:
        number: The incident's number.
        age: Hours since it was opened.
        lead: Minutes from the story's beginning until the incident was opened.
        tell: The story.
        comments: Author, text and hours ago.
    """

    number: int
    age: float
    lead: float
    name: str
    severity: str
    tell: Callable[[Stage], list[Alert]]
    status: str = "active"
    touched: float = 0.0
    """Hours since the last change; as old as the incident where 0."""
    assigned: str | None = None
    classification: str = "unknown"
    determination: str = "unknown"
    tags: tuple[str, ...] = ()
    system_tags: tuple[str, ...] = ()
    priority: int | None = None
    description: str = ""
    summary: str = ""
    actions: str = ""
    resolution: str = ""
    comments: tuple[tuple[str, str, float], ...] = ()


_TALES = (
    Tale(
        4711,
        2.2,
        3,
        ransomware.NAME,
        "high",
        ransomware.tell,
        touched=0.3,
        tags=("ransomware", "crown-jewels"),
        system_tags=("Ransomware", "Critical asset"),
        priority=98,
        description=ransomware.DESCRIPTION,
        summary=ransomware.SUMMARY,
        actions=ransomware.ACTIONS,
        comments=(
            (
                "h.osei@contoso.com",
                "Bridge is open: SOC room 2. Nobody reboots FS-01, please.",
                0.5,
            ),
            ("d.ito@contoso.com", "FS-01 is off the network at the switch.", 0.3),
        ),
    ),
)


def tales(now: datetime) -> list[Record]:
    """The stories' incidents."""
    return [_record(tale, now) for tale in _TALES]


def _record(tale: Tale, now: datetime) -> Record:
    created = now - timedelta(hours=tale.age)
    began = created - timedelta(minutes=tale.lead)
    touched = now - timedelta(hours=tale.touched) if tale.touched else created
    return Record(
        number=tale.number,
        name=tale.name,
        severity=tale.severity,
        status=tale.status,
        created=created,
        updated=touched,
        began=began,
        tell=lambda: tale.tell(Stage(began)),
        assigned=tale.assigned,
        classification=tale.classification,
        determination=tale.determination,
        tags=list(tale.tags),
        system_tags=list(tale.system_tags),
        priority=tale.priority,
        description=tale.description or None,
        summary=tale.summary or None,
        recommended_actions=tale.actions or None,
        resolving_comment=tale.resolution or None,
        modified_by=tale.assigned or "Microsoft Defender XDR",
        comments=[
            comment(text, author, now - timedelta(hours=hours))
            for author, text, hours in tale.comments
        ],
    )
