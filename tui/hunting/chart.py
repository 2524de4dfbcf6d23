"""A result as a chart: what stands on which axis, decided from the columns and `render`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from tui.rows import Column, Row

Form = Literal["bars", "lines", "points"]
"""How it is drawn: a bar for each label, lines over an axis, or points."""

MOST_ROWS = 20_000
"""Rows that a chart reads; more would be more points than a screen has cells."""
_MOST_SERIES = 8
_RENDER = re.compile(r"\|\s*render\s+(?:anomalychart|(\w+))(?:\s+with\s*\((.*?)\))?\s*;?\s*$", re.S)
_TITLE = re.compile(r"""title\s*=\s*(?:"([^"]*)"|'([^']*)'|(\w+))""")
_FORMS: dict[str, Form] = {
    "barchart": "bars",
    "columnchart": "bars",
    "piechart": "bars",
    "treemap": "bars",
    "card": "bars",
    "timechart": "lines",
    "linechart": "lines",
    "areachart": "lines",
    "stackedareachart": "lines",
    "scatterchart": "points",
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart ready to be drawn."""

    form: Form
    title: str
    across: str
    """What the labels or the axis are: the name of their column."""
    labels: tuple[str, ...] = ()
    """One for each bar; empty for lines and points."""
    at: tuple[float, ...] = ()
    """Places on the axis: seconds since the epoch where `is_time`, else numbers."""
    is_time: bool = False
    series: dict[str, tuple[float | None, ...]] = field(default_factory=dict)
    """Values by the name of their series, one for each label or place."""
    note: str = ""
    """What was left out, in words."""


class NoChart(ValueError):
    """The columns give no chart; the text says what is missing."""


def asked_for(query: str) -> tuple[str, str]:
    """The kind and title that a query's own `render` names; empty where it has none."""
    found = _RENDER.search(query.rstrip())
    if found is None:
        return "", ""
    title = _TITLE.search(found[2] or "")
    return (found[1] or "timechart").lower(), next(
        filter(None, title.groups()), ""
    ) if title else ""


def _number(value: object) -> float | None:
    if isinstance(value, bool) or value is None:
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if number - number == 0 else None


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


def plan(columns: Sequence[Column], rows: Sequence[Row], query: str = "") -> Chart:
    """Decide what to draw.

    A time column becomes the axis, else the first text column the labels, else the first
    number; the other numbers are the series, split by a further text column where there is
    one.

    Raises:
        NoChart: There are no rows, or no column of numbers.
    """
    if not rows:
        raise NoChart("There are no rows to draw.")
    kind, title = asked_for(query)
    form = _FORMS.get(kind)
    numbers = [at for at, column in enumerate(columns) if column.kind == "number"]
    times = [at for at, column in enumerate(columns) if column.kind == "time"]
    texts = [at for at, column in enumerate(columns) if column.kind in ("text", "bool")]
    if not numbers:
        raise NoChart("A chart needs a column of numbers; summarize … count() makes one.")
    if times and form != "bars":
        return _over_time(columns, rows, times[0], numbers, texts, form or "lines", title)
    if texts or times:
        return _bars(columns, rows, (texts or times)[0], numbers, title)
    if len(numbers) > 1 and form in ("lines", "points", None):
        return _over_numbers(columns, rows, numbers, form or "points", title)
    return _bars(columns, rows, None, numbers, title)


def _bars(
    columns: Sequence[Column],
    rows: Sequence[Row],
    label: int | None,
    numbers: Sequence[int],
    title: str,
) -> Chart:
    names = [
        str(at + 1) if label is None else _text(row.values[label]) for at, row in enumerate(rows)
    ]
    series = {
        columns[at].title: tuple(_number(row.values[at]) for row in rows)
        for at in numbers[:_MOST_SERIES]
    }
    across = columns[label].title if label is not None else "row"
    note = _left_out(len(numbers), "columns of numbers")
    return Chart("bars", title, across, tuple(names), series=series, note=note)


def _text(value: object) -> str:
    return "(empty)" if value in (None, "") else str(value)


def _left_out(count: int, what: str) -> str:
    return f"{count - _MOST_SERIES} more {what} are not drawn" if count > _MOST_SERIES else ""


def _over_time(
    columns: Sequence[Column],
    rows: Sequence[Row],
    time: int,
    numbers: Sequence[int],
    texts: Sequence[int],
    form: Form,
    title: str,
) -> Chart:
    points: dict[str, dict[float, float]] = {}
    for row in rows:
        moment = _moment(row.values[time])
        if moment is None:
            continue
        split = ", ".join(_text(row.values[at]) for at in texts[:1])
        for at in numbers:
            value = _number(row.values[at])
            if value is not None:
                name = split if split and len(numbers) == 1 else columns[at].title
                if split and len(numbers) > 1:
                    name = f"{split}: {name}"
                points.setdefault(name, {})[moment] = points.get(name, {}).get(moment, 0.0) + value
    if not points:
        raise NoChart("No row has both a time and a number.")
    gravest = sorted(points, key=lambda name: -sum(points[name].values()))
    kept = gravest[:_MOST_SERIES]
    places = sorted({moment for name in kept for moment in points[name]})
    series = {name: tuple(points[name].get(place) for place in places) for name in kept}
    note = _left_out(len(gravest), "series")
    return Chart(form, title, columns[time].title, (), tuple(places), True, series, note)


def _over_numbers(
    columns: Sequence[Column],
    rows: Sequence[Row],
    numbers: Sequence[int],
    form: Form,
    title: str,
) -> Chart:
    first, *rest = numbers
    pairs = [(place, row) for row in rows if (place := _number(row.values[first])) is not None]
    pairs.sort(key=lambda pair: pair[0])
    series = {
        columns[at].title: tuple(_number(row.values[at]) for _, row in pairs)
        for at in rest[:_MOST_SERIES]
    }
    places = tuple(place for place, _ in pairs)
    note = _left_out(len(rest), "columns of numbers")
    return Chart(form, title, columns[first].title, (), places, False, series, note)
