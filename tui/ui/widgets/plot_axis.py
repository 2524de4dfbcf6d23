"""Round numbers and round times to stand along an axis."""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import datetime, timedelta

_TIMES = (
    1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200,
    86400, 172800, 259200, 604800, 1209600, 2592000, 7776000, 31536000,
)  # fmt: skip
_DAY = 86400


def nice_top(value: float) -> float:
    """A round number that is no less than this one; of nothing, 1."""
    if not value > 0:
        return 1.0 if value == 0 else 0.0
    size = 10.0 ** math.floor(math.log10(value))
    for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10):
        if step * size >= value * (1 - 1e-9):
            return step * size
    return 10 * size


def number_ticks(first: float, last: float, most: int) -> list[float]:
    """Round numbers from one to another, some of them at most."""
    if not last > first:
        return [first]
    rough = (last - first) / max(1, most)
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(one * size for one in (1, 2, 2.5, 5, 10) if one * size >= rough * (1 - 1e-9))
    begin = math.ceil(first / step - 1e-9)
    end = math.floor(last / step + 1e-9)
    return [at * step for at in range(begin, end + 1)]


def time_ticks(first: float, last: float, most: int) -> list[tuple[float, str]]:
    """Round local times from one to another, with their words; some of them at most."""
    length = last - first
    step = next((one for one in _TIMES if length / one <= max(1, most)), _TIMES[-1])
    try:
        begin = datetime.fromtimestamp(first).astimezone()
    except (OverflowError, ValueError, OSError):
        return []
    midnight = begin.replace(hour=0, minute=0, second=0, microsecond=0)
    if step >= _DAY:
        form = "%Y-%m-%d" if length > 300 * _DAY else "%m-%d"
    else:
        form = "%H:%M:%S" if step < 60 else "%m-%d %H:%M" if length > _DAY else "%H:%M"
    ticks: list[tuple[float, str]] = []
    with suppress(OverflowError, ValueError, OSError):
        # The calendar ends with year 9999; ticks before that stay.
        at = midnight
        while at.timestamp() <= last and len(ticks) <= most + 2:
            if at.timestamp() >= first:
                ticks.append((at.timestamp(), at.strftime(form)))
                at += timedelta(seconds=step)
            else:
                behind = first - at.timestamp()
                at += timedelta(seconds=step * max(1, int(behind // step)))
    return ticks
