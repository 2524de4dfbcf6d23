"""Edits written down for incidents as they stand, and taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Sequence

from tui.api.records import Incident, IncidentChange
from tui.incidents import outbox, store
from tui.incidents.changes import Edit, EditId, Wish
from tui.incidents.edits import completed, describe, former, parts


def wishes_for(
    connection: sqlite3.Connection, changes: Iterable[tuple[str, IncidentChange]]
) -> list[Wish]:
    """Changes of incidents as wishes, with the values they replace.

    Raises:
        UsageProblem: It does not fit one of the incidents.
    """
    wishes: list[Wish] = []
    for incident_id, change in changes:
        incident = store.load(connection, incident_id)
        for part in parts(completed(change, incident)):
            wishes.append(_upon(connection, incident_id, part, incident, None))
    return wishes


def wishes_back(connection: sqlite3.Connection, edits: Sequence[Edit]) -> list[Wish]:
    """What takes these edits back, the last one first; without those that cannot be."""
    wishes: list[Wish] = []
    for edit in reversed(edits):
        before = outbox.before(connection, edit.id)
        if before is not None:
            incident = store.load(connection, edit.incident_id)
            wishes.append(_upon(connection, edit.incident_id, before, incident, edit.id))
    return wishes


def _upon(
    connection: sqlite3.Connection,
    incident_id: str,
    change: IncidentChange,
    incident: Incident | None,
    undoes: EditId | None,
) -> Wish:
    kept = store.load(connection, incident_id, wished=False)
    return Wish(
        incident_id,
        change,
        None if incident is None else former(incident, change),
        None if kept is None else former(kept, change),
        undoes,
    )


def undone(edits: Sequence[Edit], taken_back: Collection[EditId]) -> str:
    """What became of an undo, as a sentence."""
    back = [edit for edit in edits if edit.id in taken_back]
    incidents = list(dict.fromkeys(edit.incident_id for edit in back))
    said: list[str] = []
    if back:
        what = ", ".join(dict.fromkeys(describe(edit.change) for edit in back))
        where = incidents[0] if len(incidents) == 1 else f"{len(incidents)} incidents"
        said.append(f"Taken back on {where}: {what}.")
    left = [edit for edit in edits if edit.id not in taken_back]
    if any(edit.change.comment for edit in left):
        said.append("A comment that was sent cannot be taken back.")
    elif left:
        said.append("The rest cannot be taken back: the former values are not known.")
    return " ".join(said) or "There was nothing left to take back."


def redone(edits: Sequence[tuple[str, IncidentChange]], sent_comments: int) -> str:
    """What became of a redo, as a sentence."""
    said: list[str] = []
    if edits:
        incidents = list(dict.fromkeys(incident_id for incident_id, _ in edits))
        what = ", ".join(dict.fromkeys(describe(change) for _, change in edits))
        where = incidents[0] if len(incidents) == 1 else f"{len(incidents)} incidents"
        said.append(f"Done again on {where}: {what}.")
    if sent_comments:
        said.append("The comment was sent before and is not sent again.")
    return " ".join(said) or "There was nothing to do again."
