"""Which tables have everyday rows."""

from __future__ import annotations

from tui.demo.tables import cloud_rows, device_rows, settings_rows, state_rows
from tui.demo.tables.everyday import Everyday


def plan_of(name: str) -> Everyday | None:
    """How the everyday rows of a table are made; None where it has none."""
    for found in (
        device_rows.TABLES,
        cloud_rows.TABLES,
        state_rows.TABLES,
        settings_rows.TABLES,
    ):
        if name in found:
            return found[name]
    return None
