"""The time axis of a timeline: which column a moment has, and where labels stand.

An axis is made of stretches of time. One stretch is the whole time as it passed; several
leave idle time out between them. Columns are virtual: a zoomed axis is wider than the
screen, which shows a window of it.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS = (
    *(1, 5, 10, 30),
    *(n * _MINUTE for n in (1, 2, 5, 10, 15, 30)),
    *(n * _HOUR for n in (1, 2, 3, 6, 12)),
    *(n * _DAY for n in (1, 2, 7, 14, 30, 90, 365, 3650)),
)
_APART = 12
"""Columns that two labels keep between their beginnings."""
_LEAST = 10.0
"""Seconds that an axis covers at least."""
_BREAK = 3
"""Columns of a break, where idle time is left out."""
_MOST_BREAKS = 3
_IDLE_SHARE = 0.12
"""The part of the whole time from which a pause counts as idle."""


class Stretch(Struct, frozen=True):
    """Time that passes evenly over columns. Times are seconds since 1970."""

    start: float
    end: float
    first: int
    columns: int

    def place(self, time: float) -> int | None:
        """The column of a time; None outside."""
        if not self.start <= time <= self.end:
            return None
        share = (time - self.start) / (self.end - self.start)
        return self.first + round(share * (self.columns - 1))

    def time(self, column: int) -> float:
        """The time of a column."""
        share = (column - self.first) / max(1, self.columns - 1)
        return self.start + share * (self.end - self.start)


class Axis(Struct, frozen=True):
    """Stretches side by side, with breaks between them."""

    stretches: tuple[Stretch, ...]

    def place(self, time: float) -> int | None:
        """The column of a time; None outside every stretch."""
        for stretch in self.stretches:
            if (at := stretch.place(time)) is not None:
                return at
        return None

    def breaks(self) -> list[tuple[int, float]]:
        """The middle column of each break, and the seconds it leaves out."""
        pairs = zip(self.stretches, self.stretches[1:], strict=False)
        return [
            (one.first + one.columns + _BREAK // 2, other.start - one.end) for one, other in pairs
        ]

    def ticks(self, first: int, last: int) -> list[tuple[int, str]]:
        """Columns and labels of what the columns `first` up to `last` show, apart enough."""
        found: list[tuple[int, str]] = []
        for stretch in self.stretches:
            for at, label in _ticks_of(stretch, first, last):
                near = found and at < found[-1][0] + len(found[-1][1]) + 2
                if not near and at + len(label) <= last:
                    found.append((at, label))
        return found


def _ticks_of(stretch: Stretch, first: int, last: int) -> list[tuple[int, str]]:
    begin, end = max(first, stretch.first), min(last, stretch.first + stretch.columns)
    if begin >= end:
        return []
    a_column = (stretch.end - stretch.start) / max(1, stretch.columns - 1)
    step = next((one for one in _STEPS if one / a_column >= _APART), _STEPS[-1])
    from_, until = stretch.time(begin), stretch.time(end - 1)
    origin = _here(from_)
    if origin is None:
        return []
    midnight = origin.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()
    time = midnight + step * -(-(from_ - midnight) // step)
    many_days = until - from_ > 20 * _HOUR
    found: list[tuple[int, str]] = []
    while time <= until and len(found) < 200:
        at, here = stretch.place(time), _here(time)
        if at is not None and here is not None:
            found.append((at, _label(here, step, many_days=many_days)))
        time += step
    if not found and (here := _here(from_)) is not None:
        found.append((begin, _label(here, 1 if a_column < 1 else step, many_days=False)))
    return found


def _label(here: datetime, step: int, *, many_days: bool) -> str:
    if step >= _DAY or (many_days and here.hour == 0 and here.minute == 0):
        return here.strftime("%Y-%m-%d" if step >= 90 * _DAY else "%m-%d")
    return here.strftime("%H:%M:%S" if step < _MINUTE else "%H:%M")


def _here(time: float) -> datetime | None:
    """A time on the local clock; None where no calendar reaches it."""
    try:
        return datetime.fromtimestamp(time, UTC).astimezone()
    except (OverflowError, ValueError, OSError):
        return None


def axis_of(times: Sequence[float], width: int, *, busy: bool = False) -> Axis:
    """The axis of these times.

    Args:
        times: Seconds since 1970, at least one, in any order.
        width: Columns it has.
        busy: Leave long pauses out.
    """
    ordered = sorted(times)
    groups = _groups(ordered, width // 12) if busy else [(ordered[0], ordered[-1])]
    room = width - _BREAK * (len(groups) - 1)
    least = max(3, min(10, room // len(groups)))
    spans = [max(end - start, _LEAST) for start, end in groups]
    total = sum(spans)
    spare = max(0, room - least * len(groups))
    columns = [least + int(spare * span / total) for span in spans]
    columns[spans.index(max(spans))] += room - sum(columns)
    stretches: list[Stretch] = []
    at = 0
    for (start, _), span, many in zip(groups, spans, columns, strict=True):
        pad = span * (0.03 if len(groups) == 1 else 0.08)
        stretches.append(Stretch(start - pad, start + span + pad, at, max(2, many)))
        at += many + _BREAK
    return Axis(tuple(stretches))


def _groups(ordered: Sequence[float], most: int = _MOST_BREAKS) -> list[tuple[float, float]]:
    """Times that belong together: the longest pauses part them."""
    whole = max(ordered[-1] - ordered[0], _LEAST)
    pauses = sorted(
        (
            (later - earlier, at)
            for at, (earlier, later) in enumerate(itertools.pairwise(ordered), 1)
            if later - earlier > max(whole * _IDLE_SHARE, 2 * _LEAST)
        ),
        reverse=True,
    )[: min(most, _MOST_BREAKS)]
    cuts = sorted(at for _, at in pauses)
    bounds = [0, *cuts, len(ordered)]
    return [(ordered[start], ordered[end - 1]) for start, end in itertools.pairwise(bounds)]


def can_leave_out(times: Sequence[float]) -> bool:
    """Whether there are pauses worth leaving out."""
    return len(times) > 1 and len(_groups(sorted(times))) > 1
