"""What the queue tells those who watch it: progress, changes, and edits under way."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from tui.api.records import IncidentChange

EditId = int
"""The outbox's own number of an edit; grows with time."""

EditState = Literal["pending", "sending", "failed", "conflict", "confirmed"]
"""`pending` waits for its turn or for the network; `failed` was refused, and `conflict` met a
change that somebody else made meanwhile: both wait for a person."""


class Edit(Struct, frozen=True):
    """One wish for one incident, from the moment it is written until it is discarded."""

    id: EditId
    incident_id: str
    change: IncidentChange
    state: EditState
    why: str
    """Why it is still pending, or why it failed, in whole sentences; empty where all is well."""
    created: datetime
    batch: int
    """Edits made by one command share it."""
    undoes: EditId | None = None
    """The edit this one takes back."""
    base: IncidentChange | None = None
    """The values that the edit was made upon; None where they are not known."""
    theirs: IncidentChange | None = None
    """Of a conflict: the fields that somebody else changed, as they are at the service."""
    settled: datetime | None = None
    """When it was confirmed."""


class Wish(Struct, frozen=True):
    """An edit before it is written down."""

    incident_id: str
    change: IncidentChange
    former: IncidentChange | None = None
    """The values that were shown when it was made; they take it back."""
    base: IncidentChange | None = None
    """The values that the service had then, as far as known."""
    undoes: EditId | None = None
    """The edit that it takes back itself."""


Phase = Literal["first", "changes", "whole"]
"""`first` fills an empty cache, `changes` fetches what was updated since, `whole` everything."""


class SyncProgress(Struct, frozen=True):
    """How far a sync has come."""

    phase: Phase
    fetched: int
    """Incidents received so far."""
    total: int | None
    """Incidents there are, as the service says; None where it does not."""


class SyncResult(Struct, frozen=True):
    """What a sync brought."""

    phase: Phase
    fetched: int
    changed: int
    """Incidents that were new or different from what was kept."""
    seconds: float
    unread: tuple[str, ...] = ()
    """What the list held that could not be read, in words."""


class QueueChanged(Struct, frozen=True):
    """Rows are no longer what they were; `ids` None means any of them."""

    ids: frozenset[str] | None
