"""An edit in words."""

from __future__ import annotations

from tui.api.records import IncidentChange
from tui.text import visible
from tui.ui import words


def change_words(change: IncidentChange) -> str:
    """What an edit asks for, in words."""
    import msgspec

    said: list[str] = []
    if change.status is not msgspec.UNSET:
        said.append(f"status {words.status(str(change.status)).word}")
    if change.assigned_to is not msgspec.UNSET:
        said.append(f"to {visible(str(change.assigned_to))}" if change.assigned_to else "to nobody")
    if change.classification is not msgspec.UNSET:
        said.append(words.spaced(str(change.classification)))
    if change.determination is not msgspec.UNSET:
        said.append(words.spaced(str(change.determination)))
    if isinstance(change.tags, tuple):
        said.append("tags " + (words.listed(change.tags) or "none"))
    if change.severity is not msgspec.UNSET:
        said.append(f"severity {visible(str(change.severity))}")
    if change.name is not msgspec.UNSET:
        said.append(f"name {visible(str(change.name))}")
    if change.comment is not msgspec.UNSET:
        said.append(f"comment “{visible(str(change.comment))[:40]}”")
    return ", ".join(said)
