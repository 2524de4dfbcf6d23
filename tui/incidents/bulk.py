"""One change for many incidents: what it would do before it is made, and how far it came."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable

from msgspec import Struct

from tui.api.records import Incident, IncidentChange
from tui.errors import UsageProblem
from tui.incidents import outbox, store
from tui.incidents.changes import Edit, EditId
from tui.incidents.conflicts import done_already
from tui.incidents.edits import completed, subject


class BulkPreview(Struct, frozen=True):
    """What a change would do, by incident id, in the order they were given."""

    changed: tuple[Incident, ...]
    """Incidents that it changes, as they are now."""
    already: tuple[str, ...]
    """Those that have it all already; the change can leave them out."""
    unfit: tuple[tuple[str, str], ...]
    """Those it does not fit, each with the reason as a sentence: a determination that is
    none of its classification, a merged incident, one that is not known."""


class BulkProgress(Struct, frozen=True):
    """How far the edits of one command are."""

    total: int
    confirmed: tuple[Edit, ...]
    waiting: tuple[Edit, ...]
    """Pending or being sent; `why` says what they wait for, if they do."""
    failed: tuple[Edit, ...]
    """Refused, each with its reason; `Queue.retry` sends them again."""
    conflicts: tuple[Edit, ...]
    """Those that met somebody else's change; `Queue.resolve_all` decides."""
    dropped: int = 0
    """Taken back or discarded before they were sent."""

    @property
    def wrong(self) -> int:
        """How many the service did not take."""
        return len(self.failed) + len(self.conflicts)

    @property
    def done(self) -> bool:
        """Whether nothing is under way any more."""
        return not self.waiting


def preview(
    connection: sqlite3.Connection, ids: Iterable[str], change: IncidentChange
) -> BulkPreview:
    """See what a change would do to incidents as they are with their edits."""
    changed: list[Incident] = []
    already: list[str] = []
    unfit: list[tuple[str, str]] = []
    for key in dict.fromkeys(ids):
        incident = store.load(connection, key)
        if incident is None:
            unfit.append((key, "It is not known here."))
        elif incident.redirect_id and incident.status == "redirected":
            unfit.append((key, f"It was merged into {incident.redirect_id}."))
        elif subject(incident, change) is None:
            unfit.append((key, "It has no such alert."))
        else:
            try:
                whole = completed(change, incident)
            except UsageProblem as problem:
                unfit.append((key, str(problem)))
                continue
            if done_already(whole, incident):
                already.append(key)
            else:
                changed.append(incident)
    return BulkPreview(tuple(changed), tuple(already), tuple(unfit))


def progress(connection: sqlite3.Connection, ids: Collection[EditId]) -> BulkProgress:
    """How far these edits are."""
    found = outbox.those(connection, ids)

    def of(*states: str) -> tuple[Edit, ...]:
        return tuple(edit for edit in found if edit.state in states)

    return BulkProgress(
        len(ids),
        of("confirmed"),
        of("pending", "sending"),
        of("failed"),
        of("conflict"),
        len(ids) - len(found),
    )
