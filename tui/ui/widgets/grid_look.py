"""The colours of a grid: every one from the theme in force, under a name that says its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rich.color import Color
from rich.style import Style
from textual.widget import Widget

from tui.ui.widgets.grid_cells import TONES, Tone

Ground = Literal["", "cursor", "idle", "cell", "idle-cell", "header"]
"""What a piece of text stands on."""

GROUNDS: tuple[Ground, ...] = ("cursor", "idle", "cell", "idle-cell", "header")

GRID_CLASSES = {f"grid--{name}" for name in (*TONES[1:], *GROUNDS)}
"""The component classes that a sheet can restyle."""

GRID_CSS = """
RowView {
    width: 1fr;
    height: 1fr;
    scrollbar-size: 1 1;

    & > .grid--faint { color: $text-muted; }
    & > .grid--bold { text-style: bold; }
    & > .grid--accent { color: $accent; }
    & > .grid--good { color: $success; }
    & > .grid--bad { color: $error; }
    & > .grid--warn { color: $warning; }
    & > .grid--low { color: $primary; }
    & > .grid--tag { color: $secondary; }
    & > .grid--cursor { background: $accent 18%; text-style: bold; }
    & > .grid--idle { background: $foreground 8%; }
    & > .grid--cell { background: $accent 40%; text-style: bold; }
    & > .grid--idle-cell { background: $foreground 16%; }
    & > .grid--header { text-style: none; }
    &:nocolor > .grid--cell { text-style: reverse; }
}
"""


@dataclass(slots=True)
class Palette:
    """The styles of a grid under the theme in force.

    Args:
        base: Plain text on the grid's own ground.
        inks: What each tone adds to plain text.
        grounds: The colour behind text, where it is not the grid's own.
        lifts: What a ground adds to plain text on it.
    """

    base: Style
    inks: Mapping[Tone, Style]
    grounds: Mapping[Ground, Color | None]
    lifts: Mapping[Ground, Style]
    _made: dict[tuple[Tone, Ground], Style] = field(default_factory=dict)

    def style(self, tone: Tone, ground: Ground) -> Style:
        """The style of text of a tone on a ground."""
        made = self._made.get((tone, ground))
        if made is None:
            made = self.base + self.inks.get(tone, Style.null())
            behind = self.grounds.get(ground)
            if behind is not None:
                made += Style(bgcolor=behind)
            lift = self.lifts.get(ground)
            if lift is not None and (tone in ("", "bold") or "cell" in ground):
                made += lift
            self._made[(tone, ground)] = made
        return made


def palette_of(grid: Widget) -> Palette:
    """The styles that the sheet and the theme give a grid now."""
    inks: dict[Tone, Style] = {}
    for tone in TONES[1:]:
        whole = grid.get_component_rich_style(f"grid--{tone}")
        part = grid.get_component_rich_style(f"grid--{tone}", partial=True)
        inks[tone] = Style(color=whole.color) + part.without_color
    grounds: dict[Ground, Color | None] = {}
    lifts: dict[Ground, Style] = {}
    for ground in GROUNDS:
        whole = grid.get_component_rich_style(f"grid--{ground}")
        part = grid.get_component_rich_style(f"grid--{ground}", partial=True)
        grounds[ground] = whole.bgcolor
        lifts[ground] = part.without_color
    return Palette(grid.rich_style, inks, grounds, lifts)
