"""Numbers over an axis in text: lines and points in braille, columns in eighths of a cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise

from rich.cells import cell_len, set_cell_size
from textual.app import RenderResult
from textual.content import Content
from textual.widget import Widget

from tui.hunting.chart import Chart
from tui.text import calm, visible
from tui.ui.widgets.bars import number_words, tones_of
from tui.ui.widgets.plot_axis import nice_top, number_ticks, time_ticks
from tui.ui.widgets.sheet import STYLES

_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_LEAST_LANE = 3
"""Lines of a lane below which columns of several series lose their shape."""


@dataclass(slots=True)
class Canvas:
    """Cells of two by four dots, each in the tone that was set last."""

    width: int
    height: int
    bits: dict[tuple[int, int], int] = field(default_factory=dict)
    tones: dict[tuple[int, int], str] = field(default_factory=dict)

    def dot(self, x: int, y: int, tone: str) -> None:
        """Set a dot, counted from the lower left."""
        row, column = self.height - 1 - y // 4, x // 2
        if 0 <= column < self.width and 0 <= row < self.height:
            place = (row, column)
            self.bits[place] = self.bits.get(place, 0) | _DOTS[3 - y % 4][x % 2]
            self.tones[place] = tone

    def line(self, start: tuple[int, int], end: tuple[int, int], tone: str) -> None:
        """Set the dots from one place to another."""
        (x, y), (to_x, to_y) = start, end
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        for step in range(steps + 1):
            self.dot(
                round(x + (to_x - x) * step / steps), round(y + (to_y - y) * step / steps), tone
            )

    def row(self, row: int) -> Content:
        """One line of cells."""
        parts: list[tuple[str, str]] = []
        cells = ((x, (row, x)) for x in range(self.width))
        for tone, run in groupby(cells, lambda cell: self.tones.get(cell[1], "")):
            text = "".join(
                chr(0x2800 + self.bits[place]) if place in self.bits else " " for _, place in run
            )
            parts.append((text, STYLES[tone]))
        return Content.assemble(*parts)


class Plot(Widget):
    """Draws a chart that has an axis, as wide and as high as it is.

    Several series of columns stand in lanes of their own, one below the other under one
    scale, so that they read without colour too.
    """

    DEFAULT_CSS = "Plot { width: 1fr; height: 1fr; min-height: 6; }"

    def __init__(self, chart: Chart) -> None:
        super().__init__()
        self._chart = chart
        self._tones = tones_of(list(chart.series), chart.parted_by)
        values = [value for line in chart.series.values() for value in line if value is not None]
        self._top = nice_top(max(values, default=1.0))
        self._bottom = -nice_top(-min(values)) if values and min(values) < 0 else 0.0
        if self._top <= self._bottom:
            self._top = self._bottom + 1

    def render(self) -> RenderResult:
        """The picture."""
        width, height = self.size
        ticks = number_ticks(self._bottom, self._top, max(2, min(6, height // 4)))
        beside = max(len(number_words(tick)) for tick in ticks) + 1
        room = max(4, width - beside - 1)
        if self._in_lanes:
            lines = self._lanes(room, height - 2, beside)
        else:
            lines = self._canvas(room, height - 2, beside, ticks)
        axis = Content.styled(" " * beside + "└" + "─" * room, "$border")
        lines += [axis, self._axis_words(room, beside)]
        return Content("\n").join(lines[:height])

    @property
    def _in_lanes(self) -> bool:
        """Columns; and where there is no colour lines of several series, which it tells apart."""
        form, several = self._chart.form, len(self._chart.series) > 1
        wanted = form == "columns" or (form == "lines" and several and self.app.no_color)
        return wanted and self._bottom >= 0

    # Lines and points.

    def _canvas(self, room: int, height: int, beside: int, ticks: Sequence[float]) -> list[Content]:
        lines = self._legend() if len(self._chart.series) > 1 else []
        height = max(2, height - len(lines))
        canvas = Canvas(room, height)
        span = self._top - self._bottom
        for number, values in enumerate(self._chart.series.values()):
            tone = self._tones[number]
            dots = [
                (
                    self._x(place, room * 2 - 1),
                    round((value - self._bottom) / span * (height * 4 - 1)),
                )
                for place, value in zip(self._chart.at, values, strict=True)
                if value is not None
            ]
            if self._chart.form == "points" or len(dots) == 1:
                for x, y in dots:
                    canvas.dot(x, y, tone)
            else:
                for start, end in pairwise(dots):
                    canvas.line(start, end, tone)
        labels: dict[int, str] = {}
        for tick in ticks:
            row = height - 1 - round((tick - self._bottom) / span * (height - 1))
            labels[row] = number_words(tick)
        for row in range(height):
            lines.append(_beside(labels.get(row, ""), beside) + canvas.row(row))
        return lines

    def _legend(self) -> list[Content]:
        width = self.size.width
        lines: list[Content] = []
        now = Content("")
        for number, name in enumerate(self._chart.series):
            tone = STYLES[self._tones[number]]
            piece = Content.assemble(
                ("━━ ", tone), (calm(visible(name))[:40], STYLES["faint"]), ("   ", "")
            )
            if now.cell_length + piece.cell_length > width and now:
                lines.append(now)
                now = Content("")
            now += piece
        return [*lines, now, Content("")]

    # Columns.

    def _lanes(self, room: int, height: int, beside: int) -> list[Content]:
        series = self._chart.series
        titled = len(series) > 1
        each = max(_LEAST_LANE, height // max(1, len(series)))
        shown = list(series.items())[: max(1, height // each)]
        lines: list[Content] = []
        grave = "severity" in self._chart.parted_by.casefold()
        for (name, values), own in zip(shown, self._tones, strict=False):
            tone = own if grave else "accent"
            tall = each - 1 if titled else each
            if titled:
                total = sum(value for value in values if value is not None)
                label = set_cell_size(calm(visible(name)), min(room - 16, cell_len(visible(name))))
                lines.append(
                    Content.assemble(
                        (" " * (beside + 1), ""),
                        (label, ""),
                        (f"   {number_words(total)}", STYLES["faint"]),
                    )
                )
            lines += self._columns(values, room, max(1, tall), beside, tone)
        left = len(series) - len(shown)
        if left > 0:
            lines[0] += Content.styled(f"   {left} more below this height", STYLES["faint"])
        return lines

    def _columns(
        self, values: Sequence[float | None], room: int, height: int, beside: int, tone: str
    ) -> list[Content]:
        heights = [0.0] * room
        for place, value in zip(self._chart.at, values, strict=True):
            if value is None:
                continue
            first, last = self._cells(place, room)
            for x in range(first, last):
                heights[x] = max(heights[x], value)
        lines: list[Content] = []
        for row in range(height):
            below = height - 1 - row
            text = "".join(
                _EIGHTHS[max(0, min(8, self._eighths(value, height) - below * 8))]
                for value in heights
            )
            label = number_words(self._top) if row == 0 else ""
            if row == height - 1 and height > 1:
                label = "0"
            lines.append(_beside(label, beside) + Content.styled(text, STYLES[tone]))
        return lines

    def _eighths(self, value: float, height: int) -> int:
        if value <= 0:
            return 0
        return max(1, round(value / self._top * height * 8))

    def _cells(self, place: float, room: int) -> tuple[int, int]:
        """The cells of a step that begins at a place; a blank stands between wide ones."""
        at, step = self._chart.at, self._chart.step
        length = at[-1] - at[0] + step
        if not step or length <= 0:
            x = self._x(place, room - 1)
            return x, x + 1
        first = round((place - at[0]) / length * room)
        last = round((place - at[0] + step) / length * room)
        return first, max(first + 1, last - 1 if last - first > 2 else last)

    # The axis.

    def _x(self, place: float, last: int) -> int:
        first, end = self._chart.at[0], self._chart.at[-1]
        return round((place - first) / (end - first) * last) if end > first else last // 2

    def _axis_words(self, room: int, beside: int) -> Content:
        chart = self._chart
        if not chart.at:
            return Content("")
        first, last = chart.at[0], chart.at[-1] + (chart.step if self._in_lanes else 0)
        ticks = (
            time_ticks(first, last, room // 16)
            if chart.is_time
            else [(tick, number_words(tick)) for tick in number_ticks(first, last, room // 12)]
        )
        line = [" "] * room
        end = -1
        for tick, words in ticks:
            if not first <= tick <= last:
                continue
            x = round((tick - first) / (last - first) * (room - 1)) if last > first else room // 2
            x = max(0, min(x, room - len(words)))
            if x > end and x + len(words) <= room:
                line[x : x + len(words)] = words
                end = x + len(words)
        return Content.styled(" " * (beside + 1) + "".join(line), STYLES["faint"])


def _beside(label: str, beside: int) -> Content:
    return Content.assemble((f"{label:>{beside}}", STYLES["faint"]), ("│", "$border"))
