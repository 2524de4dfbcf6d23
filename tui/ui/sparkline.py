"""A row of bars in text: how activity spreads over time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

_BARS = "▁▂▃▄▅▆▇█"


def bars(counts: Iterable[int], least: int = 0) -> str:
    """A bar for each count, the greatest the highest; empty without counts.

    Args:
        least: What at least a bar of full height stands for.
    """
    numbers = list(counts)
    top = max([least, *numbers])
    return "".join(
        _BARS[0] if not number else _BARS[max(1, round(number / top * (len(_BARS) - 1)))]
        for number in numbers
    )


def sparkline(times: Iterable[datetime], width: int = 10) -> str:
    """Bars of how many moments fall into each of `width` equal parts; empty without moments."""
    moments = sorted(moment.timestamp() for moment in times)
    if not moments:
        return ""
    length = (moments[-1] - moments[0]) or 1.0
    bins = [0] * width
    for moment in moments:
        bins[min(width - 1, int((moment - moments[0]) / length * width))] += 1
    return bars(bins)
