"""A result as a chart, over the place it came from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.containers import VerticalScroll
from textual.widget import Widget
from textual_enhanced.commands import Command

from tui.errors import Problem
from tui.hunting.chart import MOST_ROWS, Chart, NoChart
from tui.hunting.chart_views import View, draw, views_of
from tui.rows import Column
from tui.text import calm, visible
from tui.ui import words
from tui.ui.commands import common
from tui.ui.page import line, text
from tui.ui.screens.base import FramedScreen
from tui.ui.widgets.bars import Bars
from tui.ui.widgets.plot import Plot
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from tui.hunting.source import ResultSource

_MOST_BARS = 200
_LENGTHS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


class CloseChart(Command):
    """Back to the rows"""

    COMMAND = "Close the chart"
    BINDING_KEY = "c"
    FOOTER_TEXT = "rows"


class NextChart(Command):
    """Draw the rows another way: lines, columns, bars, shares, counted over time or by a value"""

    COMMAND = "Another chart"
    BINDING_KEY = "k, right, space"
    FOOTER_TEXT = "another chart"


class PreviousChart(Command):
    """Draw the rows as before"""

    COMMAND = "The chart before"
    BINDING_KEY = "K, left"


class ChartScreen(FramedScreen):
    """Draws the rows of a source as its query's `render` asks, or as fits its columns.

    Args:
        source: The rows, under their filter and order.
        query: The query they answer.
        here: The column that the reader looked at.
    """

    PLACE = "hunting"
    HELP = """
    The result as a chart. A query that ends in `| render timechart` (or barchart, columnchart,
    piechart, linechart, areachart, scatterchart …) says how; otherwise a time column becomes the
    axis, and else the first text column the labels. Of raw events the rows are counted: over
    time, and by the column that the cursor was on. k shows the other ways.
    """
    COMMAND_MESSAGES = (CloseChart, NextChart, PreviousChart)
    FOOTER = (NextChart, CloseChart, common.Back)
    BINDINGS = Command.bindings(*COMMAND_MESSAGES)
    DEFAULT_CSS = """
    ChartScreen {
        #chart-title { margin: 1 2; }
        VerticalScroll { height: 1fr; padding: 0 2; }
    }
    """

    def __init__(self, source: ResultSource, query: str, here: Column | None = None) -> None:
        super().__init__()
        self._source = source
        self._query = query
        self._here = here
        self._views: list[View] = []
        self._at = 0

    def compose_body(self) -> Iterable[Widget]:
        """A line of words and the picture."""
        yield Sheet([text("Drawing…", "faint")], id="chart-title")
        yield VerticalScroll(id="picture")

    def on_mount(self) -> None:
        """Read the rows, then draw."""
        self.query_one("#picture").focus()
        self.run_worker(self._begin(), group="chart", exclusive=True)

    async def _begin(self) -> None:
        try:
            self._views = await views_of(self._source, self._query, self._here)
        except Problem as problem:
            self._missing(visible(str(problem)))
            return
        if not self._source.shown:
            self._missing("There are no rows to draw.")
        elif not self._views:
            self._missing("A chart needs a column of numbers; summarize … count() makes one.")
        else:
            await self._draw()

    def _missing(self, why: str) -> None:
        self.query_one("#chart-title", Sheet).show(
            [text(why, "warn"), text("c or Esc goes back to the rows.", "faint")]
        )

    async def _draw(self) -> None:
        view = self._views[self._at]
        picture = self.query_one("#picture", VerticalScroll)
        try:
            chart = await draw(self._source, self._query, view)
        except (NoChart, Problem) as missing:
            await picture.remove_children()
            self._missing(visible(str(missing)))
            return
        self._tell(chart, view)
        await picture.remove_children()
        if chart.labels:
            cut = {name: values[:_MOST_BARS] for name, values in chart.series.items()}
            await picture.mount(
                Bars(
                    chart.labels[:_MOST_BARS],
                    cut,
                    shares=chart.form == "shares",
                    across=chart.across,
                    parted_by=chart.parted_by,
                )
            )
        else:
            await picture.mount(Plot(chart))

    def _tell(self, chart: Chart, view: View) -> None:
        count = self._source.shown
        notes = [chart.note] if chart.note else []
        if view.what == "values" and count > MOST_ROWS:
            notes.append(f"the first {MOST_ROWS:,} of {count:,} rows")
        if len(chart.labels) > _MOST_BARS:
            notes.append(f"the first {_MOST_BARS} of {len(chart.labels):,} bars")
        which = f"{self._at + 1} of {len(self._views)}   " if len(self._views) > 1 else ""
        self.query_one("#chart-title", Sheet).show(
            [
                line(
                    (which, "faint"),
                    (self._title(chart, view), "bold"),
                    ("   local time" if chart.is_time else "", "faint"),
                    (f"   {'; '.join(notes)}" if notes else "", "warn"),
                )
            ]
        )

    def _title(self, chart: Chart, view: View) -> str:
        if chart.title:
            return calm(visible(chart.title))
        across = calm(visible(chart.across))
        if view.what == "counts":
            return f"Rows by {across}"
        if view.what == "times":
            titles = {column.key: column.title for column in self._source.columns}
            split = f", by {calm(visible(titles[view.split]))}" if view.split else ""
            return f"Rows over {across}, each {_step_words(chart.step)}{split}"
        named = ", ".join(calm(visible(name)) for name in chart.of[:3])
        more = f" and {len(chart.of) - 3} more" if len(chart.of) > 3 else ""
        parted = f", {calm(visible(chart.parted_by))}" if chart.parted_by else ""
        return f"{named}{more} by {across}{parted}"

    async def _step(self, step: int) -> None:
        if len(self._views) > 1:
            self._at = (self._at + step) % len(self._views)
            self.run_worker(self._draw(), group="chart", exclusive=True)

    async def action_next_chart_command(self) -> None:
        """Draw the rows another way."""
        await self._step(1)

    async def action_previous_chart_command(self) -> None:
        """Draw the rows as before."""
        await self._step(-1)

    async def action_close_chart_command(self) -> None:
        """Back to the rows."""
        await self.action_back_command()


def _step_words(step: float) -> str:
    for length, name in _LENGTHS:
        if step >= length:
            number = round(step / length)
            return name if number == 1 else words.counted(number, name)
    return "moment"
