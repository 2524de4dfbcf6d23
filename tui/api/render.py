"""Records as JSON for scripts: snake case, Graph's spelling of values, UTC times with `Z`."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec

from tui.api.records import Incident

_LEFT_OUT = frozenset({"raw"})
_DEEPEST = 100
"""Objects within objects; real ones have a dozen."""


def records_to_json(incident: Incident) -> dict[str, Any]:
    """The incident as plain JSON values, without the service's own object.

    Every field of the model is there in every incident, so that a script can rely on it.
    """
    rendered = _plain(incident)
    assert isinstance(rendered, dict)
    return rendered


def utc(moment: datetime) -> str:
    """A time as exports write it: UTC with `Z`, a fraction only where there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _plain(value: object, depth: int = 0) -> object:
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, msgspec.Struct):
        return {
            name: _plain(getattr(value, name), depth + 1)
            for name in value.__struct_fields__
            if name not in _LEFT_OUT
        }
    if isinstance(value, datetime):
        return utc(value)
    if isinstance(value, tuple | list):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, dict):
        return {str(name): _plain(item, depth + 1) for name, item in value.items()}
    return value
