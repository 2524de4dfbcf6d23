"""How long the classic APIs still serve."""

from __future__ import annotations

from datetime import date


def days_left(today: date) -> int:
    """Days until Microsoft ends them; negative from then on."""
    from tui.api.protocols import RETIREMENT

    return (date.fromisoformat(RETIREMENT) - today).days
