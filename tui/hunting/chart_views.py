"""The charts that a result offers, the fittest first, and how each gets its numbers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tui.hunting.chart import MOST_ROWS, MOST_SERIES, Chart, NoChart, axes_of, plan
from tui.hunting.counted import aggregates, is_identifying, quantities
from tui.hunting.render import Form, asked_for
from tui.rows import Column

if TYPE_CHECKING:
    from tui.hunting.source import ResultSource

_MOST_LABELS = 200
_PARTING = ("ActionType", "Severity", "Category", "LogonType", "Source", "Type", "$table")
"""Columns of few values that tell events apart, the best first."""


@dataclass(frozen=True, slots=True)
class View:
    """One way to draw a result."""

    what: Literal["values", "times", "counts"]
    """The numbers of its rows, rows counted over time, or rows counted by a value."""
    form: Form
    key: str = ""
    """The column of the axis, for counted rows."""
    split: str = ""
    """The column that parts counted rows into series."""


def views(columns: Sequence[Column], query: str, here: Column | None = None) -> list[View]:
    """The ways to draw a result, the fittest first; there may be none.

    Aggregated numbers are drawn as they are. Of raw events the numbers are mostly names
    (of processes, ports, sessions): their rows are counted.

    Args:
        columns: The columns of the result.
        query: What it answers.
        here: The column that the reader looks at.
    """
    asked, made = asked_for(query), aggregates(query)
    values = _of_values(columns, query)
    time = next((column for column in columns if column.kind == "time"), None)
    texts = [column for column in columns if column.kind in ("text", "bool")]
    telling = [column for column in texts if not is_identifying(column.title)]
    label = here if here in texts else next(iter([*telling, *texts]), None)
    named = {column.title: column for column in texts}
    parting = next((named[name] for name in _PARTING if name in named), None)
    counted: list[View] = []
    if time is not None:
        counted.append(View("times", "columns", time.key))
        if parting is not None:
            counted.append(View("times", "columns", time.key, parting.key))
    if label is not None:
        counted.append(View("counts", "bars", label.key))
    if asked.form is not None or made.found:
        return values or counted
    return [*counted, *values] if counted else values


def _of_values(columns: Sequence[Column], query: str) -> list[View]:
    asked, made = asked_for(query), aggregates(query)
    try:
        axes = axes_of(columns, asked, made)
    except NoChart:
        return []
    if asked.form is None and not quantities(columns, made):
        return []
    kind = columns[axes.across].kind if axes.across is not None else ""
    forms: tuple[Form, ...] = ("bars", "shares")
    if kind == "time":
        forms = ("lines", "columns", "bars")
    elif kind == "number":
        forms = ("points", "lines", "bars")
    first = asked.form or forms[0]
    if first == "columns" and kind != "time":
        first = "bars"
    return [View("values", form) for form in dict.fromkeys((first, *forms))]


async def views_of(source: ResultSource, query: str, here: Column | None = None) -> list[View]:
    """As `views`, without the series of a column that has a single value."""
    found = await asyncio.to_thread(views, source.columns, query, here)
    keys = {view.split for view in found if view.split}
    single = {key for key in keys if (await source.distinct(key, 1)).count < 2}
    return [view for view in found if view.split not in single]


async def draw(source: ResultSource, query: str, view: View) -> Chart:
    """The chart of a view.

    Raises:
        NoChart: Nothing can be drawn.
        Problem: The rows cannot be read.
    """
    titles = {column.key: column.title for column in source.columns}
    if view.what == "times":
        return await _times(source, view, titles)
    if view.what == "counts":
        found = await source.distinct(view.key, _MOST_LABELS)
        pairs = [(str(value), number) for value, number in found.top]
        if found.empty:
            pairs.append(("(empty)", found.empty))
            pairs.sort(key=lambda pair: -pair[1])
        if not pairs:
            raise NoChart("There are no rows to draw.")
        more = found.count - len(found.top)
        return Chart(
            "bars",
            "",
            titles[view.key],
            tuple(text or "(empty)" for text, _ in pairs),
            series={"rows": tuple(float(number) for _, number in pairs)},
            note=f"{more:,} rarer values are not drawn" if more > 0 else "",
        )
    columns = [column for column in source.columns if column.kind != "dynamic"]
    rows = await source.values_of([column.key for column in columns], MOST_ROWS)
    return await asyncio.to_thread(plan, columns, rows, query, view.form)


async def _times(source: ResultSource, view: View, titles: dict[str, str]) -> Chart:
    found = await source.over_time(view.key, view.split or None, MOST_SERIES)
    if found is None:
        raise NoChart("No row has a time.")
    note = ""
    if found.without:
        note = f"{found.without:,} row{' has' if found.without == 1 else 's have'} no time"
    series = found.series if view.split else {"rows": next(iter(found.series.values()))}
    return Chart(
        "columns",
        "",
        titles[view.key],
        (),
        found.at,
        True,
        dict(series),
        note,
        parted_by=titles[view.split] if view.split else "",
        step=found.step,
    )
