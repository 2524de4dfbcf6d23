"""The queue as the screens use it: what is known, what changed, and what was asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from tui.api.records import Incident, IncidentChange
from tui.errors import Problem
from tui.incidents.changes import Edit, EditId, QueueChanged, SyncProgress, SyncResult
from tui.incidents.source import QueueSource

if TYPE_CHECKING:
    from tui.api.service import Connection
    from tui.auth.profiles import Profile

__all__ = ["Edit", "EditId", "Queue", "QueueChanged", "QueueSource", "SyncProgress", "SyncResult"]


class Queue:
    """Incidents of one tenant through one API."""

    me: str | None
    """Who works here, as `assigned_to` spells it; None where nobody said."""
    notices: list[str]
    """What the reader should know about the cache (moved aside, read-only), in sentences."""
    last_synced: datetime | None
    sync_problem: Problem | None
    """Why the last sync ended early; None where it went well."""

    @classmethod
    async def open(
        cls,
        connection: Connection | None,
        profile: Profile,
        *,
        memory: bool = False,
        directory: Path | None = None,
        me: str | None = None,
    ) -> Queue:
        raise NotImplementedError

    async def attach(self, connection: Connection) -> None:
        raise NotImplementedError

    @property
    def stale(self) -> bool:
        """No sync went well since this queue was opened, or the last one failed."""
        raise NotImplementedError

    def source(self) -> QueueSource:
        raise NotImplementedError

    async def total(self) -> int:
        raise NotImplementedError

    async def incident(self, incident_id: str) -> Incident | None:
        raise NotImplementedError

    async def refresh_incident(self, incident_id: str) -> Incident:
        raise NotImplementedError

    async def sync(self, on_progress: Callable[[SyncProgress], None] | None = None) -> SyncResult:
        raise NotImplementedError

    async def edit(self, ids: Sequence[str], change: IncidentChange) -> list[EditId]:
        raise NotImplementedError

    async def undo(self) -> str | None:
        raise NotImplementedError

    async def outbox(self, incident_id: str | None = None) -> list[Edit]:
        raise NotImplementedError

    async def retry(self, ids: Sequence[EditId] | None = None) -> None:
        raise NotImplementedError

    async def discard(self, ids: Sequence[EditId]) -> None:
        raise NotImplementedError

    async def delivered(self) -> None:
        """Wait until nothing is being sent: every edit is confirmed, failed or held up."""
        raise NotImplementedError

    def subscribe(self, callback: Callable[[QueueChanged], None]) -> Callable[[], None]:
        raise NotImplementedError

    async def close(self) -> None:
        raise NotImplementedError
