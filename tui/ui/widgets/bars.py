"""Bars in text: a label, its value, and a bar in eighths of a cell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from rich.cells import cell_len, set_cell_size
from textual.app import RenderResult
from textual.content import Content
from textual.geometry import Size
from textual.widget import Widget

from tui.text import calm, visible
from tui.ui.page import STYLES

_EIGHTHS = " ▏▎▍▌▋▊▉"
_TONES = ("accent", "tag", "warn", "good", "low", "bad", "", "faint")


def bar(share: float, width: int) -> str:
    """A bar of a share (0 to 1) of so many cells; the least share above none still shows."""
    eighths = round(max(0.0, min(1.0, share)) * width * 8)
    if share > 0 and eighths == 0:
        eighths = 1
    full, rest = divmod(eighths, 8)
    return "█" * full + (_EIGHTHS[rest] if rest else "")


def number_words(value: float | None) -> str:
    """A value as it stands beside its bar."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return str(value)
    return f"{int(value):,}" if value == int(value) and abs(value) < 1e15 else f"{value:,.4g}"


class Bars(Widget):
    """One group of bars for each label, one bar for each series."""

    DEFAULT_CSS = "Bars { height: auto; width: 1fr; }"

    def __init__(self, labels: Sequence[str], series: Mapping[str, Sequence[float | None]]) -> None:
        super().__init__()
        self._labels = [calm(visible(label)) for label in labels]
        self._series = dict(series)

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line a bar, and one for the legend where there are several series."""
        many = len(self._series)
        return len(self._labels) * many + (2 if many > 1 else 0)

    def render(self) -> RenderResult:
        """The picture."""
        width = self.size.width
        room = min(max((cell_len(label) for label in self._labels), default=1), max(8, width // 3))
        said = [number_words(value) for values in self._series.values() for value in values]
        beside = max((len(words) for words in said), default=1)
        length = max(4, width - room - beside - 4)
        top = max(
            (
                abs(value)
                for values in self._series.values()
                for value in values
                if value is not None
            ),
            default=1.0,
        )
        lines: list[Content] = []
        if len(self._series) > 1:
            legend = [
                Content.assemble(
                    ("█ ", STYLES[_TONES[at % len(_TONES)]]), (calm(visible(name)), STYLES["faint"])
                )
                for at, name in enumerate(self._series)
            ]
            lines += [Content("   ").join(legend), Content("")]
        for row, label in enumerate(self._labels):
            for at, values in enumerate(self._series.values()):
                value = values[row]
                name = label if at == 0 else ""
                if cell_len(name) > room:
                    name = set_cell_size(name, room - 1) + "…"
                share = abs(value or 0.0) / top if top else 0.0
                lines.append(
                    Content.assemble(
                        (set_cell_size(name, room), STYLES[""]),
                        (f"  {number_words(value):>{beside}}  ", STYLES["faint"]),
                        (bar(share, length), STYLES[_TONES[at % len(_TONES)]]),
                    )
                )
        return Content("\n").join(lines)
