"""An edit in words."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tui.api.records import IncidentChange
from tui.text import visible
from tui.ui import words


def _set(value: object, unset: str) -> str:
    return unset if value == "unknown" else words.spaced(str(value))


def change_words(change: IncidentChange, alerts: Mapping[str, str] = MappingProxyType({})) -> str:
    """What an edit asks for, in words.

    Args:
        alerts: Titles of alerts by their id, to name the one that it is about.
    """
    import msgspec

    said: list[str] = []
    if change.status is not msgspec.UNSET:
        said.append(f"status {words.status(str(change.status)).word}")
    if change.assigned_to is not msgspec.UNSET:
        said.append(f"to {visible(str(change.assigned_to))}" if change.assigned_to else "to nobody")
    if change.classification is not msgspec.UNSET:
        said.append(_set(change.classification, "not classified"))
    if change.determination is not msgspec.UNSET and change.classification != "unknown":
        said.append(_set(change.determination, "no kind"))
    if isinstance(change.tags, tuple):
        said.append("tags " + (words.listed(change.tags) or "none"))
    if change.severity is not msgspec.UNSET:
        said.append(f"severity {visible(str(change.severity))}")
    if change.name is not msgspec.UNSET:
        said.append(f"name {visible(str(change.name))}")
    if change.comment is not msgspec.UNSET:
        said.append(f"comment “{visible(str(change.comment))[:40]}”")
    about = ""
    if isinstance(change.alert, str):
        title = alerts.get(change.alert) or change.alert
        about = f"alert “{visible(title)[:40]}”: "
    return about + ", ".join(said)
