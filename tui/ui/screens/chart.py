"""A result as a chart, over the place it came from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from textual.color import Color
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual_enhanced.commands import Command

from tui.hunting.chart import MOST_ROWS, Chart, NoChart, plan
from tui.text import visible
from tui.ui.commands import common
from tui.ui.page import line, text
from tui.ui.screens.base import FramedScreen
from tui.ui.widgets.bars import Bars
from tui.ui.widgets.sheet import Sheet

if TYPE_CHECKING:
    from textual_plotext import PlotextPlot

    from tui.rows import RowSource

_MOST_BARS = 500
_COLOURS = ("accent", "secondary", "warning", "success", "primary", "error", "foreground")
"""The theme's variables that the series take, in turn."""


class CloseChart(Command):
    """Back to the rows"""

    COMMAND = "Close the chart"
    BINDING_KEY = "c"
    FOOTER_TEXT = "rows"


class ChartScreen(FramedScreen):
    """Draws the rows of a source as its query's `render` asks, or as fits its columns.

    Args:
        source: The rows, under their filter and order.
        query: The query they answer.
    """

    PLACE = "hunting"
    HELP = """
    The result as a chart. A query that ends in `| render timechart` (or barchart, piechart,
    linechart, scatterchart …) says how; otherwise a time column becomes the axis, and else the
    first text column the labels.
    """
    COMMAND_MESSAGES = (CloseChart,)
    FOOTER = (CloseChart, common.Back)
    BINDINGS = Command.bindings(CloseChart)
    DEFAULT_CSS = """
    ChartScreen {
        #chart-title { margin: 1 2; }
        VerticalScroll { height: 1fr; padding: 0 2; }
    }
    """

    def __init__(self, source: RowSource, query: str) -> None:
        super().__init__()
        self._source = source
        self._query = query

    def compose_body(self) -> Iterable[Widget]:
        """A line of words and the picture."""
        yield Sheet([text("Drawing…", "faint")], id="chart-title")
        yield VerticalScroll(id="picture")

    def on_mount(self) -> None:
        """Read the rows, then draw."""
        self.query_one("#picture").focus()
        self.run_worker(self._draw(), exclusive=True)

    async def _draw(self) -> None:
        title = self.query_one("#chart-title", Sheet)
        count = await self._source.count()
        rows = await self._source.window(0, min(count, MOST_ROWS))
        try:
            chart = plan(self._source.columns, rows, self._query)
        except NoChart as missing:
            title.show(
                [text(str(missing), "warn"), text("c or Esc goes back to the rows.", "faint")]
            )
            return
        notes = [chart.note] if chart.note else []
        if count > MOST_ROWS:
            notes.append(f"the first {MOST_ROWS:,} of {count:,} rows")
        if len(chart.labels) > _MOST_BARS:
            notes.append(f"the first {_MOST_BARS} of {len(chart.labels):,} bars")
        named = ", ".join(visible(name) for name in list(chart.series)[:4])
        title.show(
            [
                line(
                    (visible(chart.title) or f"{named} by {visible(chart.across)}", "bold"),
                    (f"   {'; '.join(notes)}" if notes else "", "warn"),
                )
            ]
        )
        picture = self.query_one("#picture", VerticalScroll)
        if chart.form == "bars":
            cut = {name: values[:_MOST_BARS] for name, values in chart.series.items()}
            await picture.mount(Bars(chart.labels[:_MOST_BARS], cut))
        else:
            await picture.mount(self._plot(chart))

    def _plot(self, chart: Chart) -> PlotextPlot:
        from textual_plotext import PlotextPlot

        plot = PlotextPlot()
        plt = plot.plt
        variables = self.app.theme_variables
        for at, (name, values) in enumerate(chart.series.items()):
            known = [
                (place, value)
                for place, value in zip(chart.at, values, strict=True)
                if value is not None
            ]
            draw = plt.scatter if chart.form == "points" or len(known) == 1 else plt.plot
            draw(
                [place for place, _ in known],
                [value for _, value in known],
                label=visible(name)[:40] if len(chart.series) > 1 else None,
                marker="braille",
                color=Color.parse(variables[_COLOURS[at % len(_COLOURS)]]).rgb,
            )
        if chart.is_time and chart.at:
            first, last = chart.at[0], chart.at[-1]
            ticks = (
                [first + (last - first) * step / 6 for step in range(7)]
                if last > first
                else [first]
            )
            plt.xticks(ticks, [_tick(tick, last - first) for tick in ticks])
        plt.xlabel(f"{visible(chart.across)}{' (local time)' if chart.is_time else ''}")
        return plot

    async def action_close_chart_command(self) -> None:
        """Back to the rows."""
        await self.action_back_command()


def _tick(moment: float, length: float) -> str:
    when = datetime.fromtimestamp(moment).astimezone()
    return when.strftime(
        "%m-%d %H:%M" if length > 86400 else "%H:%M:%S" if length < 600 else "%H:%M"
    )
