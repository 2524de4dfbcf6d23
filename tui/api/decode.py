"""JSON of either dialect into records: lenient, nothing lost, never raising for content."""

from __future__ import annotations

from typing import Any

from tui.api.records import Comment, Incident


def decode_incident(raw: object) -> Incident:
    """The incident of a service's object of either dialect; never raises.

    What could not be read is named in `faults`; `raw` keeps the object. `id` is empty
    where the object has none.
    """
    raise NotImplementedError


def decode_comments(raw: object) -> tuple[Comment, ...]:
    """Comments of either dialect."""
    raise NotImplementedError


def records_to_json(incident: Incident) -> dict[str, Any]:
    """The incident for scripts: snake case, Graph's spelling, times as UTC with `Z`."""
    raise NotImplementedError
