"""Edits written down for incidents as they stand, and taken back."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Mapping, Sequence

from tui.api.records import IncidentChange
from tui.incidents import outbox, store
from tui.incidents.changes import Edit, EditId
from tui.incidents.edits import completed, describe, former, parts

Wish = tuple[str, IncidentChange, IncidentChange | None, EditId | None]
"""An incident's id, the change, what takes it back, and the edit that it takes back itself."""


def wishes_for(connection: sqlite3.Connection, changes: Mapping[str, IncidentChange]) -> list[Wish]:
    """Changes of incidents as wishes, with the values they replace.

    Raises:
        UsageProblem: It does not fit one of the incidents.
    """
    wishes: list[Wish] = []
    for incident_id, change in changes.items():
        incident = store.load(connection, incident_id)
        for part in parts(completed(change, incident)):
            before = None if incident is None else former(incident, part)
            wishes.append((incident_id, part, before, None))
    return wishes


def wishes_back(connection: sqlite3.Connection, edits: Sequence[Edit]) -> list[Wish]:
    """What takes these edits back, the last one first; without those that cannot be."""
    wishes: list[Wish] = []
    for edit in reversed(edits):
        before = outbox.before(connection, edit.id)
        if before is not None:
            wishes.append((edit.incident_id, before, None, edit.id))
    return wishes


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
