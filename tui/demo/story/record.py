"""An incident as the tenant keeps it: a light head that changes, and alerts told on demand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tui.demo.options import stamp
from tui.demo.story.alert import Alert, realise

Told = dict[str, Any]


@dataclass(slots=True, eq=False)
class Record:
    """One incident. The queue is made of these; their alerts are told when they are read."""

    number: int
    name: str
    severity: str
    status: str
    created: datetime
    updated: datetime
    began: datetime
    """When the first thing happened; alerts count their minutes from here."""
    tell: Callable[[], list[Alert]]
    assigned: str | None = None
    classification: str = "unknown"
    determination: str = "unknown"
    tags: list[str] = field(default_factory=list)
    system_tags: list[str] = field(default_factory=list)
    priority: int | None = None
    description: str | None = None
    summary: str | None = None
    recommended_actions: str | None = None
    resolving_comment: str | None = None
    modified_by: str = "Microsoft Defender XDR"
    redirect: int | None = None
    comments: list[dict[str, Any]] = field(default_factory=list)
    edits: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What callers changed on alerts, by the alert's identifier."""

    def tell_alerts(self) -> list[Told]:
        """The alerts as they were raised, before anybody changed anything."""
        return [
            realise(alert, self.number, index, self.began)
            for index, alert in enumerate(self.tell())
        ]

    def alerts(self, told: list[Told]) -> list[Told]:
        """The alerts as they are now, newest first; `told` is left as it is."""
        resolved = stamp(self.updated) if self.status in {"resolved", "redirected"} else None
        working = self.status == "inProgress"
        now = []
        for alert in told:
            status = alert["status"] or (
                "resolved" if resolved else "inProgress" if working else "new"
            )
            seen = {
                **alert,
                "status": status,
                "assignedTo": self.assigned,
                "classification": self.classification,
                "determination": self.determination,
            }
            if status == "resolved":
                seen["resolvedDateTime"] = resolved or alert["lastUpdateDateTime"]
            if resolved and resolved > alert["lastUpdateDateTime"]:
                seen["lastUpdateDateTime"] = resolved
            changed = self.edits.get(alert["id"])
            if changed:
                seen.update(changed)
            now.append(seen)
        now.sort(key=lambda alert: str(alert["createdDateTime"]), reverse=True)
        return now


def comment(text: str, author: str, moment: datetime) -> dict[str, Any]:
    """A comment in Graph's shape."""
    return {
        "@odata.type": "#microsoft.graph.security.alertComment",
        "comment": text,
        "createdByDisplayName": author,
        "createdDateTime": stamp(moment),
    }
