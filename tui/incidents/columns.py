"""The columns that a queue can show, and what it can be ordered by."""

from __future__ import annotations

from tui.rows import Column, SortKey

COLUMNS: tuple[Column, ...] = (
    Column("id", "ID", pinned=True, least=4, most=12),
    Column("severity", "Sev", least=3, most=5),
    Column("prio", "Prio", kind="number", least=4, most=5, rank=1),
    Column("status", "Status", least=1, most=10, rank=2),
    Column("name", "Name", least=16, most=400, fill=True),
    Column("alerts", "Alerts", kind="number", least=6, most=6, rank=3),
    Column("owner", "Owner", least=1, most=16, rank=1),
    Column("age", "Age", kind="time", least=3, most=5),
)
"""The columns that a queue shows; `age` is the time of creation, so the newest is greatest."""

MORE_COLUMNS: tuple[Column, ...] = (
    Column("updated", "Updated", kind="time", least=3, most=8, rank=4),
    Column("due", "Due", kind="time", least=4, most=6, rank=1),
    Column("tactics", "Tactics", kind="dynamic", least=14, most=26, rank=5),
    Column("activity", "Activity", kind="dynamic", least=12, most=12, rank=6),
    Column("devices", "Devices", kind="number", least=7, most=7, rank=6),
    Column("users", "Users", kind="number", least=5, most=5, rank=6),
    Column("tags", "Tags", kind="dynamic", least=6, most=30, rank=5),
    Column("priority", "MS score", kind="number", least=4, most=8, rank=6),
    Column("classification", "Class", least=5, most=24, rank=6),
    Column("determination", "Determination", least=5, most=24, rank=6),
)
"""Columns that a queue can show besides. `prio` is Microsoft's score, else our own; `due` is the
moment until which an incident must be answered; values of `tactics` are names in the order of
an attack, those of `activity` counts of alerts in equal parts of the time from the first
activity to the last."""

NEWEST_FIRST = (SortKey("age", descending=True),)
MOST_URGENT_FIRST = (SortKey("prio", descending=True),)
"""By priority; what is closed comes after all that is open."""

ORDERS: dict[str, tuple[str, ...]] = {
    "id": ("number", "id"),
    "severity": ("severity_rank",),
    "status": ("status_rank", "status_key"),
    "name": ("name_key",),
    "alerts": ("alerts",),
    "owner": ("owner_key",),
    "age": ("created",),
    "updated": ("updated",),
    "priority": ("priority",),
    "prio": ("prio",),
    "due": (),
    "tactics": ("tactic_count", "tactics"),
    "activity": ("alerts",),
    "devices": ("devices",),
    "users": ("users",),
    "tags": ("tags_key",),
    "classification": ("classification",),
    "determination": ("determination",),
}
"""What each column is ordered by, in the table `incident`."""

VALUES: dict[str, str] = {"age": "created"}
"""Columns that read another of the table."""
