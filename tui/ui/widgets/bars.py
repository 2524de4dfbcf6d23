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
from tui.ui import words
from tui.ui.page import STYLES

FULL, HALF = "━", "╸"
TONES = ("accent", "tag", "warn", "good", "low", "bad", "", "faint")
"""What the series of a chart are told apart by, where there is colour."""


def tones_of(names: Sequence[str], column: str) -> list[str]:
    """What each of the names is drawn in: severities as everywhere else, others in turn.

    Args:
        column: What the names are values of; empty where each is a column of its own.
    """
    signs = [words.severity(name) for name in names]
    known = [sign.glyph != "?" for sign in signs]
    grave = "severity" in column.casefold() or (not column and all(known) and len(names) > 1)
    return [
        sign.tone if grave and is_known else TONES[at % len(TONES)]
        for at, (sign, is_known) in enumerate(zip(signs, known, strict=True))
    ]


def bar(share: float, width: int) -> str:
    """A thin bar of a share (0 to 1) of so many cells; the least share above none still shows."""
    halves = round(max(0.0, min(1.0, share)) * width * 2)
    if share > 0 and halves == 0:
        halves = 1
    return FULL * (halves // 2) + HALF * (halves % 2)


def number_words(value: float | None) -> str:
    """A value as it stands beside its bar."""
    if value is None:
        return "–"
    if not math.isfinite(value):
        return str(value)
    return f"{int(value):,}" if value == int(value) and abs(value) < 1e15 else f"{value:,.4g}"


class Bars(Widget):
    """One group of bars for each label, one bar for each series.

    Args:
        labels: What each group is.
        series: Numbers for the labels, by name.
        shares: Say of each number how much of all it is.
        across: What the labels are values of.
        parted_by: The same of the series.
    """

    DEFAULT_CSS = "Bars { height: auto; width: 1fr; }"

    def __init__(
        self,
        labels: Sequence[str],
        series: Mapping[str, Sequence[float | None]],
        *,
        shares: bool = False,
        across: str = "",
        parted_by: str = "",
    ) -> None:
        super().__init__()
        self._labels = [calm(visible(label)) for label in labels]
        self._series = {calm(visible(name)): values for name, values in series.items()}
        self._shares = shares
        self._tones = tones_of(list(series), parted_by)
        self._row_tones: list[str] | None = None
        if len(series) == 1 and "severity" in across.casefold():
            self._row_tones = tones_of(labels, across)

    def _kept(self, row: int) -> list[tuple[int, str, float | None]]:
        """The bars of a group: of several series those that have a number."""
        many = [(at, name, values[row]) for at, (name, values) in enumerate(self._series.items())]
        return [one for one in many if one[2] is not None] or many[:1]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """A line a bar."""
        return sum(len(self._kept(row)) for row in range(len(self._labels)))

    def render(self) -> RenderResult:
        """The picture."""
        width = self.size.width
        room = min(max(map(cell_len, self._labels), default=1), max(8, width // 3))
        names = 0
        if len(self._series) > 1:
            names = min(max(map(cell_len, self._series), default=0), max(8, width // 5)) + 2
        numbers = [value for values in self._series.values() for value in values if value]
        said = [number_words(value) for value in numbers]
        beside = max(map(len, said), default=1)
        total = sum(map(abs, numbers))
        share_room = 7 if self._shares else 0
        length = max(4, width - room - names - beside - share_room - 4)
        top = max(map(abs, numbers), default=1.0)
        lines: list[Content] = []
        for row, label in enumerate(self._labels):
            for place, (at, series, value) in enumerate(self._kept(row)):
                share = abs(value or 0.0) / top if top else 0.0
                parts: list[tuple[str, str]] = [
                    (_cut(label if place == 0 else "", room), STYLES[""]),
                    (f"  {_cut(series, names - 2)}" if names else "", STYLES["faint"]),
                    (f"  {number_words(value):>{beside}}", STYLES["faint"]),
                ]
                if self._shares:
                    of_all = abs(value or 0.0) / total if total else 0.0
                    parts.append((f" {of_all:>6.1%}", STYLES["faint"]))
                tone = self._row_tones[row] if self._row_tones else self._tones[at]
                parts.append(("  " + bar(share, length), STYLES[tone]))
                lines.append(Content.assemble(*parts))
        return Content("\n").join(lines)


def _cut(text: str, room: int) -> str:
    if cell_len(text) > room:
        return set_cell_size(text, room - 1) + "…"
    return set_cell_size(text, room)
