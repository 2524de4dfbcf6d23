"""A result as a chart: what stands on which axis, decided from the columns and `render`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise

from tui.hunting.counted import Aggregates, aggregates, quantities
from tui.hunting.render import Asked, Form, asked_for
from tui.rows import Column, Row

MOST_ROWS = 20_000
"""Rows that a chart reads; more would be more points than a screen has cells."""
MOST_SERIES = 8
_LARGEST = 1e300
"""What is beyond it cannot be summed, nor an axis be made for it."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready to be drawn."""

    form: Form
    title: str
    across: str
    """What the labels or the axis are: the name of their column."""
    labels: tuple[str, ...] = ()
    """One for each bar; empty over an axis."""
    at: tuple[float, ...] = ()
    """Places on the axis: seconds since the epoch where `is_time`, else numbers."""
    is_time: bool = False
    series: dict[str, tuple[float | None, ...]] = field(default_factory=dict)
    """Values by the name of their series, one for each label or place."""
    note: str = ""
    """What was left out, in words."""
    of: tuple[str, ...] = ()
    """The columns of its numbers."""
    parted_by: str = ""
    """The column that parts them into series."""
    step: float = 0.0
    """Length of what a place stands for, where all are alike; 0 where it is a moment."""


class NoChart(ValueError):
    """The columns give no chart; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class Axes:
    """Which columns a chart is made of, by their places."""

    across: int | None
    """None numbers the rows."""
    values: tuple[int, ...]
    split: int | None = None


def axes_of(columns: Sequence[Column], asked: Asked, made: Aggregates) -> Axes:
    """Choose the columns of a chart of values.

    What `render` names counts. Else a time column becomes the axis, then the first text, then
    the first number; quantities are the series, split by a further text.

    Raises:
        NoChart: There is no column of numbers.
    """
    places = {column.title: at for at, column in enumerate(columns)}
    numbers = [places[name] for name in asked.values if name in places]
    numbers = [at for at in numbers if columns[at].kind == "number"]
    numbers = numbers or quantities(columns, made)
    numbers = numbers or [at for at, column in enumerate(columns) if column.kind == "number"]
    if not numbers:
        raise NoChart("A chart needs a column of numbers; summarize … count() makes one.")
    times = [at for at, column in enumerate(columns) if column.kind == "time"]
    texts = [at for at, column in enumerate(columns) if column.kind in ("text", "bool")]
    across = places.get(asked.across)
    if across is None:
        by_label = asked.form in ("bars", "shares")
        candidates = [*texts, *times] if by_label else [*times, *texts]
        across = next(iter(candidates), None)
    if across is None:
        keys = [at for at, column in enumerate(columns) if column.kind == "number"]
        others = [at for at in keys if at not in numbers]
        if others:
            across = others[0]
        elif len(numbers) > 1 and asked.form not in ("bars", "shares"):
            across = numbers[0]
    numbers = [at for at in numbers if at != across]
    if not numbers:
        raise NoChart("A chart needs a column of numbers besides its axis.")
    split = places.get(asked.split)
    if split is None:
        split = next((at for at in texts if at != across), None)
    return Axes(across, tuple(numbers), split if split != across else None)


def plan(
    columns: Sequence[Column], rows: Sequence[Row], query: str = "", form: Form | None = None
) -> Chart:
    """Make a chart of the values of rows.

    Args:
        columns: The columns of the rows.
        rows: The rows, in order.
        query: What they answer; its `render` is followed.
        form: How to draw it, whatever `render` says.

    Raises:
        NoChart: There are no rows, or no column of numbers.
    """
    if not rows:
        raise NoChart("There are no rows to draw.")
    asked = asked_for(query)
    made = aggregates(query)
    axes = axes_of(columns, asked, made)
    if query and not made.found and not asked.split and asked.form is None:
        # Raw events have texts of any number of values: lines for all of them tell nothing.
        axes = replace(axes, split=None)
    wanted = form or asked.form
    kind = columns[axes.across].kind if axes.across is not None else ""
    if kind == "time" and wanted not in ("bars", "shares"):
        chart = _over_time(columns, rows, axes, wanted or "lines")
    elif kind == "number" and wanted in ("lines", "points", None):
        chart = _over_numbers(columns, rows, axes, wanted or "points")
    else:
        chart = _bars(columns, rows, axes, "shares" if wanted == "shares" else "bars")
    return replace(
        chart,
        title=asked.title,
        of=tuple(columns[at].title for at in axes.values),
        parted_by=columns[axes.split].title if axes.split is not None else "",
    )


def _number(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    if not abs(number) <= _LARGEST:
        return None
    return number if abs(number) >= 1 / _LARGEST else 0.0


def _moment(value: object) -> float | None:
    if isinstance(value, datetime):
        return value.timestamp()
    if not isinstance(value, str):
        return None
    text = re.sub(r"(\.\d{6})\d+", r"\1", value.strip()).replace("Z", "+00:00")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _text(value: object) -> str:
    return "(empty)" if value in (None, "") else str(value)


def _left_out(count: int, what: str) -> str:
    return f"{count - MOST_SERIES} more {what} are not drawn" if count > MOST_SERIES else ""


def _label(column: Column, value: object) -> str:
    moment = _moment(value) if column.kind == "time" else None
    if moment is None:
        return _text(value)
    try:
        return datetime.fromtimestamp(moment).astimezone().strftime("%Y-%m-%d %H:%M")
    except (OverflowError, ValueError, OSError):
        # The first and last day of the calendar are no days here: as the service wrote it.
        return _text(value)


def _names_of(columns: Sequence[Column], row: Row, axes: Axes) -> list[tuple[str, float]]:
    """The series that a row adds to, and by how much."""
    split = _text(row.values[axes.split]) if axes.split is not None else ""
    found: list[tuple[str, float]] = []
    for at in axes.values:
        value = _number(row.values[at])
        if value is None:
            continue
        title = columns[at].title
        name = title if not split else split if len(axes.values) == 1 else f"{split}: {title}"
        found.append((name, value))
    return found


def _gravest(points: dict[str, dict[str, float]] | dict[str, dict[float, float]]) -> list[str]:
    return sorted(points, key=lambda name: -sum(map(abs, points[name].values())))


def _bars(columns: Sequence[Column], rows: Sequence[Row], axes: Axes, form: Form) -> Chart:
    across = axes.across
    points: dict[str, dict[str, float]] = {}
    labels: dict[str, None] = {}
    for number, row in enumerate(rows, 1):
        label = str(number) if across is None else _label(columns[across], row.values[across])
        labels.setdefault(label)
        for name, value in _names_of(columns, row, axes):
            series = points.setdefault(name, {})
            series[label] = series.get(label, 0.0) + value
    if not points:
        raise NoChart("No row has a number.")
    names = list(points) if axes.split is None else _gravest(points)
    kept = names[:MOST_SERIES]
    if form == "shares":
        total = {label: sum(points[name].get(label, 0.0) for name in kept) for label in labels}
        order = sorted(labels, key=lambda label: -total[label])
    else:
        order = list(labels)
    numbers = {name: tuple(points[name].get(label) for label in order) for name in kept}
    axis = columns[across].title if across is not None else "row"
    note = _left_out(len(names), "series" if axes.split is not None else "columns of numbers")
    return Chart(form, "", axis, tuple(order), series=numbers, note=note)


def _over_time(columns: Sequence[Column], rows: Sequence[Row], axes: Axes, form: Form) -> Chart:
    assert axes.across is not None
    points: dict[str, dict[float, float]] = {}
    for row in rows:
        moment = _moment(row.values[axes.across])
        if moment is None:
            continue
        for name, value in _names_of(columns, row, axes):
            series = points.setdefault(name, {})
            series[moment] = series.get(moment, 0.0) + value
    if not points:
        raise NoChart("No row has both a time and a number.")
    names = _gravest(points)
    kept = names[:MOST_SERIES]
    places = sorted({moment for name in kept for moment in points[name]})
    numbers = {name: tuple(points[name].get(place) for place in places) for name in kept}
    note = _left_out(len(names), "series")
    return Chart(
        form,
        "",
        columns[axes.across].title,
        (),
        tuple(places),
        True,
        numbers,
        note,
        step=_even_step(places),
    )


def _even_step(places: Sequence[float]) -> float:
    """The step of places of which every distance is a multiple of the least; 0 where not."""
    if len(places) < 2:
        return 0.0
    gaps = [later - former for former, later in pairwise(places)]
    least = min(gaps)
    even = all(abs(gap / least - round(gap / least)) < 0.01 for gap in gaps)
    return least if least >= 1 and even else 0.0


def _over_numbers(columns: Sequence[Column], rows: Sequence[Row], axes: Axes, form: Form) -> Chart:
    assert axes.across is not None
    first = axes.across
    pairs = [(place, row) for row in rows if (place := _number(row.values[first])) is not None]
    pairs.sort(key=lambda pair: pair[0])
    series = {
        columns[at].title: tuple(_number(row.values[at]) for _, row in pairs)
        for at in axes.values[:MOST_SERIES]
    }
    places = tuple(place for place, _ in pairs)
    note = _left_out(len(axes.values), "columns of numbers")
    return Chart(form, "", columns[first].title, (), places, False, series, note)
