"""A short list to pick from, with the program's cursor: a bar and a lighter row."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from textual.binding import Binding
from textual.strip import Strip
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from tui.ui.page import Choice, styled


class PickList(OptionList):
    """An option list that marks its cursor with a bar at the left edge."""

    DEFAULT_CSS = """
    PickList {
        height: auto;
        max-height: 100%;
        border: none;
        padding: 0;
        background: transparent;
        text-wrap: nowrap;
        text-overflow: ellipsis;
        &:focus { border: none; background-tint: transparent; }
        & > .option-list--option { padding: 0 1 0 2; }
        & > .option-list--option-highlighted {
            background: $block-cursor-background;
            color: $foreground;
            text-style: none;
        }
        &:focus > .option-list--option-highlighted {
            background: $block-cursor-background;
            color: $foreground;
            text-style: none;
        }
        & > .option-list--option-hover { background: $surface; }
        & > .pick-list--bar { color: $accent; background: $block-cursor-background; }
    }
    """
    COMPONENT_CLASSES = {"pick-list--bar"}
    BINDINGS = [
        Binding("j", "cursor_down", show=False),
        Binding("k", "cursor_up", show=False),
    ]

    def __init__(self, choices: Sequence[Choice] = (), *, id: str | None = None) -> None:
        super().__init__(
            *(Option(styled(choice.spans), id=choice.id) for choice in choices),
            id=id,
            markup=False,
        )
        self._keys = {choice.key: choice.id for choice in choices if choice.key}

    def offer(self, choices: Sequence[Choice], highlighted: str | None = None) -> None:
        """List these choices instead, with the cursor on the one named."""
        self._keys = {choice.key: choice.id for choice in choices if choice.key}
        self.clear_options()
        self.add_options(Option(styled(choice.spans), id=choice.id) for choice in choices)
        ids = [choice.id for choice in choices]
        if ids:
            self.highlighted = ids.index(highlighted) if highlighted in ids else 0

    def pick_by_key(self, key: str) -> str | None:
        """The choice that this letter picks, if any."""
        return self._keys.get(key)

    def render_line(self, y: int) -> Strip:
        """The line, with the bar where the cursor is."""
        strip = super().render_line(y)
        number = self.scroll_offset.y + y
        if number < len(self._lines) and self._lines[number][0] == self.highlighted:
            bar = Segment("▌", self.get_component_rich_style("pick-list--bar"))
            return Strip([bar, *strip.crop(1)], strip.cell_length)
        return strip
