"""The noise of every day around the stories."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime

from tui.demo.story.record import Record


def noise(count: int, seed: int, now: datetime, taken: AbstractSet[int]) -> list[Record]:
    """So many incidents that no story tells, newest first."""
    del count, seed, now, taken
    return []
